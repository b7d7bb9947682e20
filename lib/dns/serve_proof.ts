/**
 * What signed zones say with an answer: signatures, and proofs that there is
 * nothing, by NSEC. Zones with NSEC3 are served without such proofs.
 *
 * @see RFC 4035 §3.1
 * @module
 */

import { compareNames } from "./canonical.ts";
import type { DataRecord } from "./record.ts";
import type { Zone, ZoneNode } from "./zone.ts";

/**
 * Gives the signatures of a set.
 *
 * @param node Where the set is.
 * @param type The set's type.
 * @returns Its signatures.
 */
export function signaturesOf(
  { sets }: ZoneNode,
  type: string,
): readonly DataRecord[] {
  const all = sets.get("RRSIG");
  if (all === undefined) return [];
  return all.filter((one) =>
    one.type === "RRSIG" && one.data.typeCovered === type
  );
}

/** The names that have NSEC records, in the order of signed zones. */
const ORDER = new WeakMap<Zone, readonly ZoneNode[]>();

function order(zone: Zone): readonly ZoneNode[] {
  let nodes = ORDER.get(zone);
  if (nodes === undefined) {
    nodes = [...zone.nodes].filter(({ sets }) => sets.has("NSEC"))
      .sort((a, b) => compareNames(a.name, b.name));
    ORDER.set(zone, nodes);
  }
  return nodes;
}

function proofAt(node: ZoneNode | undefined): DataRecord[] {
  const set = node?.sets.get("NSEC");
  return set === undefined ? [] : [...set, ...signaturesOf(node!, "NSEC")];
}

/** Finds the record that spans the place where a name would be. */
function span(zone: Zone, name: string): DataRecord[] {
  const nodes = order(zone);
  let [low, high] = [0, nodes.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (compareNames(nodes[middle]!.name, name) <= 0) low = middle + 1;
    else high = middle;
  }
  return proofAt(nodes[low - 1]);
}

/**
 * Gives the proof that a name is not there.
 *
 * @param zone The zone.
 * @param name The name.
 * @param encloser The closest name above that is there; without one it is not
 * proven that there is no wildcard.
 * @returns The records; none for a zone without NSEC.
 * @see RFC 4035 §3.1.3.2 and §3.1.3.3
 */
export function denial(
  zone: Zone,
  name: string,
  encloser: ZoneNode | undefined,
): DataRecord[] {
  if (!zone.isSigned) return [];
  const proof = span(zone, name);
  if (encloser === undefined) return proof;
  const star = encloser.name === "." ? "*" : `*.${encloser.name}`;
  const more = span(zone, star);
  return more[0] === proof[0] ? proof : [...proof, ...more];
}

/**
 * Gives the proof that a name has no records of a type.
 *
 * @param zone The zone.
 * @param name The name that was asked for.
 * @param node Where it was found.
 * @param isStar Whether that is a wildcard.
 * @returns The records; none for a zone without NSEC.
 * @see RFC 4035 §3.1.3.1 and §3.1.3.4
 */
export function noData(
  zone: Zone,
  name: string,
  node: ZoneNode,
  isStar: boolean,
): DataRecord[] {
  if (!zone.isSigned) return [];
  const own = proofAt(node);
  // A name that only has others below it is spanned by the one before it.
  const at = own.length > 0 ? own : span(zone, node.name);
  if (!isStar) return at;
  const more = span(zone, name);
  return more[0] === at[0] ? at : [...at, ...more];
}
