/**
 * A rule of nft as rules of iptables.
 *
 * @module
 */

import type {
  Counts,
  Expression,
  Mapping,
  Value,
} from "../model/expression.ts";
import type { Rule } from "../model/ruleset.ts";
import type { Match, Statement } from "../model/statement.ts";
import { Draft, OtherFamily, quoted, Unwritable } from "./draft.ts";
import {
  type ActionPlace,
  joinedTargets,
  writeAction,
} from "./write_action.ts";
import { writeComparison } from "./write_comparison.ts";
import { bitsOf } from "./write_mangle.ts";
import { elementsOf } from "./write_match.ts";

/** The most rules that one becomes. */
const MOST = 1024;

/**
 * What two rules of nft are one of iptables for: the second throws away what
 * has no socket, or takes what lacks the option that the first compares.
 */
export type Merged = "proxy" | "absent";

/** Statements that only say whether the rule goes on. */
const isMatch = (statement: Statement): boolean =>
  "match" in statement || isCounting(statement);

/** Matches that keep count, and so must not be made two of. */
function isCounting(statement: Statement): boolean {
  if ("match" in statement) {
    return JSON.stringify(statement.match.left).includes('"inc"');
  }
  return "limit" in statement || "quota" in statement ||
    "ct count" in statement ||
    "set" in statement && typeof statement.set === "object";
}

/**
 * Writes a rule.
 *
 * @param rule The rule.
 * @param place What stands around it.
 * @param merged What the next rule adds, which one rule of iptables says too.
 * @returns What stands behind the chain's name, for each rule of iptables.
 * @throws {Unwritable} If iptables cannot say it.
 */
export function writeRule(
  rule: Rule,
  place: ActionPlace,
  merged?: Merged,
): readonly string[] {
  const forms = alternatives(rule.statements);
  const counting = rule.statements.some(isCounting);
  if (forms.length > 1 && counting) {
    throw new Unwritable(
      "it counts, and would become several rules that count apart",
    );
  }
  const lines: string[] = [];
  for (const statements of forms) {
    try {
      const first = lines.length === 0;
      lines.push(
        ...writeForm(statements, rule, place, counting, first, merged),
      );
    } catch (error) {
      if (!(error instanceof OtherFamily)) throw error;
    }
  }
  return lines;
}

/** Whether iptables takes a set of these in one rule. */
function takesSet({ op, left, right }: Match["match"]): boolean {
  if (typeof left !== "object") return false;
  const e = left as Exclude<Expression, Value>;
  if ("payload" in e && "field" in e.payload) {
    const { field, protocol } = e.payload;
    if (field === "sport" || field === "dport") {
      const spans = elementsOf(right);
      const slots = spans.reduce<number>(
        (sum, each) => sum + (typeof each === "object" ? 2 : 1),
        0,
      );
      return op === "!=" || slots <= 15;
    }
    if (field === "saddr" || field === "daddr") {
      return op === "!=" ||
        elementsOf(right).every((each) =>
          typeof each === "string" ||
          typeof each === "object" && "prefix" in each
        );
    }
    return protocol === "dccp" && field === "type";
  }
  if ("fib" in e) return e.fib.result === "type";
  if ("meta" in e) return e.meta.key === "day" || e.meta.key === "nfproto";
  if ("ct" in e) return e.ct.key === "state";
  return "concat" in e && op === "!=";
}

/** Sets and verdict maps that iptables lacks, as one rule for each element. */
function alternatives(
  statements: readonly Statement[],
): readonly (readonly Statement[])[] {
  let forms: (readonly Statement[])[] = [[]];
  for (const statement of statements) {
    const ways = waysOf(statement);
    forms = ways.length === 1
      ? forms.map((before) => [...before, ...ways[0]!])
      : forms.flatMap((before) => ways.map((way) => [...before, ...way]));
    if (forms.length > MOST) {
      throw new Unwritable(`it would become more than ${MOST} rules`);
    }
  }
  return forms;
}

function waysOf(statement: Statement): readonly (readonly Statement[])[] {
  if ("vmap" in statement) {
    const { key, data } = statement.vmap;
    if (typeof data === "string") {
      throw new Unwritable(`the map ${data} has a name`);
    }
    return data.set.map(([element, verdict]: Mapping) => {
      if (element === "*" || typeof element === "object" && "elem" in element) {
        throw new Unwritable(
          "a map's element stands for all others or carries more",
        );
      }
      if (typeof key === "object" && "concat" in key) {
        const { concat } = element as { concat: readonly Expression[] };
        const parts = key.concat as readonly Expression[];
        return [
          ...parts.map((left, i): Statement => ({
            match: { op: "==", left, right: concat[i]! },
          })),
          verdict as Statement,
        ];
      }
      return [
        { match: { op: "==", left: key, right: element } },
        verdict as Statement,
      ];
    });
  }
  if (!("match" in statement)) return [[statement]];
  const { op, left, right } = statement.match;
  if (typeof right !== "object" || !("set" in right)) return [[statement]];
  const values = elementsOf(right);
  if (takesSet(statement.match)) return [[statement]];
  if (op !== "==" && op !== "in") {
    throw new Unwritable("iptables has no equal of a set that is turned round");
  }
  const isPair = typeof left === "object" && "concat" in left;
  return values.map((value) =>
    isPair
      ? (left.concat as readonly Expression[]).map((part, i): Statement => ({
        match: {
          op: "==",
          left: part,
          right: (value as { concat: readonly Expression[] }).concat[i]!,
        },
      }))
      : [{ match: { op: "==", left, right: value } }]
  );
}

