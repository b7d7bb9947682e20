import assert from "node:assert/strict";
import { decode, encode } from "../../../lib/dns/message.ts";
import { Request } from "../../../lib/dns/request.ts";

function answer(request: Request, change: object = {}): Uint8Array {
  const { id, question } = request;
  return encode({ id, qr: 1, questions: [question], ...change });
}

Deno.test("only the answer to the question is taken for it", () => {
  const request = new Request("www.example", "A");
  const { id, question } = request;
  for (
    const [what, change] of [
      ["another id", { id: id ^ 1 }],
      ["a query", { qr: 0 as const }],
      ["another opcode", { opcode: 4 }],
      ["another name", { questions: [{ ...question, name: "ww.example" }] }],
      ["another type", { questions: [{ ...question, type: "AAAA" }] }],
      ["another class", { questions: [{ ...question, class: "CH" }] }],
      ["two questions", { questions: [question, question] }],
      ["no question, and no error", { questions: [] }],
    ] as const
  ) assert.equal(request.accept(answer(request, change)), undefined, what);
  assert.equal(request.ignored, 8);
  assert.equal(request.accept(new Uint8Array(5)), undefined);
  const upper = { questions: [{ ...question, name: "WWW.EXAMPLE" }] };
  assert.ok(request.accept(answer(request, upper)));
  assert.ok(request.accept(answer(request, { questions: [], rcode: 1 })));
  const cut = answer(request).subarray(0, 20);
  assert.equal(request.accept(cut), undefined);
  assert.equal(request.trouble?.code, "truncated");
});

Deno.test("with mixed case an answer must have the same capitals", () => {
  const request = new Request("a-name-of-many-letters.example", "A", {
    mixedCase: true,
  });
  const { question } = request;
  assert.match(question.name, /[A-Z]/);
  assert.match(question.name, /[a-z]/);
  assert.ok(request.accept(answer(request)));
  const lower = { ...question, name: question.name.toLowerCase() };
  assert.equal(
    request.accept(answer(request, { questions: [lower] })),
    undefined,
  );
});

Deno.test("a cookie that is not ours is not taken", () => {
  const request = new Request("a", "A", { cookie: true });
  const cookie = (client: Uint8Array) => ({
    opt: { options: [{ kind: "cookie", client, server: new Uint8Array(8) }] },
  });
  assert.ok(request.accept(answer(request, cookie(request.cookie!))));
  const other = request.cookie!.map((octet) => octet ^ 1);
  assert.equal(request.accept(answer(request, cookie(other))), undefined);
});

Deno.test("a question says what its options say", () => {
  const { octets } = new Request("example", "MX", {
    flags: ["CD"],
    dnssec: true,
    nsid: true,
    clientSubnet: "192.0.2.0/24",
    payloadSize: 4096,
    class: "CH",
  });
  const { flags, opt, questions } = decode(octets);
  assert.deepEqual(flags, ["CD"]);
  assert.deepEqual(questions, [{ name: "example", type: "MX", class: "CH" }]);
  assert.equal(opt?.udpPayloadSize, 4096);
  assert.deepEqual(opt?.flags, ["DO"]);
  assert.deepEqual(opt?.options.map(({ kind }) => kind), [
    "nsid",
    "clientSubnet",
  ]);
  assert.equal(
    decode(new Request("a", 1, { edns: false }).octets).opt,
    undefined,
  );
  assert.throws(() => new Request("a", "A", { payloadSize: 511 }), RangeError);
  assert.throws(
    () => new Request("a", "A", { cookie: new Uint8Array(7) }),
    RangeError,
  );
});

Deno.test("ids are spread over all that there are", () => {
  const ids = new Set(
    Array.from({ length: 2000 }, () => new Request("a", "A").id),
  );
  assert.ok(ids.size > 1900);
  assert.ok(Math.max(...ids) > 60_000 && Math.min(...ids) < 5000);
});
