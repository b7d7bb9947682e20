/**
 * Longest prefix match over tables as large as the Internet's, beside a bare
 * read of memory and Debian's python3-radix.
 *
 * @module
 */

import { canvas } from "../../lib/inspect/canvas.ts";
import { table as draw } from "../../lib/inspect/table.ts";
import { bytes, count, duration } from "../../lib/inspect/units.ts";
import { Address, type Family } from "../../lib/ip/address.ts";
import type { CompiledTable } from "../../lib/ip/table/compiled.ts";
import { type Subnet, subnet } from "../../lib/ip/subnet.ts";
import { type RouteTable, table } from "../../lib/ip/table/table.ts";
import { pythonPeer } from "./peers.ts";
import { median } from "./pty.ts";

const ROUTES_4 = 1_000_000;
const ROUTES_6 = 250_000;
const ROUTES_PEER = 200_000;
const LOOKUPS = 1_000_000;
const UPDATES = 200_000;
const ROUNDS = 5;

/** Prefix lengths as the Internet's IPv4 routes have them, in parts of 1,000. */
const LENGTHS_4: Readonly<Record<number, number>> = {
  24: 596,
  22: 110,
  23: 98,
  21: 50,
  20: 44,
  19: 25,
  18: 14,
  16: 14,
  17: 8,
  15: 2,
  14: 1,
  13: 1,
  12: 1,
  25: 8,
  26: 7,
  27: 6,
  28: 5,
  29: 4,
  30: 4,
  32: 2,
};

/** The same for IPv6. */
const LENGTHS_6: Readonly<Record<number, number>> = {
  48: 460,
  32: 120,
  40: 110,
  44: 100,
  36: 60,
  29: 30,
  42: 30,
  33: 20,
  34: 20,
  46: 20,
  47: 20,
  35: 10,
};

/** xorshift32: the same numbers on every machine. */
function numbers(seed: number): () => number {
  let x = seed;
  return () => {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    return x >>> 0;
  };
}

/**
 * Makes so many different subnets. Most of the longer ones lie in a block that
 * is there already, as providers cut up what they have.
 */
function makeSubnets(family: Family, size: number): Subnet[] {
  const random = numbers(family * 0x9e3779b9);
  const mix = Object.entries(family === 4 ? LENGTHS_4 : LENGTHS_6);
  const lengths = mix.flatMap(([n, parts]) => Array(parts).fill(Number(n)));
  const blocks: Address[] = [];
  const blockLength = family === 4 ? 19 : 32;
  const seen = new Set<string>();
  const subnets: Subnet[] = [];
  while (subnets.length < size) {
    const length = lengths[random() % lengths.length]!;
    const base = makeAddress(family, random);
    const block = length > blockLength && blocks.length > 0 && random() % 10 < 7
      ? blocks[random() % blocks.length]
      : undefined;
    const start = block === undefined ? base : below(block, base, blockLength);
    const one = subnet(start, length, { hostBits: "clear" });
    const key = `${one}`;
    if (seen.has(key)) continue;
    seen.add(key);
    subnets.push(one);
    if (length <= blockLength && length > blockLength - 8) {
      blocks.push(one.network);
    }
  }
  return subnets;
}

/** A unicast address: 1.0.0.0 to 223.255.255.255, or in 2000::/3's first parts. */
function makeAddress(family: Family, random: () => number): Address {
  if (family === 4) {
    return new Address(4, 0, 0, 0, 2 ** 24 + random() % (223 * 2 ** 24));
  }
  const first = 0x20000000 + random() % 0x0c000000;
  return new Address(6, first, random(), random(), random());
}

/** The first bits of one address, the rest of another. */
function below(block: Address, other: Address, length: number): Address {
  const rest = other.bits - length;
  const low = other.toBigint() & (1n << BigInt(rest)) - 1n;
  return Address.fromBigint(block.toBigint() & ~low | low, other.family);
}

