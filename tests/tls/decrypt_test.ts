import assert from "node:assert/strict";
import * as net from "../../mod.ts";
import { decrypt, type DecryptedConnection } from "../../lib/tls/decrypt.ts";
import { handshake } from "../../lib/tls/handshake.ts";
import { readKeyLog } from "../../lib/tls/key_log.ts";
import { rounds } from "../seed.ts";
import { testUnless } from "../skip.ts";
import { NO_CURL } from "../loopback/curl.ts";
import { Material, without } from "./scan_servers.ts";
import { opensslServer } from "./servers.ts";
import {
  silent,
  talk,
  type Tap,
  tap,
  tshark,
  until,
  writeCapture,
} from "./wiretap.ts";

const NO_OPENSSL = without("openssl", "version");
const NO_TSHARK = without("tshark", "--version");
const text = new TextDecoder();

/** What is kept in a folder of its own: certificate, captures, key logs. */
async function folder() {
  const material = await Material.make();
  const [certificate = "", key = ""] = await material.certificate(
    "ec",
    "P-256",
  );
  return {
    material,
    key: ["-cert", certificate, "-key", key],
    path: (name: string) => material.path(name),
    [Symbol.asyncDispose]: () => material[Symbol.asyncDispose](),
  };
}

/** The same of ours. */
function told(connection: DecryptedConnection): string {
  return connection.items.filter(({ kind }) => kind === "data")
    .map(({ bytes }) => text.decode(bytes)).join("");
}

const OLD = "ALL:@SECLEVEL=0";

/** Server's and client's options, and the suite that comes of them. */
const CASES: readonly (readonly [
  server: readonly string[],
  client: readonly string[],
  suite: string,
])[] = [
  [[], [], "TLS_AES_256_GCM_SHA384"],
  [[], ["-ciphersuites", "TLS_AES_128_GCM_SHA256"], "TLS_AES_128_GCM_SHA256"],
  [
    ["-groups", "P-384"],
    ["-ciphersuites", "TLS_CHACHA20_POLY1305_SHA256"],
    "TLS_CHACHA20_POLY1305_SHA256",
  ],
  ...[
    ["ECDHE-ECDSA-AES128-GCM-SHA256", "AES_128_GCM_SHA256"],
    ["ECDHE-ECDSA-AES256-GCM-SHA384", "AES_256_GCM_SHA384"],
    ["ECDHE-ECDSA-CHACHA20-POLY1305", "CHACHA20_POLY1305_SHA256"],
    ["ECDHE-ECDSA-AES256-SHA", "AES_256_CBC_SHA"],
    ["ECDHE-ECDSA-AES128-SHA256", "AES_128_CBC_SHA256"],
  ].map(([cipher = "", name = ""]) =>
    [
      [],
      ["-tls1_2", "-cipher", cipher],
      `TLS_ECDHE_ECDSA_WITH_${name}`,
    ] as const
  ),
  [
    ["-no_etm"],
    ["-tls1_2", "-cipher", "ECDHE-ECDSA-AES256-SHA384"],
    "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384",
  ],
  [
    ["-cipher", OLD],
    ["-tls1", "-cipher", OLD],
    "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA",
  ],
  [
    ["-cipher", OLD],
    ["-tls1_1", "-cipher", OLD],
    "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA",
  ],
];

testUnless(
  NO_OPENSSL ?? NO_TSHARK,
  "decrypt() reads what openssl's client and server say, as tshark does",
  async () => {
    await using files = await folder();
    const [keyLog, path] = [files.path("keys.log"), files.path("all.pcap")];
    const packets: net.packet.Packet[] = [];
    for (const [n, [server, client]] of CASES.entries()) {
      await using peer = await opensslServer([...files.key, "-rev", ...server]);
      await using wire = tap(peer.port, 50_000 + n);
      const more = `${n}\n`;
      await talk(wire.port, keyLog, client, ["hello there\n", more]);
      packets.push(...wire.packets);
    }
    await writeCapture(path, packets);
    const { list } = await decrypt(path, keyLog);
    const theirs = await tshark(path, keyLog, CASES.length);
    const none = await decrypt(packets);
    for (const [n, [, options, suite]] of CASES.entries()) {
      const connection = list[n]!;
      const which = `${suite} ${options.join(" ")}`;
      assert.equal(connection.facts.suite, suite, which);
      assert.deepEqual(connection.problems, [], which);
      assert.ok(connection.hasSecrets, which);
      const back = `${n}`.split("").reverse().join("");
      const due = `hello there\nereht olleh\n${n}\n${back}\n`;
      assert.equal(told(connection), due, which);
      assert.equal(theirs[n], due, which);
      assert.equal(
        text.decode(connection.data("client")),
        `hello there\n${n}\n`,
      );
      const names = connection.messages.map(({ name }) => name);
      const is1_3 = connection.facts.version === 0x0304;
      assert.ok(names.includes(is1_3 ? "certificateVerify" : "finished"));
      const blind = none.list[n]!;
      assert.equal(blind.hasSecrets, false);
      assert.ok(blind.items.some(({ kind }) => kind === "encrypted"));
      assert.equal(told(blind), "");
    }
  },
);

