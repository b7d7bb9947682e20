import assert from "node:assert/strict";
import fc from "fast-check";
import { create } from "../../../lib/tls/authority/create.ts";
import { base64url, thumbprint } from "../../../lib/tls/acme/jws.ts";
import { AcmeRequests } from "../../../lib/tls/acme/requests.ts";

const URL = "https://ca.test";
const text = new TextEncoder();

interface Client {
  readonly pair: CryptoKeyPair;
  readonly jwk: Record<string, string>;
  kid?: string;
}

async function client(): Promise<Client> {
  const pair = await crypto.subtle.generateKey(
    { name: "ECDSA", namedCurve: "P-256" },
    true,
    ["sign", "verify"],
  );
  const { kty, crv, x, y } = await crypto.subtle.exportKey(
    "jwk",
    pair.publicKey,
  );
  return { pair, jwk: { kty: kty!, crv: crv!, x: x!, y: y! } };
}

/** A request's body: what is given in `header` takes the place of what is right. */
async function sign(
  from: Client,
  header: Record<string, unknown>,
  payload: unknown,
): Promise<Record<string, string>> {
  const open = base64url(text.encode(JSON.stringify({
    alg: "ES256",
    ...from.kid === undefined ? { jwk: from.jwk } : { kid: from.kid },
    ...header,
  })));
  const body = payload === undefined
    ? ""
    : base64url(text.encode(JSON.stringify(payload)));
  const signature = await crypto.subtle.sign(
    { name: "ECDSA", hash: "SHA-256" },
    from.pair.privateKey,
    text.encode(`${open}.${body}`),
  );
  return {
    protected: open,
    payload: body,
    signature: base64url(new Uint8Array(signature)),
  };
}

async function nonce(service: AcmeRequests): Promise<string> {
  const answer = await service.answer(
    new Request(`${URL}/new-nonce`, { method: "HEAD" }),
  );
  return answer.headers.get("replay-nonce")!;
}

async function send(
  service: AcmeRequests,
  url: string,
  body: unknown,
): Promise<
  { status: number; headers: Headers; body: Record<string, unknown> }
> {
  const answer = await service.answer(
    new Request(url, {
      method: "POST",
      headers: { "content-type": "application/jose+json" },
      body: JSON.stringify(body),
    }),
  );
  const said = await answer.text();
  return {
    status: answer.status,
    headers: answer.headers,
    body: said.startsWith("{") ? JSON.parse(said) : { said },
  };
}

async function post(
  service: AcmeRequests,
  from: Client,
  path: string,
  payload?: unknown,
  header: Record<string, unknown> = {},
) {
  const url = path.startsWith("https:") ? path : `${URL}${path}`;
  return await send(
    service,
    url,
    await sign(from, { url, nonce: await nonce(service), ...header }, payload),
  );
}

async function opened() {
  const service = new AcmeRequests({
    authority: await create({ name: "Lab CA" }),
    challenges: ["http-01", "dns-01", "tls-alpn-01"],
    days: 90,
    httpPort: 80,
    tlsPort: 443,
    nameServer: undefined,
    addressOf: (name) => name,
    timeout: 100,
  });
  const ada = await client();
  const { status, headers } = await post(service, ada, "/new-account", {});
  assert.equal(status, 201);
  ada.kid = headers.get("location")!;
  return { service, ada };
}

const PREFIX = "urn:ietf:params:acme:error:";

Deno.test("an account is found again by its key", async () => {
  const { service, ada } = await opened();
  const again = await post(
    service,
    { pair: ada.pair, jwk: ada.jwk },
    "/new-account",
    {
      onlyReturnExisting: true,
    },
  );
  assert.equal(again.status, 200);
  assert.equal(again.headers.get("location"), ada.kid);
  const eve = await client();
  const unknown = await post(service, eve, "/new-account", {
    onlyReturnExisting: true,
  });
  assert.equal(unknown.body.type, `${PREFIX}accountDoesNotExist`);
});

