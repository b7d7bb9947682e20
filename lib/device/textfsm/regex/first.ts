/**
 * With what a line of plain ASCII must begin for a regular expression to match it at all, so
 * that most lines need not be tried.
 *
 * @module
 */

import type { CharSet, Node } from "./syntax.ts";

/** Flags by code, for ASCII: what may come first. */
type Codes = Uint8Array;

/** What the lines that can match begin with. */
export interface Opening {
  /** Whether they may begin with a blank. */
  readonly mayBeBlank: boolean;
  /** Whether they may begin without one. */
  readonly mayBePlain: boolean;
  /** What may come after the blanks; absent where anything may. */
  readonly afterBlanks: Codes | undefined;
  /** What may come first where there is no blank; absent where anything may. */
  readonly plain: Codes | undefined;
  /** The text that comes after the blanks; empty where that is not known. */
  readonly text: string;
}

/**
 * Whether a line of ASCII may match.
 *
 * @param opening What is known of those that do.
 * @param blank Whether it begins with a blank.
 * @param code Its first character that is no blank; -1 if there is none.
 */
export function admits(
  opening: Opening,
  blank: boolean,
  code: number,
): boolean {
  if (!(blank ? opening.mayBeBlank : opening.mayBePlain)) return false;
  const codes = blank ? opening.afterBlanks : opening.plain;
  return codes === undefined || codes[code] === 1;
}

const BLANKS = [9, 10, 11, 12, 13, 32];

/** What a regular expression's lines begin with. */
export function openingOf(root: Node): Opening {
  let must = false;
  let may = false;
  const items = [...flat(root)];
  let at = 0;
  for (; at < items.length; at++) {
    const item = items[at] as Node;
    if (item.kind === "at" && item.where === "start") continue;
    const blank = blankOnly(item);
    if (blank === undefined) break;
    may = true;
    must ||= blank;
  }
  const codes = new Uint8Array(128);
  const open = addFirst({ kind: "sequence", items: items.slice(at) }, codes);
  if (open || BLANKS.some((code) => codes[code] === 1)) {
    // What follows the blanks may be blank itself, or nothing.
    return {
      mayBeBlank: true,
      mayBePlain: !must,
      afterBlanks: undefined,
      plain: open ? undefined : codes,
      text: "",
    };
  }
  return {
    mayBeBlank: may,
    mayBePlain: !must,
    afterBlanks: codes,
    plain: codes,
    text: leadingText(items.slice(at)),
  };
}

/** The characters that stand first, up to what may vary. */
function leadingText(items: readonly Node[]): string {
  let text = "";
  for (const item of items) {
    if (item.kind !== "char" || item.fold) break;
    text += String.fromCodePoint(item.code);
  }
  return text;
}

/** The parts of a sequence, those in plain brackets among them. */
function* flat(node: Node): Generator<Node> {
  if (node.kind === "sequence") {
    for (const item of node.items) yield* flat(item);
  } else if (node.kind === "group" || node.kind === "atomic") {
    yield* flat(node.body);
  } else yield node;
}

/** Whether at least one blank is taken; `undefined` if not only blanks may be. */
function blankOnly(node: Node): boolean | undefined {
  if (node.kind === "repeat") {
    const body = blankOnly(node.body);
    return body === undefined ? undefined : body && node.min > 0;
  }
  if (node.kind === "char") {
    return BLANKS.includes(node.code) ? true : undefined;
  }
  if (node.kind !== "set" || node.negated) return undefined;
  const blank = node.items.every((item) =>
    item.kind === "category"
      ? item.name === "s" && !item.negated
      : item.low === item.high && BLANKS.includes(item.low)
  );
  return blank ? true : undefined;
}

/** Adds what a part can begin with; says whether it can match nothing. */
function addFirst(node: Node, codes: Codes): boolean {
  switch (node.kind) {
    case "char":
      addSpan(node.code, node.code, node.fold, codes);
      return false;
    case "any":
      codes.fill(1);
      return false;
    case "set":
      addSet(node, codes);
      return false;
    case "at":
    case "look":
      return true;
    case "sequence":
      return node.items.every((item) => addFirst(item, codes));
    case "branch":
      return node.options.map((option) => addFirst(option, codes)).includes(
        true,
      );
    case "repeat":
      return addFirst(node.body, codes) || node.min === 0;
    case "group":
    case "atomic":
      return addFirst(node.body, codes);
    case "reference":
    case "conditional":
      codes.fill(1);
      return true;
  }
}

function addSet({ items, negated, fold }: CharSet, codes: Codes): void {
  const own = new Uint8Array(128);
  for (const item of items) {
    if (item.kind === "span") addSpan(item.low, item.high, fold, own);
    else {
      const members = CATEGORIES[item.name];
      for (let code = 0; code < 128; code++) {
        if ((members[code] === 1) !== item.negated) own[code] = 1;
      }
    }
  }
  for (let code = 0; code < 128; code++) {
    if ((own[code] === 1) !== negated) codes[code] = 1;
  }
}

const CATEGORIES = { d: members(/\d/), w: members(/\w/), s: members(/\s/) };

function members(pattern: RegExp): Codes {
  return Uint8Array.from(
    { length: 128 },
    (_, code) => pattern.test(String.fromCharCode(code)) ? 1 : 0,
  );
}

function addSpan(low: number, high: number, fold: boolean, codes: Codes): void {
  // Letters beyond ASCII have other cases within it.
  if (fold && high > 127) codes.fill(1);
  if (low === high && !fold) {
    if (low < 128) codes[low] = 1;
    return;
  }
  for (let code = low; code <= Math.min(high, 127); code++) {
    codes[code] = 1;
    const letter = (code | 0x20) >= 97 && (code | 0x20) <= 122;
    if (fold && letter) codes[code ^ 0x20] = 1;
  }
}
