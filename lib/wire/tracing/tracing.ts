/**
 * The work of a traceroute: probes out, answers in, until each flow is known to
 * its end.
 *
 * @module
 */

import type { Report } from "../../inspect/run.ts";
import type { Address } from "../../ip/address.ts";
import type { Packet } from "../../packet/packet.ts";
import { pause } from "../finding/hearing.ts";
import { IpExchange, type Lane, timeBetween } from "./ip_exchange.ts";
import { Pace } from "../sending/pace.ts";
import { Trace, type TraceAnswer, type TraceHop } from "./trace.ts";
import {
  probeAnswer,
  probeName,
  probePacket,
  type TraceProtocol,
} from "./trace_probe.ts";

/** What goes out, how much of it and for how long; checked. */
export interface TraceSettings {
  /** What the probes are. */
  readonly protocol: TraceProtocol;
  /** The target's port. */
  readonly port: number;
  /** The most hops. */
  readonly maxHops: number;
  /** Flows. */
  readonly flows: number;
  /** Probes of each flow for each hop. */
  readonly probes: number;
  /** How often a probe without an answer is sent again. */
  readonly retries: number;
  /** The longest wait for an answer, in milliseconds. */
  readonly timeout: number;
  /** Probes a second. */
  readonly rate: number;
  /** Octets of each packet. */
  readonly size: number;
  /** The interface that probes must leave by. */
  readonly interface: string | undefined;
  /** In which network namespace. */
  readonly namespace: number | string | undefined;
}

/** Ports that the kernel gives to no socket of itself (ip_local_port_range). */
const PORTS = { first: 61_000, last: 65_535 };

/** The last tag; 0 and 65535 are no checksums of UDP. */
const TAGS = 65_534;

/** What is asked once: one probe of a flow for one hop, however often it is sent. */
interface Slot {
  readonly tracing: Tracing;
  readonly flow: number;
  readonly hop: number;
  answer: TraceAnswer | undefined;
}

/** A probe that is out. */
interface Sent {
  readonly slot: Slot;
  readonly clock: number;
  /** The packet as the kernel saw it leave. */
  seen: Packet | undefined;
}

/** What goes on with one target. */
interface Tracing {
  readonly target: Address;
  readonly lane: Lane;
  readonly slots: Slot[];
  /** The probes by their tags. */
  readonly sent: Map<number, Sent>;
  /** For each flow the hop where it ends, as far as is known. */
  readonly ends: number[];
}

/**
 * Traces the ways to some addresses.
 *
 * @param targets The addresses.
 * @param settings What to send.
 * @param report Is told of answers and progress; its signal ends it.
 * @returns A trace for each target.
 * @throws {NetError} If there is no way, or an interface goes down.
 * @throws {PermissionError} Without `--allow-ffi` or CAP_NET_RAW.
 * @throws The signal's reason, if it aborts.
 */
export async function traceTargets(
  targets: readonly Address[],
  settings: TraceSettings,
  report: Report<TraceAnswer>,
): Promise<Trace[]> {
  using tracer = new Tracer(settings, report);
  for (const target of targets) await tracer.add(target);
  await tracer.run();
  return targets.map((target) => tracer.traceOf(target));
}

class Tracer implements Disposable {
  readonly #settings: TraceSettings;
  readonly #report: Report<TraceAnswer>;
  readonly #exchange: IpExchange;
  readonly #tracings = new Map<string, Tracing>();
  /** The port, or identifier, of the first flow. */
  readonly #base: number;
  #tag = Math.floor(Math.random() * TAGS);
  #settled = Promise.withResolvers<void>();

