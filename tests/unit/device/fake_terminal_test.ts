/** Sessions at fake devices, without anything between: text in, text out. */

import assert from "node:assert/strict";
import { Outlet } from "../../../lib/device/fake/outlet.ts";
import {
  DeviceState,
  speciesOf,
  type SpeciesOptions,
} from "../../../lib/device/fake/state.ts";
import type { Faults } from "../../../lib/device/fake/faults.ts";
import {
  FakeTerminal,
  type TerminalOptions,
} from "../../../lib/device/fake/terminal.ts";
import type { Platform } from "../../../lib/device/platform.ts";
import { ALL_PLATFORMS } from "../../../lib/device/platforms/all.ts";
import { loadPlatform } from "../../../lib/device/platforms/load.ts";
import { Screen } from "../../../lib/device/screen.ts";

interface Seat {
  readonly device: DeviceState;
  /** Everything shown so far. */
  readonly shown: string;
  readonly state: "open" | "ended" | "cut";
  /** Types, and gives what is shown for it. */
  type(text: string): string;
  /** The same, cut anywhere. */
  octets(octets: Uint8Array): string;
}

function sit(
  platform: Platform,
  options: SpeciesOptions = {},
  how: Partial<TerminalOptions> = {},
  faults: Faults = {},
  name?: string,
): Seat {
  const device = new DeviceState(
    speciesOf(platform, { enableSecret: "s3cret", ...options }),
    name,
    faults,
  );
  let shown = "";
  let state: Seat["state"] = "open";
  const decoder = new TextDecoder();
  const { drop } = faults;
  const outlet = new Outlet({
    ...{ delay: 0, chunk: 0, slow: 0, random: Math.random },
    cutAfter: drop !== undefined && "octets" in drop ? drop.octets : Infinity,
  }, {
    write: (octets) => shown += decoder.decode(octets, { stream: true }),
    end: () => state = "ended",
    cut: () => state = "cut",
  });
  const terminal = new FakeTerminal(device, outlet, {
    rows: 24,
    password: "pa55",
    ...how,
  });
  terminal.begin();
  return {
    device,
    get shown() {
      return shown;
    },
    get state() {
      return state;
    },
    type(text) {
      return this.octets(new TextEncoder().encode(text));
    },
    octets(octets) {
      const before = shown.length;
      terminal.type(octets);
      return shown.slice(before);
    },
  };
}

/** The last lines of what is shown, as many as a prompt of the mode has. */
function isPromptOf(platform: Platform, mode: string, text: string): boolean {
  const lines = text.split("\r\n");
  const { prompt, above } = platform.modes[mode]!;
  return new RegExp(prompt).test(lines.at(-1)!) &&
    (above === undefined || !(platform.dialogue.prompts[mode] ?? "")
      .includes("\n") ||
      new RegExp(above).test(lines.at(-2)!));
}

const QUIET = { pages: false };

Deno.test("every platform's modes are reached by what its graph says, and its prompts are its own", async () => {
  for (const name of Object.keys(ALL_PLATFORMS)) {
    const platform = await loadPlatform(name);
    const { start } = platform.dialogue;
    // Each way is gone from the start, along the ways found so far.
    const ways = new Map<string, string[]>([[start, []]]);
    for (const [mode, way] of ways) {
      const seat = sit(platform, QUIET);
      for (const line of way) seat.type(line);
      assert.ok(
        isPromptOf(platform, mode, seat.shown),
        `${name}: ${mode} by ${JSON.stringify(way)}: ${seat.shown.slice(-80)}`,
      );
      for (
        const [next, steps] of Object.entries(platform.modes[mode]!.to ?? {})
      ) {
        if (ways.has(next)) continue;
        const typed = steps.flatMap(({ send, answers = [] }) => [
          `${send}\r`,
          ...answers.flatMap(({ say }) =>
            typeof say === "string"
              ? []
              : say.secret === "enable"
              ? ["s3cret\r"]
              : ["pa55\r"]
          ),
        ]);
        ways.set(next, [...way, ...typed]);
      }
    }
    assert.deepEqual(
      [...ways.keys()].sort(),
      Object.keys(platform.modes).sort(),
      name,
    );
  }
});

Deno.test("every platform answers what its dialogue says, and refuses the rest as it says", async () => {
  for (const name of Object.keys(ALL_PLATFORMS)) {
    const platform = await loadPlatform(name);
    const { dialogue, failures } = platform;
    for (
      const [command, answer] of Object.entries(
        dialogue.answers[dialogue.start] ?? {},
      )
    ) {
      const seat = sit(platform, QUIET);
      const said = seat.type(`${command}\r`);
      if (dialogue.asks?.[command] !== undefined) continue;
      assert.ok(
        said.includes(answer.trimEnd().replaceAll("\n", "\r\n")),
        `${name}: ${command}: ${said}`,
      );
    }
    const said = sit(platform, QUIET).type("flub the grommets\r");
    assert.ok(
      said.split("\r\n").some((line) =>
        failures.some((failure) => new RegExp(failure).test(line))
      ),
      `${name}: ${said}`,
    );
  }
});

