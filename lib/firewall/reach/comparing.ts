/**
 * Comparisons of what rules read with constants, as sets of packets.
 *
 * @module
 */

import type { DataType } from "../model/data_types.ts";
import type { Operator } from "../model/statement.ts";
import type { Span } from "../simulate/constants.ts";
import { ALL, type Interval, NONE, type PacketSet } from "./diagram.ts";
import type { Code, Dimension, Space } from "./space.ts";

/** Packets that may be meant, and those that are meant for certain. */
export interface Sets {
  readonly may: PacketSet;
  readonly must: PacketSet;
}

/** A value that packets have. */
export interface Reading {
  readonly type: DataType;
  /** Packets that have it. */
  readonly guard: PacketSet;
  /** Where it is a dimension as it stands. */
  readonly dimension?: Dimension;
  /** Each bit, the highest first: the packets that have it set. */
  readonly bits?: readonly PacketSet[];
  /** The same value for all packets. */
  readonly fixed?: Code;
  /** The dimension that it is one less than. */
  readonly above?: Dimension;
}

/** The bits of a value. */
export function bitsOf(
  space: Space,
  { bits, dimension }: Reading,
): readonly PacketSet[] | undefined {
  if (bits !== undefined) return bits;
  if (dimension === undefined || dimension.codes !== undefined) {
    return undefined;
  }
  return Array.from(
    { length: dimension.bits },
    (_, i) => space.bit(dimension.level + i),
  );
}

/** The packets whose value stands so to any of the spans. */
export function compare(
  space: Space,
  reading: Reading,
  operator: Operator,
  spans: readonly Span[],
): Sets {
  const { diagram } = space;
  const { guard, fixed, dimension } = reading;
  const within = (sets: Sets): Sets => ({
    may: diagram.and(guard, sets.may),
    must: diagram.and(guard, sets.must),
  });
  if (operator === "!=") {
    const { may, must } = compare(
      space,
      { ...reading, guard: ALL },
      "==",
      spans,
    );
    return within({ may: diagram.not(must), must: diagram.not(may) });
  }
  const isBits = reading.type.kind === "bitmask";
  if (fixed !== undefined) {
    const answer = passes(fixed, operator, spans, isBits);
    return within({
      may: answer === false ? NONE : ALL,
      must: answer === true ? ALL : NONE,
    });
  }
  if (dimension?.codes !== undefined) {
    return within(
      space.coding(
        dimension,
        (code) => passes(code, operator, spans, isBits),
      ),
    );
  }
  const set = numbers(space, reading, operator, spans, isBits);
  return within({ may: set, must: set });
}

function numbers(
  space: Space,
  reading: Reading,
  operator: Operator,
  spans: readonly Span[],
  isBits: boolean,
): PacketSet {
  const { diagram } = space;
  const { dimension } = reading;
  const width = dimension?.bits ?? reading.bits!.length;
  if (operator === "in" && isBits) {
    const bits = bitsOf(space, reading)!;
    const mask = spans[0]!.first[0]!;
    return diagram.union(
      bits.filter((_, i) => Math.floor(mask / 2 ** (width - 1 - i)) % 2 === 1),
    );
  }
  const most = width > 48 ? (1n << BigInt(width)) - 1n : 2 ** width - 1;
  const isWide = width > 48;
  const intervals = spans.flatMap((span): Interval[] => {
    const [first, last] = ends(span, isWide);
    const [low, high] = isWide ? [0n, 1n] : [0, 1];
    let pair: Interval = [first, last];
    if (operator === "<" || operator === "<=") {
      if (operator === "<" && first === low) return [];
      pair = [low, operator === "<=" ? first : less(first)];
    } else if (operator === ">" || operator === ">=") {
      if (operator === ">" && first >= most) return [];
      pair = [operator === ">=" ? first : more(first, high), most];
    }
    if (pair[0] > most || pair[0] > pair[1]) return [];
    return [pair[1] > most ? [pair[0], most] : pair];
  });
  if (dimension !== undefined) {
    return space.among(dimension, intervals);
  }
  const bits = reading.bits!;
  return diagram.union(
    intervals.map(([first, last]) =>
      diagram.and(
        atLeast(space, bits, Number(first)),
        atMost(space, bits, Number(last)),
      )
    ),
  );
}

function atLeast(
  { diagram }: Space,
  bits: readonly PacketSet[],
  value: number,
): PacketSet {
  return bits.reduceRight(
    (rest, bit, i) =>
      bitOf(value, bits.length - 1 - i)
        ? diagram.and(bit, rest)
        : diagram.or(bit, rest),
    ALL,
  );
}

function atMost(
  { diagram }: Space,
  bits: readonly PacketSet[],
  value: number,
): PacketSet {
  return bits.reduceRight(
    (rest, bit, i) =>
      bitOf(value, bits.length - 1 - i)
        ? diagram.or(diagram.not(bit), rest)
        : diagram.minus(rest, bit),
    ALL,
  );
}

const bitOf = (value: number, bit: number) =>
  Math.floor(value / 2 ** bit) % 2 === 1;

const less = (value: number | bigint) =>
  typeof value === "number" ? value - 1 : value - 1n;
const more = (value: number | bigint, one: number | bigint) =>
  typeof value === "number" ? value + (one as number) : value + (one as bigint);

/** The numbers at both ends of a span. */
export function ends({ first, last }: Span, isWide: boolean): Interval {
  const number = (words: readonly number[]) =>
    isWide
      ? words.reduce((sum, word) => sum << 32n | BigInt(word), 0n)
      : words[0]!;
  return [number(first), number(last)];
}

/** Whether a code stands so to any of the spans; nothing: nobody knows. */
function passes(
  { value, isPrefix = false }: Code,
  operator: Operator,
  spans: readonly Span[],
  isBits: boolean,
): boolean | undefined {
  if (typeof value === "string" || value === undefined) {
    const texts = spans.some(({ text }) => text !== undefined);
    if (value === undefined && !texts) return undefined;
    return spans.some((span) =>
      span.text !== undefined &&
      (span.isPrefix
        ? value?.startsWith(span.text) ?? span.text === ""
        : !isPrefix && value === span.text)
    );
  }
  return spans.some(({ first, last }) => {
    const [low, high] = [first[0]!, last[0]!];
    if (operator === "in" && isBits) return (value & low) !== 0;
    if (operator === "<") return value < low;
    if (operator === ">") return value > low;
    if (operator === "<=") return value <= low;
    if (operator === ">=") return value >= low;
    return value >= low && value <= high;
  });
}
