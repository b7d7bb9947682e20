/** Our scan beside sslscan, over real servers. */

import assert from "node:assert/strict";
import { tlsGroups } from "../../lib/packet/layers/tls/names.ts";
import { scan, type TlsScan } from "../../lib/tls/scan/scan.ts";
import { testUnless } from "../skip.ts";
import { inFrontOf } from "./scan_faults.ts";
import { Material, type SslScan, sslscan, without } from "./scan_servers.ts";
import { opensslServer } from "./servers.ts";

const NO_OPENSSL = without("openssl", "version");
const NO_SSLSCAN = NO_OPENSSL ?? without("sslscan", "--version");
const NO_NGINX = NO_SSLSCAN ?? without("nginx", "-v");

/** Less what takes sslscan the most time: tests/bench/tls_scan.ts has all. */
const ALL = "ALL:COMPLEMENTOFALL:!CAMELLIA:!ARIA:!AESCCM:@SECLEVEL=0";

function sorted(numbers: readonly number[]): number[] {
  return [...numbers].sort((a, b) => a - b);
}

/** Every suite of every version; in the same order where it is the server's. */
function agrees(ours: TlsScan, theirs: SslScan): void {
  const offered = ours.protocols.filter((one) => one.offered);
  assert.deepEqual(
    offered.map(({ name }) => name).sort(),
    [...theirs.versions].sort(),
  );
  for (const { name, suites, order } of offered) {
    const numbers = suites.map(({ number }) => number);
    const peers = theirs.suites[name]!;
    if (order === "server") assert.deepEqual(numbers, peers, name);
    else assert.deepEqual(sorted(numbers), sorted(peers), name);
  }
}

/** The servers, what openssl is told, and what else must be found. */
const servers: Readonly<
  Record<
    string,
    readonly [
      args: (material: Material) => Promise<readonly string[]>,
      check: (ours: TlsScan, theirs: SslScan) => void,
    ]
  >
> = {
  "old and new at once, with two certificates": [
    async (material) => {
      const [rsa, rsaKey] = await material.certificate("rsa", "rsa:2048");
      const [ec, ecKey] = await material.certificate("ec", "P-256");
      await Deno.writeTextFile(material.path("dh.pem"), DH_1024);
      return [
        ...["-cert", rsa!, "-key", rsaKey!, "-dcert", ec!, "-dkey", ecKey!],
        ...["-cipher", ALL, "-serverpref", "-dhparam", material.path("dh.pem")],
      ];
    },
    (ours, theirs) => {
      const tls1_2 = ours.protocol("TLS 1.2")!;
      assert.equal(tls1_2.order, "server");
      assert.ok(tls1_2.suites.length > 30);
      assert.deepEqual(
        ours.certificates.map(({ kind }) => kind).sort(),
        ["EC", "RSA"],
      );
      const ids = ours.weaknesses.map(({ id }) => id);
      for (const id of ["null", "anonymous", "logjam", "beast"]) {
        assert.ok(ids.includes(id), id);
      }
      const dhe = tls1_2.suites.find(({ keyExchange }) =>
        keyExchange === "DHE"
      );
      assert.equal(dhe?.primeBits, 1024);
      assert.equal(ours.grade, "F");
      for (const [name, groups] of Object.entries(theirs.groups)) {
        assert.deepEqual(
          [...ours.protocol(name)!.groups].sort(),
          groups.map((group) => tlsGroups[group]!).sort(),
          name,
        );
      }
      // sslscan offers no suite that an EC key signs for.
      const rsa = tls1_2.signatureSchemes.filter((one) => /^rsa/.test(one));
      assert.equal(rsa.length, theirs.schemes["TLS 1.2"]!.length);
      assert.equal(
        ours.protocol("TLS 1.3")!.signatureSchemes.length,
        theirs.schemes["TLS 1.3"]!.length,
      );
      assert.equal(ours.features.fallbackScsv, true);
      assert.equal(ours.features.sessionIds, "works");
      assert.equal(ours.features.sessionTickets, "works");
    },
  ],
  "TLS 1.2 alone": [
    async (material) => {
      const [rsa, key] = await material.certificate("rsa", "rsa:2048");
      return ["-cert", rsa!, "-key", key!, "-tls1_2", "-cipher", "ECDHE"];
    },
    (ours) => {
      assert.equal(ours.protocol("TLS 1.2")!.order, "client");
      assert.equal(ours.features.fallbackScsv, undefined);
      assert.equal(ours.grade, "A");
    },
  ],
  "TLS 1.3 alone": [
    async (material) => {
      const [ec, key] = await material.certificate("ec", "P-256");
      return ["-cert", ec!, "-key", key!, "-tls1_3", "-curves", "P-384:P-256"];
    },
    (ours) => {
      const tls1_3 = ours.protocol("TLS 1.3")!;
      assert.deepEqual(tls1_3.signatureSchemes, ["ecdsa_secp256r1_sha256"]);
      assert.deepEqual(tls1_3.groups, ["secp384r1", "secp256r1"]);
      assert.equal(tls1_3.groupOrder, "server");
      assert.equal(ours.certificates[0]?.chain[0]?.key.curve, "P-256");
      assert.equal(ours.features.tickets1_3, 2);
      assert.equal(ours.features.earlyData, 0);
      assert.ok(ours.profiles.every(({ fits }) => fits));
    },
  ],
  "TLS 1.0 and 1.1, with early ciphers": [
    async (material) => {
      const [rsa, key] = await material.certificate("rsa", "rsa:2048");
      return [
        ...["-cert", rsa!, "-key", key!, "-no_tls1_2", "-no_tls1_3"],
        ...["-cipher", "AES128-SHA:ECDHE-RSA-AES256-SHA:@SECLEVEL=0"],
      ];
    },
    (ours) => {
      assert.equal(ours.grade, "C");
      const ids = ours.weaknesses.map(({ id }) => id);
      assert.ok(ids.includes("no-current-version"));
    },
  ],
};

