import assert from "node:assert/strict";
import { build, decode, ethernet, vlan } from "../../../lib/packet/mod.ts";
import {
  type LearningSwitch,
  learningSwitch,
} from "../../../lib/switching/mod.ts";

const [A, B, C] = [1, 2, 3].map((n) => `02:00:00:00:00:0${n}`) as [
  string,
  string,
  string,
];
const ALL = "ff:ff:ff:ff:ff:ff";

/** Where a frame left: `"2 untagged"`, `"up 10"`. */
function exits({ out }: ReturnType<LearningSwitch["receive"]>): string[] {
  return out.map(({ port, tags }) =>
    `${port} ${
      tags.length === 0 ? "untagged" : tags.map(({ vlan }) => vlan).join(">")
    }`
  );
}

Deno.test("a switch floods what it does not know, and forwards what it has learned", () => {
  const sw = learningSwitch({ ports: 3 });
  const first = sw.receive(1, { src: A, dst: B });
  assert.deepEqual([first.learned, first.action, first.why], [
    "learned",
    "flood",
    "unknown unicast",
  ]);
  assert.deepEqual(exits(first), ["2 untagged", "3 untagged"]);
  const answer = sw.receive(2, { src: B, dst: A });
  assert.deepEqual([answer.action, answer.why], ["forward", "known unicast"]);
  assert.deepEqual(exits(answer), ["1 untagged"]);
  const again = sw.receive(1, { src: A, dst: B });
  assert.deepEqual([again.learned, again.action], ["refreshed", "forward"]);
});

Deno.test("a switch says why it floods or filters", () => {
  const sw = learningSwitch({ ports: ["a", "b"] });
  sw.receive("a", { src: A, dst: ALL });
  const why = (port: string, src: string, dst: string) => {
    const { action, why, learned } = sw.receive(port, { src, dst });
    return `${action} ${why} ${learned}`;
  };
  assert.equal(why("a", A, ALL), "flood broadcast refreshed");
  assert.equal(why("a", A, "01:00:5e:00:00:01"), "flood multicast refreshed");
  assert.equal(why("a", C, A), "filter behind the same port learned");
  assert.equal(
    why("a", A, "01:80:c2:00:00:00"),
    "filter reserved for the switch undefined",
  );
  assert.equal(
    why("b", "01:00:5e:00:00:01", A),
    "forward known unicast ignored",
  );
  assert.equal(
    why("b", "00:00:00:00:00:00", A),
    "forward known unicast ignored",
  );
});

Deno.test("a station that moves is found at its new port, and ages from there", () => {
  const sw = learningSwitch({ ports: 3, ageing: 100 });
  sw.receive(1, { src: A, dst: ALL });
  assert.equal(sw.advance(60), 0);
  assert.equal(sw.receive(3, { src: A, dst: ALL }).learned, "moved");
  assert.equal(sw.advance(60), 0);
  assert.deepEqual(exits(sw.receive(2, { src: B, dst: A })), ["3 untagged"]);
  assert.equal(sw.advance(40), 1);
  assert.equal(sw.receive(2, { src: B, dst: A }).why, "unknown unicast");
});

Deno.test("a full table learns nothing more until something ages", () => {
  const sw = learningSwitch({ ports: 2, limit: 1, ageing: 10 });
  sw.receive(1, { src: A, dst: ALL });
  assert.equal(sw.receive(1, { src: B, dst: ALL }).learned, "full");
  sw.advance(10);
  assert.equal(sw.receive(1, { src: B, dst: ALL }).learned, "learned");
});

Deno.test("an entry set by hand neither moves, ages nor is flushed", () => {
  const sw = learningSwitch({ ports: 3 });
  sw.pin(2, A);
  assert.equal(sw.receive(1, { src: A, dst: ALL }).learned, "static");
  sw.advance(1e6);
  assert.equal(sw.flush(), 0);
  assert.deepEqual(exits(sw.receive(3, { src: B, dst: A })), ["2 untagged"]);
  assert.equal(sw.table.entries[0]?.type, "static");
});

