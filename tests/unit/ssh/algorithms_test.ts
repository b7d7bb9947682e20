import assert from "node:assert/strict";
import {
  legacyAlgorithms,
  usualAlgorithms,
} from "../../../lib/ssh/algorithm_names.ts";
import { chooseAlgorithms } from "../../../lib/ssh/algorithms.ts";

Deno.test("old algorithms are offered by name only, and last", () => {
  const usual = chooseAlgorithms();
  assert.deepEqual(usual, usualAlgorithms);
  for (const [kind, names] of Object.entries(legacyAlgorithms)) {
    for (const name of names) {
      const list = chooseAlgorithms({ add: [name] })[kind as "kex"];
      assert.equal(list.at(-1), name);
      assert.equal(list.length, usual[kind as "kex"].length + 1);
    }
  }
});

Deno.test("lists are replaced, added to and taken from", () => {
  const { kex, ciphers, macs } = chooseAlgorithms({
    kex: ["ecdh-sha2-nistp256"],
    add: ["ecdh-sha2-nistp256", "aes128-cbc"],
    remove: ["aes128-gcm@openssh.com", "hmac-sha1"],
  });
  assert.deepEqual(kex, ["ecdh-sha2-nistp256"]);
  assert.equal(ciphers.includes("aes128-gcm@openssh.com"), false);
  assert.equal(ciphers.at(-1), "aes128-cbc");
  assert.equal(macs.includes("hmac-sha1"), false);
});

Deno.test("a configuration's +, - and ^ change the usual lists, and what is unknown is passed over", () => {
  const ciphers = (text: string) =>
    chooseAlgorithms({}, { ciphers: text }).ciphers;
  const usual = usualAlgorithms.ciphers;
  assert.deepEqual(ciphers("+aes256-cbc,none-such"), [...usual, "aes256-cbc"]);
  assert.deepEqual(ciphers("-*-ctr,chacha20*"), usual.slice(0, 2));
  assert.deepEqual(ciphers("^aes256-ctr")[0], "aes256-ctr");
  assert.equal(ciphers("^aes256-ctr").length, usual.length);
  assert.deepEqual(ciphers("sntrup, aes256-ctr"), ["aes256-ctr"]);
  assert.deepEqual(ciphers("nothing-we-have"), usual);
});

Deno.test("types of host keys on file come first, in their order", () => {
  const { hostKeys } = chooseAlgorithms({}, {}, ["ssh-rsa", "ssh-dss"]);
  assert.deepEqual(hostKeys.slice(0, 3), [
    "rsa-sha2-512",
    "rsa-sha2-256",
    "ssh-ed25519",
  ]);
});

Deno.test("names that the library lacks are refused with those that it has", () => {
  for (
    const options of [{ add: ["zlib"] }, { kex: ["aes128-ctr"] }, {
      remove: ["x"],
    }]
  ) {
    assert.throws(() => chooseAlgorithms(options), {
      name: "TypeError",
      message: /must name algorithms out of .*: current value is/,
    });
  }
  assert.throws(
    () => chooseAlgorithms({ macs: ["hmac-md5"], remove: ["hmac-md5"] }),
    /must leave some of macs/,
  );
});
