/**
 * The DNS client beside BIND's and unbound's programs. The facts are tested by
 * this same file in a process within a network that holds nothing else.
 *
 * @module
 */

import assert from "node:assert/strict";
import { validate } from "../../lib/dns/dnssec.ts";
import { query } from "../../lib/dns/query.ts";
import { recordLine } from "../../lib/dns/record.ts";
import { resolve, reverse } from "../../lib/dns/resolve.ts";
import { trace } from "../../lib/dns/trace.ts";
import { transfer } from "../../lib/dns/transfer.ts";
import { dnsConfig } from "../../lib/linux/dns_config.ts";
import { testUnless } from "../skip.ts";
import { type DnsTree, dnsTree, withoutTrees } from "./dns_tree.ts";
import { inside, ownNetwork, withoutNetworks } from "./own_network.ts";

const INSIDE = "NETREPL_DNS_INSIDE";

/** What differs from one run of dig to the next. */
function steady(text: string): string {
  return text.trim()
    .replace(/^[^]*?(?=;; Got answer:)/, "")
    .replace(/id: \d+/, "id: N")
    .replace(/; COOKIE: .*\n/, "")
    .replace(/Query time: \d+/, "Query time: N")
    .replace(/WHEN: .*/, "WHEN")
    // A resolver's copy gets older between two questions.
    .replace(/\t29\d\tIN/g, "\t300\tIN")
    .split("\n\n").map((part) =>
      // The order of records of one name and type turns.
      part.startsWith(";; ANSWER") || part.startsWith(";; A")
        ? part.split("\n").sort().join("\n")
        : part
    ).join("\n\n");
}

/** The verdict of BIND's own validator. */
async function delv(tree: DnsTree, name: string, type: string) {
  const { stdout, stderr } = await new Deno.Command("delv", {
    args: [
      `@${tree.resolver}`,
      "-a",
      `${tree.folder}/anchors`,
      "+root=.",
      name,
      type,
    ],
  }).output();
  const text = new TextDecoder().decode(stdout) +
    new TextDecoder().decode(stderr);
  if (/fully validated/.test(text)) return "secure";
  if (/unsigned answer/.test(text)) return "insecure";
  return /resolution failed/.test(text) ? "bogus" : text;
}

