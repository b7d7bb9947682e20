import assert from "node:assert/strict";
import type { Table } from "../../../lib/firewall/model/ruleset.ts";
import { format } from "../../../lib/firewall/text/format.ts";
import { parse } from "../../../lib/firewall/text/parse.ts";

/** The rules that a script leaves, as text. */
const rules = (script: string, options = {}): string[] =>
  format(parse(script, options)).split("\n").filter((line) =>
    /^\t\t(?!type |elements|flags)/.test(line)
  ).map((line) => line.trim());

const HEAD = "add table t\nadd chain t c\n";

Deno.test("commands change what the ones before them made", () => {
  const cases: readonly (readonly [string, readonly string[]])[] = [
    ["add rule t c accept\nadd rule t c drop", ["accept", "drop"]],
    ["add rule t c accept\ninsert rule t c drop", ["drop", "accept"]],
    ["t c accept; ip t c drop", ["accept", "drop"]],
    [
      "add rule t c accept\nadd rule t c drop\nadd rule t c index 0 return",
      ["accept", "return", "drop"],
    ],
    [
      "add rule t c accept\nadd rule t c drop\ninsert rule t c index 1 return",
      ["accept", "return", "drop"],
    ],
    ["add rule t c accept # handle 7\ndelete rule t c handle 7", []],
    ["add rule t c accept # handle 7\nreplace rule t c handle 7 drop", [
      "drop",
    ]],
    ["add rule t c accept # handle 7\nadd rule t c handle 7 drop", [
      "accept",
      "drop",
    ]],
    ["add rule t c accept\nflush chain t c", []],
    ["add rule t c accept\nflush table t\nadd rule t c drop", ["drop"]],
    ["add rule t c accept\nflush ruleset\n" + HEAD, []],
    ["add rule t c accept\nflush ruleset ip6", ["accept"]],
    ["add rule t c accept\ndelete table t\ncreate table t", []],
    ["add rule t c accept\ndestroy table nope\ndelete chain t c", []],
    [
      "add chain t d; add rule t c jump d; rename chain t d e",
      ["jump e"],
    ],
    ["list ruleset\nget element t s { 1 }\nadd rule t c accept", ["accept"]],
  ];
  for (const [script, expected] of cases) {
    assert.deepEqual(rules(HEAD + script), expected, script);
  }
});

Deno.test("elements are added to sets and taken out of them", () => {
  const script = `table t {
    set s { type ipv4_addr; flags interval; elements = { 10.0.0.1 }; }
    map m { type inet_service : verdict; elements = { 1 : accept, 2 : drop }; }
  }
  add element t s { 10.0.0.3, 10.0.0.2, 10.0.0.9-10.0.0.12 comment "some" }
  delete element t s { 10.0.0.2 }
  add element t m { 3 : drop }
  delete element t m { 1, 2 : drop }
  destroy element t s { 1.1.1.1 }`;
  const [table] = parse(script);
  assert.deepEqual(table!.sets[0]!.elements, [
    "10.0.0.1",
    "10.0.0.3",
    { elem: { val: { range: ["10.0.0.9", "10.0.0.12"] }, comment: "some" } },
  ]);
  assert.deepEqual(table!.maps[0]!.elements, [[3, { drop: null }]]);
  const [flushed] = parse(`${script}\nflush set t s; delete map t m`);
  assert.deepEqual(flushed!.sets[0]!.elements, []);
  assert.deepEqual(flushed!.maps, []);
});

Deno.test("variables stand for values, sets and names, block by block", () => {
  const cases: readonly (readonly [string, readonly string[]])[] = [
    ["define p = 22\nadd rule t c tcp dport $p accept", [
      "tcp dport 22 accept",
    ]],
    ["define p = { 22, 80 }\nadd rule t c tcp dport $p", [
      "tcp dport { 22, 80 }",
    ]],
    ["define p = { 22, 80 }\nadd rule t c tcp dport { $p, 443 }", [
      "tcp dport { 22, 80, 443 }",
    ]],
    [
      "define a = 10.0.0.0/8\ndefine b = { $a, 192.168.0.0/16 }\nredefine a = 1.1.1.1\nadd rule t c ip saddr $b ip daddr $a",
      ["ip saddr { 10.0.0.0/8, 192.168.0.0/16 } ip daddr 1.1.1.1"],
    ],
    ["define s = established,related # both\nadd rule t c ct state $s", [
      "ct state established,related",
    ]],
    ['define i = "eth0"\nadd rule t c iifname $i', ['iifname "eth0"']],
    ["define n = c\nadd rule t $n jump $n", ["jump c"]],
    ["define x = 1\nundefine x\ndefine x = 2\nadd rule t c meta length $x", [
      "meta length 2",
    ]],
    ["define many = {\n22, # one\n80\n}\nadd rule t c tcp dport $many", [
      "tcp dport { 22, 80 }",
    ]],
    [
      "define x = 1\ntable t { define x = 2\n chain c { define x = 3\n meta length $x; }; }\nadd rule t c meta length $x",
      ["meta length 3", "meta length 1"],
    ],
    ["add rule t c tcp \\\n  dport 22 \\\n accept", ["tcp dport 22 accept"]],
  ];
  for (const [script, expected] of cases) {
    assert.deepEqual(rules(HEAD + script), expected, script);
  }
  assert.deepEqual(
    rules(`${HEAD}add rule t c tcp dport $port`, { defines: { port: "22" } }),
    ["tcp dport 22"],
  );
});

