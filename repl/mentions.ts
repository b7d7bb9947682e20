/**
 * Which rooms of `net` a text is about to enter, told from the text alone.
 *
 * The answer may name too many, for a comment or a string that says `net`. It
 * may miss what no text shows, such as a name that is put together while it
 * runs; `net` itself loads such a room when it is touched.
 *
 * @module
 */

import { isRoom, type RoomName, roomNames } from "./rooms.ts";

/**
 * `net` or `netrepl` as a word, and what it is asked for: `net.ip`,
 * `netrepl/ip`. The property of something else, `a.net`, is not meant.
 */
const MENTION =
  /net(?:repl)?(?![\w$])(?<=(?:(?<![\w$.])|\.\.\.|\bglobalThis\??\.)net(?:repl)?)(?:\s*!?\s*(?:\?\.|\.|\/)\s*([A-Za-z_$][\w$]*))?/g;

/** The name that an entry has already: nothing is asked for. */
const SAME_NAME = /\*\s*as\s+net\s+from\s*(["'])netrepl\1/g;

/**
 * The rooms that a text names. All of them where `net` is used in a way that
 * does not say which: handed on, or asked with a computed name.
 *
 * @param text An entry, or an expression.
 */
export function mentionedRooms(text: string): readonly RoomName[] {
  if (!text.includes("net")) return [];
  const code = text.includes("netrepl") ? text.replace(SAME_NAME, "") : text;
  const found = new Set<RoomName>();
  for (const match of code.matchAll(MENTION)) {
    const names = match[1] === undefined ? takenApart(code, match) : [match[1]];
    if (!names) return roomNames;
    for (const name of names) if (isRoom(name)) found.add(name);
  }
  return [...found];
}

/** `{ ip, packet: p } = net` and `import { ip as p } from "netrepl"`: the names. */
function takenApart(
  code: string,
  { 0: word, index }: RegExpExecArray,
): string[] | undefined {
  const after = /^["']?[ \t]*(?:$|[\n;,)])/.test(
    code.slice(index + word.length),
  );
  const brace = code.lastIndexOf("{", index);
  if (!after || brace < 0) return undefined;
  const list = /^\{([^{}[\]]*)\}\s*(?:=\s*|from\s*["'])$/.exec(
    code.slice(brace, index),
  )?.[1];
  if (list === undefined || list.includes("...")) return undefined;
  return list.split(",").map((item) => /^\s*([\w$]*)/.exec(item)![1]!);
}
