/**
 * Summarising prefixes and combining sets, beside Python's `ipaddress` and
 * `netaddr` and npm's `cidr-tools`.
 *
 * @module
 */

import assert from "node:assert/strict";
import { mergeCidr } from "cidr-tools";
import * as net from "../../mod.ts";
import { pythonPeer } from "./peers.ts";
import { median } from "./pty.ts";

/** How many prefixes are summarised, and how many each of two sets is made of. */
const COUNT = 100_000;
const ROUNDS = 9;
/** How many for netaddr, which takes seconds to make a set of more. */
const NETADDR_COUNT = 1000;
/** How often small sets combine, as the engine optimises only what is often run. */
const SMALL_ROUNDS = 1001;

/** The same numbers each time: Lehmer's generator, 31 bits a draw. */
let seed = 20_240_901;
function random(below: number): number {
  seed = seed * 48_271 % 0x7fffffff;
  return seed % below;
}

/** Prefixes of /16 to /32 anywhere in IPv4. */
const v4 = Array.from({ length: 2 * COUNT }, () => {
  const length = 16 + random(17);
  const octets = [1 + random(223), random(256), random(256), random(256)];
  return cleared(octets.join("."), length);
});

/** Prefixes of /32 to /64 anywhere in 2000::/3. */
const v6 = Array.from({ length: 2 * COUNT }, () => {
  const first = 0x2000 + random(0x2000);
  const groups = [first, random(65536), random(65536), random(65536)];
  const text = groups.map((group) => group.toString(16)).join(":");
  return cleared(`${text}::`, 32 + random(33));
});

function cleared(address: string, length: number): string {
  return `${net.ip.subnet(address, length, { hostBits: "clear" })}`;
}

/** Milliseconds from texts, then from values, and how many are left. */
const IPADDRESS = `
import ipaddress, json, sys, time
texts = json.load(sys.stdin)
whole, alone = [], []
for _ in range(3):
    start = time.perf_counter()
    nets = [ipaddress.ip_network(text) for text in texts]
    parsed = time.perf_counter()
    left = len(list(ipaddress.collapse_addresses(nets)))
    end = time.perf_counter()
    whole.append(end - start); alone.append(end - parsed)
json.dump([sorted(whole)[1] * 1e3, sorted(alone)[1] * 1e3, left], sys.stdout)
`;

/** Milliseconds for the union and the intersection of both halves. */
const NETADDR = `
import json, sys, time
from netaddr import IPSet
texts = json.load(sys.stdin)
half = len(texts) // 2
a, b = IPSet(texts[:half]), IPSet(texts[half:])
start = time.perf_counter(); a | b
middle = time.perf_counter(); a & b
end = time.perf_counter()
json.dump([(middle - start) * 1e3, (end - middle) * 1e3], sys.stdout)
`;

/**
 * Times runs by turns, so that what else the machine does falls on all alike.
 *
 * @returns The median of each in milliseconds.
 */
function milliseconds(
  rounds: number,
  ...runs: (() => unknown)[]
): number[] {
  const times = runs.map((): number[] => []);
  for (let round = 0; round < rounds; round++) {
    runs.forEach((run, i) => {
      const start = performance.now();
      run();
      times[i]!.push(performance.now() - start);
    });
  }
  return times.map(median);
}

const show = (ms: number) => net.inspect.duration(ms);

function ratio(theirs: number | undefined, ours: number): string {
  return theirs === undefined ? "" : `${(theirs / ours).toFixed(1)} times`;
}

async function summarising(): Promise<Record<string, string>[]> {
  const rows = [];
  for (const [name, all] of [["IPv4", v4], ["IPv6", v6]] as const) {
    const texts = all.slice(0, COUNT);
    const values = texts.map((text) => net.ip.subnet(text));
    const left = net.ip.summarize(texts).length;
    const [toTexts, toValues, fromValues, npm] = milliseconds(
      ROUNDS,
      () => net.ip.summarize(texts).map(String),
      () => net.ip.summarize(texts),
      () => net.ip.summarize(values),
      () => mergeCidr(texts),
    ) as [number, number, number, number];
    assert.equal(mergeCidr(texts).length, left);
    const [whole, alone, theirs] =
      await pythonPeer<number[]>(IPADDRESS, texts) ?? [];
    if (theirs !== undefined) assert.equal(theirs, left);
    const count = net.inspect.count(left);
    const row = (
      what: string,
      ours: number,
      peer: string,
      time: number | undefined,
    ) => ({
      "": `${name}, ${what}`,
      "net.ip": show(ours),
      peer: time === undefined ? `${peer} absent` : `${peer} ${show(time)}`,
      "peer takes": ratio(time, ours),
    });
    rows.push(
      row(`texts to ${count} texts`, toTexts, "cidr-tools", npm),
      // The peer has no values; this is what a program of ours would wait for.
      row(`texts to ${count} values`, toValues, "cidr-tools", npm),
      row(`texts to ${count} values`, toValues, "ipaddress", whole),
      row(`values to ${count} values`, fromValues, "ipaddress", alone),
    );
  }
  return rows;
}

async function combining(): Promise<Record<string, string>[]> {
  const rows = [];
  for (const [name, texts] of [["IPv4", v4], ["IPv6", v6]] as const) {
    for (const count of [NETADDR_COUNT, COUNT]) {
      const a = net.ip.set(texts.slice(0, count));
      const b = net.ip.set(texts.slice(count, 2 * count));
      const [peerUnion, peerBoth] = count === COUNT
        ? []
        : await pythonPeer<number[]>(NETADDR, texts.slice(0, 2 * count)) ?? [];
      const [union, both] = milliseconds(
        count === COUNT ? ROUNDS : SMALL_ROUNDS,
        () => a.union(b),
        () => a.intersection(b),
      ) as [number, number];
      for (
        const [what, ours, theirs] of [
          ["union", union, peerUnion],
          ["intersection", both, peerBoth],
        ] as const
      ) {
        rows.push({
          "": `${name}, ${what}, two of ${net.inspect.count(count)}`,
          "net.ip": show(ours),
          peer: theirs === undefined ? "" : `netaddr ${show(theirs)}`,
          "peer takes": ratio(theirs, ours),
        });
      }
    }
  }
  return rows;
}

/** Prints the tables. */
export async function bench(): Promise<void> {
  const canvas = net.inspect.canvas({ width: 100 });
  console.log(net.inspect.table(await summarising(), {
    title: `Summarising ${net.inspect.count(COUNT)} prefixes`,
    canvas,
  }));
  console.log(net.inspect.table(await combining(), {
    title: "Combining two sets of prefixes",
    canvas,
  }));
}
