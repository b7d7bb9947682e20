/**
 * The files that list who holds which MAC prefix, told apart by their content.
 *
 * @module
 */

/** Whose form a vendor file has. */
export type VendorFormat = "ieee-txt" | "ieee-csv" | "manuf" | "nmap";

/**
 * Takes one entry: the prefix as hex digits, its length in bits, its holder and,
 * if told, the address of that.
 */
export type TakeVendor = (
  digits: string,
  bits: number,
  vendor: string,
  address?: string,
) => void;

/**
 * Tells which form a vendor file has, by its first line that could be of any.
 *
 * @param text The whole file.
 * @returns The form, or `undefined` if no line is of any.
 *
 * @example
 * ```ts
 * import { vendorFormat } from "./oui_files.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(vendorFormat("# prefixes\n00000C Cisco Systems\n"), "nmap");
 * ```
 */
export function vendorFormat(text: string): VendorFormat | undefined {
  for (const line of lines(text)) {
    if (CSV_START.test(line)) return "ieee-csv";
    if (HEX_LINE.test(line) || BASE16_LINE.test(line)) return "ieee-txt";
    const prefix = listPrefix(line);
    if (prefix !== undefined) return prefix.bare ? "nmap" : "manuf";
  }
  return undefined;
}

/**
 * Reads all entries of a vendor file.
 *
 * @param text The whole file.
 * @param format Its form.
 * @param take Is called with each entry, in order.
 * @returns How many lines or records were to be entries and are none.
 *
 * @example
 * ```ts
 * import { readVendors } from "./oui_files.ts";
 * import assert from "node:assert/strict";
 *
 * const names: string[] = [];
 * const skipped = readVendors("00000C Cisco Systems\n00ZZ00 What", "nmap", (...[, , vendor]) => names.push(vendor));
 * assert.deepEqual([names, skipped], [["Cisco Systems"], 1]);
 * ```
 */
export function readVendors(
  text: string,
  format: VendorFormat,
  take: TakeVendor,
): number {
  if (format === "ieee-txt") return readIeeeText(text, take);
  return format === "ieee-csv" ? readIeeeCsv(text, take) : readList(text, take);
}

function* lines(text: string): Generator<string, void, undefined> {
  let start = text.startsWith("\ufeff") ? 1 : 0;
  while (start < text.length) {
    const feed = text.indexOf("\n", start);
    const end = feed < 0 ? text.length : feed;
    yield text.slice(start, end).trimEnd();
    start = end + 1;
  }
}

function tidy(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}

const HEX_LINE = /^([\da-f]{2})-([\da-f]{2})-([\da-f]{2})\s+\(hex\)\s+(\S.*)$/i;
const BASE16_LINE = /^([\da-f]{6})(?:-([\da-f]{6}))?\s+\(base 16\)/i;
const HEADING = /^(?:OUI|company_id|IAB|CID|OUI-\d\d)\b/;

/** Entries of two lines and an indented address, parted by empty lines. */
function readIeeeText(text: string, take: TakeVendor): number {
  let skipped = 0;
  let oui = ""; // of a first line whose second is awaited
  let digits = ""; // of an entry whose address goes on
  let vendor = "";
  let address: string[] = [];
  const finish = () => {
    if (oui !== "") skipped++;
    if (digits !== "") {
      const where = address.join(", ");
      take(digits, 4 * digits.length, vendor, where === "" ? undefined : where);
    }
    oui = digits = "";
    address = [];
  };
  for (const line of lines(text)) {
    if (line === "") finish();
    else if (line[0] === " " || line[0] === "\t") {
      if (digits !== "") address.push(tidy(line));
    } else {
      const first = HEX_LINE.exec(line);
      const second = first === null ? BASE16_LINE.exec(line) : null;
      if (first !== null) {
        finish();
        oui = first[1]! + first[2]! + first[3]!;
        vendor = tidy(first[4]!);
      } else if (second !== null && oui !== "") {
        const [, from = "", to] = second;
        const part = to === undefined ? "" : commonDigits(from, to);
        const fits = to === undefined
          ? from.toLowerCase() === oui.toLowerCase()
          : part !== "";
        if (fits) digits = oui + part;
        else skipped++;
        oui = "";
      } else if (!HEADING.test(line)) skipped++;
    }
  }
  finish();
  return skipped;
}

