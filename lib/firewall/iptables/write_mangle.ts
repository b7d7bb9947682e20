/**
 * What nft sets, as targets of iptables.
 *
 * @module
 */

import { dataType, numberOf } from "../model/data_types.ts";
import type { Expression, Literal, Value } from "../model/expression.ts";
import { type Draft, hex, type Place, Unwritable } from "./draft.ts";

const ALL = 0xffffffff;
const CLASS = dataType("dscp");
const CONGESTION = dataType("ecn");

/** What of `key & and ^ xor` a value is; undefined if it is no such thing. */
export function bitsOf(
  key: Expression,
  value: Expression,
): { and: number; xor: number } | undefined {
  if (typeof value === "number") return { and: 0, xor: value };
  if (JSON.stringify(value) === JSON.stringify(key)) {
    return { and: ALL, xor: 0 };
  }
  if (typeof value !== "object") return undefined;
  for (const operator of ["&", "|", "^"] as const) {
    if (!(operator in value)) continue;
    const [left, right] =
      (value as Record<string, readonly [Expression, Expression]>)[operator]!;
    const inner = bitsOf(key, left);
    if (!inner || typeof right !== "number") return undefined;
    const { and, xor } = inner;
    if (operator === "&") {
      return { and: (and & right) >>> 0, xor: (xor & right) >>> 0 };
    }
    if (operator === "^") return { and, xor: (xor ^ right) >>> 0 };
    return { and: (and & ~right) >>> 0, xor: (xor & ~right | right) >>> 0 };
  }
  return undefined;
}

/** A statement that sets something, as a target. */
export function writeMangle(
  { key, value }: { readonly key: Expression; readonly value: Expression },
  draft: Draft,
  { family }: Place,
): string {
  const left = key as Exclude<Expression, Value>;
  const text = JSON.stringify(key);
  if (text === '{"meta":{"key":"mark"}}' || text === '{"ct":{"key":"mark"}}') {
    const name = "meta" in left ? "MARK" : "CONNMARK";
    const bits = bitsOf(key, value);
    if (bits) {
      const mask = ~bits.and >>> 0;
      return `-j ${name} --set-xmark ${hex(bits.xor)}/${hex(mask)}`;
    }
    const [inner, mask] = typeof value === "object" && "&" in value
      ? value["&"] as readonly [Expression, Expression]
      : [value, ALL];
    const from = JSON.stringify(inner);
    if (typeof mask === "number") {
      if (name === "CONNMARK" && from === '{"meta":{"key":"mark"}}') {
        return `-j CONNMARK --save-mark --nfmask ${
          hex(mask)
        } --ctmask 0xffffffff`;
      }
      if (name === "MARK" && from === '{"ct":{"key":"mark"}}') {
        return `-j CONNMARK --restore-mark --nfmask 0xffffffff --ctmask ${
          hex(mask)
        }`;
      }
    }
  }
  if ("payload" in left && "protocol" in left.payload) {
    const { protocol, field } = left.payload;
    if (protocol === family && isLiteral(value)) {
      if (field === "ttl") return `-j TTL --ttl-set ${value}`;
      if (field === "hoplimit") return `-j HL --hl-set ${value}`;
      if (field === "dscp") {
        return `-j DSCP --set-dscp ${hex(Number(numberOf(CLASS, value)))}`;
      }
      if (field === "ecn") {
        return `-j TOS --set-tos ${
          hex(Number(numberOf(CONGESTION, value)))
        }/0x3`;
      }
    }
  }
  if ("tcp option" in left && "field" in left["tcp option"]) {
    const { name, field } = left["tcp option"];
    if (name === "maxseg" && field === "size") {
      draft.need("tcp");
      if (typeof value === "number") return `-j TCPMSS --set-mss ${value}`;
      if (JSON.stringify(value) === '{"rt":{"key":"mtu"}}') {
        return "-j TCPMSS --clamp-mss-to-pmtu";
      }
    }
  }
  if ("meta" in left) {
    if (left.meta.key === "priority" && typeof value === "string") {
      return `-j CLASSIFY --set-class ${value}`;
    }
    if (left.meta.key === "nftrace" && value === 1) return "-j TRACE";
  }
  if ("ct" in left) {
    const { key: ctKey, dir } = left.ct;
    const number = typeof value === "number"
      ? `${value}`
      : JSON.stringify(value) === '{"meta":{"key":"mark"}}'
      ? "mark"
      : undefined;
    if (ctKey === "zone" && number !== undefined) {
      const side = dir === undefined
        ? ""
        : dir === "original"
        ? "-orig"
        : "-reply";
      return `-j CT --zone${side} ${number}`;
    }
    if (ctKey === "event") {
      return `-j CT --ctevents ${[value].flat().join(",")}`;
    }
  }
  throw new Unwritable("iptables cannot set this so");
}

const isLiteral = (value: Expression): value is Literal =>
  typeof value === "string" || typeof value === "number";
