#!/usr/bin/env -S deno run --allow-net=127.0.0.1
// ---
// chapter: 29
// title: Network devices and their command lines
// goal: Drive a router by program: commands, modes, rows out of text, changes that can be taken back, many devices at once, and a recorded session as a test.
// needs: loopback
// minutes: 40
// ---
import * as net from "netrepl";

// %% A router to practise on
// It is not there, and answers all the same: it asks for the login, echoes, pages,
// knows its modes, refuses, is configured. With real hardware, `target` is what
// you write yourself: { platform: "cisco_ios", host: "192.0.2.1", user, password }.
// Python: netmiko and napalm have none; one rents a lab, or mocks
await using edge = await net.device.fake("cisco_ios", {
  name: "edge1",
  password: "lake-15",
  enableSecret: "peak-16",
});
console.log(edge);
console.log(Object.keys(edge.target));

// %% A session
// connect() logs in, learns the prompt and types what the platform wants first:
// no stops at the end of a page, wide lines. The server's key is looked up as ssh
// does it; this one's fingerprint is in `target`.
// Python: ConnectHandler(device_type="cisco_ios", host=..., username=..., password=...)
await using session = await net.device.connect(edge.target);
console.log(session);
console.log(edge.commands);

// %% A command and its answer
// Neither the echo nor the prompt is part of the output.
// Python: connection.send_command("show clock")
const clock = await session.send("show clock");
console.log(clock.output);
console.log(clock.prompt, clock.failed);
console.log(`it took ${net.inspect.duration(clock.duration)}`);

// %% A refusal is a result
// Each platform's data says with which lines it refuses; `failed` tells. What
// throws is a device that is gone, or silent.
// Python: if "% Invalid" in output: ... (each program knows it for itself)
const wrong = await session.send("show verison");
console.log(wrong.failed, wrong.failure);

// %% Modes are a graph
// A command line has modes, each with its prompt. Which leads to which, and what
// to type for it, is data; the prompt tells where one is.
const modeRows = Object.entries(session.platform.modes).flatMap(
  ([from, { to = {} }]) =>
    Object.entries(to).map(([mode, steps]) => ({
      from,
      type: steps.map(({ send }) => send).join(", "),
      to: mode,
    })),
);
const page = net.inspect.canvas({ width: 80 });
console.log(net.inspect.table(modeRows, { canvas: page }));

// %% The way through it
// We say where we want to be. The shortest way is looked up, and the secret is
// given where it is asked for.
// Python: connection.enable(); connection.config_mode()
const way = net.device.modePath(session.platform, "exec", "config");
console.log(way?.map(({ mode }) => mode).join(" → "));
console.log((await session.mode("config")).text);
console.log((await session.mode("exec")).text);
console.log(edge.commands.slice(-4));

// %% Text for people
// To find the state of an interface one could take the fifth word of its line.
// That works for three lines, until somebody turns an interface off.
// Python: output.splitlines()[3].split()[4]
const brief = await session.send("show ip interface brief");
console.log(brief.output);
for (const line of brief.output.split("\n").slice(1)) {
  console.log(line.split(/\s+/)[4]);
}

// %% Rows out of text
// A TextFSM template knows the whole line. Common commands have one with their
// platform; a folder of ntc-templates in NET_TEXTFSM adds a thousand more.
// Python: connection.send_command("show ip interface brief", use_textfsm=True)
const parsed = await session.send("show ip interface brief", { parse: true });
console.log(parsed.rows?.[2]);
const down = parsed.rows?.filter(({ status }) => status !== "up") ?? [];
console.log(down.map((row) => row.interface));

// %% Where does an output end?
// Nothing on the line says so. This device, at a console port, has a line like its
// prompt in the midst of each answer and pauses after it, as logs and slow
// commands bring it about. Whoever reads up to the prompt has half an answer; to
// wait until nothing more comes is slow, and wrong on the next busy day.
// Python: connection.read_until_pattern("r1>"); send_command_timing(...)
await using odd = await net.device.fake("cisco_ios", {
  transport: "console",
  login: false,
  faults: { lie: { text: "r1>", pause: 200 } },
});
await using line = await net.tcp.connect(`127.0.0.1:${odd.port}`);
async function upToPrompt(typed: string): Promise<string> {
  await line.write(`${typed}\r`);
  let text = "";
  while (!text.endsWith("r1>")) {
    text += new TextDecoder().decode(await line.read() ?? undefined);
  }
  return text;
}
await upToPrompt("");
console.log(await upToPrompt("show ip arp"));

// %% How a session knows
// At the first line that may be the prompt it types two lines of blanks, each of a
// number that nobody can foresee. Only a prompt echoes them, in that order: what
// comes before is output, whatever it looks like. No pause proves anything, and
// none is waited for; it costs a round trip.
await using sure = await net.device.connect(odd.target);
const arp = await sure.send("show ip arp");
console.log(arp.output);

// %% A command that asks
// Say beforehand what it will ask and what to answer. A question that nobody
// answers ends in an error with the last words of the device, not in silence.
// Python: connection.send_command_timing(...) twice, or expect_string
await session.mode("privileged");
const copied = await session.send("copy running-config flash:netrepl.cfg", {
  answers: [{ question: "Destination filename", say: "" }],
});
console.log(copied.output);

// %% Configuration, line by line
// configure() goes to the mode for it, types, and comes back. One line has a typing
// error: the lines within it are not typed, as they would hit what was open before,
// and `shutdown` in the wrong place hurts.
// Try this: { onRefusal: "discard" } takes all of it back at the first refusal.
// Python: connection.send_config_set([...]) types them all
const entered = await session.configure(`
interface Loopback7
 description lab
intreface GigabitEthernet0/1
 shutdown
`);
for (const { line, state } of entered.lines) console.log(state, line);
console.log(entered.refused[0]?.output.split("\n").at(-1));

