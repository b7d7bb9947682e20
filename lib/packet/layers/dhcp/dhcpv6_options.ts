/**
 * The options of DHCP for IPv6, some of which hold options in turn.
 *
 * @module
 */

import type { Address } from "../../../ip/address.ts";
import { record, when } from "../../compound.ts";
import type { Cursor, Format } from "../../format.ts";
import type { FieldTable } from "../../layer.ts";
import {
  type OptionInput,
  type OptionKinds,
  options,
  type OptionValue,
} from "../../options.ts";
import { DHCPV6_MESSAGES, PLAIN_OPTIONS } from "./dhcpv6_plain_options.ts";

/** An option that may hold others, as many levels deep. */
export type Dhcpv6Option =
  | OptionValue<typeof PLAIN_OPTIONS>
  | Dhcpv6Association
  | Dhcpv6TemporaryAssociation
  | Dhcpv6Lease
  | Dhcpv6PrefixLease
  | Dhcpv6Relayed
  | Dhcpv6LeaseQuery
  | Dhcpv6Enclosed;

/** An association of addresses or prefixes with a client (RFC 8415 §21.4). */
export interface Dhcpv6Association {
  /** For addresses or for prefixes. */
  readonly kind: "iaNa" | "iaPd";
  /** Which of the client's associations it is. */
  readonly iaid: number;
  /** When to ask the same server for more time, in seconds. */
  readonly t1: number;
  /** When to ask any server, in seconds. */
  readonly t2: number;
  /** The addresses or prefixes, a status. */
  readonly options: readonly Dhcpv6Option[];
}

/** An association of temporary addresses with a client (RFC 8415 §21.5). */
export interface Dhcpv6TemporaryAssociation {
  /** Always `"iaTa"`. */
  readonly kind: "iaTa";
  /** Which of the client's associations it is. */
  readonly iaid: number;
  /** The addresses, a status. */
  readonly options: readonly Dhcpv6Option[];
}

/** An address that a client has (RFC 8415 §21.6). */
export interface Dhcpv6Lease {
  /** Always `"iaAddress"`. */
  readonly kind: "iaAddress";
  /** The address. */
  readonly address: Address;
  /** For how long it may be used in new connections, in seconds. */
  readonly preferredLifetime: number;
  /** For how long it may be used at all, in seconds. */
  readonly validLifetime: number;
  /** A status, perhaps. */
  readonly options: readonly Dhcpv6Option[];
}

/** A prefix that a client has (RFC 8415 §21.22). */
export interface Dhcpv6PrefixLease {
  /** Always `"iaPrefix"`. */
  readonly kind: "iaPrefix";
  /** For how long it may be used in new connections, in seconds. */
  readonly preferredLifetime: number;
  /** For how long it may be used at all, in seconds. */
  readonly validLifetime: number;
  /** How many bits of the prefix count. */
  readonly prefixLength: number;
  /** The prefix. */
  readonly prefix: Address;
  /** A status, perhaps. */
  readonly options: readonly Dhcpv6Option[];
}

/** A message that a relay agent passes on (RFC 8415 §21.10). */
export interface Dhcpv6Relayed {
  /** Always `"relayMessage"`. */
  readonly kind: "relayMessage";
  /** The message. */
  readonly message: Dhcpv6Message;
}

/** A question about leases (RFC 5007 §4.1.2.1). */
export interface Dhcpv6LeaseQuery {
  /** Always `"leaseQuery"`. */
  readonly kind: "leaseQuery";
  /** 1 by address, 2 by client, and so on. */
  readonly type: number;
  /** On which link; `::` for all. */
  readonly linkAddress: Address;
  /** What is asked for. */
  readonly options: readonly Dhcpv6Option[];
}

/** Options put together: those of one client, those of a relay agent. */
export interface Dhcpv6Enclosed {
  /** RFC 5007 §4.1.2.2, RFC 6422 §4. */
  readonly kind: "clientData" | "relaySupplied";
  /** The options. */
  readonly options: readonly Dhcpv6Option[];
}

/** A message inside another, as plain data. */
export interface Dhcpv6Message {
  /** Its type. */
  readonly type: number;
  /** Which exchange it belongs to; relay agents' messages have none. */
  readonly transactionId?: number | undefined;
  /** Relay agents that it has passed. */
  readonly hopCount?: number | undefined;
  /** An address of the link that the client is on. */
  readonly linkAddress?: Address | undefined;
  /** From whom the relay agent had it. */
  readonly peerAddress?: Address | undefined;
  /** The options. */
  readonly options: readonly Dhcpv6Option[];
}

