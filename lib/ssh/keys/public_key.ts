/**
 * Public keys as text: the lines of `.pub` and `authorized_keys` files, and
 * blocks of RFC 4716.
 *
 * @see RFC 4253 §6.6, RFC 4716 §3
 * @module
 */

import { ParseError } from "../../errors.ts";
import { canvas } from "../../inspect/canvas.ts";
import { card } from "../../inspect/card.ts";
import { keyFingerprint } from "./fingerprint.ts";
import { keySize } from "./key_size.ts";
import { randomart } from "./randomart.ts";
import { keyTypeOf } from "./wire_format.ts";

/**
 * A public key.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const { publicKey } = await net.ssh.generateKey();
 * const key = new net.ssh.PublicKey(publicKey, "ada");
 * assert.deepEqual([key.type, key.bits], ["ssh-ed25519", 256]);
 * ```
 */
export class PublicKey {
  /** Its type: `"ssh-ed25519"`. */
  readonly type: string;
  /** The key as it goes over the wire. */
  readonly blob: Uint8Array;
  /** Whose it is, in its owner's words; may be empty. */
  readonly comment: string;
  /** Bits; 0 if the kind is not known. */
  readonly bits: number;
  /** `"SHA256:…"`. */
  readonly fingerprint: string;

  /**
   * Takes a key.
   *
   * @param blob The key as it goes over the wire.
   * @param comment Whose it is.
   * @throws {TypeError} If the octets are no key.
   */
  constructor(blob: Uint8Array, comment = "") {
    const type = keyTypeOf(blob);
    if (type === "") {
      throw new TypeError(
        `Cannot make a public key as 'blob' must begin with its type: current value is ${blob.length} other octets`,
      );
    }
    this.type = type;
    this.blob = blob;
    this.comment = comment;
    this.bits = keySize(blob);
    this.fingerprint = keyFingerprint(blob);
  }

  /** The line of a `.pub` file. */
  toString(): string {
    return publicKeyLine(this.blob, this.comment);
  }

  /** The line and the fingerprint, for `JSON.stringify`. */
  toJSON(): Record<string, unknown> {
    const { type, bits, comment, fingerprint } = this;
    return { type, bits, comment, fingerprint, line: `${this}` };
  }

  /** Shows the facts and the picture. */
  [Symbol.for("Deno.customInspect")](
    _inspect: unknown,
    options?: { colors?: boolean },
  ): string {
    return keyCard("public key", this, options?.colors ?? false);
  }
}

/** A key's facts and its picture. */
export function keyCard(
  title: string,
  key: {
    readonly type: string;
    readonly bits: number;
    readonly comment: string;
    readonly fingerprint: string;
    readonly blob: Uint8Array;
  },
  colors: boolean,
): string {
  const rows = card(title, [
    ["type", `${key.type}${key.bits > 0 ? `, ${key.bits} bits` : ""}`],
    ["comment", key.comment || "none"],
    ["fingerprint", key.fingerprint],
  ], canvas({ colors }));
  return `${rows}\n${randomart(key.blob)}`;
}

/**
 * Writes the line of a `.pub` file, which is one of `authorized_keys` too.
 *
 * @param key The key as it goes over the wire.
 * @param comment Whose it is; line ends become spaces.
 * @returns `"ssh-ed25519 AAAA… ada@web"`.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const key = await net.ssh.generateKey();
 * const line = net.ssh.publicKeyLine(key.publicKey, "ada");
 * assert.match(line, /^ssh-ed25519 AAAA\S+ ada$/);
 * ```
 */
export function publicKeyLine(key: Uint8Array, comment = ""): string {
  const line = `${keyTypeOf(key)} ${key.toBase64()}`;
  const words = comment.replace(/[\r\n]+/g, " ").trim();
  return words === "" ? line : `${line} ${words}`;
}

