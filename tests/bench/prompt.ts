/**
 * How long until the first prompt, and until the first answer, beside the
 * prompts that readers know: each on a pseudo-terminal, run in turns so that
 * all of them meet the same machine.
 *
 * @module
 */

import * as net from "../../mod.ts";
import { median, timeOnPty, type Timing } from "./pty.ts";

const ROUNDS = 21;

const root = new URL("../../", import.meta.url).pathname;
const sum = (end: string) => ({ type: `40+2${end}`, see: "42" });

async function works(command: string, ...args: string[]): Promise<boolean> {
  try {
    return (await new Deno.Command(command, {
      args,
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).output()).success;
  } catch {
    return false;
  }
}

/** The interpreter itself: version managers put a script before it. */
async function python(): Promise<string> {
  if (await works("/usr/bin/python3", "--version")) return "/usr/bin/python3";
  const { stdout } = await new Deno.Command("python3", {
    args: ["-c", "import sys; print(sys.executable)"],
  }).output();
  return new TextDecoder().decode(stdout).trim();
}

async function contenders(): Promise<Record<string, Timing>> {
  const deno = Deno.execPath();
  const all: Record<string, Timing> = {
    terminal: {
      command: "sh -c 'printf \"> \"; cat'",
      prompt: "> ",
      then: { type: "42\n", see: "42" },
      quit: "\x04",
    },
    "python3": {
      command: `${await python()} -q`,
      prompt: ">>> ",
      then: sum("\n"),
      quit: "exit()\n",
    },
    "deno repl": {
      command: `${deno} repl -q`,
      prompt: "> ",
      then: sum("\r"),
      quit: "close()\r",
    },
  };
  if (await works("node", "--version")) {
    all.node = {
      command: "node",
      prompt: "> ",
      then: sum("\n"),
      quit: ".exit\n",
    };
  }
  if (await works("ipython3", "--version")) {
    all.ipython3 = {
      command: "ipython3 --no-banner --no-confirm-exit --colors=NoColor",
      prompt: "In [1]",
      then: sum("\r"),
      quit: "\x04",
    };
  }
  const program = `${root}dist/netrepl`;
  if (await works(program, "--version")) {
    all["netrepl, single file"] = {
      command: program,
      prompt: "net> ",
      then: sum("\r"),
      quit: "\x04",
    };
  }
  all["netrepl, deno run"] = {
    command: `${deno} run -A ${root}repl/main.ts`,
    prompt: "net> ",
    then: sum("\r"),
    quit: "\x04",
  };
  all["netrepl, deno task repl"] = {
    command: `${deno} task -q --cwd ${root} repl`,
    prompt: "net> ",
    then: sum("\r"),
    quit: "\x04",
  };
  return all;
}

/** Memory that an idle prompt holds, in octets. */
async function idleMemory(program: string): Promise<number | undefined> {
  const child = new Deno.Command("script", {
    args: ["-qfec", `exec ${program}`, "/dev/null"],
    stdin: "piped",
    stdout: "null",
    stderr: "null",
    env: { TERM: "xterm-256color" },
  }).spawn();
  const writer = child.stdin.getWriter();
  try {
    const type = (text: string) => writer.write(new TextEncoder().encode(text));
    await new Promise((resolve) => setTimeout(resolve, 1500));
    await type("1+1\r");
    await new Promise((resolve) => setTimeout(resolve, 3000));
    const status = await residentOf(child.pid);
    await type("\x04");
    await child.status;
    return status;
  } finally {
    await writer.close().catch(() => {});
  }
}

/** The largest process below another. */
async function residentOf(parent: number): Promise<number | undefined> {
  const sizes: number[] = [];
  const parents = new Map<number, number>();
  for await (const { name } of Deno.readDir("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const text = await Deno.readTextFile(`/proc/${name}/status`).catch(() =>
      ""
    );
    parents.set(Number(name), Number(/PPid:\s+(\d+)/.exec(text)?.[1]));
  }
  for (const pid of parents.keys()) {
    let above: number | undefined = pid;
    while (above && above !== parent) above = parents.get(above);
    if (above !== parent || pid === parent) continue;
    const text = await Deno.readTextFile(`/proc/${pid}/status`).catch(() => "");
    const kib = Number(/VmRSS:\s+(\d+)/.exec(text)?.[1]);
    if (kib > 0) sizes.push(kib * 1024);
  }
  return sizes.length > 0 ? Math.max(...sizes) : undefined;
}

/** Milliseconds of several turns. */
interface Times {
  readonly prompt: number[];
  readonly then: number[];
}

/** Runs two programs in turns, so that both meet the same machine. */
async function pair(a: Timing, b: Timing): Promise<[Times, Times]> {
  const times: [Times, Times] = [
    { prompt: [], then: [] },
    { prompt: [], then: [] },
  ];
  for (let round = -2; round < ROUNDS; round++) {
    for (const [index, timing] of [a, b].entries()) {
      const { prompt, then } = await timeOnPty(timing);
      // The first rounds fill caches.
      if (round < 0) continue;
      times[index]!.prompt.push(prompt);
      times[index]!.then.push(then);
    }
  }
  return times;
}

/** Prints the table. */
export async function bench(): Promise<void> {
  const { python3, terminal, ...others } = await contenders();
  const [floor] = await pair(terminal!, python3!);
  const less = (times: readonly number[], of: readonly number[]) =>
    median(times) - median(of);
  const rows = [];
  for (const [name, timing] of Object.entries(others)) {
    const [theirs, ours] = await pair(python3!, timing);
    const prompt = less(ours.prompt, floor.prompt);
    const then = less(ours.then, floor.then);
    const pythonPrompt = less(theirs.prompt, floor.prompt);
    const pythonThen = less(theirs.then, floor.then);
    rows.push({
      name,
      prompt: `${prompt.toFixed(1)} ms`,
      "python3's": `${pythonPrompt.toFixed(1)} ms`,
      ratio: (prompt / pythonPrompt).toFixed(2),
      "first answer": `${then.toFixed(1)} ms`,
      "python3's ": `${pythonThen.toFixed(1)} ms`,
      "ratio ": (then / pythonThen).toFixed(2),
    });
  }
  console.log(net.inspect.table(rows, {
    title:
      `First prompt and first answer, each in ${ROUNDS} pairs with python3: medians, less the terminal's own ${
        median(floor.prompt).toFixed(1)
      } ms`,
    canvas: net.inspect.canvas({ width: 110 }),
  }));
  for (const name of ["netrepl, single file", "netrepl, deno run"]) {
    const command = others[name]?.command;
    const memory = command && await idleMemory(command);
    if (memory) {
      console.log(`${name}: ${net.inspect.bytes(memory)} resident when idle`);
    }
  }
}