/** What may be given for the fields of something that holds options. */
type Loose<T> = {
  readonly [K in Exclude<keyof T, "kind">]?:
    | (K extends "options" ? readonly Dhcpv6OptionInput[]
      : T[K] extends Dhcpv6Message ? Loose<Dhcpv6Message>
      : T[K] extends Address | undefined ? Address | string
      : T[K])
    | undefined;
};

type Holder<T extends { readonly kind: string }> =
  & Pick<T, "kind">
  & Loose<T>;

/** An option to build. */
export type Dhcpv6OptionInput =
  | OptionInput<typeof PLAIN_OPTIONS>
  | Holder<Dhcpv6Association>
  | Holder<Dhcpv6TemporaryAssociation>
  | Holder<Dhcpv6Lease>
  | Holder<Dhcpv6PrefixLease>
  | Holder<Dhcpv6Relayed>
  | Holder<Dhcpv6LeaseQuery>
  | Holder<Dhcpv6Enclosed>;

type Nested = Format<readonly Dhcpv6Option[], readonly Dhcpv6OptionInput[]>;

/** How deep options may lie inside options; relay agents add 2 levels each. */
const DEEPEST = 32;

let depth = 0;

/** Counts the levels, so that octets cannot make the stack overflow. */
function deeper<T>(from: Cursor, read: () => T): T {
  if (depth === DEEPEST) from.fail(`options ${DEEPEST} levels deep`);
  depth++;
  try {
    return read();
  } finally {
    depth--;
  }
}

/** Options inside an option: of the same kinds, which are not yet known here. */
const inner: Nested = {
  about: "options",
  empty: [],
  isQuiet: true,
  read: (from) => deeper(from, () => dhcpv6Options.read(from)),
  write: (to, value) => dhcpv6Options.write(to, value),
  random: (random, fields) =>
    random() < 0.5 ? [] : dhcpv6Options.random(random, fields),
  text: (value) => dhcpv6Options.text(value),
};

/** The types that relay agents use among themselves and with servers. */
const RELAYED = [12, 13] as const;

const isExchange = ({ type }: { readonly type?: number }) =>
  type !== 12 && type !== 13;

/** The fields of a message of DHCPv6. */
export const dhcpv6Fields = {
  /** The kind of message. */
  type: { bits: 8, names: DHCPV6_MESSAGES },
  /** Tells which request a reply belongs to; relay agents' messages have none. */
  transactionId: when(isExchange, { bits: 24, show: "hex" }),
  /** Relay agents that the message inside has passed. */
  hopCount: when({ type: RELAYED }, 8),
  /** An address of the link that the client is on. */
  linkAddress: when({ type: RELAYED }, "ipv6"),
  /** From whom the relay agent had the message. */
  peerAddress: when({ type: RELAYED }, "ipv6"),
  /** The options; a message that is passed on is one of them. */
  options: inner,
} as const satisfies FieldTable;

/** A message inside another. */
const message = record(dhcpv6Fields, "a message") as unknown as Format<
  Dhcpv6Message
>;

/** By number, the name and the fields of the options that hold others. */
const HOLDERS = {
  3: ["iaNa", { iaid: 32, t1: 32, t2: 32, options: inner }],
  4: ["iaTa", { iaid: 32, options: inner }],
  5: ["iaAddress", {
    address: "ipv6",
    preferredLifetime: 32,
    validLifetime: 32,
    options: inner,
  }],
  9: ["relayMessage", { message }],
  25: ["iaPd", { iaid: 32, t1: 32, t2: 32, options: inner }],
  26: ["iaPrefix", {
    preferredLifetime: 32,
    validLifetime: 32,
    prefixLength: 8,
    prefix: "ipv6",
    options: inner,
  }],
  44: ["leaseQuery", { type: 8, linkAddress: "ipv6", options: inner }],
  45: ["clientData", { options: inner }],
  66: ["relaySupplied", { options: inner }],
} as const satisfies OptionKinds;

const dhcpv6Options: Nested = options({
  kind: 16,
  length: 16,
  covers: "value",
  kinds: { ...PLAIN_OPTIONS, ...HOLDERS },
}) as unknown as Nested;
