/**
 * What a ready-made topology is, and who can reach whom in it.
 *
 * @module
 */

import type { TopologySpec } from "../specification.ts";
import type { Expectation, Node, Probe, Topology } from "../topology.ts";

/** A topology that is there to be used. */
export interface ReadyMade {
  /** One sentence: what it is, and what it shows. */
  readonly description: string;
  /** What `count` counts, the usual number and the bounds; absent where there is nothing to count. */
  readonly count?: {
    /** `"hosts"`, `"routers"`, … */
    readonly of: string;
    /** How many there are unless told otherwise. */
    readonly usual: number;
    /** The fewest. */
    readonly least: number;
    /** The most. */
    readonly most: number;
  };
  /** Who can reach whom, when all is up and the protocols have settled. */
  readonly expected: (topology: Topology) => Expectation[];
  /** The short form; `count` is within its bounds. */
  readonly spec: (count: number) => TopologySpec;
}

/**
 * Lists a ping from each host to each other, by the address of each family that
 * both have.
 *
 * @param topology The topology.
 * @param reaches Whether one host should reach another. @default {always}
 * @returns The expectations.
 */
export function pings(
  { nodes }: Topology,
  reaches: (from: string, to: string) => boolean = () => true,
): Expectation[] {
  const hosts = nodes.filter(({ kind }) => kind === "host");
  return hosts.flatMap((from) =>
    hosts.filter((to) => to !== from).flatMap((to) =>
      addressesOf(to)
        .filter((address) =>
          addressesOf(from).some((own) =>
            own.includes(":") === address.includes(":")
          )
        )
        .map((address): Expectation => ({
          from: from.name,
          to: to.name,
          address,
          probe: "ping",
          reachable: reaches(from.name, to.name),
        }))
    )
  );
}

/**
 * Says what a probe should find.
 *
 * @param topology The topology.
 * @param from The node that asks.
 * @param probe How.
 * @param to The node that is asked, at its first address.
 * @param reachable Whether an answer should come.
 * @returns The expectation.
 */
export function probe(
  { nodes }: Topology,
  from: string,
  probe: Probe,
  to: string,
  reachable: boolean,
): Expectation {
  const [address] = addressesOf(nodes.find(({ name }) => name === to)!);
  return {
    from,
    to,
    ...address === undefined ? {} : { address },
    probe,
    reachable,
  };
}

function addressesOf({ interfaces }: Node): string[] {
  return interfaces.flatMap(({ addresses }) => addresses)
    .map((cidr) => cidr.split("/")[0]!);
}

/**
 * Makes numbered names.
 *
 * @param stem What they begin with.
 * @param count How many.
 * @returns `stem1`, `stem2`, …
 */
export function numbered(stem: string, count: number): string[] {
  return Array.from({ length: count }, (_, i) => `${stem}${i + 1}`);
}
