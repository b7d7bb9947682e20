import assert from "node:assert/strict";
import fc from "fast-check";
import { DecodeError } from "../../../lib/errors.ts";
import { decodeReply, latin1, readReply } from "../../../lib/http/message.ts";

/** One octet for each character. */
function octets(text: string): Uint8Array {
  return Uint8Array.from(text, (c) => c.charCodeAt(0));
}

const decode = (text: string, method = "GET") =>
  decodeReply(octets(text), method);

Deno.test("a reply is read with its fields in order and its body whole", () => {
  const { reply, excess } = decode(
    "HTTP/1.1 200 OK\r\nB: 1\r\na:  two \t\r\nB: \xe9\r\nContent-Length: 3\r\n\r\nabcNEXT",
  );
  assert.deepEqual([reply.version, reply.status, reply.reason, reply.framing], [
    "1.1",
    200,
    "OK",
    "content-length",
  ]);
  assert.deepEqual(reply.fields.slice(0, 3), [["B", "1"], ["a", "two"], [
    "B",
    "\xe9",
  ]]);
  assert.equal(latin1(reply.body), "abc");
  assert.equal(latin1(excess), "NEXT");
  assert.equal(reply.length, 64);
});

Deno.test("the body's end is found as RFC 9112 §6.3 says", () => {
  const table: readonly (readonly [string, string, string, string, string])[] =
    [
      ["GET", "200 OK", "Content-Length: 2, 2", "ab", "content-length"],
      ["GET", "200 OK", "Transfer-Encoding: chunked", "", "chunked"],
      ["GET", "200 OK", "X: y", "ab to the end", "close"],
      ["GET", "200 OK", "Transfer-Encoding: gzip", "ab to the end", "close"],
      ["HEAD", "200 OK", "Content-Length: 5", "", "none"],
      ["HEAD", "200 OK", "Transfer-Encoding: chunked", "", "none"],
      ["GET", "204 No Content", "X: y", "", "none"],
      ["GET", "304 Not Modified", "Content-Length: 9", "", "none"],
      ["GET", "101 Switching Protocols", "Upgrade: x", "", "none"],
      ["CONNECT", "200 OK", "Content-Length: 9", "", "none"],
    ];
  for (const [method, status, field, body, framing] of table) {
    const end = framing === "chunked" ? "0\r\n\r\n" : body;
    const { reply } = decode(
      `HTTP/1.1 ${status}\r\n${field}\r\n\r\n${end}`,
      method,
    );
    assert.equal(reply.framing, framing, `${method} ${status} ${field}`);
    assert.equal(latin1(reply.body), body);
  }
});

Deno.test("chunks, their extensions and the trailers are read", () => {
  const { reply } = decode(
    "HTTP/1.1 200 \r\nTransfer-Encoding: Chunked\r\n\r\n" +
      'A;x="y"\r\n0123456789\r\n3 \r\nabc\r\n000\r\nDigest: x\r\nB: y\r\n\r\n',
  );
  assert.equal(latin1(reply.body), "0123456789abc");
  assert.deepEqual(reply.chunks, [10, 3]);
  assert.deepEqual(reply.trailers, [["Digest", "x"], ["B", "y"]]);
  assert.equal(reply.reason, "");
});

Deno.test("interim replies come before, 16 of them at most", () => {
  const early = "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n";
  const last = "HTTP/1.1 204 No Content\r\n\r\n";
  const { reply } = decode(
    `HTTP/1.1 100 Continue\r\n\r\n${early}${last}`,
  );
  assert.deepEqual(reply.interim.map(({ status }) => status), [100, 103]);
  assert.deepEqual(reply.interim[1]!.fields, [["Link", "</a>"]]);
  assert.throws(() => decode(early.repeat(17) + last), /more than 16 interim/);
});

