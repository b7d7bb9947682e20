/**
 * Every known MIB module as one tree: names to OIDs, OIDs to names, values to
 * text and back.
 *
 * @module
 */

import { canvas } from "../../inspect/canvas.ts";
import { table } from "../../inspect/table.ts";
import type { ModuleDefinition } from "./definition.ts";
import { link, type Linked } from "./linker.ts";
import { readMibFiles } from "./load.ts";
import { type MibError, MibNameError } from "./mib_error.ts";
import { candidates, descend, findNode } from "./names.ts";
import { readFacts } from "./notation.ts";
import type {
  MibLoad,
  MibNode,
  MibPlace,
  MibValue,
  OidStyle,
} from "./object.ts";
import { formatSuffix, parseOidText, readArcs } from "./oid_text.ts";
import { parseMibText } from "./parser.ts";
import { cutIndex, indexValue, joinIndex } from "./table_index.ts";
import type { MibIndexValue } from "./table_index.ts";
import {
  formatBySyntax,
  type FormatValueOptions,
  parseBySyntax,
} from "./value.ts";

export type { FormatValueOptions, MibIndexValue };

/**
 * MIB modules, from files and built in, as one tree.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const mibs = net.snmp.builtin.clone();
 * mibs.add(`ACME-MIB DEFINITIONS ::= BEGIN
 *   IMPORTS enterprises FROM SNMPv2-SMI DisplayString FROM SNMPv2-TC;
 *   acme OBJECT IDENTIFIER ::= { enterprises 99999 }
 *   acmeName OBJECT-TYPE SYNTAX DisplayString MAX-ACCESS read-only
 *     STATUS current DESCRIPTION "What it is called." ::= { acme 1 }
 * END`);
 * assert.equal(mibs.parseOid("acmeName.0"), "1.3.6.1.4.1.99999.1.0");
 * assert.equal(mibs.formatOid("1.3.6.1.4.1.99999.1.0"), "ACME-MIB::acmeName.0");
 * ```
 */
export class MibStore {
  readonly #modules = new Map<string, ModuleDefinition>();
  /** Read when somebody first asks: most programs never do. */
  #facts: (() => Iterable<string>) | undefined;
  #tree: Linked | undefined;

  /**
   * Makes a store.
   *
   * @param facts Modules to begin with, in the notation of the built-in ones;
   * asked for at the first question.
   */
  constructor(facts?: () => Iterable<string>) {
    this.#facts = facts;
  }

