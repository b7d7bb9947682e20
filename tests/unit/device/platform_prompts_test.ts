// Prompts as they are met in the field, beyond those of the dialogues.

import assert from "node:assert/strict";
import { loadPlatform } from "../../../lib/device/platforms/load.ts";

type Row = readonly [
  prompt: string,
  mode: string | readonly string[] | undefined,
  host?: string,
  context?: string,
];

const PROMPTS: Readonly<Record<string, readonly Row[]>> = {
  cisco_ios: [
    ["R1>", "exec", "R1"],
    ["sw-core.example.net#", "privileged", "sw-core.example.net"],
    ["R1(config-router-af)#", "config", "R1", "config-router-af"],
    ["R1(cfg-srst-pool)#", "config", "R1", "cfg-srst-pool"],
    ["R1(ca-trustpoint)#", "config", "R1", "ca-trustpoint"],
    ["R1(config)# show", undefined],
    ["a line that ends in #", undefined],
    ["R1#show version", undefined],
    [" R1#", undefined],
  ],
  cisco_xe: [
    ["sw1(tcl)#", "tcl", "sw1"],
    ["sw1(config-if-range)#", "config", "sw1", "config-if-range"],
    ["[guestshell@guestshell ~]$ ", "shell"],
  ],
  cisco_nxos: [
    ["leaf-1# ", "exec", "leaf-1"],
    ["leaf-1(config-if-range)# ", "config", "leaf-1", "config-if-range"],
    ["bash-4.3$ ", "shell"],
    ["bash-4.4# ", "shell"],
  ],
  cisco_xr: [
    ["RP/0/RP0/CPU0:core1#", "exec", "core1"],
    ["RP/0/RSP1/CPU0:asr9k-1#", "exec", "asr9k-1"],
    ["RP/0/0/CPU0:xrv#", undefined],
    ["RP/0/RP0/CPU0:core1(config-bgp-nbr-af)#", "config", "core1"],
    ["RP/0/RP0/CPU0:core1(admin)#", "admin", "core1"],
    ["sysadmin-vm:0_RP0# ", "admin"],
  ],
  cisco_asa: [
    ["fw1> ", "exec", "fw1"],
    ["fw1/pri/act# ", "privileged", "fw1"],
    ["fw1/sec/stby# ", "privileged", "fw1"],
    ["fw1/act/pri/admin# ", "privileged", "fw1"],
    ["fw1/pri/act(config-if)# ", "config", "fw1", "config-if"],
  ],
  arista_eos: [
    ["spine1>", "exec", "spine1"],
    ["spine1(config)#", "config", "spine1", "config"],
    ["spine1(config-if-Et1/1)#", "config", "spine1", "config-if-Et1/1"],
    ["spine1(config-s-netrep)#", "session", "spine1", "config-s-netrep"],
    ["spine1(config-s-netrep-if-Et1)#", "session", "spine1"],
    ["spine1(vrf:mgmt)#", "privileged", "spine1"],
    ["[admin@spine1 ~]$ ", "shell", "spine1", "~"],
  ],
  juniper_junos: [
    ["admin@mx1> ", "exec", "mx1"],
    ["admin@mx1-re0# ", "config", "mx1-re0"],
    ["mx1> ", "exec", "mx1"],
    ["root@mx1:~ # ", "shell", "mx1", "~"],
    ["root@mx1% ", "shell", "mx1"],
    ["[edit]", undefined],
    ["{master:0}", undefined],
  ],
  nokia_sros: [
    ["A:admin@pe1# ", ["exec", "config"], "pe1"],
    ["*A:pe1# ", "classic", "pe1"],
    ["B:pe1# ", "classic", "pe1"],
    ["*A:pe1>config# ", "classic_config", "pe1", "config"],
    ["*A:pe1>config>router>if$ ", "classic_config", "pe1"],
  ],
  huawei_vrp: [
    ["<ce1>", "exec", "ce1"],
    ["HRP_M<fw1>", "exec", "fw1"],
    ["[ce1]", "config", "ce1"],
    ["[~ce1]", "config", "ce1"],
    ["[*ce1-GigabitEthernet0/0/1]", "config", "ce1", "-GigabitEthernet0/0/1"],
    ["[ce1-Eth-Trunk1.100]", "config", "ce1", "-Eth-Trunk1.100"],
    ["[Y/N]:", undefined],
  ],
  hp_comware: [
    ["<sw2>", "exec", "sw2"],
    ["[sw2-GigabitEthernet1/0/1]", "config", "sw2", "-GigabitEthernet1/0/1"],
    ["[sw2-vlan10]", "config", "sw2", "-vlan10"],
  ],
  aruba_aoscx: [
    ["8325# ", "privileged", "8325"],
    ["cx1(config-if-vlan)# ", "config", "cx1", "config-if-vlan"],
    ["cx1:~$ ", "shell", "cx1"],
  ],
  mikrotik_routeros: [
    ["[admin@MikroTik] > ", "exec", "MikroTik", ""],
    ["[admin@MikroTik] /ip address> ", "exec", "MikroTik", "/ip address"],
    ["[admin@MikroTik] /ip/address> ", "exec", "MikroTik", "/ip/address"],
    ["[admin@my router] <SAFE> ", "exec", "my router"],
    ["[admin@MikroTik] ip address> ", "exec", "MikroTik", "ip address"],
  ],
  vyos: [
    ["vyos@vyos:~$ ", "exec", "vyos", "~"],
    ["vyos@vyos# ", "config", "vyos"],
  ],
  fortinet: [
    ["fw1 # ", "exec", "fw1"],
    ["fw1 $ ", "exec", "fw1"],
    ["fw1 (interface) # ", "exec", "fw1", "interface"],
    ["FG100F-A (root) # ", "exec", "FG100F-A", "root"],
    ["fw1# ", undefined],
  ],
  paloalto_panos: [
    ["admin@PA-440> ", "exec", "PA-440"],
    ["admin@pa1(active)> ", "exec", "pa1"],
    ["admin@pa1(active-primary)# ", "config", "pa1"],
  ],
  dell_os10: [
    ["OS10# ", "exec", "OS10"],
    ["OS10(config)# ", "config", "OS10", "config"],
    ["OS10(conf-if-eth1/1/1)# ", "config", "OS10", "conf-if-eth1/1/1"],
    ["OS10(config-router-bgp-65001)# ", "config", "OS10"],
    ["admin@OS10:~$ ", "shell", "OS10"],
  ],
  extreme: [
    ["* X440.1 # ", "exec", "X440", "1"],
    ["X440-G2.23 > ", "exec", "X440-G2", "23"],
    ["* Slot-1 stack.4 # ", "exec", "stack", "4"],
    ["! * X440.1 # ", "exec", "X440", "1"],
  ],
  frr: [
    ["r1> ", "exec", "r1"],
    ["r1# ", "privileged", "r1"],
    ["r1(config-router-af)# ", "config", "r1", "config-router-af"],
  ],
  cumulus_linux: [
    ["cumulus@leaf01:mgmt:~$ ", "exec", "leaf01", "~"],
    ["cumulus@leaf01:~$ ", "exec", "leaf01", "~"],
    ["root@leaf01:mgmt:/etc/network# ", "root", "leaf01", "/etc/network"],
    ["leaf01(config-if)# ", "vtysh", "leaf01", "(config-if)"],
  ],
  linux: [
    ["admin@h1:~$ ", "exec", "h1", "~"],
    ["[admin@h1 ~]$ ", "exec", "h1", "~"],
    ["(venv) admin@h1:/srv/www$ ", "exec", "h1", "/srv/www"],
    ["root@h1:/var/log# ", "root", "h1", "/var/log"],
    ["[root@h1 etc]# ", "root", "h1", "etc"],
    ["total 12 $", undefined],
  ],
};

