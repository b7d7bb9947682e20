import assert from "node:assert/strict";
import fc from "fast-check";
import { HmacSha1 } from "../../../lib/ssh/known_hosts/hmac_sha1.ts";
import { hostKeyChecker } from "../../../lib/ssh/known_hosts/host_key_policy.ts";
import {
  type KnownHosts,
  parseKnownHosts,
} from "../../../lib/ssh/known_hosts/known_hosts.ts";
import { knownHostLine } from "../../../lib/ssh/known_hosts/known_hosts_file.ts";
import { generateKey } from "../../../lib/ssh/keys/keys.ts";
import { matchesPattern } from "../../../lib/ssh/config/patterns.ts";
import { WireWriter } from "../../../lib/ssh/keys/wire_format.ts";

const [first, second, third] = (await Promise.all(
  [1, 2, 3].map(() => generateKey()),
)).map(({ publicKey }) => publicKey) as [Uint8Array, Uint8Array, Uint8Array];
const A = `ssh-ed25519 ${first.toBase64()}`;
const B = `ssh-ed25519 ${second.toBase64()}`;

function state(
  hosts: KnownHosts,
  key: Uint8Array,
  host = "web",
  port = 22,
): string {
  const { state, line } = hosts.check(host, port, key);
  return line === undefined ? state : `${state} ${line.line}`;
}

Deno.test("a host is known, unknown, changed or revoked, and the line is named", () => {
  const hosts = parseKnownHosts(
    [
      "# ours",
      `web,db ${A} a comment`,
      `*.ex.com,!no.ex.com ${A}`,
      `[web]:2222 ${B}`,
      `@revoked * ssh-ed25519 ${third.toBase64()}`,
      `@cert-authority *.lab ${A}`,
      knownHostLine("hidden", first, { hash: true, port: 99 }),
      `  WEB\t${A}\r`,
    ].join("\n"),
  );
  assert.deepEqual(hosts.problems, []);
  const cases: readonly (readonly [Uint8Array, string, number, string])[] = [
    [first, "web", 22, "known 2"],
    [first, "DB", 22, "known 2"],
    [second, "web", 22, "changed 2"],
    [third, "web", 22, "revoked 5"],
    [second, "web", 2222, "known 4"],
    [first, "web", 2222, "changed 4"],
    [first, "a.ex.com", 22, "known 3"],
    [first, "no.ex.com", 22, "unknown"],
    [first, "a.ex.com", 2222, "unknown"],
    [first, "x.lab", 22, "authority 6"],
    [third, "x.lab", 22, "revoked 5"],
    [first, "hidden", 99, "known 7"],
    [second, "Hidden", 99, "changed 7"],
    [first, "hidden", 22, "unknown"],
    [first, "", 22, "unknown"],
  ];
  for (const [key, host, port, expected] of cases) {
    assert.equal(state(hosts, key, host, port), expected, `${host}:${port}`);
  }
  assert.deepEqual(hosts.find("web").map(({ line }) => line), [2, 5, 8]);
  assert.deepEqual(hosts.keyTypes("web"), ["ssh-ed25519"]);
  assert.deepEqual(hosts.keyTypes("other"), []);
  assert.equal(hosts.find("web")[0]!.comment, "a comment");
});

Deno.test("a key of another type than those on file is a changed one", () => {
  const rsa = new WireWriter().string("ssh-rsa").mpint(Uint8Array.of(3))
    .mpint(new Uint8Array(256).fill(0xff)).toBytes();
  const hosts = parseKnownHosts(`web ${A}\nweb ssh-rsa ${rsa.toBase64()}\n`);
  const other = rsa.slice();
  other[other.length - 1] = 0xfd;
  assert.equal(state(hosts, other), "changed 2");
  assert.equal(state(hosts, second), "changed 1");
  assert.equal(state(parseKnownHosts(`web ${A}`), rsa), "changed 1");
  assert.deepEqual(hosts.keyTypes("web"), ["ssh-ed25519", "ssh-rsa"]);
});

Deno.test("the address is looked up beside the name", () => {
  const hosts = parseKnownHosts(
    `web ${A}\n192.0.2.1 ${B}\n@revoked 192.0.2.2 ${A}\n`,
  );
  const { state, address } = hosts.check("web", 22, first, "192.0.2.1");
  assert.deepEqual([state, address?.state, address?.line?.line], [
    "known",
    "changed",
    2,
  ]);
  assert.equal(hosts.check("web", 22, first, "192.0.2.2").state, "revoked");
  assert.equal(hosts.check("web", 22, first, "web").address, undefined);
});

Deno.test("broken lines are passed over, and said", () => {
  const bad = [
    "short",
    "web ssh-ed25519",
    `@foo web ${A}`,
    "web ssh-ed25519 !!!!",
    "web ssh-ed25519 AAAA",
    `web ssh-rsa ${first.toBase64()}`,
    "web 1024 35 1234567",
    `|1|bad|bad ${A}`,
    `|2|AAAA|AAAA ${A}`,
    "\0\0\0",
  ];
  const text = [...bad, `web ${A}`, "", "#"].join("\n");
  const hosts = parseKnownHosts(text, "kh");
  assert.deepEqual(
    hosts.problems.map(({ path, line }) => `${path}:${line}`),
    bad.map((_, i) => `kh:${i + 1}`),
  );
  assert.equal(state(hosts, first), `known ${bad.length + 1}`);
  assert.match(Deno.inspect(hosts), /fewer fields than host, type and key/);
});

