#!/usr/bin/env -S deno run --allow-read --allow-write --allow-run=nft,unshare,setsid --allow-ffi --allow-env=SSH_CONNECTION
/**
 * The firewall of a machine, from a few questions: rules that an expert would
 * write, with a reason above each, tried by the kernel where they can do no
 * harm.
 *
 * Nothing is changed until it is told to: it shows the rules, writes them to a
 * file, or gives them to the kernel for half a minute, in which you see whether
 * you can still get in.
 * @module
 */

import { parseArgs } from "node:util";
import * as net from "netrepl";

const USAGE = `Usage: host_firewall.ts [OPTIONS]
It asks what no option says. The rules go to standard output, the rest to
standard error.
  --open SERVICE     what others may reach: tcp/22, udp/60000-61000, esp; as
                     often as needed
    --from PREFIX    who may reach the one before, as often as needed (everyone)
    --on INTERFACE   by which interface (all)
  --limit SERVICE=RATE  so many new connections of one address: tcp/22=10/minute
  --block FILE       drops all from and to the prefixes in it, one a line
  --dhcp             this machine gets its address by DHCP
  --no-ping          pings are not answered
  --no-log           what is refused is not logged
  --reject           who is refused is told
  --containers       others decide what passes through, as a container engine
  --inside INTERFACE   this machine is a router: one's own side …
  --outside INTERFACE  … and the Internet's
    --network PREFIX   who is inside, as often as needed (whoever is routed there)
    --publish SERVICE=ADDRESS[:PORT]  what the Internet reaches inside
  --table NAME       the name of the table  (host, of a router gateway)
  --yes              ask nothing
  --file FILE        write the rules there, for nft -f, or as /etc/nftables.conf
  --apply            give them to the kernel, until you say that all is well
    --confirm SECONDS  how long you have for that  (30)
    --previous FILE    what made the rules that are there, if nft read it
  --force            even if they cut the SSH session that you are in
It ends with 0, with 1 if something is wrong, 2 if the command line is.`;

type Host = net.firewall.patterns.HostOptions;
type Pattern = net.firewall.patterns.Pattern;

/** One `--open` with what follows it. */
interface Opened {
  readonly port: string;
  readonly from: string[];
  readonly on: string[];
}

/** What was typed, or answered. */
interface Wanted {
  open: Opened[];
  role: "host" | "containers" | "router";
  inside: string[];
  outside: string[];
  network: string[];
  publish: { readonly port: string; readonly to: string }[];
  dhcp: boolean;
  reject: boolean;
}

const OPTIONS = {
  "open": { type: "string", multiple: true },
  "from": { type: "string", multiple: true },
  "on": { type: "string", multiple: true },
  "limit": { type: "string", multiple: true, default: [] as string[] },
  "block": { type: "string", multiple: true, default: [] as string[] },
  "dhcp": { type: "boolean", default: false },
  "no-ping": { type: "boolean", default: false },
  "no-log": { type: "boolean", default: false },
  "reject": { type: "boolean", default: false },
  "containers": { type: "boolean", default: false },
  "inside": { type: "string", multiple: true, default: [] as string[] },
  "outside": { type: "string", multiple: true, default: [] as string[] },
  "network": { type: "string", multiple: true, default: [] as string[] },
  "publish": { type: "string", multiple: true, default: [] as string[] },
  "table": { type: "string" },
  "yes": { type: "boolean", default: false },
  "file": { type: "string" },
  "apply": { type: "boolean", default: false },
  "confirm": { type: "string", default: "30" },
  "previous": { type: "string" },
  "force": { type: "boolean", default: false },
  "help": { type: "boolean", short: "h", default: false },
} as const;

/** Reads what was typed. */
function typed(args: string[]) {
  const { values, tokens } = parseArgs({
    args,
    options: OPTIONS,
    tokens: true,
  });
  const open: Opened[] = [];
  for (const token of tokens) {
    if (token.kind !== "option" || token.value === undefined) continue;
    const { name, value } = token;
    if (name === "open") open.push({ port: value, from: [], on: [] });
    if (name !== "from" && name !== "on") continue;
    const last = open.at(-1);
    if (!last) throw new TypeError(`--${name} belongs behind an --open`);
    last[name].push(value);
  }
  const { inside, outside, network, publish, containers } = values;
  const isRouter = inside.length + outside.length > 0;
  if (!isRouter && network.length + publish.length > 0) {
    throw new TypeError(
      "--network and --publish belong to --inside and --outside",
    );
  }
  if (isRouter && (inside.length === 0 || outside.length === 0)) {
    throw new TypeError("A router has both --inside and --outside");
  }
  const confirm = Number(values.confirm);
  if (!(confirm >= 1 && confirm <= 86_400)) {
    throw new RangeError(
      `--confirm must be from 1 to 86400 seconds: current value is ${values.confirm}`,
    );
  }
  const wanted: Wanted = {
    open,
    role: isRouter ? "router" : containers ? "containers" : "host",
    inside,
    outside,
    network,
    publish: publish.map(published),
    dhcp: values.dhcp,
    reject: values.reject,
  };
  // What is said need not be asked.
  const said = {
    open: values.open !== undefined,
    role: isRouter || containers,
    dhcp: values.dhcp,
    reject: values.reject,
  };
  return { values: { ...values, confirm }, wanted, said };
}

