/**
 * Dates and times of day as nft writes them: in local time, while the kernel
 * counts in UTC.
 *
 * @module
 */

import { ParseError } from "../../errors.ts";

const two = (number: number) => String(number).padStart(2, "0");

/** Seconds that local time is ahead of UTC now. */
const ahead = () => -new Date().getTimezoneOffset() * 60;

const wrapped = (seconds: number) => (seconds % 86400 + 86400) % 86400;

/** Seconds since local midnight as seconds since midnight in UTC. */
export const toUtc = (seconds: number): number => wrapped(seconds - ahead());

/** Reads a date, with or without a time, as seconds since 1970. */
export function parseDate(text: string): number {
  const parts =
    /^(\d{4})-(\d{1,2})-(\d{1,2})(?:[ T](\d{1,2}):(\d{1,2})(?::(\d{1,2}))?)?$/
      .exec(text);
  if (parts) {
    const [, y, m, d, h, min, s] = parts.map((part) => +(part ?? 0));
    const date = new Date(y!, m! - 1, d!, h!, min!, s!);
    if (
      date.getMonth() === m! - 1 && date.getDate() === d && h! < 24 &&
      min! < 60 && s! < 60
    ) return date.getTime() / 1000;
  }
  throw new ParseError(
    "a date and time",
    text,
    0,
    "it must be as 2024-01-31 17:00:00, without seconds or time if you like",
  );
}

/** Writes seconds since 1970 as a date and time. */
export function formatDate(seconds: number): string {
  const date = new Date(seconds * 1000);
  return `${String(date.getFullYear()).padStart(4, "0")}-${
    two(date.getMonth() + 1)
  }-${two(date.getDate())} ${two(date.getHours())}:${two(date.getMinutes())}:${
    two(date.getSeconds())
  }`;
}

/** Reads a time of day as seconds since midnight in UTC. */
export function parseHour(text: string): number {
  const parts = /^(\d{1,2}):(\d{1,2})(?::(\d{1,2}))?$/.exec(text);
  if (parts) {
    const [, h, m, s] = parts.map((part) => +(part ?? 0));
    if (h! < 24 && m! < 60 && s! < 60) return toUtc(h! * 3600 + m! * 60 + s!);
  }
  throw new ParseError(
    "a time of day",
    text,
    0,
    "it must be as 17:00 or 17:00:30",
  );
}

/** Writes seconds since midnight in UTC as a local time of day. */
export function formatHour(seconds: number): string {
  const local = wrapped(seconds + ahead());
  const s = local % 60;
  return `${two(Math.floor(local / 3600))}:${two(Math.floor(local / 60) % 60)}${
    s ? `:${two(s)}` : ""
  }`;
}
