import assert from "node:assert/strict";
import fc from "fast-check";
import { DecodeError } from "../../../lib/errors.ts";
import {
  readMessage,
  readScopedPdu,
} from "../../../lib/snmp/asking/message.ts";
import { oidAt, rawAt, typeAt } from "../../../lib/snmp/asking/values.ts";
import { integer, message, oid, pdu, text, tlv, type Variable } from "./ber.ts";

const NAME = "1.3.6.1.2.1.1.5.0";

/** Reads the variables of one answer. */
function read(variables: readonly Variable[]) {
  const got = readMessage(message(1, "public", pdu(0xa2, 42, variables)));
  assert.ok(got.version !== 3);
  return variables.map((_, i) => ({
    oid: oidAt(got.pdu, i),
    type: typeAt(got.pdu, i),
    raw: rawAt(got.pdu, i),
  }));
}

Deno.test("a message of version 2c is read with its numbers and variables", () => {
  const got = readMessage(
    message(1, "secret", pdu(0xa2, -7, [[NAME, text("router")]], [5, 1])),
  );
  assert.ok(got.version !== 3);
  assert.equal(got.version, 1);
  assert.equal(new TextDecoder().decode(got.community), "secret");
  const { requestId, errorStatus, errorIndex, type } = got.pdu;
  assert.deepEqual([type, requestId, errorStatus, errorIndex], [
    0xa2,
    -7,
    5,
    1,
  ]);
});

Deno.test("each type of value is read as it came", () => {
  const octets = (...n: number[]) => Uint8Array.from(n);
  const values: readonly (readonly [Uint8Array, string, unknown])[] = [
    [integer(-129), "Integer32", -129],
    [integer(2 ** 31 - 1), "Integer32", 2 ** 31 - 1],
    [text("é"), "OctetString", octets(0xc3, 0xa9)],
    [tlv(0x04), "OctetString", octets()],
    [tlv(0x05), "Null", undefined],
    [
      oid("1.3.6.1.4.1.4294967295"),
      "ObjectIdentifier",
      "1.3.6.1.4.1.4294967295",
    ],
    [tlv(0x06, octets(0)), "ObjectIdentifier", "0.0"],
    [tlv(0x06, octets(0x88, 0x37)), "ObjectIdentifier", "2.999"],
    [tlv(0x40, octets(192, 0, 2, 1)), "IpAddress", "192.0.2.1"],
    [integer(2 ** 32 - 1, 0x41), "Counter32", 2 ** 32 - 1],
    // Without the zero in front, as some agents have it.
    [tlv(0x42, octets(255, 255, 255, 254)), "Gauge32", 2 ** 32 - 2],
    [integer(100, 0x43), "TimeTicks", 100],
    [tlv(0x44, octets(0x9f, 0x78)), "Opaque", octets(0x9f, 0x78)],
    [integer(2n ** 64n - 1n, 0x46), "Counter64", 2n ** 64n - 1n],
    [integer(5, 0x46), "Counter64", 5n],
    [tlv(0x80), "noSuchObject", undefined],
    [tlv(0x81), "noSuchInstance", undefined],
    [tlv(0x82), "endOfMibView", undefined],
    [tlv(0x4f, octets(1)), "unknown", octets(1)],
  ];
  const got = read(values.map(([value]) => [NAME, value]));
  got.forEach(({ oid, type, raw }, i) => {
    assert.equal(oid, NAME);
    const shown = raw instanceof Uint8Array ? Uint8Array.from(raw) : raw;
    assert.deepEqual([type, shown], values[i]!.slice(1));
  });
});

Deno.test("octets behind the message are let pass, those inside that belong to nothing are not", () => {
  const whole = message(1, "public", pdu(0xa2, 1, [[NAME, integer(1)]]));
  assert.equal(readMessage(Uint8Array.of(...whole, 1, 2, 3)).version, 1);
  const body = pdu(0xa2, 1, []);
  const inside = message(1, "public", Uint8Array.of(...body, 5, 0));
  assert.throws(() => readMessage(inside), /2 octets too many behind the PDU/);
});

Deno.test("a message cut short anywhere is refused with the place", () => {
  const whole = message(
    1,
    "public",
    pdu(0xa2, 1, [[NAME, text("x".repeat(150))], [NAME, integer(1)]]),
  );
  for (let size = 0; size < whole.length; size++) {
    assert.throws(
      () => readMessage(whole.subarray(0, size)),
      (error: DecodeError) =>
        error instanceof DecodeError && error.offset <= size,
      `${size} octets`,
    );
  }
});

Deno.test("whatever octets come, reading them ends with a message or a DecodeError", () => {
  const whole = message(1, "public", pdu(0xa2, 1, [[NAME, integer(1, 0x46)]]));
  const changed = fc.array(
    fc.tuple(fc.nat(whole.length - 1), fc.nat(255)),
    { maxLength: 6 },
  ).map((changes) => {
    const octets = whole.slice();
    for (const [at, value] of changes) octets[at] = value;
    return octets;
  });
  const any = fc.oneof(fc.uint8Array({ maxLength: 200 }), changed);
  fc.assert(
    fc.property(any, (octets) => {
      for (const read of [readMessage, readScopedPdu]) {
        try {
          const got = read(octets);
          const pdu = "places" in got ? got : got.pdu;
          const count = (pdu?.places.length ?? 0) / 5;
          for (let i = 0; i < count; i++) {
            oidAt(pdu!, i);
            rawAt(pdu!, i);
          }
        } catch (error) {
          assert.ok(error instanceof DecodeError, `${error}`);
        }
      }
    }),
    { numRuns: 1000 },
  );
});
