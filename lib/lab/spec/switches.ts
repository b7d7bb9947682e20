/**
 * Reads switches: spanning tree, and which VLANs each port carries.
 *
 * @module
 */

import type { Port } from "../topology.ts";
import { type DraftInterface, type DraftNode, findInterface } from "./draft.ts";
import { type Item, shown } from "./item.ts";
import { vlanId } from "./reading.ts";

/** The VLAN of ports that no one has said anything about (IEEE 802.1Q-2022 §9.6). */
const DEFAULT_VLAN = 1;

/** A trunk before it is known which VLANs there are. */
interface Trunk {
  readonly port: DraftInterface;
  /** Those that were listed; `undefined` for all. */
  readonly ids: readonly number[] | undefined;
  /** `undefined` where nothing was said, `null` for none. */
  readonly native: number | null | undefined;
}

/**
 * Reads what was written about the switches, once their links are known.
 *
 * @param switches All of them: trunks carry what the others have.
 */
export function readSwitches(switches: readonly DraftNode[]): void {
  const trunks: Trunk[] = [];
  for (const node of switches) {
    const { item } = node;
    if (!item.isAbsent && !item.isMap) {
      item.broken(
        `${
          shown(item.value)
        } says nothing about a switch: write a map, as { stp: true }`,
      );
      continue;
    }
    item.allow(["stp", "vlans", "trunks"], "a switch");
    node.stp = item.at("stp").flag(false);
    const vlans = item.at("vlans");
    const listed = item.at("trunks");
    node.vlanAware = !vlans.isAbsent || !listed.isAbsent;
    readAccess(node, vlans);
    trunks.push(...readTrunks(node, listed));
  }
  for (const node of switches.filter(({ vlanAware }) => vlanAware)) {
    trunks.push(...automatic(node, trunks));
  }
  giveVlans(trunks, switches);
}

/** `{ 10: [pc1, pc2] }`: the ports of each VLAN. */
function readAccess(node: DraftNode, item: Item): void {
  const form = "a map of VLANs, as { 10: [pc1, pc2] }";
  for (const [key, part] of item.entries(form)) {
    const id = vlanId(key, part, "key");
    if (id === undefined) continue;
    for (const one of part.list()) {
      const port = portOf(node, one);
      if (port === undefined) continue;
      if (port.carries !== undefined) {
        one.broken(
          `the port to ${port.peer.node.name} is in VLAN ${port.carries.access} already: a port of several is a trunk`,
        );
      } else port.carries = { access: id };
    }
  }
}

function portOf(node: DraftNode, item: Item): DraftInterface | undefined {
  const name = item.text("a port, as pc1 or eth0");
  return name === undefined
    ? undefined
    : findInterface(node, name, item, "value");
}

/** `[sw2, r1]`, or `{ sw2: [10, 20], r1: { vlans: [10], native: 99 } }`. */
function readTrunks(node: DraftNode, item: Item): Trunk[] {
  const found: Trunk[] = [];
  const add = (
    port: DraftInterface | undefined,
    part: Item,
    rest: Omit<Trunk, "port">,
  ) => {
    if (port === undefined) return;
    if (port.carries?.access !== undefined) {
      part.broken(
        `the port to ${port.peer.node.name} is in VLAN ${port.carries.access}: it cannot be a trunk too`,
      );
    } else if (found.some((other) => other.port === port)) {
      part.broken(`the port to ${port.peer.node.name} is there twice`);
    } else found.push({ port, ...rest });
  };
  if (!item.isMap) {
    for (const part of item.list()) {
      add(portOf(node, part), part, { ids: undefined, native: undefined });
    }
    return found;
  }
  for (const [key, part] of item.entries("a map of trunks")) {
    part.allow(["vlans", "native"], "a trunk");
    const vlans = part.isMap ? part.at("vlans") : part;
    const ids = vlans.isAbsent
      ? undefined
      : vlans.list().flatMap((one) => vlanId(one.value, one, "value") ?? []);
    const untagged = part.at("native");
    const native = !part.isMap || untagged.isAbsent
      ? undefined
      : untagged.value === "none"
      ? null
      : vlanId(untagged.value, untagged, "value");
    add(findInterface(node, key, part, "key"), part, { ids, native });
  }
  return found;
}

/** What is said of ports that nothing was written about. */
function automatic(node: DraftNode, trunks: readonly Trunk[]): Trunk[] {
  const written = new Set(trunks.map(({ port }) => port));
  const found: Trunk[] = [];
  for (const port of node.interfaces) {
    if (port.carries !== undefined || written.has(port)) continue;
    const { peer } = port;
    // Between two switches that know VLANs, or to a node that takes tags.
    if (peer.node.vlanAware && peer.carries?.access === undefined) {
      found.push({ port, ids: undefined, native: undefined });
    } else if (peer.vlans.length > 0) {
      const ids = peer.vlans.map(({ tag }) => tag);
      found.push({ port, ids, native: undefined });
    } else {
      // The other end says untagged, so both ends mean one VLAN.
      port.carries = { access: peer.carries?.access ?? DEFAULT_VLAN };
    }
  }
  return found;
}

/** Gives trunks their VLANs, now that it is known which there are. */
function giveVlans(
  trunks: readonly Trunk[],
  switches: readonly DraftNode[],
): void {
  const all = new Set<number>();
  for (const { interfaces } of switches) {
    for (const { carries, peer } of interfaces) {
      if (carries?.access !== undefined) all.add(carries.access);
      for (const { tag } of peer.vlans) all.add(tag);
    }
  }
  for (const { ids, native } of trunks) {
    for (const id of ids ?? []) all.add(id);
    if (typeof native === "number") all.add(native);
  }
  for (const { port, ids, native = DEFAULT_VLAN } of trunks) {
    // A list that has VLAN 1 wants it tagged, unless native says otherwise.
    const untagged = native === null ||
        native === DEFAULT_VLAN && ids?.includes(DEFAULT_VLAN)
      ? undefined
      : native;
    const carries: Port = {
      trunk: [...new Set(ids ?? all)].filter((id) => id !== untagged)
        .sort((a, b) => a - b),
      ...untagged === undefined ? {} : { native: untagged },
    };
    port.carries = carries;
  }
}
