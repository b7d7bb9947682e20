/**
 * Asking a host's network stack what it is.
 *
 * @module
 */

import { checkOptions, type OptionKinds } from "../linux/option_kinds.ts";
import { REACH } from "./option_names.ts";
import { canvas } from "../inspect/canvas.ts";
import { type Report, Run } from "../inspect/run.ts";
import { table } from "../inspect/table.ts";
import type { Address } from "../ip/address.ts";
import { build } from "../packet/build.ts";
import { icmp } from "../packet/layers/icmp.ts";
import { icmpv6 } from "../packet/layers/icmpv6.ts";
import { ipv4 } from "../packet/layers/ipv4.ts";
import { ipv6 } from "../packet/layers/ipv6.ts";
import { tcp } from "../packet/layers/tcp.ts";
import type { Packet } from "../packet/packet.ts";
import { authorise } from "./authority.ts";
import { pause } from "./finding/hearing.ts";
import { IpExchange } from "./tracing/ip_exchange.ts";
import type { ReachOptions } from "./options.ts";
import { type OsHint, osHintsOf, stackHabits } from "./finding/os_hints_of.ts";
import { type Ports, readPorts } from "./scanning/port_list.ts";
import { checkHost, type Host, targetAddress } from "./target.ts";

export {
  type OsHint,
  osHintsOf,
  type StackHabits,
  stackHabits,
} from "./finding/os_hints_of.ts";

/** Options of `osHints`. */
const OS_HINTS: OptionKinds<OsHintsOptions> = {
  ...REACH,
  ports: "any",
  timeout: "numeric",
};

/** Options for {@linkcode osHints}. */
export interface OsHintsOptions extends ReachOptions {
  /** TCP ports to try, 64 at most: an open one tells most. @default {"22,80,443,445,3389,8080"} */
  ports?: Ports | undefined;
  /** The longest wait for answers, in milliseconds. @default {1000} */
  timeout?: number | undefined;
}

/** One answer of the host, as evidence. */
export interface StackAnswer {
  /** To what it is: `"tcp/80 open"`, `"ping"`. */
  readonly to: string;
  /** The packet. */
  readonly packet: Packet;
}

/** What is known of a host's system. */
export class OsHints {
  /** The host. */
  readonly target: Address;
  /** What it may be, the likeliest first; none if nothing came back. */
  readonly hints: readonly OsHint[];
  /** What came back. */
  readonly answers: readonly StackAnswer[];
  /** How many routers its answers have passed, most likely. */
  readonly hops: number | undefined;

  /**
   * Weighs answers.
   *
   * @param target The host.
   * @param answers What came back.
   */
  constructor(target: Address, answers: readonly StackAnswer[]) {
    this.target = target;
    this.answers = answers;
    const habits = answers.flatMap(({ packet }) => stackHabits(packet) ?? []);
    this.hops = habits[0]?.hops;
    const best = new Map<string, OsHint>();
    for (const { packet, to } of answers) {
      for (const { system, confidence, reasons } of osHintsOf(packet)) {
        if (confidence <= (best.get(system)?.confidence ?? 0)) continue;
        best.set(system, {
          system,
          confidence,
          reasons: [`${to}:`, ...reasons],
        });
      }
    }
    const synAcks = habits.filter(({ segment }) => segment === "syn-ack");
    // Of what is sent in answer to a SYN Linux numbers nothing (RFC 6864 §4.1 allows it).
    const linux = best.get("Linux");
    if (linux && synAcks.length > 0 && synAcks.every(({ id }) => id === 0)) {
      const reasons = [...linux.reasons, "id 0 in SYN-ACKs"];
      best.set("Linux", { ...linux, reasons });
    }
    const all = [...best.values()].sort((a, b) => b.confidence - a.confidence);
    // With a whole handshake to judge by, the TTL alone adds nothing.
    const isSure = all.some(({ confidence }) => confidence >= 0.5);
    this.hints = isSure
      ? all.filter(({ confidence }) => confidence >= 0.5)
      : all;
  }

  /** The likeliest system; `undefined` if nothing is known. */
  get system(): string | undefined {
    return this.hints[0]?.system;
  }

  /**
   * Gives the facts as plain data, without the packets.
   *
   * @returns Target, hops, hints, and what was answered.
   */
  toJSON(): object {
    const { target, hops, hints } = this;
    return { target, hops, hints, answers: this.answers.map(({ to }) => to) };
  }

  /**
   * Shows the hints as a table.
   *
   * @param _inspect Not used.
   * @param options Whether colours may be used.
   * @returns The lines.
   */
  [Symbol.for("Deno.customInspect")](
    _inspect: unknown,
    options?: { colors?: boolean },
  ): string {
    const { target, answers, hops } = this;
    const rows = this.hints.map(({ system, confidence, reasons }) => ({
      system,
      sure: `${Math.round(confidence * 100)} %`,
      why: reasons.join(", ").replace(":,", ":"),
    }));
    return table(rows, {
      title: `${target}: ${answers.length} answers${
        hops === undefined ? "" : `, ${hops} hops away`
      }`,
      columns: [
        { key: "system", role: "name" },
        { key: "sure", align: "right", role: "number" },
        { key: "why" },
      ],
      canvas: canvas({ colors: options?.colors ?? false }),
    });
  }
}

