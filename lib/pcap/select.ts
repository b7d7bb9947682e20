/**
 * Which packets of a capture are asked for: tests of records, made once for
 * each reading, as they may count.
 *
 * @module
 */

import { ParseError } from "../errors.ts";
import { onlyKnown } from "../known_options.ts";
import { parseMatch } from "../packet/match/parse.ts";
import type { Packet } from "../packet/packet.ts";
import { compileFilter, type RecordTest } from "./filter/compile.ts";
import { SLICE, SLICE_ELSEWHERE } from "./option_names.ts";
import type { CaptureHeader } from "./reading.ts";
import type { RecordCheck } from "./records.ts";

/** One step of a selection. */
export interface Stage {
  /** Starts it, for one reading; that may have to load the packet engine. */
  readonly start: () => RecordCheck | Promise<RecordCheck>;
  /** Whether it hands out packets, which must stay as they are. */
  readonly keeps: boolean;
}

/** A point in time: a `Temporal.Instant`, ISO 8601 text, or milliseconds since 1970. */
export type TimeLike = Temporal.Instant | string | number;

/** Which part of a capture is asked for; see `Capture.slice()`. */
export interface SliceOptions {
  /** The first packet's number, from 1. @default {1} */
  from?: number | undefined;
  /** The last packet's number: it is in the slice too. @default {that of the last} */
  to?: number | undefined;
  /** The earliest time: it is in the slice too. */
  since?: TimeLike | undefined;
  /** The time that all packets must be before. */
  until?: TimeLike | undefined;
}

/**
 * Puts stages one behind the other: each sees what those before let through.
 *
 * @param stages The stages.
 * @returns The test for one reading; `undefined` for all records.
 *
 * @example
 * ```ts
 * import { sliceStage, startStages } from "./select.ts";
 * import assert from "node:assert/strict";
 *
 * const check = (await startStages([sliceStage({ from: 2 })]))!;
 * const record = { seconds: 0, nanoseconds: 0 } as never;
 * assert.deepEqual([check(record), check(record)], [false, true]);
 * ```
 */
export async function startStages(
  stages: readonly Stage[],
): Promise<RecordCheck | undefined> {
  const checks = await Promise.all(stages.map((stage) => stage.start()));
  return checks.reduce<RecordCheck | undefined>(
    (before, check) =>
      before === undefined
        ? check
        : (record) => before(record) && check(record),
    undefined,
  );
}

/**
 * Makes a stage of a test.
 *
 * @param test A filter as tcpdump has it, or a function of packets.
 * @param header What the capture says of itself.
 * @returns The stage.
 * @throws {ParseError} If the filter does not parse for the link type.
 * @throws {TypeError} If `test` is neither.
 *
 * @example
 * ```ts
 * import { filterStage } from "./select.ts";
 * import assert from "node:assert/strict";
 *
 * const header = { linkType: 1, snapLength: 0, format: "pcap" } as never;
 * assert.equal(filterStage("tcp", header).keeps, false);
 * assert.equal(filterStage((packet) => packet.tcp !== undefined, header).keeps, true);
 * ```
 */
export function filterStage(
  test: string | ((packet: Packet) => boolean),
  header: CaptureHeader,
): Stage {
  if (typeof test === "function") {
    // What it promises would be taken for a yes.
    if (Object.prototype.toString.call(test) === "[object AsyncFunction]") {
      throw new TypeError(
        `Cannot filter a capture as 'test' must not be async: current value is ${test}`,
      );
    }
    return {
      keeps: true,
      async start() {
        const { Packet } = await import("../packet/packet.ts");
        return (record) => test(new Packet(record.frame()));
      },
    };
  }
  if (typeof test !== "string") {
    throw new TypeError(
      `Cannot filter a capture as 'test' must be a filter's text or a function: current value is ${test}`,
    );
  }
  const { linkType, byteOrder, format, snapLength } = header;
  const facts = format === "pcap" ? { byteOrder, snapLength } : { byteOrder };
  // A pcapng file may hold packets of several link types.
  const tests = new Map<number, RecordTest>();
  const testFor = (linkType: number): RecordTest => {
    const test_ = tests.get(linkType) ??
      compileFilter(test, { linkType, ...facts });
    tests.set(linkType, test_);
    return test_;
  };
  const first = testFor(linkType);
  return {
    keeps: false,
    start() {
      let known = linkType;
      let matches = first;
      return (record) => {
        if (record.linkType !== known) {
          known = record.linkType;
          matches = testFor(known);
        }
        const { octets, view, start, end, length } = record;
        return matches(octets, view, start, end, length);
      };
    },
  };
}

