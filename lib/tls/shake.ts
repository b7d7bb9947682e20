/**
 * Shaking hands: from a carrier and a socket of node:tls to a connection.
 *
 * @module
 */

import type { TLSSocket } from "node:tls";
import type { Deadline } from "../deadline.ts";
import { AuthError, NetError } from "../errors.ts";
import type { ConnectAttempt } from "../socket/connection_options.ts";
import type { Carrier } from "./carrier.ts";
import { Certificate } from "./certificate.ts";
import type { ChainVerdict } from "./path/chain_verdict.ts";
import { TlsConnection } from "./tls_connection.ts";
import { TlsFacts } from "./tls_facts.ts";
import {
  closedEarly,
  type Doing,
  notTls,
  tlsFailure,
  truncated,
  untrusted,
} from "./tls_failure.ts";

/**
 * What a socket may hold before somebody reads: more than can come before that,
 * as below it far less is read ahead, so that it never pauses by itself.
 */
export const NEVER_FULL: { readonly highWaterMark: number } = {
  highWaterMark: 1024 * 1024,
};

/** What to do with the handshake. */
export interface Shake {
  /** For errors. */
  readonly doing: Doing;
  /** What TLS runs over. */
  readonly below: Carrier;
  /** Ends the wait. */
  readonly deadline: Deadline;
  /** Makes the socket, which begins at once. */
  readonly socket: () => TLSSocket;
  /** Verifies what the other side has sent, one certificate at least. */
  readonly verify: (
    certificates: readonly Certificate[],
  ) => Promise<ChainVerdict>;
  /** Whether the other side must have a certificate. */
  readonly required: boolean;
  /** Whether a certificate that does not hold will do. */
  readonly insecure: boolean;
  /** Whether an end without the end of TLS is an error. */
  readonly requireCloseNotify: boolean;
  /** For the connection. */
  readonly idleTimeout?: number | undefined;
  /** For the connection. */
  readonly attempts?: readonly ConnectAttempt[] | undefined;
}

/** What node:tls has, and its types do not. */
interface Inside {
  readonly _readableState?: { readonly ended?: boolean };
  _releaseControl?(): void;
}

/** How long what came before an end has to be understood, in milliseconds. */
const GRACE = 100;

/**
 * Shakes hands.
 *
 * @param shake What with, and what to ask of the other side.
 * @returns The connection. If there is none, everything is closed.
 * @throws {NetError} Why not.
 * @throws {AuthError} If the other side is not who it should be.
 */
export async function shakeHands(shake: Shake): Promise<TlsConnection> {
  const { doing, below, deadline, insecure } = shake;
  const begun = performance.now();
  // Seen before node:tls sees it, which then calls it the end of TLS too.
  let isCut = false;
  let socket: TLSSocket | undefined;
  below.duplex.on("end", () => {
    const inside = socket as unknown as Inside | undefined;
    isCut = shake.requireCloseNotify && socket !== undefined &&
      !socket.readableEnded && inside?._readableState?.ended !== true;
  });
  try {
    socket = shake.socket();
    const broken = guard(socket, shake, () => isCut);
    await secured(socket, shake, broken);
    const certificates = peerChain(socket, shake);
    const verdict = await verified(certificates, shake);
    deadline.signal.throwIfAborted();
    const tls = new TlsFacts({
      side: doing.side,
      version: (socket.getProtocol() ?? "TLS").replace(/^TLSv/, "TLS "),
      cipherSuite: socket.getCipher()?.standardName ?? "unknown",
      alpn: socket.alpnProtocol || undefined,
      serverName: (socket as { servername?: string | null }).servername ||
        undefined,
      peerCertificates: certificates,
      verdict,
      insecure,
      took: performance.now() - begun,
    });
    // The other side may have spoken its verdict while this one sought its own.
    if (broken() || socket.destroyed) throw broken() ?? closedEarly(doing);
    const connection = new TlsConnection(socket, tls, below.connection, {
      localAddress: below.localAddress,
      remoteAddress: below.remoteAddress,
      idleTimeout: shake.idleTimeout,
      attempts: shake.attempts,
    });
    // A paused socket of this runtime forgets that the end has come (Deno
    // 2.9.6), so what is below is paused in its place.
    socket.pause = () => {
      below.pause();
      return socket!;
    };
    socket.resume = () => {
      below.resume();
      return socket!;
    };
    return connection;
  } catch (error) {
    socket?.on("error", () => {});
    below.duplex.on("error", () => {});
    // Of a refused certificate the runtime sends no alert: a reset at least is
    // no quiet end. Else there may be an alert on its way.
    if (deadline.signal.aborted || isRefusal(error)) below.reset();
    const closed = below.close();
    socket?.destroy();
    below.duplex.destroy();
    await closed;
    if (deadline.signal.aborted) throw late(deadline, shake);
    throw error;
  }
}

/** Whether this side does not believe the other. */
function isRefusal(error: unknown): boolean {
  return error instanceof AuthError && error.code.startsWith("certificate-") &&
    error.cause !== undefined && !(error.cause instanceof Error);
}

/** Our own time-out says what is the matter, where that is known. */
function late(deadline: Deadline, { doing, below }: Shake): unknown {
  const { reason } = deadline.signal;
  return reason instanceof NetError
    ? notTls(doing, below, reason) ?? reason
    : reason;
}

