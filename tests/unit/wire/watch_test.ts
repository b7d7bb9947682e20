import assert from "node:assert/strict";
import { canvas } from "../../../lib/inspect/canvas.ts";
import { displayWidth } from "../../../lib/inspect/text.ts";
import { build } from "../../../lib/packet/build.ts";
import type { Frame } from "../../../lib/packet/frame.ts";
import * as layers from "../../../lib/packet/layers/all.ts";
import { open } from "../../../lib/pcap/open.ts";
import type { Batch } from "../../../lib/wire/capturing/source.ts";
import { Watch, type WatchSource } from "../../../lib/wire/watching/watch.ts";
import { Kept } from "../../../lib/wire/watching/watch_keep.ts";
import { Tally } from "../../../lib/wire/watching/watch_tally.ts";
import { least } from "../../clock.ts";

const { arp, ethernet, ipv4, ipv6, tcp, udp, vlan } = layers;

/** Packets as a capture gives them, a second apart. */
class Some implements Batch {
  number = 0;
  readonly #frames: readonly { octets: Uint8Array; name: string }[];
  constructor(octets: Iterable<Uint8Array>, name = "eth0") {
    this.#frames = Array.from(octets, (octets) => ({ octets, name }));
  }
  get #at() {
    return this.#frames[this.number - 1]!;
  }
  get octets() {
    return this.#at.octets;
  }
  get view() {
    return new DataView(this.octets.buffer, this.octets.byteOffset);
  }
  readonly start = 0;
  get end() {
    return this.octets.length;
  }
  get length() {
    return this.octets.length;
  }
  readonly linkType = 1;
  get seconds() {
    return 1_700_000_000 + this.number;
  }
  readonly nanoseconds = 123_456_789;
  get interface() {
    return this.#at.name;
  }
  next(): boolean {
    return this.number++ < this.#frames.length;
  }
  frame(): Frame {
    return this;
  }
}

const eth = () =>
  ethernet({ src: "02:00:00:00:00:01", dst: "02:00:00:00:00:02" });
const dns = (n: number) =>
  build(
    eth(),
    ipv4({ src: `10.0.0.${n & 255}`, dst: "10.0.0.53" }),
    udp({ srcPort: 40_000, dstPort: 53 }),
    "?".repeat(20),
  ).bytes;
const web = build(
  eth(),
  ipv6({ src: "2001:db8::7", dst: "2001:db8::8" }),
  tcp({ srcPort: 443, dstPort: 8080 }),
  "x".repeat(1000),
).bytes;
const tagged = build(
  eth(),
  vlan({ id: 7 }),
  ipv4({ src: "10.0.0.9", dst: "10.0.0.1" }),
  udp({ srcPort: 50_000, dstPort: 50_001 }),
).bytes;
const who = build(eth(), arp({ targetIp: "10.0.0.1" })).bytes;

Deno.test("a tally says who sends most and of what there is most", () => {
  const tally = new Tally(0);
  const batch = new Some([dns(1), dns(1), web, tagged, who, Uint8Array.of(1)]);
  while (batch.next()) tally.add(batch);
  assert.equal(tally.packets, 6);
  assert.equal(
    tally.octets,
    dns(1).length * 2 + web.length + tagged.length + who.length + 1,
  );
  assert.deepEqual(
    tally.talkers(9).map(({ name, packets }) => [name, packets]),
    [
      ["2001:db8::7", 1],
      ["10.0.0.1", 2],
      ["10.0.0.9", 1],
    ],
  );
  assert.deepEqual(
    tally.protocols(9).map(({ name }) => name).sort(),
    ["arp", "domain", "https", "other", "udp"],
  );
  assert.equal(tally.protocols(1)[0]!.name, "https");
});

Deno.test("a tally gives the rates of the last minute", () => {
  const tally = new Tally(1000);
  const batch = new Some([dns(1), dns(2), dns(3)]);
  while (batch.next()) tally.add(batch);
  tally.tick(1500);
  assert.deepEqual(tally.packetRates, []);
  tally.tick(2500);
  assert.deepEqual(tally.packetRates, [2]);
  assert.deepEqual(tally.bitRates, [2 * dns(1).length * 8]);
  tally.tick(200_000);
  assert.equal(tally.packetRates.length, 60);
  assert.equal(tally.packetRates.at(-1), 0);
});

Deno.test("senders without number do not fill the memory", () => {
  const tally = new Tally(0);
  const octets = dns(1);
  const view = new DataView(octets.buffer, octets.byteOffset);
  for (let n = 0; n < 100_000; n++) {
    view.setUint32(26, n * 7919);
    const one = new Some([octets]);
    one.next();
    tally.add(one);
  }
  assert.ok(tally.talkers(Infinity).length <= 8192);
});

Deno.test("what is kept is a capture of the last packets, to the nanosecond", async () => {
  const kept = new Kept(200_000, []);
  const all = Array.from({ length: 5000 }, (_, n) => n % 7 ? dns(n) : web);
  const batch = new Some(all, "eth1");
  while (batch.next()) kept.add(batch);
  assert.equal(kept.packets + kept.forgotten, 5000);
  assert.ok(kept.forgotten > 1000 && kept.packets > 500, `${kept.packets}`);
  const last = kept.last(30);
  assert.equal(last.length, 30);
  assert.deepEqual(
    last.map(({ seconds }) => seconds! - 1_700_000_000),
    Array.from({ length: 30 }, (_, n) => 4971 + n),
  );
  assert.equal(last[29]!.nanoseconds, 123_456_789);
  assert.equal(last[29]!.interface, "eth1");
  const seen = await Array.fromAsync(await open(kept.file()));
  assert.equal(seen.length, kept.packets);
  assert.deepEqual(seen.map(({ bytes }) => bytes), all.slice(-seen.length));
  // What is looked at in between is not disturbed, and goes on.
  const more = new Some([who]);
  while (more.next()) kept.add(more);
  assert.equal(kept.last(2)[1]!.length, who.length);
});

