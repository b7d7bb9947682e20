/**
 * One entry as it was typed -> JavaScript for V8's REPL mode.
 *
 * Redeclaring a name is fine at a prompt, so every top-level declaration
 * becomes a `let`; static imports become dynamic ones; loops get a guard that
 * Ctrl-C can trip. The result keeps a map back to the text as it was typed, so
 * that errors name the reader's own lines.
 *
 * @module
 */

import { assemble, closing, type Edit } from "./edits.ts";
import { boundNames } from "./names.ts";
import {
  type Class,
  EntryError,
  type FunctionDeclaration,
  type Identifier,
  type ImportDeclaration,
  type Node,
  parse,
  type Program,
  type Statement,
  type VariableDeclaration,
  walk,
} from "./parse.ts";
/** How the types are to be taken out of rewritten code. */
export type TypeMode = "none" | "strip" | "transform";

/** One entry, ready for V8 once its types are out. */
export interface Rewritten {
  /** Code for V8, still with its types where `types` is not `"none"`. */
  readonly code: string;
  /** How to take the types out. */
  readonly types: TypeMode;
  /** The text that was parsed: the entry, in brackets if it is an object. */
  readonly text: string;
  /** Whether it declares nothing and waits for nothing. */
  readonly isExpression: boolean;
  /** Offset in `code` -> offset in the entry as it was typed. */
  sourceOffset(offset: number): number;
}

/** The property of the global object through which rewritten code reaches the kernel. */
export const KERNEL = "__netrepl";

const TRANSFORMED = new Set([
  "TSEnumDeclaration",
  "TSModuleDeclaration",
  "TSParameterProperty",
  "TSImportEqualsDeclaration",
  "TSExportAssignment",
]);

/**
 * Rewrites one entry.
 *
 * @param source The entry as it was typed.
 * @throws {EntryError} If it does not parse.
 */
