import assert from "node:assert/strict";
import { create } from "../../lib/tls/authority/all.ts";
import { testUnless } from "../skip.ts";
import { Bench, missing, run } from "./authority_openssl.ts";

const noOpenssl = await missing("openssl");
const TYPES = ["P-256", "P-384", "Ed25519", "RSA-2048"] as const;

testUnless(
  noOpenssl,
  "openssl's OCSP client believes our responder",
  async () => {
    await using bench = await Bench.open();
    for (const keyType of TYPES) {
      const ca = await create({ name: "CA", keyType });
      const good = await ca.issue({ hosts: ["good.lab"] });
      const bad = await ca.issue({ hosts: ["bad.lab"] });
      const other = await (await create({ name: "CA" })).issue({
        hosts: ["o.lab"],
      });
      await ca.revoke(bad, "superseded");
      await bench.write({
        "ca.pem": ca.pem,
        "good.pem": good.cert,
        "bad.pem": bad.cert,
        "other.pem": other.cert,
      });
      const signer = await ca.issue({ kind: "ocsp", name: "OCSP" });
      for (const handler of [ca.ocsp, ca.responder({ signer })]) {
        await using server = Deno.serve(
          { hostname: "127.0.0.1", port: 0, onListen: () => {} },
          handler,
        );
        const url = `http://127.0.0.1:${server.addr.port}/ocsp/`;
        const { text } = await bench.openssl(
          `ocsp -issuer ca.pem -cert good.pem -cert bad.pem -sha256 -cert other.pem -CAfile ca.pem -url ${url}`,
        );
        assert.match(text, /Response verify OK/, `${keyType} ${text}`);
        assert.doesNotMatch(text, /WARNING: no nonce/i);
        assert.match(text, /good\.pem: good/);
        assert.match(text, /bad\.pem: revoked/);
        assert.match(text, /Reason: superseded/);
        assert.match(text, /other\.pem: unknown/);
        // The same by GET, where it may be kept.
        const asked = await bench.openssl(
          "ocsp -issuer ca.pem -cert bad.pem -no_nonce -reqout bad.req",
        );
        assert.equal(asked.code, 0, asked.text);
        const octets = await Deno.readFile(`${bench.folder}/bad.req`);
        for (
          const path of [
            encodeURIComponent(octets.toBase64()),
            octets.toBase64(),
          ]
        ) {
          const response = await fetch(url + path);
          assert.match(response.headers.get("cache-control")!, /max-age=43200/);
          assert.equal(
            response.headers.get("content-type"),
            "application/ocsp-response",
          );
          await bench.write({ "bad.res": await response.bytes() });
          const read = await bench.openssl(
            "ocsp -respin bad.res -issuer ca.pem -cert bad.pem -CAfile ca.pem",
          );
          assert.match(read.text, /bad\.pem: revoked/);
        }
        const wrong = [
          await fetch(url + "MAAA"),
          await fetch(url, { method: "POST", body: new Uint8Array(40_000) }),
          await fetch(url, { method: "POST", body: "0" }),
        ];
        for (const response of wrong) {
          assert.equal((await response.bytes()).toHex(), "30030a0101");
        }
        const put = await fetch(url, { method: "PUT", body: "0" });
        assert.equal(put.status, 405);
        assert.equal(put.headers.get("allow"), "GET, POST");
        await put.body?.cancel();
      }
    }
  },
);

testUnless(
  await missing("curl", "python3"),
  "curl and Python trust a server with what was issued",
  async () => {
    await using bench = await Bench.open();
    const root = await create({ name: "Lab Root" });
    const ca = await root.intermediate({ name: "Lab CA" });
    const site = await ca.issue({ hosts: ["localhost", "127.0.0.1"] });
    await bench.write({ "root.pem": root.pem });
    await using server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen: () => {}, ...site },
      () => new Response("trusted"),
    );
    const { port } = server.addr;
    for (const host of ["localhost", "127.0.0.1"]) {
      const said = await run(
        bench.folder,
        "curl",
        "--silent",
        "--show-error",
        "--ipv4",
        "--cacert",
        "root.pem",
        `https://${host}:${port}/`,
      );
      assert.equal(said.text, "trusted");
    }
    const without = await run(
      bench.folder,
      "curl",
      "-sS",
      `https://127.0.0.1:${port}/`,
    );
    assert.equal(without.code, 60, without.text);
    const python = await run(
      bench.folder,
      "python3",
      "-c",
      `import ssl, urllib.request
context = ssl.create_default_context(cafile="root.pem")
context.verify_flags |= ssl.VERIFY_X509_STRICT
print(urllib.request.urlopen("https://localhost:${port}/", context=context).read().decode())`,
    );
    assert.equal(python.text.trim(), "trusted");
  },
);
