import assert from "node:assert/strict";
import { testUnless } from "../skip.ts";
import { withoutNetworks } from "./own_network.ts";

const reason = withoutNetworks();

testUnless(
  reason,
  "a program that ends while a monitor waits is gone at once",
  async (t) => {
    const module = new URL("../../lib/linux/monitor.ts", import.meta.url).href;
    const start = `import { monitor } from "${module}";
      const events = monitor();
      const waiting = events.next();
      await new Promise((resolve) => setTimeout(resolve, 50));`;
    const programs: Readonly<Record<string, [string, number]>> = {
      "after the first event": [
        `import { monitor } from "${module}"; monitor();`,
        0,
      ],
      "by exit": [`${start} Deno.exit(3);`, 3],
      "by an error": [`${start} throw new Error("on purpose");`, 1],
      "by close": [`${start} events.close(); await waiting;`, 0],
      "with its worker": [
        `const code = ${JSON.stringify(`${start} self.postMessage(1);`)};
        const worker = new Worker(
          URL.createObjectURL(new Blob([code], { type: "text/typescript" })),
          { type: "module" },
        );
        await new Promise((resolve) => worker.onmessage = resolve);
        worker.terminate();`,
        0,
      ],
    };
    for (const [name, [program, expected]] of Object.entries(programs)) {
      await t.step(name, async () => {
        const started = performance.now();
        const { code, stderr } = await run(program);
        assert.equal(code, expected, new TextDecoder().decode(stderr));
        assert.ok(performance.now() - started < 60_000, "it is not waited for");
      });
    }
  },
);

async function run(
  program: string,
): Promise<{ code: number; stderr: Uint8Array }> {
  const path = await Deno.makeTempFile({ suffix: ".ts" });
  try {
    await Deno.writeTextFile(path, program);
    const { code, stderr } = await new Deno.Command("timeout", {
      args: ["50", Deno.execPath(), "run", "-A", "--no-lock", path],
      stdout: "null",
      stderr: "piped",
      env: { DENO_NO_UPDATE_CHECK: "1" },
    }).output();
    return { code, stderr };
  } finally {
    await Deno.remove(path);
  }
}
