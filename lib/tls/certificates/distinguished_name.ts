/**
 * Distinguished names: who a certificate is about, and who signed it.
 *
 * @see RFC 5280 §4.1.2.4 and §7.1, RFC 4514
 * @module
 */

import { DerReader, type DerValue, TAG } from "../der/der.ts";
import { oidName } from "../der/object_identifiers.ts";

/** One fact of a name. */
export interface NameAttribute {
  /** What is said, by its number: `"2.5.4.3"`. */
  readonly oid: string;
  /** What is said: `"CN"`, or the number if it has no name. */
  readonly type: string;
  /** The text; `#` and the octets of the value in hexadecimal if it is none. */
  readonly value: string;
  /** Set if the value is no text. */
  readonly encoded?: true;
}

const LATIN1 = new TextDecoder("latin1");
const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const UTF16 = new TextDecoder("utf-16be", { fatal: true, ignoreBOM: true });

/** How the contents of each kind of text are read. */
const TEXTS: Readonly<Record<number, (octets: Uint8Array) => string>> = {
  [TAG.utf8String]: (octets) => UTF8.decode(octets),
  0x12: latin1, // NumericString
  [TAG.printableString]: latin1,
  0x14: latin1, // TeletexString, in which all the world writes Latin-1
  0x15: latin1, // VideotexString
  [TAG.ia5String]: latin1,
  0x19: latin1, // GraphicString
  0x1a: latin1, // VisibleString
  0x1b: latin1, // GeneralString
  0x1c: ucs4, // UniversalString
  0x1e: (octets) => UTF16.decode(octets), // BMPString
};

function latin1(octets: Uint8Array): string {
  // The decoder reads Windows-1252, which differs in 80 to 9f only.
  return LATIN1.decode(octets);
}

function ucs4(octets: Uint8Array): string {
  const view = new DataView(octets.buffer, octets.byteOffset, octets.length);
  let text = "";
  for (let at = 0; at < octets.length; at += 4) {
    text += String.fromCodePoint(view.getUint32(at));
  }
  return text;
}

/**
 * Reads a value that should be text, of whichever of ASN.1's kinds.
 *
 * @returns The text, or nothing if it is no text or not as its kind says.
 */
export function readText(value: DerValue): string | undefined {
  try {
    return TEXTS[value.tag]?.(value.contents);
  } catch {
    return undefined;
  }
}

/**
 * A distinguished name. In a template it is its text as RFC 4514 has it: the
 * last fact first, commas between, `+` between facts that belong together.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const ca = await net.tls.authority.create({ name: "Lab CA" });
 * const { subject } = ca.certificate;
 * assert.equal(subject.commonName, "Lab CA");
 * assert.equal(`${subject}`, "CN=Lab CA");
 * ```
 */
export class DistinguishedName {
  /** The facts in order, those that belong together in one list. */
  readonly parts: readonly (readonly NameAttribute[])[];
  /** The name as it was written; not enumerable, as nobody reads it. */
  declare readonly der: Uint8Array;
  #key: string | undefined;

  /**
   * Reads a name out of its DER value.
   *
   * @param value A SEQUENCE of relative names.
   * @throws {DecodeError} If it is none.
   */
  constructor(value: DerValue) {
    const parts: NameAttribute[][] = [];
    for (const part of value.inside().rest("relative name")) {
      if (part.tag !== TAG.set) {
        throw part.fault("relative name should be a set");
      }
      parts.push(readAttributes(part));
    }
    this.parts = parts;
    Object.defineProperty(this, "der", { value: value.der });
  }

  /**
   * Reads a name out of octets.
   *
   * @param der The octets of the whole name.
   * @returns The name.
   * @throws {DecodeError} If they are none.
   */
  static read(der: Uint8Array): DistinguishedName {
    const reader = new DerReader(der, "name");
    const value = reader.take(TAG.sequence, "name");
    reader.done();
    return new DistinguishedName(value);
  }

  /** The last common name, or nothing. */
  get commonName(): string | undefined {
    return this.get("CN").at(-1);
  }

  /** Whether it says nothing at all, as it may where other names do. */
  get empty(): boolean {
    return this.parts.length === 0;
  }

  /**
   * All that is said of one kind.
   *
   * @param type `"CN"`, `"O"`, …, or the number.
   * @returns The values, in order.
   */
  get(type: string): string[] {
    return this.parts.flat()
      .filter((attribute) => attribute.type === type || attribute.oid === type)
      .map(({ value }) => value);
  }

  /**
   * What two names have in common exactly if they are the same: without regard
   * to letter case, to runs of spaces, and to the kind of text.
   *
   * @see RFC 5280 §7.1
   */
  get key(): string {
    return this.#key ??= this.partKeys().join("\n");
  }

  /** The {@linkcode key} of each part, for those who ask who is below whom. */
  partKeys(): string[] {
    return this.parts.map(attributesKey);
  }

  /**
   * Whether two names are the same.
   *
   * @param other The other.
   */
  equals(other: DistinguishedName): boolean {
    return this.key === other.key;
  }

  /** The name as RFC 4514 writes it: `CN=R3,O=Let's Encrypt,C=US`. */
  toString(): string {
    return this.parts.toReversed()
      .map((part) =>
        part.map(({ type, value, encoded }) =>
          `${type}=${encoded ? value : escaped(value)}`
        ).join("+")
      ).join(",");
  }

  /** The text, in JSON. */
  toJSON(): string {
    return `${this}`;
  }

  /** The text, at the prompt. */
  [Symbol.for("Deno.customInspect")](): string {
    return `${this}`;
  }
}

/**
 * Reads one relative name: facts that belong together.
 *
 * @param set The SET, or what has its contents.
 */
export function readAttributes(set: DerValue): NameAttribute[] {
  const attributes: NameAttribute[] = [];
  for (const pair of set.unwrapped().rest("attribute")) {
    const inside = pair.inside();
    const oid = inside.take(TAG.oid, "type of attribute").oid();
    const value = inside.next("value of attribute");
    inside.done();
    const type = oidName(oid);
    const text = readText(value);
    attributes.push(
      text === undefined
        ? { oid, type, value: `#${value.der.toHex()}`, encoded: true }
        : { oid, type, value: text },
    );
  }
  if (attributes.length === 0) throw set.fault("relative name says nothing");
  return attributes;
}

/** What two relative names have in common exactly if they are the same. */
export function attributesKey(part: readonly NameAttribute[]): string {
  return part.map(({ oid, value, encoded }) =>
    `${oid}${encoded ? "#" : "="}${foldText(value)}`
  ).sort().join("\t");
}

function foldText(text: string): string {
  // What is neither a space nor a capital, in ASCII: most names.
  if (/^[a-z0-9.\-]*$/.test(text)) return text;
  return text.normalize("NFKC").toLowerCase().trim().replace(/\s+/g, " ");
}

function escaped(value: string): string {
  return value
    .replace(/[\\"+,;<>]/g, "\\$&")
    .replaceAll("\0", "\\00")
    .replace(/^[ #]/, "\\$&")
    .replace(/ $/, "\\ ");
}
