/**
 * Values of the program as they go over the wire, by the type that a MIB says.
 *
 * @see RFC 2578 §7.1, RFC 2579 §2
 * @module
 */

import { Address } from "../../ip/address.ts";
import type { MibBase, MibNode } from "../mib/object.ts";
import type { MibStore } from "../mib/store.ts";
import type { SetType, SetValue } from "../set.ts";
import type { WireValue } from "./ber.ts";

/** Tags, and the ends of what fits. */
const KINDS: Readonly<
  Record<SetType, readonly [tag: number, low?: bigint, high?: bigint]>
> = {
  Integer32: [0x02, -(2n ** 31n), 2n ** 31n - 1n],
  OctetString: [0x04],
  Null: [0x05],
  ObjectIdentifier: [0x06],
  IpAddress: [0x40],
  Counter32: [0x41, 0n, 2n ** 32n - 1n],
  Gauge32: [0x42, 0n, 2n ** 32n - 1n],
  TimeTicks: [0x43, 0n, 2n ** 32n - 1n],
  Opaque: [0x44],
  Counter64: [0x46, 0n, 2n ** 64n - 1n],
};

const TYPE_OF: Readonly<Record<MibBase, SetType>> = {
  INTEGER: "Integer32",
  "OCTET STRING": "OctetString",
  BITS: "OctetString",
  "OBJECT IDENTIFIER": "ObjectIdentifier",
  IpAddress: "IpAddress",
  Counter32: "Counter32",
  Gauge32: "Gauge32",
  TimeTicks: "TimeTicks",
  Counter64: "Counter64",
  Opaque: "Opaque",
  NULL: "Null",
};

/** A value that can be told: as one to set, or names of bits. */
export type TellValue = SetValue | readonly string[];

/** What a variable is: its type, and the object that it is of. */
export interface Kind {
  /** What is done with it and its name, for errors: `"set sysContact.0"`. */
  readonly what: string;
  readonly type: SetType;
  readonly tag: number;
  /** The object, where the type is the one that it says. */
  readonly node: MibNode | undefined;
}

const encoder = new TextEncoder();

/** The object that an object identifier is of, if the MIB has it. */
export function objectAt(mib: MibStore, oid: string): MibNode | undefined {
  const { node } = mib.at(oid);
  return node.kind === "scalar" || node.kind === "column" ? node : undefined;
}

/**
 * Finds out of what type a variable is.
 *
 * @param node The object that it is of, if a MIB has it.
 * @param name Its name, for errors.
 * @param type Its type, if it was said.
 * @param verb What is done with it, for errors.
 * @throws {TypeError} If nobody says it, or it is none.
 */
export function kindOf(
  node: MibNode | undefined,
  name: string,
  type?: SetType,
  verb: "tell" | "set" = "tell",
): Kind {
  const what = `${verb} ${name}`;
  const known = node?.syntax && TYPE_OF[node.syntax.base];
  const wanted = type ?? known;
  if (wanted === undefined) {
    throw new TypeError(
      `Cannot ${what} as 'type' must be said where no MIB does: { type: "OctetString" }`,
    );
  }
  if (!Object.hasOwn(KINDS, wanted)) {
    throw new TypeError(
      `Cannot ${what} as 'type' must be one of ${
        Object.keys(KINDS).join(", ")
      }: current value is ${wanted}`,
    );
  }
  return {
    what,
    type: wanted,
    tag: KINDS[wanted][0],
    node: wanted === known ? node : undefined,
  };
}

/**
 * Makes a value of the program one for the wire.
 *
 * @param mib Where names in the value come from.
 * @param kind What it is.
 * @param value Enumerations by name or number; TimeTicks in milliseconds.
 * @throws {TypeError} If it is not of the type.
 * @throws {RangeError} If it does not fit.
 * @throws {ParseError} If it is a text that the syntax does not have.
 */
