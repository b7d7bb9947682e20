#!/usr/bin/env -S deno run --allow-net --allow-read --allow-write --allow-env=SNMP_COMMUNITY,SNMP_AUTH_PASSWORD,SNMP_PRIV_PASSWORD
/**
 * Watches what goes through the interfaces of devices: at a terminal as a table
 * with charts that is drawn again and again, elsewhere line by line, and in a
 * CSV file if one is named. A device that does not answer is told of and tried
 * again; the others do not wait for it.
 *
 * `--demo` makes a few devices on this machine to try it with.
 * @module
 */

import { setTimeout as after } from "node:timers/promises";
import { parseArgs } from "node:util";
import * as net from "netrepl";

const USAGE = `Usage: snmp_poller.ts TARGET… [OPTIONS]
       snmp_poller.ts --demo
  TARGET              192.0.2.1, switch7, host:1161, [2001:db8::1]:161
  --community WORD    of version 2c  ($SNMP_COMMUNITY, else public)
  --user NAME         of version 3, with its passwords, if it has any, in
                      $SNMP_AUTH_PASSWORD and $SNMP_PRIV_PASSWORD
  --auth PROTOCOL     md5, sha, sha224, sha256, sha384, sha512  (sha256)
  --priv PROTOCOL     des, aes, aes192b, aes192r, aes256b, aes256r  (aes)
  --interface NAME    only this one, by name, alias or number; may be repeated
  --interval SECONDS  from one reading to the next  (5; 1 in the demo)
  --count N           ends after so many readings of each device
  --csv FILE          appends each reading
  --chart             tables with charts where output is no terminal, too
  --demo              three devices of this machine's own: one has counters of
                      32 bits, which wrap, and one starts again in the middle
Interfaces that are down, or carry nothing, are left out. Ctrl-C ends it with a
summary, and so does q. It ends with 0, with 1 if a device never answered, with
2 if the command line is wrong.`;

const { bar, duration, pad, paint, rate, sparkline, visible } = net.inspect;
type Options = ReturnType<typeof typed>["options"];

/** What goes through one interface, in bits a second where that can be said. */
interface Port {
  name: string;
  status: string;
  /** In bits a second; 0 if it does not say. */
  speed: number;
  /** What the last reading is worth: `"ok"`, `"restarted"`, …. */
  state: string;
  in: number | undefined;
  out: number | undefined;
  /** The more of both at each reading, oldest first; `NaN` is a gap. */
  readonly history: number[];
  most: number;
  /** Bits both ways, and how long they were counted, in seconds. */
  readonly sum: { in: number; out: number; time: number };
}

/** One device. */
interface Device {
  readonly target: string;
  readonly ports: Map<number, Port>;
  name: string;
  answers: number;
  failures: number;
  restarts: number;
  /** Why it does not answer; empty while it does. */
  trouble: string;
  /** When it last answered, and how long it had been up. */
  last?: { readonly at: number; readonly uptime: number | undefined };
}

/** Readings that are kept for a chart. */
const HISTORY = 60;

/** Reads what was typed. */
function typed(args: string[]) {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      community: { type: "string" },
      user: { type: "string" },
      auth: { type: "string", default: "sha256" },
      priv: { type: "string", default: "aes" },
      interface: { type: "string", multiple: true },
      interval: { type: "string" },
      count: { type: "string", default: "Infinity" },
      csv: { type: "string" },
      chart: { type: "boolean", default: false },
      demo: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (positionals.length === 0 && !values.demo && !values.help) {
    throw new TypeError("A TARGET is needed");
  }
  values.interval ??= values.demo ? "1" : "5";
  const number = (name: "interval" | "count", least: number) => {
    const value = Number(values[name]);
    if (value >= least) return value;
    throw new RangeError(
      `--${name} must be a number from ${least} up: current value is ${
        values[name]
      }`,
    );
  };
  const options = {
    ...values,
    interval: number("interval", 0.1) * 1000,
    count: number("count", 1),
    ask: values.demo ? {} : credentials(values),
  };
  return { targets: [...new Set(positionals)], options };
}

/** Who asks; passwords come from the environment, as others see command lines. */
function credentials(
  typed: { community?: string; user?: string; auth: string; priv: string },
): net.snmp.OpenOptions {
  const { get } = Deno.env;
  if (typed.user === undefined) {
    return { community: typed.community ?? get("SNMP_COMMUNITY") };
  }
  const way = <P>(protocol: string, password: string | undefined) =>
    password === undefined ? undefined : { protocol: protocol as P, password };
  type Auth = net.snmp.AuthProtocol;
  type Priv = net.snmp.PrivProtocol;
  const auth = way<Auth>(typed.auth, get("SNMP_AUTH_PASSWORD"));
  const priv = way<Priv>(typed.priv, get("SNMP_PRIV_PASSWORD"));
  return { user: { name: typed.user, auth, priv } };
}