/** A resolver for TLS and HTTPS, with a certificate of its own. */
async function unbound(folder: string): Promise<Deno.ChildProcess> {
  await new Deno.Command("openssl", {
    args: [
      ..."req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2"
        .split(" "),
      ..."-keyout key.pem -out cert.pem -subj /CN=dns.test".split(" "),
      "-addext",
      "basicConstraints=critical,CA:FALSE",
      "-addext",
      "subjectAltName=DNS:dns.test,IP:127.0.0.1",
    ],
    cwd: folder,
    stderr: "null",
  }).output();
  await Deno.writeTextFile(
    `${folder}/unbound.conf`,
    `server:
  directory: "${folder}"
  chroot: ""
  username: ""
  pidfile: ""
  use-syslog: no
  interface: 127.0.0.1@853
  interface: 127.0.0.1@443
  tls-port: 853
  https-port: 443
  tls-service-key: key.pem
  tls-service-pem: cert.pem
  access-control: 127.0.0.0/8 allow
  local-zone: "example.org." static
  local-data: "www.example.org. 300 A 192.0.2.1"
remote-control:
  control-enable: no
`,
  );
  const child = new Deno.Command("unbound", {
    args: ["-d", "-c", `${folder}/unbound.conf`],
    stdout: "null",
    stderr: "null",
  }).spawn();
  for (let n = 0; n < 50; n++) {
    try {
      (await Deno.connect({ hostname: "127.0.0.1", port: 443 })).close();
      break;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
  return child;
}

async function facts(t: Deno.TestContext): Promise<void> {
  await using tree = await dnsTree();
  const { root, leaf, resolver, anchors } = tree;

  await t.step("a zone's records read as dig prints them", async () => {
    const zone = await transfer(leaf, "types.test");
    const theirs = await tree.run("dig", `@${leaf}`, "types.test", "AXFR");
    const lines = theirs.split("\n").filter((line) => /^[^;]/.test(line));
    assert.equal(lines.length, zone.records.length + 1);
    const ours = zone.records.map(recordLine);
    assert.deepEqual(ours.toSorted(), lines.slice(0, -1).toSorted());
    assert.equal(zone.serial, 7);
    assert.equal((await transfer(leaf, "no.test")).status, "NOTAUTH");
    const signed = await transfer(leaf, "hash.test");
    const dig = await tree.run("dig", `@${leaf}`, "hash.test", "AXFR");
    assert.deepEqual(
      signed.records.map(recordLine).toSorted(),
      dig.split("\n").filter((line) => /^[^;]/.test(line)).slice(0, -1)
        .toSorted(),
    );
  });

  await t.step("answers read as dig prints them", async () => {
    for (
      const [server, name, type, options, ...more] of [
        [leaf, "www.ed.test", "A", {}],
        [leaf, "no.ed.test", "A", {}],
        [leaf, "ed.test", "MX", {}],
        [leaf, "www.ed.test", "A", { dnssec: true }, "+dnssec"],
        [leaf, "odd\\.label\\@x.types.test", "A", {}],
        [leaf, "aaaaaaaaaaaaaaaaaaaaa.types.test", "A", {}],
        [leaf, "no-such-name-of-thirty-one.test", "NSEC3PARAM", {}],
        [root, "www.ed.test", "A", { flags: [] }, "+norec"],
        [resolver, "alias.ed.test", "A", {}],
        [leaf, "www.ed.test", "A", { edns: false }, "+noedns"],
        [leaf, "www.ed.test", "A", { nsid: true }, "+nsid"],
        [leaf, "hash.test", "DNSKEY", { transport: "tcp" }, "+tcp"],
        [leaf, "elsewhere.example", "A", {}],
        // The columns shift with the name's length in more than one way.
        ...[7, 8, 15, 23, 31, 36, 37, 38, 39, 40, 47, 48].map((length) =>
          [leaf, `${"n".repeat(length - 6)}.test`, "A", {}] as const
        ),
        [
          resolver,
          "www.ed.test",
          "A",
          { clientSubnet: "192.0.2.0/24" },
          "+subnet=192.0.2.0/24",
        ],
      ] as const
    ) {
      const answer = await query(server, name, type, options);
      const dig = await tree.run(
        "dig",
        `@${server}`,
        "+noad",
        "+nocookie",
        ...more,
        name,
        type,
      );
      const place = new RegExp(`#53\\(${server}\\)`);
      assert.match(`${answer}`, place);
      assert.equal(steady(`${answer}`), steady(dig), `${name} ${type} ${more}`);
    }
  });

  await t.step("an answer too long for UDP comes by TCP", async () => {
    const long = await query(leaf, "long.types.test", "TXT", {
      payloadSize: 512,
      dnssec: true,
    });
    assert.equal(long.transport, "udp");
    const keys = await query(leaf, "hash.test", "ANY", { payloadSize: 512 });
    assert.equal(keys.transport, "tcp");
    assert.equal(keys.attempts, 2);
    const cut = await query(leaf, "hash.test", "ANY", {
      payloadSize: 512,
      fallback: false,
    });
    assert.deepEqual([cut.transport, cut.message.truncated], ["udp", true]);
  });

  await t.step("trace() goes from the root to the leaf", async () => {
    const found = await trace("www.ed.test", { roots: [root] });
    assert.deepEqual(found.zones, [".", "test", "ed.test"]);
    assert.deepEqual(found.steps.map(({ address }) => address), [
      root,
      "10.53.0.2",
      leaf,
    ]);
    assert.equal(found.records.length, 2);
    const far = await trace("far.ed.test", { roots: [root] });
    assert.deepEqual(far.steps.map(({ kind }) => kind), [
      "referral",
      "referral",
      "alias",
      "referral",
      "referral",
      "answer",
    ]);
    const none = await trace("x.no.ed.test", { roots: [root], type: "MX" });
    assert.equal(none.status, "NXDOMAIN");
    const empty = await trace("www.ed.test", { roots: [root], type: "MX" });
    assert.equal(empty.status, "NODATA");
    assert.equal(
      (await trace("www.glueless.test", { roots: [root] })).status,
      "NOERROR",
    );
    assert.match(
      Deno.inspect(found),
      /test\. +ns\.test +10\.53\.0\.2 +ed\.test\. is with ns\.ed\.test/,
    );
    // A delegation to nowhere.
    const lame = await trace("www.sub.ed.test", { roots: [root] });
    assert.equal(lame.status, "SERVFAIL");
  });

  await t.step("validate() judges as delv does", async () => {
    for (
      const [name, type, expected] of [
        ["www.ed.test", "A", "secure"],
        ["www.hash.test", "A", "secure"],
        ["www.rsa.test", "A", "secure"],
        ["alias.hash.test", "A", "secure"],
        ["far.ed.test", "A", "secure"],
        ["no.ed.test", "A", "secure"],
        ["no.hash.test", "A", "secure"],
        ["www.ed.test", "MX", "secure"],
        ["www.hash.test", "MX", "secure"],
        ["b.ent.ed.test", "A", "secure"],
        ["b.ent.hash.test", "A", "secure"],
        ["x.wild.ed.test", "TXT", "secure"],
        ["x.wild.hash.test", "TXT", "secure"],
        ["x.wild.ed.test", "A", "secure"],
        ["x.wild.hash.test", "A", "secure"],
        ["test", "DS", "secure"],
        ["plain.test", "DS", "secure"],
        ["no.such.tld", "A", "secure"],
        ["www.plain.test", "A", "insecure"],
        ["no.plain.test", "A", "insecure"],
        ["www.wrong.test", "A", "bogus"],
        ["mail.wrong.test", "MX", "secure"],
        ["www.late.test", "A", "bogus"],
      ] as const
    ) {
      const { security, why } = await validate(name, {
        type,
        server: resolver,
        anchors,
      });
      assert.equal(security, expected, `${name} ${type}: ${why}`);
      assert.equal(await delv(tree, name, type), expected, `delv: ${name}`);
    }
    const old = await validate("www.late.test", {
      server: resolver,
      anchors,
      now: new Date("2020-01-15"),
    });
    // Then the root's signatures were not yet good.
    assert.equal(old.security, "bogus");
    assert.match(old.why, /begins on 20/);
    const other = await validate("www.ed.test", {
      server: resolver,
      anchors: [`1${anchors[0]!.slice(1)}`.replace(/^\d+/, "1")],
    });
    assert.equal(other.security, "bogus");
    assert.match(other.why, /none of its keys is the one known from above/);
  });

  await t.step("resolve() tells apart why there is nothing", async () => {
    const servers = [resolver];
    const statuses: string[] = [];
    for (
      const [name, type] of [
        ["www.ed.test", "A"],
        ["www.ed.test", "MX"],
        ["no.ed.test", "A"],
        ["x.sub.ed.test", "A"],
      ] as const
    ) statuses.push((await resolve(name, type, { servers })).status);
    assert.deepEqual(statuses, ["NOERROR", "NODATA", "NXDOMAIN", "SERVFAIL"]);
    const etc = `${tree.folder}/machine/etc`;
    await Deno.mkdir(etc, { recursive: true });
    await Deno.writeTextFile(
      `${etc}/resolv.conf`,
      `nameserver ${resolver}\nsearch plain.test ed.test\noptions timeout:1\n`,
    );
    await Deno.writeTextFile(`${etc}/hosts`, "192.0.2.99 here\n");
    const config = await dnsConfig({ root: `${tree.folder}/machine` });
    const mail = await resolve("mail", "MX", { config });
    assert.deepEqual([mail.found, mail.ok], ["mail.plain.test", true]);
    const here = await resolve("here", undefined, { config });
    assert.deepEqual([here.source, `${here.addresses}`], [
      "files",
      "192.0.2.99",
    ]);
    const name = await reverse("192.0.2.99", { config });
    assert.deepEqual(name.names, ["here"]);
    const alias = await resolve("alias.ed.test", undefined, { config });
    assert.equal(alias.canonicalName, "www.ed.test");
    assert.equal(alias.addresses.length, 2);
    assert.ok(alias.ttl > 0 && alias.ttl <= 300);
  });

  await t.step("TLS and HTTPS carry the same question", async () => {
    const server = await unbound(tree.folder);
    try {
      const caCerts = [await Deno.readTextFile(`${tree.folder}/cert.pem`)];
      const tls = await query("127.0.0.1", "www.example.org", "A", {
        transport: "tls",
        tls: { serverName: "dns.test", caCerts },
      });
      assert.deepEqual([tls.transport, tls.answers.length], ["tls", 1]);
      assert.match(
        `${tls}`,
        /SERVER: 127\.0\.0\.1#853\(127\.0\.0\.1\) \(TLS\)/,
      );
      await assert.rejects(
        query("127.0.0.1", "www.example.org", "A", { transport: "tls" }),
        { name: "AuthError", code: "untrusted" },
      );
      await assert.rejects(
        query("127.0.0.1", "www.example.org", "A", {
          transport: "tls",
          tls: { serverName: "other.test", caCerts },
        }),
        { name: "AuthError", code: "untrusted" },
      );
      const https = await query(
        "https://127.0.0.1/dns-query",
        "www.example.org",
        "A",
        { tls: { caCerts } },
      );
      assert.deepEqual([https.transport, https.answers.length], ["https", 1]);
      await assert.rejects(
        query("https://127.0.0.1/elsewhere", "www.example.org", "A", {
          tls: { caCerts },
        }),
        { code: "http" },
      );
      await assert.rejects(
        query("https://127.0.0.1/dns-query", "www.example.org"),
        { name: "AuthError", code: "untrusted" },
      );
    } finally {
      server.kill("SIGKILL");
      await server.status;
    }
  });
}

if (Deno.env.has(INSIDE)) {
  Deno.test("inside", facts);
} else {
  testUnless(
    withoutNetworks() ??
      await withoutTrees([
        "named",
        "dig",
        "delv",
        "dnssec-signzone",
        "unbound",
        "openssl",
      ]),
    "the DNS client agrees with dig, delv and unbound on a tree of zones from its own root",
    async () => {
      using network = ownNetwork();
      const child = inside(network, () =>
        new Deno.Command(Deno.execPath(), {
          args: ["test", "-A", "--no-check", import.meta.url],
          env: { [INSIDE]: "1", NO_COLOR: "1" },
          stdout: "piped",
          stderr: "piped",
        }).spawn());
      const { success, stdout, stderr } = await child.output();
      const decoder = new TextDecoder();
      assert.ok(success, decoder.decode(stdout) + decoder.decode(stderr));
    },
  );
}
