import assert from "node:assert/strict";
import * as net from "../../mod.ts";
import { decrypt } from "../../lib/tls/decrypt.ts";
import { handshake } from "../../lib/tls/handshake.ts";
import { nodeCrypto } from "../../lib/tls/probe/node_crypto.ts";
import {
  probe,
  type ProbeOptions,
  type ProbeResult,
} from "../../lib/tls/probe/probe.ts";
import { testUnless } from "../skip.ts";
import { flight1_3, readHello } from "./flights.ts";
import { Material, without } from "./scan_servers.ts";
import { opensslServer } from "./servers.ts";
import { tap } from "./wiretap.ts";

const NO_OPENSSL = without("openssl", "version");
const OLD = ["-cipher", "ALL:@SECLEVEL=0"];

async function keyFiles(material: Material): Promise<readonly string[]> {
  const [certificate = "", key = ""] = await material.certificate(
    "ec",
    "P-256",
  );
  return ["-cert", certificate, "-key", key];
}

/** Server's options, ours, and what must come of them. */
const CASES: readonly (readonly [
  server: readonly string[],
  ProbeOptions,
  Partial<ProbeResult>,
])[] = [
  [[], {}, { version: 0x0304, group: 29, finished: true, helloRetry: false }],
  [["-groups", "P-256"], {}, { group: 23, helloRetry: true, finished: true }],
  [["-groups", "P-384"], {}, { group: 24, helloRetry: true, finished: true }],
  [["-groups", "P-521"], {}, { group: 25, helloRetry: true, finished: true }],
  [["-groups", "P-384"], { hello: { groups: [24] } }, {
    group: 24,
    helloRetry: false,
    finished: true,
  }],
  [["-ciphersuites", "TLS_AES_256_GCM_SHA384"], {}, {
    cipherSuite: 0x1302,
    finished: true,
  }],
  [["-ciphersuites", "TLS_CHACHA20_POLY1305_SHA256"], {}, {
    cipherSuite: 0x1303,
    finished: true,
  }],
  [["-alpn", "h2"], { alpn: ["http/1.1", "h2"] }, {
    alpn: "h2",
    finished: true,
  }],
  [["-verify", "1"], {}, { clientCertificateWanted: true, finished: true }],
  [["-Verify", "1"], {}, {
    clientCertificateWanted: true,
    finished: false,
    alert: { level: 2, description: 116 },
  }],
  [["-ciphersuites", "TLS_AES_128_CCM_SHA256"], {
    hello: { cipherSuites: [0x1304] },
  }, { cipherSuite: 0x1304, certificates: [], finished: false }],
  [["-tls1_2"], {}, { version: 0x0303, group: 29, finished: true }],
  [["-tls1_2", "-groups", "P-384"], {}, { group: 24, finished: true }],
  [["-tls1_2", "-cipher", "ECDHE-ECDSA-CHACHA20-POLY1305"], {}, {
    cipherSuite: 0xcca9,
    finished: true,
  }],
  [["-tls1_2", "-alpn", "h2"], { alpn: ["h2"] }, {
    alpn: "h2",
    finished: true,
  }],
  [["-tls1_2", "-Verify", "1"], {}, {
    clientCertificateWanted: true,
    finished: false,
    alert: { level: 2, description: 40 },
  }],
  [["-tls1_2", "-cipher", "ECDHE-ECDSA-AES256-SHA"], {}, {
    cipherSuite: 0xc00a,
    signatureScheme: 0x0403,
    finished: true,
  }],
  [["-tls1_1", ...OLD], {}, {
    version: 0x0302,
    signatureScheme: undefined,
    finished: true,
  }],
  [["-tls1", ...OLD], {}, { version: 0x0301, group: 29, finished: true }],
];

testUnless(
  NO_OPENSSL,
  "probe() reads a server of openssl of each version, which accepts our Finished",
  async () => {
    await using material = await Material.make();
    const files = await keyFiles(material);
    for (const [args, options, due] of CASES) {
      const which = `${args.join(" ")} ${JSON.stringify(options)}`;
      await using server = await opensslServer([...files, ...args, "-rev"]);
      const target = { port: server.port };
      const seen = await probe(target, { finish: true, ...options });
      const { messages, times } = seen;
      for (const [name, value] of Object.entries(due)) {
        assert.deepEqual(
          seen[name as keyof ProbeResult],
          value,
          `${which} ${name}`,
        );
      }
      if (due.certificates === undefined) {
        assert.equal(seen.certificates.length, 1, which);
        assert.equal(seen.certificates[0]?.[0], 0x30, which);
      }
      if (seen.finished && seen.version === 0x0304) {
        // A server sends tickets to those alone whose Finished is right.
        const names = messages.map(({ name }) => name);
        assert.ok(names.includes("newSessionTicket"), `${which}: ${names}`);
      }
      assert.ok(times.connected <= times.serverHello, which);
      assert.ok(times.serverHello <= times.done, which);
      for (const { name, message, length, bytes } of messages) {
        assert.equal(length, bytes.length, name);
        const isRecord = ["alert", "changeCipherSpec"].includes(name);
        assert.equal(message === undefined, isRecord, `${which} ${name}`);
      }
      const short = await probe(target, options).catch((error) => error);
      if (due.alert === undefined) {
        assert.equal(short.finished, false, which);
        assert.deepEqual(short.certificates, seen.certificates, which);
      }
    }
  },
);

