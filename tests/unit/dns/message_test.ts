import assert from "node:assert/strict";
import fc from "fast-check";
import { DecodeError } from "../../../lib/errors.ts";
import { seeded } from "../../../lib/random.ts";
import { decode, encode } from "../../../lib/dns/message.ts";
import type { MessageInput } from "../../../lib/dns/message_parts.ts";
import { recordData } from "../../../lib/dns/record.ts";
import { build } from "../../../lib/packet/build.ts";
import { ipv4, udp } from "../../../lib/packet/layers/all.ts";
import { least } from "../../clock.ts";
import { seed } from "../../seed.ts";

/** An answer as most are: an alias, two addresses, EDNS. */
const TYPICAL: MessageInput = {
  id: 0x1234,
  qr: 1,
  flags: ["RD", "RA"],
  questions: [{ name: "www.example.com", type: "A" }],
  answers: [
    {
      name: "www.example.com",
      type: "CNAME",
      ttl: 300,
      data: "web.example.com",
    },
    { name: "web.example.com", type: "A", ttl: 60, data: "192.0.2.1" },
    { name: "web.example.com", type: "AAAA", ttl: 60, data: "2001:db8::1" },
  ],
  opt: { udpPayloadSize: 1232, flags: ["DO"] },
};

/** One of each kind that is written here at once, and some by tables. */
const MANY: MessageInput = {
  ...TYPICAL,
  authorities: [
    { name: "example.com", type: "NS", ttl: 1, data: "ns.example.com" },
    {
      name: "example.com",
      type: "SOA",
      ttl: 1,
      data: {
        mname: "ns.example.com",
        rname: "host\\.master.example.com",
        serial: 4_000_000_000,
        refresh: 1,
        retry: 2,
        expire: 3,
        minimum: 4,
      },
    },
  ],
  additionals: [
    { name: "example.com", type: "MX", data: { preference: 5, exchange: "." } },
    { name: "example.com", type: "TXT", data: ["a", "é", Uint8Array.of(255)] },
    {
      name: "_x._tcp.example.com",
      type: "SRV",
      data: { priority: 1, weight: 2, port: 3, target: "www.example.com" },
    },
    { name: ".", type: "TYPE999", class: "CH", data: Uint8Array.of(1, 2, 3) },
    { name: "a\\032b.example.com", type: "PTR", data: "example.com" },
  ],
};

Deno.test("what encode() writes decode() reads, and the other way round", () => {
  for (const input of [TYPICAL, MANY, {}, { opt: {} }]) {
    const octets = encode(input);
    const message = decode(octets);
    assert.deepEqual(encode(message), octets);
    assert.equal(message.size, octets.length);
  }
  const { answers, opt, authorities, additionals } = decode(encode(MANY));
  assert.deepEqual(answers.map(({ type }) => type), ["CNAME", "A", "AAAA"]);
  assert.deepEqual(opt?.flags, ["DO"]);
  assert.equal(
    authorities[1]?.type === "SOA" && authorities[1].data.serial,
    4_000_000_000,
  );
  assert.equal(additionals[4]?.name, "a\\032b.example.com");
});

Deno.test("the layer of net.packet reads messages alike", () => {
  const message = decode(encode(MANY));
  const packet = build(ipv4({}), udp({ srcPort: 53 }), encode(MANY)).dns!;
  assert.deepEqual(packet.questions, message.questions);
  assert.deepEqual(packet.answers, message.answers);
  assert.deepEqual(packet.authorities, message.authorities);
  assert.deepEqual(
    packet.additionals,
    [...message.additionals, message.opt],
  );
});

Deno.test("names are compressed, also those that share an end alone", () => {
  const octets = encode({
    questions: [{ name: "a.b.example", type: "NS" }],
    answers: [
      { name: "a.b.example", type: "NS", data: "x.b.example" },
      { name: "a.b.example", type: "NS", data: "b.example" },
      { name: "a.b.example", type: "NS", data: "other" },
    ],
  });
  // Head, question, and three records of two octets for the owner.
  assert.equal(octets.length, 12 + 17 + 3 * 12 + 4 + 2 + 7);
  assert.deepEqual(
    decode(octets).answers.map((one) => one.type === "NS" && one.data),
    ["x.b.example", "b.example", "other"],
  );
});

