/**
 * What Tab offers. Finding out what is being completed is pure; what there is
 * to offer comes from the kernel, the doc index and the file system.
 *
 * @module
 */

import type { Offers } from "./command.ts";
import type { Completion } from "./editor/language.ts";
import { lex, type Token } from "./lex.ts";

/** What the text before the cursor asks for. */
export type Wanted =
  | {
    readonly kind: "command" | "name";
    readonly from: number;
    readonly prefix: string;
  }
  | { readonly kind: "path"; readonly from: number; readonly prefix: string }
  | {
    readonly kind: "argument";
    readonly from: number;
    readonly prefix: string;
    /** The command, without the dot. */
    readonly of: string;
    /** The words between it and the cursor. */
    readonly words: readonly string[];
  }
  | {
    readonly kind: "member" | "option";
    readonly from: number;
    readonly prefix: string;
    /** The object whose members, or the function whose options, are meant. */
    readonly of: string;
  };

/** Where offers come from. */
export interface Sources {
  /** Dot commands, without the dot. */
  readonly commands: readonly string[];
  /** What may follow a command and the words behind it. */
  next(command: string, words: readonly string[]): Promise<Offers>;
  /** Names that can be used, without running anything. */
  names(): Promise<readonly string[]>;
  /** Members of an expression, without running anything. */
  members(
    expression: string,
  ): Promise<readonly { name: string; kind: string }[]>;
  /** Option names of a function, by its text: `"net.tcp.connect"`. */
  options(callee: string): readonly { name: string; detail: string }[];
  /** Names in a folder; a folder's name ends with a slash. */
  list(folder: string): Promise<readonly string[]>;
}

/** Commands whose argument is a path. */
const PATH_COMMANDS = /^\.(?:save|load)\s+(?:-f\s+)?(\S*)$/;

/**
 * What is being completed.
 *
 * @param text The entry.
 * @param cursor Where the cursor is, in UTF-16 units.
 */
export function wanted(text: string, cursor: number): Wanted | undefined {
  const head = text.slice(0, cursor);
  const command = /^\s*\.([a-z]*)$/.exec(head);
  if (command) {
    const prefix = command[1]!;
    return { kind: "command", from: cursor - prefix.length, prefix };
  }
  const path = PATH_COMMANDS.exec(head.trimStart());
  if (path) {
    const prefix = path[1]!;
    return { kind: "path", from: cursor - prefix.length, prefix };
  }
  const dotted = /^\s*\.([a-z]+)\s+((?:\S+\s+)*)(\S*)$/.exec(head);
  if (dotted) {
    const [, of, before, prefix] = dotted as unknown as string[];
    const words = before!.split(/\s+/).filter((word) => word !== "");
    const from = cursor - prefix!.length;
    return { kind: "argument", from, prefix: prefix!, of: of!, words };
  }
  if (/^\s*\.[a-z]/.test(head)) return undefined;
  const { tokens, open, unfinished } = lex(head);
  const last = tokens.at(-1);
  if (unfinished === "comment" || last?.kind === "comment") return undefined;
  const inString = last?.kind === "string" && last.end === cursor &&
    (last.end - last.start === 1 || head.at(-1) !== head[last.start]);
  if (inString || unfinished === "string") {
    const prefix = head.slice(last!.start + 1);
    // In a string, only what looks like a path is one.
    return /^(?:\.{0,2}\/|~\/)/.test(prefix) || isFileArgument(head, tokens)
      ? { kind: "path", from: last!.start + 1, prefix }
      : undefined;
  }
  if (unfinished) return undefined;
  const isWord = last?.end === cursor &&
    /^(?:name|keyword|literal)$/.test(last.kind);
  const prefix = isWord ? head.slice(last.start) : "";
  const from = cursor - prefix.length;
  const before = tokens.slice(0, isWord ? -1 : undefined);
  const dot = before.at(-1);
  if (dot && /^\??\.$/.test(head.slice(dot.start, dot.end))) {
    const chain = chainStart(head, before.slice(0, -1));
    if (chain === undefined) return undefined;
    const previous = before.findLast(({ end }) => end <= chain);
    const isNew = previous?.kind === "keyword" &&
      head.slice(previous.start, previous.end) === "new";
    const start = isNew ? previous.start : chain;
    return { kind: "member", from, prefix, of: head.slice(start, dot.start) };
  }
  const callee = optionsOf(head, before, open.at(-1));
  if (callee !== undefined) return { kind: "option", from, prefix, of: callee };
  return prefix === "" ? undefined : { kind: "name", from, prefix };
}

