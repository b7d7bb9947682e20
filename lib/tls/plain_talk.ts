/**
 * The few plain lines before TLS: read in small, bounded pieces, with an account
 * of every octet, so that none can stay behind.
 *
 * @module
 */

import { Deadline, type DeadlineOptions } from "../deadline.ts";
import { NetError } from "../errors.ts";
import type { Connection } from "../socket/connection.ts";

/** The most octets that a server may say before TLS. */
const MAX = 65_536;

const latin1 = new TextDecoder("latin1");

/** A short conversation in plain text. */
export class PlainTalk implements Disposable {
  readonly #connection: Connection;
  readonly #protocol: string;
  readonly #deadline: Deadline;
  /** What has come and is not yet taken. */
  #rest: Uint8Array = new Uint8Array();
  #taken = 0;

  /**
   * @param connection With whom.
   * @param protocol The protocol's name, for errors.
   * @param options How long it may take in all, and who may stop it.
   */
  constructor(
    connection: Connection,
    protocol: string,
    options: DeadlineOptions,
  ) {
    this.#connection = connection;
    this.#protocol = protocol;
    this.#deadline = new Deadline("start TLS with", this.#target, options);
  }

  get #target(): string {
    return `${this.#connection.remoteAddress}`;
  }

  /** Stops the clock. */
  [Symbol.dispose](): void {
    this.#deadline[Symbol.dispose]();
  }

  /**
   * Ends the conversation.
   *
   * @param code The stable word.
   * @param reason Why.
   * @param hint What to try.
   * @throws {NetError} Always.
   */
  fail(code: string, reason: string, hint?: string): never {
    throw new NetError(reason, {
      code,
      op: `start TLS (${this.#protocol}) with`,
      target: this.#target,
      hint,
    });
  }

  /** The server knows nothing of TLS. */
  notOffered(): never {
    this.fail(
      "not-offered",
      "the server does not offer TLS; somebody between may also have removed the offer",
    );
  }

  /**
   * The server says what this protocol has no place for.
   *
   * @param line What it said.
   */
  unlike(line: string): never {
    const shown = line.length > 60 ? `${line.slice(0, 59)}…` : line;
    this.fail(
      "malformed",
      `it does not speak ${this.#protocol}, it said ${JSON.stringify(shown)}`,
    );
  }

  /**
   * Sends something.
   *
   * @param what Text or octets.
   */
  async say(what: string | Uint8Array): Promise<void> {
    await this.#connection.write(what, { signal: this.#deadline.signal });
  }

  /** Gives the next line, without its end. */
  async line(): Promise<string> {
    let from = 0;
    while (true) {
      const end = this.#rest.indexOf(10, from);
      if (end >= 0) {
        const line = this.#rest.subarray(0, end);
        this.#rest = this.#rest.subarray(end + 1);
        return latin1.decode(line).replace(/\r$/, "");
      }
      from = this.#rest.length;
      await this.#more();
    }
  }

  /**
   * Gives so many octets.
   *
   * @param length How many.
   */
  async octets(length: number): Promise<Uint8Array> {
    while (this.#rest.length < length) await this.#more();
    const octets = this.#rest.subarray(0, length);
    this.#rest = this.#rest.subarray(length);
    return octets;
  }

  /**
   * Gives what comes up to the end of the first match.
   *
   * @param pattern What ends it.
   */
  async until(pattern: RegExp): Promise<string> {
    while (true) {
      const text = latin1.decode(this.#rest);
      const found = pattern.exec(text);
      if (found) {
        const end = found.index + found[0].length;
        this.#rest = this.#rest.subarray(end);
        return text.slice(0, end);
      }
      await this.#more();
    }
  }

  /**
   * Sends a command of SMTP or FTP, and waits for its reply.
   *
   * @param command The command.
   * @param code The reply that means yes.
   * @returns The reply's lines, without the code.
   */
  async ask(command: string, code: number): Promise<string[]> {
    await this.say(`${command}\r\n`);
    return await this.expectReply(code);
  }

  /**
   * Waits for a reply of SMTP or FTP, which may have several lines.
   *
   * @param code The one that means yes.
   * @returns Its lines, without the code.
   * @see RFC 5321 §4.2.1, RFC 959 §4.2
   */
  async expectReply(code: number): Promise<string[]> {
    const lines: string[] = [];
    let first: string | undefined;
    while (true) {
      const line = await this.line();
      const [, digits, sign, text] = /^(\d{3})([ -]|$)(.*)$/.exec(line) ?? [];
      // In FTP the lines in the middle may lack the code.
      if (digits === undefined && first === undefined) this.unlike(line);
      first ??= digits;
      lines.push(text ?? line);
      if (digits !== first || sign === "-") continue;
      if (Number(digits) === code) return lines;
      this.fail(
        digits?.startsWith("50") ? "not-offered" : "rejected",
        `the server answered ${JSON.stringify(line.slice(0, 200))}`,
      );
    }
  }

  /**
   * Makes sure that nothing is left over: TLS begins with the next octet.
   *
   * @throws {NetError} `"injected"` if something is.
   */
  async finish(): Promise<void> {
    this.#deadline.signal.throwIfAborted();
    let extra = this.#rest.length;
    if (extra === 0) {
      // What has arrived is given at once; for more nobody waits.
      const now = new AbortController();
      const pending = this.#connection.read({ signal: now.signal });
      now.abort();
      try {
        extra = (await pending)?.length ?? 0;
      } catch (error) {
        if (error !== now.signal.reason) throw error;
      }
    }
    if (extra === 0) return;
    this.fail(
      "injected",
      `${extra} octets of plain text came behind the server's consent, before TLS, which no honest server sends`,
    );
  }

  async #more(): Promise<void> {
    const chunk = await this.#connection.read({
      signal: this.#deadline.signal,
    });
    if (chunk === null) {
      this.fail("closed", "the server closed the connection before TLS began");
    }
    this.#taken += chunk.length;
    if (this.#taken > MAX) {
      this.fail("too-long", `more than ${MAX} octets before TLS`);
    }
    const joined = new Uint8Array(this.#rest.length + chunk.length);
    joined.set(this.#rest);
    joined.set(chunk, this.#rest.length);
    this.#rest = joined;
  }
}
