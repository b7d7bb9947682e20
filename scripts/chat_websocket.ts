#!/usr/bin/env -S deno run --allow-net
/**
 * Rooms to talk in, over WebSocket, with a page for the browser. Everybody who
 * can speak WebSocket is client enough: what they send is what they say.
 * @module
 */

import { parseArgs } from "node:util";
import * as net from "netrepl";

const USAGE = `Usage: chat_websocket.ts [--port N] [--listen ADDRESS] [--max N]
                         [--history N] [--origin URL] [--quiet]
  --port N          where to listen; 0 takes a free one  (4080 if not said)
  --listen ADDRESS  on which address  (127.0.0.1, this machine alone)
  --max N           people at once; others are told 503  (100 if not said)
  --history N       messages that a room remembers  (50 if not said)
  --origin URL      pages of elsewhere that may connect; may be said more than once
  --quiet           say nothing of who comes and goes
http://127.0.0.1:4080 in a browser is the page. Other programs connect to
ws://127.0.0.1:4080/chat?room=lobby&name=anna, send texts, and receive events:
  {"kind":"said","time":"2026-01-01T00:00:00.000Z","name":"anna","text":"Hello!"}
Nothing is encrypted, and nobody has to prove who they are.
SIGINT and SIGTERM end it.`;

/** Octets of a message, messages at once and a second, rooms. */
const LIMITS = { message: 2000, burst: 10, rate: 2, rooms: 100 };

/** What the server sends, as JSON. */
type Event =
  | { kind: "said"; time: string; name: string; text: string }
  | { kind: "came" | "left"; name: string; people: string[] }
  | { kind: "welcome"; room: string; people: string[]; history: Event[] };

/** Our own reasons to close. */
const REFUSED = { badName: 4000, taken: 4001, noRoom: 4002 };

/** A room: who is in it, and what was said last. */
class Room {
  readonly #sockets = new net.ws.Room({ slow: "close" });
  readonly #names = new Map<string, string>();
  readonly #history: Event[] = [];
  readonly #remembers: number;

  constructor(remembers: number) {
    this.#remembers = remembers;
  }

  get people(): string[] {
    return [...this.#names.values()];
  }

  has(name: string): boolean {
    return this.#names.has(name.toLowerCase());
  }

  enter(room: string, name: string, socket: net.ws.Socket): Promise<void> {
    this.#names.set(name.toLowerCase(), name);
    const { people } = this;
    this.#tell({ kind: "came", name, people });
    this.#sockets.add(socket);
    const history = this.#history;
    const welcome: Event = { kind: "welcome", room, people, history };
    return socket.send(JSON.stringify(welcome));
  }

  leave(name: string, socket: net.ws.Socket): void {
    this.#sockets.delete(socket);
    this.#names.delete(name.toLowerCase());
    this.#tell({ kind: "left", name, people: this.people });
  }

  say(name: string, text: string): void {
    const time = new Date().toISOString();
    const event: Event = { kind: "said", time, name, text };
    this.#history.push(event);
    if (this.#history.length > this.#remembers) this.#history.shift();
    this.#tell(event);
  }

  #tell(event: Event): void {
    this.#sockets.broadcast(JSON.stringify(event));
  }
}

/** All rooms. One that everybody has left remembers, as long as there is room. */
class House {
  readonly #rooms = new Map<string, Room>();
  readonly #remembers: number;

  constructor(remembers: number) {
    this.#remembers = remembers;
  }

