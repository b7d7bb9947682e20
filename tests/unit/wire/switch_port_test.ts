import assert from "node:assert/strict";
import { build } from "../../../lib/packet/build.ts";
import { ethernet } from "../../../lib/packet/layers/ethernet.ts";
import { lldp } from "../../../lib/packet/layers/lldp/lldp.ts";
import { switchPortOf } from "../../../lib/wire/finding/switch_port_result.ts";

const frame = ethernet({ src: "02:00:00:00:00:09", dst: "01:80:c2:00:00:0e" });

Deno.test("switchPortOf() reads what LLDP tells of switch, port and VLANs", () => {
  const port = switchPortOf(build(
    frame,
    lldp({
      tlvs: [
        { kind: "chassisId", subtype: "mac", id: "02:00:00:00:00:01" },
        { kind: "portId", subtype: "interfaceName", id: "ge-0/0/7" },
        { kind: "ttl", seconds: 120 },
        { kind: "portDescription", text: "desk 12" },
        { kind: "systemName", text: "sw1" },
        {
          kind: "capabilities",
          available: ["bridge", "router"],
          enabled: ["bridge"],
        },
        {
          kind: "managementAddress",
          address: { family: "ipv4", address: "192.0.2.2" },
          numbering: "ifIndex",
          interfaceNumber: 1,
        },
        { kind: "portVlan", id: 20 },
        { kind: "vlanName", id: 20, text: "office" },
        {
          kind: "networkPolicy",
          application: "voice",
          tagged: 1,
          vlan: 30,
        },
        "end",
      ],
    }),
  ));
  const { packet: _, ...facts } = port!;
  assert.deepEqual(JSON.parse(JSON.stringify(facts)), {
    protocol: "lldp",
    mac: "02:00:00:00:00:09",
    name: "sw1",
    chassis: "02:00:00:00:00:01",
    port: "ge-0/0/7",
    portDescription: "desk 12",
    vlan: 20,
    voiceVlan: 30,
    vlanNames: { 20: "office" },
    capabilities: ["bridge"],
    managementAddresses: ["192.0.2.2"],
    ttl: 120,
  });
  assert.match(Deno.inspect(port), /^sw1\n {2}port +ge-0\/0\/7$/m);
});

Deno.test("switchPortOf() takes a goodbye, and another packet, for nothing", () => {
  const goodbye = build(
    frame,
    lldp({
      tlvs: [
        { kind: "chassisId", subtype: "mac", id: "02:00:00:00:00:01" },
        { kind: "portId", subtype: "interfaceName", id: "ge-0/0/7" },
        { kind: "ttl", seconds: 0 },
        "end",
      ],
    }),
  );
  assert.equal(switchPortOf(goodbye), undefined);
  assert.equal(switchPortOf(build(frame)), undefined);
});
