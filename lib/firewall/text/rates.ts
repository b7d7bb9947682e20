/**
 * Rates, volumes and counts: what stands in rules, with elements of sets, and
 * in objects alike.
 *
 * @module
 */

import { ParseError } from "../../errors.ts";
import type {
  ConnectionCount,
  Counts,
  Limit,
  Quota,
} from "../model/expression.ts";
import { parseTime } from "../model/time.ts";
import { INTEGER, type Lexer, LITERAL, QUOTED, SLASH, WORD } from "./lexer.ts";

const PERIODS = ["second", "minute", "hour", "day", "week"] as const;
const UNITS = ["bytes", "kbytes", "mbytes"] as const;
type Unit = typeof UNITS[number];

const oneOf = <T extends string>(
  words: readonly T[],
  word: string,
): T | undefined => words.find((known) => known === word);

/** Octets in the largest unit that gives a whole number, as nft lists them. */
function volume(value: number, unit: Unit): [value: number, unit: Unit] {
  let at = UNITS.indexOf(unit);
  let number = value;
  while (at < 2 && number > 0 && number % 1024 === 0) {
    number /= 1024;
    at++;
  }
  return [number, UNITS[at]!];
}

function takeUnit(lexer: Lexer): Unit {
  const unit = lexer.kind === WORD ? oneOf(UNITS, lexer.word) : undefined;
  if (!unit) throw lexer.unexpected('"bytes", "kbytes" or "mbytes"', UNITS);
  lexer.next();
  return unit;
}

/** The counts behind `counter`, if there are any. */
export function readCounts(lexer: Lexer): Counts | null {
  if (!lexer.skipWord("packets")) return null;
  const packets = lexer.integer("a number of packets");
  lexer.takeWord("bytes");
  return { packets, bytes: lexer.integer("a number of octets") };
}

/** The rate behind `limit`. */
export function readLimit(lexer: Lexer): Limit {
  lexer.takeWord("rate");
  const inv = lexer.skipWord("over");
  if (!inv) lexer.skipWord("until");
  let rate = lexer.integer("a rate");
  let unit: Unit | undefined;
  let period: string;
  if (lexer.kind === WORD) {
    // "mbytes/second" is one word.
    const [first, second] = lexer.word.split("/");
    unit = oneOf(UNITS, first!);
    if (!unit) throw lexer.unexpected('"bytes", "kbytes" or "mbytes"', UNITS);
    lexer.next();
    if (second) period = second;
    else {
      if (second === undefined) lexer.take(SLASH, '"/"');
      period = takePeriod(lexer);
    }
  } else {
    lexer.take(SLASH, '"/"');
    period = takePeriod(lexer);
  }
  const per = oneOf(PERIODS, period);
  if (!per) {
    throw lexer.error(
      `${JSON.stringify(period)} is not one of ${PERIODS.join(", ")}`,
    );
  }
  if (unit) [rate, unit] = volume(rate, unit);
  return {
    rate,
    ...unit && { rate_unit: unit },
    per,
    ...lexer.skipWord("burst") && readBurst(lexer, unit !== undefined),
    ...inv && { inv },
  };
}

function takePeriod(lexer: Lexer): string {
  if (lexer.kind !== WORD || !oneOf(PERIODS, lexer.word)) {
    throw lexer.unexpected(`one of ${PERIODS.join(", ")}`, PERIODS);
  }
  const { word } = lexer;
  lexer.next();
  return word;
}

/** Without the burst that a rate has anyway. */
function readBurst(
  lexer: Lexer,
  octets: boolean,
): { burst?: number; burst_unit?: Unit } {
  const burst = lexer.integer("a burst");
  if (lexer.skipWord("packets")) {
    if (octets) throw lexer.error("the burst of a rate in octets is in octets");
    return burst === 5 || burst === 0 ? {} : { burst };
  }
  const at = lexer.mark();
  const unit = takeUnit(lexer);
  if (!octets) {
    throw lexer.error("the burst of a rate in packets is in packets", 1, at);
  }
  if (burst === 0) return {};
  const [value, burst_unit] = volume(burst, unit);
  return { burst: value, burst_unit };
}

/** The volume behind `quota`. */
export function readQuota(lexer: Lexer): Quota {
  const inv = lexer.skipWord("over");
  if (!inv) lexer.skipWord("until");
  const [val, unit] = volume(lexer.integer("a volume"), takeUnit(lexer));
  const used = lexer.skipWord("used")
    ? volume(lexer.integer("a volume"), takeUnit(lexer))
    : undefined;
  return {
    val,
    ...unit !== "bytes" && { val_unit: unit },
    ...used && used[0] > 0 && {
      used: used[0],
      ...used[1] !== "bytes" && { used_unit: used[1] },
    },
    ...inv && { inv },
  };
}

/** The count behind `ct count`. */
export function readConnections(lexer: Lexer): ConnectionCount {
  const inv = lexer.skipWord("over");
  const val = lexer.integer("a number of connections");
  return { val, ...inv && { inv } };
}

/** How long, in seconds: `1h30m`. */
export function readTime(lexer: Lexer): number {
  const { kind, word, value } = lexer;
  if (kind === INTEGER) {
    lexer.next();
    return value;
  }
  if (kind !== LITERAL && kind !== QUOTED) {
    throw lexer.unexpected("a time, as 1h30m");
  }
  try {
    const seconds = parseTime(word);
    lexer.next();
    return seconds;
  } catch (error) {
    if (!(error instanceof ParseError)) throw error;
    throw lexer.unexpected("a time, as 1h30m");
  }
}
