import assert from "node:assert/strict";
import { parseScript } from "../../repl/script.ts";
import { lessons } from "../../scripts/all.ts";
import { deno } from "./lessons.ts";

const root = new URL("../../", import.meta.url);
const record = Deno.args.includes("--record");

/** Ports and times differ from run to run. */
function masked(text: string): string {
  return text
    .replace(/(127\.0\.0\.1|\[::1\]):\d+/g, "$1:PORT")
    .replace(/\b\d+(\.\d+)? ?(ns|µs|ms|s)\b/g, "TIME");
}

for (const name of lessons) {
  const file = new URL(`scripts/${name}`, root);
  const { header, flags, cells } = parseScript(await Deno.readTextFile(file));

  Deno.test(`${name} says what it is`, () => {
    for (const key of ["chapter", "title", "goal", "needs", "minutes"]) {
      assert.ok(header[key], `${key} is in the header`);
    }
    assert.match(header.needs!, /^(nothing|loopback|lab|root)$/);
    assert.match(name, new RegExp(`^ch0*${header.chapter}[b-z]?_`));
    assert.ok(
      !flags.includes("-A") && !flags.includes("--allow-all"),
      "names its permissions",
    );
    for (const { title, text } of cells.slice(1)) {
      assert.ok(title !== "", `each cell has a title: ${text}`);
      assert.ok(text.split("\n").length <= 24, `${title} is short`);
    }
    const whole = cells.map(({ text }) => text).join("\n");
    assert.match(whole, /try this/i);
    assert.match(cells.at(-1)!.title, /takeaways|remember|keep/i);
  });

  Deno.test(`${name} runs whole with its own permissions and prints what was recorded`, async () => {
    const { code, out, err } = await deno([
      "run",
      "--no-prompt",
      ...flags,
      file.pathname,
    ]);
    assert.equal(err, "");
    assert.equal(code, 0);
    const recorded = new URL(`recorded/${name}.txt`, import.meta.url);
    if (record) await Deno.writeTextFile(recorded, masked(out));
    assert.equal(masked(out), await Deno.readTextFile(recorded));
  });
}
