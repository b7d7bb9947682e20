/**
 * The words that a rule begins with and goes on with, as TypeScript knows
 * them: made from the tables of fields and keys.
 *
 * @module
 */

import { headerTable } from "../model/headers.ts";
import {
  ctTable,
  fibTable,
  ipsecTable,
  type KeyRow,
  metaTable,
  osfTable,
  rtTable,
  socketTable,
} from "../model/keys.ts";
import {
  exthdrTable,
  ipOptionTable,
  sctpChunkTable,
  tcpOptionTable,
} from "../model/options.ts";
import type {
  After,
  Existence,
  Field,
  Readable,
  Start,
  State,
  WritableField,
} from "./field.ts";
import type { RuleData, RuleSteps } from "./steps.ts";
import type { AddressValue, Camel, ValueOf } from "./value_types.ts";

export type { KeyRow };

/** Every header, option and key with its fields: what the builder is made of. */
export const fieldTables = {
  headers: headerTable,
  exthdr: exthdrTable,
  tcpOption: tcpOptionTable,
  ipOption: ipOptionTable,
  sctpChunk: sctpChunkTable,
  meta: metaTable,
  ct: ctTable,
  rt: rtTable,
  fib: fibTable,
  socket: socketTable,
  osf: osfTable,
  ipsec: ipsecTable,
} as const;

/** Headers with their fields. */
export type Headers = (typeof fieldTables)["headers"];

/** The fields of a header or option as properties. */
export type FieldsOf<Rows, S extends State> = {
  readonly [Name in keyof Rows as Camel<Name>]: Rows[Name] extends readonly [
    infer Type extends string,
    ...unknown[],
  ] ? WritableField<ValueOf<Type>, RuleBuilder<S>>
    : never;
};

/** Options of a header as properties. */
export type OptionsOf<Table, S extends State> = {
  readonly [Name in keyof Table as Camel<Name>]: Table[Name] extends
    { readonly fields: infer Rows }
    ? FieldsOf<Rows, S> & Existence<RuleBuilder<S>>
    : never;
};

/** What some headers have beside fields. */
export interface MoreOf<S extends State> {
  /** Of the TCP header. */
  readonly tcp: {
    /** TCP options. */
    readonly option: OptionsOf<(typeof fieldTables)["tcpOption"], S>;
  };
  /** Of IPv4. */
  readonly ip: {
    /** IPv4 options. */
    readonly option: OptionsOf<(typeof fieldTables)["ipOption"], S>;
  };
  /** Of the SCTP header. */
  readonly sctp: {
    /** SCTP chunks. */
    readonly chunk: OptionsOf<(typeof fieldTables)["sctpChunk"], S>;
  };
}

/** A header's fields, and what a match on one makes known. */
export type HeaderRoot<Name extends keyof Headers, S extends State> =
  & FieldsOf<Headers[Name]["fields"], After<S, Headers[Name]["needs"]>>
  & (Name extends keyof MoreOf<State>
    ? MoreOf<After<S, Headers[Name]["needs"]>>[Name]
    : unknown);

/** A header, or why it can't stand in this rule. */
export type HeaderIn<Name extends keyof Headers, S extends State> = Name extends
  "th" ? S["transport"] extends true ? HeaderRoot<Name, S>
  : "th needs a transport protocol before it, as meta.l4proto or tcp"
  : Headers[Name]["needs"] extends { readonly nfproto: infer Family }
    ? [Family, S["family"]] extends ["ipv4", "ip6"] | ["ipv6", "ip"]
      ? "this rule is for the other family of addresses"
    : HeaderRoot<Name, S>
  : HeaderRoot<Name, S>;

/** A key of what the kernel knows. */
export type KeyField<Row extends KeyRow, S extends State> = Row extends
  { readonly set: true } ? WritableField<ValueOf<Row["type"]>, RuleBuilder<S>>
  : Field<ValueOf<Row["type"]>, RuleBuilder<S>>;

/** Keys of a table as properties. */
export type Keys<
  Table extends Readonly<Record<string, KeyRow>>,
  S extends State,
> = {
  readonly [Name in keyof Table as Camel<Name>]: KeyField<Table[Name], S>;
};

/** The rows of a table that are of a type. */
export type Where<Table, Condition> = {
  [Name in keyof Table as Table[Name] extends Condition ? Name : never]:
    Table[Name];
};

/** The rows of a table that are not of a type. */
export type Without<Table, Condition> = {
  [Name in keyof Table as Table[Name] extends Condition ? never : Name]:
    Table[Name];
};

/** Keys of `meta`; a match on `l4proto` says the transport. */
export type MetaRoot<S extends State> =
  & Keys<Omit<(typeof fieldTables)["meta"], "l4proto">, S>
  & {
    /** The protocol above IP, also behind extension headers. */
    readonly l4proto: Field<
      ValueOf<"inet_proto">,
      RuleBuilder<After<S, { readonly l4proto: string }>>
    >;
  };

/** Keys of `meta` that need no `meta` before them. */
export type BareMeta<S extends State> = Keys<
  Where<(typeof fieldTables)["meta"], { readonly bare: true }>,
  S
>;

/** Addresses of both families. */
export interface AddressesOf<S extends State> {
  /** Of IPv4. */
  readonly ip: {
    readonly saddr: Field<
      AddressValue,
      RuleBuilder<After<S, { nfproto: "ipv4" }>>
    >;
    readonly daddr: Field<
      AddressValue,
      RuleBuilder<After<S, { nfproto: "ipv4" }>>
    >;
  };
  /** Of IPv6. */
  readonly ip6: {
    readonly saddr: Field<
      AddressValue,
      RuleBuilder<After<S, { nfproto: "ipv6" }>>
    >;
    readonly daddr: Field<
      AddressValue,
      RuleBuilder<After<S, { nfproto: "ipv6" }>>
    >;
  };
}

