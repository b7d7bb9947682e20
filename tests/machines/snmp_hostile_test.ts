import assert from "node:assert/strict";
import { AuthError, NetError } from "../../lib/errors.ts";
import { MibStore } from "../../lib/snmp/mib/store.ts";
import { open } from "../../lib/snmp/open.ts";
import type { OpenOptions } from "../../lib/snmp/options.ts";
import { testUnless } from "../skip.ts";
import {
  integer,
  message,
  oid,
  pdu,
  text,
  tlv,
  type Variable,
} from "../unit/snmp/ber.ts";
import { agent, answer, type Asked, relay, type Way } from "./snmp_agent.ts";
import { snmpBed, whyNoSnmpd } from "./snmp_bed.ts";

const NAME = "1.3.6.1.2.1.1.5.0";
const ROOT = "1.3.6.1.4.1.99999";
const mib = new MibStore();
/** Where no answer is expected, and where one is. */
const impatient: OpenOptions = { timeout: 1000, retries: 0, mib };
const patient: OpenOptions = { timeout: 10_000, mib };

const named = (value: string): readonly Variable[] => [[NAME, text(value)]];

/** What every question comes to. */
async function outcome(
  reply: (asked: Asked) => Uint8Array | readonly Uint8Array[] | undefined,
  options: OpenOptions = impatient,
): Promise<unknown> {
  await using other = await agent(reply);
  await using session = await open(other.target, options);
  return await session.get(NAME).then(
    ({ value }) => value,
    (error) => error,
  );
}

Deno.test("an answer that is cut short anywhere is no answer, and the error says so", async () => {
  const whole = (asked: Asked) => answer(asked, named("router"));
  const { length } = whole({ version: 1, id: 90_000_000 } as Asked);
  const names = await Promise.all(
    Array.from({ length: length + 1 }, async (_, size) => {
      const got = await outcome((asked) => {
        const octets = whole(asked);
        // The number of the question may be shorter than the longest.
        return octets.subarray(0, octets.length - length + size);
      }, size === length ? patient : impatient);
      return got instanceof NetError
        ? `${got.code} ${/cannot be read/.test(got.message)}`
        : got;
    }),
  );
  assert.equal(names.pop(), "router");
  assert.deepEqual(new Set(names), new Set(["timeout true"]));
});

Deno.test("lengths that lie, numbers without octets and tags that are none are told as unreadable", async () => {
  const bad: readonly ((asked: Asked) => Uint8Array)[] = [
    () => Uint8Array.of(0x30, 0x84, 0xff, 0xff, 0xff, 0xff, 2, 1, 1),
    () => Uint8Array.of(0x30, 0x80, 2, 1, 1, 0, 0),
    () => Uint8Array.of(0x30, 0xff, ...Array(200).fill(0xff)),
    () => tlv(0x30, tlv(0x02), text("public")),
    () => tlv(0x30, integer(7), text("public")),
    () => Uint8Array.of(0x1f, 0x1f, 0x1f),
    () => new Uint8Array(0),
    () => new TextEncoder().encode("HTTP/1.1 400 Bad Request\r\n\r\n"),
    ({ id }) =>
      message(1, "public", tlv(0xa2, integer(id), integer(0), integer(0))),
    ({ id }) =>
      message(
        1,
        "public",
        tlv(
          0xa2,
          ...[integer(id), integer(0), integer(0)],
          // A variable that is longer than the list around it.
          tlv(0x30, Uint8Array.of(0x30, 0x7f, ...oid(NAME), 5, 0)),
        ),
      ),
    (asked) => answer(asked, [[NAME, Uint8Array.of(4, 200, 65)]]),
  ];
  const got = await Promise.all(bad.map((reply) => outcome(reply)));
  for (const error of got) {
    assert.ok(error instanceof NetError, `${error}`);
    assert.equal(error.code, "timeout");
    assert.match(error.message, /1 came that cannot be read/);
  }
});

Deno.test("an answer to another question, from another version or community is none", async () => {
  const others: readonly ((asked: Asked) => Uint8Array)[] = [
    (asked) => answer({ ...asked, id: asked.id + 1 }, named("x")),
    (asked) => answer({ ...asked, version: 0 }, named("x")),
    ({ id }) => message(1, "other", pdu(0xa2, id, named("x"))),
    ({ id }) => message(1, "public", pdu(0xa0, id, named("x"))),
  ];
  for (
    const got of await Promise.all(others.map((reply) => outcome(reply)))
  ) {
    assert.equal((got as NetError).code, "timeout");
  }
});

Deno.test("noise before the answer does not harm, nor does the answer twice", async () => {
  assert.equal(
    await outcome((asked) => [
      Uint8Array.of(0x30, 0x82),
      answer({ ...asked, id: 7 }, named("wrong")),
      answer(asked, named("right")),
      answer(asked, named("right")),
    ], patient),
    "right",
  );
});

