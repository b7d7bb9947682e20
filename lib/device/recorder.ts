/**
 * Writes down what goes both ways, without the secrets in it.
 *
 * @module
 */

import { SecretFilter, type Secrets } from "./secrets.ts";

import type { RecordedPiece, RecordingHead } from "./record.ts";
/** Pieces of one direction become one up to so many characters. */
const LARGEST = 64 * 1024;

/** Writes a session down. */
export class Recorder {
  /** What it is of. */
  readonly head: RecordingHead;
  readonly #secrets: Secrets;
  readonly #filter: SecretFilter;
  readonly #write: (line: string) => void;
  readonly #start = performance.now();
  #got = "";
  #gotAt = 0;
  #isEnded = false;

  /**
   * @param head What it is of.
   * @param secrets What is never written.
   * @param write Takes each line, with its line feed.
   */
  constructor(
    head: RecordingHead,
    secrets: Secrets,
    write: (line: string) => void,
  ) {
    this.head = head;
    this.#secrets = secrets;
    this.#filter = new SecretFilter(secrets);
    this.#write = write;
    write(`${JSON.stringify(head)}\n`);
  }

  /** Something was typed. */
  sent(text: string, isSecret: boolean): void {
    this.#flush(true);
    this.#put(
      isSecret
        ? { at: this.#now(), hidden: true }
        : { at: this.#now(), sent: this.#secrets.hide(text) },
    );
  }

  /** Something came. */
  got(text: string): void {
    if (this.#isEnded) return;
    if (this.#got === "") this.#gotAt = this.#now();
    this.#got += this.#filter.push(text);
    if (this.#got.length > LARGEST) this.#flush(false);
  }

  /** Writes what came so far, and not what may be half a secret. */
  settle(): void {
    this.#flush(false);
  }

  /** Nothing more goes either way. */
  end(): void {
    if (this.#isEnded) return;
    this.#flush(true);
    this.#isEnded = true;
  }

  #flush(isWhole: boolean): void {
    if (isWhole) this.#got += this.#filter.flush();
    if (this.#got === "") return;
    this.#put({ at: this.#gotAt, got: this.#got });
    this.#got = "";
  }

  #put(piece: RecordedPiece): void {
    if (!this.#isEnded) this.#write(`${JSON.stringify(piece)}\n`);
  }

  #now(): number {
    return Math.round((performance.now() - this.#start) * 10) / 10;
  }
}
