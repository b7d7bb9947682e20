/**
 * The names that a certificate is for: hosts, addresses, mail boxes, URIs.
 *
 * @see RFC 5280 §4.2.1.6, RFC 9525 §6, RFC 5890 (A-labels)
 * @module
 */

import { address, tryParse } from "../../ip/address.ts";
import { contextTag, der } from "../der/der.ts";

/** One name, and what kind it is. */
export interface AlternativeName {
  /** What kind of name it is. */
  readonly type: "dns" | "ip" | "email" | "uri";
  /** The name: a host as A-labels in lower case, an address in its one form. */
  readonly value: string;
}

/** The tags of GeneralName, by number. */
const NUMBERS = { email: 1, dns: 2, uri: 6, ip: 7 } as const;

/** A label of a host name; the underscore is not of DNS's hosts, yet is used. */
const LABEL = /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/;
const EMAIL = /^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@([^@\s]+)$/;
const LONGEST = 253;

/**
 * Takes a host: a name, with `*.` before it if need be, or an address.
 *
 * @param host It; names in any script become A-labels.
 * @param verb What it is for, for errors.
 * @returns The name, of its kind.
 * @throws {TypeError} If it is none.
 */
export function hostName(host: string, verb: string): AlternativeName {
  const bare = `${host}`.trim().replace(/^\[(.*)\]$/, "$1");
  const ip = tryParse(bare);
  if (ip !== undefined) {
    if (ip.zone) throw wrong(host, verb, "an address without a zone");
    return { type: "ip", value: `${ip}` };
  }
  return { type: "dns", value: dnsName(bare, host, verb) };
}

function dnsName(bare: string, given: string, verb: string): string {
  const wildcard = bare.startsWith("*.");
  const rest = (wildcard ? bare.slice(2) : bare).replace(/\.$/, "");
  const name = aLabels(rest);
  const labels = name?.split(".") ?? [];
  if (
    name === undefined || name.length + (wildcard ? 2 : 0) > LONGEST ||
    !labels.every((label) => LABEL.test(label))
  ) {
    throw wrong(
      given,
      verb,
      "a host name, one with *. before it, or an address",
    );
  }
  // What ends in digits is an address for every URL, if mostly a wrong one.
  if (/^\d+$/.test(labels.at(-1)!)) {
    throw wrong(given, verb, "a host name whose last label is no number");
  }
  return wildcard ? `*.${name}` : name;
}

/** A name in any script as A-labels, in lower case; nothing if it is none. */
function aLabels(name: string): string | undefined {
  // deno-lint-ignore no-control-regex
  if (/^[\u0000-\u007f]*$/.test(name)) return name.toLowerCase();
  // URLs take more than names, so what is none is sorted out first.
  if (/[\s/?#@:%[\]\\<>^|*]/.test(name)) return undefined;
  return URL.parse(`http://${name}/`)?.hostname;
}

/**
 * Takes a mail box.
 *
 * @param email It: `"ada@example.org"`.
 * @param verb What it is for, for errors.
 * @returns The name.
 * @throws {TypeError} If it is none.
 */
export function emailName(email: string, verb: string): AlternativeName {
  const [, domain] = EMAIL.exec(email) ?? [];
  if (domain === undefined) {
    throw wrong(email, verb, "a mail box, a@b", "emails");
  }
  const host = dnsName(domain, email, verb);
  return { type: "email", value: email.slice(0, -domain.length) + host };
}

/**
 * Takes a URI, as SPIFFE and others use for programs.
 *
 * @param uri It: `"spiffe://example.org/service"`.
 * @param verb What it is for, for errors.
 * @returns The name.
 * @throws {TypeError} If it is no absolute URI.
 */
export function uriName(uri: string, verb: string): AlternativeName {
  // RFC 5280 wants a scheme and something behind it, in ASCII.
  const fits = /^[a-z][a-z0-9+.-]*:[\x21-\x7e]+$/i.test(uri) &&
    URL.canParse(uri);
  if (!fits) throw wrong(uri, verb, "an absolute URI in ASCII", "uris");
  return { type: "uri", value: uri };
}

/**
 * Writes one name as certificates have it.
 *
 * @param name The name.
 * @returns A GeneralName in DER.
 */
export function writeName({ type, value }: AlternativeName): Uint8Array {
  const octets = type === "ip"
    ? address(value).toBytes()
    : new TextEncoder().encode(value);
  return der(contextTag(NUMBERS[type], false), octets);
}

function wrong(
  value: string,
  verb: string,
  wanted: string,
  option = "hosts",
): TypeError {
  return new TypeError(
    `Cannot ${verb} as each of '${option}' must be ${wanted}: current value is ${
      JSON.stringify(value)
    }`,
  );
}
