/**
 * What a drawing says about interfaces, nodes and links.
 *
 * @module
 */

import { duration, rate } from "../../inspect/units.ts";
import type { Impairment, Interface, Node, Port } from "../topology.ts";

/** How much a drawing says: all, no interface names beside addresses, or names alone. */
export type Detail = "all" | "addresses" | "names";

/** How much is tried, in this order. */
export const DETAILS: readonly Detail[] = ["all", "addresses", "names"];

/**
 * Says what an interface is, in one or more lines.
 *
 * @param port The interface.
 * @param detail How much to say.
 * @returns The lines; the first is beside the link.
 */
export function portLines(port: Interface, detail: Detail): string[] {
  const { name, addresses, vlans } = port;
  const carries = port.port === undefined ? "" : portText(port.port);
  if (detail === "names") return [name];
  if (detail === "addresses") {
    const first = addresses[0] ?? carries.replace("trunk ", "");
    return [
      ...first === "" && vlans.length > 0 ? [] : [first],
      ...addresses.slice(1),
      ...vlans.map(({ id, addresses: [one] }) => `.${id} ${one ?? ""}`.trim()),
    ];
  }
  return [
    [name, addresses[0] ?? carries].filter((text) => text !== "").join(" "),
    ...addresses.slice(1),
    ...vlans.flatMap(({ id, addresses: [one, ...more] }) => [
      `.${id} ${one ?? ""}`.trim(),
      ...more,
    ]),
  ];
}

/**
 * Says what a switch port carries.
 *
 * @param port The port.
 * @returns `"vlan 10"`, `"trunk 10,20"`; the native VLAN in brackets where it is not 1.
 */
export function portText({ access, trunk, native }: Port): string {
  if (access !== undefined) return `vlan ${access}`;
  const ids = trunk ?? [];
  const shown = ids.length > 4
    ? `${ids.slice(0, 3).join(",")}… (${ids.length})`
    : ids.join(",");
  const untagged = native === undefined || native === 1 ? "" : ` (${native})`;
  return `trunk ${shown}${untagged}`.replace("trunk  ", "trunk ").trim();
}

/**
 * Says what a node does besides.
 *
 * @param node The node.
 * @returns For example `["nat", "firewall", "nginx"]`.
 */
export function duties({ nft = "", services, stp }: Node): string[] {
  // What `nat:` makes comes first; the rest is from `firewall:`.
  const [nat = ""] = /^table ip nat \{\n[^]*?\n\}\n/.exec(nft) ?? [];
  return [
    ...stp ? ["stp"] : [],
    ...nat === "" ? [] : ["nat"],
    ...nft.length > nat.length ? ["firewall"] : [],
    ...services.map(({ name }) => name),
  ];
}

/**
 * Says what goes wrong on a link.
 *
 * @param link The link.
 * @returns `"10 ms ±1 ms, loss 1 %, 100 Mb/s"`; empty for a plain cable.
 */
export function impairmentText(link: Impairment): string {
  const { delay, jitter, loss, reorder, rate: bits } = link;
  const percent = (share: number) =>
    `${Number((share * 100).toPrecision(6))} %`;
  const varies = jitter === undefined ? "" : ` ±${duration(jitter)}`;
  return [
    delay === undefined ? "" : duration(delay) + varies,
    loss === undefined ? "" : `loss ${percent(loss)}`,
    reorder === undefined ? "" : `reorder ${percent(reorder)}`,
    bits === undefined ? "" : rate(bits),
  ].filter((text) => text !== "").join(", ");
}
