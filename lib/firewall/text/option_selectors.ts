/**
 * Options and chunks, whose fields stand behind two words; and what all that is read has in common.
 *
 * @module
 */

import { type DataType, dataType } from "../model/data_types.ts";
import type { Expression } from "../model/expression.ts";
import {
  type Field,
  ipOptions,
  type Option,
  sctpChunks,
  tcpOptionAliases,
  tcpOptions,
  typesOf,
} from "../model/fields.ts";
import { AT, COMMA, type Lexer, WORD } from "./lexer.ts";

/** An expression with its data types. */
export interface Selected {
  readonly expression: Expression;
  readonly types: readonly DataType[];
}

const BOOLEAN = [dataType("boolean")];

/** An expression with its types. */
export const select = (expression: Expression): Selected => ({
  expression,
  types: typesOf(expression, "inet"),
});

export function fieldsOf(
  fields: Readonly<Record<string, Field>>,
  aliases: Readonly<Record<string, string>>,
  make: (field: string) => Expression,
): Map<string, Selected> {
  const map = new Map<string, Selected>();
  for (const name of Object.keys(fields)) map.set(name, select(make(name)));
  for (const [alias, name] of Object.entries(aliases)) {
    map.set(alias, map.get(name)!);
  }
  return map;
}

const optionReader = (
  kind: "tcp option" | "ip option" | "sctp chunk",
  table: Readonly<Record<string, Option>>,
  what: string,
  aliases: Readonly<Record<string, string>> = {},
) => {
  const all = new Map(
    Object.entries(table).map(([name, { fields }]) => [name, {
      whole: select({ [kind]: { name } } as unknown as Expression),
      fields: fieldsOf(
        fields,
        {},
        (field) => ({ [kind]: { name, field } }) as unknown as Expression,
      ),
    }]),
  );
  for (const [alias, name] of Object.entries(aliases)) {
    all.set(alias, all.get(name)!);
  }
  return (lexer: Lexer): Selected => {
    lexer.next();
    if (kind === "tcp option" && lexer.kind !== WORD) {
      return readRawOption(lexer);
    }
    const found = lexer.kind === WORD ? all.get(lexer.word) : undefined;
    if (!found) throw lexer.unexpected(what, all.keys());
    lexer.next();
    const field = lexer.kind === WORD
      ? found.fields.get(lexer.word)
      : undefined;
    if (!field) return found.whole;
    lexer.next();
    return field;
  };
};

/** `tcp option 100`, and `tcp option @100,8,16`. */
function readRawOption(lexer: Lexer): Selected {
  if (!lexer.skip(AT)) {
    const base = lexer.integer("a TCP option");
    const option = { base, offset: 0, len: 8 };
    return { expression: { "tcp option": option }, types: BOOLEAN };
  }
  const base = lexer.integer("the number of a TCP option");
  lexer.take(COMMA, '","');
  const offset = lexer.integer("an offset in bits");
  lexer.take(COMMA, '","');
  const len = lexer.integer("a length in bits");
  return select({ "tcp option": { base, offset, len } });
}

export const OPTIONS: Readonly<Record<string, (lexer: Lexer) => Selected>> = {
  "tcp option": optionReader(
    "tcp option",
    tcpOptions,
    "a TCP option",
    tcpOptionAliases,
  ),
  "ip option": optionReader("ip option", ipOptions, "an IPv4 option"),
  "sctp chunk": optionReader("sctp chunk", sctpChunks, "an SCTP chunk"),
};
