import assert from "node:assert/strict";
import { inNamespace } from "../../lib/ffi/namespace.ts";
import { Fabric } from "../../lib/lab/fabric.ts";
import { testUnless } from "../skip.ts";
import {
  Bed,
  frameOf,
  pause,
  tshark,
  Wire,
  withoutNamespaces,
} from "./fabric_bed.ts";

const reason = withoutNamespaces();
const A = "020000000001";
const ALL = "ffffffffffff";

/** Sends octets by TCP; gives what arrived. */
async function transfer(
  from: number,
  to: number,
  hostname: string,
  octets: Uint8Array<ArrayBuffer>,
): Promise<Uint8Array> {
  const listener = inNamespace(to, () => Deno.listen({ port: 7 }));
  const dial = inNamespace(from, () => {
    const promise = Deno.connect({ hostname, port: 7 });
    return () => promise;
  });
  const [server, client] = await Promise.all([listener.accept(), dial()]);
  listener.close();
  const sent = new Blob([octets]).stream().pipeTo(client.writable);
  const arrived = await new Response(server.readable).bytes();
  await sent;
  return arrived;
}

for (
  const [how, on] of [["large segments", true], [
    "single frames",
    false,
  ]] as const
) {
  testUnless(
    reason,
    `TCP arrives whole when hosts send ${how}, and all that a host receives is valid on its cable`,
    async () => {
      await using bed = new Bed();
      await using fabric = await Fabric.start();
      const netns = bed.namespace();
      const a = bed.host(netns, "p0", "10.0.0.1/24");
      const b = bed.host(netns, "p1", "10.0.0.2/24");
      for (const host of [a, b]) bed.offloads(host, "h0", on);
      // By a trunk, so that tags are put into large segments, too.
      const peer = bed.namespace();
      bed.cable(netns, "trunk", peer, "trunk");
      bed.run(
        netns,
        "ip",
        "link",
        "set",
        "p1",
        "netns",
        `/proc/${Deno.pid}/fd/${peer}`,
      );
      bed.ip(peer, "link set p1 up");
      const trunk = { trunk: [10] };
      await fabric.addSwitch({
        name: "sw1",
        stp: false,
        ports: [{ netns, interface: "p0", port: { access: 10 } }, {
          netns,
          interface: "trunk",
          port: trunk,
        }],
      });
      await fabric.addSwitch({
        name: "sw2",
        stp: false,
        ports: [{ netns: peer, interface: "p1", port: { access: 10 } }, {
          netns: peer,
          interface: "trunk",
          port: trunk,
        }],
      });
      const capture = await tshark(
        bed,
        b,
        "h0",
        "tcp and src host 10.0.0.1",
        ...["frame.len", "ip.checksum.status", "tcp.checksum.status"],
      );
      const octets = new Uint8Array(4_000_000);
      for (let i = 0; i < octets.length; i += 65536) {
        crypto.getRandomValues(octets.subarray(i, i + 65536));
      }
      const arrived = await transfer(a, b, "10.0.0.2", octets);
      assert.ok(
        arrived.length === octets.length &&
          arrived.every((octet, i) => octet === octets[i]),
      );
      const frames = await capture();
      assert.ok(frames.length > 1000, `${frames.length} frames`);
      for (const [length, ip, tcp] of frames) {
        assert.ok(Number(length) <= 1514, `${length} octets`);
        // 1 is for good.
        assert.deepEqual([ip, tcp], ["1", "1"]);
      }
      const { switches } = await fabric.stats();
      // A large segment counts as the frames that it becomes.
      assert.ok(switches[0]!.ports[0]!.received.frames >= 4_000_000 / 1460);
    },
  );
}

testUnless(
  reason,
  "jumbo frames pass, and what is too long is refused",
  async () => {
    await using bed = new Bed();
    await using fabric = await Fabric.start();
    const netns = bed.namespace();
    const a = bed.host(netns, "p0", "10.0.0.1/24", 9000);
    bed.host(netns, "p1", "10.0.0.2/24", 9000);
    bed.host(netns, "p2", "10.0.0.3/24");
    await fabric.addSwitch({
      name: "sw1",
      stp: false,
      ports: [0, 1, 2].map((i) => ({ netns, interface: `p${i}` })),
    });
    const ping = (to: string) =>
      bed.output(a, "ping", ...["-c1", "-W0.5", "-M", "do", "-s", "8972", to]);
    assert.match(await ping("10.0.0.2"), / 1 received/);
    assert.match(await ping("10.0.0.3"), / 0 received/);
    const { ports } = (await fabric.stats()).switches[0]!;
    assert.equal(ports[2]!.drops.refused, 1);
  },
);

testUnless(
  reason,
  "a loop without spanning tree storms, but within bounds: the fabric still answers",
  async () => {
    await using bed = new Bed();
    await using fabric = await Fabric.start();
    const sides = [bed.namespace(), bed.namespace()];
    for (const name of ["x", "y"]) bed.cable(sides[0]!, name, sides[1]!, name);
    const host = bed.host(sides[0]!, "p0", "10.0.0.1/24");
    const ports = ["x", "y"];
    for (const [i, netns] of sides.entries()) {
      await fabric.addSwitch({
        name: `sw${i}`,
        stp: false,
        ports: [...ports, ...(i === 0 ? ["p0"] : [])].map((name) => ({
          netns,
          interface: name,
        })),
      });
    }
    using wire = new Wire(host, "h0");
    const memory = Deno.memoryUsage().rss;
    for (let i = 0; i < 50; i++) wire.send(frameOf(`${ALL} ${A} 88b5`));
    await pause(1500);
    const asked = performance.now();
    const { switches } = await fabric.stats();
    assert.ok(performance.now() - asked < 20_000);
    const storms = switches.flatMap(({ ports }) =>
      ports.map((p) => p.drops.storm ?? 0)
    );
    assert.ok(storms.some((n) => n > 0), `storm drops ${storms}`);
    const grown = (Deno.memoryUsage().rss - memory) / 2 ** 20;
    assert.ok(grown < 100, `${grown} MiB more`);
  },
);