Deno.test("a request counts once, at its own URL, and under its own signature", async () => {
  const { service, ada } = await opened();
  const url = `${URL}/new-order`;
  const order = { identifiers: [{ type: "dns", value: "a.test" }] };
  const body = await sign(ada, { url, nonce: await nonce(service) }, order);
  assert.equal((await send(service, url, body)).status, 201);
  const twice = await send(service, url, body);
  assert.equal(twice.body.type, `${PREFIX}badNonce`);
  // The answer brings a fresh nonce, to ask again with.
  assert.ok(twice.headers.get("replay-nonce"));
  const moved = await post(service, ada, "/new-order", order, {
    url: `${URL}/elsewhere`,
  });
  assert.equal(moved.body.type, `${PREFIX}unauthorized`);
  const forged = await sign(ada, { url, nonce: await nonce(service) }, order);
  forged.payload = base64url(text.encode(JSON.stringify({
    identifiers: [{ type: "dns", value: "b.test" }],
  })));
  assert.match(
    String((await send(service, url, forged)).body.detail),
    /signature/,
  );
});

Deno.test("nobody sees or finishes another's order", async () => {
  const { service, ada } = await opened();
  const order = await post(service, ada, "/new-order", {
    identifiers: [{ type: "dns", value: "a.test" }],
  });
  const eve = await client();
  eve.kid = (await post(service, eve, "/new-account", {})).headers
    .get("location")!;
  for (
    const path of [
      order.headers.get("location")!,
      String(order.body.finalize),
      (order.body.authorizations as string[])[0]!,
      `${ada.kid}/orders`,
    ]
  ) {
    assert.equal(
      (await post(service, eve, path)).body.type,
      `${PREFIX}unauthorized`,
      path,
    );
  }
  // Ada herself cannot finish before she has proven.
  const early = await post(service, ada, String(order.body.finalize), {
    csr: "",
  });
  assert.equal(early.body.type, `${PREFIX}orderNotReady`);
});

Deno.test("names that are none, or that nothing proves, are refused", async () => {
  const { service, ada } = await opened();
  for (
    const [type, value, problem] of [
      ["dns", "-a.test", "rejectedIdentifier"],
      ["dns", "a..test", "rejectedIdentifier"],
      ["dns", "10.0.0.1", "rejectedIdentifier"],
      ["dns", "*.*.test", "rejectedIdentifier"],
      ["ip", "10.0.0.256", "rejectedIdentifier"],
      ["email", "a@b.test", "unsupportedIdentifier"],
      ["dns", 7, "malformed"],
    ] as const
  ) {
    const answer = await post(service, ada, "/new-order", {
      identifiers: [{ type, value }],
    });
    assert.equal(answer.body.type, `${PREFIX}${problem}`, String(value));
  }
});

Deno.test("an account's key changes when both keys say so", async () => {
  const { service, ada } = await opened();
  const fresh = await client();
  const url = `${URL}/key-change`;
  const inner = await sign(fresh, { url }, {
    account: ada.kid,
    oldKey: ada.jwk,
  });
  assert.equal((await post(service, ada, "/key-change", inner)).status, 200);
  const old = await post(service, ada, ada.kid!);
  assert.equal(old.status, 400);
  const now = await post(service, { ...fresh, kid: ada.kid! }, ada.kid!);
  assert.equal(now.body.status, "valid");
  // Who is deactivated asks for nothing any more.
  const changed = { ...fresh, kid: ada.kid! };
  await post(service, changed, ada.kid!, { status: "deactivated" });
  assert.equal(
    (await post(service, changed, "/new-order", {})).body.type,
    `${PREFIX}unauthorized`,
  );
});

Deno.test("a key's thumbprint is as RFC 7638 §3.1 has it", async () => {
  const n =
    "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw";
  assert.equal(
    await thumbprint({ kty: "RSA", n, e: "AQAB" }),
    "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs",
  );
});

Deno.test("whatever is sent is answered with a problem, and nothing of it stays", async () => {
  const { service } = await opened();
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(
        fc.json(),
        fc.string(),
        fc.record({
          protected: fc.base64String().map((x) => x.replaceAll("=", "")),
          payload: fc.string(),
          signature: fc.string(),
        }).map((x) => JSON.stringify(x)),
      ),
      fc.constantFrom("/new-account", "/new-order", "/revoke", "/order/x", "/"),
      async (body, path) => {
        const answer = await service.answer(
          new Request(URL + path, {
            method: "POST",
            headers: { "content-type": "application/jose+json" },
            body,
          }),
        );
        const said = await answer.json();
        assert.ok(answer.status >= 400 && answer.status < 500, said.detail);
        assert.ok(said.type.startsWith(PREFIX));
      },
    ),
    { numRuns: 200 },
  );
  assert.equal(service.orders.length, 0);
});
