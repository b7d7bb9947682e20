/**
 * JavaScript that reads what has no fixed place in a packet: extension headers,
 * options, SCTP chunks.
 *
 * @module
 */

import { type DataType, dataType, sizedType } from "../model/data_types.ts";
import type { Selector } from "../model/expression.ts";
import {
  entry,
  exthdrs,
  ipOptions,
  type Option,
  sctpChunks,
  tcpOptions,
} from "../model/fields.ts";
import { bitsCode } from "./bits_code.ts";
import { type Code, code, type Surroundings } from "./code.ts";
import { networkGuard } from "./payload_code.ts";

/** Reads a field of an option, or whether it is there; `undefined`: it is none. */
export function optionCode(
  selector: Selector,
  around: Surroundings,
): Code | undefined {
  if ("exthdr" in selector) {
    return option({
      ...selector.exthdr,
      table: exthdrs,
      what: "an extension header",
      find: "findExtension",
      guards: [networkGuard(around.family, 6)],
    }, around);
  }
  if ("tcp option" in selector) {
    const which = selector["tcp option"];
    if ("base" in which) {
      const { base, offset, len } = which;
      return placed(
        sizedType("integer", len),
        `findTcpOption(p, ${base})`,
        [offset, len],
        [],
        around,
      );
    }
    return option({
      ...which,
      table: tcpOptions,
      what: "a TCP option",
      find: "findTcpOption",
      guards: [],
    }, around);
  }
  if ("ip option" in selector) {
    return option({
      ...selector["ip option"],
      table: ipOptions,
      what: "an IPv4 option",
      find: "findIpOption",
      guards: [networkGuard(around.family, 4)],
    }, around);
  }
  if ("sctp chunk" in selector) {
    return option({
      ...selector["sctp chunk"],
      table: sctpChunks,
      what: "an SCTP chunk",
      find: "findChunk",
      guards: [],
    }, around);
  }
  return undefined;
}

/** A field, or whether it is there, of what has no fixed place. */
function option(
  { name, field, table, what, find, guards }: {
    readonly name: string;
    readonly field?: string | undefined;
    readonly table: Readonly<Record<string, Option>>;
    readonly what: string;
    /** Which function finds it. */
    readonly find: string;
    readonly guards: readonly string[];
  },
  around: Surroundings,
): Code {
  const row = entry(table, name, what);
  const found = `${find}(p, ${row.number})`;
  if (field === undefined) {
    return code(
      dataType("boolean"),
      [`(${found} >= 0 ? 1 : 0)`],
      guards,
      "payload",
    );
  }
  const { type, offset, bits } = entry(row.fields, field, `a field of ${name}`);
  return placed(sizedType(type, bits), found, [offset, bits], guards, around);
}

function placed(
  type: DataType,
  find: string,
  [offset, bits]: readonly [number, number],
  guards: readonly string[],
  around: Surroundings,
): Code {
  const at = around.fresh();
  const { terms, octets } = bitsCode(at, offset, bits);
  return {
    ...code(type, terms, [...guards, `${at} >= 0`, `${at} + ${octets} <= end`]),
    before: [`const ${at} = ${find};`],
    changedBy: "place",
  };
}
