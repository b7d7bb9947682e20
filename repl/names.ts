/**
 * Which names an entry declares and which it uses.
 *
 * @module
 */

import type { Identifier, Node, Pattern, Program, Statement } from "./parse.ts";
import { walk } from "./parse.ts";

/** One place where a name is used or declared. */
export interface Occurrence {
  readonly name: string;
  readonly start: number;
  readonly end: number;
  /** `{ name }`: the text stands for a key as well. */
  readonly shorthand: boolean;
  /** Inside a function or class body, so that it may be read later. */
  readonly captured: boolean;
  /** On the left of an assignment. */
  readonly assigned: boolean;
}

/** Every name that stands for a binding, in source order; keys are left out. */
export function occurrences(program: Node): Occurrence[] {
  const found: Occurrence[] = [];
  walk(program, (node, ancestors) => {
    if (node.type !== "Identifier") return;
    const parent = ancestors.at(-1);
    if (parent && isKey(node, parent)) return;
    const { name, start } = node as Identifier;
    found.push({
      name,
      start,
      // A typed binding's node may span its annotation: the name is shorter.
      end: start + name.length,
      shorthand: parent?.type === "Property" &&
        (parent as Node & { shorthand: boolean }).shorthand,
      captured: ancestors.some(({ type }) =>
        /Function|Class|^(Method|Property)Definition$/.test(type)
      ),
      assigned: parent !== undefined && isTarget(node, parent),
    });
  });
  return found;
}

function isKey(node: Node, parent: Node): boolean {
  const {
    computed,
    property,
    key,
    label,
    shorthand,
    imported,
    exported,
    right,
  } = parent as Node & Record<string, unknown>;
  switch (parent.type) {
    case "MemberExpression":
      return property === node && !computed;
    case "Property":
      return key === node && !computed &&
        !(shorthand && (parent as Node & { value: unknown }).value === node);
    case "MethodDefinition":
    case "PropertyDefinition":
    case "TSPropertySignature":
    case "TSMethodSignature":
    case "TSAbstractMethodDefinition":
    case "TSAbstractPropertyDefinition":
      return key === node && !computed;
    case "LabeledStatement":
    case "BreakStatement":
    case "ContinueStatement":
      return label === node;
    case "ImportSpecifier":
      return imported === node;
    case "ExportSpecifier":
      return exported === node;
    case "TSQualifiedName":
      return right === node;
    case "TSEnumMember":
      return (parent as Node & { id: unknown }).id === node;
    default:
      return parent.type === "MetaProperty";
  }
}

function isTarget(node: Node, parent: Node): boolean {
  if (parent.type === "AssignmentExpression") {
    return (parent as Node & { left: Node }).left === node;
  }
  return parent.type === "UpdateExpression" ||
    (/^For(In|Of)Statement$/.test(parent.type) &&
      (parent as Node & { left: Node }).left === node);
}

/** The names that a top-level statement declares, types included. */
export function declaredNames(statement: Program["body"][number]): string[] {
  switch (statement.type as string) {
    case "VariableDeclaration":
      return (statement as Statement & {
        declarations: { id: Pattern }[];
      })
        .declarations.flatMap(({ id }) => boundNames(id));
    case "FunctionDeclaration":
    case "ClassDeclaration":
    case "TSTypeAliasDeclaration":
    case "TSInterfaceDeclaration":
    case "TSEnumDeclaration":
    case "TSModuleDeclaration": {
      const { id } = statement as unknown as { id: Identifier | null };
      return id ? [id.name] : [];
    }
    case "ExportNamedDeclaration":
    case "ExportDefaultDeclaration": {
      const { declaration } = statement as unknown as {
        declaration: Statement | null;
      };
      return declaration ? declaredNames(declaration) : [];
    }
    default:
      return [];
  }
}

/** The names that a pattern binds. */
export function boundNames(pattern: Pattern): string[] {
  switch (pattern.type) {
    case "Identifier":
      return [pattern.name];
    case "ObjectPattern":
      return pattern.properties.flatMap((property) =>
        boundNames(
          property.type === "RestElement" ? property.argument : property.value,
        )
      );
    case "ArrayPattern":
      return pattern.elements.flatMap((element) =>
        element ? boundNames(element) : []
      );
    case "RestElement":
      return boundNames(pattern.argument);
    case "AssignmentPattern":
      return boundNames(pattern.left);
    default:
      return [];
  }
}
