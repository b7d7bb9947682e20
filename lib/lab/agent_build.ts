/**
 * Makes a topology's nodes, cables, switches and routes: a few netlink messages
 * a node, all of a namespace's in one send.
 *
 * @module
 */

import { NetError } from "../errors.ts";
import { addressMessage } from "../linux/address_messages.ts";
import {
  addLinkMessage,
  portVlanMessage,
  setLinkMessages,
} from "../linux/link_messages.ts";
import type { Message } from "../linux/message.ts";
import { NetlinkSocket } from "../linux/netlink.ts";
import { qdiscMessage } from "../linux/qdisc_messages.ts";
import { routeMessage } from "../linux/route_messages.ts";
import { startFabric } from "./agent_fabric.ts";
import { writeSysctl } from "./agent_files.ts";
import { readState } from "./agent_link_state.ts";
import { type Place, runProgram } from "./agent_process.ts";
import { createSpaces, inSpaces, type Spaces } from "./agent_spaces.ts";
import { Fabric } from "./fabric.ts";
import { choose } from "./probe_choice.ts";
import { probeKernel } from "./probe_kernel.ts";
import type { Impairment, Node, Port, Topology } from "./topology.ts";
import {
  bridgeName,
  type Cable,
  FABRIC,
  type Plug,
  wire,
  type Wiring,
} from "./wiring.ts";

/** A lab that is up. */
export interface Built {
  /** What it was made from. */
  readonly topology: Topology;
  /** Its nodes by name. */
  readonly places: ReadonlyMap<string, Place>;
  /** The fabric's namespace by {@linkcode FABRIC}, the nodes' by name. */
  readonly spaces: ReadonlyMap<string, Spaces>;
  /** What was made. */
  readonly wiring: Wiring;
  /** What runs in userspace, if anything does. */
  readonly fabric: Fabric | undefined;
  /** The links whose plug is pulled. */
  readonly failed: Set<number>;
}

/**
 * Makes everything.
 *
 * @param topology The topology, complete.
 * @returns The lab.
 * @throws {NetError} Says which node or link the kernel would not make.
 */
export async function build(topology: Topology): Promise<Built> {
  // Without anything special there is nothing to ask the kernel about.
  const wiring = isSpecial(topology)
    ? wire(topology, choose(topology, probeKernel()))
    : wire(topology);
  const isSoft = wiring.softSwitches.length > 0 ||
    wiring.links.some(({ soft }) => soft !== undefined);
  const starting = isSoft ? Fabric.start() : undefined;
  // Whoever fails meanwhile says why; this is then beside the point.
  starting?.catch(() => {});
  const site = new Site(topology, wiring, isSoft);
  await site.lay();
  const fabric = await starting;
  const built = {
    topology,
    wiring,
    fabric,
    places: site.places,
    spaces: site.spaces,
    failed: new Set<number>(),
  };
  await Promise.all([loadRules(built), startFabric(built)]);
  return built;
}

/** How long the kernel may take to note all carriers, in milliseconds: it does so each second at the latest. */
const SETTLING = 2_500;

/** Where messages are gathered until all of a namespace's are sent. */
class Site {
  readonly places = new Map<string, Place>();
  readonly spaces = new Map<string, Spaces>();
  readonly #wiring: Wiring;
  readonly #sockets = new Map<string, NetlinkSocket>();
  readonly #messages = new Map<string, Message[]>();

  constructor({ name: lab, nodes }: Topology, wiring: Wiring, isSoft: boolean) {
    this.#wiring = wiring;
    for (const node of nodes) {
      const spaces = this.#open(node.name);
      this.places.set(node.name, { lab, node, spaces });
    }
    if (isSoft) this.#open(FABRIC);
  }

