/**
 * Looking into a server's handshake: a handshake of our own, as far as is needed
 * to read what the server shows.
 *
 * @module
 */

import { Deadline } from "../../deadline.ts";
import type { TlsServerHello } from "../../packet/layers/tls/handshake.ts";
import { tlsVersions } from "../../packet/layers/tls/names.ts";
import { connect } from "../../socket/connect.ts";
import { endpoint, type EndpointLike } from "../../socket/endpoint.ts";
import { clientHello, type ClientHelloSpec } from "./client_hello.ts";
import {
  FatalAlert,
  HandshakeFlow,
  type ProbeMessage,
} from "./handshake_flow.ts";
import {
  canAgree,
  type KeyMaker,
  keyMaker,
  type KeyPair,
} from "./key_agreement.ts";
import {
  alertText,
  isHelloRetry,
  type TlsAlert,
} from "../watching/message_names.ts";
import { type NodeCrypto, nodeCrypto } from "./node_crypto.ts";
import type { ProbeResult } from "./probe_result.ts";
import { probe1_2 } from "./probe_1_2.ts";
import { probe1_3, retryTranscript } from "./probe_1_3.ts";
import { emptyFlight, type ServerFlight } from "./server_flight.ts";
import { type ProbeSession, resumingHello } from "./session.ts";
import type { StartTls } from "../starttls.ts";
import { suiteFacts } from "./suite_facts.ts";
import { specOf } from "./usual_offer.ts";

export type { ProbeResult } from "./probe_result.ts";
export type { HandshakeMessage } from "./encrypted_messages.ts";
export type { ClientHelloSpec, ProbeMessage, ProbeSession, StartTls, TlsAlert };

/** Options for {@linkcode probe}. */
export interface ProbeOptions {
  /**
   * The host to ask for; `null` asks for none.
   * @default {the target's name; none for an address}
   */
  serverName?: string | null | undefined;
  /** Protocols to offer, best first. @default {none} */
  alpn?: readonly string[] | undefined;
  /** Versions to offer. @default {TLS 1.3 to TLS 1.0} */
  versions?: readonly number[] | undefined;
  /** What the server speaks before TLS begins. @default {nothing} */
  starttls?: StartTls | undefined;
  /** How long all of it may take, in milliseconds. @default {10000} */
  timeout?: number | undefined;
  /** Stops it; the promise rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
  /**
   * Whether to go on to the end: the client's Finished, the server's answer to
   * it, the first tickets. Where the suite is one that is not known here, as
   * those of PSK, SRP or Camellia, the server's part is the end. @default {false}
   */
  finish?: boolean | undefined;
  /** What else to offer, or to offer in place of the usual. */
  hello?: Partial<ClientHelloSpec> | undefined;
  /** Told of each secret as a line of a key log: whoever has it reads all. */
  onKeyLog?: ((line: string) => void) | undefined;
}

/** What else {@linkcode probe} can be told, by a scan alone. */
export interface DeepProbeOptions extends ProbeOptions {
  /**
   * Whether to begin a second handshake within the first once that is finished,
   * as TLS 1.2 and before may allow (RFC 5246 §7.4.1.2). @default {false}
   */
  renegotiate?: boolean | undefined;
  /** The session of TLS 1.3 to go on with. @default {none} */
  session?: ProbeSession | undefined;
  /** Makes our half of a key exchange. @default {a new one each time} */
  keyPair?: KeyMaker | undefined;
}

const TLS_1_3 = 0x0304;
const CLOSE_NOTIFY = 0;
/**
 * Shakes hands with a server by raw messages, and tells all that it showed. The
 * certificates are not judged: whoever looks wants to see bad ones too.
 *
 * @param target `"host:port"`, `"[2001:db8::1]:port"` or `{ hostname, port }`.
 * @param options What to offer, how far to go, and how long to wait.
 * @returns What the server chose and showed, message by message.
 * @throws {NetError} `"alert"` if the server refuses, `"not-tls"` if it speaks
 * something else, `"malformed"`, `"version"` or `"too-large"` if it breaks the
 * rules, `"closed"`, `"reset"` or `"timeout"` if no more comes; and as
 * `net.tcp.connect`.
 * @see RFC 8446 §2, RFC 5246 §7.3
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import { probe } from "./probe.ts";
 * import assert from "node:assert/strict";
 *
 * await using server = await net.tcp.serve({}, (conn) => conn.write("220 mail ESMTP\r\n"));
 * await assert.rejects(probe(server.address), /it speaks SMTP there and not TLS/);
 * ```
 */
