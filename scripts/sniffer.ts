#!/usr/bin/env -S deno run --allow-ffi --allow-read --allow-write
// ---
// title: A sniffer, with a live view
// needs: root
// ---
/**
 * Shows what passes an interface: on a terminal as a live view of packets, rates
 * and talkers, elsewhere line by line. Capture only where you may.
 * @module
 */

import { parseArgs } from "node:util";
import * as net from "netrepl";

const USAGE = `Usage: sniffer.ts [INTERFACE…] [--filter EXPR] [--write FILE]
                  [--count N] [--seconds N] [--snaplen N] [--lines]
  INTERFACE      what to listen on; without one, the interfaces are listed
  --filter EXPR  only what passes this pcap-filter, as tcpdump has it
  --write FILE   keeps the packets in a pcapng file, which must not be there yet
  --count N      ends after so many packets
  --seconds N    ends after so many seconds
  --snaplen N    keeps so many octets of each packet
  --lines        no live view, but a line for each packet`;

/** Reads what was typed; where it makes no sense, the program ends. */
function typed(args: string[]) {
  const number = (name: string, text: string | undefined) => {
    if (text === undefined) return undefined;
    if (/^[\d.]+$/.test(text) && Number(text) > 0) return Number(text);
    throw new TypeError(`--${name} must be a number above 0, not ${text}`);
  };
  if (Deno.args.includes("--help")) {
    console.log(USAGE);
    Deno.exit();
  }
  try {
    const { values, positionals: interfaces } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        filter: { type: "string" },
        write: { type: "string" },
        count: { type: "string" },
        seconds: { type: "string" },
        snaplen: { type: "string" },
        lines: { type: "boolean" },
      },
    });
    const seconds = number("seconds", values.seconds);
    const options: net.wire.CaptureOptions = {
      filter: values.filter,
      writeTo: values.write,
      count: number("count", values.count),
      snaplen: number("snaplen", values.snaplen),
      duration: seconds === undefined ? undefined : seconds * 1000,
    };
    return { interfaces, options, lines: values.lines ?? false };
  } catch (error) {
    console.error(`${(error as Error).message}\n${USAGE}`);
    Deno.exit(2);
  }
}

async function main(args: string[]): Promise<void> {
  const { interfaces, options, lines } = typed(args);
  if (interfaces.length === 0) {
    console.log(await net.wire.interfaces());
    return;
  }
  using capture = net.wire.capture(interfaces, options);
  if (Deno.stdout.isTerminal() && !lines) {
    using _stage = net.inspect.stage(Deno);
    await net.wire.watch(capture);
  } else {
    // Ctrl-C lets no more in; what has come until then is told.
    Deno.addSignalListener("SIGINT", () => capture.stop());
    for await (const packet of capture) console.log(`${packet}`);
  }
  console.error(`${capture.statistics}`);
}

await main(Deno.args).catch((error) => {
  // Ctrl-C while something is shown.
  if (error instanceof DOMException) Deno.exit(130);
  const isMistake = error instanceof net.ParseError ||
    error instanceof RangeError;
  if (!isMistake && !(error instanceof net.NetError)) throw error;
  console.error(isMistake ? `${error.message}\n${USAGE}` : error.message);
  Deno.exit(isMistake ? 2 : 1);
});
Deno.exit(0);
