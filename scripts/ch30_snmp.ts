#!/usr/bin/env -S deno run --allow-net=127.0.0.1
// ---
// chapter: 30
// title: SNMP, asking devices how they are
// goal: Read the tree of names and numbers, ask and set, know what each version protects, make rates of counters, hear what devices say by themselves.
// needs: loopback
// minutes: 45
// ---
import * as net from "netrepl";

// %% An agent of our own
// Nearly every switch, printer and server has an agent: a program that knows facts
// of its machine by number and tells them to who asks, over UDP port 161. On Linux
// that is snmpd. Ours serves what we say, and 0 is any free port.
// Python: pysnmp.entity.engine.SnmpEngine(), and a page of configuration
const ada: net.snmp.User = {
  name: "ada",
  auth: { protocol: "sha256", password: "notes on the engine" },
  priv: { protocol: "aes", password: "bernoulli numbers" },
};
await using agent = await net.snmp.agent({
  port: 0,
  communities: { public: "read", workshop: "write" },
  users: [{ ...ada, access: "write" }],
});
agent.set("sysName", "edge1");
agent.set("sysDescr", "A switch that is a lesson");
agent.set("sysLocation", "Room 15");

// %% What it knows
// A value, or a function that is called whenever somebody asks. The uptime is set,
// too: this switch pretends to run for three days.
const DAY = 24 * 60 * 60 * 1000;
let started = Date.now() - 3 * DAY;
agent.set("sysUpTime", () => Date.now() - started);
const port = (ifIndex: number, ifDescr: string, up: boolean) => ({
  ...{ ifIndex, ifDescr, ifType: "ethernetCsmacd", ifMtu: 1500 },
  ifPhysAddress: `00:00:5e:00:53:0${ifIndex}`,
  ifSpeed: 1_000_000_000,
  ifAdminStatus: "up",
  ifOperStatus: up ? "up" : "down",
});
agent.table("ifTable", [port(1, "ge1", true), port(2, "ge2", false)]);
agent.table("ifXTable", [
  { ifIndex: 1, ifName: "ge1", ifAlias: "to the core" },
  { ifIndex: 2, ifName: "ge2", ifAlias: "spare" },
]);
console.log(agent.size, "variables");

// %% One tree for all there is
// Each fact has an object identifier: the way to it from the root of a tree that all
// makers share. mib-2 holds what every device has, enterprises what one maker
// adds. MIB files give the numbers names; the common ones are built in.
// Python: pysmi, and MIB files to be found somewhere
const { builtin } = net.snmp;
const page = net.inspect.canvas();
let branch: net.inspect.TreeNode | undefined;
for (
  let node: net.snmp.MibNode | undefined = builtin.find("ifOperStatus");
  node !== undefined;
  node = node.parent
) {
  const label = `${node.name}(${node.oid.split(".").at(-1)})`;
  branch = { label, children: branch ? [branch] : [] };
}
console.log(net.inspect.tree(branch!, page));

// %% Names to numbers, and back
// Behind the object stands which one of them: .0 where there is but one, and a
// table's index in a table, so ifOperStatus.2 is that of interface 2.
// Python: ObjectIdentity("IF-MIB", "ifOperStatus", 2).resolveWithMib(viewer)
console.log(builtin.parseOid("ifOperStatus.2"));
console.log(builtin.formatOid("1.3.6.1.2.1.2.2.1.8.2"));
const { kind, syntax, access, enums } = builtin.find("ifOperStatus");
console.log(kind, syntax?.base, access, Object.keys(enums ?? {}).slice(0, 3));
try {
  builtin.parseOid("ifOperStatsu.2");
} catch (error) {
  if (!(error instanceof net.snmp.MibNameError)) throw error;
  console.log("did you mean", error.suggestions[0]);
}

