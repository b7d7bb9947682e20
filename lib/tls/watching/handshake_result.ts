/**
 * A handshake as data and as a picture.
 *
 * @module
 */

import { canvas } from "../../inspect/canvas.ts";
import { card, type CardRow } from "../../inspect/card.ts";
import { table } from "../../inspect/table.ts";
import { count, duration } from "../../inspect/units.ts";
import type { HandshakeMessage } from "../probe/encrypted_messages.ts";
import { ladder } from "./ladder.ts";
import { type HelloFacts, named } from "./hello_facts.ts";

/** One step of a handshake. */
export interface HandshakeStep {
  /** Who sent it. */
  readonly from: "client" | "server";
  /**
   * The message's name as `net.packet` has it; `"helloRetryRequest"`,
   * `"changeCipherSpec"`, `"alert"`; `"encrypted"` for what could not be read.
   */
  readonly name: string;
  /** Milliseconds since connecting began, or since the connection's first packet. */
  readonly at: number;
  /** Octets of the message with its head. */
  readonly length: number;
  /** Whether it crossed the wire encrypted. */
  readonly encrypted: boolean;
  /** What it says. */
  readonly message: HandshakeMessage | undefined;
  /** What it is for, in plain words. */
  readonly purpose: string;
  /** Its octets, decrypted. */
  readonly bytes: Uint8Array;
}

/** What {@linkcode TlsHandshake} is made of. */
export interface TlsHandshakeFacts {
  /** Address and port of the client; empty for this program. */
  readonly client: string;
  /** Address and port of the server. */
  readonly server: string;
  /** What the hellos settled. */
  readonly facts: HelloFacts;
  /** The protocol that the server chose. */
  readonly alpn: string | undefined;
  /** The steps. */
  readonly steps: readonly HandshakeStep[];
  /** The secrets, as the text of a key log; of a conversation of one's own alone. */
  readonly keyLog?: string | undefined;
}

/**
 * A handshake; at the prompt a ladder.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const { build, ipv4, tcp, tls } = net.packet;
 * const messages = [{ kind: "clientHello", version: 0x0303, cipherSuites: [0x1301] } as const];
 * const packet = build(ipv4(), tcp({ dstPort: 443, flags: ["ACK"] }), tls({ messages }));
 * const { list: [handshake] } = await net.tls.handshake([packet]);
 * assert.match(Deno.inspect(handshake), /│── clientHello \d+ B ─+▶│/);
 * ```
 */
export class TlsHandshake {
  /** Address and port of the client; empty for this program. */
  readonly client: string;
  /** Address and port of the server. */
  readonly server: string;
  /** What the hellos settled: version, suite, group, fingerprints. */
  readonly facts: HelloFacts;
  /** The protocol that the server chose. */
  readonly alpn: string | undefined;
  /** The messages of both sides, in order. */
  readonly steps: readonly HandshakeStep[];
  readonly #keyLog: string | undefined;

  /**
   * Takes what was seen; `handshake` finds it.
   *
   * @param seen What was seen.
   */
  constructor(seen: TlsHandshakeFacts) {
    this.client = seen.client;
    this.server = seen.server;
    this.facts = seen.facts;
    this.alpn = seen.alpn;
    this.steps = seen.steps;
    this.#keyLog = seen.keyLog;
  }

  /**
   * The secrets of this conversation, as the text of a key log that `keepSecrets`
   * asked for: a file of it is what SSLKEYLOGFILE names, and
   * `net.tls.parseKeyLog` reads it. Neither JSON nor the prompt shows it.
   */
  get keyLog(): string | undefined {
    return this.#keyLog;
  }

  /** How long it took from the first step to the last, in milliseconds. */
  get duration(): number {
    const { steps } = this;
    return (steps.at(-1)?.at ?? 0) - (steps[0]?.at ?? 0);
  }

  /** The facts and steps as plain data, without octets. */
  toJSON(): Record<string, unknown> {
    const { client, server, facts, alpn, steps } = this;
    return {
      ...{ client, server, ...facts, alpn },
      steps: steps.map(({ bytes: _, message: __, ...step }) => step),
    };
  }