/** The digits before all zeros in one and all Fs in the other, or none. */
function commonDigits(from: string, to: string): string {
  const digits = from.replace(/0+$/, "");
  for (let n = digits.length; n < from.length; n++) {
    const common = from.slice(0, n);
    if (n > 0 && to.toUpperCase() === common.toUpperCase().padEnd(6, "F")) {
      return common;
    }
  }
  return "";
}

const CSV_START =
  /^(?:Registry,Assignment,|(?:MA-[LMS]|IAB|CID),[\da-f]{6,9},)/i;

/** Records of registry, prefix, holder and address (RFC 4180). */
function readIeeeCsv(text: string, take: TakeVendor): number {
  let skipped = 0;
  for (const record of records(text)) {
    const [registry = "", digits = "", vendor = "", address = ""] = record;
    if (registry === "Registry" || record.join("") === "") continue;
    const holder = tidy(vendor);
    if (/^[\da-f]{6,12}$/i.test(digits) && holder !== "") {
      take(digits, 4 * digits.length, holder, tidy(address) || undefined);
    } else skipped++;
  }
  return skipped;
}

/** Cuts CSV into records; a quote that does not end its field is a character. */
function* records(text: string): Generator<string[], void, undefined> {
  let at = text.startsWith("\ufeff") ? 1 : 0;
  let record: string[] = [];
  while (at < text.length) {
    const start = at;
    const end = text[at] === '"' ? closingQuote(text, at + 1) : -1;
    if (end >= 0) at = end;
    while (at < text.length && text[at] !== "," && text[at] !== "\n") at++;
    record.push(
      end < 0
        ? text.slice(start, at).trim()
        : text.slice(start + 1, end).replaceAll('""', '"'),
    );
    if (text[at] !== ",") {
      yield record;
      record = [];
    }
    at++;
  }
  if (record.length > 0) yield record;
}

function closingQuote(text: string, start: number): number {
  let at = text.indexOf('"', start);
  while (text[at + 1] === '"') at = text.indexOf('"', at + 2);
  const next = text[at + 1];
  const ends = next === undefined || next === "," || next === "\n" ||
    next === "\r";
  return ends ? at : -1;
}

interface ListPrefix {
  readonly digits: string;
  readonly bits: number;
  /** Whether the digits stand without separators, as nmap has them. */
  readonly bare: boolean;
  /** The holder, in one column or more. */
  readonly rest: string;
}

/** A prefix, perhaps its length in bits, then who holds it. */
function listPrefix(line: string): ListPrefix | undefined {
  const [, token = "", rest = ""] = /^(\S{5,21})\s+(\S.*)$/.exec(line) ?? [];
  const [text = "", length] = token.split("/");
  const bare = /^[\da-f]{6,12}$/i.test(text);
  if (!bare && !/^[\da-f]{2}(?:[:.-][\da-f]{2}){1,5}$/i.test(text)) {
    return undefined;
  }
  const digits = text.replace(/[:.-]/g, "");
  if (length !== undefined && !/^\d{1,2}$/.test(length)) return undefined;
  const bits = length === undefined ? 4 * digits.length : Number(length);
  if (bits < 8 || bits > 48) return undefined;
  return { digits, bits, bare, rest };
}

/** Lines of prefix and holder; Wireshark's have a short name, then a long one. */
function readList(text: string, take: TakeVendor): number {
  let skipped = 0;
  for (const line of lines(text)) {
    if (line === "" || line.trimStart().startsWith("#")) continue;
    const prefix = listPrefix(line);
    const [short, long] = prefix === undefined ? [] : prefix.rest.split("\t")
      .map(tidy).filter((name) => name !== "" && !name.startsWith("#"));
    const vendor = long ?? short;
    if (prefix === undefined || vendor === undefined) skipped++;
    else take(prefix.digits, prefix.bits, vendor);
  }
  return skipped;
}
