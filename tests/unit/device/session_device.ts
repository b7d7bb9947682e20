/**
 * A device of a few lines for the tests of the channel: a line editor with
 * echo, and whatever output a test wants.
 *
 * @module
 */

import { readPlatform } from "../../../lib/device/platforms/read.ts";
import type { Platform } from "../../../lib/device/platform.ts";
import type {
  Transport,
  TransportSink,
} from "../../../lib/device/transport.ts";

/** What the device does with a line: says something, asks, or goes elsewhere. */
export interface Said {
  readonly text?: string;
  readonly prompt?: string;
  /** Asks, and goes on with the answer. */
  readonly ask?: string;
  readonly then?: (answer: string) => Said | string;
  /** Whether the answer shows. */
  readonly hides?: boolean;
  /** Shown after a key each. */
  readonly pages?: readonly string[];
  readonly hangs?: boolean;
  readonly closes?: boolean;
}

export interface LineDeviceOptions {
  readonly first?: string;
  readonly prompt: string;
  /** Stands above each prompt. */
  readonly above?: string;
  readonly echo?: "full" | "newline" | "none";
  /** Wraps what is typed at this width, with CR LF. */
  readonly wrap?: number;
  readonly answer: (line: string, device: LineDevice) => Said | string;
  /** How the output is cut. */
  readonly cut: (octets: Uint8Array) => Iterable<Uint8Array>;
}

export class LineDevice implements Transport {
  readonly name = "a device of a test";
  readonly authenticated = true;
  readonly typed: string[] = [];
  prompt: string;
  readonly #options: LineDeviceOptions;
  readonly #encoder = new TextEncoder();
  readonly #decoder = new TextDecoder();
  #out: Uint8Array[] = [];
  #in = "";
  #sink: TransportSink | undefined;
  #line = "";
  #asks: Said | undefined;
  #pages: string[] = [];
  #isStuck = false;
  #isBusy = false;
  isClosed = false;

  constructor(options: LineDeviceOptions) {
    this.#options = options;
    this.prompt = options.prompt;
  }

  start(sink: TransportSink): void {
    this.#sink = sink;
    this.#put((this.#options.first ?? "") + this.#shown());
    this.#wake();
  }

  write(octets: Uint8Array): void {
    this.#in += this.#decoder.decode(octets);
    this.#wake();
  }

  /** Says something of its own accord. */
  say(text: string): void {
    this.#put(text);
    this.#wake();
  }

  hangUp(error?: Error): void {
    this.isClosed = true;
    this.#sink?.closed(error);
    this.#sink = undefined;
  }

  close(): Promise<void> {
    this.isClosed = true;
    this.#sink = undefined;
    return Promise.resolve();
  }

  #shown(): string {
    return (this.#options.above ?? "") + this.prompt;
  }

  #put(text: string): void {
    this.#out.push(...this.#options.cut(this.#encoder.encode(text)));
  }

  #wake(): void {
    if (this.#isBusy) return;
    this.#isBusy = true;
    queueMicrotask(async () => {
      // It reads what is typed only when it has said everything, as devices do.
      for (;;) {
        const octets = this.#out.shift();
        if (octets) {
          this.#sink?.data(octets);
          await Promise.resolve();
          await Promise.resolve();
        } else if (this.#in !== "" && !this.#isStuck) {
          const char = this.#in[0]!;
          this.#in = this.#in.slice(1);
          this.#key(char);
        } else break;
      }
      this.#isBusy = false;
    });
  }

  #key(char: string): void {
    const { echo = "full", wrap = Infinity } = this.#options;
    const asks = this.#asks;
    if (this.#pages.length > 0) {
      const erased = "\b".repeat(10) + " ".repeat(10) + "\b".repeat(10);
      const page = this.#pages.shift()!.replaceAll("\n", "\r\n");
      return this.#put(
        erased + page + (this.#pages.length ? " --More-- " : this.#shown()),
      );
    }
    if (char !== "\n" && char !== "\r") {
      this.#line += char;
      if (echo === "full" && !asks?.hides) {
        const width = this.prompt.length + this.#line.length;
        this.#put(char + (width % wrap === 0 ? "\r\n" : ""));
      }
      return;
    }
    const line = this.#line;
    this.#line = "";
    this.typed.push(line);
    const newline = echo === "none" ? "" : "\r\n";
    if (asks) {
      this.#asks = undefined;
      return this.#do(newline, asks.then!(line));
    }
    this.#do(
      newline,
      line.trim() === "" ? "" : this.#options.answer(line, this),
    );
  }

  #do(newline: string, what: Said | string): void {
    const said = typeof what === "string" ? { text: what } : what;
    this.prompt = said.prompt ?? this.prompt;
    const text = newline + (said.text ?? "").replaceAll("\n", "\r\n");
    if (said.ask !== undefined) {
      this.#asks = said;
      return this.#put(text + said.ask);
    }
    if (said.pages) {
      this.#pages = [...said.pages];
      return this.#put(text + " --More-- ");
    }
    if (said.hangs) {
      this.#isStuck = true;
      return this.#put(text);
    }
    if (said.closes) {
      this.#put(text);
      queueMicrotask(() => setTimeout(() => this.hangUp()));
      return;
    }
    this.#put(text + this.#shown());
  }
}

const IOS = `
name: test_ios
title: For tests
login: { username: 'Username: ?$', password: 'Password: ?$', failed: '% Login invalid' }
modes:
  exec:
    prompt: '^(?<host>[\\w.-]+)>$'
    to:
      privileged:
        - send: enable
          answers:
            - { question: 'Password: ?$', say: { secret: enable } }
  privileged:
    prompt: '^(?<host>[\\w.-]+)#$'
    to: { exec: [disable], config: [configure terminal] }
  config:
    prompt: '^(?<host>[\\w.-]+)\\((?<context>config[\\w-]*)\\)#$'
    to: { privileged: [end] }
paging: { more: '^ ?--More-- ?$', key: ' ' }
failures: ['^% ']
questions:
  - { question: '\\[confirm\\]$', say: '' }
config:
  mode: config
  style: indent
  show: show running-config
  showMode: privileged
  save: [write memory]
  negate: 'no '
`;

/** A small IOS. */
export function testPlatform(): Promise<Platform> {
  return readPlatform(IOS, "test_ios");
}
