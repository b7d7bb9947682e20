/**
 * Why TLS failed, in plain words: what node:tls says, what an alert means, and
 * what came if it was no TLS at all.
 *
 * @see RFC 8446 §6
 * @module
 */

import { AuthError, NetError } from "../errors.ts";
import { tlsAlerts } from "../packet/layers/tls/names.ts";
import { failure } from "../socket/failure.ts";
import type { Carrier } from "./carrier.ts";
import type { ChainVerdict } from "./path/chain_verdict.ts";

/** What was being done, and with whom. */
export interface Doing {
  /** As a verb phrase: `"connect to"`. */
  readonly op: string;
  /** With whom. */
  readonly target: string;
  /** Which side this is. */
  readonly side: "client" | "server";
  /** Whether this side has a certificate. */
  readonly hasIdentity: boolean;
}

/** What alerts mean to those who get them. */
const MEANINGS: Readonly<Record<string, string>> = {
  handshake_failure: "it found nothing that both sides can do",
  protocol_version: "it does not speak the versions that were offered",
  insufficient_security: "it wants stronger cipher suites than were offered",
  unrecognized_name: "it has no certificate for that server name",
  no_application_protocol: "it speaks none of the protocols in { alpn }",
  certificate_required: "it wants a client certificate",
  unknown_ca: "it does not know who issued our certificate",
  certificate_expired: "our certificate has expired",
  certificate_revoked: "our certificate was revoked",
  bad_certificate: "it does not accept our certificate",
  certificate_unknown: "it does not accept our certificate",
  unsupported_certificate: "it cannot use our certificate",
  access_denied: "our certificate is good, but not for this",
  decrypt_error: "a signature or a check over the handshake was wrong",
};

/** Alerts over who this side is. */
const ABOUT_US =
  /^(?:certificate_(?!unobtainable)|bad_certificate$|unknown_ca$|unsupported_certificate$|access_denied$|no_certificate$)/;

/** What other protocols begin with. */
const PLAIN: readonly (readonly [pattern: RegExp, what: string])[] = [
  [/^HTTP\/\d/, "HTTP"],
  [/^(?:GET|HEAD|POST|PUT|DELETE|OPTIONS|PATCH|CONNECT|TRACE|PRI) /, "HTTP"],
  [/^SSH-/, "SSH"],
  [/^220[ -].*\b(?:FTP)/i, "FTP"],
  [/^220[ -]/, "SMTP or FTP"],
  [/^\* (?:OK|PREAUTH|BYE)/, "IMAP"],
  [/^(?:\+OK|-ERR)/, "POP3"],
  [/^<(?:\?xml|stream)/, "XMPP"],
];

/**
 * Puts an error of TLS into the library's words.
 *
 * @param cause What was thrown; a {@linkcode NetError} passes through.
 * @param doing What was being done.
 * @param below What TLS runs over.
 * @returns The error to throw.
 */
export function tlsFailure(
  cause: unknown,
  doing: Doing,
  below: Carrier,
): Error {
  if (cause instanceof NetError) return cause;
  const { message = `${cause}` } = cause as Error;
  const [, alert] = /received fatal alert: (\w+)/.exec(message) ?? [];
  if (alert !== undefined) return alerted(alert, doing, cause);
  return notTls(doing, below, cause) ??
    inTheirWords(message, doing, below, cause);
}

function alerted(camel: string, doing: Doing, cause: unknown): NetError {
  const { op, target, side, hasIdentity } = doing;
  const name = camel.replace(/([a-z0-9])([A-Z])/g, "$1_$2").toLowerCase();
  const number = Object.entries(tlsAlerts).find(([, one]) => one === name)?.[0];
  const them = side === "client" ? "the server" : "the client";
  const meaning = MEANINGS[name];
  const reason = `${them} ended TLS with the alert ${name}${
    number === undefined ? "" : ` (${number})`
  }${meaning === undefined ? "" : `: ${meaning}`}`;
  const facts = { op, target, cause };
  if (!ABOUT_US.test(name)) {
    return new NetError(reason, { ...facts, code: "alert" });
  }
  return new AuthError(reason, {
    ...facts,
    code: name.replaceAll("_", "-"),
    hint: side === "server"
      ? "the client has to trust who issued the certificate of this server"
      : hasIdentity
      ? "a certificate that the server's authority has issued"
      : "{ cert, key } with a certificate that the server's authority has issued",
  });
}

