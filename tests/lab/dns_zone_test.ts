/**
 * Zone files as BIND's checker reads them.
 *
 * @module
 */

import assert from "node:assert/strict";
import { parseZone } from "../../lib/dns/zone_parse.ts";
import { testUnless } from "../skip.ts";
import { ALL_TYPES, withoutTrees } from "./dns_tree.ts";

const reason = await withoutTrees(["named-compilezone"]);

const HEAD = `$ORIGIN example.
$TTL 300
@ SOA ns admin 1 2h 15m 2w 5m
  NS ns
ns A 192.0.2.53
`;

/** More than one way to write what says the same. */
const WAYS = `
$TTL 1h
p1 ( A ) 192.0.2.1 ; a remark
p2 60 IN A 192.0.2.2
p3 IN 1h1m1s A 192.0.2.3
P4 in a 192.0.2.4
p5 TXT "a;b" c\\;d ( "e"
   f ) ; g
p6 TXT "a\\"b" \\065\\066 "\\\\" "" "tab	inside"
p\\.7 A 192.0.2.7
\\112\\056x A 192.0.2.8
*.p9 A 192.0.2.9
p10 MX 10 @
p11 TYPE1 \\# 4 C0 00 02 0B
p12 TYPE15 \\# 8 000A 04 6D61696C 00

$ORIGIN sub.example.
p13 A 192.0.2.13
$ORIGIN p14.sub.example.
@ AAAA ::FFFF:192.0.2.14
  AAAA 2001:db8:0:0:1:0:0:1
p15 SVCB 16 foo.example.org. alpn="f\\\\\\\\oo\\\\,bar,h2" key667="hello\\210qoo"
p16 HTTPS 1 . alpn=h2 no-default-alpn mandatory=port,alpn port="443"
p17 LOC 10 S 20 W 100.55
p18 LOC 42 21 54 N 71 06 18 W -24m 35m
p19 DNSKEY 257 3 ED25519 ( AQID BAUG )
p20 RRSIG A RSASHA256 3 86400 20380101000000 ( 20250101000000 1 example. AQID )
p21 NSEC a.example. A TYPE1234 MX
p22 CERT 3 65534 RSASHA1 AQID
p23 DS 1 13 2 ${"ab".repeat(32)}
p24 APL 2:2001:db8::/32 !1:0.0.0.0/0
p25 CAA 0 issue ";"
p26 DNAME .
p27 SRV 1 2 3 .
p28 NAPTR 1 2 "" "" "" .
`;

/** Many records of one. */
const GENERATED = `
$GENERATE 1-3 host-$ A 10.0.0.$
$GENERATE 0-10/5 h\${0,3} A 10.0.1.$
$GENERATE 8-9 x\${0,4,x} A 10.0.2.$
$GENERATE 10-11 X\${-1,2,X} CNAME host-\${-9}
$GENERATE 8-8 oct\${0,4,o} A 10.0.4.$
$GENERATE 5-6 neg\${-5,2,d} A 10.0.4.$
$GENERATE 17-18 \${0,4,n}rev PTR host-$.example.
$GENERATE 300-301 \${0,0,n}.r0 PTR host-$.example.
$GENERATE 300-301 \${0,3,N}.r3 PTR host-$.example.
$GENERATE 300-301 \${0,7,n}.r7 PTR host-$.example.
$GENERATE 300-301 \${0,8,n}r8 PTR host-$.example.
$GENERATE 1-2 t$ 60 IN TXT "a $ b"
$GENERATE 1-1 q$ TXT "\\"a $ b\\""
$GENERATE 1-2 m$ MX "10 host-$"
$GENERATE 1-1 d\\$$ A 10.0.3.$
$GENERATE 1-1 e$$ A 10.0.3.$
$GENERATE 1-1 $$TTL A 10.0.3.$
after A 192.0.2.9
`;

