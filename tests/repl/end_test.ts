import assert from "node:assert/strict";
import { testUnless } from "../skip.ts";
import { Reader } from "./reader.ts";
import { withoutTmux } from "./tmux.ts";

const reason = await withoutTmux();

/** A minute at most, in which something comes to be. */
async function until(holds: () => boolean, what: string): Promise<void> {
  for (let tries = 0; tries < 2400 && !holds(); tries++) {
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  assert.ok(holds(), what);
}

function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch {
    return false;
  }
}

/** What is held takes a while to let go of, and tells when it has. */
const HELD =
  "await using held = { async [Symbol.asyncDispose]() { await new Promise((go) => setTimeout(go, 2500)); Deno.writeTextFileSync('let-go', '') } }";

const ENTRIES = [
  ["a loop that never waits", "Deno.writeTextFileSync('runs', ''); for (;;) ;"],
  [
    "a wait without an end",
    "Deno.writeTextFileSync('runs', ''); await new Promise(() => {})",
  ],
  [
    "what nothing can stop",
    "Deno.writeTextFileSync('runs', ''); /(a+)+$/.test('a'.repeat(60) + 'b')",
  ],
] as const;

for (const how of ["a terminal that hangs up", "SIGTERM"]) {
  testUnless(
    reason,
    `${how} ends the program, whatever an entry does`,
    async (t) => {
      for (const [what, entry] of ENTRIES) {
        await t.step(what, async () => {
          await using reader = await Reader.sitDown();
          const { terminal, folder } = reader;
          await terminal.enter(HELD);
          await terminal.enter("Deno.pid");
          const screen = await terminal.sees(/^[\d_]+\nnet>$/m);
          const [, said = ""] = /^([\d_]+)\nnet>$/m.exec(screen) ?? [];
          const pid = Number(said.replaceAll("_", ""));
          await terminal.enter(entry);
          await until(() => exists(`${folder}/runs`), "the entry runs");
          if (how === "SIGTERM") Deno.kill(pid, "SIGTERM");
          else await terminal[Symbol.asyncDispose]();
          await until(
            () => !exists(`/proc/${pid}`),
            `process ${pid} ends at ${how}`,
          );
          assert.equal(
            exists(`${folder}/let-go`),
            what !== "what nothing can stop",
          );
        });
      }
    },
  );
}

testUnless(
  reason,
  "Ctrl-C ends a loop that is the first entry of all",
  async () => {
    await using reader = await Reader.sitDown();
    const { terminal, folder } = reader;
    await terminal.enter(ENTRIES[0][1]);
    await until(() => exists(`${folder}/runs`), "the entry runs");
    await terminal.press("C-c");
    await terminal.sees(/Interrupted\nnet>$/);
  },
);