testUnless(
  NO_CURL ?? NO_OPENSSL ?? without("nginx", "-v"),
  "decrypt() reads what curl and nginx say in TLS 1.2 and 1.3, as curl got it",
  async () => {
    await using material = await Material.make();
    const page = "a page of some length ".repeat(2000);
    await Deno.writeTextFile(material.path("page.txt"), page);
    await using server = await material.nginx(
      `ssl_protocols TLSv1.2 TLSv1.3; root ${material.folder};`,
    );
    const keyLog = material.path("keys.log");
    for (const version of ["1.2", "1.3"]) {
      await using wire = tap(server.port);
      const { stdout } = await new Deno.Command("curl", {
        args: [
          ...["-sk", "--http1.1", `--tlsv${version}`, "--tls-max", version],
          `https://127.0.0.1:${wire.port}/page.txt`,
        ],
        env: { SSLKEYLOGFILE: keyLog },
      }).output();
      await wire.ended();
      const { list: [connection] } = await decrypt(wire.packets, keyLog);
      assert.deepEqual(connection?.problems, []);
      assert.equal(connection.facts.versionName, `TLS ${version}`);
      const request = text.decode(connection.data("client"));
      assert.match(
        request,
        /^GET \/page\.txt HTTP\/1\.1\r\nHost: 127\.0\.0\.1/,
      );
      const answer = text.decode(connection.data("server"));
      assert.equal(text.decode(stdout), page);
      assert.equal(answer.split("\r\n\r\n")[1], page);
    }
  },
);

testUnless(
  NO_OPENSSL,
  "decrypt() goes on with each key that a KeyUpdate brings",
  async () => {
    await using files = await folder();
    const keyLog = files.path("keys.log");
    await using peer = await opensslServer([...files.key, "-rev"]);
    await using wire = tap(peer.port);
    const client = new Deno.Command("openssl", {
      args: [
        ...["s_client", "-connect", `127.0.0.1:${wire.port}`],
        ...["-keylogfile", keyLog],
      ],
      stdin: "piped",
      stdout: "null",
      stderr: "null",
    }).spawn();
    const input = client.stdin.getWriter();
    const write = async (line: string) => {
      await input.write(new TextEncoder().encode(line));
      await until(wire);
    };
    await until(wire);
    // k and K are commands of s_client.
    for (const line of ["one\n", "k\n", "two\n", "K\n", "three\n"]) {
      await write(line);
    }
    client.kill("SIGTERM");
    await Promise.allSettled([input.close(), client.status]);
    const { list: [connection] } = await decrypt(wire.packets, keyLog);
    assert.deepEqual(connection?.problems, []);
    assert.equal(text.decode(connection!.data("client")), "one\ntwo\nthree\n");
    const updates = connection!.messages.filter(({ name }) =>
      name === "keyUpdate"
    );
    assert.ok(updates.length >= 2);
  },
);

testUnless(
  NO_OPENSSL,
  "decrypt() reads early data, taken by the server or not",
  async () => {
    await using files = await folder();
    const [session, early] = [files.path("session"), files.path("early.txt")];
    await Deno.writeTextFile(early, "early bird\n");
    for (const isTaken of [true, false]) {
      const keyLog = files.path(`keys-${isTaken}.log`);
      await using peer = await opensslServer([
        ...files.key,
        ...isTaken ? ["-early_data", "-max_early_data", "1000"] : ["-rev"],
      ]);
      await using wire = tap(peer.port);
      if (isTaken) await silent(wire, keyLog, [], session);
      await silent(wire, keyLog, ["-sess_in", session, "-early_data", early]);
      const found = await decrypt(wire.packets, keyLog);
      const connection = found.list.at(-1)!;
      assert.deepEqual(connection.problems.map(({ problem }) => problem), []);
      const data = connection.items.filter(({ kind }) => kind === "data");
      assert.equal(text.decode(data[0]?.bytes), "early bird\n");
      assert.equal(data[0]?.early, true);
      // It stands before the server's answer.
      const names = connection.items.map(({ name }) => name);
      assert.ok(names.indexOf("data") < names.indexOf("serverHello"));
      const isResumed = !names.includes("certificate");
      assert.equal(isResumed, isTaken);
      assert.equal(names.includes("endOfEarlyData"), isTaken);
    }
  },
);

