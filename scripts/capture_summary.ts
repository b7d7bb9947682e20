#!/usr/bin/env -S deno run --allow-read
/**
 * What to know first of a capture, from one reading, in constant memory.
 * @module
 */

import { parseArgs } from "node:util";
import * as net from "netrepl";

const USAGE = `Usage: capture_summary.ts FILE [--filter EXPR] [--json]
  FILE           a pcap or pcapng file, also compressed; - is standard input
  --filter EXPR  only what passes this pcap-filter, as tcpdump has it
  --json         the same as JSON, for programs`;

/** The most of a kind that is told apart: memory must not grow with the file. */
const LIMIT = 50_000;
const TOP = 10;

/** Times are right to the microsecond, and not more. */
const rounded = (n: number) => Number(n.toFixed(6));

type Row = { name: string; count: number; first: number } & Times;
type Times = { minMs?: number; meanMs?: number; maxMs?: number };
type Begun = { name: string; packet: number; time: number };

/** How often there was what, in which packet first, and how long it took. */
class Tally {
  readonly #rows = new Map<string, Row>();
  readonly #begun = new Map<string, Begun>();

  add(name: string, first: number, ms?: number): void {
    if (this.#rows.size >= LIMIT && !this.#rows.has(name)) name = "(others)";
    const row = this.#rows.get(name) ?? { name, count: 0, first };
    this.#rows.set(name, row);
    row.count++;
    if (ms === undefined) return;
    const { minMs = ms, meanMs = ms, maxMs = ms } = row;
    row.minMs = Math.min(minMs, ms);
    row.meanMs = rounded(meanMs + (ms - meanMs) / row.count);
    row.maxMs = Math.max(maxMs, ms);
  }

  /** Notes what is to have an end: a handshake, a question. */
  begin(key: string, begun: Begun): void {
    this.#begun.set(key, begun);
    if (this.#begun.size <= LIMIT) return;
    this.finish(this.#begun.keys().next().value!, "no answer");
  }

  finish(key: string, how: string, time?: number): boolean {
    const begun = this.#begun.get(key);
    if (begun === undefined) return false;
    const ms = time === undefined ? time : rounded(time - begun.time);
    this.add(`${begun.name} ${how}`.trim(), begun.packet, ms);
    return this.#begun.delete(key);
  }

  toJSON(): Row[] {
    for (const key of this.#begun.keys()) this.finish(key, "no answer");
    return [...this.#rows.values()].sort((a, b) => b.count - a.count);
  }
}

/** All that is counted while the packets go by. */
class Summary {
  readonly protocols = new net.packet.ProtocolHierarchy();
  readonly #expert = new net.packet.Expert({ checksums: "none" });
  readonly #talks = (["tcp", "udp", "ipv4", "ipv6"] as const).map((kind) =>
    new net.packet.Conversations(kind, { maxConversations: LIMIT })
  );
  readonly #reassembler = net.packet.reassembler();
  readonly #tallies = {
    handshakes: new Tally(),
    dns: new Tally(),
    http: new Tally(),
    tls: new Tally(),
    checksums: new Tally(),
    cut: new Tally(),
    linkTypes: new Tally(),
  };
  #first: net.packet.Packet | undefined;
  #last: net.packet.Packet | undefined;

  add(packet: net.packet.Packet, number: number): void {
    const { linkTypes, checksums, cut } = this.#tallies;
    const { length, bytes, time, linkType, layers } = packet;
    linkTypes.add(`${linkType} ${layers[0]?.name ?? ""}`.trim(), number);
    if (bytes.length < length) cut.add("cut", number);
    if (time !== undefined) {
      if (!(this.#first?.time! <= time)) this.#first = packet;
      if (!(this.#last?.time! > time)) this.#last = packet;
    }
    for (const { layer, ok } of packet.checksums) {
      if (!ok) checksums.add(layer, number);
    }
    for (const sink of [this.protocols, ...this.#talks]) sink.add(packet);
    this.#expert.add(packet, number);
    const whole = this.#reassembler.add(packet, number);
    if (whole !== undefined) this.#look(whole, number);
  }

  /** How connections begin, and what programs ask for. */
  #look({ layers, time = 0 }: net.packet.Packet, packet: number): void {
    const { handshakes, dns, http, tls } = this.#tallies;
    let [src, dst] = ["", ""];
    for (const layer of layers) {
      // What an ICMP message quotes is not on its way itself.
      if (layer.name === "icmp" || layer.name === "icmpv6") return;
      if (layer.name === "ipv4" || layer.name === "ipv6") {
        [src, dst] = [`${layer.src}`, `${layer.dst}`];
      } else if (layer.name === "tcp") {
        const { flags, srcPort, dstPort, seq, ack } = layer;
        const way = `${src} ${srcPort} ${dst} ${dstPort}`;
        const back = `${dst} ${dstPort} ${src} ${srcPort}`;
        // The number that follows the SYN's tells what belongs to it.
        if (flags.includes("RST")) {
          handshakes.finish(`${back} ${ack}`, "refused");
          handshakes.finish(`${way} ${seq}`, "given up");
        } else if (!flags.includes("SYN")) {
          handshakes.finish(`${way} ${seq}`, "completed", time);
        } else if (!flags.includes("ACK")) {
          const key = `${way} ${seq + 1 >>> 0}`;
          handshakes.begin(key, { name: "", packet, time });
        }
      } else if (layer.name === "dns") {
        const codes: Record<number, string> = net.packet.dns.fields.rcode.names;
        const opt = layer.additionals.find((record) => record.type === "OPT");
        const rcode = (opt?.extendedRcode ?? 0) << 4 | layer.rcode;
        const code = codes[rcode] ?? `RCODE${rcode}`;
        const [client, server] = layer.qr ? [dst, src] : [src, dst];
        for (const question of layer.questions) {
          const name = `${question.name.toLowerCase()} ${question.type}`;
          const key = `${client} ${server} ${layer.id} ${name}`;
          if (layer.qr === 0) dns.begin(key, { name, packet, time });
          else if (dns.finish(key, code, time)) continue;
          else dns.add(`${name} ${code}`, packet);
        }
      } else if (layer.name === "http" && layer.method !== undefined) {
        const host = layer.headers.find(({ name }) => /^host$/i.test(name));
        http.add(host?.value ?? dst, packet);
      } else if (layer.name === "tls") {
        // A long ClientHello goes on in the next segment.
        const isPart = layer.messages?.length === 0 && layer.bytes[5] === 1;
        if (isPart) tls.add("(ClientHello in parts)", packet);
        for (const message of layer.messages ?? []) {
          if (message.kind !== "clientHello") continue;
          for (const extension of message.extensions ?? []) {
            if (extension.kind !== "serverName") continue;
            for (const { name } of extension.names) tls.add(name, packet);
          }
        }
      }
    }
  }

  toJSON() {
    this.#expert.end();
    const { summary, notes } = this.#expert;
    const { packets, octets } = this.protocols;
    const ms = (this.#last?.time ?? 0) - (this.#first?.time ?? 0);
    const [tcp, udp, ipv4, ipv6] = this.#talks.map(({ rows }) => rows);
    const ends = new net.packet.Endpoints("ipv4", [...ipv4!, ...ipv6!]);
    const most = (a: { octets: number }, b: { octets: number }) =>
      b.octets - a.octets;
    const rate = (octets: number, seconds: number) =>
      seconds > 0 ? Math.round(octets * 8 / seconds) : null;
    return {
      ...{ packets, octets, seconds: rounded(ms / 1000) },
      ...{ first: this.#first?.timestamp, last: this.#last?.timestamp },
      bitsPerSecond: rate(octets, ms / 1000),
      protocols: this.protocols,
      talkers: ends.rows.toSorted(most).slice(0, TOP).map((
        { address, octetsSent: sent, octetsReceived: received },
      ) => ({ address, sent, received })),
      conversations: [...tcp!, ...udp!].sort(most).slice(0, TOP).map((row) => ({
        a: `${row.a} ${row.aPort}`,
        b: `${row.b} ${row.bPort}`,
        ...{ packets: row.packets, octets: row.octets },
        bitsPerSecond: rate(row.octets, row.duration / 1000),
      })),
      notes: summary.map((row) => ({
        ...row,
        first: notes.find(({ kind }) => kind === row.kind)?.packet,
      })),
      ...this.#tallies,
    };
  }
}

/** Prints facts as a card, the protocols as a tree, all else as tables. */
function print(text: string, summary: Summary): void {
  const colors = Deno.stdout.isTerminal() && !Deno.noColor;
  const canvas = net.inspect.canvas({ colors });
  const { name, protocols: _, ...rest } = JSON.parse(text);
  const parts = Object.entries(rest);
  const facts = parts.filter(([, value]) => !Array.isArray(value))
    .map(([key, value]) => [key, `${value}`] as const);
  console.log(net.inspect.card(name, facts, canvas));
  console.log(summary.protocols);
  for (const [title, rows] of parts) {
    if (!Array.isArray(rows) || rows.length === 0) continue;
    console.log(net.inspect.table(rows, { title, maxRows: TOP, canvas }));
  }
}

/** Reads what was typed; where it makes no sense, the program ends. */
function typed<T>(read: () => T): T {
  if (Deno.args.includes("--help")) {
    console.log(USAGE);
    Deno.exit();
  }
  try {
    return read();
  } catch (error) {
    console.error(`${(error as Error).message}\n${USAGE}`);
    Deno.exit(2);
  }
}

async function main(args: string[]): Promise<void> {
  const { file, filter, json } = typed(() => {
    const options = {
      filter: { type: "string" },
      json: { type: "boolean" },
    } as const;
    const given = parseArgs({ args, options, allowPositionals: true });
    const [file, ...more] = given.positionals;
    if (!file || more.length > 0) throw new TypeError("One FILE is needed");
    return { filter: "", json: false, ...given.values, file };
  });
  await using capture = await net.pcap.open(file);
  const { linkType } = capture;
  const wanted = typed(() => net.pcap.filter(filter, { linkType }));
  const summary = new Summary();
  let number = 0;
  try {
    for await (const packet of capture) {
      number++;
      if (wanted(packet)) summary.add(packet, number);
    }
  } finally {
    // Of a damaged file, what is before the damage counts.
    const text = JSON.stringify({ ...capture.toJSON(), ...summary.toJSON() });
    if (json) console.log(text);
    else print(text, summary);
  }
}

await main(Deno.args).catch((error) => {
  if (!(error instanceof net.NetError)) throw error;
  console.error(error.message);
  Deno.exitCode = 1;
});
