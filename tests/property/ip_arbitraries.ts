/**
 * Random addresses and subnets, good and broken, for the property tests.
 *
 * @module
 */

import fc from "fast-check";
import { Address, type Family } from "../../lib/ip/address.ts";
import { type Subnet, subnet } from "../../lib/ip/subnet.ts";

/** A 32-bit word, often one whose bits are all alike or at an edge. */
const word = fc.oneof(
  fc.integer(),
  fc.constantFrom(0, 0, 1, -1, 0xffff, 0x10000, 0x7fffffff, -0x80000000),
);

export const family: fc.Arbitrary<Family> = fc.constantFrom(4, 6);

/** Printable ASCII but what delimits an address. */
const zone = fc.stringMatching(/^[!-$&-.0-Z\\^-~]{1,15}$/);

export const address: fc.Arbitrary<Address> = fc.oneof(
  word.map((w3) => new Address(4, 0, 0, 0, w3)),
  fc.tuple(word, word, word, word).map((w) => new Address(6, ...w)),
  // Groups that are mostly zero, for all places of "::".
  fc.array(fc.constantFrom(0, 0, 0, 1, 0xabc, 0xffff), {
    minLength: 8,
    maxLength: 8,
  }).map((groups) =>
    Address.fromBigint(groups.reduce((n, g) => n << 16n | BigInt(g), 0n), 6)
  ),
  word.map((w3) => new Address(6, 0, 0, 0xffff, w3)),
);

export const zoned: fc.Arbitrary<Address> = fc.tuple(
  address.filter(({ family }) => family === 6),
  zone,
).map(([address, zone]) => address.withZone(zone));

export const subnets: fc.Arbitrary<Subnet> = fc.tuple(address, fc.nat(128)).map(
  ([base, n]) => subnet(base, n % (base.bits + 1), { hostBits: "clear" }),
);

/**
 * A good text for an address, as free as the grammar allows: letters of either
 * case, leading zeros, "::" for any run of zero groups or none, a dotted tail.
 */
export const spelled: fc.Arbitrary<{ text: string; address: Address }> = fc
  .tuple(fc.oneof(address, address, zoned), fc.infiniteStream(fc.nat(1000)))
  .map(([address, stream]) => {
    const pick = (below: number) => stream.next().value! % below;
    return { address, text: spell(address, pick) };
  });

function spell(address: Address, pick: (below: number) => number): string {
  if (address.family === 4) return address.toString();
  const bytes = address.toBytes();
  const groups: string[] = [];
  for (let i = 0; i < 16; i += 2) {
    const hex = (bytes[i]! << 8 | bytes[i + 1]!).toString(16);
    const padded = hex.padStart(hex.length + pick(5 - hex.length), "0");
    groups.push(pick(2) ? padded.toUpperCase() : padded);
  }
  if (pick(3) === 0) groups.splice(6, 2, bytes.subarray(12).join("."));
  const zero = (group: string | undefined) => /^0+$/.test(group ?? "");
  const starts = groups.flatMap((group, i) => zero(group) ? [i] : []);
  let text = groups.join(":");
  if (starts.length > 0 && pick(4) > 0) {
    const start = starts[pick(starts.length)]!;
    let end = start + 1;
    while (zero(groups[end]) && pick(4) > 0) end++;
    text = `${groups.slice(0, start).join(":")}::${
      groups.slice(end).join(":")
    }`;
  }
  return address.zone === undefined ? text : `${text}%${address.zone}`;
}

/** What a slip of the hand puts into an address. */
const slip = fc.constantFrom(
  ...[
    "",
    ".",
    ":",
    "::",
    "%",
    "/",
    " ",
    "0",
    "00",
    "1",
    "9",
    "25",
    "256",
    "a",
    "F",
    "g",
    "x",
    "-",
    "+",
    "1.2.3.4",
    ":0",
    "0:",
    "\n",
    "\0",
    "１",
    "١",
    "é",
  ],
);

/** Replaces up to two characters of a text at up to three places. */
export function mangled(texts: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const edit = fc.tuple(fc.nat(60), fc.nat(2), slip);
  return fc.tuple(texts, fc.array(edit, { minLength: 1, maxLength: 3 })).map(
    ([text, edits]) =>
      edits.reduce((now, [at, cut, put]) => {
        const place = at % (now.length + 1);
        return now.slice(0, place) + put + now.slice(place + cut);
      }, text),
  );
}
