/**
 * Which protocols a capture has, in which others: `tshark -z io,phs`.
 *
 * @module
 */

import { canvas } from "../../inspect/canvas.ts";
import { tree, type TreeNode } from "../../inspect/tree.ts";
import { bytes, count } from "../../inspect/units.ts";
import type { Packet } from "../packet.ts";
import { type Fed, feed, type Packets } from "./feed.ts";

/** A protocol in its place, and the packets that have it there. */
export interface ProtocolNode {
  /** The layer's name: `"tcp"`. */
  readonly name: string;
  /** Packets that have it in this place. */
  readonly packets: number;
  /** Octets of those packets, as they were on the wire, from the link's header on. */
  readonly octets: number;
  /** What came in it. */
  readonly children: readonly ProtocolNode[];
}

class Node implements ProtocolNode {
  packets = 0;
  octets = 0;
  readonly children: Node[] = [];
  constructor(readonly name: string) {}

  child(name: string): Node {
    // Few protocols come in one: a search is quicker than a look-up.
    for (const child of this.children) if (child.name === name) return child;
    const child = new Node(name);
    this.children.push(child);
    return child;
  }

  toJSON(): ProtocolNode {
    const { name, packets, octets, children } = this;
    return { name, packets, octets, children: children.map((c) => c.toJSON()) };
  }
}

/** The most layers in each other that are told apart. */
const MAX_DEPTH = 32;

/**
 * The protocols of a capture as a tree; {@linkcode protocolHierarchy} makes it.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const { build, ipv4, udp } = net.packet;
 * const found = new net.packet.ProtocolHierarchy();
 * found.add(build(ipv4(), udp(), "hello"));
 * assert.equal(found.children[0]?.children[0]?.name, "udp");
 * assert.equal(found.octets, 33);
 * ```
 */
export class ProtocolHierarchy {
  readonly #root = new Node("packets");

  /** All packets. */
  get packets(): number {
    return this.#root.packets;
  }

  /** Octets of all packets, as they were on the wire. */
  get octets(): number {
    return this.#root.octets;
  }

  /** The protocols that packets start with. */
  get children(): readonly ProtocolNode[] {
    return this.#root.children;
  }

  /**
   * Counts a packet.
   *
   * @param packet The packet.
   */
  add(packet: Packet): void {
    const { length, layers } = packet;
    let node = this.#root;
    node.packets++;
    node.octets += length;
    for (let i = 0; i < layers.length && i < MAX_DEPTH; i++) {
      node = node.child(layers[i]!.name);
      node.packets++;
      node.octets += length;
    }
  }

  /**
   * Gives the tree as plain data.
   *
   * @returns The root, named `"packets"`.
   */
  toJSON(): ProtocolNode {
    return this.#root.toJSON();
  }

  /**
   * Shows the tree.
   *
   * @param _inspect Not used.
   * @param options Whether colours may be used.
   * @returns The lines.
   */
  [Symbol.for("Deno.customInspect")](
    _inspect: unknown,
    options?: { colors?: boolean },
  ): string {
    const all = this.packets;
    const branch = (node: ProtocolNode, isRoot = false): TreeNode => ({
      label: node.name,
      role: isRoot ? "heading" : "name",
      note: `${count(node.packets)}${
        isRoot ? "" : ` (${(node.packets / all * 100).toFixed(1)}%)`
      }, ${bytes(node.octets)}`,
      children: node.children.toSorted((a, b) => b.packets - a.packets)
        .map((child) => branch(child)),
    });
    return tree(
      branch(this.#root, true),
      canvas({ colors: options?.colors ?? false }),
    );
  }
}

/**
 * Counts which protocols a capture has, in which others.
 *
 * @param packets The packets.
 * @returns The tree; a promise of it for a capture.
 * @throws {TypeError} If `packets` cannot be gone through.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const { build, ipv4, tcp, udp } = net.packet;
 * const packets = [build(ipv4(), udp()), build(ipv4(), tcp()), build(ipv4(), udp())];
 * const [ip] = net.packet.protocolHierarchy(packets).children;
 * assert.deepEqual(ip?.children.map(({ name, packets }) => [name, packets]), [
 *   ["udp", 2],
 *   ["tcp", 1],
 * ]);
 * ```
 */
export function protocolHierarchy<P extends Packets>(
  packets: P,
): Fed<P, ProtocolHierarchy> {
  return feed(packets, new ProtocolHierarchy(), "count protocols");
}
