/**
 * The relatives of DNS that ask everybody on the link.
 *
 * @module
 */

import { layer } from "../../codec.ts";
import type { FieldTable, Layer } from "../../layer.ts";
import { OPCODES, RCODES } from "./codes.ts";
import { gist, questions, records } from "./message.ts";

/** The fields of a message of multicast DNS: those of DNS, but for two bits. */
export const mdnsFields = {
  /** 0 in all that is sent by multicast. */
  id: { bits: 16, show: "hex" },
  /** 0 for a query, 1 for a response. */
  qr: { bits: 1, names: { 0: "query", 1: "response" } },
  /** The kind of query: 0. */
  opcode: { bits: 4, names: OPCODES },
  /** As in DNS; TC says that more known answers follow. */
  flags: ["AA", "TC", "RD", "RA", "Z", "AD", "CD"],
  /** The response code: 0. */
  rcode: { bits: 4, names: RCODES },
  /** How many questions there are. */
  questionCount: 16,
  /** How many answers there are. */
  answerCount: 16,
  /** How many records there are that a probe claims. */
  authorityCount: 16,
  /** How many other records there are. */
  additionalCount: 16,
  /** What is asked; each says whether a unicast answer will do (QU). */
  questions: questions(true),
  /** The answers; in a query those that are known. */
  answers: records("answerCount", true),
  /** In a probe, what it claims. */
  authorities: records("authorityCount", true),
  /** What is useful beside. */
  additionals: records("additionalCount", true),
} as const satisfies FieldTable;

/** Multicast DNS. */
export const mdns: Layer<"mdns", typeof mdnsFields> = layer(
  "mdns",
  mdnsFields,
  {
    source: "RFC 6762 §18",
    under: [["udp", 5353]],
    header: "parsed",
    summary: (message) => gist(message),
  },
);

/** The fields of a message of link-local multicast name resolution. */
export const llmnrFields = {
  /** Tells which query a response belongs to. */
  id: { bits: 16, show: "hex" },
  /** 0 for a query, 1 for a response. */
  qr: { bits: 1, names: { 0: "query", 1: "response" } },
  /** The kind of query: 0. */
  opcode: { bits: 4, names: OPCODES },
  /** Conflict (more than one has the name), truncated, tentative. */
  flags: ["C", "TC", "T"],
  /** Bits that mean nothing. */
  reserved: 4,
  /** The response code: 0. */
  rcode: { bits: 4, names: RCODES },
  /** How many questions there are: 1. */
  questionCount: 16,
  /** How many answers there are. */
  answerCount: 16,
  /** How many records there are of name servers in charge. */
  authorityCount: 16,
  /** How many other records there are. */
  additionalCount: 16,
  /** What is asked. */
  questions: questions(),
  /** The answers. */
  answers: records("answerCount"),
  /** Who is in charge. */
  authorities: records("authorityCount"),
  /** What is useful beside. */
  additionals: records("additionalCount"),
} as const satisfies FieldTable;

/** Link-local multicast name resolution. */
export const llmnr: Layer<"llmnr", typeof llmnrFields> = layer(
  "llmnr",
  llmnrFields,
  {
    source: "RFC 4795 §2.1.1",
    under: [["udp", 5355]],
    header: "parsed",
    summary: (message) => gist(message),
  },
);
