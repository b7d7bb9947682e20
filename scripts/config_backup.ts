#!/usr/bin/env -S deno run --allow-net --allow-read --allow-write --allow-env
/**
 * Fetches the configurations of many devices and keeps each that has changed,
 * with those before it: all of them, or with `--keep` the last few. A device
 * that is down, hangs or refuses the password is reported; the others do not
 * wait for it.
 *
 * `--demo` makes a few devices on this machine to try it with.
 * @module
 */

import { parseArgs } from "node:util";
import * as net from "netrepl";

const USAGE = `Usage: config_backup.ts INVENTORY [NAME…] [OPTIONS]
       config_backup.ts --demo
  INVENTORY          a YAML file, as below
  NAME               only these devices, or groups
  --folder FOLDER    where the configurations are  (config-backup)
  --keep N           older ones that stay for each device  (all)
  --at-once N        devices at the same time  (10)
  --timeout SECONDS  the longest for one device  (60)
  --redact           takes out passwords, keys and communities
  --diff             shows what has changed
  --json             the report for programs
  --demo             a few devices of this machine's own, good and bad
It ends with 0, with 1 if a device failed, 2 if the command line or the
inventory is wrong, 130 after Ctrl-C.

defaults:
  user: backup
  password: { env: BACKUP_PASSWORD }      # or { ask: Password of backup }
groups:
  core: { platform: juniper_junos }
devices:
  mx1: { host: 192.0.2.1, groups: [core] }
  sw1: { host: 192.0.2.2, platform: cisco_ios, port: 22 }
Also for each, for groups and as defaults: secret (of the privileged mode),
transport (ssh, telnet, console), hostKeys (strict, accept-new, any),
fingerprint, timeout and patience in milliseconds, encoding.`;

const { diffConfig, fake, loadInventory } = net.device;
type Device = net.device.InventoryDevice;
type Target = net.device.DeviceOptions | net.NetError;
type Options = ReturnType<typeof typed>["options"];

/** What came of one device. */
interface Outcome {
  readonly name: string;
  readonly platform: string;
  readonly state: "new" | "changed" | "unchanged" | "failed" | "left out";
  /** Lines that came and went. */
  readonly added?: number;
  readonly removed?: number;
  /** Where it is. */
  readonly file?: string;
  readonly diff?: string;
  /** Why it failed, as a code and in words, and what to do. */
  readonly code?: string;
  readonly reason?: string;
  readonly hint?: string | undefined;
  /** In milliseconds. */
  readonly time: number;
}

/** Reads what was typed. */
function typed(args: string[]) {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      "folder": { type: "string" },
      "keep": { type: "string", default: "Infinity" },
      "at-once": { type: "string", default: "10" },
      "timeout": { type: "string", default: "60" },
      "redact": { type: "boolean", default: false },
      "diff": { type: "boolean", default: false },
      "json": { type: "boolean", default: false },
      "demo": { type: "boolean", default: false },
      "help": { type: "boolean", short: "h", default: false },
    },
  });
  const [inventory, ...names] = positionals;
  if (inventory === undefined && !values.demo && !values.help) {
    throw new TypeError("An INVENTORY is needed");
  }
  const number = (name: "at-once" | "keep" | "timeout", least: number) => {
    // A variable of the shell that is not set is no 0.
    const value = values[name] === "" ? NaN : Number(values[name]);
    if (value >= least) return value;
    throw new RangeError(
      `--${name} must be a number from ${least} up: current value is ${
        values[name]
      }`,
    );
  };
  const options = {
    ...values,
    "folder": values.folder ??
      (values.demo ? Deno.makeTempDirSync() : "config-backup"),
    "diff": values.diff || values.demo,
    "keep": Math.floor(number("keep", 0)),
    "at-once": Math.floor(number("at-once", 1)),
    "timeout": number("timeout", 0.1) * 1000,
  };
  return { inventory, names, options };
}

/** The ways to the devices, or why there is none; passwords are asked for now. */
async function targetsOf(
  inventory: net.device.Inventory,
  devices: readonly Device[],
): Promise<Map<Device, Target>> {
  using _asker = net.inspect.askAt(Deno);
  const targets = new Map<Device, Target>();
  for (const device of devices) {
    const found = await inventory.target(device).catch((error) => {
      if (error instanceof net.NetError) return error;
      throw error;
    });
    targets.set(device, found);
  }
  return targets;
}

/** One device, from the login to the file. */
async function backup(
  device: Device,
  target: Target,
  options: Options,
  stop: AbortSignal,
): Promise<Outcome> {
  const began = performance.now();
  const limit = AbortSignal.timeout(options.timeout);
  const signal = AbortSignal.any([stop, limit]);
  let platform = device.platform ?? "auto";
  const finish = (rest: Omit<Outcome, "name" | "platform" | "time">) => {
    const time = Math.round(performance.now() - began);
    return { name: device.name, platform, ...rest, time };
  };
  try {
    if (target instanceof Error) throw target;
    await using session = await net.device.connect({ ...target, signal });
    platform = session.platform.name;
    const text = await session.backup({ redact: options.redact, signal });
    if (text.trim() === "") {
      throw new net.NetError("it showed none", {
        code: "empty",
        op: "read the configuration of",
        target: device.name,
        hint: `whether ${target.user} may see it`,
      });
    }
    return finish(await keep(device.name, text, session.platform, options));
  } catch (error) {
    if (stop.aborted) return finish({ state: "left out" });
    const facts = limit.aborted
      ? {
        code: "timeout",
        reason: `it took longer than ${options.timeout / 1000} s`,
        hint: "--timeout SECONDS",
      }
      : inWords(error);
    return finish({ state: "failed", ...facts });
  }
}