Deno.test("what is typed octet by octet comes to the same as all at once", async () => {
  const typed =
    "sh ver\r\nenable\rwrong\rs3cret\nterminal length 0\rconf t\rint g0/1\rdescription ü\x7fx\rend\rsh run\rwrite memory\r";
  const platform = await loadPlatform("cisco_ios");
  const whole = sit(platform);
  whole.type(typed);
  const split = sit(platform);
  for (const octet of new TextEncoder().encode(typed)) {
    split.octets(Uint8Array.of(octet));
  }
  assert.match(whole.shown, / description x\r\n/);
  assert.equal(split.shown, whole.shown);
  assert.deepEqual(whole.device.commands.slice(0, 4), [
    ...["sh ver", "enable", "terminal length 0", "conf t"],
  ]);
  assert.ok(!whole.shown.includes("s3cret") && !whole.shown.includes("wrong"));
});

Deno.test("words may be cut short as long as one command is meant", async () => {
  const seat = sit(await loadPlatform("cisco_ios"), QUIET);
  assert.match(seat.type("sh ver\r"), /^sh ver\r\nCisco IOS Software/);
  assert.match(seat.type("show ip interface br\r"), /OK\? Method/);
  assert.match(seat.type("terminal\r"), /% (Invalid|Incomplete|Ambiguous)/);
  assert.match(seat.type("sh ip int"), /^sh ip int$/);
  assert.match(seat.type("\x15"), /^(?:[^a-z] [^a-z]){9}$/);
  assert.match(seat.type("show vers\t"), /ion $/);
  assert.match(
    seat.type("| include ROM\r"),
    /ROM: .*\r\n.*by power-on\r\nr1>$/,
  );
});