// %% get: one question, one answer
// A session sends nothing until something is asked: UDP has no connection. Values
// are what they mean: an enumeration's name, text, milliseconds.
// Python: next(getCmd(SnmpEngine(), CommunityData("public"),
//     UdpTransportTarget((host, 161)), ContextData(), ObjectType(identity)))
const where = `${agent.address}`;
await using session = await net.snmp.open(where, { community: "public" });
const status = await session.get("ifOperStatus.2");
console.log(`${status}`);
console.log(status.value, status.raw, status.type);

// %% Several at once, and what is not there
// A list goes in one datagram. What the agent does not have is no error: it comes
// without a value, and its type says why.
const names = ["sysName", "ifDescr.1", "ifDescr.9", "hrSystemProcesses"];
for (const one of await session.get(names)) {
  console.log(one.exists, `${one}`);
}

// %% next: what comes behind
// The agent keeps its variables sorted by number, and says which one is behind any
// number. That is how one finds out what it has without knowing anything.
// Python: nextCmd(...)
let at = "ifDescr";
for (let i = 0; i < 3; i++) {
  const one = await session.next(at);
  console.log(`${one}`);
  at = one.oid;
}

// %% walk: one behind the other
// All below a name. Awaited it gives a list, in a loop each as it comes, and who
// leaves the loop stops the asking. From version 2c on, one question brings many
// answers (get-bulk): count the datagrams that our agent got.
// Python: for ... in nextCmd(..., lexicographicMode=False), or bulkCmd
for await (const one of session.walk("system")) {
  if (one.name.startsWith("SNMPv2-MIB::sysName")) {
    console.log(`${one}`);
    break;
  }
}
for (const maxRepetitions of [1, 25]) {
  const before = agent.counts.inPkts;
  const all = await session.walk("interfaces", { maxRepetitions });
  console.log(all.length, "variables in", agent.counts.inPkts - before);
}

// %% table: rows
// On the wire a table comes as columns: all names, then all types. table() puts the
// rows together, and joins what belongs to them: ifXTable adds columns to ifTable.
// Python: rows by hand, out of nextCmd over several columns
const ports = await session.table("ifTable", {
  columns: ["ifDescr", "ifOperStatus", "ifPhysAddress", "ifAlias"],
});
console.log(ports);
for (const { ifDescr, ifOperStatus, ifAlias } of ports) {
  if (ifOperStatus !== "up") console.log(ifDescr, "is down:", ifAlias);
}

// %% What a maker adds
// Numbers that no MIB names are asked for as they are; the maker's MIB file says
// what they mean. load() reads a folder of them; a text does, too.
// Python: builder.addMibSources(builder_module.DirMibSource("/my/mibs"))
agent.set("1.3.6.1.4.1.99999.1.0", 215, { type: "Gauge32" });
console.log(`${await session.get("1.3.6.1.4.1.99999.1.0")}`);
const mib = builtin.clone();
mib.add(`LAB-MIB DEFINITIONS ::= BEGIN
  IMPORTS enterprises, OBJECT-TYPE FROM SNMPv2-SMI
    TEXTUAL-CONVENTION FROM SNMPv2-TC;
  Tenths ::= TEXTUAL-CONVENTION DISPLAY-HINT "d-1" STATUS current
    DESCRIPTION "Tenths of a degree." SYNTAX Unsigned32
  lab OBJECT IDENTIFIER ::= { enterprises 99999 }
  roomTemperature OBJECT-TYPE SYNTAX Tenths UNITS "degrees Celsius"
    MAX-ACCESS read-only STATUS current
    DESCRIPTION "How warm it is." ::= { lab 1 }
END`);
await using knowing = await net.snmp.open(where, { mib });
console.log(`${await knowing.get("roomTemperature")}`);

// %% set: change something
// Few agents let it happen, and only to who may write. check() is the agent's say:
// a name without blanks. What is set is there for all who ask afterwards.
// Python: next(setCmd(..., ObjectType(identity, "edge2")))
agent.set("sysName", "edge1", {
  writable: true,
  check: (name) => !`${name}`.includes(" "),
});
await using writer = await net.snmp.open(where, { community: "workshop" });
await writer.set("sysName", "edge2");
console.log((await session.get("sysName")).value);