  #open(name: string): Spaces {
    const spaces = createSpaces(name);
    this.spaces.set(name, spaces);
    return spaces;
  }

  async lay(): Promise<void> {
    try {
      for (const [name, spaces] of this.spaces) {
        const node = this.places.get(name)?.node;
        const socket = inSpaces(spaces, () => {
          before(node);
          return NetlinkSocket.open();
        });
        this.#sockets.set(name, socket);
      }
      for (const [name, index] of this.#wiring.bridges) {
        const { node } = this.places.get(name)!;
        this.#add(
          name,
          addLinkMessage({
            name: bridgeName(node),
            kind: "bridge",
            index,
            up: true,
            ...(node.vlanAware
              ? { details: { vlanFiltering: true, vlanDefaultPvid: 0 } }
              : {}),
          }),
        );
      }
      this.#send();
      for (const cable of this.#wiring.cables) this.#cable(cable);
      this.#send();
      for (const { where, index } of this.#far) {
        // A bridge's far end: its near ones were made as ports.
        const master = this.#wiring.bridges.get(where);
        this.#add(
          where,
          ...setLinkMessages(index, {
            up: true,
            ...(master === undefined ? {} : { master }),
          }),
        );
      }
      for (const { node } of this.places.values()) this.#configure(node);
      for (const { cable, qdisc: impairment } of this.#wiring.links) {
        if (!cable || !impairment) continue;
        for (const { where, index } of [cable.a, cable.b]) {
          this.#add(where, qdisc(index, impairment));
        }
      }
      this.#send();
      for (const { node, spaces } of this.places.values()) {
        const settings = Object.entries(node.sysctl);
        if (settings.length === 0) continue;
        inSpaces(spaces, () => {
          for (const [key, value] of settings) {
            writeSysctl(key, value, node.name);
          }
        });
      }
      await this.#settle();
    } finally {
      for (const socket of this.#sockets.values()) socket.close();
    }
  }

  /**
   * Waits until the kernel has taken note of every carrier: an interface that
   * was up before its other end sends nothing until then.
   */
  async #settle(): Promise<void> {
    const end = performance.now() + SETTLING;
    let plugs = this.#wiring.cables.flatMap(({ a, b }) => [a, b]);
    for (;;) {
      plugs = plugs.filter((plug) =>
        !readState(this.#sockets.get(plug.where)!, plug).carrier
      );
      if (plugs.length === 0 || performance.now() > end) return;
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  }

  #add(where: string, ...messages: readonly Message[]): void {
    const queue = this.#messages.get(where);
    if (queue) queue.push(...messages);
    else this.#messages.set(where, [...messages]);
  }

  #send(): void {
    for (const [where, messages] of this.#messages) {
      try {
        this.#sockets.get(where)!.transact(...messages);
      } catch (cause) {
        if (!(cause instanceof NetError)) throw cause;
        const reason = cause.message.replace(/^Cannot /, "could not ");
        throw new NetError(reason, {
          code: cause.code,
          op: "bring up",
          target: where === FABRIC ? "the userspace links" : `node ${where}`,
          hint: cause.hint ?? HINTS[cause.code],
          cause,
        });
      }
    }
    this.#messages.clear();
  }

  /** Makes both ends where they belong; the kernel bridge's end is made by the bridge. */
  #cable({ a, b }: Cable): void {
    const { bridges } = this.#wiring;
    const [near, far] = bridges.has(a.where) ? [a, b] : [b, a];
    const master = bridges.get(near.where);
    this.#add(
      near.where,
      addLinkMessage({
        ...end(near),
        kind: "veth",
        up: true,
        ...(master === undefined ? {} : { master }),
        // Its other end can come up only when it has one.
        peer: { ...end(far), namespace: this.spaces.get(far.where)!.net },
      }),
    );
    this.#far.push(far);
  }

  /** The ends that were made as the other's peer. */
  readonly #far: Plug[] = [];

  #configure(node: Node): void {
    const { indexes, kernelVlans } = this.#wiring;
    const { name, interfaces, routes } = node;
    const index = (device: string) => indexes.get(`${name} ${device}`)!;
    this.#add(name, ...setLinkMessages(1, { up: true }));
    const isBridge = this.#wiring.bridges.has(name);
    for (const { name: device, port } of isBridge ? interfaces : []) {
      if (port) this.#add(name, ...portVlans(index(device), port));
    }
    for (const vlan of kernelVlans) {
      if (vlan.where !== name) continue;
      this.#add(
        name,
        addLinkMessage({
          ...end(vlan),
          up: true,
          kind: "vlan",
          link: vlan.on,
          details: { id: vlan.id },
        }),
      );
    }
    for (const { name: device, addresses, vlans } of interfaces) {
      for (const part of [{ name: device, addresses }, ...vlans]) {
        for (const address of part.addresses) {
          this.#add(
            name,
            addressMessage({ address, device: index(part.name), noDad: true }),
          );
        }
      }
    }
    for (const { to, via, dev, metric } of routes) {
      this.#add(
        name,
        routeMessage({
          to,
          ...(via === undefined ? {} : { via }),
          ...(dev === undefined ? {} : { device: index(dev) }),
          ...(metric === undefined ? {} : { metric }),
          protocol: "static",
        }),
      );
    }
  }
}

