import assert from "node:assert/strict";
import fc from "fast-check";
import { quote, sh, type ShellValue } from "../../lib/ssh/quote.ts";
import { testUnless } from "../skip.ts";
import { noSshd, sshBed } from "./ssh_bed.ts";
import { loginByKey } from "./ssh_login.ts";

/** The words that a shell of this machine makes of a command. */
async function wordsIn(command: string): Promise<string[]> {
  const { success, stdout, stderr } = await new Deno.Command("/bin/sh", {
    args: ["-c", command],
    stdin: "null",
  }).output();
  const text = (octets: Uint8Array) =>
    new TextDecoder("utf-8", { ignoreBOM: true }).decode(octets);
  assert.equal(success, true, text(stderr));
  return text(stdout).split("\0").slice(0, -1);
}

/** Words made of what shells make something of. */
const hostile = fc.array(
  fc.oneof(
    fc.constantFrom(
      ..."'\"\\$`!*?[]{}()<>|&;#~=^ \t\n\r\x01\x7f".split(""),
      ...["$(id)", "${HOME}", "`id`", "\\'", "'\\''", "\n\n", "--", "é", "😀"],
    ),
    fc.string({ unit: "binary" }),
  ),
).map((parts) => parts.join("").replaceAll("\0", ""));

Deno.test("a real shell reads the words that were quoted, whatever is in them", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(hostile, { minLength: 1 }),
      hostile,
      fc.integer(),
      async (list, one, number) => {
        const command = sh`printf '%s\0' ${list} ${one} -${number} x=${one}`;
        const words = [...list, one, `-${number}`, `x=${one}`];
        assert.deepEqual(await wordsIn(command), words);
      },
    ),
    { numRuns: 150 },
  );
  const nested: ShellValue = [["a b", 1n], [], ["", [-0.5]]];
  assert.deepEqual(await wordsIn(sh`printf '%s\0' ${nested}`), [
    ...["a b", "1", "", "-0.5"],
  ]);
});

Deno.test("the text between is as it was typed", () => {
  assert.equal(
    sh`awk '{ print \$1 "\t" }' ${"a"}`,
    `awk '{ print \\$1 "\\t" }' a`,
  );
  assert.equal(sh`ls ${[]}`, "ls ");
  assert.equal(sh``, "");
});

Deno.test("what a shell cannot be given is refused", () => {
  assert.throws(() => quote("a\0b"), {
    name: "TypeError",
    message:
      'Cannot quote a word as it must have no NUL: current value is "a\\u0000b"',
  });
  assert.throws(() => sh`ls ${["fine", "a\0b"]}`, /must have no NUL/);
  for (const value of [undefined, null, true, {}, Symbol("x"), [undefined]]) {
    assert.throws(() => sh`ls ${value as unknown as string}`, {
      name: "TypeError",
      message: /must be a text, a number or a list of them/,
    });
  }
});

Deno.test("a value is refused where a shell would not read it as a word", async () => {
  const inside = [
    () => sh`echo "${"x"}"`,
    () => sh`echo '${"x"}'`,
    () => sh`echo ${"x"} "it's ${"y"}"`,
    () => sh`echo "\"${"x"}"`,
    () => sh`echo 'a\' 'b ${"x"}'`,
    () => sh`echo # ${"x"}`,
    () =>
      sh`echo \
# ${"x"}`,
    () =>
      sh`echo # it's
      '${"x"}'`,
    () =>
      sh`echo; cat <<END
${"x"}
END`,
  ];
  for (const command of inside) {
    assert.throws(command, {
      name: "TypeError",
      message:
        /must stand outside quotes, comments and here-documents: current value is behind echo/,
    });
  }
  const outside = [
    [sh`printf '%s\0' \" ${"$x"}`, ['"', "$x"]],
    [sh`printf '%s\0' "it's" ${"$x"}`, ["it's", "$x"]],
    [sh`printf '%s\0' 'a\' ${"$x"}`, ["a\\", "$x"]],
    [sh`printf '%s\0' "\"'" \'${"$x"}`, ["\"'", "'$x"]],
    [sh`printf '%s\0' "a"'"'${"$x"}"b"`, ['a"$xb']],
    [sh`printf '%s\0' a#b 'c'#d \#e ${"#f"}`, ["a#b", "c#d", "#e", "#f"]],
    [
      sh`# It's a comment.
        printf '%s\0' ${"x"}`,
      ["x"],
    ],
  ] as const;
  for (const [command, words] of outside) {
    assert.deepEqual(await wordsIn(command), words);
  }
});

testUnless(noSshd, "run() and spawn() take such a command", async () => {
  await using bed = await sshBed();
  await using on = await loginByKey(bed);
  const name = 'it\'s "$HOME" `id`\n*';
  const path = `${bed.folder}/${name}`;
  await on.run(sh`cat > ${path}`, { stdin: "content" });
  assert.equal(await Deno.readTextFile(path), "content");
  await using reading = await on.spawn(sh`cat -- ${[path, path]}`);
  assert.equal(
    await new Response(reading.stdout).text(),
    "contentcontent",
  );
});