/** Counters, which rates() takes with 64 bits where there are any. */
const COUNTERS = ["ifInOctets", "ifOutOctets"];
const FACTS = ["ifDescr", "ifSpeed", "ifOperStatus"]
  .concat("ifName", "ifHighSpeed", "ifAlias");

/** Reads one device again and again, whatever becomes of it. */
async function poll(
  device: Device,
  options: Options,
  tell: (device: Device, news: string) => void,
  signal: AbortSignal,
): Promise<void> {
  const { interval, count } = options;
  // Who does not answer in time is missed once, and the rest is in time again.
  const timeout = Math.min(1000, Math.floor(interval / 3));
  const ask = { timeout, retries: 2, ...options.ask, signal };
  for (let n = 0; n < count && !signal.aborted; n++) {
    try {
      await using session = await net.snmp.open(device.target, ask);
      const name = await session.get("sysName", { signal });
      device.name = `${name.value || device.target}`;
      const rates = session.rates(COUNTERS, { interval, signal });
      for await (const sample of rates) {
        const columns = FACTS;
        const { rows } = await session.table("ifTable", { columns, signal });
        const isAnew = take(device, sample, rows, options);
        const news = device.trouble === "" ? "" : "answers again";
        device.trouble = "";
        tell(device, isAnew ? "has started again" : news);
        if (++n >= count) return;
      }
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof net.NetError)) throw error;
      if (error instanceof net.PermissionError) throw error;
      const isNew = device.trouble === "";
      device.trouble = error.message;
      device.failures++;
      for (const port of device.ports.values()) note(port, "no answer");
      tell(device, isNew ? `${error.message}; it is tried again` : "");
      await after(interval, undefined, { signal }).catch(() => {});
    }
  }
}

/** Takes a reading over, and says whether the device has started again since the last. */
function take(
  device: Device,
  { restarted, uptime, time, elapsed, rates }: net.snmp.RateSample,
  rows: readonly net.snmp.SnmpRow[],
  { interface: wanted }: Options,
): boolean {
  const { ports, last } = device;
  const counters = new Map(
    rates.map((one) => [one.name.replace(/.*::if(HC)?/, ""), one]),
  );
  const seen = new Set<Port>();
  for (const { ifIndex, ifDescr, ifName, ifAlias, ...row } of rows) {
    const index = Number(ifIndex);
    const names = [ifName, ifDescr, ifAlias, index].map((one) =>
      `${one ?? ""}`
    );
    if (wanted && !wanted.some((one) => names.includes(one))) continue;
    const [into, out] = ["In", "Out"]
      .map((way) => counters.get(`${way}Octets.${index}`));
    const port = ports.get(index) ?? newPort();
    ports.set(index, port);
    seen.add(port);
    port.name = names.find((one) => one !== "")!;
    port.status = `${row.ifOperStatus}`;
    // What is too fast for ifSpeed says so in millions (RFC 2863 §3.1.7).
    const speed = Number(row.ifSpeed) || 2 ** 32;
    const mega = Number(row.ifHighSpeed) || 0;
    port.speed = speed < 2 ** 32 - 1 ? speed : mega * 1e6;
    note(port, into?.state ?? "not counted", into?.perSecond, out?.perSecond);
    if (port.state !== "ok") continue;
    port.sum.in += (port.in ?? 0) * elapsed / 1000;
    port.sum.out += (port.out ?? 0) * elapsed / 1000;
    port.sum.time += elapsed / 1000;
  }
  for (const port of ports.values()) {
    if (seen.has(port)) continue;
    port.status = "gone";
    note(port, "gone");
  }
  device.answers++;
  device.last = { at: time.getTime(), uptime };
  // Between two sessions there was nobody to see it.
  const isAnew = restarted || last?.uptime !== undefined &&
      uptime !== undefined &&
      net.snmp.hasRestarted(last.uptime, uptime, time.getTime() - last.at);
  if (isAnew) device.restarts++;
  return isAnew;
}

function newPort(): Port {
  const sum = { in: 0, out: 0, time: 0 };
  const now = { state: "", in: undefined, out: undefined };
  return { name: "", status: "", speed: 0, ...now, history: [], most: 0, sum };
}

