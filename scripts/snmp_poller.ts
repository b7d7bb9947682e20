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

/** Readings that are kept for a chart. */
const HISTORY = 60;

/** One interface; all rates are in bits a second. */
class Port {
  /** What the last reading is worth: `"ok"`, `"restarted"`, `"no answer"`, …. */
  state = "";
  in: number | undefined;
  out: number | undefined;
  /** The more of both at each reading, oldest first; `NaN` is a gap. */
  history: number[] = [];
  most = 0;
  /** The sums of so many readings. */
  sum = { in: 0, out: 0, readings: 0 };
  constructor(public latest: net.snmp.InterfaceTraffic) {}
}

/** One device. */
class Device {
  ports = new Map<number, Port>();
  answers = 0;
  failures = 0;
  restarts = 0;
  /** Why it does not answer; empty while it does. */
  trouble = "";
  /** What it answered last. */
  last: net.snmp.Traffic | undefined;
  constructor(readonly target: string, public name = target) {}
}

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
  const interval = values.interval ?? (values.demo ? "1" : "5");
  const options = {
    ...values,
    interval: numberFrom(0.1, "interval", interval) * 1000,
    count: numberFrom(1, "count", values.count),
    ask: values.demo ? {} : credentials(values),
  };
  return { targets: [...new Set(positionals)], options };
}

function numberFrom(least: number, option: string, text: string): number {
  if (Number(text) >= least) return Number(text);
  throw new RangeError(
    `--${option} must be a number from ${least} up: current value is ${text}`,
  );
}

/** Who asks; passwords come from the environment, as others see command lines. */
function credentials(
  typed: { community?: string; user?: string; auth: string; priv: string },
): net.snmp.OpenOptions {
  const { get } = Deno.env;
  const { community = get("SNMP_COMMUNITY"), user: name } = typed;
  if (name === undefined) return { community };
  const way = <P>(protocol: string, password: string | undefined) =>
    password === undefined ? undefined : { protocol: protocol as P, password };
  const [signing, sealing] = ["SNMP_AUTH_PASSWORD", "SNMP_PRIV_PASSWORD"]
    .map((word) => get(word));
  const auth = way<net.snmp.AuthProtocol>(typed.auth, signing);
  const priv = way<net.snmp.PrivProtocol>(typed.priv, sealing);
  return { user: { name, auth, priv } };
}

