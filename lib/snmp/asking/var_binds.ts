/**
 * Answers as variables.
 *
 * @module
 */

import type { MibStore } from "../mib/store.ts";
import type { RawValue, SnmpType } from "../value.ts";
import { VarBind, type VarBindNames } from "../varbind.ts";
import { type Pdu, PLACES } from "./message.ts";
import { oidAt, rawAt, typeAt } from "./values.ts";

/** Reads the variables of answers, by the names of one MIB. */
export class VarBinds {
  readonly mib: MibStore;
  /** The column of the last variable: the next one is most likely of the same. */
  #prefix = "";
  #names: VarBindNames;

  /** @param mib Where names come from. */
  constructor(mib: MibStore) {
    this.mib = mib;
    this.#names = { mib, node: undefined };
  }

  /**
   * Reads a variable of an answer.
   *
   * @param pdu The answer.
   * @param index Which one, from 0.
   * @param oid Its object identifier, where it has been read.
   */
  read(pdu: Pdu, index: number, oid: string = oidAt(pdu, index)): VarBind {
    return this.make(oid, typeAt(pdu, index), rawAt(pdu, index));
  }

  /** Reads all of them. */
  readAll(pdu: Pdu): VarBind[] {
    const count = pdu.places.length / PLACES;
    return Array.from({ length: count }, (_, i) => this.read(pdu, i));
  }

  /** Makes one of its parts. */
  make(oid: string, type: SnmpType, raw: RawValue): VarBind {
    return new VarBind(oid, type, raw, this.#namesOf(oid));
  }

  #namesOf(oid: string): VarBindNames {
    if (this.#prefix !== "" && oid.startsWith(this.#prefix)) {
      return this.#names;
    }
    const { mib } = this;
    const { node } = mib.at(oid);
    const isObject = node.kind === "column" || node.kind === "scalar";
    this.#names = { mib, node: isObject ? node : undefined };
    // Below anything else there may be objects yet.
    this.#prefix = isObject ? `${node.oid}.` : "";
    return this.#names;
  }
}

/** How many variables an answer has. */
export function countOf({ places }: Pdu): number {
  return places.length / PLACES;
}
