// What classify() says holds for all of what it is said of, and agrees with the
// module ipaddress of Python wherever that agrees with the registries. The
// latter needs --allow-run=python3; without it, it says so and skips.
import assert from "node:assert/strict";
import fc from "fast-check";
import { Address } from "../../lib/ip/address.ts";
import {
  type Classification,
  classify,
} from "../../lib/ip/registry/classify.ts";
import { registry } from "../../lib/ip/registry/registry.ts";
import { type Subnet, subnet } from "../../lib/ip/subnet.ts";
import { besidePython, python } from "../python.ts";
import { address, subnets } from "./ip_arbitraries.ts";

const entry = fc.constantFrom(...registry());

function within(net: Subnet): fc.Arbitrary<Address> {
  return fc.bigInt(0n, net.size - 1n).map((n) => net.network.offset(n));
}

/** An address in a block, often its first or last, or the next beyond. */
const near: fc.Arbitrary<Address> = entry.chain(({ prefix }) => {
  const { network, broadcast } = prefix;
  const max = (1n << BigInt(network.bits)) - 1n;
  const edges = [
    network,
    broadcast,
    network.toBigint() > 0n ? network.previous() : network,
    broadcast.toBigint() < max ? broadcast.next() : broadcast,
  ];
  return fc.oneof(within(prefix), fc.constantFrom(...edges));
});

/** A subnet that is a block, lies in one or around one. */
const around: fc.Arbitrary<Subnet> = fc.oneof(
  subnets,
  fc.tuple(near, fc.nat(128)).map(([base, n]) =>
    subnet(base, n % (base.bits + 1), { hostBits: "clear" })
  ),
  entry.map(({ prefix }) => prefix),
);

Deno.test("classify() of an address finds all blocks around it, the smallest first", () => {
  fc.assert(
    fc.property(fc.oneof(near, address), (one) => {
      const all = registry().filter(({ prefix }) => prefix.contains(one));
      all.sort((a, b) => b.prefix.prefixLength - a.prefix.prefixLength);
      assert.deepEqual(classify(one).entries, all);
      assert.ok(all.length > 0);
    }),
    { numRuns: 1000 },
  );
});

Deno.test("classify() of a subnet finds all blocks around it and all within", () => {
  fc.assert(
    fc.property(around, (net) => {
      const said = classify(net);
      const outer = registry().filter(({ prefix }) => prefix.contains(net));
      const inner = registry().filter(({ prefix }) =>
        net.contains(prefix) && !prefix.equals(net)
      );
      assert.deepEqual(said.entries, outer.toReversed());
      assert.deepEqual(said.parts, inner);
      assert.equal(said.straddles, inner.length > 0);
    }),
    { numRuns: 300 },
  );
});

const SAID = [
  "source",
  "destination",
  "forwardable",
  "globallyReachable",
  "reservedByProtocol",
  "multicastScope",
] as const;

Deno.test("what classify() says of a subnet holds for every address of it", () => {
  const pair = around.chain((net) => fc.tuple(fc.constant(net), within(net)));
  fc.assert(
    fc.property(pair, ([net, one]) => {
      const whole = classify(net);
      const part = classify(one);
      if (whole.kind !== "mixed") assert.equal(part.kind, whole.kind);
      for (const key of SAID) {
        if (whole[key] !== undefined) assert.equal(part[key], whole[key], key);
      }
    }),
    { numRuns: 1000 },
  );
});

const PYTHON = `
import ipaddress, json, sys
facts = ["private", "global", "loopback", "link_local", "multicast", "reserved", "unspecified"]
def look(text):
    a = ipaddress.ip_address(text)
    return {f: getattr(a, "is_" + f) for f in facts}
texts = json.load(sys.stdin)
json.dump({
    "minor": sys.version_info[1],
    "revised": ipaddress.ip_address("192.0.0.100").is_private,
    "facts": [look(t) for t in texts],
}, sys.stdout)
`;

type Fact =
  | "private"
  | "global"
  | "loopback"
  | "link_local"
  | "multicast"
  | "reserved"
  | "unspecified";

interface PythonAnswer {
  /** The 11 of 3.11. */
  readonly minor: number;
  /** Whether its tables were brought near the registries (gh-113171, 2024). */
  readonly revised: boolean;
  readonly facts: readonly Readonly<Record<Fact, boolean>>[];
}

/** Our words for Python's facts. */
function ours(said: Classification): Record<Fact, boolean> {
  const { kind, globallyReachable, entries } = said;
  return {
    // By Python's own account shared space is neither, and multicast not private.
    private: globallyReachable === false && kind !== "shared" &&
      kind !== "multicast",
    global: globallyReachable === true,
    loopback: kind === "loopback",
    link_local: kind === "link-local",
    multicast: kind === "multicast",
    reserved: entries.some((entry) => entry.kind === "reserved"),
    unspecified: kind === "unspecified",
  };
}

/** Blocks where Python and the registries differ: what Python says, and why. */
interface Difference {
  /** The most specific block, or what {@linkcode place} calls it. */
  readonly of: string;
  /** In which of Python's tables: before the revision of 2024 or after; both if left out. */
  readonly tables?: "old" | "revised";
  /** What Python says and we do not. */
  readonly says: Partial<Record<Fact, boolean>>;
  readonly reason: string;
}

