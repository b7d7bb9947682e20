/**
 * Which cables, bridges, userspace switches and links make a topology: decided
 * here as plain data, laid by the agent.
 *
 * A link is one veth pair from node to node, a switch a bridge in its own
 * namespace. What this kernel lacks goes by the fabric: switches that it cannot
 * be, links that delay or lose, tagged sub-interfaces.
 *
 * @module
 */

import type { Choices } from "./probe_choice.ts";
import type {
  Impairment,
  Interface,
  Link,
  Node,
  Port,
  Topology,
} from "./topology.ts";

/** The namespace of the fabric, which is no node's: nodes have names. */
export const FABRIC = "";

/** One end of a cable. */
export interface Plug {
  /** The node, or {@linkcode FABRIC}. */
  readonly where: string;
  /** The interface's name there. */
  readonly name: string;
  /** Its index there. */
  readonly index: number;
  /** Its MAC address; the kernel chooses where there is none. */
  readonly mac?: string;
  /** Its MTU. */
  readonly mtu: number;
}

/** A veth pair. */
export interface Cable {
  /** One end. */
  readonly a: Plug;
  /** The other. */
  readonly b: Plug;
}

/** An interface with an index, of a node or of the fabric. */
export interface Place {
  /** The node, or {@linkcode FABRIC}. */
  readonly where: string;
  /** The interface's name there. */
  readonly name: string;
  /** What it carries, as a port of a userspace switch. */
  readonly port?: Port;
}

/** A userspace switch. */
export interface SoftSwitch {
  /** Its name. */
  readonly name: string;
  /** Whether it runs spanning tree. */
  readonly stp: boolean;
  /** Its ports in order. */
  readonly ports: readonly Place[];
}

/** How a link of the topology is made: by a cable, or by two with the fabric between. */
export interface LinkWiring {
  /** The interfaces of its two nodes, the first for the end that was written first. */
  readonly ends: readonly [Plug, Plug];
  /** The cable itself, if it is one; its ends may differ from `ends`. */
  readonly cable?: Cable;
  /** What the kernel does to frames that leave by either end of the cable. */
  readonly qdisc?: Impairment;
  /** The fabric's link, if it is that. */
  readonly soft?: Impairment & {
    readonly name: string;
    readonly a: Place;
    readonly b: Place;
  };
}

/** Everything that is to be made. */
export interface Wiring {
  /** All veth pairs. */
  readonly cables: readonly Cable[];
  /** The index of each kernel bridge, by its switch. */
  readonly bridges: ReadonlyMap<string, number>;
  /** The switches of the fabric. */
  readonly softSwitches: readonly SoftSwitch[];
  /** How each link is made, in the topology's order. */
  readonly links: readonly LinkWiring[];
  /** The index of each interface, `"node interface"`, sub-interfaces too. */
  readonly indexes: ReadonlyMap<string, number>;
  /** Sub-interfaces that the kernel makes, with the index of what they lie on. */
  readonly kernelVlans:
    readonly (Plug & { readonly id: number; readonly on: number })[];
  /** What is made in userspace, and why, one sentence each. */
  readonly notes: readonly string[];
}

/** The name of a kernel bridge in its switch. */
export function bridgeName(node: Node): string {
  const names = new Set(node.interfaces.map(({ name }) => name));
  for (let i = 0;; i++) if (!names.has(`br${i}`)) return `br${i}`;
}

/** A node's addresses without prefix lengths, in the order of its interfaces. */
export function addressesOf({ interfaces }: Node): string[] {
  return interfaces.flatMap(({ addresses, vlans }) =>
    [...addresses, ...vlans.flatMap((vlan) => vlan.addresses)].map((text) =>
      text.split("/")[0]!
    )
  );
}

/** What a link does to frames; nothing for a plain cable. */
function impairmentOf(link: Link): Impairment | undefined {
  const { delay, jitter, loss, reorder, rate } = link;
  const parts = Object.entries({ delay, jitter, loss, reorder, rate }).filter((
    [, value],
  ) => value !== undefined && value > 0);
  return parts.length === 0 ? undefined : Object.fromEntries(parts);
}

/** A switch by its name, a link by its number, a tagged interface by node and name. */
function keyOf(
  choice: Choices[keyof Choices][number],
): string | number {
  if ("link" in choice) return choice.link;
  return "interface" in choice
    ? `${choice.node} ${choice.interface}`
    : choice.node;
}

/** Loopback has index 1. */
const FIRST_INDEX = 2;

/**
 * Plans the wiring of a topology.
 *
 * @param topology The topology, complete.
 * @param choices Who runs what. @default {the kernel, all}
 * @returns What is to be made.
 *
 * @example
 * ```ts
 * import { wire } from "./wiring.ts";
 * import assert from "node:assert/strict";
 *
 * const wiring = wire({ name: "lab", nodes: [], links: [] });
 * assert.deepEqual(wiring.cables, []);
 * ```
 */
export function wire(topology: Topology, choices?: Choices): Wiring {
  return new Planner(topology, choices);
}

class Planner implements Wiring {
  readonly cables: Cable[] = [];
  readonly bridges = new Map<string, number>();
  readonly softSwitches: SoftSwitch[] = [];
  readonly links: LinkWiring[] = [];
  readonly indexes = new Map<string, number>();
  readonly kernelVlans: (Plug & { id: number; on: number })[] = [];
  readonly notes: readonly string[];
  readonly #soft: ReadonlySet<string | number>;
  readonly #nodes: ReadonlyMap<string, Node>;
  readonly #next = new Map<string, number>();

