/**
 * Which system sent a packet, by the habits of its network stack.
 *
 * @module
 */

import type { AnyLayer, Packet } from "../../packet/packet.ts";
import { BY_TTL, type Stack, STACKS } from "./os_stacks.ts";

/** What a system may be, why, and how sure that is. */
export interface OsHint {
  /** The system: `"Linux"`. */
  readonly system: string;
  /** From 0 to 1: how much of what was seen is as this system does it. */
  readonly confidence: number;
  /** What was seen that speaks for it. */
  readonly reasons: readonly string[];
}

/** The habits that a packet shows. */
export interface StackHabits {
  /** A SYN, a SYN-ACK, or none of them. */
  readonly segment: "syn" | "syn-ack" | undefined;
  /** The TTL, or hop limit, that it started with most likely. */
  readonly initialTtl: number;
  /** How many routers it has passed, if so. */
  readonly hops: number;
  /** The options in order, a letter each: mss, window scale, sack permitted, timestamps, nop, end. */
  readonly options: string;
  /** The window, in octets. */
  readonly window: number | undefined;
  /** The MSS. */
  readonly mss: number | undefined;
  /** The window scale. */
  readonly windowScale: number | undefined;
  /** Whether it may not be fragmented; `undefined` in IPv6, where none may. */
  readonly isUnfragmented: boolean | undefined;
  /** The identification of IPv4. */
  readonly id: number | undefined;
}

const LETTERS: Readonly<Record<string, string>> = {
  mss: "M",
  nop: "N",
  windowScale: "W",
  sackPermitted: "S",
  timestamps: "T",
  end: "E",
};

/** What each habit counts for. */
const WEIGHT = { options: 5, ttl: 3, window: 3, scale: 1, fragment: 1, id: 6 };
/** What is less sure is left out. */
const LEAST = 0.5;
/** A TTL alone says little. */
const TTL_ONLY = 0.25;

/**
 * Reads what a packet shows of the stack that sent it.
 *
 * @param packet The packet.
 * @returns Its habits; `undefined` if it is not IP.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const { build, ipv4, tcp } = net.packet;
 * const syn = build(ipv4({ ttl: 61 }), tcp({ flags: ["SYN"], options: [{ kind: "mss", mss: 1460 }] }));
 * const habits = net.wire.stackHabits(syn);
 * assert.deepEqual([habits?.initialTtl, habits?.hops, habits?.options], [64, 3, "M"]);
 * ```
 */
export function stackHabits(packet: Packet): StackHabits | undefined {
  const { layers } = packet;
  const at = layers.findIndex(({ name }) => name === "ipv4" || name === "ipv6");
  const ip = layers[at];
  if (ip === undefined) return undefined;
  const next = layers[at + 1];
  const ttl = ttlOf(ip);
  const initialTtl = BY_TTL.find(([most]) => ttl <= most)![0];
  const common = {
    initialTtl,
    hops: initialTtl - ttl,
    isUnfragmented: ip.name === "ipv4" ? ip.flags.includes("DF") : undefined,
    id: ip.name === "ipv4" ? ip.id : undefined,
  };
  const { flags = [], options = [], window } = next?.name === "tcp"
    ? next
    : {} as { flags?: undefined; options?: undefined; window?: undefined };
  const isSyn = (flags as readonly string[]).includes("SYN");
  const isAck = (flags as readonly string[]).includes("ACK");
  let mss: number | undefined;
  let windowScale: number | undefined;
  for (const option of options) {
    if (option.kind === "mss") mss = option.mss;
    else if (option.kind === "windowScale") windowScale = option.shift;
  }
  return {
    ...common,
    segment: !isSyn ? undefined : isAck ? "syn-ack" : "syn",
    options: options.map(({ kind }) => LETTERS[kind] ?? "?").join(""),
    window,
    mss,
    windowScale,
  };
}

function ttlOf(ip: AnyLayer): number {
  return ip.name === "ipv4" ? ip.ttl : ip.name === "ipv6" ? ip.hopLimit : 0;
}