const isCounts = (counter: Counts | Expression): counter is Counts =>
  typeof counter === "object" && "packets" in counter;

function writeForm(
  statements: readonly Statement[],
  rule: Rule,
  place: ActionPlace,
  counting: boolean,
  first: boolean,
  merged: Merged | undefined,
): readonly string[] {
  const draft = new Draft();
  const actions: Statement[] = [];
  let counts: Counts | null | undefined;
  /** Interfaces, addresses and protocols compared before anything is counted. */
  let before: number | undefined;
  statements.forEach((statement, index) => {
    if ("counter" in statement) {
      const { counter } = statement;
      if (counter !== null && !isCounts(counter)) {
        throw new Unwritable("its counter has a name");
      }
      counts = counter;
    } else if (isMatch(statement)) {
      if (actions.length > 0 || counts !== undefined) {
        throw new Unwritable("it does something before it compares all");
      }
      const next = statements[index + 1];
      writeComparison(
        statement,
        draft,
        place,
        next && "match" in next ? next : undefined,
        merged === "absent",
      );
      if (before !== undefined && draft.basics.size > before) {
        throw new Unwritable(
          "it counts before it compares all, and iptables compares addresses and protocols first",
        );
      }
      if (isCounting(statement)) before ??= draft.basics.size;
    } else actions.push(statement);
  });
  const targets = merged === "proxy"
    ? [proxyTarget(actions)]
    : targetsOf(actions, draft, place);
  if (targets.length > 1) checkTwice(statements, actions, counting);
  if (rule.comment !== undefined) {
    draft.alone("comment", `--comment ${quoted(rule.comment)}`);
  }
  const matches = draft.toString();
  const prefix = counts === undefined
    ? ""
    : `[${first ? counts?.packets ?? 0 : 0}:${
      first ? counts?.bytes ?? 0 : 0
    }] `;
  const tails = targets.length ? targets : [""];
  return tails.map((target) =>
    [`${prefix}-A`, "\0", matches, target].filter((word) => word !== "")
      .join(" ")
  );
}

/** Targets in turn; neighbours that one target says are one. */
function targetsOf(
  actions: readonly Statement[],
  draft: Draft,
  place: ActionPlace,
): readonly string[] {
  const targets: string[] = [];
  for (const action of actions) {
    const target = writeAction(action, draft, place);
    if (target === undefined) continue;
    const last = targets.at(-1);
    const joined = last === undefined ? undefined : joinedTargets(last, target);
    if (joined === undefined) targets.push(target);
    else targets[targets.length - 1] = joined;
  }
  return targets;
}

/** iptables has one target in a rule, so all matches are made again. */
function checkTwice(
  statements: readonly Statement[],
  actions: readonly Statement[],
  counting: boolean,
): void {
  if (
    counting || statements.some((each) => "match" in each && isChance(each))
  ) {
    throw new Unwritable(
      "it does two things, and iptables would compare again for the second, with other results",
    );
  }
  const texts = statements.filter((each) => "match" in each).map((each) =>
    JSON.stringify((each as Match).match.left)
  );
  for (const action of actions.slice(0, -1)) {
    if ("log" in action || "dup" in action) continue;
    if ("mangle" in action) {
      const key = JSON.stringify(action.mangle.key);
      if (!texts.some((text) => text.includes(key))) continue;
      throw new Unwritable("it sets what it compares, and then does more");
    }
    throw new Unwritable("it does two things at once that iptables cannot");
  }
}

const isChance = ({ match }: Match): boolean =>
  JSON.stringify(match.left).includes('"numgen"');

/** `tproxy`, a mark if there is one, and `accept`. */
function proxyTarget(actions: readonly Statement[]): string {
  const [first, second] = actions;
  if (!first || !("tproxy" in first)) throw new Unwritable("no proxy");
  const { addr, port } = first.tproxy;
  if (
    typeof port !== "number" || addr !== undefined && typeof addr !== "string"
  ) {
    throw new Unwritable("TPROXY takes an address and a port");
  }
  const words = [`-j TPROXY --on-port ${port}`];
  if (addr !== undefined) words.push(`--on-ip ${addr}`);
  if (second && "mangle" in second) {
    const { key, value } = second.mangle;
    const bits = JSON.stringify(key) === '{"meta":{"key":"mark"}}'
      ? bitsOf(key, value)
      : undefined;
    if (!bits) throw new Unwritable("TPROXY sets a mark only");
    const mask = (~bits.and >>> 0).toString(16);
    words.push(`--tproxy-mark 0x${bits.xor.toString(16)}/0x${mask}`);
  }
  return words.join(" ");
}