/** Addresses of which every other one is in a route that is there. */
function makeAddresses(subnets: readonly Subnet[], size: number): Address[] {
  const random = numbers(7);
  const family = subnets[0]!.family;
  return Array.from({ length: size }, (_, n) => {
    const base = makeAddress(family, random);
    if (n % 2 === 0) return base;
    const { network, prefixLength } = subnets[random() % subnets.length]!;
    return below(network, base, prefixLength);
  });
}

function wordsOf(addresses: readonly Address[]): Uint32Array {
  return Uint32Array.from(
    addresses.flatMap(({ family, w0, w1, w2, w3 }) =>
      family === 4 ? [w3] : [w0, w1, w2, w3]
    ),
  );
}

/** Milliseconds of one run. */
function time(run: () => void): number {
  const start = performance.now();
  run();
  return performance.now() - start;
}

function medianTime(run: () => void): number {
  return median(Array.from({ length: ROUNDS }, () => time(run)));
}

/** Million operations a second. */
function speed(operations: number, ms: number): number {
  return operations / ms / 1e3;
}

function show(million: number | undefined): string {
  return million === undefined ? "absent" : `${million.toFixed(2)} M/s`;
}

const PYTHON = `
import json, sys, time
try:
    import radix
except ImportError:
    sys.exit(3)
job = json.load(sys.stdin)
routes, addresses = job["routes"], job["addresses"]
def clock(f, items):
    start = time.perf_counter()
    for x in items: f(x)
    return len(items) / (time.perf_counter() - start) / 1e6
tree = radix.Radix()
insert = clock(tree.add, routes)
# Its other form, from octets, fails since Python 3.10.
lookup = sorted(clock(tree.search_best, addresses) for _ in range(3))[1]
delete = clock(tree.delete, routes)
json.dump({"insert": insert, "lookup": lookup, "delete": delete}, sys.stdout)
`;

interface Peer {
  readonly insert: number;
  readonly lookup: number;
  readonly delete: number;
}

/** Million operations a second of python3-radix, if it is here. */
function askRadix(
  subnets: readonly Subnet[],
  addresses: readonly Address[],
): Promise<Peer | undefined> {
  return pythonPeer(PYTHON, { routes: subnets, addresses });
}

/** Drops a sum where the engine cannot see that nobody wants it. */
let sink = 0;

function lookupEach<T>(
  routes: RouteTable<T> | CompiledTable<T>,
  addresses: readonly (Address | string)[],
): number {
  return medianTime(() => {
    for (const address of addresses) {
      if (routes.lookup(address) !== undefined) sink++;
    }
  });
}

/** The updatable table, full: what each operation costs. */
function benchUpdates(
  subnets: readonly Subnet[],
  addresses: readonly Address[],
) {
  const routes = table<number>();
  const build = time(() => subnets.forEach((one, n) => routes.insert(one, n)));
  const some = subnets.filter((_, n) =>
    n % Math.ceil(subnets.length / UPDATES) === 0
  );
  const deletes: number[] = [];
  const inserts: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    deletes.push(time(() => some.forEach((one) => routes.delete(one))));
    inserts.push(time(() => some.forEach((one, n) => routes.insert(one, n))));
  }
  return {
    routes,
    row: {
      table: `IPv${subnets[0]!.family}, ${count(subnets.length)}`,
      lookup: show(speed(addresses.length, lookupEach(routes, addresses))),
      insert: show(speed(some.length, median(inserts))),
      delete: show(speed(some.length, median(deletes))),
      build: duration(build),
      memory: bytes(routes.byteLength),
    },
  };
}

/** As many reads of an array as large as that of all /24s, and nothing else. */
function bareReads(words: Uint32Array): number {
  const memory = new Int32Array(2 ** 24).fill(1);
  const ms = medianTime(() => {
    let sum = 0;
    for (let i = 0; i < words.length; i++) sum += memory[words[i]! >>> 8]!;
    sink += sum;
  });
  return speed(words.length, ms);
}

