/**
 * The name server and the forwarder beside BIND, unbound and dnsmasq.
 *
 * @module
 */

import assert from "node:assert/strict";
import { forward } from "../../lib/dns/forward.ts";
import { query } from "../../lib/dns/query.ts";
import { queryAll } from "../../lib/dns/query_all.ts";
import type { Answer } from "../../lib/dns/answer.ts";
import { type DnsRecord, recordLine } from "../../lib/dns/record.ts";
import { type NameServer, serve } from "../../lib/dns/serve.ts";
import { transfer } from "../../lib/dns/transfer.ts";
import { zone } from "../../lib/dns/zone_parse.ts";
import { testUnless } from "../skip.ts";
import { daemon, named, run } from "./dns_daemon.ts";
import { ALL_TYPES, withoutTrees } from "./dns_tree.ts";

const ZONE = `$ORIGIN example.
$TTL 300
@ SOA ns admin 1 2h 15m 2w 60
  NS ns
  NS ns2
  MX 10 www
ns A 127.0.0.1
ns2 A 127.0.0.1
www A 192.0.2.80
www A 192.0.2.81
www AAAA 2001:db8::80
*.w A 192.0.2.99
*.w MX 10 www
x.w TXT x
*.c CNAME www
deep.er.ent A 192.0.2.1
sub NS ns.sub
sub NS ns.elsewhere.test.
ns.sub A 192.0.2.54
low.sub A 192.0.2.55
alias1 CNAME other
other CNAME www
loop1 CNAME loop2
loop2 CNAME loop1
out CNAME www.elsewhere.test.
gone CNAME nowhere
into CNAME a.sub
d DNAME www
_s._tcp SRV 0 0 80 www
many TXT ${"x".repeat(250)}
${
  Array.from({ length: 8 }, (_, i) => `many TXT "${i}${"y".repeat(240)}"`).join(
    "\n",
  )
}
${ALL_TYPES}`;

const NAMES = [
  "",
  "www.",
  "WwW.",
  "nowhere.",
  "a.b.nowhere.",
  "w.",
  "a.w.",
  "b.a.w.",
  "x.w.",
  "y.x.w.",
  "*.w.",
  "a.c.",
  "c.",
  "ent.",
  "er.ent.",
  "deep.er.ent.",
  "sub.",
  "a.sub.",
  "ns.sub.",
  "low.sub.",
  "alias1.",
  "other.",
  "loop1.",
  "out.",
  "gone.",
  "into.",
  "d.",
  "a.d.",
  "b.a.d.",
  "_s._tcp.",
  "_tcp.",
  "ns.",
  "odd\\.label\\@x.",
];
const TYPES = "A AAAA NS MX CNAME TXT SOA DS SRV DNAME TYPE65280"
  .split(" ");

/** What an answer says, whatever the order of its records. */
function said({ message, status }: Answer): unknown {
  const lines = (records: readonly DnsRecord[]) =>
    records.map(recordLine).sort();
  return {
    status,
    flags: message.flags,
    answers: lines(message.answers),
    authorities: lines(message.authorities),
    additionals: lines(message.additionals),
  };
}

testUnless(
  await withoutTrees(["named"]),
  "a server answers as BIND does",
  async () => {
    await using theirs = await named(ZONE);
    await using ours = await serve(ZONE);
    const questions = NAMES.flatMap((name) =>
      TYPES.map((type) => ({ name: `${name}example`, type }))
    );
    const options = { edns: false, attempts: 5 };
    const [a, b] = [
      await queryAll(ours.address, questions, options),
      await queryAll(`127.0.0.1:${theirs.port}`, questions, options),
    ];
    const apart: unknown[] = [];
    for (const [i, { answer }] of a.entries()) {
      const { name, type } = questions[i]!;
      const [us, them] = [said(answer!), said(b[i]!.answer!)] as [
        Record<string, unknown>,
        Record<string, unknown>,
      ];
      // BIND keeps the letters of the zone where it does not compress.
      const text = (of: unknown) => JSON.stringify(of).toLowerCase();
      // Addresses beside an answer are a favour.
      const part = (of: Record<string, unknown>) =>
        text({ ...of, ...of.answers + "" ? { additionals: [] } : {} });
      if (part(us) !== part(them)) apart.push([name, type, us, them]);
    }
    assert.deepEqual(apart, []);
  },
);

