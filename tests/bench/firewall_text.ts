/**
 * Reading and writing 10,000 rules as text, beside `nft -c -f`, which reads
 * them and has the kernel look at them.
 *
 * @module
 */

import { format } from "../../lib/firewall/text/format.ts";
import { parse } from "../../lib/firewall/text/parse.ts";
import * as inspect from "../../lib/inspect/mod.ts";
import { median } from "./pty.ts";

const ROUNDS = 30;
const THEIR_ROUNDS = 3;

/** A chain of rules. */
function ruleset(count: number, rule: (n: number) => string): string {
  let text = "table inet bench {\n\tchain input {\n" +
    "\t\ttype filter hook input priority filter; policy accept;\n";
  for (let n = 0; n < count; n++) text += `\t\t${rule(n)}\n`;
  return `${text}\t}\n}\n`;
}

const address = (n: number) => `10.${n >> 16 & 255}.${n >> 8 & 255}.${n & 255}`;

const simple = (n: number) =>
  `ip saddr ${address(n)} tcp dport ${n % 60_000 + 1} accept`;

const withSet = (n: number) =>
  `ip saddr ${address(n)} tcp dport { 22, 80, ${n % 60_000 + 443} } accept`;

const kinds = [
  { count: 10_000, what: "simple rules", rule: simple, goal: 15, peer: true },
  { count: 1_000, what: "with a set", rule: withSet, goal: 2.7, peer: true },
  // The kernel's time for sets in rules grows with their square: 20 s and more.
  { count: 10_000, what: "with a set", rule: withSet, goal: 27, peer: false },
];

function time(work: () => unknown): number {
  const start = performance.now();
  work();
  return performance.now() - start;
}

/** The time of `nft -c -f`, with that of starting it taken off. */
function theirs(file: string): number {
  const run = (script: string) =>
    median(Array.from({ length: THEIR_ROUNDS }, () =>
      time(() => {
        const { success, stderr } = new Deno.Command("unshare", {
          args: ["--net", "nft", "-c", "-f", script],
          stderr: "piped",
        }).outputSync();
        if (!success) throw new Error(new TextDecoder().decode(stderr));
      })));
  return run(file) - run("/dev/null");
}

/** Prints the table. */
export async function bench(): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    const rows = [];
    for (const { count, what, rule, goal, peer } of kinds) {
      const text = ruleset(count, rule);
      const file = `${folder}/rules.nft`;
      await Deno.writeTextFile(file, text);
      // Cold the first time, as a script that does it once has it.
      const both = () => {
        if (format(parse(text)) !== text) throw new Error("not the same text");
      };
      const cold = time(both);
      const tables = parse(text);
      const read = median(
        Array.from({ length: ROUNDS }, () => time(() => parse(text))),
      );
      const write = median(
        Array.from({ length: ROUNDS }, () => time(() => format(tables).length)),
      );
      const warm = median(Array.from({ length: ROUNDS }, () => time(both)));
      const nft = peer ? theirs(file) : undefined;
      rows.push({
        what: `${inspect.count(count)} ${what}`,
        cold: inspect.duration(cold),
        parse: inspect.duration(read),
        format: inspect.duration(write),
        both: inspect.duration(warm),
        goal: inspect.duration(goal),
        "nft -c -f": nft === undefined ? "" : inspect.duration(nft),
        ratio: nft === undefined ? "" : (nft / warm).toFixed(1),
      });
    }
    console.log(inspect.table(rows, {
      title: "Rulesets as text",
      canvas: inspect.canvas({ width: 110 }),
    }));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

if (import.meta.main) await bench();
