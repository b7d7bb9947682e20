/**
 * The store's modules as SMIv2 text, so that other programs can read them: no
 * package of Debian's main has the IETF's files.
 *
 * @module
 */

import type { MibStore } from "../../lib/snmp/mib/store.ts";
import type { MibNode, MibSyntax } from "../../lib/snmp/mib/object.ts";

/** The modules that get every textual convention: files import them from here. */
const HOMES = [
  "SNMPv2-TC",
  "HCNUM-TC",
  "INET-ADDRESS-MIB",
  "SNMP-FRAMEWORK-MIB",
];

/** As the type is written in SMIv2, by what goes over the wire. */
function baseText({ name, base, enums }: MibSyntax): string {
  if (enums === undefined) {
    return base === "INTEGER"
      ? "Integer32"
      : base === "Gauge32" && name !== base
      ? "Unsigned32"
      : base;
  }
  const names = Object.entries(enums).map(([word, n]) => `${word}(${n})`);
  return `${base} { ${names.join(", ")} }`;
}

function sizeText({ base, enums, ranges }: MibSyntax): string {
  const isString = base === "OCTET STRING" || base === "Opaque";
  const isNumber = base === "INTEGER" || base === "Gauge32";
  if (ranges === undefined || enums || !(isString || isNumber)) return "";
  const text = ranges.map(([low, high]) => `${low}..${high}`).join(" | ");
  return isString ? ` (SIZE (${text}))` : ` (${text})`;
}

/**
 * Writes modules of a store.
 *
 * @param store The store.
 * @param skip Modules that are not written, though what they use is.
 * @returns The text of each file.
 */
export function moduleTexts(
  store: MibStore,
  skip: readonly string[] = [],
): Map<string, string> {
  const conventions = new Map<string, string>();
  const files = new Map<string, string>();
  for (const module of store.modules) {
    files.set(module, moduleText(store.nodes(module), module, conventions));
  }
  const all = [...conventions.values()].join("\n");
  for (const home of HOMES) {
    const text = files.get(home)!;
    files.set(home, text.replace(/END\n$/, `${all}\nEND\n`));
  }
  for (const module of skip) files.delete(module);
  return files;
}

function moduleText(
  nodes: readonly MibNode[],
  module: string,
  conventions: Map<string, string>,
): string {
  const imports = new Set<string>();
  const own = new Set(nodes.map(({ name }) => name));
  const needs = (node: MibNode | undefined): string => {
    const { name, module } = node!;
    if (!own.has(name) && module !== "") imports.add(`${name} FROM ${module}`);
    return name;
  };
  const list = (items: readonly MibNode[]) =>
    `{ ${items.map(needs).join(", ")} }`;
  const body = nodes.map((node) => {
    const { name, kind, syntax, access, units, augments, objects } = node;
    const parent = node.parent!;
    const arcs = node.oid.slice(parent.oid.length + 1).replaceAll(".", " ");
    const value = `::= { ${needs(parent)} ${arcs} }`;
    const rest = `${units === undefined ? "" : `UNITS "${units}" `}MAX-ACCESS ${
      access ?? "not-accessible"
    } STATUS current DESCRIPTION ""`;
    if (kind === "table") {
      return `${name} OBJECT-TYPE SYNTAX SEQUENCE OF Row-${name} ${rest} ${value}`;
    }
    if (kind === "row") {
      const columns = node.children().map(({ name }) => `${name} INTEGER`);
      const index = augments === undefined
        ? `INDEX { ${
          node.indexes.map(({ implied, node }) =>
            `${implied ? "IMPLIED " : ""}${needs(node)}`
          ).join(", ")
        } }`
        : `AUGMENTS ${list([augments])}`;
      const row = `Row-${parent.name}`;
      return `${name} OBJECT-TYPE SYNTAX ${row} ${rest} ${index} ${value}\n` +
        `${row} ::= SEQUENCE { ${columns.join(", ")} }`;
    }
    if (kind === "notification") {
      const carried = objects.length === 0 ? "" : `OBJECTS ${list(objects)} `;
      return `${name} NOTIFICATION-TYPE ${carried}STATUS current DESCRIPTION "" ${value}`;
    }
    if (syntax === undefined) return `${name} OBJECT IDENTIFIER ${value}`;
    const { convention, hint } = syntax;
    if (convention !== undefined) {
      if (!HOMES.includes(module)) {
        imports.add(`${convention} FROM ${HOMES[0]}`);
      }
      conventions.set(
        convention,
        `${convention} ::= TEXTUAL-CONVENTION ${
          hint === undefined ? "" : `DISPLAY-HINT "${hint}" `
        }STATUS current DESCRIPTION "" SYNTAX ${baseText(syntax)}${
          /^(?:Display|SnmpAdmin)String$/.test(convention)
            ? " (SIZE (0..255))"
            : ""
        }`,
      );
    }
    const type = (convention ?? baseText(syntax)) + sizeText(syntax);
    return `${name} OBJECT-TYPE SYNTAX ${type} ${rest} ${value}`;
  });
  const froms = [...imports].join("\n    ");
  const head = froms === "" ? "" : `IMPORTS ${froms};\n`;
  return `${module} DEFINITIONS ::= BEGIN\n${head}${body.join("\n")}\nEND\n`;
}