testUnless(
  NO_OPENSSL,
  "probe() of what a server does not take says which alert refused it",
  async () => {
    await using material = await Material.make();
    const files = await keyFiles(material);
    await using server = await opensslServer([...files, "-tls1_2"]);
    await assert.rejects(
      probe({ port: server.port }, { versions: [0x0304] }),
      {
        code: "alert",
        message:
          `Cannot shake hands with 127.0.0.1:${server.port}: it refused with the alert protocol_version. Try: net.tls.scan(target), which tells what versions it speaks`,
        cause: { level: 2, description: 70 },
      },
    );
  },
);

Deno.test("probe() asks for the target's name, for another, or for none", async () => {
  const crypto = await nodeCrypto();
  await using server = await net.tcp.serve({}, async (connection) => {
    const hello = await readHello(connection);
    if (hello) await connection.write(flight1_3(crypto, hello));
  });
  const { port } = server.address;
  const asked = async (target: string, options: ProbeOptions = {}) => {
    const { messages } = await probe(target, options);
    const hello = messages[0]?.message;
    assert.ok(hello?.kind === "clientHello" && "cipherSuites" in hello);
    const extension = hello.extensions?.find(({ kind }) =>
      kind === "serverName"
    );
    return extension?.kind === "serverName"
      ? extension.names[0]?.name
      : undefined;
  };
  assert.equal(await asked(`localhost:${port}`), "localhost");
  assert.equal(
    await asked(`localhost:${port}`, { serverName: null }),
    undefined,
  );
  assert.equal(await asked(`127.0.0.1:${port}`), undefined);
  assert.equal(
    await asked(`127.0.0.1:${port}`, { serverName: "other.example." }),
    "other.example",
  );
});

Deno.test("probe() begins TLS where STARTTLS ends", async () => {
  const crypto = await nodeCrypto();
  await using server = await net.tcp.serve({}, async (connection) => {
    await connection.write("220 mail ESMTP\r\n");
    await connection.readLine();
    await connection.write("250-mail\r\n250 STARTTLS\r\n");
    await connection.readLine();
    await connection.write("220 go on\r\n");
    const hello = await readHello(connection);
    if (hello) await connection.write(flight1_3(crypto, hello));
  });
  const seen = await probe(server.address, { starttls: "smtp" });
  assert.equal(seen.version, 0x0304);
});

testUnless(
  NO_OPENSSL,
  "handshake() of a server and of a capture of the same show the same",
  async () => {
    await using material = await Material.make();
    const files = await keyFiles(material);
    await using server = await opensslServer([...files, "-rev"]);
    await using wire = tap(server.port);
    const ours = await handshake({ port: wire.port }, {
      serverName: "host.example",
    });
    await new Promise((resolve) => setTimeout(resolve, 50));
    const { list: [seen] } = await handshake(wire.packets);
    assert.equal(ours.facts.versionName, "TLS 1.3");
    assert.equal(ours.facts.groupName, "x25519");
    assert.deepEqual(seen?.facts, ours.facts);
    assert.match(
      ours.facts.ja4!.hash,
      /^t13d\d{4}00_[0-9a-f]{12}_[0-9a-f]{12}$/,
    );
    assert.deepEqual(ours.steps.map(({ from, name }) => `${from} ${name}`), [
      "client clientHello",
      "server serverHello",
      "server changeCipherSpec",
      "server encryptedExtensions",
      "server certificate",
      "server certificateVerify",
      "server finished",
      "client changeCipherSpec",
      "client finished",
      "client alert close_notify",
      "server newSessionTicket",
      "server newSessionTicket",
      "server alert close_notify",
    ]);
    for (const { purpose, name } of ours.steps) assert.ok(purpose, name);
    const shown = Deno.inspect(ours);
    assert.match(shown, /^TLS handshake with 127\.0\.0\.1:\d+$/m);
    assert.match(
      shown,
      / m?µ?s {2}│── clientHello \d+ B ─+▶│ {2}what the client offers/,
    );
    assert.match(shown, /│◀═+ certificate \d+ B ══│/);
    assert.match(
      Deno.inspect({ ours }),
      /TlsHandshake \{ .* TLS 1\.3, 13 steps \}/,
    );
    // Without secrets all that can be told is how much was encrypted.
    assert.deepEqual(seen?.steps.map(({ name }) => name).slice(0, 4), [
      "clientHello",
      "serverHello",
      "changeCipherSpec",
      "encrypted",
    ]);
    assert.equal((await decrypt(wire.packets)).list[0]?.hasSecrets, false);
    JSON.stringify([ours, seen]);
  },
);

testUnless(
  NO_OPENSSL,
  "a hundred probes side by side close all that they open",
  async () => {
    await using material = await Material.make();
    const files = await keyFiles(material);
    await using server = await opensslServer([...files, "-rev"]);
    const all = await Promise.all(
      Array.from({ length: 100 }, () => probe({ port: server.port })),
    );
    assert.ok(all.every(({ version }) => version === 0x0304));
  },
);
