// A second opinion on every address: the npm package ip-address.
import assert from "node:assert/strict";
import fc from "fast-check";
import { Address4, Address6 } from "ip-address";
import { tryParse } from "../../lib/ip/address.ts";
import type { Subnet } from "../../lib/ip/subnet.ts";
import { BAD, GOOD } from "../unit/ip/corpus.ts";
import { mangled, spelled, subnets } from "./ip_arbitraries.ts";

function peer(text: string): Address4 | Address6 | undefined {
  try {
    return text.includes(":") ? new Address6(text) : new Address4(text);
  } catch {
    return undefined;
  }
}

/** The package takes a prefix length behind an address, and anything as a zone. */
const outOfScope = (text: string) => /[/%]/.test(text);

function agree(text: string): void {
  const ours = tryParse(text);
  const theirs = peer(text);
  assert.equal(
    ours !== undefined,
    theirs !== undefined,
    `ours takes ${JSON.stringify(text)}: ${ours !== undefined}`,
  );
  if (ours === undefined || theirs === undefined) return;
  assert.equal(ours.toBigint(), theirs.bigInt());
  const mapped = ours.family === 6 && ours.toBigint() >> 32n === 0xffffn;
  // Only the dotted tail of mapped addresses is a choice (RFC 5952 §5).
  if (!mapped) assert.equal(ours.toString(), theirs.correctForm());
}

Deno.test("ip-address agrees on the whole corpus of awkward texts", () => {
  const texts = [...GOOD, ...BAD].map(({ text }) => text);
  const scope = texts.filter((text) => !outOfScope(text));
  assert.ok(scope.length > 100);
  scope.forEach(agree);
});

Deno.test("ip-address takes and refuses the same texts, to the same numbers", () => {
  const texts = spelled.map(({ text }) => text);
  fc.assert(
    fc.property(
      fc.oneof(texts, mangled(texts)).filter((text) => !outOfScope(text)),
      agree,
    ),
    { numRuns: 20_000 },
  );
});

Deno.test("ip-address agrees on the ends and the members of subnets", () => {
  const theirs = (net: Subnet) =>
    net.family === 4 ? new Address4(`${net}`) : new Address6(`${net}`);
  fc.assert(
    fc.property(subnets, subnets, (net, other) => {
      const their = theirs(net);
      assert.equal(net.network.toBigint(), their.startAddress().bigInt());
      assert.equal(net.broadcast.toBigint(), their.endAddress().bigInt());
      if (net.family !== other.family) return;
      assert.equal(net.contains(other), theirs(other).isInSubnet(their));
    }),
    { numRuns: 2000 },
  );
});