Deno.test("prompts of the field are told: mode, name and context, and what is none", async (t) => {
  for (const [name, rows] of Object.entries(PROMPTS)) {
    await t.step(name, async () => {
      const { modes } = await loadPlatform(name);
      for (const [prompt, expected, host, context] of rows) {
        const found = Object.entries(modes).flatMap(([mode, form]) => {
          const match = new RegExp(form.prompt).exec(prompt);
          return match === null ? [] : [{ mode, groups: match.groups ?? {} }];
        });
        const wanted = expected === undefined ? [] : [expected].flat();
        assert.deepEqual(found.map(({ mode }) => mode), wanted, prompt);
        if (host !== undefined) {
          assert.equal(found[0]?.groups.host, host, prompt);
        }
        if (context !== undefined) {
          assert.equal(found[0]?.groups.context, context, prompt);
        }
      }
    });
  }
});

Deno.test("the line above a prompt belongs to it, and tells modes with one prompt apart", async () => {
  const rows: readonly [string, string, string][] = [
    ["juniper_junos", "exec", "{master:0}"],
    ["juniper_junos", "config", "[edit]"],
    ["juniper_junos", "config", "[edit interfaces xe-0/1/0]"],
    ["juniper_junos", "config", "{primary:node0}[edit]"],
    ["vyos", "config", "[edit]"],
    ["paloalto_panos", "config", "[edit]"],
    ["nokia_sros", "exec", "[/]"],
    ["nokia_sros", "exec", '[/show router "Base"]'],
    ["nokia_sros", "config", "(pr)[/configure]"],
    ["nokia_sros", "config", "*[pr:/configure]"],
    ["nokia_sros", "config", "!*(ex)[/]"],
    ["nokia_sros", "config", '*[ex:/configure router "Base"]'],
  ];
  for (const [name, mode, line] of rows) {
    const { modes } = await loadPlatform(name);
    const found = Object.entries(modes).filter(([, { above }]) =>
      above !== undefined && new RegExp(above).test(line)
    );
    assert.deepEqual(found.map(([one]) => one), [mode], line);
  }
});
