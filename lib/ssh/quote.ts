/**
 * Words for a shell.
 *
 * @module
 */

/**
 * Quotes a word for a POSIX shell, whatever is in it.
 *
 * @param word The word: a file's name, an argument.
 * @returns The word, in quotes if it needs them.
 * @see POSIX.1-2017, Shell Command Language §2.2.2
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * assert.equal(`cat ${net.ssh.quote("it's.txt")}`, "cat 'it'\\''s.txt'");
 * assert.equal(net.ssh.quote("/etc/motd"), "/etc/motd");
 * ```
 */
export function quote(word: string): string {
  return /^[\w./:@%+,-]+$/.test(word)
    ? word
    : `'${word.replaceAll("'", "'\\''")}'`;
}
