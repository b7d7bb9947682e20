/**
 * What was typed in hosts of a lab -> entries that do the same from outside:
 * each row of entries in one host becomes a function that runs there.
 *
 * A function's own names end with it, and those of the prompt do not. A name
 * that a later function of the same host reads is handed on through the host's
 * `globalThis`, which lasts from function to function.
 *
 * @module
 */

import { assemble, type Edit } from "./edits.ts";
import type { JournalEntry } from "./journal.ts";
import { declaredNames, type Occurrence, occurrences } from "./names.ts";
import { parse, type Program } from "./parse.ts";
import { render, toCells } from "./save.ts";

/** Entries of one host that follow one another. */
interface Block {
  readonly place: string;
  /** Where in the script it stands. */
  readonly index: number;
  readonly bodies: string[];
}

/** A block, read. */
interface ReadBlock {
  readonly text: string;
  readonly program: Program;
  readonly uses: readonly Occurrence[];
  readonly declares: readonly string[];
}

/**
 * Takes the entries that ran in hosts together.
 *
 * @param entries A session, oldest first.
 * @returns The session as it would have been typed here, and how many entries
 * are kept in it beyond those that it has.
 */
export function foldHosts(
  entries: readonly JournalEntry[],
): { entries: JournalEntry[]; kept: number } {
  const places = [...new Set(entries.flatMap(({ place }) => place ?? []))];
  const bodies = new Map<JournalEntry, string>();
  const imports = new Map<string, readonly string[]>();
  for (const place of places) {
    const own = toCells(entries.filter((entry) => entry.place === place));
    imports.set(place, own.imports);
    for (const cell of own.cells) bodies.set(cell.entry, render(cell));
  }
  const folded: JournalEntry[] = [];
  const blocks: Block[] = [];
  let open: Block | undefined;
  for (const entry of entries) {
    const { place } = entry;
    if (place === undefined) {
      folded.push(entry);
      if (entry.ok) open = undefined;
      continue;
    }
    const body = bodies.get(entry) ?? "";
    if (body === "") continue;
    if (open?.place !== place) {
      open = { place, index: folded.length, bodies: [] };
      blocks.push(open);
      folded.push(entry);
    }
    open.bodies.push(body);
  }
  let kept = 0;
  for (const place of places) {
    const own = blocks.filter((block) => block.place === place);
    const { texts, isWhole } = inHost(own, imports.get(place)!);
    own.forEach(({ index, bodies }, i) => {
      folded[index] = outside(folded[index]!, texts[i]!);
      kept += (isWhole ? bodies.length : 0) - 1;
    });
  }
  return { entries: folded.map(withLog), kept };
}

/** An entry of the prompt itself, in the place of one that ran in a host. */
function outside(
  { id, source, permissions }: JournalEntry,
  text: string,
): JournalEntry {
  const facts = { ok: true, awaited: false, hasValue: false };
  return { id, source, text, permissions, ...facts };
}

/** What a lab's hosts write is shown, as at the prompt. */
function withLog(entry: JournalEntry): JournalEntry {
  const text = entry.source.startsWith(".lab up")
    ? entry.text?.replace(
      /\)$/,
      ", { log: ({ host, text }) => console.log(`${host}: ${text}`) })",
    )
    : entry.text;
  return { ...entry, text };
}

/** The calls that run the blocks of one host. */
function inHost(
  blocks: readonly Block[],
  imports: readonly string[],
): { texts: string[]; isWhole: boolean } {
  const read = blocks.map(({ bodies }) => readBlock(bodies.join("\n")));
  const trouble = read.includes(undefined)
    ? "it does not read as a function"
    : unhandable(read as ReadBlock[]);
  const texts = blocks.map(({ place, bodies }, i) =>
    trouble === undefined
      ? callOf(place, read as ReadBlock[], i, imports)
      : leftOut(place, bodies, trouble)
  );
  return { texts, isWhole: trouble === undefined };
}

function readBlock(text: string): ReadBlock | undefined {
  try {
    const program = parse(text);
    return {
      text,
      program,
      uses: occurrences(program),
      declares: program.body.flatMap(declaredNames),
    };
  } catch {
    return undefined;
  }
}

