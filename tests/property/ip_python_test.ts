// A second opinion on every address: the module ipaddress of Python.
// Needs --allow-run=python3; without it, or without Python, it says so and skips.
import assert from "node:assert/strict";
import fc from "fast-check";
import type { ParseError } from "../../lib/errors.ts";
import { parse, tryParse } from "../../lib/ip/address.ts";
import { type Subnet, subnet, trySubnet } from "../../lib/ip/subnet.ts";
import { BAD, GOOD } from "../unit/ip/corpus.ts";
import { mangled, spelled, subnets } from "./ip_arbitraries.ts";
import { besidePython, python } from "../python.ts";

/** Reads a JSON array of texts, writes one of what they are, null for none. */
const ADDRESSES = `
import ipaddress, json, sys
def look(text):
    try:
        a = ipaddress.ip_address(text)
    except ValueError:
        return None
    zone = getattr(a, "scope_id", None)
    forms = [a.exploded, a.reverse_pointer] if zone is None else None
    return {"family": a.version, "number": str(int(a)), "text": str(a), "zone": zone, "forms": forms}
json.dump([look(t) for t in json.load(sys.stdin)], sys.stdout)
`;

/** The same for subnets, with their parts where those are few. */
const SUBNETS = `
import ipaddress, json, sys
def look(text):
    try:
        n = ipaddress.ip_network(text)
    except ValueError:
        return None
    host = n.max_prefixlen - n.prefixlen
    few = host <= 4
    return {
        "text": str(n),
        "ends": [str(int(n.network_address)), str(int(n.broadcast_address))],
        "masks": [str(int(n.netmask)), str(int(n.hostmask))],
        "size": str(n.num_addresses),
        "parent": str(n.supernet()) if n.prefixlen else None,
        "hosts": [str(int(h)) for h in n.hosts()] if few else None,
        "parts": [str(p) for p in n.subnets(prefixlen_diff=min(host, 3))],
    }
json.dump([look(t) for t in json.load(sys.stdin)], sys.stdout)
`;

interface PythonAddress {
  readonly family: 4 | 6;
  readonly number: string;
  readonly text: string;
  readonly zone: string | null;
  readonly forms: readonly [exploded: string, arpa: string] | null;
}

interface PythonSubnet {
  readonly text: string;
  readonly ends: readonly string[];
  readonly masks: readonly string[];
  readonly size: string;
  readonly parent: string | null;
  readonly hosts: readonly string[] | null;
  readonly parts: readonly string[];
}

/** Good texts, broken ones, and the corpus. */
function addressTexts(seed: number): string[] {
  const texts = spelled.map(({ text }) => text);
  return [
    ...GOOD.map(({ text }) => text),
    ...BAD.map(({ text }) => text),
    ...fc.sample(texts, { seed, numRuns: 50_000 }),
    ...fc.sample(mangled(texts), { seed, numRuns: 50_000 }),
  ];
}

/** Python bars only '%' and '/' in a zone, so there we are the stricter. */
function weBarTheZone(text: string): boolean {
  const zone = text.slice(text.indexOf("%") + 1);
  if (!text.includes("%") || zone === "" || /[%/]/.test(zone)) return false;
  try {
    parse(text);
    return false;
  } catch (error) {
    return (error as ParseError).message.includes("barred in zones");
  }
}

await besidePython(
  "Python takes and refuses the same addresses, to the same numbers and texts",
  async (seed) => {
    const texts = addressTexts(seed);
    const answers: (PythonAddress | null)[] = await python(ADDRESSES, texts);
    let taken = 0;
    let refused = 0;
    texts.forEach((text, i) => {
      const theirs = answers[i]!;
      const ours = tryParse(text);
      if (weBarTheZone(text)) return;
      const shown = JSON.stringify(text);
      if (theirs === null) {
        assert.equal(ours, undefined, `Python refuses ${shown}`);
        refused++;
        return;
      }
      assert.ok(ours, `Python takes ${shown}`);
      assert.equal(ours.family, theirs.family, shown);
      assert.equal(ours.toBigint(), BigInt(theirs.number), shown);
      assert.equal(ours.zone ?? null, theirs.zone, shown);
      // Python wrote the last 32 bits of a mapped address in hex before 3.13.
      const mapped = ours.family === 6 && ours.toBigint() >> 32n === 0xffffn;
      if (!mapped) assert.equal(`${ours}`, theirs.text, shown);
      const [exploded, arpa] = theirs.forms ?? [];
      if (exploded === undefined) return void taken++;
      assert.equal(ours.format("arpa"), arpa);
      assert.equal(ours.format("exploded"), exploded);
      taken++;
    });
    assert.ok(taken > 40_000 && refused > 25_000, `${taken} and ${refused}`);
  },
);

