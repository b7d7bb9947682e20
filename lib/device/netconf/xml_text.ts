/**
 * Characters and names of XML 1.0.
 *
 * @see https://www.w3.org/TR/xml/
 * @module
 */

const ILLEGAL = /[^\t\n\r\x20-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u;

/** Where there is a character that XML does not have; -1 for nowhere. */
export function illegalAt(text: string): number {
  return text.search(ILLEGAL);
}

const START =
  "A-Z_a-z\\xC0-\\xD6\\xD8-\\xF6\\xF8-\\u02FF\\u0370-\\u037D\\u037F-\\u1FFF\\u200C\\u200D\\u2070-\\u218F\\u2C00-\\u2FEF\\u3001-\\uD7FF\\uF900-\\uFDCF\\uFDF0-\\uFFFD\\u{10000}-\\u{EFFFF}";
const REST = `${START}\\-.0-9\\xB7\\u0300-\\u036F\\u203F\\u2040`;

/** A name without a prefix, from some place on. */
export const NAME = new RegExp(`[${START}][${REST}]*`, "uy");

const ENTITIES: Readonly<Record<string, string>> = {
  lt: "<",
  gt: ">",
  amp: "&",
  apos: "'",
  quot: '"',
};

/**
 * What a reference stands for, such as `lt` or `#x41`.
 *
 * @param name What stands between `&` and `;`.
 * @returns The character, or nothing if there is no such reference.
 */
export function entity(name: string): string | undefined {
  const number = /^#(?:x([0-9a-fA-F]+)|([0-9]+))$/.exec(name);
  if (number === null) {
    return Object.hasOwn(ENTITIES, name) ? ENTITIES[name] : undefined;
  }
  const [, hex, decimal] = number;
  const code = hex === undefined ? Number(decimal) : parseInt(hex, 16);
  if (!(code <= 0x10ffff)) return undefined;
  const text = String.fromCodePoint(code);
  return illegalAt(text) < 0 ? text : undefined;
}

/**
 * Writes text as content.
 *
 * @param text The text.
 * @returns The same, escaped; it never holds `]]>`.
 * @throws {TypeError} If it has a character that XML does not have.
 */
export function escapeText(text: string): string {
  return checked(text)
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll("\r", "&#13;");
}

/**
 * Writes text as the value of an attribute, without the quotes.
 *
 * @param text The text.
 * @returns The same, escaped.
 * @throws {TypeError} If it has a character that XML does not have.
 */
export function escapeAttribute(text: string): string {
  return escapeText(text)
    .replaceAll('"', "&quot;")
    .replaceAll("\t", "&#9;")
    .replaceAll("\n", "&#10;");
}

function checked(text: string): string {
  const at = illegalAt(text);
  if (at < 0) return text;
  const code = text.codePointAt(at)?.toString(16).toUpperCase();
  throw new TypeError(
    `Cannot write text as XML as it must have characters of XML alone: current value has U+${
      code?.padStart(4, "0")
    } at ${at}`,
  );
}
