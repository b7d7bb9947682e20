import assert from "node:assert/strict";
import { anyPlatform, autodetect } from "../../../lib/device/autodetect.ts";
import { configModeOf, type Platform } from "../../../lib/device/platform.ts";
import { loadPlatform } from "../../../lib/device/platforms/load.ts";
import { PlatformError } from "../../../lib/device/platforms/platform_error.ts";
import {
  platformFrom,
  readPlatform,
} from "../../../lib/device/platforms/read.ts";

const SMALL = `name: toaster
title: A toaster
modes:
  exec:
    prompt: '^(?<host>[a-z]+)> ?$'
    to:
      config: [configure]
  config:
    prompt: '^(?<host>[a-z]+)# ?$'
    to:
      exec: [exit]
config:
  mode: config
  style: lines
  show: show all
`;

async function problems(text: string): Promise<string[]> {
  const error = await readPlatform(text, "toaster.yaml").then(
    () => assert.fail("it was taken"),
    (error) => error,
  );
  assert.ok(error instanceof PlatformError, String(error));
  assert.ok(error instanceof SyntaxError);
  assert.equal(error.source, "toaster.yaml");
  return error.problems.map(({ line, column, path, message }) =>
    `${line}:${column} ${path}: ${message}`
  );
}

Deno.test("a platform needs little: the rest has its usual value", async () => {
  const platform = await readPlatform(SMALL, "toaster.yaml");
  assert.equal(platform.newline, "\n");
  assert.deepEqual(platform.failures, []);
  assert.deepEqual(platform.open, []);
  assert.deepEqual(platform.modes.exec?.to?.config, [{ send: "configure" }]);
  assert.equal(platform.dialogue.start, "exec");
  assert.match("Password: ", new RegExp(platform.login.password));
  assert.ok(Object.isFrozen(platform) && Object.isFrozen(platform.modes.exec));
});

Deno.test("what is wrong with a platform is said with its line and column, all at once", async () => {
  const rows: readonly [from: string, to: string, ...expected: string[]][] = [
    [
      "title:",
      "titel:",
      "1:1 : the key title is missing",
      "2:1 titel: no such key; did you mean title?",
    ],
    [
      "style: lines",
      "style: brace",
      '14:10 config.style: must be indent, braces, set or lines: current value is "brace"; did you mean braces?',
    ],
    [
      "    to:\n      config: [configure]\n",
      "",
      "6:3 modes.config: no way leads here from exec",
    ],
    [
      "exec: [exit]",
      "root: [exit]",
      "8:3 modes.config: no way leads back to exec",
      "11:7 modes.config.to.root: there is no mode root; there are exec, config",
    ],
    [
      "'^(?<host>[a-z]+)> ?$'",
      "'^(?<host>[a-z]+> ?$'",
      "5:13 modes.exec.prompt: is no regular expression: Unterminated group",
    ],
    [
      "'^(?<host>[a-z]+)> ?$'",
      "'(?<host>[a-z]+)> ?$'",
      "5:13 modes.exec.prompt: must begin with ^ and end with $: it is a whole line",
    ],
    [
      "'^(?<host>[a-z]+)> ?$'",
      "'^(?<host>.*)[#>] ?$'",
      '5:13 modes.exec.prompt: matches too much: "#" is none',
    ],
    [
      "'^(?<host>[a-z]+)> ?$'",
      "'^[a-z]+> ?$'",
      "5:13 modes.exec.prompt: must have the group (?<host>…): the device's name",
    ],
    [
      "mode: config",
      "mode: konfig",
      "13:9 config.mode: there is no mode konfig; did you mean config?",
    ],
    [
      "show: show all",
      "show: 12",
      "15:9 config.show: must be text: current value is 12",
    ],
    [
      "show: show all\n",
      "show: show all\n  commitConfirmed: [commit confirmed 5]\n",
      "16:3 config.commitConfirmed: means nothing without commit",
      "16:3 config.commitConfirmed: means nothing without confirm",
    ],
    [
      "show: show all\n",
      "show: show all\n  where: { save: exec }\n",
      "16:12 config.where.save: there is no config.save to type there",
    ],
    [
      "show: show all\n",
      "show: show all\nquestions: [{ question: 'Sure?', say: y }]\n",
      "16:25 questions[0].question: must end with $: a question is the end of what was said",
    ],
    [
      "show: show all\n",
      "show: show all\nquestions: [{ question: 'Sure.$', say: { secret: pin } }]\n",
      '16:50 questions[0].say.secret: must be password or enable: current value is "pin"',
    ],
    [
      "show: show all\n",
      "show: show all\npaging: { more: '-?$' }\n",
      '16:17 paging.more: matches too much: ""',
    ],
    [
      "show: show all\n",
      "show: show all\nopen: terminal\n",
      '16:7 open: must be a list: current value is "terminal"',
    ],
    [
      "name: toaster\n",
      "name: toaster\nname: kettle\n",
      '2:1 : the key "name" is there twice',
    ],
  ];
  for (const [from, to, ...expected] of rows) {
    assert.ok(SMALL.includes(from), from);
    assert.deepEqual(await problems(SMALL.replace(from, () => to)), expected);
  }
});

