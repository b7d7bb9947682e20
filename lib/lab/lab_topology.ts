/**
 * Topologies: from YAML, from code, or ready-made.
 *
 * @module
 */

import { checkOptions, type OptionKinds } from "../linux/option_kinds.ts";
import { canvas } from "../inspect/canvas.ts";
import { paint } from "../inspect/paint.ts";
import { parseYaml } from "../yaml.ts";
import { draw, type Drawing } from "./draw/draw.ts";
import { nodeTable, summary } from "./draw/node_table.ts";
import {
  type ReadyMade,
  type ReadyMadeName,
  readyMades,
} from "./ready_made/table.ts";
import { nearest, Problems, remedy } from "./spec/problem.ts";
import { readTopology } from "./spec/read.ts";
import type { TopologySpec } from "./specification.ts";
import type { Link, Node, Topology } from "./topology.ts";

/** Options of `readyMade`. */
const READY_MADE: OptionKinds<ReadyMadeOptions> = { count: "any" };

/** Options for {@linkcode readyMade}. */
export interface ReadyMadeOptions {
  /** How many of what the topology counts: hosts, routers or switches. @default {its usual number} */
  count?: number | undefined;
}

/**
 * A complete topology, which never changes. It shows as a drawing and a table.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const pair: net.lab.LabTopology = net.lab.readyMade("pair");
 * assert.deepEqual(pair.node("pc1").interfaces[0]?.addresses, ["10.0.0.1/24"]);
 * assert.equal(JSON.parse(JSON.stringify(pair)).links.length, 1);
 * ```
 */
export class LabTopology implements Topology {
  /** What the lab is called. */
  readonly name: string;
  /** One line on what it is for. */
  declare readonly title?: string;
  /** Hosts first, then switches, then routers. */
  readonly nodes: readonly Node[];
  /** The cables, as they were written. */
  readonly links: readonly Link[];

  /**
   * Takes complete data; short forms are for {@linkcode topology}.
   *
   * @param data The topology.
   */
  constructor({ name, title, nodes, links }: Topology) {
    this.name = name;
    if (title !== undefined) this.title = title;
    this.nodes = nodes;
    this.links = links;
    Object.freeze(this);
  }

  /**
   * Finds a node by its name.
   *
   * @param name The name.
   * @returns The node.
   * @throws {RangeError} If there is none of that name.
   */
  node(name: string): Node {
    const found = this.nodes.find((node) => node.name === name);
    if (found !== undefined) return found;
    throw new RangeError(
      `Cannot find a node of ${this.name} as 'name' must be that of one: current value is ${name}${
        remedy(`${name}`, this.nodes.map((node) => node.name))
      }`,
    );
  }

  /**
   * Draws the topology as text, as SVG or as Mermaid; see {@linkcode draw}.
   *
   * @returns The drawing.
   */
  draw(): Drawing {
    return draw(this);
  }

  /** Stands in JSON as its data. */
  toJSON(): Topology {
    const { name, title, nodes, links } = this;
    return { name, ...title === undefined ? {} : { title }, nodes, links };
  }

  /** Shows at the prompt as a drawing and a table; inside another value, in one line. */
  [Symbol.for("Deno.customInspect")](
    _inspect?: unknown,
    options?: { readonly colors?: boolean; readonly currentDepth?: number },
  ): string {
    const page = canvas({ colors: options?.colors ?? false });
    if (options?.currentDepth) {
      return `topology ${paint("name", this.name, page)}: ${summary(this)}`;
    }
    const { name, title } = this;
    const heading = `${name}: ${title ?? summary(this)}`;
    return [
      paint("heading", heading, page),
      this.draw().toText(page),
      "",
      nodeTable(this, page),
    ].join("\n");
  }
}

