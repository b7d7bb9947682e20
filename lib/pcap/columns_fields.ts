/**
 * Fields by their names: the door to the packet engine, which is loaded when
 * somebody asks for fields.
 *
 * @module
 */

import type { FieldPath } from "../packet/fields.ts";

/**
 * Finds fields of packets by their names.
 *
 * @param names The names: `"frame.time"`, `"ipv4.src"`, `"tcp.flags.SYN"`.
 * @returns The fields, in the same order.
 * @throws {TypeError} If there is no such field; the message has the nearest.
 *
 * @example
 * ```ts
 * import { resolveFields } from "./columns_fields.ts";
 * import assert from "node:assert/strict";
 *
 * const [ttl] = await resolveFields(["ipv4.ttl"]);
 * assert.equal(ttl!.bits, 8);
 * ```
 */
export async function resolveFields(
  names: readonly string[],
): Promise<FieldPath[]> {
  const { resolveField } = await import("../packet/fields.ts");
  return names.map((name) => resolveField(name));
}

/**
 * Refuses what was asked for in another order, or as a text.
 *
 * @param what What it is for, as errors say it: `"write CSV"`.
 * @param capture The capture.
 * @param fields The names of fields.
 * @throws {TypeError} If one is something else.
 *
 * @example
 * ```ts
 * import { checkAsked } from "./columns_fields.ts";
 * import assert from "node:assert/strict";
 *
 * const capture = { records: () => [] };
 * assert.throws(() => checkAsked("write CSV", capture, "ipv4.src"), /'fields' must be a list/);
 * ```
 */
export function checkAsked(
  what: string,
  capture: unknown,
  fields: unknown,
): void {
  checkCapture(what, capture);
  checkFields(what, fields);
}

/**
 * Refuses what is no capture.
 *
 * @param what What it is for, as errors say it: `"write CSV"`.
 * @param capture The capture.
 * @throws {TypeError} If it is something else, such as a path.
 *
 * @example
 * ```ts
 * import { checkCapture } from "./columns_fields.ts";
 * import assert from "node:assert/strict";
 *
 * assert.throws(() => checkCapture("write CSV", "lab.pcap"), /'capture' must be/);
 * ```
 */
export function checkCapture(what: string, capture: unknown): void {
  const { records } = (capture ?? {}) as { records?: unknown };
  if (typeof records === "function") return;
  throw wrong(what, "capture", "what net.pcap.open() gave", capture);
}

/**
 * Refuses what is no list of names.
 *
 * @param what What it is for, as errors say it: `"write CSV"`.
 * @param fields The names of fields.
 * @throws {TypeError} If it is something else, such as one name.
 *
 * @example
 * ```ts
 * import { checkFields } from "./columns_fields.ts";
 * import assert from "node:assert/strict";
 *
 * assert.throws(() => checkFields("write CSV", "ipv4.src"), /such as \["ipv4.src"\]/);
 * ```
 */
export function checkFields(what: string, fields: unknown): void {
  if (Array.isArray(fields)) return;
  throw wrong(what, "fields", 'a list such as ["ipv4.src"]', fields);
}

/**
 * Refuses a word for how addresses are written that is none.
 *
 * @param what What it is for, as errors say it: `"write Arrow"`.
 * @param addresses The word.
 * @throws {TypeError} If it is neither of both.
 *
 * @example
 * ```ts
 * import { checkAddresses } from "./columns_fields.ts";
 * import assert from "node:assert/strict";
 *
 * assert.throws(() => checkAddresses("write Arrow", "numbers"), /"text" or "number"/);
 * ```
 */
export function checkAddresses(what: string, addresses: unknown): void {
  if (addresses === "text" || addresses === "number") return;
  throw wrong(what, "addresses", '"text" or "number"', addresses);
}

function wrong(what: string, name: string, must: string, value: unknown) {
  return new TypeError(
    `Cannot ${what} as '${name}' must be ${must}: current value is ${
      Deno.inspect(value)
    }`,
  );
}