/** The first string of a call to something that opens files. */
function isFileArgument(head: string, tokens: readonly Token[]): boolean {
  const [name, bracket] = tokens.slice(-3);
  return name !== undefined && bracket !== undefined &&
    head.slice(bracket.start, bracket.end) === "(" &&
    /^(?:open|readTextFile|readFile|writeTextFile|import)(?:Sync)?$/.test(
      head.slice(name.start, name.end),
    );
}

/** Where the expression before a dot begins: `a.b(c)[0]`. */
function chainStart(
  text: string,
  tokens: readonly Token[],
): number | undefined {
  let index = tokens.length - 1;
  let start: number | undefined;
  for (;;) {
    const token = tokens[index];
    if (!token) return start;
    const word = text.slice(token.start, token.end);
    if (/^[)\]}]$/.test(word)) {
      let depth = 0;
      for (; index >= 0; index--) {
        const inner = text.slice(tokens[index]!.start, tokens[index]!.end);
        if (/^[)\]}]$/.test(inner)) depth++;
        else if (/^[([{]$/.test(inner) && --depth === 0) break;
      }
      const bracket = tokens[index];
      if (!bracket) return undefined;
      start = bracket.start;
      const previous = tokens[index - 1];
      // A call or an index goes on to the left; a group or an array does not.
      if (
        previous && word !== "}" &&
        (/^(?:name|string)$/.test(previous.kind) ||
          /^[)\]]$/.test(text.slice(previous.start, previous.end)))
      ) {
        index--;
        continue;
      }
      return start;
    }
    if (
      !/^(?:name|string|template|number|literal|regex)$/.test(token.kind) &&
      word !== "this"
    ) {
      return start;
    }
    start = token.start;
    const dot = tokens[index - 1];
    if (!dot || !/^\??\.$/.test(text.slice(dot.start, dot.end))) return start;
    index -= 2;
  }
}

/** `connect(target, { ti|` -> `connect`, if the cursor is where a key goes. */
function optionsOf(
  text: string,
  tokens: readonly Token[],
  open: { bracket: string; at: number } | undefined,
): string | undefined {
  const last = tokens.at(-1);
  if (open?.bracket !== "{" || !last || !/[{,]/.test(text[last.start]!)) {
    return undefined;
  }
  let depth = 0;
  const brace = tokens.findIndex((token) => token.start === open.at);
  for (let index = brace - 1; index > 0; index--) {
    const word = text.slice(tokens[index]!.start, tokens[index]!.end);
    if (/^[)\]}]$/.test(word)) depth++;
    else if (/^[([{]$/.test(word) && depth-- === 0) {
      if (word !== "(") return undefined;
      const start = chainStart(text, tokens.slice(0, index));
      return start === undefined
        ? undefined
        : text.slice(start, tokens[index]!.start).trim();
    }
  }
  return undefined;
}

/**
 * What Tab offers.
 *
 * @param text The entry.
 * @param cursor Where the cursor is, in UTF-16 units.
 * @param sources Where offers come from.
 */
export async function complete(
  text: string,
  cursor: number,
  sources: Sources,
): Promise<Completion> {
  const want = wanted(text, cursor);
  if (!want) return { from: cursor, items: [] };
  const { from, prefix } = want;
  return {
    from,
    items: (await offers(want, sources)).filter(({ label }) =>
      label.startsWith(prefix) && (prefix !== "" || !label.startsWith("_"))
    ),
  };
}

async function offers(
  want: Wanted,
  sources: Sources,
): Promise<{ label: string; insert?: string; detail?: string }[]> {
  switch (want.kind) {
    case "command":
      return sources.commands.map((label) => ({ label }));
    case "name":
      return [...new Set(await sources.names())].sort().map((label) => ({
        label,
      }));
    case "member":
      return (await sources.members(want.of))
        .filter(({ name }) =>
          /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(name)
        )
        .map(({ name, kind }) => ({ label: name, detail: kind }))
        .sort((a, b) => a.label < b.label ? -1 : 1);
    case "option":
      return sources.options(want.of).map(({ name, detail }) => ({
        label: name,
        insert: `${name}: `,
        detail,
      }));
    case "argument": {
      const { words, files } = await sources.next(want.of, want.words);
      const paths = files ? await pathsFrom(want.prefix, sources) : [];
      return [
        ...words.map((label) => ({ label })),
        ...paths.filter(({ label }) => /\/$/.test(label) || files?.test(label)),
      ];
    }
    case "path":
      return await pathsFrom(want.prefix, sources);
  }
}

async function pathsFrom(
  prefix: string,
  sources: Sources,
): Promise<{ label: string }[]> {
  const folder = prefix.slice(0, prefix.lastIndexOf("/") + 1);
  return (await sources.list(folder || "./")).map((name) => ({
    label: folder + name,
  }));
}
