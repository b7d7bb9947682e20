import assert from "node:assert/strict";
import { build } from "../../lib/packet/build.ts";
import { ethernet } from "../../lib/packet/layers/ethernet.ts";
import { icmp } from "../../lib/packet/layers/icmp.ts";
import { icmpv6 } from "../../lib/packet/layers/icmpv6.ts";
import { ipv4 } from "../../lib/packet/layers/ipv4.ts";
import { ipv6 } from "../../lib/packet/layers/ipv6.ts";
import { udp } from "../../lib/packet/layers/udp.ts";
import { decode, type Packet } from "../../lib/packet/packet.ts";
import { LinkSocket } from "../../lib/wire/link/link_socket.ts";
import { send, type Sendable } from "../../lib/wire/send.ts";
import { testUnless } from "../skip.ts";
import { type OwnNetwork, withoutNetworks } from "../lab/own_network.ts";
import { cable, FAR, listen, NEAR } from "./send_bed.ts";

const lacking = withoutNetworks();
const authorised = "a cable of our own";

/** A frame with its number in it, for an address that nobody has. */
function frame(n: number, size = 60): Packet {
  const payload = new Uint8Array(size - 42);
  new DataView(payload.buffer).setUint32(0, n);
  return build(
    ethernet({ src: NEAR, dst: FAR }),
    ipv4({ src: "10.0.0.1", dst: "10.0.0.77" }),
    udp({ srcPort: 1000 + n, dstPort: 9 }),
    payload,
  );
}

/** Ends waits for what does not come. */
function endSoon(socket: LinkSocket): Disposable {
  const timer = setTimeout(() => socket[Symbol.dispose](), 60_000);
  return { [Symbol.dispose]: () => clearTimeout(timer) };
}

/** Frames that have come to e1. */
function received({ run }: OwnNetwork): number {
  const text = run("ip", "-j", "-s", "link", "show", "e1");
  return JSON.parse(text)[0].stats64.rx.packets;
}

const hexes = (packets: Iterable<{ bytes: Uint8Array }>) =>
  Array.from(packets, ({ bytes }) => bytes.toHex());

async function* asynchronous<T>(items: Iterable<T>): AsyncGenerator<T> {
  for (const item of items) {
    await Promise.resolve();
    yield item;
  }
}

testUnless(
  lacking,
  "what is sent arrives octet for octet, in its order, whatever it comes in",
  async () => {
    using ends = await cable();
    const { namespace } = ends.a;
    const sizes = [60, 61, 127, 128, 129, 600, 1513, 1514];
    const frames = Array.from(
      { length: 1500 },
      (_, n) => frame(n, sizes[n % sizes.length]),
    );
    const one = frames[5]!;
    const cases: [Parameters<typeof send>[1], number, Packet[]][] = [
      [one, 1, [one]],
      [one.bytes, 1, [one]],
      [one, 1300, Array(1300).fill(one)],
      [frames, 2, [...frames, ...frames]],
      [new Set(hexes(frames)).values().map(Uint8Array.fromHex), 1, frames],
      [asynchronous(frames), 1, frames],
      [[], 3, []],
    ];
    for (const [packets, times, arrive] of cases) {
      const listener = await listen(ends.b, "e1");
      const options = { times, namespace, authorised, rate: 20_000 };
      const result = await send("e0", packets, options);
      assert.deepEqual(
        hexes(await listener.packets(arrive.length)),
        hexes(arrive),
      );
      assert.equal(result.sent, arrive.length);
      const octets = arrive.reduce((sum, { bytes }) => sum + bytes.length, 0);
      assert.equal(result.octets, octets);
      assert.equal(result.refused, 0);
    }
  },
);

testUnless(
  lacking,
  "nothing is lost at full speed",
  async () => {
    using ends = await cable();
    const { namespace } = ends.a;
    const before = received(ends.b);
    const options = { namespace, authorised, rate: Infinity };
    const run = send("e0", frame(1), { ...options, times: 100_000 });
    assert.equal((await run).sent, 100_000);
    assert.deepEqual(run.progress, { done: 100_000, of: 100_000 });
    function* frames(): Generator<Sendable> {
      for (let n = 0; n < 20_000; n++) yield frame(n % 100);
    }
    assert.equal((await send("e0", frames(), options)).sent, 20_000);
    // The kernel has one or two things to say of its own.
    const arrived = received(ends.b) - before;
    assert.ok(arrived >= 120_000 && arrived < 120_030, `${arrived}`);
  },
);

