/**
 * What a server says to a ClientHello, as far as it is in the clear.
 *
 * @module
 */

import { ByteReader } from "../../bytes/reader.ts";
import { DecodeError } from "../../errors.ts";
import type {
  TlsKeyExchange,
  TlsMessage,
  TlsServerHello,
} from "../../packet/layers/tls/handshake.ts";
import { tlsCipherSuites } from "../../packet/layers/tls/cipher_suites.ts";
import { tlsAlerts } from "../../packet/layers/tls/names.ts";
import { Messages, readMessage } from "../probe/encrypted_messages.ts";
import { isHelloRetry } from "../watching/message_names.ts";

/**
 * How a server took a hello: with one of its own, with an alert, by closing or
 * resetting the connection, not at all, or with what is no TLS.
 */
export type ReplyOutcome =
  | "hello"
  | "alert"
  | "closed"
  | "reset"
  | "silent"
  | "foreign"
  | "malformed";

/** How the octets ended, where nothing in them says so. */
export type ReplyEnd = "closed" | "reset" | "silent";

/** A server's answer. */
export interface Reply {
  /** How the server took the hello. */
  readonly outcome: ReplyOutcome;
  /** What its alert says. */
  readonly alert: number | undefined;
  /** The version that it chose. */
  readonly version: number | undefined;
  /** Its hello, which may ask for another one of the client. */
  readonly hello: TlsServerHello | undefined;
  /** Whether it asks for another hello (RFC 8446 §4.1.4). */
  readonly isRetry: boolean;
  /** The group that it chose, for its key or for the key that it wants. */
  readonly group: number | undefined;
  /** Bits of the prime of its Diffie-Hellman key, where there is one. */
  readonly primeBits: number | undefined;
  /** What it signed its key with, which TLS 1.2 says. */
  readonly scheme: number | undefined;
  /** Its certificates, DER, its own first. */
  readonly certificates: readonly Uint8Array[];
  /** The status of its certificate, DER, if it had one ready. */
  readonly ocspResponse: Uint8Array | undefined;
  /** Whether it asks for the client's certificate. */
  readonly clientCertificateWanted: boolean;
  /** Whether it went on with an earlier session. */
  readonly isResumed: boolean;
  /** The first octets of what is no TLS. */
  readonly heard: Uint8Array | undefined;
}

/** Reads what comes, until it is enough. */
export interface ReplyReading<T = Reply> {
  /**
   * Takes octets.
   *
   * @param octets The next that came.
   * @returns Whether that is enough.
   */
  push(octets: Uint8Array): boolean;
  /**
   * Sums up.
   *
   * @param end How the octets ended.
   * @returns The answer.
   */
  finish(end: ReplyEnd): T;
}

const CHANGE_CIPHER = 20;
const ALERT = 21;
const HANDSHAKE = 22;
const APPLICATION = 23;

const SERVER_KEY_EXCHANGE = 12;
const SERVER_HELLO_DONE = 14;
const CERTIFICATE_REQUEST = 13;
const TLS_1_3 = 0x0304;

/** An answer has some thousand octets; whoever sends more means no good. */
const MOST = 2 ** 18;
const MAX_RECORD = 2 ** 14 + 2048;

/** Octets kept of what is no TLS: enough to name a protocol by. */
const HEARD = 80;

/**
 * Puts a server's answer together, octets at a time.
 *
 * Nothing in the octets makes it throw, and of an answer without end it takes
 * {@linkcode MOST} octets.
 *
 * @example
 * ```ts
 * import { ReplyReader } from "./reply.ts";
 * import assert from "node:assert/strict";
 *
 * const reader = new ReplyReader();
 * assert.ok(reader.push(Uint8Array.of(21, 3, 1, 0, 2, 2, 40)));
 * assert.equal(reader.finish("closed").alert, 40);
 * ```
 */
export class ReplyReader implements ReplyReading {
  #waiting: Uint8Array = new Uint8Array();
  readonly #handshake = new Messages();
  #taken = 0;
  #alert: number | undefined;
  #isResumed = false;
  #isDone = false;
  #trouble: "foreign" | "malformed" | undefined;
  #heard: Uint8Array | undefined;
  #hello: TlsServerHello | undefined;
  #keys: Uint8Array = new Uint8Array();
  readonly #messages: TlsMessage[] = [];
  readonly #numbers = new Set<number>();