Deno.test("an agent that answers with other variables, or another number of them, is told", async () => {
  const other = await outcome(
    (asked) => answer(asked, [["1.3.6.1.2.1.1.4.0", text("x")]]),
    patient,
  );
  const more = await outcome(
    (asked) => answer(asked, [...named("x"), ...named("y")]),
    patient,
  );
  const none = await outcome((asked) => answer(asked, []), patient);
  for (const error of [other, more, none]) {
    assert.equal((error as NetError).code, "mismatch", `${error}`);
  }
});

Deno.test("an error-status that nobody knows, with an index of no variable, is an error all the same", async () => {
  const odd = await outcome(
    (asked) => answer(asked, named("x"), [99, 77]),
    patient,
  );
  assert.equal((odd as NetError).code, "general-error");
  assert.match((odd as NetError).message, /error-status 99/);
});

Deno.test("values of impossible length are errors that name the place", async () => {
  const values = [
    tlv(0x40, Uint8Array.of(1, 2, 3)),
    tlv(0x41, new Uint8Array(6)),
    tlv(0x46, new Uint8Array(10)),
    tlv(0x02),
    tlv(0x02, new Uint8Array(9).fill(0x55)),
    tlv(0x06, Uint8Array.of(0x2b, 0x86)),
    tlv(0x06, Uint8Array.of(0x2b, 0xff, 0xff, 0xff, 0xff, 0x7f)),
  ];
  for (const value of values) {
    const got = await outcome(
      (asked) => answer(asked, [[NAME, value]]),
      patient,
    );
    assert.equal((got as Error).name, "DecodeError", `${got}`);
  }
});

const walks: readonly (readonly [
  name: string,
  reply: (asked: Asked) => readonly Variable[],
  code: string,
])[] = [
  ["stays in its place", ({ oids }) => [[oids[0]!, integer(1)]], "loop"],
  [
    "goes backwards",
    ({ before }) => [[`${ROOT}.${before === 0 ? 5 : 4}`, integer(1)]],
    "loop",
  ],
  [
    "goes round inside one answer",
    () => [5, 6, 5, 6].map((n) => [`${ROOT}.${n}`, integer(n)]),
    "loop",
  ],
  ["answers with nothing", () => [], "mismatch"],
];

for (const [what, reply, code] of walks) {
  Deno.test(`a walk ends with an error when an agent ${what}`, async () => {
    await using other = await agent((asked) => answer(asked, reply(asked)));
    await using session = await open(other.target, { mib });
    await assert.rejects(Promise.resolve(session.walk(ROOT)), { code });
    await using old = await open(other.target, { mib, version: "1" });
    await assert.rejects(Promise.resolve(old.walk(ROOT)), { code });
  });
}

Deno.test("a walk of an agent without end ends when its loop is left", async () => {
  await using other = await agent((asked) => {
    const from = Number(asked.oids[0]!.split(".").at(-1));
    return answer(
      asked,
      Array.from(
        { length: asked.repetitions },
        (_, i) => [`${ROOT}.1.${from + i + 1}`, integer(i)],
      ),
    );
  });
  await using session = await open(other.target, { mib });
  let count = 0;
  for await (const _ of session.walk(`${ROOT}.1`)) if (++count === 1000) break;
  const questions = other.asked.length;
  assert.equal(count, 1000);
  await assert.rejects(
    Promise.resolve(session.walk(`${ROOT}.1`, { timeout: 30 })),
    { code: "timeout" },
  );
  assert.ok(other.asked.length > questions);
});

Deno.test("random octets for answers neither hang nor crash anything", async () => {
  let seed = 20261123;
  const random = () =>
    (seed = Math.imul(seed, 1664525) + 1013904223 >>> 0) / 2 ** 32;
  await using other = await agent((asked) =>
    Array.from({ length: 40 }, () => {
      const octets = answer(asked, named("router"));
      for (let n = 0; n < 3; n++) {
        octets[Math.floor(random() * octets.length)] = random() * 256;
      }
      return octets;
    })
  );
  await using session = await open(other.target, impatient);
  const got = await Promise.allSettled(
    Array.from({ length: 50 }, () => session.get(NAME)),
  );
  for (const one of got) {
    if (one.status === "fulfilled") continue;
    assert.ok(one.reason instanceof NetError, `${one.reason}`);
  }
});

