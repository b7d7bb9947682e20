/**
 * The Domain Name System.
 *
 * @module
 */

import { layer } from "../../codec.ts";
import type { FieldTable, Layer } from "../../layer.ts";
import { OPCODES, RCODES } from "./codes.ts";
import { gist, outcome, questions, records } from "./message.ts";

export type {
  DnsOptRecord,
  DnsQuestion,
  DnsQuestionInput,
  DnsRecord,
  DnsRecordInput,
} from "./record.ts";

/** The fields of a DNS message. */
export const dnsFields = {
  /** Tells which question an answer belongs to. */
  id: { bits: 16, show: "hex" },
  /** 0 for a query, 1 for a response. */
  qr: { bits: 1, names: { 0: "query", 1: "response" } },
  /** The kind of query. */
  opcode: { bits: 4, names: OPCODES },
  /**
   * Authoritative answer, truncated, recursion desired, recursion available; a
   * bit not in use; authentic data and checking disabled (RFC 4035 §3).
   */
  flags: ["AA", "TC", "RD", "RA", "Z", "AD", "CD"],
  /** The lower four bits of the response code; an OPT record has the others. */
  rcode: { bits: 4, names: RCODES },
  /** How many questions there are. */
  questionCount: 16,
  /** How many answers there are. */
  answerCount: 16,
  /** How many records there are of name servers in charge. */
  authorityCount: 16,
  /** How many other records there are, OPT and TSIG among them. */
  additionalCount: 16,
  /** What is asked; in an update the zone (RFC 2136 §2.3). */
  questions: questions(),
  /** The answers; in an update what must be so before (RFC 2136 §2.4). */
  answers: records("answerCount"),
  /** Who is in charge; in an update what is to change (RFC 2136 §2.5). */
  authorities: records("authorityCount"),
  /** What is useful beside. */
  additionals: records("additionalCount"),
} as const satisfies FieldTable;

/** DNS; over TCP the length in front of a message is a layer of its own. */
export const dns: Layer<"dns", typeof dnsFields> = layer("dns", dnsFields, {
  source: "RFC 1035 §4.1",
  under: [["udp", 53], ["dnsTcp", 0]],
  header: "parsed",
  summary: (message) => gist(message, outcome(message)),
});

/** The fields before a DNS message in a TCP stream. */
export const dnsTcpFields = {
  /** How many octets the message has. */
  length: 16,
} as const satisfies FieldTable;

/** Octets of a DNS header. */
const HEADER = 12;

/** What stands before each DNS message in a TCP stream. */
export const dnsTcp: Layer<"dnsTcp", typeof dnsTcpFields> = layer(
  "dnsTcp",
  dnsTcpFields,
  {
    source: "RFC 1035 §4.2.2",
    under: [["tcp", 53]],
    select: () => 0,
    payload: { from: "length", octets: ({ length }) => length },
    computed: { length: ({ payload }) => payload },
    // The start of a segment need not be that of a message.
    tentative: true,
    check: ({ length }) =>
      length >= HEADER
        ? undefined
        : `message of ${length} octets, ${HEADER} at least`,
    summary: ({ length }) => `${length} octets`,
  },
);
