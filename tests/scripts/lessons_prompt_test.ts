import assert from "node:assert/strict";
import { parseScript } from "../../repl/script.ts";
import { lessons } from "../../scripts/all.ts";
import { deno } from "./lessons.ts";

const root = new URL("../../", import.meta.url);

// The other way round than in lessons_test.ts, which runs beside this.
for (const name of lessons.toReversed()) {
  const file = new URL(`scripts/${name}`, root);
  const { cells } = parseScript(await Deno.readTextFile(file));

  Deno.test(`${name} runs at the prompt, cell by cell`, async () => {
    const { code, err, out } = await deno(
      ["run", "-A", "repl/main.ts"],
      `.load ${file.pathname}\n`,
    );
    assert.equal(err, "");
    assert.equal(code, 0);
    for (const { title } of cells) {
      if (title !== "") assert.ok(out.includes(`%% ${title}`), title);
    }
  });
}