function benchCompiled(
  routes: RouteTable<number>,
  addresses: readonly Address[],
) {
  let compiled = routes.compile();
  const build = time(() => compiled = routes.compile());
  const words = wordsOf(addresses);
  const out = new Int32Array(addresses.length);
  const family = addresses[0]!.family;
  const ms = medianTime(() => {
    if (family === 4) compiled.lookupAllIpv4(words, out);
    else compiled.lookupAllIpv6(words, out);
  });
  const bulk = speed(addresses.length, ms);
  const bare = family === 4 ? bareReads(words) : undefined;
  return {
    table: `IPv${family}, ${count(routes.size)}`,
    bulk: show(bulk),
    "bare reads": bare === undefined ? "" : show(bare),
    x: bare === undefined ? "" : (bulk / bare).toFixed(2),
    "one by one": show(
      speed(addresses.length, lookupEach(compiled, addresses)),
    ),
    build: duration(build),
    memory: bytes(compiled.byteLength),
  };
}

async function benchPeer(
  subnets: readonly Subnet[],
  addresses: readonly Address[],
) {
  const { row: _, routes } = benchUpdates(subnets, addresses);
  const texts = addresses.map(String);
  const octets = Uint8Array.from(addresses.flatMap((a) => [...a.toBytes()]));
  const out = new Int32Array(addresses.length);
  const family = addresses[0]!.family;
  const compiled = routes.compile();
  const bulk = medianTime(() => {
    if (family === 4) compiled.lookupAllIpv4(octets, out);
    else compiled.lookupAllIpv6(octets, out);
  });
  const routeTexts = subnets.map(String);
  const fresh = table<number>();
  const insert = time(() =>
    routeTexts.forEach((one, n) => fresh.insert(one, n))
  );
  const remove = time(() => routeTexts.forEach((one) => fresh.delete(one)));
  const peer = await askRadix(subnets, addresses);
  const n = addresses.length;
  return ([
    ["insert from text", speed(subnets.length, insert), peer?.insert],
    ["delete from text", speed(subnets.length, remove), peer?.delete],
    ["lookup from text", speed(n, lookupEach(routes, texts)), peer?.lookup],
    [
      "lookup of a value",
      speed(n, lookupEach(routes, addresses)),
      peer?.lookup,
    ],
    ["compiled, octets in bulk", speed(n, bulk), peer?.lookup],
  ] as const).map(([what, ours, theirs]) => ({
    [`IPv${family}, ${count(subnets.length)} routes`]: what,
    "net.ip.table": show(ours),
    "python3-radix": show(theirs),
    x: theirs === undefined ? "" : (ours / theirs).toFixed(1),
  }));
}

/** Prints the tables. */
export async function bench(): Promise<void> {
  const page = canvas({ width: 100 });
  const v4 = makeSubnets(4, ROUTES_4);
  const v6 = makeSubnets(6, ROUTES_6);
  const sides = [v4, v6].map((subnets) => {
    const addresses = makeAddresses(subnets, LOOKUPS);
    return { subnets, addresses, ...benchUpdates(subnets, addresses) };
  });
  console.log(draw(sides.map(({ row }) => row), {
    title: "Longest prefix match, table with updates",
    canvas: page,
  }));
  const compiled = sides.map(({ routes, addresses }) =>
    benchCompiled(routes, addresses)
  );
  console.log(draw(compiled, {
    title: "Longest prefix match, compiled table",
    canvas: page,
  }));
  for (const { subnets, addresses } of sides) {
    const rows = await benchPeer(
      subnets.slice(0, ROUTES_PEER),
      addresses.slice(0, ROUTES_PEER),
    );
    console.log(draw(rows, {
      title: "Longest prefix match, beside python3-radix",
      canvas: page,
    }));
  }
  if (sink < 0) console.log(sink);
}
