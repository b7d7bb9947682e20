/**
 * Who made the card: MAC prefixes and their holders, from files that the caller
 * has read.
 *
 * @module
 */

import { ParseError } from "../../errors.ts";
import { canvas } from "../../inspect/canvas.ts";
import { card, type CardRow } from "../../inspect/card.ts";
import { paint } from "../../inspect/paint.ts";
import { count } from "../../inspect/units.ts";
import { type Mac, mac } from "./mac.ts";
import { readVendors, type VendorFormat, vendorFormat } from "./oui_files.ts";

export type { VendorFormat } from "./oui_files.ts";

/** Who holds a MAC prefix. */
export interface Vendor {
  /** The prefix: `"00:22:72"`, or with its length `"70:b3:d5:f2:f0:00/36"`. */
  readonly prefix: string;
  /** Its length in bits: 24 (MA-L), 28 (MA-M), 36 (MA-S) or another. */
  readonly bits: number;
  /** The holder's name. */
  readonly vendor: string;
  /** The holder's postal address, where the file tells it. */
  readonly address?: string | undefined;
}

/** Entries by the number that their bits make. */
type Holders = Map<
  number,
  { readonly vendor: string; readonly address?: string }
>;

/**
 * MAC prefixes and who holds them: what {@linkcode vendors} makes of files.
 *
 * It iterates over its entries, in the order of the files within each length.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const table: net.ip.VendorTable = net.ip.vendors("00000C Cisco Systems\n525400 QEMU virtual NIC");
 * assert.equal(table.lookup("52:54:00:12:34:56")?.vendor, "QEMU virtual NIC");
 * assert.equal(table.lookup("02:00:00:00:00:01"), undefined);
 * ```
 */
export class VendorTable implements Iterable<Vendor> {
  /** The form of each file, in order. */
  readonly formats: readonly VendorFormat[];
  /** How many prefixes there are. */
  readonly size: number;
  /** How many lines or records of the files were to be entries and are none. */
  readonly skipped: number;
  /** By length in bits, the longest first. */
  readonly #holders: ReadonlyMap<number, Holders>;

  /**
   * Reads files; {@linkcode vendors} does the same.
   *
   * @param texts The content of each file.
   * @throws {ParseError} If a file has no entry at all.
   * @throws {RangeError} If there is no file.
   * @throws {TypeError} If a text is no string.
   */
  constructor(texts: Iterable<string>) {
    const formats: VendorFormat[] = [];
    const holders = new Map<number, Holders>();
    let skipped = 0;
    for (const text of texts) {
      const format = formatOf(text);
      let taken = 0;
      skipped += readVendors(text, format, (digits, bits, vendor, address) => {
        taken++;
        let same = holders.get(bits);
        if (same === undefined) holders.set(bits, same = new Map());
        const key = leading(parseInt(digits.padEnd(12, "0"), 16), bits);
        if (same.has(key)) return;
        same.set(key, address === undefined ? { vendor } : { vendor, address });
      });
      if (taken === 0) throw noEntry(text);
      formats.push(format);
    }
    if (formats.length === 0) {
      throw new RangeError(
        "Cannot read vendor files as 'text' must be one or more of them: current value is an empty list",
      );
    }
    this.formats = formats;
    this.#holders = new Map([...holders].sort(([a], [b]) => b - a));
    this.size = [...holders.values()].reduce((n, same) => n + same.size, 0);
    this.skipped = skipped;
  }

  /**
   * Finds who holds the longest prefix of an address.
   *
   * A group address counts as its holder's if its own prefix is not listed. What
   * a program made up, with the local bit set, is mostly nobody's.
   *
   * @param address The MAC address, of 48 bits or 64, or its text.
   * @returns The entry, or `undefined` if no prefix fits.
   * @throws {ParseError} If `address` is text and no MAC address.
   */
  lookup(address: string | Mac): Vendor | undefined {
    const whole = mac(address);
    const { bits, w0, w1 } = whole;
    const low = bits === 48 ? w1 : w1 >>> 16;
    const octets = (w0 >>> 0) * 0x10000 + low;
    const found = this.#find(octets);
    if (found !== undefined || !whole.isMulticast) return found;
    return this.#find(octets - 0x0100_0000_0000);
  }

