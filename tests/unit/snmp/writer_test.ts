import assert from "node:assert/strict";
import fc from "fast-check";
import { DecodeError } from "../../../lib/errors.ts";
import { compareOids, oidText } from "../../../lib/snmp/asking/oid.ts";
import {
  element,
  integerElement,
  oidElement,
} from "../../../lib/snmp/message/ber.ts";
import { elementsIn } from "../../../lib/snmp/message/elements.ts";
import { readIncoming } from "../../../lib/snmp/message/incoming.ts";
import { LocalEngine } from "../../../lib/snmp/message/local_engine.ts";
import { securedMessage } from "../../../lib/snmp/message/outgoing.ts";
import { accessOf } from "../../../lib/snmp/agent/access.ts";
import { builtin } from "../../../lib/snmp/mib/builtin.ts";
import * as byHand from "./ber.ts";

Deno.test("numbers, names and lengths are written as by hand", () => {
  fc.assert(fc.property(fc.bigInt(-(2n ** 63n), 2n ** 64n - 1n), (value) => {
    assert.deepEqual(integerElement(value), byHand.integer(value));
    const number = Number(BigInt.asIntN(32, value));
    assert.deepEqual(integerElement(number), byHand.integer(number));
  }));
  const arc = fc.oneof(fc.nat(300), fc.nat(0xffff_ffff));
  fc.assert(fc.property(fc.array(arc, { maxLength: 20 }), (arcs) => {
    const oid = ["1.3", ...arcs].join(".");
    assert.deepEqual(oidElement(oid), byHand.oid(oid));
    const octets = oidElement(oid);
    const { start, end } = elementsIn(octets, 0, octets.length)[0]!;
    assert.equal(oidText(octets, start, end), oid);
  }));
  for (const size of [0, 127, 128, 255, 256, 65_507, 70_000]) {
    const whole = element(0x04, new Uint8Array(size));
    const [one] = elementsIn(whole, 0, whole.length);
    assert.equal(one!.end - one!.start, size);
    assert.equal(one!.end, whole.length);
  }
});

Deno.test("a message of version 3 is read as it was put up", () => {
  const engineId = Uint8Array.of(0x80, 0, 0, 0, 5, 1, 2, 3);
  const got = readIncoming(securedMessage({
    id: 2 ** 31 - 1,
    user: undefined,
    userName: "ada",
    level: "noAuthNoPriv",
    isReportable: true,
    clock: { engineId, boots: 7, time: 8 },
    contextEngineId: engineId,
    contextName: "vlan",
  }, byHand.pdu(0xa0, 5, [])));
  assert.ok(got.version === 3);
  const { security, user, maxSize, pdu } = got;
  assert.deepEqual([user, maxSize, pdu!.requestId], ["ada", 65507, 5]);
  const { id, flags, boots, time } = security;
  assert.deepEqual([id, flags, boots, time], [2 ** 31 - 1, 4, 7, 8]);
});

Deno.test("whatever octets come unasked, reading them ends with a message or a DecodeError", () => {
  const trap = byHand.message(
    0,
    "public",
    byHand.tlv(
      0xa4,
      byHand.oid("1.3.6.1.4.1.9"),
      byHand.tlv(0x40, Uint8Array.of(10, 0, 0, 1)),
      ...[byHand.integer(6), byHand.integer(7), byHand.integer(9, 0x43)],
      byHand.tlv(
        0x30,
        byHand.tlv(0x30, byHand.oid("1.3.6.1"), byHand.text("x")),
      ),
    ),
  );
  assert.equal(readIncoming(trap).version, 0);
  const changed = fc.array(
    fc.tuple(fc.nat(trap.length - 1), fc.nat(255)),
    { maxLength: 4 },
  ).map((changes) => {
    const octets = trap.slice();
    for (const [at, value] of changes) octets[at] = value;
    return octets;
  });
  const cut = fc.nat(trap.length).map((size) => trap.subarray(0, size));
  const any = fc.oneof(fc.uint8Array({ maxLength: 100 }), changed, cut);
  fc.assert(
    fc.property(any, (octets) => {
      try {
        readIncoming(octets);
      } catch (error) {
        assert.ok(error instanceof DecodeError, `${error}`);
      }
    }),
    { numRuns: 1000 },
  );
});

Deno.test("an engine has a name of its own, and a clock that runs", () => {
  const one = new LocalEngine({});
  const two = new LocalEngine({});
  assert.notEqual(one.hex, two.hex);
  assert.match(one.hex, /^80007ed905[0-9a-f]{16}$/);
  assert.equal(one.boots, 1);
  const lasting = new LocalEngine({ engineId: "0x80:00:00:00:05:01" });
  assert.equal(lasting.hex, "800000000501");
  assert.ok(lasting.boots > 1_000_000, "another count at each start");
  assert.equal(new LocalEngine({ engineBoots: 9 }).clock.boots, 9);
  assert.ok(new LocalEngine({}, performance.now() - 5000).clock.time >= 5);
  for (const engineId of ["8000", "00".repeat(8), "ff".repeat(8)]) {
    assert.throws(() => new LocalEngine({ engineId }), RangeError);
  }
  assert.throws(() => new LocalEngine({ engineBoots: 0 }), RangeError);
});

Deno.test("of a view the longest branch counts", () => {
  const { sees } = accessOf(builtin, {
    view: ["mib-2", "!interfaces", "ifTable", "!ifTable.1.10"],
  });
  const seen = ["sysName.0", "ifNumber.0", "ifDescr.1", "ifInOctets.1"];
  assert.deepEqual(seen.map((name) => sees(builtin.parseOid(name))), [
    true,
    false,
    true,
    false,
  ]);
  assert.equal(sees("1.3.6.1.4.1.9"), false);
  assert.equal(accessOf(builtin, "write").mayWrite, true);
  assert.equal(accessOf(builtin, {}).mayWrite, false);
  assert.throws(
    () => accessOf(builtin, "all" as "read"),
    /must be "read" or "write"/,
  );
  assert.ok(compareOids("1.3.10", "1.3.9") > 0);
});
