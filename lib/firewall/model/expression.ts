/**
 * What a rule compares, sets and looks up: the expressions of nftables, as
 * plain data. Names and shapes are those of libnftables-json(5), so that what
 * `nft -j` prints can be read here, with one canonical form for each meaning:
 *
 * - integers are numbers (ports, marks, lengths), addresses the text that
 *   `net.ip` prints, MAC addresses lower case with colons;
 * - a value whose data type has names is its name (`"tcp"`, `"echo-request"`,
 *   `"established"`, `"cs1"`), and a number only where it has none;
 * - several bits of a bitmask are an array of names, lowest bit first;
 * - interface names are strings, `"eth*"` stands for all that begin so;
 * - times are seconds.
 *
 * @module
 */

/** A constant: an address, a name, a number, or whether something exists. */
export type Literal = string | number | boolean;

/** All addresses that share their first bits. */
export interface PrefixValue {
  /** Any address in it, and how many bits count. */
  readonly prefix: { readonly addr: string; readonly len: number };
}

/** All values from the first to the second, both included. */
export interface RangeValue {
  /** The first and the last. */
  readonly range: readonly [Literal, Literal];
}

/** Several values side by side, as one key. */
export interface Concat {
  /** The parts. */
  readonly concat: readonly Expression[];
}

/** One constant of whatever form: it may be a set's element or a match's right side. */
export type Value =
  | Literal
  | PrefixValue
  | RangeValue
  | Concat
  | readonly string[];

/** What becomes of a packet. */
export type Verdict =
  | { readonly accept: null }
  | { readonly drop: null }
  | { readonly continue: null }
  | { readonly return: null }
  | { readonly jump: { readonly target: string } }
  | { readonly goto: { readonly target: string } };

/** An element with what it carries beside its value. */
export interface Element {
  /** Its value, and what it carries. */
  readonly elem: {
    readonly val: Expression;
    /** Seconds until it goes, from when it was added. */
    readonly timeout?: number;
    /** Seconds that are left of that. */
    readonly expires?: number;
    readonly comment?: string;
    readonly counter?: Counts | null;
    readonly limit?: Limit;
    readonly quota?: Quota;
    readonly "ct count"?: ConnectionCount;
  };
}

/** How many packets and octets passed. */
export interface Counts {
  /** Packets. */
  readonly packets: number;
  /** Their octets. */
  readonly bytes: number;
}

/** A rate: a bucket that holds `burst` tokens and gains `rate` of them `per` time. */
export interface Limit {
  /** How much is gained each time. */
  readonly rate: number;
  /** Packets unless said. */
  readonly rate_unit?: "bytes" | "kbytes" | "mbytes";
  /** Each time. */
  readonly per: "second" | "minute" | "hour" | "day" | "week";
  /** 5 for packets and 0 octets for octets, unless said. */
  readonly burst?: number;
  /** Octets unless said. */
  readonly burst_unit?: "bytes" | "kbytes" | "mbytes";
  /** True: matches what goes over the rate. */
  readonly inv?: true;
}

/** A volume: matches until it is used up, or from then on. */
export interface Quota {
  /** How much. */
  readonly val: number;
  /** Octets unless said. */
  readonly val_unit?: "kbytes" | "mbytes";
  /** How much is used up. */
  readonly used?: number;
  /** Octets unless said. */
  readonly used_unit?: "kbytes" | "mbytes";
  /** True: matches what goes over it. */
  readonly inv?: true;
}

/** How many connections of a key are alive. */
export interface ConnectionCount {
  /** How many. */
  readonly val: number;
  /** True: matches from one more on. */
  readonly inv?: true;
}

/** A key and what it stands for in a map that stands in a rule. */
export type Mapping = readonly [key: Value | Element, value: Value | Verdict];

/** A set that stands in a rule. */
export interface AnonymousSet {
  /** The elements. */
  readonly set: readonly (Value | Element)[];
}

/** A map that stands in a rule. */
export interface AnonymousMap {
  /** The mappings. */
  readonly set: readonly Mapping[];
}

/** A named set or map: its name after `@`. */
export type SetReference = `@${string}`;

/** A field of a header by name. */
export interface NamedPayload {
  /** Header and field. */
  readonly payload: { readonly protocol: string; readonly field: string };
}

/** Bits at a place: `offset` and `len` in bits from the start of a header. */
export interface RawPayload {
  /** From which header on, and which bits. */
  readonly payload: {
    readonly base: "ll" | "nh" | "th" | "ih";
    readonly offset: number;
    readonly len: number;
  };
}