const KIND = "an SSH public key";
const RFC_4716 = /^---- BEGIN SSH2 PUBLIC KEY ----[ \t]*\r?$/m;

/**
 * Reads a public key: a line of a `.pub` or `authorized_keys` file, or a block of
 * RFC 4716 as other programs export it.
 *
 * @param text The text; of several lines the first key counts.
 * @returns The key.
 * @throws {ParseError} If the text has none.
 * @see RFC 4716 §3
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const own = await net.ssh.generateKey({ comment: "ada@web" });
 * const { comment, fingerprint } = net.ssh.parsePublicKey(`${own.toPublic()}`);
 * assert.deepEqual([comment, fingerprint], ["ada@web", own.fingerprint]);
 * ```
 */
export function parsePublicKey(text: string): PublicKey {
  const begin = RFC_4716.exec(text);
  if (begin) return parseBlock(text, begin.index + begin[0].length);
  if (/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(text)) {
    // A private key must not end up in an error's text.
    throw new ParseError(KIND, "-----BEGIN …", 0, "a private key");
  }
  let offset = 0;
  for (const line of text.split("\n")) {
    if (/^\s*[^#\s]/.test(line)) return parseLine(line, offset, text);
    offset += line.length + 1;
  }
  throw new ParseError(KIND, text, 0, "no key in it");
}

/** Any options that come first may have spaces within quotes. */
function parseLine(line: string, offset: number, text: string): PublicKey {
  const fail = (at: number, reason: string): never => {
    throw new ParseError(KIND, text, offset + at, reason);
  };
  const isType = (word: string) =>
    /^(?:ssh-|ecdsa-sha2-|sk-)[a-z0-9@.-]+$/.test(word);
  let at = line.search(/\S/);
  let word = wordAt(line, at);
  if (!isType(word)) {
    at += word.length;
    at += /^\s*/.exec(line.slice(at))![0].length;
    word = wordAt(line, at);
    if (!isType(word)) fail(0, "no type of key, such as ssh-ed25519");
  }
  const from = at + word.length;
  const [, space, base64, comment] = /^(\s*)(\S*)\s*(.*)$/s.exec(
    line.slice(from),
  )!;
  const start = from + space!.length;
  let blob: Uint8Array;
  try {
    blob = Uint8Array.fromBase64(base64!);
  } catch {
    return fail(start, "a key that is not base64");
  }
  const inside = keyTypeOf(blob);
  if (inside === "") fail(start, "a key that is cut short");
  if (inside !== word) {
    fail(start, `a key of type ${inside} that is called ${word}`);
  }
  return new PublicKey(blob, comment!.trim());
}

/** A word with what stands in quotes in it. */
function wordAt(line: string, from: number): string {
  let isQuoted = false;
  let at = from;
  for (; at < line.length; at++) {
    const c = line[at]!;
    if (c === "\\" && line[at + 1] === '"') at++;
    else if (c === '"') isQuoted = !isQuoted;
    else if (!isQuoted && /\s/.test(c)) break;
  }
  return line.slice(from, at);
}

function parseBlock(text: string, from: number): PublicKey {
  const end = text.indexOf("---- END SSH2 PUBLIC KEY ----", from);
  if (end < 0) {
    throw new ParseError(KIND, text, text.length, "a block that does not end");
  }
  // A header's line goes on after a backslash.
  const lines = text.slice(from, end).replace(/\\\r?\n/g, "").trim()
    .split(/\r?\n/);
  let comment = "";
  const body = lines.filter((line) => {
    const header = /^([^:\s]{1,64}):\s*(.*)$/.exec(line);
    if (header?.[1]?.toLowerCase() === "comment") {
      comment = header![2]!.trim().replace(/^"(.*)"$/, "$1");
    }
    return !header;
  });
  try {
    return new PublicKey(Uint8Array.fromBase64(body.join("")), comment);
  } catch {
    throw new ParseError(KIND, text, from, "a block whose octets are no key");
  }
}
