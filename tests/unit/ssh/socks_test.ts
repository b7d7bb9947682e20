import assert from "node:assert/strict";
import fc from "fast-check";
import { DecodeError } from "../../../lib/errors.ts";
import {
  readGreeting,
  readRequest,
  SocksRefusal,
} from "../../../lib/ssh/forward/socks.ts";

const hex = (text: string) => Uint8Array.fromHex(text.replaceAll(" ", ""));

Deno.test("a greeting is read when it is whole", () => {
  const whole = hex("05 02 00 02 99");
  assert.equal(readGreeting(whole.subarray(0, 0)), undefined);
  assert.equal(readGreeting(whole.subarray(0, 1)), undefined);
  assert.equal(readGreeting(whole.subarray(0, 3)), undefined);
  assert.deepEqual(readGreeting(whole), {
    methods: hex("00 02"),
    used: 4,
  });
  assert.throws(() => readGreeting(hex("04 01 00 50")), DecodeError);
  assert.throws(() => readGreeting(hex("16 03 01")), /version 22 is not 5/);
});

Deno.test("a request names an address or a name", () => {
  const cases = [
    ["05 01 00 01 c0 00 02 07 00 50", "192.0.2.7", 80],
    ["05 01 00 03 03 61 2e 62 01 bb", "a.b", 443],
    [
      "05 01 00 04 20010db8 00000000 00000000 00000001 00 16",
      "2001:db8::1",
      22,
    ],
  ] as const;
  for (const [text, hostname, port] of cases) {
    const octets = hex(text);
    const more = new Uint8Array([...octets, 1, 2]);
    assert.deepEqual(readRequest(more), {
      hostname,
      port,
      used: octets.length,
    });
    for (let n = 0; n < octets.length; n++) {
      assert.equal(readRequest(octets.subarray(0, n)), undefined);
    }
  }
});

Deno.test("what there is not is refused with its reply", () => {
  for (
    const [text, reply] of [
      ["05 02 00 01 c0000207 0050", 7],
      ["05 01 00 05 c0000207 0050", 8],
      ["05 01 00 03 00 0050", 8],
    ] as const
  ) {
    assert.throws(
      () => readRequest(hex(text)),
      (error) => error instanceof SocksRefusal && error.reply === reply,
    );
  }
});

Deno.test("any octets are read, waited on or refused", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (octets) => {
    for (const read of [readGreeting, readRequest]) {
      try {
        const found = read(octets);
        assert.ok(found === undefined || found.used <= octets.length);
      } catch (error) {
        assert.ok(
          error instanceof DecodeError || error instanceof SocksRefusal,
        );
      }
    }
  }));
});