/** What the kernel knows of a packet beside its octets. */
export interface Meta {
  /** What, by nft's name. */
  readonly meta: { readonly key: string };
}

/** What connection tracking knows of a packet. */
export interface Ct {
  /** What, by nft's name, of which direction. */
  readonly ct: {
    readonly key: string;
    readonly family?: "ip" | "ip6";
    readonly dir?: "original" | "reply";
  };
}

/** A field of an IPv6 extension header; without `field`: whether it is there. */
export interface ExtensionHeader {
  /** Header and field. */
  readonly exthdr: {
    readonly name: string;
    readonly field?: string;
    readonly offset?: number;
  };
}

/** A field of a TCP option; without `field`: whether it is there. */
export interface TcpOption {
  /** Option and field. */
  readonly "tcp option":
    | { readonly name: string; readonly field?: string }
    /** Raw bits of the option of this kind. */
    | { readonly base: number; readonly offset: number; readonly len: number };
}

/** A field of an IPv4 option; without `field`: whether it is there. */
export interface IpOption {
  /** Option and field. */
  readonly "ip option": { readonly name: string; readonly field?: string };
}

/** A field of an SCTP chunk; without `field`: whether it is there. */
export interface SctpChunk {
  /** Chunk and field. */
  readonly "sctp chunk": { readonly name: string; readonly field?: string };
}

/** What routing found for a packet. */
export interface RoutingData {
  /** What, and of which family. */
  readonly rt: {
    readonly key: "classid" | "nexthop" | "mtu" | "ipsec";
    readonly family?: "ip" | "ip6";
  };
}

/** What a lookup in the routing tables finds. */
export interface Fib {
  /** What is looked for, and by what. */
  readonly fib: {
    readonly result: "oif" | "oifname" | "type";
    readonly flags: readonly ("saddr" | "daddr" | "mark" | "iif" | "oif")[];
  };
}

/** Of the local socket that a packet belongs to. */
export interface SocketData {
  /** What of it; of a control group, how deep. */
  readonly socket: {
    readonly key: "transparent" | "mark" | "wildcard" | "cgroupv2";
    readonly level?: number;
  };
}

/** Who sent it, by its TCP fingerprint. */
export interface OsFingerprint {
  /** What of it, and how its TTL is judged. */
  readonly osf: {
    readonly key: "name" | "version";
    readonly ttl?: "loose" | "skip";
  };
}

/** Of the IPsec state of a packet. */
export interface Ipsec {
  /** What, and of which state. */
  readonly ipsec: {
    readonly key: string;
    readonly dir: "in" | "out";
    readonly spnum?: number;
    readonly family?: "ip" | "ip6";
  };
}

/** A number that counts up, or is drawn by chance, below `mod`, plus `offset`. */
export interface NumberGenerator {
  /** How it counts, and how far. */
  readonly numgen: {
    readonly mode: "inc" | "random";
    readonly mod: number;
    readonly offset?: number;
  };
}

/** A hash of expressions, below `mod`, plus `offset`. */
export interface JenkinsHash {
  /** Of what, and how far. */
  readonly jhash: {
    readonly expr: Expression;
    readonly mod: number;
    readonly seed?: number;
    readonly offset?: number;
  };
}

/** A hash of a connection, alike both ways, below `mod`, plus `offset`. */
export interface SymmetricHash {
  /** How far. */
  readonly symhash: { readonly mod: number; readonly offset?: number };
}

/** Two operands, and what is made of their bits. */
export type BinaryOperation =
  | { readonly "&": readonly [Expression, Expression] }
  | { readonly "|": readonly [Expression, Expression] }
  | { readonly "^": readonly [Expression, Expression] }
  | { readonly "<<": readonly [Expression, Expression] }
  | { readonly ">>": readonly [Expression, Expression] };

/** What a key stands for in a map. */
export interface MapLookup {
  /** The key, and where it is looked up. */
  readonly map: {
    readonly key: Expression;
    readonly data: AnonymousMap | SetReference;
  };
}

/** What is read from a packet and from what the kernel knows of it. */
export type Selector =
  | NamedPayload
  | RawPayload
  | Meta
  | Ct
  | ExtensionHeader
  | TcpOption
  | IpOption
  | SctpChunk
  | RoutingData
  | Fib
  | SocketData
  | OsFingerprint
  | Ipsec
  | NumberGenerator
  | JenkinsHash
  | SymmetricHash;

/** Anything that has a value. */
export type Expression =
  | Value
  | Selector
  | BinaryOperation
  | MapLookup
  | AnonymousSet;
