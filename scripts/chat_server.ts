#!/usr/bin/env -S deno run --allow-net
/**
 * A room to talk in, over TCP, a line a message: `nc 127.0.0.1 4000` is client
 * enough.
 * @module
 */

import { parseArgs } from "node:util";
import * as net from "netrepl";

const USAGE =
  `Usage: chat_server.ts [--port N] [--listen ADDRESS] [--max N] [--quiet]
  --port N          where to listen; 0 takes a free one  (4000 if not said)
  --listen ADDRESS  on which address  (127.0.0.1, this machine alone)
  --max N           people at once; others wait  (100 if not said)
  --quiet           say nothing of who comes and goes
Nothing is encrypted, and nobody has to prove who they are.
SIGINT and SIGTERM end it.`;

const HELP = "Commands: /who, /nick NAME, /msg NAME TEXT, /me TEXT, /quit";

/** Octets of a line, lines not yet taken by a reader, and ms to say a name. */
const LIMITS = { line: 512, behind: 100, naming: 60_000 };

/** One of those in the room. */
interface Member {
  name: string;
  readonly lines: net.tcp.Frames<string>;
  /** Lines that are on their way to a reader who may be slow. */
  behind: number;
}

/** The room: who is there, and how to talk to them. */
class Room {
  readonly #members = new Map<string, Member>();

  get names(): string[] {
    return [...this.#members.values()].map(({ name }) => name);
  }

  find(name: string): Member | undefined {
    return this.#members.get(name.toLowerCase());
  }

  /** Gives a name to somebody, or says why not. */
  enter(member: Member, name: string): string | undefined {
    if (!/^[\p{L}\p{N}_-]{1,20}$/u.test(name)) {
      return "A name has 1 to 20 letters, digits, - or _";
    }
    const holder = this.find(name);
    if (holder && holder !== member) return `${name} is taken`;
    this.leave(member);
    member.name = name;
    this.#members.set(name.toLowerCase(), member);
  }

  leave(member: Member): boolean {
    const isIn = this.find(member.name) === member;
    if (isIn) this.#members.delete(member.name.toLowerCase());
    return isIn;
  }

  /** Nobody waits for a slow reader: who is too far behind has to go. */
  tell(member: Member, text: string): void {
    if (member.behind >= LIMITS.behind) return member.lines.connection.reset();
    member.behind++;
    // Who is gone hears of it from reading.
    member.lines.send(text).catch(() => {}).finally(() => member.behind--);
  }

  all(text: string, except?: Member): void {
    for (const member of this.#members.values()) {
      if (member !== except) this.tell(member, text);
    }
  }
}

/** Lines go to other people's terminals: they must not steer them. */
const plain = (line: string) => line.replace(/\p{C}/gu, "").trim();

/** Does what a line says; gives true for a good-bye. */
function obey(room: Room, member: Member, line: string): boolean {
  const { name } = member;
  const [, command, rest = ""] = line.match(/^\/(\S*)\s*(.*)$/) ?? [];
  if (command === undefined) room.all(`${name}: ${line}`, member);
  else if (command === "quit") return true;
  else if (command === "who") room.tell(member, room.names.join(", "));
  else if (command === "me" && rest) room.all(`* ${name} ${rest}`);
  else if (command === "nick") {
    const refused = room.enter(member, rest);
    if (refused) room.tell(member, refused);
    else room.all(`* ${name} is now ${member.name}`);
  } else if (command === "msg" && rest.includes(" ")) {
    const [to = "", ...words] = rest.split(" ");
    const other = room.find(to);
    if (other) room.tell(other, `${name} (to you): ${words.join(" ")}`);
    else room.tell(member, `Nobody here is called ${to}`);
  } else room.tell(member, HELP);
  return false;
}

/** Asks for a name until there is one that will do. */
async function naming(
  room: Room,
  member: Member,
  signal: AbortSignal,
): Promise<boolean> {
  const timeout = LIMITS.naming;
  await member.lines.send("Your name?");
  let name: string | null;
  while ((name = await member.lines.read({ signal, timeout })) !== null) {
    const refused = room.enter(member, plain(name));
    if (refused === undefined) return true;
    await member.lines.send(`${refused}. Your name?`);
  }
  return false;
}

/** Serves one client from hello to good-bye. */
async function attend(
  room: Room,
  connection: net.tcp.Connection,
  signal: AbortSignal,
  log: (text: string) => void,
): Promise<void> {
  const framing = net.tcp.lines({ max: LIMITS.line });
  const lines = net.tcp.frames(connection, framing);
  const member: Member = { name: "", lines, behind: 0 };
  let why = "left";
  try {
    if (!await naming(room, member, signal)) return;
    log(`${member.name} came from ${connection.remoteAddress}`);
    room.tell(member, `Here are: ${room.names.join(", ")}. ${HELP}`);
    room.all(`* ${member.name} came`, member);
    let line: string | null;
    while ((line = await lines.read({ signal })) !== null) {
      const text = plain(line);
      if (text !== "" && obey(room, member, text)) break;
    }
  } catch (error) {
    if (signal.aborted) why = "was here to the end";
    else if (error instanceof net.NetError) why = `left (${error.code})`;
    else throw error;
    const last = signal.aborted ? "The server closes" : why;
    await lines.send(`* ${last}`, { timeout: 500 }).catch(() => {});
  } finally {
    if (room.leave(member)) {
      log(`${member.name} ${why}`);
      if (!signal.aborted) room.all(`* ${member.name} ${why}`);
    }
  }
}

/** Reads what was typed; where it makes no sense, the program ends. */
function typed() {
  if (Deno.args.includes("--help")) {
    console.log(USAGE);
    Deno.exit();
  }
  try {
    const options = {
      port: { type: "string", default: "4000" },
      listen: { type: "string", default: "127.0.0.1" },
      max: { type: "string", default: "100" },
      quiet: { type: "boolean", default: false },
    } as const;
    const { values } = parseArgs({ args: Deno.args, options });
    const number = (name: "port" | "max", least: number, most: number) => {
      const value = Number(values[name] || NaN);
      if (Number.isInteger(value) && value >= least && value <= most) {
        return value;
      }
      throw new RangeError(
        `--${name} must be ${least} to ${most}: current value is ${
          values[name]
        }`,
      );
    };
    const port = number("port", 0, 65_535);
    return { ...values, port, max: number("max", 1, 10_000) };
  } catch (error) {
    console.error(`${(error as Error).message}\n${USAGE}`);
    Deno.exit(2);
  }
}

async function main(): Promise<void> {
  const { port, listen: hostname, max: maxConnections, quiet } = typed();
  const room = new Room();
  const log = (text: string) => {
    if (!quiet) console.log(text);
  };
  const server = await net.tcp.serve(
    {
      ...{ hostname, port, maxConnections },
      onError: (error) => console.error(error),
    },
    (connection, { signal }) => attend(room, connection, signal, log),
  );
  console.log(`Chat on ${server.address}`);
  const { promise: ended, resolve: end } = Promise.withResolvers<void>();
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    Deno.addSignalListener(signal, end);
  }
  await ended;
  await server.close({ drain: 1000 });
  console.log(server);
}

try {
  await main();
} catch (error) {
  if (!(error instanceof net.NetError)) throw error;
  console.error(error.message);
  Deno.exitCode = 1;
}
// The signals would keep the program waiting.
if (Deno.exitCode === 0) Deno.exit(0);
