#!/usr/bin/env -S deno run --allow-net --allow-read
/**
 * A name server: in charge of the zones that it is given, and a forwarding cache
 * for all other names, if it is told whom to ask.
 * @module
 */

import { parseArgs } from "node:util";
import * as net from "netrepl";

const USAGE = `Usage: dns_server.ts [ZONE-FILE…] [--port N] [--listen ADDRESS]
                     [--forward SERVER] [--transfer NETWORK] [--check] [--quiet]
  ZONE-FILE           a zone file; $INCLUDE is read beside it
  --port N            where to listen, by UDP and TCP  (5353 if not said)
  --listen ADDRESS    on which address  (127.0.0.1, this machine alone)
  --forward SERVER    whom to ask for other names; may be said more than once
  --transfer NETWORK  who may have whole zones; may be said more than once
  --check             only read the zone files, and say what is wrong
  --quiet             say nothing of single questions
SIGHUP reads the zone files again; SIGINT and SIGTERM end it.`;

/** Reads a zone file, and those that it includes from beside it. */
function read(file: string): net.dns.Zone {
  const beside = (name: string) =>
    name.startsWith("/") ? name : file.replace(/[^/]*$/, name);
  return net.dns.parseZone(Deno.readTextFileSync(file), {
    include: (name) => Deno.readTextFileSync(beside(name)),
  });
}

/** Reads what was typed; where it makes no sense, the program ends. */
function typed() {
  if (Deno.args.includes("--help")) {
    console.log(USAGE);
    Deno.exit();
  }
  try {
    const options = {
      port: { type: "string", default: "5353" },
      listen: { type: "string", default: "127.0.0.1" },
      forward: { type: "string", multiple: true },
      transfer: { type: "string", multiple: true },
      check: { type: "boolean", default: false },
      quiet: { type: "boolean", default: false },
    } as const;
    const { positionals: files, values } = parseArgs({
      args: Deno.args,
      options,
      allowPositionals: true,
    });
    const { forward = [], transfer = [], port } = values;
    if (files.length === 0 && forward.length === 0) {
      throw new TypeError("A ZONE-FILE or --forward is needed");
    }
    if (!/^\d{1,5}$/.test(port) || Number(port) > 65535) {
      throw new TypeError(`--port must be 0 to 65535, and is ${port}`);
    }
    return { ...values, files, forward, transfer, port: Number(port) };
  } catch (error) {
    console.error(`${(error as Error).message}\n${USAGE}`);
    Deno.exit(2);
  }
}

async function main(): Promise<void> {
  const { files, port, listen, forward, transfer, check, quiet } = typed();
  const zones = files.map(read);
  if (check) return zones.forEach((zone) => console.log(zone));
  const forwarder = forward.length > 0 ? net.dns.forward(forward) : undefined;
  await using server = await net.dns.serve(zones, {
    hostname: listen,
    port,
    transferTo: transfer,
    otherwise: forwarder,
    onQuery: ({ question: { name, type }, client, rcode, elapsed }) => {
      if (quiet) return;
      const said = rcode === undefined ? "nothing" : net.dns.rcodeName(rcode);
      const how = `${client.from} by ${client.transport}`;
      console.log(`${how}: ${name} ${type}: ${said}, ${elapsed.toFixed(1)} ms`);
    },
  });
  console.log(server);
  Deno.addSignalListener("SIGHUP", () => {
    try {
      server.load(files.map(read));
      console.log(server);
    } catch (error) {
      // The zones that there were are served on.
      console.error((error as Error).message);
    }
  });
  const { promise: ended, resolve: end } = Promise.withResolvers<void>();
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    Deno.addSignalListener(signal, end);
  }
  await ended;
  console.log(server);
  if (forwarder) console.log(forwarder);
}

try {
  await main();
} catch (error) {
  const isPlain = error instanceof net.NetError ||
    error instanceof SyntaxError || error instanceof Deno.errors.NotFound;
  if (!isPlain) throw error;
  console.error(error.message);
  Deno.exitCode = 1;
}
// The signals would keep the program waiting.
if (Deno.exitCode === 0) Deno.exit(0);
