/**
 * Multicast DNS on one link: a socket in the group, messages out, messages in.
 *
 * @see RFC 6762
 * @module
 */

import { DecodeError } from "../errors.ts";
import { type Address, address } from "../ip/address.ts";
import { Endpoint } from "../socket/endpoint.ts";
import type { Datagram } from "../socket/datagram.ts";
import { open } from "../socket/udp_open.ts";
import type { Socket } from "../socket/udp_socket.ts";
import { decode, encode, type Message } from "./message.ts";
import type { MessageInput } from "./message_parts.ts";
import { className, classNumber, type DataRecord, isOpt } from "./record.ts";
import { unescaped } from "./zone_words.ts";

/** The group of IPv4, and its port (RFC 6762 §3). */
const GROUP = "224.0.0.251";
const PORT = 5353;
const ALL = new Endpoint(GROUP, PORT);
/** "Forget what you had" in records, "to me alone" in questions. */
const TOP_BIT = 0x8000;
/** The most octets of a message (RFC 6762 §17). */
const MOST = 8960;

/** Options for whatever speaks multicast DNS. */
export interface LinkOptions {
  /**
   * The address of this machine on the link, which has to be one of IPv4.
   * @default {the system's choice}
   */
  interface?: string | Address | undefined;
  /** Stops it. */
  signal?: AbortSignal | undefined;
}

/** A record of multicast DNS. */
export interface LinkRecord {
  /** The record, its class without the top bit. */
  readonly record: DataRecord;
  /** Whether it replaces all that there was of its name and type. */
  readonly isUnique: boolean;
}

/** A question of multicast DNS. */
export interface LinkQuestion {
  /** Of which name. */
  readonly name: string;
  /** For which type. */
  readonly type: string;
  /** Whether the answer may come to the asker alone. */
  readonly isUnicast: boolean;
}

/** A message that came. */
export interface LinkMessage {
  /** As it came. */
  readonly message: Message;
  /** Who sent it. */
  readonly from: Endpoint;
  /** What is asked. */
  readonly questions: readonly LinkQuestion[];
  /** The answers, or what the asker knows. */
  readonly answers: readonly LinkRecord[];
  /** What a probe claims. */
  readonly authorities: readonly LinkRecord[];
  /** What comes along. */
  readonly additionals: readonly LinkRecord[];
}

/** Hears what came: messages that make sense. */
export type Listen = (message: LinkMessage) => void;

/** A socket in the group. */
export class MulticastLink implements AsyncDisposable {
  readonly #socket: Socket;
  readonly #listen: Listen;
  /** Why nothing went out, as long as nothing did. */
  #mute: unknown;

  /**
   * Takes a bound socket; {@linkcode openLink} makes it.
   *
   * @param socket The socket.
   * @param listen Hears what comes.
   */
  constructor(socket: Socket, listen: Listen) {
    this.#socket = socket;
    this.#listen = listen;
    void this.#run();
  }

  /**
   * Sends a message.
   *
   * @param message The message.
   * @param to One host alone. @default {all of the group}
   */
  send(message: MessageInput, to?: Endpoint): void {
    const octets = encode(message, { limit: MOST });
    // Errors of single messages are of no account: they are sent again.
    this.#socket.send(octets, to ?? ALL).then(
      () => this.#mute = null,
      (error) => this.#mute === undefined && (this.#mute = error),
    );
  }

  /** Why the first message did not get out of this machine, if none has. */
  get mute(): unknown {
    return this.#mute ?? undefined;
  }

  /** Leaves the group. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#socket.close();
  }

  async #run(): Promise<void> {
    while (!this.#socket.closed) {
      try {
        for await (const datagram of this.#socket) this.#receive(datagram);
      } catch {
        // Neither are those that the system tells of later.
      }
    }
  }

  #receive({ data, from }: Datagram): void {
    let message: Message;
    try {
      message = decode(data);
    } catch (error) {
      if (error instanceof DecodeError) return;
      throw error;
    }
    // Answers from other ports are none (RFC 6762 §6).
    const isFit = message.opcode === 0 && message.rcode === 0 &&
      (message.qr === 0 || from.port === PORT);
    if (!isFit) return;
    const records = (all: Message["answers"]): LinkRecord[] =>
      all.flatMap((one) => isOpt(one) ? [] : [fromLink(one)]);
    this.#listen({
      message,
      from,
      questions: message.questions.map(({ name, type, class: of }) => ({
        name,
        type,
        isUnicast: (classNumber(of) & TOP_BIT) !== 0,
      })),
      answers: records(message.answers),
      authorities: records(message.authorities),
      additionals: records(message.additionals),
    });
  }
}

function fromLink(record: DataRecord): LinkRecord {
  if (record.class === "IN") return { record, isUnique: false };
  const number = classNumber(record.class);
  const of = className(number & ~TOP_BIT);
  return {
    record: { ...record, class: of } as DataRecord,
    isUnique: (number & TOP_BIT) !== 0,
  };
}

/**
 * Gives a record as it goes onto the link.
 *
 * @param record The record.
 * @param isUnique Whether it replaces all that there was of its name and type.
 * @returns The record with the bit for that.
 * @see RFC 6762 §10.2
 */
export function toLink(record: DataRecord, isUnique: boolean): DataRecord {
  if (!isUnique) return record;
  const of = className(classNumber(record.class) | TOP_BIT);
  return { ...record, class: of } as DataRecord;
}

/**
 * Opens a socket for multicast DNS, beside others that there may be.
 *
 * @param listen Hears what comes.
 * @param options Which link, and who may stop it.
 * @returns The socket, in the group.
 * @throws {NetError} `"in-use"`, `"not-local"`, `"failed"` if there is no link
 * for it.
 * @throws {PermissionError} If the runtime bars it.
 */
export async function openLink(
  listen: Listen,
  { interface: at, signal }: LinkOptions,
): Promise<MulticastLink> {
  const by = at === undefined ? undefined : `${address(at)}`;
  signal?.throwIfAborted();
  // Not with the signal, which would close it before a last word was sent.
  const socket = await open({
    hostname: "0.0.0.0",
    port: PORT,
    options: {
      reuseAddress: true,
      // Not by routers, but by all on the link, this machine too.
      multicastTtl: 255,
      multicastLoopback: true,
      multicastInterface: by,
    },
  });
  try {
    signal?.throwIfAborted();
    socket.join(GROUP, { interface: by });
  } catch (error) {
    await socket.close();
    throw error;
  }
  return new MulticastLink(socket, listen);
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/**
 * Writes a text as one label of a name.
 *
 * @param text The text: `"Ann's Printer 2.0"`.
 * @returns The label, with escapes.
 * @throws {RangeError} If it has none, or more than 63 octets.
 * @see RFC 6763 §4.1.1
 */
export function labelOf(text: string): string {
  const octets = encoder.encode(text);
  if (octets.length < 1 || octets.length > 63) {
    throw new RangeError(
      `Cannot announce as 'name' must have 1 to 63 octets: current value is ${text}`,
    );
  }
  let label = "";
  for (const octet of octets) {
    const character = String.fromCharCode(octet);
    if (character === "." || character === "\\") label += `\\${character}`;
    else if (octet > 0x20 && octet < 0x7f) label += character;
    else label += `\\${String(octet).padStart(3, "0")}`;
  }
  return label;
}

/**
 * Reads a label as text.
 *
 * @param label The label, with escapes.
 * @returns The text.
 */
export function textOf(label: string): string {
  return decoder.decode(unescaped(label) ?? encoder.encode(label));
}
