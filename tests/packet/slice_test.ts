/** Parts of captures by number and by time; captures cut into files. */

import assert from "node:assert/strict";
import { open } from "../../lib/pcap/mod.ts";
import { captures } from "./corpus.ts";
import { PcapngFile } from "./pcapng_file.ts";

const ignore = captures.length === 0;
const LARGE = "pim-packet-assortment.pcap";
const path = (name: string) =>
  captures.find((capture) => capture.name === name)!.path;

/** A pcapng file of packets at given seconds, each with its number as octet. */
function timed(...seconds: readonly number[]): Uint8Array {
  const file = new PcapngFile().section().interface(1);
  seconds.forEach((second, i) =>
    file.packet(Uint8Array.of(i + 1), { ticks: BigInt(second * 1e6) })
  );
  return file.bytes;
}

/** The first octet of each packet. */
async function numbers(
  packets: AsyncIterable<{ bytes: Uint8Array }>,
): Promise<(number | undefined)[]> {
  return (await Array.fromAsync(packets)).map(({ bytes }) => bytes[0]);
}

Deno.test("slice() takes packets by number, both ends included", async () => {
  const capture = await open(timed(0, 1, 2, 3, 4));
  const cases = [
    [{}, [1, 2, 3, 4, 5]],
    [{ from: 2 }, [2, 3, 4, 5]],
    [{ to: 2 }, [1, 2]],
    [{ from: 2, to: 4 }, [2, 3, 4]],
    [{ from: 3, to: 3 }, [3]],
    [{ from: 6 }, []],
    [{ from: 4, to: 100 }, [4, 5]],
  ] as const;
  for (const [options, expected] of cases) {
    assert.deepEqual(await numbers(capture.slice(options)), expected);
    assert.equal(await capture.slice(options).count(), expected.length);
  }
  const twice = capture.slice({ from: 2 }).slice({ to: 2 });
  assert.deepEqual(await numbers(twice), [2, 3], "numbers count what is there");
});

Deno.test("slice() takes packets by time, the end not included", async () => {
  const capture = await open(timed(10, 11.5, 11, 12));
  const at = (second: number) =>
    Temporal.Instant.fromEpochMilliseconds(second * 1000);
  const cases = [
    [{ since: at(11) }, [2, 3, 4]],
    [{ until: at(11) }, [1]],
    [{ since: "1970-01-01T00:00:11Z", until: 12_000 }, [2, 3]],
    [{ since: 11_500 }, [2, 4]],
    [{ since: 11_500.000_1 }, [4]],
    [{ since: at(11), from: 3 }, [3, 4]],
  ] as const;
  for (const [options, expected] of cases) {
    assert.deepEqual(await numbers(capture.slice(options)), expected);
  }
});

Deno.test("slice() refuses what is no number and no time", async () => {
  const capture = await open(timed(1));
  const cases = [
    [
      { from: 0 },
      RangeError,
      /'from' must be the number of a packet, 1 or more/,
    ],
    [{ from: 1.5 }, RangeError, /'from'/],
    [
      { from: 3, to: 2 },
      RangeError,
      /'to' must be .* 3 or more: current value is 2/,
    ],
    [{ since: "yesterday" }, SyntaxError, /"yesterday" as a point in time/],
    [{ since: NaN }, RangeError, /milliseconds since 1970/],
    [{ until: {} as string }, TypeError, /'until' must be a Temporal.Instant/],
  ] as const;
  for (const [options, kind, message] of cases) {
    assert.throws(() => capture.slice(options), (error: unknown) => {
      assert.ok(error instanceof kind);
      assert.match(error.message, message);
      return true;
    });
  }
});

Deno.test("what is behind the last number is not read", async () => {
  const file = timed(1, 2, 3);
  let pulled = 0;
  const stream = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (pulled === 0) controller.enqueue(file);
      else if (pulled < 100) controller.enqueue(new Uint8Array(70_000));
      else controller.close();
      pulled++;
    },
  }, { highWaterMark: 0 });
  const capture = await open(stream);
  assert.deepEqual(await numbers(capture.slice({ to: 2 })), [1, 2]);
  assert.ok(pulled < 3, `${pulled} pieces read`);
});

