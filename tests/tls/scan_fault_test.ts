/** Scans of servers that are old, broken, hostile or not there. */

import assert from "node:assert/strict";
import * as net from "../../mod.ts";
import { PermissionError } from "../../lib/errors.ts";
import { readMessage } from "../../lib/tls/probe/encrypted_messages.ts";
import { scan } from "../../lib/tls/scan/scan.ts";
import { type Answer, byHand } from "./scan_faults.ts";

/** Answers with the first of its suites that is offered, in its versions. */
function choosing(
  versions: readonly number[],
  suites: readonly number[],
  more: Partial<Extract<Answer, { suite: number }>> = {},
): Parameters<typeof byHand>[0] {
  return (hello) => {
    if (hello === "ssl2") return "close";
    const is1_3 = hello.extensions?.some(({ kind }) =>
      kind === "supportedVersions"
    );
    if (is1_3 || !versions.includes(hello.version)) return { alert: 70 };
    const suite = suites.find((one) => hello.cipherSuites.includes(one));
    if (suite === undefined) return { alert: 40 };
    return { version: hello.version, suite, ...more };
  };
}

Deno.test("SSL 3.0 with RC4, DES and export suites is found by its weaknesses", async () => {
  const suites = [0x0005, 0x0009, 0x000a, 0x0003];
  await using server = await byHand(choosing([0x0300], suites));
  const { protocols, weaknesses, grade } = await scan(server.address);
  const ssl3 = protocols.find(({ name }) => name === "SSL 3.0")!;
  assert.deepEqual(ssl3.suites.map(({ number }) => number), suites);
  assert.equal(ssl3.order, "server");
  assert.equal(grade, "F");
  const ids = weaknesses.map(({ id }) => id);
  for (
    const id of [
      ...["export", "short-key", "poodle", "rc4", "sweet32"],
      ...["no-forward-secrecy", "beast", "no-current-version"],
    ]
  ) assert.ok(ids.includes(id), id);
});

Deno.test("compression, heartbeats and a missing renegotiation_info are told", async () => {
  await using server = await byHand(choosing([0x0303], [0x009c], {
    compression: 1,
    extensions: [{ kind: "heartbeat", mode: 1 }],
  }));
  const { features, weaknesses, grade } = await scan(server.address);
  assert.equal(features.compression, true);
  assert.equal(features.heartbeat, true);
  assert.equal(features.heartbleed, undefined);
  assert.equal(features.renegotiation.secure, false);
  assert.equal(features.extendedMasterSecret, false);
  assert.equal(grade, "D");
  const ids = weaknesses.map(({ id }) => id);
  for (const id of ["crime", "heartbeat", "insecure-renegotiation"]) {
    assert.ok(ids.includes(id), id);
  }
});

/** Servers by what they do with a heartbeat that lies about its length. */
const heartbeats: Readonly<Record<string, readonly [Uint8Array, boolean]>> = {
  "sends its memory": [
    Uint8Array.from([24, 3, 3, 0, 35, 2, 0, 16, ...new Uint8Array(32).fill(7)]),
    true,
  ],
  "sends an alert": [Uint8Array.of(21, 3, 3, 0, 2, 2, 10), false],
};

for (const [name, [answer, bleeds]] of Object.entries(heartbeats)) {
  Deno.test(`Heartbleed is asked for only on demand: a server that ${name}`, async () => {
    const asked: Uint8Array[] = [];
    await using server = await byHand(
      choosing([0x0303], [0x009c], {
        extensions: [{ kind: "heartbeat", mode: 1 }],
      }),
      async (conn) => {
        const question = await conn.read().catch(() => null);
        if (question === null) return;
        asked.push(question);
        await conn.write(answer);
      },
    );
    await scan(server.address);
    assert.equal(asked.length, 0);
    const { features } = await scan(server.address, { heartbleed: true });
    assert.equal(features.heartbleed, bleeds);
    // One question, of three octets that claim sixteen.
    assert.deepEqual(asked.map((one) => [...one.subarray(0, 8)]), [
      [24, 3, 3, 0, 3, 1, 0, 16],
    ]);
  });
}

Deno.test("SSL 2.0 is found where there is nothing else", async () => {
  const hello = [4, 0, 1, 0, 2, 0, 3, 0, 6, 0, 4, 9, 9, 9, 1, 0, 0x80, 7, 0];
  const body = [...hello, 0xc0, 1, 2, 3, 4];
  const octets = Uint8Array.from([0x80, body.length, ...body]);
  await using server = await byHand((hello) =>
    hello === "ssl2" ? octets : "close"
  );
  const { ssl2, grade, weaknesses } = await scan(server.address);
  assert.deepEqual(ssl2, [
    "SSL_CK_RC4_128_WITH_MD5",
    "SSL_CK_DES_192_EDE3_CBC_WITH_MD5",
  ]);
  assert.equal(grade, "F");
  assert.equal(weaknesses[0]?.id, "ssl2");
});

Deno.test("a server that refuses every hello by an alert has no grade", async () => {
  await using server = await byHand(() => ({ alert: 112 }));
  const found = await scan(server.address);
  assert.equal(found.grade, undefined);
  assert.equal(found.protocols[0]?.refusal, "alert unrecognized_name");
  assert.match(Deno.inspect(found), /speaks no version of TLS/);
});

