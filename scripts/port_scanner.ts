#!/usr/bin/env -S deno run --allow-ffi --allow-net --allow-read
// ---
// title: A port scanner
// needs: root
// ---
/**
 * Finds out which ports of hosts are open, closed or behind a firewall. Scan only
 * what you own, or what its owner has let you test, in writing.
 * @module
 */

import { parseArgs } from "node:util";
import * as net from "netrepl";

const USAGE = `Usage: port_scanner.ts HOST… [--ports PORTS] [--technique NAME]
                       [--rate N] [--banners] [--json] [--authorised WHY]
  HOST              an address, a name or a subnet
  --ports PORTS     22,80,8000-8100, or top1000 (the usual ones)
  --technique NAME  syn, connect (takes no root), udp, ack, fin, null, xmas, maimon
  --rate N          questions a second (1000)
  --banners         reads what services say
  --json            the same as JSON, for programs
  --authorised WHY  why you may, for what is not a private subnet of your own`;

/** Reads what was typed; where it makes no sense, the program ends. */
function typed(args: string[]) {
  if (Deno.args.includes("--help")) {
    console.log(USAGE);
    Deno.exit();
  }
  try {
    const { values, positionals: hosts } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        ports: { type: "string" },
        technique: { type: "string" },
        rate: { type: "string" },
        authorised: { type: "string" },
        banners: { type: "boolean" },
        json: { type: "boolean" },
      },
    });
    if (hosts.length === 0) throw new TypeError("A HOST is needed");
    const { ports, technique, rate, authorised, banners, json } = values;
    if (rate !== undefined && !(Number(rate) > 0)) {
      throw new TypeError(`--rate must be a number above 0, not ${rate}`);
    }
    const options: net.wire.PortScanOptions = {
      technique: technique as net.wire.TechniqueName | undefined,
      rate: rate === undefined ? undefined : Number(rate),
      authorised,
      banners,
    };
    return { hosts, ports, options, json: json ?? false };
  } catch (error) {
    console.error(`${(error as Error).message}\n${USAGE}`);
    Deno.exit(2);
  }
}

async function main(args: string[]): Promise<void> {
  const { hosts, ports, options, json } = typed(args);
  using _stage = net.inspect.stage(Deno);
  const scan = await net.wire.portScan(hosts, ports, options);
  console.log(json ? JSON.stringify(scan) : scan);
}

await main(Deno.args).catch((error) => {
  // Ctrl-C while something is shown.
  if (error instanceof DOMException) Deno.exit(130);
  const isMistake = error instanceof net.ParseError ||
    error instanceof RangeError || error instanceof TypeError;
  if (!isMistake && !(error instanceof net.NetError)) throw error;
  console.error(isMistake ? `${error.message}\n${USAGE}` : error.message);
  if (error instanceof net.PermissionError && error.code === "not-authorised") {
    console.error('Here that is: --authorised "why"');
  }
  Deno.exit(isMistake ? 2 : 1);
});
