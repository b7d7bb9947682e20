import assert from "node:assert/strict";
import {
  hkdfExpandLabel,
  KeySchedule,
  nextTrafficSecret,
  prf,
  trafficKeys,
} from "../../../lib/tls/probe/key_schedule.ts";
import { nodeCrypto } from "../../../lib/tls/probe/node_crypto.ts";

const hex = (text: string) => Uint8Array.fromHex(text);
const toHex = (octets: Uint8Array) => new Uint8Array(octets).toHex();

/** Values of RFC 8448 §3. */
const TRACE = {
  shared: "8bd4054fb55b9d63fdfbacf9f04b9f0d35e6d63f537563efd46272900f89492d",
  early: "33ad0a1c607ec03b09e6cd9893680ce210adf300aa1f2660e1b22e10f170f92a",
  handshake: "1dc826e93606aa6fdc0aadc12f741b01046aa6b99f691ed221a9f0ca043fbeac",
  master: "18df06843d13a08bf2a449844c5f8a478001bc4d4c627984d5a41da8d0402919",
  hellos: "860c06edc07858ee8e78f0e7428c58edd6b43f2ca3e6e95f02ed063cf0e1cad8",
  toServerFinished:
    "9608102a0f1ccc6db6250b7b7e417b1a000eaada3daae4777a7686c9ff83df13",
  clientHandshake:
    "b3eddb126e067f35a780b3abf45e2d8f3b1a950738f52e9600746a0e27a55a21",
  serverHandshake:
    "b67b7d690cc16c4e75e54213cb2d37b4e9c912bcded9105d42befd59d391ad38",
  clientData:
    "9e40646ce79a7f9dc05af8889bce6552875afa0b06df0087f792ebb7c17504a5",
  serverData:
    "a11af9f05531f856ad47116b45a950328204b4f44bfb6b3a4b4f1f3fcb631643",
} as const;

Deno.test("the key schedule of TLS 1.3 gives the secrets of RFC 8448", async () => {
  const schedule = new KeySchedule(await nodeCrypto(), "sha256");
  assert.equal(toHex(schedule.secret), TRACE.early);
  schedule.advance(hex(TRACE.shared));
  assert.equal(toHex(schedule.secret), TRACE.handshake);
  const hellos = hex(TRACE.hellos);
  assert.equal(
    toHex(schedule.derive("c hs traffic", hellos)),
    TRACE.clientHandshake,
  );
  assert.equal(
    toHex(schedule.derive("s hs traffic", hellos)),
    TRACE.serverHandshake,
  );
  schedule.advance();
  assert.equal(schedule.stage, "master");
  assert.equal(toHex(schedule.secret), TRACE.master);
  const all = hex(TRACE.toServerFinished);
  assert.equal(toHex(schedule.derive("c ap traffic", all)), TRACE.clientData);
  assert.equal(toHex(schedule.derive("s ap traffic", all)), TRACE.serverData);
});

Deno.test("traffic keys are those of RFC 8448", async () => {
  const { key, iv } = trafficKeys(
    await nodeCrypto(),
    "sha256",
    hex(TRACE.serverHandshake),
    16,
  );
  assert.equal(toHex(key), "3fce516009c21727d0f2e4e86ee403bc");
  assert.equal(toHex(iv), "5d313eb2671276ee13000b30");
});

Deno.test("the next traffic secret is made by its own label", async () => {
  const crypto = await nodeCrypto();
  const secret = hex(TRACE.clientData);
  const next = nextTrafficSecret(crypto, "sha256", secret);
  const due = hkdfExpandLabel(
    crypto,
    "sha256",
    secret,
    "traffic upd",
    new Uint8Array(),
    32,
  );
  assert.equal(toHex(next), toHex(due));
  assert.notEqual(toHex(next), TRACE.clientData);
});

Deno.test("more octets than the digest has begin with the digest's", async () => {
  const crypto = await nodeCrypto();
  const secret = hex(TRACE.clientData);
  const made = (length: number) =>
    toHex(
      hkdfExpandLabel(crypto, "sha256", secret, "x", new Uint8Array(), length),
    );
  // The length is part of what is hashed, so these differ from the first octet.
  assert.notEqual(made(64).slice(0, 64), made(32));
  assert.equal(made(100).length, 200);
});

Deno.test("the pseudorandom function of TLS 1.2 gives the published values", async () => {
  const crypto = await nodeCrypto();
  const made = prf(
    crypto,
    "sha256",
    hex("9bbe436ba940f017b17652849a71db35"),
    "test label",
    hex("a0ba9f936cda311827a6f796ffd5198c"),
    100,
  );
  assert.equal(
    toHex(made),
    "e3f229ba727be17b8d122620557cd453c2aab21d07c3d495329b52d4e61edb5a" +
      "6b301791e90d35c9c9a46b4e14baf9af0fa022f7077def17abfd3797c0564bab" +
      "4fbc91666e9def9b97fce34f796789baa48082d122ee42c5a72e5a5110fff701" +
      "87347b66",
  );
  const longer = prf(
    crypto,
    "sha384",
    hex("b80b733d6ceefcdc71566ea48e5567df"),
    "test label",
    hex("cd665cf6a8447dd6ff8b27555edb7465"),
    32,
  );
  assert.equal(
    toHex(longer),
    "7b0c18e9ced410ed1804f2cfa34a336a1c14dffb4900bb5fd7942107e81c83cd",
  );
});
