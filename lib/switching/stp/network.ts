/**
 * Bridges, the links between them, and the BPDUs on their way.
 *
 * @module
 */

import type { Bpdu } from "./bpdu.ts";
import type { BpduView } from "./step.ts";
import {
  type LinkNode,
  type SpanningTopology,
  spanningTopology,
  type SpanningTreeOptions,
} from "./topology.ts";
import { SpanningTree } from "./tree.ts";
import type { BridgeId } from "./vector.ts";
import { type BridgeView, viewOf } from "./view.ts";
import { bpduText } from "./words.ts";

/** A BPDU on its way. */
interface Flight {
  readonly link: LinkNode;
  readonly from: { readonly bridge: number; readonly port: number };
  readonly bpdu: Bpdu;
}

/**
 * A network of bridges, and what is on its way in it.
 *
 * @example
 * ```ts
 * import { BridgeNetwork } from "./network.ts";
 * import assert from "node:assert/strict";
 *
 * const network = new BridgeNetwork({ bridges: ["a", "b"], links: ["a-b"] });
 * network.connect();
 * assert.deepEqual(network.deliver().map(({ from }) => from), ["a", "b"]);
 * ```
 */
export class BridgeNetwork {
  /** Bridges and links. */
  readonly topology: SpanningTopology;
  /** Old identifiers too: BPDUs may still speak of them. */
  readonly #names = new Map<BridgeId, string>();
  #flights: Flight[] = [];

  /**
   * Makes a network whose ports have no links yet.
   *
   * @param options Bridges, links, protocol and times.
   */
  constructor(options: SpanningTreeOptions) {
    this.topology = spanningTopology(options);
    for (const { name, protocol } of this.topology.bridges) {
      this.name(protocol.id, name);
    }
  }

  /** Whether no BPDU is on its way. */
  get isQuiet(): boolean {
    return this.#flights.length === 0;
  }

  /** Notes whose an identifier is. */
  name(id: BridgeId, name: string): void {
    this.#names.set(id, name);
  }

  /** Looks at every bridge. */
  views(): BridgeView[] {
    return this.topology.bridges.map((node) => viewOf(node, this.#nameOf));
  }

  /** Looks at the tree. */
  tree(): SpanningTree {
    const { bridges, links } = this.topology;
    const running = this.views().filter((_, i) => bridges[i]!.isUp);
    const forwarding = new Map<string, number>();
    for (const { link, state } of running.flatMap(({ ports }) => ports)) {
      if (state !== "forwarding") continue;
      forwarding.set(link, (forwarding.get(link) ?? 0) + 1);
    }
    return new SpanningTree(
      running,
      Array.from(links.values(), ({ name, ends, cost, isUp }) => {
        const isActive = isUp && (forwarding.get(name) ?? 0) > 1;
        return { name, ends, cost, isUp, isActive };
      }),
    );
  }

  /**
   * Whether every port has the state that its role asks for, and all ports of
   * each link agree on who speaks for it: then BPDUs change nothing more. For
   * costs are above 0, so claims that agree can be in no circle without a root.
   */
  get isAgreed(): boolean {
    const { bridges, links } = this.topology;
    const ports = bridges.map(({ protocol }) => protocol.ports);
    for (const link of links.values()) {
      const here = link.ports
        .map(({ bridge, port }) => ports[bridge]![port - 1]!)
        .filter(({ isUp }) => isUp);
      const speakers = here.filter(({ role }) => role === "designated");
      if (here.length > 0 && speakers.length !== 1) return false;
      for (const { role, state, claim } of here) {
        const wanted = role === "designated" || role === "root"
          ? /^forwarding$/
          : /^(blocking|discarding)$/;
        if (!wanted.test(state)) return false;
        const { root, rootPathCost, bridge, portId } = speakers[0]!.claim;
        if (
          claim.root !== root || claim.rootPathCost !== rootPathCost ||
          claim.bridge !== bridge || claim.portId !== portId
        ) return false;
      }
    }
    return true;
  }

  /** Tells every port whether it has a link now. */
  connect(): void {
    const { bridges, links } = this.topology;
    for (const { isUp, ports } of links.values()) {
      const running = ports.filter(({ bridge }) => bridges[bridge]!.isUp);
      // A port sees its neighbour go only if there is but one.
      const carries = isUp &&
        (ports.length > 2 || running.length === ports.length);
      for (const { bridge, port } of ports) {
        const { isUp, protocol } = bridges[bridge]!;
        if (carries && isUp) protocol.enable(port);
        else protocol.disable(port);
      }
    }
    this.#flights = this.#flights.filter(({ link }) => link.isUp);
    this.#collect();
  }

  /** Lets a second pass. */
  tick(): void {
    for (const { isUp, protocol } of this.topology.bridges) {
      if (isUp) protocol.tick();
    }
    this.#collect();
  }

  /** Delivers all BPDUs that are on their way; the answers are on theirs then. */
  deliver(): BpduView[] {
    const { bridges } = this.topology;
    const flights = this.#flights;
    this.#flights = [];
    const arrived = flights.map(({ link, from, bpdu }): BpduView => {
      const to = link.ports.filter(({ bridge, port }) =>
        (bridge !== from.bridge || port !== from.port) && bridges[bridge]!.isUp
      );
      for (const { bridge, port } of to) {
        bridges[bridge]!.protocol.receive(port, bpdu);
      }
      return {
        from: bridges[from.bridge]!.name,
        link: link.name,
        to: to.map(({ bridge }) => bridges[bridge]!.name),
        bpdu,
        says: bpduText(bpdu, this.#nameOf),
      };
    });
    this.#collect();
    return arrived;
  }

  /** Gives the ports behind which stations have been forgotten since the last call. */
  flushed(): { bridge: string; link: string }[] {
    return this.topology.bridges.flatMap(({ name, protocol, links }) =>
      protocol.takeFlushed().map((port) => ({
        bridge: name,
        link: links[port - 1]!.name,
      }))
    );
  }

  #collect(): void {
    this.topology.bridges.forEach(({ protocol, links, isUp }, bridge) => {
      for (const { port, bpdu } of protocol.take()) {
        const link = links[port - 1]!;
        const from = { bridge, port };
        if (isUp && link.isUp) this.#flights.push({ link, from, bpdu });
      }
    });
  }

  #nameOf = (id: BridgeId): string => this.#names.get(id) ?? id;
}
