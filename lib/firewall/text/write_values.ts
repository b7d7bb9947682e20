/**
 * Constants, sets and names as `nft list ruleset` prints them.
 *
 * @module
 */

import { wrongName } from "./own_name.ts";
import { type DataType, numberOf, writeValue } from "../model/data_types.ts";
import type {
  AnonymousMap,
  AnonymousSet,
  Concat,
  ConnectionCount,
  Counts,
  Element,
  Limit,
  Mapping,
  Quota,
  RangeValue,
  SetReference,
  Value,
  Verdict,
} from "../model/expression.ts";
import { formatTime } from "../model/time.ts";

/** How rules are written. */
export interface Style {
  /** What counters have counted so far. */
  readonly counters: boolean;
}

/** Text in quotes; nft has no way to write one in another. */
export function quote(text: string): string {
  if (/["\n\r]/.test(text)) {
    throw new TypeError(
      `Cannot write a ruleset as text in quotes must have no quotation mark and no line feed: current value is ${
        JSON.stringify(text)
      }`,
    );
  }
  return `"${text}"`;
}

/** A name of a table, chain, set or object, which stands without quotes. */
export function nameText(name: string): string {
  const must = wrongName(name);
  if (must) {
    throw new TypeError(
      `Cannot write a ruleset as a name must ${must}: current value is ${
        JSON.stringify(name)
      }`,
    );
  }
  return name;
}

/** `@name`. */
export const referenceText = (reference: SetReference): string =>
  `@${nameText(reference.slice(1))}`;

/** A range, its ends as numbers: a name may have a dash in it. */
function rangeText(type: DataType, ends: RangeValue["range"]): string {
  return ends.map((end) => {
    if (type.kind === "time") return `${end}s`;
    const isName = typeof end === "string" && type.byName.has(end);
    if (type.kind === "bitmask") {
      return `0x${numberOf(type, end).toString(16)}`;
    }
    return writeValue(
      type,
      isName && type.kind === "integer" ? Number(numberOf(type, end)) : end,
    );
  }).join("-");
}

/** Events that nft lists by words that it does not read. */
const LISTED_ONLY = ["helper", "mark", "secmark"];

/** One part of a key. */
export function valueText(
  type: DataType | undefined,
  value: Value,
  separator: string = ",",
): string {
  if (type !== undefined) {
    if (typeof value === "number") {
      if (type.hex === undefined && type.kind === "integer") return `${value}`;
    } else if (typeof value === "string") {
      if (type.kind === "address") return value;
      if (type.kind === "string") return quote(value);
    }
    if (
      typeof value === "object" && !Array.isArray(value) && "range" in value
    ) return rangeText(type, (value as RangeValue).range);
    if (type.name === "ct_event") {
      const bits = Number(numberOf(type, value as readonly string[]));
      const isRead = !LISTED_ONLY.some((name) => bits & type.byName.get(name)!);
      if (!isRead) return `0x${bits.toString(16)}`;
    }
    return writeValue(type, value, separator);
  }
  switch (typeof value) {
    case "number":
      return `${value}`;
    case "boolean":
      return value ? "exists" : "missing";
    case "string":
      return /^[\w.:/-]+$/.test(value) ? value : quote(value);
  }
  if (Array.isArray(value)) return value.join(separator);
  if ("prefix" in value) return `${value.prefix.addr}/${value.prefix.len}`;
  if ("range" in value) {
    return value.range.map((end) => valueText(type, end)).join("-");
  }
  return keyText([], value as Value);
}

/** A key: one value, or several with dots between. */
export function keyText(
  types: readonly DataType[],
  value: Value,
  separator: string = ",",
): string {
  if (
    typeof value === "object" && !Array.isArray(value) && "concat" in value
  ) {
    const { concat } = value as Concat;
    let text = valueText(types[0], concat[0] as Value, " | ");
    for (let i = 1; i < concat.length; i++) {
      text += ` . ${valueText(types[i], concat[i] as Value, " | ")}`;
    }
    return text;
  }
  return valueText(types[0], value, separator);
}

/** What becomes of a packet. */
export function verdictText(verdict: Verdict): string {
  if ("jump" in verdict) return `jump ${nameText(verdict.jump.target)}`;
  if ("goto" in verdict) return `goto ${nameText(verdict.goto.target)}`;
  for (const word in verdict) return word;
  return "";
}

/** An element of a set, or the key of a map. */
export function elementText(
  types: readonly DataType[],
  element: Value | Element,
  counters: boolean = true,
): string {
  if (typeof element === "object" && "elem" in element) {
    return bearingText(types, element, counters);
  }
  return element === "*" ? "*" : keyText(types, element, " | ");
}

function bearingText(
  types: readonly DataType[],
  { elem }: Element,
  counters: boolean,
): string {
  const { val, counter, limit, quota, timeout, expires, comment } = elem;
  const count = elem["ct count"];
  let text = val === "*" ? "*" : keyText(types, val as Value, " | ");
  if (limit) text += ` limit ${limitText(limit)}`;
  if (counter !== undefined) {
    text += ` counter${counters ? countsText(counter) : ""}`;
  }
  if (count) text += ` ct count ${connectionsText(count)}`;
  if (quota) text += ` quota ${quotaText(quota)}`;
  if (timeout !== undefined) text += ` timeout ${formatTime(timeout)}`;
  if (expires !== undefined) text += ` expires ${formatTime(expires)}`;
  if (comment !== undefined) text += ` comment ${quote(comment)}`;
  return text;
}

/** A key and what it stands for. */
export function mappingText(
  types: readonly DataType[],
  data: readonly DataType[],
  [key, value]: Mapping,
  counters: boolean = true,
): string {
  return `${elementText(types, key, counters)} : ${dataText(data, value)}`;
}

function dataText(
  types: readonly DataType[],
  value: Value | Verdict,
): string {
  const verdict = typeof value === "object" && !Array.isArray(value) &&
    !("concat" in value || "range" in value || "prefix" in value);
  return verdict
    ? verdictText(value as Verdict)
    : keyText(types, value as Value, " | ");
}

/** A set that stands in a rule, or a name of one. */
export function setText(
  types: readonly DataType[],
  set: AnonymousSet | SetReference,
): string {
  if (typeof set === "string") return referenceText(set);
  let text = "";
  for (const element of set.set) {
    text += text === "" ? "{ " : ", ";
    text += elementText(types, element);
  }
  return `${text} }`;
}

/** A map that stands in a rule, or a name of one. */
export function mapText(
  types: readonly DataType[],
  data: readonly DataType[],
  map: AnonymousMap | SetReference,
): string {
  if (typeof map === "string") return referenceText(map);
  let text = "";
  for (const mapping of map.set) {
    text += text === "" ? "{ " : ", ";
    text += mappingText(types, data, mapping);
  }
  return `${text} }`;
}

/** What stands behind `counter`. */
export const countsText = (counts: Counts | null): string =>
  counts === null ? "" : ` packets ${counts.packets} bytes ${counts.bytes}`;

/** What stands behind `limit`. */
export function limitText(limit: Limit): string {
  const { rate, rate_unit, per, burst, burst_unit, inv } = limit;
  const over = inv ? "over " : "";
  if (rate_unit === undefined) {
    const bucket = burst === undefined || burst === 5 || burst === 0
      ? ""
      : ` burst ${burst} packets`;
    return `rate ${over}${rate}/${per}${bucket}`;
  }
  const bucket = burst ? ` burst ${burst} ${burst_unit ?? "bytes"}` : "";
  return `rate ${over}${rate} ${rate_unit}/${per}${bucket}`;
}

/** What stands behind `quota`. */
export function quotaText(quota: Quota): string {
  const { val, val_unit = "bytes", used, used_unit = "bytes", inv } = quota;
  const over = inv ? "over " : "";
  return `${over}${val} ${val_unit}${used ? ` used ${used} ${used_unit}` : ""}`;
}

/** What stands behind `ct count`. */
export const connectionsText = ({ val, inv }: ConnectionCount): string =>
  inv ? `over ${val}` : `${val}`;
