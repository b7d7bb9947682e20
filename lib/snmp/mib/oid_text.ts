/**
 * OIDs as people write them: `IF-MIB::ifDescr.1`, `sysDescr.0`, `1.3.6.1`,
 * `vacmGroupName.3."public"`, `ipAddressIfIndex[ipv4][10.0.0.1]`.
 *
 * @module
 */

import { MibNameError } from "./mib_error.ts";
import type { MibIndex, MibNode } from "./object.ts";
import { parseInetAddress } from "./octets.ts";
import {
  cutIndex,
  indexValue,
  isAddress,
  isAddressType,
  joinIndex,
} from "./table_index.ts";

/** A subidentifier has 32 bits, and an identifier 128 of them. */
const LARGEST = 0xffff_ffff;
const MOST_ARCS = 128;

const PRINTABLE = /^[ -~]*$/;

/** One thing after a name: `.5`, `.ipv4`, `."text"`, `.'text'`, `[text]`. */
interface Tail {
  readonly kind: "number" | "name" | "double" | "single" | "bracket";
  readonly text: string;
  readonly offset: number;
}

/**
 * Reads a dotted OID.
 *
 * @param text Numbers with dots between, and perhaps one in front.
 * @returns The numbers; `undefined` if it is none.
 */
export function readArcs(text: string): number[] | undefined {
  const arcs: number[] = [];
  let value = -1;
  for (let i = text.charCodeAt(0) === 0x2e ? 1 : 0; i <= text.length; i++) {
    const code = text.charCodeAt(i);
    if (code >= 0x30 && code <= 0x39) {
      value = (value < 0 ? 0 : value * 10) + code - 0x30;
      if (value > LARGEST) return undefined;
    } else if ((code === 0x2e || i === text.length) && value >= 0) {
      arcs.push(value);
      value = -1;
    } else return undefined;
  }
  return arcs.length > MOST_ARCS ? undefined : arcs;
}

/** The names that a reader of OIDs needs. */
export interface NameSource {
  find(name: string, offset: number, whole: string): MibNode;
  parseOid(text: string): string;
}

/**
 * Reads an OID in any of its forms.
 *
 * @param text The OID.
 * @param names Finds nodes.
 * @returns Numbers with dots between.
 * @throws {MibNameError} If it is none, or has a name that is not known.
 * @throws {TypeError} If it is no text.
 */
export function parseOidText(text: string, names: NameSource): string {
  if (typeof text !== "string") {
    throw new TypeError(
      `Cannot find an object as its name must be a text, such as "sysName" or "1.3.6.1.2.1.1.5": current value is ${text}`,
    );
  }
  const plain = text.trim();
  const arcs = readArcs(plain);
  if (arcs !== undefined) return checked(arcs, text);
  const head = /^\.?(?:([A-Za-z][\w-]*)::)?([A-Za-z0-9][\w-]*)/.exec(plain);
  if (head === null || /^\d+$/.test(head[2]!)) {
    const reason = /^[\d.]+$/.test(plain)
      ? `an OID is at most ${MOST_ARCS} numbers of 32 bits, with dots between`
      : "expected a name, MODULE::name or numbers with dots between";
    throw new MibNameError(text, 0, reason);
  }
  const [whole, module, name] = head;
  const lead = text.length - text.trimStart().length;
  let node = names.find(
    module === undefined ? name! : `${module}::${name}`,
    lead + whole.length - (module === undefined ? 0 : module.length + 2) -
      name!.length,
    text,
  );
  const tails = readTails(plain, whole.length, text);
  node = descend(node, tails);
  const suffix = tailArcs(node, tails, text, names);
  return checked([...readArcs(node.oid) ?? [], ...suffix], text);
}

/** Goes down by names, as in .iso.org.dod, and takes what it has gone by. */
function descend(from: MibNode, tails: Tail[]): MibNode {
  let node = from;
  let passed = 0;
  let way = `${node.oid}.`;
  while (passed < tails.length) {
    const { kind, text } = tails[passed++]!;
    if (kind === "number") {
      way += `${text}.`;
      continue;
    }
    const child = kind !== "name"
      ? undefined
      : node.children().find((below) =>
        below.name === text && below.oid.startsWith(way)
      );
    if (child === undefined) break;
    node = child;
    way = `${node.oid}.`;
    tails.splice(0, passed);
    passed = 0;
  }
  return node;
}

function checked(arcs: readonly number[], text: string): string {
  if (arcs.length > MOST_ARCS) {
    throw new MibNameError(text, 0, `more than ${MOST_ARCS} numbers`);
  }
  return arcs.join(".");
}

