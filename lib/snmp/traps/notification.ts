/**
 * A notification as it came.
 *
 * @module
 */

import { canvas } from "../../inspect/canvas.ts";
import { card } from "../../inspect/card.ts";
import { duration } from "../../inspect/units.ts";
import type { Endpoint } from "../../socket/endpoint.ts";
import { isBelow } from "../asking/oid.ts";
import type { MibStore } from "../mib/store.ts";
import type { SnmpVersion } from "../options.ts";
import type { SecurityLevel } from "../user.ts";
import type { VarBind } from "../varbind.ts";

/** The facts of a {@linkcode Notification}. */
export interface NotificationFacts {
  /** Who sent it. */
  readonly from: Endpoint;
  /** In which version it came. */
  readonly version: SnmpVersion;
  /** Whether its sender waited for an acknowledgement. */
  readonly kind: "trap" | "inform";
  /** Which notification it is, as a dotted object identifier. */
  readonly oid: string;
  /** How long the sender had been up, in milliseconds. */
  readonly uptime: number | undefined;
  /** What it carries, without uptime and name. */
  readonly variables: readonly VarBind[];
  /** When it came. */
  readonly receivedAt: Date;
  /** The community of versions 1 and 2c. */
  readonly community?: string | undefined;
  /** The user of version 3. */
  readonly user?: string | undefined;
  /** How a message of version 3 was protected. */
  readonly level?: SecurityLevel | undefined;
  /** The engine that it is about, of version 3, in hexadecimal. */
  readonly engineId?: string | undefined;
  /** The context of version 3. */
  readonly context?: string | undefined;
  /** Of version 1: the address that it is about, which may be another than the sender's. */
  readonly agentAddress?: string | undefined;
  /** Whose kind of device it is about, if the sender says so. */
  readonly enterprise?: string | undefined;
}

/**
 * One notification; a {@linkcode TrapListener} gives them. Traps of version 1 are
 * named as in the later ones.
 *
 * @see RFC 3416 §4.2.6, §4.2.7, RFC 3584 §3.1
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * await using listener = await net.snmp.listenTraps({ hostname: "127.0.0.1", port: 0 });
 * await net.snmp.trap(`${listener.address}`, "linkDown", { "ifIndex.2": 2, "ifOperStatus.2": "down" });
 * const got = await listener.receive({ timeout: 1000 });
 * assert.equal(got.name, "IF-MIB::linkDown");
 * assert.equal(got.value("ifOperStatus"), "down");
 * ```
 */
export class Notification {
  /** Who sent it. */
  readonly from: Endpoint;
  /** In which version it came. */
  readonly version: SnmpVersion;
  /** Whether its sender waited for an acknowledgement. */
  readonly kind: "trap" | "inform";
  /** Which notification it is: `"IF-MIB::linkDown"`. */
  readonly name: string;
  /** The same as a dotted object identifier. */
  readonly oid: string;
  /** How long the sender had been up, in milliseconds. */
  readonly uptime: number | undefined;
  /** What it carries, without uptime and name. */
  readonly variables: readonly VarBind[];
  /** When it came. */
  readonly receivedAt: Date;
  /** The community of versions 1 and 2c. */
  readonly community: string | undefined;
  /** The user of version 3. */
  readonly user: string | undefined;
  /** How a message of version 3 was protected. */
  readonly level: SecurityLevel | undefined;
  /** The engine that it is about, of version 3, in hexadecimal. */
  readonly engineId: string | undefined;
  /** The context of version 3. */
  readonly context: string | undefined;
  /** Of version 1: the address that it is about, which may be another than the sender's. */
  readonly agentAddress: string | undefined;
  /** Whose kind of device it is about, if the sender says so: `"SNMPv2-SMI::enterprises.9.1.1"`. */
  readonly enterprise: string | undefined;
  readonly #mib: MibStore;

  /**
   * Puts it together.
   *
   * @param facts What came.
   * @param mib Where names come from.
   */
  constructor(facts: NotificationFacts, mib: MibStore) {
    const { oid, enterprise } = facts;
    this.from = facts.from;
    this.version = facts.version;
    this.kind = facts.kind;
    this.name = mib.formatOid(oid);
    this.oid = oid;
    this.uptime = facts.uptime;
    this.variables = facts.variables;
    this.receivedAt = facts.receivedAt;
    this.community = facts.community;
    this.user = facts.user;
    this.level = facts.level;
    this.engineId = facts.engineId;
    this.context = facts.context;
    this.agentAddress = facts.agentAddress;
    this.enterprise = enterprise && mib.formatOid(enterprise);
    this.#mib = mib;
  }

  /**
   * Finds a variable.
   *
   * @param name `"ifIndex"` for the first of any instance, `"ifIndex.2"`, or numbers.
   * @returns The variable; nothing if it carries none.
   * @throws {ParseError} If there is no such name.
   */
  get(name: string): VarBind | undefined {
    const oid = this.#mib.parseOid(name);
    return this.variables.find((one) => isBelow(one.oid, oid));
  }

  /**
   * Finds a variable's value.
   *
   * @param name As for {@linkcode Notification.get}.
   * @returns The value; nothing if it carries none.
   */
  value(name: string): VarBind["value"] {
    return this.get(name)?.value;
  }

  /** `IF-MIB::linkDown from 192.0.2.1:50000: IF-MIB::ifIndex.2 = 2`. */
  toString(): string {
    const carried = this.variables.map(String).join(", ");
    return `${this.name} from ${this.from}${
      carried === "" ? "" : `: ${carried}`
    }`;
  }

  /** Its facts, those that there are, and variables as they write themselves. */
  toJSON(): Record<string, unknown> {
    const { from, receivedAt, variables, ...others } = this;
    const facts = {
      ...others,
      from: `${from}`,
      receivedAt: receivedAt.toISOString(),
      variables: variables.map((one) => one.toJSON()),
    };
    return Object.fromEntries(
      Object.entries(facts).filter(([, value]) => value !== undefined),
    );
  }

  /** A short card, for the prompt. */
  [Symbol.for("Deno.customInspect")](
    _inspect?: unknown,
    options?: { readonly colors?: boolean },
  ): string {
    const page = canvas({ colors: options?.colors ?? false });
    const { version, community, user, level, agentAddress, uptime } = this;
    const about = agentAddress && agentAddress !== this.from.hostname
      ? ` about ${agentAddress}`
      : "";
    const who = user === undefined
      ? `community ${community}`
      : `user ${user}, ${level}`;
    return card(`${this.name}`, [
      [this.kind, `from ${this.from}${about}, version ${version}, ${who}`],
      ...uptime === undefined
        ? []
        : [["uptime", duration(uptime), "number"] as const],
      ...this.variables.map((one) =>
        [this.#mib.formatOid(one.oid, "name"), one.text] as const
      ),
    ], page);
  }
}