Deno.test("a server that chooses what was not offered is not believed", async () => {
  await using server = await byHand((hello) =>
    hello === "ssl2" ? "close" : { version: 0x0303, suite: 0x1234 }
  );
  const { protocols } = await scan(server.address);
  assert.ok(protocols.every(({ suites }) => suites.length === 0));
});

Deno.test("certificates that cannot be read are told of, with their octets", async () => {
  const rubbish = Uint8Array.of(0x30, 0x82, 1);
  await using server = await byHand(
    choosing([0x0303], [0x009c], { certificates: [rubbish] }),
  );
  const { certificates } = await scan(server.address);
  assert.equal(certificates[0]?.kind, "unknown");
  assert.match(certificates[0]?.problem ?? "", /Cannot decode/);
  assert.deepEqual(certificates[0]?.der, [rubbish]);
});

/** What the servers do, and the code of the error. */
const dumb: Readonly<Record<string, readonly [Answer, string]>> = {
  "says nothing": ["silent", "timeout"],
  "resets": ["reset", "reset"],
  "closes": ["close", "closed"],
  "speaks something else": [
    new TextEncoder().encode("HTTP/1.1 400 Bad Request\r\n\r\n"),
    "not-tls",
  ],
  "sends rubbish": [
    crypto.getRandomValues(new Uint8Array(9000)).fill(0, 0, 4),
    "not-tls",
  ],
  "sends a record without end": [
    Uint8Array.of(22, 3, 3, 0x40, 0, 2),
    "timeout",
  ],
};

for (const [name, [answer, code]] of Object.entries(dumb)) {
  Deno.test(`a server that ${name} ends the scan, and says so`, async () => {
    await using server = await byHand(() => answer);
    const started = performance.now();
    await assert.rejects(scan(server.address, { timeout: 100 }).then(), {
      name: "NetError",
      code,
      op: "scan the TLS of",
      target: `${server.address}`,
    });
    assert.ok(performance.now() - started < 20_000);
  });
}

Deno.test("a server that is slow is waited for", async () => {
  const suites = [0x009c, 0x009d];
  await using slow = await net.tcp.serve({}, async (conn) => {
    const made = choosing([0x0303], suites);
    const head = await conn.readExactly(5);
    if (head[0] !== 22) return;
    const body = await conn.readExactly(head[3]! << 8 | head[4]!);
    const said = made(readMessage(body, 0, false) as never) as {
      suite?: number;
    };
    await new Promise((resolve) => setTimeout(resolve, 15));
    const answer = said.suite === undefined ? [21, 3, 1, 0, 2, 2, 40] : [
      ...[22, 3, 3, 0, 42, 2, 0, 0, 38, 3, 3, ...new Uint8Array(33)],
      ...[said.suite >> 8, said.suite & 255, 0],
      ...[22, 3, 3, 0, 4, 14, 0, 0, 0],
    ];
    // An octet at a time, or nearly.
    for (let at = 0; at < answer.length; at += 9) {
      await conn.write(Uint8Array.from(answer.slice(at, at + 9)));
    }
    await conn.read().catch(() => {});
  });
  const found = await scan(slow.address);
  const numbers = found.protocol("TLS 1.2")!.suites.map(({ number }) => number);
  assert.deepEqual(numbers, suites);
});

Deno.test("a server that does not listen, or stops to, is an error with its code", async () => {
  const server = await byHand(() => "close");
  const { address } = server;
  await server.close();
  await assert.rejects(scan(address).then(), { code: "refused" });
});

Deno.test("a caller's signal ends a scan at once, and nothing stays open", async () => {
  await using server = await byHand(() => "silent");
  const reason = new Error("enough");
  const controller = new AbortController();
  const running = scan(server.address, { signal: controller.signal });
  setTimeout(() => controller.abort(reason), 30);
  await assert.rejects(running.then(), (error) => error === reason);
});

Deno.test("no more connections are open at a time than asked for", async () => {
  let now = 0;
  let most = 0;
  await using server = await net.tcp.serve({}, async (conn) => {
    most = Math.max(most, ++now);
    await conn.read();
    await new Promise((resolve) => setTimeout(resolve, 5));
    await conn.write(Uint8Array.of(21, 3, 1, 0, 2, 2, 40));
    now--;
  });
  await scan(server.address, { concurrency: 2 });
  assert.equal(most, 2);
});

Deno.test("others' machines are not scanned without leave, nor connected to", async () => {
  await assert.rejects(scan("192.0.2.77:443").then(), (error) => {
    assert.ok(error instanceof PermissionError);
    assert.equal(error.code, "not-authorised");
    return true;
  });
  await assert.rejects(
    scan("192.0.2.77:443", { authorised: " " }).then(),
    TypeError,
  );
});

Deno.test("what cannot be scanned is refused before anything is sent", () => {
  assert.throws(() => scan("127.0.0.1:0"), RangeError);
  assert.throws(() => scan("127.0.0.1", { concurrency: 0 }), RangeError);
  assert.throws(() => scan("127.0.0.1", { timeout: -1 }), RangeError);
  assert.throws(
    () => scan("127.0.0.1", { starttls: "gopher" as never }),
    TypeError,
  );
  assert.throws(() => scan("a host"), SyntaxError);
  assert.throws(() => scan("http://127.0.0.1"), TypeError);
});
