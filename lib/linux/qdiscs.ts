/**
 * The queueing disciplines: how packets wait for the links.
 *
 * @module
 */

import { checkOptions } from "./option_kinds.ts";
import { FILTERED, READ } from "./option_names.ts";
import type { Canvas } from "../inspect/canvas.ts";
import { type Column, table } from "../inspect/table.ts";
import { bytes, count, rate } from "../inspect/units.ts";
import { readEither } from "./access.ts";
import { Listing } from "./listing.ts";
import type { Qdisc } from "./qdisc.ts";
import { readQdiscs } from "./qdisc_decode.ts";
import type { ReadOptions } from "./read_options.ts";

const COLUMNS: readonly Column[] = [
  { key: "device", title: "dev", role: "name" },
  { key: "kind", role: "accent" },
  { key: "handle" },
  { key: "parent" },
  { key: "options", minWidth: 8 },
  { key: "sent", align: "right" },
  { key: "packets", align: "right" },
  { key: "drops", align: "right" },
  { key: "waiting", align: "right" },
];

function optionWords({ netem, tbf, defaultClass, limit }: Qdisc): string {
  const words: string[] = [];
  if (tbf) words.push(rate(tbf.rate), `burst ${bytes(tbf.burst ?? 0)}`);
  if (netem) {
    const percent = (n: number) => `${Math.round(n * 1e4) / 100} %`;
    if (netem.delay) words.push(`delay ${netem.delay} ms`);
    if (netem.jitter) words.push(`± ${netem.jitter} ms`);
    if (netem.loss) words.push(`loss ${percent(netem.loss)}`);
    if (netem.duplicate) words.push(`duplicate ${percent(netem.duplicate)}`);
    if (netem.reorder) words.push(`reorder ${percent(netem.reorder)}`);
    if (netem.corrupt) words.push(`corrupt ${percent(netem.corrupt)}`);
    if (netem.rate) words.push(rate(netem.rate));
  }
  if (defaultClass) words.push(`default ${defaultClass.toString(16)}`);
  if (limit !== undefined) words.push(`limit ${limit}`);
  return words.join(" ");
}

/**
 * Queueing disciplines, as an array that shows as a table.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const slow: net.linux.Qdisc = {
 *   device: "eth0", index: 2, kind: "netem", handle: "1:", parent: "root", netem: { delay: 20 },
 * };
 * assert.match(Deno.inspect(net.linux.Qdiscs.from([slow])), /netem .* delay 20 ms/);
 * ```
 */
export class Qdiscs extends Listing<Qdisc> {
  /** Draws the queueing disciplines as a table. */
  protected override draw(page: Canvas): string {
    const rows = this.map((qdisc) => ({
      device: qdisc.device,
      kind: qdisc.kind,
      handle: qdisc.handle,
      parent: qdisc.parent,
      options: optionWords(qdisc),
      sent: bytes(qdisc.statistics?.bytes ?? 0),
      packets: count(qdisc.statistics?.packets ?? 0),
      drops: count(qdisc.statistics?.drops ?? 0),
      waiting: count(qdisc.statistics?.queueLength ?? 0),
    }));
    const used = COLUMNS.filter(({ key }) =>
      key !== "options" || rows.some((row) => row.options !== "")
    );
    return table(rows, { columns: used, canvas: page });
  }
}

/**
 * Reads the queueing disciplines of all interfaces.
 *
 * @param options Another namespace, and a signal.
 * @returns The queueing disciplines, by interface.
 * @throws {PermissionError} Without `--allow-ffi` or `--allow-run=tc`.
 * @throws {NetError} If the kernel refuses.
 * @see tc(8)
 *
 * @example
 * ```ts ignore
 * import * as net from "netrepl";
 *
 * const qdiscs = await net.linux.qdiscs();
 * const losing = qdiscs.filter(({ statistics }) => statistics!.drops > 0);
 * ```
 */
export async function qdiscs(options: ReadOptions = {}): Promise<Qdiscs> {
  checkOptions("read the qdiscs", options, READ, FILTERED);
  const found = await readEither(
    options,
    readQdiscs,
    async (ip) => (await import("./ip_routes.ts")).qdiscsFromTc(ip),
  );
  return Qdiscs.from(found) as Qdiscs;
}