/** An error as code, reason and what to do. */
function inWords(error: unknown) {
  if (!(error instanceof Error)) throw error;
  const { name, message } = error;
  if (!(error instanceof net.NetError)) return { code: name, reason: message };
  const { code, hint } = error;
  return { code, reason: message.split(`. Try: ${hint}`)[0]!, hint };
}

/** Writes a configuration if it is another than before, which stays. */
async function keep(
  name: string,
  text: string,
  platform: net.device.Platform,
  { folder }: Options,
): Promise<Omit<Outcome, "name" | "platform" | "time">> {
  const file = `${folder}/${name}.cfg`;
  const whole = `${text.trimEnd()}\n`;
  const before = await Deno.readTextFile(file).catch(absent);
  if (before === whole) return { state: "unchanged", file };
  if (before !== undefined) await putAside(folder, name);
  // Whole or not at all: a reader never sees half of it, nor others its secrets.
  const part = `${file}.part`;
  await Deno.remove(part).catch(absent);
  await Deno.writeTextFile(part, whole, { mode: 0o600, createNew: true });
  await Deno.rename(part, file);
  if (before === undefined) return { state: "new", file };
  const { style, negate } = platform.config;
  const difference = diffConfig(before, whole, { style, negate });
  const { added, removed } = difference;
  return { state: "changed", added, removed, file, diff: `${difference}` };
}

/** Gives the newest a second name, with its date. */
async function putAside(folder: string, name: string): Promise<void> {
  const older = `${folder}/older`;
  await Deno.mkdir(older, { recursive: true, mode: 0o700 });
  const file = `${folder}/${name}.cfg`;
  const { mtime } = await Deno.stat(file);
  const date = (mtime ?? new Date()).toISOString().replace(/[:Z]/g, "");
  // Two names for one file: there is always a newest one.
  await Deno.link(file, `${older}/${name}.${date}.cfg`).catch((error) => {
    if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
  });
}

/** Takes away all but the last few older ones of the devices that answered. */
async function dropOldest(
  outcomes: readonly Outcome[],
  { folder, keep }: Options,
): Promise<void> {
  const older = `${folder}/older`;
  const files = await Array.fromAsync(Deno.readDir(older), ({ name }) => name)
    .catch(absent) ?? [];
  const dated = /^(.+)\.\d{4}-\d\d-\d\dT\d{6}\.\d{3}\.cfg$/;
  // By their dates, the newest first.
  const byName = Map.groupBy(
    files.sort().reverse(),
    (file) => dated.exec(file)?.[1],
  );
  for (const { name } of outcomes.filter(({ file }) => file !== undefined)) {
    for (const file of byName.get(name)?.slice(keep) ?? []) {
      await Deno.remove(`${older}/${file}`).catch(absent);
    }
  }
}

/** For what need not be there. */
function absent(error: unknown): undefined {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
}

/** All devices, a few at a time; what came of each as soon as it is known. */
function backupAll(
  targets: Map<Device, Target>,
  options: Options,
  signal: AbortSignal,
): net.inspect.Run<Outcome, void> {
  const queue = targets.entries();
  const title = `Back up ${targets.size} devices`;
  return new net.inspect.Run<Outcome, void>(title, async (report) => {
    let done = 0;
    report.progress(done, targets.size);
    const worker = async () => {
      for (const [device, target] of queue) {
        if (report.signal.aborted) return;
        report.row(await backup(device, target, options, report.signal));
        report.progress(++done, targets.size);
      }
    };
    const length = Math.min(options["at-once"], targets.size);
    await Promise.all(Array.from({ length }, worker));
  }, { signal, line: sentence });
}

function sentence({ name, state, added, removed, reason }: Outcome): string {
  const lines = added === undefined ? "" : `, +${added} -${removed}`;
  return `${name}: ${state}${lines}${
    reason === undefined ? "" : `, ${reason}`
  }`;
}

/** Backs them up; what was not reached is left out. */
async function backupThese(
  inventory: net.device.Inventory,
  names: readonly string[],
  options: Options,
  stop: AbortSignal,
): Promise<Outcome[]> {
  const devices = inventory.select(...names);
  const targets = await targetsOf(inventory, devices);
  await Deno.mkdir(options.folder, { recursive: true, mode: 0o700 });
  using _stage = net.inspect.stage(Deno, { console });
  const work = backupAll(targets, options, stop);
  try {
    for await (const outcome of work) {
      if (!options.json) console.error(sentence(outcome));
    }
  } catch (error) {
    if (work.state !== "cancelled") throw error;
  }
  if (options.keep < Infinity) await dropOldest(work.rows, options);
  return devices.map(({ name, platform = "auto" }) =>
    work.rows.find((outcome) => outcome.name === name) ??
      { name, platform, state: "left out", time: 0 }
  );
}

