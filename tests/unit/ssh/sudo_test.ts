import assert from "node:assert/strict";
import { Sudo } from "../../../lib/ssh/sudo.ts";

const octets = (text: string) => new TextEncoder().encode(text);
const text = (octets: Uint8Array) => new TextDecoder().decode(octets);

/** The two random words of a line for the shell. */
function wordsOf(line: string): { question: string; begun: string } {
  const [question] = /\[sudo [^\]]+\]/.exec(line)!;
  const [begun] = /\[begun [^\]]+\]/.exec(line)!;
  return { question, begun };
}

Deno.test("sudo's question is answered once, wherever the chunks end, and what it says is left out", () => {
  for (let size = 1; size < 120; size += 7) {
    const sudo = new Sudo({ password: "sec'ret" }, false, "ada@web");
    const { question, begun } = wordsOf(sudo.commandLine("ls"));
    // It waits for the answer before it lets the command begin.
    const parts = [`A lecture.\n${question}`, `\n${begun}grün\n`].map(octets);
    let [answers, rest] = ["", ""];
    const decoder = new TextDecoder();
    for (const part of parts) {
      for (let i = 0; i < part.length; i += size) {
        const taken = sudo.take(part.subarray(i, i + size));
        answers += taken.answer ? text(taken.answer) : "";
        rest += decoder.decode(taken.rest, { stream: true });
      }
    }
    assert.deepEqual([answers, rest, text(sudo.rest())], [
      "sec'ret\n",
      "grün\n",
      "",
    ]);
  }
});

Deno.test("a sudo that asks again, or never lets the command begin, is seen", () => {
  const sudo = new Sudo({ password: "x" }, false, "ada@web");
  const { question } = wordsOf(sudo.commandLine("ls"));
  sudo.take(octets(question));
  assert.throws(() => sudo.take(octets(`\nSorry, try again.\n${question}`)), {
    name: "AuthError",
    message: /sudo does not take the password/,
  });
  const refused = new Sudo({ password: "x" }, false, "ada@web");
  const words = wordsOf(refused.commandLine("ls"));
  refused.take(octets(`${words.question}\nada is not in the sudoers file.\n`));
  assert.equal(text(refused.rest()), "\nada is not in the sudoers file.\n");
});

Deno.test("the line for the shell keeps quotes, and has no password in it", () => {
  const sudo = new Sudo({ password: "pw", user: "o'neil" }, true, "ada@web");
  const line = sudo.commandLine("echo 'a b'");
  assert.match(
    line,
    /^sudo -S -p '\[sudo \S+\]' -u 'o'\\''neil' -- \/bin\/sh -c '/,
  );
  assert.match(line, /echo '\\''a b'\\'''$/);
  assert.equal(line.includes("pw"), false);
  assert.match(new Sudo(true, false, "web").commandLine("id"), /^sudo -n -- /);
});
