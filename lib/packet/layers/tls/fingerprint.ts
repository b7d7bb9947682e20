/**
 * Fingerprints of TLS hellos: what software sent them, told by what it offers
 * and in which order.
 *
 * @module
 */

import { md5 } from "../../../bytes/md5.ts";
import { sha256 } from "../../../bytes/sha256.ts";
import { extensionNumber } from "./extensions.ts";
import type { TlsClientHello, TlsServerHello } from "./handshake.ts";

const encoder = new TextEncoder();

/** Values that say nothing, put in to keep servers tolerant (RFC 8701 §2). */
function isGrease(value: number): boolean {
  return (value & 0x0f0f) === 0x0a0a && value >> 8 === (value & 0xff);
}

function known(values: readonly number[]): number[] {
  return values.filter((value) => !isGrease(value));
}

type Extension = NonNullable<TlsClientHello["extensions"]>[number];

/** The extensions' numbers, without GREASE. */
function numbersOf(
  extensions: readonly { readonly kind: string | number }[] = [],
): number[] {
  return known(extensions.map(({ kind }) => extensionNumber(kind)));
}

function find<K extends Extension["kind"]>(
  { extensions = [] }: TlsClientHello,
  kind: K,
): Extract<Extension, { readonly kind: K }> | undefined {
  return extensions.find((one) => one.kind === kind) as
    | Extract<Extension, { readonly kind: K }>
    | undefined;
}

/**
 * Makes the JA3 fingerprint of a client: a digest of what its hello offers, in
 * its order, without GREASE.
 *
 * @param hello The ClientHello.
 * @returns `text`, five lists of decimal numbers, and `hash`, its MD5 digest.
 * @see https://github.com/salesforce/ja3
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const { build, ipv4, tcp, tls } = net.packet;
 * const clientHello = { kind: "clientHello", version: 0x0301, cipherSuites: [47, 53] } as const;
 * const packet = build(ipv4(), tcp({ dstPort: 443 }), tls({ messages: [clientHello] }));
 * const hello = packet.tls.messages?.find((one) => one.kind === "clientHello");
 * assert.equal(net.packet.ja3(hello!).text, "769,47-53,,,");
 * ```
 */
export function ja3(hello: TlsClientHello): Fingerprint {
  const list = (values: readonly number[] = []) => known(values).join("-");
  return fingerprint([
    hello.version,
    list(hello.cipherSuites),
    list(numbersOf(hello.extensions)),
    list(find(hello, "supportedGroups")?.groups),
    find(hello, "ecPointFormats")?.formats.join("-") ?? "",
  ]);
}

/**
 * Makes the JA3S fingerprint of a server: a digest of what its hello answers to
 * one client's.
 *
 * @param hello The ServerHello.
 * @returns `text`, version, cipher suite and extensions, and `hash`, its MD5
 * digest.
 * @see https://github.com/salesforce/ja3
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const { build, ipv4, tcp, tls } = net.packet;
 * const serverHello = { kind: "serverHello", version: 0x0303, cipherSuite: 47 } as const;
 * const packet = build(ipv4(), tcp({ srcPort: 443 }), tls({ messages: [serverHello] }));
 * const hello = packet.tls.messages?.find((one) => one.kind === "serverHello");
 * assert.equal(net.packet.ja3s(hello!).text, "771,47,");
 * ```
 */
export function ja3s(hello: TlsServerHello): Fingerprint {
  return fingerprint([
    hello.version,
    hello.cipherSuite,
    (hello.extensions ?? []).map(({ kind }) => extensionNumber(kind)).join("-"),
  ]);
}

/** A fingerprint, and what it was made of. */
export interface Fingerprint {
  /** What it was made of. */
  readonly text: string;
  /** The fingerprint. */
  readonly hash: string;
}

function fingerprint(parts: readonly (number | string)[]): Fingerprint {
  const text = parts.join(",");
  return { text, hash: md5(encoder.encode(text)).toHex() };
}

