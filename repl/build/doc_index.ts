/**
 * `deno doc` over `mod.ts` -> `repl/docs.json`, which `help()` reads.
 *
 * With `--check` nothing is written; the exit code says whether the file is
 * up to date.
 *
 * @module
 */

import type { DocEntry, DocIndex } from "../help.ts";
import type { Node } from "../parse.ts";
import { inheritedMembers } from "./inherited.ts";
import { nodeAt, type Place, sourceOf } from "./source.ts";

interface JsDoc {
  readonly doc?: string;
  readonly tags?: readonly {
    readonly kind: string;
    readonly name?: string;
    readonly doc?: string;
    readonly tsType?: { readonly repr: string };
  }[];
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
    readonly target?: Place;
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
  // Each namespace by its own file: within another one, `deno doc` leaves out
  // what a file exports by name from elsewhere.
  const files = new Map([["net", new URL("mod.ts", root).href]]);
  for (const [path, file] of files) {
    for (const [name, inner] of namespacesIn(file)) {
      files.set(`${path}.${name}`, inner);
    }
  }
  const { stdout, success } = await new Deno.Command(Deno.execPath(), {
    args: ["doc", "--json", ...new Set(files.values())],
    cwd: root,
    stderr: "inherit",
  }).output();
  if (!success) throw new Error("deno doc failed; see above");
  const { nodes } = JSON.parse(new TextDecoder().decode(stdout)) as {
    nodes: Record<string, { symbols: readonly DocSymbol[] }>;
  };
  // What two files export is told in full for one of them alone.
  const byPlace = new Map<string, readonly Declaration[]>();
  for (const { symbols } of Object.values(nodes)) {
    for (const { declarations } of symbols) {
      for (const { kind, location } of declarations) {
        if (kind !== "reference") byPlace.set(keyOf(location), declarations);
      }
    }
  }
  const index: Record<string, DocEntry> = {};
  for (const [path, file] of files) {
    for (const { name, declarations } of nodes[file]!.symbols) {
      const target = declarations[0]?.def?.target;
      const meant = target && byPlace.get(keyOf(target)) || declarations;
      add(index, path, { name, declarations: meant });
    }
  }
  const sorted = Object.entries(index).sort(([a], [b]) => a < b ? -1 : 1);
  return `${
    JSON.stringify(Object.fromEntries(sorted) satisfies DocIndex, null, 1)
  }\n`;
}

function keyOf({ filename, line, col }: Place): string {
  return `${filename}:${line}:${col}`;
}

/** The namespaces that a file exports, also by way of others: name and file. */
function namespacesIn(file: string): [name: string, file: string][] {
  const text = Deno.readTextFileSync(new URL(file));
  const exports = text.matchAll(/^export \* (?:as (\w+) )?from "([^"]+)"/gm);
  return [...exports].flatMap(([, name, path]): [string, string][] => {
    const inner = new URL(path!, file).href;
    return name === undefined ? namespacesIn(inner) : [[name, inner]];
  });
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
      // By the name under which it is exported.
      : signatures(declarations).map((text) =>
        first.kind === "function" ? text.replace(/^[\w$]+/, name) : text
      ),
  };
  const members = { property: properties, method: methods };
  for (const [kind, all] of Object.entries(members)) {
    for (const [member, forms] of Map.groupBy(all, ({ name }) => name)) {
      if (member.startsWith("[")) continue;
      const { jsDoc } = forms.find(({ jsDoc }) => jsDoc?.doc) ?? forms[0]!;
      index[`${path}.${member}`] = {
        ...describe(kind, jsDoc),
        signatures: signatures(forms),
      };
    }
  }
  if (!isType && first.kind !== "typeAlias") return;
  for (const { name, kind, doc, place } of inheritedMembers(first.location)) {
    index[`${path}.${name}`] ??= {
      kind,
      doc: tidy(doc),
      signatures: [signature(place)],
    };
  }
}

/** The forms of a function; what implements overloads is nobody's to call. */
function signatures(forms: readonly { readonly location: Place }[]): string[] {
  return forms.slice(0, Math.max(1, forms.length - 1))
    .map(({ location }) => signature(location));
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

/** The declaration at a place (lines count from 0), as its source has it, without its body. */
function signature(place: Place): string {
  const node = nodeAt(place);
  if (!node) return "";
  return sourceOf(place.filename).text.slice(node.start, signatureEnd(node))
    .replace(/^export\s+(default\s+)?/, "")
    // What it gives says whether it is to be waited for, or looped over.
    .replace(/^(?:async\s+)?function\b\s*\*?\s*/, "")
    .replace(/^((?:static\s+|override\s+)*)async\s+(?=[\w$*#])/, "$1")
    .replace(/^((?:static\s+|override\s+)*)\*\s*/, "$1")
    .replace(/\/\*\*[\s\S]*?\*\//g, "")
    .replace(/\s+/g, " ")
    .replace(/([([{]) | (?=[)\]])/g, (_, open) => open ?? "")
    .replace(/,([)\]])/g, "$1")
    .replace(/^([\w$]+) = (.*) =>\s*$/, "$1$2")
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
  if (init?.type === "ArrowFunctionExpression") return signatureEnd(init);
  return init && node.end - node.start > 200 ? init.start : node.end;
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