testUnless(
  lacking,
  "an IP packet gets the header of its next hop, and is answered",
  async () => {
    using ends = await cable();
    const { namespace } = ends.a;
    ends.a.run("ip", "route", "add", "192.0.2.0/24", "via", "10.0.0.2");
    const echo = icmp({ type: "echo", identifier: 7 });
    const packets = [
      build(ipv4({ src: "10.0.0.1", dst: "10.0.0.2" }), echo, "a"),
      build(
        ipv6({ src: "fd00::1", dst: "fd00::2" }),
        icmpv6({ type: "echoRequest", identifier: 7 }),
        "b",
      ),
      build(ipv4({ src: "10.0.0.1", dst: "192.0.2.9" }), udp(), "c"),
    ];
    const listener = await listen(
      ends.b,
      "e1",
      ({ icmp, udp, icmpv6 }) =>
        icmp !== undefined || udp !== undefined || icmpv6?.type === 128,
    );
    using answers = LinkSocket.open("e0", { direction: "in", namespace });
    using _limit = endSoon(answers);
    const { sent } = await send("e0", packets, { namespace, authorised });
    assert.equal(sent, 3);
    const arrived = await listener.packets(3);
    assert.deepEqual(
      arrived.map(({ ethernet, bytes }) => [
        ethernet?.dst,
        ethernet?.src,
        bytes.subarray(14).toHex(),
      ]),
      packets.map(({ bytes }) => [FAR, NEAR, bytes.toHex()]),
    );
    const seen: string[] = [];
    while (seen.length < 2 && await answers.wait()) {
      for (let n = answers.receive(), i = 0; i < n; i++) {
        const { icmp, icmpv6, payload } = answers.packet(i);
        if (icmp?.type !== 0 && icmpv6?.type !== 129) continue;
        seen.push(new TextDecoder().decode(payload));
      }
    }
    assert.deepEqual(seen.sort(), ["a", "b"]);
    const absent = build(ipv4({ src: "10.0.0.1", dst: "10.0.0.99" }), udp());
    const { refused } = await send("e0", [absent, packets[0]!], { namespace });
    assert.equal(refused, 1);
    ends.a.run("ip", "route", "add", "unreachable", "203.0.113.0/24");
    const nowhere = build(ipv4({ dst: "203.0.113.9" }), udp());
    await assert.rejects(
      async () => await send("e0", nowhere, { namespace, authorised }),
      { code: "unreachable", message: /203\.0\.113\.9/ },
    );
  },
);

testUnless(
  lacking,
  "what goes to this machine goes by the kernel, which answers",
  async () => {
    using ends = await cable();
    const { namespace } = ends.a;
    const echo4 = icmp({ type: "echo", identifier: 7 });
    const echo6 = icmpv6({ type: "echoRequest", identifier: 7 });
    const own = ipv4({ src: "127.0.0.1", dst: "127.0.0.1" });
    const cases: [string, Packet, number][] = [
      ["lo", build(own, echo4, "1"), 1],
      ["lo", build(ipv6({ src: "::1", dst: "::1" }), echo6, "2"), 1],
      ["lo", build(ethernet(), own, echo4, "3"), 1],
      [
        "e0",
        build(ipv4({ src: "10.0.0.1", dst: "10.0.0.1" }), echo4, "4"),
        1,
      ],
      ["lo", build(own, echo4, "5"), 300],
    ];
    using heard = LinkSocket.open("lo", { namespace });
    using _limit = endSoon(heard);
    for (const [name, packet, times] of cases) {
      const { sent } = await send(name, packet, { namespace, times });
      assert.equal(sent, times);
      let answers = 0;
      while (answers < times && await heard.wait()) {
        for (let n = heard.receive(), i = 0; i < n; i++) {
          const { icmp, icmpv6, payload } = heard.packet(i);
          if (icmp?.type !== 0 && icmpv6?.type !== 129) continue;
          assert.deepEqual(payload, packet.payload);
          answers++;
        }
      }
      assert.equal(answers, times);
    }
    // The kernel would send it to the world.
    ends.a.run("ip", "route", "add", "192.0.2.0/24", "via", "10.0.0.2");
    const listener = await listen(
      ends.b,
      "e1",
      ({ icmp }) => icmp !== undefined,
    );
    const foreign = ipv4({ src: "10.0.0.1", dst: "192.0.2.9" });
    await send("lo", build(foreign, echo4), { namespace });
    await send("lo", build(ethernet(), foreign, echo4), { namespace });
    assert.deepEqual(await listener.packets(0), []);
  },
);

testUnless(
  lacking,
  "a rate is kept by the kernel's clock, in packets and in bits",
  async () => {
    using ends = await cable();
    const { namespace } = ends.a;
    const cases = [
      { rate: 20, times: 10, ms: 450 },
      { rate: 500, times: 200, ms: 398 },
      { rate: 20_000, times: 8000, ms: 400 },
      { rate: { bitsPerSecond: 60 * 8 * 2000 }, times: 800, ms: 399.5 },
    ];
    for (const { rate, times, ms } of cases) {
      const attempt = async () => {
        const listener = await listen(ends.b, "e1");
        await send("e0", frame(1), { rate, times, namespace, authorised });
        const stamps = (await listener.packets(times)).map(({ time }) => time!);
        assert.equal(stamps.length, times);
        return stamps.at(-1)! - stamps[0]!;
      };
      // A busy machine may hold up the first or the last, but not each time.
      const isKept = (took: number) => took > 0.9 * ms && took < 1.1 * ms + 20;
      let took = await attempt();
      for (let n = 0; !isKept(took) && n < 10; n++) took = await attempt();
      assert.ok(isKept(took), `${took} ms of ${ms}`);
    }
  },
);

