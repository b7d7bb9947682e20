/**
 * Probes out, and what their answers say: read where they lie, without an object
 * for any of them.
 *
 * @module
 */

import { check, libc } from "../../ffi/libc.ts";
import type { Address } from "../../ip/address.ts";
import { BatchSender } from "./batch_sender.ts";
import { type Channel, type Heard, ROUNDS } from "./inquiry.ts";
import { kernelFilter } from "../tracing/ip_exchange.ts";
import { LinkSocket } from "../link/link_socket.ts";
import { NetworkSocket } from "../link/network_socket.ts";
import type { WireOptions } from "../options.ts";
import { Probe, type ProbedHost, type ProbeFacts } from "./probe.ts";
import { type Answer, ANSWERS, unreachableAnswer } from "./techniques.ts";
import { udpProbe } from "./udp_probes.ts";

const AF_INET = 2;
const AF_INET6 = 10;
const ETHERNET = 1;
const LINK_HEADER = 14;
/** EtherTypes by family. */
const TYPES = { 4: 0x0800, 6: 0x86dd } as const;

/** Numbers of protocols in IP. */
const TCP = 6;
const UDP = 17;
const ICMP = 1;
const ICMPV6 = 58;
/** Types of "destination unreachable" (RFC 792, RFC 4443 §3.1). */
const UNREACHABLE = { [ICMP]: 3, [ICMPV6]: 1 } as const;

const SYN = 0x02;
const RST = 0x04;
const ACK = 0x10;

/** Octets that are kept of an answer: an error's, and what it quotes. */
const SNAP_LENGTH = 192;
/** As many answers as all ports of a host give, before they are read. */
const BUFFER = 32 << 20;
/** Frames that LinkSocket takes at once. */
const FULL = 64;

const place = (answer: Answer): number => ANSWERS.indexOf(answer);
const [SYN_ACK, BARE_SYN, RESET, DATAGRAM, PORT_UNREACHABLE, PROHIBITED] = ([
  "syn-ack",
  "syn",
  "reset",
  "datagram",
  "port-unreachable",
  "admin-prohibited",
] as const).map(place) as [number, number, number, number, number, number];

/** Hosts that are reached by one interface, of one family. */
export interface ProbeChannelOptions extends WireOptions {
  /** The hosts, at least one; one alone where there is no link header. */
  readonly hosts: readonly ProbedHost[];
  /** The ports. */
  readonly ports: readonly number[];
  /** What probes have in common. */
  readonly facts: ProbeFacts;
}

/** Asks ports of hosts; port `p` of host `h` is target `h × ports + p`. */
export class ProbeChannel implements Channel, AsyncDisposable {
  /** The most probes that go together. */
  readonly capacity: number;
  readonly #hosts: readonly ProbedHost[];
  readonly #ports: readonly number[];
  readonly #facts: ProbeFacts;
  readonly #isLoopback: boolean;
  readonly #isSyn: boolean;
  readonly #protocol: number;
  readonly #family: 4 | 6;
  readonly #link: number;
  readonly #ear: LinkSocket;
  readonly #sender: BatchSender;
  /** The probes, by host and kind of payload, and each port's kind. */
  readonly #probes: readonly Probe[];
  readonly #kinds: number;
  readonly #kindOf: Uint8Array;
  /** Ports' places in the list, by number; -1 for those that are not asked. */
  readonly #portAt = new Int32Array(0x10000).fill(-1);
  /** Hosts by their addresses' words, mixed. */
  readonly #hostAt = new Map<number, number[]>();

