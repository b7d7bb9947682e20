/**
 * Decrypting the TLS of a capture with the secrets of a key log.
 *
 * @module
 */

import { canvas } from "../inspect/canvas.ts";
import { card } from "../inspect/card.ts";
import { type Column, table } from "../inspect/table.ts";
import { bytes, count, duration } from "../inspect/units.ts";
import {
  type CapturedConnection,
  capturedConnections,
  type KeyLogLike,
  type TlsCapture,
} from "./watching/captured_connections.ts";
import { join } from "./probe/key_schedule.ts";
import { alertText } from "./watching/message_names.ts";
import { type HelloFacts, helloFacts, named } from "./watching/hello_facts.ts";
import type { TlsItem } from "./watching/tls_item.ts";

export type { HelloFacts, KeyLogLike, TlsCapture, TlsItem };

/**
 * A TLS connection of a capture, decrypted as far as its secrets are known.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const connections: readonly net.tls.DecryptedConnection[] =
 *   (await net.tls.decrypt([])).list;
 * assert.equal(connections.length, 0);
 * ```
 */
export class DecryptedConnection {
  /** Number of the TCP stream, as Wireshark's `tcp.stream`. */
  readonly stream: number;
  /** Address and port of the client. */
  readonly client: string;
  /** Address and port of the server. */
  readonly server: string;
  /** What the hellos settled. */
  readonly facts: HelloFacts;
  /** Whether the key log has secrets of this connection. */
  readonly hasSecrets: boolean;
  /** All that went over it, in order. */
  readonly items: readonly TlsItem[];

  /**
   * Takes what was seen; {@linkcode decrypt} finds it.
   *
   * @param connection What was seen.
   */
  constructor(connection: CapturedConnection) {
    const { observer } = connection;
    this.stream = connection.stream;
    this.client = connection.client;
    this.server = connection.server;
    this.facts = helloFacts(observer.clientHello, observer.serverHello);
    this.hasSecrets = observer.hasSecrets;
    this.items = observer.items;
  }

  /** Records with which something is wrong: a digest that does not fit, a gap. */
  get problems(): readonly TlsItem[] {
    return this.items.filter(({ kind }) => kind === "problem");
  }

  /** Messages of the handshake, of both sides in order. */
  get messages(): readonly TlsItem[] {
    return this.items.filter(({ kind }) => kind === "handshake");
  }

  /**
   * Joins the data that one side has sent.
   *
   * @param from Which side.
   * @returns The octets, decrypted, early data first.
   */
  data(from: "client" | "server"): Uint8Array<ArrayBuffer> {
    return join(
      ...this.items
        .filter((item) => item.kind === "data" && item.from === from)
        .map((item) => item.bytes),
    );
  }

  /** The facts and items as plain data; of data and messages, the lengths. */
  toJSON(): Record<string, unknown> {
    const { stream, client, server, facts, hasSecrets, items } = this;
    return {
      ...{ stream, client, server, ...facts, hasSecrets },
      items: items.map(({ bytes: _, message: __, ...item }) => item),
    };
  }

  /**
   * Shows the connection as a card and its items as a table; inside another
   * value, as one line.
   *
   * @param _inspect Not used.
   * @param options Colours, and how deep inside another value it stands.
   * @returns The lines.
   */
  [Symbol.for("Deno.customInspect")](
    _inspect: unknown,
    options?: { colors?: boolean; currentDepth?: number },
  ): string {
    const { client, server, facts, hasSecrets, items, stream } = this;
    if (options?.currentDepth) return `TLS ${client} > ${server}`;
    const room = canvas({ colors: options?.colors ?? false });
    const sent = (from: "client" | "server") => bytes(this.data(from).length);
    const head = card(`TLS of TCP stream ${stream}`, [
      ["client", client],
      ["server", `${server}${facts.serverName ? `, ${facts.serverName}` : ""}`],
      ["version", named(facts.versionName, facts.version)],
      ["suite", named(facts.suite, facts.cipherSuite)],
      hasSecrets
        ? ["data", `${sent("client")} of the client, ${sent("server")} back`]
        : ["secrets", "none in the key log", "warn"],
    ], room);
    return `${head}\n${
      table(items.map(rowOf), {
        columns: COLUMNS,
        maxRows: 40,
        canvas: room,
      })
    }`;
  }
}

const COLUMNS: readonly (string | Column)[] = [
  { key: "at", align: "right" },
  { key: "from", minWidth: 6 },
  { key: "what", role: "name", minWidth: 16 },
  { key: "octets", align: "right" },
  "encrypted",
  { key: "content", role: "muted" },
];

