/**
 * What a session is made with: where it prints, and what may follow a dot.
 *
 * @module
 */

/** Where a session prints, and whom it can ask. */
export interface SessionHost {
  /** Whether colours may be used. */
  readonly colors: boolean;
  /** Prints a value or a notice. */
  print(text: string): void;
  /** Prints what went wrong. */
  complain(text: string): void;
  /** Asks yes or no; absent where there is nobody to ask. */
  confirm?(question: string): Promise<boolean>;
  /** Leaves the terminal to a program while it runs; absent without a terminal. */
  lend?<T>(run: () => Promise<T>): Promise<T>;
  /** Signals at which it closes the session and ends; absent where it hears none. */
  readonly endsAt?: readonly Deno.Signal[];
}

/** A command that begins with a dot, of sessions of a type. */
export interface CommandOf<Session> {
  /** How it is typed. */
  readonly usage: string;
  /** What it does, in a few words. */
  readonly summary: string;
  /**
   * Does it.
   *
   * @param session Whose session it is typed in.
   * @param argument What follows the command's name.
   * @param signal Aborts at Ctrl-C.
   * @returns `false` if it did not go well; it has said why.
   */
  run(
    session: Session,
    argument: string,
    signal: AbortSignal,
  ): Promise<boolean | void>;
  /**
   * What may stand next; absent where nothing can be offered.
   *
   * @param session Whose session it is typed in.
   * @param words The words that stand between the command and the cursor.
   * @returns What can be offered.
   */
  next?(session: Session, words: readonly string[]): Promise<Offers>;
}

/** What a command's argument may be. */
export interface Offers {
  /** Words. */
  readonly words: readonly string[];
  /** Beside them, files whose names are so. */
  readonly files?: RegExp;
}
