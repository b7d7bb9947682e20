/**
 * The kernel and the simulator before the same packets: verdict, every rule
 * that held, and the packet as it leaves.
 *
 * @module
 */

import type { Context } from "../../lib/firewall/simulate/context.ts";
import type { Trace } from "../../lib/firewall/simulate/result.ts";
import {
  compile,
  type Simulator,
} from "../../lib/firewall/simulate/simulator.ts";
import { KernelState } from "../../lib/firewall/simulate/state.ts";
import { format } from "../../lib/firewall/text/format.ts";
import { parse } from "../../lib/firewall/text/parse.ts";
import { decode } from "../../lib/packet/packet.ts";
import { Dice } from "./dice.ts";
import { type Past, randomPacket } from "./fuzz_packets.ts";
import { randomRules } from "./fuzz_rules.ts";
import {
  type Exhibit,
  frameOf,
  type Judgement,
  Oracle,
  ROUTER,
  type Side,
} from "./oracle.ts";

/** What a run has come to. */
export interface Findings {
  rulesets: number;
  packets: number;
  /** Packets not compared, since the kernel drew by chance. */
  byChance: number;
  /** Rules that nft did not take. */
  refused: number;
  /** How often each kind of outcome was seen. */
  readonly outcomes: Record<string, number>;
  /** The first difference of each ruleset that has one. */
  readonly differences: string[];
}

/** Packets that are sent before any answers to them. */
const BATCH = 40;

/** Compares on random rulesets. */
export async function compare(
  seed: number,
  rulesets: number,
  packets: number,
): Promise<Findings> {
  const findings: Findings = {
    rulesets: 0,
    packets: 0,
    byChance: 0,
    refused: 0,
    outcomes: {},
    differences: [],
  };
  // The kernel goes on tracking for a while after the last rule that wants it.
  await using tracking = Oracle.open();
  await using stateless = Oracle.open();
  const each = Math.ceil(packets / rulesets);
  for (let i = 0; i < rulesets; i++) {
    const dice = new Dice(seed + i);
    const { text, isTracked } = randomRules(dice);
    const oracle = isTracked ? tracking : stateless;
    const rules = await load(oracle, text, findings);
    await compareOne(oracle, rules, dice, seed + i, each, findings);
  }
  return findings;
}

/** Loads a ruleset without the rules that nft refuses. */
async function load(
  oracle: Oracle,
  text: string,
  findings: Findings,
): Promise<string> {
  for (let tries = 0; tries < 200; tries++) {
    try {
      await oracle.load(text);
      return text;
    } catch (error) {
      const [, line] = /\/dev\/stdin:(\d+)/.exec((error as Error).message) ??
        [];
      if (line === undefined) throw error;
      const lines = text.split("\n");
      const at = Number(line) - 1 - Oracle.linesBefore;
      if (!lines[at]?.startsWith("    ")) throw error;
      lines.splice(at, 1);
      findings.refused++;
      text = lines.join("\n");
    }
  }
  throw new Error(`nft takes none of it:\n${text}`);
}

async function compareOne(
  oracle: Oracle,
  text: string,
  dice: Dice,
  seed: number,
  packets: number,
  findings: Findings,
): Promise<void> {
  const differ = (what: string) =>
    findings.differences.push(`seed ${seed}: ${what}`);
  findings.rulesets++;
  let simulator: Simulator;
  try {
    const tables = parse(text);
    // What we write must mean the same to the kernel: every second time it is judge of that.
    if (seed % 2 === 0) await oracle.load(format(tables));
    simulator = compile(tables);
  } catch (error) {
    differ(`${(error as Error).message}\n${(error as Error).stack}\n${text}`);
    return;
  }
  const contexts = contextsOf();
  const past: Past[] = [];
  for (let count = 0; count < packets; count += BATCH) {
    const exhibits = dice.times(
      Math.min(BATCH, packets - count),
      () => randomPacket(dice, past),
    );
    const judgements = oracle.judge(exhibits);
    for (let i = 0; i < exhibits.length; i++) {
      const exhibit = exhibits[i]!;
      const judgement = judgements[i]!;
      let trace: Trace;
      try {
        trace = simulate(simulator, exhibit, contexts);
      } catch (error) {
        differ(
          `packet ${count + i} ${exhibit.octets.toHex()}: ${
            (error as Error).stack
          }\n${text}`,
        );
        return;
      }
      if (trace.chances.length > 0) {
        findings.byChance += packets - count - i;
        return;
      }
      const [ours, theirs] = [ofTrace(trace), ofJudgement(judgement)];
      if (ours !== theirs) {
        differ(
          `packet ${count + i} from ${exhibit.from} ${
            decode(exhibit.octets, { linkType: 101 })
          }\n${exhibit.octets.toHex()}\nkernel:\n${theirs}\nsimulator (ct ${trace.ctState}, mark ${trace.mark}):\n${ours}\nbefore it:\n${
            history(past, exhibit)
          }\n${text}`,
        );
        return;
      }
      findings.packets++;
      const outcome = judgement.verdict;
      findings.outcomes[outcome] = (findings.outcomes[outcome] ?? 0) + 1;
      past.push({ sent: exhibit, left: judgement.left });
    }
  }
}

