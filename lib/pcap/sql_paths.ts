/**
 * Fields of packets in SQL: `ipv4.src` is to be a column's name, not a column of
 * a table `ipv4`.
 *
 * @module
 */

import { findField, nearestField } from "../packet/fields.ts";

/** A query whose fields have been found. */
export interface QuotedQuery {
  /** The query with its fields between quotation marks. */
  readonly query: string;
  /** The fields, each once. */
  readonly paths: readonly string[];
  /** Which field was perhaps meant by a name that is none. */
  readonly hint: string | undefined;
}

/**
 * What is to be told apart: text, quoted names, comments, text between dollars,
 * and names with or without dots.
 */
const TOKEN =
  /'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*|\/\*[^]*?\*\/|\$(\w*)\$[^]*?\$\1\$|[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*/g;

/**
 * Puts the fields of packets in a query between quotation marks.
 *
 * @param query The query.
 * @returns The query, and its fields.
 *
 * @example
 * ```ts
 * import { quotePaths } from "./sql_paths.ts";
 * import assert from "node:assert/strict";
 *
 * const { query, paths } = quotePaths("select p.ipv4.src, 'tcp.seq' from packets p");
 * assert.equal(query, `select p."ipv4.src", 'tcp.seq' from packets p`);
 * assert.deepEqual(paths, ["ipv4.src"]);
 * ```
 */
export function quotePaths(query: string): QuotedQuery {
  const paths = new Set<string>();
  let hint: string | undefined;
  const quoted = query.replace(TOKEN, (token) => {
    if (token.startsWith('"')) {
      const path = findField(token.slice(1, -1))?.path;
      if (path === undefined) return token;
      paths.add(path);
      return `"${path}"`;
    }
    if (!/^[A-Za-z_]\w*\./.test(token)) return token;
    const parts = token.split(".");
    // Before the field may stand the name of the table.
    for (let from = 0; from < parts.length - 1; from++) {
      const path = findField(parts.slice(from).join("."))?.path;
      if (path === undefined) continue;
      paths.add(path);
      return [...parts.slice(0, from), `"${path}"`].join(".");
    }
    hint ??= nearestField(token);
    return token;
  });
  return { query: quoted, paths: [...paths], hint };
}
