import assert from "node:assert/strict";
import * as net from "../../mod.ts";
import { freePort, freePorts } from "../free_port.ts";
import { testUnless } from "../skip.ts";

const { acme, authority } = net.tls;

async function lab(options: net.tls.acme.AcmeServeOptions = {}) {
  const ca = await authority.create({ name: "Lab CA" });
  const [httpPort, tlsPort] = freePorts(2) as [number, number];
  const server = await acme.serve(ca, {
    httpPort,
    tlsPort,
    addressOf: () => "127.0.0.1",
    timeout: 2000,
    ...options,
  });
  return { ca, server, httpPort, tlsPort };
}

Deno.test(
  "a certificate is obtained by http-01, and the environment is not read",
  {
    // Here the library is loaded.
    permissions: { env: false, net: "inherit" },
  },
  async () => {
    const { ca, server, httpPort } = await lab();
    await using _ = server;
    const site = await acme.obtain(server.url, {
      hosts: ["shop.test", "Bücher.test", "127.0.0.1"],
      answer: acme.http01({ hostname: "127.0.0.1", port: httpPort }),
      ca: server.ca,
      agree: true,
      email: "ada@shop.test",
    });
    assert.deepEqual(
      site.certificate.names.map(({ value }) => value),
      ["shop.test", "xn--bcher-kva.test", "127.0.0.1"],
    );
    assert.equal(`${site.certificate.issuer}`, `${ca.certificate.subject}`);
    assert.equal(server.orders[0]?.status, "valid");
    assert.equal(server.orders[0]?.serial, site.serial);
    // The key is the certificate's: a server starts with both.
    await using web = await net.http.serve({ tls: site }, {
      "GET /": () => "hi",
    });
    using client = Deno.createHttpClient({ caCerts: [ca.pem] });
    const answer = await fetch(`https://127.0.0.1:${web.address.port}/`, {
      client,
    });
    assert.equal(await answer.text(), "hi");
  },
);

Deno.test("an authority for some names only serves ACME too, under a root of the server's own", async () => {
  const root = await authority.create({ name: "Lab Root" });
  const ca = await root.intermediate({ name: "Lab", permitted: ["shop.test"] });
  const httpPort = freePort();
  const addressOf = () => "127.0.0.1";
  await using server = await acme.serve(ca, { httpPort, addressOf });
  const site = await acme.obtain(server.url, {
    hosts: ["shop.test"],
    answer: acme.http01({ hostname: "127.0.0.1", port: httpPort }),
    ca: server.ca,
    agree: true,
  });
  const roots = [root.certificate];
  const { ok } = await net.tls.verifyChain([site.certificate, ...site.chain], {
    roots,
    host: "shop.test",
  });
  assert.ok(ok);
  const records = await ca.issued();
  assert.deepEqual(records.map(({ names }) => names), [["shop.test"]]);
  // What is asked for by name is not got round.
  await assert.rejects(acme.serve(ca, { names: ["localhost"] }), RangeError);
  await ca.issue({ kind: "client", name: "alice" });
  assert.deepEqual((await ca.issued()).at(-1)?.names, ["alice"]);
});

Deno.test("a certificate is obtained by tls-alpn-01, shown by openssl", async () => {
  const { server, tlsPort } = await lab({ challenges: ["tls-alpn-01"] });
  await using _ = server;
  for (const host of ["shop.test", "127.0.0.1"]) {
    const folder = await Deno.makeTempDir();
    let openssl: Deno.ChildProcess | undefined;
    const site = await acme.obtain(server.url, {
      hosts: [host],
      answer: acme.tlsAlpn01({
        show: async ({ cert, key }) => {
          await Deno.writeTextFile(`${folder}/cert.pem`, cert);
          await Deno.writeTextFile(`${folder}/key.pem`, key);
          openssl = new Deno.Command("openssl", {
            args: [
              ...["s_server", "-accept", `127.0.0.1:${tlsPort}`],
              ...["-cert", `${folder}/cert.pem`, "-key", `${folder}/key.pem`],
              ...["-alpn", "acme-tls/1"],
            ],
            // At the end of its input it would end.
            stdin: "piped",
            stdout: "piped",
            stderr: "null",
          }).spawn();
          // It says so when it listens, after other things.
          const reader = openssl.stdout.getReader();
          let said = "";
          while (!said.includes("ACCEPT")) {
            const { done, value } = await reader.read();
            assert.ok(!done, said);
            said += new TextDecoder().decode(value);
          }
          reader.releaseLock();
        },
        hide: async () => {
          openssl?.kill();
          await openssl?.stdin.close();
          await openssl?.stdout.cancel();
          await openssl?.status;
        },
      }),
      ca: server.ca,
      agree: true,
      keyType: "P-384",
    });
    await Deno.remove(folder, { recursive: true });
    assert.equal(site.certificate.names[0]?.value, host);
    assert.equal(site.certificate.key.curve, "P-384");
  }
});