  /** Opens a room, or gives nothing if there are too many. */
  room(name: string): Room | undefined {
    const known = this.#rooms.get(name);
    if (known !== undefined) return known;
    if (this.#rooms.size >= LIMITS.rooms) {
      const [empty] = [...this.#rooms].find(([, room]) =>
        room.people.length === 0
      ) ?? [];
      if (empty === undefined) return undefined;
      this.#rooms.delete(empty);
    }
    const room = new Room(this.#remembers);
    this.#rooms.set(name, room);
    return room;
  }
}

/** A bucket of leave to speak, which fills with time: a token bucket. */
function bucket({ burst, rate }: { burst: number; rate: number }) {
  let tokens = burst;
  let last = performance.now();
  return () => {
    const now = performance.now();
    tokens = Math.min(burst, tokens + (now - last) / 1000 * rate);
    last = now;
    return tokens >= 1 && tokens-- >= 1;
  };
}

/** Serves one client from welcome to good-bye. */
async function attend(
  house: House,
  socket: net.ws.Socket,
  { searchParams }: URL,
  log: (text: string) => void,
): Promise<void> {
  const name = searchParams.get("name") ?? "";
  const roomName = searchParams.get("room") ?? "lobby";
  const isName = /^[\p{L}\p{N}_-]{1,20}$/u;
  if (!isName.test(name) || !isName.test(roomName)) {
    const why = "A name has 1 to 20 letters, digits, - or _";
    return await socket.close(REFUSED.badName, why);
  }
  const room = house.room(roomName);
  if (room === undefined) {
    return await socket.close(REFUSED.noRoom, "There are too many rooms");
  }
  if (room.has(name)) {
    return await socket.close(REFUSED.taken, `${name} is here already`);
  }
  log(`${name} came to ${roomName} from ${socket.remoteAddress}`);
  const mayTalk = bucket(LIMITS);
  try {
    await room.enter(roomName, name, socket);
    for await (const message of socket) {
      if (typeof message !== "string") {
        return await socket.close(1003, "Only text is understood here");
      }
      if (!mayTalk()) return await socket.close(1008, "Too much at once");
      const text = message.trim();
      if (text !== "") room.say(name, text);
    }
  } catch (error) {
    // That a connection breaks off is a way to leave.
    if (!(error instanceof net.NetError)) throw error;
  } finally {
    room.leave(name, socket);
    const { code } = await socket.closed;
    log(`${name} left ${roomName} (${code}, ${net.ws.closeReason(code)})`);
  }
}

const PAGE = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="content-security-policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:; connect-src 'self'">
<link rel="icon" href="data:,">
<title>Chat</title>
<style>
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; --line: #8884; --accent: #2a7fd4; }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 56rem; height: 100dvh; display: grid; grid-template: auto 1fr auto / 1fr 12rem; padding: 0 1rem 1rem; gap: 0 1rem; }
header { grid-column: 1 / -1; display: flex; gap: .6rem; align-items: center; padding: .8rem 0; border-bottom: 1px solid var(--line); flex-wrap: wrap; }
h1 { font-size: 1.2rem; margin: 0; flex: 1; white-space: nowrap; }
#state::before { content: "●"; color: #d0433b; margin-right: .3rem; }
#state.open::before { color: #2e9d57; }
#state.waiting::before { color: #c58a10; }
main { overflow-y: auto; padding: .6rem 0; }
aside { border-left: 1px solid var(--line); padding: .6rem 0 .6rem 1rem; overflow-y: auto; }
aside h2 { font-size: .9rem; margin: 0; opacity: .7; }
aside ul { list-style: none; margin: .2rem 0; padding: 0; }
p { margin: .15rem 0; overflow-wrap: anywhere; white-space: pre-wrap; }
p time { opacity: .5; font-size: .8rem; margin-right: .5rem; }
p b { margin-right: .5rem; }
p.note { opacity: .6; font-style: italic; }
form { display: flex; gap: .6rem; }
#talk { grid-column: 1 / -1; padding-top: .6rem; border-top: 1px solid var(--line); }
#talk input { flex: 1; }
input, button { font: inherit; padding: .3rem .7rem; border: 1px solid var(--line); border-radius: .35rem; color: FieldText; background: Field; min-width: 0; }
#enter input { width: 8rem; }
button { background: var(--accent); border-color: var(--accent); color: #fff; cursor: pointer; }
:disabled { opacity: .5; cursor: default; }
@media (max-width: 40rem) { body { grid-template-columns: 1fr; } aside { display: none; } #enter { width: 100%; } #enter input { flex: 1; } }
</style>
<header><h1>Chat</h1><span id="state">not connected</span>
<form id="enter"><input name="name" placeholder="your name" required maxlength="20" autocomplete="nickname"><input name="room" placeholder="room" required maxlength="20" value="lobby"><button>Enter</button></form></header>
<main role="log"></main>
<aside><h2>People</h2><ul></ul></aside>
<form id="talk"><input name="text" placeholder="Say something" maxlength="600" autocomplete="off" disabled><button disabled>Send</button></form>
<script>
const $ = (selector) => document.querySelector(selector);
const el = (tag, props, ...children) => {
  const node = Object.assign(document.createElement(tag), props);
  node.append(...children);
  return node;
};
const hue = (name) => [...name].reduce((sum, letter) => (sum * 31 + letter.codePointAt(0)) % 360, 7);
const named = (name, tag = "b") => el(tag, { textContent: name, style: "color: hsl(" + hue(name) + " 60% 50%)" });
const line = (...parts) => {
  const log = $("main"), atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 40;
  log.append(el("p", {}, ...parts));
  if (atEnd) log.scrollTop = log.scrollHeight;
};
const note = (text) => { line(text); $("main").lastChild.className = "note"; };
const people = (names) => $("aside ul").replaceChildren(...names.map((name) => named(name, "li")));
const state = (text, className = "") => {
  Object.assign($("#state"), { textContent: text, className });
  for (const part of $("#talk")) part.disabled = className !== "open";
};
const hear = {
  welcome: ({ room, people: names, history }) => {
    // After a broken connection the history has what was missed.
    const seen = last;
    for (const event of history) if (event.time > seen) hear[event.kind](event);
    $("h1").textContent = "Chat: " + room;
    people(names);
    note("You are in " + room + ".");
    state("connected", "open");
    $("#talk input").focus();
  },
  said: ({ time, name, text }) => {
    last = time;
    line(el("time", { dateTime: time, textContent: new Date(time).toTimeString().slice(0, 5) }), named(name), text);
  },
  came: ({ name, people: names }) => { people(names); note(name + " came."); },
  left: ({ name, people: names }) => { people(names); note(name + " left."); },
};
let socket, timer, failures = 0, last = "";
const connect = (query) => {
  clearTimeout(timer);
  state("connecting", "waiting");
  const mine = socket = new WebSocket("ws" + location.origin.slice(4) + "/chat?" + query);
  socket.onmessage = ({ data }) => {
    failures = 0;
    const event = JSON.parse(data);
    hear[event.kind]?.(event);
  };
  socket.onclose = ({ code, reason }) => {
    if (mine !== socket) return;
    people([]);
    // What the server says on purpose will be no different next time.
    if (code >= 4000 || code === 1003 || code === 1008 || code === 1009) {
      state("not connected");
      return note(reason || "The server closed the connection (" + code + ").");
    }
    const wait = Math.min(30, 2 ** failures++) * (500 + 500 * Math.random());
    state("back in " + (wait / 1000).toFixed(0) + " s", "waiting");
    timer = setTimeout(() => connect(query), wait);
  };
};
$("#enter").onsubmit = (event) => {
  event.preventDefault();
  const query = new URLSearchParams(new FormData(event.target));
  history.replaceState(null, "", "?" + query);
  socket?.close(1000);
  $("main").replaceChildren();
  failures = 0;
  last = "";
  connect(query);
};
$("#talk").onsubmit = (event) => {
  event.preventDefault();
  const { text } = event.target.elements;
  if (text.value.trim() !== "" && socket.readyState === 1) socket.send(text.value);
  text.value = "";
};
for (const [name, value] of new URLSearchParams(location.search)) {
  if ($("#enter").elements[name]) $("#enter").elements[name].value = value;
}
$("#enter").elements.name.focus();
</script>
</html>
`;

/** Reads what was typed; where it makes no sense, the program ends. */
function typed() {
  if (Deno.args.includes("--help")) {
    console.log(USAGE);
    Deno.exit();
  }
  try {
    const options = {
      port: { type: "string", default: "4080" },
      listen: { type: "string", default: "127.0.0.1" },
      max: { type: "string", default: "100" },
      history: { type: "string", default: "50" },
      origin: { type: "string", multiple: true, default: [] as string[] },
      quiet: { type: "boolean", default: false },
    } as const;
    const { values } = parseArgs({ args: Deno.args, options });
    const number = (name: "port" | "max" | "history", least: number) => {
      const value = Number(values[name] || NaN);
      const most = name === "port" ? 65_535 : 10_000;
      if (Number.isInteger(value) && value >= least && value <= most) {
        return value;
      }
      throw new RangeError(
        `--${name} must be ${least} to ${most}: current value is ${
          values[name]
        }`,
      );
    };
    const numbers = { port: number("port", 0), max: number("max", 1) };
    return { ...values, ...numbers, history: number("history", 0) };
  } catch (error) {
    console.error(`${(error as Error).message}\n${USAGE}`);
    Deno.exit(2);
  }
}

async function main(): Promise<void> {
  const { port, listen: hostname, max, history, origin, quiet } = typed();
  const house = new House(history);
  const log = (text: string) => {
    if (!quiet) console.log(text);
  };
  const server = await net.ws.serve({
    ...{ hostname, port, maxConnections: max, page: PAGE },
    ...{ maxMessage: LIMITS.message, compress: true },
    // Browsers let any page connect; whose it is stands in Origin alone.
    accept: ({ url, headers }) => {
      const from = headers.get("origin");
      const isOurs = from === null || from === url.origin ||
        origin.includes(from);
      return isOurs && (url.pathname === "/chat" || 404);
    },
    onError: (error) => console.error(error),
  }, (socket, { request }) => attend(house, socket, request.url, log));
  console.log(`Chat on ${server.url}`);
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