  constructor({ nodes, links }: Topology, choices: Choices | undefined) {
    const soft = Object.values(choices ?? {}).flat().filter(({ way }) =>
      way === "fabric"
    );
    this.notes = soft.map(({ words }) => words);
    this.#soft = new Set(soft.map(keyOf));
    this.#nodes = new Map(nodes.map((node) => [node.name, node]));
    for (const node of nodes) {
      // First all that have a cable: eth0 is 2, eth1 is 3.
      for (const { name } of node.interfaces) this.#give(node.name, name);
      if (node.kind === "switch") this.#addSwitch(node);
    }
    links.forEach((link, i) => this.#addLink(link, i));
    for (const node of nodes) {
      for (const { name, vlans } of node.interfaces) {
        if (
          vlans.length > 0 &&
          !this.indexes.has(`${node.name} ${vlans[0]!.name}`)
        ) {
          throw new TypeError(
            `Cannot wire ${node.name} as its interface ${name} must have a link`,
          );
        }
      }
    }
  }

  #give(where: string, name: string): number {
    const index = this.#next.get(where) ?? FIRST_INDEX;
    this.#next.set(where, index + 1);
    this.indexes.set(`${where} ${name}`, index);
    return index;
  }

  #addSwitch(node: Node): void {
    if (!this.#soft.has(node.name)) {
      this.bridges.set(node.name, this.#give(node.name, bridgeName(node)));
      return;
    }
    this.softSwitches.push({
      name: node.name,
      stp: node.stp,
      ports: node.interfaces.map(({ name, port }) => ({
        where: node.name,
        name,
        ...(port ? { port } : {}),
      })),
    });
  }

  #plug(where: string, name: string, mtu: number, mac?: string): Plug {
    const index = this.indexes.get(`${where} ${name}`) ??
      this.#give(where, name);
    return { where, name, index, mtu, ...(mac ? { mac } : {}) };
  }

  #addLink(link: Link, number: number): void {
    const [a, b] = [link.a, link.b].map(({ node, interface: name }) => {
      const found = this.#nodes.get(node)?.interfaces.find((x) =>
        x.name === name
      );
      if (!found) {
        throw new TypeError(
          `Cannot wire a link as ${node} has no interface ${name}`,
        );
      }
      return { node, found };
    }) as [End, End];
    this.#tellApart(a, b);
    const ends = [this.#ownPlug(a), this.#ownPlug(b)] as const;
    const [plugA, plugB] = [
      this.#cableEnd(a, ends[0]),
      this.#cableEnd(b, ends[1]),
    ];
    const impairment = impairmentOf(link);
    if (!this.#soft.has(number)) {
      this.links.push({
        ends,
        cable: this.#lay(plugA, plugB),
        ...(impairment ? { qdisc: impairment } : {}),
      });
      return;
    }
    const middleA = this.#plug(FABRIC, `l${number}a`, plugA.mtu);
    const middleB = this.#plug(FABRIC, `l${number}b`, plugB.mtu);
    this.#lay(plugA, middleA);
    this.#lay(plugB, middleB);
    const name = `${a.node} ${ends[0].name} - ${b.node} ${ends[1].name}`;
    this.links.push({
      ends,
      soft: { ...impairment, name, a: middleA, b: middleB },
    });
  }

  /**
   * Gives one end another index where both have the same: the kernel takes
   * such a pair for a plain interface, and may tell of its carrier as late as
   * a second after it came.
   */
  #tellApart(a: End, b: End): void {
    const index = ({ node, found }: End) =>
      this.#plug(node, found.name, 0).index;
    if (index(a) === index(b)) this.#give(b.node, b.found.name);
  }

  #lay(a: Plug, b: Plug): Cable {
    const isSame = a.index === b.index;
    const cable = {
      a,
      b: isSame ? { ...b, index: this.#give(b.where, b.name) } : b,
    };
    this.cables.push(cable);
    return cable;
  }

  #ownPlug({ node, found }: End): Plug {
    return this.#plug(node, found.name, found.mtu, found.mac);
  }

  /** The end that the cable goes to: the interface itself, or a tagger before it. */
  #cableEnd({ node, found }: End, own: Plug): Plug {
    const { vlans, mtu, mac } = found;
    if (vlans.length === 0) return own;
    if (!this.#soft.has(`${node} ${found.name}`)) {
      for (const { name, id } of vlans) {
        const plug = this.#plug(node, name, mtu, mac);
        this.kernelVlans.push({ ...plug, id, on: own.index });
      }
      return own;
    }
    const number = this.softSwitches.length;
    const tags = vlans.map(({ id }) => id);
    const ports: Place[] = [];
    const inner = (mine: Plug, suffix: string, port: Port) => {
      const other = this.#plug(FABRIC, `t${number}${suffix}`, mtu);
      this.#lay(mine, other);
      ports.push({ where: FABRIC, name: other.name, port });
    };
    // What is untagged on the cable is the parent interface's.
    const native = unused(tags);
    inner(own, "u", { access: native });
    for (const { name, id } of vlans) {
      inner(this.#plug(node, name, mtu, mac), `v${id}`, { access: id });
    }
    const outer = this.#plug(FABRIC, `t${number}`, mtu);
    ports.push({
      where: FABRIC,
      name: outer.name,
      port: { trunk: [...tags].sort((x, y) => x - y), native },
    });
    this.softSwitches.push({
      name: `${node} ${found.name}`,
      stp: false,
      ports,
    });
    return outer;
  }
}

interface End {
  readonly node: string;
  readonly found: Interface;
}

/** A VLAN that is none of these. */
function unused(tags: readonly number[]): number {
  let id = 4094;
  while (tags.includes(id)) id--;
  return id;
}
