import assert from "node:assert/strict";
import { canvas } from "../../../lib/inspect/canvas.ts";
import { displayWidth } from "../../../lib/inspect/text.ts";
import { ladder, type Rung } from "../../../lib/tls/watching/ladder.ts";

const RUNGS: readonly Rung[] = [
  {
    from: "client",
    name: "clientHello",
    at: 0.95,
    length: 517,
    encrypted: false,
    note: "what the client offers",
  },
  { from: "server", name: "serverHello", at: 12, length: 90, encrypted: false },
  { from: "server", name: "finished", length: 36, encrypted: true },
  { from: "client", name: "finished", at: 1300, length: 5000, encrypted: true },
];

Deno.test("a ladder has an arrow a message, double where it is encrypted", () => {
  assert.equal(
    ladder(RUNGS, { canvas: canvas({ width: 70 }) }),
    [
      "          client              server",
      "  950 µs  │── clientHello 517 B ──▶│  what the client offers",
      "   12 ms  │◀─── serverHello 90 B ──│",
      "          │◀══════ finished 36 B ══│",
      "   1.3 s  │══ finished 4.88 KiB ══▶│",
    ].join("\n"),
  );
});

Deno.test("a ladder keeps within its canvas, and takes hostile names", () => {
  const hostile = [{ ...RUNGS[0]!, name: "\x1b[2J\u202Eevil".repeat(9) }];
  for (const width of [12, 20, 40, 80, 200]) {
    for (const rungs of [RUNGS, hostile, []]) {
      const text = ladder(rungs, { canvas: canvas({ width }) });
      assert.ok(!text.includes("\x1b[2J"));
      for (const line of text.split("\n")) {
        assert.ok(displayWidth(line) <= width, `${width}: ${line}`);
      }
    }
  }
});