Deno.test("a dialogue is held to the modes", async () => {
  const dialogue = `dialogue:
  host: kitchen
  source: written from manuals
  start: exce
  prompts: { exec: '{host}$ ', config: '{host}# ' }
  answers: { admin: { show: '' } }
  unknown: ''
  config: ''
`;
  assert.deepEqual(await problems(SMALL + dialogue), [
    "19:10 dialogue.start: there is no mode exce; did you mean exec?",
    '20:20 dialogue.prompts.exec: modes.exec.prompt does not match "kitchen$ "',
    "21:14 dialogue.answers.admin: there is no mode admin; there are exec, config",
  ]);
});

Deno.test("a platform made by a program is checked and kept", async () => {
  const made = {
    name: "toaster",
    title: "A toaster",
    modes: { exec: { prompt: "^(?<host>[a-z]+)> $" } },
    config: { mode: "exec", style: "lines", show: "show" },
  } as unknown as Platform;
  const platform = await loadPlatform(made);
  assert.equal(platform.newline, "\n");
  assert.equal(await loadPlatform(platform), platform);
  assert.throws(
    () => platformFrom({ ...made, modes: {} }, "toaster"),
    /^PlatformError: Cannot use the platform toaster: modes: must have at least one mode$/,
  );
  await assert.rejects(
    loadPlatform({ ...made, colour: "red" } as unknown as Platform),
    /colour: no such key; there are name, title/,
  );
});

Deno.test("platforms are found by name, by other names, and by what Netmiko and NAPALM call them", async () => {
  const rows = {
    cisco_ios: [
      "cisco_ios",
      "ios",
      "cisco_ios_ssh",
      "cisco_ios_telnet",
      "cisco_ios_serial",
    ],
    cisco_xe: ["cisco_xe_ssh", "cisco_iosxe"],
    cisco_nxos: ["nxos", "nxos_ssh"],
    cisco_xr: ["iosxr", "cisco_xr_telnet"],
    arista_eos: ["eos", "arista-eos"],
    juniper_junos: ["junos", "juniper", "juniper_ssh"],
    nokia_sros: ["alcatel_sros", "sros"],
    huawei_vrp: ["huawei", "huawei_vrpv8_ssh", "HUAWEI"],
    extreme: ["extreme_exos"],
    fortinet: ["fortios"],
    vyos: ["vyatta_vyos"],
    mikrotik_routeros: ["ros"],
  };
  for (const [name, others] of Object.entries(rows)) {
    for (const other of others) {
      assert.equal((await loadPlatform(other)).name, name);
    }
  }
  assert.equal(await loadPlatform("ios"), await loadPlatform("cisco_ios"));
  await assert.rejects(loadPlatform("juniper_junso"), {
    name: "RangeError",
    message:
      "Cannot load a platform: there is no platform juniper_junso; did you mean juniper_junos?",
  });
  await assert.rejects(
    loadPlatform("toaster"),
    /there is no platform toaster; there are arista_eos, aruba_aoscx/,
  );
});

