import assert from "node:assert/strict";
import fc from "fast-check";
import { ByteQueue } from "../../../lib/socket/byte_queue.ts";
import { cut, wrap } from "../../../lib/socket/cutting.ts";
import {
  delimited,
  fixed,
  type Framing,
  jsonLines,
  lengthPrefixed,
  lines,
} from "../../../lib/socket/framing.ts";
import { least } from "../../clock.ts";

const encode = (text: string) => new TextEncoder().encode(text);

/** Framings of octets, and the frames that each can carry. */
const FRAMINGS: readonly (readonly [Framing<Uint8Array>, number?])[] = [
  ...([8, 16, 32, "varint"] as const).flatMap((bits) =>
    (["big", "little"] as const).map((endian) =>
      [lengthPrefixed({ bits, endian })] as const
    )
  ),
  [delimited("\0")],
  [delimited("\r\n")],
  [delimited("aab")],
  [fixed(3), 3],
];

/** Every frame that a queue gives. */
function all(queue: ByteQueue, framing: Framing<Uint8Array>): unknown[] {
  const frames: unknown[] = [];
  for (let frame; (frame = cut(queue, framing)) !== undefined;) {
    frames.push(frame);
    if (typeof frame === "string") break;
  }
  return frames;
}

for (const [framing, length] of FRAMINGS) {
  const { name, boundary } = framing;
  Deno.test(`${name}, ${JSON.stringify(boundary)}: what is wrapped is cut, however it arrives`, () => {
    const octet = fc.constantFrom(0, 10, 13, 97, 98, 127, 128, 255);
    const frame = fc.array(octet, {
      minLength: length ?? 0,
      maxLength: length ?? 200,
    }).map((octets) => Uint8Array.from(octets));
    fc.assert(
      fc.property(
        fc.array(frame, { maxLength: 6 }),
        fc.array(fc.integer({ min: 1, max: 90 })),
        (frames, sizes) => {
          const sent: Uint8Array[] = [];
          const stream: number[] = [];
          for (const octets of frames) {
            let wrapped: Uint8Array;
            try {
              wrapped = wrap(octets, framing);
            } catch (error) {
              assert.ok(error instanceof RangeError, "only what cannot be cut");
              assert.equal(boundary.kind, "delimiter");
              continue;
            }
            sent.push(octets);
            stream.push(...wrapped);
          }
          const queue = new ByteQueue();
          const got: unknown[] = [];
          for (let at = 0, i = 0; at < stream.length; i++) {
            const size = sizes[i % sizes.length] ?? 1;
            queue.push(Uint8Array.from(stream.slice(at, at += size)));
            got.push(...all(queue, framing));
          }
          assert.deepEqual(got, sent);
          assert.equal(queue.size, 0);
        },
      ),
      { numRuns: 100 },
    );
  });
}

Deno.test("a frame above max is refused at once, and nothing is taken", () => {
  for (
    const [framing, octets, reason] of [
      [lengthPrefixed({ max: 9 }), [0, 0, 0, 10], /10 octets, where 9/],
      [lengthPrefixed({ bits: 8, max: 9 }), [10], /10 octets/],
      [
        lengthPrefixed({ bits: 32, endian: "little", max: 9 }),
        [255, 255, 255, 255],
        /4294967295 octets/,
      ],
      [lengthPrefixed({ bits: "varint", max: 300 }), [0xad, 2], /301 octets/],
      [
        lengthPrefixed({ bits: "varint" }),
        [255, 255, 255, 255, 255, 255, 255],
        /Infinity/,
      ],
      [delimited("\r\n", { max: 3 }), [1, 2, 3, 4, 5], /no delimiter within 3/],
      [delimited(";", { max: 3 }), [1, 2, 3, 4, 59], /no delimiter within 3/],
      [lines({ max: 3 }), [97, 97, 97, 97, 10], /no line end within 3/],
    ] as const
  ) {
    const queue = new ByteQueue();
    queue.push(Uint8Array.from(octets));
    assert.match(`${cut(queue, framing)}`, reason);
    assert.equal(queue.size, octets.length);
  }
});

Deno.test("a frame of exactly max goes through, with its border still on the way too", () => {
  const queue = new ByteQueue();
  queue.push(Uint8Array.of(1, 2, 3, 13));
  assert.equal(cut(queue, delimited("\r\n", { max: 3 })), undefined);
  queue.push(Uint8Array.of(10));
  assert.deepEqual(
    cut(queue, delimited("\r\n", { max: 3 })),
    Uint8Array.of(1, 2, 3),
  );
});

Deno.test("a length in each form is the one that its standard writes", () => {
  const body = new Uint8Array(300);
  for (
    const [framing, prefix] of [
      [lengthPrefixed({ bits: 16 }), [1, 44]],
      [lengthPrefixed({ bits: 16, endian: "little" }), [44, 1]],
      [lengthPrefixed(), [0, 0, 1, 44]],
      // Protocol Buffers' own example of a varint.
      [lengthPrefixed({ bits: "varint" }), [0b10101100, 0b00000010]],
    ] as const
  ) {
    const wrapped = wrap(body, framing);
    assert.deepEqual([...wrapped.subarray(0, prefix.length)], [...prefix]);
    assert.equal(wrapped.length, 300 + prefix.length);
  }
  assert.deepEqual([
    ...wrap(new Uint8Array(0), lengthPrefixed({ bits: "varint" })),
  ], [0]);
});

Deno.test("what the other side could not cut is not sent", () => {
  for (
    const [framing, octets] of [
      [lines(), encode("a\nb")],
      [lines(), encode("a\r")],
      [lines({ max: 2 }), encode("abc")],
      [delimited("--"), encode("a--b")],
      [delimited("aab"), encode("aab")],
      // The border would begin an octet early.
      [delimited("aa"), encode("ba")],
      [fixed(4), encode("abc")],
      [lengthPrefixed({ bits: 8 }), new Uint8Array(256)],
    ] as const
  ) {
    assert.throws(() => wrap(octets, framing), RangeError, `${framing.name}`);
  }
  assert.throws(() => jsonLines().encode(undefined), TypeError);
  assert.throws(() => delimited(""), RangeError);
  assert.throws(() => fixed(0), RangeError);
  assert.throws(() => lines({ max: -1 }), RangeError);
});

Deno.test("a delimiter whose octets come one by one is found in linear time", () => {
  const ms = least(2000, () => {
    const queue = new ByteQueue();
    const framing = delimited("\r\n", { max: 1e6 });
    for (let i = 0; i < 100_000; i++) {
      queue.push(Uint8Array.of(10));
      assert.equal(cut(queue, framing), undefined);
    }
    queue.push(Uint8Array.of(13, 10));
    assert.equal((cut(queue, framing) as Uint8Array).length, 100_000);
  });
  assert.ok(ms < 2000, `${ms} ms`);
});

Deno.test("framings refuse what is no option of theirs", () => {
  assert.throws(() => lengthPrefixed(16 as never), {
    name: "TypeError",
    message: /'options' must be an object, as in { max: 1024 }: .* 16$/,
  });
  assert.throws(() => lengthPrefixed({ bits: 24 as never }), {
    name: "RangeError",
    message: /'bits' must be 8, 16, 32 or "varint": current value is 24$/,
  });
});
