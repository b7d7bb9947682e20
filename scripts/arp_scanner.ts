#!/usr/bin/env -S deno run --allow-ffi --allow-read
// ---
// title: An ARP scanner
// needs: root
// ---
/**
 * Finds the stations on a cable, with who made them, and addresses that two of
 * them have. Scan only networks that are yours, or that you may.
 * @module
 */

import { parseArgs } from "node:util";
import * as net from "netrepl";

const USAGE =
  `Usage: arp_scanner.ts [WHERE] [--rate N] [--vendors FILE] [--json]
                      [--authorised WHY]
  WHERE             a subnet (192.168.1.0/24) or an interface; without it, the
                    subnets of this machine
  --rate N          questions a second (1000)
  --vendors FILE    who made which hardware address, as nmap-mac-prefixes has it
  --json            the same as JSON, for programs
  --authorised WHY  why you may, for what is not a private subnet of your own`;

/** Reads what was typed; where it makes no sense, the program ends. */
function typed(args: string[]) {
  if (Deno.args.includes("--help")) {
    console.log(USAGE);
    Deno.exit();
  }
  try {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        rate: { type: "string" },
        vendors: { type: "string" },
        authorised: { type: "string" },
        json: { type: "boolean" },
      },
    });
    const [where, ...more] = positionals;
    if (more.length > 0) throw new TypeError(`One WHERE, not ${more[0]} too`);
    const { rate, ...rest } = values;
    if (rate !== undefined && !(Number(rate) > 0)) {
      throw new TypeError(`--rate must be a number above 0, not ${rate}`);
    }
    return { where, rate: rate === undefined ? rate : Number(rate), ...rest };
  } catch (error) {
    console.error(`${(error as Error).message}\n${USAGE}`);
    Deno.exit(2);
  }
}

async function main(args: string[]): Promise<void> {
  const { where, rate, vendors, authorised, json } = typed(args);
  using _stage = net.inspect.stage(Deno);
  const scan = await net.wire.arpScan(where, {
    rate,
    authorised,
    vendors: vendors && net.ip.vendors(await Deno.readTextFile(vendors)) ||
      undefined,
  });
  console.log(json ? JSON.stringify(scan) : scan);
}

await main(Deno.args).catch((error) => {
  // Ctrl-C while something is shown.
  if (error instanceof DOMException) Deno.exit(130);
  const isMistake = error instanceof net.ParseError ||
    error instanceof RangeError;
  const isKnown = isMistake || error instanceof net.NetError ||
    error instanceof Deno.errors.NotFound;
  if (!isKnown) throw error;
  console.error(isMistake ? `${error.message}\n${USAGE}` : error.message);
  Deno.exit(isMistake ? 2 : 1);
});