Deno.test("enable asks three times, and then refuses", async () => {
  const platform = await loadPlatform("cisco_ios");
  const seat = sit(platform);
  seat.type("enable\r");
  assert.equal(seat.type("a\r"), "\r\nPassword: ");
  assert.equal(seat.type("b\r"), "\r\nPassword: ");
  assert.match(seat.type("c\r"), /% Bad secrets\r\n\r\nr1>$/);
  seat.type("enable\r");
  assert.match(seat.type("s3cret\r"), /r1#$/);
  const free = sit(platform, { enableSecret: undefined });
  assert.equal(free.type("enable\r"), "enable\r\nr1#");
});

Deno.test("long outputs stop at the end of the screen until paging is turned off", async () => {
  const platform = await loadPlatform("cisco_ios");
  const seat = sit(platform, {}, { rows: 6 });
  const first = seat.type("show version\r");
  assert.match(first, / --More-- $/);
  assert.equal(first.split("\r\n").length, 7);
  const more = seat.type("\r");
  assert.equal(more.split("\r\n").length, 2);
  assert.match(seat.type("q"), /r1>$/);
  let all = seat.type("show version\r");
  for (let i = 0; all.endsWith("--More-- ") && i < 20; i++) {
    all += seat.type(" ");
  }
  seat.type("terminal length 0\r");
  const whole = seat.type("show version\r");
  assert.ok(!whole.includes("More"));
  const drawn = (text: string) => {
    let lines = "";
    const screen = new Screen(
      { lines: (x) => lines += `${x}\n`, reply() {} },
      80,
    );
    screen.feed(text + "\r\n");
    return lines.replaceAll(/ +$/gm, "");
  };
  assert.equal(drawn(all), drawn(whole));
  assert.match(
    sit(platform, {}, { rows: 6 }).type("show version | no-more\r"),
    /0x2102\r\nr1>$/,
  );
});

Deno.test("a device is known by its name, also in what was recorded of another", async () => {
  const platform = await loadPlatform("cisco_ios");
  const seat = sit(platform, QUIET, {}, {}, "edge-7");
  assert.match(seat.type("show version\r"), /\nedge-7 uptime is/);
  seat.type("enable\rs3cret\rconf t\r");
  assert.match(seat.type("hostname core1\r"), /core1\(config\)#$/);
  assert.match(
    seat.type("do show run | include hostname\r"),
    /hostname core1\r\ncore1\(config\)#$/,
  );
});

Deno.test("contexts open within each other, and close one by one", async () => {
  const seat = sit(await loadPlatform("cisco_ios"), QUIET);
  seat.type("enable\rs3cret\rconf t\r");
  assert.match(seat.type("int gi0/1\r"), /\(config-if\)#$/);
  assert.match(seat.type("int gi0/0\r"), /\(config-if\)#$/);
  assert.match(seat.type("description y\r"), /\(config-if\)#$/);
  assert.match(
    seat.type("ip route 10.0.0.0 255.0.0.0 192.0.2.9\r"),
    /\(config\)#$/,
  );
  assert.match(seat.type("router bgp 1\rexit\r"), /\(config\)#$/);
  assert.match(seat.type("bogus\r"), /% Invalid[\s\S]*\(config\)#$/);
  assert.match(seat.type("int gi0/1\r\x1a"), /\^Z\r\nr1#$/);
  assert.match(
    seat.device.configuration.part("interface GigabitEthernet0/0")!,
    /description y/,
  );
  const junos = sit(await loadPlatform("juniper_junos"), QUIET);
  junos.type("configure\redit interfaces xe-0/1/0\r");
  assert.match(
    junos.type("edit unit 0\r"),
    /\[edit interfaces xe-0\/1\/0 unit 0\]\r\nadmin@mx1# $/,
  );
  assert.match(junos.type("up\r"), /\[edit interfaces xe-0\/1\/0\]/);
  junos.type("set mtu 9000\r");
  assert.match(
    junos.type("top\rshow | compare\r"),
    /\+ set interfaces xe-0\/1\/0 mtu 9000/,
  );
});

Deno.test("who leaves with changes that are not committed is asked", async () => {
  const xr = sit(await loadPlatform("cisco_xr"), QUIET);
  xr.type("conf t\rinterface Loopback9\rdescription x\r");
  assert.match(xr.type("end\r"), /Uncommitted changes found.*: $/);
  assert.match(xr.type("cancel\r"), /\(config-if\)#$/);
  xr.type("end\r");
  assert.match(xr.type("yes\r"), /core1#$/);
  assert.match(
    xr.device.configuration.running,
    /interface Loopback9\n description x/,
  );
  const vyos = sit(await loadPlatform("vyos"), QUIET);
  vyos.type("configure\rset interfaces ethernet eth5 mtu 9000\r");
  assert.match(vyos.type("exit\r"), /Cannot exit: configuration modified/);
  assert.match(vyos.type("exit discard\r"), /\$ $/);
  assert.equal(vyos.device.configuration.isDirty, false);
});

Deno.test("questions wait for their answers, and a no does nothing", async () => {
  const huawei = sit(await loadPlatform("huawei_vrp"), QUIET);
  assert.match(huawei.type("save\r"), /\[Y\/N\]:$/);
  assert.equal(huawei.type("n\r"), "n\r\n<ce1>");
  huawei.type("save\r");
  assert.match(huawei.type("y\r"), /successfully/);
  const ios = sit(await loadPlatform("cisco_ios"), QUIET);
  ios.type("enable\rs3cret\rconf t\rhostname x\rend\r");
  let restarted = 0;
  ios.device.onRestart = () => restarted++;
  assert.match(ios.type("reload\r"), /\[confirm\]$/);
  assert.match(ios.type("n"), /x#$/);
  ios.type("reload\r\r");
  assert.deepEqual([restarted, ios.device.configuration.hostName], [1, "r1"]);
});

Deno.test("a login is asked for three times, then it is over", async () => {
  const login = (user: string, password: string) =>
    user === "admin" && password === "pa55";
  const platform = await loadPlatform("cisco_ios");
  const seat = sit(platform, QUIET, { login });
  assert.match(seat.shown, /sername: $/);
  assert.match(
    seat.type("admin\rpa55\r"),
    /^admin\r\n[Pp]assword: \r\n[\s\S]*r1>$/,
  );
  const wrong = sit(platform, QUIET, { login });
  for (let i = 0; i < 3; i++) wrong.type("admin\rx\r");
  assert.match(wrong.shown, new RegExp(platform.login.failed));
  assert.equal(wrong.state, "ended");
  const console = sit(platform, QUIET, { waits: true });
  assert.equal(console.shown, "");
  assert.match(console.type("\r"), /r1>$/);
});

Deno.test("faults do what they say", async () => {
  const platform = await loadPlatform("cisco_ios");
  const hung = sit(platform, QUIET, {}, { hang: { command: "show version" } });
  const half = hung.type("sh ver\r");
  assert.match(half, /Cisco IOS/);
  assert.ok(!half.includes("0x2102"));
  assert.equal(hung.type("\r\x03\r"), "");
  const cut = sit(platform, QUIET, {}, { drop: { command: "show version" } });
  cut.type("show version\r");
  assert.equal(cut.state, "cut");
  const counted = sit(platform, QUIET, {}, { drop: { octets: 100 } });
  counted.type("show version\r");
  assert.deepEqual([counted.shown.length, counted.state], [100, "cut"]);
  const silent = sit(platform, QUIET, {}, { hang: "prompt" });
  assert.ok(!silent.shown.includes("r1>"));
  const lies = sit(platform, QUIET, {}, { lie: true });
  assert.match(lies.type("show version\r"), /\r\nr1>\r\n[\s\S]*0x2102\r\nr1>$/);
  const named = sit(platform, QUIET, {}, { lie: { text: "evil# show run" } });
  assert.match(named.type("show version\r"), /\r\nevil# show run\r\n/);
});
