import assert from "node:assert/strict";
import { Fabric } from "../../lib/lab/fabric.ts";
import type { FabricPort } from "../../lib/lab/fabric.ts";
import { inNamespace } from "../../lib/ffi/namespace.ts";
import { testUnless } from "../skip.ts";
import {
  Bed,
  frameOf,
  tshark,
  until,
  Wire,
  withoutNamespaces,
} from "./fabric_bed.ts";

const reason = withoutNamespaces();
const A = "020000000001";
const B = "020000000002";
const ALL = "ffffffffffff";

/** A switch whose ports are bare wires: frames by hand. */
async function wires(
  bed: Bed,
  fabric: Fabric,
  ports: readonly FabricPort["port"][],
): Promise<Wire[]> {
  const netns = bed.namespace();
  const far = bed.namespace();
  const names = ports.map((_, i) => `p${i}`);
  for (const name of names) bed.cable(netns, name, far, name);
  await fabric.addSwitch({
    name: "sw1",
    stp: false,
    ports: names.map((name, i) => ({ netns, interface: name, port: ports[i] })),
  });
  return names.map((name) => new Wire(far, name));
}

const hexes = (frames: readonly Uint8Array[], octets: number) =>
  frames.map((frame) => frame.subarray(0, octets).toHex());

testUnless(
  reason,
  "a userspace switch learns where stations are, and then sends to their port alone",
  async () => {
    await using bed = new Bed();
    await using fabric = await Fabric.start();
    const netns = bed.namespace();
    const hosts = ["10.0.0.1", "10.0.0.2", "10.0.0.3"].map((address, i) =>
      bed.host(netns, `p${i}`, `${address}/24`)
    );
    await fabric.addSwitch({
      name: "sw1",
      stp: false,
      ports: [0, 1, 2].map((i) => ({ netns, interface: `p${i}` })),
    });
    assert.ok(await bed.pings(hosts[0]!, "10.0.0.2"));
    using third = new Wire(hosts[2]!, "h0");
    assert.ok(await bed.pings(hosts[0]!, "10.0.0.2"));
    // Unless something is sent to all, nobody else hears of it.
    const heard = hexes(third.take(), 14).filter((head) =>
      !/^(ff|33)/.test(head)
    );
    assert.deepEqual(heard, []);
    const { switches: [sw1] } = await fabric.stats();
    assert.deepEqual(
      sw1!.macs.map((entry) => entry.interface).sort(),
      ["p0", "p1"],
    );
    assert.ok(sw1!.ports[0]!.received.frames >= 3);
    assert.ok(sw1!.ports[0]!.sent.octets >= 2 * 98);
  },
);

testUnless(
  reason,
  "an address is forgotten when it is too old, or its port loses its cable",
  async () => {
    await using bed = new Bed();
    await using fabric = await Fabric.start();
    const netns = bed.namespace();
    const host = bed.host(netns, "p0", "10.0.0.1/24");
    await fabric.addSwitch({
      name: "sw1",
      stp: false,
      ageing: 2,
      ports: [{ netns, interface: "p0" }],
    });
    using wire = new Wire(host, "h0");
    const macs = async () => (await fabric.stats()).switches[0]!.macs;
    wire.send(frameOf(`${ALL} ${A} 88b5`));
    await until(async () => (await macs()).length > 0);
    const start = performance.now();
    assert.deepEqual((await macs()).map(({ mac }) => mac), [
      "02:00:00:00:00:01",
    ]);
    await until(async () => (await macs()).length === 0);
    assert.ok(performance.now() - start > 1000, "it was kept for a while");

    wire.send(frameOf(`${ALL} ${A} 88b5`));
    await until(async () => (await macs()).length === 1);
    // The kernel takes up to a second to tell that a carrier is gone.
    const isUp = async () => (await fabric.stats()).switches[0]!.ports[0]!.up;
    bed.ip(host, "link set h0 down");
    await until(async () => !await isUp());
    assert.deepEqual(await macs(), []);
    bed.ip(host, "link set h0 up");
    await until(isUp);
  },
);