testUnless(
  NO_OPENSSL,
  "decrypt() takes secrets out of a pcapng file, and tells damage from content",
  async () => {
    await using files = await folder();
    const keyLog = files.path("keys.log");
    await using peer = await opensslServer([...files.key, "-rev"]);
    await using wire = tap(peer.port);
    await talk(wire.port, keyLog, [], ["hello there\n", "more\n"]);
    const log = await readKeyLog(keyLog);
    const whole = await decrypt(wire.packets, log);
    assert.equal(
      told(whole.list[0]!),
      "hello there\nereht olleh\nmore\nerom\n",
    );

    // One bit of the client's first data is turned: the next record is right.
    const { packet } = whole.list[0]!.items.find(({ kind }) =>
      kind === "data"
    )!;
    const damaged = wire.packets.map((one, i) => {
      if (i !== packet - 1) return one;
      const bytes = one.bytes.slice();
      bytes[bytes.length - 20]! ^= 1;
      const { linkType, timestamp } = one;
      return net.packet.decode(bytes, {
        linkType,
        ...timestamp && { timestamp },
      });
    });
    const { list: [spoilt] } = await decrypt(damaged, log);
    assert.deepEqual(
      spoilt!.problems.map(({ problem, from }) => [from, problem]),
      [["client", "the record's digest does not fit it"]],
    );
    assert.equal(text.decode(spoilt!.data("client")), "more\n");
    assert.match(Deno.inspect(spoilt), /problem .* the record's digest/);

    // A packet that the capture has not: what came before it stays readable.
    const lost = wire.packets.filter((_, i) => i !== packet - 1);
    const { list: [holed] } = await decrypt(lost, log);
    assert.match(holed!.problems[0]!.problem!, /octets are not in the capture/);
    assert.equal(text.decode(holed!.data("server")), "ereht olleh\nerom\n");
    for (const shown of [whole, whole.list[0], spoilt, holed]) {
      assert.ok(Deno.inspect(shown).length > 100);
      JSON.stringify(shown);
    }
    await inFile(wire, files.path("x.pcap"), files.path("x.pcapng"), keyLog);
  },
);

/** Puts the secrets into a pcapng file, as editcap does. */
async function inFile(
  wire: Tap,
  pcap: string,
  pcapng: string,
  keyLog: string,
): Promise<void> {
  if (without("editcap", "--version") !== undefined) return;
  await writeCapture(pcap, wire.packets);
  await new Deno.Command("editcap", {
    args: ["--inject-secrets", `tls,${keyLog}`, pcap, pcapng],
  }).output();
  const found = await decrypt(pcapng);
  assert.equal(told(found.list[0]!), "hello there\nereht olleh\nmore\nerom\n");
  const { list: [shown] } = await handshake(new URL(`file://${pcapng}`));
  assert.equal(shown?.steps.at(4)?.name, "certificate");
  const encrypted = (await handshake(wire.packets)).list[0]!;
  assert.deepEqual(
    encrypted.steps.map(({ from, name }) => `${from} ${name}`),
    [
      "client clientHello",
      "server serverHello",
      "server changeCipherSpec",
      "server encrypted",
      "client changeCipherSpec",
      "client encrypted",
      "server encrypted",
    ],
  );
}

/** Spoilt captures: some in each run of the tests, 100,000 by hand. */
const ROUNDS = rounds(300);

testUnless(
  NO_OPENSSL,
  `decrypt() and handshake() take ${ROUNDS} spoilt captures without an exception`,
  async () => {
    await using files = await folder();
    const captures: [readonly net.packet.Packet[], string][] = [];
    for (const options of [[], ["-tls1_2"]]) {
      const keyLog = files.path(`keys${captures.length}.log`);
      await using peer = await opensslServer([...files.key, "-rev"]);
      await using wire = tap(peer.port);
      await talk(wire.port, keyLog, options, ["hello there\n"]);
      captures.push([wire.packets.slice(), keyLog]);
    }
    let state = 8;
    const random = (below: number) => {
      state = Math.imul(state, 1664525) + 1013904223 >>> 0;
      return Math.floor(state / 2 ** 32 * below);
    };
    const logs = await Promise.all(
      captures.map(([, path]) => readKeyLog(path)),
    );
    for (let round = 0; round < ROUNDS; round++) {
      state = round;
      random(2);
      const which = random(2);
      const packets = captures[which]![0].slice();
      for (let n = 1 + random(3); n > 0; n--) {
        const i = random(packets.length);
        const one = packets[i]!;
        const bytes = one.bytes.slice();
        // The octets behind the headers of IPv4 and TCP.
        for (let m = 1 + random(4); m > 0 && bytes.length > 40; m--) {
          bytes[40 + random(bytes.length - 40)] = random(256);
        }
        const { linkType, timestamp } = one;
        const made = net.packet.decode(bytes, {
          linkType,
          ...timestamp && { timestamp },
        });
        if (random(8) === 0) packets.splice(i, 1);
        else packets[i] = made;
      }
      const begun = performance.now();
      const found = await decrypt(packets, logs[which]!);
      if (round % 10 === 0) {
        Deno.inspect(found.list[0]);
        Deno.inspect(await handshake(packets, { keyLog: logs[which]! }));
      }
      assert.ok(performance.now() - begun < 20_000, `round ${round}`);
    }
  },
);
