/**
 * What SVCB and HTTPS records say, read as zone files have it.
 *
 * @see RFC 9460 §2.1 and appendix A
 * @module
 */

import { ByteWriter } from "../bytes/writer.ts";
import { dataOctets } from "./message_writer.ts";
import { unescaped, type Words } from "./zone_words.ts";

const KEYS = [
  "mandatory",
  "alpn",
  "no-default-alpn",
  "port",
  "ipv4hint",
  "ech",
  "ipv6hint",
  "dohpath",
  "ohttp",
];
const [COMMA, BACKSLASH] = [0x2c, 0x5c];
/** Keys that have no value. */
const BARE = new Set([2, 8]);

/**
 * Takes priority, target and parameters.
 *
 * @param words Where they stand.
 * @returns The octets of the data.
 */
export function bindingOctets(words: Words): Uint8Array {
  const priority = words.number(0xffff, "a priority");
  const targetName = words.name();
  const start = dataOctets("SVCB", { priority, targetName, parameters: [] });
  const parameters = new Map<number, Uint8Array>();
  while (words.hasMore) {
    const [key, value] = parameter(words);
    if (parameters.has(key)) words.fail(`${keyName(key)} is there twice`);
    parameters.set(key, value);
  }
  checkMandatory(words, parameters);
  const writer = new ByteWriter().bytes(start);
  for (const [key, value] of [...parameters].sort(([a], [b]) => a - b)) {
    writer.u16(key).u16(value.length).bytes(value);
  }
  return writer.toBytes();
}

function keyName(key: number): string {
  return KEYS[key] ?? `key${key}`;
}

function keyNumber(words: Words, name: string): number {
  const known = KEYS.indexOf(name);
  const number = known >= 0 ? known : Number(/^key(\d{1,5})$/.exec(name)?.[1]);
  return number <= 0xffff
    ? number
    : words.fail(`no key of service parameters is called ${name}`);
}

function parameter(words: Words): [key: number, value: Uint8Array] {
  const { text } = words.take("a parameter");
  const equals = text.indexOf("=");
  const name = (equals < 0 ? text : text.slice(0, equals)).toLowerCase();
  const key = keyNumber(words, name);
  const given = equals < 0 ? "" : text.slice(equals + 1);
  const quoted = /^"([^]*)"$/.exec(given);
  const value = unescaped(quoted?.[1] ?? given) ??
    words.fail("\\ must be before a character, or 3 digits up to 255");
  // By its number a key has any octets.
  if (name.startsWith("key")) return [key, value];
  const isBare = BARE.has(key);
  if (isBare !== (value.length === 0)) {
    words.fail(`${name} must have ${isBare ? "no" : "a"} value`);
  }
  return [key, valueOctets(words, name, value)];
}

function valueOctets(
  words: Words,
  name: string,
  value: Uint8Array,
): Uint8Array {
  const text = String.fromCharCode(...value);
  const writer = new ByteWriter();
  switch (name) {
    case "mandatory": {
      const keys = text.split(",").map((one) => keyNumber(words, one));
      for (const key of keys.sort((a, b) => a - b)) writer.u16(key);
      return writer.toBytes();
    }
    case "alpn":
      for (const one of items(value)) {
        if (one.length < 1 || one.length > 255) {
          words.fail("a protocol must have 1 to 255 octets");
        }
        writer.u8(one.length).bytes(one);
      }
      return writer.toBytes();
    case "port":
      if (!/^\d{1,5}$/.test(text) || Number(text) > 0xffff) {
        words.fail("a port must be digits, up to 65535");
      }
      return writer.u16(Number(text)).toBytes();
    case "ipv4hint":
    case "ipv6hint":
      for (const one of text.split(",")) {
        const family = name === "ipv4hint" ? 4 : 6;
        const address = words.addressOf(one, family) ??
          words.fail(`${one} is no IPv${family} address`);
        writer.bytes(address.toBytes());
      }
      return writer.toBytes();
    case "ech":
      try {
        return Uint8Array.fromBase64(text);
      } catch {
        return words.fail("ech must be base 64");
      }
    default:
      return value;
  }
}

/** A list between commas; a comma within an item has a backslash before it. */
function items(value: Uint8Array): Uint8Array[] {
  const all: number[][] = [[]];
  for (let i = 0; i < value.length; i++) {
    if (value[i] === COMMA) all.push([]);
    else {
      if (value[i] === BACKSLASH && i + 1 < value.length) i++;
      all.at(-1)!.push(value[i]!);
    }
  }
  return all.map((one) => Uint8Array.from(one));
}

/** Keys that are mandatory must be there, and not the key itself (RFC 9460 §8). */
function checkMandatory(
  words: Words,
  parameters: ReadonlyMap<number, Uint8Array>,
): void {
  const keys = parameters.get(0) ?? new Uint8Array(0);
  const seen = new Set<number>();
  for (let i = 0; i + 1 < keys.length; i += 2) {
    const key = keys[i]! << 8 | keys[i + 1]!;
    if (key === 0 || seen.has(key) || !parameters.has(key)) {
      words.fail(`mandatory must list keys that are there, each once`);
    }
    seen.add(key);
  }
}