Deno.test("included files are read where they are named, in blocks too", () => {
  const files: Readonly<Record<string, string>> = {
    "a.nft": 'define p = 22\ninclude "b.nft"',
    "b.nft": "add table t\nadd chain t c",
    "rules.nft": "tcp dport $p accept\n",
    "loop.nft": 'include "loop.nft"',
    "bad.nft": "add table t\n\nadd chian t c",
  };
  const includes = (path: string) => {
    const text = files[path];
    if (text === undefined) throw new Error(`no ${path}`);
    return text;
  };
  const script =
    'include "a.nft"\ntable t { chain c { include "rules.nft"\ndrop\n } }';
  assert.deepEqual(rules(script, { includes }), [
    "tcp dport 22 accept",
    "drop",
  ]);
  const fails = (text: string, message: RegExp, options = {}) =>
    assert.throws(() => parse(text, options), { message });
  fails('include "a.nft"', /give the option includes/);
  fails('include "*.nft"', /a pattern of paths/, { includes });
  fails('include "none"', /could not be read: no none/, { includes });
  fails('include "loop.nft"', /stand for each other too often/, { includes });
  fails('include "bad.nft"', /\(bad\.nft, line 3, column 5\)/, { includes });
});

Deno.test("a mistake is shown in its line, with what may be meant", () => {
  const cases: readonly (readonly [string, string])[] = [
    [
      "add rule t c tcp dprot 22",
      'expected a field of tcp, but there is "dprot"; did you mean "dport"? (line 3, column 18)\nadd rule t c tcp dprot 22\n                 ^^^^^',
    ],
    [
      "add rule t c tcp dport shh",
      'expected a port, but there is "shh"; did you mean "ssh"? (line 3, column 24)\nadd rule t c tcp dport shh\n                       ^^^',
    ],
    ["add rule t c aceppt", 'did you mean "accept"?'],
    ["add rule t c ct state establshed", 'did you mean "established"?'],
    ["add rule t c meta makr 1", 'did you mean "mark"?'],
    ["add rule t c tcp dport", "expected a port to compare with"],
    ["add rule t c tcp dport 70000", "from 0 to 65535"],
    ["add rule t c tcp dport 90-80", "must not end below"],
    ["add rule t c ip saddr 10.0.0.0/33", "from 0 to 32"],
    ["add rule t c ip saddr 10.0.0.256", "an IPv4 address"],
    ["add rule t c tcp dport { 22, 80", 'expected "," or "}"'],
    ["add rule t c tcp dport { }", "must not be empty"],
    ['add rule t c log prefix "a', "has no end"],
    ["add rule t c accept accept2", 'there is "accept2"'],
    ["add rule t cc accept", 'did you mean "c"?'],
    ["add rule t2 c accept", "expected a table that there is"],
    ["create table t", "there is a table ip t already"],
    ["delete table ip6 t", "expected a table that there is"],
    ["delete rule t c handle 9", "handle 9"],
    ["add rule t c tcp dport $p", "expected a variable that is defined"],
    ["define p = 1\ndefine p = 2", "write redefine"],
    ["tabel t { }", 'did you mean "table"?'],
    ["table t { chain c {", 'expected "}", but the text ends'],
    ["table t { chain c { type filter hook imput priority 0; } }", '"input"?'],
    ["table t { set s { elements = { 1 } } }", "type of a set must be said"],
    ["table t { set s { flags interval; } }", "has no type"],
    ["table inet x { chain c { ct original saddr 1.1.1.1; } }", "ip or ip6"],
    ["add rule t c ip saddr . tcp dport { 10.0.0.1 }", '"." and a port'],
    ["add rule t c ^", "expected a statement"],
    ["add rule t c \u2026", 'begins with "\u2026"'],
    ["monitor", "a ruleset is not made"],
  ];
  for (const [script, part] of cases) {
    assert.throws(
      () => parse(HEAD + script),
      (error: Error) => {
        assert.equal(error.name, "ParseError");
        assert.ok(error.message.includes(part), `${script}: ${error.message}`);
        return true;
      },
      script,
    );
  }
});

Deno.test("what nft could not read again is not written", () => {
  const base = {
    family: "inet" as const,
    ...{ sets: [], maps: [], objects: [], flowtables: [] },
  };
  const bad: readonly Table[] = [
    { ...base, name: "t; flush ruleset", chains: [] },
    { ...base, name: "t", comment: 'a" }\n', chains: [] },
    {
      ...base,
      name: "t",
      chains: [{
        name: "c",
        rules: [{ statements: [{ log: { prefix: '"; accept' } }] }],
      }],
    },
  ];
  for (const table of bad) assert.throws(() => format([table]), TypeError);
});

Deno.test("a text of another kind is told of with who reads it", () => {
  const save =
    "# Generated by iptables-save\n*filter\n:INPUT ACCEPT [0:0]\nCOMMIT\n";
  const others: readonly (readonly [string, RegExp])[] = [
    ['{"nftables": []}', /JSON, which net\.firewall\.fromJson/],
    [save, /net\.firewall\.iptables\.parse/],
    ["-A INPUT -j DROP", /net\.firewall\.iptables\.parse/],
    ["sudo iptables -P INPUT DROP", /net\.firewall\.iptables\.parse/],
    ["/etc/nftables.conf", /path of a file: .*readTextFile/],
    ["./rules.nft", /path of a file/],
    ["hello", /expected a command, but there is "hello"/],
  ];
  for (const [text, message] of others) {
    assert.throws(() => parse(text), { name: "ParseError", message });
  }
  assert.equal(parse("#!/usr/sbin/nft -f\n# *filter\nadd table t").length, 1);
});