Deno.test("what is no HTTP/1.1 is refused with its place", () => {
  const ok = "HTTP/1.1 200 OK\r\n";
  const chunked = `${ok}Transfer-Encoding: chunked\r\n\r\n`;
  const table: readonly (readonly [string, RegExp, number?])[] = [
    ["", /the other side closed/, 0],
    ["SSH-2.0-OpenSSH\r\n", /no status line: "SSH-2.0-OpenSSH"/, 0],
    ["HTTP/1.1 200 OK\n\n", /a line feed alone/, 15],
    ["HTTP/1.1\t200 OK\r\n\r\n", /no status line/, 0],
    ["HTTP/1.1 20 OK\r\n\r\n", /no status line/, 0],
    ["HTTP/1.1 099 No\r\n\r\n", /no status 099/, 9],
    ["HTTP/1.1 600 No\r\n\r\n", /no status 600/, 9],
    ["HTTP/2.0 200 OK\r\n\r\n", /HTTP\/2\.0 where 1\.1/, 5],
    ["http/1.1 200 OK\r\n\r\n", /no status line/, 0],
    [`${ok}a: b\r\r\n\r\n`, /a carriage return alone/, 21],
    [`${ok}a : b\r\n\r\n`, /a space before the colon/, 17],
    [`${ok}nothing\r\n\r\n`, /without a colon/, 17],
    [`${ok}: b\r\n\r\n`, /a field's name/, 17],
    [`${ok}a(b): b\r\n\r\n`, /a field's name/, 17],
    [`${ok} a: b\r\n\r\n`, /a folded line/, 17],
    [`${ok}a: b\r\n c\r\n\r\n`, /a folded line/, 23],
    [`${ok}a: \x00b\r\n\r\n`, /a control character/, 20],
    [`${ok}a: b\r\n`, /cut short|closed/, 23],
    [
      `${ok}Content-Length: 5\r\n\r\nabc`,
      /cut short at octet 38, needs 5 octets and has 3 \(says content-length\)/,
    ],
    [`${ok}Content-Length: -1\r\n\r\n`, /a Content-Length of "-1"/],
    [`${ok}Content-Length: 1e3\r\n\r\n`, /a Content-Length of "1e3"/],
    [
      `${ok}Content-Length: 1\r\nContent-Length: 2\r\n\r\nab`,
      /two Content-Lengths/,
    ],
    [
      `${ok}Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n`,
      /both Transfer-Encoding and/,
    ],
    [`${ok}Transfer-Encoding: chunked, gzip\r\n\r\n`, /not the last coding/],
    [
      "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      /in HTTP\/1\.0/,
    ],
    [`${chunked}x\r\n`, /a chunk size of "x"/],
    [`${chunked}-1\r\n`, /a chunk size of "-1"/],
    [`${chunked}0x5\r\n`, /a chunk size/],
    [`${chunked}\r\n`, /a chunk size of ""/],
    [`${chunked}2\r\nabX\r\n`, /no line end after a chunk/],
    [`${chunked}ffffffffffffffff\r\n`, /a chunk size/],
    [`${chunked}ffffffffff\r\n`, /a body of more than 67108864/],
    [
      `${ok}Content-Length: 99999999999\r\n\r\n`,
      /a body of more than 67108864/,
    ],
    [`${chunked}5\r\nab`, /needs 5 octets and has 2 \(says chunk size\)/],
    [`${chunked}0\r\n`, /closed/],
    [`${ok}a: ${"x".repeat(70_000)}\r\n\r\n`, /a head of too many octets/],
    [ok + "a: b\r\n".repeat(12_000) + "\r\n", /a head of too many octets/],
    [
      `${chunked}1;${"x".repeat(5000)}\r\na\r\n0\r\n\r\n`,
      /a head of too many octets/,
    ],
  ];
  for (const [text, message, offset] of table) {
    assert.throws(() => decode(text), (error: unknown) => {
      assert.ok(error instanceof DecodeError, text.slice(0, 60));
      assert.match(error.message, message);
      assert.equal(error.layer, "http");
      if (offset !== undefined) {
        assert.equal(error.offset, offset, text.slice(0, 60));
      }
      return true;
    });
  }
  assert.throws(
    () => decode(chunked + "1\r\na\r\n".repeat(262_145) + "0\r\n\r\n"),
    /more than 262144 chunks/,
  );
});

/** Gives a reply in pieces cut at the given places. */
function inPieces(whole: Uint8Array, cuts: readonly number[]) {
  const reading = readReply("GET");
  let step = reading.next(null);
  let at = 0;
  for (const cut of [...cuts].sort((a, b) => a - b)) {
    const next = Math.min(whole.length, Math.max(at, cut));
    if (step.done) return step.value;
    if (next > at) step = reading.next(whole.slice(at, next));
    at = next;
  }
  if (!step.done && at < whole.length) step = reading.next(whole.slice(at));
  while (!step.done) step = reading.next(null);
  return step.value;
}

const SAMPLES = [
  "HTTP/1.1 200 OK\r\nContent-Length: 10\r\nX: y\r\n\r\n0123456789",
  "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6;a=b\r\n world\r\n0\r\nT: u\r\n\r\n",
  "HTTP/1.0 200 OK\r\nServer: x\r\n\r\nto the end",
].map(octets);

Deno.test("however a reply is cut into pieces, it reads the same", () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...SAMPLES),
      fc.array(fc.nat(120), { maxLength: 40 }),
      (sample, cuts) => {
        assert.deepEqual(
          inPieces(sample, cuts).reply,
          decodeReply(sample).reply,
        );
      },
    ),
    { numRuns: 300 },
  );
});

Deno.test("a changed reply reads or is a DecodeError, and never hangs", () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...SAMPLES),
      fc.array(fc.tuple(fc.nat(120), fc.nat(255), fc.nat(2)), { maxLength: 6 }),
      fc.array(fc.nat(120), { maxLength: 3 }),
      (sample, changes, cuts) => {
        const list = [...sample];
        for (const [at, octet, kind] of changes) {
          const place = at % (list.length + 1);
          if (kind === 0) list[place] = octet;
          else if (kind === 1) list.splice(place, 0, octet);
          else list.splice(place, 1);
        }
        try {
          const { reply } = inPieces(Uint8Array.from(list), cuts);
          assert.ok(reply.length <= list.length);
        } catch (error) {
          assert.ok(error instanceof DecodeError, `${error}`);
          assert.ok(error.offset >= 0 && error.offset <= list.length + 1);
        }
      },
    ),
    { numRuns: 2000 },
  );
});