testUnless(
  await withoutTrees(["dig"]),
  "dig is answered by UDP, over TCP, and with a whole zone",
  async () => {
    await using server = await serve(ZONE, { transferTo: ["127.0.0.0/8"] });
    const dig = (...args: string[]) =>
      run(
        "dig",
        "@127.0.0.1",
        "-p",
        `${server.address.port}`,
        "+norec",
        "+time=2",
        ...args,
      );
    assert.match(
      await dig("www.example"),
      /status: NOERROR.*\n;; flags: qr aa; QUERY: 1, ANSWER: 2/,
    );
    const cut = await dig("many.example", "TXT");
    assert.match(cut, /Truncated, retrying in TCP mode/);
    assert.match(cut, /ANSWER: 9/);
    assert.match(
      await dig("many.example", "TXT", "+bufsize=512", "+ignore"),
      /flags: qr aa tc/,
    );
    assert.match(
      await dig("+tcp", "+keepopen", "www.example", "ns.example"),
      /192\.0\.2\.80[^]*127\.0\.0\.1/,
    );
    assert.match(
      await dig("+edns=7", "+noednsneg", "www.example"),
      /status: BADVERS/,
    );
    assert.match(
      await dig("+opcode=update", "example", "SOA"),
      /status: NOTIMP/,
    );
    const all = (await dig("+noall", "+answer", "+onesoa", "example", "AXFR"))
      .trim().split("\n");
    assert.equal(all.length, server.zones[0]!.size);
  },
);

testUnless(
  await withoutTrees(["named"]),
  "a zone goes over from BIND, and is served as it was",
  async () => {
    await using theirs = await named(ZONE);
    const got = await transfer(`127.0.0.1:${theirs.port}`, "example");
    const mine = zone(ZONE);
    assert.equal(zone(got.records).size, mine.size);
    await using ours = await serve(zone(got.records), {
      transferTo: ["127.0.0.1"],
    });
    const again = await transfer(ours.address, "example");
    const lines = (records: readonly DnsRecord[]) =>
      records.map(recordLine).sort();
    assert.deepEqual(lines(again.records), lines(got.records));
  },
);

testUnless(
  await withoutTrees(["unbound"]),
  "unbound asks us, and we ask unbound",
  async () => {
    await using server = await serve(ZONE);
    await using resolver = await daemon(
      "unbound",
      "example",
      (port, folder) => ({
        args: ["-d", "-c", `${folder}/unbound.conf`],
        files: {
          "unbound.conf": `server:
  verbosity: 0
  interface: 127.0.0.1@${port}
  username: ""
  chroot: ""
  pidfile: "${folder}/pid"
  use-syslog: no
  do-not-query-localhost: no
  module-config: "iterator"
  use-caps-for-id: yes
  local-zone: "test." static
stub-zone:
  name: "example"
  stub-addr: 127.0.0.1@${server.address.port}
remote-control:
  control-enable: no
`,
        },
      }),
    );
    const forwarder = forward(`127.0.0.1:${resolver.port}`);
    await using front = await serve(forwarder);
    const ask = async (name: string, type = "A") => {
      const { status, answers } = await query(front.address, name, type);
      return [
        status,
        ...answers.map((one) => recordLine({ ...one, ttl: 0 } as DnsRecord))
          .sort(),
      ];
    };
    const lines = (...all: string[]) =>
      all.map((line) => line.replaceAll(" ", "\t"));
    assert.deepEqual(await ask("ns.example"), [
      "NOERROR",
      ...lines("ns.example.  0 IN A 127.0.0.1"),
    ]);
    assert.deepEqual((await ask("www.example")).length, 3);
    assert.equal((await ask("alias1.example")).length, 5);
    assert.deepEqual(await ask("nowhere.example"), ["NXDOMAIN"]);
    assert.deepEqual(await ask("ns.example", "MX"), ["NOERROR"]);
    assert.equal((await ask("many.example", "TXT")).length, 10);
    const { queries } = server.metrics;
    for (
      const name of ["ns.example", "NS.example", "nowhere.example"]
    ) await ask(name);
    assert.equal(server.metrics.queries, queries);
    assert.ok(forwarder.metrics.hits >= 3);
  },
);

