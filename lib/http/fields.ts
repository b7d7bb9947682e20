/**
 * The small grammars that header fields share: dates, lists, parameters and
 * challenges.
 *
 * @module
 */

/** One way in which a server offers to be convinced of who asks. */
export interface Challenge {
  /** The scheme in lower case: `"basic"`, `"digest"`, `"bearer"`. */
  readonly scheme: string;
  /** The parameters, their names in lower case, quotes and escapes undone. */
  readonly params: ReadonlyMap<string, string>;
}

const TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
const QUOTED = '"(?:[^"\\\\]|\\\\.)*"';

/**
 * Reads a date in any of the three forms that HTTP has had.
 *
 * @param text `"Sun, 06 Nov 1994 08:49:37 GMT"`, or one of the obsolete forms.
 * @returns Milliseconds since 1970, or `undefined` if it is no date.
 * @see RFC 9110 §5.6.7
 */
export function parseHttpDate(text: string): number | undefined {
  // Only asctime's form lacks the zone, which is GMT all the same.
  const time = Date.parse(/GMT$/i.test(text.trim()) ? text : `${text} GMT`);
  return Number.isNaN(time) ? undefined : time;
}

/**
 * Puts a text in quotes.
 *
 * @param text What stands between them.
 * @returns A quoted-string.
 * @see RFC 9110 §5.6.4
 */
export function quote(text: string): string {
  return `"${text.replace(/["\\]/g, "\\$&")}"`;
}

/** Undoes {@linkcode quote}; a token stays as it is. */
function unquote(text: string): string {
  return text.startsWith('"')
    ? text.slice(1, -1).replace(/\\(.)/g, "$1")
    : text;
}

/**
 * Reads the parameters of a field: `max-age=60, private`, `realm="x"`.
 *
 * @param text The field's value; what does not fit the grammar is left out.
 * @returns Lower-case names and values, `""` for names alone; the first counts.
 * @see RFC 9110 §5.6.6, RFC 9111 §5.2
 */
export function parseParams(text: string): Map<string, string> {
  const params = new Map<string, string>();
  const pattern = new RegExp(
    `(${TOKEN})(?:\\s*=\\s*(${TOKEN}|${QUOTED}))?`,
    "g",
  );
  for (const [, name = "", value = ""] of text.matchAll(pattern)) {
    const key = name.toLowerCase();
    if (!params.has(key)) params.set(key, unquote(value));
  }
  return params;
}

/**
 * Reads `WWW-Authenticate`, several of them joined with commas included.
 *
 * @param text The field's value.
 * @returns The challenges in the server's order; what is no challenge ends it.
 * @see RFC 9110 §11.3, §11.6.1
 */
export function parseChallenges(text: string): Challenge[] {
  const challenges: { scheme: string; params: Map<string, string> }[] = [];
  const param = new RegExp(`(${TOKEN})\\s*=\\s*(${TOKEN}|${QUOTED})`, "y");
  const scheme = new RegExp(`(${TOKEN})(?=[\\s,]|$)`, "y");
  // Some schemes carry one opaque text instead of parameters.
  const token68 = /[A-Za-z0-9._~+/-]+=*(?=\s*(?:,|$))/y;
  const gap = /[\s,]*/y;
  let at = 0;
  const take = (pattern: RegExp): RegExpExecArray | undefined => {
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    if (match) at = pattern.lastIndex;
    return match ?? undefined;
  };
  let fresh = false;
  while (take(gap) && at < text.length) {
    const last = challenges.at(-1);
    const pair = take(param);
    if (pair && last) {
      const name = pair[1]!.toLowerCase();
      if (!last.params.has(name)) last.params.set(name, unquote(pair[2]!));
      fresh = false;
    } else if (
      !pair && fresh && !/,\s*$/.test(text.slice(0, at)) && take(token68)
    ) {
      fresh = false;
    } else {
      const name = pair ? undefined : take(scheme);
      if (!name) break;
      challenges.push({ scheme: name[1]!.toLowerCase(), params: new Map() });
      fresh = true;
    }
  }
  return challenges;
}
