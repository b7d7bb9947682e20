/** WebSocket frames, on those that RFC 6455 gives and on what Deno sends. */

import assert from "node:assert/strict";
import { DecodeError } from "../../../../lib/errors.ts";
import { headerOctets } from "../../../../lib/packet/row.ts";
import { websocket, websocketFrames } from "../../../../lib/packet/mod.ts";
import { streamOctets } from "../../../packet/stream_octets.ts";
import { octets } from "./golden.ts";

const written = (spec: ReturnType<typeof websocket>) =>
  headerOctets(spec as never).toHex();

const KEY = octets("37fa213d");

Deno.test("websocket: the frames of RFC 6455 §5.7 are read, and built", () => {
  const cases = [
    ["810548656c6c6f", { payload: "Hello" }],
    ["818537fa213d7f9f4d5158", { payload: "Hello", maskingKey: KEY }],
    ["010348656c", { payload: "Hel", flags: [] }],
    ["80026c6f", { opcode: "continuation", payload: octets("6c6f") }],
    ["890548656c6c6f", { opcode: "ping", payload: octets("48656c6c6f") }],
    ["8a8537fa213d7f9f4d5158", {
      opcode: "pong",
      payload: octets("48656c6c6f"),
      maskingKey: KEY,
    }],
    [`827e0100${"5a".repeat(256)}`, { payload: octets("5a".repeat(256)) }],
    [`827f0000000000010000${"5a".repeat(65536)}`, {
      payload: octets("5a".repeat(65536)),
    }],
  ] as const;
  for (const [hex, values] of cases) {
    const [frame, ...more] = websocketFrames(octets(hex));
    assert.deepEqual(more, []);
    assert.deepEqual(frame?.payload, values.payload);
    assert.equal(frame.headerLength, hex.length / 2);
    assert.equal(written(websocket(values)), hex);
  }
});

Deno.test("websocket: what Deno's client and server send is read (RFC 6455 §5.2)", () => {
  const said = websocketFrames(octets(streamOctets.websocketClient));
  const text = "x".repeat(200);
  assert.deepEqual(said.map(({ payload }) => payload), [
    "Grüße",
    text,
    Uint8Array.of(1, 2, 3, 255),
  ]);
  assert.ok(
    said.every(({ masked, maskingKey }) =>
      masked === 1 && maskingKey?.length === 4
    ),
  );
  assert.deepEqual(said.map(({ offset }) => offset), [0, 13, 221]);
  const answers = websocketFrames(octets(streamOctets.websocketServer));
  assert.deepEqual(answers.map(({ opcode }) => opcode), [1, 1, 2, 8]);
  assert.deepEqual(answers[1]?.extendedLength, 200);
  assert.deepEqual(answers[3]?.close, { code: 4001, reason: "enough" });
  assert.equal(answers[3].payload, undefined);
  assert.equal(String(answers[3]), "websocket close 4001");
});

Deno.test("websocket: a close frame says why, masked or not (RFC 6455 §5.5.1)", () => {
  const spec = websocket({
    close: { code: "goingAway", reason: "bye" },
    maskingKey: KEY,
  });
  assert.equal(
    written(spec),
    "888537fa213d3413434452",
  );
  const [frame] = websocketFrames(headerOctets(spec as never));
  assert.deepEqual(frame?.close, { code: 1001, reason: "bye" });
  assert.equal(String(frame), "websocket close goingAway");
  assert.equal(websocketFrames(octets("8800"))[0]?.close, undefined);
  assert.equal(written(websocket({ opcode: "close" })), "8800");
});

Deno.test("websocket: text that is compressed or no UTF-8 stays octets", () => {
  const [compressed, broken] = websocketFrames(octets("c1024869 8102c328"));
  assert.deepEqual(compressed?.payload, octets("4869"));
  assert.deepEqual(broken?.payload, octets("c328"));
});

Deno.test("websocketFrames() leaves out a frame that is not whole, and says where it starts", () => {
  const all = octets("810548656c6c6f 827e0100 5a5a");
  for (let length = 0; length < 7; length++) {
    assert.deepEqual(websocketFrames(all.subarray(0, length)), []);
  }
  const [frame, ...more] = websocketFrames(all);
  assert.deepEqual(more, []);
  assert.equal(frame!.offset + frame!.headerLength, 7);
  // A mask is of the copy alone.
  const masked = octets("818537fa213d7f9f4d5158");
  assert.equal(websocketFrames(masked)[0]?.payload, "Hello");
  assert.equal(masked.toHex(), "818537fa213d7f9f4d5158");
});

Deno.test("websocketFrames() refuses frames that cannot be", () => {
  const cases = [
    ["810148 897e0080", /control frame of more than 125 octets at octet 3/],
    ["0900", /control frame in fragments at octet 0/],
    ["827fffffffffffffffff", /frame of \d+ octets at octet 2/],
  ] as const;
  for (const [hex, message] of cases) {
    assert.throws(() => websocketFrames(octets(hex)), (error: unknown) => {
      assert.ok(error instanceof DecodeError);
      assert.match(error.message, message);
      return true;
    });
  }
});

Deno.test("websocket: fields that contradict each other are refused", () => {
  const cases = [
    [
      () => websocket({ length: 5, extendedLength: 7 }),
      /'extendedLength' must/,
    ],
    [
      () => websocket({ masked: 0, maskingKey: KEY }),
      /'maskingKey' must be left out/,
    ],
    [() => websocket({ length: 126, extendedLength: 65536 }), /up to 16 bits/],
    [
      () => websocket({ close: { code: 1000 }, payload: "x" }),
      /'payload' must be left out/,
    ],
  ] as const;
  for (const [make, message] of cases) assert.throws(make, message);
});
