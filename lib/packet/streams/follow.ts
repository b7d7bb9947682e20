/**
 * A stream as text: "Follow TCP stream".
 *
 * @module
 */

import { hexdump } from "../../bytes/hexdump.ts";
import { type Canvas, canvas as makeCanvas } from "../../inspect/canvas.ts";
import { paint, type Role } from "../../inspect/paint.ts";
import { count } from "../../inspect/units.ts";
import { onlyKnown } from "../../known_options.ts";
import { FOLLOW } from "../option_names.ts";
import type { StreamDirection, StreamSegment } from "./stream.ts";

/** Options for {@linkcode follow}. */
export interface FollowOptions {
  /**
   * How octets are written: `"text"` as ASCII, with a dot for what cannot be
   * printed; `"hex"` as a hexdump; `"raw"` as hexadecimal digits, one line a
   * segment. @default {"text"}
   */
  format?: "text" | "hex" | "raw" | undefined;
  /** Only what went this way. @default {both} */
  direction?: StreamDirection | undefined;
  /** Where to draw. @default {the terminal's width, no colour} */
  canvas?: Canvas | undefined;
}

/** What stands before lines of text. */
const MARKS: Readonly<Record<StreamDirection, string>> = {
  toServer: "> ",
  toClient: "< ",
};
const ROLES: Readonly<Record<StreamDirection, Role>> = {
  toServer: "bad",
  toClient: "key",
};

/**
 * Writes what went to and fro in a stream, in order and each octet once.
 *
 * In text, lines begin with `> ` to the server and `< ` to the client, and each
 * turn of the conversation with a line of its own; in the other formats what went
 * to the client is indented, as Wireshark has it. What is missing is said where it
 * is.
 *
 * @param stream The stream, or its segments.
 * @param options Format, direction and canvas.
 * @returns The lines, joined by line feeds.
 * @throws {TypeError} If there is no such format.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const { build, ipv4, udp } = net.packet;
 * const [a, b] = ["10.0.0.1", "10.0.0.2"];
 * const [stream] = net.packet.streams([
 *   build(ipv4({ src: a, dst: b }), udp({ srcPort: 5000, dstPort: 7 }), "hello\n"),
 *   build(ipv4({ src: b, dst: a }), udp({ srcPort: 7, dstPort: 5000 }), "hello\n"),
 * ], { protocol: "udp" });
 * assert.equal(net.packet.follow(stream!), "> hello\n< hello");
 * assert.equal(net.packet.follow(stream!, { format: "raw" }), "68656c6c6f0a\n\t68656c6c6f0a");
 * ```
 */
export function follow(
  stream: { readonly segments: readonly StreamSegment[] },
  options: FollowOptions = {},
): string {
  onlyKnown("follow a stream", options, FOLLOW);
  const { format = "text", direction, canvas = makeCanvas() } = options;
  if (!Object.hasOwn(FORMATS, format)) {
    throw new TypeError(
      `Cannot follow a stream as 'format' must be "text", "hex" or "raw": current value is ${format}`,
    );
  }
  if (
    direction !== undefined && direction !== "toServer" &&
    direction !== "toClient"
  ) {
    throw new TypeError(
      `Cannot follow a stream as 'direction' must be "toServer" or "toClient": current value is ${direction}`,
    );
  }
  if (!Array.isArray(stream?.segments)) {
    throw new TypeError(
      `Cannot follow a stream as 'stream' must be one of net.packet.streams(…).list: current value is ${
        Deno.inspect(stream)
      }`,
    );
  }
  const shown = stream.segments.filter((segment) =>
    !AGAIN.has(segment.kind) &&
    (direction === undefined || segment.direction === direction)
  );
  return FORMATS[format](shown, canvas).join("\n");
}

/** Kinds of octets that stand elsewhere already. */
const AGAIN: ReadonlySet<string> = new Set(["retransmission", "overlap"]);

type Writer = (
  segments: readonly StreamSegment[],
  canvas: Canvas,
) => string[];

const FORMATS: Readonly<Record<"text" | "hex" | "raw", Writer>> = {
  text: writeText,
  hex: (segments, canvas) => {
    const places = { toServer: 0, toClient: 0 };
    return segments.flatMap((segment) => {
      const { direction, octets } = segment;
      const indent = direction === "toServer" ? "" : "    ";
      const width = Math.max(1, canvas.width - indent.length);
      const lines = octets.length === 0
        ? [missing(segment)]
        : dump(octets, places[direction], width);
      places[direction] += segment.length;
      return lines.map((line) =>
        indent + paint(ROLES[direction], line, canvas)
      );
    });
  },
  raw: (segments, canvas) =>
    segments.map((segment) => {
      const { direction, octets } = segment;
      const indent = direction === "toServer" ? "" : "\t";
      const line = octets.length === 0 ? missing(segment) : octets.toHex();
      return indent + paint(ROLES[direction], line, canvas);
    }),
};

function missing({ kind, length }: StreamSegment): string {
  const what = kind === "gap" ? "missing" : kind === "cut" ? "cut off" : kind;
  return `[${count(length)} ${length === 1 ? "octet" : "octets"} ${what}]`;
}

/** A hexdump whose places count from the start of the direction. */
function dump(octets: Uint8Array, place: number, width: number): string[] {
  const lines = hexdump(octets, { canvas: { width, colors: false } });
  return lines.split("\n").map((line) => {
    const at = line.indexOf(" ");
    const here = place + parseInt(line.slice(0, at), 16);
    return here.toString(16).padStart(8, "0") + line.slice(at);
  });
}

/** Lines as they were sent; a segment may begin in the midst of one. */
function writeText(
  segments: readonly StreamSegment[],
  canvas: Canvas,
): string[] {
  const lines: string[] = [];
  let turn: StreamDirection | undefined;
  let text = "";
  const finish = () => {
    if (turn === undefined || text === "") return;
    const role = ROLES[turn];
    const mark = MARKS[turn];
    if (text.endsWith("\n")) text = text.slice(0, -1);
    for (const line of text.split("\n")) {
      lines.push(paint(role, `${mark}${line}`, canvas));
    }
    text = "";
  };
  for (const segment of segments) {
    if (segment.direction !== turn) finish();
    turn = segment.direction;
    text += segment.octets.length === 0
      ? missing(segment)
      : printable(segment.octets);
  }
  finish();
  return lines;
}

function printable(octets: Uint8Array): string {
  const chars: string[] = [];
  for (const [i, octet] of octets.entries()) {
    if (octet === 13 && octets[i + 1] === 10) continue;
    chars.push(CHARS[octet]!);
  }
  return chars.join("");
}

const CHARS: readonly string[] = Array.from(
  { length: 256 },
  (_, octet) =>
    octet === 10 || octet === 9 || octet >= 0x20 && octet < 0x7f
      ? String.fromCharCode(octet)
      : ".",
);
