/**
 * An answer, and how it came.
 *
 * @module
 */

import { canvas, type CanvasOptions } from "../inspect/canvas.ts";
import { table } from "../inspect/table.ts";
import type { Endpoint } from "../socket/endpoint.ts";
import type { Message } from "./message.ts";
import { messageText } from "./dig.ts";
import type { MessageFlag } from "./message_parts.ts";
import { absoluteName } from "./names.ts";
import { type DnsQuestion, type DnsRecord, recordData } from "./record.ts";
import type { Transport } from "./server.ts";

/** What an {@linkcode Answer} is made of. */
export interface AnswerParts {
  /** What was asked. */
  readonly question: DnsQuestion;
  /** What came back. */
  readonly message: Message;
  /** Who answered. */
  readonly server: Endpoint;
  /** Over what. */
  readonly transport: Transport;
  /** From the call to the answer, in milliseconds. */
  readonly elapsed: number;
  /** How often the question was sent. */
  readonly attempts: number;
  /**
   * Messages that came and were no answer to it: stray, late or forged. With
   * `--allow-ffi` the kernel drops those of other senders, uncounted.
   */
  readonly ignored: number;
  /** When it came. */
  readonly when: Date;
}

/** One record of an {@linkcode Answer}, as a row of its table. */
export interface AnswerRow extends Readonly<Record<string, unknown>> {
  /** Where in the message it is. */
  readonly section: "answer" | "authority" | "additional";
  /** Its owner, with the dot at the end. */
  readonly name: string;
  /** How long it may be kept, in seconds. */
  readonly ttl: number;
  /** Its type. */
  readonly type: string;
  /** What it says, in the notation of zone files. */
  readonly data: string;
}

const DAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const MONTHS = [
  "Jan",
  "Feb",
  "Mar",
  "Apr",
  "May",
  "Jun",
  "Jul",
  "Aug",
  "Sep",
  "Oct",
  "Nov",
  "Dec",
];

/**
 * An answer to a question. Whatever the server says, NXDOMAIN and SERVFAIL too,
 * is one; at the prompt it reads as dig prints it.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * await using server = await net.udp.serve({}, async (datagram, socket) => {
 *   const { id, questions } = net.dns.decode(datagram.data);
 *   await socket.send(net.dns.encode({ id, qr: 1, rcode: 3, questions }), datagram.from);
 * });
 * const answer = await net.dns.query(server.address, "no.example");
 * assert.equal(answer.status, "NXDOMAIN");
 * assert.match(`${answer}`, /status: NXDOMAIN/);
 * ```
 */
export class Answer implements AnswerParts {
  /** What was asked. */
  readonly question: DnsQuestion;
  /** What came back. */
  readonly message: Message;
  /** Who answered. */
  readonly server: Endpoint;
  /** Over what. */
  readonly transport: Transport;
  /** From the call to the answer, in milliseconds. */
  readonly elapsed: number;
  /** How often the question was sent. */
  readonly attempts: number;
  /**
   * Messages that came and were no answer to it: stray, late or forged. With
   * `--allow-ffi` the kernel drops those of other senders, uncounted.
   */
  readonly ignored: number;
  /** When it came. */
  readonly when: Date;

  /**
   * Takes the parts; `query` makes them.
   *
   * @param parts The parts.
   */
  constructor(parts: AnswerParts) {
    this.question = parts.question;
    this.message = parts.message;
    this.server = parts.server;
    this.transport = parts.transport;
    this.elapsed = parts.elapsed;
    this.attempts = parts.attempts;
    this.ignored = parts.ignored;
    this.when = parts.when;
  }

  /** The response code's name: `"NOERROR"`, `"NXDOMAIN"`, … */
  get status(): string {
    return this.message.status;
  }

  /** The bits of the head that are set. */
  get flags(): readonly MessageFlag[] {
    return this.message.flags;
  }

  /** The records that answer. */
  get answers(): readonly DnsRecord[] {
    return this.message.answers;
  }

  /** The records of who is in charge. */
  get authorities(): readonly DnsRecord[] {
    return this.message.authorities;
  }

  /** The records that are useful beside, without OPT. */
  get additionals(): readonly DnsRecord[] {
    return this.message.additionals;
  }

  /** Its records as rows, for `net.inspect.table`. */
  rows(): AnswerRow[] {
    const rows = (
      section: AnswerRow["section"],
      records: readonly DnsRecord[],
    ): AnswerRow[] =>
      records.flatMap((record) =>
        record.type === "OPT" ? [] : [{
          section,
          name: absoluteName(record.name),
          ttl: record.ttl,
          type: record.type,
          data: recordData(record),
        }]
      );
    return [
      ...rows("answer", this.answers),
      ...rows("authority", this.authorities),
      ...rows("additional", this.additionals),
    ];
  }

  /**
   * Draws its records as a table.
   *
   * @param options Width and colour.
   * @returns The lines, joined by line feeds.
   */
  table(options: CanvasOptions = {}): string {
    const { question, status, transport, server } = this;
    return table(this.rows(), {
      title:
        `${question.name} ${question.type}: ${status}, from ${server} by ${transport}`,
      columns: [
        { key: "section", role: "muted" },
        { key: "name", role: "name" },
        { key: "ttl", role: "number" },
        { key: "type", role: "accent" },
        { key: "data", role: "string" },
      ],
      canvas: canvas(options),
    });
  }

  /** As dig prints it, from `;; Got answer:` to the size. */
  toString(): string {
    return [";; Got answer:", messageText(this.message), "", ...this.#ending()]
      .join("\n");
  }

  /** Its fields, plain. */
  toJSON(): Record<string, unknown> {
    const { question, message, server, transport, elapsed, attempts } = this;
    return {
      question,
      status: this.status,
      server: `${server}`,
      transport,
      elapsed,
      attempts,
      ignored: this.ignored,
      when: this.when,
      message,
    };
  }

  /** As dig prints it. */
  [Symbol.for("Deno.customInspect")](
    _inspect?: unknown,
    options?: { readonly colors?: boolean },
  ): string {
    const room = canvas({ colors: options?.colors });
    const text = messageText(this.message, room);
    return [text, "", ...this.#ending()].join("\n");
  }

  #ending(): string[] {
    const { server: { hostname, port }, ignored } = this;
    const when = this.when;
    const two = (n: number): string => String(n).padStart(2, "0");
    const clock = [when.getHours(), when.getMinutes(), when.getSeconds()]
      .map(two).join(":");
    return [
      ...ignored === 0
        ? []
        : [`;; ${ignored} other messages came, and were no answer`],
      `;; Query time: ${Math.floor(this.elapsed)} msec`,
      `;; SERVER: ${hostname}#${port}(${hostname}) (${this.transport.toUpperCase()})`,
      `;; WHEN: ${DAYS[when.getDay()]} ${MONTHS[when.getMonth()]} ${
        two(when.getDate())
      } ${clock} ${zone(when)} ${when.getFullYear()}`,
      `;; MSG SIZE  rcvd: ${this.message.size}`,
    ];
  }
}

/** The time zone as the system's programs name it, if it has a short name. */
function zone(when: Date): string {
  const parts = new Intl.DateTimeFormat("en-US", { timeZoneName: "short" })
    .formatToParts(when);
  return parts.find(({ type }) => type === "timeZoneName")?.value ?? "UTC";
}