/** Reads one device again and again, whatever becomes of it. */
async function poll(
  device: Device,
  options: Options,
  tell: (device: Device, news: string) => void,
  signal: AbortSignal,
): Promise<void> {
  const { interval, count, interface: interfaces } = options;
  // Who does not answer in time is missed once, and the rest is in time again.
  const timeout = Math.min(1000, Math.floor(interval / 3));
  const ask = { timeout, retries: 2, ...options.ask, signal };
  for (let n = 0; n < count && !signal.aborted; n++) {
    try {
      await using session = await net.snmp.open(device.target, ask);
      const name = await session.get("sysName", { signal });
      device.name = `${name.value || device.target}`;
      const live = { interval, interfaces, signal };
      for await (const traffic of session.live(live)) {
        const isAnew = hasRestarted(device, traffic);
        take(device, traffic);
        device.answers++;
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

/** Whether a device has started again since its last answer, which may be long ago. */
function hasRestarted(device: Device, traffic: net.snmp.Traffic): boolean {
  const { last } = device;
  const { time, uptime, restarted } = device.last = traffic;
  const isAnew = restarted || last?.uptime !== undefined &&
      uptime !== undefined &&
      net.snmp.hasRestarted(last.uptime, uptime, +time - +last.time);
  if (isAnew) device.restarts++;
  return isAnew;
}

/** Takes over what goes through a device's interfaces. */
function take({ ports }: Device, { interfaces }: net.snmp.Traffic): void {
  const gone = new Set(ports.values());
  for (const latest of interfaces) {
    const { index, state = "not counted" } = latest;
    const port = ports.getOrInsertComputed(index, () => new Port(latest));
    gone.delete(port);
    port.latest = latest;
    note(port, state);
  }
  for (const port of gone) note(port, "gone");
}

/** Notes what the last reading of an interface is worth, with its rates if it has any. */
function note(port: Port, state: string): void {
  const { inBits, outBits } = port.latest;
  port.state = state;
  [port.in, port.out] = state === "ok" ? [inBits, outBits] : [];
  const more = Math.max(port.in ?? NaN, port.out ?? NaN);
  port.history = [...port.history, more].slice(-HISTORY);
  port.most = Math.max(port.most, more || 0);
  if (state !== "ok") return;
  port.sum.in += port.in ?? 0;
  port.sum.out += port.out ?? 0;
  port.sum.readings++;
}

/** The interfaces that are up, or have carried something. */
function portsOf({ ports }: Device): Port[] {
  return [...ports.values()]
    .filter(({ latest, most }) => latest.status === "up" || most > 0);
}

const bits = (value: number | undefined) =>
  value === undefined ? "–" : rate(value);

/** All devices as a table with charts. */
function draw(
  devices: readonly Device[],
  page: net.inspect.Canvas,
  { title, maxRows = 100_000 }: { title?: string; maxRows?: number } = {},
): string {
  const width = Math.min(HISTORY, Math.max(8, page.width - 60));
  const rows = devices.flatMap((device) =>
    portsOf(device).map(({ latest, history, most, ...port }) => {
      // From nothing up, so that half as high is half as much.
      const chart = sparkline([0, most || 1, ...history.slice(-width)]);
      const load = Math.max(port.in ?? 0, port.out ?? 0);
      return {
        device: device.name,
        port: latest.name,
        in: bits(port.in),
        out: bits(port.out),
        chart: pad(chart.slice(2), width),
        "at most": bits(most),
        load: bar(load, latest.speed ?? 0, 6),
      };
    })
  );
  if (rows.length === 0) return "nothing yet";
  const right = { align: "right", minWidth: 9 } as const;
  const columns = [
    ...["device", "port", { key: "in", ...right }, { key: "out", ...right }],
    { key: "chart", role: "accent", minWidth: width } as const,
    ...[{ key: "at most", ...right }, "load"],
  ];
  return net.inspect.table(rows, { title, columns, maxRows, canvas: page });
}

/** What was read just now, a line for each interface. */
function linesOf(device: Device, time: string): string[] {
  return portsOf(device).map(({ latest, state, ...port }) => {
    const rates = `in ${pad(bits(port.in), 9)}  out ${bits(port.out)}`;
    const what = state === "ok" ? rates : state;
    return visible(`${time} ${device.name} ${pad(latest.name, 8)} ${what}`);
  });
}

/** A reading as lines of CSV; a device that has never answered has one, too. */
function csvOf(device: Device, time: string): string {
  const field = (text = "") =>
    /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  const rows = portsOf(device).map(({ latest, state, ...port }) => {
    return [latest.name, state, port.in?.toFixed(), port.out?.toFixed()];
  });
  if (device.answers === 0) rows.push(["", "no answer", "", ""]);
  return rows.map((row) => [time, device.target, device.name, ...row])
    .map((row) => row.map(field).join(",") + "\n").join("");
}

/** Opens a CSV file to write behind what it has; nothing is written without one. */
function csvFile(path: string | undefined): (text: string) => void {
  if (path === undefined) return () => {};
  const write = (text: string) =>
    Deno.writeTextFileSync(path, text, { append: true });
  write("");
  const isNew = Deno.statSync(path).size === 0;
  if (isNew) write("time,device,name,port,state,in_bps,out_bps\n");
  return write;
}

/** Polls all of them until it is stopped, and tells at the end how it went. */
async function watch(
  targets: readonly string[],
  options: Options,
  stop: AbortController,
): Promise<boolean> {
  const devices = targets.map((target) => new Device(target));
  const isLive = Deno.stdout.isTerminal();
  const page = net.inspect.canvas({ colors: isLive && !Deno.noColor });
  const write = csvFile(options.csv);
  const tell = (device: Device, news: string) => {
    const time = new Date().toISOString();
    write(csvOf(device, time));
    if (isLive) return;
    if (news !== "") console.error(visible(`${device.name}: ${news}`));
    const isLast = device === devices.findLast((one) => one.trouble === "");
    if (!options.chart) linesOf(device, time).map((line) => console.log(line));
    else if (isLast) console.log(`${time}\n${draw(devices, page)}`);
  };
  const every = duration(options.interval);
  const title = `${devices.length} devices, every ${every}; q ends it`;
  const view = (page: net.inspect.Canvas, height: number) => {
    const troubles = devices.filter(({ trouble }) => trouble !== "")
      .map((one) => paint("bad", visible(`${one.name}: ${one.trouble}`), page));
    const maxRows = Math.max(1, height - troubles.length - 4);
    const head = paint("heading", title, page);
    return [head, draw(devices, page, { maxRows }), ...troubles].join("\n");
  };
  const key = (name: string) => name === "q" ? stop.abort() : undefined;
  {
    using _stage = net.inspect.stage(Deno);
    const run = new net.inspect.Run<never, void>(title, async ({ signal }) => {
      await Promise.all(devices.map((one) => poll(one, options, tell, signal)));
    }, { signal: stop.signal, view: { draw: view, wholeScreen: true, key } });
    await run.catch((error) => {
      if (run.state !== "cancelled") throw error;
    });
  }
  for (const port of devices.flatMap(portsOf)) {
    const { in: into, out, readings } = port.sum;
    [port.in, port.out] = [into / readings || 0, out / readings || 0];
  }
  console.log(draw(devices, page, { title: "On average" }));
  for (const device of devices) {
    const { name, answers, failures, restarts, ports, trouble } = device;
    const missed = failures > 0 ? `, ${failures} missed` : "";
    const anew = restarts > 0 ? `, restarts: ${restarts}` : "";
    const lack = answers > 0 && ports.size === 0 ? ", no such interface" : "";
    console.log(visible(`${name}: ${answers} readings${missed}${anew}${lack}`));
    if (trouble !== "") console.log(`  ${visible(trouble)}`);
  }
  return devices.every(({ answers }) => answers > 0);
}

/** Devices that are not there, to try it with. */
async function demoDevices(interval: number, signal: AbortSignal) {
  const make = async (name: string, mega: number, from: number, port = 0) => {
    const start = performance.now();
    // More and less in turn, ten readings long.
    const octets = (rate: number) => {
      const turns = (performance.now() - start) / interval / 10;
      const swing = (1 - Math.cos(turns * 2 * Math.PI)) / 8;
      return Math.floor((turns + swing) * rate * interval / 800);
    };
    const agent = await net.snmp.agent({ port });
    agent.set("sysName", name);
    // Only what is fast must have counters of 64 bits (RFC 2863 §3.1.6).
    const [kind, end] = mega > 1000 ? ["ifHC", 2 ** 53] : ["if", 2 ** 32];
    for (const [index, share] of [[1, 0.5], [2, 0.1]] as const) {
      const rate = mega * share * 1e6;
      agent.set(`ifDescr.${index}`, `ge${index}`);
      agent.set(`ifOperStatus.${index}`, "up");
      agent.set(`ifHighSpeed.${index}`, mega);
      agent.set(`${kind}InOctets.${index}`, () => (from + octets(rate)) % end);
      agent.set(`${kind}OutOctets.${index}`, () => octets(rate / 4) % end);
    }
    return agent;
  };
  const core = await make("core1", 10_000, 0);
  // Its first counter is at its end after three readings or so.
  const edge = await make("edge1", 1000, 2 ** 32 - 187_500 * interval);
  let wifi = await make("wifi1", 100, 1e9);
  const booted = Date.now() - 3 * 24 * 60 * 60 * 1000;
  wifi.set("sysUpTime", () => Date.now() - booted);
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
  const { demo, interval } = options;
  await using made = demo ? await demoDevices(interval, stop.signal) : null;
  const all = [...made?.targets ?? [], ...targets];
  const isFine = await watch(all, options, stop);
  stop.abort();
  return isFine ? 0 : 1;
}

await main(Deno.args).then(Deno.exit, (error) => {
  // parseArgs throws TypeErrors, and so does what nobody can be asked with.
  const isMistake = /^(Type|Range|Syntax|Parse)Error$/.test(error.name);
  // Errors of the system have a code, too: the CSV file's.
  if (!isMistake && !("code" in error)) throw error;
  console.error(isMistake ? `${error.message}\n${USAGE}` : error.message);
  Deno.exit(isMistake ? 2 : 1);
});