Deno.test({
  name: "slices of a real capture are the packets in their places",
  ignore,
  async fn() {
    const capture = await open(path(LARGE));
    const all = (await Array.fromAsync(capture)).map(({ bytes }) =>
      bytes.toHex()
    );
    const some = await Array.fromAsync(capture.slice({ from: 100, to: 199 }));
    assert.deepEqual(
      some.map(({ bytes }) => bytes.toHex()),
      all.slice(99, 199),
    );
  },
});

/** Does something in a folder of its own. */
async function inFolder(work: (folder: string) => Promise<void>) {
  const folder = await Deno.makeTempDir();
  try {
    await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("split() by packets, seconds and octets puts each packet into one file", async () => {
  const file = timed(0, 1, 1.5, 3.2, 2, 9);
  const cases = [
    [{ packets: 2 }, [[1, 2], [3, 4], [5, 6]]],
    [{ packets: 4 }, [[1, 2, 3, 4], [5, 6]]],
    // Steps of a second from the first packet; a time before is no step back.
    [{ seconds: 1 }, [[1], [2, 3], [4, 5], [6]]],
    [{ seconds: 100 }, [[1, 2, 3, 4, 5, 6]]],
    [{ octets: 1 }, [[1], [2], [3], [4], [5], [6]]],
    [{ octets: 48 + 72 }, [[1, 2], [3, 4], [5, 6]]],
  ] as const;
  for (const [by, expected] of cases) {
    await inFolder(async (folder) => {
      const capture = await open(file);
      const paths = await capture.split(by, (i) => `${folder}/${i}.pcapng`);
      assert.deepEqual(paths, expected.map((_, i) => `${folder}/${i}.pcapng`));
      for (const [i, path] of paths.entries()) {
        assert.deepEqual(await numbers(await open(path)), expected[i]);
      }
    });
  }
});

Deno.test("each part of a split has the interfaces of its section", async () => {
  const file = new PcapngFile().section([], 999n).interface(1).interface(101)
    .packet(Uint8Array.of(1)).packet(Uint8Array.of(2), { face: 1 })
    .section().interface(113).packet(Uint8Array.of(3)).packet(Uint8Array.of(4));
  await inFolder(async (folder) => {
    const capture = await open(file.bytes);
    const paths = await capture.split({ packets: 1 }, (i) => `${folder}/${i}`);
    const types: number[] = [];
    for (const path of paths) {
      for await (const packet of await open(path)) types.push(packet.linkType);
    }
    assert.deepEqual(types, [1, 101, 113, 113]);
  });
});

Deno.test({
  name:
    "the parts of a real capture have all its packets, filtered ones left out",
  ignore,
  async fn() {
    await inFolder(async (folder) => {
      const capture = (await open(path(LARGE))).filter("ip");
      assert.ok(await capture.count() > 10);
      const paths = await capture.split(
        { octets: 1000 },
        (i) => `${folder}/${i}.pcap`,
      );
      assert.ok(paths.length > 3);
      const parts: string[] = [];
      for (const path of paths) {
        const { size } = await Deno.stat(path);
        const packets = await Array.fromAsync(await open(path));
        assert.ok(size <= 1000 || packets.length === 1, `${size} octets`);
        parts.push(...packets.map(({ bytes }) => bytes.toHex()));
      }
      const all = await Array.fromAsync(capture);
      assert.deepEqual(parts, all.map(({ bytes }) => bytes.toHex()));
    });
  },
});

Deno.test("split() of nothing is one file; of files that are there, an error", async () => {
  await inFolder(async (folder) => {
    const capture = await open(timed());
    const name = () => `${folder}/a`;
    assert.deepEqual(await capture.split({ packets: 1 }, name), [name()]);
    await assert.rejects(capture.split({ packets: 1 }, name), {
      code: "exists",
    });
    await capture.split({ packets: 1 }, name, { overwrite: true });
    await assert.rejects(capture.split({ packets: 0 }, name), RangeError);
    // @ts-expect-error: no way to cut
    await assert.rejects(capture.split({ bytes: 7 }, name), TypeError);
    const both = { packets: 7, seconds: 1 };
    await assert.rejects(capture.split(both, name), TypeError);
  });
});
