/**
 * JavaScript that reads what is known of a packet's connection: `ct`.
 *
 * @module
 */

import { dataType, sizedType } from "../model/data_types.ts";
import type { Selector } from "../model/expression.ts";
import { ctKeys, entry } from "../model/fields.ts";
import { asked, type Code, code, type Surroundings } from "./code.ts";

const CT = "p.connection";
const tupleOf = (dir: "original" | "reply" | undefined) =>
  `${CT}.${dir ?? "original"}`;

/** Reads a key of `ct`. */
export function ctCode(
  selector: Extract<Selector, { ct: unknown }>,
  around: Surroundings,
): Code {
  const { key, dir, family } = selector.ct;
  const { type: name, bits } = entry(ctKeys, key, "a key of ct");
  const isWide = (family ?? around.family) === "ip6";
  const type = (key === "saddr" || key === "daddr") && isWide
    ? dataType("ipv6_addr")
    : sizedType(name, bits);
  const has = `${CT} !== undefined`;
  const made = (...terms: string[]) => code(type, terms, [has], `ct ${key}`);
  const counted = (what: string) =>
    dir === undefined
      ? `(${CT}.${what}[0] + ${CT}.${what}[1])`
      : `${CT}.${what}[${dir === "reply" ? 1 : 0}]`;
  switch (key) {
    case "state":
      return code(type, ["stateBits(p)"], [], "notrack");
    case "direction":
      return made("(p.standing >= 3 ? 1 : 0)");
    case "status":
      return made(`(${CT}.status & 0x23f)`);
    case "mark":
      return made(`(${CT}.mark >>> 0)`);
    case "expiration":
      return made(`Math.max(0, Math.floor(${CT}.expires - p.now))`);
    case "helper":
      return code(
        type,
        [`${CT}.helper`],
        [has, `${CT}.helper !== ""`],
        "ct helper",
      );
    case "label":
      return made(
        ...[96, 64, 32, 0].map((shift) =>
          `Number(${CT}.labels >> ${shift}n & 0xffffffffn)`
        ),
      );
    case "id":
      return made(`${CT}.id`);
    case "secmark":
      return made("0");
    case "zone":
      return made("0");
    case "l3proto":
      return made(`(${CT}.original.family === 4 ? 2 : 10)`);
    case "protocol":
      return made(`${CT}.original.protocol`);
    case "proto-src":
    case "proto-dst": {
      const port = key === "proto-src" ? "sport" : "dport";
      return made(`${tupleOf(dir)}.${port}`);
    }
    case "saddr":
    case "daddr": {
      const side = key === "saddr" ? "s" : "d";
      const version = isWide ? 6 : 4;
      const guards = [has, `${CT}.original.family === ${version}`];
      const words = isWide ? [0, 1, 2, 3] : [3];
      return code(
        type,
        words.map((i) => `(${tupleOf(dir)}.${side}${i} >>> 0)`),
        guards,
        "ct",
      );
    }
    case "packets":
    case "bytes":
      return code({ ...type, bits: 48 }, [counted(key)], [has], "ct");
    case "avgpkt":
      return code(
        { ...type, bits: 48 },
        [
          `Math.floor(${counted("bytes")} / Math.max(1, ${
            counted("packets")
          }))`,
        ],
        [has],
        "ct",
      );
  }
  return asked(selector, around);
}