/**
 * Reads a topology: the hosts, switches and routers of a lab and what joins
 * them. All that is not written is chosen: interface names, MACs, addresses,
 * routes.
 *
 * The whole, in YAML; an object in code has the same keys and values
 * ({@linkcode TopologySpec}):
 *
 * ```yaml
 * name: office                      # all of these may be left out
 * title: An office and its provider
 * ipv4: 10.0.0.0/8                  # where automatic addresses come from;
 * ipv6: false                       #   false for none of that version
 *
 * hosts:                            # or a list of names: [pc1, pc2]
 *   pc1: 10.0.1.10/24 via 10.0.1.1  # address and default gateway
 *   pc2: 10.0.1.11/24               # the router on its link is the gateway
 *   pc3:                            # address and gateway are chosen
 *   web:
 *     address: [192.0.2.10/24, 2001:db8::10/64]   # or auto, or none
 *     gateway: [192.0.2.1, 2001:db8::1]           # or none
 *     services: [sshd, { name: nginx, port: 8080 }]
 *     dns: 192.0.2.53
 *     routes: [203.0.113.0/24 via 192.0.2.2]
 *     sysctl: { net.ipv4.ip_default_ttl: 32 }
 *
 * switches:                         # or a list of names
 *   sw1:
 *     vlans: { 10: [pc1, pc2], 20: pc3 }   # access ports
 *     trunks: { sw2: [10, 20], r1: { vlans: [10, 20], native: none } }
 *   sw2: { stp: true }
 *
 * routers:                          # the same keys as hosts
 *   r1:
 *     interfaces:
 *       sw1: { vlans: { 10: 10.0.1.1/24, 20: auto } }   # eth0.10, eth0.20
 *       eth1: { address: [192.0.2.1/24, 2001:db8::1/64], mtu: 1400 }
 *     nat: eth1
 *     firewall: |
 *       table inet filter { … }
 *
 * links:
 *   - pc1 -- sw1
 *   - pc2 -- sw1
 *   - pc3 -- sw1
 *   - sw1 -- sw2
 *   - [sw1, r1, { delay: 10 ms, jitter: 1 ms, loss: 1 %, rate: 100 Mbit/s }]
 *   - r1:eth1 -- web                # names the interface at r1
 * ```
 *
 * - **Interfaces** are `eth0`, `eth1`, … in the order of the links, unless a
 *   link names them (`r1:wan -- isp`). Wherever an interface is meant, its name
 *   will do, or that of the node at its other end.
 * - **Addresses** that are not written, or are `auto`, come from the subnet of
 *   the others on the link; where nobody has one, the broadcast domain gets a
 *   subnet of `ipv4` and one of `ipv6`. Routers have the first addresses.
 * - **Routes**: a host's `gateway` is the first router on its link. Routers get
 *   static routes along the shortest ways, except those that run `frr` and those
 *   whose `routes` are written. Behind `nat` nothing is seen from outside.
 * - **Switches** know no VLANs unless one of `vlans` and `trunks` is there. Then
 *   a port to another such switch, or to a node with `vlans`, is a trunk of all
 *   that there are, native VLAN 1; any other port is in VLAN 1.
 * - **`nat`** names the interfaces to masquerade behind, or is
 *   `{ masquerade: eth1, forward: { tcp/8080: 10.0.1.10:80 } }`. **`firewall`**
 *   is nft text, loaded as it is.
 * - **Services**, by name or with options: `dnsmasq` (`dhcp: 10.0.1.100 -
 *   10.0.1.200` or `{ range, lease, gateway, dns }`, `names`, `domain`,
 *   `forward`), `unbound` (`names`, `forward`, `dns64`), `frr` (`ospf: true` or
 *   `{ area, interfaces, hello, dead }`, `rip`, `bgp: { as, neighbors, networks
 *   }`, `config`), `sshd` (`port`), `snmpd` (`port`, `community`, `location`),
 *   `nginx` and `http` (`port`, `body`), `echo` (`port`, `protocols`), `iperf3`
 *   (`port`), `nat64` (`prefix`, `pool`).
 * - **Links** take `delay`, `jitter`, `loss`, `reorder` and `rate`, the same
 *   both ways.
 *
 * What is wrong is told all at once, with its path and, in YAML, its line and
 * column: unknown names, addresses twice or in no subnet of their link, gateways
 * out of reach, VLANs that no port lets in, loops of switches without spanning
 * tree, …
 *
 * @param input YAML; an object; or the name of a ready-made one, with its count
 * if it has one: `"dmz"`, `"lan(20)"`. See {@linkcode readyMades}.
 * @returns The complete topology.
 * @throws {TopologyError} If anything in it is wrong.
 * @throws {ParseError} If the text is not YAML.
 * @throws {RangeError} If there is no ready-made one of that name.
 * @throws {TypeError} If `input` is neither text nor an object.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const office = await net.lab.topology(`
 * hosts: [pc1, pc2]
 * switches: [sw1]
 * links: [pc1 -- sw1, pc2 -- sw1]
 * `);
 * assert.deepEqual(office.node("pc2").interfaces[0]?.addresses, [
 *   "10.0.0.2/24",
 *   "fd00::2/64",
 * ]);
 * ```
 */
export async function topology(
  input: string | TopologySpec | LabTopology,
): Promise<LabTopology> {
  if (input instanceof LabTopology) return input;
  if (typeof input === "string") {
    const named = /^\s*([\w-]+)\s*(?:\(\s*(\d+)\s*\))?\s*$/.exec(input);
    if (named !== null) {
      const count = named[2] === undefined ? undefined : Number(named[2]);
      return readyMade(named[1] as ReadyMadeName, { count });
    }
    const document = await parseYaml(input);
    return new LabTopology(
      readTopology(document.value, new Problems(document)),
    );
  }
  if (typeof input !== "object" || input === null) {
    throw new TypeError(
      `Cannot make a topology as 'input' must be YAML, an object or a name: current value is ${input}`,
    );
  }
  return new LabTopology(readTopology(input, new Problems()));
}

/**
 * Makes one of the topologies in {@linkcode readyMades}.
 *
 * @param name Which.
 * @param options How large, where it can be larger.
 * @returns The complete topology.
 * @throws {RangeError} If there is none of that name, or none of that size.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const chain = net.lab.readyMade("chain", { count: 5 });
 * assert.equal(chain.nodes.filter(({ kind }) => kind === "router").length, 5);
 * ```
 */
export function readyMade(
  name: ReadyMadeName,
  options: ReadyMadeOptions = {},
): LabTopology {
  checkOptions("make a topology", options, READY_MADE);
  const { count, spec } = find(name);
  const wanted = options.count ?? count?.usual ?? 0;
  if (count === undefined && options.count !== undefined) {
    throw new RangeError(
      `Cannot make the topology ${name} as 'count' must not be given, there is nothing to count: current value is ${wanted}`,
    );
  }
  const { of = "", least = 0, most = 0 } = count ?? {};
  if (!(Number.isInteger(wanted) && wanted >= least && wanted <= most)) {
    throw new RangeError(
      `Cannot make the topology ${name} as 'count' must be ${least} to ${most} ${of}: current value is ${wanted}`,
    );
  }
  return new LabTopology(readTopology(spec(wanted), new Problems()));
}

function find(name: string): ReadyMade {
  const names = Object.keys(readyMades);
  if (names.includes(name)) return readyMades[name as ReadyMadeName];
  const near = nearest(`${name}`, names);
  throw new RangeError(
    `Cannot make a topology as 'name' must be one of ${names.join(", ")}${
      near === undefined ? "" : ` (did you mean ${near}?)`
    }: current value is ${name}`,
  );
}
