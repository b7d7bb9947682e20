/**
 * One question as it is sent, and how its answer is told from all else.
 *
 * @module
 */

import { DecodeError } from "../errors.ts";
import { type Subnet, subnet } from "../ip/subnet.ts";
import { decode, encode, encodeBriefly, type Message } from "./message.ts";
import type { MessageFlag, MessageInput } from "./message_parts.ts";
import { asciiName, plainName, sameName } from "./names.ts";
import {
  className,
  classNumber,
  type DnsOptRecord,
  type DnsQuestion,
  type DnsRecord,
  typeName,
  typeNumber,
} from "./record.ts";

/** What a question says beside its name and type. */
export interface QuestionOptions {
  /** The class. @default {"IN"} */
  class?: string | number | undefined;
  /** Bits of the head: RD asks for recursion, CD for no validation. @default {["RD"]} */
  flags?: readonly MessageFlag[] | undefined;
  /** Whether to speak EDNS; the next five do so anyway. @default {true} */
  edns?: boolean | undefined;
  /** The largest answer to take by UDP, in octets. @default {1232} */
  payloadSize?: number | undefined;
  /** Whether to ask for the records of DNSSEC (the DO bit). @default {false} */
  dnssec?: boolean | undefined;
  /** Whether to ask the server for its name (RFC 5001). @default {false} */
  nsid?: boolean | undefined;
  /** Whether to send a cookie (RFC 7873); or the octets of one. @default {false} */
  cookie?: boolean | Uint8Array | undefined;
  /** The network on whose behalf it is asked (RFC 7871). */
  clientSubnet?: string | Subnet | undefined;
  /**
   * Whether to mix capitals into the name: an answer must have them, too, which
   * makes it harder to forge. @default {false}
   */
  mixedCase?: boolean | undefined;
}

/** The octets of a client's cookie (RFC 7873 §4). */
const COOKIE = 8;

/** Random numbers of 16 bits, drawn many at a time. */
const drawn = new Uint16Array(512);
let left = 0;

/**
 * Draws a number that nobody can foresee.
 *
 * @returns An integer from 0 to 65535.
 * @see RFC 5452 §9.2
 */
export function randomId(): number {
  if (left === 0) left = crypto.getRandomValues(drawn).length;
  return drawn[--left]!;
}

/** A question, ready to be sent. */
export class Request {
  /** What is asked. */
  readonly question: DnsQuestion;
  /** Tells its answer from others'. */
  readonly id: number;
  /** The octets of its cookie, if it has one. */
  readonly cookie: Uint8Array | undefined;
  /** Messages that came and were no answer to it. */
  ignored = 0;
  /** Why the last of them made no sense, if so. */
  trouble: DecodeError | undefined;
  readonly #isMixed: boolean;
  readonly #message: MessageInput;

  /**
   * Puts the message together.
   *
   * @param name The name.
   * @param type The type.
   * @param options What else it says.
   * @param id Tells its answer from others'. @default {a random one}
   */
  constructor(
    name: string,
    type: string | number,
    options: QuestionOptions = {},
    id: number = randomId(),
  ) {
    const { mixedCase = false, cookie = false } = options;
    const plain = plainName(asciiName(name));
    this.question = {
      name: mixedCase ? mixed(plain) : plain,
      type: typeName(typeNumber(type)),
      class: className(classNumber(options.class ?? "IN")),
    };
    this.id = id;
    this.#isMixed = mixedCase;
    this.cookie = cookie === true
      ? crypto.getRandomValues(new Uint8Array(COOKIE))
      : cookie === false
      ? undefined
      : cookie;
    this.#message = {
      id,
      flags: options.flags ?? ["RD"],
      questions: [this.question],
      opt: speaksEdns(options) ? ednsOf(options, this.cookie) : undefined,
    };
  }

  /** What was wrong with the last message that made no sense, for errors: `": …"`. */
  get complaint(): string {
    const { trouble } = this;
    return trouble === undefined
      ? ""
      : trouble.message.replace(/^Cannot decode [^:]*/, "");
  }

  /** The message's octets. */
  get octets(): Uint8Array<ArrayBuffer> {
    return encode(this.#message);
  }

  /** The same, good until another message is written: whoever takes it copies it. */
  get brief(): Uint8Array<ArrayBuffer> {
    return encodeBriefly(this.#message);
  }

  /**
   * Tells whether octets are the answer: its id, its question, and nothing else.
   *
   * @param octets What came from the server, in memory that may be used again.
   * @returns The answer; `undefined` if it is none.
   * @see RFC 5452 §9.1
   */
  accept(octets: Uint8Array): Message | undefined {
    const message = this.#answer(octets);
    if (message === undefined) this.ignored++;
    return message;
  }

  #answer(octets: Uint8Array): Message | undefined {
    const isOurs = octets.length >= 12 &&
      (octets[0]! << 8 | octets[1]!) === this.id && octets[2]! >> 3 === 0x10;
    if (!isOurs) return undefined;
    let message: Message;
    try {
      message = decode(octets);
      // What a message keeps must outlive the memory that it came in.
      if (!isOwn(message)) message = decode(octets.slice());
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      this.trouble = error;
      return undefined;
    }
    const { questions, rcode, opt } = message;
    const [one] = questions;
    // A server that could not read the question need not repeat it.
    if (one === undefined ? !rcode : questions.length > 1 || !this.#asks(one)) {
      return undefined;
    }
    const echoed = opt?.options.find(isCookie);
    if (
      this.cookie !== undefined && echoed !== undefined &&
      echoed.client.some((octet, i) => octet !== this.cookie![i])
    ) return undefined;
    return message;
  }

  #asks({ name, type, class: of }: DnsQuestion): boolean {
    const { question } = this;
    return type === question.type && of === question.class &&
      (this.#isMixed ? name === question.name : sameName(name, question.name));
  }
}

