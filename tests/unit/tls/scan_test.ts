import assert from "node:assert/strict";
import { tlsCipherSuites } from "../../../lib/packet/layers/tls/cipher_suites.ts";
import {
  accepted,
  favourites,
  preferenceOf,
} from "../../../lib/tls/scan/favourites.ts";
import { weaknessTable } from "../../../lib/tls/scan/grade.ts";
import { Offers, SHORT_SUITES } from "../../../lib/tls/scan/offer.ts";
import type { ScannedProtocol } from "../../../lib/tls/scan/protocol.ts";
import {
  TlsScan,
  type TlsScanFacts,
} from "../../../lib/tls/scan/scan_result.ts";
import {
  suites1_3,
  suitesTo1_2,
  suiteVerdict,
} from "../../../lib/tls/scan/suite.ts";

const verdicts: Readonly<
  Record<
    string,
    readonly [exchange: string, by: string, bits: number, strength: string]
  >
> = {
  TLS_AES_128_GCM_SHA256: ["any", "any", 128, "strong"],
  TLS_SHA256_SHA256: ["any", "any", 0, "broken"],
  TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384: ["ECDHE", "RSA", 256, "strong"],
  TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256: [
    "ECDHE",
    "ECDSA",
    256,
    "strong",
  ],
  TLS_DHE_RSA_WITH_AES_128_CBC_SHA: ["DHE", "RSA", 128, "adequate"],
  TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8: ["ECDHE", "ECDSA", 128, "adequate"],
  TLS_RSA_WITH_AES_128_GCM_SHA256: ["RSA", "RSA", 128, "weak"],
  TLS_ECDH_RSA_WITH_AES_128_GCM_SHA256: ["ECDH", "RSA", 128, "weak"],
  TLS_ECDHE_RSA_WITH_3DES_EDE_CBC_SHA: ["ECDHE", "RSA", 112, "weak"],
  TLS_ECDHE_RSA_WITH_RC4_128_SHA: ["ECDHE", "RSA", 128, "weak"],
  TLS_DHE_DSS_WITH_AES_256_GCM_SHA384: ["DHE", "DSS", 256, "weak"],
  TLS_RSA_EXPORT_WITH_RC4_40_MD5: ["RSA", "RSA", 40, "broken"],
  TLS_RSA_EXPORT1024_WITH_DES_CBC_SHA: ["RSA", "RSA", 56, "broken"],
  TLS_DHE_RSA_WITH_DES_CBC_SHA: ["DHE", "RSA", 56, "broken"],
  TLS_DH_anon_WITH_AES_128_CBC_SHA: ["DH", "anonymous", 128, "broken"],
  TLS_RSA_WITH_NULL_SHA256: ["RSA", "RSA", 0, "broken"],
  TLS_ECDHE_PSK_WITH_AES_128_GCM_SHA256: ["ECDHE", "PSK", 128, "strong"],
  TLS_PSK_DHE_WITH_AES_128_CCM_8: ["DHE", "PSK", 128, "adequate"],
  TLS_SRP_SHA_RSA_WITH_AES_128_CBC_SHA: ["SRP", "RSA", 128, "adequate"],
  TLS_KRB5_EXPORT_WITH_DES_CBC_40_MD5: ["KRB5", "KRB5", 40, "broken"],
  TLS_GOSTR341112_256_WITH_KUZNYECHIK_MGM_L: ["GOST", "GOST", 256, "strong"],
};

const byName = new Map(
  Object.entries(tlsCipherSuites).map((
    [number, name],
  ) => [name, Number(number)]),
);

for (const [name, expected] of Object.entries(verdicts)) {
  Deno.test(`${name} is ${expected[3]}`, () => {
    const number = byName.get(name);
    assert.ok(number !== undefined, "the registry has it");
    const { keyExchange, authentication, bits, strength } = suiteVerdict(
      number,
    );
    assert.deepEqual([keyExchange, authentication, bits, strength], expected);
  });
}

Deno.test("every suite with a name is offered once, in the one or the other list", () => {
  const all = [...suites1_3, ...suitesTo1_2];
  assert.equal(new Set(all).size, all.length);
  // Two signals, and the suite that stands for none.
  assert.equal(all.length, Object.keys(tlsCipherSuites).length - 3);
  assert.ok(suites1_3.includes(0x1301) && suites1_3.includes(0xc103));
  assert.ok(!suitesTo1_2.includes(0x5600) && !suitesTo1_2.includes(0x00ff));
  const [best] = suitesTo1_2;
  assert.equal(suiteVerdict(best!).strength, "strong");
  for (const number of all) {
    const { name, bits } = suiteVerdict(number);
    assert.ok(bits > 0 || /NULL|^TLS_SHA/.test(name), name);
  }
});