/**
 * Makes a stage of a display filter. What its names lead to is found out when it
 * is started: that takes the packet engine.
 *
 * @param expression The filter, by field names.
 * @returns The stage; starting it throws a `ParseError` if there is no such field.
 * @throws {ParseError} If it does not parse.
 *
 * @example
 * ```ts
 * import { whereStage } from "./select.ts";
 * import assert from "node:assert/strict";
 *
 * assert.throws(() => whereStage("tcp.port =="), SyntaxError);
 * await assert.rejects(async () => whereStage("tcp.prot == 1").start(), SyntaxError);
 * ```
 */
export function whereStage(expression: string): Stage {
  if (typeof expression !== "string") {
    throw new TypeError(
      `Cannot match packets as 'expression' must be a string: current value is ${expression}`,
    );
  }
  parseMatch(expression);
  return {
    keeps: true,
    async start() {
      const { match } = await import("../packet/match/match.ts");
      const { Packet } = await import("../packet/packet.ts");
      const matches = match(expression);
      return (record) =>
        matches(new Packet(record.frame()), { number: record.number });
    },
  };
}

/**
 * Makes a stage of numbers and times.
 *
 * @param options From where to where.
 * @returns The stage.
 * @throws {RangeError} If a number is no whole number from 1, or the last is
 * below the first.
 * @throws {ParseError} If a time is no ISO 8601 text with an offset.
 *
 * @example
 * ```ts
 * import { sliceStage } from "./select.ts";
 * import assert from "node:assert/strict";
 *
 * assert.throws(() => sliceStage({ from: 0 }), RangeError);
 * ```
 */
export function sliceStage(options: SliceOptions): Stage {
  onlyKnown("slice a capture", options, SLICE, SLICE_ELSEWHERE);
  const { from = 1, to = Infinity } = options;
  checkNumber("from", from, 1);
  if (to !== Infinity) checkNumber("to", to, from);
  const since = timeOf("since", options.since);
  const until = timeOf("until", options.until);
  const isTimed = since !== undefined || until !== undefined;
  return {
    keeps: false,
    start() {
      let number = 0;
      return (record) => {
        number++;
        // Nothing after it is asked for: the rest need not be read.
        if (number >= to) record.stop();
        if (number < from) return false;
        if (!isTimed) return true;
        const { seconds, nanoseconds } = record;
        if (seconds === undefined) return false;
        return !(since && isBefore(seconds, nanoseconds, since)) &&
          !(until && !isBefore(seconds, nanoseconds, until));
      };
    },
  };
}

function checkNumber(name: string, value: number, least: number): void {
  if (Number.isInteger(value) && value >= least) return;
  throw new RangeError(
    `Cannot slice a capture as '${name}' must be the number of a packet, ${least} or more: current value is ${value}`,
  );
}

/** A time as whole seconds and nanoseconds. */
type Moment = readonly [seconds: number, nanoseconds: number];

function isBefore(seconds: number, nanoseconds: number, time: Moment): boolean {
  // Some files have more than a second's worth of microseconds.
  const carry = Math.floor(nanoseconds / 1e9);
  const behind = seconds + carry - time[0];
  return behind < 0 || behind === 0 && nanoseconds - carry * 1e9 < time[1];
}

function timeOf(name: string, time: TimeLike | undefined): Moment | undefined {
  if (time === undefined) return undefined;
  let instant: Temporal.Instant;
  if (typeof time === "number") {
    if (!(Math.abs(time) <= 8.64e15)) {
      throw new RangeError(
        `Cannot slice a capture as '${name}' must be milliseconds since 1970: current value is ${time}`,
      );
    }
    const seconds = Math.floor(time / 1000);
    return [seconds, Math.round((time - seconds * 1000) * 1e6)];
  } else if (typeof time === "string") {
    try {
      instant = Temporal.Instant.from(time);
    } catch {
      throw new ParseError(
        "a point in time",
        time,
        0,
        "not of the form 2024-05-06T07:08:09.5Z",
      );
    }
  } else if (time instanceof Temporal.Instant) {
    instant = time;
  } else {
    throw new TypeError(
      `Cannot slice a capture as '${name}' must be a Temporal.Instant, ISO 8601 text or milliseconds: current value is ${time}`,
    );
  }
  const seconds = Math.floor(instant.epochMilliseconds / 1000);
  const rest = instant.epochNanoseconds - BigInt(seconds) * 1_000_000_000n;
  return [seconds, Number(rest)];
}
