/**
 * What can be wrong with a fake device, on purpose.
 *
 * @module
 */

/** What a fake device does wrong; nothing unless it is said. */
export interface Faults {
  /** Closes every connection at once. */
  readonly refuse?: boolean | undefined;
  /**
   * Where it falls silent for ever: when somebody has connected, before it
   * answers to a login, before its first prompt, or in the middle of the answer
   * to a command, which is named as it is written out.
   */
  readonly hang?:
    | "connect"
    | "auth"
    | "prompt"
    | { readonly command: string }
    | undefined;
  /**
   * When it cuts the connection: in the middle of the answer to a command, or
   * after so many octets of a session.
   */
  readonly drop?:
    | { readonly command: string }
    | { readonly octets: number }
    | undefined;
  /**
   * A line in the middle of every answer that looks like a prompt; true for its
   * own prompt. `pause` is how long it then waits before the rest, in
   * milliseconds, so that the lie is for a while the last that has come.
   */
  readonly lie?:
    | boolean
    | string
    | { readonly text?: string; readonly pause?: number }
    | undefined;
  /** Octets a second, for a line as slow as a console's. */
  readonly slow?: number | undefined;
}