Deno.test("favourites() finds all and the order, whoever's it is", async () => {
  const likes = [5, 1, 3];
  const server = (left: readonly number[]) =>
    Promise.resolve(likes.find((one) => left.includes(one)));
  const client = (left: readonly number[]) =>
    Promise.resolve(left.find((one) => likes.includes(one)));
  const all = [1, 2, 3, 4, 5];
  assert.deepEqual(await favourites(all, server), [5, 1, 3]);
  assert.deepEqual(await favourites(all, client), [1, 3, 5]);
  assert.equal(await preferenceOf([5, 1, 3], server), "server");
  assert.equal(await preferenceOf([1, 3, 5], client), "client");
  assert.equal(await preferenceOf([1], client), undefined);
  // One that names what was not offered does not go on for ever.
  assert.deepEqual(await favourites(all, () => Promise.resolve(9)), []);
});

Deno.test("accepted() finds the same by several questions at a time, whoever's order it is", async () => {
  const all = Array.from({ length: 40 }, (_, i) => i);
  const likes = [30, 31, 3, 39, 17, 18, 19, 0, 25];
  const ours = likes.toSorted((a, b) => a - b);
  // The first two are as good as each other: the client may choose among them.
  const grouped = (left: readonly number[]) =>
    left.find((one) => likes.indexOf(one) in [0, 1]) ??
      likes.find((one) => left.includes(one));
  const servers = {
    server: (left: readonly number[]) =>
      likes.find((one) => left.includes(one)),
    client: (left: readonly number[]) =>
      left.find((one) => likes.includes(one)),
  };
  for (const parts of [0, 1, 3]) {
    for (const [order, server] of Object.entries(servers)) {
      let asked = 0;
      const ask = (left: readonly number[]) => {
        asked++;
        return Promise.resolve(server(left));
      };
      const found = order === "server" ? likes : ours;
      assert.deepEqual(await accepted(all, ask, parts), { found, order });
      // One question more than there is to find, or three for each part.
      const most = order === "server" ? 2 : Math.max(1, 3 * parts);
      assert.ok(asked <= likes.length + most, `${asked} questions`);
    }
    const { found, order } = await accepted(
      all,
      (left) => Promise.resolve(grouped(left)),
      parts,
    );
    assert.deepEqual([found, order], [likes, "server"]);
  }
  const none = { found: [], order: undefined };
  const ask = (answer: number | undefined) => () => Promise.resolve(answer);
  assert.deepEqual(await accepted(all, ask(undefined)), none);
  assert.deepEqual(await accepted(all, ask(99)), none);
  assert.deepEqual(await accepted([7], ask(7)), { ...none, found: [7] });
});

Deno.test("a hello in a frame is the same as one made anew, but for its random octets", () => {
  const offers = new Offers("www.example");
  for (const version of [0x0300, 0x0303, 0x0304]) {
    const suites = [0x1301, 0xc02f, 0x0005];
    const plain = (records: Uint8Array) =>
      records.toHex().replace(/^(.{22}).{64}/, "$1");
    const framed = offers.records(version, { suites });
    // An offer of more than suites has no frame.
    const made = offers.records(version, { suites, groups: undefined });
    if (version < 0x0304) assert.equal(plain(framed), plain(made));
    assert.equal(framed.length, made.length);
    const again = offers.records(version, { suites });
    assert.notDeepEqual(framed.subarray(11, 43), again.subarray(11, 43));
  }
});

Deno.test("a short hello has 255 octets at most, whatever the version", () => {
  const offers = new Offers(undefined);
  for (const version of [0x0300, 0x0301, 0x0302, 0x0303]) {
    const suites = suitesTo1_2.slice(0, SHORT_SUITES);
    const records = offers.records(version, { suites }, "short");
    assert.ok(records.length <= 255, `${records.length} of ${version}`);
  }
});

const protocol: ScannedProtocol = {
  version: 0x0303,
  name: "TLS 1.2",
  offered: true,
  refusal: undefined,
  suites: [],
  order: undefined,
  groups: [],
  groupOrder: undefined,
  signatureSchemes: [],
};

const facts: TlsScanFacts = {
  target: "www.example:443",
  address: "192.0.2.1:443",
  serverName: "www.example",
  at: new Date(0),
  ms: 12,
  connections: 34,
  protocols: [protocol],
  ssl2: undefined,
  certificates: [],
  features: {
    compression: false,
    renegotiation: { secure: true, clientInitiated: false },
    fallbackScsv: undefined,
    extendedMasterSecret: true,
    encryptThenMac: undefined,
    heartbeat: false,
    heartbleed: undefined,
    robot: "none",
    sessionIds: "works",
    sessionTickets: "not offered",
    tickets1_3: undefined,
    resumption1_3: undefined,
    earlyData: undefined,
    earlyDataAccepted: undefined,
    ocspStapling: false,
    clientCertificateWanted: false,
    alpn: ["h2"],
  },
};

function with1_2(...numbers: number[]): TlsScanFacts {
  const suites = numbers.map((number) => ({
    ...suiteVerdict(number),
    group: undefined,
    primeBits: undefined,
  }));
  return { ...facts, protocols: [{ ...protocol, suites }] };
}

/** What servers have, and the grade and the worst weakness that they get. */
const grades: Readonly<
  Record<string, readonly [TlsScanFacts, string, string | undefined]>