/** Tells how it went. */
function report(outcomes: readonly Outcome[], options: Options): void {
  if (options.json) return console.log(JSON.stringify(outcomes, null, 2));
  const colors = !Deno.noColor && Deno.stdout.isTerminal();
  const canvas = net.inspect.canvas({ colors });
  const rows = outcomes.map(({ name, platform, state, ...one }) => ({
    name,
    platform,
    state,
    lines: one.added === undefined ? "" : `+${one.added} -${one.removed}`,
    time: net.inspect.duration(one.time),
  }));
  console.log(net.inspect.table(rows, { maxRows: 100_000, canvas }));
  for (const { name, reason, hint } of outcomes) {
    if (reason === undefined) continue;
    console.log(`${name}: ${reason}${hint ? `\n  Try: ${hint}` : ""}`);
  }
  for (const { name, diff } of options.diff ? outcomes : []) {
    if (diff !== undefined) console.log(`${name}:\n${diff}`);
  }
  const counts = Object.entries(Object.groupBy(outcomes, ({ state }) => state))
    .map(([state, some]) => `${some.length} ${state}`);
  console.log(`${counts.join(", ")}; in ${options.folder}`);
}

/** Devices that are not there, to try it with: two of them are not well. */
async function fakes() {
  const password = "lake-15";
  const enableSecret = "peak-16";
  const all = await Promise.all([
    fake("cisco_ios", { name: "edge1", password, enableSecret }),
    fake("juniper_junos", { name: "core1", password }),
    fake("arista_eos", { name: "leaf1", password, enableSecret }),
    fake("mikrotik_routeros", { name: "gate1", password }),
    fake("cisco_ios", { name: "mute1", password, faults: { hang: "auth" } }),
    fake("vyos", { name: "alien1", password: "another" }),
  ]);
  Deno.env.set("DEMO_PASSWORD", password);
  const lines = all.map(({ name, platform, port, target, faults }) =>
    `  ${name}: { host: 127.0.0.1, port: ${port}, platform: ${platform}, ${
      faults.hang ? "timeout: 1000, " : ""
    }fingerprint: "${target.ssh?.hostKeys.fingerprint}" }\n`
  );
  const text = `defaults:
  user: admin
  password: { env: DEMO_PASSWORD }
  secret: ${enableSecret}
devices:
${lines.join("")}`;
  const close = async () => {
    for (const one of all) await one.close();
  };
  return { text, edge: all[0], [Symbol.asyncDispose]: close };
}

/** Backs the fake devices up twice; in between, somebody changes one. */
async function demo(options: Options, stop: AbortSignal): Promise<Outcome[]> {
  await using made = await fakes();
  const file = `${options.folder}/inventory.yaml`;
  await Deno.mkdir(options.folder, { recursive: true, mode: 0o700 });
  await Deno.writeTextFile(file, made.text, { mode: 0o600 });
  console.error(`${file}:\n${made.text}`);
  const inventory = await loadInventory(file);
  const first = await backupThese(inventory, [], options, stop);
  report(first, options);
  if (stop.aborted) return first;
  console.error("\nSomebody works on edge1, and the next night comes.");
  await using session = await net.device.connect(made.edge.target);
  await session.configure("interface Loopback7\n description for the demo");
  return await backupThese(inventory, [], options, stop);
}

async function main(args: string[]): Promise<void> {
  const { inventory = "", names, options } = typed(args);
  if (options.help) return console.log(USAGE);
  const controller = new AbortController();
  const stop = () => {
    // Once more, and it ends at once.
    Deno.removeSignalListener("SIGINT", stop);
    controller.abort();
  };
  Deno.addSignalListener("SIGINT", stop);
  const { signal } = controller;
  const outcomes = options.demo
    ? await demo(options, signal)
    : await backupThese(await loadInventory(inventory), names, options, signal);
  report(outcomes, options);
  if (outcomes.some(({ state }) => state === "failed")) Deno.exitCode = 1;
  if (outcomes.some(({ state }) => state === "left out")) Deno.exitCode = 130;
  if (!signal.aborted) Deno.removeSignalListener("SIGINT", stop);
}

await main(Deno.args).then(() => Deno.exit(), (error) => {
  // Text that is no inventory is a SyntaxError; parseArgs throws TypeErrors.
  if (error.name === "AbortError") Deno.exit(130);
  const isMistake = error instanceof RangeError ||
    error instanceof TypeError || error instanceof SyntaxError;
  const isWorld = error instanceof net.NetError;
  if (!isMistake && !isWorld) throw error;
  console.error(error.message);
  if (error instanceof TypeError) console.error(USAGE);
  Deno.exit(isMistake ? 2 : 1);
});
