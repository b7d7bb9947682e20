/**
 * The device's end of Telnet: what is typed without the negotiation in it.
 *
 * @see RFC 854, RFC 857 (echo), RFC 858 (suppress go ahead), RFC 1073 (window)
 * @module
 */

import {
  DO,
  DONT,
  ECHO,
  IAC,
  SB,
  SE,
  SUPPRESS_GO_AHEAD,
  WILL,
  WINDOW_SIZE,
  WONT,
} from "../telnet.ts";

/** Longer negotiations than this are none. */
const LONGEST = 64;

/** What it says first: it echoes, and asks how large the window is. */
export const GREETING: Uint8Array<ArrayBuffer> = Uint8Array.of(
  ...[IAC, WILL, ECHO, IAC, WILL, SUPPRESS_GO_AHEAD],
  ...[IAC, DO, SUPPRESS_GO_AHEAD, IAC, DO, WINDOW_SIZE],
);

/** What is told apart from what is typed. */
export interface TelnetSink {
  /** What is typed. */
  data(octets: Uint8Array): void;
  /** What is to be answered. */
  reply(octets: Uint8Array): void;
  /** How large the window is. */
  resize(columns: number, rows: number): void;
}

/** Reads what a Telnet client sends. */
export class TelnetReader {
  readonly #sink: TelnetSink;
  #state: "data" | "command" | "option" | "sub" | "subCommand" = "data";
  #verb = 0;
  #sub: number[] = [];

  /** @param sink Takes what is told apart. */
  constructor(sink: TelnetSink) {
    this.#sink = sink;
  }

  /**
   * Takes octets.
   *
   * @param octets The next ones, cut anywhere.
   */
  push(octets: Uint8Array): void {
    if (this.#state === "data" && !octets.includes(IAC)) {
      return this.#sink.data(octets);
    }
    const typed: number[] = [];
    for (const octet of octets) this.#octet(octet, typed);
    if (typed.length > 0) this.#sink.data(Uint8Array.from(typed));
  }

  #octet(octet: number, typed: number[]): void {
    switch (this.#state) {
      case "data":
        if (octet === IAC) this.#state = "command";
        else typed.push(octet);
        return;
      case "command":
        this.#state = "data";
        if (octet === IAC) typed.push(IAC);
        else if (octet === SB) {
          this.#sub = [];
          this.#state = "sub";
        } else if (octet >= WILL) {
          this.#verb = octet;
          this.#state = "option";
        }
        return;
      case "option":
        this.#state = "data";
        return this.#negotiate(this.#verb, octet);
      case "sub":
        if (octet === IAC) this.#state = "subCommand";
        else if (this.#sub.length < LONGEST) this.#sub.push(octet);
        return;
      case "subCommand":
        this.#state = octet === SE ? "data" : "sub";
        if (octet === IAC && this.#sub.length < LONGEST) this.#sub.push(IAC);
        if (octet === SE) this.#negotiated();
    }
  }

  #negotiate(verb: number, option: number): void {
    const known = option === ECHO || option === SUPPRESS_GO_AHEAD ||
      option === WINDOW_SIZE;
    // What was offered has been agreed on; all else is declined, once.
    if (known || verb === WONT || verb === DONT) return;
    this.#sink.reply(Uint8Array.of(IAC, verb === DO ? WONT : DONT, option));
  }

  #negotiated(): void {
    const [option, ...rest] = this.#sub;
    if (option !== WINDOW_SIZE || rest.length < 4) return;
    const [a = 0, b = 0, c = 0, d = 0] = rest;
    this.#sink.resize(a << 8 | b, c << 8 | d);
  }
}