  /**
   * Opens sockets.
   *
   * @param options Who is asked what.
   * @throws {PermissionError} Without `--allow-ffi` or CAP_NET_RAW.
   */
  constructor(options: ProbeChannelOptions) {
    const { hosts, ports, facts, namespace } = options;
    const { way, address } = hosts[0]!;
    this.#hosts = hosts;
    this.#ports = ports;
    this.#facts = facts;
    this.#isLoopback = way.isLoopback;
    this.#isSyn = facts.technique.flags?.join() === "SYN";
    this.#protocol = facts.technique.protocol === "tcp" ? TCP : UDP;
    this.#family = address.family;
    this.#link = way.linkType === ETHERNET ? LINK_HEADER : 0;

    const payloads = this.#protocol === UDP ? ports.map(udpProbe) : [];
    const kinds = [new Uint8Array(0), ...payloads.filter((p) => p.length > 0)];
    this.#kinds = kinds.length;
    this.#kindOf = Uint8Array.from(
      ports,
      (_, i) => Math.max(0, kinds.indexOf(payloads[i]!)),
    );
    this.#probes = hosts.flatMap((host) =>
      kinds.map((payload) => new Probe(host, facts, payload))
    );
    ports.forEach((port, i) => this.#portAt[port] = i);
    hosts.forEach((host, i) => {
      const { w0, w1, w2, w3 } = host.address;
      const key = w0 ^ w1 ^ w2 ^ w3;
      const same = this.#hostAt.get(key);
      if (same === undefined) this.#hostAt.set(key, [i]);
      else same.push(i);
    });

    using stack = new DisposableStack();
    const name = way.isLoopback ? "lo" : way.interface;
    this.#ear = stack.use(LinkSocket.open(name, {
      direction: "in",
      protocol: TYPES[this.#family],
      filter: kernelFilter(this.#filter(), way.linkType),
      buffer: BUFFER,
      snapLength: SNAP_LENGTH,
      namespace,
    }));
    const sender = hosts[0]!.mac === undefined
      ? connected(address, namespace)
      : this.#ear;
    const longest = Math.max(
      ...this.#probes.map(({ octets }) => octets.length),
    );
    this.#sender = new BatchSender(stack.use(sender), name, longest);
    this.capacity = this.#sender.capacity;
    stack.move();
  }

  /** What the kernel lets through: what comes to our ports, and refusals. */
  #filter(): string {
    const { port } = this.#facts;
    const carrier = this.#protocol === TCP ? "tcp" : "udp";
    const ours = `${carrier} and dst portrange ${port}-${port + ROUNDS - 1}`;
    return this.#family === 4
      ? `ip and ((${ours}) or icmp[0] = ${UNREACHABLE[ICMP]})`
      : `ip6 and ((${ours}) or (icmp6 and ip6[40] = ${UNREACHABLE[ICMPV6]}))`;
  }

  /** Puts the probe of a target with those that go next. */
  ask(target: number, round: number): void {
    const count = this.#ports.length;
    const host = Math.floor(target / count);
    const at = target - host * count;
    const probe = this.#probes[host * this.#kinds + this.#kindOf[at]!]!;
    probe.aim(this.#facts.port + round, this.#ports[at]!);
    this.#sender.add(probe.octets);
  }

  /** Sends them, some of them later. */
  send(): Promise<unknown> | undefined {
    return this.#sender.send();
  }

  /** Waits until all are sent. */
  drain(): Promise<void> {
    return this.#sender.drain();
  }

  /** Waits for answers. */
  wait(): Promise<unknown> {
    return this.#ear.wait();
  }

  /** Reads what has come. */
  receive(heard: Heard): void {
    const ear = this.#ear;
    const { view } = ear;
    for (let count = FULL; count === FULL;) {
      count = ear.receive();
      for (let i = 0; i < count; i++) {
        const end = ear.end(i);
        const start = ear.start(i);
        // A tag would be another network's.
        if (
          this.#link > 0 &&
          (end - start < this.#link ||
            view.getUint16(start + 12) !== TYPES[this.#family])
        ) continue;
        this.#read(view, start + this.#link, end, heard);
      }
    }
  }

  /** Reads an IP packet. */
  #read(view: DataView, at: number, end: number, heard: Heard): void {
    const isV4 = this.#family === 4;
    if (end - at < (isV4 ? 20 : 40)) return;
    const protocol = view.getUint8(at + (isV4 ? 9 : 6));
    const next = at + (isV4 ? (view.getUint8(at) & 15) * 4 : 40);
    if (protocol === ICMP || protocol === ICMPV6) {
      this.#readRefusal(view, at, next, end, heard);
      return;
    }
    if (protocol !== this.#protocol || end - next < 8) return;
    // The rest of a datagram that came in pieces has no ports.
    if (isV4 && (view.getUint16(at + 6) & 0x1fff) !== 0) return;
    const answer = protocol === UDP ? DATAGRAM : this.#segment(view, next, end);
    if (answer === 0) return;
    const from = view.getUint16(next);
    const ours = view.getUint16(next + 2);
    // On loopback probes come in themselves; to our own ports, in the guise of answers.
    if (this.#isLoopback && (answer === DATAGRAM || answer === BARE_SYN)) {
      if (this.#round(from) >= 0) return;
    }
    const host = this.#host(view, at + (isV4 ? 12 : 8));
    this.#tell(host, from, ours, answer, heard);
  }

  /** What a TCP segment says; 0 for nothing. */
  #segment(view: DataView, at: number, end: number): number {
    if (end - at < 20) return 0;
    const flags = view.getUint8(at + 13);
    if (flags & RST) return RESET;
    if (!this.#isSyn || !(flags & SYN)) return 0;
    if (!(flags & ACK)) return BARE_SYN;
    const next = (this.#facts.sequence + 1) | 0;
    return view.getInt32(at + 8) === next ? SYN_ACK : 0;
  }

  /** Reads an ICMP error, which quotes the start of the probe. */
  #readRefusal(
    view: DataView,
    ip: number,
    at: number,
    end: number,
    heard: Heard,
  ): void {
    const isV4 = this.#family === 4;
    const quoted = at + 8;
    if (end - quoted < (isV4 ? 28 : 48)) return;
    const type = UNREACHABLE[isV4 ? ICMP : ICMPV6];
    if (view.getUint8(at) !== type) return;
    if (view.getUint8(quoted + (isV4 ? 9 : 6)) !== this.#protocol) return;
    const ports = quoted + (isV4 ? (view.getUint8(quoted) & 15) * 4 : 40);
    if (end - ports < 4) return;
    const host = this.#host(view, quoted + (isV4 ? 16 : 24));
    let answer = unreachableAnswer(this.#family, view.getUint8(at + 1));
    // Only the host itself knows that nobody is at its port.
    if (
      answer === PORT_UNREACHABLE && this.#protocol === UDP &&
      this.#host(view, ip + (isV4 ? 12 : 8)) !== host
    ) answer = PROHIBITED;
    if (answer === 0) return;
    const [ours, asked] = [view.getUint16(ports), view.getUint16(ports + 2)];
    this.#tell(host, asked, ours, answer, heard);
  }

  /** Which round a port of ours stands for; -1 if it is none. */
  #round(port: number): number {
    const round = port - this.#facts.port;
    return round < ROUNDS ? round : -1;
  }

  #tell(
    host: number,
    port: number,
    ours: number,
    answer: number,
    heard: Heard,
  ): void {
    const round = this.#round(ours);
    const at = this.#portAt[port]!;
    if (host < 0 || round < 0 || at < 0) return;
    heard(host * this.#ports.length + at, round, answer);
  }

  /** Which host has the address there; -1 if none of them. */
  #host(view: DataView, at: number): number {
    if (this.#family === 4) {
      return this.#hostAt.get(view.getInt32(at))?.[0] ?? -1;
    }
    const w0 = view.getInt32(at);
    const w1 = view.getInt32(at + 4);
    const w2 = view.getInt32(at + 8);
    const w3 = view.getInt32(at + 12);
    const is = (address: Address) =>
      address.w0 === w0 && address.w1 === w1 && address.w2 === w2 &&
      address.w3 === w3;
    return this.#hostAt.get(w0 ^ w1 ^ w2 ^ w3)?.find((i) =>
      is(this.#hosts[i]!.address)
    ) ?? -1;
  }

  /** Closes the sockets; who waits is told. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#sender[Symbol.asyncDispose]();
    this.#ear[Symbol.dispose]();
  }
}

/** A socket for whole packets to one address, by the kernel's routes. */
function connected(
  to: Address,
  namespace: number | string | undefined,
): NetworkSocket {
  const socket = NetworkSocket.open(to.family, { namespace });
  const address = new Uint8Array(to.family === 4 ? 16 : 28);
  address[0] = to.family === 4 ? AF_INET : AF_INET6;
  address.set(to.toBytes(), to.family === 4 ? 4 : 8);
  try {
    check(
      libc().connect(socket.fd, address, address.length),
      "send to",
      `${to}`,
    );
    return socket;
  } catch (error) {
    socket[Symbol.dispose]();
    throw error;
  }
}
