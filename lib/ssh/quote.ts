/**
 * Words for a shell: one by one, or all that go into a command.
 *
 * @see POSIX.1-2017, Shell Command Language §2.2 (quoting)
 * @module
 */

/** What goes into a command; of a list, each is a word of its own. */
export type ShellValue = string | number | bigint | readonly ShellValue[];

/**
 * Quotes a word for a POSIX shell, whatever is in it. For all the words of a
 * command see {@linkcode sh}.
 *
 * @param word The word: a file's name, an argument.
 * @returns The word, in quotes if it needs them.
 * @throws {TypeError} If there is a NUL in it, which no program can be given.
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
  if (word.includes("\0")) {
    throw new TypeError(
      `Cannot quote a word as it must have no NUL: current value is ${
        JSON.stringify(word)
      }`,
    );
  }
  return /^[\w./:@%+,-]+$/.test(word)
    ? word
    : `'${word.replaceAll("'", "'\\''")}'`;
}

/**
 * Writes a command for a POSIX shell, as a template whose values are quoted. The
 * text between them is taken as it is typed, backslashes too. A list becomes as
 * many words, an empty one none.
 *
 * A value that begins with `-` is still an option to most programs: put `--`
 * before it.
 *
 * @param text What stands between the values.
 * @param values What is quoted: texts, numbers, lists of them.
 * @returns The command, for {@linkcode SshConnection.run} and
 * {@linkcode SshConnection.spawn}.
 * @throws {TypeError} If a value is none of these, has a NUL in it, or stands
 * within quotes, a comment or a here-document, where it would be no word.
 * @see POSIX.1-2017, Shell Command Language §2.2
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const { sh } = net.ssh;
 * const files = ["a b.txt", "$HOME"];
 * assert.equal(sh`ls -l -- ${files} | head -n ${3}`, "ls -l -- 'a b.txt' '$HOME' | head -n 3");
 *
 * await using server = await net.ssh.serve({
 *   users: { ada: "secret" },
 *   exec: async (session) => void await session.write(session.command!),
 * });
 * await using on = await net.ssh.connect(`ada@127.0.0.1:${server.port}`, {
 *   password: "secret",
 *   hostKeys: { fingerprint: server.fingerprints[0]! },
 * });
 * assert.equal((await on.run(sh`cat ${"it's"}`)).stdout, "cat 'it'\\''s'");
 * ```
 */
export function sh(
  text: TemplateStringsArray,
  ...values: readonly ShellValue[]
): string {
  let command = text.raw[0]!;
  values.forEach((value, i) => {
    const rest = command.replace(WHOLE, (part) => part === "\\\n" ? "" : "_");
    if (UNSAFE.test(rest)) {
      throw new TypeError(
        `Cannot quote a value as it must stand outside quotes, comments and here-documents: current value is behind ${command}`,
      );
    }
    command += wordsOf(value) + text.raw[i + 1]!;
  });
  return command;
}

/** What has ended before a value: escapes, quoted text, comments. */
const WHOLE = /\\[^]|'[^']*'|"(?:\\[^]|[^"\\])*"|(?<![^\s;&|()])#.*(?=\n)/g;

/** What has not, so that a value would not be read as a word. */
const UNSAFE = /['"]|<<|(?<![^\s;&|()])#/;

function wordsOf(value: ShellValue): string {
  if (Array.isArray(value)) return value.map(wordsOf).join(" ");
  if (!["string", "number", "bigint"].includes(typeof value)) {
    throw new TypeError(
      `Cannot quote a value as it must be a text, a number or a list of them: current value is ${
        String(value)
      }`,
    );
  }
  return quote(`${value}`);
}