/**
 * Translates what a socket tells before anybody hears of it.
 *
 * @returns Gives what broke it, if something did.
 */
function guard(
  socket: TLSSocket,
  shake: Shake,
  isCut: () => boolean,
): () => unknown {
  const { doing, below } = shake;
  const emit = socket.emit.bind(socket) as (
    event: string,
    ...rest: unknown[]
  ) => boolean;
  let isUsed = false;
  let isSecure = false;
  let broken: Error | undefined;
  socket.emit = ((event: string, ...rest: unknown[]): boolean => {
    if (event === "data") isUsed = true;
    else if (event === "secure") isSecure = true;
    else if (event === "error") {
      const op = isSecure ? "use" : doing.op;
      const target = isSecure
        ? `the connection to ${doing.target}`
        : doing.target;
      const error = tlsFailure(rest[0], { ...doing, op, target }, below);
      broken ??= isSecure && !isUsed ? perhapsRefused(error, doing) : error;
      rest[0] = broken;
    } else if (event === "end" && isSecure && isCut()) {
      socket.destroy(truncated(doing));
      return true;
    }
    return emit(event, ...rest);
  }) as typeof socket.emit;
  const destroy = socket.destroy.bind(socket);
  socket.destroy = (error?: Error): TLSSocket => {
    if (error === undefined || isSecure) return destroy(error);
    // The runtime writes the alert that says why only after this (Deno 2.9.6).
    // The other side may answer it with a reset, which is not why.
    broken ??= tlsFailure(error, doing, below);
    setTimeout(destroy, 0, error);
    return socket;
  };
  // TCP's reset is a matter of what is below.
  socket.resetAndDestroy = () => {
    below.reset();
    return socket.destroy();
  };
  return () => broken;
}

/**
 * In TLS 1.3 a client has shaken hands before the server has looked at its
 * certificate, and some servers then say nothing more.
 */
function perhapsRefused(error: Error, { side, hasIdentity }: Doing): Error {
  if (side === "server" || !(error instanceof NetError)) return error;
  if (error.code !== "reset" || error instanceof AuthError) return error;
  const { code, op, target, cause } = error;
  return new NetError(
    "the server reset the connection right after the handshake, so it may not accept " +
      (hasIdentity
        ? "this client's certificate"
        : "a client without certificate"),
    {
      code,
      op,
      target,
      hint: hasIdentity
        ? "a certificate that the server's authority has issued"
        : "{ cert, key }",
      cause,
    },
  );
}

/** Waits until both sides have agreed. */
async function secured(
  socket: TLSSocket,
  { doing, deadline, below: { duplex } }: Shake,
  broken: () => unknown,
): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const event = doing.side === "client" ? "secureConnect" : "secure";
  const close = () => reject(broken() ?? closedEarly(doing));
  // The runtime does not mind an end in the middle of a handshake (Deno 2.9.6).
  let over: ReturnType<typeof setTimeout> | undefined;
  const end = () => over = setTimeout(close, GRACE);
  duplex.once("end", end);
  socket.once(event, resolve);
  socket.once("error", reject);
  socket.once("close", close);
  try {
    await deadline.race(promise);
    // Until the connection listens, errors must not end the program.
    socket.on("error", () => {});
    // From here on the socket of a server tells its errors itself.
    (socket as unknown as Inside)._releaseControl?.();
  } finally {
    clearTimeout(over);
    duplex.off("end", end);
    socket.off(event, resolve);
    socket.off("error", reject);
    socket.off("close", close);
  }
}

type PeerCertificate = ReturnType<TLSSocket["getPeerCertificate"]> & {
  readonly issuerCertificate?: PeerCertificate | null;
};

/** The certificates that the other side has sent, in its order. */
function peerChain(
  socket: TLSSocket,
  { doing, insecure }: Shake,
): Certificate[] {
  const found: Certificate[] = [];
  const seen = new Set<PeerCertificate>();
  try {
    let one = socket.getPeerCertificate(true) as PeerCertificate | null;
    while (one?.raw && !seen.has(one)) {
      seen.add(one);
      found.push(new Certificate(Uint8Array.from(one.raw)));
      one = one.issuerCertificate ?? null;
    }
  } catch (cause) {
    if (insecure) return found;
    throw new AuthError(
      `a certificate of the other side cannot be read: ${
        (cause as Error).message
      }`,
      {
        code: "certificate-malformed",
        op: doing.op,
        target: doing.target,
        cause,
      },
    );
  }
  return found;
}

async function verified(
  certificates: readonly Certificate[],
  { doing, verify, required, insecure, deadline }: Shake,
): Promise<ChainVerdict | undefined> {
  if (certificates.length === 0) {
    if (!required || insecure) return undefined;
    throw new AuthError(
      doing.side === "client"
        ? "the server has no certificate"
        : "the client has no certificate, and has to",
      { code: "certificate-required", op: doing.op, target: doing.target },
    );
  }
  try {
    const verdict = await deadline.race(verify(certificates));
    if (verdict.ok || insecure) return verdict;
    throw untrusted(doing, verdict);
  } catch (error) {
    // With verification off, what cannot be verified is no matter.
    if (insecure && !deadline.signal.aborted) return undefined;
    throw error;
  }
}
