/**
 * The addresses of this machine's interfaces.
 *
 * @module
 */

import { checkOptions } from "./option_kinds.ts";
import { FILTERED, READ } from "./option_names.ts";
import type { Canvas } from "../inspect/canvas.ts";
import { type Column, table } from "../inspect/table.ts";
import { readEither } from "./access.ts";
import type { InterfaceAddress } from "./address.ts";
import { readAddresses } from "./address_decode.ts";
import { Listing } from "./listing.ts";
import type { ReadOptions } from "./read_options.ts";

const COLUMNS: readonly Column[] = [
  { key: "device", role: "name" },
  { key: "address", role: "accent", minWidth: 18 },
  { key: "scope" },
  { key: "broadcast" },
  { key: "lifetime" },
  { key: "flags", role: "muted" },
];

/**
 * Addresses, as an array that shows as a table.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const none: net.linux.Addresses = new net.linux.Addresses();
 * assert.match(Deno.inspect(none), /no rows/);
 * ```
 */
export class Addresses extends Listing<InterfaceAddress> {
  /** Draws the addresses as a table. */
  protected override draw(page: Canvas): string {
    const rows = this.map((entry) => ({
      device: entry.device,
      address: entry.peer === undefined
        ? `${entry.address}/${entry.prefixLength}`
        : `${entry.address} peer ${entry.peer}/${entry.prefixLength}`,
      scope: entry.scope,
      broadcast: entry.broadcast?.toString() ?? "",
      lifetime: entry.validSeconds === Infinity
        ? ""
        : `${entry.validSeconds} s`,
      flags: entry.flags.filter((flag) => flag !== "permanent").join(","),
    }));
    const used = COLUMNS.filter(({ key }) =>
      rows.some((row) => row[key as keyof typeof row] !== "")
    );
    return table(rows, { columns: used, canvas: page });
  }
}

/**
 * Reads the addresses of all interfaces.
 *
 * @param options Another namespace, and a signal.
 * @returns The addresses, by interface, IPv4 before IPv6.
 * @throws {PermissionError} Without `--allow-ffi` or `--allow-run=ip`.
 * @throws {NetError} If the kernel refuses.
 * @see rtnetlink(7), ip-address(8)
 *
 * @example
 * ```ts ignore
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const addresses = await net.linux.addresses();
 * assert.ok(addresses.some(({ address }) => address.equals("127.0.0.1")));
 * ```
 */
export async function addresses(
  options: ReadOptions = {},
): Promise<Addresses> {
  checkOptions("read the addresses", options, READ, FILTERED);
  const found = await readEither(
    options,
    readAddresses,
    async (ip) => (await import("./ip_links.ts")).addressesFromIp(ip),
  );
  return Addresses.from(found) as Addresses;
}
