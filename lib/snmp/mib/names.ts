/**
 * Finding nodes by name and by number.
 *
 * @module
 */

import { isOldModule, type Linked } from "./linker.ts";
import { MibNameError } from "./mib_error.ts";
import { nearestName } from "./nearest_name.ts";
import type { Branch, Node } from "./node.ts";
import { readArcs } from "./oid_text.ts";

/** A name, with its module if there is one. */
const NAME = /^(?:([A-Za-z0-9][\w-]*)::)?([A-Za-z0-9][\w-]*)$/;

/**
 * Finds what a name may mean.
 *
 * @param linked The tree.
 * @param name `"ifDescr"`, `"IF-MIB::ifDescr"`, or a node's dotted OID.
 * @returns The nodes of that name, the preferred one first.
 */
export function candidates(linked: Linked, name: string): readonly Node[] {
  const [, module, plain = ""] = NAME.exec(name) ?? [];
  const own = linked.byModule.get(module ?? "");
  if (module !== undefined) {
    const node = own?.get(plain);
    if (node !== undefined) return [node];
    // What RFC1213-MIB once defined has moved, and people's fingers have not.
    if (own === undefined || !isOldModule(module)) return [];
  }
  const named = linked.byName.get(plain);
  if (named !== undefined) return named;
  const arcs = readArcs(name);
  const place = arcs && descend(linked, arcs);
  return place?.depth === arcs?.length ? place?.nodes.slice(0, 1) ?? [] : [];
}

/**
 * Finds the one node that a name means.
 *
 * @param linked The tree.
 * @param name The name.
 * @param offset Where it stands in a text.
 * @param whole That text.
 * @throws {MibNameError} If there is none, or modules disagree about it.
 */
export function findNode(
  linked: Linked,
  name: string,
  offset: number,
  whole: string,
): Node {
  const found = candidates(linked, name);
  const [first] = found;
  if (first === undefined) throw unknown(linked, name, offset, whole);
  if (found.every(({ oid }) => oid === first.oid)) return first;
  const names = found.map((node) => `${node.module}::${node.name}`);
  throw new MibNameError(
    whole,
    offset,
    `several modules define ${name} (${names.join(", ")})`,
    names,
  );
}

function unknown(
  { byModule, byName }: Linked,
  name: string,
  offset: number,
  whole: string,
): MibNameError {
  const [, module, plain = name] = NAME.exec(name) ?? [];
  const own = module === undefined ? undefined : byModule.get(module);
  if (module !== undefined && own === undefined) {
    const near = nearestName(module, byModule.keys());
    return new MibNameError(
      whole,
      offset,
      `no module ${module} is loaded`,
      near === undefined ? [] : [`${near}::${plain}`],
    );
  }
  const elsewhere = byName.get(plain)?.[0];
  if (own !== undefined && elsewhere !== undefined) {
    return new MibNameError(whole, offset, `${module} has no ${plain}`, [
      `${elsewhere.module}::${plain}`,
    ]);
  }
  const ownNear = own && nearestName(plain, own.keys());
  const near = ownNear ?? nearestName(plain, byName.keys());
  const suggestion = near === undefined
    ? []
    : [ownNear === undefined ? near : `${module}::${near}`];
  return new MibNameError(
    whole,
    offset,
    `no loaded MIB defines ${plain.slice(0, 64)}`,
    suggestion,
  );
}

/**
 * Goes down the tree as far as there are names.
 *
 * @param linked The tree.
 * @param arcs The way.
 * @returns The deepest place that has a name, and how deep it is.
 */
export function descend(
  linked: Linked,
  arcs: readonly number[],
): Branch | undefined {
  let branch: Branch | undefined = linked.root;
  let found: Branch | undefined;
  for (const arc of arcs) {
    branch = branch.children?.get(arc);
    if (branch === undefined) break;
    if (branch.nodes.length > 0) found = branch;
  }
  return found;
}
