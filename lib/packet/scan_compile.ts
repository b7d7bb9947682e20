/**
 * Makes the function that a scan runs: one loop over the records, and in it one
 * `case` a layer that leads to a field that is wanted.
 *
 * @module
 */

import type { FieldPath } from "./fields.ts";
import { READ_SCOPE } from "./expression.ts";
import { Packet } from "./packet.ts";
import { fieldCode, slotOf, wordCode } from "./scan_code.ts";
import { scanGraph, type ScanNode } from "./scan_graph.ts";
import type { Fill } from "./scan_source.ts";
import { walkCode } from "./scan_walk.ts";

/** A field that is wanted, and which column is its. */
interface Want {
  readonly path: FieldPath;
  readonly column: number;
}

/** Which columns are to be filled. */
interface Plan {
  readonly wants: readonly Want[];
  /** The layers that have those fields. */
  readonly layers: ReadonlySet<string>;
  /** Whether every walk goes to its end, as that tells where payloads lie. */
  readonly whole: boolean;
}

/**
 * Compiles a scan.
 *
 * @param paths The fields, in the order of the columns.
 * @returns The function.
 *
 * @example
 * ```ts
 * import { resolveField } from "./fields.ts";
 * import { compileScan } from "./scan_compile.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(typeof compileScan([resolveField("udp.dstPort")]), "function");
 * ```
 */
export function compileScan(paths: readonly FieldPath[]): Fill {
  const names = paths.map(({ layer }) => layer);
  const plan: Plan = {
    wants: paths.map((path, column) => ({ path, column })),
    layers: new Set(names.filter((name) => name !== "frame")),
    whole: names.includes("payload"),
  };
  const { wants } = plan;
  const scope = { ...READ_SCOPE, Packet, paths };
  const { steps, walk } = walkCode({
    isUseful: (node) => isUseful(node, plan),
    goesOn: (node) => goesOn(node, plan),
    accept: (node) => acceptCode(node, plan),
    trouble: "",
    scope,
  });
  const cleared = wants.filter(({ path }) => path.kind === "present")
    .map(({ column }) => `c${column}[row] = 0;`);
  const again = scanGraph().nodes.filter((node) => comesAgain(node, plan));
  const source = `"use strict";
let row = 0, columns, linkType = -1, root = 0;
${wants.map(declaration).join("\n")}
${again.map(({ id }) => `let seen${id} = false;`).join("\n")}
${steps}
return (r, into, from, capacity) => {
  columns = into;
  row = from;
  ${wants.map(assignment).join("\n  ")}
  b = r.octets;
  d = r.view;
  while (row < capacity && r.next()) {
    start = place = r.start;
    end = r.end;
    if (r.linkType !== linkType) {
      linkType = r.linkType;
      root = rootOf(linkType);
    }
    ${
    again.map(({ id }) => `seen${id} = false;`).concat(cleared).join("\n    ")
  }
    ${walk}
    ${wants.map(outsideCode).filter((code) => code !== "").join("\n    ")}
    row++;
  }
  return row;
};`;
  const make = new Function(...Object.keys(scope), source);
  return make(...Object.values(scope));
}

/** Whether the layer, or one that can come after it, is wanted. */
function isUseful(node: ScanNode, { whole, layers }: Plan): boolean {
  return whole || layers.has(node.layer.name) ||
    !layers.isDisjointFrom(node.below);
}

/** Whether something that is wanted can come after the layer. */
function goesOn(node: ScanNode, { whole, layers }: Plan): boolean {
  const below = layers.intersection(node.below);
  below.delete(node.layer.name);
  return whole || below.size > 0;
}

/** Whether a wanted layer can come a second time: the outer one's fields count. */
function comesAgain(node: ScanNode, plan: Plan): boolean {
  const { name } = node.layer;
  return plan.layers.has(name) && node.below.has(name) && goesOn(node, plan);
}

/** Names a column's values, validity bits, and halves of 64-bit numbers. */
function declaration({ column }: Want): string {
  return `let c${column}, v${column}, h${column};`;
}

