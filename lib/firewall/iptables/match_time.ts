/**
 * The match of dates, days and times of day. iptables means UTC, as the
 * kernel counts; nft writes local time, and the model keeps what nft writes.
 *
 * @module
 */

import { dataType, literalOf, numberOf } from "../model/data_types.ts";
import type { Literal } from "../model/expression.ts";
import type { Statement } from "../model/statement.ts";
import {
  type Alternatives,
  type Extensions,
  is,
  isOneOf,
  meta,
  never,
} from "./extension.ts";
import type { Word } from "./lines.ts";
import { listIn, type Options } from "./options.ts";
import { Refused } from "./refusal.ts";

const HOUR = dataType("hour");
const DATE = dataType("date");
const DAY_SECONDS = 86400;
/** The last moment that iptables knows. */
const LAST = 0x7fffffff;

const DAYS = [
  ...["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday"],
  "Saturday",
];

function timeIn({ text, offset }: Word): number {
  const [, h, m, s = "0"] = /^(\d{1,2}):(\d{1,2})(?::(\d{1,2}))?$/.exec(text) ??
    [];
  const seconds = Number(h) * 3600 + Number(m) * 60 + Number(s);
  if (Number(h) < 24 && Number(m) < 60 && Number(s) < 60) return seconds;
  throw new Refused("it must be as 17:00 or 17:00:30", offset);
}

/** `2024`, `2024-01-31` or `2024-01-31T17:00:00`, in UTC. */
function dateIn({ text, offset }: Word): number {
  const [, y, mo = "1", d = "1", h = "0", m = "0", s = "0"] =
    /^(\d{4})(?:-(\d{1,2})(?:-(\d{1,2})(?:T(\d{1,2})(?::(\d{1,2})(?::(\d{1,2}))?)?)?)?)?$/
      .exec(text) ?? [];
  const moment = Date.UTC(+y!, +mo - 1, +d, +h, +m, +s);
  if (moment >= 0 && new Date(moment).getUTCDate() === +d) return moment / 1000;
  throw new Refused("it must be as 2024-01-31T17:00:00", offset);
}

function dayIn({ text, offset }: Word): string {
  const index = /^[1-7]$/.test(text)
    ? Number(text) % 7
    : text.length < 2
    ? -1
    : DAYS.findIndex((day) => day.toLowerCase().startsWith(text.toLowerCase()));
  if (index >= 0) return DAYS[index]!;
  throw new Refused(
    `${JSON.stringify(text)} is no day of the week`,
    offset,
  );
}

/** Times of day between two, as ranges that do not cross local midnight. */
function hours(
  from: number,
  to: number,
): readonly (readonly [number, number])[] {
  const spans = from <= to ? [[from, to]] as const : [
    [from, DAY_SECONDS - 1],
    [0, to],
  ] as const;
  const midnight = numberOf(HOUR, "00:00") as number;
  return spans.flatMap(([low, high]) =>
    midnight > low && midnight <= high
      ? [[low, midnight - 1], [midnight, high]] as const
      : [[low, high]] as const
  );
}

function time(given: Options): Alternatives {
  given.refuse(
    ["--kerneltz", "--localtz"],
    "nft counts in UTC, and not by the kernel's time zone",
    "times of day in UTC, without this option",
  );
  given.refuse(
    ["--monthdays"],
    "nft knows no days of the month",
    "meta time with dates",
  );
  given.refuse(
    ["--contiguous"],
    "nft takes each day by itself",
    "a rule for each side of midnight",
  );
  const statements: Statement[] = [];
  const [start, stop] = [
    given.option("--datestart"),
    given.option("--datestop"),
  ];
  if (start || stop) {
    const from = start ? dateIn(start.values[0]!) : 0;
    const to = stop ? dateIn(stop.values[0]!) : LAST;
    if (from > to) never((start ?? stop)!.offset);
    const moment = (seconds: number) =>
      literalOf(DATE, BigInt(seconds) * 1_000_000_000n) as Literal;
    if (from > 0 && to < LAST) {
      const range = [moment(from), moment(to)] as const;
      statements.push(is(meta("time"), { range }));
    } else if (from > 0) {
      const right = moment(from);
      statements.push({ match: { op: ">=", left: meta("time"), right } });
    } else if (to < LAST) {
      const right = moment(to);
      statements.push({ match: { op: "<=", left: meta("time"), right } });
    }
  }
  const weekdays = given.option("--weekdays");
  if (weekdays) {
    const days = [...new Set(listIn(weekdays.values[0]!).map(dayIn))];
    statements.push(isOneOf(meta("day"), days, weekdays.negated));
  }
  const [begin, end] = [
    given.option("--timestart"),
    given.option("--timestop"),
  ];
  const from = begin ? timeIn(begin.values[0]!) : 0;
  const to = end ? timeIn(end.values[0]!) : DAY_SECONDS - 1;
  if (from === 0 && to === DAY_SECONDS - 1) return [statements];
  const clock = (seconds: number) => literalOf(HOUR, seconds) as Literal;
  return hours(from, to).map(([low, high]) => [
    ...statements,
    is(meta("hour"), { range: [clock(low), clock(high)] }),
  ]);
}

export const timeMatches: Extensions = {
  time: {
    options: {
      ...{ "--datestart": 1, "--datestop": 1, "--monthdays": 1 },
      ...{ "--timestart": 1, "--timestop": 1, "--weekdays": 1 },
      ...{ "--kerneltz": 0, "--localtz": 0, "--contiguous": 0 },
    },
    read: time,
  },
};