export function rewrite(source: string): Rewritten {
  let program: Program;
  let text = source;
  let shift = 0;
  // `{ a: 1 }` reads as a block; at a prompt it is meant as an object.
  const object = /^\s*\{/.test(source) && !/;\s*$/.test(source) &&
    tryParse(`(${source}\n)`);
  if (object) {
    program = object;
    text = `(${source}\n)`;
    shift = 1;
  } else {
    program = parse(source);
  }
  let types: TypeMode = "none";
  let isExpression = program.body.every(({ type }) =>
    type === "ExpressionStatement"
  );
  const edits: Edit[] = [];
  const hoisted: FunctionDeclaration[] = [];
  const declared = new Set<string>();
  for (const statement of program.body) {
    rewriteStatement(statement, text, edits, hoisted, declared);
  }
  walk(program, (node, ancestors) => {
    if (isTyped(node)) {
      if (types === "none") types = "strip";
      if ((node as { declare?: boolean }).declare) return false;
      if (TRANSFORMED.has(node.type)) types = "transform";
    }
    if (node.type === "Decorator") {
      throw new EntryError("decorators do not run at the prompt", node.start);
    }
    rewriteNode(node, text, edits);
    if (!ancestors.some(({ type }) => /Function|StaticBlock/.test(type))) {
      if (rewriteWait(node, edits)) isExpression = false;
    }
  });
  return {
    ...assemble(text, edits, hoisted, shift, source.length),
    types,
    text,
    isExpression,
  };
}

/** Marks that only TypeScript puts on a node, besides nodes of its own. */
const TYPED = [
  "abstract",
  "accessibility",
  "declare",
  "definite",
  "override",
  "readonly",
] as const;

/** Whether a node is something that JavaScript does not have. */
function isTyped(node: Node): boolean {
  if (node.type.startsWith("TS") || isTypeOnly(node)) return true;
  const marks = node as Node & Record<string, unknown>;
  return TYPED.some((mark) => marks[mark]) ||
    // `a?: T`; in a chain, `a?.b`, JavaScript says it too.
    (marks.optional === true && !/^(Member|Call)Expression$/.test(node.type));
}

function tryParse(text: string): Program | undefined {
  try {
    return parse(text);
  } catch {
    return undefined;
  }
}

/** What only the top level of an entry needs. */
function rewriteStatement(
  statement: Program["body"][number],
  text: string,
  edits: Edit[],
  hoisted: FunctionDeclaration[],
  declared: Set<string>,
): void {
  switch (statement.type) {
    case "ImportDeclaration":
      edits.push({
        start: statement.start,
        end: statement.end,
        text: importCode(statement, text),
      });
      return;
    case "ExportNamedDeclaration":
      if (statement.declaration) {
        edits.push({
          start: statement.start,
          end: statement.declaration.start,
          text: "",
        });
        rewriteStatement(
          statement.declaration as Statement,
          text,
          edits,
          hoisted,
          declared,
        );
        return;
      }
      edits.push({
        start: statement.start,
        end: statement.end,
        text: statement.source && !isTypeOnly(statement)
          ? `await ${KERNEL}.import(${statement.source.raw});`
          : ";",
      });
      return;
    case "ExportAllDeclaration":
      edits.push({
        start: statement.start,
        end: statement.end,
        text: isTypeOnly(statement)
          ? ";"
          : `await ${KERNEL}.import(${statement.source.raw});`,
      });
      return;
    case "ExportDefaultDeclaration": {
      const { declaration } = statement;
      const named = "id" in declaration && declaration.id;
      edits.push({
        start: statement.start,
        end: declaration.start,
        text: named ? "" : "(",
      });
      if (named) {
        rewriteStatement(
          declaration as unknown as Statement,
          text,
          edits,
          hoisted,
          declared,
        );
      } else {edits.push({
          start: declaration.end,
          end: declaration.end,
          text: ")",
        });}
      return;
    }
    case "FunctionDeclaration":
      if (statement.body) hoisted.push(statement);
      return;
    case "ClassDeclaration":
      if (!(statement as { declare?: boolean }).declare) {
        edits.push(...classEdits(statement, text));
      }
      return;
    case "VariableDeclaration":
      if (!(statement as { declare?: boolean }).declare) {
        edits.push(...variableEdits(statement, declared));
      }
      return;
  }
}

function isTypeOnly(node: Node): boolean {
  const { importKind, exportKind } = node as {
    importKind?: string;
    exportKind?: string;
  };
  return (importKind ?? exportKind) === "type";
}

/** `import a, { b as c } from "x"` -> `let { default: a, b: c } = await …` */
function importCode(statement: ImportDeclaration, text: string): string {
  if (isTypeOnly(statement)) return ";";
  const names: string[] = [];
  const bindings: string[] = [];
  let namespace: string | undefined;
  for (const specifier of statement.specifiers) {
    if (isTypeOnly(specifier)) continue;
    const local = specifier.local.name;
    if (specifier.type === "ImportNamespaceSpecifier") namespace = local;
    else {
      const imported = specifier.type === "ImportDefaultSpecifier"
        ? "default"
        : specifier.imported.type === "Identifier"
        ? specifier.imported.name
        : String(specifier.imported.value);
      names.push(JSON.stringify(imported));
      bindings.push(`${JSON.stringify(imported)}: ${local}`);
    }
  }
  const { attributes } = statement;
  const first = attributes?.[0];
  const last = attributes?.at(-1);
  const given = first && last
    ? `{ with: { ${text.slice(first.start, last.end)} } }`
    : "undefined";
  const call =
    `await ${KERNEL}.import(${statement.source.raw}, ${given}, [${names}])`;
  const code = namespace === undefined
    ? bindings.length > 0
      ? `let { ${bindings} } = ${call};`
      : `${call}; void 0;`
    : `let ${namespace} = ${call};` +
      (bindings.length > 0 ? ` let { ${bindings} } = ${namespace};` : "");
  // Line numbers after a multi-line import stay as they were.
  return code +
    "\n".repeat(
      text.slice(statement.start, statement.end).split("\n").length - 1,
    );
}

function classEdits(
  statement: Class & { id: Identifier | null },
  text: string,
): Edit[] {
  const { id, start, end } = statement;
  if (!id) return [];
  return [
    // A class expression takes no `abstract`.
    {
      start,
      end: text.startsWith("abstract", start)
        ? start + "abstract".length
        : start,
      text: `let ${id.name} = `,
    },
    closing(end, ";"),
  ];
}

function variableEdits(
  statement: VariableDeclaration,
  declared: Set<string>,
): Edit[] {
  const { kind, declarations } = statement;
  const keyword = declarations[0]!.start;
  if (kind === "using" || kind === "await using") {
    // Held for the session, which is the scope that a prompt has.
    return [
      { start: statement.start, end: keyword, text: "let " },
      ...declarations.flatMap(({ init }) =>
        init
          ? [
            { start: init.start, end: init.start, text: `${KERNEL}.hold(` },
            closing(init.end, ")"),
          ]
          : []
      ),
    ];
  }
  const names = declarations.flatMap(({ id }) => boundNames(id));
  const again = kind === "var" && names.some((name) => declared.has(name));
  for (const name of names) declared.add(name);
  if (again) {
    // `var x = 1; var x = 2` in one entry: the second is an assignment.
    const simple = declarations.every(({ id }) => id.type === "Identifier");
    if (!simple) return [];
    return [
      { start: statement.start, end: keyword, text: ";" },
      ...declarations.flatMap(({ id, init }) =>
        init ? [] : [{ start: id.start, end: id.end, text: "void 0" }]
      ),
    ];
  }
  return [{
    start: statement.start,
    end: statement.start + kind.length,
    text: "let".padEnd(kind.length),
  }];
}

/** What any depth needs: loop guards, dynamic imports, `import.meta`. */
function rewriteNode(
  node: Node,
  text: string,
  edits: Edit[],
): void {
  switch (node.type) {
    case "WhileStatement":
    case "DoWhileStatement":
    case "ForStatement":
    case "ForInStatement":
    case "ForOfStatement": {
      const { body } = node as Node & { body: Node };
      const guard = `${KERNEL}.guard();`;
      if (body.type === "BlockStatement") {
        const at = body.start + 1;
        edits.push({ start: at, end: at, text: guard });
      } else {
        edits.push({ start: body.start, end: body.start, text: `{${guard}` });
        edits.push(closing(body.end, "}"));
      }
      return;
    }
    case "ImportExpression":
      edits.push({
        start: node.start,
        end: node.start + "import".length,
        text: `${KERNEL}.import`,
      });
      return;
    case "MetaProperty":
      if (text.startsWith("import", node.start)) {
        edits.push({
          start: node.start,
          end: node.end,
          text: `${KERNEL}.meta`,
        });
      }
      return;
  }
}

/**
 * Waits of the entry itself can be ended by Ctrl-C. That also keeps alive what
 * they wait for: V8 reports a wait whose promise was collected to its
 * inspector in the middle of the collection, which ends the process.
 *
 * @returns Whether the node waits.
 */
function rewriteWait(node: Node, edits: Edit[]): boolean {
  const wrap = ({ start, end }: Node, name: string) => {
    edits.push({ start, end: start, text: `${KERNEL}.${name}(` });
    edits.push(closing(end, ")"));
  };
  if (node.type === "AwaitExpression") {
    wrap((node as Node & { argument: Node }).argument, "until");
    return true;
  }
  if (node.type === "ForOfStatement") {
    const { await: waits, right } = node as Node & {
      await: boolean;
      right: Node;
    };
    if (waits) wrap(right, "each");
    return waits;
  }
  return false;
}
