import fc from "fast-check";
import assert from "node:assert/strict";
import { encodeFrame, FrameReader, OPCODE } from "../../../lib/ws/frames.ts";
import { parseHead } from "../../../lib/ws/handshake.ts";

type Heard = [kind: string, opcode: number, payload: number[]];

/** Reads octets in the pieces that are given. */
function read(
  pieces: Iterable<Uint8Array>,
  options: { masked?: boolean; limit?: number } = {},
): Heard[] {
  const heard: Heard[] = [];
  const { masked = true, limit = 1e6 } = options;
  const reader = new FrameReader({ masked, limit, compressed: false }, {
    message: (opcode, payload) => heard.push(["message", opcode, [...payload]]),
    control: (opcode, payload) => heard.push(["control", opcode, [...payload]]),
  });
  for (const piece of pieces) reader.push(piece);
  return heard;
}

/** Cuts octets at places. */
function cut(octets: Uint8Array, places: readonly number[]): Uint8Array[] {
  const at = [0, ...places.map((n) => n % (octets.length + 1)), octets.length];
  at.sort((a, b) => a - b);
  return at.slice(1).map((end, i) => octets.slice(at[i]!, end));
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

Deno.test("a frame is as RFC 6455 §5.7 shows it", () => {
  const hello = new TextEncoder().encode("Hello");
  assert.deepEqual(
    [...encodeFrame(OPCODE.text, hello, false)],
    [0x81, 0x05, 0x48, 0x65, 0x6c, 0x6c, 0x6f],
  );
  const masked = Uint8Array.of(
    0x81,
    0x85,
    0x37,
    0xfa,
    0x21,
    0x3d,
    0x7f,
    0x9f,
    0x4d,
    0x51,
    0x58,
  );
  assert.deepEqual(read([masked]), [["message", 1, [...hello]]]);
  const parts = Uint8Array.of(
    0x01,
    0x03,
    0x48,
    0x65,
    0x6c,
    0x80,
    0x02,
    0x6c,
    0x6f,
  );
  assert.deepEqual(read([parts], { masked: false }), [["message", 1, [
    ...hello,
  ]]]);
  assert.deepEqual(
    [...encodeFrame(OPCODE.binary, new Uint8Array(256), false).subarray(0, 4)],
    [0x82, 0x7e, 0x01, 0x00],
  );
  assert.deepEqual(
    [
      ...encodeFrame(OPCODE.binary, new Uint8Array(65536), false).subarray(
        0,
        10,
      ),
    ],
    [0x82, 0x7f, 0, 0, 0, 0, 0, 1, 0, 0],
  );
});

Deno.test("what is written is read, masked or not, in whatever pieces it comes", () => {
  const message = fc.tuple(
    fc.constantFrom(OPCODE.text, OPCODE.binary, OPCODE.ping, OPCODE.pong),
    fc.uint8Array({ maxLength: 300 }),
    fc.integer({ min: 1, max: 3 }),
  );
  fc.assert(
    fc.property(
      fc.array(message, { maxLength: 6 }),
      fc.boolean(),
      fc.array(fc.nat(), { maxLength: 30 }),
      (messages, masked, places) => {
        const expected: Heard[] = [];
        const frames = messages.flatMap(([opcode, octets, parts]) => {
          const isControl = opcode >= 8;
          const payload = isControl ? octets.subarray(0, 125) : octets;
          expected.push([isControl ? "control" : "message", opcode, [
            ...payload,
          ]]);
          if (isControl || parts === 1) {
            return [encodeFrame(opcode, payload, masked)];
          }
          const size = Math.ceil(payload.length / parts);
          return Array.from({ length: parts }, (_, i) => {
            const part = payload.subarray(i * size, (i + 1) * size);
            const frame = encodeFrame(i === 0 ? opcode : 0, part, masked);
            if (i < parts - 1) frame[0]! &= 0x7f;
            return frame;
          });
        });
        assert.deepEqual(
          read(cut(joined(frames), places), { masked }),
          expected,
        );
      },
    ),
    { numRuns: 200 },
  );
});

Deno.test("whatever comes, a reader throws its own fault or nothing", () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 200 }),
      fc.array(fc.nat(), { maxLength: 5 }),
      (octets, places) => {
        const ends = [[], places].map((cuts) => {
          try {
            return { heard: read(cut(octets, cuts), { limit: 100 }) };
          } catch (error) {
            assert.equal((error as Error).constructor.name, "ProtocolFault");
            return { code: (error as { closeCode: number }).closeCode };
          }
        });
        assert.deepEqual(ends[0], ends[1], "the pieces make no difference");
      },
    ),
    { numRuns: 1000 },
  );
});

Deno.test("a message above the limit is refused before it has come", () => {
  const head = encodeFrame(OPCODE.binary, new Uint8Array(101), true).subarray(
    0,
    6,
  );
  assert.throws(() => read([head], { limit: 100 }), { closeCode: 1009 });
  const parts = [
    encodeFrame(OPCODE.binary, new Uint8Array(60), true).with(0, 0x02),
    encodeFrame(OPCODE.continuation, new Uint8Array(60), true),
  ];
  assert.throws(() => read(parts, { limit: 100 }), { closeCode: 1009 });
});

Deno.test("a head of HTTP is taken apart, or is none", () => {
  const head = parseHead(
    "GET / HTTP/1.1\r\nA: 1\r\nb:2 \r\na: 3\r\n\r\n",
    new Uint8Array(0),
  )!;
  assert.deepEqual([head.start, ...head.fields], ["GET / HTTP/1.1", [
    "a",
    "1, 3",
  ], ["b", "2"]]);
  for (const line of ["no colon", " folded: 1", "a b: 1", ": 1"]) {
    assert.equal(
      parseHead(`GET / HTTP/1.1\r\n${line}\r\n\r\n`, new Uint8Array(0)),
      undefined,
    );
  }
});
