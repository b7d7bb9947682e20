/**
 * Key logs: the secrets of connections, as browsers, curl and openssl write them
 * to the file that SSLKEYLOGFILE names.
 *
 * @module
 */

import { NetError, ParseError, PermissionError } from "../errors.ts";
import { canvas } from "../inspect/canvas.ts";
import { card } from "../inspect/card.ts";
import { count } from "../inspect/units.ts";

/** A line of a key log that is none. */
export interface KeyLogProblem {
  /** The line's number, from 1. */
  readonly line: number;
  /** What is wrong with it. */
  readonly reason: string;
}

/** The longest secret: that of SHA-512, with room to spare. */
const MAX_SECRET = 256;

/** Labels of which the second word is not a client's random octets. */
const RSA = "RSA";

/**
 * The secrets of many connections. What it shows at the prompt, in JSON and in
 * errors is how many there are, never a secret.
 *
 * @see draft-ietf-tls-keylogfile
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const random = "00".repeat(32);
 * const log = net.tls.parseKeyLog(`# mine\nCLIENT_RANDOM ${random} ${"11".repeat(48)}\n`);
 * assert.equal(log.size, 1);
 * assert.equal(log.secret("CLIENT_RANDOM", net.bytes.parseHex(random))?.length, 48);
 * assert.equal(JSON.stringify(log).includes("1111"), false);
 * ```
 */
export class KeyLog {
  /** Lines that are none, which were passed over. */
  readonly problems: readonly KeyLogProblem[];
  readonly #secrets: ReadonlyMap<string, Uint8Array>;

  /**
   * Takes what has been read; {@linkcode parseKeyLog} is the way in.
   *
   * @param secrets By label and second word in lower case, `"LABEL 00ff…"`.
   * @param problems Lines that are none.
   */
  constructor(
    secrets: ReadonlyMap<string, Uint8Array>,
    problems: readonly KeyLogProblem[] = [],
  ) {
    this.#secrets = secrets;
    this.problems = problems;
  }

  /** How many secrets there are. */
  get size(): number {
    return this.#secrets.size;
  }

  /** How many secrets there are of each label. */
  get labels(): Readonly<Record<string, number>> {
    const labels: Record<string, number> = {};
    for (const key of this.#secrets.keys()) {
      const label = key.slice(0, key.indexOf(" "));
      labels[label] = (labels[label] ?? 0) + 1;
    }
    return labels;
  }

  /**
   * Looks a secret up.
   *
   * @param label `"CLIENT_RANDOM"`, `"SERVER_TRAFFIC_SECRET_0"`, …
   * @param id The client's random octets; with `"RSA"` the first 8 octets of the
   * encrypted secret.
   * @returns The secret; `undefined` if it is not there.
   */
  secret(label: string, id: Uint8Array): Uint8Array | undefined {
    return this.#secrets.get(`${label} ${id.toHex()}`);
  }

  /** How many secrets there are of each label, and the lines that are none. */
  toJSON(): { labels: Readonly<Record<string, number>>; problems: unknown } {
    return { labels: this.labels, problems: this.problems };
  }

  /**
   * Shows how many secrets there are.
   *
   * @param _inspect Not used.
   * @param options Whether colours may be used.
   * @returns The lines.
   */
  [Symbol.for("Deno.customInspect")](
    _inspect: unknown,
    options?: { colors?: boolean },
  ): string {
    const { problems } = this;
    return card(`key log, ${count(this.size)} secrets`, [
      ...Object.entries(this.labels).map(([label, n]) =>
        [label, count(n)] as const
      ),
      ...problems.length === 0
        ? []
        : [["lines passed over", count(problems.length), "warn"] as const],
    ], canvas({ colors: options?.colors ?? false }));
  }
}

/**
 * Reads the text of a key log. Comments and empty lines are passed over, and so
 * are lines that are none, as programs that write at the same time break each
 * other's: `problems` of the result tells which.
 *
 * @param text The text.
 * @returns The secrets.
 * @throws {ParseError} If there are lines, and not one of them is right.
 * @see draft-ietf-tls-keylogfile §2
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * assert.throws(() => net.tls.parseKeyLog("-----BEGIN PRIVATE KEY-----"), /key log.*line 1/);
 * ```
 */
