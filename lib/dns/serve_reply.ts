/**
 * From a query's octets to those of its response.
 *
 * @module
 */

import { DecodeError } from "../errors.ts";
import type { Endpoint } from "../socket/endpoint.ts";
import { decode, encode, type Message } from "./message.ts";
import type { MessageFlag, MessageInput } from "./message_parts.ts";
import type { DnsQuestion, DnsRecordInput } from "./record.ts";
import { RCODE } from "./serve_zones.ts";

/** Who asks, and how. */
export interface Client {
  /** Where the question came from. */
  readonly from: Endpoint;
  /** How it came. */
  readonly transport: "udp" | "tcp";
}

/** What a {@linkcode Responder} says to a question. */
export interface Reply {
  /** The response code. @default {0, NOERROR} */
  readonly rcode?: number | undefined;
  /** AA, RA or AD; the bits of the question are copied anyway. @default {[]} */
  readonly flags?: readonly MessageFlag[] | undefined;
  /** The answers. @default {[]} */
  readonly answers?: readonly DnsRecordInput[] | undefined;
  /** Who is in charge. @default {[]} */
  readonly authorities?: readonly DnsRecordInput[] | undefined;
  /** What is useful beside. @default {[]} */
  readonly additionals?: readonly DnsRecordInput[] | undefined;
  /** Options of EDNS, for those who speak it. @default {[]} */
  readonly options?: NonNullable<MessageInput["opt"]>["options"];
  /** Whether to say that it was cut if an additional record finds no room. */
  readonly needsGlue?: boolean | undefined;
}

/** Who asks a {@linkcode Responder}, how, and with what else. */
export interface QueryContext extends Client {
  /** The whole query, which has one question. */
  readonly query: Message;
}

/**
 * Answers questions of its own accord.
 *
 * @param question What is asked.
 * @param context Who asks, and the whole query.
 * @returns What to say; `undefined` to say nothing at all.
 */
export type Responder = (
  question: DnsQuestion,
  context: QueryContext,
) => Reply | undefined | Promise<Reply | undefined>;

/** What came, as far as it makes sense. */
export type Received =
  | { readonly query: Message; readonly octets?: undefined }
  | { readonly query?: undefined; readonly octets: Uint8Array | undefined };

/** Octets of a message's head. */
const HEAD = 12;
/** The least that everybody takes by UDP. */
const LEAST = 512;

/**
 * Reads a query.
 *
 * @param octets What came.
 * @returns The query, if it is one with one question that we understand the form
 * of; else the response, if there is to be one. Responses are never answered:
 * two servers would go on for ever.
 */
export function receive(octets: Uint8Array): Received {
  if (octets.length < HEAD || octets[2]! >> 7 === 1) {
    return { octets: undefined };
  }
  let query: Message;
  try {
    query = decode(octets);
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    // Nothing of it is repeated but its number and the kind of query.
    const head = new Uint8Array(HEAD);
    head.set(octets.subarray(0, 3));
    head[2] = head[2]! & 0x79 | 0x80;
    head[3] = RCODE.FORMERR;
    return { octets: head };
  }
  const say = (rcode: number): Received => ({
    octets: respond(query, { rcode }, LEAST),
  });
  if (query.opcode !== 0) return say(RCODE.NOTIMP);
  if (query.questions.length !== 1) return say(RCODE.FORMERR);
  if (query.opt !== undefined && query.opt.version > 0) {
    return say(RCODE.BADVERS);
  }
  return { query };
}

/**
 * Puts a response together.
 *
 * @param query What was asked.
 * @param reply What to say.
 * @param limit The most octets.
 * @param payloadSize The largest UDP payload that we take.
 * @returns The response, cut to fit.
 */
export function respond(
  query: Message,
  reply: Reply,
  limit: number,
  payloadSize = 1232,
): Uint8Array<ArrayBuffer> {
  const { id, opcode, questions, opt } = query;
  const { rcode = 0, options = [], additionals = [] } = reply;
  const flags = [
    ...reply.flags ?? [],
    ...query.flags.filter((flag) => flag === "RD" || flag === "CD"),
  ];
  const octets = encode({
    id,
    qr: 1,
    opcode,
    flags,
    // Without EDNS there is no room for more.
    rcode: opt === undefined && rcode > 15 ? RCODE.SERVFAIL : rcode,
    questions: questions.length === 1 ? questions : [],
    answers: reply.answers,
    authorities: reply.authorities,
    additionals,
    opt: opt === undefined ? undefined : {
      udpPayloadSize: payloadSize,
      flags: opt.flags.filter((flag) => flag === "DO"),
      options,
    },
  }, { limit });
  if (reply.needsGlue) {
    const written = (octets[10]! << 8 | octets[11]!) - (opt ? 1 : 0);
    // A referral without its glue leads nowhere (RFC 9471 §3).
    if (written < additionals.length) octets[2]! |= 2;
  }
  return octets;
}

/**
 * Tells how much a client takes by UDP.
 *
 * @param query What it asked.
 * @param payloadSize The most that we send.
 * @returns Octets.
 * @see RFC 6891 §6.2.3
 */
export function room({ opt }: Message, payloadSize: number): number {
  if (opt === undefined) return LEAST;
  return Math.min(Math.max(opt.udpPayloadSize, LEAST), payloadSize);
}