testUnless(
  await withoutTrees(["dnsmasq"]),
  "dnsmasq forwards to us, and we to dnsmasq",
  async () => {
    await using server = await serve(ZONE);
    await using proxy = await daemon("dnsmasq", "example", (port) => ({
      args: [
        "--keep-in-foreground",
        "--conf-file=/dev/null",
        `--port=${port}`,
        "--listen-address=127.0.0.1",
        "--bind-interfaces",
        "--no-resolv",
        "--no-hosts",
        "--user=root",
        `--server=127.0.0.1#${server.address.port}`,
        "--address=/local.test/192.0.2.7",
        "--pid-file=",
      ],
    }));
    const forwarder = forward(`127.0.0.1:${proxy.port}`);
    assert.equal((await forwarder.query("WWW.example")).answers.length, 2);
    assert.equal((await forwarder.query("nowhere.example")).rcode, 3);
    assert.equal((await forwarder.query("a.local.test")).answers[0]?.type, "A");
    assert.equal(
      (await forwarder.query("many.example", "TXT")).answers.length,
      9,
    );
  },
);

/** Signs a zone; gives its text and the trust anchor. */
async function signed(
  folder: string,
  ...options: string[]
): Promise<[text: string, key: string]> {
  // No DS is without a delegation, for those who sign.
  await Deno.writeTextFile(`${folder}/zone`, ZONE.replace(/^ds .*\n/m, ""));
  const names: string[] = [];
  for (const flags of [["-f", "KSK"], []]) {
    names.push(
      (await run(
        "dnssec-keygen",
        "-q",
        "-K",
        folder,
        "-a",
        "ECDSAP256SHA256",
        ...flags,
        "example",
      )).trim(),
    );
  }
  const said = await run(
    "dnssec-signzone",
    "-d",
    folder,
    "-S",
    "-K",
    folder,
    "-o",
    "example",
    ...options,
    "-f",
    `${folder}/signed`,
    `${folder}/zone`,
  );
  const key = await Deno.readTextFile(`${folder}/${names[0]}.key`);
  const text = await Deno.readTextFile(`${folder}/signed`).catch(() =>
    assert.fail(said)
  );
  const anchor = /DNSKEY (\d+ \d+ \d+) (.*)/.exec(key)!;
  return [
    text,
    `trust-anchors { example. static-key ${anchor[1]} "${anchor[2]}"; };`,
  ];
}

testUnless(
  await withoutTrees(["delv", "dnssec-signzone"]),
  "what we say of a signed zone is believed",
  async () => {
    const folder = await Deno.makeTempDir({ prefix: "netrepl_dns_" });
    try {
      const [text, anchor] = await signed(folder);
      await Deno.writeTextFile(`${folder}/anchor`, anchor);
      await using server: NameServer = await serve(text);
      const delv = (name: string, type: string) =>
        run(
          "delv",
          "@127.0.0.1",
          "-p",
          `${server.address.port}`,
          "-a",
          `${folder}/anchor`,
          "+root=example",
          `${name}example`,
          type,
        );
      for (
        const [name, type] of [["www.", "A"], ["alias1.", "A"], ["a.w.", "A"], [
          "many.",
          "TXT",
        ], ["", "SOA"]]
      ) {
        assert.match(
          await delv(name!, type!),
          /^; fully validated/m,
          `${name} ${type}`,
        );
      }
      for (
        const [name, type] of [
          ["www.", "MX"],
          ["nowhere.", "A"],
          ["ent.", "A"],
          ["a.w.", "TXT"],
          ["sub.", "DS"],
          ["y.x.w.", "A"],
        ]
      ) {
        assert.match(
          await delv(name!, type!),
          /negative response, fully validated/,
          `${name} ${type}`,
        );
      }
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
);