> = {
  "nothing against it": [with1_2(0xc02f), "A", undefined],
  "RSA key exchange": [with1_2(0xc02f, 0x009c), "B", "no-forward-secrecy"],
  "3DES": [with1_2(0xc02f, 0xc012), "C", "sweet32"],
  "RC4": [with1_2(0xc011), "C", "rc4"],
  "DES": [with1_2(0x0015), "E", "short-key"],
  "export keys": [with1_2(0x0014), "F", "export"],
  "no encryption": [with1_2(0xc010), "F", "null"],
  "no authentication": [with1_2(0x00a6), "F", "anonymous"],
  "early data": [
    { ...facts, features: { ...facts.features, earlyData: 16384 } },
    "A",
    "early-data",
  ],
  "Heartbleed": [
    {
      ...facts,
      features: { ...facts.features, heartbeat: true, heartbleed: true },
    },
    "F",
    "heartbleed",
  ],
  "ROBOT": [
    { ...facts, features: { ...facts.features, robot: "weak" } },
    "F",
    "robot",
  ],
  "second handshakes for clients": [
    {
      ...facts,
      features: {
        ...facts.features,
        renegotiation: { secure: true, clientInitiated: true },
      },
    },
    "B",
    "client-renegotiation",
  ],
  "second handshakes that are not tied": [
    {
      ...facts,
      features: {
        ...facts.features,
        renegotiation: { secure: false, clientInitiated: true },
      },
    },
    "D",
    "insecure-renegotiation",
  ],
  "a short prime": [
    {
      ...facts,
      protocols: [{
        ...protocol,
        suites: [{ ...suiteVerdict(0x009e), group: undefined, primeBits: 512 }],
      }],
    },
    "F",
    "short-dh",
  ],
  "a small curve": [
    { ...facts, protocols: [{ ...protocol, groups: ["secp192r1", "x25519"] }] },
    "C",
    "weak-curve",
  ],
};

for (const [name, [given, grade, worst]] of Object.entries(grades)) {
  Deno.test(`a server with ${name} gets ${grade}`, () => {
    const scan = new TlsScan(given);
    assert.equal(scan.grade, grade);
    assert.equal(scan.weaknesses[0]?.id, worst);
    // What costs a grade says what to change.
    assert.equal(scan.changes.length > 0, grade !== "A");
  });
}

Deno.test("every entry of the table has its own word, a source and a way out", () => {
  const ids = weaknessTable.map(({ id }) => id);
  assert.equal(new Set(ids).size, ids.length);
  for (const { id, name, what, change, source, best } of weaknessTable) {
    assert.match(id, /^[a-z0-9-]+$/);
    assert.match(what, /\.$|tells\.$/, id);
    assert.match(change, /\.$/, id);
    assert.match(source, /RFC|CVE|NIST/, id);
    assert.match(best, /^[A-F]$/, id);
    assert.ok(name.length < 60, id);
  }
});

Deno.test("Mozilla's configurations are met by what they list, and by no more", () => {
  const profiles = (given: TlsScanFacts) =>
    new TlsScan(given).profiles.filter(({ fits }) => fits).map(({ profile }) =>
      profile
    );
  const tls1_3: ScannedProtocol = {
    ...protocol,
    version: 0x0304,
    name: "TLS 1.3",
    suites: [{
      ...suiteVerdict(0x1301),
      group: "x25519",
      primeBits: undefined,
    }],
    groups: ["X25519MLKEM768", "x25519"],
  };
  const also = (given: TlsScanFacts) => ({
    ...given,
    protocols: [tls1_3, ...given.protocols],
  });
  assert.deepEqual(profiles({ ...facts, protocols: [tls1_3] }), [
    "modern",
    "intermediate",
    "old",
  ]);
  assert.deepEqual(profiles(also(with1_2(0xc02f))), ["intermediate", "old"]);
  assert.deepEqual(profiles(also(with1_2(0xc02f, 0x002f))), ["old"]);
  assert.deepEqual(profiles(also(with1_2(0x0005))), []);
  assert.deepEqual(profiles(with1_2(0xc02f)), []);
});

Deno.test("a scan shows grade, suites and weaknesses, and is plain as JSON", () => {
  const scan = new TlsScan(with1_2(0xc02f, 0x0005));
  const text = Deno.inspect(scan);
  for (
    const part of [
      /TLS of www\.example:443/,
      /grade +C/,
      /TLS_RSA_WITH_RC4_128_SHA +weak/,
      /RC4, at best C/,
      /change: Take all RC4 suites out of the list\./,
      /session identifiers +works/,
      /renegotiation by clients +no/,
      /ROBOT +no/,
    ]
  ) assert.match(text, part);
  const plain = JSON.parse(JSON.stringify(scan));
  assert.equal(plain.grade, "C");
  assert.equal(plain.at, "1970-01-01T00:00:00.000Z");
  assert.equal(plain.protocols[0].suites.length, 2);
  assert.ok(plain.changes.length >= 2);
  assert.equal(scan.protocol("TLS 1.2")?.suites.length, 2);
  // Nothing from a server draws on the terminal.
  const hostile = new TlsScan({ ...facts, target: "\x1b[2Jx:1" });
  assert.ok(!Deno.inspect(hostile).includes("\x1b"));
});
