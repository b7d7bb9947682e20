/**
 * The way from the roots to a name, step by step.
 *
 * @module
 */

import type { NetError } from "../errors.ts";
import { canvas } from "../inspect/canvas.ts";
import { paint } from "../inspect/paint.ts";
import { table } from "../inspect/table.ts";
import { duration } from "../inspect/units.ts";
import type { Answer } from "./answer.ts";
import { absoluteName } from "./names.ts";
import { type DnsRecord, recordLine } from "./record.ts";

/** A server of a zone. */
export interface ZoneServer {
  /** Its name, without a dot at the end. */
  readonly name: string;
  /** Its addresses. */
  readonly addresses: readonly string[];
}

/** One question of a {@linkcode Trace}, and what it brought. */
export interface TraceStep {
  /** The zone whose server was asked, without a dot at the end. */
  readonly zone: string;
  /** The server's name, or its address if that is all that is known. */
  readonly server: string;
  /** Where it was asked. */
  readonly address: string;
  /** The name that was asked for. */
  readonly name: string;
  /**
   * What came: a `"referral"` to the servers of a zone below, an `"answer"`, an
   * `"alias"` whose end is elsewhere, `"NXDOMAIN"`, `"NODATA"`; or nothing of
   * use, so that another server is asked: `"lame"`, `"error"`.
   */
  readonly kind:
    | "referral"
    | "answer"
    | "alias"
    | "NXDOMAIN"
    | "NODATA"
    | "lame"
    | "error";
  /** The zone below that it referred to, or the name that the alias stands for. */
  readonly next?: string;
  /** The servers of the zone below. */
  readonly servers?: readonly ZoneServer[];
  /** What it said. */
  readonly answer?: Answer;
  /** Why it said nothing. */
  readonly error?: NetError;
  /** How deep it is: 1 and more are questions for the address of a server. */
  readonly depth: number;
}

/** What a {@linkcode Trace} is made of. */
export interface TraceParts {
  /** What was looked for. */
  readonly name: string;
  /** Which records. */
  readonly type: string;
  /** `"NOERROR"`, `"NODATA"`, `"NXDOMAIN"`; `"SERVFAIL"` if no server helped. */
  readonly status: string;
  /** The records, those of aliases first. */
  readonly records: readonly DnsRecord[];
  /** The questions, in order. */
  readonly steps: readonly TraceStep[];
}

/**
 * The way from the roots to a name.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * await using root = await net.udp.serve({}, async (datagram, socket) => {
 *   const { id, questions } = net.dns.decode(datagram.data);
 *   await socket.send(
 *     net.dns.encode({ id, qr: 1, flags: ["AA"], rcode: 3, questions }),
 *     datagram.from,
 *   );
 * });
 * const { status, steps } = await net.dns.trace("no.example", { roots: [root.address] });
 * assert.deepEqual([status, steps.length, steps[0]?.zone], ["NXDOMAIN", 1, "."]);
 * ```
 */
export class Trace implements TraceParts {
  /** What was looked for. */
  readonly name: string;
  /** Which records. */
  readonly type: string;
  /** `"NOERROR"`, `"NODATA"`, `"NXDOMAIN"`; `"SERVFAIL"` if no server helped. */
  readonly status: string;
  /** The records, those of aliases first. */
  readonly records: readonly DnsRecord[];
  /** The questions, in order. */
  readonly steps: readonly TraceStep[];

  /**
   * Takes the parts; `trace` makes them.
   *
   * @param parts The parts.
   */
  constructor(parts: TraceParts) {
    this.name = parts.name;
    this.type = parts.type;
    this.status = parts.status;
    this.records = parts.records;
    this.steps = parts.steps;
  }

  /** The zones on the way, from the root. */
  get zones(): string[] {
    const zones = this.steps.filter(({ depth }) => depth === 0)
      .map(({ zone }) => zone);
    return zones.filter((zone, i) => zone !== zones[i - 1]);
  }

  /** Its fields, plain. */
  toJSON(): TraceParts {
    return { ...this };
  }

  /** A table of the steps, and the records. */
  [Symbol.for("Deno.customInspect")](
    _inspect?: unknown,
    options?: { readonly colors?: boolean },
  ): string {
    const room = canvas({ colors: options?.colors });
    const steps = this.steps.map((step) => ({
      zone: `${"  ".repeat(step.depth)}${absoluteName(step.zone)}`,
      server: step.server,
      at: step.address,
      says: says(step),
      took: step.answer === undefined ? "" : duration(step.answer.elapsed),
    }));
    const text = table(steps, {
      title: `${this.name} ${this.type} from the roots`,
      columns: [
        { key: "zone", role: "name" },
        "server",
        { key: "at", role: "muted" },
        "says",
        { key: "took", align: "right", role: "number" },
      ],
      canvas: room,
    });
    const status = paint(
      this.status === "NOERROR" ? "good" : "bad",
      this.status,
      room,
    );
    return [text, status, ...this.records.map(recordLine)].join("\n");
  }
}

function says({ kind, next, servers, answer, error }: TraceStep): string {
  switch (kind) {
    case "referral":
      return `${absoluteName(next!)} is with ${
        servers!.map(({ name }) => name).join(", ")
      }`;
    case "answer":
      return `the answer: ${answer!.answers.length} records`;
    case "alias":
      return `it is ${absoluteName(next!)}`;
    case "NXDOMAIN":
      return "there is no such name";
    case "NODATA":
      return "the name has no such records";
    case "lame":
      return `nothing of use: ${answer!.status}`;
    case "error":
      return `nothing: ${error!.code}`;
  }
}
