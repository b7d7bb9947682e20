/**
 * Comparisons of nft as matches of iptables: what the kernel knows beside a
 * packet's octets.
 *
 * @module
 */

import { dataType, numberOf } from "../model/data_types.ts";
import type { Literal } from "../model/expression.ts";
import {
  type Draft,
  hex,
  not,
  OtherFamily,
  type Place,
  quoted,
  Unwritable,
} from "./draft.ts";
import {
  type Compared,
  elementsOf,
  maskNumber,
  numberAlone,
  spanOf,
  spanText,
  writeProtocol,
} from "./write_match.ts";

/** `0x1`, or `0x1/0xf`. */
export function maskedText(compared: Compared, family: "ip" | "ip6"): string {
  const value = hex(numberAlone(compared, family));
  const mask = maskNumber(compared, family);
  return mask === undefined ? value : `${value}/${hex(mask)}`;
}

/** One text, compared for equality. */
function textAlone({ right, op }: Compared): string {
  const [value, more] = elementsOf(right);
  if (more === undefined && typeof value === "string" && op !== "<") {
    return value;
  }
  throw new Unwritable("iptables compares it with one value only");
}

const IDS = { skuid: "--uid-owner", skgid: "--gid-owner" } as const;

/** `meta …`. */
export function writeMeta(
  draft: Draft,
  compared: Compared,
  place: Place,
): void {
  const { key } = (compared.left as { meta: { key: string } }).meta;
  const { negated } = compared;
  const { family } = place;
  const add = (name: string, option: string, value: string | number) =>
    draft.add(name, `${not(negated)}${option}`, String(value));
  switch (key) {
    case "nfproto": {
      const wanted = elementsOf(compared.right).includes(
        family === "ip" ? "ipv4" : "ipv6",
      );
      if (wanted === negated) throw new OtherFamily();
      return;
    }
    case "l4proto":
      return writeProtocol(draft, compared);
    case "iifname":
    case "oifname":
    case "iif":
    case "oif": {
      const name = textAlone(compared);
      if (key.length === 3 && name !== "lo") {
        throw new Unwritable(
          `${key} is an interface's number, and iptables knows names only: write ${key}name`,
        );
      }
      const option = key.startsWith("i") ? "-i" : "-o";
      if (draft.basics.has(option)) {
        throw new Unwritable("iptables takes one interface in a rule");
      }
      draft.basics.set(
        option,
        `${not(negated)}${option} ${name.replace(/\*$/, "+")}`,
      );
      return;
    }
    case "mark":
      return add("mark", "--mark", maskedText(compared, family));
    case "length":
      return add(
        "length",
        "--length",
        spanText(spanOf(compared, family, 65535)),
      );
    case "pkttype": {
      const type = textAlone(compared);
      if (type === "other") break;
      return add("pkttype", "--pkt-type", type === "host" ? "unicast" : type);
    }
    case "skuid":
    case "skgid": {
      if (negated) break;
      const [value] = elementsOf(compared.right);
      return add(
        "owner",
        IDS[key],
        typeof value === "string"
          ? value
          : spanText(spanOf(compared, family, 0xfffffffe)).replace(":", "-"),
      );
    }
    case "iifgroup":
      return add("devgroup", "--src-group", maskedText(compared, family));
    case "oifgroup":
      return add("devgroup", "--dst-group", maskedText(compared, family));
    case "cpu":
    case "cgroup":
      return add(key, `--${key}`, numberAlone(compared, family));
    case "ipsec":
      return draft.alone(
        "policy",
        `--dir in --pol ${
          (compared.right === true) !== negated ? "ipsec" : "none"
        }`,
      );
    case "day":
    case "hour":
    case "time":
      return writeTime(draft, key, compared);
  }
  throw new Unwritable(`iptables does not compare meta ${key} so`);
}

const two = (number: number) => String(number).padStart(2, "0");

