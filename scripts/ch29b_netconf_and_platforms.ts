#!/usr/bin/env -S deno run --allow-net=127.0.0.1 --allow-read=/tmp --allow-write=/tmp
// ---
// chapter: 29
// title: Platforms of one's own, templates, and NETCONF
// goal: Let a device tell what it is, write a template for its output, describe a platform that nobody knows in thirty lines, and speak NETCONF, which needs none of that.
// needs: loopback
// minutes: 35
// ---
import * as net from "netrepl";

// %% What is known already
// A platform is data: prompts, modes, how it refuses, how it is configured.
// Python: netmiko has a class for each, napalm a driver
const known = await net.device.platforms();
console.log(
  known.length,
  "platforms,",
  known.map(({ name }) => name).join(" "),
);
console.log(known.find(({ name }) => name === "cisco_nxos")?.aliases);

// %% Which one is it?
// platform: "auto" finds out. The prompt's shape and how the SSH server names
// itself come first, as they cost nothing; then commands that only show something,
// those first which tell most of the platforms left apart.
// Python: netmiko.SSHDetect(**device).autodetect()
const found: Record<string, unknown>[] = [];
for (const name of ["mikrotik_routeros", "huawei_vrp", "arista_eos", "frr"]) {
  await using device = await net.device.fake(name, { password: "lake-15" });
  const target = { ...device.target, platform: "auto", open: false };
  await using session = await net.device.connect(target);
  const { prompt, platform } = session;
  const typed = device.commands.join(", ");
  found.push({ prompt: prompt.text, typed, platform: platform.name });
}
const page = net.inspect.canvas({ width: 80 });
console.log(net.inspect.table(found, { canvas: page }));

// %% An output without a template
// What some box prints about its lines: made for eyes, the name only once for all
// that belongs to it.
const printed = `Line card 1 (access), serial A100
  port 1   up      1000 Mb/s  errors 0
  port 2   down       0 Mb/s  errors 17
Line card 2 (uplink), serial B200
  port 1   up     10000 Mb/s  errors 3
`;

// %% A template, line by line
// Values are the columns: a name and what it looks like. Filldown keeps a value
// for the rows that follow, Required drops rows that have none. Then the rules of
// a state, tried in their order on each line: $NAME, or ${NAME}, stands for the
// value's own expression, $$ for the end of the line, -> Record ends a row.
// Python: textfsm.TextFSM(open("ports.textfsm")).ParseText(printed)
const template = net.device.textfsm(String.raw`Value Filldown CARD (\d+)
Value Filldown SERIAL (\w+)
Value Required PORT (\d+)
Value STATE (up|down)
Value ERRORS (\d+)

Start
  ^Line card $CARD \(.*\), serial $SERIAL$$
  ^\s+port $PORT\s+$STATE\s.*errors $ERRORS$$ -> Record
  ^. -> Error "a line that the template does not know"
`);
console.log(net.inspect.table(template.parse(printed), { canvas: page }));

// %% A template that notices
// The last rule takes every line that no other did. Without it a new release
// that words one line differently gives fewer rows, and nobody is told.
// Try this: leave the rule away, and look at the rows.
// Python: raises textfsm.TextFSMError as well
try {
  template.parse(printed.replace("port 2   down", "port 2   errdown"));
} catch (error) {
  if (!(error instanceof net.device.TextFsmError)) throw error;
  console.log(error.message);
}

// %% A platform that nobody knows
// A power strip with a command line. A prompt's pattern is for the whole last line,
// and the group host is the device's name in it. `to` says what to type to come
// from one mode to the next.
// Python: a class ConnectHandler of one's own, entered in netmiko's CLASS_MAPPER
const description = String.raw`
name: acme_strip
title: Acme power strip
modes:
  user:
    prompt: '^(?<host>[\w-]+) \$ ?$'
    to:
      admin:
        - send: su
          answers: [{ question: "Secret: ?$", say: { secret: enable } }]
  admin: { prompt: '^(?<host>[\w-]+) \# ?$', to: { user: [leave] } }
paging: { more: "^-- more --$", key: " " }
failures: ["^Error: "]
close: [bye]
config: { mode: admin, style: lines, show: export, showMode: admin }
detect: [{ command: about, pattern: "Acme Power" }]
`;

// %% What it answers, and how that is read
// Templates by command, for { parse: true }. The dialogue is what the real device
// said: it makes the fake one, so that programs are tested without the strip.
const dialogue = String.raw`
templates:
  outlets: |
    Value OUTLET (\d+)
    Value NAME (\S+)
    Value STATE (on|off)

    Start
      ^$OUTLET\s+$NAME\s+$STATE\s -> Record
dialogue:
  host: strip1
  source: typed at the device
  start: user
  prompts: { user: "{host} $ ", admin: "{host} # " }
  asks: { su: ["Secret: "] }
  answers: { "*": { outlets: "1  router  on  31 W\n2  lamp    off  0 W" } }
  unknown: "Error: no such word: {command}"
  config: "set outlet 1 name router\nset outlet 2 name lamp"
`;

