/**
 * Variables as they are told: name, type, value, or why there is none.
 *
 * @module
 */

import { canvas } from "../inspect/canvas.ts";
import { paint, type Role } from "../inspect/paint.ts";
import { visible } from "../inspect/text.ts";
import { duration } from "../inspect/units.ts";
import type { MibNode } from "./mib/object.ts";
import type { MibStore } from "./mib/store.ts";
import { meant, plainText, plainValue } from "./asking/values.ts";
import type { RawValue, SnmpType, SnmpValue } from "./value.ts";

/** What states say in place of a value. */
const STATES: Readonly<Partial<Record<SnmpType, string>>> = {
  noSuchObject: "no such object here",
  noSuchInstance: "no such instance here",
  endOfMibView: "nothing behind it",
};

/** What it takes to name a variable. */
export interface VarBindNames {
  /** Where names come from. */
  readonly mib: MibStore;
  /** The object that a variable is of. */
  readonly node: MibNode | undefined;
}

/**
 * One variable as an agent told it. What the agent does not have is no error but a
 * variable without a value, whose type says why: `"noSuchObject"`,
 * `"noSuchInstance"` or `"endOfMibView"`.
 *
 * @see RFC 3416 §3
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const mib = net.snmp.builtin;
 * const node = mib.find("ifOperStatus");
 * const status = new net.snmp.VarBind(`${node.oid}.2`, "Integer32", 1, { mib, node });
 * assert.equal(status.value, "up");
 * assert.equal(`${status}`, "IF-MIB::ifOperStatus.2 = up(1)");
 * ```
 */
export class VarBind {
  /** Its object identifier, dotted, without a dot in front. */
  readonly oid: string;
  /** What it is on the wire, or why it has no value. */
  readonly type: SnmpType;
  /**
   * What it means: see {@linkcode SnmpValue}; nothing where there is no value.
   */
  readonly value: SnmpValue;
  readonly #raw: RawValue;
  readonly #names: VarBindNames;

  /**
   * Reads one variable of an answer.
   *
   * @param oid Its object identifier.
   * @param type What it is on the wire.
   * @param raw The value as it came.
   * @param names The MIB, and the object that it is of.
   */
  constructor(oid: string, type: SnmpType, raw: RawValue, names: VarBindNames) {
    this.oid = oid;
    this.type = type;
    this.value = meant(type, raw, names.node);
    this.#raw = raw;
    this.#names = names;
  }

  /** Its name, as the MIB has it: `"IF-MIB::ifDescr.1"`. */
  get name(): string {
    return this.#names.mib.formatOid(this.oid);
  }

  /** The object that it is of, if the MIB has that. */
  get node(): MibNode | undefined {
    return this.#names.node;
  }

  /** The value as it came: enumerations as numbers, TimeTicks in hundredths of a second, strings as octets. */
  get raw(): RawValue {
    return this.#raw;
  }

  /** Whether there is a value. */
  get exists(): boolean {
    return STATES[this.type] === undefined;
  }

  /** The value as text: `"up(1)"`, `"00:1a:2b:…"`, `"3 min 5 s"`. */
  get text(): string {
    const raw = this.#raw;
    if (raw === undefined) return STATES[this.type] ?? "";
    const { node, mib } = this.#names;
    if (this.type === "TimeTicks") return duration(this.value as number);
    if (this.type === "ObjectIdentifier") return mib.formatOid(raw as string);
    if (this.type === "Opaque") return plainText(this.value);
    return node === undefined
      ? plainText(this.value)
      : mib.formatValue(node, raw);
  }

  /** `IF-MIB::ifOperStatus.1 = up(1)`. */
  toString(): string {
    return `${this.name} = ${this.text}`;
  }

  /** Its fields and its name, with bigints and octets as text. */
  toJSON(): { name: string; oid: string; type: SnmpType; value: unknown } {
    const { name, oid, type, value } = this;
    return { name, oid, type, value: plainValue(value) };
  }

  /** One line, for the prompt. */
  [Symbol.for("Deno.customInspect")](
    _inspect?: unknown,
    options?: { readonly colors?: boolean },
  ): string {
    const page = canvas({ colors: options?.colors ?? false });
    return `${paint("key", this.name, page)} = ${
      paint(this.#role(), visible(this.text), page)
    }`;
  }

  #role(): Role {
    if (!this.exists) return "warn";
    return typeof this.#raw === "string" || this.#raw instanceof Uint8Array
      ? "string"
      : "number";
  }
}
