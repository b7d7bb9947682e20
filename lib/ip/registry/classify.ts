/**
 * What an address is for: the most specific entry of the registries says.
 *
 * @module
 */

import { canvas } from "../../inspect/canvas.ts";
import { card, type CardRow } from "../../inspect/card.ts";
import { paint } from "../../inspect/paint.ts";
import { count } from "../../inspect/units.ts";
import { Address, address, type Family } from "../address.ts";
import { type AddressKind, registry, type RegistryEntry } from "./registry.ts";
import { IPV6_SCOPES, type MulticastScope } from "./scopes.ts";
import { Subnet, subnet } from "../subnet.ts";

/** The columns of RFC 6890 §2.2.1, with the words that a card has for them. */
const COLUMNS = {
  source: "source",
  destination: "destination",
  forwardable: "forwardable",
  globallyReachable: "globally reachable",
  reservedByProtocol: "reserved by protocol",
} as const;

type Columns = Readonly<Record<keyof typeof COLUMNS, boolean | undefined>>;

/** Parts that a card names before it counts the rest. */
const PARTS_SHOWN = 8;

/** An entry with the entries around it, the smallest first. */
interface Node {
  readonly entry: RegistryEntry;
  readonly chain: readonly RegistryEntry[];
  readonly parent: Node | undefined;
}

/**
 * What the registries of IANA say of an address or a subnet: what
 * {@linkcode classify} gives.
 *
 * The five columns are those of the most specific entry. They are `undefined`
 * where no registry says: for a block whose allocation has ended, for IPv6
 * space that nobody has been given, for Teredo and 6to4 (globally reachable as
 * far as the IPv4 address inside), and for a subnet whose parts differ.
 *
 * @see RFC 6890 §2.2.1 and RFC 8190 (columns), RFC 7346 (multicast scopes)
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const mixed: net.ip.Classification = net.ip.classify("10.0.0.0/7");
 * assert.equal(mixed.kind, "mixed");
 * assert.deepEqual(mixed.parts.map((part) => `${part.prefix}`), ["10.0.0.0/8"]);
 * ```
 */
export class Classification {
  /** What was asked about. */
  readonly target: Address | Subnet;
  /** What it is for, as a word for programs; `"mixed"` if its parts differ. */
  readonly kind: AddressKind | "mixed";
  /** What the most specific entry is called. */
  readonly name: string;
  /** What it means for the one who meets it, in a sentence or two. */
  readonly meaning: string;
  /** The block of the most specific entry; `undefined` if none holds it all. */
  readonly prefix: Subnet | undefined;
  /** Where that block is defined: `["RFC 1918"]`. */
  readonly rfcs: readonly string[];
  /** Whether a packet that leaves its host may come from here. */
  readonly source: boolean | undefined;
  /** Whether a packet that leaves its host may go here. */
  readonly destination: boolean | undefined;
  /** Whether a router may pass such a packet on. */
  readonly forwardable: boolean | undefined;
  /** Whether it may go beyond the network of one administration. */
  readonly globallyReachable: boolean | undefined;
  /** Whether every implementation of IP must treat it in a special way. */
  readonly reservedByProtocol: boolean | undefined;
  /** How far a multicast packet may go; `undefined` for all else. */
  readonly multicastScope: MulticastScope | undefined;
  /** All entries that hold it whole, from the most to the least specific. */
  readonly entries: readonly RegistryEntry[];
  /** All entries that hold only a part of a subnet, by address. */
  readonly parts: readonly RegistryEntry[];
  /** Whether there are such parts, so that not all of a subnet is alike. */
  readonly straddles: boolean;

  /**
   * Takes the facts as they are; to find them there is {@linkcode classify}.
   *
   * @param facts All fields but `straddles`, which follows from `parts`.
   */
  constructor(facts: Omit<Classification, "toJSON" | "straddles">) {
    this.target = facts.target;
    this.kind = facts.kind;
    this.name = facts.name;
    this.meaning = facts.meaning;
    this.prefix = facts.prefix;
    this.rfcs = facts.rfcs;
    this.source = facts.source;
    this.destination = facts.destination;
    this.forwardable = facts.forwardable;
    this.globallyReachable = facts.globallyReachable;
    this.reservedByProtocol = facts.reservedByProtocol;
    this.multicastScope = facts.multicastScope;
    this.entries = facts.entries;
    this.parts = facts.parts;
    this.straddles = facts.parts.length > 0;
  }

  /** Stands in JSON with all its fields; `null` where no registry says. */
  toJSON(): Record<string, unknown> {
    const brief = ({ prefix, name, kind }: RegistryEntry) => ({
      prefix,
      name,
      kind,
    });
    return {
      ...Object.fromEntries(
        Object.entries(this).map(([key, value]) => [key, value ?? null]),
      ),
      entries: this.entries.map(brief),
      parts: this.parts.map(brief),
    };
  }

