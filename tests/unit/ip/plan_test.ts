import assert from "node:assert/strict";
import { stripVTControlCharacters } from "node:util";
import { type Plan, plan } from "../../../lib/ip/plan/plan.ts";
import { subnet } from "../../../lib/ip/subnet.ts";

const lay = ({ allocations }: Plan) =>
  allocations.map(({ name, subnet }) => `${name} ${subnet}`);

Deno.test("plan() shares out a space, the largest need first", () => {
  const office = plan("192.168.10.0/24", [
    { name: "wan", hosts: 2 },
    { name: "lab", hosts: 28 },
    { name: "office", hosts: 100 },
    { name: "guests", hosts: 50 },
  ]);
  assert.deepEqual(lay(office), [
    "office 192.168.10.0/25",
    "guests 192.168.10.128/26",
    "lab 192.168.10.192/27",
    "wan 192.168.10.224/30",
  ]);
  assert.equal(
    office.leftover.join(" "),
    "192.168.10.228/30 192.168.10.232/29 192.168.10.240/28",
  );
  assert.equal(office.free, 28n);
  assert.equal(office.utilisation, 228 / 256);
  assert.deepEqual(
    office.needs.map(({ name }) => name),
    ["wan", "lab", "office", "guests"],
  );
});

Deno.test("needs of one size keep their order", () => {
  const names = ["c", "a", "b"];
  const equal = plan("10.0.0.0/24", names.map((name) => ({ name, hosts: 20 })));
  assert.deepEqual(lay(equal), [
    "c 10.0.0.0/27",
    "a 10.0.0.32/27",
    "b 10.0.0.64/27",
  ]);
});

Deno.test("a need that is in use stays, and others go around it", () => {
  const legacy = plan("10.0.0.0/24", [
    { name: "new", hosts: 100 },
    { name: "old", at: "10.0.0.64/26", hosts: 12 },
    { name: "tiny", prefixLength: 32 },
  ]);
  assert.deepEqual(lay(legacy), [
    "tiny 10.0.0.0/32",
    "old 10.0.0.64/26",
    "new 10.0.0.128/25",
  ]);
  const old = legacy.find("old")!;
  assert.deepEqual([old.hosts, old.capacity, old.spare], [12n, 62n, 50n]);
  assert.equal(legacy.find("none"), undefined);
});

Deno.test("two hosts get a /30, and a /31 only where it is asked for", () => {
  const link = (options?: { longestPrefix: number }, hosts = 2) =>
    plan("10.0.0.0/24", [{ name: "link", hosts }], options)
      .allocations[0]!.subnet.prefixLength;
  assert.equal(link(), 30);
  assert.equal(link({ longestPrefix: 31 }), 31);
  assert.equal(link({ longestPrefix: 31 }, 1), 31);
  assert.equal(link({ longestPrefix: 31 }, 3), 29);
  assert.equal(link({ longestPrefix: 32 }, 1), 32);
  assert.equal(link({ longestPrefix: 24 }), 24);
  const named = plan("10.0.0.0/24", [{ name: "link", prefixLength: 31 }]);
  assert.equal(named.allocations[0]!.capacity, 2n);
});

Deno.test("IPv6 hosts get a /64, and less only where it is asked for", () => {
  const site = plan("2001:db8::/48", [
    { name: "lan", hosts: 5000 },
    { name: "loopbacks", prefixLength: 64 },
    { name: "link", prefixLength: 127 },
    { name: "vast", hosts: 2n ** 64n },
  ]);
  assert.deepEqual(lay(site), [
    "vast 2001:db8::/63",
    "lan 2001:db8:0:2::/64",
    "loopbacks 2001:db8:0:3::/64",
    "link 2001:db8:0:4::/127",
  ]);
  const length = (within: string, hosts: number, longestPrefix?: number) =>
    plan(within, [{ name: "a", hosts }], { longestPrefix })
      .allocations[0]!.subnet.prefixLength;
  assert.equal(length("2001:db8::/48", 2, 127), 127);
  assert.equal(length("2001:db8::/120", 20), 123);
  assert.equal(length("2001:db8::/120", 1), 128);
  assert.equal(length("2001:db8::/64", 1), 64);
});

