/**
 * Secrets that stand in a configuration, by the lines that hold them.
 *
 * @module
 */

import { HIDDEN } from "./secrets.ts";

/** A word, or what stands in quotes. */
const WORD = String.raw`(?:"[^"\n]*"|'[^'\n]*'|[^\s;"']+)`;

/**
 * What stands before a secret in a line, for each family; the secret is the
 * word after it. Order does not matter: each is tried on each line.
 */
const BEFORE: readonly string[] = [
  // Cisco and those who write like it.
  String
    .raw`\b(?:enable |username \S+ .*?)?(?:secret|password|passwd)(?: (?:sha512|sha256|scrypt|md5|encrypted|level \d+|role \S+))* (?:\d{1,2} )?`,
  String
    .raw`\bsnmp-server (?:community|user \S+ \S+ (?:v3 )?(?:encrypted )?auth \S+) (?:\d |clear |encrypted )?`,
  String
    .raw`\bsnmp-server host \S+(?: (?:vrf \S+|traps|informs|version (?:1|2c|3(?: (?:auth|noauth|priv))?)))* `,
  String
    .raw`\b(?:auth|priv) (?:md5|sha\d*|des|3des|aes(?: ?(?:128|192|256))?) (?:0x)?`,
  String
    .raw`\b(?:key-string|shared-secret|pre-shared-key|authentication-key|message-digest-key \d+ md5|ascii|wpa-psk|psk|md5-key|auth-password|priv-password|authentication-password|privacy-password)(?: (?:local|remote|ascii-text|hexadecimal|address \S+|cleartext|plain-text|encrypted|md5|\d{1,2}))* `,
  String
    .raw`\b(?:tacacs-server|radius-server|tacacs|radius)(?: (?:server|host) \S+)?(?: \S+)*? key (?:\d{1,2} )?`,
  String.raw`^\s*key (?:\d{1,2} )(?!chain)`,
  String.raw`\b(?:isakmp|ikev2) key (?:\d )?`,
  String.raw`\bcommunity (?:read |write |cipher |simple |hash )`,
  // Junos and VyOS, in braces and as set lines.
  String
    .raw`\b(?:encrypted-password|plaintext-password|plain-text-password(?:-value)?|ascii-text|authentication-key|secret|hashed-password|simple-password|privacy-key|md5 \d+ key) `,
  String.raw`\bsnmp community `,
  // Huawei and Comware.
  String.raw`\b(?:irreversible-cipher|cipher|hash|simple) `,
  // FortiOS.
  String
    .raw`^\s*set (?:\S*passw(?:or)?d\S*|\S*psksecret\S*|\S*-key|passphrase|secret|private-key|auth-pwd|priv-pwd)(?: ENC)? `,
  // RouterOS and whoever writes name=value.
  String
    .raw`\b(?:password|secret|passphrase|pre-shared-key|wpa2?-pre-shared-key|authentication-password|encryption-password|private-key|preshared-key)=`,
];

/** Each as one expression: what is before, and the secret. */
let patterns: RegExp[] | undefined;

/** What a word is that is no secret though it stands there. */
const NO_SECRET =
  /^(?:\*+|ENC|<.*>|encrypted|cipher|simple|hash|irreversible-cipher|ro|rw|encryption|recovery|policy|minimum-length|min-length|aging|strength\S*|history|\{|0x)$/i;

/** A block whose lines are all secret: a private key. */
const KEY_BLOCK =
  /(-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----)[\s\S]*?(-----END [A-Z0-9 ]*PRIVATE KEY-----)/g;

/**
 * Takes passwords, keys and SNMP communities out of a configuration, in the
 * ways in which the known platforms write them. What is not written like that
 * stays: look through a configuration before you hand it to strangers.
 *
 * @param text A configuration, or any part of one.
 * @param options More that is to go: words, or expressions for them.
 * @returns The same with `********` in place of each secret.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const text = "snmp-server community lab-ro RO\nhostname r1";
 * assert.equal(
 *   net.device.redact(text),
 *   "snmp-server community ******** RO\nhostname r1",
 * );
 * ```
 */
export function redact(
  text: string,
  options: { readonly also?: readonly (string | RegExp)[] | undefined } = {},
): string {
  patterns ??= BEFORE.map((before) =>
    new RegExp(`(${before})(${WORD})`, "gim")
  );
  let result = text.replace(KEY_BLOCK, `$1\n${HIDDEN}\n$2`);
  for (const pattern of patterns) {
    result = result.replace(
      pattern,
      (whole: string, before: string, word: string, at: number, all: string) =>
        NO_SECRET.test(word) ||
          isKind(word) && all.startsWith(` ${HIDDEN}`, at + whole.length)
          ? whole
          : before + hiddenLike(word),
    );
  }
  for (const more of options.also ?? []) {
    result = typeof more === "string"
      ? more === "" ? result : result.replaceAll(more, HIDDEN)
      : result.replace(
        new RegExp(more.source, [...new Set(`${more.flags}g`)].join("")),
        HIDDEN,
      );
  }
  return result;
}

/** Whether it may say how the secret after it is written: `secret 9 …`. */
function isKind(word: string): boolean {
  return /^\d{1,2}$/.test(word);
}

/** Quotes stay, so that the line still parses. */
function hiddenLike(word: string): string {
  const quote = word[0] === '"' || word[0] === "'" ? word[0] : "";
  return `${quote}${HIDDEN}${quote}`;
}