Deno.test("names keep their case, and equal names in another case are whole", () => {
  const answers = [{
    name: "WWW.example",
    type: "A",
    data: "192.0.2.1",
  }] as const;
  const octets = encode({ questions: [{ name: "www.example" }], answers });
  assert.equal(decode(octets).answers[0]?.name, "WWW.example");
});

Deno.test("a place in a version that nobody knows stays octets", () => {
  const data = new Uint8Array(16).fill(0x12);
  const place = (version: number) => {
    data[0] = version;
    const octets = encode({ answers: [{ name: "a", type: "TYPE29", data }] });
    const [answer] = decode(octets).answers;
    return `${answer!.type} ${recordData(answer!)}`;
  };
  assert.match(place(0), /^LOC \d+ /);
  assert.equal(place(1), `TYPE29 \\# 16 01${"12".repeat(15)}`);
});

Deno.test("no pointer is made to what lies behind octet 16383", () => {
  const answers = Array.from({ length: 400 }, (_, i) => ({
    name: `n${i % 200}.of-some-length-${i % 200}.example`,
    type: "TXT",
    data: ["x".repeat(60)],
  } as const));
  const octets = encode({ answers });
  assert.ok(octets.length > 0x5000);
  assert.deepEqual(
    decode(octets).answers.map(({ name }) => name),
    answers.map(({ name }) => name),
  );
});

Deno.test("a limit leaves records out and says so", () => {
  const answers = Array.from({ length: 100 }, (_, i) => ({
    name: "many.example",
    type: "A",
    data: `192.0.2.${i}`,
  } as const));
  const input = { questions: [{ name: "many.example" }], answers, opt: {} };
  const octets = encode(input, { limit: 512 });
  const message = decode(octets);
  assert.ok(octets.length <= 512);
  assert.ok(message.truncated);
  assert.ok(message.answers.length > 25 && message.answers.length < 100);
  assert.notEqual(message.opt, undefined);
  assert.throws(() => encode(input, { limit: 11 }), RangeError);
  assert.throws(() => encode(input, { limit: 20 }), RangeError);
  const more = encode({ additionals: answers }, { limit: 512 });
  assert.equal(decode(more).truncated, false);
});

Deno.test("what does not fit is refused", () => {
  const long = `${"x".repeat(63)}.`.repeat(4);
  for (
    const input of [
      { id: 65_536 },
      { opcode: 16 },
      { rcode: 16 },
      { questions: [{ name: "x".repeat(64) }] },
      { questions: [{ name: "a..b" }] },
      { questions: [{ name: ".a" }] },
      { questions: [{ name: long }] },
      { answers: [{ name: "a", type: "A", ttl: -1, data: "192.0.2.1" }] },
      { answers: [{ name: "a", type: "MX", data: { preference: 65_536 } }] },
    ] satisfies MessageInput[]
  ) assert.throws(() => encode(input), RangeError, JSON.stringify(input));
  for (
    const input of [
      { questions: [{ name: "a", type: "NONSENSE" }] },
      { questions: [{ name: "a\\" }] },
      { flags: ["XX" as "AA"] },
      { answers: [{ name: "a", type: "A", data: "::1" }] },
    ] satisfies MessageInput[]
  ) assert.throws(() => encode(input), TypeError, JSON.stringify(input));
  // What was refused leaves nothing behind.
  assert.deepEqual(encode(TYPICAL), encode(decode(encode(TYPICAL))));
});

Deno.test("the response code has twelve bits where there is EDNS", () => {
  const message = decode(encode({ qr: 1, rcode: 23, opt: {} }));
  assert.equal(message.status, "BADCOOKIE");
  assert.equal(message.rcode, 23);
});

