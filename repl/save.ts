/**
 * A session -> a script: the entries that worked, as percent cells, with the
 * imports on top, the `await`s that the prompt did by itself, `_` replaced by
 * a name, and redeclared names told apart.
 *
 * @module
 */

import type { JournalEntry } from "./journal.ts";
import { declaredNames, type Occurrence, occurrences } from "./names.ts";
import {
  type ImportDeclaration,
  type Node,
  parse,
  type Program,
  walk,
} from "./parse.ts";
import { flags } from "./permissions.ts";

/** What a script says of itself. */
export interface ScriptOptions {
  /** Its title, one line. */
  readonly title: string;
  /** The folder that relative paths are relative to. */
  readonly folder: string;
  /** Whether the session's permissions are known; without, `-A` is written. */
  readonly audited: boolean;
}

/** A script and what to say of it. */
export interface Script {
  /** The whole text, not formatted. */
  readonly text: string;
  /** Entries that became cells. */
  readonly kept: number;
  /** The flags for `deno run`. */
  readonly flags: readonly string[];
}

/** An entry on its way into the script. */
export interface Cell {
  readonly entry: JournalEntry;
  readonly text: string;
  readonly program: Program;
  readonly uses: readonly Occurrence[];
  readonly declares: readonly string[];
  readonly edits: Map<number, { end: number; text: string }>;
}

/**
 * Makes a script of a session.
 *
 * @param entries The session, oldest first.
 * @param options What the script says of itself.
 */
export function toScript(
  entries: readonly JournalEntry[],
  options: ScriptOptions,
): Script {
  const { cells, imports } = toCells(entries);
  const usesNet =
    cells.some((cell) => cell.uses.some(({ name }) => name === "net")) &&
    !cells.some((cell) => cell.declares.includes("net"));
  const all = usesNet && !imports.some((line) => /\* as net\b/.test(line))
    ? [`import * as net from "netrepl";`, ...imports]
    : imports;
  const allowed = options.audited
    ? flags(
      cells.map(({ program, entry }) => ({
        program,
        permissions: entry.permissions,
      })),
      options.folder,
    )
    : ["--allow-all"];
  const bodies = cells.map(render).filter((body) => body !== "");
  const text = [
    `#!/usr/bin/env -S deno run${allowed.map((flag) => ` ${flag}`).join("")}`,
    "// ---",
    `// title: ${JSON.stringify(options.title)}`,
    "// ---",
    ...all,
    ...bodies.map((body) =>
      /^\s*\/\/ %%/.test(body) ? `\n${body}` : `\n// %%\n${body}`
    ),
    "",
  ].join("\n");
  return {
    text,
    kept: bodies.length,
    flags: allowed,
  };
}

/**
 * Makes cells of the entries that worked, with the imports apart.
 *
 * @param entries The session, oldest first.
 */
export function toCells(
  entries: readonly JournalEntry[],
): { cells: Cell[]; imports: string[] } {
  const run = entries.flatMap((entry) => {
    const cell = entry.ok && entry.text !== undefined &&
      cellOf(entry, entry.text);
    return cell && cell.program.body.length > 0 ? [cell] : [];
  });
  const lastValue = nameLastValues(run);
  const cells = dropReplaced(
    run.filter((cell) => lastValue.has(cell) || !isLook(cell.program)),
  );
  const imports = hoistImports(cells);
  tellRedeclaredApart(cells);
  declareAssigned(cells);
  for (const cell of cells) printValue(cell, lastValue.get(cell));
  return { cells, imports };
}

function cellOf(entry: JournalEntry, text: string): Cell {
  const program = parse(text);
  return {
    entry,
    text,
    program,
    uses: occurrences(program),
    declares: program.body.flatMap(declaredNames),
    edits: new Map(),
  };
}

/** Nothing but reading: what a reader typed to look at a value. */
function isLook(program: Program): boolean {
  let look = true;
  for (const statement of program.body) {
    if (statement.type !== "ExpressionStatement") return false;
  }
  walk(program, (node) => {
    if (
      /^(Call|New|Await|Assignment|Update|Yield|Import|TaggedTemplate)Expression$/
        .test(node.type) ||
      (node.type === "UnaryExpression" &&
        (node as Node & { operator: string }).operator === "delete")
    ) {
      look = isAsk(node) && look;
    }
    return look;
  });
  return look;
}

/** `help(…)` is the prompt's own. */
function isAsk(node: Node): boolean {
  const { callee } = node as Node & { callee?: Node & { name?: string } };
  return node.type === "CallExpression" && callee?.name === "help";
}