/** Takes over what was read of an interface: octets a second, if any. */
function note(port: Port, state: string, into?: number, out?: number): void {
  port.state = state;
  [port.in, port.out] = [into, out].map((one) => one && one * 8);
  const more = Math.max(port.in ?? NaN, port.out ?? NaN);
  port.most = Math.max(port.most, more || 0);
  port.history.push(more);
  if (port.history.length > HISTORY) port.history.shift();
}

/** The interfaces that are up, or have carried something. */
function portsOf({ ports }: Device): Port[] {
  return [...ports.values()]
    .filter(({ status, most }) => status === "up" || most > 0);
}

const bits = (value: number | undefined) =>
  value === undefined ? "–" : rate(value);

/** All devices as a table with charts: what goes on now, or on the average. */
function draw(
  devices: readonly Device[],
  page: net.inspect.Canvas,
  isSummary: boolean,
  maxRows = 100_000,
): string {
  const width = Math.min(HISTORY, Math.max(8, page.width - 60));
  const rows = devices.flatMap((device) =>
    portsOf(device).map(({ history, most, sum, ...port }) => {
      const shown = isSummary
        ? { in: sum.in / sum.time || 0, out: sum.out / sum.time || 0 }
        : port;
      // From nothing up, so that half as high is half as much.
      const last = history.slice(-width);
      const chart = sparkline([0, most || 1, ...last]).slice(2);
      const load = Math.max(shown.in ?? 0, shown.out ?? 0);
      return {
        device: device.name,
        port: port.name,
        in: bits(shown.in),
        out: bits(shown.out),
        chart: pad(chart, width),
        "at most": bits(most),
        load: bar(load, port.speed, 6),
      };
    })
  );
  if (rows.length === 0) return "nothing yet";
  const right = (key: string) =>
    ({ key, align: "right", minWidth: 9 }) as const;
  const chart = { key: "chart", role: "accent", minWidth: width } as const;
  const columns = ["device", "port", right("in"), right("out"), chart];
  columns.push(right("at most"), "load");
  const title = isSummary ? "On average" : undefined;
  return net.inspect.table(rows, { title, columns, maxRows, canvas: page });
}

/** What was read just now, a line for each interface. */
function linesOf(device: Device, time: string): string[] {
  return portsOf(device).map(({ name, state, ...port }) => {
    const rates = `in ${pad(bits(port.in), 9)}  out ${bits(port.out)}`;
    const what = state === "ok" ? rates : state;
    return visible(`${time} ${device.name} ${pad(name, 8)} ${what}`);
  });
}