Deno.test("a line that is written is read again, hidden or not, and bad ones are not written", () => {
  fc.assert(
    fc.property(
      fc.domain(),
      fc.integer({ min: 1, max: 65535 }),
      fc.boolean(),
      fc.constantFrom("", "@revoked", "@cert-authority"),
      (host, port, hash, marker) => {
        const line = knownHostLine(host, first, {
          port,
          hash,
          marker: marker as "",
          comment: "c d",
        });
        const hosts = parseKnownHosts(line);
        assert.deepEqual(hosts.problems, []);
        const [found] = hosts.find(host.toUpperCase(), port);
        assert.equal(found?.marker, marker);
        assert.equal(found?.comment, "c d");
        assert.ok(!hash || !line.includes(host));
        assert.deepEqual(hosts.find(host, port === 22 ? 23 : 22), []);
      },
    ),
    { numRuns: 100 },
  );
  for (
    const host of ["", "a b", "a,b", "a\nb", "#a", "|1|a", "*", "!a", "@a"]
  ) {
    assert.throws(() => knownHostLine(host, first), TypeError, host);
  }
  const cut = first.subarray(0, 9);
  assert.throws(() => knownHostLine("a", cut), TypeError);
  const options = { comment: "a\nweb ssh-rsa" };
  assert.throws(() => knownHostLine("a", first, options), TypeError);
});

Deno.test("HMAC-SHA1 gives the codes of RFC 2202", () => {
  const code = (key: Uint8Array, text: string | Uint8Array) =>
    new HmacSha1(
      typeof text === "string" ? new TextEncoder().encode(text) : text,
    ).under(key).toHex();
  const cases: readonly (readonly [Uint8Array, string | Uint8Array, string])[] =
    [
      [
        new Uint8Array(20).fill(0x0b),
        "Hi There",
        "b617318655057264e28bc0b6fb378c8ef146be00",
      ],
      [
        new TextEncoder().encode("Jefe"),
        "what do ya want for nothing?",
        "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79",
      ],
      [
        new Uint8Array(20).fill(0xaa),
        new Uint8Array(50).fill(0xdd),
        "125d7342b9ac11cd91a39af48aa17b4f63f175d3",
      ],
    ];
  for (const [key, text, expected] of cases) {
    assert.equal(code(key, text), expected);
  }
});

Deno.test("patterns match as regular expressions would, and stars upon stars take no time", () => {
  const letters = fc.constantFrom("a", "b", ".", "*", "?");
  const patterns = fc.array(letters, { maxLength: 8 });
  const texts = fc.array(fc.constantFrom("a", "b", "."), { maxLength: 10 });
  fc.assert(
    fc.property(patterns, texts, (pattern, text) => {
      const source = pattern.map((c) =>
        c === "*" ? ".*" : c === "?" ? "." : c === "." ? "\\." : c
      ).join("");
      const expected = new RegExp(`^${source}$`).test(text.join(""));
      assert.equal(matchesPattern(text.join(""), pattern.join("")), expected);
    }),
    { numRuns: 1000 },
  );
  assert.ok(!matchesPattern("a".repeat(5000), `${"a*".repeat(500)}b`));
});

Deno.test("a hundred thousand lines are looked up by their index, hidden ones one by one", () => {
  const text = Array.from({ length: 100_000 }, (_, i) => `host${i} ${A}\n`);
  text[70_000] = `host70000 ${B}\n`;
  const hidden = Array.from(
    { length: 200 },
    (_, i) => `${knownHostLine(`host${i}`, second, { hash: true })}\n`,
  );
  const hosts = parseKnownHosts(text.concat(hidden).join(""));
  assert.equal(state(hosts, second, "host70000"), "known 70001");
  assert.equal(state(hosts, second, "host150"), "known 100151");
  for (let i = 200; i < 1200; i++) {
    assert.equal(state(hosts, first, `host${i}`), `known ${i + 1}`);
  }
});

Deno.test("any text is read, and nothing in it is a host that it does not name", () => {
  const piece = fc.constantFrom(
    "web",
    "*",
    ",",
    "!",
    "@revoked",
    " ",
    "\t",
    "\n",
    "|1|",
    "|",
    "#",
    "ssh-ed25519",
    first.toBase64(),
    "AAAA",
    "\0",
    "é",
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
      const hosts = parseKnownHosts(pieces.join(""));
      assert.ok(Array.isArray(hosts.problems));
      assert.notEqual(hosts.check("web", 22, second).state, "known");
      for (const { hosts: field } of hosts.find("db")) {
        assert.ok(field.includes("*"));
      }
    }),
    { numRuns: 500 },
  );
  const long = `${" ".repeat(100_000)}x${" ".repeat(100_000)}y`;
  assert.equal(parseKnownHosts(long).problems.length, 1);
});

Deno.test(
  "without a right to read files every host is unknown, and the hint names the right",
  { permissions: "none" },
  async () => {
    const check = hostKeyChecker({ hostKeys: "strict" });
    await assert.rejects(check("web", 22, first), {
      code: "host-key-unknown",
      hint: /--allow-read=.*known_hosts/,
    });
    await hostKeyChecker({ hostKeys: "any" })("web", 22, first);
  },
);
