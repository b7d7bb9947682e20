/** What a scan finds behind the hellos: second handshakes, sessions, ROBOT. */

import assert from "node:assert/strict";
import { createPrivateKey } from "node:crypto";
import type * as net from "../../mod.ts";
import { readCertificates } from "../../lib/tls/certificate.ts";
import { probe } from "../../lib/tls/probe/probe.ts";
import { numberOf, octetsOf, power } from "../../lib/tls/probe/rsa_exchange.ts";
import { scan, type TlsFeatures } from "../../lib/tls/scan/scan.ts";
import { testUnless } from "../skip.ts";
import { byHand } from "./scan_faults.ts";
import { Material, without } from "./scan_servers.ts";
import { opensslServer } from "./servers.ts";

const NO_OPENSSL = without("openssl", "version");
const NO_NGINX = NO_OPENSSL ?? without("nginx", "-v");
const OLD = ["-cipher", "ALL:COMPLEMENTOFALL:@SECLEVEL=0"];

async function rsaServer(material: Material, ...args: readonly string[]) {
  const [certificate, key] = await material.certificate("rsa", "rsa:2048");
  return await opensslServer(["-cert", certificate!, "-key", key!, ...args]);
}

/** What openssl's own client says of a server: sslscan's finds no renegotiation with OpenSSL 3. */
async function clientSays(
  target: string,
): Promise<TlsFeatures["renegotiation"]> {
  const child = new Deno.Command("openssl", {
    args: [
      ...["s_client", "-connect", target, "-no_tls1_3"],
      ...["-cipher", "ALL:@SECLEVEL=0"],
    ],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const input = child.stdin.getWriter();
  const decoder = new TextDecoder();
  let said = "";
  const listen = async (from: ReadableStream<Uint8Array>) => {
    for await (const part of from) {
      const before = said;
      said += decoder.decode(part);
      const now = (mark: string) =>
        said.includes(mark) && !before.includes(mark);
      if (now("Verify return code")) await input.write(LETTER_R);
      // It reads no more input until the second handshake is over.
      if (now("RENEGOTIATING")) await input.close();
    }
  };
  await Promise.all([listen(child.stdout), listen(child.stderr), child.status]);
  return {
    secure: /Secure Renegotiation IS supported/.test(said),
    clientInitiated: !/no renegotiation/.test(said),
  };
}

const LETTER_R = new TextEncoder().encode("R\n");

/** Servers, and whether a client may begin a second handshake. */
const renegotiating: readonly (readonly [readonly string[], boolean])[] = [
  [[], false],
  [["-no_renegotiation"], false],
  [["-client_renegotiation"], true],
  [["-client_renegotiation", "-tls1", ...OLD], true],
];

testUnless(
  NO_NGINX,
  "a second handshake of the client's is found where openssl's client is let begin one",
  async () => {
    await using material = await Material.make();
    for (const [args, clientInitiated] of renegotiating) {
      await using server = await rsaServer(material, ...args);
      const { features, weaknesses } = await scan(server.target);
      const due = { secure: true, clientInitiated };
      assert.deepEqual(features.renegotiation, due, args.join(" "));
      assert.deepEqual(await clientSays(server.target), due, args.join(" "));
      const ids = weaknesses.map(({ id }) => id);
      assert.equal(ids.includes("client-renegotiation"), clientInitiated);
      // All of these have RSA key exchange.
      assert.equal(features.robot, "none");
    }
    await using nginx = await material.nginx(
      "ssl_protocols TLSv1.2; ssl_early_data on;",
    );
    const { features } = await scan(nginx.target);
    const due = { secure: true, clientInitiated: false };
    assert.deepEqual(features.renegotiation, due);
    assert.deepEqual(await clientSays(nginx.target), due);
    assert.equal(features.robot, "none");
  },
);

/** Servers, and what becomes of a session of TLS 1.3. */
const sessions: readonly (readonly [
  args: readonly string[],
  due: Partial<TlsFeatures>,
])[] = [
  [[], { resumption1_3: "works", tickets1_3: 2, earlyData: 0 }],
  [["-num_tickets", "0"], { resumption1_3: "not offered", tickets1_3: 0 }],
  [["-early_data", "-max_early_data", "999"], {
    ...{ resumption1_3: "works", earlyData: 999, earlyDataAccepted: true },
  }],
  [["-max_early_data", "999"], {
    ...{ resumption1_3: "works", earlyData: 999, earlyDataAccepted: false },
  }],
  [["-ciphersuites", "TLS_AES_256_GCM_SHA384", "-groups", "P-384"], {
    resumption1_3: "works",
  }],
];

testUnless(
  NO_OPENSSL,
  "a session of TLS 1.3 is gone on with, and its early data taken, where the server does",
  async () => {
    await using material = await Material.make();
    for (const [args, due] of sessions) {
      await using server = await rsaServer(material, "-tls1_3", ...args);
      const { features } = await scan(server.target);
      for (const [name, value] of Object.entries(due)) {
        const seen = features[name as keyof TlsFeatures];
        assert.equal(seen, value, `${args.join(" ")} ${name}`);
      }
    }
  },
);

/** One suite for each way to agree on keys and to protect records. */
const finished: readonly (readonly [version: number, suite: number])[] = [
  ...[0xc02f, 0xcca8, 0x009e, 0x009d, 0xc013, 0xc028, 0x002f, 0x003b]
    .map((suite) => [0x0303, suite] as const),
  ...[0x0035, 0x0039, 0xc013].map((suite) => [0x0302, suite] as const),
  ...[0x0035, 0x0039, 0xc013, 0x0002].map((suite) => [0x0301, suite] as const),
];

testUnless(
  NO_OPENSSL,
  "probe() brings handshakes before TLS 1.3 to their end, whatever the suite",
  async () => {
    await using material = await Material.make();
    await using server = await rsaServer(material, ...OLD);
    for (const [version, suite] of finished) {
      for (const encryptThenMac of [false, true]) {
        const { finished, cipherSuite, alert } = await probe(server.target, {
          finish: true,
          versions: [version],
          hello: {
            cipherSuites: [suite],
            extra: encryptThenMac ? [{ type: 22, body: new Uint8Array() }] : [],
          },
        });
        const which = `${version.toString(16)} ${suite.toString(16)}`;
        assert.equal(cipherSuite, suite, which);
        assert.equal(finished, true, which);
        assert.equal(alert, undefined, which);
      }
    }
  },
);

/** What is wrong with a block that a client encrypted; nothing of one as it should be. */
function faultOf(block: Uint8Array): "start" | "end" | "version" | undefined {
  if (block[0] !== 0 || block[1] !== 2) return "start";
  const zero = block.indexOf(0, 2);
  if (zero !== block.length - 49) return "end";
  return block[zero + 2] === 3 ? undefined : "version";
}

/** Servers with the fault, and one without: the alert that each block gets. */
const oracles: Readonly<
  Record<string, (fault: ReturnType<typeof faultOf>) => number>
> = {
  none: () => 20,
  weak: (fault) => fault === "start" || fault === "end" ? 51 : 20,
  strong: (fault) => fault === "start" ? 51 : fault === "end" ? 47 : 20,
};

/** Reads a ClientKeyExchange, and answers what the block in it deserves. */
async function answerKey(
  conn: net.tcp.Connection,
  key: { readonly n: bigint; readonly d: bigint; readonly size: number },
  alertFor: (typeof oracles)[string],
): Promise<void> {
  const head = await conn.readExactly(5).catch(() => undefined);
  if (head?.[0] !== 22) return;
  const message = await conn.readExactly(head[3]! << 8 | head[4]!);
  if (message[0] !== 16) return;
  const hidden = numberOf(message.subarray(6));
  const block = octetsOf(power(hidden, key.d, key.n), key.size);
  await conn.write(Uint8Array.of(21, 3, 3, 0, 2, 2, alertFor(faultOf(block))));
}

for (const [due, alertFor] of Object.entries(oracles)) {
  testUnless(
    NO_OPENSSL,
    `ROBOT: a server whose answers are ${due} of an oracle is told as such`,
    async () => {
      await using material = await Material.make();
      const [file, keyFile] = await material.certificate("robot", "rsa:1024");
      const certificates = readCertificates(await Deno.readTextFile(file!));
      const { n = "", d = "" } = createPrivateKey(
        await Deno.readTextFile(keyFile!),
      ).export({ format: "jwk" });
      const [modulus, secret] = [n, d].map((text) =>
        Uint8Array.fromBase64(text, { alphabet: "base64url" })
      );
      const key = {
        n: numberOf(modulus!),
        d: numberOf(secret!),
        size: modulus!.length,
      };
      let keys = 0;
      await using server = await byHand(
        (hello) =>
          hello === "ssl2" || hello.version !== 0x0303 ||
            !hello.cipherSuites.includes(0x009c)
            ? { alert: 40 }
            : {
              ...{ version: 0x0303, suite: 0x009c },
              certificates: certificates.map(({ der }) => der),
            },
        (conn) =>
          answerKey(conn, key, (fault) => {
            keys++;
            return alertFor(fault);
          }),
      );
      const { features, weaknesses, grade } = await scan(server.address);
      assert.equal(features.robot, due);
      assert.ok(keys >= 10);
      const isFound = weaknesses.some(({ id }) => id === "robot");
      assert.equal(isFound, due !== "none");
      assert.equal(grade === "F", due !== "none");
      keys = 0;
      const unasked = await scan(server.address, { robot: false });
      assert.equal(unasked.features.robot, undefined);
      // Handshakes to their end bring keys too, but no faults.
      assert.ok(keys <= 3);
    },
  );
}