  /** Takes octets; whether that is enough. */
  push(octets: Uint8Array): boolean {
    this.#taken += octets.length;
    this.#waiting = joined(this.#waiting, octets);
    while (!this.#isDone && this.#waiting.length > 0) {
      if (!this.#record()) break;
    }
    if (this.#taken > MOST && !this.#isDone) this.#stop("malformed");
    return this.#isDone;
  }

  /** The answer, and how the octets ended if they did not say. */
  finish(end: ReplyEnd): Reply {
    const hello = this.#hello;
    const version = hello && versionOf(hello);
    const keyShare = extension(hello, "keyShare");
    return {
      outcome: this.#trouble ??
        (hello ? "hello" : this.#alert === undefined ? end : "alert"),
      alert: this.#alert,
      version,
      hello,
      isRetry: isHelloRetry(hello),
      ...isPreShared(hello)
        ? behindHint(this.#keys)
        : exchangeFacts(this.#find("serverKeyExchange")?.exchange),
      ...keyShare && { group: keyShare.group },
      certificates: this.#find("certificate")?.certificates ?? [],
      ocspResponse: this.#find("certificateStatus")?.response,
      clientCertificateWanted: this.#numbers.has(CERTIFICATE_REQUEST),
      isResumed: this.#isResumed,
      heard: this.#heard,
    };
  }

  /** Whether a whole record was there. */
  #record(): boolean {
    const waiting = this.#waiting;
    const [type = 0, major, , high, low] = waiting;
    const isTls = type >= CHANGE_CIPHER && type <= 24 &&
      (major === undefined || major === 3);
    if (!isTls) {
      // What is said first tells of another protocol, later of a fault.
      this.#heard = waiting.slice(0, HEARD);
      this.#stop(this.#hello ? "malformed" : "foreign");
      return false;
    }
    if (low === undefined) return false;
    const length = high! << 8 | low;
    if (length > MAX_RECORD) {
      this.#stop("malformed");
      return false;
    }
    if (waiting.length < 5 + length) return false;
    const content = waiting.subarray(5, 5 + length);
    this.#waiting = waiting.subarray(5 + length);
    this.#take(type, content);
    return true;
  }

  #take(type: number, content: Uint8Array): void {
    if (type === ALERT) {
      const [level, description] = content;
      // A warning, such as that the name is not known, may be passed over.
      if (level === 1 && description !== 0) return;
      this.#alert = description ?? 0;
      this.#isDone = true;
    } else if (type === HANDSHAKE) {
      this.#handshake.add(content);
      while (!this.#isDone && this.#message());
    } else if (type === CHANGE_CIPHER || type === APPLICATION) {
      // After this all is encrypted: without certificates, this is an earlier
      // session that goes on.
      if (!this.#hello) this.#stop("malformed");
      this.#isResumed = type === CHANGE_CIPHER;
      this.#isDone = true;
    }
  }

  /** Whether a whole message was there. */
  #message(): boolean {
    const octets = this.#handshake.next();
    if (octets === undefined) {
      if ((this.#handshake.needed ?? 0) > MOST) this.#stop("malformed");
      return false;
    }
    const number = octets[0]!;
    this.#numbers.add(number);
    if (number === SERVER_KEY_EXCHANGE) this.#keys = octets.slice(4);
    const version = this.#hello?.version ?? 0;
    const message = readMessage(octets, version, false) as
      | TlsMessage
      | undefined;
    if (message === undefined) {
      // What we cannot read but in the middle of an answer may be left out.
      if (!this.#hello) this.#stop("malformed");
    } else if (message.kind === "serverHello") {
      const hello = message as TlsServerHello;
      this.#hello ??= hello;
      // All that follows is encrypted.
      if (versionOf(hello) >= TLS_1_3) this.#isDone = true;
    } else if (!this.#hello) this.#stop("malformed");
    else this.#messages.push(message);
    if (number === SERVER_HELLO_DONE) this.#isDone = true;
    return true;
  }

  #stop(trouble: "foreign" | "malformed"): void {
    this.#trouble ??= trouble;
    this.#isDone = true;
  }

  #find<K extends TlsMessage["kind"]>(
    kind: K,
  ): Extract<TlsMessage, { readonly kind: K }> | undefined {
    return this.#messages.find((one) => one.kind === kind) as
      | Extract<TlsMessage, { readonly kind: K }>
      | undefined;
  }
}

type ServerExtension = NonNullable<TlsServerHello["extensions"]>[number];

/**
 * Finds an extension of a server's hello.
 *
 * @param hello The hello.
 * @param kind The extension's name.
 * @returns Its fields; `undefined` if it is not there.
 */
export function extension<K extends ServerExtension["kind"]>(
  hello: TlsServerHello | undefined,
  kind: K,
): Extract<ServerExtension, { readonly kind: K }> | undefined {
  return hello?.extensions?.find((one) => one.kind === kind) as
    | Extract<ServerExtension, { readonly kind: K }>
    | undefined;
}

function versionOf(hello: TlsServerHello): number {
  return extension(hello, "supportedVersions")?.version ?? hello.version;
}

type ExchangeFacts = Pick<Reply, "group" | "primeBits" | "scheme">;

const NO_EXCHANGE: ExchangeFacts = {
  group: undefined,
  primeBits: undefined,
  scheme: undefined,
};

function exchangeFacts(exchange: TlsKeyExchange | undefined): ExchangeFacts {
  if (exchange === undefined) return NO_EXCHANGE;
  if (exchange instanceof Uint8Array) return unsigned(exchange);
  const { signatureAlgorithm: scheme } = exchange;
  return "prime" in exchange
    ? { ...NO_EXCHANGE, primeBits: bitsOf(exchange.prime), scheme }
    : { ...NO_EXCHANGE, group: exchange.group, scheme };
}

function isPreShared(hello: TlsServerHello | undefined): boolean {
  return tlsCipherSuites[hello?.cipherSuite ?? 0]?.includes("_PSK_") ?? false;
}

/** Before the rest there is a hint which key to take (RFC 4279 §3, RFC 5489 §2). */
function behindHint(octets: Uint8Array): ExchangeFacts {
  const [high = 0, low = 0] = octets;
  return unsigned(octets.subarray(2 + (high << 8 | low)));
}

/** An exchange without a signature: a curve, or a prime, a generator and a key. */
function unsigned(octets: Uint8Array): ExchangeFacts {
  try {
    const reader = new ByteReader(octets);
    if (octets[0] === 3 && octets.length === 4 + octets[3]!) {
      reader.skip(1);
      return { ...NO_EXCHANGE, group: reader.u16() };
    }
    const prime = reader.take(reader.u16());
    reader.skip(reader.u16());
    reader.skip(reader.u16());
    return { ...NO_EXCHANGE, primeBits: bitsOf(prime) };
  } catch (error) {
    if (error instanceof DecodeError) return NO_EXCHANGE;
    throw error;
  }
}

function bitsOf(prime: Uint8Array): number {
  const first = prime.findIndex((octet) => octet !== 0);
  if (first < 0) return 0;
  return 8 * (prime.length - first) - (Math.clz32(prime[first]!) - 24);
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  if (first.length === 0) return second;
  const both = new Uint8Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}

/**
 * Says in a few words how a server refused a hello.
 *
 * @param reply Its answer.
 * @param timeout How long it had, in milliseconds.
 * @returns The words: `"alert protocol_version"`.
 */
export function refusalText(reply: Reply, timeout: number): string {
  switch (reply.outcome) {
    case "alert":
      return `alert ${tlsAlerts[reply.alert!] ?? reply.alert}`;
    case "closed":
      return "closes the connection";
    case "reset":
      return "resets the connection";
    case "silent":
      return `no answer within ${timeout} ms`;
    case "foreign":
      return "answers with what is no TLS";
    case "malformed":
      return "answers with what makes no sense";
    case "hello":
      return "chooses another version";
  }
}