  /** Shows at the prompt as a card; inside another value, as one line. */
  [Symbol.for("Deno.customInspect")](
    _inspect?: unknown,
    options?: { readonly colors?: boolean; readonly currentDepth?: number },
  ): string {
    const page = canvas({ colors: options?.colors ?? false });
    const { target, name, kind, meaning, entries, parts, rfcs } = this;
    if (options?.currentDepth) {
      return `${paint("accent", `${target}`, page)} (${name})`;
    }
    const rows: CardRow[] = [["kind", kind, "name"]];
    const block = ({ prefix, name }: RegistryEntry) => `${prefix} ${name}`;
    const [first, ...around] = entries;
    if (first !== undefined) {
      const { allocated, terminated } = first;
      const since = allocated === undefined ? "" : ` since ${allocated}`;
      const until = terminated === undefined ? "" : ` until ${terminated}`;
      rows.push(["block", `${first.prefix}${since}${until}`, "accent"]);
    }
    for (const entry of around) rows.push(["inside", block(entry)]);
    for (const part of parts.slice(0, PARTS_SHOWN)) {
      rows.push(["in part", block(part), "warn"]);
    }
    if (parts.length > PARTS_SHOWN) {
      const rest = count(parts.length - PARTS_SHOWN);
      rows.push(["", `and ${rest} more, in .parts`, "muted"]);
    }
    if (rfcs.length > 0) rows.push(["defined in", rfcs.join(", ")]);
    if (this.multicastScope !== undefined) {
      rows.push(["scope", this.multicastScope, "name"]);
    }
    const columns = (answer: boolean | undefined) =>
      Object.entries(COLUMNS).filter(([key]) =>
        this[key as keyof Columns] === answer
      ).map(([, label]) => label).join(", ");
    rows.push(
      ["yes", columns(true), "good"],
      ["no", columns(false), "bad"],
      [this.straddles ? "varies" : "not said", columns(undefined), "muted"],
    );
    rows.push(["meaning", meaning]);
    const told = rows.filter(([, value]) => value !== "");
    return card(`${target}  ${name}`, told, page);
  }
}

/**
 * Says what an address or a subnet is for: private, loopback, documentation, a
 * multicast group, the open Internet, …
 *
 * Where entries nest, the most specific one says. A subnet that takes in
 * entries smaller than itself `straddles` them and lists them as `parts`; what
 * does not hold for all of it is then `undefined`, or `"mixed"`.
 *
 * @param target An address or a subnet, or the text of either; a zone does not count.
 * @returns What the registries say.
 * @throws {ParseError} If `target` is text and neither.
 * @see RFC 6890 §2.2.1 and RFC 8190 (columns), RFC 7346 (multicast scopes)
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const { kind, globallyReachable, prefix } = net.ip.classify("192.0.0.9");
 * assert.deepEqual([kind, globallyReachable, `${prefix}`], ["anycast", true, "192.0.0.9/32"]);
 * assert.equal(net.ip.classify("ff02::fb").multicastScope, "link-local");
 * ```
 */
export function classify(target: string | Address | Subnet): Classification {
  const whole = target instanceof Subnet ||
      (typeof target === "string" && target.includes("/"))
    ? subnet(target)
    : address(target);
  const index = indexOf(whole.family);
  const place = whole instanceof Subnet
    ? placeOf(index, whole.network, whole.prefixLength)
    : placeOf(index, whole, whole.bits);
  let node = index[place];
  // Blocks nest, so whatever holds it holds the nearest entry below, or is it.
  while (node !== undefined && !node.entry.prefix.contains(whole)) {
    node = node.parent;
  }
  const parts: RegistryEntry[] = [];
  for (let i = place + 1; whole instanceof Subnet && i < index.length; i++) {
    const { entry } = index[i]!;
    if (!whole.contains(entry.prefix)) break;
    parts.push(entry);
  }
  return describe(whole, node?.chain ?? [], parts);
}

