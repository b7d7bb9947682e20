/**
 * JavaScript for address translation.
 *
 * @module
 */

import { type DataType, dataType } from "../model/data_types.ts";
import type { Expression, Value } from "../model/expression.ts";
import type { NatTarget, Statement } from "../model/statement.ts";
import { isConcat, isConstant, isMapLookup, spanOf } from "./constants.ts";
import type { Writer } from "./writer.ts";
import { finish } from "./verdict_code.ts";

/** First and last of what an address or a port may become. */
interface Ends {
  readonly first: string;
  readonly last: string;
}

const list = (terms: readonly string[]) => `[${terms.join(", ")}]`;

function endsOf(
  writer: Writer,
  value: Expression,
  type: DataType,
): { first: readonly string[]; last: readonly string[] } {
  if (isConstant(value)) {
    const { first, last } = spanOf(type, value);
    return { first: first.map(String), last: last.map(String) };
  }
  if (isMapLookup(value)) {
    const [span] = writer.spans(value.map, [type]);
    return { first: span!.first.terms, last: span!.last.terms };
  }
  const { terms } = writer.value(value, type);
  return { first: terms, last: terms };
}

const PORT = dataType("inet_service");

function flagsCode(flags: NatTarget["flags"]): string {
  const has = (name: string) => flags?.includes(name as never) ?? false;
  return `netmap: ${has("netmap")}, random: ${has("random")}, fullyRandom: ${
    has("fully-random")
  }`;
}

export function writeNat(
  writer: Writer,
  statement: Statement,
  end: "source" | "destination",
  target: NatTarget,
): void {
  const { addr, port, flags, type_flags } = target;
  const family = target.family ??
    (writer.family === "ip6"
      ? "ip6"
      : writer.family === "ip"
      ? "ip"
      : isWide(addr)
      ? "ip6"
      : "ip");
  const hasFamily = addr !== undefined || target.family !== undefined;
  const type = dataType(family === "ip6" ? "ipv6_addr" : "ipv4_addr");
  let address: Ends | undefined;
  let ports: Ends | undefined;
  if (addr !== undefined) {
    const isPair = isMapLookup(addr) &&
      (type_flags?.includes("concat") || givesPair(writer, addr.map.data));
    if (isPair) {
      const [to, at] = writer.spans(addr.map, [type, PORT]);
      address = { first: list(to!.first.terms), last: list(to!.last.terms) };
      ports = { first: at!.first.terms[0]!, last: at!.last.terms[0]! };
    } else {
      const { first, last } = endsOf(writer, addr, type);
      address = { first: list(first), last: list(last) };
    }
  }
  if (port !== undefined) {
    const { first, last } = endsOf(writer, port, PORT);
    ports = { first: first[0]!, last: last[0]! };
  }
  const isNetmap = flags?.includes("netmap") ||
    type_flags?.includes("prefix") || isPrefix(addr);
  const fields = [
    address && `first: ${address.first}, last: ${address.last}`,
    ports && `firstPort: ${ports.first}, lastPort: ${ports.last}`,
    flagsCode(isNetmap ? [...flags ?? [], "netmap"] : flags),
  ].filter(Boolean).join(", ");
  // A packet of the other family is left alone, and the rule goes on.
  const isOfBoth = writer.family === "inet" && hasFamily;
  const verdict = writer.fresh();
  writer.put(
    isOfBoth ? `if (fam === ${family === "ip6" ? 6 : 4}) {` : "{",
    `const ${verdict} = setUp(p, "${end}", { ${fields} });`,
    finish(writer, verdict, statement),
    "}",
  );
}

const isPrefix = (value: Expression | undefined) =>
  typeof value === "object" && "prefix" in value;

function isWide(value: Expression | undefined): boolean {
  if (value === undefined) return false;
  return JSON.stringify(value).includes(":") &&
    /"[\da-f:.]*:[\da-f:.]*:[\da-f:.]*"/i.test(JSON.stringify(value));
}

/** Whether a map gives an address and a port. */
function givesPair(writer: Writer, data: unknown): boolean {
  if (typeof data === "string") {
    const { set } = writer.program.lookup(writer.table, data.slice(1));
    return set !== undefined && "map" in set && set.map.length > 1;
  }
  const first =
    (data as { set: readonly (readonly [unknown, Value])[] }).set[0];
  return first !== undefined && isConcat(first[1]);
}

/** Masquerading and redirecting: the address is the machine's own. */
export function writeOwn(
  writer: Writer,
  statement: Statement,
  end: "source" | "destination",
  target: Pick<NatTarget, "port" | "flags"> | null,
): void {
  const own = writer.fresh();
  const find = end === "source" ? "masqueradeAddress" : "redirectAddress";
  let ports = "";
  if (target?.port !== undefined) {
    const { first, last } = endsOf(writer, target.port, PORT);
    ports = `, firstPort: ${first[0]}, lastPort: ${last[0]}`;
  }
  writer.put(
    `const ${own} = ${find}(p);`,
    `if (${own} === undefined) { p.reason = "the interface has no address"; ${
      finish(writer, 2, statement)
    } }`,
    finish(
      writer,
      `setUp(p, "${end}", { first: ${own}, last: ${own}${ports}, ${
        flagsCode(target?.flags)
      } })`,
      statement,
    ),
  );
}