Deno.test("a wildcard is obtained by dns-01 alone", async () => {
  const texts = new Map<string, string>();
  await using names = await net.dns.serve(({ name }) => {
    const text = texts.get(name.replace(/\.$/, ""));
    return text === undefined
      ? { rcode: 3 }
      : { answers: [{ name, type: "TXT", ttl: 0, data: [text] }] };
  });
  const { server } = await lab({
    nameServer: { hostname: "127.0.0.1", port: names.address.port },
  });
  await using _ = server;
  const order = {
    hosts: ["*.shop.test"],
    ca: server.ca,
    agree: true,
  };
  await assert.rejects(
    acme.obtain(server.url, { ...order, answer: acme.http01({ port: 1 }) }),
    (error) =>
      error instanceof net.NetError && error.code === "no-challenge" &&
      /dns-01/.test(error.message),
  );
  const site = await acme.obtain(server.url, {
    ...order,
    answer: acme.dns01({
      add: (name, text) => void texts.set(name, text),
      remove: (name) => void texts.delete(name),
    }),
  });
  assert.equal(site.certificate.names[0]?.value, "*.shop.test");
  assert.equal(texts.size, 0);
});

Deno.test("who does not hold the name gets nothing, and is told why", async () => {
  const { server, httpPort } = await lab();
  await using _ = server;
  // Something answers there, with the wrong words.
  await using _web = Deno.serve(
    { hostname: "127.0.0.1", port: httpPort, onListen() {} },
    () => new Response("not yours"),
  );
  await assert.rejects(
    acme.obtain(server.url, {
      hosts: ["shop.test"],
      answer: { type: "http-01", show() {}, hide() {} },
      ca: server.ca,
      agree: true,
    }),
    (error) =>
      error instanceof net.NetError && error.code === "not-proven" &&
      /something else than the key authorization/.test(error.message),
  );
  assert.equal(server.orders[0]?.status, "invalid");
  assert.match(server.orders[0]?.reason ?? "", /something else/);
});

Deno.test("an ACME server that is not there, or not trusted, is said at once", async () => {
  const { server } = await lab();
  await using _ = server;
  const answer = acme.http01({ port: 1 });
  const hosts = ["shop.test"];
  await assert.rejects(acme.obtain(server.url, { hosts, answer }), {
    name: "NetError",
    code: "unreachable",
    message: /certificate/,
  });
  await assert.rejects(
    acme.obtain(`https://127.0.0.1:${freePort()}/directory`, { hosts, answer }),
    { name: "NetError", code: "unreachable", message: /Connection refused/ },
  );
  await assert.rejects(
    acme.obtain(server.url, { hosts, answer, ca: "/nowhere/ca.pem" }),
    { code: "not-found", message: /trusted certificates \/nowhere\/ca\.pem/ },
  );
  await assert.rejects(
    acme.obtain(server.url, {
      hosts: "shop.test" as unknown as string[],
      answer,
    }),
    { name: "TypeError", message: /'hosts' must be a list/ },
  );
  await assert.rejects(
    acme.obtain(server.url, {
      hosts,
      answer,
      ca: server.ca,
      signal: AbortSignal.abort(new Error("enough")),
    }),
    /enough/,
  );
});

const certbotIsHere = await new Deno.Command("sh", {
  args: ["-c", "command -v certbot"],
}).output().then(({ success }) => success);

testUnless(
  certbotIsHere ? undefined : "certbot is not here",
  "certbot gets a certificate and revokes it",
  async () => {
    const { ca, server, httpPort } = await lab();
    await using _ = server;
    const folder = await Deno.makeTempDir();
    try {
      await Deno.writeTextFile(`${folder}/ca.pem`, server.ca);
      const certbot = async (...args: string[]) => {
        const { code, stdout, stderr } = await new Deno.Command("certbot", {
          args: [
            ...args,
            ...["--config-dir", folder, "--work-dir", folder],
            ...["--logs-dir", folder, "--server", server.url],
            "--non-interactive",
          ],
          env: { REQUESTS_CA_BUNDLE: `${folder}/ca.pem` },
        }).output();
        const said = new TextDecoder().decode(stdout) +
          new TextDecoder().decode(stderr);
        assert.equal(code, 0, said);
      };
      await certbot(
        ...["certonly", "--standalone", "-d", "shop.test"],
        ...[
          "--http-01-port",
          String(httpPort),
          "--http-01-address",
          "127.0.0.1",
        ],
        ...["--agree-tos", "--register-unsafely-without-email"],
      );
      const pem = await Deno.readTextFile(
        `${folder}/live/shop.test/fullchain.pem`,
      );
      const [certificate] = net.tls.readCertificates(pem);
      assert.equal(certificate?.names[0]?.value, "shop.test");
      await certbot(
        "revoke",
        "--cert-name",
        "shop.test",
        "--no-delete-after-revoke",
      );
      const records = await ca.issued();
      assert.ok(
        records.find((x) => x.serial === certificate!.serial)?.revoked,
      );
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
);
