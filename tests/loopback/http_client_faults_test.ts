/** Servers that are wrong, endless or gone: what the clients say of them. */
import assert from "node:assert/strict";
import { client } from "../../lib/http/client.ts";
import { raw } from "../../lib/http/raw.ts";
import { seeded } from "../../lib/random.ts";
import * as tcp from "../../lib/socket/tcp.ts";
import { sleep } from "./conditions.ts";
import { used } from "./memory.ts";
import { seed } from "../seed.ts";

const OK = "HTTP/1.1 200 OK\r\n";
const CHUNKED = `${OK}Transfer-Encoding: chunked\r\n\r\n`;

/** What it sends first; then again and again; how it ends; what is heard of it. */
interface Fault {
  readonly first?: string;
  readonly endless?: string;
  readonly end?: "reset" | "close";
  /** The session's code. */
  readonly session: string;
  /** The code of `raw`. */
  readonly raw: string;
}

const faults: Readonly<Record<string, Fault>> = {
  silence: { session: "timeout", raw: "timeout" },
  "no word": { end: "close", session: "closed", raw: "truncated" },
  "a reset before the head": { end: "reset", session: "reset", raw: "reset" },
  "half a head": {
    first: OK,
    end: "close",
    session: "closed",
    raw: "truncated",
  },
  "a head without end": {
    first: OK,
    endless: `X: ${"y".repeat(1000)}\r\n`,
    session: "malformed",
    raw: "malformed",
  },
  "a field without end": {
    first: `${OK}X: `,
    endless: "y".repeat(10_000),
    session: "malformed",
    raw: "malformed",
  },
  "interim replies without end": {
    endless: "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n".repeat(100),
    session: "timeout",
    raw: "malformed",
  },
  "a body without end": {
    first: `${OK}\r\n`,
    endless: "z".repeat(60_000),
    session: "too-large",
    raw: "malformed",
  },
  "chunks without end": {
    first: CHUNKED,
    endless: `64\r\n${"z".repeat(100)}\r\n`.repeat(100),
    session: "too-large",
    raw: "malformed",
  },
  "a chunk's line without end": {
    first: CHUNKED,
    endless: `1;${"e".repeat(10_000)}`,
    session: "closed",
    raw: "malformed",
  },
  "trailers without end": {
    first: `${CHUNKED}0\r\n`,
    endless: `T: ${"u".repeat(1000)}\r\n`,
    session: "closed",
    raw: "malformed",
  },
  "a body cut short": {
    first: `${OK}Content-Length: 10\r\n\r\nhalf`,
    end: "close",
    session: "closed",
    raw: "truncated",
  },
  "a reset in the body": {
    first: `${OK}Content-Length: 10\r\n\r\nhalf`,
    end: "reset",
    session: "closed",
    raw: "reset",
  },
  "two lengths": {
    first: `${OK}Content-Length: 1\r\nContent-Length: 2\r\n\r\nab`,
    session: "malformed",
    raw: "malformed",
  },
  garbage: {
    first: "\0\x01\x02garbage\r\n\r\n",
    session: "malformed",
    raw: "malformed",
  },
};

/** Has both clients ask a server that has this fault. */
async function meet({ first, endless, end, ...heard }: Fault): Promise<void> {
  await using server = await tcp.serve({}, async (conn, { signal }) => {
    await conn.read();
    if (first !== undefined) await conn.write(first);
    while (endless !== undefined) await conn.write(endless);
    if (end === "reset") {
      await sleep(5);
      conn.reset();
    }
    if (end === undefined) { while (await conn.read({ signal })); }
  });
  // Long for those that are to end by themselves, however busy the machine.
  const timeout = (code: string) => code === "timeout" ? 150 : 30_000;
  const limit = 100_000;
  using session = client({ timeout: timeout(heard.session), limit });
  await assert.rejects(
    session.get(`http://${server.address}/`),
    (error: { code?: string; message: string }) => {
      assert.equal(error.code, heard.session, error.message);
      assert.ok(error.message.includes(`${server.address}`), error.message);
      return true;
    },
  );
  await assert.rejects(
    raw(server.address, {}, {
      timeout: timeout(heard.raw),
      limit,
      maxHead: 10_000,
    }),
    (error: { code?: string; message: string }) => {
      assert.equal(error.code, heard.raw, error.message);
      return true;
    },
  );
  await server.close({ drain: 0 });
}

Deno.test("each fault of a server is an error soon, and leaves nothing behind", async () => {
  const before = used();
  await Promise.all(
    Object.entries(faults).map(([name, fault]) =>
      meet(fault).catch((cause) => {
        throw new Error(`${name}: ${cause.message}`, { cause });
      })
    ),
  );
  const more = used() - before;
  assert.ok(more < 5e6, `${more} octets are still held`);
});

Deno.test(`spoilt answers end in an answer or an error of the session (seed ${seed})`, async () => {
  const random = seeded(seed);
  const samples = [
    `${CHUNKED}5\r\nhello\r\n0\r\nT: u\r\n\r\n`,
    `${OK}Content-Length: 5\r\nSet-Cookie: a=b; Max-Age=9\r\n\r\nhello`,
    `${OK}Content-Encoding: gzip\r\nContent-Length: 5\r\n\r\nhello`,
    "HTTP/1.1 302 Found\r\nLocation: /next\r\nContent-Length: 0\r\n\r\n",
    'HTTP/1.1 401 No\r\nWWW-Authenticate: Digest realm="r", nonce="n"\r\nContent-Length: 0\r\n\r\n',
  ].map((text) => new TextEncoder().encode(text));
  await using server = await tcp.serve({}, async (conn) => {
    await conn.read();
    const octets = [...samples[Math.floor(random() * samples.length)]!];
    for (let n = Math.floor(random() * 4); n >= 0; n--) {
      const at = Math.floor(random() * octets.length);
      if (random() < 0.5) octets[at] = Math.floor(random() * 256);
      else octets.splice(at, Math.floor(random() * 9));
    }
    await conn.write(Uint8Array.from(octets));
  });
  using session = client({
    timeout: 20_000,
    cache: true,
    maxRedirects: 2,
    auth: { scheme: "digest", username: "u", password: "p" },
  });
  const one = async (n: number) => {
    try {
      await session.get(`http://${server.address}/${n}`);
    } catch (error) {
      const { name, code } = error as { name: string; code?: string };
      assert.ok(["NetError", "AuthError"].includes(name), `${error}`);
      assert.notEqual(code, "timeout");
    }
  };
  for (let n = 0; n < 300; n += 30) {
    await Promise.all(Array.from({ length: 30 }, (_, i) => one(n + i)));
  }
});
