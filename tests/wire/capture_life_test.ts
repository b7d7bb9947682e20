import assert from "node:assert/strict";
import { capture } from "../../lib/wire/capture.ts";
import type { LiveCapture } from "../../lib/wire/capturing/live_capture.ts";
import { testUnless } from "../skip.ts";
import { becomes } from "../lab/lab_place.ts";
import {
  inside,
  type OwnNetwork,
  withoutNetworks,
} from "../lab/own_network.ts";
import {
  addCable,
  all,
  cable,
  CAPTURE,
  frames,
  pause,
  send,
  sender,
  TIERS,
} from "./capture_bed.ts";

const noNetworks = withoutNetworks();

/** The least of some milliseconds; a busy machine has up to twenty tries. */
async function best(
  enough: number,
  attempt: () => Promise<number>,
): Promise<number> {
  let time = Infinity;
  for (let i = 0; i < 20 && (i < 4 || time >= enough); i++) {
    time = Math.min(time, await attempt());
  }
  return time;
}

/** Milliseconds from one moment to the end of a loop. */
async function quickest(
  network: OwnNetwork,
  tier: (typeof TIERS)[number],
  end: (capture: LiveCapture, controller: AbortController) => void,
): Promise<number> {
  return await best(5, async () => {
    const controller = new AbortController();
    const { signal } = controller;
    const { namespace } = network;
    const live = capture("v1", { namespace, tier, signal });
    const ended = all(live);
    await pause(10);
    const start = performance.now();
    end(live, controller);
    assert.deepEqual(await ended, []);
    const time = performance.now() - start;
    assert.ok(live.closed);
    return time;
  });
}

testUnless(
  noNetworks,
  "a capture that waits ends within 5 ms: closed, stopped, by its signal, its duration, its count, or as its loop is left",
  async () => {
    using network = cable();
    const { namespace } = network;
    for (const tier of TIERS) {
      const times = {
        close: await quickest(network, tier, (live) => live.close()),
        stop: await quickest(network, tier, (live) => live.stop()),
        signal: await quickest(network, tier, (_, it) => it.abort()),
      };
      for (const [way, time] of Object.entries(times)) {
        assert.ok(time < 5, `${tier}, ${way}: ${time} ms`);
      }
      const late = await best(25, async () => {
        const live = capture("v1", { namespace, tier, duration: 30 });
        const start = performance.now();
        assert.deepEqual(await all(live), []);
        return performance.now() - start - 30;
      });
      assert.ok(late < 25, `${tier}, duration: ${late} ms`);
      for (const way of ["count", "leaving"]) {
        const end = await best(5, async () => {
          const count = way === "count" ? 2 : undefined;
          const live = capture("v1", { namespace, tier, count });
          send(network, "v0", frames(3));
          let packets = 0;
          let last = 0;
          for await (const _ of live) {
            last = performance.now();
            if (++packets === 2 && way === "leaving") break;
          }
          const time = performance.now() - last;
          assert.equal(packets, 2);
          assert.ok(live.closed);
          return time;
        });
        assert.ok(end < 5, `${tier}, ${way}: ${end} ms`);
      }
    }
  },
);

/** What a process holds. */
function held(): Record<string, number> {
  const count = (path: string) => [...Deno.readDirSync(path)].length;
  const maps = Deno.readTextFileSync("/proc/self/maps");
  return {
    descriptors: count("/proc/self/fd"),
    threads: count("/proc/self/task"),
    sockets: maps.split("socket:").length,
  };
}

function resident(): number {
  const status = Deno.readTextFileSync("/proc/self/status");
  return Number(/VmRSS:\s+(\d+)/.exec(status)![1]) / 1024;
}

testUnless(
  noNetworks,
  "200 captures, one after the other, leave no descriptor, thread, mapping or memory behind",
  async () => {
    using network = cable();
    const { namespace } = network;
    const once = async (i: number) => {
      // Sockets have memory of this runtime, which it frees when it likes.
      const tier = i % 10 === 0 ? "socket" : i % 2 === 0 ? "ring" : "dump";
      const live = capture("v1", { namespace, tier, count: 1 });
      send(network, "v0", frames(1));
      if (i % 4 === 0) live.close();
      else assert.equal((await live.run()).captured, 1);
    };
    for (let i = 0; i < 20; i++) await once(i);
    await pause(100);
    const before = held();
    const memory = resident();
    for (let i = 0; i < 200; i++) await once(i);
    const isNoMore = () =>
      Object.entries(held()).every(([what, n]) => n <= before[what]!);
    assert.ok(
      await becomes(isNoMore),
      `${JSON.stringify(before)} ${JSON.stringify(held())}`,
    );
    const grown = resident() - memory;
    // The rings alone would have been 1 GiB.
    assert.ok(grown < 100, `${grown} MiB more`);
  },
);