// %% A session with it
// The path of the file takes the place of a name, everywhere.
const folder = await Deno.makeTempDir({ dir: "/tmp" });
const file = `${folder}/acme_strip.yaml`;
await Deno.writeTextFile(file, description + dialogue);
await using strip = await net.device.fake(file, { password: "lake-15" });
await using session = await net.device.connect(strip.target);
const { rows } = await session.send("outlets", { parse: true });
console.log(rows);
console.log((await session.send("outlet 2 on")).failure);
await session.configure("set outlet 2 name fan");
console.log(`${await session.diff()}`);
console.log(strip.commands);

// %% What is wrong with a description
// All of it is said, with line and column: first what has not the right form, and
// then what does not fit together.
const { PlatformError, loadPlatform } = net.device;
const whole = description + dialogue;
for (
  const wrong of [
    whole.replace("[leave]", "leave").replace("failures:", "failure:"),
    whole.replace("[leave]", "[leaf]").replace("mode: admin", "mode: root"),
    whole.replace(String.raw`\# ?$`, ".*$"),
  ]
) {
  await Deno.writeTextFile(file, wrong);
  await loadPlatform(file).catch((error) => {
    if (!(error instanceof PlatformError)) throw error;
    for (const { line, path, message } of error.problems) {
      console.log(`line ${line}, ${path}: ${message}`);
    }
  });
}
await Deno.remove(folder, { recursive: true });

// %% NETCONF: for programs from the start
// No prompts, no pages, no templates: requests and replies in XML over SSH, each
// with a number, and errors that say what they are. A device of ours, to see what
// goes by: in version 1.0 each message ends with ]]>]]> (RFC 6242).
const NS = "urn:ietf:params:xml:ns:netconf:base:1.0";
const END = "]]>]]>";
const seen: string[] = [];
async function device(session: net.ssh.ServerSession): Promise<number> {
  const can = ["base:1.0", "capability:candidate:1.0"]
    .map((one) => `<capability>urn:ietf:params:netconf:${one}</capability>`);
  await session.write(`<hello xmlns="${NS}"><capabilities>${can.join("")}
</capabilities><session-id>1</session-id></hello>${END}`);
  let text = "";
  for await (const octets of session) {
    text += new TextDecoder().decode(octets);
    const messages = text.split(END);
    text = messages.pop()!;
    for (const message of messages) await session.write(answer(message));
  }
  return 0;
}

// %% What it does
// It keeps two configurations: the running one, and a candidate to work on.
const configs = { running: "<host-name>core1</host-name>", candidate: "" };
function answer(message: string): string {
  seen.push(message);
  const rpc = net.device.parseXml(message);
  const [request] = rpc.elements;
  let inner = "<ok/>";
  if (rpc.localName === "hello") return "";
  if (request?.localName === "get-config") {
    inner = `<data>${configs.running}</data>`;
  } else if (request?.localName === "edit-config") {
    configs.candidate = request.find("config")!.elements.join("");
  } else if (request?.localName === "commit") {
    configs.running = configs.candidate;
  } else if (request?.localName === "validate") inner = refusal;
  const id = rpc.attributes["message-id"];
  return `<rpc-reply xmlns="${NS}" message-id="${id}">${inner}</rpc-reply>${END}`;
}

// %% How it refuses
const refusal = `<rpc-error>
  <error-type>application</error-type>
  <error-tag>invalid-value</error-tag>
  <error-severity>error</error-severity>
  <error-path>/host-name</error-path>
  <error-message>a name has no blanks</error-message>
</rpc-error>`;

// %% Say hello
// Both say first what they can do; what both can is what is spoken. On real
// devices NETCONF has port 830, and `set system services netconf ssh` or the like
// turns it on.
// Python: ncclient.manager.connect(host=..., username=..., password=...)
await using core = await net.device.fake("juniper_junos", {
  password: "lake-15",
  subsystems: { netconf: device },
});
const { host, port, user, password, ssh } = core.target;
const netconf = await net.device.netconf(
  { hostname: host, port, user },
  { ...ssh, password },
);
console.log(netconf.version, netconf.has("candidate"), netconf.has("xpath"));

// %% Ask, change, commit
// What comes is a tree; what is sent is checked to be well-formed first.
// Python: m.get_config("running"), m.edit_config(target="candidate", ...), m.commit()
console.log((await netconf.getConfig()).toObject());
{
  await using _lock = await netconf.lock();
  await netconf.editConfig("<host-name>core9</host-name>");
  await netconf.commit();
}
console.log((await netconf.getConfig()).toObject());
console.log(seen.length, "messages; the fourth:");
console.log(net.device.parseXml(seen[3]!));

// %% An error is data, too
// The tag is for programs, one of the few that RFC 6241 has; the message is for
// people, and the path says where.
// Python: except ncclient.operations.RPCError as error: error.tag
try {
  await netconf.editConfig("<host-name>core 9</host-name>");
  await netconf.rpc("<validate><source><candidate/></source></validate>");
} catch (error) {
  if (!(error instanceof net.device.NetconfError)) throw error;
  console.log(error.tag, error.path, error.errors[0]?.message);
}
await netconf.close();

// %% Takeaways
// - A platform is data; who has a new kind of device writes thirty lines, no class.
// - The shape of a prompt and harmless commands tell which platform a device is of.
// - A template ends with a rule for what it does not know, or it loses rows silently.
// - What a device said once is a test for ever: as a dialogue or as a recording.
// - Where there is NETCONF, take it: data in, data out, errors with tags.
