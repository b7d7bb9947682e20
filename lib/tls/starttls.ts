/**
 * Going from plain text to TLS on one connection, as mail, directory, database
 * and chat servers do.
 *
 * @module
 */

import type { DeadlineOptions } from "../deadline.ts";
import type { Connection } from "../socket/connection.ts";
import { PlainTalk } from "./plain_talk.ts";

/** A protocol that begins in plain text and goes on in TLS. */
export type StartTls =
  | "smtp"
  | "imap"
  | "pop3"
  | "ldap"
  | "postgresql"
  | "xmpp"
  | "ftp";

/** Options for {@linkcode startTls}. */
export interface StartTlsOptions extends DeadlineOptions {
  /**
   * The name of the server for XMPP, which wants to be told; SMTP is told the
   * name of this client instead. @default {the server's address}
   */
  host?: string | undefined;
  /** How long it may take in all, in milliseconds. @default {10000} */
  timeout?: number | undefined;
}

/** What is said in each protocol, up to the octet before the ClientHello. */
const TALKS: Readonly<
  Record<StartTls, (talk: PlainTalk, host: string) => Promise<void>>
> = { smtp, imap, pop3, ldap, postgresql, xmpp, ftp };

/** The protocols that {@linkcode startTls} speaks. */
export const startTlsProtocols: readonly StartTls[] = Object.keys(
  TALKS,
) as StartTls[];

/** The ports where servers of these protocols begin in plain text. */
export const startTlsPorts: Readonly<Record<StartTls, number>> = {
  smtp: 25,
  imap: 143,
  pop3: 110,
  ldap: 389,
  postgresql: 5432,
  xmpp: 5222,
  ftp: 21,
};

/**
 * Asks a server to go on in TLS, in the words of its protocol, and leaves the
 * connection where the ClientHello must come next.
 *
 * Octets that come behind the server's consent were put there by somebody
 * between, who wants them taken for the server's own under TLS: they end the
 * attempt.
 *
 * @param connection A connection on which nothing has been read.
 * @param protocol What the server speaks.
 * @param options The server's name, how long to wait, and who may stop it.
 * @throws {NetError} `"not-offered"` if the server does not know of TLS,
 * `"rejected"` if it does and will not, `"injected"` for plain text behind its
 * consent, `"malformed"` if it speaks something else, `"closed"`, `"reset"`,
 * `"timeout"`.
 * @throws {TypeError} If there is no such protocol.
 * @see RFC 3207 (SMTP), RFC 9051 §6.2.1 (IMAP), RFC 2595 §4 (POP3), RFC 4511
 * §4.14 (LDAP), RFC 6120 §5 (XMPP), RFC 4217 §4 (FTP)
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * await using server = await net.tcp.serve({}, async (conn) => {
 *   await conn.write("220 files\r\n");
 *   if (await conn.readLine() === "AUTH TLS") await conn.write("234 go on\r\n");
 *   await conn.read();
 * });
 * await using conn = await net.tcp.connect(server.address);
 * await net.tls.startTls(conn, "ftp");
 * assert.equal(conn.state, "open");
 * ```
 */
export async function startTls(
  connection: Connection,
  protocol: StartTls,
  options: StartTlsOptions = {},
): Promise<void> {
  checkStartTls(protocol);
  const { host = connection.remoteAddress.hostname } = options;
  const { timeout = 10_000, signal } = options;
  using talk = new PlainTalk(connection, protocol, { timeout, signal });
  await TALKS[protocol](talk, host);
  await talk.finish();
}

/**
 * Checks the name of a protocol.
 *
 * @param protocol The name.
 * @throws {TypeError} If there is no such protocol.
 */
export function checkStartTls(protocol: string): asserts protocol is StartTls {
  if (Object.hasOwn(TALKS, protocol)) return;
  throw new TypeError(
    `Cannot start TLS as 'protocol' must be one of ${
      startTlsProtocols.join(", ")
    }: current value is ${protocol}`,
  );
}

async function smtp(talk: PlainTalk): Promise<void> {
  await talk.expectReply(220);
  const offers = await talk.ask("EHLO [127.0.0.1]", 250);
  if (!offers.some((line) => /^STARTTLS\b/i.test(line))) talk.notOffered();
  await talk.ask("STARTTLS", 220);
}

async function ftp(talk: PlainTalk): Promise<void> {
  await talk.expectReply(220);
  await talk.ask("AUTH TLS", 234);
}

async function imap(talk: PlainTalk): Promise<void> {
  const greeting = await talk.line();
  // Who has logged us in already cannot be asked for TLS any more; somebody
  // between could say so to keep us in plain text (RFC 9051 §11.1).
  if (/^\* PREAUTH\b/i.test(greeting)) {
    talk.fail("rejected", "the server has logged us in before TLS (PREAUTH)");
  }
  if (!/^\* OK\b/i.test(greeting)) talk.unlike(greeting);
  const offers = await tagged(talk, "a1", "CAPABILITY");
  if (!offers.some((line) => /^\* CAPABILITY .*\bSTARTTLS\b/i.test(line))) {
    talk.notOffered();
  }
  await tagged(talk, "a2", "STARTTLS");
}

/** Says something in IMAP, and gives what comes before the final answer. */
async function tagged(
  talk: PlainTalk,
  tag: string,
  command: string,
): Promise<string[]> {
  await talk.say(`${tag} ${command}\r\n`);
  const untagged: string[] = [];
  while (true) {
    const line = await talk.line();
    if (line.startsWith("* ")) {
      untagged.push(line);
      continue;
    }
    if (!line.startsWith(`${tag} `)) talk.unlike(line);
    if (/^\S+ OK\b/i.test(line)) return untagged;
    talk.fail("rejected", `the server answered ${JSON.stringify(line)}`);
  }
}

