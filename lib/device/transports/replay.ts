/**
 * A recording as a device: what was said is said again, when what was typed is
 * typed again.
 *
 * @module
 */

import { NetError } from "../../errors.ts";
import { seeded } from "../../random.ts";
import type { RecordedPiece, SessionRecording } from "../record.ts";
import { HIDDEN } from "../secrets.ts";
import type { ReplayOptions } from "../session_options.ts";
import type { Transport, TransportSink } from "../transport.ts";

/** The longest of the random chunks. */
const LONGEST = 40;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** See the module. */
export class ReplayTransport implements Transport {
  readonly name: string;
  readonly authenticated: boolean;
  readonly #pieces: readonly RecordedPiece[];
  readonly #cut: (octets: Uint8Array) => Iterable<Uint8Array>;
  #next = 0;
  #typed = "";
  #sink: TransportSink | undefined;
  #isPumping = false;

  /**
   * @param recording What is played.
   * @param options How it is cut.
   */
  constructor(recording: SessionRecording, options: ReplayOptions = {}) {
    const { target, authenticated } = recording.head;
    this.name = `the recording of ${target}`;
    this.authenticated = authenticated;
    this.#pieces = recording.pieces;
    this.#cut = cutter(options.chunks ?? "whole");
  }

  start(sink: TransportSink): void {
    this.#sink = sink;
    this.#wake();
  }

  write(octets: Uint8Array): void {
    this.#typed += decoder.decode(octets);
    this.#wake();
  }

  close(): Promise<void> {
    this.#sink = undefined;
    return Promise.resolve();
  }

  #wake(): void {
    if (this.#isPumping) return;
    this.#isPumping = true;
    queueMicrotask(() => this.#pump());
  }

  async #pump(): Promise<void> {
    for (; this.#next < this.#pieces.length; this.#next++) {
      const piece = this.#pieces[this.#next]!;
      if (piece.got !== undefined) {
        for (const octets of this.#cut(encoder.encode(piece.got))) {
          this.#sink?.data(octets);
          // As between two packets, others have their turn.
          await Promise.resolve();
        }
      } else if (!this.#hasTyped(piece)) break;
    }
    this.#isPumping = false;
    if (this.#next === this.#pieces.length && this.#typed.trim() !== "") {
      this.#differ("the end");
    }
  }

  /** Whether what comes next has been typed; takes it. */
  #hasTyped(piece: RecordedPiece): boolean {
    const typed = this.#typed;
    const expected = piece.hidden ? /^[^\r\n]*(?:\r\n|\r|\n)/ : new RegExp(
      `^${piece.sent!.split(HIDDEN).map((part) => escaped(part)).join(".*?")}`,
    );
    const found = expected.exec(typed);
    if (found) {
      this.#typed = typed.slice(found[0].length);
      return true;
    }
    const wanted = piece.sent ?? "";
    const isBeginning = piece.hidden || wanted.includes(HIDDEN) ||
      wanted.startsWith(typed);
    if (!isBeginning) this.#differ(JSON.stringify(wanted));
    return false;
  }

  #differ(wanted: string): void {
    const sink = this.#sink;
    this.#sink = undefined;
    sink?.closed(
      new NetError(
        `it has ${wanted} where ${JSON.stringify(this.#typed)} was typed`,
        { code: "differs", op: "play", target: this.name },
      ),
    );
  }
}

function escaped(text: string): string {
  return text === "" ? "" : RegExp.escape(text);
}

function cutter(
  chunks: NonNullable<ReplayOptions["chunks"]>,
): (octets: Uint8Array) => Iterable<Uint8Array> {
  if (chunks === "whole") return (octets) => [octets];
  const random = chunks === "octets" ? () => 0 : seeded(chunks.seed);
  return function* (octets) {
    for (let at = 0; at < octets.length;) {
      const end = at + 1 + Math.floor(random() * LONGEST);
      yield octets.subarray(at, end);
      at = end;
    }
  };
}
