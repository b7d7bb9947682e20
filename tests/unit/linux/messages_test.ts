import assert from "node:assert/strict";
import fc from "fast-check";
import { DecodeError } from "../../../lib/errors.ts";
import { decodeAddress } from "../../../lib/linux/address_decode.ts";
import {
  addressMessage,
  neighbourMessage,
} from "../../../lib/linux/address_messages.ts";
import { decodeLink } from "../../../lib/linux/link_decode.ts";
import {
  addLinkMessage,
  setLinkMessages,
} from "../../../lib/linux/link_messages.ts";
import {
  Attributes,
  Message,
  readMessages,
  type Received,
  REQUEST,
} from "../../../lib/linux/message.ts";
import { decodeNeighbour } from "../../../lib/linux/neighbour_decode.ts";
import { decodeQdisc } from "../../../lib/linux/qdisc_decode.ts";
import { qdiscMessage } from "../../../lib/linux/qdisc_messages.ts";
import { refusal } from "../../../lib/linux/refusal.ts";
import {
  decodeAnyRoute,
  decodeRoute,
} from "../../../lib/linux/route_decode.ts";
import {
  routeMessage,
  ruleMessage,
} from "../../../lib/linux/route_messages.ts";
import { decodeRule } from "../../../lib/linux/rule_decode.ts";

const names = new Map([[2, "eth0"], [3, "eth1"]]);

Deno.test("a message is what the kernel's own headers lay out", () => {
  const message = new Message(16, REQUEST)
    .struct(Uint8Array.of(1, 2, 3, 4))
    .text(3, "lo")
    .nest(18, (m) => m.u8(1, 9).be16(2, 0x1234))
    .i32(5, -2)
    .u64(6, 2 ** 40 + 1);
  assert.equal(
    message.seal(5, 4).toHex(),
    "440000001000050005000000" + "00000000" + // length, type, flags, sequence, port
      "01020304" +
      "07000300" + "6c6f0000" + // "lo", padded
      "14001200" + "0500010009000000" + "0600020012340000" +
      "08000500" + "feffffff" +
      "0c000600" + "0100000000010000",
  );
});

Deno.test("attributes are walked to their end, and no further than their room", () => {
  for (
    const [hex, types] of [
      ["", []],
      ["0400", []],
      ["04000100", [1]],
      ["0400010004000200", [1, 2]],
      // One says that it is longer than there is room, one that it is shorter than its head.
      ["0900010000000000", []],
      ["03000100", []],
      ["00000100", []],
      ["0500010061", [1]],
      ["050001006100000004000280", [1, 2]],
    ] as const
  ) {
    const bytes = Uint8Array.fromHex(hex);
    const attributes = new Attributes(bytes, 0, bytes.length);
    const found = [];
    while (attributes.next()) found.push(attributes.type);
    assert.deepEqual(found, types, hex);
  }
  const short = new Attributes(Uint8Array.of(5, 0, 1, 0, 9), 0, 5);
  assert.ok(short.next());
  assert.equal(short.u8(), 9);
  assert.throws(() => short.u16(), DecodeError);
  assert.throws(() => short.u32(), DecodeError);
  assert.throws(() => short.u64(), DecodeError);
  assert.throws(() => short.address(), DecodeError);
});

const readers: readonly ((message: Received) => unknown)[] = [
  decodeLink,
  (message) => decodeAddress(message, names),
  (message) => decodeRoute(message, names),
  (message) => decodeAnyRoute(message, names),
  decodeRule,
  (message) => decodeNeighbour(message, names),
  (message) => decodeQdisc(message, names),
  (message) => refusal(message, new Message(16, REQUEST)),
];

/** Messages of every kind that we make, to be damaged. */
const samples = [
  addLinkMessage({
    name: "v0",
    kind: "veth",
    mac: "02:00:00:00:00:01",
    peer: { name: "v1" },
  }),
  addLinkMessage({
    name: "br0",
    kind: "bridge",
    details: {
      ageingTime: 1000,
      vlanFiltering: true,
      mcastQuerierInterval: 100,
      noLinklocalLearn: true,
    },
  }),
  addLinkMessage({
    name: "vx",
    kind: "vxlan",
    link: 2,
    details: { id: 5, remote: "2001:db8::1" },
  }),
  ...setLinkMessages(2, {
    port: { kind: "bridge", cost: 5 },
    addAltNames: ["one", "two"],
  }),
  addressMessage({
    address: "192.0.2.1/24",
    device: 2,
    label: "eth0",
    validSeconds: 10,
  }),
  routeMessage({
    to: "192.0.2.0/24",
    nextHops: [{ via: "10.0.0.1", device: 2 }, {
      via: "2001:db8::1",
      device: 3,
      weight: 9,
    }],
    metrics: { mtu: 1400, congestionControl: "cubic" },
  }),
  routeMessage({
    to: "2001:db8::/32",
    via: "fe80::1",
    device: 2,
    preference: "low",
  }),
  ruleMessage({
    from: "192.0.2.0/24",
    mark: 1,
    dstPort: [1, 9],
    users: [0, 1],
    tunnelId: 5n,
  }),
  neighbourMessage({
    address: "192.0.2.1",
    device: 2,
    mac: "02:00:00:00:00:01",
  }),
  qdiscMessage({
    device: 2,
    kind: "netem",
    netem: { delay: 10, loss: 0.1, reorder: 0.1, rate: 1e6 },
  }),
  qdiscMessage({ device: 2, kind: "tbf", tbf: { rate: 1e6 } }),
].map((message) => message.seal(1).slice());

/** No octets may make a reader hang, or throw anything but a DecodeError. */
function survive(bytes: Uint8Array): void {
  let seen = 0;
  readMessages(bytes, (message) => {
    assert.ok(++seen <= bytes.length / 16 + 1);
    for (const read of readers) {
      try {
        read(message);
      } catch (error) {
        if (!(error instanceof DecodeError) && !isRuntime(error)) throw error;
      }
    }
  });
}

/** refusal() asks the C library for words, which these tests may not. */
function isRuntime(error: unknown): boolean {
  return error instanceof Error && error.name === "PermissionError";
}

Deno.test("messages that are cut short are survived at every octet", () => {
  for (const sample of samples) {
    for (let n = 0; n <= sample.length; n++) {
      survive(sample.subarray(0, n));
      // The same with a head that says so.
      const cut = sample.slice(0, n);
      if (n >= 4) new DataView(cut.buffer).setUint32(0, n, true);
      survive(cut);
    }
  }
});

Deno.test("messages with octets changed are survived", () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...samples),
      fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), {
        minLength: 1,
        maxLength: 12,
      }),
      (sample, changes) => {
        const bytes = sample.slice();
        for (const [at, value] of changes) bytes[at % bytes.length] = value;
        survive(bytes);
      },
    ),
    { numRuns: 3000 },
  );
});

Deno.test("random octets are survived", () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 300 }),
      fc.integer({ min: 0, max: 130 }),
      (bytes, type) => {
        survive(bytes);
        const whole = new Uint8Array(16 + bytes.length);
        const view = new DataView(whole.buffer);
        view.setUint32(0, whole.length, true);
        view.setUint16(4, type, true);
        whole.set(bytes, 16);
        survive(whole);
      },
    ),
    { numRuns: 2000 },
  );
});
