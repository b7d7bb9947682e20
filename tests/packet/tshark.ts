/**
 * Decoded layers beside tshark: for each layer, what tshark calls it and its
 * fields, over every packet of the captures.
 */

import assert from "node:assert/strict";
import type { Layers, Packet } from "../../lib/packet/mod.ts";
import { type Numbered, packetsByLinkType, pcap, run, say } from "./corpus.ts";

/** What tshark shows for a field: each time that it occurs, in order. */
type Shown = string | number | readonly (string | number)[];

/** How a layer of ours is compared. */
export interface Comparison<N extends keyof Layers = keyof Layers> {
  /** Our layer. */
  readonly layer: N;
  /** tshark's name for it, as in its `frame.protocols`; one of several. */
  readonly protocol: string | readonly string[];
  /** The fields that are asked of tshark. */
  readonly asked: readonly string[];
  /**
   * Our fields the way tshark writes them, each one of `asked`. Those that are
   * left out are not compared.
   */
  fields(layer: Layers[N], packet: Packet): Readonly<Record<string, Shown>>;
}

/** Takes a comparison of one layer, so that its fields are typed. */
export function comparison<N extends keyof Layers>(
  one: Comparison<N>,
): Comparison {
  return one as unknown as Comparison;
}

/**
 * A known difference: the capture, what differs (`"3: arp.opcode"`, or `"3: arp"`
 * for a layer that only one of us sees), and why.
 */
export type Difference = readonly [
  capture: string | RegExp,
  what: RegExp,
  why: string,
];

/** Nothing put together from several packets: each for itself. */
const ALONE = [
  "ip.defragment:FALSE",
  "ipv6.defragment:FALSE",
  "tcp.desegment_tcp_streams:FALSE",
  "tcp.relative_sequence_numbers:FALSE",
];

const AGGREGATOR = "\u{1f}";

/** Compares, and fails with all that differs and is not listed. */
export async function compare(
  comparisons: readonly Comparison[],
  differences: readonly Difference[],
  options: readonly string[] = [],
): Promise<void> {
  const unexplained: string[] = [];
  const found = new Map<string, number>();
  const compared = new Map(comparisons.map(({ layer }) => [layer, 0]));
  let values = 0;
  const differ = (at: Numbered, what: string, detail: string) => {
    const key = `${at.number}: ${what}`;
    const known = differences.find(([capture, pattern]) =>
      (typeof capture === "string"
        ? capture === at.capture
        : capture.test(at.capture)) && pattern.test(key)
    );
    if (known === undefined) {
      unexplained.push(`${at.capture} ${key} (${detail})`);
    } else found.set(known[2], (found.get(known[2]) ?? 0) + 1);
  };
  for (const [linkType, list] of await packetsByLinkType()) {
    // Where none of us sees a layer there is nothing to compare.
    if (list.every(({ packet }) => packet.layers.length === 0)) continue;
    const answers = await ask(linkType, list, comparisons, options);
    for (const [i, at] of list.entries()) {
      const { protocols, fields } = answers[i]!;
      for (const { layer, protocol, fields: ours } of comparisons) {
        const all = at.packet.layers.filter(({ name }) => name === layer);
        const names = [protocol].flat();
        const theirs = protocols.some((name) => names.includes(name));
        if (all.length > 0 !== theirs) {
          const who = theirs ? "tshark sees it, we do not" : "tshark does not";
          differ(at, layer, `${who}: ${protocols.join(":")}`);
          continue;
        }
        if (all.length === 0) continue;
        compared.set(layer, compared.get(layer)! + 1);
        const shown = ours(all[0] as never, at.packet);
        for (const [name, value] of Object.entries(shown)) {
          values++;
          const text = [value].flat().join(AGGREGATOR);
          const other = fields.get(name);
          assert.notEqual(other, undefined, `${name} is not among 'asked'`);
          if (text === other) continue;
          const [a, b] = [text, other!].map((v) =>
            v.replaceAll(AGGREGATOR, ",").slice(0, 60)
          );
          differ(at, name, `ours ${a}, theirs ${b}`);
        }
      }
    }
  }
  for (const [layer, packets] of compared) {
    say(`${layer}: ${packets} packets compared with tshark`);
  }
  say(`${values} fields compared with tshark`);
  for (const [why, count] of found) say(`differs ${count}x: ${why}`);
  assert.deepEqual(unexplained, []);
}

async function ask(
  linkType: number,
  list: readonly Numbered[],
  comparisons: readonly Comparison[],
  options: readonly string[],
) {
  const asked = comparisons.flatMap(({ asked }) => asked);
  const { stdout, stderr } = await run("tshark", [
    ...["-n", "-r", "-", "-T", "fields"],
    ...["-E", "occurrence=a", "-E", "separator=/t"],
    ...["-E", `aggregator=${AGGREGATOR}`],
    ...[...ALONE, ...options].flatMap((option) => ["-o", option]),
    ...["frame.protocols", ...asked].flatMap((field) => ["-e", field]),
  ], pcap(linkType, list.map(({ packet }) => packet)));
  const lines = new TextDecoder().decode(stdout).split("\n").slice(0, -1);
  assert.equal(lines.length, list.length, stderr);
  return lines.map((line) => {
    const [protocols = "", ...values] = line.split("\t");
    return {
      protocols: protocols.split(":"),
      fields: new Map(values.map((value, i) => [asked[i]!, value])),
    };
  });
}