async function pop3(talk: PlainTalk): Promise<void> {
  const greeting = await talk.line();
  if (!/^\+OK\b/.test(greeting)) talk.unlike(greeting);
  await talk.say("STLS\r\n");
  const answer = await talk.line();
  if (/^\+OK\b/.test(answer)) return;
  if (!/^-ERR\b/.test(answer)) talk.unlike(answer);
  talk.fail("rejected", `the server answered ${JSON.stringify(answer)}`);
}

/** RFC 4511 §4.12: message 1, an extended request whose name is StartTLS's. */
const LDAP_REQUEST = Uint8Array.from([
  ...[0x30, 0x1d, 0x02, 0x01, 0x01, 0x77, 0x18, 0x80, 0x16],
  ...new TextEncoder().encode("1.3.6.1.4.1.1466.20037"),
]);
const LDAP_RESULTS: Readonly<Record<number, string>> = {
  1: "operationsError",
  2: "protocolError",
  8: "strongerAuthRequired",
  10: "referral",
  51: "busy",
  52: "unavailable",
  53: "unwillingToPerform",
  80: "other",
};

async function ldap(talk: PlainTalk): Promise<void> {
  await talk.say(LDAP_REQUEST);
  const [tag, message] = await berElement(talk);
  const parts = tag === 0x30 ? berElements(message) : undefined;
  const [id, response] = parts ?? [];
  // 120: an extended response, [APPLICATION 24].
  const isAnswer = id?.[0] === 2 && response?.[0] === 120;
  const result = isAnswer ? berElements(response[1])?.[0] : undefined;
  if (result?.[0] !== 10 || result[1].length !== 1) {
    return talk.fail("malformed", "it does not speak LDAP");
  }
  const code = result[1][0]!;
  if (code === 0) return;
  talk.fail(
    code === 2 ? "not-offered" : "rejected",
    `the server answered ${LDAP_RESULTS[code] ?? `result ${code}`}`,
  );
}

type BerElement = readonly [tag: number, value: Uint8Array];

/** The most octets of the answer: it has a code and a few words. */
const LDAP_MAX = 16_384;

/**
 * Reads one element of BER, whose lengths may be longer than DER's: Active
 * Directory writes all of them in five octets.
 */
async function berElement(talk: PlainTalk): Promise<BerElement> {
  const [tag = 0, first = 0] = await talk.octets(2);
  const more = first & 0x7f;
  let length = first;
  if (first > 0x7f) {
    if (more === 0 || more > 4) {
      talk.fail("malformed", "it does not speak LDAP");
    }
    length = number(await talk.octets(more));
  }
  if (length > LDAP_MAX) talk.fail("malformed", "it does not speak LDAP");
  return [tag, await talk.octets(length)];
}

function number(octets: Uint8Array): number {
  return octets.reduce((value, octet) => value * 256 + octet, 0);
}

/** Cuts a value into its elements; `undefined` if they do not fit. */
function berElements(value: Uint8Array): BerElement[] | undefined {
  const elements: BerElement[] = [];
  for (let at = 0; at < value.length;) {
    const tag = value[at]!;
    let length = value[at + 1] ?? Infinity;
    at += 2;
    if (length > 0x7f) {
      const more = length & 0x7f;
      if (more === 0 || more > 4) return undefined;
      length = number(value.subarray(at, at + more));
      at += more;
    }
    if (at + length > value.length) return undefined;
    elements.push([tag, value.subarray(at, at + length)]);
    at += length;
  }
  return elements;
}

/** The SSLRequest of PostgreSQL: a length of 8 and the number 80877103. */
const SSL_REQUEST = Uint8Array.of(0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f);

async function postgresql(talk: PlainTalk): Promise<void> {
  await talk.say(SSL_REQUEST);
  const [answer] = await talk.octets(1);
  if (answer === 0x53 /* S */) return;
  if (answer === 0x4e /* N */) talk.notOffered();
  // What an E is followed by was not said under TLS and proves nothing.
  if (answer === 0x45) talk.fail("rejected", "the server answered an error");
  talk.fail("malformed", "it does not speak PostgreSQL");
}

const XMPP_TLS = "urn:ietf:params:xml:ns:xmpp-tls";

async function xmpp(talk: PlainTalk, host: string): Promise<void> {
  const to = host.replace(/[&<>'"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
  await talk.say(
    `<?xml version='1.0'?><stream:stream to='${to}' version='1.0' ` +
      `xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>`,
  );
  const opening = await talk.until(
    /<(?:\w+:)?features\b[^>]*\/>|<\/(?:\w+:)?features\s*>|<\/(?:\w+:)?stream\s*>/,
  );
  if (!/<(?:\w+:)?stream\b/.test(opening)) {
    talk.fail("malformed", "it does not speak XMPP");
  }
  if (!new RegExp(`<starttls\\b[^>]*${XMPP_TLS}`).test(opening)) {
    talk.notOffered();
  }
  await talk.say(`<starttls xmlns='${XMPP_TLS}'/>`);
  const answer = await talk.until(
    /<proceed\b[^>]*(?:\/>|>\s*<\/proceed\s*>)|<failure\b[^>]*>|<\/(?:\w+:)?stream\s*>/,
  );
  if (/<proceed\b/.test(answer)) return;
  talk.fail("rejected", "the server answered a failure");
}