/** In UTC, as iptables means it. */
const clockText = (seconds: number) =>
  `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${
    two(seconds % 60)
  }`;

function writeTime(
  draft: Draft,
  key: "day" | "hour" | "time",
  compared: Compared,
): void {
  const { op, negated, right } = compared;
  if (key === "day") {
    const days = elementsOf(right).map((day) => String(day).slice(0, 3));
    draft.add("time", `${not(negated)}--weekdays`, days.join(","));
    return;
  }
  if (negated) throw new Unwritable("iptables turns only days round");
  const [value, more] = elementsOf(right);
  const [first, last] = typeof value === "object" && "range" in value
    ? value.range
    : [value, value] as readonly Literal[];
  if (more !== undefined) {
    throw new Unwritable("iptables takes one span of time");
  }
  const type = dataType(key === "hour" ? "hour" : "date");
  const at = (literal: Literal) => {
    const number = numberOf(type, literal);
    return key === "hour"
      ? clockText(Number(number))
      : new Date(Number(BigInt(number) / 1_000_000n)).toISOString().slice(
        0,
        19,
      );
  };
  if (op !== "==" && op !== "<=" && op !== ">=") {
    throw new Unwritable("iptables counts the ends of a time in");
  }
  const stem = key === "hour" ? "time" : "date";
  if (op !== "<=") draft.add("time", `--${stem}start`, at(first!));
  if (op !== ">=") draft.add("time", `--${stem}stop`, at(last!));
}

const STATES = ["invalid", "new", "established", "related", "untracked"];
const STATUS: Readonly<Record<string, string>> = {
  expected: "EXPECTED",
  "seen-reply": "SEEN_REPLY",
  assured: "ASSURED",
  confirmed: "CONFIRMED",
};

/** Bits of which one is set, or none. */
function bitsOf(
  compared: Compared,
): { bits: readonly string[]; negated: boolean } | undefined {
  const { op, mask, right, negated } = compared;
  if (mask !== undefined) {
    if (right !== 0 || op !== "==" || typeof mask === "number") {
      return undefined;
    }
    return { bits: [mask].flat() as string[], negated: true };
  }
  if (op === "in") return { bits: [right].flat() as string[], negated: false };
  const bits = elementsOf(right).flatMap((each) => each as string);
  return { bits, negated };
}

