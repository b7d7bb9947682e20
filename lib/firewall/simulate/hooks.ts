/**
 * The hooks of each family: which chains, and which parts of the kernel, a
 * packet meets there, in order.
 *
 * @module
 */

import type { ChainFunction } from "./chain_code.ts";
import { confirm, track } from "./conntrack.ts";
import { findExtension } from "./find_options.ts";
import { translate } from "./nat.ts";
import type { Base, Family, Hook, Table } from "../model/ruleset.ts";
import type { Program } from "./program.ts";
import { ACCEPT, DROP, STOLEN, type Transit } from "./transit.ts";

/** What one base chain said, by numbers. */
export interface Said {
  readonly chain: number;
  readonly verdict: number;
  readonly rule: number;
  /** How many rules had been seen before it, and after it. */
  readonly from: number;
  readonly to: number;
}

/** Something that a packet meets at a hook. */
export interface Meeting {
  readonly priority: number;
  /** Gives ACCEPT to let the packet go on. */
  readonly run: () => number;
  /** Of ingress and egress: the interfaces. */
  readonly devices?: readonly string[] | undefined;
}

const DEFRAGMENT = -400;
const TRACK = -200;
const NAT_DST = -100;
const NAT_SRC = 100;
const LAST = 2 ** 31 - 1;

/** What a packet meets, by protocol family and hook. */
export type Hooks = Readonly<Record<string, readonly Meeting[]>>;

/** The families whose chains see packets of a protocol. */
const SEEN_BY: Readonly<Record<string, readonly Family[]>> = {
  4: ["ip", "inet"],
  6: ["ip6", "inet"],
  bridge: ["bridge"],
  arp: ["arp"],
  device: ["netdev", "inet"],
};

const IP_HOOKS = ["prerouting", "input", "forward", "output", "postrouting"];

/** Puts everything that packets meet in order. */
export function arrange(
  program: Program,
  p: Transit,
  functions: readonly ChainFunction[],
  said: Said[] | undefined,
): Hooks {
  const hooks: Record<string, Meeting[]> = {};
  const baseChain = (number: number, base: Base): () => number => {
    const run = functions[number]!;
    const policy = base.policy === "drop" ? DROP : ACCEPT;
    if (said === undefined) {
      return () => {
        const verdict = run();
        p.chain = number;
        if (verdict !== 0) return verdict;
        p.rule = -1;
        return policy;
      };
    }
    return () => {
      const from = p.steps?.length ?? 0;
      let verdict = run();
      p.chain = number;
      if (verdict === 0) {
        p.rule = -1;
        verdict = policy;
      }
      const to = p.steps?.length ?? 0;
      said.push({ chain: number, verdict, rule: p.rule, from, to });
      return verdict;
    };
  };
  for (const [protocol, families] of Object.entries(SEEN_BY)) {
    const isIp = protocol === "4" || protocol === "6";
    const chains = program.chains.map((row, number) => ({ ...row, number }))
      .filter(({ table, chain }) =>
        chain.base !== undefined && families.includes(table.family) &&
        !table.flags?.includes("dormant")
      );
    const names = new Set<string>([
      ...isIp ? IP_HOOKS : [],
      ...chains.map(({ chain }) => chain.base!.hook),
    ]);
    for (const hook of names) {
      if (isDeviceHook(hook) !== (protocol === "device")) continue;
      const meetings: Meeting[] = [];
      const here = chains.filter(({ chain }) => chain.base!.hook === hook);
      const nat = here.filter(({ chain }) => isIp && chain.base!.type === "nat")
        .reverse()
        .sort((a, b) => a.chain.base!.priority - b.chain.base!.priority);
      for (const { table, chain, number } of here) {
        const { base } = chain;
        if (isIp && base!.type === "nat") continue;
        meetings.push({
          priority: base!.priority,
          run: only(table, p, baseChain(number, base!)),
          devices: base!.devices,
        });
      }
      if (isIp) {
        const natChains = nat.map(({ chain, number }) => ({
          run: baseChain(number, chain.base!),
        }));
        const hasNat = program.tables.some((table) =>
          families.includes(table.family) &&
          table.chains.some(({ base }) => base?.type === "nat")
        );
        if (isTracked(program, families)) {
          meetings.push(...tracking(p, hook as Hook));
        }
        if (hasNat && hook !== "forward") {
          const end = hook === "prerouting" || hook === "output"
            ? "destination"
            : "source";
          meetings.push({
            priority: end === "destination" ? NAT_DST : NAT_SRC,
            run: () => translate(p, end, natChains),
          });
        }
      }
      // Of two with one priority the kernel runs first what came last.
      hooks[`${protocol} ${hook}`] = meetings.reverse()
        .sort((a, b) => a.priority - b.priority);
    }
  }
  return hooks;
}

const isDeviceHook = (hook: string) => hook === "ingress" || hook === "egress";

/** An inet table's device hooks see IPv4 and IPv6 alone. */
function only(table: Table, p: Transit, run: () => number): () => number {
  return table.family === "inet" ? () => p.family === 0 ? ACCEPT : run() : run;
}

function tracking(p: Transit, hook: Hook): Meeting[] {
  const start = hook === "prerouting" || hook === "output";
  const end = hook === "input" || hook === "postrouting";
  return [
    ...start
      ? [
        {
          priority: DEFRAGMENT,
          run: () => isPiece(p) ? hold(p, TRACKED) : ACCEPT,
        },
        { priority: TRACK, run: () => track(p) },
      ]
      : [],
    ...end ? [{ priority: LAST, run: () => confirm(p) }] : [],
  ];
}

/** Keeps a fragment until the others are there. */
export function hold(p: Transit, reason: string): number {
  p.reason = reason;
  p.by = undefined;
  p.rule = -1;
  p.chain = -1;
  return STOLEN;
}

/** Whether a packet is a fragment that others are put together with. */
function isPiece(p: Transit): boolean {
  if (!p.isFragment || p.family === 4) return p.isFragment;
  // Of IPv6, all but the last have octets by eights; what is not so is let go on.
  const at = findExtension(p, 44);
  return (p.octets[at + 3]! & 1) === 0 || (p.end - at) % 8 === 0;
}

const TRACKED = "a fragment waits for the others, as connections are tracked";

const TRACKING = [
  ...["snat", "dnat", "masquerade", "redirect", "ct count", "ct helper"],
  ...["ct timeout", "ct expectation", "synproxy", "flow"],
];

/** Whether a rule of the families' tables asks for connections. */
function isTracked(program: Program, families: readonly Family[]): boolean {
  return program.rules.some(({ table, rule }) =>
    families.includes(table.family) &&
    rule.statements.some((statement) =>
      TRACKING.some((name) => name in statement) || asksConnection(statement)
    )
  );
}

function asksConnection(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  if (Array.isArray(value)) return value.some(asksConnection);
  if ("ct" in value && !("rt" in value)) return true;
  return Object.values(value).some(asksConnection);
}

/** Runs all that a packet meets at a hook, until something stops it. */
export function meet(
  hooks: Hooks,
  where: string,
  device?: string,
): number {
  const meetings = hooks[where];
  if (meetings === undefined) return ACCEPT;
  for (let i = 0; i < meetings.length; i++) {
    const { run, devices } = meetings[i]!;
    if (devices !== undefined && !devices.includes(device!)) continue;
    const verdict = run();
    if (verdict !== ACCEPT) return verdict;
  }
  return ACCEPT;
}