/** Options for {@linkcode ja4}. */
export interface Ja4Options {
  /** What carries the hello. @default {"tcp"} */
  transport?: "tcp" | "quic" | "dtls";
}

/** What JA4 calls the versions. */
const VERSIONS: Readonly<Record<number, string>> = {
  0x0304: "13",
  0x0303: "12",
  0x0302: "11",
  0x0301: "10",
  0x0300: "s3",
  0x0002: "s2",
  0xfeff: "d1",
  0xfefd: "d2",
  0xfefc: "d3",
};

const SERVER_NAME = 0;
const PROTOCOLS = 16;

/**
 * Makes the JA4 fingerprint of a client, in which the order of cipher suites and
 * extensions does not count.
 *
 * @param hello The ClientHello.
 * @param options What carries it.
 * @returns `hash`, the fingerprint, and `text`, the same with the lists in place
 * of their digests (JA4_r).
 * @see https://github.com/FoxIO-LLC/ja4/blob/main/technical_details/JA4.md
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const { build, ipv4, tcp, tls } = net.packet;
 * const clientHello = { kind: "clientHello", version: 0x0301, cipherSuites: [47, 53] } as const;
 * const packet = build(ipv4(), tcp({ dstPort: 443 }), tls({ messages: [clientHello] }));
 * const hello = packet.tls.messages?.find((one) => one.kind === "clientHello");
 * assert.equal(net.packet.ja4(hello!).text, "t10i020000_002f,0035_");
 * ```
 */
export function ja4(
  hello: TlsClientHello,
  options: Ja4Options = {},
): Fingerprint {
  const { transport = "tcp" } = options;
  const suites = known(hello.cipherSuites);
  const extensions = numbersOf(hello.extensions);
  const offered = known(find(hello, "supportedVersions")?.versions ?? []);
  const version = offered.length > 0 ? Math.max(...offered) : hello.version;
  const head = [
    { tcp: "t", quic: "q", dtls: "d" }[transport],
    VERSIONS[version] ?? "00",
    extensions.includes(SERVER_NAME) ? "d" : "i",
    twoDigits(suites.length),
    twoDigits(extensions.length),
    ends(find(hello, "applicationProtocols")?.protocols[0]),
  ].join("");
  const cipherList = sorted(suites);
  const extensionList = sorted(
    extensions.filter((one) => one !== SERVER_NAME && one !== PROTOCOLS),
  );
  const schemes = known(find(hello, "signatureAlgorithms")?.schemes ?? [])
    .map(hex4).join(",");
  const lists = [cipherList, extensionList + (schemes && `_${schemes}`)];
  return {
    text: `${head}_${lists.join("_")}`,
    hash: [
      head,
      digest(cipherList),
      extensionList === "" ? NO_DIGEST : digest(lists[1]!),
    ].join("_"),
  };
}

/** What stands for the digest of nothing. */
const NO_DIGEST = "0".repeat(12);

function digest(text: string): string {
  if (text === "") return NO_DIGEST;
  return sha256(encoder.encode(text)).toHex().slice(0, NO_DIGEST.length);
}

function hex4(number: number): string {
  return number.toString(16).padStart(4, "0");
}

function sorted(numbers: readonly number[]): string {
  return numbers.map(hex4).sort().join(",");
}

function twoDigits(count: number): string {
  return String(Math.min(count, 99)).padStart(2, "0");
}

/**
 * The first and the last character of a protocol's name, or of its octets in
 * hexadecimal if one of the two is neither letter nor digit.
 */
function ends(protocol = ""): string {
  if (protocol === "") return "00";
  const both = protocol[0]! + protocol.at(-1);
  if (/^[0-9A-Za-z]{2}$/.test(both)) return both;
  const [first, last] = [
    protocol.charCodeAt(0),
    protocol.charCodeAt(protocol.length - 1),
  ];
  return (first >> 4).toString(16) + (last & 15).toString(16);
}
