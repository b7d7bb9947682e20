/**
 * What DNS messages are made of.
 *
 * @module
 */

import { OPCODES, SIGNATURE_ERRORS } from "../packet/layers/dns/codes.ts";
import type {
  DnsOptRecord,
  DnsQuestion,
  DnsQuestionInput,
  DnsRecord,
  DnsRecordInput,
} from "./record.ts";

/**
 * The bits of a message's head: authoritative answer, truncated, recursion
 * desired and available, one not in use, authentic data, checking disabled.
 */
export type MessageFlag = "AA" | "TC" | "RD" | "RA" | "Z" | "AD" | "CD";

/** What a {@linkcode Message} is made of, and what {@linkcode encode} takes. */
export interface MessageInput {
  /** Tells which question an answer belongs to: 0 to 65535. @default {0} */
  readonly id?: number | undefined;
  /** 0 for a query, 1 for a response. @default {0} */
  readonly qr?: 0 | 1 | undefined;
  /** The kind of query: 0 asks, 4 notifies, 5 updates. @default {0} */
  readonly opcode?: number | undefined;
  /** The bits that are set. @default {[]} */
  readonly flags?: readonly MessageFlag[] | undefined;
  /**
   * The response code; one above 15 needs an `opt`, which has its upper bits.
   * @default {0}
   */
  readonly rcode?: number | undefined;
  /** What is asked. @default {[]} */
  readonly questions?: readonly DnsQuestionInput[] | undefined;
  /** The answers. @default {[]} */
  readonly answers?: readonly DnsRecordInput[] | undefined;
  /** Who is in charge. @default {[]} */
  readonly authorities?: readonly DnsRecordInput[] | undefined;
  /** What is useful beside, without OPT. @default {[]} */
  readonly additionals?: readonly DnsRecordInput[] | undefined;
  /** What EDNS says. @default {none: no EDNS} */
  readonly opt?: Omit<DnsRecordInput & { type: "OPT" }, "type"> | undefined;
}

/** The parts of a decoded message. */
export interface MessageParts {
  /** Tells which question an answer belongs to. */
  readonly id: number;
  /** 0 for a query, 1 for a response. */
  readonly qr: 0 | 1;
  /** The kind of query. */
  readonly opcode: number;
  /** The bits that are set. */
  readonly flags: readonly MessageFlag[];
  /** The response code, of twelve bits where there is an `opt`. */
  readonly rcode: number;
  /** What is asked. */
  readonly questions: readonly DnsQuestion[];
  /** The answers. */
  readonly answers: readonly DnsRecord[];
  /** Who is in charge. */
  readonly authorities: readonly DnsRecord[];
  /** What is useful beside, without OPT. */
  readonly additionals: readonly DnsRecord[];
  /** What EDNS says. */
  readonly opt: DnsOptRecord | undefined;
  /** How many octets it has. */
  readonly size: number;
}

/** Response codes by number; of the two meanings of 16 the one of a head. */
const RCODE_NAMES: Readonly<Record<number, string>> = {
  ...SIGNATURE_ERRORS,
  16: "BADVERS",
};

/**
 * Names a response code.
 *
 * @param rcode The code, of four or twelve bits.
 * @returns `"NOERROR"`, `"NXDOMAIN"`, …; `RCODE` and the number for others.
 * @see RFC 6895 §2.3
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * assert.equal(net.dns.rcodeName(3), "NXDOMAIN");
 * ```
 */
export function rcodeName(rcode: number): string {
  return RCODE_NAMES[rcode] ?? `RCODE${rcode}`;
}

/**
 * Names a kind of query as dig does.
 *
 * @param opcode The number.
 * @returns `"QUERY"`, `"NOTIFY"`, …; `RESERVED` and the number for others.
 * @see RFC 6895 §2.2
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * assert.equal(net.dns.opcodeName(4), "NOTIFY");
 * ```
 */
export function opcodeName(opcode: number): string {
  const names: Readonly<Record<number, string>> = OPCODES;
  return names[opcode]?.toUpperCase() ?? `RESERVED${opcode}`;
}