export function parseKeyLog(text: string): KeyLog {
  const secrets = new Map<string, Uint8Array>();
  const problems: KeyLogProblem[] = [];
  let offset = 0;
  let first: number | undefined;
  text.split("\n").forEach((whole, i) => {
    const line = whole.trim();
    const reason = line === "" || line.startsWith("#")
      ? undefined
      : take(line, secrets);
    if (reason !== undefined) {
      first ??= offset;
      problems.push({ line: i + 1, reason });
    }
    offset += whole.length + 1;
  });
  const [problem] = problems;
  if (problem !== undefined && secrets.size === 0) {
    // What was given may be a private key: it must not stand in the error.
    throw new ParseError(
      "a key log",
      "…",
      first ?? 0,
      `${problem.reason} in line ${problem.line}`,
    );
  }
  return new KeyLog(secrets, problems);
}

/** Takes a line; says what is wrong with one that is none. */
function take(
  line: string,
  secrets: Map<string, Uint8Array>,
): string | undefined {
  const [label = "", ...words] = line.split(/[ \t]+/);
  if (!/^[A-Z][A-Z0-9_]*$/.test(label)) return "no label";
  // The oldest form names a session: "RSA Session-ID:… Master-Key:…".
  const [id = "", secret = ""] = words.map((word) =>
    word.replace(/^(Session-ID|Master-Key):/i, "")
  );
  if (words.length !== 2) return `${words.length + 1} words in place of 3`;
  if (!isHex(id) || !isHex(secret)) return "no hexadecimal octets";
  const isSession = /^Session-ID:/i.test(words[0]!);
  if (label === RSA) {
    if (isSession) secrets.set(`SESSION ${id.toLowerCase()}`, octets(secret));
    else if (id.length !== 16) return "no 8 octets of an encrypted secret";
    else secrets.set(`${RSA} ${id.toLowerCase()}`, octets(secret));
    return undefined;
  }
  if (id.length !== 64) {
    return `${id.length / 2} octets in place of a random's 32`;
  }
  if (secret.length > 2 * MAX_SECRET) return "a secret too long to be one";
  secrets.set(`${label} ${id.toLowerCase()}`, octets(secret));
  return undefined;
}

function isHex(text: string): boolean {
  return text !== "" && text.length % 2 === 0 && /^[0-9a-fA-F]+$/.test(text);
}

function octets(text: string): Uint8Array {
  return Uint8Array.fromHex(text);
}

/**
 * Reads a key log from a file.
 *
 * @param path The file's path or `file:` URL.
 * @returns The secrets.
 * @throws {NetError} `"not-found"` if there is no such file, `"io"` if it cannot
 * be read.
 * @throws {PermissionError} If it may not be read.
 * @throws {ParseError} If it is no key log.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * await assert.rejects(net.tls.readKeyLog("/nowhere/keys.log"), net.NetError);
 * ```
 */
export async function readKeyLog(path: string | URL): Promise<KeyLog> {
  let text: string;
  try {
    text = await Deno.readTextFile(path);
  } catch (cause) {
    const facts = { op: "read the key log", target: `${path}`, cause };
    if (cause instanceof Deno.errors.NotFound) {
      throw new NetError("there is no such file", {
        ...facts,
        code: "not-found",
        hint: `SSLKEYLOGFILE=${path} curl …, which writes it`,
      });
    }
    const isBarred = cause instanceof Deno.errors.PermissionDenied ||
      cause instanceof Deno.errors.NotCapable;
    if (isBarred) {
      throw new PermissionError("this program may not read it", {
        ...facts,
        code: "permission",
        hint: `deno run --allow-read=${path} …`,
      });
    }
    throw new NetError((cause as Error).message, { ...facts, code: "io" });
  }
  return parseKeyLog(text);
}
