import assert from "node:assert/strict";
import {
  Authenticator,
  basic,
  digest,
  digestChallenge,
} from "../../../lib/http/auth.ts";
import {
  parseChallenges,
  parseHttpDate,
  parseParams,
} from "../../../lib/http/fields.ts";

const MUFASA = {
  username: "Mufasa",
  password: "Circle of Life",
  method: "GET",
  uri: "/dir/index.html",
  cnonce: "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ",
  count: 1,
};

const OFFER = (algorithm: string) =>
  `Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm=${algorithm}, ` +
  'nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"';

Deno.test("digest() gives the answers of RFC 7616 §3.9.1", () => {
  for (
    const [algorithm, response] of [
      ["MD5", "8ca523f5e9506fed4657c9700eebdbec"],
      [
        "SHA-256",
        "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1",
      ],
    ] as const
  ) {
    const challenge = digestChallenge(OFFER(algorithm))!;
    const { field } = digest({ ...MUFASA, challenge });
    assert.match(field, new RegExp(`response="${response}"`));
    assert.match(field, /qop=auth, nc=00000001, /);
    assert.match(field, /opaque="FQhe/);
  }
});

Deno.test("digest() gives the answer of RFC 2069 where no qop is offered", () => {
  const challenge = new Map([
    ["realm", "testrealm@host.com"],
    ["nonce", "dcd98b7102dd2f0e8b11d0f600bfb0c093"],
  ]);
  const { field } = digest({
    challenge,
    username: "Mufasa",
    password: "CircleOfLife",
    method: "GET",
    uri: "/dir/index.html",
    cnonce: "",
    count: 1,
  });
  // The erratum of RFC 2069 gives this value for its example.
  assert.match(field, /response="1949323746fe6a43ef61f9606e7febea"/);
  assert.doesNotMatch(field, /qop|cnonce|algorithm/);
});

Deno.test("the stronger of two digests is taken, and none of an unknown kind", () => {
  const both = `${OFFER("MD5")}, Basic realm="x", ${OFFER("SHA-256")}`;
  assert.equal(digestChallenge(both)?.get("algorithm"), "SHA-256");
  assert.equal(digestChallenge(OFFER("SHA-512-256")), undefined);
  assert.equal(digestChallenge('Basic realm="x"'), undefined);
});

Deno.test("userhash hides the name, and other alphabets are written out", () => {
  const challenge = digestChallenge(`${OFFER("MD5")}, userhash=true`)!;
  assert.match(
    digest({ ...MUFASA, challenge }).field,
    /^Digest username="[0-9a-f]{32}", .*userhash=true$/,
  );
  const plain = digestChallenge(OFFER("MD5"))!;
  assert.match(
    digest({ ...MUFASA, challenge: plain, username: "Jäsøn" }).field,
    /^Digest username\*=UTF-8''J%C3%A4s%C3%B8n, /,
  );
});

Deno.test("a nonce is counted, replaced when stale, and not asked for twice", async () => {
  const url = new URL("http://host.example/a?b");
  const who = new Authenticator({
    scheme: "digest",
    username: "u",
    password: "p",
  });
  assert.equal(await who.prove("GET", url), undefined);
  const refused = new Headers({ "www-authenticate": OFFER("MD5") });
  assert.equal(who.hear(url, 401, refused, undefined), "again");
  const first = await who.prove("GET", url);
  assert.match(first!.field, /uri="\/a\?b".*nc=00000001/);
  assert.match((await who.prove("GET", url))!.field, /nc=00000002/);
  assert.equal(who.hear(url, 401, refused, first), undefined, "wrong password");
  const stale = new Headers({
    "www-authenticate": `${OFFER("MD5")}, stale=TRUE`,
  });
  assert.equal(who.hear(url, 401, stale, first), "again");
  const next = new Headers({ "authentication-info": 'nextnonce="fresh"' });
  assert.equal(who.hear(url, 200, next, first), undefined);
  assert.match(
    (await who.prove("GET", url))!.field,
    /nonce="fresh".*nc=00000001/,
  );
  const lie = new Headers({ "authentication-info": 'rspauth="00", qop=auth' });
  assert.equal(who.hear(url, 200, lie, first), "impostor");
  const truth = new Headers({
    "authentication-info": `rspauth="${first!.expect}"`,
  });
  assert.equal(who.hear(url, 200, truth, first), undefined);
});

Deno.test("Basic is UTF-8, a token may be fetched, and a colon in a name is refused", async () => {
  assert.equal(
    basic("Aladdin", "open sesame"),
    "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==",
  );
  assert.equal(basic("test", "123£"), "Basic dGVzdDoxMjPCow==");
  const url = new URL("http://host.example/");
  let n = 0;
  const who = new Authenticator({
    scheme: "bearer",
    token: () => Promise.resolve(`t${++n}`),
  });
  assert.equal((await who.prove("GET", url))?.field, "Bearer t1");
  assert.equal((await who.prove("GET", url))?.field, "Bearer t2");
  assert.throws(
    () => new Authenticator({ scheme: "basic", username: "a:b", password: "" }),
    /without a colon: current value is a:b/,
  );
  assert.throws(
    // @ts-expect-error: there is no such scheme
    () => new Authenticator({ scheme: "ntlm" }),
    /current value is ntlm/,
  );
});

Deno.test("challenges are told apart, quotes undone", () => {
  const read = (text: string) =>
    parseChallenges(text).map((
      { scheme, params },
    ) => [scheme, Object.fromEntries(params)]);
  assert.deepEqual(read('Basic realm="a, \\"b\\""'), [["basic", {
    realm: 'a, "b"',
  }]]);
  assert.deepEqual(
    read(
      'Newauth realm="apps", type=1, title="Login to \\"apps\\"", Basic realm="simple"',
    ),
    [
      ["newauth", { realm: "apps", type: "1", title: 'Login to "apps"' }],
      ["basic", { realm: "simple" }],
    ],
  );
  assert.deepEqual(read("Negotiate YII=, Bearer"), [["negotiate", {}], [
    "bearer",
    {},
  ]]);
  assert.deepEqual(read("Negotiate, NTLM"), [["negotiate", {}], ["ntlm", {}]]);
  assert.deepEqual(read(""), []);
  assert.deepEqual(read('Basic realm="never ends'), [["basic", {}]]);
  assert.deepEqual(
    Object.fromEntries(parseParams('max-age=60, Private, x="a\\"b"')),
    {
      "max-age": "60",
      private: "",
      x: 'a"b',
    },
  );
});

Deno.test("dates are read in all three forms", () => {
  for (
    const text of [
      "Sun, 06 Nov 1994 08:49:37 GMT",
      "Sunday, 06-Nov-94 08:49:37 GMT",
      "Sun Nov  6 08:49:37 1994",
    ]
  ) assert.equal(parseHttpDate(text), Date.UTC(1994, 10, 6, 8, 49, 37), text);
  assert.equal(parseHttpDate("soon"), undefined);
});
