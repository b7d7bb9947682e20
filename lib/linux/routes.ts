/**
 * The routes of this machine, in all of its tables.
 *
 * @module
 */

import { checkOptions } from "./option_kinds.ts";
import { FILTERED, ROUTES } from "./option_names.ts";
import type { Canvas } from "../inspect/canvas.ts";
import { type Column, table as drawTable } from "../inspect/table.ts";
import { readEither } from "./access.ts";
import { Listing } from "./listing.ts";
import { tables } from "./names.ts";
import type { RouteOptions } from "./read_options.ts";
import type { Route } from "./route.ts";
import { readRoutes } from "./route_decode.ts";

const MAIN = 254;

const COLUMNS: readonly Column[] = [
  { key: "to", role: "accent", minWidth: 10 },
  { key: "via", minWidth: 7 },
  { key: "device", title: "dev", role: "name" },
  { key: "metric", align: "right" },
  { key: "source", title: "src", minWidth: 7 },
  { key: "table", role: "heading" },
  { key: "protocol", title: "proto", role: "muted" },
  { key: "scope", role: "muted" },
  { key: "flags", role: "warn" },
];

/**
 * Routes, as an array that shows as a table.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const none: net.linux.Routes = new net.linux.Routes();
 * assert.match(Deno.inspect(none), /no rows/);
 * ```
 */
export class Routes extends Listing<Route> {
  /** Draws the routes as a table. */
  protected override draw(page: Canvas): string {
    const rows = this.map((route) => ({
      to: `${route.type === "unicast" ? "" : `${route.type} `}${
        route.to.prefixLength === 0 && route.type === "unicast"
          ? "default"
          : route.to
      }`,
      via:
        route.nextHops?.map(({ via, device, weight }) =>
          `${via ?? device}×${weight}`
        ).join(" ") ?? route.via?.toString() ?? "",
      device: route.device ?? "",
      metric: route.metric || "",
      source: route.source?.toString() ?? "",
      table: tables.name(route.table),
      protocol: route.protocol,
      scope: route.scope === "global" ? "" : route.scope,
      flags: route.flags.join(","),
    }));
    const used = COLUMNS.filter(({ key }) =>
      rows.some((row) => {
        const value = row[key as keyof typeof row];
        return value !== "" && !(key === "table" && value === "main");
      })
    );
    return drawTable(rows, { columns: used, canvas: page });
  }
}

/**
 * Reads routes: those of the main table, or of another, or all.
 *
 * @param options The table, the family, another namespace, and a signal.
 * @returns The routes, IPv4 before IPv6, in the kernel's order.
 * @throws {PermissionError} Without `--allow-ffi` or `--allow-run=ip`.
 * @throws {RangeError} If there is no such table.
 * @throws {NetError} If the kernel refuses.
 * @see rtnetlink(7), ip-route(8)
 *
 * @example
 * ```ts ignore
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const local = await net.linux.routes({ table: 255, family: 4 });
 * assert.ok(local.some(({ to }) => to.contains("127.0.0.1")));
 * ```
 */
export async function routes(options: RouteOptions = {}): Promise<Routes> {
  checkOptions("read the routes", options, ROUTES, FILTERED);
  const { table = MAIN } = options;
  if (
    table !== "all" &&
    !(Number.isInteger(table) && table > 0 && table < 2 ** 32)
  ) {
    throw new RangeError(
      `Cannot read routes as 'table' must be "all" or 1 to 2^32 - 1: current value is ${table}`,
    );
  }
  const found = await readEither(
    options,
    (socket) => readRoutes(socket, options),
    async (ip) => (await import("./ip_routes.ts")).routesFromIp(ip, options),
  );
  return Routes.from(found) as Routes;
}
