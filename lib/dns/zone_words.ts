/**
 * The words of one record, taken one by one: names, numbers, strings, octets.
 *
 * @see RFC 1035 §5.1
 * @module
 */

import { tryParse } from "../ip/address.ts";
import type { Address } from "../ip/address.ts";
import { Cursor, Sink } from "../packet/format.ts";
import { codeNumber, TYPE_CODES } from "../packet/layers/dns/codes.ts";
import { labelsOf, readName } from "../packet/layers/dns/name.ts";
import { asText } from "../packet/text_or_octets.ts";
import { typeName } from "./record.ts";
import { type Word, ZoneError, type ZoneSource } from "./zone_lines.ts";

const encoder = new TextEncoder();
/** Names without escapes, none of whose characters means anything. */
const SIMPLE = /^(?!.{254})(?:[A-Za-z0-9_*-]{1,63}\.)*[A-Za-z0-9_*-]{1,63}$/;
const UNIT: Readonly<Record<string, number>> = {
  w: 604_800,
  d: 86_400,
  h: 3600,
  m: 60,
  s: 1,
};
/** The most that a time to live may be (RFC 2181 §8). */
export const MOST_TTL = 2 ** 31 - 1;

/**
 * Reads a time to live, in seconds or with units as BIND has them: `1h30m`.
 *
 * @param text The text.
 * @returns Seconds; `undefined` if it is no such time.
 */
export function timeOf(text: string): number | undefined {
  if (/^\d+$/.test(text)) return Number(text);
  if (!/^(?:\d+[wdhms])+$/i.test(text)) return undefined;
  let seconds = 0;
  for (const [, digits, unit] of text.matchAll(/(\d+)(\D)/g)) {
    seconds += Number(digits) * UNIT[unit!.toLowerCase()]!;
  }
  return seconds;
}

/** The words of an entry, and where the next one is. */
export class Words {
  /** Where they stand. */
  readonly source: ZoneSource;
  readonly #words: readonly Word[];
  readonly #end: number;
  readonly #origin: string | undefined;
  #next = 0;

  /**
   * Starts with the first.
   *
   * @param source The text that they stand in.
   * @param words The words.
   * @param end Where the entry ends in it.
   * @param origin What relative names are relative to, if that is known.
   */
  constructor(
    source: ZoneSource,
    words: readonly Word[],
    end: number,
    origin: string | undefined,
  ) {
    this.source = source;
    this.#words = words;
    this.#end = end;
    this.#origin = origin;
  }

  /** Whether there is another word. */
  get hasMore(): boolean {
    return this.#next < this.#words.length;
  }

  /** Where the first word starts. */
  get start(): number {
    return this.#words[0]?.at ?? this.#end;
  }

  /** Where the next word starts, or the entry ends. */
  get at(): number {
    return this.#words[this.#next]?.at ?? this.#end;
  }

  /** The next word, which stays the next. */
  get peek(): Word | undefined {
    return this.#words[this.#next];
  }

  /**
   * Ends with an error.
   *
   * @param reason What is wrong.
   * @param at Where. @default {the word before}
   */
  fail(
    reason: string,
    at: number = this.#words[this.#next - 1]?.at ?? this.#end,
  ): never {
    throw new ZoneError(this.source, at, reason);
  }

