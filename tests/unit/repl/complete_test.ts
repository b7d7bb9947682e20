import assert from "node:assert/strict";
import { complete, type Sources, wanted } from "../../../repl/complete.ts";

/** `|` is the cursor. */
const cases: readonly (readonly [typed: string, want: string])[] = [
  ["ne|", "name '' ne"],
  ["net.|", "member 'net' "],
  ["net.tcp.co|", "member 'net.tcp' co"],
  ["net.tcp?.co|", "member 'net.tcp' co"],
  ["await net.ip.|", "member 'net.ip' "],
  ["const a = net.ip.su|", "member 'net.ip' su"],
  [`net.ip.subnet("10.0.0.0/8").|`, `member 'net.ip.subnet("10.0.0.0/8")' `],
  ["a[0].b(1)(2).c|", "member 'a[0].b(1)(2)' c"],
  ["(a + b).c|", "member '(a + b)' c"],
  ["f(a, b.|", "member 'b' "],
  ["[1, 2].ma|", "member '[1, 2]' ma"],
  ["`x`.le|", "member '`x`' le"],
  ["new Date().ge|", "member 'new Date()' ge"],
  ["a.b|.c", "member 'a' b"],
  ["net.tcp.connect(x, { ti|", "option 'net.tcp.connect' ti"],
  ["net.tcp.connect(x, { |", "option 'net.tcp.connect' "],
  ["net.tcp.connect(x, { timeout: 1, si|", "option 'net.tcp.connect' si"],
  ["net.tcp.connect(x, { timeout: mi|", "name '' mi"],
  [".sa|", "command '' sa"],
  [".save ./fo|", "path '' ./fo"],
  [".load |", "path '' "],
  [".help ne|", "argument 'help' ne"],
  [".lab up d|", "argument 'lab' d"],
  [".on |", "argument 'on' "],
  [`Deno.readTextFile("./a|`, "path '' ./a"],
  [`net.pcap.open("cap|`, "path '' cap"],
  [`f("cap|`, "none"],
  ["// net.|", "none"],
  ["/* net.|", "none"],
  ["`net.|", "none"],
  ["`${net.|", "member 'net' "],
  ["|", "none"],
  ["1 + |", "none"],
];

for (const [typed, want] of cases) {
  Deno.test(`Tab at ${typed} asks for ${want}`, () => {
    const cursor = typed.indexOf("|");
    const got = wanted(typed.replace("|", ""), cursor);
    assert.equal(
      got ? `${got.kind} '${"of" in got ? got.of : ""}' ${got.prefix}` : "none",
      want,
    );
  });
}

const sources: Sources = {
  commands: ["help", "save"],
  names: () => Promise.resolve(["net", "never", "console", "_", "net"]),
  members: (expression) =>
    Promise.resolve(
      expression === "net"
        ? [
          { name: "tcp", kind: "namespace" },
          { name: "not-a-name", kind: "value" },
          { name: "_hidden", kind: "value" },
        ]
        : [],
    ),
  options: () => [{ name: "timeout", detail: "milliseconds" }],
  list: (folder) => Promise.resolve(folder === "./a/" ? ["b.ts", "c/"] : []),
  next: (command, words) =>
    Promise.resolve(
      command === "lab" && words.length === 0
        ? { words: ["up", "down"] }
        : words[0] === "up"
        ? { words: ["dmz"], files: /\.ts$/ }
        : { words: [] },
    ),
};

Deno.test("complete() offers what begins so, once, and hides what begins with _", async () => {
  const offer = async (text: string) =>
    (await complete(text, text.length, sources)).items.map((item) =>
      item.insert ?? item.label
    );
  assert.deepEqual(await offer("ne"), ["net", "never"]);
  assert.deepEqual(await offer("net."), ["tcp"]);
  assert.deepEqual(await offer("net._"), ["_hidden"]);
  assert.deepEqual(await offer("f({ t"), ["timeout: "]);
  assert.deepEqual(await offer(".load ./a/"), ["./a/b.ts", "./a/c/"]);
  assert.deepEqual(await offer(".s"), ["save"]);
  assert.deepEqual(await offer(".lab "), ["up", "down"]);
  assert.deepEqual(await offer(".lab up d"), ["dmz"]);
  assert.deepEqual(await offer(".lab up ./a/"), ["./a/b.ts", "./a/c/"]);
  assert.deepEqual(await offer(".lab up dmz x"), []);
});
