/**
 * Telnet: octets over TCP, and between them the options that both sides agree
 * on. Nobody encrypts it: whoever is in between reads the password.
 *
 * @see RFC 854 (Telnet), RFC 855 (options), RFC 857 (echo), RFC 858 (suppress
 * go ahead), RFC 1073 (window size), RFC 1091 (terminal type)
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
  telnetEscaped,
  TERMINAL_TYPE,
  WILL,
  WINDOW_SIZE,
  WONT,
} from "../telnet.ts";
import type { Transport, TransportSink } from "../transport.ts";

const CR = 13;
const LF = 10;

/** A subnegotiation that is longer is none. */
const LONGEST = 4096;

/** What this side does when it is asked to, and lets the other side do. */
const DOES: ReadonlySet<number> = new Set([
  TERMINAL_TYPE,
  WINDOW_SIZE,
  SUPPRESS_GO_AHEAD,
]);
const ALLOWS: ReadonlySet<number> = new Set([ECHO, SUPPRESS_GO_AHEAD]);

/** How large the terminal is said to be. */
export interface TelnetSize {
  /** Cells in a line. */
  readonly columns: number;
  /** Lines. */
  readonly rows: number;
}

/** Speaks Telnet over another transport that carries its octets. */
export class TelnetTransport implements Transport {
  readonly name: string;
  readonly #under: Transport;
  readonly #size: TelnetSize;
  #sink: TransportSink | undefined;
  /** A command that has begun and is not complete. */
  #command: number[] = [];
  #isCr = false;
  /** What was agreed on, so that it is agreed on once. */
  readonly #on = new Set<string>();

  /**
   * @param under What carries the octets.
   * @param size How large the terminal is said to be.
   */
  constructor(under: Transport, size: TelnetSize) {
    this.name = under.name;
    this.#under = under;
    this.#size = size;
  }

  start(sink: TransportSink): void {
    this.#sink = sink;
    this.#under.start({
      data: (octets) => this.#read(octets),
      closed: (error) => sink.closed(error),
    });
  }

  write(octets: Uint8Array): void {
    const out: number[] = [];
    octets.forEach((octet, i) => {
      // The end of a line is CR LF, a CR alone is CR NUL (RFC 854, "The NVT").
      if (octet === LF && octets[i - 1] !== CR) out.push(CR, LF);
      else if (octet === CR && octets[i + 1] !== LF) out.push(CR, 0);
      else if (octet === IAC) out.push(IAC, IAC);
      else out.push(octet);
    });
    this.#under.write(Uint8Array.from(out));
  }

  close(): Promise<void> {
    return this.#under.close();
  }

  #read(octets: Uint8Array): void {
    // Most of what comes has nothing in it.
    const isPlain = this.#command.length === 0 && !this.#isCr &&
      !octets.includes(IAC) && !octets.includes(0);
    if (isPlain) {
      this.#isCr = octets.at(-1) === CR;
      return this.#sink?.data(octets);
    }
    const text = new Uint8Array(octets.length);
    let length = 0;
    for (const octet of octets) {
      if (this.#command.length > 0 || octet === IAC) {
        if (this.#take(octet)) text[length++] = IAC;
        continue;
      }
      const isNul = octet === 0 && this.#isCr;
      this.#isCr = octet === CR;
      if (!isNul) text[length++] = octet;
    }
    if (length > 0) this.#sink?.data(text.subarray(0, length));
  }

  /** Takes an octet of a command; tells whether it was a 255 of the text. */
  #take(octet: number): boolean {
    const command = this.#command;
    command.push(octet);
    if (command.length === 1) return false;
    const verb = command[1]!;
    if (verb === IAC) {
      this.#command = [];
      return true;
    }
    if (verb === SB) {
      const isEnd = octet === SE && command.at(-2) === IAC;
      if (isEnd) this.#subnegotiate(command.slice(2, -2));
      if (isEnd || command.length > LONGEST) this.#command = [];
      return false;
    }
    if (verb < SB) {
      this.#command = [];
      return false;
    }
    if (command.length < 3) return false;
    this.#command = [];
    this.#agree(verb, octet);
    return false;
  }

  #agree(verb: number, option: number): void {
    const isOurs = verb === DO || verb === DONT;
    const isWanted = verb === DO || verb === WILL;
    const key = `${isOurs ? "we" : "they"} ${option}`;
    const isGood = isWanted && (isOurs ? DOES : ALLOWS).has(option);
    // An answer to what is so already would be answered again, for ever.
    if (isGood === this.#on.has(key) && (isGood || !isWanted)) return;
    if (isGood) this.#on.add(key);
    else this.#on.delete(key);
    this.#send(
      isOurs ? (isGood ? WILL : WONT) : (isGood ? DO : DONT),
      option,
    );
    if (isGood && isOurs && option === WINDOW_SIZE) {
      const { columns, rows } = this.#size;
      const size = telnetEscaped(
        Uint8Array.of(columns >> 8, columns & 255, rows >> 8, rows & 255),
      );
      this.#send(SB, WINDOW_SIZE, ...size, IAC, SE);
    }
  }

  #subnegotiate([option, verb]: readonly number[]): void {
    if (option !== TERMINAL_TYPE || verb !== 1) return;
    const name = new TextEncoder().encode("VT100");
    this.#send(SB, TERMINAL_TYPE, 0, ...name, IAC, SE);
  }

  #send(...octets: readonly number[]): void {
    this.#under.write(Uint8Array.of(IAC, ...octets));
  }
}
