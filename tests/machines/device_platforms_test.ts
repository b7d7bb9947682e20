// Every platform whole: a fake device of it over SSH, and a session with it.

import assert from "node:assert/strict";
import { connect } from "../../lib/device/connect.ts";
import { fake } from "../../lib/device/fake/fake.ts";
import { ALL_PLATFORMS } from "../../lib/device/platforms/all.ts";
import { loadPlatform } from "../../lib/device/platforms/load.ts";
import { generateKey } from "../../lib/ssh/keys/keys.ts";

/** One key for all of them. */
const hostKeys = [await (await generateKey()).toOpenSsh()];

/** One change on each platform, and what its configuration then has of it. */
const CHANGES: Readonly<Record<string, readonly [lines: string, has: RegExp]>> =
  {
    arista_eos: [
      "interface Ethernet1\n description changed",
      /description changed/,
    ],
    aruba_aoscx: [
      "interface 1/1/25\n description changed",
      /description changed/,
    ],
    cisco_asa: [
      "interface GigabitEthernet1/2\n description changed",
      /description changed/,
    ],
    cisco_ios: [
      "interface GigabitEthernet0/1\n description changed",
      /description changed/,
    ],
    cisco_nxos: [
      "interface Ethernet1/1\n description changed",
      /description changed/,
    ],
    cisco_xe: ["interface Vlan10\n description changed", /description changed/],
    cisco_xr: [
      "interface GigabitEthernet0/0/0/1\n description changed",
      /description changed/,
    ],
    cumulus_linux: [
      "nv set interface swp2 description changed",
      /description changed/,
    ],
    dell_os10: [
      "interface vlan10\n description changed",
      /description changed/,
    ],
    extreme: ["create vlan changed", /vlan changed/],
    fortinet: [
      "config router static\nedit 1\nset gateway 198.51.100.9\nnext\nend",
      /198\.51\.100\.9/,
    ],
    frr: ["interface eth1\n description changed", /description changed/],
    hp_comware: [
      "interface Vlan-interface10\n description changed",
      /description changed/,
    ],
    huawei_vrp: [
      "interface GE1/0/2\n description changed",
      /description changed/,
    ],
    juniper_junos: [
      "set interfaces xe-0/1/1 description changed",
      /xe-0\/1\/1 description changed/,
    ],
    mikrotik_routeros: ["/ip dns set servers=192.0.2.53", /192\.0\.2\.53/],
    nokia_sros: [
      'router "Base" interface "to-core1" description "changed"',
      /changed/,
    ],
    paloalto_panos: [
      "set network interface ethernet ethernet1/2 comment changed",
      /comment changed/,
    ],
    vyos: [
      "set interfaces ethernet eth1 description changed",
      /description changed/,
    ],
  };

function sorted(config: string): string[] {
  return config.split("\n").sort();
}

for (const name of Object.keys(ALL_PLATFORMS)) {
  Deno.test(`a session with a device of ${name}: shown, configured, compared, kept and taken back`, async () => {
    const platform = await loadPlatform(name);
    await using device = await fake(name, { hostKeys });
    await using session = await connect({
      platform: name,
      host: device.hostname,
      port: device.port,
      user: device.user,
      password: device.password,
      secret: device.enableSecret,
      ssh: { hostKeys: "any" },
      patience: 3000,
    });
    assert.equal(session.hostname, platform.dialogue.host);
    const [command] = Object.keys(platform.templates);
    const { output, failed } = await session.send(command!);
    const { answers, start } = platform.dialogue;
    const said = answers[start]?.[command!] ?? answers["*"]?.[command!];
    if (said !== undefined) {
      assert.equal(failed, false);
      assert.equal(output, said.trimEnd());
    }
    assert.equal((await session.send("frobnicate now")).failed, true);

    if (CHANGES[name] === undefined) return;
    const [lines, has] = CHANGES[name];
    const { config } = platform;
    const before = device.config;
    const change = async () => {
      assert.deepEqual((await session.configure(lines)).refused, []);
    };

    // What was not kept is thrown away: by the device, or line by line.
    await change();
    assert.match(`${await session.diff()}`, has);
    if (config.commit !== undefined) assert.equal(device.config, before);
    else assert.match(device.config, has);
    if (config.discard !== undefined || config.negate !== undefined) {
      const back = await session.discard();
      assert.equal(back.failed, false, Deno.inspect(back));
      // Typed anew, a line may stand elsewhere among its neighbours.
      assert.deepEqual(sorted(device.config), sorted(before));
    }

    // What was kept for a time only stays if that is said.
    await change();
    const isTimed = config.commitConfirmed !== undefined;
    const kept = await session.commit(isTimed ? { confirm: 300 } : {});
    assert.equal(kept.failed, false);
    assert.match(device.config, has);
    if (isTimed) {
      assert.equal(kept.revertsBy, "device");
      assert.equal((await session.confirm()).failed, false);
      assert.equal(await kept.outcome, "kept");
    }

    // And what was committed is taken back where the device can.
    if (config.commit !== undefined && config.rollback !== undefined) {
      assert.equal((await session.rollback()).failed, false);
      assert.deepEqual(sorted(device.config), sorted(before));
    }
    if (config.save !== undefined) {
      assert.equal((await session.save()).failed, false);
    }
    await session.close();
    assert.equal(session.isOpen, false);
  });

  Deno.test(`a device of ${name} is found to be one`, async () => {
    await using device = await fake(name, { hostKeys });
    await using session = await connect({
      platform: "auto",
      host: device.hostname,
      port: device.port,
      user: device.user,
      password: device.password,
      secret: device.enableSecret,
      ssh: { hostKeys: "any" },
      patience: 3000,
    });
    assert.equal(session.platform.name, name);
  });
}