/** Types whose data are values of their own, not views of the message. */
const OWN = new Set<string>(["A", "AAAA", "CNAME", "NS", "SOA", "PTR", "MX"]);

function isOwn({ opt, answers, authorities, additionals }: Message): boolean {
  return (opt === undefined || opt.options.length === 0) &&
    areOwn(answers) && areOwn(authorities) && areOwn(additionals);
}

function areOwn(records: readonly DnsRecord[]): boolean {
  for (const { type } of records) if (!OWN.has(type)) return false;
  return true;
}

/**
 * Finds a cookie.
 *
 * @param option Any option of EDNS.
 * @returns Whether it is one.
 */
export function isCookie(
  option: DnsOptRecord["options"][number],
): option is Extract<typeof option, { kind: "cookie" }> {
  return option.kind === "cookie";
}

/**
 * Tells whether a question speaks EDNS.
 *
 * @param options What it says.
 * @returns Whether it does.
 */
export function speaksEdns(options: QuestionOptions): boolean {
  const { edns = true, dnssec, nsid, cookie, clientSubnet } = options;
  return edns || !!dnssec || !!nsid || !!cookie || clientSubnet !== undefined ||
    options.payloadSize !== undefined;
}

type Opt = NonNullable<MessageInput["opt"]>;

/** All that most questions say. */
const USUAL: Opt = { udpPayloadSize: 1232 };

function ednsOf(options: QuestionOptions, cookie: Uint8Array | undefined): Opt {
  const { payloadSize = 1232, dnssec, nsid, clientSubnet } = options;
  if (
    payloadSize === 1232 && !dnssec && !nsid && !cookie &&
    clientSubnet === undefined
  ) return USUAL;
  if (
    !(Number.isInteger(payloadSize) && payloadSize >= 512 &&
      payloadSize <= 0xffff)
  ) {
    throw new RangeError(
      `Cannot ask as 'payloadSize' must be an integer from 512 to 65535: current value is ${payloadSize}`,
    );
  }
  if (cookie && !(cookie.length >= COOKIE && cookie.length <= 40)) {
    throw new RangeError(
      `Cannot ask as 'cookie' must be 8, or 16 to 40 octets: current value is ${cookie.length} octets`,
    );
  }
  return {
    udpPayloadSize: payloadSize,
    flags: dnssec ? ["DO"] : [],
    options: [
      ...nsid ? [{ kind: "nsid", id: new Uint8Array(0) } as const] : [],
      ...cookie
        ? [
          {
            kind: "cookie",
            client: cookie.slice(0, COOKIE),
            server: cookie.slice(COOKIE),
          } as const,
        ]
        : [],
      ...clientSubnet === undefined ? [] : [subnetOption(clientSubnet)],
    ],
  };
}

function subnetOption(of: string | Subnet) {
  const { network, prefixLength } = subnet(of);
  return {
    kind: "clientSubnet",
    family: network.family === 4 ? 1 : 2,
    sourcePrefixLength: prefixLength,
    scopePrefixLength: 0,
    address: network,
  } as const;
}

/** Turns letters into capitals by chance (draft-vixie-dnsext-dns0x20). */
function mixed(name: string): string {
  let bits = 0;
  let count = 0;
  return name.replaceAll(/\\[0-9]{3}|[A-Za-z]/g, (letter) => {
    if (letter.length > 1) return letter;
    if (count-- === 0) [bits, count] = [randomId(), 15];
    bits >>= 1;
    return bits & 1 ? letter.toUpperCase() : letter.toLowerCase();
  });
}
