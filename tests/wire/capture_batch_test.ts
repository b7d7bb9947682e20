import assert from "node:assert/strict";
import type { Packet } from "../../lib/packet/packet.ts";
import { columns, countBy } from "../../lib/pcap/columns.ts";
import { capture } from "../../lib/wire/capture.ts";
import { testUnless } from "../skip.ts";
import { withoutNetworks } from "../lab/own_network.ts";
import { cable, frames, pause, send, sender, TIERS } from "./capture_bed.ts";

const noNetworks = withoutNetworks();
const COUNT = 300;

testUnless(
  noNetworks,
  "a live capture gives columns and counts by a field as a file does",
  async () => {
    using network = cable();
    const { namespace } = network;
    for (const tier of TIERS) {
      const [one, other] = [0, 1].map(() => capture("v1", { namespace, tier }));
      send(network, "v0", frames(60));
      await pause(30);
      one!.stop();
      other!.stop();
      const counts = await countBy(one!, "udp.dstPort");
      assert.deepEqual([...counts], [[53, 24]]);
      const { "vlan.id": ids, "frame.length": lengths } = await columns(
        other!,
        ["vlan.id", "frame.length"],
      );
      assert.equal(ids.at(3), 7);
      assert.equal(ids.at(4), 4094);
      assert.deepEqual(
        Array.from(lengths.values as ArrayLike<number>),
        frames(60).map(({ length }) => length),
      );
    }
  },
);

testUnless(
  noNetworks,
  "what a reader is too slow for is counted as dropped, to the packet",
  async () => {
    using network = cable();
    const { namespace } = network;
    const octets = new Uint8Array(1000).fill(2);
    for (const tier of TIERS) {
      const live = capture("v1", { namespace, tier, buffer: 256 << 10 });
      send(network, "v0", Array(3000).fill(octets));
      await pause(30);
      live.stop();
      let captured = 0;
      for await (const batch of live.batches()) while (batch.next()) captured++;
      const { statistics } = live;
      assert.ok(statistics.dropped > 500, `${tier}: ${statistics}`);
      assert.ok(captured > 50, `${tier}: ${statistics}`);
      assert.equal(captured + statistics.dropped, 3000, tier);
      assert.equal(statistics.received, 3000, tier);
      assert.equal(statistics.captured, captured, tier);
    }
  },
);

testUnless(
  noNetworks,
  "packets stay as they are; a batch is good until the next, and says so afterwards",
  async () => {
    using network = cable();
    const { namespace } = network;
    for (const tier of TIERS) {
      const live = capture("v1", { namespace, tier, buffer: 256 << 10 });
      const iterator = live.batches();
      const sent = frames(20);
      send(network, "v0", sent);
      const { value: first } = await iterator.next();
      assert.ok(first && first.next());
      const { octets, view } = first;
      send(network, "v0", sent);
      let second = await iterator.next();
      while (!second.value!.next()) second = await iterator.next();
      assert.throws(() => first.next(), { code: "stale" }, tier);
      live.close();
      assert.equal(second.value!.next(), false);
      assert.ok((await iterator.next()).done);
      if (tier !== "socket") {
        // Nothing of what was shared can be reached any more.
        assert.equal(octets.length, 0);
        assert.equal(octets[0], undefined);
        assert.throws(() => view.getUint8(0), TypeError);
        assert.throws(() => second.value!.view.getUint8(0), TypeError);
      }
    }
    for (const tier of TIERS) {
      // Far less than what comes, so that memory is written over.
      using live = capture("v1", { namespace, tier, buffer: 1 << 20 });
      const sent = frames(COUNT);
      const packets = [];
      const iterator = live[Symbol.asyncIterator]();
      for (let round = 0; round < 6; round++) {
        send(network, "v0", sent);
        for (let i = 0; i < COUNT; i++) {
          packets.push((await iterator.next()).value as Packet);
        }
      }
      const expected = sent.map((octets) => octets.toHex());
      packets.forEach(({ bytes }, i) =>
        assert.equal(bytes.toHex(), expected[i % COUNT], `${tier} ${i}`)
      );
    }
  },
);

testUnless(
  noNetworks,
  "a batch that is held stays as it is while others are put by until they are asked for",
  async () => {
    using network = cable();
    const { namespace } = network;
    using live = capture("v1", { namespace, buffer: 1 << 20 });
    const octets = new Uint8Array(1200);
    const octetsOf = (i: number) => {
      octets.fill(i, 14);
      return octets;
    };
    using v0 = sender(network, "v0");
    const iterator = live.batches();
    for (let i = 0; i < 100; i++) v0.send(octetsOf(i));
    let batch = (await iterator.next()).value!;
    assert.ok(batch.next());
    for (let i = 100; i < 500; i++) {
      if (i === 300) await pause(600);
      v0.send(octetsOf(i));
    }
    live.stop();
    for (let i = 0; i < 500; i++) {
      assert.equal(batch.octets[batch.start + 20], i & 255);
      assert.equal(live.statistics.captured, i + 1);
      while (i < 499 && !batch.next()) batch = (await iterator.next()).value!;
    }
    assert.equal(live.statistics.dropped, 0);
  },
);
