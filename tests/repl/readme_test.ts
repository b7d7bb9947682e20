import assert from "node:assert/strict";
import { commands } from "../../repl/commands.ts";
import { Session } from "../../repl/session.ts";

const root = new URL("../../", import.meta.url);

/** What the README says was typed, and what came of it. */
function exchanges(text: string): { typed: string; shown: string }[] {
  return [...text.matchAll(/^```text\n([\s\S]*?)^```/gm)].flatMap(
    ([, block]) =>
      block!.split(/^net> /m).slice(1).map((part) => {
        const [typed, ...shown] = part.trimEnd().split("\n");
        return { typed: typed!, shown: shown.join("\n") };
      }),
  );
}

Deno.test({
  name: "the README's first session goes as it says",
  // The kernel lives as long as the process.
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    const readme = await Deno.readTextFile(new URL("README.md", root));
    const session = exchanges(readme);
    assert.ok(session.length >= 8);
    let shown: string[] = [];
    const reader = new Session(
      {
        colors: false,
        print: (text) => shown.push(text),
        complain: (text) => shown.push(text),
      },
      root,
      commands,
    );
    for (const exchange of session) {
      shown = [];
      // Saving is tested where there is a folder to save in.
      if (exchange.typed.startsWith(".save")) continue;
      await reader.enter(exchange.typed);
      assert.equal(shown.join("\n"), exchange.shown, exchange.typed);
    }
    await reader.enter("await conn.close()");
    await reader.enter("await server.close()");
    await reader.close();
  },
});
