/**
 * A topology on its way from what was written to the complete form.
 *
 * @module
 */

import type { Address } from "../../ip/address.ts";
import type { Subnet } from "../../ip/subnet.ts";
import type { Service } from "../daemon.ts";
import type { Impairment, NodeKind, Port, Route } from "../topology.ts";
import type { Item } from "./item.ts";
import type { Problems } from "./problem.ts";
import type { Cidr } from "./reading.ts";

/** The whole. */
export interface Draft {
  readonly name: string;
  readonly title: string | undefined;
  /** What automatic addresses are taken from, and where that was said. */
  readonly pools: readonly { readonly pool: Subnet; readonly item: Item }[];
  readonly nodes: readonly DraftNode[];
  readonly byName: ReadonlyMap<string, DraftNode>;
  readonly links: readonly DraftLink[];
  readonly problems: Problems;
}

/** A node. */
export interface DraftNode {
  readonly name: string;
  readonly kind: NodeKind;
  readonly item: Item;
  readonly interfaces: DraftInterface[];
  /** The interfaces behind which addresses are translated. */
  readonly masquerades: Set<DraftInterface>;
  /** Next hops of default routes; `undefined` for automatic ones. */
  gateways: Hop[] | undefined;
  /** Routes that were written; `undefined` for computed ones. */
  routes: DraftRoute[] | undefined;
  /** What was added to those: default and computed routes. */
  readonly more: Route[];
  forwarding: boolean;
  nft: string | undefined;
  services: readonly Service[];
  stp: boolean;
  vlanAware: boolean;
  sysctl: Record<string, string>;
  dns: string[];
}

/** A next hop and where it was written. */
export interface Hop {
  readonly address: Address;
  readonly item: Item;
}

/** A route as it was written. */
export interface DraftRoute {
  readonly to: Subnet;
  readonly via: Address | undefined;
  readonly dev: string | undefined;
  readonly metric: number | undefined;
  readonly item: Item;
}

/** What has addresses: an interface, or a tagged sub-interface. */
export interface Endpoint {
  readonly node: DraftNode;
  /** `eth0`, `eth0.10`. */
  readonly name: string;
  /** The interface itself, or the one that the tag is on. */
  readonly port: DraftInterface;
  /** The VLAN of its tag; 0 for untagged frames. */
  readonly tag: number;
  addresses: Cidr[];
  /** Whether it gets its addresses from the pools. */
  isAutomatic: boolean;
  /** Whether some of what was written as its addresses could not be read. */
  isDoubtful: boolean;
  item: Item;
}

/** One end of a link at its node. */
export interface DraftInterface extends Endpoint {
  /** The other end. */
  readonly peer: DraftInterface;
  readonly link: DraftLink;
  mac: string | undefined;
  mtu: number;
  carries: Port | undefined;
  readonly vlans: Endpoint[];
}

/** A cable. */
export interface DraftLink {
  readonly ends: readonly [LinkEndDraft, LinkEndDraft];
  readonly impairment: Impairment;
  readonly item: Item;
}

/** An end of a cable as it was written. */
export interface LinkEndDraft {
  readonly node: DraftNode;
  /** The interface's name, if it was written. */
  readonly named: string | undefined;
  readonly item: Item;
}

/**
 * Lists what can have addresses at a node.
 *
 * @param node A node; a switch has none.
 * @returns Its interfaces, each followed by its sub-interfaces.
 */
export function endpointsOf(node: DraftNode): Endpoint[] {
  if (node.kind === "switch") return [];
  return node.interfaces.flatMap((port) => [port, ...port.vlans]);
}

/**
 * Finds an interface by its name, or by the node at its other end.
 *
 * @param node Whose it is.
 * @param reference What was written: `eth0` or `sw1`.
 * @param item Where.
 * @param part Whether it was written as a key.
 * @returns The interface, or `undefined`, and then the problem is noted.
 */
export function findInterface(
  node: DraftNode,
  reference: string,
  item: Item,
  part: "key" | "value",
): DraftInterface | undefined {
  const { interfaces } = node;
  const named = interfaces.find(({ name }) => name === reference);
  if (named !== undefined) return named;
  const facing = interfaces.filter(({ peer }) => peer.node.name === reference);
  if (facing.length === 1) return facing[0];
  if (facing.length > 1) {
    const names = facing.map(({ name }) => name).join(", ");
    return item.broken(
      `${node.name} has ${facing.length} links to ${reference}: say which by its interface, one of ${names}`,
      part,
    );
  }
  const all = interfaces.map(({ name, peer }) =>
    `${name} to ${peer.node.name}`
  );
  return item.broken(
    `${node.name} has no interface ${reference} and no link to a node of that name${
      all.length === 0 ? "" : `; it has ${all.slice(0, 8).join(", ")}`
    }`,
    part,
  );
}

/**
 * Finds a sub-interface by its name, or an interface as
 * {@linkcode findInterface} does.
 *
 * @param node Whose it is.
 * @param reference What was written: `eth0.10`, `eth0` or `sw1`.
 * @param item Where.
 * @param part Whether it was written as a key.
 * @returns It, or `undefined`, and then the problem is noted.
 */
export function findEndpoint(
  node: DraftNode,
  reference: string,
  item: Item,
  part: "key" | "value",
): Endpoint | undefined {
  const subs = node.interfaces.flatMap(({ vlans }) => vlans);
  return subs.find(({ name }) => name === reference) ??
    findInterface(node, reference, item, part);
}
