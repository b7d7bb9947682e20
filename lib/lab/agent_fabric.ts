/**
 * What a lab has in userspace, and what goes with links on which frames get
 * lost or wait.
 *
 * @module
 */

import { inSpaces, type Spaces } from "./agent_spaces.ts";
import type { Place } from "./agent_process.ts";
import type { Fabric } from "./fabric.ts";
import { setOffloads } from "../linux/device.ts";
import type { LinkEnd, Topology } from "./topology.ts";
import type { Wiring } from "./wiring.ts";

/** A lab whose cables are laid. */
export interface Laid {
  /** What it is made from. */
  readonly topology: Topology;
  /** Its nodes by name. */
  readonly places: ReadonlyMap<string, Place>;
  /** All namespaces by name. */
  readonly spaces: ReadonlyMap<string, Spaces>;
  /** What was planned. */
  readonly wiring: Wiring;
  /** What runs in userspace, if anything does. */
  readonly fabric: Fabric | undefined;
}

/**
 * Gives the fabric its switches and links.
 *
 * @param laid The lab.
 */
export async function startFabric(laid: Laid): Promise<void> {
  sendWholeFrames(laid);
  const { fabric, wiring, spaces } = laid;
  if (!fabric) return;
  const end = ({ where, name }: { where: string; name: string }) => ({
    netns: spaces.get(where)!.net,
    interface: name,
  });
  for (const { name, stp, ports } of wiring.softSwitches) {
    await fabric.addSwitch({
      name,
      stp,
      ports: ports.map((port) => ({
        ...end(port),
        ...(port.port ? { port: port.port } : {}),
        edge: !isToSwitch(laid, { node: port.where, interface: port.name }),
      })),
    });
  }
  for (const { soft } of wiring.links) {
    if (soft) await fabric.addLink({ ...soft, a: end(soft.a), b: end(soft.b) });
  }
}

/** Whether there may be another bridge behind a port, so that spanning tree has to ask. */
function isToSwitch({ topology, places }: Laid, port: LinkEnd): boolean {
  const isPort = ({ node, interface: name }: LinkEnd) =>
    node === port.node && name === port.interface;
  return topology.links.some(({ a, b }) => {
    const other = isPort(a) ? b : isPort(b) ? a : undefined;
    return other !== undefined &&
      places.get(other.node)!.node.kind === "switch";
  });
}

/**
 * Has nodes cut their segments before a link that loses frames or delays them:
 * a large segment would count as one frame to chance.
 */
function sendWholeFrames({ wiring, spaces }: Laid): void {
  for (const { ends, soft, qdisc } of wiring.links) {
    if (!soft && !qdisc) continue;
    for (const { where, name } of ends) {
      inSpaces(spaces.get(where)!, () => setOffloads(name, false));
    }
  }
}
