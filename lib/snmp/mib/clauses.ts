/**
 * Reading the macros of SMIv1 and SMIv2: OBJECT-TYPE and its kin, clause by
 * clause, in whatever order they stand.
 *
 * @see RFC 2578, RFC 2579, RFC 2580, RFC 1212, RFC 1215
 * @module
 */

import type { Cursor } from "./cursor.ts";
import type {
  Definition,
  DefinitionKind,
  IndexRef,
  OidPart,
  SyntaxRef,
  TypeDefinition,
} from "./definition.ts";
import type { MibAccess, MibStatus } from "./object.ts";
import { readNames, readOid, readSyntax } from "./syntax_parser.ts";

/** The macros that give a name an OID, and what they make. */
export const MACROS: ReadonlyMap<string, DefinitionKind | "trap"> = new Map([
  ["OBJECT-TYPE", "object"],
  ["MODULE-IDENTITY", "module"],
  ["OBJECT-IDENTITY", "identity"],
  ["NOTIFICATION-TYPE", "notification"],
  ["TRAP-TYPE", "trap"],
  ["OBJECT-GROUP", "group"],
  ["NOTIFICATION-GROUP", "group"],
  ["MODULE-COMPLIANCE", "compliance"],
  ["AGENT-CAPABILITIES", "capabilities"],
]);

/** snmpTraps, below which RFC 3584 §3.1 puts the six generic traps. */
const GENERIC_TRAPS = [1, 3, 6, 1, 6, 3, 1, 1, 5];

/** What the clauses of one macro say, as they are read. */
interface Draft {
  syntax?: SyntaxRef;
  access?: MibAccess;
  status?: MibStatus;
  units?: string;
  hint?: string;
  description?: string;
  reference?: string;
  indexes?: IndexRef[];
  augments?: string;
  objects?: string[];
  defaultText?: string;
  enterprise?: OidPart[];
}

type Clause = (cursor: Cursor, draft: Draft) => void;

const access: Clause = (cursor, draft) => {
  draft.access = cursor.name("an access").text.toLowerCase() as MibAccess;
};

const passText: Clause = (cursor) => {
  cursor.string("a string");
};

const objects: Clause = (cursor, draft) => {
  draft.objects = readNames(cursor).map(({ name }) => name);
};

/** What may be said of an object, by the word that begins it. */
const CLAUSES: ReadonlyMap<string, Clause> = new Map<string, Clause>([
  ["SYNTAX", (cursor, draft) => {
    draft.syntax = readSyntax(cursor);
  }],
  ["ACCESS", access],
  ["MAX-ACCESS", access],
  ["STATUS", (cursor, draft) => {
    draft.status = cursor.name("a status").text.toLowerCase() as MibStatus;
  }],
  ["UNITS", (cursor, draft) => {
    draft.units = cursor.string("a unit");
  }],
  ["DISPLAY-HINT", (cursor, draft) => {
    draft.hint = cursor.string("a display hint");
  }],
  ["DESCRIPTION", (cursor, draft) => {
    // The first is the object's own; a module's revisions have others.
    const text = cursor.string("a description");
    draft.description ??= text;
  }],
  ["REFERENCE", (cursor, draft) => {
    draft.reference = cursor.string("a reference");
  }],
  ["INDEX", (cursor, draft) => {
    draft.indexes = readIndexes(cursor);
  }],
  ["AUGMENTS", (cursor, draft) => {
    draft.augments = readNames(cursor)[0]?.name ?? "";
  }],
  ["DEFVAL", (cursor, draft) => {
    const from = cursor.peek().offset + 1;
    cursor.skipBrackets("{", "}");
    const to = cursor.peek(-1).offset;
    draft.defaultText = cursor.text.slice(from, to).trim();
  }],
  ["OBJECTS", objects],
  ["NOTIFICATIONS", objects],
  ["VARIABLES", objects],
  ["ENTERPRISE", (cursor, draft) => {
    if (cursor.is("{")) draft.enterprise = readOid(cursor);
    else {
      const { text: name, offset } = cursor.name("an enterprise");
      draft.enterprise = [{ name, offset }];
    }
  }],
  ["LAST-UPDATED", passText],
  ["ORGANIZATION", passText],
  ["CONTACT-INFO", passText],
  ["REVISION", (cursor) => {
    cursor.string("a date");
    if (cursor.accept("DESCRIPTION")) cursor.string("a description");
  }],
]);