  /**
   * Takes a word.
   *
   * @param what What it has to be, with its article.
   * @returns The word.
   */
  take(what: string): Word {
    const word = this.#words[this.#next];
    if (word === undefined) this.fail(`${what} is missing`, this.#end);
    this.#next++;
    return word;
  }

  /** Takes all words that are left, as one text without blanks. */
  rest(): string {
    let text = "";
    while (this.hasMore) text += this.take("").text;
    return text;
  }

  /** Takes all words that are left, and gives them and the one before, out of their quotation marks. */
  unquoted(): string {
    const words = this.#words.slice(Math.max(0, this.#next - 1));
    this.#next = this.#words.length;
    return words.map(({ text, isQuoted }) =>
      isQuoted ? text.replaceAll('\\"', '"') : text
    ).join(" ");
  }

  /**
   * Takes a number.
   *
   * @param most The highest that it may be.
   * @param what What it is, with its article.
   * @returns The number.
   */
  number(most: number, what = "a number"): number {
    const { text } = this.take(what);
    const value = Number(text);
    if (!/^\d+$/.test(text) || value > most) {
      this.fail(`${what} must be digits, up to ${most}`);
    }
    return value;
  }

  /** Takes a time in seconds, perhaps with units. */
  time(what = "a time", most = 0xffffffff): number {
    const value = timeOf(this.take(what).text);
    if (value === undefined) this.fail(`${what} must be one such as 300 or 5m`);
    if (value > most) this.fail(`${what} must be up to ${most}`);
    return value;
  }

  /** Takes a domain name, and makes it absolute. */
  name(what = "a name"): string {
    return this.nameOf(this.take(what));
  }

  /**
   * Makes a word an absolute name, in the form that messages have.
   *
   * @param word The word.
   * @returns The name, without a dot at the end.
   */
  nameOf({ text, at }: Word): string {
    const origin = this.#origin;
    const relative = (): string =>
      origin ??
        this.fail("a relative name needs an origin: put $ORIGIN before it", at);
    if (text === "@") return relative();
    if (text === ".") return text;
    if (SIMPLE.test(text)) {
      const above = relative();
      const name = above === "." ? text : `${text}.${above}`;
      if (name.length < 254) return name;
    } else if (text.endsWith(".") && SIMPLE.test(text.slice(0, -1))) {
      return text.slice(0, -1);
    }
    const isAbsolute = /(?:^|[^\\])(?:\\\\)*\.$/.test(text);
    const whole = isAbsolute ? text : `${text}.${relative()}`;
    try {
      // From octets and back: each name then has one text only.
      const octets: number[] = [];
      for (const label of labelsOf(new Sink("dns"), whole)) {
        octets.push(label.length, ...label);
      }
      const name = Uint8Array.of(...octets, 0);
      return readName(new Cursor(name, 0, name.length), Infinity);
    } catch (error) {
      this.fail((error as Error).message.replace(/^Cannot .* as it/, "it"), at);
    }
  }

  /** Takes an address. */
  address(family: 4 | 6): Address {
    const { text } = this.take(`an IPv${family} address`);
    return this.addressOf(text, family) ??
      this.fail(`an IPv${family} address is needed`);
  }

  /**
   * Reads an address that is a part of a word.
   *
   * @param text The part.
   * @param family Of which family.
   * @returns The address, if it is one.
   */
  addressOf(text: string, family: 4 | 6): Address | undefined {
    const address = tryParse(text, { family });
    return address?.zone === undefined ? address : undefined;
  }

  /** Takes a character-string as octets, however long. */
  octets(what = "a string"): Uint8Array {
    return unescaped(this.take(what).text) ??
      this.fail("\\ must be before a character, or 3 digits up to 255");
  }

  /** Takes a character-string; it is text if it is UTF-8. */
  string(what = "a string"): string | Uint8Array {
    const octets = this.octets(what);
    if (octets.length > 255) this.fail(`${what} must have up to 255 octets`);
    return asText(octets);
  }

  /** Takes all that are left as character-strings, one at least. */
  strings(): (string | Uint8Array)[] {
    const all = [this.string()];
    while (this.hasMore) all.push(this.string());
    return all;
  }

  /** Takes the hexadecimal digits of one word; `-` is none. */
  digits(what = "hexadecimal digits"): Uint8Array {
    const { text } = this.take(what);
    return text === "-" ? new Uint8Array(0) : this.hexOf(text, this.at);
  }

  /** Takes all that is left as hexadecimal digits. */
  hex(): Uint8Array {
    const { at } = this;
    return this.hexOf(this.rest(), at);
  }

  /**
   * Reads hexadecimal digits that are a part of a word.
   *
   * @param text The digits.
   * @param at Where the word is.
   * @returns The octets.
   */
  hexOf(text: string, at: number): Uint8Array {
    try {
      return Uint8Array.fromHex(text);
    } catch {
      this.fail("hexadecimal digits, two for each octet, are needed", at);
    }
  }

  /** Takes one word, or all that is left, as base 64. */
  base64(isRest = true): Uint8Array {
    const { at } = this;
    const text = isRest ? this.rest() : this.take("base 64").text;
    try {
      return Uint8Array.fromBase64(text);
    } catch {
      this.fail("base 64 is needed", at);
    }
  }

  /** Takes the name of a type. */
  type(): string {
    const number = codeNumber(TYPE_CODES, this.take("a type").text);
    return number === undefined
      ? this.fail("a type such as A or TYPE999 is needed")
      : typeName(number);
  }

  /** Takes all that are left as names of types. */
  types(): string[] {
    const all: string[] = [];
    while (this.hasMore) all.push(this.type());
    return all;
  }

  /**
   * Takes a number, or a name for it.
   *
   * @param names The names, by number.
   * @param what What it is, with its article.
   * @param most The highest number.
   * @returns The number.
   */
  coded(
    names: Readonly<Record<number, string>>,
    what: string,
    most = 255,
  ): number {
    const text = this.peek?.text.toUpperCase();
    for (const [number, name] of Object.entries(names)) {
      if (name.toUpperCase() === text) {
        this.take(what);
        return Number(number);
      }
    }
    return this.number(most, what);
  }
}

/**
 * Takes the escapes out of a text.
 *
 * @param text The text as it stands in a zone file.
 * @returns The octets; `undefined` if an escape is none.
 */
export function unescaped(text: string): Uint8Array | undefined {
  if (!text.includes("\\")) return encoder.encode(text);
  const octets: number[] = [];
  for (let i = 0; i < text.length;) {
    const next = text.indexOf("\\", i);
    if (next !== i) {
      const plain = text.slice(i, next < 0 ? text.length : next);
      for (const octet of encoder.encode(plain)) octets.push(octet);
      i += plain.length;
      continue;
    }
    const digits = /^\d{1,3}/.exec(text.slice(i + 1, i + 4))?.[0];
    if (digits !== undefined) {
      if (digits.length < 3 || Number(digits) > 255) return undefined;
      octets.push(Number(digits));
      i += 4;
      continue;
    }
    const character = String.fromCodePoint(text.codePointAt(i + 1) ?? 0x5c);
    octets.push(...encoder.encode(character));
    i += 1 + character.length;
  }
  return Uint8Array.from(octets);
}
