/**
 * Recordings of sessions: what went both ways and when, as lines of JSON that
 * one can read, keep beside a test, and play back.
 *
 * The first line says what it is a recording of. Each line after it is a piece:
 * `{"at":12.5,"sent":"show clock\n"}` or `{"at":14.1,"got":"12:00\r\n"}`, `at`
 * in milliseconds; octets that are no text stand as U+FFFD.
 * Secrets never get there: what is typed as one is `{"hidden":true}`, and where
 * one comes back it is `********`, wherever the chunks end.
 *
 * @module
 */

import { ParseError } from "../errors.ts";

/** What a recording is of. */
export interface RecordingHead {
  /** The version of the format: 1. */
  readonly recording: 1;
  /** The platform's name. */
  readonly platform: string;
  /** Where it led: `"ssh admin@192.0.2.1"`. */
  readonly target: string;
  /** When it began (RFC 3339). */
  readonly began: string;
  /** Whether the transport saw to the login. */
  readonly authenticated: boolean;
  /** What the probes were drawn from. */
  readonly seed: number;
  /** How wide the device took the terminal for. */
  readonly columns: number;
}

/** A piece of a recording. */
export interface RecordedPiece {
  /** Milliseconds since the beginning. */
  readonly at: number;
  /** What was typed. */
  readonly sent?: string;
  /** Whether a secret was typed. */
  readonly hidden?: true;
  /** What the device said. */
  readonly got?: string;
}

/** A recording, whole. */
export interface SessionRecording {
  /** What it is of. */
  readonly head: RecordingHead;
  /** What went both ways, in order. */
  readonly pieces: readonly RecordedPiece[];
}

/**
 * Reads a recording, as `connect({ record })` makes it.
 *
 * @param text Its lines.
 * @returns What it is of, and the pieces.
 * @throws {ParseError} If a line is none of a recording.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const recording = net.device.parseRecording(
 *   `{"recording":1,"platform":"cisco_ios","target":"ssh r1","began":"2026-03-02T14:31:07Z","authenticated":true,"seed":1,"columns":511}
 * {"at":0.4,"got":"r1>"}
 * `,
 * );
 * assert.equal(recording.pieces[0]?.got, "r1>");
 * ```
 */
export function parseRecording(text: string): SessionRecording {
  let at = 0;
  const rows: Record<string, unknown>[] = [];
  for (const line of text.split("\n")) {
    if (line.trim() !== "") rows.push(readLine(text, line, at));
    at += line.length + 1;
  }
  const [head, ...pieces] = rows;
  if (head?.["recording"] !== 1) {
    throw new ParseError(
      "a recording of a session",
      text,
      0,
      'the first line must be {"recording":1,…}',
    );
  }
  return {
    head: head as unknown as RecordingHead,
    pieces: pieces as unknown as RecordedPiece[],
  };
}

function readLine(
  text: string,
  line: string,
  at: number,
): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value === "object" && value !== null) {
      return value as Record<string, unknown>;
    }
  } catch { /* said below */ }
  throw new ParseError("a recording of a session", text, at, "no JSON object");
}

/**
 * Writes a recording as its lines again.
 *
 * @param recording What {@linkcode parseRecording} gave.
 * @returns The text.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const text = `{"recording":1,"platform":"frr"}\n{"at":1,"got":"r1#"}\n`;
 * assert.equal(net.device.formatRecording(net.device.parseRecording(text)), text);
 * ```
 */
export function formatRecording(recording: SessionRecording): string {
  return [recording.head, ...recording.pieces]
    .map((one) => `${JSON.stringify(one)}\n`).join("");
}