/** Entries whose value a later `_` stands for get a name for it. */
function nameLastValues(cells: readonly Cell[]): Map<Cell, string> {
  const names = new Map<Cell, string>();
  const owned = cells.some((cell) => cell.declares.includes("_"));
  if (owned) return names;
  let last: Cell | undefined;
  for (const cell of cells) {
    for (const use of cell.uses) {
      if (use.name !== "_" || !last) continue;
      const name = `out${last.entry.id}`;
      names.set(last, name);
      rename(cell, use, name);
    }
    if (cell.entry.hasValue) last = cell;
  }
  return names;
}

/** A declaration that was typed again before anyone used it goes. */
function dropReplaced(cells: readonly Cell[]): Cell[] {
  return cells.filter((cell, index) => {
    const onlyDeclares = cell.declares.length > 0 &&
      cell.program.body.every((statement) =>
        declaredNames(statement).length > 0
      );
    if (!onlyDeclares) return true;
    const later = cells.slice(index + 1);
    return !cell.declares.every((name) => {
      const again = later.findIndex((other) => other.declares.includes(name));
      return again >= 0 &&
        !later.slice(0, again).some((other) => uses(other, name)) &&
        !later[again]!.uses.some((use) =>
          use.name === name && readsOld(later[again]!, use)
        );
    });
  });
}

/**
 * In a cell that declares a name again, `let n = n + 1`, whether a use still
 * means the old one.
 */
function readsOld(cell: Cell, use: Occurrence): boolean {
  const statement = cell.program.body.find((node) =>
    declaredNames(node).includes(use.name)
  );
  if (!statement || use.start < statement.start) return statement !== undefined;
  if (use.start >= statement.end || use.captured) return false;
  const binding = cell.uses.find(({ name, start }) =>
    name === use.name && start >= statement.start
  );
  return statement.type === "VariableDeclaration" && binding !== use;
}

function uses(cell: Cell, name: string): boolean {
  return cell.uses.some((use) => use.name === name);
}

/** Takes the imports out of the cells and gives them, merged, as lines. */
function hoistImports(cells: readonly Cell[]): string[] {
  const needed = new Set(
    cells.flatMap((cell) =>
      cell.uses.filter((use) =>
        !cell.program.body.some((statement) =>
          statement.type === "ImportDeclaration" &&
          statement.start <= use.start && use.end <= statement.end
        )
      ).map(({ name }) => name)
    ),
  );
  const lines = new Set<string>();
  const named = new Map<string, Set<string>>();
  for (const cell of cells) {
    for (const statement of cell.program.body) {
      if (statement.type !== "ImportDeclaration") continue;
      cell.edits.set(statement.start, { end: statement.end, text: "" });
      addImport(statement, cell.text, needed, lines, named);
    }
  }
  return [
    ...lines,
    ...[...named].map(([from, names]) =>
      from.replace("{}", `{ ${[...names].sort().join(", ")} }`)
    ),
  ].sort();
}

function addImport(
  statement: ImportDeclaration,
  text: string,
  needed: ReadonlySet<string>,
  lines: Set<string>,
  named: Map<string, Set<string>>,
): void {
  const from = text.slice(statement.source.start, statement.end).replace(
    /;$/,
    "",
  );
  if (statement.specifiers.length === 0) {
    lines.add(`import ${from};`);
    return;
  }
  const type = (statement as { importKind?: string }).importKind === "type"
    ? "type "
    : "";
  for (const specifier of statement.specifiers) {
    if (!needed.has(specifier.local.name)) continue;
    const written = text.slice(specifier.start, specifier.end);
    if (specifier.type === "ImportSpecifier") {
      const key = `import ${type}{} from ${from};`;
      named.set(key, (named.get(key) ?? new Set()).add(written));
    } else lines.add(`import ${type}${written} from ${from};`);
  }
}

/**
 * A name that is declared again, after use, gets a new name from there on; or,
 * where a function that was defined before reads it, a new value.
 */
function tellRedeclaredApart(cells: readonly Cell[]): void {
  const taken = new Set(
    cells.flatMap((cell) => cell.uses.map(({ name }) => name)),
  );
  const first = new Map<string, [Cell, Program["body"][number]]>();
  const current = new Map<string, string>();
  cells.forEach((cell, index) => {
    const before = new Map(current);
    for (const statement of cell.program.body) {
      for (const name of declaredNames(statement)) {
        const original = first.get(name);
        if (!original) {
          first.set(name, [cell, statement]);
          continue;
        }
        const read = cells.slice(0, index).some((other) =>
          other.uses.some((use) =>
            use.name === name && use.captured &&
            !declares(other, use.start, name)
          )
        );
        if (read && isSimple(statement) && isSimple(original[1])) {
          assign(original[0], original[1], name, "let ");
          assign(cell, statement, name, "");
        } else current.set(name, freshName(name, taken));
      }
    }
    for (const use of cell.uses) {
      const name = (readsOld(cell, use) ? before : current).get(use.name);
      if (name !== undefined) rename(cell, use, name);
    }
  });
}

