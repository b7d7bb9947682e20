/**
 * Is a certificate for a host? By the names that it has for that purpose, never
 * by its subject.
 *
 * @see RFC 9525, RFC 6125, RFC 2818
 * @module
 */

import { tryParse } from "../../ip/address.ts";
import type { Certificate } from "../certificate.ts";
import { sameOctets } from "../der/der.ts";

/** The longest that a name of the DNS may be, as text. */
const LONGEST = 253;

/**
 * A host in the form in which certificates have it: lower case, A-labels, no
 * point at the end; an address in its shortest form.
 *
 * @param host A name or an address, IPv6 with or without brackets.
 * @returns The host, or nothing if it can be none.
 */
export function plainHost(host: string): string | undefined {
  if (typeof host !== "string") return undefined;
  const bare = host.startsWith("[") && host.endsWith("]")
    ? host.slice(1, -1)
    : host;
  const address = tryParse(bare);
  if (address) return `${address.withZone()}`;
  // deno-lint-ignore no-control-regex -- ASCII is what is asked for
  const ascii = /^[\x00-\x7f]*$/.test(bare) ? bare : toAscii(bare);
  const name = ascii?.toLowerCase().replace(/\.$/, "");
  return name !== undefined && name.length <= LONGEST &&
      name.split(".").every((label) =>
        /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/.test(label)
      )
    ? name
    : undefined;
}

/** A name of the world's letters in A-labels, as browsers make them. */
function toAscii(name: string): string | undefined {
  try {
    return new URL(`http://${name}/`).hostname;
  } catch {
    return undefined;
  }
}

/**
 * Whether a certificate is for a host.
 *
 * A `*` stands for one whole label, the first, and wants two more behind it.
 *
 * @param certificate The certificate.
 * @param host A name or an address.
 * @returns Whether one of its names is the host's.
 * @see RFC 9525 §6.3
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const ca = await net.tls.authority.create({ name: "Lab CA" });
 * const { certificate } = await ca.issue({ hosts: ["*.lab.example"] });
 * assert.equal(net.tls.matchesHost(certificate, "www.lab.example"), true);
 * assert.equal(net.tls.matchesHost(certificate, "a.b.lab.example"), false);
 * ```
 */
export function matchesHost(
  certificate: Pick<Certificate, "names">,
  host: string,
): boolean {
  const wanted = plainHost(host);
  if (wanted === undefined) return false;
  const address = tryParse(wanted);
  if (address) {
    const octets = address.toBytes();
    return certificate.names.some((name) =>
      name.type === "ip" && sameOctets(name.octets, octets)
    );
  }
  return certificate.names.some(({ type, value }) =>
    type === "dns" &&
    matchesName(value.toLowerCase().replace(/\.$/, ""), wanted)
  );
}

function matchesName(pattern: string, host: string): boolean {
  if (!pattern.startsWith("*.")) return pattern === host;
  const rest = pattern.slice(1);
  const labels = rest.split(".");
  if (rest.includes("*") || labels.length < 3 || labels.slice(1).includes("")) {
    return false;
  }
  const first = host.indexOf(".");
  return first > 0 && host.slice(first) === rest;
}