Deno.test("VLANs are apart: each floods and learns for itself", () => {
  const sw = learningSwitch({
    ports: {
      a10: { access: 10 },
      b10: { access: 10 },
      a20: { access: 20 },
      up: { trunk: [10, 20], native: 99 },
      few: { trunk: [20] },
    },
  });
  assert.deepEqual(exits(sw.receive("a10", { src: A, dst: ALL })), [
    "b10 untagged",
    "up 10",
  ]);
  // The same station in another VLAN is another entry.
  assert.equal(sw.receive("a20", { src: A, dst: ALL }).learned, "learned");
  assert.deepEqual(exits(sw.receive("up", { src: B, dst: A, vlan: 20 })), [
    "a20 untagged",
  ]);
  assert.deepEqual(exits(sw.receive("up", { src: B, dst: A, vlan: 10 })), [
    "a10 untagged",
  ]);
  const native = sw.receive("up", { src: C, dst: ALL });
  assert.deepEqual([native.vlan, native.action], [99, "filter"]);
});

for (
  const [name, port, vlanId, why] of [
    ["a tagged frame on an access port", "a", 10, "tagged on an access port"],
    [
      "a VLAN that a trunk lacks",
      "up",
      30,
      "of a VLAN that the trunk does not carry",
    ],
    [
      "no tag on a trunk without native VLAN",
      "up",
      undefined,
      "untagged, and the trunk has no native VLAN",
    ],
    ["VLAN 4095", "up", 4095, "of a VLAN that the trunk does not carry"],
  ] as const
) {
  Deno.test(`ingress filters ${name}, and learns nothing from it`, () => {
    const sw = learningSwitch({
      ports: { a: { access: 10 }, up: { trunk: [10] } },
    });
    const frame = sw.receive(port, { src: A, dst: ALL, vlan: vlanId });
    assert.deepEqual([frame.action, frame.why], ["filter", why]);
    assert.equal(frame.learned, undefined);
    assert.equal(sw.table.entries.length, 0);
  });
}

Deno.test("a trunk without ingress filter takes frames of VLANs that it is no member of", () => {
  const sw = learningSwitch({
    ports: { a: { access: 30 }, up: { trunk: [10], ingressFilter: false } },
  });
  const frame = sw.receive("up", { src: A, dst: ALL, vlan: 30 });
  assert.deepEqual(exits(frame), ["a untagged"]);
});

Deno.test("a priority tag belongs to the port's VLAN, and its priority goes on in the trunk's tag", () => {
  const sw = learningSwitch({
    ports: { a: { access: 10 }, b: { access: 10 }, up: { trunk: "all" } },
  });
  const { out, vlan } = sw.receive("a", {
    src: A,
    dst: ALL,
    vlan: 0,
    priority: 5,
  });
  assert.equal(vlan, 10);
  assert.deepEqual(out[0]?.tags, []);
  assert.deepEqual(out[1]?.tags, [
    { tpid: 0x8100, vlan: 10, priority: 5, dropEligible: false },
  ]);
});

Deno.test("a tunnel pushes the provider's tag over the customer's, and pops it at the other end", () => {
  const options = {
    ports: { customer: { tunnel: 100 }, core: { trunk: [100], tpid: 0x88a8 } },
  };
  const [left, right] = [learningSwitch(options), learningSwitch(options)];
  const packet = build(
    ethernet({ src: A, dst: ALL }),
    vlan({ id: 7, priority: 3, type: 0x0800 }),
    new Uint8Array(46),
  );
  const [pushed] = left.receive("customer", packet).out;
  assert.deepEqual(pushed?.tags.map(({ tpid, vlan }) => [tpid, vlan]), [
    [0x88a8, 100],
    [0x8100, 7],
  ]);
  const seen = decode(pushed!.bytes!);
  assert.equal(seen.ethernet?.type, 0x88a8);
  assert.deepEqual([seen.vlan?.id, seen.vlan?.type], [100, 0x8100]);
  const [popped] = right.receive("core", pushed!.bytes!).out;
  assert.deepEqual(popped?.bytes, packet.bytes);
});

Deno.test("a switch without VLANs passes tags through", () => {
  const sw = learningSwitch({ ports: 2 });
  const { out, vlan } = sw.receive(1, { src: A, dst: ALL, vlan: 10 });
  assert.equal(vlan, 1);
  assert.deepEqual(out.map(({ tags }) => tags[0]?.vlan), [10]);
});

Deno.test("ports that are not configured are access ports of VLAN 1 where others have VLANs", () => {
  const sw = learningSwitch({
    ports: { a: {}, b: { access: 1 }, c: { access: 2 } },
  });
  assert.deepEqual(exits(sw.receive("a", { src: A, dst: ALL })), [
    "b untagged",
  ]);
});

