/**
 * Folders of templates: where they are looked for, and rows from them.
 *
 * @module
 */

import assert from "node:assert/strict";
import { templates } from "../../lib/device/textfsm/folder.ts";
import {
  findTemplate,
  structured,
} from "../../lib/device/textfsm/structured.ts";
import { loadPlatform } from "../../lib/device/platforms/load.ts";

const INDEX = `Template, Hostname, Platform, Command
one.textfsm, .*, cisco_ios, sh[[ow]] th[[ings]]
one.textfsm:two.textfsm, .*, cisco_ios, show both
bad.textfsm, .*, cisco_ios, show bad
gone.textfsm, .*, cisco_ios, show gone
`;
const FILES = {
  index: INDEX,
  "one.textfsm": "Value Key NAME (\\w+)\nValue SIZE (\\d+)\n\nStart\n" +
    "  ^$NAME has $SIZE -> Record\n  ^. -> Error\n",
  "two.textfsm": "Value Key NAME (\\w+)\nValue COLOUR (red|blue)\n\nStart\n" +
    "  ^$NAME is $COLOUR -> Record\n",
  "bad.textfsm": "Value A (a)\n\nStart\n  ^$B\n",
};

async function inFolder(
  work: (folder: string) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.mkdir(`${folder}/ntc_templates/templates`, { recursive: true });
    for (const [name, text] of Object.entries(FILES)) {
      await Deno.writeTextFile(
        `${folder}/ntc_templates/templates/${name}`,
        text,
      );
    }
    await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("structured() makes rows by platform and command, with keys in lower case", async () => {
  await inFolder(async (folder) => {
    const rows = (platform: string, command: string, text: string) =>
      structured(platform, command, text, { folder });
    const things = [{ name: "box", size: "7" }];
    assert.deepEqual(
      await rows("cisco_ios", "show  things ", "box has 7\n"),
      things,
    );
    assert.deepEqual(await rows("ios", "sh thi", "box has 7\n"), things);
    assert.deepEqual(await rows("cisco_xe", "sh thi", "box has 7\n"), things);
    assert.equal(
      await rows("arista_eos", "show things", "box has 7\n"),
      undefined,
    );
    assert.equal(await rows("no_such_thing", "show things", ""), undefined);
    assert.equal(await rows("cisco_ios", "show other", ""), undefined);
    assert.deepEqual(await rows("cisco_ios", "show things", ""), []);
  });
});

Deno.test("what a template calls an error gives no rows, and findTemplate tells why", async () => {
  await inFolder(async (folder) => {
    const text = "% Invalid input\n";
    assert.equal(
      await structured("cisco_ios", "show things", text, { folder }),
      undefined,
    );
    const found = await findTemplate("cisco_ios", "show things", { folder });
    assert.deepEqual(found?.names, ["one.textfsm"]);
    assert.throws(() => found?.parse(text), { name: "ParseError", rule: 6 });
  });
});

Deno.test("a platform's own templates come after those of the folder", async () => {
  await inFolder(async (folder) => {
    const ios = await loadPlatform("cisco_ios");
    const own = await findTemplate(ios, "show version", { folder });
    assert.deepEqual(own?.names, ["cisco_ios: show version"]);
    await Deno.writeTextFile(
      `${folder}/ntc_templates/templates/index`,
      `${INDEX}one.textfsm, .*, cisco_ios, show ver\n`,
    );
    const theirs = await findTemplate(ios, "show version", { folder });
    assert.deepEqual(theirs?.names, ["one.textfsm"]);
  });
});

Deno.test("a template that was changed is read again", async () => {
  await inFolder(async (folder) => {
    const rows = () =>
      structured("cisco_ios", "show things", "box has 7\n", { folder });
    assert.deepEqual(await rows(), [{ name: "box", size: "7" }]);
    await Deno.writeTextFile(
      `${folder}/ntc_templates/templates/one.textfsm`,
      "Value THING (\\w+)\n\nStart\n  ^$THING\n",
    );
    assert.deepEqual(await rows(), [{ thing: "box" }]);
  });
});

Deno.test("templates that are missing or wrong are errors that name them", async () => {
  await inFolder(async (folder) => {
    const ask = (command: string) =>
      structured("cisco_ios", command, "", { folder });
    await assert.rejects(ask("show bad"), { name: "ParseError", line: 4 });
    await assert.rejects(ask("show gone"), {
      code: "not-found",
      message: /gone\.textfsm/,
    });
    await assert.rejects(templates(`${folder}/nowhere`), {
      code: "not-found",
      message: /nowhere: there is no file index in it. Try: git clone/,
    });
    const both = await structured(
      "cisco_ios",
      "show both",
      "box has 7\nbox is red\n",
      { folder },
    ).catch((error) => error);
    // The first template takes the line of the second for an error.
    assert.equal(both, undefined);
  });
});

const DENO_DIR = Deno.env.get("DENO_DIR") ??
  `${Deno.env.get("HOME")}/.cache/deno`;

/** What a program of its own says, with an environment of its own. */
async function elsewhere(
  env: Record<string, string>,
  args: readonly string[] = ["-A"],
): Promise<string> {
  const module = new URL(
    "../../lib/device/textfsm/structured.ts",
    import.meta.url,
  );
  const program = `
import { structured } from ${JSON.stringify(module.href)};
const rows = await structured("cisco_ios", "show things", "box has 7");
console.log(JSON.stringify(rows ?? null));`;
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-check", "--quiet", "--no-prompt", ...args, "-"],
    // The cache stays where it is, whatever the home.
    env: { DENO_DIR, DENO_NO_UPDATE_CHECK: "1", NO_COLOR: "1", ...env },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
    cwd: new URL("../..", import.meta.url),
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(program));
  await writer.close();
  const { stdout, stderr } = await child.output();
  return new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
}

Deno.test("NET_TEXTFSM names the folder, or else it is ~/ntc-templates", async () => {
  await inFolder(async (folder) => {
    const rows = '[{"name":"box","size":"7"}]\n';
    const HOME = await Deno.makeTempDir();
    try {
      assert.equal(await elsewhere({ NET_TEXTFSM: folder, HOME }), rows);
      const inner = `${folder}/ntc_templates/templates`;
      assert.equal(await elsewhere({ NET_TEXTFSM: inner, HOME }), rows);
      assert.equal(await elsewhere({ NET_TEXTFSM: "", HOME }), "null\n");
      // Without permissions there is no folder, and nobody is asked.
      assert.equal(
        await elsewhere({ NET_TEXTFSM: folder, HOME }, []),
        "null\n",
      );
      await Deno.symlink(folder, `${HOME}/ntc-templates`);
      assert.equal(await elsewhere({ NET_TEXTFSM: "", HOME }), rows);
    } finally {
      await Deno.remove(HOME, { recursive: true });
    }
  });
});
