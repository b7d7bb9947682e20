/**
 * Packets of the captures changed at random, as many as wanted: none may throw,
 * and none may take a millisecond.
 *
 *     deno task fuzz [count] [seed]
 *     deno task fuzz --guided [seconds] [seed]
 *
 * The guided run keeps the changed packets that reach code which no other has
 * reached, and goes on from them.
 *
 * @module
 */

import { Session } from "node:inspector";
import { seeded } from "../../lib/random.ts";
import { known, type Mutant, mutate, readAll } from "./mutation.ts";

/** The most that one packet may take, in milliseconds. */
export const LIMIT = 2;

/** The most octets of a packet that a failure prints; its number finds the rest. */
const SHOWN = 200;

/** What a run has found. */
export interface Findings {
  /** Packets read. */
  readonly count: number;
  /** Milliseconds a packet. */
  readonly each: number;
  /** The longest that a packet took, in milliseconds, at the best of ten. */
  readonly longest: number;
  /** What threw or took too long: the octets, and what happened. */
  readonly failures: readonly string[];
}

/** Milliseconds that a packet takes, at the best: garbage is collected at times. */
function best(mutant: Mutant): number {
  let least = Infinity;
  for (let i = 0; i < 10; i++) {
    const start = performance.now();
    readAll(mutant);
    least = Math.min(least, performance.now() - start);
  }
  return least;
}

/** Changes and reads so many packets. */
export async function fuzz(count: number, seed: number): Promise<Findings> {
  const corpus = (await known()).map(({ packet }) => packet);
  const random = seeded(seed);
  const pick = () => corpus[Math.floor(random() * corpus.length)]!;
  const failures: string[] = [];
  let longest = 0;
  const started = performance.now();
  for (let i = 0; i < count && failures.length < 20; i++) {
    const mutant = mutate(pick(), pick(), random);
    const shown = mutant.octets.subarray(0, SHOWN).toHex();
    const what =
      `packet ${i} of seed ${seed}, link type ${mutant.linkType}: ${shown}`;
    try {
      const start = performance.now();
      readAll(mutant);
      if (performance.now() - start < LIMIT) continue;
      const time = best(mutant);
      longest = Math.max(longest, time);
      if (time >= LIMIT) failures.push(`${time.toFixed(2)} ms: ${what}`);
    } catch (error) {
      failures.push(`${(error as Error).stack}\n${what}`);
    }
  }
  const each = (performance.now() - started) / count;
  return { count, each, longest, failures };
}

/** What the profiler says of the code that has run since it was last asked. */
interface Taken {
  readonly result: readonly {
    readonly url: string;
    readonly scriptId: string;
    readonly functions: readonly {
      readonly ranges: readonly {
        readonly startOffset: number;
        readonly endOffset: number;
        readonly count: number;
      }[];
    }[];
  }[];
}

/** Counts the pieces of code in lib/packet that have run. */
class Coverage {
  readonly #session = new Session();
  readonly #seen = new Set<string>();

  async start(): Promise<void> {
    this.#session.connect();
    await this.#ask("Profiler.enable");
    const how = { callCount: true, detailed: true };
    await this.#ask("Profiler.startPreciseCoverage", how);
  }

  /** Says how many pieces ran for the first time since the last call. */
  async fresh(): Promise<number> {
    const before = this.#seen.size;
    const { result } = await this.#ask("Profiler.takePreciseCoverage");
    for (const { url, scriptId, functions } of result) {
      // Compiled tables have no address.
      if (url !== "" && !url.includes("/lib/packet/")) continue;
      for (const { ranges } of functions) {
        for (const { startOffset, endOffset, count } of ranges) {
          if (count === 0) continue;
          this.#seen.add(`${scriptId}:${startOffset}:${endOffset}`);
        }
      }
    }
    return this.#seen.size - before;
  }

  #ask(method: string, params: object = {}): Promise<Taken> {
    return new Promise((resolve, reject) =>
      this.#session.post(method, params, (error, answer) => {
        if (error) reject(new Error(`${method}: ${JSON.stringify(error)}`));
        else resolve(answer as Taken);
      })
    );
  }

  close(): void {
    this.#session.disconnect();
  }
}

async function guided(seconds: number, seed: number): Promise<void> {
  const corpus = (await known()).map(({ packet }) => packet);
  const random = seeded(seed);
  const coverage = new Coverage();
  await coverage.start();
  // A few of every shape are enough to begin with.
  const shapes = new Map(
    corpus.map((one) => [one.layers.map(({ name }) => name).join(), one]),
  );
  const queue: { bytes: Uint8Array; linkType: number }[] = [
    ...shapes.values(),
  ];
  for (const { bytes, linkType } of queue) readAll({ octets: bytes, linkType });
  await coverage.fresh();
  const end = performance.now() + seconds * 1000;
  let runs = 0;
  let kept = 0;
  while (performance.now() < end) {
    // A look at the coverage takes as long as a hundred packets.
    const batch = Array.from({ length: 50 }, () => {
      const [a, b] = [0, 0].map(() =>
        queue[Math.floor(random() * queue.length)]!
      );
      return mutate(a!, b!, random);
    });
    for (const mutant of batch) run(mutant);
    runs += batch.length;
    if (await coverage.fresh() === 0) continue;
    for (const { octets, linkType } of batch) {
      queue.push({ bytes: octets, linkType });
    }
    kept += batch.length;
  }
  coverage.close();
  console.log(
    `${runs} packets, ${kept} kept as they came with something new, nothing threw`,
  );
}

function run(mutant: Mutant): void {
  try {
    readAll(mutant);
  } catch (error) {
    console.error(`${mutant.octets.toHex()}, link type ${mutant.linkType}`);
    throw error;
  }
}

if (import.meta.main) {
  const args = Deno.args.filter((arg) => arg !== "--guided").map(Number);
  if (Deno.args.includes("--guided")) {
    await guided(args[0] ?? 60, args[1] ?? 1);
  } else {
    const { count, each, longest, failures } = await fuzz(
      args[0] ?? 1_000_000,
      args[1] ?? 1,
    );
    for (const failure of failures) console.error(failure);
    console.log(
      `${count} packets, ${(each * 1000).toFixed(1)} µs each, the longest ${
        longest.toFixed(2)
      } ms, ${failures.length} failures`,
    );
    if (failures.length > 0) Deno.exit(1);
  }
}
