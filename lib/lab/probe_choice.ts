/**
 * Which parts of a lab go to the kernel and which to the userspace fabric.
 *
 * @module
 */

import type { Feature, Finding } from "./probe_kernel.ts";
import type { Link, LinkEnd, Topology } from "./topology.ts";

/** Who does the work: the kernel, or the fabric in userspace. */
export type Way = "kernel" | "fabric";

/** Who runs one part of a lab, and why. */
export interface Choice {
  /** The kernel, or the fabric. */
  readonly way: Way;
  /** One sentence without its full stop, which starts with what it is about. */
  readonly words: string;
}

/** Who runs a switch. */
export interface SwitchChoice extends Choice {
  /** The switch's name. */
  readonly node: string;
}

/** Who runs a link. */
export interface LinkChoice extends Choice {
  /** Its place in the topology's links. */
  readonly link: number;
}

/** Who puts a host's or router's tags on. */
export interface TagChoice extends Choice {
  /** The node's name. */
  readonly node: string;
  /** The interface that has sub-interfaces. */
  readonly interface: string;
}

/** Who runs what in a lab. */
export interface Choices {
  /** One for each switch, in the topology's order. */
  readonly switches: readonly SwitchChoice[];
  /** One for each link, in the topology's order. */
  readonly links: readonly LinkChoice[];
  /** One for each interface that has sub-interfaces. */
  readonly tags: readonly TagChoice[];
}

/**
 * Decides who runs what: the kernel, wherever it can, because it is quicker.
 *
 * A host's tagged sub-interfaces, in a kernel without 802.1Q, are ends of
 * cables of their own: the other ends, that of their parent and that towards
 * the link are the ports of one more userspace switch.
 *
 * @param topology The lab.
 * @param kernel What this machine's kernel can do; see `probe`.
 * @returns A choice, in words, for each switch, link and tagged interface.
 *
 * @example
 * ```ts ignore
 * import { topology } from "./lab_topology.ts";
 * import { probe } from "./probe.ts";
 * import { choose } from "./probe_choice.ts";
 *
 * const { kernel } = await probe();
 * const { switches } = choose(await topology("vlan"), kernel);
 * for (const { words } of switches) console.log(words);
 * ```
 */
export function choose(
  topology: Topology,
  kernel: Readonly<Record<Feature, Finding>>,
): Choices {
  const lacks = (wanted: readonly Feature[]) =>
    wanted.filter((feature) => !kernel[feature].works);
  const switches = topology.nodes.filter(({ kind }) => kind === "switch").map(
    ({ name, stp, vlanAware }): SwitchChoice => {
      const wanted: Feature[] = vlanAware
        ? ["bridge", "bridgeVlan"]
        : ["bridge"];
      const reason = lacked(lacks(wanted)) ?? (stp ? SLOW_STP : undefined);
      return { node: name, ...choice(name, "switch", "bridge", reason) };
    },
  );
  const links = topology.links.map((link, i): LinkChoice => {
    const reason = lacked(lacks(wantedBy(link)));
    return { link: i, ...choice(linkName(link), "link", "cable", reason) };
  });
  const tags = topology.nodes.flatMap(({ name, interfaces }) =>
    interfaces.filter(({ vlans }) => vlans.length > 0).map(
      (one): TagChoice => {
        const reason = lacked(lacks(["vlan"]));
        const what = `${name}:${one.name}`;
        return {
          node: name,
          interface: one.name,
          ...choice(what, "tags", "sub-interfaces", reason),
        };
      },
    )
  );
  return { switches, links, tags };
}

/** The kernel's bridge has no RSTP. */
const SLOW_STP =
  "the kernel's spanning tree is the old one, which takes 30 seconds to settle";

/** How features are called in a sentence. */
const NAMES: Partial<Record<Feature, string>> = {
  bridgeVlan: "bridge vlan_filtering",
  vlan: "802.1Q",
};

function lacked(features: readonly Feature[]): string | undefined {
  if (features.length === 0) return undefined;
  const names = features.map((feature) => NAMES[feature] ?? feature);
  return `this kernel lacks ${names.join(" and ")}`;
}

function choice(
  what: string,
  ours: string,
  theirs: string,
  reason: string | undefined,
): Choice {
  return reason === undefined
    ? { way: "kernel", words: `${what}: kernel ${theirs}` }
    : { way: "fabric", words: `${what}: userspace ${ours}, since ${reason}` };
}

function wantedBy({ delay, jitter, loss, reorder, rate }: Link): Feature[] {
  const isOn = (value: number | undefined) => value !== undefined && value > 0;
  // netem limits the rate as well, where it is there for something else.
  if ([delay, jitter, loss, reorder].some(isOn)) return ["netem"];
  return isOn(rate) ? ["tbf"] : [];
}

function linkName({ a, b }: Link): string {
  const end = (one: LinkEnd) => `${one.node}:${one.interface}`;
  return `${end(a)} - ${end(b)}`;
}
