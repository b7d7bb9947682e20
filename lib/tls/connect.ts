/**
 * Connecting with TLS, over TCP or over any stream.
 *
 * @module
 */

import type { TLSSocket } from "node:tls";
import { Deadline } from "../deadline.ts";
import {
  connect as connectTcp,
  type ConnectOptions,
} from "../socket/connect.ts";
import { Connection } from "../socket/connection.ts";
import type { EndpointLike } from "../socket/endpoint.ts";
import { tryParse } from "../ip/address.ts";
import { type Carrier, carrier } from "./carrier.ts";
import type { Certificate } from "./certificate.ts";
import { serverTarget } from "./inspecting/inspect_target.ts";
import { verifyChain } from "./path.ts";
import { plainHost } from "./path/path_host.ts";
import { systemRoots, TrustStore } from "./path/path_roots.ts";
import { NEVER_FULL, shakeHands } from "./shake.ts";
import { checkStartTls, type StartTls, startTls } from "./starttls.ts";
import type { TlsConnection } from "./tls_connection.ts";
import type { Doing } from "./tls_failure.ts";
import {
  certificatesFrom,
  identityOf,
  listsFrom,
  protocolRange,
  readIdentity,
  secureContext,
} from "./read_options.ts";
import { noneElsewhere } from "../known_options.ts";
import { CLIENT_NAMES } from "./option_names.ts";
import type {
  CertificateSource,
  RevocationSource,
  TlsCarrier,
  TlsIdentityOptions,
  TlsProtocolOptions,
} from "./tls_options.ts";

/** Options for {@linkcode connect}. */
export interface TlsConnectOptions
  extends ConnectOptions, TlsProtocolOptions, TlsIdentityOptions {
  /** How long TCP, STARTTLS and TLS may take together, in milliseconds. @default {10000} */
  timeout?: number | undefined;
  /**
   * Whom to trust in place of this system's authorities: PEM text, the path of a
   * file, or certificates. @default {this system's}
   */
  ca?: CertificateSource | TrustStore | undefined;
  /** Whom to trust beside them. @default {nobody} */
  extraCa?: CertificateSource | undefined;
  /**
   * Revocation lists to look the server up in: PEM text, a path, or lists. Each
   * authority of its chain must have a current one then. @default {not looked up}
   */
  crl?: RevocationSource | undefined;
  /**
   * The name to ask for (SNI), which the certificate must be for; `false` asks
   * for none, and the certificate must be for the host of the target.
   * @default {the host of the target, if it is a name}
   */
  serverName?: string | false | undefined;
  /**
   * Whether to go on with a server that has not proved who it is: anybody
   * between can then read and change everything. For this connection alone;
   * `tls.verified` and `tls.reason` still tell. @default {false}
   */
  insecure?: boolean | undefined;
  /** Begins in plain text with this protocol's way to ask for TLS. */
  starttls?: StartTls | undefined;
  /**
   * What to run TLS over in place of a new TCP connection: a connection, TLS
   * itself included, or another stream. It is closed with the connection, and
   * also if there will be none.
   */
  over?: TlsCarrier | undefined;
}

/**
 * Opens a connection with TLS, and makes sure that the server is who it should
 * be: its certificate must lead to a trusted authority and be for the host.
 *
 * What to trust is decided by this library's own check of the chain
 * (`net.tls.verifyChain`); the runtime does the handshake, and so makes sure
 * that the server has the key. This runtime's node:tls resumes no sessions for a
 * client and logs no keys; `net.tls.handshake` with `keepSecrets` logs its own.
 *
 * @param target `"host:port"`, `"[2001:db8::1]:port"`, `"host"` for port 443,
 * `{ hostname, port }`, an `https:` URL, or one of what is spoken before TLS:
 * `"smtp://mail.example"`.
 * @param options Whom to trust, who one is, what to speak, how long to wait.
 * @returns The open connection; its `tls` tells what came of the handshake.
 * @throws {AuthError} `"certificate-expired"`, `"certificate-wrong-host"`,
 * `"certificate-unknown-root"` and so on for a server that is not trusted;
 * `"certificate-required"` and other alerts where it does not accept this client.
 * @throws {NetError} `"not-tls"` if it speaks something else, `"alert"` if it
 * refuses, `"tls"`, `"closed"`, and what TCP and STARTTLS have.
 * @throws {TypeError} If options contradict each other.
 * @see RFC 8446, RFC 5246, RFC 6066 §3 (SNI), RFC 7301 (ALPN)
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const ca = await net.tls.authority.create({ name: "Lab CA" });
 * const site = await ca.issue({ hosts: ["localhost", "127.0.0.1"] });
 * await using server = await net.tls.serve({ ...site, alpn: ["echo"] }, net.tcp.echo);
 * await using conn = await net.tls.connect(server.address, {
 *   ca: ca.pem,
 *   alpn: ["echo"],
 * });
 * await conn.write("hello\n");
 * assert.equal(await conn.readLine(), "hello");
 * assert.ok(conn.tls.verified);
 * assert.equal(conn.tls.alpn, "echo");
 * await assert.rejects(net.tls.connect(server.address, { ca: site.cert, serverName: "a.lab" }), {
 *   name: "AuthError",
 *   code: "certificate-wrong-host",
 * });
 * ```
 */
