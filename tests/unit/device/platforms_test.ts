// What every platform promises. A new YAML file is held to it without a line here.

import assert from "node:assert/strict";
import { anyPlatform, autodetect } from "../../../lib/device/autodetect.ts";
import { configModeOf, type Platform } from "../../../lib/device/platform.ts";
import { ALL_PLATFORMS } from "../../../lib/device/platforms/all.ts";
import { loadPlatform, platforms } from "../../../lib/device/platforms/load.ts";
import { textfsm } from "../../../lib/device/textfsm/textfsm.ts";

const ALL: readonly Platform[] = await Promise.all(
  Object.keys(ALL_PLATFORMS).map((name) => loadPlatform(name)),
);

function each(
  fact: string,
  check: (platform: Platform) => void | Promise<void>,
): void {
  Deno.test(fact, async (t) => {
    for (const platform of ALL) {
      await t.step(platform.name, () => check(platform));
    }
  });
}

/** The prompts of a mode as the dialogue has them: without a context, and with each. */
function shown({ dialogue }: Platform, mode: string): string[] {
  const { host, prompts, contexts = [] } = dialogue;
  const sample = (context: string) => context.replace(/\$\d/g, "1");
  return [...new Set(["", ...contexts.map(({ context }) => sample(context))])]
    .map((context) =>
      prompts[mode]!.replaceAll("{host}", host)
        .replaceAll("{context}", context)
    );
}

/** The whole last line of a prompt, and what stands above it. */
function split(prompt: string): { last: string; above: string } {
  const lines = prompt.split("\n");
  return { last: lines.at(-1)!, above: lines.at(-2) ?? "" };
}

/** What a device says to commands, the refusals apart. */
function answers({ dialogue, failures }: Platform) {
  const all = Object.values(dialogue.answers).flatMap((of) =>
    Object.entries(of)
  );
  const refused = (text: string) =>
    text.split("\n").some((line) =>
      failures.some((failure) => new RegExp(failure).test(line))
    );
  return {
    good: all.filter(([, text]) => !refused(text)),
    refusals: all.filter(([, text]) => refused(text)),
  };
}

Deno.test("there are the platforms of the plan, by their names", () => {
  assert.deepEqual(ALL.map(({ name }) => name), Object.keys(ALL_PLATFORMS));
  assert.deepEqual(ALL.map(({ name }) => name), [
    "arista_eos",
    "aruba_aoscx",
    "cisco_asa",
    "cisco_ios",
    "cisco_nxos",
    "cisco_xe",
    "cisco_xr",
    "cumulus_linux",
    "dell_os10",
    "extreme",
    "fortinet",
    "frr",
    "hp_comware",
    "huawei_vrp",
    "juniper_junos",
    "linux",
    "mikrotik_routeros",
    "nokia_sros",
    "paloalto_panos",
    "vyos",
  ]);
});

Deno.test("a name or another name belongs to one platform, and the list has what the files have", async () => {
  const seen = new Map<string, string>();
  const listed = await platforms();
  for (const { name, title, aliases } of ALL) {
    assert.deepEqual(listed.find((one) => one.name === name), {
      name,
      title,
      aliases,
    });
    for (const one of [name, ...aliases]) {
      assert.equal(seen.get(one), undefined, `${one} is ${seen.get(one)} too`);
      assert.match(one, /^[a-z0-9_]+$/);
      seen.set(one, name);
    }
  }
});

each(
  "each mode has a prompt in the dialogue, which is no other mode's",
  (platform) => {
    const { modes, dialogue } = platform;
    assert.deepEqual(
      Object.keys(dialogue.prompts).sort(),
      Object.keys(modes).sort(),
    );
    for (const mode of Object.keys(modes)) {
      for (const prompt of shown(platform, mode)) {
        const { last, above } = split(prompt);
        // Modes with one prompt are told apart by the line above it.
        const matching = Object.entries(modes).filter(([, form]) =>
          new RegExp(form.prompt).test(last)
        );
        const found = matching.length === 1
          ? matching
          : matching.filter(([, form]) =>
            form.above !== undefined && new RegExp(form.above).test(above)
          );
        assert.deepEqual(found.map(([name]) => name), [mode], prompt);
        const pattern = modes[mode]!.prompt;
        const { host } = new RegExp(pattern).exec(last)!.groups ?? {};
        if (pattern.includes("(?<host>") && host !== undefined) {
          // A shell within has another name: a word of the line that led there.
          const typed = Object.values(modes).flatMap(({ to }) =>
            to?.[mode] ?? []
          )
            .flatMap(({ send }) => send.split(" "));
          assert.ok([dialogue.host, ...typed].includes(host), prompt);
        }
        if (modes[mode]!.above !== undefined && above !== "") {
          assert.match(above, new RegExp(modes[mode]!.above!));
        }
      }
    }
  },
);