function rowOf(item: TlsItem): Record<string, unknown> {
  const { at, from, name, length, encrypted, problem, alert, kind } = item;
  const content = problem ?? (alert && alertText(alert)) ??
    (kind === "data" ? preview(item.bytes) : "");
  return {
    ...{ at: duration(at), from, what: name, octets: count(length), content },
    encrypted: encrypted ? item.early ? "early" : "yes" : "",
  };
}

/** The beginning of data, as far as it is text. */
function preview(octets: Uint8Array): string {
  const text = new TextDecoder("latin1").decode(octets.subarray(0, 60));
  return /^[\t\r\n\x20-\x7e]*$/.test(text) ? JSON.stringify(text) : "";
}

/**
 * The TLS connections of a capture, decrypted.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const connections: net.tls.DecryptedConnections = await net.tls.decrypt([]);
 * assert.deepEqual([...connections], []);
 * ```
 */
export class DecryptedConnections implements Iterable<DecryptedConnection> {
  /** The connections, in the order of their first packets. */
  readonly list: readonly DecryptedConnection[];

  /**
   * Takes the connections; {@linkcode decrypt} finds them.
   *
   * @param list The connections.
   */
  constructor(list: readonly DecryptedConnection[]) {
    this.list = list;
  }

  /** Goes through the connections. */
  [Symbol.iterator](): IterableIterator<DecryptedConnection> {
    return this.list.values();
  }

  /** The connections as plain data. */
  toJSON(): readonly Record<string, unknown>[] {
    return this.list.map((one) => one.toJSON());
  }

  /**
   * Shows the connections as a table.
   *
   * @param _inspect Not used.
   * @param options Whether colours may be used.
   * @returns The lines.
   */
  [Symbol.for("Deno.customInspect")](
    _inspect: unknown,
    options?: { colors?: boolean },
  ): string {
    const rows = this.list.map((one) => {
      const { stream, client, server, facts, hasSecrets } = one;
      return {
        ...{ stream, client, server, name: facts.serverName ?? "" },
        version: named(facts.versionName, facts.version),
        secrets: hasSecrets ? "yes" : "no",
        "of client": bytes(one.data("client").length),
        "of server": bytes(one.data("server").length),
        problems: one.problems.length,
      };
    });
    return table(rows, {
      title: `${count(rows.length)} TLS connections`,
      columns: [
        { key: "stream", title: "#" },
        { key: "client", role: "name", minWidth: 21 },
        { key: "server", role: "name", minWidth: 21 },
        ...["name", "version", "secrets", "of client", "of server", "problems"],
      ],
      canvas: canvas({ colors: options?.colors ?? false }),
    });
  }
}

/**
 * Decrypts the TLS in a capture: the encrypted messages of handshakes, and what
 * the two sides talk about, both directions in order.
 *
 * TLS 1.3 and TLS 1.0 to 1.2 with AES-GCM, ChaCha20-Poly1305, AES-CBC, 3DES and
 * NULL. Without the secret of a connection its items are of kind `"encrypted"`;
 * a record that was changed or damaged is an item of kind `"problem"`.
 *
 * @param capture A file, as `net.pcap.open` takes it, what that gives, or packets.
 * @param keyLog The secrets: what `net.tls.parseKeyLog` gives, or the path of
 * the file that SSLKEYLOGFILE names. @default {those in a pcapng file itself}
 * @returns The connections.
 * @throws {NetError} `"not-found"` and others, as `net.pcap.open` and
 * `net.tls.readKeyLog`.
 * @throws {ParseError} If the key log is none.
 * @throws {DecodeError} If the file is no capture, or ends within a packet.
 * @see RFC 8446 §5.2, RFC 5246 §6.2.3, draft-ietf-tls-keylogfile
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const { build, ipv4, tcp, tls } = net.packet;
 * const messages = [{ kind: "clientHello", version: 0x0303, cipherSuites: [0x1301] } as const];
 * const packet = build(ipv4(), tcp({ dstPort: 443, flags: ["ACK"] }), tls({ messages }));
 * const { list: [connection] } = await net.tls.decrypt([packet]);
 * assert.equal(connection?.items[0]?.name, "clientHello");
 * ```
 */
export async function decrypt(
  capture: TlsCapture,
  keyLog?: KeyLogLike,
): Promise<DecryptedConnections> {
  const found = await capturedConnections(capture, keyLog);
  return new DecryptedConnections(
    found.map((one) => new DecryptedConnection(one)),
  );
}