/**
 * Tells whether what came first is no TLS, and what it is instead.
 *
 * @param doing What was being done.
 * @param below What TLS runs over.
 * @param cause The error underneath.
 */
export function notTls(
  doing: Doing,
  below: Carrier,
  cause?: unknown,
): NetError | undefined {
  const first = below.first();
  // A record: its type, 20 to 24, and a version, 3.x (RFC 8446 §5.1).
  const isRecord = first.length === 0 ||
    first[0]! >= 20 && first[0]! <= 24 && (first[1] ?? 3) === 3;
  if (isRecord) return undefined;
  const text = new TextDecoder("latin1").decode(first);
  const what = PLAIN.find(([pattern]) => pattern.test(text))?.[1];
  const { op, target, side } = doing;
  const them = side === "client" ? "the server" : "the client";
  const line = text.split(/[\r\n]/, 1)[0]!;
  const shown = /^[\x20-\x7e\t]{3,}$/.test(line)
    ? JSON.stringify(line)
    : `the octets ${first.subarray(0, 8).toHex()}`;
  return new NetError(
    `${them} does not speak TLS there${
      what === undefined ? "" : ` but plain ${what}`
    }: it said ${shown}`,
    { code: "not-tls", op, target, hint: hintFor(what, side), cause },
  );
}

function hintFor(
  what: string | undefined,
  side: Doing["side"],
): string | undefined {
  if (side === "server") {
    return what === "HTTP" ? "https:// in place of http://" : undefined;
  }
  switch (what) {
    case "HTTP":
      return "http:// in place of https://, or the port for TLS, mostly 443";
    case "SMTP or FTP":
      return '{ starttls: "smtp" } or { starttls: "ftp" }';
    case "FTP":
    case "IMAP":
    case "POP3":
    case "XMPP":
      return `{ starttls: "${what.toLowerCase()}" }`;
    default:
      return undefined;
  }
}

function inTheirWords(
  message: string,
  doing: Doing,
  below: Carrier,
  cause: unknown,
): Error {
  const { op, target, side } = doing;
  const facts = { op, target, cause };
  const them = side === "client" ? "the server" : "the client";
  if (/did not return a certificate|sent no certificates/i.test(message)) {
    return new AuthError("the client has no certificate, and has to", {
      ...facts,
      code: "certificate-required",
    });
  }
  if (/known protocol|no application protocol/i.test(message)) {
    return new NetError(
      `${them} speaks none of the protocols in { alpn }`,
      { ...facts, code: "no-common-protocol" },
    );
  }
  if (/hang up|before secure TLS connection|UnexpectedEof/i.test(message)) {
    return closedEarly(doing);
  }
  const { code: errno = "" } = cause as { code?: string };
  if (/^E[A-Z]+$/.test(errno) || errno === "ERR_STREAM_DESTROYED") {
    return failure(cause, op, below.remoteAddress);
  }
  const reason = message.replace(/^(?:invalid data|error): ?/i, "");
  return new NetError(`TLS failed: ${reason}`, { ...facts, code: "tls" });
}

/**
 * The other side has closed in the middle of the handshake.
 *
 * @param doing What was being done.
 */
export function closedEarly({ op, target, side }: Doing): NetError {
  return new NetError(
    side === "client"
      ? "the server closed the connection during the handshake"
      : "the client closed the connection during the handshake",
    {
      code: "closed",
      op,
      target,
      hint: side === "client"
        ? "net.tls.handshake(…), which shows how far it came"
        : undefined,
    },
  );
}

/**
 * The connection has ended without the end of TLS.
 *
 * @param doing What was being done.
 */
export function truncated({ target, side }: Doing): NetError {
  return new NetError(
    `${
      side === "client" ? "the server" : "the client"
    } ended the connection without ending TLS (no close_notify), so what came may be cut short`,
    {
      code: "truncated",
      op: "read from",
      target,
      hint: "{ requireCloseNotify: false } if it always does so",
    },
  );
}

/**
 * The other side's certificate does not hold.
 *
 * @param doing What was being done.
 * @param verdict What came of verifying it.
 */
export function untrusted(
  { op, target, side }: Doing,
  verdict: ChainVerdict,
): AuthError {
  const [problem] = verdict.problems;
  return new AuthError(
    `the certificate of the ${
      side === "client" ? "server" : "client"
    } does not hold: ${verdict.reason}`,
    {
      code: `certificate-${problem?.code ?? "untrusted"}`,
      op,
      target,
      hint: problem?.hint,
      cause: verdict,
    },
  );
}
