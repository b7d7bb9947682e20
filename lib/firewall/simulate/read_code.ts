/**
 * JavaScript that reads what a rule compares.
 *
 * @module
 */

import { dataType, sizedType } from "../model/data_types.ts";
import type { Expression, Selector } from "../model/expression.ts";
import { typesOf } from "../model/fields.ts";
import { asked, type Code, code, type Surroundings } from "./code.ts";
import { ctCode } from "./ct_code.ts";
import { metaCode } from "./meta_code.ts";
import { optionCode } from "./option_code.ts";
import { payloadCode } from "./payload_code.ts";

/**
 * Writes the source that reads something.
 *
 * @param selector What is read.
 * @param around The table's family, and what the source may name.
 * @returns The source, with the conditions under which it may be read.
 * @throws {ParseError} If a header, field or key is not known.
 * @throws {TypeError} For what cannot be simulated.
 */
export function readCode(selector: Selector, around: Surroundings): Code {
  if ("payload" in selector) return payloadCode(selector, around.family);
  if ("meta" in selector) return metaCode(selector, around);
  if ("ct" in selector) return ctCode(selector, around);
  return optionCode(selector, around) ?? routed(selector, around);
}

function routed(selector: Selector, around: Surroundings): Code {
  if ("rt" in selector) {
    const { key, family = around.family } = selector.rt;
    const isWide = family === "ip6";
    if (key === "classid") return code(dataType("realm"), ["0"]);
    if (key === "mtu") {
      return code(sizedType("integer", 16), ["p.segmentSize()"], [
        "p.out !== undefined",
      ], "chance");
    }
    if (key === "nexthop") {
      return code(
        dataType(isWide ? "ipv6_addr" : "ipv4_addr"),
        (isWide ? [0, 1, 2, 3] : [0]).map((i) => `p.nextHop(${i})`),
        ["p.out !== undefined", `fam === ${isWide ? 6 : 4}`],
      );
    }
  }
  if ("fib" in selector) {
    const held = around.constant(selector.fib);
    const [type] = typesOf(selector, around.family);
    const shaped = selector.fib.result === "oif" ? dataType("ifname") : type!;
    return code(shaped, [`fib(p, ${held})`], [], "chance");
  }
  if ("socket" in selector) {
    const { key } = selector.socket;
    if (key !== "cgroupv2") {
      const [type] = typesOf(selector, around.family);
      const found = around.fresh();
      return {
        ...code(type!, [`${found}.${key}`], [`${found} !== undefined`]),
        before: [`const ${found} = socketOf(p);`],
        changedBy: "place",
      };
    }
  }
  if ("numgen" in selector) {
    const { mode, mod, offset = 0 } = selector.numgen;
    const drawn = mode === "inc"
      ? `p.count(${around.slot()}, ${mod})`
      : `Math.floor(p.random() * ${mod})`;
    return code(
      sizedType("integer", 32),
      [`(${drawn} + ${offset})`],
      [],
      "chance",
    );
  }
  return asked(selector, around);
}

/** Whether an expression is read from somewhere, and not made of others. */
export function isSelector(value: Expression): value is Selector {
  return typeof value === "object" && !Array.isArray(value) &&
    SELECTORS.some((name) => name in value);
}

const SELECTORS = [
  ...["payload", "meta", "ct", "exthdr", "tcp option", "ip option"],
  ...["sctp chunk", "rt", "fib", "socket", "osf", "ipsec", "numgen"],
  ...["jhash", "symhash"],
];
