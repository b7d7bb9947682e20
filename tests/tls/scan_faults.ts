/**
 * TLS servers by hand, which answer hellos as no program of today does any more,
 * and relays that stand in the way.
 *
 * @module
 */

import * as net from "../../mod.ts";
import { Sink } from "../../lib/packet/format.ts";
import {
  handshakeMessages,
  type TlsClientHello,
  type TlsServerHello,
} from "../../lib/packet/layers/tls/handshake.ts";
import { readMessage } from "../../lib/tls/probe/encrypted_messages.ts";
import { handshakeRecords } from "../../lib/tls/probe/client_hello.ts";

export type Answer =
  | {
    readonly version: number;
    readonly suite: number;
    readonly compression?: number;
    readonly extensions?: TlsServerHello["extensions"];
    readonly certificates?: readonly Uint8Array[];
    /** What comes of a server key exchange. */
    readonly exchange?: Uint8Array;
  }
  | { readonly alert: number }
  | Uint8Array
  | "close"
  | "reset"
  | "silent";

/** An alert as a record. */
function alertRecord(alert: number): Uint8Array {
  return Uint8Array.of(21, 3, 1, 0, 2, 2, alert);
}

function messages(answer: Extract<Answer, { suite: number }>): Uint8Array {
  const { version, suite, compression = 0, extensions, certificates = [] } =
    answer;
  const sink = new Sink("tls");
  handshakeMessages.write(sink, [
    {
      kind: "serverHello",
      version,
      random: new Uint8Array(32).fill(5),
      sessionId: new Uint8Array(),
      cipherSuite: suite,
      compressionMethod: compression,
      ...extensions && { extensions },
    },
    ...certificates.length > 0
      ? [{ kind: "certificate" as const, certificates }]
      : [],
    ...answer.exchange
      ? [{ kind: "serverKeyExchange" as const, exchange: answer.exchange }]
      : [],
    { kind: "serverHelloDone" },
  ]);
  return handshakeRecords(sink.from(0), version);
}

/** Serves answers to hellos, those of SSL 2.0 among them. */
export async function byHand(
  answer: (hello: TlsClientHello | "ssl2") => Answer,
  more?: (conn: net.tcp.Connection) => Promise<void>,
): Promise<net.tcp.Server> {
  return await net.tcp.serve({}, async (conn) => {
    const head = await conn.readExactly(5);
    const isSsl2 = head[0]! >= 0x80;
    const length = isSsl2
      ? ((head[0]! & 0x7f) << 8 | head[1]!) - 3
      : head[3]! << 8 | head[4]!;
    const body = await conn.readExactly(length);
    const said = answer(
      isSsl2 ? "ssl2" : readMessage(body, 0, false) as TlsClientHello,
    );
    if (said === "reset") return conn.reset();
    if (said === "close") return;
    if (said === "silent") return void await conn.read().catch(() => {});
    const octets = said instanceof Uint8Array
      ? said
      : "alert" in said
      ? alertRecord(said.alert)
      : messages(said);
    await conn.write(octets).catch(() => {});
    await more?.(conn);
    await conn.read().catch(() => {});
  });
}

/**
 * Stands in front of another server, and looks at the first record of each
 * client.
 */
export async function inFrontOf(
  target: string,
  passes: (record: Uint8Array) => boolean,
  before?: (conn: net.tcp.Connection) => Promise<void>,
): Promise<net.tcp.Server> {
  return await net.tcp.serve({}, async (conn) => {
    await before?.(conn);
    const head = await conn.readExactly(5);
    const length = head[0]! >= 0x80 ? head[1]! - 3 : head[3]! << 8 | head[4]!;
    const body = await conn.readExactly(length);
    const record = Uint8Array.from([...head, ...body]);
    if (!passes(record)) return conn.reset();
    const other = await net.tcp.connect(target);
    try {
      await other.write(record);
      const pump = async (from: net.tcp.Connection, to: net.tcp.Connection) => {
        for await (const chunk of from) await to.write(chunk);
        await to.closeWrite();
      };
      await Promise.all([pump(conn, other), pump(other, conn)]);
    } catch {
      // One of the two has gone.
    } finally {
      other.reset();
      await other.close();
    }
  });
}
