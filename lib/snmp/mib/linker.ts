/**
 * Tying modules together: names to the definitions they mean, definitions to
 * OIDs, OIDs to one tree.
 *
 * @see RFC 2578 §3.2 and §3.5
 * @module
 */

import type {
  Definition,
  ModuleDefinition,
  OidPart,
  SyntaxRef,
  TypeDefinition,
} from "./definition.ts";
import { MibError } from "./mib_error.ts";
import { nearestName } from "./nearest_name.ts";
import { type Branch, Node, type Surroundings } from "./node.ts";
import type { MibSyntax } from "./object.ts";
import { MACROS } from "./clauses.ts";
import { isBaseType, resolveSyntax } from "./syntax.ts";

/** An OID has at most so many numbers (RFC 2578 §3.5). */
const MOST_ARCS = 128;

/** More problems than anybody reads, and more than are worth a guess. */
const MOST_PROBLEMS = 500;
const MOST_GUESSES = 20;

/** The names that X.208 §28.2 gives the three roots. */
const ROOTS: ReadonlyMap<string, number> = new Map([
  ["ccitt", 0],
  ["itu-t", 0],
  ["iso", 1],
  ["joint-iso-ccitt", 2],
  ["joint-iso-itu-t", 2],
]);

/** A definition, and the module that it is in. */
interface Placed {
  readonly definition: Definition;
  readonly module: ModuleDefinition;
}

/** Modules as one tree. */
export interface Linked {
  /** What is above the three roots. */
  readonly root: Branch;
  readonly byName: ReadonlyMap<string, readonly Node[]>;
  readonly byModule: ReadonlyMap<string, ReadonlyMap<string, Node>>;
  /** Modules that something is needed from. */
  readonly missing: readonly string[];
  readonly problems: readonly MibError[];
}

/**
 * Ties modules together.
 *
 * @param modules By name; where two define one OID, the earlier's name counts,
 * and that of a module named after an RFC last.
 * @returns The tree. What could not be tied is among the problems.
 */
export function link(modules: ReadonlyMap<string, ModuleDefinition>): Linked {
  return new Linker(modules).link();
}

