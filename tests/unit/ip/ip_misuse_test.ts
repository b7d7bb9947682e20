/**
 * What a caller of net.ip gets wrong is told at once: no address is left out, and
 * no prefix taken for another, in silence.
 *
 * @module
 */

import assert from "node:assert/strict";
import { canvas } from "../../../lib/inspect/canvas.ts";
import * as ip from "../../../lib/ip/mod.ts";

/** A value of a type that only JavaScript lets through. */
function wrong<T>(value: unknown): T {
  return value as T;
}

const { dns64, isatap, nat64, sixToFour } = ip.transition;
const KEY = new Uint8Array(16);

const REFUSED: readonly (readonly [
  name: string,
  message: RegExp,
  run: () => unknown,
])[] = [
  [
    "parse() a mistyped family",
    /Cannot parse an address as "familly" is no option: did you mean "family"\?/,
    () => ip.parse("10.0.0.1", wrong({ familly: 6 })),
  ],
  [
    "subnet() what Python calls its option",
    /"strict" is no option\. Try: hostBits, which is "refuse", "clear" or "keep"/,
    () => ip.subnet("10.0.0.0/24", wrong({ strict: false })),
  ],
  [
    "subnet() an option in lower case",
    /did you mean "hostBits"\?/,
    () => ip.subnet("10.0.0.0", 24, wrong({ hostbits: "clear" })),
  ],
  [
    "subnet() a prefix length as text",
    /'prefixLength' must be a number: current value is "24"/,
    () => ip.subnet("10.0.0.0", wrong("24")),
  ],
  [
    "trySubnet() a word",
    /its options must be an object: current value is "clear"/,
    () => ip.trySubnet("10.0.0.0/24", wrong("clear")),
  ],
  [
    "range() an option in lower case",
    /Cannot make a range as "hostbits" is no option/,
    () => ip.range("10.0.0.0/24", wrong({ hostbits: "clear" })),
  ],
  [
    "set() two subnets, one of which would be left out",
    /Cannot gather addresses as its options must be an object: current value is "192.168.0.0\/16"/,
    () => ip.set("10.0.0.0/8", wrong("192.168.0.0/16")),
  ],
  [
    "summarize() two subnets",
    /its options must be an object: current value is "10.0.0.128\/25"/,
    () => ip.summarize("10.0.0.0/25", wrong("10.0.0.128/25")),
  ],
  [
    "supernet() two subnets",
    /its options must be an object: current value is "10.0.1.0\/25"/,
    () => ip.supernet("10.0.0.0/25", wrong("10.0.1.0/25")),
  ],
  [
    "plan() an option that is none",
    /Cannot make a plan as "longstPrefix" is no option/,
    () =>
      ip.plan(
        "10.0.0.0/16",
        [{ name: "a", hosts: 2 }],
        wrong({ longstPrefix: 31 }),
      ),
  ],
  [
    "a space's picture an option that is none",
    /Cannot draw a space as "legnd" is no option: did you mean "legend"\?/,
    () =>
      ip.space("10.0.0.0/16", ["10.0.0.0/24"])
        .draw(canvas(), wrong({ legnd: false })),
  ],
  [
    "Mac.random() a number of bits alone",
    /Cannot make a MAC address as its options must be an object: current value is 64/,
    () => ip.Mac.random(wrong(64)),
  ],
  [
    "Mac.random() a seed, which would be none",
    /"seed" is no option: bits, random/,
    () => ip.Mac.random(wrong({ seed: 7 })),
  ],
  [
    "practice() a mistyped seed",
    /Cannot make a question as "sed" is no option: did you mean "seed"\?/,
    () => ip.practice(wrong({ sed: 5 })),
  ],
  [
    "practice() a kind alone",
    /its options must be an object: current value is "network"/,
    () => ip.practice(wrong("network")),
  ],
  [
    "practiceKinds() an option that is none",
    /did you mean "level"\?/,
    () => ip.practiceKinds(wrong({ levl: 1 })),
  ],
  [
    "nat64.encode() a prefix alone, which would be the well-known one",
    /Cannot make a NAT64 address as its options must be an object/,
    () => nat64.encode("192.0.2.1", wrong("2001:db8::/96")),
  ],
  [
    "nat64.decode() many prefixes",
    /Cannot read a NAT64 address as "prefixes" is no option: did you mean "prefix"\?/,
    () => nat64.decode("64:ff9b::1", wrong({ prefixes: [] })),
  ],
  [
    "dns64.encode() one prefix",
    /"prefix" is no option: did you mean "prefixes"\?/,
    () => dns64.encode({ a: "192.0.2.1" }, wrong({ prefix: "2001:db8::/96" })),
  ],
  [
    "dns64.encode() records in capitals, which would be none",
    /"AAAA" is no option/,
    () => dns64.encode(wrong({ a: "192.0.2.1", AAAA: "2001:db8::1" })),
  ],
  [
    "dns64.explain() one prefix",
    /did you mean "prefixes"\?/,
    () => dns64.explain({ a: "192.0.2.1" }, wrong({ prefix: "2001:db8::/96" })),
  ],
  [
    "dns64.decode() one prefix",
    /Cannot read an AAAA record as "prefix" is no option/,
    () => dns64.decode("64:ff9b::1", wrong({ prefix: "2001:db8::/96" })),
  ],
  [
    "isatap.encode() a prefix alone",
    /Cannot make an ISATAP address as its options must be an object/,
    () => isatap.encode("192.0.2.1", wrong("2001:db8::/64")),
  ],
  [
    "isatap.encode() a word where true or false belongs",
    /'universal' must be true or false: current value is no/,
    () => isatap.encode("192.0.2.1", wrong({ universal: "no" })),
  ],
  [
    "sixToFour.encode() a link's number alone",
    /Cannot make a 6to4 address as its options must be an object: current value is 5/,
    () => sixToFour.encode("192.0.2.1", wrong(5)),
  ],
  [
    "sixToFour.site() an option of another",
    /"subnetId" is no option/,
    () => sixToFour.site("192.0.2.1", wrong({ subnetId: 5 })),
  ],
];

for (const [name, message, run] of REFUSED) {
  Deno.test(`net.ip refuses ${name}`, () => {
    assert.throws(run, { name: "TypeError", message });
  });
}

Deno.test("stableInterfaceId() refuses an option that is none", async () => {
  const options = { interface: "eth0", secretKey: KEY, networkID: "lab" };
  await assert.rejects(ip.stableInterfaceId("2001:db8::/64", wrong(options)), {
    name: "TypeError",
    message: /"networkID" is no option: did you mean "networkId"\?/,
  });
});

Deno.test("whatever reads text goes through a list, and takes its places for nothing", () => {
  const found = ["10.0.0.1", "::1"].map(
    wrong<(x: string) => ip.Address>(ip.parse),
  );
  assert.deepEqual(found.map(String), ["10.0.0.1", "::1"]);
  const nets = ["10.0.0.0/8"].map(wrong<(x: string) => unknown>(ip.trySubnet));
  assert.deepEqual(nets.map(String), ["10.0.0.0/8"]);
});
