/**
 * Where an answer leads on: the header field `Link`.
 *
 * @module
 */

/** One link of a `Link` field. */
export interface Link {
  /** Where it leads; a reference is resolved against the answer's URL. */
  readonly url: string;
  /** What is there, seen from here: `"next"`; of several, the first. */
  readonly rel: string;
  /** All its parameters, by names in small letters; the first of each name. */
  readonly params: Readonly<Record<string, string>>;
}

/**
 * Reads a `Link` field. What has no form of a link ends it: those before it are
 * given.
 *
 * @param field The field's value; several fields are joined by commas.
 * @param base The URL that references start from.
 * @returns The links by relation; of a relation that comes twice, the first one.
 * @see RFC 8288 §3, appendix B.2
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const field = '</hosts?page=3>; rel="next", </hosts?page=9>; rel="last"; title="the end"';
 * const { next, last } = net.http.parseLinks(field, "http://127.0.0.1/hosts?page=2");
 * assert.equal(next?.url, "http://127.0.0.1/hosts?page=3");
 * assert.equal(last?.params.title, "the end");
 * ```
 */
export function parseLinks(
  field: string,
  base: string | URL,
): Readonly<Partial<Record<string, Link>>> {
  // No prototype: a relation may have any name.
  const links: Record<string, Link> = Object.create(null);
  let rest = field;
  while (true) {
    const [all, reference] = /^[\s,]*<([^>]*)>/.exec(rest) ?? [];
    if (all === undefined) return links;
    rest = rest.slice(all.length);
    const params: Record<string, string> = Object.create(null);
    let part: RegExpExecArray | null;
    while ((part = PARAMETER.exec(rest)) !== null) {
      rest = rest.slice(part[0].length);
      const [, name = "", quoted, token = ""] = part;
      const value = quoted?.replace(/\\(.)/g, "$1") ?? token;
      if (name !== "") params[name.toLowerCase()] ??= value;
    }
    // What follows up to the comma is nothing that we know.
    rest = rest.replace(/^(?:[^",]|"(?:[^"\\]|\\.)*"?)*/, "");
    const url = URL.parse(reference!, base);
    // A link from elsewhere to elsewhere is none of this answer's.
    if (url === null || params.anchor !== undefined) continue;
    const relations = (params.rel ?? "").toLowerCase().split(/\s+/)
      .filter((name) => name !== "");
    for (const name of relations) {
      links[name] ??= { url: url.href, rel: relations[0]!, params };
    }
  }
}

/** `; name`, `; name=token`, `; name="quoted \" text"`. */
const PARAMETER =
  /^\s*;\s*([^\s=;,"]*)\s*(?:=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;,"]*)))?/;