each(
  "no line of an answer, a banner or the configuration is a prompt, a pager or a question",
  (platform) => {
    const { dialogue, modes, paging, questions, login } = platform;
    const patterns = [
      ...Object.values(modes).map(({ prompt }) => prompt),
      ...paging === undefined ? [] : [paging.more],
      ...questions.map(({ question }) => question),
      login.username,
      login.password,
    ].map((pattern) => new RegExp(pattern));
    const texts = [
      ...Object.values(dialogue.answers).flatMap((of) => Object.values(of)),
      dialogue.unknown,
      dialogue.banner ?? "",
      dialogue.config,
    ];
    for (const line of texts.flatMap((text) => text.split("\n"))) {
      for (const pattern of patterns) assert.doesNotMatch(line, pattern);
      assert.equal(line, line.trimEnd(), "blanks at the end of a line");
    }
  },
);

each("what is refused is told from what is not", (platform) => {
  const { dialogue, failures } = platform;
  const { good, refusals } = answers(platform);
  const patterns = failures.map((failure) => new RegExp(failure));
  const fails = (text: string) =>
    text.split("\n").some((line) => patterns.some((one) => one.test(line)));
  assert.ok(fails(dialogue.unknown), `unseen: ${dialogue.unknown}`);
  assert.equal(fails(dialogue.config), false, "the configuration");
  assert.equal(fails(dialogue.banner ?? ""), false, "the banner");
  const wrong = /veris|adress|statuss|sytem|tersee|nowhere|^show$/;
  for (const [command] of refusals) {
    assert.match(command, wrong, `${command} looks refused`);
  }
  for (const [command, text] of good) {
    assert.doesNotMatch(command, wrong, `${command} is not seen to be refused`);
    assert.ok(text !== undefined);
  }
  const shows = good.filter(([command, text]) =>
    text !== "" && !command.startsWith("terminal")
  );
  assert.ok(shows.length >= 7, `${shows.length} answers are few`);
});

each(
  "what is typed on opening, and for the configuration, is answered",
  (platform) => {
    const { config, open, dialogue } = platform;
    const known = (mode: string, line: string) =>
      dialogue.answers[mode]?.[line] ?? dialogue.answers["*"]?.[line];
    for (const { send, mayFail } of open) {
      if (!mayFail) {
        assert.notEqual(known(dialogue.start, send), undefined, send);
      }
    }
    for (const name of ["show", "diff"] as const) {
      if (config[name] !== undefined) assert.notEqual(config[name], "");
    }
    for (const name of ["save", "confirm", "commit"] as const) {
      const mode = configModeOf(platform, name);
      assert.ok(mode in platform.modes, `${name} in ${mode}`);
    }
    // Lines that are held back can be looked at, thrown away, and let in.
    if (config.commit !== undefined) {
      assert.ok(config.diff !== undefined && config.discard !== undefined);
    }
  },
);

each(
  "lines are undone by what the configuration's style has",
  ({ config, name }) => {
    const { negate, style } = config;
    const without = [
      "cumulus_linux",
      "extreme",
      "linux",
      "mikrotik_routeros",
    ];
    if (without.includes(name)) {
      // `add` against `remove`, `create` against `delete`: no word undoes a line.
      assert.equal(negate, undefined);
      assert.ok(style === "lines" || style === "set");
    } else {
      assert.match(negate ?? "", /^(?:no|undo|unset|delete) $/);
      assert.equal(
        negate === "delete ",
        style === "set" || style === "braces",
      );
    }
  },
);