  constructor(settings: TraceSettings, report: Report<TraceAnswer>) {
    this.#settings = settings;
    this.#report = report;
    const { flows, namespace, interface: name } = settings;
    const choice = PORTS.last - PORTS.first - flows;
    this.#base = PORTS.first + Math.floor(Math.random() * choice);
    const ports = `portrange ${this.#base}-${this.#base + flows - 1}`;
    this.#exchange = new IpExchange((packet) => this.#hear(packet), {
      filter: `icmp or icmp6 or (tcp and ${ports}) or (udp and src ${ports})`,
      interface: name,
      namespace,
      signal: report.signal,
    });
  }

  async add(target: Address): Promise<void> {
    const key = String(target.withZone());
    if (this.#tracings.has(key)) return;
    const { maxHops, flows, probes } = this.#settings;
    const lane = await this.#exchange.to(target);
    const ends = Array<number>(flows).fill(Infinity);
    const tracing: Tracing = {
      target: lane.way.to,
      lane,
      slots: [],
      sent: new Map(),
      ends,
    };
    for (let hop = 1; hop <= maxHops; hop++) {
      for (let i = 0; i < flows * probes; i++) {
        const flow = i % flows;
        tracing.slots.push({ tracing, flow, hop, answer: undefined });
      }
    }
    this.#tracings.set(key, tracing);
  }

  async run(): Promise<void> {
    const { retries, timeout, rate, size } = this.#settings;
    const { signal, progress } = this.#report;
    const { failed } = this.#exchange;
    const slots = [...this.#tracings.values()].flatMap(({ slots }) => slots)
      .sort((a, b) => a.hop - b.hop);
    using pace = new Pace(rate);
    for (let round = 0; round <= retries; round++) {
      this.#settled = Promise.withResolvers();
      let done = 0;
      for (const slot of slots) {
        progress(++done, slots.length);
        while (isOpen(slot) && !pace.take(size)) {
          await Promise.race([pace.wait(), failed]);
          signal.throwIfAborted();
        }
        // What has come meanwhile may have made it needless.
        if (isOpen(slot)) this.#send(slot);
      }
      if (this.#isSettled()) return;
      const enough = Promise.race([this.#settled.promise, failed]);
      await pause(timeout, { signal, enough });
      if (this.#isSettled()) return;
    }
  }

  #send(slot: Slot): void {
    const { lane, target, sent } = slot.tracing;
    const { protocol, port, size } = this.#settings;
    do this.#tag = this.#tag % TAGS + 1; while (
      sent.has(this.#tag) && sent.size < TAGS
    );
    const tag = this.#tag;
    const { source } = lane.way;
    const identity = this.#base + slot.flow;
    const flow = { source, target, protocol, port, identity };
    sent.set(tag, { slot, clock: performance.now(), seen: undefined });
    lane.send(probePacket(flow, { hopLimit: slot.hop, tag, size }));
  }

  #hear(packet: Packet): void {
    const own = probeName(packet);
    const sent = own && this.#find(own);
    if (sent !== undefined) {
      sent.seen ??= packet;
      return;
    }
    const said = probeAnswer(packet);
    const asked = said && this.#find(said);
    if (asked === undefined || asked.slot.answer !== undefined) return;
    const { slot, seen, clock } = asked;
    const { from, kind, mark, mtu, port, labels, hopLimit } = said!;
    const between = seen && timeBetween(seen, packet);
    const answer: TraceAnswer = {
      target: slot.tracing.target,
      hop: slot.hop,
      flow: slot.flow + 1,
      from,
      rtt: Math.max(0, between ?? performance.now() - clock),
      kind,
      mark,
      mtu,
      port,
      labels,
      hopLimit,
    };
    slot.answer = answer;
    const { ends } = slot.tracing;
    const end = ends[slot.flow]!;
    if (kind !== "expired") ends[slot.flow] = Math.min(end, slot.hop);
    if (slot.hop <= end) this.#report.row(answer);
    if (this.#isSettled()) this.#settled.resolve();
  }

  /** The probe that goes by these names, if it is one of ours. */
  #find(
    name: { target: Address; tag: number; identity: number },
  ): Sent | undefined {
    const tracing = this.#tracings.get(String(name.target));
    const sent = tracing?.sent.get(name.tag);
    return sent?.slot.flow === name.identity - this.#base ? sent : undefined;
  }

  #isSettled(): boolean {
    return this.#tracings.values().every(({ slots }) => !slots.some(isOpen));
  }

  traceOf(address: Address): Trace {
    const tracing = this.#tracings.get(String(address.withZone()))!;
    const { target, lane, ends } = tracing;
    const { protocol, port, flows, maxHops } = this.#settings;
    const last = Math.min(maxHops, Math.max(...ends));
    const hops = Array.from({ length: last }, (_, i) => hopOf(tracing, i + 1));
    const { source } = lane.way;
    return new Trace({ source, target, protocol, port, flows, hops });
  }

  [Symbol.dispose](): void {
    this.#exchange[Symbol.dispose]();
  }
}

/** Whether an answer is still waited for. */
function isOpen({ tracing, flow, hop, answer }: Slot): boolean {
  return answer === undefined && hop <= tracing.ends[flow]!;
}

function hopOf({ slots, ends }: Tracing, hop: number): TraceHop {
  const own = slots.filter((slot) =>
    slot.hop === hop && hop <= ends[slot.flow]!
  ).sort((a, b) => a.flow - b.flow);
  const answers = own.flatMap(({ answer }) => answer ?? []);
  const addresses = new Map(
    answers.map(({ from }) => [String(from), from] as const),
  );
  const silent = new Set(own.map(({ flow }) => flow + 1));
  for (const { flow } of answers) silent.delete(flow);
  return {
    hop,
    addresses: [...addresses.values()],
    answers,
    silent: [...silent],
  };
}