testUnless(
  reason,
  "what leaves by an access port has no tag, by a trunk that of its VLAN, by another VLAN's port nothing",
  async () => {
    await using bed = new Bed();
    await using fabric = await Fabric.start();
    const ports = [{ access: 10 }, { access: 10 }, { access: 20 }, {
      trunk: [10, 20],
      native: 99,
    }, { access: 99 }];
    const [a, b, other, trunk, native] = await wires(bed, fabric, ports) as [
      Wire,
      Wire,
      Wire,
      Wire,
      Wire,
    ];
    using _ = a, _b = b, _c = other, _d = trunk, _e = native;
    a.send(frameOf(`${ALL} ${A} 88b5`));
    assert.deepEqual(hexes(await trunk.collect(1), 18), [
      `${ALL}${A}8100000a88b5`,
    ]);
    assert.deepEqual(hexes(await b.collect(1), 14), [`${ALL}${A}88b5`]);
    assert.deepEqual([...other.take(), ...native.take(), ...a.take()], []);

    // In by the trunk: the tag goes, its priority too.
    trunk.send(frameOf(`${ALL} ${B} 8100 a014 88b5`));
    assert.deepEqual(hexes(await other.collect(1), 14), [`${ALL}${B}88b5`]);
    assert.deepEqual([...a.take(), ...b.take(), ...native.take()], []);

    // The native VLAN has no tag on the trunk, in and out.
    trunk.send(frameOf(`${ALL} ${B} 88b5`));
    assert.deepEqual(hexes(await native.collect(1), 14), [`${ALL}${B}88b5`]);
    native.send(frameOf(`${B} ${A} 88b5`));
    assert.deepEqual(hexes(await trunk.collect(1), 14), [`${B}${A}88b5`]);

    // A tag at an access port, and a VLAN that the trunk does not carry.
    a.send(frameOf(`${ALL} ${A} 8100 0014 88b5`));
    trunk.send(frameOf(`${ALL} ${B} 8100 001e 88b5`));
    const filtered = async (port: number) =>
      (await fabric.stats()).switches[0]!.ports[port]!.drops.filtered;
    await until(async () => await filtered(0) === 1 && await filtered(3) === 1);
    assert.deepEqual([...b.take(), ...other.take(), ...trunk.take()], []);
  },
);

testUnless(
  reason,
  "a switch without VLANs passes tags on as they are, several and with their priority",
  async () => {
    await using bed = new Bed();
    await using fabric = await Fabric.start();
    const [a, b] = await wires(bed, fabric, [undefined, undefined]) as [
      Wire,
      Wire,
    ];
    using _ = a, _b = b;
    for (
      const tags of ["8100a00a", "88a8006481004014", "81000000", "9100000a"]
    ) {
      a.send(frameOf(`${ALL} ${A} ${tags} 88b5`));
      const [frame] = await b.collect(1);
      assert.equal(
        frame!.subarray(0, 14 + tags.length / 2).toHex(),
        `${ALL}${A}${tags}88b5`,
      );
    }
  },
);

testUnless(
  reason,
  "a priority survives from trunk to trunk, and a tag of another kind is payload",
  async () => {
    await using bed = new Bed();
    await using fabric = await Fabric.start();
    const port = { trunk: [10], native: 1 };
    const [a, b] = await wires(bed, fabric, [port, port]) as [Wire, Wire];
    using _ = a, _b = b;
    a.send(frameOf(`${ALL} ${A} 8100 a00a 88b5`));
    a.send(frameOf(`${ALL} ${A} 88a8 000a 88b5`));
    assert.deepEqual(hexes(await b.collect(2), 18), [
      `${ALL}${A}8100a00a88b5`,
      `${ALL}${A}88a8000a88b5`,
    ]);
  },
);

