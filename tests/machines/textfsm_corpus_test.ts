/**
 * TextFSM on all that ntc-templates has recorded.
 *
 * @module
 */

import assert from "node:assert/strict";
import {
  TemplateError,
  textfsm,
  TextFsmError,
} from "../../lib/device/textfsm/textfsm.ts";
import { templates } from "../../lib/device/textfsm/folder.ts";
import { seed } from "../seed.ts";
import { testUnless } from "../skip.ts";
import { dice } from "./textfsm_dice.ts";
import { absent, expected, recordings, TEMPLATES } from "./textfsm_corpus.ts";

/** As many as there were when the folder was made; fewer would be a gap. */
const LEAST = 968;

testUnless(
  absent,
  "every recording of ntc-templates gives the rows that it must, by the index's template",
  async () => {
    const folder = await templates(TEMPLATES);
    const all = recordings();
    assert.ok(all.length >= LEAST, `only ${all.length} recordings`);
    const wrong: string[] = [];
    for (const recording of all) {
      const { platform, command, output, path } = recording;
      try {
        const found = await folder.find({ platform, command });
        assert.ok(found, "the index has no template for it");
        assert.deepEqual(found.parse(output), await expected(recording));
      } catch (error) {
        wrong.push(`${path}: ${error}`);
      }
    }
    assert.equal(wrong.length, 0, `${wrong.length}: ${wrong[0]}`);
  },
);

testUnless(
  absent,
  "cut and garbled outputs and templates give rows or one of two errors, never another",
  async () => {
    const folder = await templates(TEMPLATES);
    const throwDice = dice(seed);
    const all = recordings();
    for (let round = 0; round < 300; round++) {
      const { platform, command, output } = throwDice.pick(all);
      const found = await folder.find({ platform, command });
      const [template] = found?.templates ?? [];
      assert.ok(template);
      const { template: text } = template;
      const garbled = throwDice.garble(text);
      try {
        const rows = textfsm(throwDice.below(2) ? text : garbled)
          .parse(throwDice.garble(output).slice(0, 4_000));
        assert.ok(Array.isArray(rows));
      } catch (error) {
        assert.ok(
          error instanceof TemplateError || error instanceof TextFsmError,
          `seed ${seed}, round ${round}: ${error}`,
        );
      }
    }
  },
);
