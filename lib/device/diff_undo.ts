/**
 * The lines to type to undo the difference between two configurations.
 *
 * @module
 */

import type { ConfigNode, ConfigStyle } from "./config_text.ts";

/** A part of the tree that differs. */
export interface Change {
  readonly sign: "+" | "-" | " ";
  /** The line; of one that stays, as it is now. */
  readonly node: ConfigNode;
  /** The same line before, of one that stays. */
  readonly before?: ConfigNode;
  /** What differs within one that stays. */
  readonly within: readonly Change[];
}

/** Blocks in which the order of lines means something. */
export const ORDERED =
  /^(?:ip |ipv6 |mac )?(?:access-list|prefix-list|as-path)|^(?:policy-map|route-policy|acl |object-policy|firewall)/;
/** Lines that say their place themselves. */
export const NUMBERED = /^(?:(?:seq|rule|sequence) )?\d+ /;
/** Lines which without another of their kind would leave a device nameless. */
const NAMING = /^(?:set )?(?:hostname|sysname|switchname|host-name) /;

/** How changes are undone. */
export interface Undoing {
  readonly style: ConfigStyle;
  readonly negate: string;
  /** Whether blocks that came are emptied, and not taken away. */
  readonly isWithin?: boolean;
}

/** The lines that undo changes: what came goes first, the last of it first. */
export function undoing(changes: readonly Change[], how: Undoing): string[] {
  const { negate, isWithin = false } = how;
  const gone = changes.filter(({ sign }) => sign === "-");
  const lines = changes.filter(({ sign }) => sign === "+").reverse()
    .filter(({ node }) => !isReplaced(node.text, gone, negate))
    .flatMap(({ node }) =>
      isWithin && node.children.length > 0
        ? emptying(node, how)
        : [negated(node.text, how)]
    );
  for (const { sign, node, before, within } of changes) {
    if (sign === "-") lines.push(...typed(node, negate));
    if (sign !== " " || before === undefined) continue;
    const isMoved = ORDERED.test(node.text) &&
      within.some(({ node }) => !NUMBERED.test(node.text));
    if (isMoved) {
      lines.push(negated(node.text, how), ...typed(before, negate));
    } else {
      lines.push(node.text, ...undoing(within, how), ...leaving(node, negate));
    }
  }
  return lines;
}

/** Undoes what is in a block, and leaves the block. */
function emptying(node: ConfigNode, how: Undoing): string[] {
  const within = node.children.map((child): Change => ({
    sign: "+",
    node: child,
    within: [],
  }));
  return [node.text, ...undoing(within, how), ...leaving(node, how.negate)];
}

/** Whether the line that went takes the place of the one that came by itself. */
function isReplaced(
  text: string,
  gone: readonly Change[],
  negate: string,
): boolean {
  if (NAMING.test(text)) return gone.some(({ node }) => NAMING.test(node.text));
  if (negate !== "unset ") return false;
  // One value for each name: `set name value`.
  const [verb, name] = text.split(" ");
  return verb === "set" &&
    gone.some(({ node }) => node.text.startsWith(`set ${name} `));
}

/** A line and all within it, as they are typed. */
function typed(node: ConfigNode, negate: string): string[] {
  const lines = [
    node.text,
    ...node.children.flatMap((child) => typed(child, negate)),
  ];
  if (node.children.length > 0) lines.push(...leaving(node, negate));
  return lines;
}

/** What is typed to come out of a block, where the next line does not do it. */
function leaving({ close }: ConfigNode, negate: string): string[] {
  if (close !== undefined) return [close];
  return negate === "undo " ? ["quit"] : [];
}

function negated(text: string, { style, negate }: Undoing): string {
  if (style === "set" && text.startsWith("set ")) {
    return `${negate}${text.slice(4)}`;
  }
  if (text.startsWith(negate)) return text.slice(negate.length);
  if (negate === "unset ") {
    return text.startsWith("edit ")
      ? `delete ${text.slice(5)}`
      : `unset ${text.split(" ")[1] ?? text}`;
  }
  // Some take the word alone, and all do.
  if (text.startsWith("description ")) return `${negate}description`;
  // Of a banner the first word of its line is enough.
  return `${negate}${
    text.includes("\n") ? text.split(/\s/).slice(0, 2).join(" ") : text
  }`;
}
