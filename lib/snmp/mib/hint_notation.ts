/**
 * DISPLAY-HINT as it is written, cut into its parts.
 *
 * @see RFC 2579 §3.1
 * @module
 */

/** One octet-format specification (RFC 2579 §3.1). */
export interface OctetFormat {
  /** The value's next octet says how often the format is applied. */
  readonly isRepeated: boolean;
  /** Octets that one application takes, which may be none. */
  readonly length: number;
  readonly as: "d" | "x" | "o" | "a" | "t";
  readonly separator: string;
  readonly terminator: string;
}

/** A hint, read. */
export type Hint =
  | { readonly as: "d" | "x" | "o" | "b"; readonly places: number }
  | { readonly formats: readonly OctetFormat[] };

/** Longer than any that is meant. */
const MOST_HINT = 255;
const MOST_LENGTH = 0xffff;
const MOST_PLACES = 100;

const INTEGER_HINT = /^(?:([xob])|d(?:-(\d{1,3}))?)$/;
const OCTET_FORMAT = /(\*?)(\d{1,5})([dxoat])(?:([^\d*])(?:([^\d*]))?)?/uy;

const known = new Map<string, Hint | undefined>();

/**
 * Reads a hint.
 *
 * @param hint The text.
 * @returns Its parts; `undefined` if it is none.
 */
export function readHint(hint: string): Hint | undefined {
  if (known.has(hint)) return known.get(hint);
  // Hints are few; whoever brings many shall not fill the memory.
  if (known.size > 1000) known.clear();
  const read = hint.length > MOST_HINT
    ? undefined
    : readIntegerHint(hint) ?? readOctetHint(hint);
  known.set(hint, read);
  return read;
}

function readIntegerHint(hint: string): Hint | undefined {
  const match = INTEGER_HINT.exec(hint);
  if (match === null) return undefined;
  const as = (match[1] ?? "d") as "d" | "x" | "o" | "b";
  const places = Number(match[2] ?? 0);
  return places > MOST_PLACES ? undefined : { as, places };
}

function readOctetHint(hint: string): Hint | undefined {
  const formats: OctetFormat[] = [];
  OCTET_FORMAT.lastIndex = 0;
  while (OCTET_FORMAT.lastIndex < hint.length) {
    const from = OCTET_FORMAT.lastIndex;
    const match = OCTET_FORMAT.exec(hint);
    if (match === null) return undefined;
    const [, star, digits, as, separator = "", second = ""] = match;
    const length = Number(digits);
    const isRepeated = star === "*";
    // A terminator is there for what is repeated alone.
    const terminator = isRepeated ? second : "";
    OCTET_FORMAT.lastIndex = from + match[0].length -
      (isRepeated ? 0 : second.length);
    if (length > MOST_LENGTH) return undefined;
    formats.push({
      isRepeated,
      length,
      as: as as OctetFormat["as"],
      separator,
      terminator,
    });
  }
  return formats.length === 0 ? undefined : { formats };
}

/**
 * Whether a text is a display hint for values of a kind.
 *
 * @param hint The text.
 * @param kind `"integer"` or `"octets"`.
 */
export function isHintFor(hint: string, kind: "integer" | "octets"): boolean {
  const read = readHint(hint);
  return read !== undefined && ("formats" in read) === (kind === "octets");
}
