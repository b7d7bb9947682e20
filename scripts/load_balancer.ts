#!/usr/bin/env -S deno run --allow-net
/**
 * One TCP port in front of several servers: passes each connection on to one of
 * those that are well.
 * @module
 */

import { parseArgs } from "node:util";
import * as net from "netrepl";

const USAGE =
  `Usage: load_balancer.ts TARGET… [--port N] [--listen ADDRESS] [--strategy NAME]
                        [--check MS] [--every SECONDS] [--drain SECONDS]
  TARGET            a server behind it: 10.0.0.5:8080, [2001:db8::5]:80, web1:80
  --port N          where to listen; 0 takes a free one  (8080 if not said)
  --listen ADDRESS  on which address  (127.0.0.1, this machine alone)
  --strategy NAME   round-robin, least-connections, random or source  (the first)
  --check MS        how often, and how long, servers are tried  (1000 if not said)
  --every SECONDS   prints the table of servers again and again
  --drain SECONDS   how long connections may go on at the end  (5 if not said)
SIGINT and SIGTERM end it, and print the table.`;

const STRATEGIES = [
  "round-robin",
  "least-connections",
  "random",
  "source",
] as const;

/** Reads what was typed; where it makes no sense, the program ends. */
function typed() {
  if (Deno.args.includes("--help")) {
    console.log(USAGE);
    Deno.exit();
  }
  try {
    const options = {
      port: { type: "string", default: "8080" },
      listen: { type: "string", default: "127.0.0.1" },
      strategy: { type: "string", default: "round-robin" },
      check: { type: "string", default: "1000" },
      every: { type: "string", default: "0" },
      drain: { type: "string", default: "5" },
    } as const;
    const { positionals, values } = parseArgs({
      args: Deno.args,
      options,
      allowPositionals: true,
    });
    if (positionals.length === 0) throw new TypeError("A TARGET is needed");
    const strategy = STRATEGIES.find((name) => name === values.strategy);
    if (strategy === undefined) {
      throw new TypeError(
        `--strategy must be one of ${STRATEGIES.join(", ")}: ` +
          `current value is ${values.strategy}`,
      );
    }
    const number = (name: keyof typeof values, least: number, most: number) => {
      const value = Number(values[name] || NaN);
      if (value >= least && value <= most) return value;
      throw new RangeError(
        `--${name} must be ${least} to ${most}: ` +
          `current value is ${values[name]}`,
      );
    };
    return {
      targets: positionals.map((target) => net.tcp.endpoint(target)),
      hostname: values.listen,
      port: Math.trunc(number("port", 0, 65_535)),
      strategy,
      check: number("check", 10, 3_600_000),
      every: number("every", 0, 86_400) * 1000,
      drain: number("drain", 0, 3600) * 1000,
    };
  } catch (error) {
    console.error(`${(error as Error).message}\n${USAGE}`);
    Deno.exit(2);
  }
}

/** Says of each server when it goes, and when it is back. */
function watch({ backends }: net.tcp.LoadBalancer): () => void {
  const was = new Map(backends.map((backend) => [backend, true]));
  return () => {
    for (const backend of backends) {
      const { address, healthy, reason } = backend;
      if (was.get(backend) === healthy) continue;
      was.set(backend, healthy);
      console.log(
        healthy ? `${address} is back` : `${address} is out: ${reason}`,
      );
    }
  };
}

async function main(): Promise<void> {
  const { targets, hostname, port, strategy, check, every, drain } = typed();
  const balancer = await net.tcp.loadBalancer({ hostname, port }, targets, {
    strategy,
    health: { interval: check, timeout: check },
  });
  console.log(`Load balancer on ${balancer.address}, ${strategy}`);
  const look = watch(balancer);
  // What is wrong from the start is said at once, and not to the first client.
  await balancer.check();
  look();
  setInterval(look, Math.min(check, 1000));
  if (every > 0) setInterval(() => console.log(balancer), every);
  const { promise: ended, resolve: end } = Promise.withResolvers<void>();
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    Deno.addSignalListener(signal, end);
  }
  await ended;
  await balancer.close({ drain });
  console.log(balancer);
}

try {
  await main();
} catch (error) {
  if (!(error instanceof net.NetError)) throw error;
  console.error(error.message);
  Deno.exitCode = 1;
}
// The signals and the timers would keep the program waiting.
Deno.exit();