const PUBLIC = { private: false, global: true };
const PRIVATE = { private: true, global: false };
const OLD_23 = "the old tables hold all of 2001::/23 private";
const LATER = "not in Python's tables";
// deno-fmt-ignore
const DIFFERENCES: readonly Difference[] = [
  { of: "192.0.0.0/24", tables: "old", says: PUBLIC, reason: "the old tables have but two parts of it" },
  { of: "192.0.0.8/32", tables: "old", says: PUBLIC, reason: "the old tables end at .7" },
  { of: "192.88.99.0/24", says: { global: true }, reason: "ended: the registry says nothing, Python takes silence for yes" },
  { of: "192.88.99.2/32", says: PUBLIC, reason: LATER },
  { of: "64:ff9b:1::/48", tables: "old", says: PUBLIC, reason: "the old tables lack it" },
  { of: "100:0:0:1::/64", says: PUBLIC, reason: LATER },
  { of: "2001::/32", says: { private: true }, reason: "N/A in the registry; in Python part of 2001::/23" },
  { of: "2001:1::1/128", tables: "old", says: PRIVATE, reason: OLD_23 },
  { of: "2001:1::2/128", tables: "old", says: PRIVATE, reason: OLD_23 },
  { of: "2001:1::3/128", says: PRIVATE, reason: "not among the exceptions from 2001::/23" },
  { of: "2001:3::/32", tables: "old", says: PRIVATE, reason: OLD_23 },
  { of: "2001:4:112::/48", tables: "old", says: PRIVATE, reason: OLD_23 },
  { of: "2001:10::/28", says: { private: true }, reason: "ended: the registry says nothing; in Python part of 2001::/23" },
  { of: "2001:20::/28", tables: "old", says: PRIVATE, reason: OLD_23 },
  { of: "2001:30::/28", tables: "old", says: PRIVATE, reason: OLD_23 },
  { of: "2002::/16", tables: "old", says: { global: true }, reason: "N/A in the registry; the old tables lack it" },
  { of: "2002::/16", tables: "revised", says: { private: true }, reason: "N/A in the registry; the revised tables take that for no" },
  { of: "3fff::/20", says: PUBLIC, reason: LATER },
  { of: "5f00::/16", says: PUBLIC, reason: LATER },
  { of: "::/96", says: { global: true }, reason: "deprecated, so no registry says; Python takes silence for yes" },
  { of: "3ffe::/16", says: { global: true }, reason: "ended, so no registry says; Python takes silence for yes" },
  { of: "fec0::/10", says: { global: true }, reason: "deprecated, so no registry says; Python takes silence for yes" },
  { of: "reserved IPv6", says: { global: true }, reason: "given to nobody, so no registry says; Python takes silence for yes" },
  { of: "multicast of less than global scope", says: { global: true }, reason: "Python looks at no scope" },
];

/** Where the table of differences looks an address up. */
function place(said: Classification): string {
  const { kind, target, globallyReachable } = said;
  if (kind === "multicast") {
    return globallyReachable ? "" : "multicast of less than global scope";
  }
  if (kind === "reserved" && target.family === 6) return "reserved IPv6";
  return `${said.prefix}`;
}

await besidePython(
  "Python says the same in and around every block, but for the differences listed",
  async (seed) => {
    const samples = [
      ...registry().flatMap(({ prefix }) =>
        fc.sample(within(prefix), { seed, numRuns: 8 })
      ),
      ...fc.sample(near, { seed, numRuns: 2000 }),
      ...fc.sample(address, { seed, numRuns: 2000 }),
    ].filter((one) => classify(one).kind !== "ipv4-mapped");
    const { minor, revised, facts } = await python<PythonAnswer>(
      PYTHON,
      samples.map(String),
    );
    const tables = revised ? "revised" : "old";
    const met = new Set<Difference>();
    samples.forEach((one, i) => {
      const said = classify(one);
      const expected = ours(said);
      const there = facts[i]!;
      const listed = DIFFERENCES.find((row) =>
        row.of === place(said) && (row.tables ?? tables) === tables
      );
      for (const fact of Object.keys(expected) as Fact[]) {
        const claimed = listed?.says[fact];
        if (claimed === undefined || claimed === expected[fact]) {
          assert.equal(
            there[fact],
            expected[fact],
            `${one} ${fact} seed ${seed}`,
          );
        } else if (minor === 11) {
          // The table is of 3.11; what a later one mends is no mistake.
          assert.equal(there[fact], claimed, `${one} ${fact} seed ${seed}`);
          met.add(listed!);
        }
      }
    });
    if (minor !== 11) return;
    for (const row of DIFFERENCES) {
      if ((row.tables ?? tables) === tables) assert.ok(met.has(row), row.of);
    }
  },
);

await besidePython(
  "Python looks inside IPv4-mapped addresses, where the registry says no to all",
  async (seed) => {
    const plain = fc.sample(near, { seed, numRuns: 2000 }).filter((one) =>
      one.family === 4
    );
    const mapped = plain.map(({ w3 }) => new Address(6, 0, 0, 0xffff, w3));
    const { facts } = await python<PythonAnswer>(
      PYTHON,
      [...plain, ...mapped].map(String),
    );
    let differ = 0;
    plain.forEach((one, i) => {
      const inside = facts[i]!;
      const outside = facts[plain.length + i]!;
      assert.equal(outside.private, inside.private, `${one} seed ${seed}`);
      const said = ours(classify(mapped[i]!));
      assert.deepEqual([said.private, said.global], [true, false]);
      if (said.private !== outside.private) differ++;
    });
    assert.ok(differ > 100, `${differ}`);
  },
);