const MOST_PORTS = 64;

/**
 * Guesses which system a host runs, by how its network stack answers: a SYN with
 * all usual options to some ports, and a ping. Each hint says why and how sure
 * it is. An open port tells most; without one only the TTL speaks.
 *
 * @param host An address or a name.
 * @param options Which ports to try, how long to wait, why one may.
 * @returns The answers as they come, and at the end what they say.
 * @throws {ParseError} If `ports` names none.
 * @throws {RangeError} If there are too many, or an option is out of bounds.
 * @throws {NetError} If there is no such host or no way, or an interface goes down.
 * @throws {PermissionError} Without `--allow-ffi` or CAP_NET_RAW, or if it needs `authorised`.
 * @throws The signal's reason, if it aborts.
 *
 * @example
 * ```ts ignore
 * import * as net from "netrepl";
 *
 * const { system, hints } = await net.wire.osHints("192.168.1.1");
 * console.log(system, hints[0]?.reasons);
 * ```
 */
export function osHints(
  host: Host,
  options: OsHintsOptions = {},
): Run<StackAnswer, OsHints> {
  checkHost(host);
  checkOptions("look for a system", options, OS_HINTS);
  const { timeout = 1000, signal } = options;
  const ports = readPorts(options.ports ?? "22,80,443,445,3389,8080");
  if (ports.length > MOST_PORTS) {
    throw new RangeError(
      `Cannot look for a system as 'ports' must name ${MOST_PORTS} at most: current value names ${ports.length}`,
    );
  }
  if (!(timeout >= 0)) {
    throw new RangeError(
      `Cannot look for a system as 'timeout' must be 0 or more milliseconds: current value is ${timeout}`,
    );
  }
  return new Run<StackAnswer, OsHints>(
    `Look what ${host} runs`,
    async (report) => {
      const { signal } = report;
      const target = await targetAddress(host, { signal });
      const action = `try ${ports.length} TCP ports of`;
      await authorise({ action, targets: [target] }, { ...options, signal });
      return await look(target, ports, { ...options, timeout }, report);
    },
    { signal, line: ({ to, packet }) => `${to}  ${packet}` },
  );
}

async function look(
  target: Address,
  ports: readonly number[],
  options: OsHintsOptions & { readonly timeout: number },
  { row, signal }: Report<StackAnswer>,
): Promise<OsHints> {
  const { timeout, namespace } = options;
  const srcPort = 61_000 + Math.floor(Math.random() * 4000);
  const answers: StackAnswer[] = [];
  const heardOf = new Set<string>();
  const settled = Promise.withResolvers<void>();
  using exchange = new IpExchange((packet) => {
    const key = answered(packet, target, srcPort);
    if (key === undefined || heardOf.has(key)) return;
    heardOf.add(key);
    const isOpen = packet.tcp?.flags.includes("SYN");
    const to = key === "ping" ? key : `${key} ${isOpen ? "open" : "closed"}`;
    const answer = { to, packet };
    answers.push(answer);
    row(answer);
    if (heardOf.size === ports.length + 1) settled.resolve();
  }, {
    filter: `icmp or icmp6 or (tcp and dst port ${srcPort})`,
    namespace,
    signal,
  });
  const { way, send } = await exchange.to(target);
  const [src, dst] = [way.source, way.to];
  const ip = dst.family === 4
    ? ipv4({ src, dst, flags: ["DF"] })
    : ipv6({ src, dst });
  const ping = { identifier: srcPort, sequenceNumber: 1 } as const;
  const payload = new Uint8Array(56);
  send(
    build(
      ip,
      dst.family === 4
        ? icmp({ type: "echo", ...ping })
        : icmpv6({ type: "echoRequest", ...ping }),
      payload,
    ).bytes,
  );
  for (const dstPort of ports) {
    const seq = crypto.getRandomValues(new Uint32Array(1))[0]!;
    const segment = tcp({
      srcPort,
      dstPort,
      seq,
      flags: ["SYN"],
      // All that a stack may want to answer to, in the order that Linux has.
      options: [
        { kind: "mss", mss: dst.family === 4 ? 1460 : 1440 },
        "sackPermitted",
        { kind: "timestamps", value: seq >>> 8, echo: 0 },
        "nop",
        { kind: "windowScale", shift: 7 },
      ],
    });
    send(build(ip, segment).bytes);
  }
  const enough = Promise.race([settled.promise, exchange.failed]);
  await pause(timeout, { signal, enough });
  return new OsHints(dst, answers);
}

/** What of ours a packet answers. */
function answered(
  packet: Packet,
  target: Address,
  port: number,
): string | undefined {
  const { ipv4, ipv6, tcp, icmp, icmpv6 } = packet;
  const src = ipv4?.src ?? ipv6?.src;
  if (!src?.equals(target.withZone())) return undefined;
  if (tcp !== undefined) {
    const isAnswer = tcp.dstPort === port &&
      (tcp.flags.includes("RST") ||
        tcp.flags.includes("SYN") && tcp.flags.includes("ACK"));
    return isAnswer ? `tcp/${tcp.srcPort}` : undefined;
  }
  const isPong = icmp?.type === 0 && icmp.identifier === port ||
    icmpv6?.type === 129 && icmpv6.identifier === port;
  return isPong ? "ping" : undefined;
}
