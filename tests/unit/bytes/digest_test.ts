import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import fc from "fast-check";
import { md5 } from "../../../lib/bytes/md5.ts";
import { sha256 } from "../../../lib/bytes/sha256.ts";

const octets = (text: string) => new TextEncoder().encode(text);

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

Deno.test("md5() gives the digests of RFC 1321 appendix A.5", () => {
  const suite = {
    "": "d41d8cd98f00b204e9800998ecf8427e",
    "a": "0cc175b9c0f1b6a831c399e269772661",
    "abc": "900150983cd24fb0d6963f7d28e17f72",
    "message digest": "f96b697d7cb7938d525a2f31aaf161d0",
    [LETTERS.slice(26)]: "c3fcd3d76192e4007dfb496cca67e13b",
    [`${LETTERS}0123456789`]: "d174ab98d277d9f5a5611c2c9f419d9f",
    ["1234567890".repeat(8)]: "57edf4a22be3c955ac49da2e2107b67a",
  };
  for (const [text, digest] of Object.entries(suite)) {
    assert.equal(md5(octets(text)).toHex(), digest, text);
  }
});

Deno.test("sha256() gives the digests of RFC 6234 §8.5 and FIPS 180-4's examples", () => {
  const suite = {
    "": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "abc": "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
    "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq":
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
  };
  for (const [text, digest] of Object.entries(suite)) {
    assert.equal(sha256(octets(text)).toHex(), digest, text);
  }
  const million = new Uint8Array(1_000_000).fill(0x61);
  assert.equal(
    sha256(million).toHex(),
    "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0",
  );
});

Deno.test("md5() and sha256() agree with OpenSSL's at every length around a block", () => {
  const peer = (name: string, bytes: Uint8Array) =>
    createHash(name).update(bytes).digest("hex");
  for (let length = 0; length < 200; length++) {
    const bytes = Uint8Array.from({ length }, (_, i) => i * 7 + length);
    assert.equal(md5(bytes).toHex(), peer("md5", bytes), `${length}`);
    assert.equal(sha256(bytes).toHex(), peer("sha256", bytes), `${length}`);
  }
  fc.assert(fc.property(fc.uint8Array({ maxLength: 5000 }), (bytes) => {
    assert.equal(md5(bytes).toHex(), peer("md5", bytes));
    assert.equal(sha256(bytes).toHex(), peer("sha256", bytes));
  }));
});
