/**
 * What the numbers of BGP are called, as IANA has them.
 *
 * @module
 */

/** Address families (AFI). */
export const afi = {
  bits: 16,
  names: {
    1: "ipv4",
    2: "ipv6",
    25: "l2vpn",
    16388: "linkState",
  },
} as const;

/** Subsequent address families (SAFI): what the routes of a family are for. */
export const safi = {
  bits: 8,
  names: {
    1: "unicast",
    2: "multicast",
    4: "labeled",
    5: "multicastVpn",
    65: "vpls",
    66: "mdt",
    70: "evpn",
    71: "linkState",
    73: "srPolicy",
    85: "mup",
    128: "vpn",
    129: "multicastInVpn",
    132: "routeTarget",
    133: "flow",
    134: "vpnFlow",
  },
} as const;

/** A family and what its routes are for. */
export const family = { afi, safi } as const;

/** The SAFIs whose routes are plain prefixes (RFC 4760 §5). */
const PLAIN: readonly unknown[] = [1, 2];

/**
 * Gives the width of a family's addresses, where its routes are prefixes alone.
 *
 * @param fields A table's fields, `afi` and `safi` among them.
 * @returns 4 or 16 octets; `undefined` for all other families.
 *
 * @example
 * ```ts
 * import { addressOctets } from "./families.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(addressOctets({ afi: 2, safi: 1 }), 16);
 * assert.equal(addressOctets({ afi: 1, safi: 128 }), undefined);
 * ```
 */
export function addressOctets(
  fields: { readonly afi?: unknown; readonly safi?: unknown },
): 4 | 16 | undefined {
  if (!PLAIN.includes(fields.safi)) return undefined;
  return fields.afi === 1 ? 4 : fields.afi === 2 ? 16 : undefined;
}