/** `ct …`. */
export function writeCt(draft: Draft, compared: Compared, place: Place): void {
  const { ct } = compared.left as {
    ct: { key: string; dir?: "original" | "reply"; family?: string };
  };
  const { key, dir } = ct;
  const { negated, mask, op } = compared;
  const { family } = place;
  // Each by itself, so that they stay in order.
  const add = (option: string, value: string, turned = negated) =>
    draft.alone("conntrack", `${not(turned)}${option} ${value}`);
  switch (key) {
    case "state": {
      const found = bitsOf(compared);
      if (!found || !found.bits.every((bit) => STATES.includes(bit))) break;
      return states(draft, found.bits, found.negated);
    }
    case "status": {
      const found = op === "in" || mask !== undefined
        ? bitsOf(compared)
        : undefined;
      if (!found) break;
      if (found.bits.every((bit) => bit === "snat" || bit === "dnat")) {
        if (found.negated) return withoutNat(draft, found.bits);
        return states(draft, found.bits, false);
      }
      const names = found.bits.map((bit) => STATUS[bit]);
      if (names.includes(undefined)) break;
      return add("--ctstatus", names.join(","), found.negated);
    }
    case "direction":
      return add("--ctdir", textAlone(compared).toUpperCase());
    case "protocol":
      return add("--ctproto", String(elementsOf(compared.right)[0]));
    case "mark":
      draft.alone(
        "connmark",
        `${not(negated)}--mark ${maskedText(compared, family)}`,
      );
      return;
    case "helper":
      if (negated) break;
      return draft.alone("helper", `--helper ${quoted(textAlone(compared))}`);
    case "expiration":
      return writeExpiration(draft, compared);
    case "bytes":
    case "packets":
    case "avgpkt": {
      const max = Number.MAX_SAFE_INTEGER;
      const isLess = op === "<";
      const [low, high] = spanOf(
        isLess ? { ...compared, op: ">=" } : compared,
        family,
        max,
      );
      draft.alone(
        "connbytes",
        `${not(negated || isLess)}--connbytes ${low}${
          high === max ? "" : `:${high}`
        } --connbytes-dir ${dir ?? "both"} --connbytes-mode ${key}`,
      );
      return;
    }
    case "label": {
      const bit = mask ?? compared.right;
      if (
        typeof bit !== "number" || mask !== undefined && compared.right !== 0
      ) break;
      draft.alone("connlabel", `${not(mask !== undefined)}--label ${bit}`);
      return;
    }
    case "saddr":
    case "daddr": {
      if (ct.family && ct.family !== family) throw new OtherFamily();
      const side = `${dir === "original" ? "orig" : "repl"}${
        key.slice(0, 1) === "s" ? "src" : "dst"
      }`;
      const [value, more] = elementsOf(compared.right);
      const text = typeof value === "string"
        ? value
        : typeof value === "object" && "prefix" in value
        ? `${value.prefix.addr}/${value.prefix.len}`
        : undefined;
      if (text === undefined || more !== undefined) break;
      return add(`--ct${side}`, mask === undefined ? text : `${text}/${mask}`);
    }
    case "proto-src":
    case "proto-dst": {
      const side = `${dir === "original" ? "orig" : "repl"}${key.slice(6)}port`;
      return add(`--ct${side}`, spanText(spanOf(compared, family, 65535)));
    }
  }
  throw new Unwritable(`iptables does not compare ct ${key} so`);
}

/**
 * A match of its own: beside other options, iptables takes a packet without a
 * connection for its state alone.
 */
const states = (draft: Draft, bits: readonly string[], negated: boolean) =>
  draft.alone(
    "conntrack",
    `${not(negated)}--ctstate ${bits.join(",").toUpperCase()}`,
  );

/**
 * Not translated: iptables says so in one list with the states, where those
 * of packets without a connection must stand too.
 */
function withoutNat(draft: Draft, bits: readonly string[]): void {
  const { options } =
    draft.matches.findLast(({ name }) => name === "conntrack") ??
      { options: [] };
  const at = options.findIndex((option) => option.startsWith("! --ctstate "));
  const states = options[at] ?? "";
  if (!states.includes("INVALID") || !states.includes("UNTRACKED")) {
    throw new Unwritable(
      "iptables takes packets without a connection for not translated, and nft does not",
    );
  }
  options[at] = `${states},${bits.join(",").toUpperCase()}`;
}

/** Whole seconds; nft's comparisons come one by one. */
function writeExpiration(draft: Draft, compared: Compared): void {
  const { op, right, next } = compared;
  if (typeof right !== "number" || !Number.isInteger(right)) {
    throw new Unwritable("iptables counts whole seconds here");
  }
  const follows = next && "ct" in (next.match.left as object) &&
      (next.match.left as { ct: { key: string } }).ct.key === "expiration"
    ? next.match
    : undefined;
  const last = draft.matches.at(-1);
  if (op === ">=" && follows?.op === "<") {
    draft.alone("conntrack", `--ctexpire ${right}:`);
  } else if (op === "<" && last?.options.at(-1)?.endsWith(":")) {
    last.options.push(`${last.options.pop()}${right - 1}`);
  } else if (op === "<" && right > 0) {
    draft.alone("conntrack", `--ctexpire 0:${right - 1}`);
  } else if (op === ">=" && right > 0) {
    draft.alone("conntrack", `--ctexpire ${right}:4294967295`);
  } else throw new Unwritable("iptables does not compare ct expiration so");
}
