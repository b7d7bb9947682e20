/**
 * Bridges and links, as a simulation of a spanning tree is given them.
 *
 * @module
 */

import { type Mac, mac } from "../../ip/mac/mac.ts";
import { onlyKnown } from "../../known_options.ts";
import { namedLinks } from "../links.ts";
import { checkCount, checkName } from "../names.ts";
import {
  LINK_ELSEWHERE,
  SIMULATED_BRIDGE,
  SIMULATED_LINK,
  SPANNING_TREE,
} from "../option_names.ts";
import {
  type BridgeProtocol,
  type BridgeTimes,
  bridgeTimes,
} from "./bridge.ts";
import { RstpBridge } from "./rstp_bridge.ts";
import { StpBridge } from "./stp_bridge.ts";
import {
  type BridgeId,
  bridgeId,
  pathCost,
  type PathCostMethod,
} from "./vector.ts";

/** What one bridge of a simulation is. */
export interface SimulatedBridge {
  /** Its priority, 0 to 61440 in steps of 4096; less is better. @default {32768} */
  priority?: number | undefined;
  /** Its MAC address. @default {02:00:00:00:00:01 for the first, and so on} */
  mac?: string | Mac | undefined;
  /** The protocol that it speaks. @default {that of all} */
  protocol?: "stp" | "rstp" | undefined;
}

/** What one link of a simulation is. */
export interface SimulatedLink {
  /** Its bridges: `"a-b"`, or a list; more than two share a medium, as on a hub. */
  readonly ends: string | readonly string[];
  /** Its name. @default {its ends, with hyphens between} */
  readonly name?: string | undefined;
  /** Bits per second, which set its cost. @default {1e9} */
  readonly speed?: number | undefined;
  /** What it costs, 1 to 200,000,000. @default {by its speed} */
  readonly cost?: number | undefined;
  /** The priority of its ports, 0 to 240 in steps of 16; less is better. @default {128} */
  readonly portPriority?: number | undefined;
}

/** Options for {@linkcode spanningTree}. */
export interface SpanningTreeOptions {
  /** The bridges: their names, or by name what they are. */
  bridges: readonly string[] | Readonly<Record<string, SimulatedBridge>>;
  /** The links: `"a-b"`, `["a", "b"]`, or more about each. */
  links: Iterable<string | readonly string[] | SimulatedLink>;
  /** The protocol: that of 802.1D-1998, or the rapid one. @default {"rstp"} */
  protocol?: "stp" | "rstp" | undefined;
  /** The table of costs. @default {"short" for STP, "long" for RSTP} */
  pathCost?: PathCostMethod | undefined;
  /** Seconds between BPDUs. @default {2} */
  helloTime?: number | undefined;
  /** Seconds after which what was heard is forgotten. @default {20} */
  maxAge?: number | undefined;
  /** Seconds of listening, and then of learning. @default {15} */
  forwardDelay?: number | undefined;
}

/** A bridge in a simulation. */
export interface BridgeNode {
  /** Its name. */
  readonly name: string;
  /** Its MAC address. */
  readonly mac: Mac;
  /** Its part of the protocol. */
  readonly protocol: BridgeProtocol;
  /** The link of each port, by its number less 1. */
  readonly links: readonly LinkNode[];
  /** Whether it runs. */
  isUp: boolean;
}

/** A link in a simulation. */
export interface LinkNode {
  /** Its name. */
  readonly name: string;
  /** The names of its bridges, one for each port. */
  readonly ends: readonly string[];
  /** Its ports: which bridge, and which number there. */
  readonly ports: readonly { readonly bridge: number; readonly port: number }[];
  /** What its ports cost. */
  cost: number;
  /** Whether it carries anything. */
  isUp: boolean;
}

/** Bridges and links by name, and the times. */
export interface SpanningTopology {
  /** The bridges, in order. */
  readonly bridges: readonly BridgeNode[];
  /** The links by name, in order. */
  readonly links: ReadonlyMap<string, LinkNode>;
  /** The times of all bridges. */
  readonly times: BridgeTimes;
}

const WHAT = "simulate a spanning tree";

/** The most bridges, and ports of one. */
const [MOST_BRIDGES, MOST_PORTS] = [10_000, 4095];