/**
 * Guesses which system sent a packet: from a SYN or a SYN-ACK by the order of
 * its TCP options, its window, its TTL and more, from any other by its TTL. It
 * guesses, and says why: each of these can be set, and a middlebox rewrites some.
 *
 * @param packet The packet.
 * @returns What it may be, the likeliest first; none if it is like nothing known.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const { build, ipv4, tcp } = net.packet;
 * const syn = build(
 *   ipv4({ ttl: 128, flags: ["DF"] }),
 *   tcp({
 *     flags: ["SYN"],
 *     window: 64240,
 *     options: [
 *       { kind: "mss", mss: 1460 }, "nop", { kind: "windowScale", shift: 8 },
 *       "nop", "nop", "sackPermitted",
 *     ],
 *   }),
 * );
 * const [hint] = net.wire.osHintsOf(syn);
 * assert.equal(hint?.system, "Windows");
 * assert.equal(hint?.confidence, 1);
 * ```
 */
export function osHintsOf(packet: Packet): readonly OsHint[] {
  const habits = stackHabits(packet);
  if (habits === undefined) return [];
  if (habits.segment === undefined) return byTtl(habits);
  const hints = STACKS.flatMap((stack) => match(stack, habits) ?? []);
  return hints.length === 0
    ? byTtl(habits)
    : hints.sort((a, b) => b.confidence - a.confidence);
}

function byTtl({ initialTtl }: StackHabits): OsHint[] {
  const [, system] = BY_TTL.find(([ttl]) => ttl === initialTtl)!;
  const reasons = [`TTL from ${initialTtl}`];
  return [{ system, confidence: TTL_ONLY, reasons }];
}

function match(stack: Stack, habits: StackHabits): OsHint | undefined {
  const { segment, ttl, windows = [], segments = [], scales, id } = stack;
  if (segment !== undefined && segment !== habits.segment) return undefined;
  const order = stack.options.indexOf(habits.options);
  // The order of options is what tells stacks apart.
  if (order < 0 || id !== undefined && habits.id !== id) return undefined;
  const reasons: string[] = [];
  let got = 0;
  let most = 0;
  const weigh = (weight: number, isSo: boolean, reason: string) => {
    most += weight;
    if (!isSo) return;
    got += weight;
    reasons.push(reason);
  };
  const { window = 0, mss = 0, windowScale, initialTtl } = habits;
  const said = habits.options === "" ? "none" : habits.options;
  weigh(WEIGHT.options, true, `options ${said}`);
  if (ttl !== undefined) {
    weigh(WEIGHT.ttl, ttl === initialTtl, `TTL from ${initialTtl}`);
  }
  // Timestamps take 12 octets of each segment (RFC 7323 §3.2).
  const multiple = [window / mss, window / (mss - 12)].find((times) =>
    segments.includes(times)
  );
  weigh(
    WEIGHT.window,
    windows.includes(window) || multiple !== undefined,
    `window ${window}${multiple === undefined ? "" : `, ${multiple} segments`}`,
  );
  if (scales !== undefined && windowScale !== undefined) {
    const isUsual = scales.includes(windowScale);
    weigh(WEIGHT.scale, isUsual, `window scale ${windowScale}`);
  }
  if (habits.isUnfragmented !== undefined) {
    const { isUnfragmented = true } = stack;
    const isSo = habits.isUnfragmented === isUnfragmented;
    weigh(WEIGHT.fragment, isSo, isUnfragmented ? "DF" : "no DF");
  }
  if (id !== undefined) weigh(WEIGHT.id, true, `id ${id}`);
  // An option alone has nearly everybody: then the rest must be right.
  const share = got / most - (habits.options.length < 2 ? 0.2 : 0);
  const confidence = Math.round(Math.min(1, share) * 100) / 100;
  return confidence < LEAST
    ? undefined
    : { system: stack.system, confidence, reasons };
}
