/**
 * `deno doc` over `mod.ts` -> `repl/docs.json`, which `help()` reads.
 *
 * With `--check` nothing is written; the exit code says whether the file is
 * up to date.
 *
 * @module
 */

import type { DocEntry, DocIndex } from "../help.ts";
import { type Node, parse, walk } from "../parse.ts";

interface JsDoc {
  readonly doc?: string;
  readonly tags?: readonly {
    readonly kind: string;
    readonly name?: string;
    readonly doc?: string;
    readonly tsType?: { readonly repr: string };
  }[];
}

interface Place {
  readonly filename: string;
  readonly line: number;
  readonly col: number;
}

interface Member {
  readonly name: string;
  readonly jsDoc?: JsDoc;
  readonly location: Place;
}

interface Declaration {
  readonly kind: string;
  readonly jsDoc?: JsDoc;
  readonly location: Place;
  readonly declarationKind: string;
  readonly def?: {
    readonly elements?: readonly DocSymbol[];
    readonly constructors?: readonly Member[];
    readonly properties?: readonly Member[];
    readonly methods?: readonly Member[];
  };
}

interface DocSymbol {
  readonly name: string;
  readonly declarations: readonly Declaration[];
}

const root = new URL("../../", import.meta.url);
const target = new URL("repl/docs.json", root);

/** Makes the index from the sources. */
export async function docIndex(): Promise<string> {
  const { stdout, success } = await new Deno.Command(Deno.execPath(), {
    args: ["doc", "--json", "mod.ts"],
    cwd: root,
    stderr: "inherit",
  }).output();
  if (!success) throw new Error("deno doc failed; see above");
  const { nodes } = JSON.parse(new TextDecoder().decode(stdout)) as {
    nodes: Record<string, { symbols: readonly DocSymbol[] }>;
  };
  const index: Record<string, DocEntry> = {};
  for (const { symbols } of Object.values(nodes)) {
    for (const symbol of symbols) add(index, "net", symbol);
  }
  const sorted = Object.entries(index).sort(([a], [b]) => a < b ? -1 : 1);
  return `${
    JSON.stringify(Object.fromEntries(sorted) satisfies DocIndex, null, 1)
  }\n`;
}

function add(
  index: Record<string, DocEntry>,
  parent: string,
  { name, declarations }: DocSymbol,
): void {
  const path = `${parent}.${name}`;
  // A class and an interface of one name are one thing, told by the class.
  const first = declarations.find(({ kind }) => kind === "class") ??
    declarations[0];
  if (!first || first.declarationKind === "private") return;
  const documented = declarations.find(({ jsDoc }) => jsDoc?.doc) ?? first;
  const entry = describe(first.kind, documented.jsDoc);
  if (first.kind === "namespace") {
    index[path] = entry;
    for (const element of first.def?.elements ?? []) add(index, path, element);
    return;
  }
  const { constructors = [], properties = [], methods = [] } = first.def ?? {};
  const isType = first.kind === "class" || first.kind === "interface";
  index[path] = {
    ...entry,
    signatures: isType
      ? constructors.map(({ location }) =>
        signature(location).replace(/^constructor/, `new ${name}`)
      )
      // What implements overloads is nobody's to call.
      : declarations.slice(0, Math.max(1, declarations.length - 1)).map((
        { location },
      ) => signature(location)),
  };
  for (const member of [...properties, ...methods]) {
    if (member.name.startsWith("[")) continue;
    index[`${path}.${member.name}`] = {
      ...describe(
        methods.includes(member) ? "method" : "property",
        member.jsDoc,
      ),
      signatures: [signature(member.location)],
    };
  }
}

