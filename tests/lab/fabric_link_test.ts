import assert from "node:assert/strict";
import { Fabric, type LinkSpec } from "../../lib/lab/fabric.ts";
import { testUnless } from "../skip.ts";
import {
  Bed,
  frameOf,
  pause,
  until,
  Wire,
  withoutNamespaces,
} from "./fabric_bed.ts";

const reason = withoutNamespaces();
const HEAD = "020000000002 020000000001 88b5";

type Character = Omit<LinkSpec, "name" | "a" | "b">;

/** Two wires, and a link between them. */
class Line implements AsyncDisposable {
  private constructor(
    readonly bed: Bed,
    readonly fabric: Fabric,
    readonly near: Wire,
    readonly far: Wire,
  ) {}

  static async lay(character: Character): Promise<Line> {
    const bed = new Bed();
    const [netns, far] = [bed.namespace(), bed.namespace()];
    for (const name of ["a", "b"]) bed.cable(netns, name, far, name);
    const fabric = await Fabric.start();
    await fabric.addLink({
      name: "line",
      a: { netns, interface: "a" },
      b: { netns, interface: "b" },
      ...character,
    });
    return new Line(bed, fabric, new Wire(far, "a"), new Wire(far, "b"));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.near[Symbol.dispose]();
    this.far[Symbol.dispose]();
    await this.fabric[Symbol.asyncDispose]();
    await this.bed[Symbol.asyncDispose]();
  }

  /** Sends numbered frames; gives the numbers that arrived, in their order. */
  async numbers(count: number, octets = 60, gap = 0): Promise<number[]> {
    const arrived: number[] = [];
    const take = () => {
      for (const frame of this.far.take()) {
        arrived.push(new DataView(frame.buffer).getUint32(14));
      }
    };
    for (let i = 0; i < count; i++) {
      const payload = new Uint8Array(octets - 14);
      new DataView(payload.buffer).setUint32(0, i);
      this.near.send(frameOf(HEAD, payload));
      if (gap > 0) await pause(gap);
      else if (i % 64 === 63) {
        await pause(0);
        take();
      }
    }
    // Until all are accounted for: here, or dropped.
    await until(async () => {
      take();
      const { a, b, queued } = (await this.fabric.stats()).links[0]!;
      return queued === 0 && b.sent.frames + a.dropped >= count;
    }, 10_000);
    await pause(10);
    take();
    return arrived;
  }
}

const sorted = (numbers: readonly number[]) =>
  numbers.toSorted((a, b) => a - b);

testUnless(
  reason,
  "a link passes frames both ways as they are, tags and all",
  async () => {
    await using line = await Line.lay({});
    for (const tags of ["", "8100a00a", "88a800648100000a"]) {
      const frame = frameOf(`ffffffffffff 020000000001 ${tags} 88b5`);
      line.near.send(frame);
      line.far.send(frame);
      for (const wire of [line.near, line.far]) {
        const [arrived] = await wire.collect(1);
        assert.deepEqual(arrived, frame);
      }
    }
  },
);

testUnless(
  reason,
  "a link of 20 ms takes 20 ms each way, and a new delay counts at once",
  async () => {
    await using bed = new Bed();
    await using fabric = await Fabric.start();
    const netns = bed.namespace();
    const host = bed.host(netns, "a", "10.0.0.1/24");
    bed.host(netns, "b", "10.0.0.2/24");
    await fabric.addLink({
      name: "wan",
      a: { netns, interface: "a" },
      b: { netns, interface: "b" },
      delay: 20,
    });
    // The least: the machine may be busy.
    const time = async () => {
      const text = await bed.output(
        host,
        "ping",
        ...["-n", "-c", "20", "-i", "0.01", "10.0.0.2"],
      );
      const all = [...text.matchAll(/time=([\d.]+)/g)];
      assert.equal(all.length, 20);
      return Math.min(...all.map(([, ms]) => Number(ms)));
    };
    assert.ok(await bed.pings(host, "10.0.0.2"));
    // One way alone would be 20, thrice 60.
    const before = await time();
    assert.ok(before >= 40 && before < 60, `${before} ms`);
    await fabric.updateLink("wan", { delay: 5 });
    const after = await time();
    assert.ok(after >= 10 && after < 20, `${after} ms`);
    await assert.rejects(fabric.updateLink("wan", { delay: 1, loss: 2 }), {
      name: "RangeError",
      message:
        "Cannot set a link as 'loss' must be from 0 to 1: current value is 2",
    });
    assert.ok(await time() >= 10);
  },
);

