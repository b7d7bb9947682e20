/**
 * DNS questions a second from one process, and messages through the codec, beside
 * dnspython.
 *
 * @module
 */

import { decode, encode } from "../../lib/dns/message.ts";
import type { MessageInput } from "../../lib/dns/message_parts.ts";
import { query } from "../../lib/dns/query.ts";
import { queryAll } from "../../lib/dns/query_all.ts";
import * as inspect from "../../lib/inspect/mod.ts";
import { medianOf, pythonPeer } from "./peers.ts";
import { median } from "./pty.ts";

/** As many names as a resolver's cache would be warm with. */
const NAMES = Array.from({ length: 200 }, (_, n) => `host${n}.example.test`);
const QUESTIONS = 40_000;
const ONE_BY_ONE = 3000;
const ROUNDS = 5;
const MESSAGES = 50_000;

/** An alias and two addresses, with EDNS. */
const TYPICAL: MessageInput = {
  id: 7,
  qr: 1,
  flags: ["RD", "RA"],
  questions: [{ name: "www.example.com", type: "A" }],
  answers: [
    {
      name: "www.example.com",
      type: "CNAME",
      ttl: 300,
      data: "web.example.com",
    },
    { name: "web.example.com", type: "A", ttl: 300, data: "192.0.2.1" },
    { name: "web.example.com", type: "A", ttl: 300, data: "192.0.2.2" },
  ],
  opt: { udpPayloadSize: 1232 },
};

const PEER = `
import json, sys, time
import dns.message, dns.query
given = json.load(sys.stdin)
names, port = given["names"], given["port"]
def ask(count):
    start = time.perf_counter()
    for n in range(count):
        query = dns.message.make_query(names[n % len(names)], "A")
        answer = dns.query.udp(query, "127.0.0.1", port=port, timeout=5)
        assert len(answer.answer) == 1
    return count / (time.perf_counter() - start)
def codec(count):
    wire = bytes.fromhex(given["message"])
    start = time.perf_counter()
    for n in range(count):
        dns.message.from_wire(wire).to_wire()
    return (time.perf_counter() - start) / count
ask(200)
json.dump({"rate": ask(2000), "seconds": codec(1000)}, sys.stdout)
`;

/** unbound with all names, on one thread. */
async function serve(port: number): Promise<AsyncDisposable> {
  const folder = await Deno.makeTempDir();
  await Deno.writeTextFile(
    `${folder}/unbound.conf`,
    `server:
  directory: "${folder}"
  chroot: ""
  username: ""
  pidfile: ""
  use-syslog: no
  num-threads: 1
  interface: 127.0.0.1@${port}
  local-zone: "example.test." static
${NAMES.map((name) => `  local-data: "${name}. 300 A 192.0.2.1"\n`).join("")}
remote-control:
  control-enable: no
`,
  );
  const child = new Deno.Command("unbound", {
    args: ["-d", "-c", `${folder}/unbound.conf`],
    stdout: "null",
    stderr: "null",
  }).spawn();
  for (let n = 0; n < 50; n++) {
    const told = await query(`127.0.0.1:${port}`, NAMES[0]!, "A", {
      timeout: 200,
    }).catch(() => {});
    if (told !== undefined) break;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return {
    [Symbol.asyncDispose]: async () => {
      child.kill("SIGKILL");
      await child.status;
      await Deno.remove(folder, { recursive: true });
    },
  };
}

/** Prints the tables. */
export async function bench(): Promise<void> {
  const port = 20_000 + Math.floor(Math.random() * 10_000);
  await using _server = await serve(port);
  const server = `127.0.0.1:${port}`;
  const octets = encode(TYPICAL);
  const message = decode(octets);
  const codec = medianOf(() => {
    for (let n = 0; n < MESSAGES; n++) encode(decode(octets));
  }) / MESSAGES;
  const names = Array.from(
    { length: QUESTIONS },
    (_, n) => NAMES[n % NAMES.length]!,
  );
  const many: number[] = [];
  const single: number[] = [];
  const theirs: number[] = [];
  const theirCodec: number[] = [];
  // In turn, as what else the machine does comes and goes.
  for (let round = 0; round < ROUNDS + 1; round++) {
    const peer = await pythonPeer<{ rate: number; seconds: number }>(PEER, {
      names: NAMES,
      port,
      message: encode(TYPICAL).toHex(),
    });
    let start = performance.now();
    const all = await queryAll(server, names);
    const rate = QUESTIONS / (performance.now() - start) * 1000;
    const bad = all.filter(({ answer }) => answer?.answers.length !== 1);
    if (bad.length > 0) throw new Error(`${bad.length} without an answer`);
    start = performance.now();
    for (let n = 0; n < ONE_BY_ONE; n++) await query(server, names[n]!);
    // The first round is to get warm.
    if (round === 0) continue;
    many.push(rate);
    single.push(ONE_BY_ONE / (performance.now() - start) * 1000);
    if (peer === undefined) continue;
    theirs.push(peer.rate);
    theirCodec.push(peer.seconds);
  }
  const isThere = theirs.length > 0;
  const rate = (work: string, ours: readonly number[], goal: string) => ({
    work,
    ours: `${inspect.count(Math.round(median(ours)))}/s`,
    dnspython: isThere
      ? `${inspect.count(Math.round(median(theirs)))}/s`
      : "not here",
    ratio: isThere
      ? `${median(ours.map((one, n) => one / theirs[n]!)).toFixed(1)} times`
      : "",
    goal,
  });
  const time = (ns: number) => inspect.duration(ns / 1e6);
  console.log(inspect.table([
    rate("queryAll(), 128 open at once", many, "10 times"),
    rate("query(), one by one", single, ""),
    {
      work:
        `decode + encode, ${octets.length} octets, ${message.answers.length} answers`,
      ours: time(codec),
      dnspython: isThere ? time(median(theirCodec) * 1e9) : "not here",
      ratio: isThere
        ? `${(median(theirCodec) * 1e9 / codec).toFixed(1)} times`
        : "",
      goal: "3 µs",
    },
  ], {
    title: "DNS, unbound on this machine",
    canvas: inspect.canvas({ width: 110 }),
  }));
}

if (import.meta.main) await bench();
