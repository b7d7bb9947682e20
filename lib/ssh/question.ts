/**
 * What somebody is asked when a login needs a person.
 *
 * @module
 */

/** Ways to log in that the library has. */
export type SshMethod = "publickey" | "keyboard-interactive" | "password";

/** One line that somebody is to type. */
export interface SshPrompt {
  /** What to show: `"Verification code: "`. */
  readonly text: string;
  /** Whether what is typed may be seen. */
  readonly echo: boolean;
}

/** What is asked when a login needs somebody to type. */
export interface SshQuestion {
  /** A password, questions of the server, or the passphrase of a key. */
  readonly kind: "password" | "keyboard-interactive" | "passphrase";
  /** Who wants to know: `ada@web:2222`, or a key's path. */
  readonly target: string;
  /** A title and an explanation, where the server gave them. */
  readonly instructions: string;
  /** One line each. */
  readonly prompts: readonly SshPrompt[];
}

/**
 * Answers a question: a text for each prompt, in order, or `undefined` to give
 * up.
 */
export type SshAsk = (
  question: SshQuestion,
  signal: AbortSignal,
) => Promise<readonly string[] | undefined>;