  #find(octets: number): Vendor | undefined {
    for (const [bits, same] of this.#holders) {
      const key = leading(octets, bits);
      const holder = same.get(key);
      if (holder !== undefined) {
        return { prefix: prefixText(key, bits), bits, ...holder };
      }
    }
    return undefined;
  }

  /** Gives every entry, the longest prefixes first. */
  *[Symbol.iterator](): Generator<Vendor, void, undefined> {
    for (const [bits, same] of this.#holders) {
      for (const [key, holder] of same) {
        yield { prefix: prefixText(key, bits), bits, ...holder };
      }
    }
  }

  /** Stands in JSON as the array of its entries. */
  toJSON(): Vendor[] {
    return [...this];
  }

  /** Shows at the prompt how many prefixes there are, and of what length. */
  [Symbol.for("Deno.customInspect")](
    _inspect?: unknown,
    options?: { readonly colors?: boolean; readonly currentDepth?: number },
  ): string {
    const page = canvas({ colors: options?.colors ?? false });
    const { size, skipped, formats } = this;
    const title = `${count(size)} MAC ${size === 1 ? "prefix" : "prefixes"}`;
    if (options?.currentDepth) return paint("heading", title, page);
    const rows: CardRow[] = [];
    for (const [bits, same] of this.#holders) {
      rows.push([`${bits} bits`, count(same.size), "number"]);
    }
    rows.push(["from", formats.join(", "), "name"]);
    if (skipped > 0) rows.push(["skipped", count(skipped), "warn"]);
    return card(title, rows, page);
  }
}

/**
 * Reads vendor files: `oui.txt` and `oui.csv` of the IEEE and their smaller
 * kin (mam, oui36, iab, cid), Wireshark's `manuf`, nmap's `nmap-mac-prefixes`.
 *
 * Which one a file is, its content tells. A prefix that is given twice keeps its
 * first holder. Lines that are none of the file's form are counted and skipped.
 *
 * @param text The content of one file, or of several.
 * @returns The table to look addresses up in.
 * @throws {ParseError} If a file has no entry at all.
 * @throws {RangeError} If `text` is an empty list.
 * @throws {TypeError} If `text` is no string and no row of strings.
 * @see https://standards.ieee.org/products-programs/regauth/
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const csv = `Registry,Assignment,Organization Name,Organization Address
 * MA-L,002272,American Micro-Fuel Device Corp.,2181 Buchanan Loop Ferndale WA US 98248
 * `;
 * const found = net.ip.vendors(csv).lookup("00-22-72-00-00-01");
 * assert.equal(found?.vendor, "American Micro-Fuel Device Corp.");
 * ```
 */
export function vendors(text: string | Iterable<string>): VendorTable {
  // A string is a row of strings too, and meant as one.
  return new VendorTable(typeof text === "string" ? [text] : text);
}

function formatOf(text: string): VendorFormat {
  if (typeof text !== "string") {
    throw new TypeError(
      `Cannot read a vendor file as 'text' must be a string: current value is ${text}`,
    );
  }
  const format = vendorFormat(text);
  if (format === undefined) throw noEntry(text);
  return format;
}

function noEntry(text: string): ParseError {
  return new ParseError(
    "a vendor file",
    text,
    0,
    "no entry of oui.txt, oui.csv, manuf or nmap-mac-prefixes anywhere",
  );
}

/** The first bits of 48. */
function leading(octets: number, bits: number): number {
  return Math.floor(octets / 2 ** (48 - bits));
}

function prefixText(key: number, bits: number): string {
  const hex = (key * 2 ** (48 - bits)).toString(16).padStart(12, "0");
  const octets = hex.match(/../g)!;
  return bits % 8 === 0
    ? octets.slice(0, bits / 8).join(":")
    : `${octets.join(":")}/${bits}`;
}
