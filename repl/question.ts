/**
 * Questions: `net.tcp.connect?` asks what a name is.
 *
 * @module
 */

import { isComplete } from "./lex.ts";

/**
 * Whether an entry asks for help. `a ? b : c` does not end so.
 *
 * @param text The entry.
 */
export function isQuestion(text: string): boolean {
  return /^\s*(?:[\w$"'.[\]()]+\s*)?\?\s*$/.test(text);
}

/**
 * Whether Enter hands the entry over: it is complete, or a question.
 *
 * @param text The entry.
 */
export function isWhole(text: string): boolean {
  return isQuestion(text) || isComplete(text);
}