export async function connect(
  target: EndpointLike | URL,
  options: TlsConnectOptions = {},
): Promise<TlsConnection> {
  const { timeout = 10_000, signal, serverName, over } = options;
  const { insecure = false, requireCloseNotify = true, alpn } = options;
  const { peer, starttls = options.starttls } = serverTarget(target, "connect");
  const doing = `connect to ${peer}`;
  noneElsewhere(doing, options, CLIENT_NAMES);
  const range = protocolRange(doing, options);
  const identity = identityOf(doing, options);
  const host = nameOf(doing, serverName || peer.hostname);
  if (starttls !== undefined) checkStartTls(starttls);
  if (starttls !== undefined && over && !(over instanceof Connection)) {
    throw new TypeError(
      `Cannot ${doing} as 'over' must be a connection where 'starttls' is asked for: current value is another stream`,
    );
  }
  using deadline = new Deadline("connect to", `${peer}`, { timeout, signal });
  deadline.signal.throwIfAborted();
  let opened: TlsCarrier | undefined = over;
  try {
    const [own, roots, lists, tls] = await Promise
      .all([
        identity && readIdentity("prove who this client is", identity),
        rootsOf(options),
        options.crl && listsFrom("read the revocation lists", options.crl),
        import("node:tls"),
      ]);
    opened ??= await connectTcp(peer, {
      ...options,
      timeout: Infinity,
      signal: deadline.signal,
      idleTimeout: undefined,
    });
    if (starttls !== undefined) {
      await startTls(opened as Connection, starttls, {
        host,
        timeout: Infinity,
        signal: deadline.signal,
      });
    }
    const below: Carrier = await carrier(opened);
    const asked = serverName === false || tryParse(host) ? undefined : host;
    const about: Doing = {
      op: "connect to",
      target: `${peer}`,
      side: "client",
      hasIdentity: own !== undefined,
    };
    return await shakeHands({
      doing: about,
      below,
      deadline,
      insecure,
      required: true,
      requireCloseNotify,
      idleTimeout: options.idleTimeout,
      attempts: below.connection?.attempts,
      socket: (): TLSSocket =>
        tls.connect({
          socket: below.duplex,
          ...NEVER_FULL,
          // An address is no name to ask for (RFC 6066 §3).
          servername: asked ?? "",
          ...(alpn && { ALPNProtocols: [...alpn] }),
          secureContext: secureContext(tls, "prove who this client is", {
            ...range,
            ...(own && { cert: own.cert, key: own.key() }),
          }),
          // The runtime does not say what is wrong: that is for `verify`,
          // before anybody gets the connection.
          rejectUnauthorized: false,
          checkServerIdentity: () => undefined,
        }),
      verify: (certificates: readonly Certificate[]) =>
        verifyChain(certificates, {
          host,
          ...(roots && { roots }),
          ...(lists && { lists, requireRevocation: true }),
        }),
    });
  } catch (error) {
    if (opened) await drop(opened);
    throw error;
  }
}

/** The host in the form in which certificates have it. */
function nameOf(doing: string, name: string): string {
  const host = plainHost(name);
  if (host !== undefined) return host;
  throw new TypeError(
    `Cannot ${doing} as 'serverName' must be a name or an address: current value is ${
      JSON.stringify(name)
    }`,
  );
}

async function rootsOf(
  { ca, extraCa }: TlsConnectOptions,
): Promise<TrustStore | Certificate[] | undefined> {
  const read = (source: CertificateSource) =>
    certificatesFrom("read the trusted certificates", source);
  const base = ca === undefined || ca instanceof TrustStore
    ? ca
    : await read(ca);
  if (extraCa === undefined) return base;
  return [...base ?? await systemRoots(), ...await read(extraCa)];
}

/** Lets go of what TLS was to run over. */
async function drop(over: TlsCarrier): Promise<void> {
  if (over instanceof Connection) {
    over.reset();
    await over.close();
    return;
  }
  if ("destroy" in over) {
    over.on("error", () => {});
    over.destroy();
    return;
  }
  // A stream that TLS reads from already is let go of by its carrier.
  if (!over.readable.locked) await over.readable.cancel().catch(() => {});
  if (!over.writable.locked) await over.writable.abort().catch(() => {});
}