  #read(): Map<string, ModuleDefinition> {
    const facts = this.#facts;
    this.#facts = undefined;
    for (const text of facts?.() ?? []) {
      for (const module of readFacts(text)) {
        this.#modules.set(module.name, module);
      }
    }
    return this.#modules;
  }

  get #linked(): Linked {
    return this.#tree ??= link(this.#read());
  }

  /** The names of the modules, in the order of their loading. */
  get modules(): string[] {
    return [...this.#read().keys()];
  }

  /**
   * Gives what a module defines.
   *
   * @param module Its name.
   * @returns The nodes, in the order of the file; none if it is not loaded.
   */
  nodes(module: string): MibNode[] {
    return [...this.#linked.byModule.get(module)?.values() ?? []];
  }

  /** A store with the same modules, to which others can be added. */
  clone(): MibStore {
    const copy = new MibStore();
    for (const [name, module] of this.#read()) copy.#modules.set(name, module);
    copy.#tree = this.#tree;
    return copy;
  }

  /**
   * Finds a node.
   *
   * @param name `"ifDescr"`, `"IF-MIB::ifDescr"`, or a node's dotted OID.
   * @returns The node.
   * @throws {MibNameError} If there is none, or modules disagree about it.
   */
  find(name: string): MibNode {
    return findNode(this.#linked, name, 0, name);
  }

  /**
   * Finds a node, or nothing.
   *
   * @param name `"ifDescr"`, `"IF-MIB::ifDescr"`, or a node's dotted OID.
   * @returns The node; `undefined` if there is none, or modules disagree.
   */
  tryFind(name: string): MibNode | undefined {
    const found = candidates(this.#linked, name);
    const [first] = found;
    return found.every(({ oid }) => oid === first?.oid) ? first : undefined;
  }

  /**
   * Finds the nearest node above an OID.
   *
   * @param oid Numbers with dots between, as they came from an agent.
   * @returns The deepest node that the OID is below, or is, and the rest.
   * @throws {MibNameError} If it is no OID.
   */
  at(oid: string): MibPlace {
    const arcs = readArcs(oid);
    const found = arcs && descend(this.#linked, arcs);
    if (found === undefined) {
      throw new MibNameError(
        oid,
        0,
        "expected numbers with dots between, of which the first is 0, 1 or 2",
      );
    }
    return {
      node: found.nodes[0]!,
      suffix: arcs!.slice(found.depth).join("."),
    };
  }

  /**
   * Reads an OID in any of the forms that people write.
   *
   * @param text `"IF-MIB::ifDescr.1"`, `"sysDescr.0"`, `"ifDescr[1]"`,
   * `"1.3.6.1"`, `".iso.org.dod"`, `"enterprises.9"`; a string in an index as
   * `."text"` with its length before it, `.'text'` without.
   * @returns Numbers with dots between, none in front.
   * @throws {MibNameError} If it is none, or has a name that is not known.
   */
  parseOid(text: string): string {
    return parseOidText(text, {
      find: (name, offset, whole) =>
        findNode(this.#linked, name, offset, whole),
      parseOid: (oid) => this.parseOid(oid),
    });
  }

  /**
   * Writes an OID with names.
   *
   * @param oid Numbers with dots between.
   * @param style `"module"` as `IF-MIB::ifDescr.1`, `"name"` as `ifDescr.1`,
   * `"full"` as `.iso.org.dod…ifDescr.1`, `"numeric"` as `.1.3.6….1`.
   * @returns The text, which {@linkcode parseOid} reads.
   * @throws {MibNameError} If it is no OID.
   */
  formatOid(oid: string, style: OidStyle = "module"): string {
    const { node, suffix } = this.at(oid);
    if (style === "numeric") {
      return `.${node.oid}${suffix === "" ? "" : `.${suffix}`}`;
    }
    const rest = suffix === "" ? "" : formatSuffix(node, suffix);
    if (style === "name") return node.name + rest;
    if (style === "module") {
      return `${
        node.module === "" ? "" : `${node.module}::`
      }${node.name}${rest}`;
    }
    let path = "";
    for (let up: MibNode | undefined = node; up; up = up.parent) {
      const gap = up.oid.slice(up.parent ? up.parent.oid.length + 1 : 0);
      const unnamed = gap.includes(".")
        ? gap.slice(0, gap.lastIndexOf("."))
        : "";
      path = `${unnamed === "" ? "" : `.${unnamed}`}.${up.name}${path}`;
    }
    return path + rest;
  }

  #node(node: MibNode | string): MibNode {
    if (typeof node !== "string") return node;
    const arcs = readArcs(node);
    // An instance's OID tells its object.
    return arcs === undefined ? this.find(node) : this.at(node).node;
  }

  /**
   * Writes a value as its object's syntax has it: named numbers by name, octets
   * by DISPLAY-HINT, OIDs by name.
   *
   * @param node The object, its name, or the OID of an instance.
   * @param value What came over the wire.
   * @param options Of named numbers, whether name or number is written.
   * @returns The text, which {@linkcode parseValue} reads.
   */
  formatValue(
    node: MibNode | string,
    value: MibValue,
    options: FormatValueOptions = {},
  ): string {
    const { syntax, units } = this.#node(node);
    const text = formatBySyntax(
      value,
      syntax,
      options,
      (oid) => this.formatOid(oid),
    );
    return options.units && units !== undefined ? `${text} ${units}` : text;
  }

  /**
   * Reads a value as its object's syntax has it.
   *
   * @param node The object, its name, or the OID of an instance.
   * @param text `"up"`, `"up(1)"`, `"1"`; `"00:1a:2b:…"`; `"1 day, 2:03:04.05"`.
   * @returns A number (a bigint beyond 2^53), octets, or dotted text for OIDs
   * and IPv4 addresses.
   * @throws {ParseError} If it is none of the object's values.
   * @throws {TypeError} If the object has no values.
   */
  parseValue(node: MibNode | string, text: string): MibValue {
    const { name, kind, syntax } = this.#node(node);
    if (syntax === undefined) {
      throw new TypeError(
        `Cannot read a value of ${name} as 'node' must be a scalar or a column: current value is a ${kind}`,
      );
    }
    return parseBySyntax(text, syntax, name, (oid) => this.parseOid(oid));
  }

  /**
   * Reads the end of a column's OID as the values of its table's index.
   *
   * @param node A column, row or table, or its name.
   * @param suffix The numbers behind the column's OID, dotted.
   * @returns By the columns' names: numbers, names of named numbers, and text
   * for addresses, strings and OIDs.
   * @throws {MibNameError} If the numbers do not fit the index.
   */
  decodeIndex(
    node: MibNode | string,
    suffix: string,
  ): Record<string, MibIndexValue> {
    const { name, indexes } = this.#node(node);
    const arcs = suffix === "" ? [] : readArcs(suffix);
    const fail = (_at: number, reason: string): never => {
      throw new MibNameError(suffix, 0, `as an index of ${name}, ${reason}`);
    };
    if (arcs === undefined) {
      return fail(0, "expected numbers with dots between");
    }
    return Object.fromEntries(
      cutIndex(indexes, arcs, fail).map((part) => [
        part.index.name,
        indexValue(part),
      ]),
    );
  }

  /**
   * Writes the values of a table's index as the end of a column's OID.
   *
   * @param node A column, row or table, or its name.
   * @param values By the columns' names or in order, as
   * {@linkcode decodeIndex} gives them, or as they come over the wire.
   * @returns Numbers with dots between.
   * @throws {TypeError} If a value is missing, or there are too many.
   * @throws {ParseError} If a value is none of its column's.
   */
  encodeIndex(
    node: MibNode | string,
    values: Readonly<Record<string, MibValue>> | readonly MibValue[],
  ): string {
    const { indexes } = this.#node(node);
    return joinIndex(indexes, values, (oid) => this.parseOid(oid)).join(".");
  }

  /**
   * Reads the modules of a MIB file's text into the store; one of the same name
   * is replaced.
   *
   * @param text The text of the file.
   * @param path What to call it in messages.
   * @returns What was read.
   * @throws {MibError} If anything is wrong with it; nothing is added then.
   */
  add(text: string, path = "(text)"): MibLoad {
    const { modules, problems } = parseMibText(text, path);
    if (problems.length > 0) throw problems[0]!;
    const tried = this.clone();
    const result = tried.#put(modules, []);
    const { problems: unlinked } = tried.#linked;
    const own = unlinked.find((problem) => problem.path === path);
    if (own !== undefined) throw own;
    this.#put(modules, []);
    this.#tree = tried.#linked;
    return result;
  }

  /**
   * Reads MIB files into the store. Mistakes in them, of which vendors' files
   * have many, are told and cost only the definitions that they are in.
   *
   * @param source A folder, whose files are all read, or a file.
   * @returns The modules read, those that are missing, and what was wrong.
   * @throws {NetError} If the folder or file cannot be read.
   *
   * @example
   * ```ts ignore
   * import * as net from "netrepl";
   *
   * const mib = net.snmp.builtin.clone();
   * const { modules, missing, problems } = await mib.load("/usr/share/snmp/mibs");
   * mib.parseOid("UCD-SNMP-MIB::laLoad.1"); // "1.3.6.1.4.1.2021.10.1.3.1"
   * ```
   */
  async load(source: string | URL): Promise<MibLoad> {
    const modules: ModuleDefinition[] = [];
    const problems: MibError[] = [];
    for (const { path, text } of await readMibFiles(source)) {
      const parsed = parseMibText(text, path);
      modules.push(...parsed.modules);
      problems.push(...parsed.problems);
    }
    return this.#put(modules, problems);
  }

  #put(
    modules: readonly ModuleDefinition[],
    problems: readonly MibError[],
  ): MibLoad {
    this.#read();
    for (const module of modules) this.#modules.set(module.name, module);
    this.#tree = undefined;
    const paths = new Set(modules.map(({ path }) => path));
    const linked = this.#linked;
    const all = [
      ...problems,
      ...linked.problems.filter(({ path }) => paths.has(path)),
    ];
    return {
      modules: modules.map(({ name }) => name),
      missing: linked.missing,
      problems: all.map((problem) => problem.toProblem()),
    };
  }

  /** Each module, and how many names it defines. */
  toJSON(): Record<string, number> {
    return Object.fromEntries(
      [...this.#linked.byModule].map(([name, nodes]) => [name, nodes.size]),
    );
  }

  /** Shows the modules at the prompt and in `console.log`. */
  [Symbol.for("Deno.customInspect")](
    _inspect: unknown,
    options?: { colors?: boolean },
  ): string {
    const rows = Object.entries(this.toJSON()).map(([module, names]) => ({
      module,
      names,
    }));
    return table(rows, {
      title: `${rows.length} MIB modules`,
      canvas: canvas({ colors: options?.colors ?? false }),
    });
  }
}
