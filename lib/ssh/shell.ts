/**
 * Shells on other machines: what they are attached to.
 *
 * @module
 */

import type { DeadlineOptions } from "../deadline.ts";
import type { TerminalSize } from "./command.ts";

/** A terminal, or what stands in for one: `{ input: Deno.stdin, output: Deno.stdout }`. */
export interface ShellTerminal {
  /**
   * What is typed: a stream, or what has one and can be raw, as `Deno.stdin`. It
   * is made raw while the shell runs, and what it was afterwards.
   */
  readonly input: ReadableStream<Uint8Array> | {
    readonly readable: ReadableStream<Uint8Array>;
    setRaw?(raw: boolean): void;
    isTerminal?(): boolean;
  };
  /** What is shown: a stream, or what has one, as `Deno.stdout`. */
  readonly output: WritableStream<Uint8Array> | {
    readonly writable: WritableStream<Uint8Array>;
  };
  /** Its size when the shell starts. @default {80 by 24} */
  readonly size?: TerminalSize | undefined;
  /** Its later sizes, one each time that it changes. */
  readonly sizes?: AsyncIterable<TerminalSize> | undefined;
}

/**
 * Options for {@linkcode SshConnection.shell}. At the prompt its terminal stands
 * for `input` and `output` that are left out.
 */
export interface ShellOptions extends Partial<ShellTerminal>, DeadlineOptions {
  /** The terminal's name, as the other side knows it. @default {"xterm-256color"} */
  readonly term?: string | undefined;
  /** Environment variables; a server takes those that its `AcceptEnv` names. */
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** A command in place of the login shell. */
  readonly command?: string | undefined;
}

/** What takes the octets of a {@linkcode RawShell}. */
export interface RawSink {
  /** Octets have come. */
  data(octets: Uint8Array): void;
  /** Nothing more comes; with the error if the connection broke. */
  closed(error?: Error): void;
}

/** A shell by callbacks. */
export interface RawShell {
  /** Hands over who takes the octets; what came before is given at once. */
  start(sink: RawSink): void;
  /** Sends octets; it never throws, failure comes through `closed`. */
  write(octets: Uint8Array): void;
  /** Tells the shell that its terminal has another size. */
  resize(size: { readonly columns: number; readonly rows: number }): void;
  /** Ends the shell, and waits for that. */
  close(): Promise<void>;
}