testUnless(
  reason,
  "loss takes its share, the same frames for the same seed, each way for itself",
  async () => {
    const COUNT = 4000;
    const run = async (seed: number) => {
      await using line = await Line.lay({ loss: 0.1, seed });
      const arrived = await line.numbers(COUNT);
      const { a, b } = (await line.fabric.stats()).links[0]!;
      assert.equal(a.drops.lost, COUNT - arrived.length);
      assert.equal(b.dropped, 0);
      return arrived;
    };
    const first = await run(1);
    // Five standard deviations of a binomial distribution.
    const spread = 5 * Math.sqrt(COUNT * 0.1 * 0.9);
    assert.ok(Math.abs(first.length - COUNT * 0.9) < spread, `${first.length}`);
    assert.deepEqual(await run(1), first);
    assert.notDeepEqual(await run(2), first);
  },
);

testUnless(
  reason,
  "a rate spaces frames out, and what finds no room is dropped at the tail and counted",
  async () => {
    // 1,000 octets take 8 ms; with their headers nine of them may wait.
    await using line = await Line.lay({ rate: 1e6, queue: 10_000 });
    const start = performance.now();
    const arrived = await line.numbers(60, 1000);
    const took = performance.now() - start;
    const { drops } = (await line.fabric.stats()).links[0]!.a;
    assert.equal(drops.overflow, 60 - arrived.length);
    assert.ok(arrived.length >= 9 && arrived.length < 25, `${arrived.length}`);
    // The first ones are those that found room.
    assert.deepEqual(arrived.slice(0, 9), [0, 1, 2, 3, 4, 5, 6, 7, 8]);
    assert.ok(took >= arrived.length * 8, `${took} ms for ${arrived.length}`);
  },
);

testUnless(
  reason,
  "jitter varies the delay and keeps the order; reorder lets frames overtake",
  async () => {
    await using line = await Line.lay({ delay: 5, jitter: 4, seed: 7 });
    const ordered = await line.numbers(300);
    assert.deepEqual(ordered, [...Array(300).keys()]);
    await using again = await Line.lay({ delay: 5, reorder: 0.2, seed: 7 });
    const mixed = await again.numbers(300);
    assert.notDeepEqual(mixed, sorted(mixed));
    assert.deepEqual(sorted(mixed), [...Array(300).keys()]);
    const early = mixed.filter((n, i) =>
      mixed.slice(0, i).every((m) => m < n) && mixed.slice(i).some((m) => m < n)
    );
    assert.ok(
      early.length > 20 && early.length < 120,
      `${early.length} overtook`,
    );
  },
);

testUnless(
  reason,
  "a link that is down takes the carrier away from both sides; up again it works",
  async () => {
    await using bed = new Bed();
    await using fabric = await Fabric.start();
    const netns = bed.namespace();
    const a = bed.host(netns, "a", "10.0.0.1/24");
    const b = bed.host(netns, "b", "10.0.0.2/24");
    await fabric.addLink({
      name: "wan",
      a: { netns, interface: "a" },
      b: { netns, interface: "b" },
      delay: 400,
    });
    assert.ok(await bed.pings(a, "10.0.0.2", 10_000));
    // What is on its way when the cable is pulled does not arrive.
    const ping = bed.pings(a, "10.0.0.2", 1200);
    await until(async () => (await fabric.stats()).links[0]!.queued > 0);
    await fabric.updateLink("wan", { up: false });
    for (const host of [a, b]) {
      assert.match(bed.run(host, "ip", "link", "show", "h0"), /NO-CARRIER/);
    }
    assert.equal(await ping, false);
    const { up, queued, a: end } = (await fabric.stats()).links[0]!;
    assert.deepEqual([up, queued, end.up, end.drops.down], [
      false,
      0,
      false,
      1,
    ]);
    await fabric.updateLink("wan", { up: true, delay: 0 });
    await until(() => bed.pings(a, "10.0.0.2", 200));
    assert.equal((await fabric.stats()).links[0]!.b.up, true);
  },
);

testUnless(
  reason,
  "two TCP hosts on a link of 20 Mb/s get 20 Mb/s",
  async () => {
    await using bed = new Bed();
    await using fabric = await Fabric.start();
    const netns = bed.namespace();
    const a = bed.host(netns, "a", "10.0.0.1/24");
    const b = bed.host(netns, "b", "10.0.0.2/24");
    for (const host of [a, b]) bed.offloads(host, "h0", false);
    await fabric.addLink({
      name: "wan",
      a: { netns, interface: "a" },
      b: { netns, interface: "b" },
      delay: 2,
      rate: 20e6,
    });
    bed.spawn(b, "iperf3", "-s");
    await pause(200);
    const json = await bed.output(
      a,
      "iperf3",
      ...["-c", "10.0.0.2", "-t", "2", "-O", "1", "-J"],
    );
    const rate = JSON.parse(json).end.sum_received.bits_per_second;
    // 1448 octets of 1514 are the programs' own.
    assert.ok(rate > 0.9 * 20e6 * 0.956 && rate < 1.03 * 20e6, `${rate} b/s`);
  },
);