Deno.test("a hundred thousand packets are tallied and kept in linear time", () => {
  const batch = new Some(
    Array.from({ length: 1000 }, (_, n) => n % 3 ? dns(n) : web),
  );
  const took = least(3000, () => {
    const tally = new Tally(0);
    const kept = new Kept(64 << 20, []);
    for (let round = 0; round < 100; round++) {
      batch.number = 0;
      while (batch.next()) {
        tally.add(batch);
        kept.add(batch);
      }
    }
    assert.equal(kept.packets, 100_000);
  });
  assert.ok(took < 3000, `${took} ms`);
});

/** A capture of batches that the test hands in. */
class Handed implements WatchSource {
  readonly interfaces: readonly string[];
  readonly linkType = 1;
  readonly files = ["/tmp/a.pcapng"];
  readonly statistics = { dropped: 3, interfaceDropped: 0 };
  readonly #batches: ReadableStream<Batch>;
  #hand!: ReadableStreamDefaultController<Batch>;
  isClosed = false;
  constructor(...interfaces: string[]) {
    this.interfaces = interfaces;
    this.#batches = new ReadableStream({
      start: (controller) => void (this.#hand = controller),
    });
  }
  async hand(batch: Batch): Promise<void> {
    this.#hand.enqueue(batch);
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
  fail(error: Error): void {
    this.#hand.error(error);
  }
  batches(): AsyncIterable<Batch> {
    return this.#batches;
  }
  stop(): void {
    this.close();
  }
  close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    try {
      this.#hand.close();
    } catch {
      // It failed before.
    }
  }
}

Deno.test("a watch shows rates, shares and the last packets, on any screen", async () => {
  const source = new Handed("eth0", "eth1");
  const watch = new Watch(source);
  await source.hand(new Some(Array.from({ length: 50 }, (_, n) => dns(n))));
  await source.hand(new Some([web, who], "eth1\x1b"));
  const page = canvas({ width: 80 });
  const lines = watch.draw(page, 24).split("\n");
  assert.equal(lines.length, 24);
  assert.match(lines[0]!, /^eth0, eth1 .* 52 packets .* 3 dropped$/);
  assert.match(lines[1]!, / p\/s .* b\/s/);
  assert.match(lines[3]!, /^2001:db8::7 .* KiB {2}domain .* %/);
  assert.match(
    lines[21]!,
    /^eth1\\x1b \d\d:\d\d:\d\d\.123 ipv6 .* tcp 443 > 8080/,
  );
  assert.match(lines[22]!, /^eth1\\x1b \d\d:\d\d:\d\d\.123 arp /);
  assert.match(lines[23]!, /^q leave .* writes \/tmp\/a\.pcapng, /);
  for (
    const [width, height] of [[20, 3], [1, 1], [40, 10], [200, 60]] as const
  ) {
    for (const colors of [false, true]) {
      const rows = watch.draw(canvas({ width, colors }), height).split("\n");
      assert.equal(rows.length, height);
      assert.ok(rows.every((row) => displayWidth(row) <= width));
    }
  }
  // Stopped, the lines stay while the counts go on.
  watch.key("space");
  const still = watch.draw(page, 24).split("\n").slice(9, 23);
  await source.hand(new Some([tagged]));
  const then = watch.draw(page, 24).split("\n");
  assert.deepEqual(then.slice(9, 23), still);
  assert.match(then[0]!, /53 packets.*paused/);
  watch.key("space");
  assert.match(watch.draw(page, 24), /udp 50000 > 50001/);
  watch.key("c");
  assert.match(watch.draw(page, 24).split("\n")[0]!, / 0 packets /);
  assert.equal(watch.key("q"), true);
  const capture = await watch;
  assert.equal((await Array.fromAsync(capture)).length, 53);
  assert.ok(source.isClosed);
});

Deno.test("a watch that saw nothing gives an empty capture", async () => {
  const watch = new Watch(new Handed("eth0"));
  watch.key("q");
  assert.deepEqual(await Array.fromAsync(await watch), []);
});

Deno.test("a watch that fails or is cancelled closes the capture, and what it kept can be had", async () => {
  const failing = new Handed("eth0");
  const watch = new Watch(failing);
  await failing.hand(new Some([who]));
  failing.fail(new Error("eth0 went down"));
  await assert.rejects(watch.then(), { message: "eth0 went down" });
  assert.equal((await Array.fromAsync(await watch.kept())).length, 1);
  assert.ok(failing.isClosed);

  const source = new Handed("eth0");
  const reason = new Error("enough");
  const controller = new AbortController();
  const stopped = new Watch(source, { signal: controller.signal });
  controller.abort(reason);
  await assert.rejects(stopped.then(), reason);
  assert.ok(source.isClosed);
  assert.throws(() => new Watch(source, { keep: -1 }), RangeError);
});
