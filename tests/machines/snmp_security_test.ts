import assert from "node:assert/strict";
import { AuthError, type NetError } from "../../lib/errors.ts";
import { readMessage } from "../../lib/snmp/asking/message.ts";
import { open } from "../../lib/snmp/open.ts";
import type { User } from "../../lib/snmp/user.ts";
import * as udp from "../../lib/socket/udp.ts";
import { testUnless } from "../skip.ts";
import { integer, pdu, text, tlv } from "../unit/snmp/ber.ts";
import {
  ALL_USERS,
  AUTH_PASSWORD,
  PRIV_PASSWORD,
  snmpBed,
  whyNoSnmpd,
} from "./snmp_bed.ts";

const without = whyNoSnmpd();
const NAME = "1.3.6.1.2.1.1.5.0";

testUnless(
  without,
  "every pair of signature and encryption that snmpd has works",
  async () => {
    await using bed = await snmpBed({ users: "all" });
    assert.equal(bed.users.length, 43);
    const all = await Promise.all(bed.users.map(async (user) => {
      await using session = await open(bed.target, { user, retries: 5 });
      const [name] = await session.get([NAME]);
      const list = await session.walk("1.3.6.1.2.1.1.9");
      return `${user.name} ${name!.value} ${list.length > 20}`;
    }));
    assert.deepEqual(
      all,
      bed.users.map(({ name }) => `${name} ${Deno.hostname()} true`),
    );
  },
);

/** A user that is nearly right, and what the agent makes of it. */
const wrong: readonly (readonly [
  what: string,
  user: User,
  code: string,
  says: RegExp,
])[] = [
  [
    "another name",
    { ...userOf("sha_aes"), name: "nobody" },
    "unknown-user",
    /no user "nobody".*user\.name/,
  ],
  [
    "another password to sign with",
    {
      ...userOf("sha_aes"),
      auth: { protocol: "sha", password: "another one" },
    },
    "wrong-digest",
    /signature of "sha_aes" wrong.*protocol is sha/,
  ],
  [
    "another way to sign",
    {
      ...userOf("sha_aes"),
      auth: { protocol: "sha256", password: AUTH_PASSWORD },
    },
    "wrong-digest",
    /protocol is sha256/,
  ],
  [
    "another password to encrypt with",
    {
      ...userOf("sha_aes"),
      priv: { protocol: "aes", password: "another one" },
    },
    "decryption-error",
    /nothing to what is encrypted.*user\.priv/,
  ],
  [
    "another way to encrypt",
    {
      ...userOf("sha_aes"),
      priv: { protocol: "des", password: PRIV_PASSWORD },
    },
    "decryption-error",
    /protocol is des/,
  ],
  [
    "encryption that the agent does not have for it",
    {
      ...userOf("sha"),
      priv: { protocol: "aes", password: PRIV_PASSWORD },
    },
    "unsupported-security-level",
    /leave out 'priv'/,
  ],
];

function userOf(name: string): User {
  return ALL_USERS.find((user) => user.name === name)!;
}

testUnless(
  without,
  "a user that is wrong is told what is wrong with it",
  async () => {
    await using bed = await snmpBed();
    for (const [what, user, code, says] of wrong) {
      await using session = await open(bed.target, {
        user,
        retries: 0,
        // What it cannot decrypt, it does not answer.
        timeout: code === "decryption-error" ? 300 : 10_000,
      });
      await assert.rejects(session.get(NAME), (error: AuthError) => {
        assert.ok(error instanceof AuthError, `${what}: ${error}`);
        assert.equal(error.code, code, `${what}: ${error}`);
        assert.match(error.message, says);
        assert.ok(!error.message.includes("another one"));
        return true;
      });
    }
    // Less than the agent asks for is no lie: it knows the user, and refuses.
    const { name, auth } = userOf("sha_aes");
    await using low = await open(bed.target, { user: { name, auth } });
    await assert.rejects(low.get(NAME), (error: NetError) => {
      assert.equal(error.code, "authorization-error");
      assert.match(error.message, /more than authNoPriv/);
      return true;
    });
    await using context = await open(bed.target, {
      user: userOf("sha_aes"),
      context: "elsewhere",
      retries: 0,
      timeout: 1000,
    });
    await assert.rejects(context.get(NAME), /leave out 'context'/);
  },
);

testUnless(
  without,
  "a session does not change the ciphers of anybody else",
  async () => {
    const crypto = await import("node:crypto");
    const { createCipheriv, createDecipheriv } = crypto.default;
    await using bed = await snmpBed({ users: ["sha_des"] });
    await using session = await open(bed.target, { user: userOf("sha_des") });
    assert.ok((await session.get(NAME)).exists);
    assert.equal(crypto.default.createCipheriv, createCipheriv);
    assert.equal(crypto.default.createDecipheriv, createDecipheriv);
  },
);

Deno.test("an answer without a signature is none to a question that had one", async () => {
  const engine = tlv(0x04, Uint8Array.of(0x80, 0, 0, 0, 5, 1, 2, 3, 4));
  const empty = tlv(0x04);
  const unsigned = (id: number, body: Uint8Array) =>
    tlv(
      0x30,
      integer(3),
      tlv(
        0x30,
        integer(id),
        integer(65507),
        tlv(4, Uint8Array.of(0)),
        integer(3),
      ),
      tlv(
        0x04,
        tlv(0x30, engine, integer(1), integer(9), empty, empty, empty),
      ),
      tlv(0x30, engine, empty, body),
    );
  await using socket = await udp.open();
  let answers = 0;
  const serving = (async () => {
    for await (const { data, from } of socket) {
      const asked = readMessage(data);
      assert.ok(asked.version === 3);
      const { id } = asked.security;
      const known = asked.security.engineId.length > 0;
      if (known) answers++;
      const body = known
        ? pdu(0xa2, asked.pdu!.requestId, [[NAME, text("forged")]])
        : pdu(0xa8, 0, [["1.3.6.1.6.3.15.1.1.4.0", integer(1, 0x41)]]);
      await socket.send(unsigned(id, body), from);
    }
  })();
  const options = { retries: 0, timeout: 1000 };
  const auth = { protocol: "sha", password: AUTH_PASSWORD } as const;
  await using session = await open(`${socket.address}`, {
    user: { name: "ada", auth },
    ...options,
  });
  await assert.rejects(session.get(NAME), /1 came that the agent cannot have/);
  assert.equal(answers, 1);
  // To one that had none, it is.
  await using careless = await open(`${socket.address}`, {
    user: { name: "ada" },
  });
  assert.equal((await careless.get(NAME)).value, "forged");
  await socket.close();
  await serving;
});