testUnless(
  reason,
  "VLANs stay apart over a trunk, as tshark sees by the tags on the wire",
  async () => {
    await using bed = new Bed();
    await using fabric = await Fabric.start();
    const sides = [bed.namespace(), bed.namespace()];
    bed.cable(sides[0]!, "trunk", sides[1]!, "trunk");
    // Both VLANs use the same addresses: only the tags tell them apart.
    const host = (side: number, vlan: number) =>
      bed.host(sides[side]!, `v${vlan}`, `10.0.0.${side + 1}/24`);
    const [a10, a20, b10, b20] = [
      host(0, 10),
      host(0, 20),
      host(1, 10),
      host(1, 20),
    ];
    bed.ip(b20!, "addr add 10.0.0.22/24 dev h0");
    for (const [i, netns] of sides.entries()) {
      await fabric.addSwitch({
        name: `sw${i}`,
        stp: false,
        ports: [
          { netns, interface: "trunk", port: { trunk: [10, 20] } },
          { netns, interface: "v10", port: { access: 10 } },
          { netns, interface: "v20", port: { access: 20 } },
        ],
      });
    }
    const capture = await tshark(
      bed,
      sides[1]!,
      "trunk",
      "",
      "eth.src",
      "vlan.id",
    );
    // Octets up to the MTU pass, tag and all.
    assert.ok(await bed.pings(a10!, "10.0.0.2"));
    assert.match(
      await bed.output(
        a20!,
        "ping",
        ...["-c1", "-W1", "-M", "do", "-s", "1472", "10.0.0.2"],
      ),
      / 1 received/,
    );
    // 10.0.0.22 is in the other VLAN.
    assert.equal(await bed.pings(a10!, "10.0.0.22", 300), false);
    const mac = (netns: number) =>
      /ether (\S+)/.exec(bed.run(netns, "ip", "link", "show", "h0"))![1]!;
    const vlanOf = new Map([
      [mac(a10!), 10],
      [mac(b10!), 10],
      [mac(a20!), 20],
      [mac(b20!), 20],
    ]);
    const seen = new Set<number>();
    for (const [src, vlan] of await capture()) {
      const expected = vlanOf.get(src!);
      // The switches' own ends may say something, too.
      if (expected === undefined) continue;
      seen.add(expected);
      assert.equal(vlan, `${expected}`);
    }
    assert.deepEqual([...seen].sort(), [10, 20]);
  },
);

testUnless(
  reason,
  "sub-interfaces without 802.1Q: one more switch puts their tags on",
  async () => {
    await using bed = new Bed();
    await using fabric = await Fabric.start();
    const [sw1, tagger] = [bed.namespace(), bed.namespace()];
    const ten = bed.host(sw1, "p10", "10.0.10.2/24");
    const twenty = bed.host(sw1, "p20", "10.0.20.2/24");
    bed.ip(ten, "route add default via 10.0.10.1");
    bed.ip(twenty, "route add default via 10.0.20.1");
    bed.cable(sw1, "uplink", tagger, "line");
    const router = bed.namespace();
    for (const vlan of [10, 20]) {
      bed.cable(router, `h0.${vlan}`, tagger, `v${vlan}`);
      bed.ip(router, `addr add 10.0.${vlan}.1/24 dev h0.${vlan}`);
    }
    inNamespace(
      router,
      () => Deno.writeTextFileSync("/proc/sys/net/ipv4/ip_forward", "1"),
    );
    await fabric.addSwitch({
      name: "sw1",
      stp: false,
      ports: [
        { netns: sw1, interface: "uplink", port: { trunk: [10, 20] } },
        { netns: sw1, interface: "p10", port: { access: 10 } },
        { netns: sw1, interface: "p20", port: { access: 20 } },
      ],
    });
    await fabric.addSwitch({
      name: "r1:h0",
      stp: false,
      ports: [
        { netns: tagger, interface: "line", port: { trunk: [10, 20] } },
        { netns: tagger, interface: "v10", port: { access: 10 } },
        { netns: tagger, interface: "v20", port: { access: 20 } },
      ],
    });
    assert.ok(await bed.pings(ten, "10.0.20.2"));
  },
);