type Typed = ReturnType<typeof typed>;

function published(text: string): { port: string; to: string } {
  const [port = "", to] = text.split(/=(.*)/s);
  if (to) return { port, to };
  throw new TypeError(
    `A publication must be as tcp/443=192.168.1.10: current value is ${text}`,
  );
}

/** Lines of standard input, one when it is asked for. */
class Answers {
  readonly #lines = Deno.stdin.readable
    .pipeThrough(new TextDecoderStream()).getReader();
  #rest = "";

  /** The next line; nothing at the end of the input. */
  async next(): Promise<string | undefined> {
    while (!this.#rest.includes("\n")) {
      const { value } = await this.#lines.read();
      if (value === undefined) {
        const last = this.#rest.trim();
        this.#rest = "";
        return last || undefined;
      }
      this.#rest += value;
    }
    const at = this.#rest.indexOf("\n");
    const line = this.#rest.slice(0, at).trim();
    this.#rest = this.#rest.slice(at + 1);
    return line;
  }

  /** Asks until the answer makes sense; on a pipe, nobody would ask back. */
  async ask<T>(question: string, read: (answer: string) => T): Promise<T> {
    for (;;) {
      await say(`${question} `, "");
      const answer = await this.next() ?? "";
      if (!Deno.stdin.isTerminal()) await say(answer);
      try {
        return read(answer);
      } catch (error) {
        if (!Deno.stdin.isTerminal()) throw error;
        await say((error as Error).message);
      }
    }
  }

  async yes(question: string): Promise<boolean> {
    return await this.ask(`${question} [y/N]`, (answer) => {
      if (/^(n|no|)$/i.test(answer)) return false;
      if (/^y(es)?$/i.test(answer)) return true;
      throw new TypeError(
        `The answer must be y or n: current value is ${answer}`,
      );
    });
  }
}

async function say(text: string, end = "\n"): Promise<void> {
  const octets = new TextEncoder().encode(text + end);
  for (let at = 0; at < octets.length;) {
    at += await Deno.stderr.write(octets.subarray(at));
  }
}

const words = (answer: string) => answer.split(/[\s,]+/).filter(Boolean);

/** Asks what was not said. */
async function asked({ wanted, said }: Typed, answers: Answers): Promise<void> {
  const { host } = net.firewall.patterns;
  if (!said.role) {
    wanted.role = await answers.ask(
      "Does this machine pass on packets of others: no, as a router, or for containers? [no]",
      (answer) => {
        if (/^(no?|)$/i.test(answer)) return "host";
        if (/^r(outer)?$/i.test(answer)) return "router";
        if (/^c(ontainers)?$/i.test(answer)) return "containers";
        throw new TypeError(
          `The answer must be no, router or containers: current value is ${answer}`,
        );
      },
    );
    if (wanted.role === "router") {
      const interfaces = (answer: string) => {
        if (words(answer).length > 0) return words(answer);
        throw new TypeError("A router has an interface on each side");
      };
      wanted.inside = await answers.ask(
        "Which interfaces are inside?",
        interfaces,
      );
      wanted.outside = await answers.ask(
        "Which are the Internet's?",
        interfaces,
      );
      wanted.network = await answers.ask(
        "Which networks are inside, as 192.168.1.0/24? [whatever is routed there]",
        (answer) => words(answer).map((text) => `${net.ip.subnet(text)}`),
      );
      wanted.publish = await answers.ask(
        "What does the Internet reach inside, as tcp/443=192.168.1.10? [nothing]",
        (answer) => words(answer).map(published),
      );
    }
  }
  if (!said.open) {
    const ports = await answers.ask(
      "What is this machine itself to be reached at, as tcp/22 udp/51820? [nothing]",
      (answer) => {
        host({ open: words(answer) });
        return words(answer);
      },
    );
    for (const port of ports) {
      const from = await answers.ask(
        `Who may reach ${port}, as 10.0.0.0/8? [everyone]`,
        (answer) => {
          net.ip.set(words(answer));
          return words(answer);
        },
      );
      wanted.open.push({ port, from, on: [] });
    }
  }
  if (!said.dhcp) {
    wanted.dhcp = await answers.yes("Does it get its address by DHCP?");
  }
  if (!said.reject) {
    wanted.reject = await answers.yes("Are those who are refused to be told?");
  }
}

