/**
 * A host that gave itself away, and by what.
 *
 * @module
 */

/** What a fact is about. */
export type FactKind =
  | "address"
  | "name"
  | "system"
  | "role"
  | "service"
  | "device";

/** One thing that is known of a host. */
export interface HostFact {
  /** An address, a name, its system, what it does for others, an open port or announced service, what device it is. */
  readonly kind: FactKind;
  /** The fact. */
  readonly value: string;
  /** What told of it. */
  readonly by: string;
}

/** A host, as far as it has given itself away. */
export class InventoryHost {
  /** Its hardware address; the IP address where there is none. */
  readonly mac: string;
  /** Who made it, if the table of vendors knows. */
  readonly vendor: string | undefined;
  /** What gave it away: `"ARP"`, `"DHCP"`, `"mDNS"`, `"TCP SYN"`, … */
  readonly evidence: readonly string[];
  /** All facts, in the order that they came. */
  readonly facts: readonly HostFact[];
  /** When it was first seen. */
  readonly firstSeen: Temporal.Instant | undefined;
  /** When it was last seen. */
  readonly lastSeen: Temporal.Instant | undefined;
  /** Packets that said something of it. */
  readonly packets: number;

  /**
   * Takes the facts together.
   *
   * @param facts What is known.
   */
  constructor(
    facts: Pick<
      InventoryHost,
      | "mac"
      | "vendor"
      | "evidence"
      | "facts"
      | "firstSeen"
      | "lastSeen"
      | "packets"
    >,
  ) {
    this.mac = facts.mac;
    this.vendor = facts.vendor;
    this.evidence = facts.evidence;
    this.facts = facts.facts;
    this.firstSeen = facts.firstSeen;
    this.lastSeen = facts.lastSeen;
    this.packets = facts.packets;
  }

  /** Its IP addresses. */
  get addresses(): readonly string[] {
    return this.#values("address");
  }

  /** Its names. */
  get names(): readonly string[] {
    return this.#values("name");
  }

  /** Its system, as guessed from its TCP; see {@linkcode osHintsOf}. */
  get system(): string | undefined {
    return this.#values("system").at(-1);
  }

  /** What it does for others: `"router"`, `"DHCP server"`, `"DNS server"`, `"switch"`. */
  get roles(): readonly string[] {
    return this.#values("role");
  }

  /** Open ports that somebody used, and services that it announces. */
  get services(): readonly string[] {
    return this.#values("service");
  }

  #values(kind: FactKind): string[] {
    return this.facts.flatMap((fact) => fact.kind === kind ? [fact.value] : []);
  }

  /**
   * Gives the host as plain data.
   *
   * @returns All fields, and the facts by kind.
   */
  toJSON(): object {
    const { addresses, names, system, roles, services } = this;
    return { ...this, addresses, names, system, roles, services };
  }

  /** Says it in one line. */
  toString(): string {
    const { mac, vendor, addresses, names, system } = this;
    return [mac, vendor, addresses.join(" "), names.join(" "), system]
      .filter((text) => text).join("  ");
  }
}
