/**
 * A handshake message by message: of a server that we ask, or of connections in
 * a capture.
 *
 * @module
 */

import { count } from "../inspect/units.ts";
import type {
  TlsClientHello,
  TlsServerHello,
} from "../packet/layers/tls/handshake.ts";
import type { EndpointLike } from "../socket/endpoint.ts";
import { serverTarget } from "./inspecting/inspect_target.ts";
import type { StartTls } from "./starttls.ts";
import {
  type CapturedConnection,
  capturedConnections,
  type KeyLogLike,
  type TlsCapture,
} from "./watching/captured_connections.ts";
import type { HandshakeMessage } from "./probe/encrypted_messages.ts";
import {
  type HandshakeStep,
  TlsHandshake,
  type TlsHandshakeFacts,
  TlsHandshakes,
} from "./watching/handshake_result.ts";
import {
  alertText,
  messagePurpose,
  type TlsAlert,
} from "./watching/message_names.ts";
import { probe, type ProbeOptions, type ProbeResult } from "./probe/probe.ts";
import { helloFacts } from "./watching/hello_facts.ts";
import type { TlsItem } from "./watching/tls_item.ts";

export { TlsHandshake, TlsHandshakes };
export type { HandshakeStep, TlsHandshakeFacts };

/** Options for {@linkcode handshake}. */
export interface HandshakeOptions extends Omit<ProbeOptions, "onKeyLog"> {
  /** Whether to go on to the end. @default {true} */
  finish?: boolean | undefined;
  /**
   * Of a capture: the secrets, what `net.tls.parseKeyLog` gives or a file's path.
   * @default {those in a pcapng file itself}
   */
  keyLog?: KeyLogLike | undefined;
  /**
   * Of a server: whether the result keeps the secrets of this conversation, in
   * its `keyLog`. They open what went to and fro in it, and nothing else.
   * @default {false}
   */
  keepSecrets?: boolean | undefined;
}

/**
 * Shows a TLS handshake message by message: that of a server, with which it
 * shakes hands of its own, or those of the connections in a capture.
 *
 * A text is a capture's path if it has a slash in it and no scheme, or ends as
 * captures do (`.pcap`, `.pcapng`, `.cap`, also compressed), else a server. Of a
 * server nothing is verified: `net.tls.inspect` does that.
 *
 * @param from `"host:port"`, `"host"` for port 443, `{ hostname, port }`,
 * `"https://host"`, or what is spoken before TLS, `"smtp://mail.example"`; or a
 * capture's path or `file:` URL, what `net.pcap.open` gives, packets.
 * @param options What to offer, how long to wait; of a capture, the secrets.
 * @returns The handshake with a server; of a capture, all of them.
 * @throws {NetError} `"alert"` if the server refuses, `"not-tls"` if it speaks
 * something else, `"malformed"`, `"version"` or `"too-large"` if it breaks the
 * rules, `"closed"`, `"reset"` or `"timeout"` if no more comes; and as
 * `net.tcp.connect`, or `net.pcap.open` for a capture.
 * @throws {DecodeError} If the file is no capture, or ends within a packet.
 * @see RFC 8446 §2, RFC 5246 §7.3
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * await using server = await net.tcp.serve({}, (conn) => conn.write("HTTP/1.1 400\r\n"));
 * await assert.rejects(net.tls.handshake(server.address), { code: "not-tls" });
 * ```
 */
export async function handshake(
  from: TlsTarget,
  options?: HandshakeOptions,
): Promise<TlsHandshake>;
/**
 * Shows the TLS handshakes of a capture.
 *
 * @param from The capture: its path or URL, what `net.pcap.open` gives, packets.
 * @param options The secrets.
 * @returns The handshakes.
 */
export async function handshake(
  from: CapturePath | Exclude<TlsCapture, string>,
  options?: HandshakeOptions,
): Promise<TlsHandshakes>;
/**
 * Shows the TLS handshake with a server, or those of a capture.
 *
 * @param from A server or a capture.
 * @param options What to offer, how long to wait; of a capture, the secrets.
 * @returns One handshake of a server, all of a capture.
 */
export async function handshake(
  from: EndpointLike | TlsCapture,
  options?: HandshakeOptions,
): Promise<TlsHandshake | TlsHandshakes>;
export async function handshake(
  from: EndpointLike | TlsCapture,
  options: HandshakeOptions = {},
): Promise<TlsHandshake | TlsHandshakes> {
  if (isCapture(from)) {
    const found = await capturedConnections(from, options.keyLog);
    return new TlsHandshakes(found.map(ofCapture));
  }
  const { keyLog: _, finish = true, keepSecrets = false, ...rest } = options;
  const { peer, starttls = rest.starttls } = serverTarget(
    from,
    "show a handshake",
  );
  const lines: string[] = [];
  const result = await probe(peer, {
    ...rest,
    starttls,
    finish,
    ...keepSecrets && { onKeyLog: (line) => lines.push(`${line}\n`) },
  });
  return ofProbe(`${peer}`, result, keepSecrets ? lines.join("") : undefined);
}

/** A server: an endpoint, a text that ends in a port, or one with a scheme. */
export type TlsTarget =
  | Exclude<EndpointLike, string>
  | `${string}:${number}`
  | `${"https" | StartTls}://${string}`;