// %% What is refused
// Codes for programs, words for people, and `hint` says what to do. Who sets
// several sets all or none: a list with one wrong value changes nothing.
const problem = async (work: () => Promise<unknown>) => {
  try {
    await work();
    return "done";
  } catch (error) {
    if (error instanceof net.NetError) {
      return `${error.code}: ${error.message.split(". Try: ")[0]}`;
    }
    if (error instanceof TypeError) return `TypeError: ${error.message}`;
    throw error;
  }
};
console.log(await problem(() => session.set("sysName", "mine")));
console.log(await problem(() => writer.set("sysDescr", "A better switch")));
console.log(await problem(() => writer.set("sysName", "edge 2")));
console.log(await problem(() => writer.set("sysUpTime", true)));
const both = [{ name: "sysName", value: "x" }, { name: "sysDescr", value: "" }];
console.log((await problem(() => writer.setAll(both))).split(":")[0]);
console.log((await session.get("sysName")).value);

// %% Who listens on the way
// A relay between us and the agent keeps what passes: any router could.
const passed: Uint8Array[] = [];
await using relay = await net.udp.open({ hostname: "127.0.0.1" });
const passing = (async () => {
  let client: net.tcp.Endpoint | undefined;
  for await (const { data, from } of relay) {
    passed.push(data);
    const isAnswer = from.port === agent.address.port;
    if (!isAnswer) client = from;
    await relay.send(data, isAnswer ? client! : agent.address);
  }
})();

const sees = (text: string) =>
  passed.some((octets) =>
      new TextDecoder("latin1").decode(octets).includes(text)
    )
    ? "readable"
    : "–";

// %% What each version protects
// Versions 1 and 2c put their password, the community, into each datagram, and
// everything else with it. Version 3 has users. One without passwords is protected
// by nothing; `auth` signs, so that nobody can forge or repeat; `priv` encrypts.
// Python: CommunityData("public"); UsmUserData("ada", authKey, privKey, ...)
const seen: Record<string, string>[] = [];
for (
  const options of [{ version: "1" }, { version: "2c" }, { user: ada }] as const
) {
  passed.length = 0;
  await using asked = await net.snmp.open(`${relay.address}`, options);
  await asked.get("sysLocation");
  seen.push({
    version: asked.version,
    community: sees("public"),
    user: sees("ada"),
    password: sees("notes on the engine"),
    value: sees("Room 15"),
  });
}
console.log(net.inspect.table(seen, { canvas: page }));

// %% A wrong password, in words
// A wrong community is not answered: silence may be a firewall, a switch that is
// off, or a typing mistake. Version 3 says what is wrong.
const asks = (options: net.snmp.OpenOptions) =>
  problem(async () => {
    await using asked = await net.snmp.open(where, options);
    await asked.get("sysName");
  });
const wrong = { password: "a guess, no more" };
console.log(await asks({ community: "pubilc", timeout: 200, retries: 0 }));
console.log(await asks({ user: { ...ada, name: "eve" } }));
console.log(await asks({ user: { ...ada, auth: { ...ada.auth!, ...wrong } } }));
console.log(await asks({ user: { ...ada, priv: { ...ada.priv!, ...wrong } } }));
console.log(await asks({ user: { name: "ada" } }));

// %% Counters only grow
// No agent knows "megabits a second". It counts octets, and whoever wants a rate
// reads twice and divides. At 2³² a counter of 32 bits begins anew: at 1 Gb/s after
// 34 seconds. So lower than before is no less, unless the device itself began anew.
// Python: (after - before) % 2**32 / seconds, and surprises after a restart
const reading = (value: number, uptime: number, at: number) => ({
  value,
  uptime: uptime * 1000,
  at: at * 1000,
});
const before = reading(4_294_000_000, 600, 0);
const pairs = {
  "went on": reading(4_294_600_000, 660, 60),
  "wrapped": reading(5_032_704, 660, 60),
  "restarted": reading(5_032_704, 12, 60),
};
console.log(net.inspect.table(
  Object.entries(pairs).map(([what, after]) => {
    const { state, delta, perSecond } = net.snmp.counterRate(before, after);
    return { what, state, delta, perSecond };
  }),
  { canvas: page },
));

