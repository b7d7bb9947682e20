import assert from "node:assert/strict";
import { parse } from "../../../lib/ip/address.ts";
import { type Subnet, subnet } from "../../../lib/ip/subnet.ts";
import { table } from "../../../lib/ip/table/table.ts";
import { Trie } from "../../../lib/ip/table/trie.ts";

/** So many neighbours of one length, in an order that is not theirs. */
function neighbours(
  first: string,
  prefixLength: number,
  count: number,
): Subnet[] {
  const base = parse(first);
  const step = 1n << BigInt(base.bits - prefixLength);
  return Array.from({ length: count }, (_, n) => {
    const place = (n * 7919) % count;
    return subnet(base.offset(BigInt(place) * step), prefixLength);
  });
}

Deno.test("a trie of n routes has fewer than 2n nodes, and after them its roots", () => {
  for (
    const [first, length] of [["10.0.0.0", 28], ["2001:db8::", 64]] as const
  ) {
    const trie = new Trie();
    const subnets = neighbours(first, length, 1000);
    subnets.forEach((one) => trie.insert(one));
    assert.equal(trie.size, 1000);
    assert.ok(trie.nodeCount <= 2 + 2 * 1000 - 1, `${trie.nodeCount}`);
    subnets.forEach((one) => assert.ok(trie.delete(one) >= 0));
    assert.equal(trie.size, 0);
    assert.equal(trie.nodeCount, 2);
  }
});

Deno.test("a node without a route goes as soon as one way is left", () => {
  const trie = new Trie();
  const insert = (text: string) => trie.insert(subnet(text));
  insert("10.0.0.0/24");
  assert.equal(trie.nodeCount, 3);
  insert("10.0.1.0/24"); // and a fork, 10.0.0.0/23
  assert.equal(trie.nodeCount, 5);
  insert("10.0.0.0/23"); // in the fork's place
  assert.equal(trie.nodeCount, 5);
  trie.delete(subnet("10.0.0.0/23"));
  assert.equal(trie.nodeCount, 5);
  trie.delete(subnet("10.0.0.0/24"));
  assert.equal(trie.nodeCount, 3);
  assert.equal(trie.delete(subnet("10.0.0.0/24")), -1);
  trie.delete(subnet("10.0.1.0/24"));
  assert.equal(trie.nodeCount, 2);
});

Deno.test("a root stays a root when its route goes", () => {
  for (const text of ["0.0.0.0/0", "::/0"]) {
    const trie = new Trie();
    trie.insert(subnet(text));
    assert.equal(trie.delete(subnet(text)), 0);
    assert.equal(trie.nodeCount, 2);
    assert.equal(trie.find(subnet(text)), 0);
  }
});

Deno.test("routes that come and go take no more memory", () => {
  const trie = new Trie();
  const stay = neighbours("192.168.0.0", 24, 256);
  stay.forEach((one) => trie.insert(one));
  const guests = [
    ...neighbours("10.0.0.0", 30, 300),
    ...neighbours("2001:db8::", 48, 300),
  ];
  const cycle = (): number => {
    let highest = 0;
    for (const one of guests) highest = Math.max(highest, trie.insert(one));
    guests.forEach((one) => trie.delete(one));
    return highest;
  };
  const highest = cycle();
  const { nodeCount } = trie;
  for (let i = 0; i < 50; i++) {
    assert.equal(cycle(), highest, "numbers are used again");
    assert.equal(trie.nodeCount, nodeCount);
    // Of eight words of four octets each, a quarter at least is in use.
    assert.ok(
      trie.byteLength <= 4 * 32 * (nodeCount + 1),
      `${trie.byteLength}`,
    );
  }
  stay.forEach((one) => assert.ok(trie.find(one) > 0));
});

Deno.test("a table with routes that come and go takes no more memory", () => {
  const routes = table<number>();
  const guests = neighbours("10.0.0.0", 30, 500);
  const sizes = Array.from({ length: 30 }, () => {
    guests.forEach((one, n) => routes.insert(one, n));
    const { byteLength } = routes;
    guests.forEach((one) => routes.delete(one));
    return byteLength;
  });
  assert.equal(new Set(sizes).size, 1, `${sizes}`);
});

Deno.test("most of the memory comes back when most routes have gone", () => {
  const trie = new Trie();
  const subnets = neighbours("10.0.0.0", 32, 20_000);
  subnets.forEach((one) => trie.insert(one));
  const full = trie.byteLength;
  const [stays, ...goes] = subnets;
  goes.forEach((one) => trie.delete(one));
  assert.ok(trie.byteLength < full / 1000, `${trie.byteLength} of ${full}`);
  assert.ok(trie.find(stays!) > 0);
  assert.equal(`${trie.subnetAt(trie.longest(stays!.network), 4)}`, `${stays}`);
  subnets.forEach((one) => trie.insert(one));
  trie.clear();
  assert.equal(trie.byteLength, new Trie().byteLength);
  assert.equal(trie.nodeCount, 2);
});

Deno.test("a route keeps its number while others come and nodes move", () => {
  const trie = new Trie();
  const first = neighbours("10.0.0.0", 24, 50).map((one) =>
    [one, trie.insert(one)] as const
  );
  neighbours("10.0.0.0", 28, 4000).forEach((one) => trie.insert(one));
  for (const [one, number] of first) {
    assert.equal(trie.routeAt(trie.find(one)), number);
    assert.equal(trie.insert(one), number);
  }
});