function describe(kind: string, jsDoc: JsDoc | undefined): DocEntry {
  const tags = jsDoc?.tags ?? [];
  const texts = (wanted: string) =>
    tags.filter(({ kind }) => kind === wanted).map(({ doc = "" }) => tidy(doc));
  return {
    kind,
    doc: tidy(jsDoc?.doc ?? ""),
    ...some(
      "params",
      tags.filter(({ kind }) => kind === "param").map((
        { name = "", doc = "" },
      ): [string, string] => [name, tidy(doc)]),
    ),
    ...some("returns", texts("return")),
    ...some(
      "throws",
      tags.filter(({ kind }) => kind === "throws").map((
        { tsType, doc = "" },
      ) => tidy(tsType ? `${tsType.repr}: ${doc}` : doc)),
    ),
    ...some("see", texts("see")),
    ...some("examples", texts("example").map(exampleCode)),
  };
}

function some<K extends string, T>(
  key: K,
  values: T[],
): Partial<Record<K, T[]>> {
  return (values.length > 0 ? { [key]: values } : {}) as Partial<
    Record<K, T[]>
  >;
}

function tidy(doc: string): string {
  return doc.trim()
    .replace(/\{@linkcode ([^}]+)\}/g, "`$1`")
    .replace(/\{@link ([^}]+)\}/g, "$1")
    .replace(/@default \{((?:[^{}]|\{[^{}]*\})*)\}/g, "(default: $1)");
}

/** What a reader would type: no fence, no imports of what the prompt has. */
function exampleCode(doc: string): string {
  const code = /```ts[^\n]*\n([\s\S]*?)```/.exec(doc)?.[1] ?? doc;
  return code.replace(/^import \* as net from "netrepl";\n/m, "").trim();
}

const parsed = new Map<string, { text: string; nodes: Map<string, Node> }>();

/** The declaration at a place (lines count from 0), as its source has it, without its body. */
function signature({ filename, line, col }: Place): string {
  const { text, nodes } = sourceOf(filename);
  const node = nodes.get(`${line + 1}:${col}`);
  if (!node) return "";
  return text.slice(node.start, signatureEnd(node))
    .replace(/^export\s+(default\s+)?/, "")
    .replace(/^(?:async\s+)?function\s+/, "")
    .replace(/\/\*\*[\s\S]*?\*\//g, "")
    .replace(/\s+/g, " ")
    .replace(/([([{]) | (?=[)\]])/g, (_, open) => open ?? "")
    .replace(/,([)\]])/g, "$1")
    .replace(/[;=\s]+$/, "")
    .trim();
}

function signatureEnd(node: Node): number {
  const { declaration, body, value, declarations, init: own } = node as Node & {
    declaration?: Node | null;
    body?: Node | null;
    value?: Node | null;
    declarations?: readonly { init: Node | null }[];
    init?: Node | null;
  };
  if (declaration) return signatureEnd(declaration);
  if (node.type === "MethodDefinition" && value) return signatureEnd(value);
  if (/Function/.test(node.type) && body) return body.start;
  if (node.type === "PropertyDefinition" && value) return value.start;
  // A constant is named at its own place, or at its declaration's.
  const init = declarations?.[0]?.init ?? own;
  return init && node.end - node.start > 200 ? init.start : node.end;
}

function sourceOf(filename: string) {
  const known = parsed.get(filename);
  if (known) return known;
  const text = Deno.readTextFileSync(new URL(filename));
  const nodes = new Map<string, Node>();
  // The parser does not know `<const T>`; blanks keep every place.
  const parsable = text.replaceAll("<const ", "<      ");
  walk(parse(parsable), (node) => {
    const { line, column } = node.loc!.start;
    const key = `${line}:${column}`;
    // The outermost node at a place is the whole declaration.
    if (!nodes.has(key) && node.type !== "Program") nodes.set(key, node);
  });
  const source = { text, nodes };
  parsed.set(filename, source);
  return source;
}

if (import.meta.main) {
  const text = await docIndex();
  if (Deno.args.includes("--check")) {
    const written = await Deno.readTextFile(target).catch(() => "");
    if (written !== text) {
      console.error("repl/docs.json is stale. Try: deno task doc:index");
      Deno.exit(1);
    }
  } else await Deno.writeTextFile(target, text);
}