testUnless(
  lacking,
  "what ends the sending says why, and how many have gone",
  async () => {
    using ends = await cable();
    const { namespace } = ends.a;
    const options = { namespace, authorised };
    const long = decode(new Uint8Array(1515).fill(0xff));
    const rejects = (
      run: PromiseLike<unknown>,
      code: string,
      message: RegExp,
    ) => assert.rejects(async () => await run, { code, message });
    await rejects(
      send("e0", [frame(1), frame(2), long, frame(3)], options),
      "too-large",
      /of 1,515 octets, is longer than the interface takes; 2 packets have gone/,
    );
    await rejects(
      send("none0", frame(1), options),
      "not-found",
      /none0/,
    );
    const flood = { ...options, times: Infinity, rate: 20_000 };
    /** What ends it does so when some have gone. */
    const begun = async (run: { progress: { done: number } }) => {
      while (run.progress.done === 0) {
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    };
    const down = send("e0", frame(1), flood);
    const isDown = rejects(
      down,
      "down",
      /is down; [1-9][\d,]* packets have gone\. Try: ip link set e0 up/,
    );
    await begun(down);
    ends.a.run("ip", "link", "set", "e0", "down");
    await isDown;
    await rejects(send("e0", frame(1), options), "down", /0 packets have gone/);
    ends.a.run("ip", "link", "set", "e0", "up");
    const gone = send("e0", [frame(1), frame(2)], flood);
    const isGone = assert.rejects(async () => await gone, (error: Error) => {
      assert.match(
        error.message,
        /is (gone|down); [1-9][\d,]* packets have gone/,
      );
      return true;
    });
    await begun(gone);
    ends.a.run("ip", "link", "del", "e0");
    await isGone;
  },
);

testUnless(
  lacking,
  "a sender that is stopped stops at once, and says how many went",
  async () => {
    using ends = await cable();
    const { namespace } = ends.a;
    async function* never() {
      yield frame(1);
      yield frame(2);
      await new Promise(() => {});
    }
    const cases: [Parameters<typeof send>[1], number][] = [
      [frame(1), 0.01],
      [frame(1), 3000],
      [frame(1), Infinity],
      [[frame(1), frame(2)], Infinity],
      [never(), 1000],
    ];
    for (const [packets, rate] of cases) {
      const before = received(ends.b);
      const stop = new AbortController();
      const times = Symbol.asyncIterator in packets ? 1 : Infinity;
      const { signal } = stop;
      const options = { namespace, authorised, rate, times, signal };
      const run = send("e0", packets, options);
      const ended = assert.rejects(async () => await run, {
        message: "enough",
      });
      while (run.progress.done === 0) {
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      const aborted = performance.now();
      stop.abort(new Error("enough"));
      await ended;
      assert.ok(performance.now() - aborted < 30_000);
      const { done } = run.progress;
      assert.ok(done > 0);
      // The kernel has one or two things to say of its own.
      const arrived = received(ends.b) - before;
      assert.ok(arrived >= done && arrived < done + 20, `${arrived}, ${done}`);
    }
  },
);

testUnless(
  lacking,
  "strangers and full links take a reason, before anything is sent",
  async () => {
    using ends = await cable();
    const { namespace } = ends.a;
    const listener = await listen(ends.b, "e1");
    const stranger = build(
      ethernet({ src: NEAR, dst: FAR }),
      ipv4({ src: "10.0.0.1", dst: "8.8.8.8" }),
      udp(),
    );
    const refused = { code: "not-authorised", name: "PermissionError" };
    const all: Parameters<typeof send>[1][] = [
      stranger,
      [frame(1), stranger],
      [build(ipv4({ src: "10.0.0.1", dst: "8.8.8.8" }), udp())],
    ];
    for (const packets of all) {
      await assert.rejects(
        async () => await send("e0", packets, { namespace }),
        refused,
      );
    }
    await assert.rejects(
      async () => await send("e0", frame(1), { namespace, rate: Infinity }),
      refused,
    );
    assert.deepEqual(await listener.packets(0), []);
    assert.equal((await send("e0", [frame(1)], { namespace })).sent, 1);
    const arp = new Uint8Array(60).fill(0xff, 0, 6);
    assert.equal((await send("e0", arp, { namespace })).sent, 1);
  },
);

Deno.test("send() refuses what cannot be sent", async () => {
  const packets = [frame(1)];
  for (const times of [0, -1, 1.5, NaN]) {
    assert.throws(() => send("lo", packets, { times }), RangeError);
  }
  assert.throws(
    () => send("lo", packets.values(), { times: 2 }),
    /'packets' must be an array/,
  );
  if (lacking !== undefined) return;
  using ends = await cable();
  const { namespace } = ends.a;
  const wrong = ["frame"] as unknown as Sendable[];
  await assert.rejects(
    async () => await send("e0", wrong, { namespace }),
    /must be a Packet or a Uint8Array: current value is "frame"/,
  );
  await assert.rejects(
    async () => await send("e0", packets, { namespace, rate: 0 }),
    RangeError,
  );
  await assert.rejects(
    async () => await send("e0", packets, { namespace, authorised: " " }),
    TypeError,
  );
});