/** Takes them from the columns that are filled. */
function assignment({ path: { kind }, column }: Want): string {
  const halves = kind === "time"
    ? ` h${column} = new Uint32Array(c${column}.buffer);`
    : "";
  return `c${column} = columns[${column}].values; v${column} = columns[${column}].valid;${halves}`;
}

const bitCode = (column: number) => `v${column}[row >> 3] |= 1 << (row & 7);`;

/** Fills the columns of a layer. */
function acceptCode(node: ScanNode, plan: Plan): string[] {
  const { id, layer: { name } } = node;
  const own = plan.wants.filter(({ path }) => path.layer === name);
  const writes = own.map((want) => writeCode(node, want));
  // Columns of what every such header has share their bits.
  const shared = own.find(({ path: { kind } }) =>
    kind !== "present" && kind !== "value"
  );
  if (shared !== undefined) writes.unshift(bitCode(shared.column));
  return comesAgain(node, plan)
    ? [`if (!seen${id}) {`, `seen${id} = true;`, ...writes, "}"]
    : writes;
}

/** Writes a wanted field of a header at `at` into its column. */
function writeCode({ layer }: ScanNode, { path, column }: Want): string {
  const { kind, field, flag } = path;
  const cell = `c${column}[row]`;
  if (kind === "present") return `${cell} = 1;`;
  if (field === "offset") return `${cell} = at - start;`;
  if (field === "headerLength") return `${cell} = length;`;
  const slot = slotOf(layer, field);
  if (slot === undefined) return `columns[${column}].put(row, v.${field});`;
  if (kind === "flag") {
    const bit = slot.bits - 1 - slot.flags.indexOf(flag!);
    return `${cell} = ${fieldCode(layer, slot)} >>> ${bit} & 1;`;
  }
  if (kind === "ipv4") return `${cell} = ${wordCode(slot, 0, "Uint32")};`;
  if (kind === "ipv6") {
    return [0, 1, 2, 3].map((word) =>
      `c${column}[row * 4 + ${word}] = ${wordCode(slot, word * 4, "Uint32")};`
    ).join(" ");
  }
  if (kind === "mac") {
    const high = wordCode(slot, 0, "Uint16");
    return `${cell} = ${high} * 4294967296 + ${wordCode(slot, 2, "Uint32")};`;
  }
  return `${cell} = ${fieldCode(layer, slot)};`;
}

/** Which half of a 64-bit number comes first in this machine's memory. */
const LOW = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1 ? 0 : 1;

/** Writes what the capture says, and where the walk has ended. */
function outsideCode({ path: { path }, column }: Want): string {
  const cell = `c${column}[row]`;
  switch (path) {
    case "frame.number":
      return `${cell} = r.number;`;
    case "frame.length":
      return `${cell} = r.length;`;
    case "frame.captured":
      return `${cell} = r.end - start;`;
    case "frame.linkType":
      return `${cell} = linkType;`;
    case "frame.time":
      // Seconds times 10^9 are exact up to 2^32 seconds, as 2^9 divides 10^9.
      return `if (r.seconds !== undefined) {
      ${bitCode(column)}
      if (r.seconds >= 0 && r.seconds < 4294967296 && r.nanoseconds < 1e9) {
        const whole = r.seconds * 1e9;
        let high = Math.floor(whole / 4294967296);
        let low = whole - high * 4294967296 + r.nanoseconds;
        if (low >= 4294967296) { low -= 4294967296; high++; }
        h${column}[row * 2 + ${LOW}] = low;
        h${column}[row * 2 + ${1 - LOW}] = high;
      } else {
        ${cell} = BigInt(r.seconds) * 1000000000n + BigInt(r.nanoseconds);
      }
    }`;
    case "frame.error":
      return `columns[${column}].put(row, paths[${column}].read(new Packet(r.frame())));`;
    case "payload.length":
      return `${cell} = end - place;`;
    case "payload.octets":
      return `${cell} = b.subarray(place, end);`;
    default:
      return "";
  }
}
