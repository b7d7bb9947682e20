import assert from "node:assert/strict";
import { Fabric } from "../../lib/lab/fabric.ts";
import { decode } from "../../lib/packet/packet.ts";
import { testUnless } from "../skip.ts";
import { Bed, pause, until, Wire, withoutNamespaces } from "./fabric_bed.ts";

const reason = withoutNamespaces();

/** Three switches in a ring, a host at the first and at the last. */
async function ring(bed: Bed, fabric: Fabric) {
  const sides = [bed.namespace(), bed.namespace(), bed.namespace()];
  for (const [i, name] of ["x", "y", "z"].entries()) {
    bed.cable(sides[i]!, name, sides[(i + 1) % 3]!, name);
  }
  const hosts = [
    bed.host(sides[0]!, "p0", "10.0.0.1/24"),
    bed.host(sides[1]!, "p0", "10.0.0.2/24"),
  ];
  for (const [i, netns] of sides.entries()) {
    await fabric.addSwitch({
      name: `sw${i}`,
      stp: true,
      // The third is the root, so that the cable between the hosts' switches
      // is the one that is not needed.
      priority: i === 2 ? 4096 : 32768,
      ports: [
        ...["x", "y", "z"].filter((_, n) => n === i || (n + 1) % 3 === i),
        ...(i < 2 ? ["p0"] : []),
      ].map((name) => ({ netns, interface: name, edge: name === "p0" })),
    });
  }
  return { sides, hosts };
}

testUnless(
  reason,
  "spanning tree opens a ring at one place, and closes it where a cable fails",
  async () => {
    await using bed = new Bed();
    await using fabric = await Fabric.start();
    const { sides, hosts } = await ring(bed, fabric);
    const ports = async () =>
      (await fabric.stats()).switches.flatMap(({ name, ports }) =>
        ports.map((port) => ({ name: `${name}.${port.interface}`, ...port }))
      );
    const roles = async () =>
      Object.fromEntries(
        (await ports()).map(({ name, stp }) => [name, stp!.role]),
      );
    await until(async () => {
      const all = await ports();
      return all.every(({ stp }) =>
        stp!.role === "alternate"
          ? stp!.state === "discarding"
          : stp!.state === "forwarding"
      );
    }, 10_000);
    const before = await roles();
    assert.equal(before["sw0.z"], "root");
    assert.equal(before["sw1.y"], "root");
    assert.deepEqual([before["sw0.x"], before["sw1.x"]].sort(), [
      "alternate",
      "designated",
    ]);
    const { switches } = await fabric.stats();
    assert.deepEqual(new Set(switches.map(({ stp }) => stp!.root)).size, 1);
    assert.equal(switches[2]!.stp!.root, switches[2]!.stp!.bridge);
    assert.equal(switches[2]!.stp!.rootCost, 0);

    // A broadcast goes round once.
    using wire = new Wire(hosts[1]!, "h0");
    assert.ok(await bed.pings(hosts[0]!, "10.0.0.2"));
    await pause(100);
    const requests = wire.take().filter((frame) =>
      decode(frame).arp?.operation !== undefined &&
      frame.subarray(0, 6).toHex() === "ffffffffffff"
    );
    assert.equal(requests.length, 1);

    // The cable between the root and the first switch goes, and comes back.
    bed.ip(sides[2]!, "link set z down");
    await until(async () => (await roles())["sw0.x"] === "root", 10_000);
    await until(() => bed.pings(hosts[0]!, "10.0.0.2", 200), 10_000);
    bed.ip(sides[2]!, "link set z up");
    await until(async () => (await roles())["sw0.z"] === "root", 10_000);
    await until(() => bed.pings(hosts[0]!, "10.0.0.2", 200), 10_000);
    const blocked = (await ports()).filter(({ stp }) =>
      stp!.role === "alternate"
    );
    assert.equal(blocked.length, 1);
  },
);

testUnless(
  reason,
  "its BPDUs are RSTP's, once in two seconds out of each designated port, and are not passed on",
  async () => {
    await using bed = new Bed();
    await using fabric = await Fabric.start();
    const netns = bed.namespace();
    const hosts = [0, 1].map((i) => bed.host(netns, `p${i}`, `10.0.0.${i}/24`));
    await fabric.addSwitch({
      name: "sw1",
      stp: true,
      ports: [0, 1].map((i) => ({ netns, interface: `p${i}` })),
    });
    const wires = hosts.map((host) => new Wire(host, "h0"));
    await pause(4500);
    for (const [i, wire] of wires.entries()) {
      using _ = wire;
      const bpdus = wire.take().map((frame) => decode(frame).stp).filter((
        stp,
      ) => stp !== undefined);
      assert.ok(
        bpdus.length >= 2 && bpdus.length <= 6,
        `${bpdus.length} BPDUs`,
      );
      for (const bpdu of bpdus) {
        assert.equal(bpdu.version, 2);
        assert.equal(bpdu.portId! & 0xfff, i + 1);
      }
    }
  },
);
