/**
 * What a server keeps of the errors that its handlers throw, so that none gets
 * lost and none is printed.
 *
 * @module
 */

/** The newest errors that a server keeps. */
const KEPT = 100;

/** Counts errors and keeps the newest. */
export class ErrorLog<Subject> {
  /** The newest, oldest first. */
  readonly errors: unknown[] = [];
  /** All of them, kept or not. */
  count = 0;
  readonly #onError: ((error: unknown, subject: Subject) => void) | undefined;

  /** @param onError Whom to tell besides. */
  constructor(onError?: (error: unknown, subject: Subject) => void) {
    this.#onError = onError;
  }

  /**
   * Takes an error in.
   *
   * @param error What was thrown.
   * @param subject Over what: a connection, a datagram.
   */
  record(error: unknown, subject: Subject): void {
    this.#keep(error);
    try {
      this.#onError?.(error, subject);
    } catch (another) {
      this.#keep(another);
    }
  }

  #keep(error: unknown): void {
    this.count++;
    this.errors.push(error);
    if (this.errors.length > KEPT) this.errors.shift();
  }
}