Deno.test("growth is a fraction, counted exactly and upward", () => {
  const planned = (hosts: number | bigint, growth: number) =>
    plan("::/0", [{ name: "a", hosts, growth }]).allocations[0]!.planned;
  // 70 * 0.1 is 7.000000000000001 in floating point.
  assert.equal(planned(70, 0.1), 77n);
  assert.equal(planned(30, 1 / 3), 40n);
  assert.equal(planned(3, 0.5), 5n);
  assert.equal(planned(10n ** 20n, 0.25), 125n * 10n ** 18n);
  const [a] = plan("10.0.0.0/16", [{ name: "a", hosts: 200, growth: 0.5 }])
    .allocations;
  assert.equal(`${a!.subnet}`, "10.0.0.0/23");
  assert.deepEqual([a!.hosts, a!.planned, a!.spare], [200n, 300n, 310n]);
});

Deno.test("a plan may fill its space to the last address", () => {
  const full = plan("10.0.0.0/30", [
    { name: "a", prefixLength: 31 },
    { name: "b", prefixLength: 32 },
    { name: "c", prefixLength: 32 },
  ]);
  assert.deepEqual([full.leftover.length, full.free, full.utilisation], [
    0,
    0n,
    1,
  ]);
  assert.match(Deno.inspect(full), /^10\.0\.0\.0\/30: 3 subnets, 100 % used\n/);
  const whole = plan("0.0.0.0/0", [{ name: "a", prefixLength: 0 }]);
  assert.equal(whole.utilisation, 1);
  assert.equal(`${whole.find("a")!.growsTo}`, "0.0.0.0/0");
});

Deno.test("add() makes room without moving anyone", () => {
  const first = plan("10.0.0.0/24", [
    { name: "a", hosts: 20, growth: 0.4 },
    { name: "b", prefixLength: 28 },
  ], { longestPrefix: 31 });
  const second = first.add([{ name: "c", hosts: 60 }, { name: "d", hosts: 2 }]);
  assert.deepEqual(lay(second), [
    "a 10.0.0.0/27",
    "b 10.0.0.32/28",
    "d 10.0.0.48/31",
    "c 10.0.0.64/26",
  ]);
  assert.deepEqual(lay(first), ["a 10.0.0.0/27", "b 10.0.0.32/28"]);
  assert.equal(second.find("a")!.planned, 28n);
  assert.throws(() => second.add([{ name: "a", hosts: 1 }]), /"a" twice/);
  assert.throws(() => second.add([{ name: "e", hosts: 200 }]), {
    name: "RangeError",
    message:
      "Cannot plan 10.0.0.0/24 as 'needs' must fit into what is free: \"e\" needs a /24 and finds no room, 114 addresses are missing in all. Try: 10.0.0.0/23, as a /23 would hold all",
  });
  assert.throws(() => second.add([]), /'needs' must be 1 to/);
});

Deno.test("a plan keeps its needs, whatever becomes of the caller's", () => {
  const lab = { name: "lab", hosts: 20 };
  const first = plan("10.0.0.0/24", [lab]);
  lab.name = "office";
  lab.hosts = 5000;
  const second = first.add([{ name: "more", hosts: 20 }]);
  assert.deepEqual(lay(second), ["lab 10.0.0.0/27", "more 10.0.0.32/27"]);
});

Deno.test("plan() takes a subnet that was read with its host, and drops that", () => {
  const within = subnet("10.0.0.5/24", { hostBits: "keep" });
  const one = plan(within, [{ name: "a", hosts: 5 }]);
  assert.equal(one.within.host, undefined);
  assert.equal(`${one.within}`, "10.0.0.0/24");
});

