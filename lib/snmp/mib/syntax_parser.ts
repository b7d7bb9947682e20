/**
 * Reading what follows SYNTAX, and what follows `::=` where that is an OID.
 *
 * @see RFC 2578 §7.1 and §9, RFC 1155 §3.2, RFC 1212 §4.1
 * @module
 */

import type { Cursor } from "./cursor.ts";
import type { Bound, OidPart, SyntaxRef } from "./definition.ts";

/** A subidentifier has 32 bits (RFC 2578 §3.5). */
const LARGEST_ARC = 0xffff_ffffn;

/** The least and the most that any type holds, for MIN and MAX. */
const EXTREMES: Readonly<Record<string, readonly [Bound, Bound]>> = {
  INTEGER: [-0x8000_0000, 0x7fff_ffff],
  Integer32: [-0x8000_0000, 0x7fff_ffff],
  Unsigned32: [0, 0xffff_ffff],
  Gauge32: [0, 0xffff_ffff],
};

/**
 * Reads a type with what narrows it.
 *
 * @param cursor The next token is the type's first.
 * @returns The type as it is written.
 */
export function readSyntax(cursor: Cursor): SyntaxRef {
  // [APPLICATION 1] IMPLICIT says how the base types look on the wire.
  if (cursor.is("[")) {
    cursor.skipBrackets("[", "]");
    if (!cursor.accept("IMPLICIT")) cursor.accept("EXPLICIT");
  }
  const first = cursor.name("a type");
  let type = first.text;
  if (type === "SEQUENCE" || type === "SET") {
    if (cursor.accept("OF")) {
      return { type: cursor.name("the type of a row").text, isTable: true };
    }
    cursor.skipBrackets("{", "}");
    return { type: "SEQUENCE" };
  }
  if (type === "CHOICE") {
    cursor.skipBrackets("{", "}");
    return { type };
  }
  if (type === "OCTET" || type === "BIT") {
    cursor.expect("STRING");
    type = type === "OCTET" ? "OCTET STRING" : "BITS";
  } else if (type === "OBJECT") {
    cursor.expect("IDENTIFIER");
    type = "OBJECT IDENTIFIER";
  } else if (cursor.is(".") && cursor.peek(1).kind === "name") {
    // Module.Type: the imports say the same.
    cursor.next();
    type = cursor.next().text;
  }
  let named: Record<string, number> | undefined;
  let ranges: (readonly [Bound, Bound])[] | undefined;
  for (;;) {
    if (cursor.is("{")) named = readNamed(cursor);
    else if (cursor.is("(") || cursor.is("SIZE")) {
      ranges = readRanges(cursor, type);
    } else return { type, named, ranges };
  }
}

/** `{ up(1), down(2) }`, commas at will. */
function readNamed(cursor: Cursor): Record<string, number> {
  const named: [string, number][] = [];
  cursor.expect("{");
  while (!cursor.accept("}")) {
    if (cursor.accept(",")) continue;
    const { text } = cursor.name('a name or "}"');
    cursor.expect("(");
    const { offset } = cursor.peek();
    const value = Number(cursor.number("the name's number"));
    if (!Number.isSafeInteger(value)) {
      throw cursor.error("this number has more than 53 bits", offset);
    }
    cursor.expect(")");
    named.push([text, value]);
  }
  return Object.fromEntries(named);
}

/** `(0..255 | 300)`, `(SIZE (0..32))`, and `SIZE` without its outer brackets. */
function readRanges(cursor: Cursor, type: string): (readonly [Bound, Bound])[] {
  let open = 0;
  for (;;) {
    if (cursor.accept("(")) open++;
    else if (!cursor.accept("SIZE")) break;
  }
  const ranges: (readonly [Bound, Bound])[] = [];
  const [least, most] = EXTREMES[type] ?? [0, 0xffff_ffff];
  const bound = (): Bound => {
    if (cursor.accept("MIN")) return least;
    if (cursor.accept("MAX")) return most;
    const value = cursor.number("a number");
    const narrow = Number(value);
    return Number.isSafeInteger(narrow) ? narrow : value;
  };
  do {
    const low = bound();
    const high = cursor.accept("..") ? bound() : low;
    // Vendors swap the ends now and then.
    ranges.push(low <= high ? [low, high] : [high, low]);
  } while (cursor.accept("|"));
  while (open-- > 0) cursor.expect(")");
  return ranges;
}

/**
 * Reads the value of an OBJECT IDENTIFIER.
 *
 * @param cursor The next token is the opening brace.
 * @returns Its parts, of which the first alone may be a name without number.
 */
export function readOid(cursor: Cursor): OidPart[] {
  cursor.expect("{");
  const parts: OidPart[] = [];
  while (!cursor.accept("}")) {
    if (cursor.accept(",")) continue;
    const { kind, text, offset } = cursor.peek();
    if (kind === "number") {
      parts.push({ arc: readArc(cursor), offset });
      continue;
    }
    cursor.name('a name, a number or "}"');
    let name = text;
    if (cursor.is(".") && cursor.peek(1).kind === "name") {
      cursor.next();
      name = cursor.next().text;
    }
    if (cursor.accept("(")) {
      parts.push({ name, arc: readArc(cursor), offset });
      cursor.expect(")");
    } else parts.push({ name, offset });
    if (parts.length > 1 && parts.at(-1)!.arc === undefined) {
      throw cursor.error(
        `only the first part may be a name without a number: ${name}`,
        offset,
      );
    }
  }
  if (parts.length === 0) throw cursor.error("an OID has at least one part");
  return parts;
}

function readArc(cursor: Cursor): number {
  const { offset } = cursor.peek();
  const value = cursor.number("a number");
  if (value < 0n || value > LARGEST_ARC) {
    throw cursor.error("a part of an OID is between 0 and 4294967295", offset);
  }
  return Number(value);
}

/**
 * Reads names between braces: `{ ifIndex, ifDescr }`.
 *
 * @param cursor The next token is the opening brace.
 * @returns Each name with its place.
 */
export function readNames(cursor: Cursor): { name: string; offset: number }[] {
  cursor.expect("{");
  const names: { name: string; offset: number }[] = [];
  while (!cursor.accept("}")) {
    if (cursor.accept(",")) continue;
    const { text, offset } = cursor.name('a name or "}"');
    if (cursor.is(".") && cursor.peek(1).kind === "name") {
      cursor.next();
      names.push({ name: cursor.next().text, offset });
    } else names.push({ name: text, offset });
  }
  return names;
}
