/**
 * The neighbours: which hardware addresses the addresses on the links have.
 *
 * @module
 */

import { checkOptions } from "./option_kinds.ts";
import { FILTERED, READ } from "./option_names.ts";
import type { Canvas } from "../inspect/canvas.ts";
import { type Column, table } from "../inspect/table.ts";
import { readEither } from "./access.ts";
import { Listing } from "./listing.ts";
import type { Neighbour } from "./neighbour.ts";
import { readNeighbours } from "./neighbour_decode.ts";
import type { ReadOptions } from "./read_options.ts";

const COLUMNS: readonly Column[] = [
  { key: "address", role: "accent", minWidth: 12 },
  { key: "mac", minWidth: 17 },
  { key: "device", title: "dev", role: "name" },
  {
    key: "state",
    role: (state) =>
      state === "failed" || state === "incomplete"
        ? "bad"
        : state === "reachable" || state === "permanent"
        ? "good"
        : undefined,
  },
  { key: "flags", role: "muted" },
];

/**
 * Neighbours, as an array that shows as the table of `ip neigh`.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const router: net.linux.Neighbour = {
 *   family: 4, address: net.ip.parse("192.0.2.1"), device: "eth0", index: 2,
 *   mac: net.ip.mac("02:00:00:00:00:01"), state: "reachable",
 * };
 * assert.match(Deno.inspect(net.linux.Neighbours.from([router])), /192\.0\.2\.1 .* reachable/);
 * ```
 */
export class Neighbours extends Listing<Neighbour> {
  /** Draws the neighbours as a table. */
  protected override draw(page: Canvas): string {
    const flags = ["proxy", "router", "externLearn", "managed"] as const;
    const rows = this.map((entry) => ({
      address: `${entry.address}`,
      mac: entry.mac?.toString() ?? "",
      device: entry.device,
      state: entry.proxy ? "proxy" : entry.state,
      flags: flags.filter((flag) => entry[flag] && flag !== "proxy").join(","),
    }));
    const used = COLUMNS.filter(({ key }) =>
      key !== "flags" || rows.some((row) => row.flags !== "")
    );
    return table(rows, { columns: used, canvas: page });
  }
}

/**
 * Reads the neighbours: ARP's table and that of IPv6 neighbour discovery. What
 * needs no hardware address (multicast, loopback) is left out, as `ip` does.
 *
 * @param options Another namespace, and a signal.
 * @returns The neighbours, IPv4 before IPv6.
 * @throws {PermissionError} Without `--allow-ffi` or `--allow-run=ip`.
 * @throws {NetError} If the kernel refuses.
 * @see ip-neighbour(8), RFC 826, RFC 4861 §5.1
 *
 * @example
 * ```ts ignore
 * import * as net from "netrepl";
 *
 * const neighbours = await net.linux.neighbours();
 * const silent = neighbours.filter(({ state }) => state === "failed");
 * ```
 */
export async function neighbours(
  options: ReadOptions = {},
): Promise<Neighbours> {
  checkOptions("read the neighbours", options, READ, FILTERED);
  const found = await readEither(
    options,
    readNeighbours,
    async (ip) => (await import("./ip_routes.ts")).neighboursFromIp(ip),
  );
  return Neighbours.from(found) as Neighbours;
}