/** What conntrack knows of one direction. */
export type CtDirection<S extends State> =
  & Keys<
    Without<
      Where<(typeof fieldTables)["ct"], { readonly direction: string }>,
      { readonly family: true }
    >,
    S
  >
  & AddressesOf<S>;

/** Keys of `ct`. */
export type CtRoot<S extends State> =
  & Keys<Without<(typeof fieldTables)["ct"], { readonly direction: "must" }>, S>
  & {
    /** From who began the connection to who answered. */
    readonly original: CtDirection<S>;
    /** The way back. */
    readonly reply: CtDirection<S>;
  };

/** What routing found. */
export type RtRoot<S extends State> =
  & Keys<Omit<(typeof fieldTables)["rt"], "nexthop">, S>
  & {
    /** The next hop of IPv4. */
    readonly ip: { readonly nexthop: Field<AddressValue, RuleBuilder<S>> };
    /** The next hop of IPv6. */
    readonly ip6: { readonly nexthop: Field<AddressValue, RuleBuilder<S>> };
  };

/** What a lookup in the routing tables is made with. */
export type FibFlag = "saddr" | "daddr" | "mark" | "iif" | "oif";

/** What a lookup in the routing tables finds. */
export type FibRoot<S extends State> =
  & Keys<Omit<(typeof fieldTables)["fib"], "oif">, S>
  & {
    /** The interface by which the packet would go out. */
    readonly oif:
      & Field<ValueOf<"iface_index">, RuleBuilder<S>>
      & Pick<Existence<RuleBuilder<S>>, "exists" | "missing">;
  };

/** Of the local socket. */
export type SocketRoot<S extends State> =
  & Keys<Omit<(typeof fieldTables)["socket"], "cgroupv2">, S>
  & {
    /** The control group of the socket's process, at a level. */
    cgroupv2(level: number): Field<string, RuleBuilder<S>>;
  };

/** Of the IPsec state. */
export type IpsecRoot<S extends State> =
  & Keys<Without<(typeof fieldTables)["ipsec"], { readonly family: true }>, S>
  & AddressesOf<S>;

/** The words of every kind that a rule can go on with. */
export type Roots<S extends State> =
  & { readonly [Name in keyof Headers]: HeaderIn<Name, S> }
  & BareMeta<S>
  & {
    /** What the kernel knows of the packet beside its octets. */
    readonly meta: MetaRoot<S>;
    /** Connection tracking. */
    readonly ct: CtRoot<S>;
    /** The route that was chosen. */
    readonly rt: RtRoot<S>;
    /** The local socket that the packet is for. */
    readonly socket: SocketRoot<S>;
    /** Which system a SYN seems to come from. */
    readonly osf: Keys<(typeof fieldTables)["osf"], S>;
    /** IPv6 extension headers. */
    readonly exthdr: OptionsOf<
      (typeof fieldTables)["exthdr"],
      After<S, { readonly nfproto: "ipv6" }>
    >;
    /** Looks the packet up in the routing tables. */
    fib(flag: FibFlag, ...more: readonly FibFlag[]): FibRoot<S>;
    /** IPsec states of packets that come in or go out. */
    ipsec(dir: "in" | "out", spnum?: number): IpsecRoot<S>;
    /** Bits at a place of a header. */
    raw(
      base: "ll" | "nh" | "th" | "ih",
      offset: number,
      len: number,
    ): WritableField<number | bigint, RuleBuilder<S>>;
    /** Several fields as one key. */
    concat<const Parts extends readonly Field<never>[]>(
      ...parts: Parts
    ): Field<
      {
        readonly [I in keyof Parts]: Parts[I] extends Field<infer V> ? V
          : never;
      },
      RuleBuilder<Joined<S, Parts[number]>>
    >;
    /** A number that counts up or is drawn by chance. */
    numgen(
      mode: "inc" | "random",
      mod: number,
      offset?: number,
    ): Field<number, RuleBuilder<S>>;
    /** A hash of fields. */
    jhash(
      field: Readable,
      options: {
        readonly mod: number;
        readonly seed?: number;
        readonly offset?: number;
      },
    ): Field<number, RuleBuilder<S>>;
    /** A hash of a connection, alike both ways. */
    symhash(mod: number, offset?: number): Field<number, RuleBuilder<S>>;
  };

/** The state after several fields. */
export interface Joined<S extends State, Part> extends State {
  /** As before. */
  readonly transport: S["transport"];
  /** That of the fields, if they have one. */
  readonly family: [FamilyOf<Part>] extends [never] ? S["family"]
    : FamilyOf<Part>;
  /** As before. */
  readonly kind: S["kind"];
}

/** The family that a field is for. */
export type FamilyOf<Part> = Part extends Field<never, infer Next>
  ? Next extends RuleData<infer T> ? Exclude<T["family"], "any"> : never
  : never;

/** A rule that is being written: each step gives a new one. */
export type RuleBuilder<S extends State = State> =
  & Roots<S>
  & RuleSteps<S, RuleBuilder<S>, RuleBuilder<Start>>;

/** A word of an empty rule. */
export type Word<Name extends keyof Roots<Start>> = Roots<Start>[Name];
