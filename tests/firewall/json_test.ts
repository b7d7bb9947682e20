/**
 * The same rules by text and by JSON: the kernel can't tell them apart.
 *
 * @module
 */

import assert from "node:assert/strict";
import { readJson } from "../../lib/firewall/json/read.ts";
import { writeJson } from "../../lib/firewall/json/write.ts";
import { canonicalTables } from "../../lib/firewall/model/canonical.ts";
import type { Table } from "../../lib/firewall/model/ruleset.ts";
import { format } from "../../lib/firewall/text/format.ts";
import { parse } from "../../lib/firewall/text/parse.ts";
import { testUnless } from "../skip.ts";
import { nftMissing, nftOutput } from "./nft_run.ts";
import { type FormGroup, ruleForms } from "./rule_forms.ts";

/** What nft -j 1.0.6 does not read, nor write: its text does. */
const NOT_IN_JSON = /synproxy name|@learnt \{|set socket mark|rt0 addr|@ports4/;

function tableOf({ family, base, beside = "", rules }: FormGroup): Table {
  const known = rules.filter((rule) => !NOT_IN_JSON.test(rule));
  const [table] = canonicalTables(parse(
    `table ${family} t {\n${beside}\nchain c {\n${base}\n${
      known.join("\n")
    }\n}\n}`,
  ));
  return {
    ...table!,
    objects: table!.objects.filter(({ kind }) => kind !== "synproxy"),
    maps: table!.maps.filter(({ map }) => map.length === 1),
  };
}

const reason = nftMissing();

testUnless(
  reason,
  "what nft reads from our JSON is what it reads from our text",
  async () => {
    for (const group of ruleForms) {
      const table = tableOf(group);
      const chain = `nft list chain ${table.family} t c`;
      const json = `nft -j -f - <<'END'\n${
        JSON.stringify(writeJson([table]))
      }\nEND\n`;
      const both = await nftOutput(
        [format([table])],
        `${chain}; echo ====; nft flush ruleset\n${json}${chain}`,
      );
      const [byText, byJson] = both.split("====\n");
      assert.equal(byJson, byText);
    }
  },
);

Deno.test("rules that are written as JSON and read again are the same", () => {
  for (const group of ruleForms) {
    const table = tableOf(group);
    const text = JSON.stringify(writeJson([table]));
    // nft -j knows no flag for what rules add to, and one for times that goes
    // without saying where there is a time.
    const bare = (tables: readonly Table[]) =>
      format(tables).replaceAll(/\n\t\tflags (dynamic,)?timeout\n/g, "\n");
    assert.equal(bare(readJson(text)), bare([table]));
  }
});
