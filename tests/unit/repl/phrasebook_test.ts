import assert from "node:assert/strict";
import docs from "../../../repl/docs.json" with { type: "json" };
import { parse } from "../../../repl/parse.ts";
import { grammarFor, hereFor, names } from "../../../repl/phrasebook.ts";

const LINES: Readonly<Record<string, RegExp>> = {
  "import socket": /net\.tcp/,
  "from scapy.all import *": /net\.packet/,
  "import numpy as np": /net is there already/,
  "def f(x):": /^function/,
  "async def f(x):": /^async function/,
  "class Echo(Base):": /^class/,
  "for x in [1, 2]:": /^for \(const/,
  "for i, x in enumerate(xs): print(x)": /^for \(const/,
  "with socket.socket() as s:": /^await using/,
  "async with session.get(url) as r:": /^await using/,
  "while True:": /while \(/,
  "if x == 5: print(x)": /^if \(/,
  "try:": /^try \{/,
  "except OSError as e:": /^catch/,
  "f = lambda x: x + 1": /^\(x\) =>/,
  'name = f"{host}:{port}"': /^`/,
  's.send(b"hello")': /TextEncoder/,
  "[x for x in xs if x]": /map/,
  '"a" if x else "b"': /\?/,
  "x is not None": /undefined/,
  "x and not y": /&&/,
  "?net.tcp": /\? behind it/,
  "!nft list ruleset": /Deno\.Command/,
  "dig example.com": /net\.dns/,
  "ip -br address": /net\.linux/,
  "ss state established": /net\.linux\.sockets/,
  "ssh admin@r1": /net\.ssh/,
  "curl -v https://example.com": /net\.http/,
  "openssl x509 -in a.pem": /net\.tls/,
};

for (const [line, here] of Object.entries(LINES)) {
  Deno.test(`${line} is said otherwise here`, () => {
    assert.throws(() => parse(line), "it is no TypeScript");
    assert.match(grammarFor(line) ?? "", here);
  });
}

Deno.test("what is wrong in TypeScript is not taken for Python", () => {
  for (
    const line of [
      "const x = = 1",
      'import { a } from "b',
      "for (const x of [1) {",
      "if (x) {",
      "net.ip.subnet(",
      "while (true {",
      "const f = (x) => {",
      'console.log("a" "b")',
    ]
  ) {
    assert.throws(() => parse(line));
    assert.equal(grammarFor(line), undefined, line);
  }
});

Deno.test("names of Python are said in names that there are", () => {
  assert.match(hereFor("print")!, /console\.log/);
  assert.equal(hereFor("nobody"), undefined);
  assert.equal(hereFor("toString"), undefined);
  const index: Readonly<Record<string, unknown>> = docs;
  assert.ok(names.length > 100);
  for (const word of names) {
    const here = hereFor(word);
    assert.ok(here, word);
    for (const [name] of here.matchAll(/net\.[\w.]*\w/g)) {
      assert.ok(Object.hasOwn(index, name), `${word}: ${name}`);
    }
  }
});