/** A message of one answer whose data are given, its owner the root. */
function withData(type: number, data: readonly number[]): Uint8Array {
  return Uint8Array.of(
    ...[0, 0, 0x80, 0, 0, 0, 0, 1, 0, 0, 0, 0],
    ...[0, 0, type, 0, 1, 0, 0, 0, 0, 0, data.length],
    ...data,
  );
}

Deno.test("data that no record of a type can have stay octets", () => {
  for (
    const [type, data] of [
      [1, [1, 2, 3]],
      [1, [1, 2, 3, 4, 5]],
      [28, [1]],
      [2, []],
      [2, [1, 97, 0, 0]],
      [5, [0xc0, 23]],
      [15, [0]],
      [16, [5, 97]],
      [6, [0, 0, 0]],
      [33, [0, 1]],
    ] as const
  ) {
    const [one] = decode(withData(type, data)).answers;
    assert.equal(one?.type, `TYPE${type}`);
    assert.deepEqual(one && "data" in one && one.data, Uint8Array.from(data));
  }
});

Deno.test("pointers that go forward, in circles or into the head are refused", () => {
  const head = [0, 0, 0x80, 0, 0, 1, 0, 0, 0, 0, 0, 0];
  for (
    const name of [
      [0xc0, 12],
      [0xc0, 0],
      [0xc0, 14, 0xc0, 12],
      [1, 97, 0xc0, 12],
      [0xc0, 0xff],
      [0x40, 0],
      [0x80, 0],
      [63],
    ]
  ) {
    assert.throws(
      () => decode(Uint8Array.of(...head, ...name, 0, 1, 0, 1)),
      DecodeError,
    );
  }
});

Deno.test("a message cut anywhere is refused with its place", () => {
  const octets = encode(MANY);
  for (let length = 0; length < octets.length; length++) {
    assert.throws(() => decode(octets.subarray(0, length)), (error) => {
      assert.ok(error instanceof DecodeError);
      assert.ok(error.offset <= length);
      return true;
    });
  }
});

Deno.test("changed octets are read or refused, and soon", () => {
  const random = seeded(seed);
  const sources = [encode(MANY), encode(TYPICAL)];
  for (let n = 0; n < 20_000; n++) {
    const octets = sources[n & 1]!.slice();
    for (let k = 0; k < 1 + random() * 4; k++) {
      octets[Math.floor(random() * octets.length)] = random() * 256;
    }
    const time = least(200, () => {
      try {
        // What can be read can be shown and written.
        const message = decode(octets);
        `${message}`;
        JSON.stringify(message);
        encode(message);
      } catch (error) {
        // A name that was compressed may no longer fit in a message.
        const fine = error instanceof DecodeError ||
          error instanceof RangeError && /65535 octets/.test(error.message);
        if (!fine) throw new Error(`seed ${seed}`, { cause: error });
      }
    });
    assert.ok(time < 5000, `seed ${seed}, change ${n}: ${time} ms`);
  }
});

Deno.test("random octets behind a head are read or refused", () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 0, maxLength: 300 }), (octets) => {
      try {
        decode(Uint8Array.of(0, 0, 0x80, 0, 0, 1, 0, 9, 0, 9, 0, 9, ...octets));
      } catch (error) {
        assert.ok(error instanceof DecodeError);
      }
    }),
    { numRuns: 1000 },
  );
});

Deno.test("thousands of pointers to one long name take no time", () => {
  const name = Array.from({ length: 126 }, () => [1, 97]).flat();
  const pointer = [0xc0, 12, 0, 16, 0, 1, 0, 0, 0, 0, 0, 0];
  const count = 5000;
  const octets = Uint8Array.of(
    ...[0, 0, 0x80, 0, 0, 1, count >> 8, count & 255, 0, 0, 0, 0],
    ...[...name, 0, 0, 16, 0, 1],
    ...Array.from({ length: count }, () => pointer).flat(),
  );
  const time = least(1000, () => {
    assert.equal(decode(octets).answers.length, count);
  });
  assert.ok(time < 1000, `${time} ms`);
});