class Linker implements Surroundings {
  readonly #modules: ReadonlyMap<string, ModuleDefinition>;
  /** Every definition by its name alone. */
  readonly #named = new Map<string, Placed[]>();
  readonly #typed = new Map<
    string,
    { type: TypeDefinition; module: ModuleDefinition }
  >();
  readonly #branches = new Map<Definition, Branch | null>();
  readonly #nodes = new Map<Definition, Node>();
  readonly #root: Branch = {
    arc: -1,
    oid: "",
    depth: 0,
    parent: undefined,
    nodes: [],
    children: undefined,
  };
  readonly #problems: MibError[] = [];
  readonly #missing = new Set<string>();

  constructor(modules: ReadonlyMap<string, ModuleDefinition>) {
    this.#modules = modules;
  }

  link(): Linked {
    for (const module of this.#modules.values()) {
      for (const definition of module.definitions.values()) {
        const all = this.#named.get(definition.name);
        if (all === undefined) {
          this.#named.set(definition.name, [{ definition, module }]);
        } else all.push({ definition, module });
      }
      for (const type of module.types.values()) {
        if (!this.#typed.has(type.name)) {
          this.#typed.set(type.name, { type, module });
        }
      }
    }
    const byName = new Map<string, Node[]>();
    const byModule = new Map<string, Map<string, Node>>();
    for (const [name, arc] of ROOTS) {
      const branch = branchAt(this.#root, arc);
      const root = { name, kind: "node", oid: [], offset: 0 } as const;
      const node = new Node(root, branch, NOWHERE, this);
      branch.nodes.push(node);
      byName.set(name, [node]);
    }
    for (const module of this.#modules.values()) this.#checkImports(module);
    for (const module of this.#inOrder()) {
      const own = new Map<string, Node>();
      byModule.set(module.name, own);
      for (const definition of module.definitions.values()) {
        const branch = this.#branchOf({ definition, module });
        if (branch === null) continue;
        const node = new Node(definition, branch, module, this);
        branch.nodes.push(node);
        this.#nodes.set(definition, node);
        own.set(definition.name, node);
        const same = byName.get(definition.name);
        if (same === undefined) byName.set(definition.name, [node]);
        else same.push(node);
      }
    }
    this.#setKinds();
    return {
      root: this.#root,
      byName,
      byModule,
      missing: [...this.#missing],
      problems: this.#problems,
    };
  }

  #inOrder(): ModuleDefinition[] {
    const rank = ({ name }: ModuleDefinition) => isOldModule(name) ? 1 : 0;
    return [...this.#modules.values()].sort((a, b) => rank(a) - rank(b));
  }

  syntaxOf(ref: SyntaxRef, module: ModuleDefinition): MibSyntax | undefined {
    return resolveSyntax(ref, module, (name, from) => this.#typeIn(from, name));
  }

  nodeIn(module: ModuleDefinition, name: string): Node | undefined {
    const placed = this.#definitionIn(module, name);
    return placed && this.#nodes.get(placed.definition);
  }

  /** What a name means in a module: its own, what is imported, any at all. */
  #definitionIn(module: ModuleDefinition, name: string): Placed | undefined {
    const own = module.definitions.get(name);
    if (own !== undefined) return { definition: own, module };
    const all = this.#named.get(name);
    if (all === undefined) return undefined;
    const from = module.imports.get(name)?.module;
    return all.find((one) => one.module.name === from) ?? all[0];
  }

  #typeIn(
    module: ModuleDefinition,
    name: string,
  ): { type: TypeDefinition; module: ModuleDefinition } | undefined {
    const own = module.types.get(name);
    if (own !== undefined) return { type: own, module };
    const from = this.#modules.get(module.imports.get(name)?.module ?? "");
    const type = from?.types.get(name);
    return type && from ? { type, module: from } : this.#typed.get(name);
  }

  /** The definition's place. */
  #branchOf(start: Placed): Branch | null {
    const { definition, module } = start;
    // As good as always, what it hangs from is known already.
    const above = module.definitions.get(definition.oid[0]!.name ?? "");
    const parent = above && this.#branches.get(above);
    if (!parent) return this.#search(start);
    const branch = this.#settle(start, parent);
    this.#branches.set(definition, branch);
    return branch;
  }

  /** The same from the top down, without recursion: chains may be long. */
  #search(start: Placed): Branch | null {
    const waiting: Placed[] = [start];
    const onTheWay = new Set<Definition>();
    for (;;) {
      const placed = waiting.at(-1)!;
      const { definition } = placed;
      const known = this.#branches.get(definition);
      if (known !== undefined) {
        waiting.pop();
        onTheWay.delete(definition);
        if (waiting.length === 0) return known;
        continue;
      }
      onTheWay.add(definition);
      const [first] = definition.oid;
      const above = this.#above(first!, placed);
      if (above === null) this.#branches.set(definition, null);
      else if ("arc" in above) {
        this.#branches.set(definition, this.#settle(placed, above));
      } else if (onTheWay.has(above.definition)) {
        const names = waiting.map((one) => one.definition.name);
        const from = names.lastIndexOf(above.definition.name);
        this.#branches.set(definition, this.#circle(names.slice(from), placed));
      } else {
        const parent = this.#branches.get(above.definition);
        if (parent === undefined) waiting.push(above);
        else {
          const branch = parent && this.#settle(placed, parent);
          this.#branches.set(definition, branch);
        }
      }
    }
  }

  #circle(names: readonly string[], { definition, module }: Placed): null {
    const shown = names.length > 8 ? [...names.slice(0, 8), "…"] : names;
    return this.#report(
      module,
      definition.offset,
      `these hang from each other, and from nothing else: ${
        [...shown, names[0]].join(" -> ")
      }`,
    );
  }

  /** What the first part of an OID value hangs from: a place or a definition. */
  #above(
    first: OidPart,
    placed: Placed,
  ): Branch | Placed | null {
    const { name, arc } = first;
    if (name === undefined) return this.#root;
    const { definition, module } = placed;
    const found = this.#definitionIn(module, name);
    if (found !== undefined && found.definition !== definition) return found;
    const root = ROOTS.get(name);
    if (root !== undefined) return branchAt(this.#root, root);
    if (arc !== undefined) return this.#root;
    if (found !== undefined) return this.#circle([name], placed);
    const from = module.imports.get(name)?.module;
    // Said already, once for all that comes from there.
    if (from !== undefined && !this.#modules.has(from)) return null;
    const near = this.#problems.length < MOST_GUESSES
      ? nearestName(name, this.#named.keys())
      : undefined;
    return this.#report(
      module,
      first.offset,
      `nothing that is loaded defines ${name}` +
        (near === undefined ? "" : `; did you mean ${near}?`),
    );
  }

  /** Puts a definition below the place that its first part names. */
  #settle({ definition, module }: Placed, above: Branch): Branch | null {
    const { oid, name, offset } = definition;
    let branch = above;
    // Where the first part is a name that was found, it is a place already.
    const from = above === this.#root ? 0 : 1;
    if (above.depth + oid.length - from > MOST_ARCS) {
      return this.#report(
        module,
        offset,
        `the OID of ${name} has more than ${MOST_ARCS} numbers`,
      );
    }
    for (let i = from; i < oid.length; i++) {
      const part = oid[i]!;
      branch = branchAt(branch, part.arc!);
      if (i < oid.length - 1 && part.name !== undefined) {
        this.#nameOnTheWay(part, branch, module);
      }
    }
    return branch;
  }

  /** `{ iso org(3) dod(6) 1 }` names what it passes, if nobody else does. */
  #nameOnTheWay(part: OidPart, branch: Branch, module: ModuleDefinition): void {
    if (this.#named.has(part.name!) || branch.nodes.length > 0) return;
    const { name, offset } = part;
    const definition = { name: name!, kind: "node", oid: [], offset } as const;
    branch.nodes.push(new Node(definition, branch, module, this));
  }

  #checkImports(module: ModuleDefinition): void {
    const told = new Set<string>();
    for (const [symbol, { module: from, offset }] of module.imports) {
      if (
        told.has(from) || this.#modules.has(from) || isBaseType(symbol) ||
        MACROS.has(symbol) || symbol === "TEXTUAL-CONVENTION" ||
        this.#named.has(symbol) || this.#typed.has(symbol) || ROOTS.has(symbol)
      ) continue;
      told.add(from);
      this.#missing.add(from);
      this.#report(module, offset, absent(symbol, from));
    }
  }

  /** Tables know that they are, and what is below them learns it from above. */
  #setKinds(): void {
    const waiting = [this.#root];
    for (let branch = waiting.pop(); branch; branch = waiting.pop()) {
      const above = branch.parent?.nodes ?? [];
      for (const node of branch.nodes) {
        if (node.kind !== "scalar") continue;
        if (above.some(({ kind }) => kind === "table")) node.kind = "row";
        else if (above.some(({ kind }) => kind === "row")) node.kind = "column";
      }
      if (branch.children) waiting.push(...branch.children.values());
    }
  }

  #report(module: ModuleDefinition, offset: number, reason: string): null {
    if (this.#problems.length < MOST_PROBLEMS) {
      const { path, text } = module;
      this.#problems.push(new MibError(path, text, offset, reason));
    }
    return null;
  }
}

/**
 * Whether a module is named after an RFC, as RFC1213-MIB: what it defines has
 * since got other modules.
 *
 * @param name The module's name.
 */
export function isOldModule(name: string): boolean {
  return /^RFC-?\d/.test(name);
}

/** The module of what no module defines. */
const NOWHERE: ModuleDefinition = {
  name: "",
  path: "",
  text: "",
  imports: new Map(),
  types: new Map(),
  definitions: new Map(),
};

function branchAt(parent: Branch, arc: number): Branch {
  const children = parent.children ??= new Map();
  let branch = children.get(arc);
  if (branch === undefined) {
    const oid = parent.oid === "" ? `${arc}` : `${parent.oid}.${arc}`;
    const depth = parent.depth + 1;
    branch = { arc, oid, depth, parent, nodes: [], children: undefined };
    children.set(arc, branch);
  }
  return branch;
}

function absent(symbol: string, module: string): string {
  return `${symbol} comes from ${module}, which is not loaded: put its file ` +
    "into the folder. Debian has the IETF's in snmp-mibs-downloader " +
    "(non-free), a vendor's come with its software";
}