each("its templates take apart what it says", (platform) => {
  const { good } = answers(platform);
  const commands = Object.entries(platform.templates);
  assert.ok(commands.length >= 3, `${commands.length} templates are few`);
  for (const [command, template] of commands) {
    const said = good.find(([other]) => other === command)?.[1];
    assert.ok(said !== undefined, `nothing is said to ${command}`);
    const parser = textfsm(template);
    const rows = parser.parse(said);
    assert.ok(rows.length > 0, `no row of ${command}`);
    for (const { name } of parser.values) {
      assert.ok(
        [...rows].some((row) => row[name] !== "" && row[name]?.length !== 0),
        `${name} of ${command} is always empty`,
      );
    }
  }
});

each(
  "it is detected from its own dialogue, with few commands or none",
  async (platform) => {
    const { dialogue } = platform;
    for (const open of [true, false]) {
      const typed: string[] = [];
      const found = await autodetect({
        // Once with all that can be seen, once behind a jump host that shows nothing.
        banner: open ? dialogue.banner : "",
        serverVersion: open ? dialogue.serverVersion : "",
        prompt: split(shown(platform, dialogue.start)[0]!).last,
        send: (command) => {
          typed.push(command);
          return Promise.resolve(
            dialogue.answers[dialogue.start]?.[command] ??
              dialogue.answers["*"]?.[command] ??
              dialogue.unknown.replaceAll("{command}", command),
          );
        },
      });
      assert.equal(found.platform.name, platform.name);
      assert.deepEqual(found.commands, typed);
      assert.ok(typed.length <= 3, typed.join(", "));
      assert.notEqual(found.evidence, "");
    }
  },
);

each(
  "no answer of another platform, and no sign of it, is taken for its own",
  (platform) => {
    for (const other of ALL) {
      if (other === platform) continue;
      const { dialogue } = other;
      const all = {
        ...dialogue.answers["*"],
        ...dialogue.answers[dialogue.start],
      };
      for (const { command, pattern } of platform.detect) {
        assert.doesNotMatch(
          all[command] ?? "",
          new RegExp(pattern),
          other.name,
        );
      }
      const { banner, serverVersion, prompt } = platform.signs ?? {};
      const none = (pattern: string | undefined, text: string | undefined) => {
        if (pattern === undefined) return;
        assert.doesNotMatch(text ?? "", new RegExp(pattern), other.name);
      };
      none(banner, dialogue.banner);
      none(serverVersion, dialogue.serverVersion);
      for (const mode of Object.keys(other.modes)) {
        for (const one of shown(other, mode)) none(prompt, split(one).last);
      }
    }
  },
);

each(
  "the platform of unknown devices knows its prompts and its pager",
  async (platform) => {
    const any = await anyPlatform();
    const prompt = new RegExp(any.modes.any!.prompt);
    for (const mode of Object.keys(platform.modes)) {
      const [first] = shown(platform, mode);
      assert.match(split(first!).last, prompt);
    }
    assert.equal(any.paging?.key, " ");
    assert.equal(platform.paging?.key, " ");
  },
);

each("its pages, addresses and secrets are nobody's", (platform) => {
  const text = JSON.stringify(platform.dialogue);
  const ours =
    /^(?:192\.0\.2|198\.51\.100|203\.0\.113|0\.0\.0|127\.0\.0|255\.255\.255)\./;
  for (const [address] of text.matchAll(/\b\d{1,3}(?:\.\d{1,3}){3}\b/g)) {
    const isVersion = address.split(".").some((part) => Number(part) > 255) ||
      /^(?:\d+\.\d+\.\d\.\d|31\.7\.2\.28|10\.5\.6\.2)$/.test(address);
    assert.ok(ours.test(address) || isVersion, `${address} is somebody's`);
  }
  for (const [mac] of text.matchAll(/\b[0-9a-f]{2}(?::[0-9a-f]{2}){5}\b/gi)) {
    assert.match(mac, /^(?:00:00:5e:00:5|00:00:00|ff:ff:ff)/i, mac);
  }
});