/**
 * Checks a topology, numbers the ports and makes the bridges, none of whose
 * ports has its link yet.
 *
 * @param options Bridges, links, protocol and times.
 * @returns The topology.
 * @throws {TypeError} If something is of the wrong kind.
 * @throws {RangeError} If a name is unknown or taken, or a number out of range.
 *
 * @example
 * ```ts
 * import { spanningTopology } from "./topology.ts";
 * import assert from "node:assert/strict";
 *
 * const { bridges, links } = spanningTopology({ bridges: ["a", "b"], links: ["a-b"] });
 * assert.equal(bridges[1]?.protocol.id, "8000.020000000002");
 * assert.equal(links.get("a-b")?.cost, 20_000);
 * ```
 */
export function spanningTopology(
  options: SpanningTreeOptions,
): SpanningTopology {
  onlyKnown(WHAT, options, SPANNING_TREE);
  const times = bridgeTimes(options);
  const { protocol = "rstp" } = options;
  const { pathCost: method = protocol === "stp" ? "short" : "long" } = options;
  const given = namedBridges(options.bridges);
  const numbers = new Map(given.map(([name], i) => [name, i]));
  if (numbers.size < given.length) {
    throw new RangeError(
      `Cannot ${WHAT} as 'bridges' must have names of their own: current value is ${
        given.map(([name]) => name).join(", ")
      }`,
    );
  }
  const ports: { link: LinkNode; priority: number | undefined }[][] = given.map(
    () => [],
  );
  const links = new Map<string, LinkNode>();
  const named = namedLinks(
    WHAT,
    options.links,
    new Set(numbers.keys()),
    MOST_PORTS,
  );
  for (const { name, ends, options: said } of named) {
    onlyKnown(WHAT, said, SIMULATED_LINK, LINK_ELSEWHERE);
    const { speed = 1e9, cost = pathCost(speed, method), portPriority } = said;
    const at: { bridge: number; port: number }[] = [];
    const link: LinkNode = { name, ends, ports: at, cost, isUp: true };
    for (const end of ends) {
      const bridge = numbers.get(end)!;
      const port = ports[bridge]!.push({ link, priority: portPriority });
      checkCount(WHAT, "links", port, 1, MOST_PORTS);
      at.push({ bridge, port });
    }
    links.set(name, link);
  }
  const ids = new Set<BridgeId>();
  const bridges = given.map(([name, bridge], i): BridgeNode => {
    const { priority = 32768, mac: address = defaultMac(i) } = bridge;
    const id = bridgeId(priority, address);
    const tail = id.slice(5);
    if (ids.has(tail)) {
      throw new RangeError(
        `Cannot ${WHAT} as 'bridges' must have MAC addresses of their own: current value is ${address} twice`,
      );
    }
    ids.add(tail);
    const make = protocolOf(bridge.protocol ?? protocol);
    return {
      name,
      mac: mac(address),
      links: ports[i]!.map(({ link }) => link),
      isUp: true,
      protocol: new make({
        id,
        ...times,
        ports: ports[i]!.map(({ link, priority }) => ({
          pathCost: link.cost,
          priority,
          pointToPoint: link.ends.length === 2,
        })),
      }),
    };
  });
  return { bridges, links, times };
}

function namedBridges(
  given: SpanningTreeOptions["bridges"],
): (readonly [string, SimulatedBridge])[] {
  if (typeof given !== "object" || given === null) {
    throw new TypeError(
      `Cannot ${WHAT} as 'bridges' must be a list of names or an object: current value is ${given}`,
    );
  }
  const bridges = Array.isArray(given)
    ? given.map((name: string) => [name, {}] as const)
    : Object.entries(given as Readonly<Record<string, SimulatedBridge>>);
  checkCount(WHAT, "bridges", bridges.length, 1, MOST_BRIDGES);
  for (const [name, bridge] of bridges) {
    checkName(WHAT, "bridges", name);
    if (typeof bridge !== "object" || bridge === null) {
      throw new TypeError(
        `Cannot ${WHAT} as 'bridges' must have an object for each name: current value is ${bridge}`,
      );
    }
    onlyKnown(WHAT, bridge, SIMULATED_BRIDGE);
  }
  return bridges;
}

function defaultMac(index: number): string {
  return `0200${(index + 1).toString(16).padStart(8, "0")}`.replace(
    /(..)(?=.)/g,
    "$1:",
  );
}

function protocolOf(
  name: "stp" | "rstp",
): typeof StpBridge | typeof RstpBridge {
  if (name === "stp") return StpBridge;
  if (name === "rstp") return RstpBridge;
  throw new RangeError(
    `Cannot ${WHAT} as 'protocol' must be "stp" or "rstp": current value is ${name}`,
  );
}
