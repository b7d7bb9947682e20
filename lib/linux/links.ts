/**
 * The links of this machine: its network interfaces, real and made.
 *
 * @module
 */

import { checkOptions } from "./option_kinds.ts";
import { FILTERED, READ } from "./option_names.ts";
import { type Canvas, canvas } from "../inspect/canvas.ts";
import { type Column, table } from "../inspect/table.ts";
import { tree, type TreeNode } from "../inspect/tree.ts";
import { readEither } from "./access.ts";
import type { Link } from "./link.ts";
import { readLinks } from "./link_decode.ts";
import { Listing } from "./listing.ts";
import type { ReadOptions } from "./read_options.ts";

const COLUMNS: readonly Column[] = [
  { key: "name", role: "name", minWidth: 8 },
  {
    key: "state",
    role: (state) =>
      state === "UP" ? "good" : state === "DOWN" ? "bad" : "muted",
  },
  { key: "kind" },
  { key: "mac", minWidth: 17 },
  { key: "mtu" },
  { key: "master", minWidth: 6 },
  { key: "details", minWidth: 8 },
  { key: "flags", role: "muted" },
];

/** What to say of a kind in a few words. */
function gist({ kind, details = {} }: Link): string {
  const { id, remote, mode, stpState, vlanFiltering } = details;
  if (kind === "vlan") return `id ${id}`;
  if (kind === "vxlan") return `id ${id}${remote ? ` to ${remote}` : ""}`;
  if (kind === "bridge") {
    const words = [stpState ? "stp" : "", vlanFiltering ? "vlans" : ""];
    return words.filter((word) => word !== "").join(" ");
  }
  return mode === undefined ? "" : String(mode);
}

/**
 * Links, as an array that shows as the table of `ip -br link`, and as a tree.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const lo = { index: 1, name: "lo", type: "loopback", up: true, state: "UNKNOWN",
 *   flags: ["LOOPBACK", "UP"], mtu: 65536, altNames: [] };
 * const links: net.linux.Links = new net.linux.Links(lo);
 * assert.equal(links.get("lo")?.mtu, 65536);
 * assert.match(Deno.inspect(links), /lo .* 65536 .* LOOPBACK,UP/);
 * ```
 */
export class Links extends Listing<Link> {
  /**
   * Finds a link.
   *
   * @param device Its name, one of its alternative names, or its index.
   * @returns The link, or `undefined` if there is none.
   */
  get(device: string | number): Link | undefined {
    return this.find(({ index, name, altNames }) =>
      index === device || name === device ||
      altNames.includes(device as string)
    );
  }

  /**
   * Draws what is on top of what: below each link, what it rests on, which for
   * a bridge are its ports and for a VLAN the link that its frames go over.
   *
   * @returns The lines.
   */
  tree(): string {
    return this.#tree(canvas());
  }

  #tree(page: Canvas): string {
    const below = new Map<number, Link[]>(
      this.map((link) => [link.index, this.#restsOn(link)]),
    );
    const carried = new Set(
      [...below.values()].flat().map(({ index }) => index),
    );
    const node = (link: Link, above: readonly number[]): TreeNode => ({
      label: link.name,
      role: link.up ? "name" : "muted",
      note: [
        link.kind ?? link.type,
        link.state,
        gist(link),
        ...link.kind === "veth" && link.link ? [`↔ ${link.link}`] : [],
      ].filter((word) => word !== "").join(" "),
      // What is set up in a circle is drawn once round.
      children: above.includes(link.index)
        ? []
        : below.get(link.index)!.map((x) => node(x, [...above, link.index])),
    });
    const roots = this.filter(({ index }) => !carried.has(index));
    const shown = roots.length > 0 ? roots : this;
    return shown.map((link) => tree(node(link, []), page)).join("\n");
  }

  #restsOn(link: Link): Link[] {
    const { index, name, kind, details } = link;
    const ports = this.filter((port) =>
      port.masterIndex === index ||
      (port.masterIndex === undefined && port.master === name)
    );
    // The other end of a veth pair is beside it, not below it.
    const under = kind === "veth" ? undefined : link.link ?? details?.["link"];
    const parent = under === undefined ? undefined : this.get(under as string);
    return parent === undefined ? [...ports] : [...ports, parent];
  }

  /** Draws the links as a table. */
  protected override draw(page: Canvas): string {
    const rows = this.map((link) => ({
      name: link.link === undefined ? link.name : `${link.name}@${link.link}`,
      state: link.state,
      kind: link.kind ?? "",
      mac: link.mac?.toString() ?? "",
      mtu: link.mtu,
      master: link.master ?? "",
      details: gist(link),
      flags: link.flags.join(","),
    }));
    const used = COLUMNS.filter(({ key }) =>
      !["kind", "master", "details"].includes(key) ||
      rows.some((row) => row[key as keyof typeof row] !== "")
    );
    return table(rows, { columns: used, canvas: page });
  }
}

/**
 * Reads the links: every network interface with its state and counters.
 *
 * @param options Another namespace, and a signal.
 * @returns The links, by index.
 * @throws {PermissionError} Without `--allow-ffi` or `--allow-run=ip`.
 * @throws {NetError} If the kernel refuses.
 * @see rtnetlink(7), ip-link(8)
 *
 * @example
 * ```ts ignore
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const links = await net.linux.links();
 * assert.ok(links.get("lo")?.flags.includes("LOOPBACK"));
 * ```
 */
export async function links(options: ReadOptions = {}): Promise<Links> {
  checkOptions("read the links", options, READ, FILTERED);
  const found = await readEither(
    options,
    readLinks,
    async (ip) => (await import("./ip_links.ts")).linksFromIp(ip),
  );
  return Links.from(found) as Links;
}