export async function probe(
  target: EndpointLike,
  options: DeepProbeOptions = {},
): Promise<ProbeResult> {
  const { timeout = 10_000, signal, starttls } = options;
  const { finish = false, renegotiate = false, session } = options;
  const { onKeyLog, keyPair } = options;
  const peer = endpoint(target);
  using deadline = new Deadline("shake hands with", `${peer}`, {
    timeout,
    signal,
  });
  const crypto = await nodeCrypto();
  const begun = performance.now();
  const connection = await connect(peer, {
    timeout: Infinity,
    signal: deadline.signal,
  });
  try {
    if (starttls !== undefined) {
      const { startTls } = await import("../starttls.ts");
      await startTls(connection, starttls, {
        host: peer.hostname,
        signal: deadline.signal,
      });
    }
    const flow = new HandshakeFlow({ connection, peer, deadline, begun });
    const connected = flow.now;
    const result = await shake(crypto, flow, {
      spec: specOf(peer.hostname, options),
      ...{ connected, finish, renegotiate, session, onKeyLog, keyPair },
    });
    await connection.close();
    return result;
  } catch (error) {
    // Whatever else it may send is of no interest to anyone.
    connection.reset();
    await connection.close();
    throw error;
  }
}

interface Course {
  readonly spec: ClientHelloSpec;
  readonly connected: number;
  readonly finish: boolean;
  readonly renegotiate: boolean;
  readonly session: ProbeSession | undefined;
  readonly keyPair: KeyMaker | undefined;
  readonly onKeyLog: ((line: string) => void) | undefined;
}

async function shake(
  crypto: NodeCrypto,
  flow: HandshakeFlow,
  { spec, connected, onKeyLog, session, keyPair, ...course }: Course,
): Promise<ProbeResult> {
  const random = spec.random ?? octets(32);
  const sessionId = spec.sessionId ??
    (spec.versions.includes(TLS_1_3) ? octets(32) : new Uint8Array());
  const pair = keyPair ?? keyMaker(crypto);
  let keys: KeyPair | undefined;
  const offer = (group: number | undefined): ClientHelloSpec => {
    // Whoever brings keys keeps their secrets: then the hellos are all there is.
    if (spec.keyShares !== undefined) return { ...spec, random, sessionId };
    keys = group === undefined ? undefined : pair(group);
    const keyShares = keys ? [{ group: keys.group, key: keys.share }] : [];
    return { ...spec, random, sessionId, keyShares };
  };
  const wants1_3 = spec.versions.includes(TLS_1_3);
  const first = offer(wants1_3 ? spec.groups?.find(canAgree) : undefined);
  try {
    await flow.send([
      session ? resumingHello(crypto, first, session) : clientHello(first),
    ]);
    let came = await flow.expect(["serverHello", "helloRetryRequest"]);
    let hello = came.message as TlsServerHello;
    let flight = emptyFlight();
    if (isHelloRetry(hello)) {
      const asked = shareOf(hello)?.group;
      checkRetry(flow, spec, hello, asked);
      const canGo = spec.keyShares === undefined &&
        (asked === undefined || canAgree(asked));
      if (!canGo) {
        return tell(flow, hello, { connected, serverHello: came.at }, {
          ...flight,
          group: asked,
        });
      }
      await retry(crypto, flow, asked ? offer(asked) : first, hello);
      came = await flow.expect(["serverHello"]);
      hello = came.message as TlsServerHello;
    }
    const version = versionOf(hello);
    check(flow, spec, hello, version);
    flow.version = version;
    const onSecret = onKeyLog && ((label: string, secret: Uint8Array) => {
      onKeyLog(`${label} ${random.toHex()} ${secret.toHex()}`);
    });
    const facts = {
      ...{
        crypto,
        flow,
        spec,
        hello,
        random,
        keys,
        session,
        onSecret,
        keyPair: pair,
      },
      ...course,
    };
    flight = version === TLS_1_3
      ? await probe1_3(facts)
      : await probe1_2(facts);
    return tell(flow, hello, { connected, serverHello: came.at }, flight);
  } catch (error) {
    if (!(error instanceof FatalAlert)) throw error;
    const { alert } = error;
    const before = flow.messages.findLast(({ name, from }) =>
      from === "server" && name !== "alert"
    );
    throw flow.failure(
      "alert",
      `it refused with the alert ${alertText(alert)}${
        before ? ` after its ${before.name}` : ""
      }`,
      { hint: hintFor(alert), cause: alert },
    );
  }
}

