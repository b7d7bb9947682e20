/**
 * What a type has from others: `interface A extends B, Pick<C, "x">`, a class
 * from its base, an alias of these. `deno doc` names the others, and no more.
 *
 * @module
 */

import type { Node } from "../parse.ts";
import { nodeAt, type Place, sourceOf } from "./source.ts";

/** A member of a type. */
export interface TypeMember {
  readonly name: string;
  readonly kind: "method" | "property";
  /** The text of its docstring, as deno doc would give it. */
  readonly doc: string;
  readonly place: Place;
}

/** A node, and the file in which the names in it mean something. */
interface Scoped {
  readonly node: Syntax;
  readonly file: string;
}

/** What is looked at of nodes. */
interface Syntax extends Node {
  readonly name?: string;
  readonly declaration?: Syntax | null;
  readonly declarations?: readonly Syntax[];
  readonly id?: Syntax;
  readonly body?: { readonly body: readonly Syntax[] };
  readonly extends?: readonly Syntax[];
  readonly superClass?: Syntax | null;
  readonly members?: readonly Syntax[];
  readonly types?: readonly Syntax[];
  readonly typeAnnotation?: Syntax;
  readonly typeName?: Syntax;
  readonly expression?: Syntax;
  readonly literal?: { readonly value: unknown };
  readonly typeArguments?: { readonly params: readonly Syntax[] };
  readonly typeParameters?: { readonly params: readonly Syntax[] };
  readonly specifiers?: readonly Syntax[];
  readonly source?: { readonly value: string } | null;
  readonly local?: Syntax;
  readonly imported?: Syntax;
  readonly exported?: Syntax | null;
  readonly key?: Syntax;
  readonly computed?: boolean;
  readonly kind?: string;
  readonly accessibility?: string;
  readonly static?: boolean;
}

/** Types that have the members of their argument. */
const ALIKE = new Set(["Partial", "Required", "Readonly", "NonNullable"]);

/**
 * The members that a type has from others.
 *
 * @param place Where it is declared: an interface, a class or an alias.
 */
export function inheritedMembers(place: Place): TypeMember[] {
  const node = nodeAt(place) as Syntax | undefined;
  if (!node) return [];
  const type = { node: node.declaration ?? node, file: place.filename };
  const own = new Set(ownMembers(type).map(({ name }) => name));
  return membersOf(type).filter(({ name }) => !own.has(name));
}

/** All members of a declaration, its own first. */
function membersOf(type: Scoped): TypeMember[] {
  const { node, file } = type;
  const others = node.type === "TSTypeAliasDeclaration"
    ? [node.typeAnnotation!]
    : [...node.extends ?? [], ...node.superClass ? [node.superClass] : []];
  const all = [
    ...ownMembers(type),
    ...others.flatMap((other) => meant({ node: other, file })),
  ];
  const first = new Map<string, TypeMember>();
  for (const member of all) {
    if (!first.has(member.name)) first.set(member.name, member);
  }
  return [...first.values()];
}

/** The members of a type as it is written. */
function meant({ node, file }: Scoped): TypeMember[] {
  const { typeAnnotation, types = [], typeName = node.expression ?? node } =
    node;
  if (node.type === "TSTypeLiteral") return ownMembers({ node, file });
  if (node.type === "TSParenthesizedType") {
    return meant({ node: typeAnnotation!, file });
  }
  if (node.type === "TSIntersectionType") {
    return types.flatMap((node) => meant({ node, file }));
  }
  const { name } = typeName;
  if (name === undefined) return [];
  const [first, second] = (node.typeArguments ?? node.typeParameters)?.params ??
    [];
  if (first && ALIKE.has(name)) return meant({ node: first, file });
  if (first && second && (name === "Pick" || name === "Omit")) {
    const keys = new Set(
      (second.types ?? [second]).map(({ literal }) => literal?.value),
    );
    return meant({ node: first, file }).filter((member) =>
      keys.has(member.name) === (name === "Pick")
    );
  }
  const declared = declarationOf(file, name);
  return declared ? membersOf(declared) : [];
}

function ownMembers({ node, file }: Scoped): TypeMember[] {
  const { text } = sourceOf(file);
  return (node.body?.body ?? node.members ?? []).flatMap((member) => {
    const { key, computed, kind, accessibility } = member;
    const isHidden = key?.type !== "Identifier" || computed || member.static ||
      kind === "constructor" || (accessibility ?? "public") !== "public";
    if (isHidden) return [];
    const { line, column } = member.loc!.start;
    const isMethod = /Method/.test(member.type) && kind === "method";
    return [{
      name: key.name!,
      kind: isMethod ? "method" : "property",
      doc: docBefore(text, member.start),
      place: { filename: file, line: line - 1, col: column },
    }];
  });
}

/** The docstring that ends where a node begins, without its tags. */
function docBefore(text: string, start: number): string {
  const before = text.slice(Math.max(0, start - 4000), start);
  const [, inside = ""] = /.*\/\*\*(.*?)\*\/\s*$/s.exec(before) ?? [];
  return inside.replace(/^[ \t]*\* ?/gm, "")
    .replace(/^@(param|returns?|throws|see|example)\b[\s\S]*/m, "").trim();
}

/** Where a name of a file is declared, there or where it comes from. */
function declarationOf(file: string, name: string): Scoped | undefined {
  for (const each of sourceOf(file).program.body) {
    const node = each as unknown as Syntax;
    const { source, specifiers = [], exported } = node;
    if (!source) {
      const declared = node.declaration ?? node;
      if (
        declared.id?.name === name &&
        /Interface|Class|TypeAlias/.test(declared.type)
      ) return { node: declared, file };
      continue;
    }
    // What comes from packages is theirs to tell.
    if (!source.value.startsWith(".")) continue;
    const from = new URL(source.value, file).href;
    for (const { local, imported, exported } of specifiers) {
      const outer = imported ? local : exported;
      const inner = imported ?? local;
      if (outer?.name === name && inner?.name) {
        return declarationOf(from, inner.name);
      }
    }
    if (node.type === "ExportAllDeclaration" && !exported) {
      const found = declarationOf(from, name);
      if (found) return found;
    }
  }
  return undefined;
}