const HINTS: Readonly<Record<string, string>> = {
  unsupported:
    "load the kernel's modules for it (modprobe veth bridge), or use a smaller topology; doctor tells what there is",
  unreachable: "give the node an address in the subnet of the route's next hop",
  "too-many-files": "raise the limit with ulimit -n, or use a smaller topology",
};

function end({ name, index, mac, mtu }: Plug) {
  return {
    name,
    index,
    ...(mac === undefined ? {} : { mac }),
    ...(mtu === 1500 ? {} : { mtu }),
  };
}

/** What has to be set before there is any interface; `undefined` for the fabric. */
function before(node: Node | undefined): void {
  const name = node?.name ?? "fabric";
  // A switch has no addresses, and sends nothing of its own.
  if (node === undefined || node.kind === "switch") {
    optional("net.ipv6.conf.default.disable_ipv6", "1", name);
    return;
  }
  // Nobody else has our addresses: they can be used at once.
  optional("net.ipv6.conf.default.accept_dad", "0", name);
  if (!node.forwarding) return;
  writeSysctl("net.ipv4.ip_forward", "1", name);
  optional("net.ipv6.conf.all.forwarding", "1", name);
  // A second trace within a second finds each router, too.
  writeSysctl("net.ipv4.icmp_ratelimit", "0", name);
  optional("net.ipv6.icmp.ratelimit", "0", name);
}

/** For what only a kernel with IPv6 has. */
function optional(key: string, value: string, node: string): void {
  try {
    writeSysctl(key, value, node);
  } catch (error) {
    if (!(error instanceof NetError && error.code === "not-found")) throw error;
  }
}

function isSpecial({ nodes, links }: Topology): boolean {
  return nodes.some(({ stp, vlanAware, interfaces }) =>
    stp || vlanAware || interfaces.some(({ vlans }) => vlans.length > 0)
  ) || links.some(({ a: _, b: __, ...impairment }) =>
    Object.keys(impairment).length > 0
  );
}

/** The VLANs of a kernel bridge's port; it has none by itself. */
function portVlans(device: number, { access, trunk, native }: Port): Message[] {
  const untagged = access ?? native;
  return [
    ...(trunk ?? []).map((vlan) => portVlanMessage({ device, vlan })),
    ...(untagged === undefined ? [] : [
      portVlanMessage({ device, vlan: untagged, pvid: true, untagged: true }),
    ]),
  ];
}

/** What the kernel does to frames that leave by an interface. */
export function qdisc(device: number, impairment: Impairment): Message {
  const { rate, ...rest } = impairment;
  return qdiscMessage(
    Object.keys(rest).length === 0 && rate !== undefined
      ? { device, kind: "tbf", tbf: { rate } }
      : { device, kind: "netem", netem: impairment },
    "replace",
  );
}

async function loadRules({ places }: Built): Promise<void> {
  const { signal } = new AbortController();
  await Promise.all([...places.values()].map(async (place) => {
    const { nft, name } = place.node;
    if (nft === undefined) return;
    const argv = ["nft", "-f", "-"];
    const text = new TextEncoder().encode(nft);
    const { code, stderr } = await runProgram(place, { argv }, text, signal);
    if (code !== 0) {
      throw new NetError(new TextDecoder().decode(stderr).trim(), {
        code: "invalid",
        op: "load the rules of",
        target: `node ${name}`,
        hint: "check its nft text with nft -c -f -",
      });
    }
  }));
}
