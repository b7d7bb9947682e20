/**
 * JavaScript that sets fields, marks and options.
 *
 * @module
 */

import type { Expression } from "../model/expression.ts";
import { entry, headers, tcpOptions, typesOf } from "../model/fields.ts";
import type { Writer } from "./writer.ts";

export function writeMangle(
  writer: Writer,
  key: Expression,
  value: Expression,
): void {
  if (typeof key !== "object") throw unsettable(key);
  const [type] = typesOf(key, writer.family);
  const { terms } = writer.value(value, type);
  if ("meta" in key) return setMeta(writer, key.meta.key, terms[0]!);
  if ("ct" in key) return setCt(writer, key.ct.key, terms, value);
  const field = placeOf(writer, key);
  writer.put(
    `setBits(p, ${field.at}, ${field.offset}, ${field.bits}, [${
      terms.join(", ")
    }], ${JSON.stringify(field.layer)}, ${field.isSegmentSize});`,
  );
}

const unsettable = (key: unknown) =>
  new TypeError(`Cannot simulate a rule that sets ${JSON.stringify(key)}`);

function setMeta(writer: Writer, key: string, term: string): void {
  const name =
    { mark: "mark", priority: "priority", pkttype: "pkttype" }[key] ??
      (key === "nftrace" ? "trace" : "");
  if (name !== "") writer.put(`p.${name} = ${term};`);
}

function setCt(
  writer: Writer,
  key: string,
  terms: readonly string[],
  value: Expression,
): void {
  const has = "p.connection !== undefined";
  if (key === "mark") {
    writer.put(`if (${has}) p.connection.mark = ${terms[0]};`);
  } else if (key === "label") {
    const sum = terms.map((term, i) =>
      `BigInt(${term}) << ${32 * (terms.length - 1 - i)}n`
    ).join(" | ");
    writer.put(`if (${has}) p.connection.labels |= ${sum};`);
  } else if (key === "zone") {
    throw new TypeError(
      `Cannot simulate connection tracking in zones: ct zone set ${
        JSON.stringify(value)
      }`,
    );
  }
}

interface Place {
  readonly at: string;
  readonly offset: number;
  readonly bits: number;
  readonly layer: "ll" | "nh" | "th";
  readonly isSegmentSize: boolean;
}

/** Where a field lies that is set. */
function placeOf(writer: Writer, key: Expression): Place {
  if (typeof key !== "object") throw unsettable(key);
  if ("payload" in key) {
    // Its guards are those of reading it.
    writer.prepare(writer.code(key));
    const { payload } = key;
    const isRaw = "base" in payload;
    const layer = isRaw
      ? payload.base
      : entry(headers, payload.protocol, "a header").layer;
    if (layer === "ih") throw unsettable(key);
    const { offset, bits } = isRaw
      ? { offset: payload.offset, bits: payload.len }
      : headers[payload.protocol]!.fields[payload.field]!;
    const at = layer === "ll" ? "0" : layer;
    if (layer === "th") writer.require("th >= 0");
    return { at, offset, bits, layer, isSegmentSize: false };
  }
  if ("tcp option" in key && "name" in key["tcp option"]) {
    const { name, field } = key["tcp option"];
    const code = writer.code(key);
    writer.require("l4 === 6 && th >= 0 && th + 20 <= end");
    writer.put(...code.before ?? []);
    // An option that is not there is left alone, and the rule goes on.
    const at = writer.fresh();
    const guard = code.guards.join(" && ");
    const start = /const (\w+)/.exec(code.before?.[0] ?? "")?.[1];
    if (start === undefined) throw unsettable(key);
    writer.put(`const ${at} = ${guard} ? ${start} : -1;`);
    const { offset, bits } = tcpOptions[name]!.fields[field!]!;
    return {
      ...{ at, offset, bits },
      layer: "th",
      isSegmentSize: name === "maxseg" && field === "size",
    };
  }
  throw unsettable(key);
}

export function writeStrip(writer: Writer, option: Expression): void {
  if (
    typeof option !== "object" || !("tcp option" in option) ||
    !("name" in option["tcp option"])
  ) throw unsettable(option);
  const { number } = tcpOptions[option["tcp option"].name]!;
  writer.require("l4 === 6 && th >= 0 && th + 20 <= end");
  writer.put(`strip(p, ${number});`);
}