testUnless(
  NO_SSLSCAN,
  `scan agrees with sslscan on ${Object.keys(servers).join("; ")}`,
  async () => {
    await using material = await Material.make();
    // sslscan mostly waits, so that all of them take as long as one.
    await Promise.all(
      Object.entries(servers).map(async ([name, [args, check]]) => {
        await using server = await opensslServer(await args(material));
        const ours = await scan(server.target);
        const theirs = await sslscan(server.target, ["--show-sigs"]);
        try {
          agrees(ours, theirs);
          check(ours, theirs);
        } catch (cause) {
          throw new Error(`on ${name}: ${(cause as Error).message}`, { cause });
        }
      }),
    );
  },
);

testUnless(NO_NGINX, "scan agrees with sslscan on nginx", async () => {
  await using material = await Material.make();
  await using server = await material.nginx(
    `ssl_protocols TLSv1.1 TLSv1.2 TLSv1.3; ssl_ciphers HIGH:!aNULL:@SECLEVEL=0;
ssl_prefer_server_ciphers on; ssl_early_data on; ssl_session_cache shared:S:1m;`,
  );
  const ours = await scan(server.target, { serverName: "www.example" });
  agrees(ours, await sslscan(server.target));
  const { alpn, earlyData, sessionIds } = ours.features;
  assert.deepEqual(alpn.slice(0, 2), ["h2", "http/1.1"]);
  assert.equal(earlyData, 16384);
  assert.equal(sessionIds, "works");
  assert.equal(ours.serverName, "www.example");
  assert.equal(ours.grade, "B");
  const text = Deno.inspect(ours);
  assert.match(text, /TLS 1\.2, in the server's order/);
  assert.match(text, /change: Offer TLS 1\.2 and TLS 1\.3 alone/);
  assert.equal(JSON.parse(JSON.stringify(ours)).grade, "B");
});

testUnless(
  NO_OPENSSL,
  "a server that chokes on long hellos is asked in pieces, and has the same suites",
  async () => {
    await using material = await Material.make();
    const [rsa, key] = await material.certificate("rsa", "rsa:2048");
    await using server = await opensslServer([
      ...["-cert", rsa!, "-key", key!, "-serverpref"],
      ...["-tls1_2", "-cipher", "DHE:RSA"],
    ]);
    const whole = await scan(server.target);
    await using relay = await inFrontOf(
      server.target,
      (record) => record.length <= 5 + 255,
    );
    const pieces = await scan(relay.address);
    const names = (one: TlsScan) =>
      one.protocol("TLS 1.2")!.suites.map(({ name }) => name);
    assert.deepEqual(names(pieces), names(whole));
    assert.ok(names(pieces).length > 10);
    assert.equal(pieces.protocol("TLS 1.2")!.order, "server");
  },
);

testUnless(NO_OPENSSL, "scan goes through STARTTLS each time", async () => {
  await using material = await Material.make();
  const [ec, key] = await material.certificate("ec", "P-256");
  await using server = await opensslServer(["-cert", ec!, "-key", key!]);
  await using relay = await inFrontOf(
    server.target,
    () => true,
    async (conn) => {
      await conn.write("220 mail ESMTP\r\n");
      await conn.readLine();
      await conn.write("250-mail\r\n250 STARTTLS\r\n");
      await conn.readLine();
      await conn.write("220 go on\r\n");
    },
  );
  const plain = await scan(server.target);
  const mail = await scan(relay.address, { starttls: "smtp" });
  assert.deepEqual(
    mail.protocols.map(({ suites }) => suites),
    plain.protocols.map(({ suites }) => suites),
  );
  await assert.rejects(scan(relay.address).then(), {
    code: "not-tls",
    hint: '{ starttls: "smtp" }',
  });
});

testUnless(
  NO_OPENSSL,
  "keys of suites with a pre-shared key are found behind the server's hint",
  async () => {
    for (const hint of [[], ["-psk_hint", "the third one"]]) {
      await using server = await opensslServer([
        ...["-nocert", "-psk", "0102", ...hint, "-no_tls1_3"],
        ...["-cipher", "PSK:@SECLEVEL=0", "-groups", "P-256"],
      ]);
      const found = await scan({ port: server.port });
      const { suites, groups } = found.protocol("TLS 1.2")!;
      const keysOf = (name: string) =>
        new Set(
          suites.filter((one) => one.name.startsWith(name))
            .map(({ group, primeBits }) => group ?? primeBits),
        );
      assert.deepEqual(keysOf("TLS_ECDHE_PSK_"), new Set(["secp256r1"]));
      assert.deepEqual(groups, ["secp256r1"]);
      // openssl takes a prime as hard to break as the cipher is.
      const [...primes] = keysOf("TLS_DHE_PSK_") as Set<number>;
      assert.ok(primes.length > 0 && primes.every((bits) => bits >= 1024));
      assert.deepEqual(keysOf("TLS_PSK_WITH_"), new Set([undefined]));
      // The report has them all, the weakest too.
      for (const { name } of suites) assert.ok(`${found}`.includes(name), name);
    }
  },
);

Deno.test("the runtime's own server is scanned, down to its hybrid group", async () => {
  const { SERVER_CERT, SERVER_KEY } = await import(
    "../loopback/http_client_pki.ts"
  );
  const listener = Deno.listenTls({
    ...{ hostname: "127.0.0.1", port: 0 },
    ...{ cert: SERVER_CERT, key: SERVER_KEY, alpnProtocols: ["h2"] },
  });
  const handlers: Promise<void>[] = [];
  const serving = (async () => {
    for await (const conn of listener) {
      handlers.push(
        conn.handshake().then(() => conn.read(new Uint8Array(1))).then(
          () => {},
          () => {},
        ).finally(() => conn.close()),
      );
    }
  })();
  const { port } = listener.addr;
  const { grade, features, protocols, certificates } = await scan({ port });
  listener.close();
  await serving;
  await Promise.all(handlers);
  assert.equal(grade, "A");
  assert.deepEqual(features.alpn, ["h2"]);
  assert.equal(protocols[0]?.groups[0], "X25519MLKEM768");
  assert.deepEqual(protocols[0]?.signatureSchemes, ["ecdsa_secp256r1_sha256"]);
  assert.equal(certificates[0]?.kind, "EC");
});

/** Parameters of 1,024 bits, which nobody should use. */
const DH_1024 = `-----BEGIN DH PARAMETERS-----
MIGHAoGBANm6A77XoORX0T7UHwmf0Pojj9R7xnZ0u2UwgFYnRThtX0P+vyGVU1xG
7P8mfN9w6z5CKNCXRg+kjSsQi4iAeEGjj7vZQsIxLRgHfh9v3F7vXQhQqMc7XjXL
+eIpuvJV3OGahT65sWTOYU2nP6TNCCv7Y4FZJYkK0CRwq4HCc3QfAgEC
-----END DH PARAMETERS-----
`;
