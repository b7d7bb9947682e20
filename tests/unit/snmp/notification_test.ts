import assert from "node:assert/strict";
import { DecodeError } from "../../../lib/errors.ts";
import { NOTIFY, readIncoming } from "../../../lib/snmp/message/incoming.ts";
import { openMessage } from "../../../lib/snmp/message/outgoing.ts";
import { builtin } from "../../../lib/snmp/mib/builtin.ts";
import {
  notificationPdu,
  oldTrapPdu,
  outgoing,
} from "../../../lib/snmp/traps/contents.ts";
import { readNotification } from "../../../lib/snmp/traps/read_notification.ts";
import type { TrapVariables } from "../../../lib/snmp/traps/options.ts";
import { message, pdu, text } from "./ber.ts";

/** What a receiver reads of what a sender writes. */
function over(version: 0 | 1, name: string, variables: TrapVariables = {}) {
  const contents = outgoing(builtin, name, variables, 1234);
  const octets = openMessage(
    version,
    "public",
    version === 0
      ? oldTrapPdu(contents, "192.0.2.1")
      : notificationPdu(NOTIFY.trap2, 7, contents),
  );
  const got = readIncoming(octets);
  assert.ok(got.version !== 3);
  return { ...readNotification(got.pdu, got.trap, builtin), old: got.trap };
}

/** Version 1 has its own numbers: generic, specific, enterprise. */
const names: readonly (readonly [
  name: string,
  oid: string,
  old: readonly [number, number, string],
])[] = [
  ["coldStart", "1.3.6.1.6.3.1.1.5.1", [0, 0, "1.3.6.1.6.3.1.1.5"]],
  ["linkDown", "1.3.6.1.6.3.1.1.5.3", [2, 0, "1.3.6.1.6.3.1.1.5"]],
  ["authenticationFailure", "1.3.6.1.6.3.1.1.5.5", [4, 0, "1.3.6.1.6.3.1.1.5"]],
  ["1.3.6.1.4.1.9.0.7", "1.3.6.1.4.1.9.0.7", [6, 7, "1.3.6.1.4.1.9"]],
  ["newRoot", "1.3.6.1.2.1.17.0.1", [6, 1, "1.3.6.1.2.1.17"]],
];

for (const [name, oid, [generic, specific, enterprise]] of names) {
  Deno.test(`${name} is the same in version 1 as in 2c`, () => {
    const { old, ...one } = over(0, name);
    assert.equal(one.oid, oid);
    assert.deepEqual(
      [old!.generic, old!.specific, old!.enterprise],
      [generic, specific, enterprise],
    );
    assert.equal(one.uptime, 1230);
    assert.equal(one.agentAddress, "192.0.2.1");
    const two = over(1, name);
    assert.equal(two.oid, oid);
    assert.equal(two.uptime, 1230);
    assert.deepEqual(two.variables, []);
  });
}

Deno.test("values go by the syntax that the MIB says", () => {
  const { variables } = over(1, "linkUp", {
    "ifOperStatus.1": "down",
    "ifPhysAddress.1": "00:00:5e:00:53:01",
    "ifHCInOctets.1": 2n ** 64n - 1n,
    "ifLastChange.1": 12_340,
    "sysObjectID": "enterprises.9",
    "ifPromiscuousMode.1": true,
    "ipAdEntAddr.10.0.0.1": "10.0.0.1",
    "hrSystemDate": "2026-11-23T10:20:30.0+01:00",
    "lldpLocSysCapSupported": ["bridge", "router"],
  });
  assert.deepEqual(variables.map(({ value }) => value), [
    "down",
    "00:00:5e:00:53:01",
    2n ** 64n - 1n,
    12_340,
    "1.3.6.1.4.1.9",
    true,
    "10.0.0.1",
    "2026-11-23T10:20:30.0+01:00",
    ["bridge", "router"],
  ]);
});

const wrong: readonly (readonly [
  what: string,
  variables: TrapVariables,
  says: RegExp,
])[] = [
  ["a name that is none", { nosuch: 1 }, /nosuch/],
  ["no type", { "1.3.6.1.4.1.9.1.0": 1 }, /'type' must be said/],
  [
    "a type that is none",
    [{ name: "1.3.6.1.4.1.9.1.0", value: 1, type: "Int" as "Integer32" }],
    /must be one of Integer32, /,
  ],
  ["another type", { "ifIndex.1": new Uint8Array(1) }, /must be a number/],
  ["half a number", { "ifIndex.1": 0.5 }, /must be a whole number/],
  ["too large a number", { "ifInOctets.1": 2 ** 32 }, /from 0 to 4294967295/],
  ["a value that has no name", { "ifOperStatus.1": "sideways" }, /sideways/],
];

for (const [what, variables, says] of wrong) {
  Deno.test(`a notification refuses ${what}`, () => {
    assert.throws(() => outgoing(builtin, "linkUp", variables, 0), says);
  });
}

Deno.test("a notification that does not say which one it is, is none", () => {
  const octets = message(
    1,
    "public",
    pdu(0xa7, 1, [["1.3.6.1.2.1.1.5.0", text("x")]]),
  );
  const got = readIncoming(octets);
  assert.ok(got.version !== 3);
  assert.throws(
    () => readNotification(got.pdu, got.trap, builtin),
    (error: DecodeError) =>
      error instanceof DecodeError && /which one it is/.test(error.message),
  );
});