function tell(
  flow: HandshakeFlow,
  hello: TlsServerHello,
  times: { connected: number; serverHello: number },
  flight: ServerFlight,
): ProbeResult {
  const { alert, messages } = flow;
  return {
    version: versionOf(hello),
    cipherSuite: hello.cipherSuite,
    group: flight.group,
    signatureScheme: flight.signatureScheme,
    alpn: flight.alpn,
    certificates: flight.certificates,
    ocspResponse: flight.ocspResponse,
    timestamps: flight.timestamps,
    clientCertificateWanted: flight.clientCertificateWanted,
    alert: alert?.description === CLOSE_NOTIFY ? undefined : alert,
    messages,
    times: { ...times, done: messages.at(-1)?.at ?? times.serverHello },
    helloRetry: messages.some(({ name }) => name === "helloRetryRequest"),
    finished: flight.finished,
    renegotiated: flight.renegotiated,
    resumed: flight.resumed,
    earlyData: flight.earlyData,
    sessions: flight.sessions,
  };
}

/** Sends the second ClientHello, which repeats the server's cookie. */
async function retry(
  crypto: NodeCrypto,
  flow: HandshakeFlow,
  spec: ClientHelloSpec,
  hello: TlsServerHello,
): Promise<void> {
  flow.transcript = retryTranscript(crypto, hello, flow.transcript);
  const cookie = hello.extensions?.find((one) => one.kind === "cookie");
  const extra = [...spec.extra ?? []];
  if (cookie?.kind === "cookie") {
    const { length } = cookie.cookie;
    const body = Uint8Array.of(length >> 8, length, ...cookie.cookie);
    extra.push({ type: 44, body });
  }
  await flow.send([clientHello({ ...spec, extra })]);
}

function checkRetry(
  flow: HandshakeFlow,
  spec: ClientHelloSpec,
  hello: TlsServerHello,
  asked: number | undefined,
): void {
  if (asked !== undefined && !spec.groups?.includes(asked)) {
    throw flow.failure(
      "malformed",
      `it asked for a key of group ${asked}, which was not offered`,
    );
  }
  check(flow, spec, hello, versionOf(hello));
}

function check(
  flow: HandshakeFlow,
  spec: ClientHelloSpec,
  { cipherSuite }: TlsServerHello,
  version: number,
): void {
  const refuse = (what: string) =>
    flow.failure("malformed", `it chose ${what}, which was not offered`);
  if (!spec.versions.includes(version)) {
    const name = tlsVersions[version] ??
      `version 0x${version.toString(16).padStart(4, "0")}`;
    throw flow.failure(
      "version",
      `it chose ${name}, which was not offered`,
      { hint: `{ versions: [0x${version.toString(16).padStart(4, "0")}] }` },
    );
  }
  if (!spec.cipherSuites.includes(cipherSuite)) {
    throw refuse(
      suiteFacts(cipherSuite)?.name ?? `cipher suite ${cipherSuite}`,
    );
  }
}

/** The version that a ServerHello settles. */
function versionOf(hello: TlsServerHello): number {
  for (const extension of hello.extensions ?? []) {
    if (extension.kind === "supportedVersions") return extension.version;
  }
  return hello.version;
}

function shareOf(
  hello: TlsServerHello,
): { readonly group: number } | undefined {
  for (const extension of hello.extensions ?? []) {
    if (extension.kind === "keyShare") return extension;
  }
  return undefined;
}

function hintFor({ description }: TlsAlert): string | undefined {
  switch (description) {
    case 40:
    case 71:
      return "net.tls.scan(target), which tells what it takes";
    case 70:
      return "net.tls.scan(target), which tells what versions it speaks";
    case 112:
      return 'another { serverName: "…" }, a name that the server has';
    case 120:
      return "no alpn, or another";
    default:
      return undefined;
  }
}

function octets(count: number): Uint8Array {
  return crypto.getRandomValues(new Uint8Array(count));
}
