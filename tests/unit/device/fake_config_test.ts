/** How fake devices are configured: lines in, configuration out, by style. */

import assert from "node:assert/strict";
import {
  compareTrees,
  parseTree,
  printTree,
} from "../../../lib/device/fake/config_tree.ts";
import {
  configModel,
  Configuration,
} from "../../../lib/device/fake/configuration.ts";
import type { ConfigCommands } from "../../../lib/device/platform.ts";
import { ALL_PLATFORMS } from "../../../lib/device/platforms/all.ts";
import { loadPlatform } from "../../../lib/device/platforms/load.ts";

const STYLES = {
  indent: `!
version 15
hostname r1
!
interface Ethernet0
 description one
 ip address 192.0.2.1 255.255.255.0
 shutdown
!
interface Ethernet1
 no ip address
!
ip route 0.0.0.0 0.0.0.0 192.0.2.9
!
end`,
  set: `set system host-name r1
set interfaces ge-0/0/0 description "to x"
set interfaces ge-0/0/0 unit 0 family inet address 192.0.2.1/24
set protocols ospf area 0`,
  braces: `configure {
    system {
        name "r1"
    }
    router "Base" {
        interface "a" {
            port 1/1
        }
    }
}`,
  lines: `# exported
/interface bridge
add name=bridge
/ip address
add address=192.0.2.1/24 interface=bridge
/system identity
set name=r1`,
} as const;

const NEGATE = { indent: "no ", set: "delete ", braces: "delete ", lines: "" };

function configured(
  style: keyof typeof STYLES,
  commits = false,
): Configuration {
  const commands: ConfigCommands = {
    mode: "config",
    style,
    show: "show",
    ...NEGATE[style] === "" ? {} : { negate: NEGATE[style] },
    ...commits ? { commit: [{ send: "commit" }] } : {},
  };
  return new Configuration(configModel(commands, STYLES[style]));
}

Deno.test("the configuration of every platform is printed as it was read", async () => {
  for (const name of Object.keys(ALL_PLATFORMS)) {
    const { config, dialogue } = await loadPlatform(name);
    const text = dialogue.config.replace(/\n$/, "");
    assert.equal(printTree(parseTree(text, config.style)), text, name);
  }
});

Deno.test("lines that are typed change the configuration as the style has it", () => {
  const cases: readonly [
    style: keyof typeof STYLES,
    path: readonly string[],
    line: string,
    diff: string,
  ][] = [
    ["indent", [], "hostname r2", "- hostname r1\n+ hostname r2"],
    [
      "indent",
      [],
      "no ip route 0.0.0.0 0.0.0.0",
      "- ip route 0.0.0.0 0.0.0.0 192.0.2.9",
    ],
    ["indent", [], "ntp server 192.0.2.5", "+ ntp server 192.0.2.5"],
    [
      "indent",
      [],
      "no interface Ethernet1",
      "- interface Ethernet1\n-  no ip address",
    ],
    [
      "indent",
      ["interface Ethernet0"],
      "description two words",
      "  interface Ethernet0\n-  description one\n+  description two words",
    ],
    [
      "indent",
      ["interface Ethernet0"],
      "no shutdown",
      "  interface Ethernet0\n-  shutdown",
    ],
    [
      "indent",
      ["interface Ethernet0"],
      "no description",
      "  interface Ethernet0\n-  description one",
    ],
    [
      "indent",
      ["interface Ethernet1"],
      "ip address 192.0.2.7 255.255.255.0",
      "  interface Ethernet1\n-  no ip address\n+  ip address 192.0.2.7 255.255.255.0",
    ],
    [
      "indent",
      ["interface Ethernet0"],
      "no ip address",
      "  interface Ethernet0\n-  ip address 192.0.2.1 255.255.255.0\n+  no ip address",
    ],
    [
      "indent",
      ["router bgp 1", "address-family ipv4"],
      "network 192.0.2.0/24",
      "+ router bgp 1\n+  address-family ipv4\n+   network 192.0.2.0/24",
    ],
    [
      "set",
      [],
      "set system host-name r2",
      "- set system host-name r1\n+ set system host-name r2",
    ],
    ["set", [], "set system host-name 'r1'", ""],
    [
      "set",
      [],
      "delete interfaces ge-0/0/0 unit 0",
      "- set interfaces ge-0/0/0 unit 0 family inet address 192.0.2.1/24",
    ],
    [
      "set",
      [],
      "set interfaces ge-0/0/0 unit 0 family inet address 192.0.2.2/24",
      "+ set interfaces ge-0/0/0 unit 0 family inet address 192.0.2.2/24",
    ],
    [
      "set",
      [],
      'set interfaces ge-0/0/0 description "y"',
      '- set interfaces ge-0/0/0 description "to x"\n+ set interfaces ge-0/0/0 description "y"',
    ],
    [
      "braces",
      [],
      'system name "r2"',
      '  configure {\n      system {\n-         name "r1"\n+         name "r2"',
    ],
    [
      "braces",
      ['router "Base"'],
      'interface "b" port 1/2',
      '  configure {\n      router "Base" {\n+         interface "b" {\n+             port 1/2\n+         }',
    ],
    [
      "braces",
      [],
      'delete router "Base" interface "a" port',
      '  configure {\n      router "Base" {\n          interface "a" {\n-             port 1/1',
    ],
    [
      "lines",
      [],
      "/ip address add address=192.0.2.2/24 interface=x",
      "  /ip address\n+ add address=192.0.2.2/24 interface=x",
    ],
    [
      "lines",
      ["/ip address"],
      "add address=192.0.2.3/24",
      "  /ip address\n+ add address=192.0.2.3/24",
    ],
    [
      "lines",
      ["/ip address"],
      "remove [find interface=bridge]",
      "  /ip address\n- add address=192.0.2.1/24 interface=bridge",
    ],
    [
      "lines",
      [],
      "/system identity set name=r2",
      "  /system identity\n- set name=r1\n+ set name=r2",
    ],
  ];
  for (const [style, path, line, diff] of cases) {
    const config = configured(style);
    const before = parseTree(config.running, style);
    assert.equal(config.enter(path, line, false), true, line);
    const after = parseTree(config.running, style);
    assert.equal(compareTrees(before, after), diff, `${style}: ${line}`);
  }
});

