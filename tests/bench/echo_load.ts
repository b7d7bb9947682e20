/**
 * The load of the echo bench: a process of its own that opens connections, keeps
 * one request on each of them on its way, and tells how long answers took.
 *
 * It speaks to the system directly, through epoll, so that what is measured is
 * the server.
 *
 * @module
 */

import { check, errno, libc } from "../../lib/ffi/libc.ts";

const EPOLLIN = 1;
const CTL_ADD = 1;
const NONBLOCK = 0x800;
const NOSIGNAL = 0x4000;
/** struct epoll_event is packed on x86-64 alone. */
const DATA = Deno.build.arch === "x86_64" ? 4 : 8;
const EVENT = DATA + 8;
const EVENTS = 512;

/** What came of a load. */
export interface LoadResult {
  /** Connections that were kept busy. */
  readonly connections: number;
  /** Answers that came whole, a second. */
  readonly perSecond: number;
  /** Half of the answers came within so many milliseconds. */
  readonly p50: number;
  /** 99 of 100 answers came within so many milliseconds. */
  readonly p99: number;
  /** Octets of memory that each connection cost the server's process. */
  readonly memory: number;
  /** Processor time of the server's process for each answer, in milliseconds. */
  readonly server: number;
  /** The same of this load; where it is the greater, it is what holds up both. */
  readonly load: number;
}

function address(port: number): Uint8Array<ArrayBuffer> {
  const octets = new Uint8Array(16);
  octets.set([2, 0, port >> 8, port & 255, 127, 0, 0, 1]);
  return octets;
}

/** The resident octets of a process. */
function resident(pid: number): number {
  const text = Deno.readTextFileSync(`/proc/${pid}/smaps_rollup`);
  return Number(/^Private_Dirty:\s+(\d+)/m.exec(text)![1]) * 1024;
}

/** Processor time that a process has had, all threads, in milliseconds. */
function worked(pid: number | "self"): number {
  const stat = Deno.readTextFileSync(`/proc/${pid}/stat`);
  // Behind the name, which may hold anything; in hundredths of a second.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

/** Opens connections a few hundred at a time, as a listener's queue is finite. */
function connect(port: number, count: number): number[] {
  const { socket, connect, setsockopt, poll } = libc();
  const fds: number[] = [];
  const to = address(port);
  while (fds.length < count) {
    const batch: number[] = [];
    for (let i = 0; i < 256 && fds.length + i < count; i++) {
      const fd = check(socket(2, 1 | NONBLOCK, 0), "open", "a socket");
      setsockopt(fd, 6, 1, new Int32Array([1]), 4);
      // It is under way; whether it gets there is asked for below.
      connect(fd, to, 16);
      batch.push(fd);
    }
    const set = new Uint8Array(8 * batch.length);
    const view = new DataView(set.buffer);
    for (const fd of batch) {
      view.setInt32(0, fd, true);
      view.setUint16(4, 4, true);
      check(poll(set, 1, 10_000), "wait for", "a connection");
    }
    fds.push(...batch);
  }
  return fds;
}

/** Keeps the connections busy. */
function run(
  port: number,
  pid: number,
  count: number,
  size: number,
  warm: number,
  seconds: number,
): LoadResult {
  const { epoll_create1, epoll_ctl, epoll_wait, send, recv, close } = libc();
  const before = resident(pid);
  const fds = connect(port, count);
  const epoll = check(epoll_create1(0), "open", "an epoll");
  const event = new Uint8Array(EVENT);
  const view = new DataView(event.buffer);
  const started = new Float64Array(count);
  const missing = new Uint32Array(count);
  const message = new Uint8Array(size).fill(0x61);
  const buffer = new Uint8Array(65536);
  const latencies = new Float64Array(4_000_000);
  let measured = 0;
  const ask = (i: number) => {
    started[i] = performance.now();
    missing[i] = size;
    check(send(fds[i]!, message, size, NOSIGNAL), "send to", "the server");
  };
  for (let i = 0; i < count; i++) {
    view.setUint32(0, EPOLLIN, true);
    view.setUint32(DATA, i, true);
    check(epoll_ctl(epoll, CTL_ADD, fds[i]!, event), "add", "a socket");
  }
  const work = { server: worked(pid), load: worked("self") };
  let answers = 0;
  for (let i = 0; i < count; i++) ask(i);
  const start = performance.now();
  const from = start + warm * 1000;
  const until = from + seconds * 1000;
  const events = new Uint8Array(EVENT * EVENTS);
  const ready = new DataView(events.buffer);
  let memory = 0;
  while (true) {
    const n = epoll_wait(epoll, events, EVENTS, 5000);
    if (n <= 0) throw new Error(`nothing came for 5 s (${n})`);
    const now = performance.now();
    if (now >= until) break;
    for (let e = 0; e < n; e++) {
      const i = ready.getUint32(e * EVENT + DATA, true);
      const got = recv(fds[i]!, buffer, buffer.length, 0);
      if (got <= 0) throw new Error(`connection ${i} ended, errno ${errno()}`);
      if ((missing[i]! -= got) > 0) continue;
      answers++;
      if (now >= from) latencies[measured++] = now - started[i]!;
      ask(i);
    }
  }
  const spent = (pid: number | "self", before: number) =>
    (worked(pid) - before) / answers;
  const server = spent(pid, work.server);
  const load = spent("self", work.load);
  memory = (resident(pid) - before) / count;
  const sorted = latencies.subarray(0, measured).sort();
  for (const fd of fds) close(fd);
  close(epoll);
  return {
    connections: count,
    perSecond: measured / seconds,
    p50: sorted[measured >> 1]!,
    p99: sorted[Math.floor(measured * 0.99)]!,
    memory,
    server,
    load,
  };
}

const [port, pid, count, size, warm, seconds] = Deno.args.map(Number);
console.log(
  JSON.stringify(run(port!, pid!, count!, size!, warm!, seconds!)),
);