export function wireValue(
  mib: MibStore,
  kind: Kind,
  value: TellValue,
): WireValue {
  return { tag: kind.tag, value: onWire(mib, kind, value) };
}

function onWire(
  mib: MibStore,
  { what, type, node }: Kind,
  value: TellValue,
): WireValue["value"] {
  const wrong = (needed: string) =>
    new TypeError(
      `Cannot ${what} as 'value' must be ${needed} for ${type}: current value is ${
        value instanceof Uint8Array ? `${value.length} octets` : value
      }`,
    );
  const [, low, high] = KINDS[type];
  const raw = readable(mib, node, value);
  if (low !== undefined) {
    if (typeof raw === "boolean") throw wrong("a number");
    const isText = typeof raw === "string" && /^-?\d+$/.test(raw.trim());
    if (typeof raw !== "number" && typeof raw !== "bigint" && !isText) {
      throw wrong("a number");
    }
    // In milliseconds here, in hundredths of a second there; they begin anew at 2^32.
    const isTicks = type === "TimeTicks" && typeof value !== "string";
    const number = isTicks
      ? Math.floor(Number(raw) / 10)
      : scaled(node, raw, typeof value === "string");
    if (typeof number === "number" && !Number.isInteger(number)) {
      throw wrong("a whole number");
    }
    const whole = BigInt(number);
    if (isTicks && whole >= 0n) return Number(BigInt.asUintN(32, whole));
    if (whole < low || whole > high!) {
      throw new RangeError(
        `Cannot ${what} as 'value' must be from ${low} to ${high} for ${type}: current value is ${whole}`,
      );
    }
    return type === "Counter64" ? whole : Number(whole);
  }
  if (type === "Null") return null;
  if (type === "ObjectIdentifier") {
    if (typeof raw !== "string") throw wrong("text");
    return mib.parseOid(raw);
  }
  if (type === "IpAddress") {
    if (typeof raw === "string" && /^\d+(\.\d+){3}$/.test(raw)) return raw;
    if (raw instanceof Uint8Array && raw.length === 4) return raw;
    throw wrong("an IPv4 address");
  }
  if (typeof raw === "string") return encoder.encode(raw);
  if (!(raw instanceof Uint8Array)) throw wrong("text or octets");
  return raw;
}

/** A value by the MIB's help: names of numbers and bits, addresses, dates. */
function readable(
  mib: MibStore,
  node: MibNode | undefined,
  value: TellValue,
): SetValue {
  if (value instanceof Address) {
    return node?.syntax?.base === "OCTET STRING" ? value.toBytes() : `${value}`;
  }
  if (Array.isArray(value)) value = value.join(" ");
  if (typeof value === "boolean" && node?.syntax?.convention === "TruthValue") {
    return value ? 1 : 2;
  }
  if (typeof value !== "string" || node === undefined) return value as SetValue;
  // As an agent's client tells a time: "2026-11-23T10:20:30.0+01:00".
  const isDate = node.syntax?.convention === "DateAndTime";
  const iso = isDate &&
    /^(\d+)-(\d+)-(\d+)T(.*?)(?:([+-]\d+:\d+)|Z)?$/.exec(value);
  const text = iso
    ? `${+iso[1]!}-${+iso[2]!}-${+iso[3]!},${iso[4]}` +
      (iso[5] ? `,${iso[5]}` : value.endsWith("Z") ? ",+0:0" : "")
    : value;
  return mib.parseValue(node, text);
}

/** A number whose hint has a decimal point counts its last digit. */
function scaled(
  node: MibNode | undefined,
  raw: number | bigint | string,
  isText: boolean,
): number | bigint {
  if (typeof raw === "string") return BigInt(raw.trim());
  const decimals = /^d-(\d)$/.exec(node?.hint ?? "");
  // The MIB's reader of text has seen to it.
  return decimals && !isText
    ? Math.round(Number(raw) * 10 ** Number(decimals[1]))
    : raw;
}