/** `{ ifIndex, IMPLIED name }`, or the types that RFC 1212 §4.1.6 allows. */
function readIndexes(cursor: Cursor): IndexRef[] {
  const indexes: IndexRef[] = [];
  cursor.expect("{");
  while (!cursor.accept("}")) {
    if (cursor.accept(",")) continue;
    const implied = cursor.accept("IMPLIED");
    const { type } = readSyntax(cursor);
    indexes.push({ name: type, implied });
  }
  return indexes;
}

/**
 * Reads a macro's clauses and the value behind them.
 *
 * @param cursor The next token is the macro's name.
 * @param name What is being defined.
 * @param offset Where the name stands.
 * @returns The definition.
 */
export function readMacro(
  cursor: Cursor,
  name: string,
  offset: number,
): Definition {
  const macro = cursor.next().text;
  const kind = MACROS.get(macro)!;
  // What they list has a grammar of its own, and no node hangs from it.
  const draft = readClauses(
    cursor,
    kind === "compliance" || kind === "capabilities",
  );
  const { enterprise, hint: _, ...facts } = draft;
  if (kind !== "trap") {
    if (kind === "object" && draft.syntax === undefined) {
      throw cursor.error(`${name} has no SYNTAX`, offset);
    }
    return { name, kind, ...facts, oid: readOid(cursor), offset };
  }
  if (enterprise === undefined) {
    throw cursor.error(`${name} has no ENTERPRISE`, offset);
  }
  const at = cursor.peek().offset;
  const number = Number(cursor.number("the trap's number"));
  if (!(number >= 0 && number <= 0x7fff_ffff)) {
    throw cursor.error("a trap's number is between 0 and 2147483647", at);
  }
  // RFC 3584 §3.1: enterprise, a zero, the specific number.
  const oid = enterprise.length === 1 && enterprise[0]!.name === "snmp"
    ? [...GENERIC_TRAPS, number + 1].map((arc) => ({ arc, offset: at }))
    : [...enterprise, { arc: 0, offset: at }, { arc: number, offset: at }];
  return { name, kind: "notification", ...facts, oid, offset };
}

function readClauses(cursor: Cursor, isLoose: boolean): Draft {
  const draft: Draft = {};
  while (!cursor.accept("::=")) {
    const { kind, text } = cursor.peek();
    if (isLoose && kind !== "end" && !/^(?:STATUS|DESCRIPTION)$/.test(text)) {
      cursor.next();
      continue;
    }
    const clause = kind === "name" ? CLAUSES.get(text) : undefined;
    if (clause === undefined) {
      cursor.fail('a clause or "::="', CLAUSES.keys());
    }
    cursor.next();
    clause(cursor, draft);
  }
  return draft;
}

/**
 * Reads what follows `::=` where a type is defined.
 *
 * @param cursor The next token is the first after `::=`.
 * @param name The type's name.
 * @param offset Where the name stands.
 * @returns The type; with its hint, if it is a textual convention.
 */
export function readType(
  cursor: Cursor,
  name: string,
  offset: number,
): TypeDefinition {
  if (!cursor.accept("TEXTUAL-CONVENTION")) {
    return { name, syntax: readSyntax(cursor), offset };
  }
  const draft: Draft = {};
  // Nothing ends it but the SYNTAX, which is its last clause.
  while (draft.syntax === undefined) {
    const clause = CLAUSES.get(cursor.peek().text);
    if (cursor.peek().kind !== "name" || clause === undefined) {
      cursor.fail("a clause of a textual convention", CLAUSES.keys());
    }
    cursor.next();
    clause(cursor, draft);
  }
  const { hint, syntax } = draft;
  return { name, syntax, hint, isConvention: true, offset };
}