Deno.test("a plan in JSON has numbers, and text where a number would not be exact", () => {
  const json = JSON.parse(JSON.stringify(plan("2001:db8::/62", [
    { name: "lan", hosts: 3 },
  ])));
  assert.deepEqual(json, {
    within: "2001:db8::/62",
    allocations: [{
      name: "lan",
      subnet: "2001:db8::/64",
      hosts: 3,
      planned: 3,
      capacity: "18446744073709551615",
      spare: "18446744073709551612",
      utilisation: 3 / 2 ** 64,
      growsTo: "2001:db8::/62",
    }],
    leftover: ["2001:db8:0:1::/64", "2001:db8:0:2::/63"],
    free: "55340232221128654848",
    utilisation: 0.25,
  });
});

const SHOWN = plan("10.0.0.0/23", [
  { name: "office", hosts: 100, growth: 0.2 },
  { name: "lab\x1b[2J", hosts: 20 },
  { name: "dmz", at: "10.0.1.0/28" },
]);

Deno.test("a plan shows as a table, what is left, and a picture", () => {
  assert.deepEqual(Deno.inspect(SHOWN).split("\n"), [
    "10.0.0.0/23: 3 subnets, 34.4 % used",
    "   name        subnet         hosts  fit  used             grows to",
    "─  ──────────  ─────────────  ─────  ───  ───────────────  ────────",
    "1  office      10.0.0.0/25      100  126  ██████▍  79.4 %",
    "2  lab\\x1b[2J  10.0.0.128/27     20   30  █████▍   66.7 %  /25",
    "3  dmz         10.0.1.0/28            14                   /24",
    "left: 10.0.0.160/27, 10.0.0.192/26, 10.0.1.16/28, 10.0.1.32/27, 10.0.1.64/26,",
    "10.0.1.128/25",
    "",
    "10.0.0.0/23, a cell is a /29",
    "1 office ███████2▓▓▓············3▒······························",
    "10.0.0.0                                              10.0.1.255",
    "· free: 336 addresses, 65.6 %",
  ]);
});

Deno.test("a plan inside another value is one line, as is an allocation", () => {
  assert.equal(
    Deno.inspect([SHOWN]),
    "[ plan of 10.0.0.0/23: 3 subnets, 34.4 % used ]",
  );
  assert.equal(Deno.inspect([SHOWN.find("dmz")]), '[ "dmz" 10.0.1.0/28 ]');
});

Deno.test("an allocation shows as a card", () => {
  assert.deepEqual(Deno.inspect(SHOWN.find("office")).split("\n"), [
    "office",
    "  subnet    10.0.0.0/25",
    "  hosts     100, 120 with growth",
    "  used      79.4 %",
    "  spare     26",
    "  room for  126",
    "  grows to  no more: its neighbour is taken",
  ]);
  assert.deepEqual(Deno.inspect(SHOWN.find("dmz")).split("\n"), [
    "dmz",
    "  subnet    10.0.1.0/28",
    "  room for  14",
    "  grows to  10.0.1.0/24",
  ]);
});

Deno.test("a plan is painted where colour is wanted, and says the same", () => {
  for (const value of [SHOWN, [SHOWN], SHOWN.find("office")]) {
    const painted = Deno.inspect(value, { colors: true });
    assert.equal(
      stripVTControlCharacters(painted),
      Deno.inspect(value, { colors: false }),
    );
  }
  assert.ok(Deno.inspect(SHOWN, { colors: true }).includes("\x1b["));
});

Deno.test("a plan of many subnets shows the first hundred, and how many more", () => {
  const many = plan(
    "10.0.0.0/16",
    Array.from({ length: 300 }, (_, i) => ({
      name: `lan ${i}`,
      hosts: 20,
    })),
  );
  const lines = Deno.inspect(many).split("\n");
  assert.ok(lines.length < 140, `${lines.length} lines`);
  assert.ok(lines.includes("… 200 more"));
});