/** A text that can only be the path of a capture. */
export type CapturePath =
  | `${string}/${string}`
  | `${string}.pcap`
  | `${string}.pcapng`
  | `${string}.cap`;

function isCapture(from: EndpointLike | TlsCapture): from is TlsCapture {
  if (typeof from === "string") {
    const [, scheme] = /^([a-z][a-z0-9+.-]*):\/\//i.exec(from) ?? [];
    if (scheme !== undefined) return scheme.toLowerCase() === "file";
    return from.includes("/") ||
      /\.(?:pcap|pcapng|cap|trace|dmp)(?:\.(?:gz|zst))?$/i.test(from);
  }
  if (from instanceof URL || from instanceof Uint8Array) return true;
  if (from instanceof ReadableStream) return true;
  return typeof from === "object" && from !== null &&
    (Symbol.iterator in from || Symbol.asyncIterator in from);
}

function ofProbe(
  server: string,
  result: ProbeResult,
  keyLog: string | undefined,
): TlsHandshake {
  const { messages, version, group, alpn } = result;
  const client = messages.findLast(({ name }) => name === "clientHello");
  const chosen = messages.findLast(({ name }) =>
    name === "serverHello" || name === "helloRetryRequest"
  );
  const facts = helloFacts(
    client?.message as TlsClientHello | undefined,
    chosen?.message as TlsServerHello | undefined,
    group,
  );
  const steps = messages.map((one): HandshakeStep => {
    const isAlert = one.name === "alert" && one.bytes.length === 2;
    const [level, description] = one.bytes as unknown as [number, number];
    return step(one, version, isAlert ? { level, description } : undefined);
  });
  return new TlsHandshake({ client: "", server, facts, alpn, steps, keyLog });
}

function ofCapture(
  { client, server, observer }: CapturedConnection,
): TlsHandshake {
  const { items, clientHello, serverHello, version = 0 } = observer;
  let group: number | undefined;
  let alpn: string | undefined;
  for (const { message } of items) {
    if (message?.kind === "serverKeyExchange") {
      const { exchange } = message as Extract<
        HandshakeMessage,
        { readonly kind: "serverKeyExchange" }
      >;
      if ("group" in exchange) group = exchange.group;
    }
    const isAnswer = message?.kind === "serverHello" ||
      message?.kind === "encryptedExtensions";
    if (!isAnswer || !("extensions" in message)) continue;
    for (const extension of message.extensions ?? []) {
      if (extension.kind !== "applicationProtocols") continue;
      if ("protocols" in extension) alpn = extension.protocols[0];
    }
  }
  return new TlsHandshake({
    ...{ client, server, alpn },
    facts: helloFacts(clientHello, serverHello, group),
    steps: stepsOf(items, version),
  });
}

/** The steps of a handshake among all that went over a connection. */
function stepsOf(items: readonly TlsItem[], version: number): HandshakeStep[] {
  const steps: HandshakeStep[] = [];
  /** Whether the client has sent what nobody can read, the end of its handshake. */
  let isAnswered = false;
  let run: TlsItem[] = [];
  const close = () => {
    const [first] = run;
    if (first === undefined) return;
    const { from, at, encrypted } = first;
    const length = run.reduce((sum, item) => sum + item.length, 0);
    const what = run.length === 1 ? "record" : "records";
    steps.push({
      ...{ from, at, length, encrypted, message: undefined },
      ...{ name: first.name, bytes: first.bytes },
      purpose: `${
        count(run.length)
      } ${what} that cannot be read without secrets`,
    });
    if (from === "client" && !first.early) isAnswered = true;
    run = [];
  };
  for (const item of items) {
    // Without secrets nobody can tell messages from data. Before TLS 1.3 the
    // record says which it is; in TLS 1.3 what the client sends first are its
    // last messages, what the server sends behind them mostly tickets.
    if (item.kind === "encrypted") {
      const isData = item.name === "encrypted" && version !== 0x0304;
      const [first] = run;
      if (first !== undefined && first.from !== item.from) close();
      const isLate = isAnswered && item.from === "client";
      if (isData || isLate) break;
      run.push(item);
      continue;
    }
    if (item.kind === "data" && !item.early) continue;
    close();
    steps.push(step(item, version, item.alert));
  }
  close();
  return steps;
}

/** One message as a step. */
function step(
  one: Omit<HandshakeStep, "purpose"> & Partial<Pick<TlsItem, "problem">>,
  version: number,
  alert: TlsAlert | undefined,
): HandshakeStep {
  const { from, name, at, length, encrypted, message, bytes, problem } = one;
  return {
    ...{ from, at, length, encrypted, message, bytes },
    name: alert === undefined ? name : `alert ${alertText(alert)}`,
    purpose: problem ?? purposeOf(name, version, alert),
  };
}

function purposeOf(
  name: string,
  version: number,
  alert: TlsAlert | undefined,
): string {
  if (alert === undefined) return messagePurpose(name, version);
  const isEnd = alert.description === 0;
  if (isEnd) return "no more comes from the sender";
  return alert.level === 2 || version === 0x0304
    ? "the sender gives up"
    : "a warning: the sender goes on";
}