/** The names of one block that a later one reads. */
function handedOn(blocks: readonly ReadBlock[], index: number): string[] {
  const later = blocks.slice(index + 1);
  return blocks[index]!.declares.filter((name) =>
    later.some(({ uses }) => uses.some((use) => use.name === name))
  );
}

/** Why names cannot be handed on: as copies, they must not change. */
function unhandable(blocks: readonly ReadBlock[]): string | undefined {
  for (const [index, { program }] of blocks.entries()) {
    for (const name of handedOn(blocks, index)) {
      const isType = program.body.some((statement) =>
        /^TS(?:TypeAlias|Interface)Declaration$/.test(statement.type) &&
        declaredNames(statement).includes(name)
      );
      if (isType) return `the type ${name} is used again later`;
      const changes = blocks.some(({ uses }, i) =>
        uses.some((use) =>
          use.name === name && use.assigned && (i !== index || use.captured)
        )
      );
      if (changes) return `${name} changes after it was declared`;
    }
  }
  return undefined;
}

function callOf(
  place: string,
  blocks: readonly ReadBlock[],
  index: number,
  imports: readonly string[],
): string {
  const { program, text, uses, declares } = blocks[index]!;
  const isUsed = (name: string) => uses.some((use) => use.name === name);
  const earlier = blocks.slice(0, index).flatMap(({ declares }) => declares);
  const taken = [...new Set(earlier)].filter((name) =>
    isUsed(name) && !declares.includes(name)
  );
  const given = handedOn(blocks, index);
  const wanted = imports.filter((line) => {
    const names = namesOf(line);
    return names.length === 0 ? index === 0 : names.some(isUsed);
  });
  const isType = (line: string) => line.startsWith("import type ");
  const isNet = (line: string) => /^import \* as net\b/.test(line);
  const needsNet = isUsed("net") && !declares.includes("net");
  return [
    ...wanted.filter(isType),
    `await lab.host(${JSON.stringify(place)}).run(async (${
      needsNet ? "net" : ""
    }) => {`,
    ...wanted.filter((line) => !isType(line) && !isNet(line)).map(dynamic),
    ...(taken.length === 0 ? [] : [
      "// deno-lint-ignore no-explicit-any",
      `const { ${taken.join(", ")} } = globalThis as any;`,
    ]),
    kept(program, text),
    ...(given.length === 0
      ? []
      : [`Object.assign(globalThis, { ${given.join(", ")} });`]),
    "})",
  ].join("\n");
}

/** `using` lets go at a function's end; at the prompt, with the host's process. */
function kept(program: Program, text: string): string {
  const edits = program.body.flatMap((statement): Edit[] => {
    if (statement.type !== "VariableDeclaration") return [];
    const { kind, start, declarations } = statement;
    return /using$/.test(kind)
      ? [{ start, end: declarations[0]!.start, text: "const " }]
      : [];
  });
  return assemble(text, edits, [], 0, text.length).code;
}

/** The names that an import line binds. */
function namesOf(line: string): string[] {
  return parse(line).body.flatMap((statement) =>
    statement.type === "ImportDeclaration"
      ? statement.specifiers.map(({ local }) => local.name)
      : []
  );
}

/** `import { a as b } from "x";` -> `const { a: b } = await import("x");` */
function dynamic(line: string): string {
  const [, bound, from, options] =
    /^import (?:([\s\S]+) from )?("[^"]*"|'[^']*')\s*(?:with\s*([\s\S]*))?;$/
      .exec(line)!;
  const call = `await import(${from}${
    options === undefined ? "" : `, { with: ${options} }`
  });`;
  if (bound === undefined) return call;
  const name = /^\* as (\S+)$/.exec(bound)?.[1];
  if (name !== undefined) return `const ${name} = ${call}`;
  const list = bound.startsWith("{")
    ? bound.replace(/(\S+) as (\S+)/g, "$1: $2")
    : `{ default: ${bound} }`;
  return `const ${list} = ${call}`;
}

/** A block as a comment, with the reason. */
function leftOut(
  place: string,
  bodies: readonly string[],
  reason: string,
): string {
  const lines = bodies.join("\n").split("\n");
  return [
    `// Typed in ${place}, and left out: no function can do it, since ${reason}.`,
    ...lines.map((line) => `// ${line}`),
    ";",
  ].join("\n");
}