const TAIL =
  /\.(\d+)(?![\w-])|\.([A-Za-z0-9][\w-]*)|\.?"((?:[^"\\]|\\.)*)"|\.?'((?:[^'\\]|\\.)*)'|\[((?:"(?:[^"\\]|\\.)*"|[^\]"])*)\]/ys;

function readTails(plain: string, from: number, text: string): Tail[] {
  const tails: Tail[] = [];
  TAIL.lastIndex = from;
  while (TAIL.lastIndex < plain.length) {
    const offset = TAIL.lastIndex;
    const match = TAIL.exec(plain);
    if (match === null || tails.length > MOST_ARCS) {
      throw new MibNameError(
        text,
        offset,
        'expected .number, ."text" or [value]',
      );
    }
    const [, number, name, double, single, bracket] = match;
    if (number !== undefined) {
      tails.push({ kind: "number", text: number, offset });
    } else if (name !== undefined) {
      tails.push({ kind: "name", text: name, offset });
    } else if (double !== undefined) {
      tails.push({ kind: "double", text: unescaped(double), offset });
    } else if (single !== undefined) {
      tails.push({ kind: "single", text: unescaped(single), offset });
    } else {
      const quoted = /^"(.*)"$/s.exec(bracket!)?.[1];
      const inside = quoted === undefined ? bracket! : unescaped(quoted);
      tails.push({ kind: "bracket", text: inside, offset });
    }
  }
  return tails;
}

function unescaped(text: string): string {
  return text.replace(/\\(.)/gs, "$1");
}

/** What stands behind a name as numbers, with the help of the table's index. */
function tailArcs(
  node: MibNode,
  tails: readonly Tail[],
  text: string,
  names: NameSource,
): number[] {
  const { indexes } = node;
  if (tails.length > 0 && tails.every(({ kind }) => kind === "bracket")) {
    if (
      node.kind === "scalar" && tails.length === 1 && tails[0]!.text === "0"
    ) {
      return [0];
    }
    const values = tails.map((tail) => tail.text);
    if (values.length !== indexes.length) {
      const parts = indexes.map(({ name }) => name).join(", ") || "none";
      throw new MibNameError(
        text,
        tails[0]!.offset,
        `the index of ${node.name} has ${indexes.length} parts (${parts})`,
      );
    }
    return joinIndex(indexes, values, (oid) => names.parseOid(oid));
  }
  const arcs: number[] = [];
  // Which part of the index each number or text belongs to.
  let part = 0;
  let left = 0;
  let addressType: number | undefined;
  for (const { kind, text: inside, offset } of tails) {
    const index = left > 0 ? undefined : indexes[part];
    if (kind === "number") {
      const arc = Number(inside);
      if (arc > LARGEST) {
        throw new MibNameError(text, offset, "a number above 32 bits");
      }
      arcs.push(arc);
      if (left > 0) left--;
      else if (index !== undefined) {
        left = follow(index, arc);
        if (isAddressType(index)) addressType = arc;
      }
      if (left === 0) part++;
      continue;
    }
    if (kind === "name") {
      const { enums } = index?.syntax ?? {};
      if (enums === undefined || !Object.hasOwn(enums, inside)) {
        throw new MibNameError(
          text,
          offset + 1,
          node.children().length > 0
            ? `${node.name} has no part called ${inside}`
            : `${inside} is no value of the index`,
        );
      }
      arcs.push(enums[inside]!);
      if (isAddressType(index!)) addressType = enums[inside];
    } else if (kind === "bracket") {
      throw new MibNameError(text, offset, "[value] stands for a whole index");
    } else {
      const octets = index !== undefined && isAddress(index)
        ? parseInetAddress(inside, addressType)
        : new TextEncoder().encode(inside);
      // Quotes say whether the length stands before the text, as net-snmp has it.
      if (kind === "double") arcs.push(octets.length);
      arcs.push(...octets);
    }
    part++;
    left = 0;
  }
  return arcs;
}

/** How many numbers belong to an index's part after its first. */
function follow({ implied, syntax }: MibIndex, first: number): number {
  const { base, name, ranges } = syntax;
  if (base === "IpAddress") return name === "NetworkAddress" ? 4 : 3;
  if (base === "OBJECT IDENTIFIER") return implied ? MOST_ARCS : first;
  if (base !== "OCTET STRING" && base !== "BITS" && base !== "Opaque") return 0;
  const [range] = ranges ?? [];
  const fixed = ranges?.length === 1 && range![0] === range![1];
  return implied ? MOST_ARCS : fixed ? Number(range![0]) - 1 : first;
}

/**
 * Writes the end of an OID by the index of its table, as net-snmp does:
 * strings in quotes, named numbers by name. What would not read back the same
 * is written as numbers.
 *
 * @param node What the OID is below.
 * @param suffix The numbers behind it, dotted; not empty.
 * @returns The end with its leading dot.
 */
export function formatSuffix(node: MibNode, suffix: string): string {
  const numeric = `.${suffix}`;
  if (node.kind !== "column" || node.indexes.length === 0) return numeric;
  // The usual case by far, and it looks the same either way.
  if (node.indexes.every(isPlainNumber)) return numeric;
  const arcs = readArcs(suffix);
  if (arcs === undefined) return numeric;
  let text = "";
  try {
    const parts = cutIndex(node.indexes, arcs, () => {
      throw MISFIT;
    });
    for (const part of parts) {
      const { index: { syntax, implied }, hasLength, arcs, addressType } = part;
      const length = hasLength ? `.${arcs.length}` : "";
      if (syntax.base === "OCTET STRING") {
        const value = addressType === undefined
          ? String.fromCharCode(...arcs)
          : indexValue(part);
        const isText = addressType === undefined
          ? PRINTABLE.test(value as string)
          : !`${value}`.startsWith("0x");
        const mark = implied || !hasLength ? "'" : '"';
        text += isText
          ? `.${mark}${`${value}`.replace(/["'\\]/g, "\\$&")}${mark}`
          : arcs.length === 0
          ? length
          : `${length}.${arcs.join(".")}`;
      } else if (arcs.length === 0) text += length;
      else if (syntax.name === "NetworkAddress") text += `.1.${arcs.join(".")}`;
      else if (syntax.enums !== undefined) text += `.${indexValue(part)}`;
      else text += `${length}.${arcs.join(".")}`;
    }
  } catch (error) {
    if (error !== MISFIT) throw error;
    return numeric;
  }
  return text;
}

const MISFIT = new RangeError("the numbers do not fit the index");

function isPlainNumber({ syntax }: MibIndex): boolean {
  const { base, enums } = syntax;
  return enums === undefined && base !== "OCTET STRING" &&
    base !== "OBJECT IDENTIFIER" && base !== "BITS" && base !== "Opaque";
}