/** What Python takes and we do not, each on purpose. */
function pythonIsLaxer(text: string): boolean {
  const [address = "", length] = text.split("/");
  return length === undefined || // an address alone, for a /32 or /128
    address.includes("%") || // a zone
    /^0[0-9]/.test(length) || // a leading zero in the prefix length
    isWildcard(length);
}

function isWildcard(text: string): boolean {
  const mask = tryParse(text, { family: 4 });
  if (mask === undefined) return false;
  return /^0*1+$/.test(mask.toBigint().toString(2).padStart(32, "0"));
}

await besidePython(
  "Python takes and refuses the same subnets, with the same parts",
  async (seed) => {
    const texts = [
      ...fc.sample(subnets.map(String), { seed, numRuns: 5000 }),
      ...fc.sample(
        subnets.map((net) =>
          net.family === 4 ? `${net.network}/${net.netmask}` : `${net}`
        ),
        { seed, numRuns: 2000 },
      ),
      ...fc.sample(mangled(subnets.map(String)), { seed, numRuns: 10_000 }),
    ].filter((text) => !pythonIsLaxer(text));
    const answers: (PythonSubnet | null)[] = await python(SUBNETS, texts);
    let taken = 0;
    let refused = 0;
    texts.forEach((text, i) => {
      const theirs = answers[i]!;
      const shown = JSON.stringify(text);
      if (theirs === null) {
        assert.equal(trySubnet(text), undefined, `Python refuses ${shown}`);
        refused++;
        return;
      }
      assert.ok(trySubnet(text), `Python takes ${shown}`);
      agree(subnet(text), theirs);
      taken++;
    });
    assert.ok(taken > 7000 && refused > 3000, `${taken} and ${refused}`);
  },
);

function agree(ours: Subnet, theirs: PythonSubnet): void {
  const number = (address: { toBigint(): bigint }) => `${address.toBigint()}`;
  const mapped = ours.network.toBigint() >> 32n === 0xffffn;
  if (!mapped) assert.equal(`${ours}`, theirs.text);
  assert.deepEqual([ours.network, ours.broadcast].map(number), theirs.ends);
  assert.deepEqual([ours.netmask, ours.wildcard].map(number), theirs.masks);
  assert.equal(`${ours.size}`, theirs.size);
  if (theirs.parent !== null) {
    assert.ok(ours.parent().equals(theirs.parent), theirs.parent);
  }
  const host = ours.network.bits - ours.prefixLength;
  const parts = ours.split(ours.prefixLength + Math.min(host, 3)).toArray();
  assert.equal(parts.length, theirs.parts.length);
  parts.forEach((part, i) => assert.ok(part.equals(theirs.parts[i]!)));
  if (theirs.hosts !== null) {
    assert.deepEqual(ours.hosts().toArray().map(number), theirs.hosts);
  }
}

/** What the C library takes; through Python, whose wrapper adds nothing. */
const INET_ATON = `
import json, socket, sys
def look(text):
    try:
        return socket.inet_aton(text).hex()
    except (OSError, ValueError):
        return None
json.dump([look(t) for t in json.load(sys.stdin)], sys.stdout)
`;

await besidePython(
  "the C library takes and refuses the same as inet_aton",
  async (seed) => {
    const part = fc.oneof(
      fc.nat(300).map(String),
      fc.nat().map(String),
      fc.nat(0xffffff).map((n) => `0x${n.toString(16)}`),
      fc.nat(0o400).map((n) => `0${n.toString(8)}`),
      fc.constantFrom("0", "08", "0x", "", "256", "255"),
    );
    const good = fc.array(part, { minLength: 1, maxLength: 5 }).map((parts) =>
      parts.join(".")
    );
    const texts = fc.sample(fc.oneof(good, mangled(good)), {
      seed,
      numRuns: 10_000,
      // White space after the address is the C library's own licence.
    }).filter((text) => !/[\s\0]/.test(text));
    const answers: (string | null)[] = await python(INET_ATON, texts);
    const taken = texts.filter((text, i) => {
      const ours = tryParse(text, { notation: "inet_aton" });
      const hex = ours?.format("hex").slice(2) ?? null;
      assert.equal(hex, answers[i], JSON.stringify(text));
      return hex !== null;
    }).length;
    assert.ok(taken > 1000 && taken < texts.length - 1000, `${taken}`);
  },
);
