/**
 * The notation of the built-in facts, a line a name, and its reader.
 *
 * ```
 * @IF-MIB                                       module
 * =InterfaceIndex Integer32(1..2147483647) "d"  type, with its display hint
 * mib-2.2 interfaces                            node below one of any module
 *  1 ifNumber r Integer32                       number, name, access, syntax
 *  2 ifTable t                                  table
 *   1 ifEntry e ifIndex                         row (entry), with its index
 *    1 ifIndex r InterfaceIndex                 column
 *    2 ifAdminStatus w INTEGER{up down testing} names of 1, 2, 3
 * ```
 *
 * What is indented by a blank more is below. Letters for access: `r` read-only,
 * `w` read-write, `c` read-create, `n` not-accessible, `a`
 * accessible-for-notify. Others: `m` module, `i` identity, `e` row, where `*`
 * implies a part of the index and `+` names the row that is augmented, `N`
 * notification with what it carries. Named numbers count up from 1, bits from
 * 0; `=5` sets the count. A unit follows `%`. A line that begins with `|` goes
 * on with the one before.
 *
 * @module
 */

import type {
  Bound,
  Definition,
  DefinitionKind,
  IndexRef,
  ModuleDefinition,
  OidPart,
  SyntaxRef,
  TypeDefinition,
} from "./definition.ts";
import type { MibAccess } from "./object.ts";

const ACCESS: Readonly<Record<string, MibAccess>> = {
  r: "read-only",
  w: "read-write",
  c: "read-create",
  n: "not-accessible",
  a: "accessible-for-notify",
};

const KINDS: Readonly<Record<string, DefinitionKind>> = {
  "": "node",
  m: "module",
  i: "identity",
  t: "table",
  e: "row",
  N: "notification",
};

/** Names that are too long to be written again and again. */
const SHORT: Readonly<Record<string, string>> = {
  OCTETS: "OCTET STRING",
  OID: "OBJECT IDENTIFIER",
};

const PATH = "(built in)";
const NO_IMPORTS: ModuleDefinition["imports"] = new Map();

/** A definition that reads its line when it is asked what is in it. */
class Fact implements Definition {
  readonly offset = 0;
  readonly #rest: string;
  #syntax: SyntaxRef | undefined;

  constructor(
    readonly name: string,
    readonly kind: DefinitionKind,
    readonly oid: readonly OidPart[],
    readonly access: MibAccess | undefined,
    rest: string,
  ) {
    this.#rest = rest;
  }

  get syntax(): SyntaxRef | undefined {
    if (this.kind !== "scalar") return undefined;
    return this.#syntax ??= readSyntax(this.#rest.split(" %")[0]!);
  }

  get units(): string | undefined {
    return this.kind === "scalar" ? this.#rest.split(" %")[1] : undefined;
  }

  get indexes(): IndexRef[] | undefined {
    if (this.kind !== "row" || this.#rest.startsWith("+")) return undefined;
    return this.#rest.split(" ").map((name) => ({
      name: name.replace("*", ""),
      implied: name.startsWith("*"),
    }));
  }

  get augments(): string | undefined {
    return this.kind === "row" && this.#rest.startsWith("+")
      ? this.#rest.slice(1)
      : undefined;
  }

  get objects(): string[] | undefined {
    if (this.kind !== "notification" || this.#rest === "") return undefined;
    return this.#rest.split(" ");
  }
}

/** `DisplayString(0..255)`, `INTEGER{up down testing}`, `BITS{a b=5}`. */
function readSyntax(text: string): SyntaxRef {
  const mark = text.search(/[({]/);
  const short = mark < 0 ? text : text.slice(0, mark);
  const type = SHORT[short] ?? short;
  if (mark < 0) return { type };
  const inside = text.slice(mark + 1, -1);
  if (text[mark] === "{") {
    let next = type === "BITS" ? 0 : 1;
    const named = inside.split(" ").map((word): [string, number] => {
      const [name, number] = word.split("=");
      if (number !== undefined) next = Number(number);
      return [name!, next++];
    });
    return { type, named: Object.fromEntries(named) };
  }
  const bound = (digits: string): Bound => {
    const value = Number(digits);
    return Number.isSafeInteger(value) ? value : BigInt(digits);
  };
  const ranges = inside.split("|").map((range) => {
    const [low, high = low] = range.split("..");
    return [bound(low!), bound(high!)] as const;
  });
  return { type, ranges };
}

/**
 * Reads modules in the notation of the built-in facts.
 *
 * @param text The facts.
 * @returns The modules, of which one may be begun in another text too.
 */
export function* readFacts(text: string): Generator<ModuleDefinition> {
  let name = "";
  let types = new Map<string, TypeDefinition>();
  let definitions = new Map<string, Definition>();
  /** The names above, by how far they are indented. */
  const path: string[] = [];
  const module = (): ModuleDefinition => ({
    name,
    path: PATH,
    text: "",
    imports: NO_IMPORTS,
    types,
    definitions,
  });
  for (const line of text.replaceAll("\n|", " ").split("\n")) {
    if (line === "") continue;
    if (line.startsWith("@")) {
      if (name !== "") yield module();
      name = line.slice(1);
      types = new Map();
      definitions = new Map();
    } else if (line.startsWith("=")) {
      const type = readType(line);
      types.set(type.name, type);
    } else {
      const fact = readNode(line, path);
      definitions.set(fact.name, fact);
    }
  }
  if (name !== "") yield module();
}

function readType(line: string): TypeDefinition {
  const blank = line.indexOf(" ");
  const quote = line.indexOf(' "', blank);
  const syntax = readSyntax(
    line.slice(blank + 1, quote < 0 ? undefined : quote),
  );
  return {
    name: line.slice(1, blank),
    syntax,
    hint: quote < 0 ? undefined : line.slice(quote + 2, -1),
    isConvention: true,
    offset: 0,
  };
}

function readNode(line: string, path: string[]): Fact {
  let depth = 0;
  while (line.charCodeAt(depth) === 0x20) depth++;
  const first = line.indexOf(" ", depth);
  const number = line.slice(depth, first);
  const second = line.indexOf(" ", first + 1);
  const name = line.slice(first + 1, second < 0 ? undefined : second);
  const letter = second < 0 ? "" : line[second + 1]!;
  const rest = second < 0 ? "" : line.slice(second + 3);
  const parts = number.split(".");
  const oid: OidPart[] = depth > 0
    ? [{ name: path[depth - 1]!, offset: 0 }]
    : /^\d/.test(number)
    ? []
    : [{ name: parts.shift()!, offset: 0 }];
  for (const part of parts) oid.push({ arc: Number(part), offset: 0 });
  path[depth] = name;
  const access = ACCESS[letter];
  const kind = access === undefined ? KINDS[letter]! : "scalar";
  return new Fact(name, kind, oid, access, rest);
}