/** A reading as lines of CSV; a device that has never answered has one, too. */
function csvOf(device: Device, time: string): string {
  const field = (value: string | number = "") => {
    const text = typeof value === "number" ? value.toFixed() : value;
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  const rows = device.answers === 0
    ? [["", "no answer", "", ""]]
    : portsOf(device).map((one) => [one.name, one.state, one.in, one.out]);
  return rows.map((row) =>
    [time, device.target, device.name, ...row].map(field).join(",") + "\n"
  ).join("");
}

/** Polls all of them until it is stopped, and tells at the end how it went. */
async function watch(
  targets: readonly string[],
  options: Options,
  stop: AbortController,
): Promise<boolean> {
  const devices = targets.map((target): Device => ({
    ...{ target, name: target, ports: new Map() },
    ...{ answers: 0, failures: 0, restarts: 0, trouble: "" },
  }));
  const isLive = Deno.stdout.isTerminal();
  const { csv } = options;
  const write = (text: string) =>
    Deno.writeTextFileSync(csv!, text, { append: true });
  if (csv !== undefined) {
    write("");
    if (Deno.statSync(csv).size === 0) {
      write("time,device,name,port,state,in_bps,out_bps\n");
    }
  }
  const tell = (device: Device, news: string) => {
    const time = new Date().toISOString();
    if (csv !== undefined) write(csvOf(device, time));
    if (isLive) return;
    if (news !== "") console.error(visible(`${device.name}: ${news}`));
    const isLast = device === devices.findLast((one) => one.trouble === "");
    if (!options.chart) linesOf(device, time).map((line) => console.log(line));
    else if (isLast) console.log(`${time}\n${draw(devices, page, false)}`);
  };
  const page = net.inspect.canvas({ colors: isLive && !Deno.noColor });
  const every = duration(options.interval);
  const title = `${devices.length} devices, every ${every}; q ends it`;
  const view = (page: net.inspect.Canvas, height: number) => {
    const troubles = devices.filter(({ trouble }) => trouble !== "")
      .map(({ name, trouble }) =>
        paint("bad", visible(`${name}: ${trouble}`), page)
      );
    const rows = Math.max(1, height - troubles.length - 4);
    return [paint("heading", title, page), draw(devices, page, false, rows)]
      .concat(troubles).join("\n");
  };
  {
    using _stage = net.inspect.stage(Deno);
    const run = new net.inspect.Run<never, void>(title, async ({ signal }) => {
      await Promise.all(devices.map((one) => poll(one, options, tell, signal)));
    }, {
      signal: stop.signal,
      view: {
        draw: view,
        wholeScreen: true,
        key: (name) => {
          if (name === "q") stop.abort();
        },
      },
    });
    await run.catch((error) => {
      if (run.state !== "cancelled") throw error;
    });
  }
  console.log(draw(devices, page, true));
  for (const { name, answers, failures, restarts, trouble } of devices) {
    const parts = [`${answers} readings`];
    if (failures > 0) parts.push(`${failures} missed`);
    if (restarts > 0) parts.push(`restarts: ${restarts}`);
    console.log(visible(`${name}: ${parts.join(", ")}`));
    if (trouble !== "") console.log(`  ${visible(trouble)}`);
  }
  return devices.every(({ answers }) => answers > 0);
}

/** Devices that are not there, to try it with. */
async function demo(interval: number, signal: AbortSignal) {
  // More and less in turn, ten readings long.
  const flow = (rate: number, from: number) => {
    const start = performance.now();
    return () => {
      const turns = (performance.now() - start) / interval / 10;
      const swing = (1 - Math.cos(turns * 2 * Math.PI)) / 8;
      return Math.floor(from + (turns + swing) * rate * interval / 800);
    };
  };
  const make = async (name: string, mega: number, from: number, port = 0) => {
    const agent = await net.snmp.agent({ port });
    agent.set("sysName", name);
    // Only what is fast must have counters of 64 bits (RFC 2863 §3.1.6).
    const [kind, end] = mega > 1000 ? ["ifHC", 2 ** 53] : ["if", 2 ** 32];
    for (const [index, share] of [[1, 0.5], [2, 0.1]] as const) {
      const rate = mega * share * 1e6;
      const [into, out] = [flow(rate, from), flow(rate / 4, 0)];
      const facts = {
        ...{ ifDescr: `ge${index}`, ifOperStatus: "up", ifHighSpeed: mega },
        [`${kind}InOctets`]: () => into() % end,
        [`${kind}OutOctets`]: () => out() % end,
      };
      for (const [what, value] of Object.entries(facts)) {
        agent.set(`${what}.${index}`, value);
      }
    }
    return agent;
  };
  const core = await make("core1", 10_000, 0);
  // Its first counter is at its end after three readings or so.
  const edge = await make("edge1", 1000, 2 ** 32 - 187_500 * interval);
  let wifi = await make("wifi1", 100, 1e9);
  const start = Date.now() - 3 * 24 * 60 * 60 * 1000;
  wifi.set("sysUpTime", () => Date.now() - start);
  const { port } = wifi.address;
  const fault = (async () => {
    await after(interval * 4.5, undefined, { signal });
    await wifi.close();
    await after(interval * 4, undefined, { signal });
    wifi = await make("wifi1", 100, 0, port);
  })().catch((error) => {
    if (!signal.aborted) throw error;
  });
  return {
    targets: [core, edge, wifi].map(({ address }) => `${address}`),
    async [Symbol.asyncDispose]() {
      await fault;
      for (const one of [core, edge, wifi]) await one.close();
    },
  };
}

async function main(args: string[]): Promise<number> {
  const { targets, options } = typed(args);
  if (options.help) {
    console.log(USAGE);
    return 0;
  }
  const stop = new AbortController();
  Deno.addSignalListener("SIGINT", () => stop.abort());
  if (!options.demo) return await watch(targets, options, stop) ? 0 : 1;
  await using made = await demo(options.interval, stop.signal);
  const isFine = await watch([...made.targets, ...targets], options, stop);
  stop.abort();
  return isFine ? 0 : 1;
}

await main(Deno.args).then(Deno.exit, (error) => {
  // parseArgs throws TypeErrors, and so does what makes no sense to ask with.
  const isMistake = error instanceof TypeError || error instanceof RangeError;
  // Errors of the system have a code, too: the CSV file's.
  if (!isMistake && !("code" in error)) throw error;
  console.error(isMistake ? `${error.message}\n${USAGE}` : error.message);
  Deno.exit(isMistake ? 2 : 1);
});