/** The prefixes of a file: the first word of each line that is no remark. */
async function prefixesIn(file: string): Promise<string[]> {
  const text = await Deno.readTextFile(file);
  return text.split("\n").flatMap((line, i) => {
    const [prefix] = line.replace(/[#;].*/, "").trim().split(/\s+/);
    try {
      return prefix && net.ip.set([prefix]) ? prefix : [];
    } catch (error) {
      throw new TypeError(
        `${file}, line ${i + 1}: ${(error as Error).message}`,
      );
    }
  });
}

/** The rules. */
async function made({ values, wanted }: Typed): Promise<Pattern> {
  const { host, gateway, rateLimit, blockList, combine } =
    net.firewall.patterns;
  const guard: Host = {
    open: wanted.open.map(({ port, from, on }) => ({
      port,
      ...from.length > 0 && { from },
      ...on.length > 0 && { on },
    })),
    ping: !values["no-ping"],
    log: !values["no-log"],
    dhcp: wanted.dhcp,
    refuse: wanted.reject ? "reject" : "drop",
    name: values.table,
  };
  const { inside, outside, network, publish } = wanted;
  const base = wanted.role === "router"
    ? gateway({
      ...guard,
      inside,
      outside,
      forward: publish,
      ...network.length > 0 &&
        { networks: network, hairpin: publish.length > 0 },
    })
    : host({ ...guard, forwarding: wanted.role === "containers" });
  const limits = values.limit.map((text) => {
    const [port = "", rate = ""] = text.split("=");
    return rateLimit({ port, rate: rate as net.firewall.Rate });
  });
  const blocked = await Promise.all(values.block.map(prefixesIn));
  return combine(
    base,
    ...limits,
    ...blocked.length > 0 ? [blockList({ prefixes: blocked.flat() })] : [],
  );
}

/** Gives the rules to the kernel, and takes them back unless someone says that all is well. */
async function apply(
  pattern: Pattern,
  { values }: Typed,
  answers: Answers,
): Promise<void> {
  const { confirm, force, previous } = values;
  await using applied = await net.firewall.apply(pattern, {
    apply: true,
    confirm,
    force,
    ...previous !== undefined &&
      { previous: await Deno.readTextFile(previous) },
  });
  await say(
    `The kernel has them. Can you still get in, from another window? Type yes within ${confirm} s to keep them:`,
  );
  const answer = await Promise.race([
    answers.next(),
    applied.ended.then(() => undefined, () => undefined),
  ]);
  if (answer === "yes") {
    await applied.confirm();
    await say("They stay.");
  } else {
    await applied.restore();
    await say("What was there before is back.");
    Deno.exitCode = 1;
  }
}

async function main(args: string[]): Promise<void> {
  const all = typed(args);
  if (all.values.help) return console.log(USAGE);
  const answers = new Answers();
  if (!all.values.yes) await asked(all, answers);
  const pattern = await made(all);
  const text = pattern.toScript();
  await net.firewall.check(text);
  await say(
    `The kernel takes these ${pattern.explanation.rows.length} rules, tried in a place of its own.`,
  );
  for (const weakness of pattern.weaknesses) await say(`Mind: ${weakness}`);
  const { file } = all.values;
  if (file === undefined) console.log(text.trimEnd());
  else {
    await Deno.writeTextFile(file, text, { mode: 0o600 });
    await say(`They are in ${file}: nft -f ${file}`);
  }
  if (all.values.apply) await apply(pattern, all, answers);
}

/** What to type for what the library calls by its own words. */
const FLAGS: Readonly<Record<string, string>> = {
  "unknown-source": "--previous with the file that made it",
  "would-cut": "--force",
};

await main(Deno.args).then(() => Deno.exit(), (error) => {
  // Text that does not parse is a SyntaxError; parseArgs throws TypeErrors.
  const isMistake = error instanceof RangeError ||
    error instanceof TypeError || error instanceof SyntaxError;
  const isWorld = error instanceof net.NetError ||
    Object.values(Deno.errors).some((kind) => error instanceof kind);
  if (!isMistake && !isWorld) throw error;
  const { message, code, hint } = error as net.NetError;
  const flag = FLAGS[code];
  console.error(hint && flag ? message.replace(hint, () => flag) : message);
  if (isMistake) console.error(USAGE);
  Deno.exit(isMistake ? 2 : 1);
});