/** Whether the top-level statement around a place declares the name. */
function declares(cell: Cell, offset: number, name: string): boolean {
  return cell.program.body.some((statement) =>
    statement.start <= offset && offset < statement.end &&
    declaredNames(statement).includes(name)
  );
}

function isSimple(statement: Program["body"][number]): boolean {
  return statement.type === "FunctionDeclaration" ||
    statement.type === "ClassDeclaration" ||
    (statement.type === "VariableDeclaration" &&
      statement.declarations.length === 1 &&
      statement.declarations[0]!.id.type === "Identifier");
}

/** A declaration as an assignment, or as one to a name that may change. */
function assign(
  cell: Cell,
  statement: Program["body"][number],
  name: string,
  keyword: "let " | "",
): void {
  const { start, end } = statement;
  if (statement.type === "VariableDeclaration") {
    const to = statement.declarations[0]!.start;
    cell.edits.set(start, { end: to, text: keyword });
  } else if (!cell.edits.has(start)) {
    cell.edits.set(start, { end: start, text: `${keyword}${name} = ` });
    cell.edits.set(end, { end, text: ";" });
  }
}

function freshName(name: string, taken: Set<string>): string {
  for (let n = 2;; n++) {
    const candidate = `${name}${n}`;
    if (!taken.has(candidate)) {
      taken.add(candidate);
      return candidate;
    }
  }
}

/**
 * The prompt lets a reader assign to a name that nobody declared, and to a
 * `const`; a module does not.
 */
function declareAssigned(cells: readonly Cell[]): void {
  const declared = new Set(cells.flatMap((cell) => cell.declares));
  const assigned = new Set(
    cells.flatMap((cell) =>
      cell.uses.filter((use) => use.assigned).map(({ name }) => name)
    ),
  );
  for (const cell of cells) {
    for (const statement of cell.program.body) {
      if (statement.type === "VariableDeclaration") {
        const names = declaredNames(statement);
        if (
          statement.kind === "const" && names.some((name) => assigned.has(name))
        ) {
          cell.edits.set(statement.start, {
            end: statement.start + "const".length,
            text: "let",
          });
        }
      }
      if (
        statement.type !== "ExpressionStatement" ||
        statement.expression.type !== "AssignmentExpression" ||
        statement.expression.operator !== "=" ||
        statement.expression.left.type !== "Identifier"
      ) continue;
      const { name } = statement.expression.left;
      if (
        declared.has(name) || Object.hasOwn(globalThis, name) && name === "net"
      ) {
        continue;
      }
      declared.add(name);
      prepend(cell, statement.start, "let ");
    }
  }
}

/** The prompt shows an entry's value and waits for it: so does the script. */
function printValue(cell: Cell, name: string | undefined): void {
  const last = cell.program.body.at(-1);
  if (last?.type !== "ExpressionStatement") return;
  const { hasValue, awaited } = cell.entry;
  const { expression } = last;
  const simple = /^(Call|Member|New|Import)Expression$|^Identifier$/.test(
    expression.type,
  );
  const [open, close] = awaited
    ? simple ? ["await ", ""] : ["await (", ")"]
    : ["", ""];
  if (expression.type === "AssignmentExpression" || !hasValue) {
    if (awaited) insert(cell, expression.start, open, expression.end, close);
    return;
  }
  // A named value is an entry that a later one goes on from.
  const [head, tail] = name === undefined
    ? [`console.log(${open}`, `${close})`]
    : [`const ${name} = ${open}`, `${close};\nconsole.log(${name})`];
  insert(cell, expression.start, head, expression.end, tail);
}

function insert(
  cell: Cell,
  start: number,
  head: string,
  end: number,
  tail: string,
): void {
  prepend(cell, start, head);
  cell.edits.set(end, { end, text: tail });
}

/** Puts text before whatever an edit does at the same place. */
function prepend(cell: Cell, start: number, text: string): void {
  const edit = cell.edits.get(start);
  cell.edits.set(start, {
    end: edit?.end ?? start,
    text: text + (edit?.text ?? ""),
  });
}

function rename(cell: Cell, use: Occurrence, name: string): void {
  cell.edits.set(use.start, {
    end: use.end,
    text: use.shorthand ? `${use.name}: ${name}` : name,
  });
}

/** A cell's text as the script has it. */
export function render({ text, edits, entry }: Cell): string {
  let out = "";
  let at = 0;
  for (const [start, edit] of [...edits].sort(([a], [b]) => a - b)) {
    if (start < at) continue;
    out += text.slice(at, start) + edit.text;
    at = edit.end;
  }
  out += text.slice(at);
  // An object entry was parsed in brackets: `({ a: f() }\n)`.
  return text === entry.source
    ? out.trim()
    : out.trim().replace(/^\((console\.log\([\s\S]*\))\s*\)$/, "$1");
}