/** Programs that end with captures open, and the status that they end with. */
const PROGRAMS: readonly (readonly [program: string, code: number])[] = [
  // Nobody reads.
  ["", 0],
  // Somebody has read, and waits no more.
  ["const it = c[Symbol.asyncIterator](); it.next(); c.stop();", 0],
  ["for await (const _ of c) {}; ", 130],
  ["for await (const _ of d.batches()) {}; ", 130],
  ["setTimeout(() => Deno.exit(7), 50); for await (const _ of c) {}", 7],
  ["setTimeout(() => Deno.exit(7), 50); for await (const _ of d) {}", 7],
  ["c.run(); throw new Error('ends it')", 1],
];

testUnless(
  noNetworks,
  "a program ends at once with captures open: at its end, by exit, by Ctrl-C, by an error",
  async () => {
    using network = cable();
    addCable(network, "w0", "w1");
    await Promise.all(PROGRAMS.map(async ([program, expected]) => {
      const text = `
        import { capture } from ${JSON.stringify(CAPTURE)};
        const c = capture(["v1", "w1"]);
        const d = capture("any");
        const e = capture("v1", { immediate: true, duration: 60_000 });
        console.log("ready");
        ${program}`;
      const child = inside(network, () =>
        new Deno.Command(Deno.execPath(), {
          args: [
            "run",
            "-A",
            "--no-check",
            `data:application/typescript,${encodeURIComponent(text)}`,
          ],
          stdout: "piped",
          stderr: "piped",
        }).spawn());
      const reader = child.stdout.getReader();
      await reader.read();
      const start = performance.now();
      if (expected === 130) {
        await pause(50);
        child.kill("SIGINT");
      }
      const error = new Response(child.stderr).text();
      const { code } = await child.status;
      const time = performance.now() - start;
      while (!(await reader.read()).done);
      assert.equal(code, expected, `${program}: ${await error}`);
      assert.ok(time < 30_000, `${program}: ${time} ms`);
    }));
  },
);

testUnless(
  noNetworks,
  "40 captures at once wait on one thread, and files are read meanwhile",
  async () => {
    using network = cable();
    const { namespace } = network;
    const captures = Array.from({ length: 40 }, (_, i) =>
      capture("v1", {
        namespace,
        tier: TIERS[i % 3]!,
        count: 1,
        buffer: 1 << 20,
      }));
    const runs = captures.map((live) => all(live));
    await pause(20);
    const start = performance.now();
    await Promise.all(
      Array.from({ length: 20 }, () => Deno.readFile("/proc/self/status")),
    );
    const time = performance.now() - start;
    assert.ok(time < 20_000, `${time} ms`);
    send(network, "v0", frames(1));
    for (const packets of await Promise.all(runs)) {
      assert.equal(packets.length, 1);
    }
  },
);

testUnless(
  noNetworks,
  "packets that come one by one are kept while nobody reads",
  async () => {
    using network = cable();
    const { namespace } = network;
    // 16 blocks, of which each packet takes one.
    using live = capture("v1", { namespace, buffer: 2 << 20 });
    using v0 = sender(network, "v0");
    const sent = frames(40);
    for (const octets of sent) {
      v0.send(octets);
      await pause(25);
    }
    live.stop();
    const packets = await all(live);
    assert.equal(live.statistics.dropped, 0);
    assert.deepEqual(
      packets.map(({ bytes }) => bytes.toHex()),
      sent.map((octets) => octets.toHex()),
    );
  },
);

testUnless(
  noNetworks,
  "what came before a capture was stopped is still given, also what the kernel has not handed over yet",
  async () => {
    using network = cable();
    const { namespace } = network;
    for (const tier of TIERS) {
      const controller = new AbortController();
      const { signal } = controller;
      const live = capture("v1", { namespace, tier, signal });
      const sent = frames(30);
      send(network, "v0", sent);
      controller.abort();
      send(network, "v0", sent);
      let packets = 0;
      for await (const { bytes } of live) {
        assert.equal(bytes.toHex(), sent[packets++]!.toHex());
      }
      assert.equal(packets, 30, tier);
      const { captured, received, dropped } = live.statistics;
      assert.deepEqual([captured, received, dropped], [30, 30, 0]);
    }
  },
);

testUnless(
  noNetworks,
  "a capture with much to read lets timers have their turn, and is read by one loop at a time",
  async () => {
    using network = cable();
    const { namespace } = network;
    for (const way of ["packets", "batches"] as const) {
      const live = capture(["v1"], { namespace });
      send(network, "v0", Array(4000).fill(frames(1)[0]));
      live.stop();
      let ticks = 0;
      const timer = setInterval(() => ticks++, 5);
      let packets = 0;
      const work = () => {
        packets++;
        const end = performance.now() + 0.05;
        while (performance.now() < end);
      };
      if (way === "packets") {
        for await (const _ of live) {
          work();
          if (packets === 9) await assert.rejects(all(live), { code: "busy" });
        }
      } else {
        for await (const batch of live.batches()) while (batch.next()) work();
      }
      clearInterval(timer);
      assert.equal(packets, 4000);
      assert.ok(ticks >= 2, `${way}: ${ticks}`);
      await assert.rejects(all(live), { code: "closed" });
    }
  },
);
