import assert from "node:assert/strict";
import {
  canonicalRule,
  canonicalTables,
} from "../../lib/firewall/model/canonical.ts";
import type { Element, Value } from "../../lib/firewall/model/expression.ts";
import type { Chain, Table } from "../../lib/firewall/model/ruleset.ts";
import { format, formatRule } from "../../lib/firewall/text/format.ts";
import { parse } from "../../lib/firewall/text/parse.ts";
import { testUnless } from "../skip.ts";
import { declarations } from "./declarations.ts";
import { listedOtherwise, spoiltLines } from "./forms/listing.ts";
import { WRONG, WRONG_BEFORE } from "./forms/wrong.ts";
import { nftMissing, nftOutput } from "./nft_run.ts";
import { ruleForms } from "./rule_forms.ts";

const missing = nftMissing();

const tables: readonly Table[] = ruleForms.map((group, index) => {
  const rules = group.rules.join("\n");
  const [table] = parse(
    `table ${group.family} t${index} {\n${
      group.beside ?? ""
    }\nchain c {\n${group.base}\n${rules}\n}\n}`,
  );
  return table!;
});

const chainOf = (table: Table): Chain =>
  table.chains.find(({ name }) => name === "c")!;

function equal(a: unknown, b: unknown): boolean {
  try {
    assert.deepEqual(a, b);
    return true;
  } catch {
    return false;
  }
}

testUnless(
  missing,
  "every form of rule comes back from the kernel as it went in",
  async () => {
    // A table at a time: without root, a transaction has little room.
    const listing = await nftOutput(
      tables.map((table) => format([table])),
      "nft list ruleset",
    );
    const listed = parse(listing);
    assert.equal(listed.length, tables.length);
    let compared = 0;
    tables.forEach((table, index) => {
      const back = listed[index]!;
      const { family, rules } = ruleForms[index]!;
      assert.equal(chainOf(back).rules.length, rules.length);
      rules.forEach((form, at) => {
        const found = canonicalRule(chainOf(back).rules[at]!, family);
        const wanted = canonicalRule(chainOf(table).rules[at]!, family);
        const other = listedOtherwise.get(form);
        // Some are listed otherwise in some families only.
        if (other !== undefined && !equal(found, wanted)) {
          const said = parse(`add table ${family} t; add chain ${family} t c
          add rule ${family} t c ${other}`);
          const [rule] = said[0]!.chains[0]!.rules;
          assert.deepEqual(found, canonicalRule(rule!, family), form);
          return;
        }
        assert.deepEqual(
          found,
          wanted,
          `${family}: ${form} came back as ${formatRule(found, family)}`,
        );
        compared++;
      });
      assert.deepEqual(
        { ...back, chains: [] },
        { ...table, chains: [] },
        `the sets and objects of ${family} ${table.name}`,
      );
    });
    assert.ok(compared > 1780, `${compared} rules compared`);
    sameLines(format(listed), listing);
  },
);

/** All lines are as nft lists them, but for those that it spoils. */
function sameLines(ours: string, theirs: string): void {
  const written = ours.split("\n");
  const listed = theirs.split("\n");
  assert.equal(written.length, listed.length);
  listed.forEach((line, at) => {
    const rule = line.replace(/ # handle \d+$/, "").trim();
    if (!spoiltLines.has(rule)) assert.equal(written[at], line);
  });
}

testUnless(
  missing,
  "sets, maps, objects and chains come back, and the listing is written as nft does",
  async () => {
    const wanted = parse(declarations);
    const listing = await nftOutput([format(wanted)], "nft list ruleset");
    const listed = parse(listing);
    assert.equal(format(listed), listing);
    const known = (tables: readonly Table[]) =>
      canonicalTables(tables).map((table) => ({
        ...table,
        // Time goes by, and elements get what their set has for each.
        sets: table.sets.map((set) => ({
          ...set,
          elements: plain(set.elements),
        })),
        maps: table.maps.map((map) => ({
          ...map,
          elements: map.elements.map((
            [key, value],
          ) => [plain([key])[0], value]),
        })),
      }));
    assert.deepEqual(known(listed), known(wanted));
  },
);

/** Without the times that go by from one listing to the next. */
const timeless = (text: string): string => text.replace(/ expires \w+/g, "");

function plain(elements: readonly (Value | Element)[]): unknown[] {
  return elements.map((element) => {
    if (typeof element !== "object" || !("elem" in element)) return element;
    const { val, timeout, comment } = element.elem;
    return timeout === undefined && comment === undefined
      ? val
      : { elem: { val, timeout, comment } };
  });
}

testUnless(
  missing,
  "a listing with handles, with numbers, without state or without elements is read too",
  async () => {
    const scripts = [
      format(parse(declarations)),
      ...tables.slice(0, 1).map((table) => format([table])),
    ];
    const separator = "# the next";
    const output = await nftOutput(
      scripts,
      ["", "-a", "-s", "-t", "-y", "-p", "-T", "-n", "-a -n -s"].map((
        flags,
      ) => `nft ${flags} list ruleset; echo '${separator}'`).join("\n"),
    );
    const [all, handles, stateless, terse, ...numeric] = output.split(separator)
      .slice(0, -1).map((text) => parse(text));
    assert.ok(all && handles && stateless && terse);
    sameLines(
      format(handles, { handles: true }).trim(),
      output.split(separator)[1]!.trim(),
    );
    assert.equal(timeless(format(handles)), timeless(format(all)));
    assert.equal(
      timeless(format(stateless, { counters: false })),
      timeless(format(all, { counters: false })),
    );
    for (const table of terse) {
      // A map of verdicts is listed whole.
      for (const set of table.sets) assert.deepEqual(set.elements, []);
    }
    // nft -n lists "fib saddr oif missing" as it lists the interface 0.
    const rulesOf = (tables: readonly Table[]) =>
      canonicalTables(tables).map(({ family, chains }) =>
        chains.map(({ rules }) =>
          rules.map((rule) => formatRule(rule, family, { counters: false }))
            .filter((rule) => !/^fib .* oif /.test(rule))
        )
      );
    for (const other of numeric.slice(0, -1)) {
      assert.deepEqual(rulesOf(other), rulesOf(all));
    }
  },
);

testUnless(missing, "what is refused as wrong, nft refuses too", async () => {
  const lines = WRONG.map(([command]) => command);
  const marked = await nftOutput(
    [],
    lines.map((command, at) =>
      `nft -c -f - 2>/dev/null << 'END' && echo ${at} || true
${WRONG_BEFORE}${command}
END`
    ).join("\n"),
  );
  const taken = marked.split("\n").filter((at) => at !== "");
  assert.deepEqual(taken.map((at) => lines[Number(at)]), []);
  // The tables before them are none of the reasons.
  await nftOutput([WRONG_BEFORE], "true");
});
