import assert from "node:assert/strict";
import fc from "fast-check";
import { testUnless } from "../skip.ts";
import { becomes, machine, MARK, marked, withoutLabs } from "./lab_place.ts";

const victim = new URL("lab_victim.ts", import.meta.url).pathname;
const MOMENTS = 50;
/** Victims at once. */
const ABREAST = 5;

/** Who is killed, and how. */
const targets = {
  "the program": [/lab_victim/, "SIGKILL"],
  "the program, by Ctrl-C": [/lab_victim/, "SIGINT"],
  unshare: [/^\S*unshare /, "SIGKILL"],
  "the agent": [/^\S*deno run .*agent\.ts/, "SIGKILL"],
  "a host": [/^\S*deno run .*host\.ts/, "SIGKILL"],
} as const;

async function killOne(
  target: keyof typeof targets,
  moment: number,
): Promise<void> {
  const mark = crypto.randomUUID();
  const folder = await Deno.makeTempDir();
  const before = machine(folder);
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", victim],
    env: { [MARK]: mark, TMPDIR: folder, NO_COLOR: "1" },
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  try {
    await new Promise((resolve) => setTimeout(resolve, moment));
    const [pattern, signal] = targets[target];
    // What is not there yet cannot be killed: then it is its parent.
    const chosen = marked(mark).find(({ command }) => pattern.test(command));
    if (!kill(chosen?.pid ?? child.pid, signal)) kill(child.pid, "SIGKILL");
    if (chosen?.pid !== child.pid) {
      // The program may not notice, if it was taking its lab down at that
      // moment, or was not using that host: it gets another.
      await new Promise((resolve) => setTimeout(resolve, 50));
      kill(child.pid, "SIGKILL");
    }
    await child.status;
    const isGone = await becomes(() => marked(mark).length === 0);
    assert.ok(isGone, JSON.stringify(marked(mark)));
    assert.deepEqual(machine(folder), before);
  } finally {
    for (const { pid } of marked(mark)) kill(pid, "SIGKILL");
    await Deno.remove(folder, { recursive: true });
  }
}

/** Whether the process was there. */
function kill(pid: number, signal: Deno.Signal): boolean {
  try {
    Deno.kill(pid, signal);
    return true;
  } catch {
    return false;
  }
}

testUnless(
  await withoutLabs(),
  `nothing is left of a lab that is killed at any of ${MOMENTS} moments`,
  async () => {
    const moments = fc.array(
      fc.tuple(
        fc.constantFrom(...Object.keys(targets) as (keyof typeof targets)[]),
        fc.integer({ min: 60, max: 900 }),
      ),
      { minLength: ABREAST, maxLength: ABREAST },
    );
    await fc.assert(
      fc.asyncProperty(moments, async (several) => {
        await Promise.all(several.map((one) => killOne(...one)));
      }),
      // A moment cannot be had again: there is nothing to shrink.
      { numRuns: MOMENTS / ABREAST, endOnFailure: true },
    );
  },
);