Deno.test("what is no line of configuration is refused, and changes nothing", () => {
  const cases = [
    ["indent", "intreface Ethernet0"],
    ["indent", "no bogus"],
    ["indent", "bogus line"],
    ["set", "bogus interfaces"],
    ["set", "set bogus x"],
    ["set", "set"],
    ["braces", "bogus x"],
    ["lines", "bogus"],
    ["lines", "/ip address"],
  ] as const;
  for (const [style, line] of cases) {
    const config = configured(style);
    assert.equal(config.enter([], line, false), false, `${style}: ${line}`);
    assert.equal(config.running, STYLES[style]);
  }
});

Deno.test("new parts stand beside those like them, and before the end", () => {
  const config = configured("indent");
  config.enter([], "interface Loopback0", true);
  config.enter(
    ["interface Loopback0"],
    "ip address 203.0.113.1 255.255.255.255",
    false,
  );
  config.enter([], "ntp server 192.0.2.5", false);
  assert.match(
    config.running,
    / no ip address\n!\ninterface Loopback0\n ip address 203\.0\.113\.1 255\.255\.255\.255\n!\nip route .*\nntp server 192\.0\.2\.5\n!\nend$/,
  );
});

Deno.test("words that are cut short are written out", () => {
  const config = configured("indent");
  assert.equal(config.writtenOut([], "int e0"), "interface Ethernet0");
  assert.equal(config.writtenOut([], "inter Eth 1"), "interface Ethernet1");
  assert.equal(config.writtenOut([], "interface Serial7"), "interface Serial7");
  const within = ["interface Ethernet0"];
  assert.equal(config.writtenOut(within, "no shut"), "no shutdown");
  assert.equal(config.writtenOut(within, "desc x"), "description x");
  assert.equal(config.part("int e1"), "interface Ethernet1\n no ip address");
});

Deno.test("lines wait for a commit, and commits can be taken back", () => {
  const config = configured("set", true);
  assert.equal(config.isDirty, false);
  config.enter([], "set system host-name r2", false);
  assert.deepEqual([config.isDirty, config.hostName], [true, "r1"]);
  assert.equal(
    config.diff,
    "- set system host-name r1\n+ set system host-name r2",
  );
  config.discard();
  assert.deepEqual([config.isDirty, config.diff], [false, ""]);
  config.enter([], "set system host-name r2", false);
  config.commit();
  assert.deepEqual([config.isDirty, config.hostName], [false, "r2"]);
  config.rollback(true);
  assert.deepEqual([config.isDirty, config.hostName], [true, "r2"]);
  config.commit();
  assert.equal(config.running, STYLES.set);
});

Deno.test("a commit that is not confirmed in its time is taken back", async () => {
  const config = configured("set", true);
  config.enter([], "delete protocols", false);
  const reverted = Promise.withResolvers<void>();
  config.commit(20);
  assert.ok(config.isUnconfirmed && !config.running.includes("ospf"));
  config.onChange = reverted.resolve;
  await reverted.promise;
  assert.equal(config.running, STYLES.set);
  config.enter([], "delete protocols", false);
  config.commit(20);
  config.confirm();
  await new Promise((resolve) => setTimeout(resolve, 60));
  assert.ok(!config.running.includes("ospf"));
});

Deno.test("where lines take effect at once, a restart undoes what was not saved", () => {
  const config = configured("indent");
  config.enter([], "hostname r2", false);
  config.save();
  config.enter([], "hostname r3", false);
  assert.equal(config.diff, "- hostname r2\n+ hostname r3");
  config.restart();
  assert.equal(config.hostName, "r2");
  config.keep();
  config.enter([], "hostname r4", false);
  config.rollback(false);
  assert.equal(config.hostName, "r2");
});

Deno.test("devices that share a configuration do not share its changes", () => {
  const commands = { mode: "config", style: "indent", show: "show" } as const;
  const model = configModel(commands, STYLES.indent);
  const [one, other] = [
    new Configuration(model, "one"),
    new Configuration(model),
  ];
  one.enter([], "ntp server 192.0.2.5", false);
  assert.equal(one.hostName, "one");
  assert.equal(other.running, STYLES.indent);
});
