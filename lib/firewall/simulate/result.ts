/**
 * What became of a packet, and why.
 *
 * @module
 */

import { canvas } from "../../inspect/canvas.ts";
import type { Role } from "../../inspect/paint.ts";
import { tree, type TreeNode } from "../../inspect/tree.ts";
import type { Packet, PacketJson } from "../../packet/packet.ts";
import type { Family, Hook, Rule } from "../model/ruleset.ts";
import type { Statement } from "../model/statement.ts";
import { formatRule, formatStatement } from "../text/format.ts";
import type { ConnectionRow } from "./connections.ts";

/** What becomes of a packet. */
export type Outcome = "accept" | "drop" | "reject" | "queue" | "stolen";

/** A chain by its table. */
export interface ChainName {
  /** The table's family. */
  readonly family: string;
  /** The table's name. */
  readonly table: string;
  /** The chain's name. */
  readonly chain: string;
}

/** A rule that the packet met. */
export interface Step extends ChainName {
  /** The rule's place in its chain, from 0. */
  readonly index: number;
  /** The rule. */
  readonly rule: Rule;
  /** Whether all of it held. */
  readonly matched: boolean;
  /** The statement that ended it, if it did not match. */
  readonly endedBy?: Statement;
}

/** What one base chain said. */
export interface ChainVerdict extends ChainName {
  /** Where the chain stands. */
  readonly hook: Hook;
  /** Its priority there. */
  readonly priority: number;
  /** What it said. */
  readonly verdict: Outcome;
  /** The rule that decided; none: the chain's policy did. */
  readonly decided?: Omit<Step, "matched" | "endedBy">;
  /** Each rule that was seen, in order. */
  readonly steps: readonly Step[];
}

/** Who decided: a rule, a policy, or the kernel of its own accord. */
export type Decision =
  | (
    & { readonly by: "rule"; readonly index: number; readonly rule: Rule }
    & ChainName
  )
  | ({ readonly by: "policy" } & ChainName)
  | { readonly by: "kernel"; readonly reason: string };

/** An answer that a reject sends. */
export interface Answer {
  /** By which protocol it goes. */
  readonly protocol: "icmp" | "icmpv6" | "tcp";
  /** `"reset"`, or the code by name. */
  readonly code: string;
}

/** A packet's connection, and how the packet stands to it. */
export interface TracedConnection extends ConnectionRow {
  /** `new`, `established`, `related`, `invalid` or `untracked`. */
  readonly state: string;
}

const ROLES: Readonly<Record<Outcome, Role>> = {
  accept: "good",
  drop: "bad",
  reject: "bad",
  queue: "warn",
  stolen: "warn",
};

/** The facts of a {@linkcode Trace}. */
export type TraceFacts = Omit<Trace, "steps" | "toJSON" | "toString">;

/**
 * One packet's way through the hooks: what became of it, which rule decided,
 * each rule that was seen, and the packet as it leaves.
 */
export class Trace {
  /** What became of the packet. */
  readonly verdict!: Outcome;
  /** Who decided. */
  readonly decided!: Decision;
  /** What each base chain said, in the order in which they were met. */
  readonly chains!: readonly ChainVerdict[];
  /** Whether it was for this machine, passed on, or from this machine. */
  readonly path!: "input" | "forward" | "output" | undefined;
  /** The interface that it leaves by. */
  readonly oifname!: string | undefined;
  /** Its mark at the end. */
  readonly mark!: number;
  /** The packet as it was when it left, or was stopped. */
  readonly packet!: Packet;
  /** Its connection; none: it is invalid, untracked, or nobody tracks. */
  readonly connection!: TracedConnection | undefined;
  /** What `ct state` says of it. */
  readonly ctState!: string;
  /** What its sender is told, of a rejected packet. */
  readonly answer!: Answer | undefined;
  /** What statements did beside verdicts: logs, copies. */
  readonly effects!: readonly {
    readonly rule: Rule;
    readonly statement: Statement;
  }[];
  /** What was drawn by chance: another run may end otherwise. */
  readonly chances!: readonly string[];

  /** Takes the facts. */
  constructor(facts: TraceFacts) {
    Object.assign(this, facts);
  }

  /** Each rule that was seen, in order. */
  get steps(): readonly Step[] {
    return this.chains.flatMap(({ steps }) => steps);
  }

  /** The facts, plain. */
  toJSON(): Omit<TraceFacts, "packet"> & { readonly packet: PacketJson } {
    return { ...this, packet: this.packet.toJSON() };
  }

  /** Who decided, in one line. */
  toString(): string {
    return `${this.verdict} by ${decisionText(this.decided)}`;
  }

  /** Renders the way as a tree: base chains, and in them the rules. */
  [Symbol.for("Deno.customInspect")](
    _inspect: unknown,
    options?: { readonly colors?: boolean },
  ): string {
    const page = canvas({ colors: options?.colors ?? false });
    const children = this.chains.map((chain): TreeNode => ({
      label: `${chain.hook} ${chain.priority}  ${nameText(chain)}`,
      note: chain.decided === undefined
        ? `${chain.verdict}, the policy`
        : chain.verdict,
      role: ROLES[chain.verdict],
      children: chain.steps.map((step) => stepNode(chain, step)),
    }));
    const last = this.verdict === "accept" ? "goes on as" : "it was";
    const facts: TreeNode[] = [{ label: `${last} ${this.packet}` }];
    if (this.connection !== undefined) {
      const { state, src, dst, replySrc, replyDst } = this.connection;
      facts.push({
        label: `connection ${src} > ${dst}, ${state}`,
        note: replySrc === dst && replyDst === src
          ? undefined
          : `answers ${replySrc} > ${replyDst}`,
      });
    }
    if (this.answer !== undefined) {
      facts.push({
        label:
          `its sender is told: ${this.answer.protocol} ${this.answer.code}`,
      });
    }
    for (const chance of this.chances) {
      facts.push({ label: `drawn by chance: ${chance}`, role: "warn" });
    }
    return tree({
      label: String(this),
      role: ROLES[this.verdict],
      children: [...children, ...facts],
    }, page);
  }
}

const nameText = ({ family, table, chain }: ChainName) =>
  `${family} ${table} ${chain}`;

function decisionText(decision: Decision): string {
  switch (decision.by) {
    case "kernel":
      return `the kernel: ${decision.reason}`;
    case "policy":
      return `the policy of ${nameText(decision)}`;
    case "rule":
      return `rule ${decision.index} of ${nameText(decision)}`;
  }
}

function stepNode(chain: ChainVerdict, step: Step): TreeNode {
  const where = step.chain === chain.chain ? "" : `${step.chain} `;
  const family = step.family as Family;
  const text = formatRule(step.rule, family, { counters: false });
  return {
    label: `${where}${step.index}: ${text}`,
    note: step.matched
      ? "matched"
      : step.endedBy === undefined
      ? undefined
      : `no: ${formatStatement(step.endedBy, family)}`,
    role: step.matched ? "good" : "muted",
  };
}