Deno.test("whoever waits is told when the session is closed or the signal aborts, and nothing is left", async () => {
  await using mute = await agent(() => undefined);
  const session = await open(mute.target, { mib });
  const waiting = session.get(NAME);
  const reason = new Error("enough");
  const aborter = new AbortController();
  const stopped = session.get(NAME, { signal: aborter.signal });
  const walking = session.walk(ROOT, { signal: aborter.signal });
  walking.catch(() => {});
  aborter.abort(reason);
  await assert.rejects(stopped, reason);
  await assert.rejects(Promise.resolve(walking), reason);
  await session.close();
  await assert.rejects(waiting, { code: "closed" });
  await assert.rejects(session.get(NAME), { code: "closed" });
  await session.close();
});

Deno.test("a signal that aborts ends the opening, and later the session", async () => {
  await using mute = await agent(() => undefined);
  const reason = new Error("enough");
  await assert.rejects(
    open(mute.target, { mib, signal: AbortSignal.abort(reason) }),
    reason,
  );
  const aborter = new AbortController();
  const session = await open(mute.target, { mib, signal: aborter.signal });
  const waiting = session.get(NAME);
  aborter.abort(reason);
  await assert.rejects(waiting, { code: "closed" });
  assert.ok(session.closed);
  await session.close();
});

const without = whyNoSnmpd();

testUnless(
  without,
  "a version 3 answer that is changed on the way, or not signed at all, is none",
  async () => {
    await using bed = await snmpBed({ users: ["sha_aes", "none"] });
    const user = bed.users.find(({ name }) => name === "sha_aes")!;
    const options: OpenOptions = { user, retries: 0, timeout: 1000, mib };
    let answers = 0;
    // Its second answer: the first tells of the engine.
    const changed = (octets: Uint8Array, way: Way) => {
      if (way === "there" || ++answers === 1) return octets;
      const copy = octets.slice();
      copy[copy.length - 1]! ^= 1;
      return copy;
    };
    await using between = await relay(bed.target, changed);
    await using session = await open(between.target, options);
    await assert.rejects(session.get(NAME), (error: NetError) => {
      assert.match(error.message, /1 came that the agent cannot have sent/);
      return true;
    });
    // Without its flags it looks like an answer to somebody who asked in the open.
    await using stripper = await relay(bed.target, (octets, way) => {
      const at = octets.findIndex((_, i) =>
        octets[i] === 4 && octets[i + 1] === 1 && octets[i + 2] === 3
      );
      if (way === "there" || at < 0) return octets;
      const copy = octets.slice();
      copy[at + 2] = 0;
      return copy;
    });
    await using stripped = await open(stripper.target, options);
    await assert.rejects(stripped.get(NAME), NetError);
  },
);

testUnless(
  without,
  "a walk over a wire that loses and doubles datagrams gives the same as one that does not",
  async () => {
    await using bed = await snmpBed({
      extraConf: Array.from(
        { length: 400 },
        (_, i) => `override .${ROOT}.1.${i + 1} integer ${i}`,
      ).join("\n"),
    });
    const user = bed.users.find(({ name }) => name === "sha_aes")!;
    await using direct = await open(bed.target, { mib });
    const all = (await direct.walk(ROOT)).map(String);
    assert.equal(all.length, 400);
    let n = 0;
    await using lossy = await relay(bed.target, (octets) => {
      n++;
      return n % 4 === 0 ? undefined : n % 7 === 0 ? [octets, octets] : octets;
    });
    for (const options of [{}, { user }]) {
      await using session = await open(lossy.target, {
        ...options,
        timeout: 150,
        retries: 8,
        maxRepetitions: 40,
        mib,
      });
      assert.deepEqual((await session.walk(ROOT)).map(String), all);
    }
  },
);

testUnless(
  without,
  "a session outlives its agent: killed and started again, even as another engine, it answers",
  async () => {
    await using bed = await snmpBed();
    const user = bed.users.find(({ name }) => name === "sha_aes")!;
    await using session = await open(bed.target, { user, mib });
    await using open2 = await open(bed.target, { mib, retries: 60 });
    assert.ok((await session.get(NAME)).exists);
    assert.ok((await open2.get(NAME)).exists);
    for (const forget of [false, false, true]) {
      await bed.kill();
      await bed.start({ forget });
      assert.ok((await session.get(NAME)).exists);
    }
    await bed.kill();
    const patient = open2.get(NAME);
    await assert.rejects(
      open(bed.target, { mib }).then(async (one) => {
        await using fresh = one;
        return await fresh.get(NAME);
      }),
      { code: "refused" },
    );
    await bed.start();
    assert.ok((await patient).exists);
    await bed.kill();
    await using short = await open(bed.target, {
      user,
      mib,
      retries: 0,
      timeout: 100,
    });
    await assert.rejects(short.get(NAME), (error: Error) => {
      assert.ok(!(error instanceof AuthError));
      return true;
    });
  },
);