/** The packets before that share an end with one, but for the router's own. */
function history(past: readonly Past[], { octets }: Exhibit): string {
  const ends = (octets: Uint8Array) => {
    const [at, size] = octets[0]! >> 4 === 4 ? [12, 4] : [8, 16];
    return [0, size].map((skip) =>
      octets.subarray(at + skip, at + skip + size).toHex()
    ).filter((end) => !OWN.test(end));
  };
  const own = ends(octets);
  const alike = ({ sent, left }: Past) =>
    [sent, ...left].some((each) =>
      ends(each.octets).some((end) => own.includes(end))
    );
  const text = (octets: Uint8Array) => `${decode(octets, { linkType: 101 })}`;
  return past.filter(alike).map(({ sent, left }) =>
    `  ${sent.from}: ${text(sent.octets)}${
      left.map(({ octets }) => ` -> ${text(octets)}`).join("")
    }`
  ).join("\n");
}

const OWN = /^(0a0[89]0001|fd00000[89]0.*1)$/;

type Contexts = ReadonlyMap<Side, Context>;

function contextsOf(): Contexts {
  const state = new KernelState();
  const sides = ["in0", "out0", undefined] as const;
  return new Map(
    sides.map((iifname) => [iifname, { ...ROUTER, iifname, state }]),
  );
}

function simulate(
  simulator: Simulator,
  { octets, from }: Exhibit,
  contexts: Contexts,
): Trace {
  const packet = from === undefined
    ? decode(octets.slice(), { linkType: 101 })
    : decode(frameOf(octets, from), { linkType: 1 });
  return simulator.trace(packet, contexts.get(from)!);
}

/** What the simulator says, as text that can be compared. */
function ofTrace(trace: Trace): string {
  const lines = trace.chains.flatMap((chain) => [
    ...chain.steps.filter(({ matched }) => matched)
      .map(({ family, table, chain, index }) =>
        `${family} ${table} ${chain} ${index}`
      ),
    ...chain.decided === undefined
      ? [
        `${chain.family} ${chain.table} ${chain.chain} policy ${chain.verdict}`,
      ]
      : [],
  ]);
  if (trace.verdict === "accept" && trace.path !== "input") {
    const { bytes, linkType } = trace.packet;
    const octets = linkType === 1 ? bytes.subarray(14) : bytes;
    lines.push(`leaves by ${trace.oifname}: ${octets.toHex()}`);
  } else if (trace.verdict !== "accept" && trace.decided.by !== "kernel") {
    lines.push("drop");
  }
  return lines.join("\n");
}

/** What the kernel says. */
function ofJudgement({ steps, left, verdict }: Judgement): string {
  const lines = steps.filter(({ kind }) => kind !== "end").map((step) =>
    step.kind === "rule"
      ? `${step.table} ${step.chain} ${step.rule}`
      : `${step.table} ${step.chain} policy ${step.verdict}`
  );
  if (verdict === "drop") lines.push("drop");
  for (const { by, octets } of left) {
    lines.push(`leaves by ${by}: ${octets.toHex()}`);
  }
  return lines.join("\n");
}
