/**
 * UDP beside Python's socket on loopback: datagrams out, datagrams in, and one
 * question after the other.
 *
 * Most of a datagram's time is the kernel's own, so one call each cannot be much
 * faster than Python: a loop of `sendto` in C, or of `sendmmsg`, takes 0.88 of
 * its time. What is handed to the kernel in one piece is what gains much.
 *
 * @module
 */

import { check, libc } from "../../lib/ffi/libc.ts";
import * as inspect from "../../lib/inspect/mod.ts";
import * as udp from "../../lib/socket/udp.ts";
import { kernelDrops } from "../../lib/socket/udp_options.ts";
import { pythonPeer } from "./peers.ts";

const OCTETS = 64;
const SENDS = 40_000;
/** So many fit the receiver's buffer. */
const RECEIVES = 2_000;
const QUESTIONS = 2_000;
const ROUNDS = 3;
/** How often it is Python's turn and ours: the machine has its moods. */
const PASSES = 3;
const IN_FLIGHT = 64;

/** Something that is bound and reads nothing: what comes is kept or dropped. */
class Sink implements Disposable {
  readonly port: number;
  readonly #fd: number;

  constructor() {
    const { socket, bind, getsockname } = libc();
    this.#fd = check(socket(2, 2, 0), "open", "a sink");
    const name = Uint8Array.of(2, 0, 0, 0, 127, 0, 0, 1, ...Array(8).fill(0));
    check(bind(this.#fd, name, 16), "bind", "a sink");
    getsockname(this.#fd, name, new Uint32Array([16]));
    this.port = name[2]! << 8 | name[3]!;
  }

  /** How many have come so far; those that are kept are taken out. */
  count(): number {
    const octets = new Uint8Array(OCTETS);
    let kept = 0;
    while (libc().recv(this.#fd, octets, OCTETS, 0x40) >= 0) kept++;
    this.#kept += kept;
    return this.#kept + kernelDrops(this.#fd);
  }
  #kept = 0;

  [Symbol.dispose](): void {
    libc().close(this.#fd);
  }
}

type Work = () => Promise<void>;

/** Nanoseconds each of so many things takes, in the best of some rounds: what else the machine does only adds. */
async function time(each: number, work: Work, before?: Work): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round <= ROUNDS; round++) {
    await before?.();
    const start = performance.now();
    await work();
    times.push((performance.now() - start) * 1e6 / each);
  }
  return Math.min(...times);
}

async function benchSends(): Promise<Times> {
  using sink = new Sink();
  const data = new Uint8Array(OCTETS);
  const to = new udp.Endpoint("127.0.0.1", sink.port);
  await using socket = await udp.open();
  await using offload = await udp.open({ offload: true });
  await using connected = await udp.connect(to);
  const list = Array<Uint8Array>(SENDS).fill(data);
  const one = await time(SENDS, async () => {
    for (let n = 0; n < SENDS; n++) await socket.send(data, to);
  });
  const inFlight = (from: udp.Socket) =>
    time(SENDS, async () => {
      for (let n = 0; n < SENDS; n += IN_FLIGHT) {
        const row = [];
        for (let i = 0; i < IN_FLIGHT; i++) row.push(from.send(data, to));
        await Promise.all(row);
      }
    });
  const flight = await inFlight(socket);
  const joined = await inFlight(offload);
  const all = await time(SENDS, () => socket.sendAll(list, to));
  const peer = await time(SENDS, () => connected.sendAll(list));
  const batch = await time(SENDS, () => offload.sendAll(list, to));
  const [came, sent] = [
    sink.count(),
    socket.sent + connected.sent + offload.sent,
  ];
  if (came !== sent) throw new Error(`sent ${sent}, came ${came}`);
  return { one, flight, joined, all, peer, batch };
}

async function benchReceives(): Promise<Times> {
  await using source = await udp.open({ offload: true });
  const list = Array<Uint8Array>(RECEIVES).fill(new Uint8Array(OCTETS));
  const options = { receiveBuffer: 4 << 20 };
  const measure = async (offload: boolean, each: boolean) => {
    await using sink = await udp.open({ queue: RECEIVES, options, offload });
    return await time(RECEIVES, async () => {
      for (let n = 0; n < RECEIVES;) {
        if (each) {
          await sink.receive();
          n++;
        } else n += (await sink.receiveAll()).length;
      }
    }, () => source.sendAll(list, sink.address));
  };
  return {
    one: await measure(false, true),
    all: await measure(false, false),
    batch: await measure(true, false),
  };
}

async function benchQuestions(): Promise<number> {
  await using server = await udp.serve({}, udp.echo);
  await using socket = await udp.connect(server.address);
  const data = new Uint8Array(OCTETS);
  return await time(QUESTIONS, async () => {
    for (let n = 0; n < QUESTIONS; n++) {
      await socket.send(data);
      await socket.receive();
    }
  });
}

const PYTHON = `
import json, socket, sys, threading, time
job = json.load(sys.stdin)
def bound(buffer=None):
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    if buffer: s.setsockopt(socket.SOL_SOCKET, 33, buffer)
    s.bind(("127.0.0.1", 0))
    return s
data = bytes(job["octets"])
def clock(each, work, before=lambda: None):
    times = []
    for _ in range(job["rounds"] + 1):
        before()
        start = time.perf_counter()
        work()
        times.append((time.perf_counter() - start) * 1e9 / each)
    return min(times)
sink, source = bound(), bound()
to = sink.getsockname()
def send():
    for _ in range(job["sends"]): source.sendto(data, to)
result = {"send": clock(job["sends"], send)}
other = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
other.connect(to)
def send_connected():
    for _ in range(job["sends"]): other.send(data)
result["connected"] = clock(job["sends"], send_connected)
sink = bound(4 << 20)
to = sink.getsockname()
def fill():
    for _ in range(job["receives"]): source.sendto(data, to)
def receive():
    for _ in range(job["receives"]): sink.recvfrom(65536)
result["receive"] = clock(job["receives"], receive, fill)
server = bound()
def serve():
    while True:
        octets, peer = server.recvfrom(65536)
        if not octets: return
        server.sendto(octets, peer)
threading.Thread(target=serve, daemon=True).start()
source.connect(server.getsockname())
def ask():
    for _ in range(job["questions"]):
        source.send(data)
        source.recv(65536)
result["ask"] = clock(job["questions"], ask)
json.dump(result, sys.stdout)
`;

/** Nanoseconds by what they were for. */
interface Times {
  [name: string]: number;
}

/** Keeps the lesser of each. */
function keepBest(
  best: Times,
  times: Readonly<Times>,
): void {
  for (const [name, ns] of Object.entries(times)) {
    best[name] = Math.min(ns, best[name] ?? Infinity);
  }
}

/** Prints the table. */
export async function bench(): Promise<void> {
  const peer: Times = {};
  const sends: Times = {};
  const receives: Times = {};
  const asks: Times = {};
  const job = {
    octets: OCTETS,
    sends: SENDS,
    receives: RECEIVES,
    questions: QUESTIONS,
    rounds: ROUNDS,
  };
  for (let pass = 0; pass < PASSES; pass++) {
    keepBest(peer, await pythonPeer<Times>(PYTHON, job) ?? {});
    keepBest(sends, await benchSends());
    keepBest(receives, await benchReceives());
    keepBest(asks, { ask: await benchQuestions() });
  }
  const ask = asks.ask!;
  const row = (work: string, ours: number, theirs?: number, goal = "") => ({
    work,
    "net.udp": inspect.duration(ours / 1e6),
    "Python's socket": theirs === undefined
      ? "absent"
      : inspect.duration(theirs / 1e6),
    x: theirs === undefined ? "" : (theirs / ours).toFixed(2),
    goal,
  });
  console.log(inspect.table([
    row("send, each awaited", sends.one!, peer.send),
    row(`send, ${IN_FLIGHT} in flight`, sends.flight!, peer.send),
    row(`same, offload`, sends.joined!, peer.send, "1.2"),
    row("sendAll", sends.all!, peer.send),
    row("sendAll, connected", sends.peer!, peer.connected),
    row("sendAll, offload", sends.batch!, peer.send, "5"),
    row("receive", receives.one!, peer.receive),
    row("receiveAll", receives.all!, peer.receive),
    row("receiveAll, offload", receives.batch!, peer.receive),
    row("question and answer", ask, peer.ask),
  ], {
    title: `UDP on loopback, ${OCTETS} octets, time of each`,
    canvas: inspect.canvas({ width: 100 }),
  }));
}

if (import.meta.main) await bench();
