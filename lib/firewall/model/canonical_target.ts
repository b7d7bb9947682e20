/**
 * Addresses and ports that statements send packets to, in canonical form.
 *
 * @module
 */

import {
  canonicalExpression,
  canonicalMap,
  canonicalRight,
} from "./canonical_expression.ts";
import { asList, defined, nameOf, type Place } from "./canonical_selector.ts";
import { dataType } from "./data_types.ts";
import type { AnonymousSet, Expression } from "./expression.ts";
import { typesOf } from "./fields.ts";
import type { NatTarget } from "./statement.ts";

type Fields = Readonly<Record<string, unknown>>;

const PORT = [dataType("inet_service")];
const IPV4 = [dataType("ipv4_addr")];
const IPV6 = [dataType("ipv6_addr")];

const isObject = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/**
 * Makes an address that packets are sent to canonical: also one from a map.
 *
 * @param addr The address, prefix, range or lookup.
 * @param family Its family, where it is said.
 * @param place Where it stands.
 * @param field What it is called.
 * @returns It in canonical form.
 * @throws {TypeError} If it is no such address.
 */
export function canonicalAddress(
  addr: Expression,
  family: "ip" | "ip6" | undefined,
  place: Place,
  field: string,
): Expression {
  const known = family ?? place.ip ??
    (place.family === "ip" || place.family === "ip6"
      ? place.family
      : undefined) ??
    familyOf(addr);
  const types = known === "ip6" ? IPV6 : known === "ip" ? IPV4 : [];
  if (isObject(addr) && "map" in addr) {
    const { key, data } = (addr as unknown as {
      map: { key: Expression; data: AnonymousSet | string };
    }).map;
    const [first] = typeof data === "object"
      ? data.set as unknown as readonly (readonly unknown[])[]
      : [];
    const isPair = isObject(first?.[1]) && "concat" in first[1];
    const made = canonicalExpression(key, place);
    return {
      map: {
        key: made,
        data: canonicalMap(
          typesOf(made, place.family),
          data as "@",
          place,
          nameOf(made),
          isPair && types.length ? [...types, ...PORT] : types,
        ),
      },
    };
  }
  return canonicalRight(types, addr, place, field);
}

/** The family that an address shows. */
function familyOf(addr: unknown): "ip" | "ip6" | undefined {
  if (typeof addr === "string") {
    return addr.startsWith("@") ? undefined : addr.includes(":") ? "ip6" : "ip";
  }
  if (!isObject(addr)) return undefined;
  if ("prefix" in addr) return familyOf((addr.prefix as Fields).addr);
  if ("range" in addr) return familyOf((addr.range as readonly unknown[])[0]);
  return "toBigint" in addr || "prefixLength" in addr
    ? familyOf(String(addr))
    : undefined;
}

const NAT_FLAGS = ["random", "fully-random", "persistent", "netmap"] as const;

/**
 * Makes where a translation leads canonical.
 *
 * @param given The target.
 * @param place Where it stands.
 * @returns It in canonical form; the family where the table is for both.
 * @throws {TypeError} If an address or port is wrong.
 */
export function canonicalTarget(given: NatTarget, place: Place): NatTarget {
  const flags = asList(given.flags);
  const kinds = asList(given.type_flags).filter((kind) => kind !== "concat");
  const sorted = NAT_FLAGS.filter((flag) => flags.includes(flag));
  const both = place.family !== "ip" && place.family !== "ip6";
  const family = given.family ?? place.ip ?? familyOf(given.addr);
  return defined({
    family: both && given.addr !== undefined ? family : undefined,
    addr: given.addr === undefined
      ? undefined
      : canonicalAddress(given.addr, given.family, place, "the address"),
    port: given.port === undefined
      ? undefined
      : canonicalRight(PORT, given.port, place, "the port"),
    flags: sorted.length ? sorted : undefined,
    type_flags: kinds.length ? kinds : undefined,
  }) as NatTarget;
}
