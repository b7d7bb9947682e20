import assert from "node:assert/strict";
import { nodeCrypto } from "../../../lib/tls/probe/node_crypto.ts";
import { RecordProtection } from "../../../lib/tls/probe/record_protection.ts";
import { connectionKeys } from "../../../lib/tls/probe/session_keys.ts";
import { suiteFacts } from "../../../lib/tls/probe/suite_facts.ts";
import { trafficKeys } from "../../../lib/tls/probe/key_schedule.ts";

const content = new TextEncoder().encode("what is to be hidden");

Deno.test("what is sealed is opened again, by every suite with its own digest", async () => {
  const crypto = await nodeCrypto();
  for (const number of [0x1301, 0x1302, 0x1303, 0xc02b, 0xc030, 0xcca8]) {
    const suite = suiteFacts(number)!;
    const pair = () => {
      if (!suite.is1_3) {
        const zeros = new Uint8Array(32);
        return connectionKeys(crypto, {
          ...{ suite, version: 0x0303, master: new Uint8Array(48) },
          randoms: { client: zeros, server: zeros },
        }).client;
      }
      const secret = new Uint8Array(32).fill(7);
      const keys = trafficKeys(crypto, suite.hash, secret, suite.keyLength);
      return new RecordProtection(crypto, { suite, version: 0x0304, keys });
    };
    const [writer, reader] = [pair(), pair()];
    for (let n = 0; n < 3; n++) {
      const record = writer.seal(22, content);
      const type = record[0]!;
      const length = record[3]! << 8 | record[4]!;
      assert.equal(length, record.length - 5, suite.name);
      const opened = reader.open(type, 0x0303, record.subarray(5));
      assert.deepEqual(
        opened,
        { type: 22, content, padding: 0 },
        `${suite.name} record ${n}`,
      );
    }
  }
});

Deno.test("records in blocks and without encryption are opened again, in every version", async () => {
  const crypto = await nodeCrypto();
  const zeros = new Uint8Array(32);
  for (const number of [0x002f, 0x0035, 0x000a, 0xc028, 0x0002, 0x003b]) {
    for (const version of [0x0301, 0x0302, 0x0303]) {
      for (const encryptThenMac of [false, true]) {
        const suite = suiteFacts(number)!;
        const pair = () =>
          connectionKeys(crypto, {
            ...{ suite, version, encryptThenMac },
            master: new Uint8Array(48).fill(3),
            randoms: { client: zeros, server: zeros },
          }).server;
        const [writer, reader] = [pair(), pair()];
        for (const length of [0, 1, 11, 12, 15, 16, 300]) {
          const content = new Uint8Array(length).fill(length);
          const record = writer.seal(22, content);
          assert.equal(record[2], version & 0xff);
          const opened = reader.open(22, version, record.subarray(5));
          const which = `${suite.name} ${version.toString(16)} ${length}`;
          assert.deepEqual(opened, { type: 22, content, padding: 0 }, which);
        }
        const record = writer.seal(22, content);
        record[record.length - 1]! ^= 1;
        assert.ok("problem" in reader.open(22, version, record.subarray(5)));
      }
    }
  }
});

Deno.test("a record of which one bit was changed is a problem, not an exception", async () => {
  const crypto = await nodeCrypto();
  const suite = suiteFacts(0x1301)!;
  const keys = { key: new Uint8Array(16), iv: new Uint8Array(12) };
  const facts = { suite, version: 0x0304, keys };
  const record = new RecordProtection(crypto, facts).seal(22, content)
    .subarray(5);
  for (let bit = 0; bit < record.length * 8; bit++) {
    const changed = record.slice();
    changed[bit >> 3]! ^= 1 << (bit & 7);
    const opened = new RecordProtection(crypto, facts).open(
      23,
      0x0303,
      changed,
    );
    assert.ok("problem" in opened, `bit ${bit}`);
  }
  for (let length = 0; length < record.length; length++) {
    const opened = new RecordProtection(crypto, facts)
      .open(23, 0x0303, record.subarray(0, length));
    assert.ok("problem" in opened, `${length} octets`);
  }
});

Deno.test("blocks of any length and content are problems, not exceptions", async () => {
  const crypto = await nodeCrypto();
  for (const number of [0xc013, 0xc027, 0x000a, 0xc006]) {
    const suite = suiteFacts(number)!;
    for (const encryptThenMac of [false, true]) {
      for (const version of [0x0301, 0x0302, 0x0303]) {
        const zeros = new Uint8Array(32);
        const { client } = connectionKeys(crypto, {
          ...{ suite, version, master: new Uint8Array(48), encryptThenMac },
          randoms: { client: zeros, server: zeros },
        });
        for (let length = 0; length < 100; length++) {
          const opened = client.open(23, version, new Uint8Array(length));
          assert.ok("problem" in opened, `${suite.name}, ${length} octets`);
        }
      }
    }
  }
});

Deno.test("padding of TLS 1.3 is told apart from content", async () => {
  const crypto = await nodeCrypto();
  const suite = suiteFacts(0x1301)!;
  const keys = { key: new Uint8Array(16), iv: new Uint8Array(12) };
  const facts = { suite, version: 0x0304, keys };
  const open = (inner: readonly number[]) => {
    // Sealing adds one type behind what is given: here zero, which is padding.
    const record = new RecordProtection(crypto, facts)
      .seal(0, Uint8Array.from(inner));
    return new RecordProtection(crypto, facts)
      .open(23, 0x0303, record.subarray(5));
  };
  assert.deepEqual(open([9, 8, 23, 0, 0]), {
    type: 23,
    content: Uint8Array.of(9, 8),
    padding: 3,
  });
  assert.deepEqual(open([0, 0]), {
    problem: "the record has nothing but padding",
  });
});

Deno.test("a suite says by its name what it is made of", () => {
  const facts = [0x1303, 0xc014, 0x0005, 0xcc13, 0xc09c].map((number) => {
    const { keyExchange, cipher, mac, hash, isAead } = suiteFacts(number)!;
    return [keyExchange, cipher, mac, hash, isAead];
  });
  assert.deepEqual(facts, [
    ["", "chacha20-poly1305", undefined, "sha256", true],
    ["ECDHE", "aes-256-cbc", "sha1", "sha256", false],
    ["RSA", undefined, "sha1", "sha256", false],
    ["ECDHE", undefined, undefined, "sha256", true],
    ["RSA", undefined, undefined, "sha256", true],
  ]);
  assert.equal(suiteFacts(0xfefe), undefined);
});