Deno.test("each command for the configuration has its mode", async () => {
  const ios = await loadPlatform("cisco_ios");
  assert.equal(configModeOf(ios, "save"), "privileged");
  assert.equal(configModeOf(ios, "diff"), "privileged");
  const xr = await loadPlatform("cisco_xr");
  assert.equal(configModeOf(xr, "commit"), "config");
  assert.equal(configModeOf(xr, "confirm"), "config");
  assert.equal(configModeOf(xr, "rollback"), "exec");
});

/** A device that says the same to whatever is asked, and remembers it. */
function device(prompt: string, said: Readonly<Record<string, string>> = {}) {
  const typed: string[] = [];
  return {
    prompt,
    typed,
    send: (command: string) => {
      typed.push(command);
      return Promise.resolve(said[command] ?? "% Invalid input");
    },
  };
}

Deno.test("a device is not asked what its prompt tells already", async () => {
  for (
    const [prompt, name] of [
      ["RP/0/RSP0/CPU0:core1#", "cisco_xr"],
      ["[admin@MikroTik] > ", "mikrotik_routeros"],
      ["* X440.1 # ", "extreme"],
      ["A:admin@pe1# ", "nokia_sros"],
      ["*A:pe1# ", "nokia_sros"],
    ] as const
  ) {
    const found = await autodetect(device(prompt));
    assert.equal(found.platform.name, name);
    assert.equal(found.by, "prompt");
  }
});

Deno.test("a banner that speaks of another platform is not believed against the prompt", async () => {
  const asked = device("r1#", {
    "show version": "FRRouting 9.1 (r1) on Linux(6.1).",
  });
  const found = await autodetect({
    ...asked,
    banner: "moved here from the old box: --- JUNOS 12.3 ---",
  });
  assert.equal(found.platform.name, "frr");
  assert.equal(found.evidence, "FRRouting 9");
});

Deno.test("a device is asked only what a platform with such a prompt has", async () => {
  const asked = device("fw1 # ", {
    "get system status": "Version: FortiGate-60F v7.4.1",
  });
  const found = await autodetect(asked);
  assert.equal(found.platform.name, "fortinet");
  assert.deepEqual(asked.typed, ["get system status"]);
});

Deno.test("a device that nothing tells ends in an error that says what was tried", async () => {
  const asked = device("thing> ");
  await assert.rejects(autodetect(asked), (error: Error & { code: string }) => {
    assert.equal(error.code, "unknown-platform");
    assert.match(error.message, /its prompt "thing> "/);
    assert.match(error.message, /show version, .*told nothing/);
    return true;
  });
  assert.ok(asked.typed.length <= 6);
  for (const command of asked.typed) {
    assert.match(
      command,
      /^(?:show|display|get|uname|\/system resource print)/,
    );
  }
});

Deno.test("an abort ends the asking, with the caller's own reason", async () => {
  const reason = new Error("enough");
  await assert.rejects(
    autodetect(device("thing> "), { signal: AbortSignal.abort(reason) }),
    reason,
  );
});

Deno.test("own platforms can be detected too", async () => {
  const toaster = await readPlatform(
    `${SMALL}detect: [{ command: who, pattern: toast }]\n`,
    "toaster.yaml",
  );
  const found = await autodetect(device("kitchen> ", { who: "a toaster" }), {
    platforms: [toaster, await loadPlatform("cisco_ios")],
  });
  assert.equal(found.platform, toaster);
  const any = await anyPlatform([toaster]);
  assert.equal(any.modes.any?.prompt.includes("[a-z]+"), true);
});
