/**
 * Every error that the library throws of its own accord, on one screen.
 *
 * - A bad argument is a `TypeError`, a `RangeError`, or for text that does not
 *   parse a `SyntaxError` ({@linkcode ParseError}, with the input and offset).
 * - A failure in the world is a {@linkcode NetError} with a stable `code`.
 * - A caller's own abort is never wrapped: the signal's reason passes through.
 *
 * @module
 */

/** Facts about a failure in the world; see {@linkcode NetError}. */
export interface NetErrorOptions {
  /** A stable, lower-case word for programs to compare: `"timeout"`, `"refused"`, … */
  code: string;
  /** What was being done, as a verb phrase: `"connect to"`, `"open"`. */
  op: string;
  /** To what or whom: an address, a file, a host. */
  target?: string | undefined;
  /** What to type next on this machine to get further. */
  hint?: string | undefined;
  /** The error underneath, if there is one. */
  cause?: unknown;
}

/**
 * A failure in the world: a refused connection, a time-out, a missing file.
 *
 * The message reads `Cannot <op> <target>: <reason>. Try: <hint>`.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const error = new net.NetError("connection refused", {
 *   code: "refused",
 *   op: "connect to",
 *   target: "127.0.0.1:9",
 *   hint: "check that something listens on port 9",
 * });
 * assert.equal(
 *   error.message,
 *   "Cannot connect to 127.0.0.1:9: connection refused. Try: check that something listens on port 9",
 * );
 * ```
 */
export class NetError extends Error {
  /** The class's name, for stacks and for `error.name` comparisons. */
  override readonly name: string = "NetError";
  /** A stable word for programs: `"timeout"`, `"refused"`, `"truncated"`. */
  readonly code: string;
  /** What was being done. */
  readonly op: string;
  /** To what or whom. */
  readonly target: string | undefined;
  /** What to type next. */
  readonly hint: string | undefined;

  /**
   * Builds the message from its parts.
   *
   * @param reason Why it failed, without a final full stop.
   * @param options The facts that programs read.
   */
  constructor(reason: string, options: NetErrorOptions) {
    const { code, op, target, hint, cause } = options;
    const what = target === undefined ? op : `${op} ${target}`;
    super(
      `Cannot ${what}: ${reason}${hint === undefined ? "" : `. Try: ${hint}`}`,
      cause === undefined ? undefined : { cause },
    );
    this.code = code;
    this.op = op;
    this.target = target;
    this.hint = hint;
  }
}

/** Where and why octets could not be decoded; see {@linkcode DecodeError}. */
export interface DecodeErrorOptions {
  /** What was being read: a layer's name (`"tcp"`) or a file format (`"pcap"`). */
  layer: string;
  /** Octets from the start of the packet or file to the trouble. */
  offset: number;
  /** Octets that were needed there. */
  needed?: number | undefined;
  /** Octets that were there. */
  available?: number | undefined;
  /** The field that asked for that many octets: `"ihl"`, `"record header"`. */
  lengthFrom?: string | undefined;
  /** What to try instead. */
  hint?: string | undefined;
  /** The error underneath, if there is one. */
  cause?: unknown;
}

/**
 * Octets that are not what they should be: cut short, or with impossible values.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const error = new net.DecodeError("cut short", {
 *   layer: "tcp",
 *   offset: 34,
 *   needed: 20,
 *   available: 12,
 * });
 * assert.equal(
 *   error.message,
 *   "Cannot decode tcp: cut short at octet 34, needs 20 octets and has 12",
 * );
 * ```
 */
export class DecodeError extends NetError {
  /** Always `"DecodeError"`. */
  override readonly name = "DecodeError";
  /** What was being read. */
  readonly layer: string;
  /** Octets from the start to the trouble. */
  readonly offset: number;
  /** Octets needed, where that is what was wrong. */
  readonly needed: number | undefined;
  /** Octets there, where that is what was wrong. */
  readonly available: number | undefined;
  /** Which field asked for that many. */
  readonly lengthFrom: string | undefined;

  /**
   * Builds the message from its parts.
   *
   * @param reason What is wrong, without the place.
   * @param options The place and the counts.
   */
  constructor(reason: string, options: DecodeErrorOptions) {
    const { layer, offset, needed, available, lengthFrom, hint, cause } =
      options;
    const counts = needed === undefined
      ? ""
      : `, needs ${needed} octets and has ${available ?? 0}`;
    const blame = lengthFrom === undefined ? "" : ` (says ${lengthFrom})`;
    super(`${reason} at octet ${offset}${counts}${blame}`, {
      code: needed === undefined ? "malformed" : "truncated",
      op: "decode",
      target: layer,
      hint,
      cause,
    });
    this.layer = layer;
    this.offset = offset;
    this.needed = needed;
    this.available = available;
    this.lengthFrom = lengthFrom;
  }
}

/** The other side did not accept who we say we are, or we did not accept it. */
export class AuthError extends NetError {
  /** Always `"AuthError"`. */
  override readonly name = "AuthError";
}

/** The operating system or the runtime does not let this process do it. */
export class PermissionError extends NetError {
  /** Always `"PermissionError"`. */
  override readonly name = "PermissionError";
}

/**
 * Text that does not parse: what was given, and how far it made sense.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const error = new net.ParseError("an IPv4 address", "1.2.3.256", 8, "octet above 255");
 * assert.equal(
 *   error.message,
 *   'Cannot parse "1.2.3.256" as an IPv4 address: octet above 255 at offset 8',
 * );
 * assert.ok(error instanceof SyntaxError);
 * ```
 */
export class ParseError extends SyntaxError {
  /** Always `"ParseError"`. */
  override readonly name = "ParseError";
  /** The whole text as it was given. */
  readonly input: string;
  /** UTF-16 units from its start to the first that cannot be right. */
  readonly offset: number;

  /**
   * Builds the message from its parts.
   *
   * @param kind What the text should have been, with its article.
   * @param input The whole text as it was given.
   * @param offset Where it stops making sense, in UTF-16 units.
   * @param reason What is wrong there.
   */
  constructor(kind: string, input: string, offset: number, reason: string) {
    const shown = input.length > 80 ? `${input.slice(0, 79)}…` : input;
    super(
      `Cannot parse ${
        JSON.stringify(shown)
      } as ${kind}: ${reason} at offset ${offset}`,
    );
    this.input = input;
    this.offset = offset;
  }
}
