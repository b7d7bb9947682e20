// What real devices printed, beside the platforms: none of it is a prompt, a
// pager or a question, little of it a refusal, and its platform is found.

import assert from "node:assert/strict";
import { autodetect } from "../../lib/device/autodetect.ts";
import type { Platform } from "../../lib/device/platform.ts";
import { loadPlatform } from "../../lib/device/platforms/load.ts";
import { textfsm } from "../../lib/device/textfsm/textfsm.ts";
import { testUnless } from "../skip.ts";
import { absent, type Recording, recordings } from "./textfsm_corpus.ts";

/** The recordings of each platform that we have, by its name there. */
async function known(): Promise<[Platform, Recording[]][]> {
  const byName = Map.groupBy(recordings(), ({ platform }) => platform);
  const found: [Platform, Recording[]][] = [];
  for (const [name, own] of byName) {
    const platform = await loadPlatform(name).catch(() => undefined);
    if (platform !== undefined) found.push([platform, own]);
  }
  return found;
}

/** Recordings in which a device refused what was typed. */
const REFUSED: ReadonlySet<string> = new Set([
  "cisco_nxos show ip pim neighbor vrf all",
  "mikrotik_routeros interface ethernet poe print without-paging",
]);

testUnless(
  absent,
  "no recorded line is taken for a prompt, a pager, a question or a refusal",
  async () => {
    let lines = 0;
    for (const [platform, own] of await known()) {
      const patterns = [
        ...Object.values(platform.modes).map(({ prompt }) => prompt),
        ...platform.paging === undefined ? [] : [platform.paging.more],
        ...platform.questions.map(({ question }) => question),
      ].map((pattern) => new RegExp(pattern));
      const failures = platform.failures.map((failure) => new RegExp(failure));
      for (const { platform: name, command, output, path } of own) {
        const wrong = REFUSED.has(`${name} ${command}`) ? [] : failures;
        for (const line of output.split(/\r?\n/)) {
          lines++;
          for (const pattern of [...patterns, ...wrong]) {
            assert.doesNotMatch(line, pattern, path);
          }
        }
      }
    }
    assert.ok(lines > 30_000, `${lines} lines`);
  },
);

testUnless(
  absent,
  "what recorded devices say of their version tells their platform",
  async () => {
    let count = 0;
    for (const [platform, own] of await known()) {
      const commands = platform.detect.map(({ command }) => command);
      for (const { command, output, path } of own) {
        if (!commands.includes(command)) continue;
        const start = Object.keys(platform.modes)[0]!;
        const prompt = platform.dialogue.prompts[start]!
          .replaceAll("{host}", "lab").replaceAll("{context}", "");
        const { platform: found } = await autodetect({
          prompt: prompt.split("\n").at(-1)!,
          send: (asked) => Promise.resolve(asked === command ? output : ""),
        });
        // Theirs does not tell IOS from IOS XE.
        const expected =
          platform.name === "cisco_ios" && /IOS[ -]XE/.test(output)
            ? "cisco_xe"
            : platform.name;
        assert.equal(found.name, expected, path);
        count++;
      }
    }
    assert.ok(count >= 20, `${count} recordings`);
  },
);

testUnless(
  absent,
  "our templates give rows for what recorded devices said",
  async () => {
    let count = 0;
    for (const [platform, own] of await known()) {
      const names = Object.keys(platform.templates);
      for (const { command, output, path } of own) {
        const name = names.find((one) => one.replace(/^\//, "") === command);
        if (name === undefined) continue;
        const rows = textfsm(platform.templates[name]!).parse(output);
        assert.ok(rows.length > 0, path);
        count++;
      }
    }
    assert.ok(count >= 35, `${count} recordings`);
  },
);