  /**
   * Shows a card and a ladder; inside another value, one line.
   *
   * @param _inspect Not used.
   * @param options Colours, and how deep inside another value it stands.
   * @returns The lines.
   */
  [Symbol.for("Deno.customInspect")](
    _inspect: unknown,
    options?: { colors?: boolean; currentDepth?: number },
  ): string {
    const { client, server, facts, alpn, steps } = this;
    const version = named(facts.versionName, facts.version);
    if (options?.currentDepth) {
      return `TlsHandshake { ${server} ${version}, ${
        count(steps.length)
      } steps }`;
    }
    const room = canvas({ colors: options?.colors ?? false });
    const row = (label: string, text: string | undefined): CardRow[] =>
      text === undefined || text === "" ? [] : [[label, text]];
    const head = card(`TLS handshake with ${server}`, [
      ...row("client", client),
      ...row("name", facts.serverName),
      ["version", version],
      ["suite", named(facts.suite, facts.cipherSuite)],
      ...facts.group === undefined
        ? []
        : row("group", named(facts.groupName, facts.group)),
      ...row("protocol", alpn),
      ...row("JA4", facts.ja4?.hash),
      ...row("JA3", facts.ja3?.hash),
      ...row("JA3S", facts.ja3s?.hash),
    ], room);
    const shown = steps.slice(0, MOST_STEPS).map((step) => ({
      ...step,
      note: step.purpose,
      ...step.name.startsWith("alert") && { role: "warn" as const },
      ...step.name.startsWith("problem") && { role: "bad" as const },
    }));
    const more = steps.length - shown.length;
    return `${head}\n\n${ladder(shown, { canvas: room })}${
      more > 0 ? `\n… ${count(more)} more` : ""
    }`;
  }
}

/** The most steps to draw. */
const MOST_STEPS = 100;

/**
 * The handshakes of a capture.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const handshakes: net.tls.TlsHandshakes = await net.tls.handshake([]);
 * assert.equal(handshakes.list.length, 0);
 * ```
 */
export class TlsHandshakes implements Iterable<TlsHandshake> {
  /** The handshakes, in the order of their connections' first packets. */
  readonly list: readonly TlsHandshake[];

  /**
   * Takes the handshakes; `handshake` finds them.
   *
   * @param list The handshakes.
   */
  constructor(list: readonly TlsHandshake[]) {
    this.list = list;
  }

  /** Goes through the handshakes. */
  [Symbol.iterator](): IterableIterator<TlsHandshake> {
    return this.list.values();
  }

  /** The handshakes as plain data. */
  toJSON(): readonly Record<string, unknown>[] {
    return this.list.map((one) => one.toJSON());
  }

  /**
   * Shows the only handshake, or a table of many.
   *
   * @param inspect Shows any value.
   * @param options Whether colours may be used.
   * @returns The lines.
   */
  [Symbol.for("Deno.customInspect")](
    inspect: (value: unknown, options?: unknown) => string,
    options?: { colors?: boolean },
  ): string {
    const [only] = this.list;
    if (only !== undefined && this.list.length === 1) {
      return inspect(only, options);
    }
    const rows = this.list.map((one, index) => ({
      index,
      client: one.client,
      server: one.server,
      name: one.facts.serverName ?? "",
      version: named(one.facts.versionName, one.facts.version),
      suite: named(one.facts.suite, one.facts.cipherSuite),
      steps: one.steps.length,
      took: duration(one.duration),
    }));
    return table(rows, {
      title: `${count(rows.length)} TLS handshakes`,
      columns: [
        { key: "index", title: "#" },
        { key: "client", role: "name", minWidth: 21 },
        { key: "server", role: "name", minWidth: 21 },
        ...["name", "version", "suite", "steps", "took"],
      ],
      canvas: canvas({ colors: options?.colors ?? false }),
    });
  }
}
