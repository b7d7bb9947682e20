/**
 * Patterns with `*` and `?`, alone and in lists, as ssh_config and known_hosts
 * have them.
 *
 * @see ssh_config(5), PATTERNS
 * @module
 */

/**
 * Whether a text matches a pattern: `*` is any run of characters, `?` any one.
 *
 * @param text The text.
 * @param pattern The pattern.
 */
export function matchesPattern(text: string, pattern: string): boolean {
  let t = 0;
  let p = 0;
  // Where to go on after a mismatch: only the last star can have been too short.
  let star = -1;
  let resume = 0;
  while (t < text.length) {
    const c = pattern[p];
    if (c === "*") {
      star = p++;
      resume = t;
    } else if (c !== undefined && (c === "?" || c === text[t])) {
      p++;
      t++;
    } else if (star >= 0) {
      p = star + 1;
      t = ++resume;
    } else return false;
  }
  while (pattern[p] === "*") p++;
  return p === pattern.length;
}

/**
 * Whether a text matches a list of patterns, of which those after `!` bar it.
 *
 * @param text The text.
 * @param patterns The patterns; one barred match outweighs all others.
 */
export function matchesList(
  text: string,
  patterns: Iterable<string>,
): boolean {
  let matches = false;
  for (const pattern of patterns) {
    if (pattern.startsWith("!")) {
      if (matchesPattern(text, pattern.slice(1))) return false;
    } else matches ||= matchesPattern(text, pattern);
  }
  return matches;
}

/** As {@linkcode matchesList}, of names of hosts: capitals do not count. */
export function matchesHosts(
  host: string,
  patterns: readonly string[],
): boolean {
  const lower = patterns.map((pattern) => pattern.toLowerCase());
  return matchesList(host.toLowerCase(), lower);
}