// %% Rates, read live
// ge1 counts 10,000 octets more each time that it is asked, and stands just before
// its end. rates() reads every so often; better counters, of 64 bits, are taken by
// themselves where there are any (ifHCInOctets).
// Try this: type session.live() at the prompt, and look at it for a while.
let octets = 2 ** 32 - 25_000;
agent.set("ifInOctets.1", () => octets = (octets + 10_000) % 2 ** 32);
const rates = session.rates("ifInOctets.1", { interval: 20 });
for (let i = 0; i < 3; i++) {
  const sample = (await rates.next()).value!;
  for (const { value, delta, state, perSecond } of sample) {
    console.log(value, delta, state, perSecond! > 0);
  }
}

// %% Somebody pulls the plug
// The switch starts again: its uptime, and all counters, begin at 0. As a
// wrap that would be a rate beyond any cable; the uptime tells them apart, and
// there is no rate until the next reading.
started = Date.now();
octets = 0;
for (let i = 0; i < 2; i++) {
  const { restarted, rates: [one] } = (await rates.next()).value!;
  console.log(restarted, one?.value, one?.state, one?.delta);
}
await rates.return();

// %% Devices that speak up
// Asking every minute misses what lasts a second. A trap says it at once, over UDP
// port 162: one datagram, of which nobody knows whether it arrived. It carries
// what matters about it, by the same names.
// Python: pysnmp.entity.rfc3413.ntfrcv.NotificationReceiver; sendNotification
await using listener = await net.snmp.listenTraps({
  ...{ hostname: "127.0.0.1", port: 0 },
  users: [ada],
});
const boss = `${listener.address}`;
await agent.trap(boss, "linkDown", {
  "ifIndex.1": 1,
  "ifOperStatus.1": "down",
});
const trap = await listener.receive();
console.log(trap.name, trap.kind, trap.version);
for (const one of trap.variables) console.log(`${one}`);
console.log(trap.value("ifOperStatus"));

// %% Informs are acknowledged
// The same, but the sender waits for an answer, and sends it again if none comes.
// With a user it is signed and encrypted; a stranger's is counted, and no more.
// Python: sendNotification(..., "inform", ...)
await agent.inform(boss, "linkUp", { "ifIndex.1": 1 }, { user: ada });
const inform = await listener.receive();
console.log(inform.name, inform.kind, inform.user, inform.level);
const patience = { timeout: 100, retries: 1 };
await agent.trap(boss, "coldStart", {}, { community: "guess" });
console.log(
  await problem(() =>
    agent.inform(boss, "coldStart", {}, { community: "guess", ...patience })
  ),
);
console.log(listener.counts.unknownCommunities, "thrown away");

// %% A device on one card
// describe() asks for all that says what a machine is: system, interfaces with
// their addresses, storage, neighbours, routes. What it does not have is left out.
// Ask your own devices, and those that you look after; a walk through somebody
// else's switch is a scan.
// snmpwalk, snmptable and a good eye; Python: all of the above by hand
const card = await session.describe();
console.log(card);
console.log(card.interfaces.filter((one) => one.status === "up").length, "up");

// %% Put away
await relay.close();
await passing;

// %% Takeaways
// - A fact has a number in one tree, and a MIB gives it a name; behind it stands
//   which one: .0, or the table's index.
// - get asks for one, next for what is behind, walk for all below, table for rows.
// - Versions 1 and 2c send their password with each datagram: read only, and only
//   where nobody listens. Version 3 with auth and priv is for all else.
// - Silence is an answer, too: a wrong community, a firewall, a dead switch.
// - A rate is two readings: mind the wrap, and the restart.
// - A trap may get lost, an inform is repeated; so ask now and then all the same.
// - scripts/snmp_poller.ts draws the rates of many devices.
