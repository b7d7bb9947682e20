/**
 * One rule of iptables as rules of nft.
 *
 * @module
 */

import { canonicalRule } from "../model/canonical.ts";
import type { Rule } from "../model/ruleset.ts";
import type { Statement } from "../model/statement.ts";
import { readAddresses, readInterface, readProtocol } from "./basics.ts";
import type { RawRule } from "./chains.ts";
import {
  type Alternatives,
  and,
  is,
  one,
  payload,
  type Setting,
} from "./extension.ts";
import { type Around, type Reading, readWords, verdicts } from "./reading.ts";
import { Refused } from "./refusal.ts";
import { targets } from "./targets.ts";

/** The most rules that one becomes. */
const MOST = 256;

/** The most of a comment that nft keeps. */
const COMMENT = 128;

/**
 * Makes a rule of iptables one of nft, or several where one cannot say it.
 *
 * @param raw The rule.
 * @param around What stands around it.
 * @returns The rules, in canonical form.
 * @throws {Refused} If it cannot be carried over.
 */
export function translate(raw: RawRule, around: Around): readonly Rule[] {
  const reading = readWords(raw, around);
  const parts: Alternatives[] = [];
  const { basics } = reading;
  for (const name of ["-i", "-o"] as const) {
    const option = basics.get(name);
    if (option) parts.push(readInterface(option));
  }
  const protocol = readProtocol(basics.get("-p"), around.family);
  const tracked = reading.loaded.map(({ options }) =>
    options.negated("--ctproto") ? undefined : options.text("--ctproto")
  ).find((text) => text !== undefined);
  const setting: Setting = { ...around, protocol: protocol.name, tracked };
  const targetName = reading.target?.word.text;
  const isStateful = reading.loaded.some(({ extension }) => extension.stateful);
  for (const name of ["-s", "-d"] as const) {
    const option = basics.get(name);
    if (option) parts.push(readAddresses(option, around.family, isStateful));
  }
  // iptables itself makes a rule of each address.
  const fromLists = sizeOf(parts);
  const fragment = basics.get("-f");
  if (fragment) {
    if (around.family === "ip6") {
      throw new Refused("-f is for IPv4; use -m frag", fragment.offset);
    }
    const offset = and(payload("ip", "frag-off"), 0x1fff);
    parts.push(one(is(offset, 0, !fragment.negated)));
  }
  parts.push(protocol.parts);
  let action: Alternatives = [[]];
  /** Parts up to the one that counts in a set, which several rules share. */
  let counted = 0;
  /** Parts up to the one that takes packets in turn. */
  let inTurn = 0;
  for (const { extension, options } of reading.loaded) {
    const made = extension.read(options, setting);
    options.refuseInverted();
    if (extension === targets[targetName ?? ""]) action = made;
    else parts.push(made);
    if (options.name === "hashlimit") counted = parts.length;
    if (options.text("--mode") === "nth") inTurn ||= parts.length;
  }
  const size = sizeOf(parts);
  if (size > MOST) {
    throw new Refused(`it would become ${size} rules; ${MOST} is the most`);
  }
  const again = counted > 0 &&
    (action.length > 1 || parts.slice(counted).some((part) => part.length > 1));
  if (again || isStateful && size * action.length > fromLists) {
    throw new Refused(
      "it counts packets, and would become several rules that count apart",
      undefined,
      "put what counts into a chain of its own, and jump there",
    );
  }
  const behind = parts.slice(inTurn).some((part) => part[0]!.length > 0);
  if (inTurn > 0 && behind) {
    throw new Refused(
      "nft may count packets in turn before it knows their protocol, where more is compared after",
      undefined,
      "-m statistic behind the other matches, if that is what is meant",
    );
  }
  const verdict = verdictOf(reading, around);
  const counts = raw.counts ?? reading.counts;
  const isEmpty = !verdict.length && action.length === 1 && !action[0]!.length;
  const isCounted = counts !== undefined || isEmpty;
  const comment = commentOf(reading.comments, raw.remark);
  // What several actions do, they do in turn, each behind the same matches.
  return action.flatMap((last, index) =>
    product(parts).map((statements, place) =>
      canonicalRule({
        statements: [
          ...statements,
          ...isCounted
            ? [{ counter: index + place === 0 && counts || null }]
            : [],
          ...last,
          ...verdict,
        ],
        ...comment !== undefined && { comment },
      }, around.family)
    )
  );
}

const sizeOf = (parts: readonly Alternatives[]): number =>
  parts.reduce((size, part) => size * part.length, 1);

function product(parts: readonly Alternatives[]): readonly Statement[][] {
  let lists: Statement[][] = [[]];
  for (const part of parts) {
    lists = lists.flatMap((before) => part.map((more) => [...before, ...more]));
  }
  return lists;
}

function verdictOf(
  { target }: Reading,
  { hasChain }: Around,
): readonly Statement[] {
  if (!target) return [];
  const { text, offset } = target.word;
  if (target.goto) {
    if (hasChain(text)) return [{ goto: { target: text } }];
    throw new Refused(`there is no chain ${JSON.stringify(text)}`, offset);
  }
  if (Object.hasOwn(verdicts, text)) return [verdicts[text]!];
  if (hasChain(text)) return [{ jump: { target: text } }];
  return [];
}

/** What nft keeps of a comment: no quotes, and no more than it can hold. */
function commentOf(
  comments: readonly string[],
  remark: string | undefined,
): string | undefined {
  const all = remark === undefined ? comments : [...comments, remark];
  if (all.length === 0) return undefined;
  const text = all.join("; ").replaceAll('"', "'").replace(/[\r\n]+/g, " ");
  const encoder = new TextEncoder();
  if (encoder.encode(text).length <= COMMENT) return text;
  let cut = "";
  for (const char of text) {
    if (encoder.encode(`${cut}${char}…`).length > COMMENT) break;
    cut += char;
  }
  return `${cut}…`;
}
