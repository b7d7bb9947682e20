/**
 * A second opinion on topologies: follows a packet through the complete data,
 * hop by hop, as the kernel would with those addresses, routes and ports.
 *
 * @module
 */

import { subnet } from "../../../lib/ip/subnet.ts";
import type { Node, Port, Topology } from "../../../lib/lab/topology.ts";

interface Face {
  readonly node: Node;
  readonly name: string;
  readonly tag: number;
  readonly addresses: readonly string[];
}

function facesOf(node: Node): Face[] {
  return node.interfaces.flatMap((port) => [
    { node, name: port.name, tag: 0, addresses: port.addresses },
    ...port.vlans.map(({ id, addresses }) => ({
      node,
      name: port.name,
      tag: id,
      addresses,
    })),
  ]);
}

/**
 * Walks from a node to an address.
 *
 * @returns The names of the nodes on the way, the first and last among them, or
 * `undefined` if the packet does not arrive at `to`.
 */
export function walk(
  topology: Topology,
  from: string,
  address: string,
  to: string,
  way: "forth" | "back" = "forth",
): string[] | undefined {
  // On the way back the packet is for the first address of the family there.
  const target = way === "forth"
    ? address
    : firstAddress(topology, to, address.includes(":"));
  if (target === undefined) return undefined;
  let node = topology.nodes.find(({ name }) => name === from)!;
  const path = [node.name];
  while (path.length < 300) {
    if (facesOf(node).some((face) => owns(face, target))) {
      return node.name === to ? path : undefined;
    }
    if (path.length > 1 && !node.forwarding) return undefined;
    const next = nextHop(topology, node, target);
    if (next === undefined) return undefined;
    node = next;
    path.push(node.name);
  }
  return undefined;
}

function firstAddress(
  { nodes }: Topology,
  name: string,
  isV6: boolean,
): string | undefined {
  return facesOf(nodes.find((node) => node.name === name)!)
    .flatMap(({ addresses }) => addresses)
    .map((cidr) => cidr.split("/")[0]!)
    .find((address) => address.includes(":") === isV6);
}

function owns({ addresses }: Face, address: string): boolean {
  return addresses.some((cidr) => cidr.split("/")[0] === address);
}

/** The longest prefix decides; then the address is looked for on that link. */
function nextHop(
  topology: Topology,
  node: Node,
  target: string,
): Node | undefined {
  const faces = facesOf(node);
  const connected = faces.flatMap((face) =>
    face.addresses.map((cidr) => {
      const net = subnet(cidr, { hostBits: "clear" });
      return { net, face, via: target };
    })
  );
  const routed = node.routes.flatMap(({ to, via }) => {
    const link = connected.find(({ net }) => net.contains(via!));
    return link ? [{ net: subnet(to), face: link.face, via: via! }] : [];
  });
  const [best] = [...connected, ...routed]
    .filter(({ net }) => net.contains(target))
    .sort((a, b) => b.net.prefixLength - a.net.prefixLength);
  if (best === undefined) return undefined;
  return hears(topology, best.face).find((face) => owns(face, best.via))?.node;
}

/** Who gets a broadcast that is sent there. */
function hears(topology: Topology, from: Face): Face[] {
  const found: Face[] = [];
  const seen = new Set<string>();
  const send = (node: Node, port: string, tag: number): void => {
    const link = topology.links.find(({ a, b }) =>
      [a, b].some((end) => end.node === node.name && end.interface === port)
    )!;
    const end = link.a.node === node.name && link.a.interface === port
      ? link.b
      : link.a;
    const peer = topology.nodes.find(({ name }) => name === end.node)!;
    if (peer.kind !== "switch") {
      found.push(
        ...facesOf(peer).filter((face) =>
          face.name === end.interface && face.tag === tag
        ),
      );
      return;
    }
    const portOf = (name: string) =>
      peer.interfaces.find((one) => one.name === name)!.port;
    const vlan = peer.vlanAware ? inside(portOf(end.interface), tag) : tag;
    if (vlan === undefined || seen.has(`${peer.name} ${vlan}`)) return;
    seen.add(`${peer.name} ${vlan}`);
    for (const { name, port } of peer.interfaces) {
      const out = peer.vlanAware ? outside(port, vlan) : vlan;
      if (out !== undefined && name !== end.interface) send(peer, name, out);
    }
  };
  send(from.node, from.name, from.tag);
  return found;
}

function inside(port: Port | undefined, tag: number): number | undefined {
  if (tag === 0) return port?.access ?? port?.native;
  return port?.trunk?.find((id) => id === tag);
}

function outside(port: Port | undefined, vlan: number): number | undefined {
  if ((port?.access ?? port?.native) === vlan) return 0;
  return port?.trunk?.find((id) => id === vlan);
}
