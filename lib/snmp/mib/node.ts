/**
 * The tree of every loaded module, and its nodes.
 *
 * @module
 */

import { type Canvas, canvas } from "../../inspect/canvas.ts";
import type { Definition, ModuleDefinition, SyntaxRef } from "./definition.ts";
import type {
  MibAccess,
  MibIndex,
  MibKind,
  MibNode,
  MibStatus,
  MibSyntax,
} from "./object.ts";
import { renderNode } from "./show.ts";

/** The longest row of tables that add to each other, and more than is. */
const MOST_AUGMENTS = 8;

/** A place in the tree: a number below another, named or not. */
export interface Branch {
  readonly arc: number;
  readonly oid: string;
  /** How many numbers its OID has. */
  readonly depth: number;
  readonly parent: Branch | undefined;
  /** What has this OID, the preferred name first. */
  readonly nodes: Node[];
  children: Map<number, Branch> | undefined;
}

/** What a node asks of the modules around it. */
export interface Surroundings {
  syntaxOf(ref: SyntaxRef, module: ModuleDefinition): MibSyntax | undefined;
  nodeIn(module: ModuleDefinition, name: string): Node | undefined;
}

/** One node, which reads most of its facts where it is asked for them. */
export class Node implements MibNode {
  readonly name: string;
  readonly oid: string;
  readonly module: string;
  kind: MibKind;
  readonly #branch: Branch;
  readonly #definition: Definition;
  readonly #module: ModuleDefinition;
  readonly #around: Surroundings;
  #syntax: MibSyntax | undefined | null = null;
  #indexes: readonly MibIndex[] | undefined;

  constructor(
    definition: Definition,
    branch: Branch,
    module: ModuleDefinition,
    around: Surroundings,
  ) {
    this.name = definition.name;
    this.oid = branch.oid;
    this.module = module.name;
    this.kind = firstKind(definition);
    this.#branch = branch;
    this.#definition = definition;
    this.#module = module;
    this.#around = around;
  }

  get syntax(): MibSyntax | undefined {
    if (this.#syntax !== null) return this.#syntax;
    const { syntax } = this.#definition;
    const isLeaf = this.kind === "scalar" || this.kind === "column";
    return this.#syntax = isLeaf && syntax !== undefined
      ? this.#around.syntaxOf(syntax, this.#module)
      : undefined;
  }

  get enums(): Readonly<Record<string, number>> | undefined {
    return this.syntax?.enums;
  }

  get hint(): string | undefined {
    return this.syntax?.hint;
  }

  get access(): MibAccess | undefined {
    return this.#definition.access;
  }

  get status(): MibStatus | undefined {
    return this.#definition.status;
  }

  get units(): string | undefined {
    return this.#definition.units;
  }

  get description(): string | undefined {
    return this.#definition.description;
  }

  get defaultText(): string | undefined {
    return this.#definition.defaultText;
  }

  get parent(): MibNode | undefined {
    for (let up = this.#branch.parent; up !== undefined; up = up.parent) {
      if (up.nodes.length > 0) return besides(this, up);
    }
    return undefined;
  }

  get augments(): MibNode | undefined {
    const { augments } = this.#definition;
    return augments === undefined
      ? undefined
      : this.#around.nodeIn(this.#module, augments);
  }

  get objects(): readonly MibNode[] {
    return (this.#definition.objects ?? []).flatMap((name) =>
      this.#around.nodeIn(this.#module, name) ?? []
    );
  }

  get indexes(): readonly MibIndex[] {
    return this.#indexes ??= this.#readIndexes();
  }

  #readIndexes(): readonly MibIndex[] {
    const { kind } = this;
    if (kind === "column") return this.parent?.indexes ?? [];
    if (kind === "table") {
      return this.children().find((row) => row.kind === "row")?.indexes ?? [];
    }
    return kind === "row" ? this.#rowIndexes(MOST_AUGMENTS) : [];
  }

  #rowIndexes(depth: number): readonly MibIndex[] {
    const { indexes, augments } = this.#definition;
    if (indexes === undefined) {
      // A row that adds to one that adds to it would ask without end.
      const row = augments === undefined || depth === 0
        ? undefined
        : this.#around.nodeIn(this.#module, augments);
      return row === undefined ? [] : row.#rowIndexes(depth - 1);
    }
    return indexes.flatMap(({ name, implied }) => {
      const node = this.#around.nodeIn(this.#module, name);
      const syntax = node?.syntax ??
        this.#around.syntaxOf({ type: name }, this.#module);
      return syntax === undefined ? [] : { name, implied, syntax, node };
    });
  }

  children(): Node[] {
    const found: Node[] = [];
    collect(this, this.#branch, found);
    return found;
  }

  toJSON(): Record<string, unknown> {
    const { name, oid, module, kind, syntax, access, status, units } = this;
    const facts = {
      name,
      oid,
      module,
      kind,
      syntax: syntax && { ...syntax, ranges: syntax.ranges?.map(pair) },
      access,
      status,
      units,
      indexes: this.indexes.length === 0
        ? undefined
        : this.indexes.map(({ name, implied }) => ({ name, implied })),
      objects: this.objects.length === 0
        ? undefined
        : this.objects.map(({ module, name }) => `${module}::${name}`),
      defaultText: this.defaultText,
      description: this.description,
    };
    return Object.fromEntries(
      Object.entries(facts).filter(([, value]) => value !== undefined),
    );
  }

  [Symbol.for("Deno.customInspect")](
    _inspect: unknown,
    options?: { colors?: boolean },
  ): string {
    const page: Canvas = canvas({ colors: options?.colors ?? false });
    return renderNode(this, page);
  }
}

/** What a definition says by itself; the tree says the rest. */
function firstKind(definition: Definition): MibKind {
  if (definition.kind !== "object") return definition.kind;
  const { syntax, indexes, augments } = definition;
  if (syntax?.isTable) return "table";
  return indexes !== undefined || augments !== undefined ? "row" : "scalar";
}

/** JSON has no bigint. */
function pair(
  [low, high]: readonly [number | bigint, number | bigint],
): (number | string)[] {
  const plain = (x: number | bigint) => typeof x === "bigint" ? `${x}` : x;
  return [plain(low), plain(high)];
}

/** Of the names that one OID has, that of the same module, else the first. */
function besides(node: Node, branch: Branch): Node | undefined {
  return branch.nodes.find(({ module }) => module === node.module) ??
    branch.nodes[0];
}

function collect(node: Node, branch: Branch, found: Node[]): void {
  const below = [...branch.children?.values() ?? []];
  for (const child of below.sort((a, b) => a.arc - b.arc)) {
    if (child.nodes.length === 0) collect(node, child, found);
    else found.push(besides(node, child)!);
  }
}