/** What BIND reads, in its canonical form; nothing if it refuses. */
async function compiled(text: string): Promise<string[] | undefined> {
  const process = new Deno.Command("named-compilezone", {
    args: [
      "-i",
      "none",
      "-k",
      "ignore",
      "-s",
      "full",
      "-o",
      "-",
      "example",
      "/dev/stdin",
    ],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = process.stdin.getWriter();
  await writer.write(new TextEncoder().encode(text));
  await writer.close();
  const { success, stdout } = await process.output();
  if (!success) return undefined;
  const lines = new TextDecoder().decode(stdout).split("\n");
  return lines.filter((line) => line !== "" && !line.startsWith(";")).sort();
}

testUnless(
  reason,
  "BIND reads a zone file and what we write of it as the same",
  async () => {
    for (const more of [WAYS, GENERATED, ALL_TYPES]) {
      const text = HEAD + more;
      const theirs = await compiled(text);
      assert.ok(theirs !== undefined);
      const zone = parseZone(text);
      assert.deepEqual(await compiled(`${zone}`), theirs);
      assert.equal(zone.size, theirs.length);
    }
  },
);

/** Lines that one of the two might take, and the other not. */
const DOUBTFUL: readonly string[] = [
  "a A 192.0.2.1",
  "a A 192.0.2.01",
  "a A 192.0.2",
  "a A 192.0.2.1 192.0.2.2",
  "a AAAA ::1%eth0",
  "a AAAA 1::2::3",
  "a MX ten b",
  "a MX 65536 b",
  "a MX 1",
  "a TXT",
  'a TXT "unfinished',
  `a TXT ${"x".repeat(255)}`,
  `a TXT ${"x".repeat(256)}`,
  "a TXT \\300",
  "a TXT \\25",
  "a CNAME b\na A 192.0.2.1",
  "a CNAME b\na CNAME c",
  "a CNAME b\na CNAME b",
  "a DNAME b\na DNAME c",
  "a SOA ns admin 1 2 3 4 5",
  "@ SOA ns admin 2 2 3 4 5",
  "a CH TXT x",
  "a 2147483648 A 192.0.2.1",
  "a 1x A 192.0.2.1",
  "a 60 60 A 192.0.2.1",
  "a IN IN A 192.0.2.1",
  "a IN 60 A 192.0.2.1",
  "a BOGUS x",
  "a TYPE65536 \\# 0",
  "a TYPE999 \\# 1 0102",
  "a TYPE999 \\# 2 010",
  "a TYPE999 010203",
  "a OPT \\# 0",
  "a AXFR \\# 0",
  "a ANY \\# 0",
  "a TSIG \\# 0",
  "$TTL",
  "$TTL x",
  "$ORIGIN",
  "$BOGUS x",
  "$GENERATE 1-2 a$ A 192.0.2.$",
  "$GENERATE 2-1 a$ A 192.0.2.$",
  "$GENERATE 1-2/0 a$ A 192.0.2.$",
  "$GENERATE 1 a$ A 192.0.2.$",
  "$GENERATE 1-2 a$",
  "$GENERATE 1-2 a${0,2,b} A 192.0.2.$",
  "$GENERATE 1-2 a${x} A 192.0.2.$",
  "$GENERATE 1-2 a${0,2 A 192.0.2.$",
  "$GENERATE 255-256 a$ A 192.0.2.$",
  `${"x".repeat(63)} A 192.0.2.1`,
  `${"x".repeat(64)} A 192.0.2.1`,
  `${"x.".repeat(120)}y A 192.0.2.1`,
  `${"x.".repeat(125)}y A 192.0.2.1`,
  "a..b A 192.0.2.1",
  ".a A 192.0.2.1",
  "a NSEC b",
  "a LOC 90 N 180 E 0",
  "a LOC 90 0 1 N 0 E 0",
  "a LOC 1 60 N 0 E 0",
  "a HTTPS 1 . key65535=x",
  "a HTTPS 1 . port=65536",
  "a HTTPS 1 . alpn=",
  "a HTTPS 1 . mandatory=mandatory",
  "a HTTPS 1 . ipv4hint=::1",
  "a SVCB 0 . port=1 port=2",
  "a DS 1 13 2 abc",
  "a DNSKEY 257 3 99 !!!",
  "a RRSIG A 8 2 300 20261301000000 20260101000000 1 a. AQID",
  "a CAA 256 issue x",
  "a SRV 1 2 65536 b",
  "a TXT ( x",
  "a TXT x )",
  "a APL 3:1.2.3.4/8",
  "a APL 1:1.2.3.4/33",
  "a SSHFP 1 1 xyz",
  "a NAPTR 1 2 a b c",
  "a HINFO x",
  "a EUI48 00-00-5e-00-53",
  "a URI 1 2 x",
  "a L64 10 2001:0DB8:1140",
];

/** Where we differ, and why. */
const APART = new Map([
  ["a URI 1 2 x", "BIND wants quotation marks, as RFC 7553 §4 shows"],
  ["a 2147483648 A 192.0.2.1", "no TTL is above 2147483647 (RFC 2181 §8)"],
]);

testUnless(
  reason,
  "we refuse what BIND refuses, and take what it takes",
  async () => {
    const apart: string[] = [];
    for (const line of DOUBTFUL) {
      const text = `${HEAD}${line}\n`;
      let ours: string | undefined;
      try {
        ours = `${parseZone(text)}`;
      } catch (error) {
        assert.ok(error instanceof SyntaxError, `${line}: ${error}`);
      }
      const theirs = await compiled(text);
      const isSame = (ours === undefined) === (theirs === undefined) &&
        (ours === undefined || `${await compiled(ours)}` === `${theirs}`);
      if (!isSame) apart.push(line);
    }
    assert.deepEqual(apart.sort(), [...APART.keys()].sort());
  },
);