// %% What has changed
// IOS has no draft: lines take effect as they are typed. So the session read the
// configuration before the first one, and compares, line by line of each block.
// Python: napalm's device.compare_config()
const diff = await session.diff();
console.log(diff);
console.log("to undo it:", diff.inverse);

// %% On trial
// The change that cuts you off is made by the best. commit({ confirm }) takes it
// back unless confirm() is called in time: who is cut off cannot call. Where the
// device cannot do that itself, a timer of this process does, and the end of the
// session.
// Python: napalm's commit_config(revert_in=60), where a driver has it
const trial = await session.commit({ confirm: 0.1 });
console.log(`taken back by the ${trial.revertsBy}`);
console.log(await trial.outcome);
console.log(edge.config.includes("Loopback7"), edge.startup === edge.config);

// %% Kept, and taken back
// Without a limit, commit() makes it survive a restart. rollback() goes back to
// how it was at the last commit, or before the first line.
// Python: device.commit_config(), device.rollback()
await session.configure("interface Loopback7\n description lab");
console.log(await session.commit(), edge.startup.includes("Loopback7"));
await session.configure("no interface Loopback7");
console.log((await session.rollback()).failed);
console.log(edge.config.includes("Loopback7"));

// %% A platform with a draft
// Junos, like VyOS, IOS XR and others, has a candidate: nothing takes effect before
// the commit, and the device itself keeps the time. The calls are the same. (This
// one's minutes have a second.)
await using core = await net.device.fake("juniper_junos", { minute: 1000 });
await using junos = await net.device.connect(core.target);
await junos.configure("set system host-name core9");
console.log(`${await junos.diff()}`, "\nin effect:", /core9/.test(core.config));
const once = await junos.commit({ confirm: 60 });
console.log(`taken back by the ${once.revertsBy}:`, /core9/.test(core.config));
while (/core9/.test(core.config)) await new Promise((go) => setTimeout(go, 10));
console.log(core.config.match(/host-name .*/)?.[0]);

// %% Many devices
// Twenty, of which one hangs and one hangs up. Each visit has its own time limit
// and gives a result, good or bad: one sick device must not stop the others.
// Python: ThreadPoolExecutor(max_workers=5).map(visit, devices)
await using fleet = await net.device.fakeFleet(20, {
  hostname: "127.0.0.1",
  faults: (i) => i === 6 ? { hang: "auth" } : i === 13 ? { refuse: true } : {},
});
async function visit({ name, target }: net.device.FakeDevice) {
  try {
    await using one = await net.device.connect({ ...target, timeout: 2000 });
    const { rows } = await one.send("show version", { parse: true });
    return { name, version: `${rows?.[0]?.version}` };
  } catch (error) {
    if (!(error instanceof net.NetError)) throw error;
    return { name, failed: error.code };
  }
}

// %% A few at a time
// A thousand logins in one moment look like an attack, to the devices and to the
// server that checks the passwords. Five workers share one iterator: who is done
// takes the next.
// Python: asyncio.Semaphore(5)
const queue = fleet.devices.entries();
const visits: Awaited<ReturnType<typeof visit>>[] = [];
async function worker() {
  for (const [i, device] of queue) visits[i] = await visit(device);
}
await Promise.all(Array.from({ length: 5 }, worker));
const well = visits.filter(({ failed }) => failed === undefined);
console.log(well.length, "have", new Set(well.map(({ version }) => version)));
console.log(visits.filter(({ failed }) => failed));

// %% A session on tape
// A recording is what went both ways, as lines of JSON. Passwords are not in it,
// neither as they are typed nor wherever the device shows such a word. (So "admin"
// is a bad password here, too: it would blot out half of "administratively".)
// Python: netmiko's session_log=, of which nothing can be replayed
await using taped = await net.device.connect({ ...edge.target, record: true });
await taped.mode("privileged");
const before = await taped.send("show ip interface brief", { parse: true });
const tape = taped.recording!;
for (const { sent, hidden } of tape.pieces) {
  const typed = hidden ? "a secret" : sent?.replace(/\s+$/, "");
  if (typed) console.log(typed);
}

// %% And as a test
// The tape plays the device: here it is cut into single octets, and must come out
// the same. So one visit to the real device is enough to test a program for years.
await using replayed = await net.device.connect({
  platform: "cisco_ios",
  transport: "replay",
  recording: tape,
  replay: { chunks: "octets" },
  secret: "hidden",
});
await replayed.mode("privileged");
const after = await replayed.send("show ip interface brief", { parse: true });
console.log(JSON.stringify(after.rows) === JSON.stringify(before.rows));

// %% A backup
// What differs at each look (sizes, times of day) is left out, so that two backups
// differ only if the configuration does. Before one is handed on: redact.
// scripts/config_backup.ts does this for a list of devices.
// Python: open(name, "w").write(connection.send_command("show running-config"))
const config = await session.backup({ redact: true });
console.log(config.split("\n").slice(0, 8).join("\n"));

// %% Takeaways
// - A prompt says which mode one is in; modes are a graph, and the way is looked up.
// - A refusal is a result to look at; a silent device is an error, with its last words.
// - Rows come from templates; to count words works until the next surprise.
// - No pause and no look-alike ends an output: only what the device must echo does.
// - Change on trial: diff, commit({ confirm }), look, confirm().
// - Many devices: a few at a time, a limit for each, a result for each.
