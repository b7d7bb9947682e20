/**
 * TextFSM over all recordings of ntc-templates, beside Python's textfsm.
 *
 * @module
 */

import { readIndex } from "../../lib/device/textfsm/index_file.ts";
import { TextFsm } from "../../lib/device/textfsm/textfsm.ts";
import * as inspect from "../../lib/inspect/mod.ts";
import { absent, recordings, TEMPLATES } from "../machines/textfsm_corpus.ts";
import { pythonPeer } from "./peers.ts";
import { median } from "./pty.ts";

const ROUNDS = 7;
/** A template whose regular expression takes exponential time in Python. */
const EXPONENTIAL = "cisco_s300_show_vlan.textfsm";

interface Job {
  readonly template: string;
  readonly output: string;
}

interface Times {
  /** Milliseconds for reading the templates, and for all outputs. */
  readonly read: number;
  readonly parse: number;
}

const PROGRAM = `
import io, json, sys, time, warnings
import textfsm
warnings.simplefilter("ignore")
given = json.load(sys.stdin)
def run(jobs):
    start = time.perf_counter()
    ready = {n: textfsm.TextFSM(io.StringIO(given["texts"][n])) for n in {j["template"] for j in jobs}}
    read = time.perf_counter() - start
    best = None
    for _ in range(given["rounds"]):
        start = time.perf_counter()
        for j in jobs:
            fsm = ready[j["template"]]
            fsm.Reset()
            fsm.ParseTextToDicts(j["output"])
        taken = time.perf_counter() - start
        best = taken if best is None else min(best, taken)
    return {"read": read * 1000, "parse": best * 1000}
json.dump([run(jobs) for jobs in given["jobs"]], sys.stdout)`;

function time(work: () => unknown): number {
  const start = performance.now();
  work();
  return performance.now() - start;
}

/** Reading, the first round, and the rounds after it. */
function ours(
  texts: Readonly<Record<string, string>>,
  jobs: readonly Job[],
): Times & { readonly first: number } {
  const ready = new Map<string, TextFsm>();
  const read = time(() => {
    for (const { template } of jobs) {
      if (ready.has(template)) continue;
      ready.set(template, new TextFsm(texts[template] as string));
    }
  });
  const round = () => {
    for (const { template, output } of jobs) ready.get(template)?.parse(output);
  };
  const first = time(round);
  const parse = median(Array.from({ length: ROUNDS }, () => time(round)));
  return { read, first, parse };
}

/** Prints the table. */
export async function bench(): Promise<void> {
  if (absent !== undefined) return console.log(`skip: textfsm: ${absent}`);
  const index = readIndex(Deno.readTextFileSync(`${TEMPLATES}/index`));
  const jobs = recordings().flatMap(({ platform, command, output }) =>
    (index.find({ platform, command })?.templates ?? []).map((template) => ({
      template,
      output,
    }))
  );
  const texts = Object.fromEntries(
    jobs.map(({ template }) =>
      [template, Deno.readTextFileSync(`${TEMPLATES}/${template}`)] as const
    ),
  );
  const rest = jobs.filter(({ template }) => template !== EXPONENTIAL);
  const kinds = [
    { what: "outputs", jobs: rest },
    { what: "with those of an exponential template", jobs },
  ];
  const theirs = await pythonPeer<Times[]>(PROGRAM, {
    texts,
    rounds: 2,
    jobs: kinds.map(({ jobs }) => jobs),
  });
  const rows = kinds.map(({ what, jobs }, i) => {
    const { read, first, parse } = ours(texts, jobs);
    const peer = theirs?.[i];
    const ratio = (theirs: number | undefined, ours: number) =>
      theirs === undefined ? "" : (theirs / ours).toFixed(1);
    const shown = (ms: number | undefined) =>
      ms === undefined ? "" : inspect.duration(ms);
    const whole = peer && peer.read + peer.parse;
    return {
      what: `${inspect.count(jobs.length)} ${what}`,
      read: inspect.duration(read),
      first: inspect.duration(first),
      parse: inspect.duration(parse),
      "Python reads": shown(peer?.read),
      "Python parses": shown(peer?.parse),
      ratio: ratio(peer?.parse, parse),
      "ratio cold": ratio(whole, read + first),
      goal: "3.0",
    };
  });
  console.log(inspect.table(rows, {
    title: `TextFSM: ${Object.keys(texts).length} templates of ntc-templates`,
    canvas: inspect.canvas({ width: 130 }),
  }));
}

if (import.meta.main) await bench();