function describe(
  target: Address | Subnet,
  entries: readonly RegistryEntry[],
  parts: readonly RegistryEntry[],
): Classification {
  const [first] = entries;
  const prefix = first?.prefix;
  const found = { target, prefix, entries, parts, rfcs: first?.rfcs ?? [] };
  if (first !== undefined && parts.length === 0) {
    const { kind, name, meaning } = first;
    return new Classification({
      ...sayings(first, target),
      ...found,
      kind,
      name,
      meaning,
    });
  }
  // The entry around counts for what its parts leave over, if they do.
  const rest = first === undefined || cover(target as Subnet, parts)
    ? []
    : [sayings(first, target)];
  const all = [...rest, ...parts.map((part) => sayings(part, part.prefix))];
  const agreed = { ...all[0]! };
  for (const key of Object.keys(agreed) as (keyof Sayings)[]) {
    if (all.some((other) => other[key] !== agreed[key])) {
      agreed[key] = undefined;
    }
  }
  const { kind = "mixed" } = agreed;
  const whole = first !== undefined &&
    (kind === first.kind || first.prefix.equals(target as Subnet));
  return new Classification({
    ...agreed,
    ...found,
    kind,
    name: whole ? first.name : "Several kinds",
    meaning: `${whole ? `${first.meaning} ` : ""}${takesIn(parts)}`,
  });
}

/** What an entry says of an address or subnet within it. */
type Sayings = {
  -readonly [
    Key in keyof Columns | "kind" | "multicastScope"
  ]: Classification[Key] | undefined;
};

function sayings(entry: RegistryEntry, target: Address | Subnet): Sayings {
  const { kind, source, destination, forwardable } = entry;
  const { globallyReachable, reservedByProtocol } = entry;
  if (kind !== "multicast") {
    return {
      kind,
      source,
      destination,
      forwardable,
      globallyReachable,
      reservedByProtocol,
      multicastScope: undefined,
    };
  }
  // The special-purpose registries leave multicast out; its scope tells.
  const scope = entry.scope ?? scopeOf(target);
  const vain = scope === undefined || scope === "reserved" ||
    scope === "unassigned";
  const near = scope === "interface-local" || scope === "link-local";
  return {
    kind,
    source: false,
    destination: vain ? undefined : true,
    forwardable: vain ? undefined : !near,
    globallyReachable: vain ? undefined : scope === "global",
    reservedByProtocol,
    multicastScope: scope,
  };
}

/** The scope of IPv6 multicast, if all of it has one. */
function scopeOf(target: Address | Subnet): MulticastScope | undefined {
  if (target.family === 4) return undefined;
  if (target instanceof Address) return IPV6_SCOPES[target.w0 >>> 16 & 15];
  return target.prefixLength < 16
    ? undefined
    : IPV6_SCOPES[target.network.w0 >>> 16 & 15];
}

/** Whether the parts, which are in order and nest, leave nothing over. */
function cover(whole: Subnet, parts: readonly RegistryEntry[]): boolean {
  let covered = 0n;
  let outer: Subnet | undefined;
  for (const { prefix } of parts) {
    if (outer?.contains(prefix)) continue;
    outer = prefix;
    covered += prefix.size;
  }
  return covered === whole.size;
}

function takesIn(parts: readonly RegistryEntry[]): string {
  const one = parts.length === 1;
  const few = parts.slice(0, 3).map(({ prefix, name }) =>
    `${prefix} (${name})`
  );
  const more = parts.length > 3 ? ", …" : "";
  return `Takes in ${
    one ? "a smaller block" : `${count(parts.length)} smaller blocks`
  } with ${one ? "a meaning of its" : "meanings of their"} own: ${
    few.join(", ")
  }${more}.`;
}

const indexes = new Map<Family, readonly Node[]>();

/** The entries of a family in order, each linked to the one around it. */
function indexOf(family: Family): readonly Node[] {
  const made = indexes.get(family);
  if (made !== undefined) return made;
  const nodes: Node[] = [];
  for (const entry of registry()) {
    if (entry.prefix.family !== family) continue;
    let parent = nodes.at(-1);
    while (
      parent !== undefined && !parent.entry.prefix.contains(entry.prefix)
    ) {
      parent = parent.parent;
    }
    const chain = Object.freeze([entry, ...parent?.chain ?? []]);
    nodes.push({ entry, chain, parent });
  }
  indexes.set(family, nodes);
  return nodes;
}

/** The last entry that starts at or below an address and is no smaller; or -1. */
function placeOf(
  index: readonly Node[],
  start: Address,
  prefixLength: number,
): number {
  let low = 0;
  let high = index.length;
  while (low < high) {
    const middle = low + high >>> 1;
    const { prefix } = index[middle]!.entry;
    const order = compareNumbers(prefix.network, start);
    if (order < 0 || (order === 0 && prefix.prefixLength <= prefixLength)) {
      low = middle + 1;
    } else high = middle;
  }
  return low - 1;
}

/** Orders addresses of one family by number alone: a zone is none. */
function compareNumbers(a: Address, b: Address): number {
  return (a.w0 >>> 0) - (b.w0 >>> 0) || (a.w1 >>> 0) - (b.w1 >>> 0) ||
    (a.w2 >>> 0) - (b.w2 >>> 0) || (a.w3 >>> 0) - (b.w3 >>> 0);
}