Deno.test("a port's state decides what it learns and sends, and blocking forgets", () => {
  const sw = learningSwitch({ ports: 3 });
  sw.setState(3, "blocking");
  assert.deepEqual(exits(sw.receive(1, { src: A, dst: ALL })), ["2 untagged"]);
  assert.deepEqual(sw.receive(3, { src: B, dst: ALL }).learned, undefined);
  sw.setState(2, "learning");
  const frame = sw.receive(2, { src: B, dst: A });
  assert.deepEqual([frame.learned, frame.why], ["learned", "port learning"]);
  sw.setState(1, "disabled");
  assert.deepEqual(sw.table.entries.map(({ port }) => port), ["2"]);
});

Deno.test("a switch counts frames, and stands in JSON with its table", () => {
  const sw = learningSwitch({
    ports: { a: { access: 5 }, b: { trunk: [1, 2, 3, 5] } },
  });
  const frame = sw.receive(
    "a",
    Uint8Array.fromHex("ffffffffffff020000000001080000"),
  );
  assert.deepEqual(
    JSON.parse(JSON.stringify(frame)).out[0].bytes,
    "ffffffffffff02000000000181000005080000",
  );
  const json = JSON.parse(JSON.stringify(sw));
  assert.deepEqual(json.ports, [
    { name: "a", state: "forwarding", received: 1, sent: 0, vlans: "access 5" },
    {
      name: "b",
      state: "forwarding",
      received: 0,
      sent: 1,
      vlans: "trunk 1-3, 5",
    },
  ]);
  assert.equal(json.table[0].mac, A);
  assert.match(
    Deno.inspect(sw),
    /MAC table at 0 s\nVLAN +MAC address +type +port +age s/,
  );
  assert.match(Deno.inspect(frame), /learned +02:00:00:00:00:01 is behind a/);
});

for (
  const [name, make, error] of [
    [
      "no ports",
      () => learningSwitch({ ports: 0 }),
      /'ports' must be an integer from 1 to 4095/,
    ],
    ["a million ports", () => learningSwitch({ ports: 1e6 }), /'ports'/],
    [
      "two ports of one name",
      () => learningSwitch({ ports: ["a", "a"] }),
      /names of their own/,
    ],
    [
      "an empty name",
      () => learningSwitch({ ports: [""] }),
      /names of 1 to 64 characters/,
    ],
    [
      "VLAN 4095",
      () => learningSwitch({ ports: { a: { access: 4095 } } }),
      /'access' must be a VLAN from 1 to 4094/,
    ],
    [
      "VLAN 0 in a trunk",
      () => learningSwitch({ ports: { a: { trunk: [0] } } }),
      /'trunk' must be a VLAN/,
    ],
    [
      "an access port and trunk in one",
      () => learningSwitch({ ports: { a: { access: 1, trunk: [2] } } }),
      /one of access, trunk and tunnel/,
    ],
    [
      "a native VLAN without a trunk",
      () => learningSwitch({ ports: { a: { access: 1, native: 2 } } }),
      /'native' must stand with 'trunk'/,
    ],
    [
      "an unknown EtherType of tags",
      () => learningSwitch({ ports: { a: { trunk: [1], tpid: 0x800 } } }),
      /'tpid'/,
    ],
    [
      "negative ageing",
      () => learningSwitch({ ports: 2, ageing: -1 }),
      /'ageing'/,
    ],
    [
      "an unknown port",
      () => learningSwitch({ ports: 2 }).receive(3, { src: A, dst: B }),
      /'port' must be one of 1, 2: current value is 3/,
    ],
    [
      "a runt",
      () => learningSwitch({ ports: 2 }).receive(1, new Uint8Array(13)),
      /needs 14 octets and has 13/,
    ],
    [
      "a cut tag",
      () =>
        learningSwitch({ ports: 2 }).receive(
          1,
          Uint8Array.fromHex("ffffffffffff0200000000018100"),
        ),
      /Cannot decode vlan: cut short/,
    ],
    [
      "a frame that is none",
      () => learningSwitch({ ports: 2 }).receive(1, "x" as never),
      /'frame' must be octets/,
    ],
    [
      "an IP packet",
      () =>
        learningSwitch({ ports: 2 }).receive(
          1,
          decode(new Uint8Array(20), { linkType: 101 }),
        ),
      /link type 1/,
    ],
    [
      "time that runs back",
      () => learningSwitch({ ports: 2 }).advance(-1),
      /'seconds' must be 0/,
    ],
    [
      "an unknown state",
      () => learningSwitch({ ports: 2 }).setState(1, "up" as never),
      /'state' must be one of/,
    ],
  ] as const
) {
  Deno.test(`a switch refuses ${name}, and says why`, () => {
    assert.throws(make, error);
  });
}
