/**
 * The words of commands.
 *
 * @module
 */

import type { Family } from "../model/ruleset.ts";
import { readWords } from "./blocks.ts";
import type { Lexer } from "./lexer.ts";

/** The families of tables. */
export const FAMILIES: readonly Family[] = [
  "inet",
  "ip",
  "ip6",
  "arp",
  "bridge",
  "netdev",
];

/** What is done with what has a name. */
export type Verb = "add" | "create" | "delete" | "destroy";

/** Every word that begins a command. */
export const COMMANDS: readonly string[] = [
  ...["add", "create", "insert", "replace", "delete", "destroy", "flush"],
  ...["rename", "list", "reset", "get", "describe", "include", "define"],
  ...["redefine", "undefine", "table", "chain", "rule", "set", "map"],
  ...["element", "flowtable", "counter", "quota", "limit", "ct", "synproxy"],
  "secmark",
];

/** Kinds of objects, but for those of ct. */
export const OBJECT_KINDS: readonly string[] = [
  "counter",
  "quota",
  "limit",
  "synproxy",
  "secmark",
];

/** Whether a word begins the declaration of what has a name in a table. */
export const isDeclaration = (word: string): boolean =>
  word === "chain" || word === "set" || word === "map" ||
  word === "flowtable" || word === "ct" || OBJECT_KINDS.includes(word);

/** The kind of what is declared; the cursor stands behind its first word. */
export function readKind(lexer: Lexer, word: string): string {
  if (word !== "ct") return word;
  const [kind] = readWords(lexer, ["helper", "timeout", "expectation"]);
  return `ct ${kind}`;
}
