/**
 * A tree of zones of its own: a root, a zone below it, and zones below that, some
 * signed, all served by BIND in a network that holds nothing else.
 *
 * @module
 */

import assert from "node:assert/strict";

/** The tree, which is served at port 53 of addresses of loopback. */
export interface DnsTree extends AsyncDisposable {
  /** The server of the root. */
  readonly root: string;
  /** A resolver, which starts at that root. */
  readonly resolver: string;
  /** What serves the zone of all types. */
  readonly leaf: string;
  /** The root's keys, as DS records. */
  readonly anchors: readonly string[];
  /** Where its files are. */
  readonly folder: string;
  /** Runs a command to its end, and gives what it wrote. */
  run(command: string, ...args: readonly string[]): Promise<string>;
}

const NEEDS = ["named", "dig", "delv", "dnssec-keygen", "dnssec-signzone"];

/** Why there can be no tree here, if so. */
export async function withoutTrees(
  needs: readonly string[] = NEEDS,
): Promise<string | undefined> {
  for (const program of needs) {
    const { success } = await new Deno.Command("sh", {
      args: ["-c", `command -v ${program}`],
      stdout: "null",
    }).output();
    if (!success) return `${program} is not installed`;
  }
  return undefined;
}

const SOA = "SOA ns hostmaster 7 3600 600 86400 300";

/** One record of nearly every type, as BIND writes them. */
export const ALL_TYPES = `
a A 192.0.2.1
aaaa AAAA 2001:db8::1
aaaa AAAA ::ffff:192.0.2.1
cname CNAME a
mx MX 10 mail.example.org.
txt TXT "one" "tw\\"o \\\\ ;(x)" "\\000\\200\\255 é"
long TXT "${"x".repeat(255)}" "${"y".repeat(40)}"
srv SRV 1 2 443 a
caa CAA 128 issue "ca.example; policy=ev"
naptr NAPTR 100 10 "U" "E2U+sip" "!^.*$!sip:info@example.org!" .
ds DS 20326 8 2 E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D
tlsa TLSA 3 1 1 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
sshfp SSHFP 4 2 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
hinfo HINFO "PC \\"x\\"" "Linux"
loc LOC 52 22 23.123 N 4 53 32.000 E -2.50m 0.00m 10000m 10m
loc2 LOC 1 2 3 S 4 5 6 W 8000m 1m 20m 30m
rp RP who.example.org. what.example.org.
afsdb AFSDB 1 afs.example.org.
https HTTPS 1 . alpn="h2,h3" port=8443 ipv4hint=192.0.2.1,192.0.2.2 ipv6hint=2001:db8::1 key667="hello"
svcb SVCB 16 svc.example.org. mandatory=alpn,port alpn=h2 no-default-alpn port=53 ech=AEj+DQ==
alias SVCB 0 other.example.org.
uri URI 10 1 "ftp://ftp.example.org/a b"
cert CERT PKIX 1 8 ${"QUJD".repeat(20)}
pgp OPENPGPKEY ${"QUJD".repeat(20)}
eui EUI48 00-00-5e-00-53-2a
eui EUI64 00-00-5e-ef-10-00-00-2a
nid NID 10 0014:4fff:ff20:ee64
l32 L32 10 10.1.2.0
l64 L64 10 2001:0DB8:1140:1000
lp LP 10 l64.example.org.
csync CSYNC 66 3 A NS AAAA
dname DNAME other.example.org.
kx KX 10 kx.example.org.
apl APL 1:192.168.32.0/21 !1:192.168.38.0/28 2:2001:db8::/32
ipseckey IPSECKEY 10 1 2 192.0.2.38 ${"QUJD".repeat(10)}
ipsecname IPSECKEY 10 3 2 gw.example.org. ${"QUJD".repeat(10)}
hip HIP 2 200100107B1A74DF365639CC39F1D578 ${"QUJD".repeat(10)} rvs.example.org.
dhcid DHCID AAIBY2/AuCccgoJbsaxcQc9TUapptP69lOjxfNuVAA2kjEA=
smimea SMIMEA 3 0 1 abcd
zonemd ZONEMD 7 1 1 ${"ab".repeat(48)}
nsap NSAP 0x47000580005a0000000001e133ffffff00016100
x25 X25 "311061700956"
isdn ISDN "150862028003217" "004"
gpos GPOS "-32.6882" "116.8652" "10.0"
px PX 10 a.example.org. b.example.org.
rt RT 10 rt.example.org.
minfo MINFO a.example.org. b.example.org.
unknown TYPE65280 \\# 4 0A000001
empty TYPE65281 \\# 0
big TYPE65282 \\# 40 ${"00ff".repeat(20)}
odd\\.label\\@x A 192.0.2.9
`;

/** Builds and serves it, in a network of this process's own. */
export async function dnsTree(): Promise<DnsTree> {
  const folder = await Deno.makeTempDir({ prefix: "netrepl_dns_" });
  const at = (n: number) => `10.53.0.${n}`;
  const run = async (command: string, ...args: readonly string[]) => {
    const { success, stdout, stderr } = await new Deno.Command(command, {
      args: [...args],
      cwd: folder,
      env: { TZ: "UTC" },
    }).output();
    const said = new TextDecoder().decode(stderr);
    assert.ok(success, `${command} ${args.join(" ")}: ${said}`);
    return new TextDecoder().decode(stdout);
  };
  const write = (name: string, text: string) =>
    Deno.writeTextFile(`${folder}/${name}`, text);
  const sign = async (
    zone: string,
    file: string,
    algorithm: string,
    ...options: string[]
  ): Promise<string> => {
    const keys: string[] = [];
    for (const flags of [["-f", "KSK"], []]) {
      const size = algorithm.startsWith("RSA") ? ["-b", "2048"] : [];
      keys.push(
        (await run(
          "dnssec-keygen",
          "-q",
          "-a",
          algorithm,
          ...size,
          ...flags,
          zone,
        ))
          .trim(),
      );
    }
    for (const key of keys) {
      const text = await Deno.readTextFile(`${folder}/${key}.key`);
      await Deno.writeTextFile(`${folder}/${file}`, `\n${text}`, {
        append: true,
      });
    }
    await run("dnssec-signzone", "-o", zone, ...options, file);
    return await run("dnssec-dsfromkey", "-2", keys[0]!);
  };

  for (const n of [1, 2, 3, 9]) {
    await run("ip", "address", "add", `${at(n)}/32`, "dev", "lo");
  }
  const head = (server: number) =>
    `$TTL 300\n@ ${SOA}\n@ NS ns\nns A ${at(server)}\n`;
  // The leaves first, as each zone above has a word of those below.
  const leaves = ["ed", "hash", "rsa", "wrong", "late"] as const;
  const algorithms = {
    ed: ["ED25519"],
    hash: ["ECDSAP384SHA384", "-3", "abcd", "-H", "3"],
    rsa: ["RSASHA512"],
    wrong: ["ECDSAP256SHA256"],
    late: [
      "ECDSAP256SHA256",
      "-P",
      "-s",
      "20200101000000",
      "-e",
      "20200201000000",
    ],
  } as const;
  const hosts =
    `www A 192.0.2.80\nwww A 192.0.2.81\nalias CNAME www\n*.wild TXT "star"\na.b.ent A 192.0.2.7\nmail MX 5 www\nsub NS ns.elsewhere.test.\nfar CNAME www.rsa.test.\n`;
  const words: string[] = [];
  for (const leaf of leaves) {
    await write(`${leaf}.zone`, head(3) + hosts);
    const [algorithm, ...options] = algorithms[leaf];
    words.push(
      await sign(`${leaf}.test`, `${leaf}.zone`, algorithm, ...options),
    );
  }
  const wrong = await Deno.readTextFile(`${folder}/wrong.zone.signed`);
  await write("wrong.zone.signed", wrong.replace("192.0.2.81", "192.0.2.66"));
  await write("plain.zone", `${head(3)}${hosts}`);
  await write("types.zone", `${head(3)}${ALL_TYPES}`);
  const cuts = [...leaves, "plain", "types"].map((leaf) =>
    `${leaf} NS ns.${leaf}\nns.${leaf} A ${at(3)}\n`
  ).join("");
  // A zone whose server has a name elsewhere: no glue.
  const glueless = `glueless NS ns.plain.test.\n`;
  await write(
    "glueless.zone",
    `$TTL 300\n@ ${SOA}\n@ NS ns.plain.test.\nwww A 192.0.2.90\n`,
  );
  await write("test.zone", `${head(2)}${cuts}${glueless}${words.join("")}`);
  const tld = await sign("test", "test.zone", "ECDSAP256SHA256");
  await write(
    "root.zone",
    `$TTL 300\n@ SOA ns.root. hostmaster.root. 7 3600 600 86400 300\n@ NS ns.root.\nns.root. A ${
      at(1)
    }\ntest. NS ns.test.\nns.test. A ${at(2)}\n${tld}`,
  );
  const anchor = await sign(".", "root.zone", "RSASHA256");
  await write("hints", `. 3600 NS ns.root.\nns.root. 3600 A ${at(1)}\n`);
  const digest = /IN DS (\d+) (\d+) (\d+) ([\dA-F ]+)/.exec(anchor)!;
  await write(
    "anchors",
    `trust-anchors { . static-ds ${digest[1]} ${digest[2]} ${digest[3]} "${
      digest[4]!.replaceAll(" ", "")
    }"; };\n`,
  );
  const view = (name: string, n: number, zones: readonly string[]) =>
    `view ${name} { match-destinations { ${at(n)}; }; recursion no;\n${
      zones.join("\n")
    }\n};\n`;
  const zone = (name: string, file: string) =>
    `zone "${name}" { type primary; file "${folder}/${file}"; };`;
  await write(
    "named.conf",
    `options { directory "${folder}"; pid-file none; session-keyfile none;
  listen-on { ${[1, 2, 3, 9].map((n) => `${at(n)};`).join(" ")} };
  listen-on-v6 { none; }; query-source address ${at(9)};
  allow-transfer { any; }; minimal-responses no; notify no;
  server-id "leaf"; dnssec-validation no; check-names primary ignore; };
controls { };
${view("root", 1, [zone(".", "root.zone.signed")])}
${view("test", 2, [zone("test", "test.zone.signed")])}
${
      view("leaf", 3, [
        ...leaves.map((leaf) => zone(`${leaf}.test`, `${leaf}.zone.signed`)),
        zone("plain.test", "plain.zone"),
        zone("types.test", "types.zone"),
        zone("glueless.test", "glueless.zone"),
      ])
    }
view resolver { match-destinations { ${at(9)}; }; recursion yes;
  zone "." { type hint; file "${folder}/hints"; }; };
`,
  );
  const child = new Deno.Command("named", {
    args: ["-g", "-n", "1", "-c", `${folder}/named.conf`],
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const said = new Response(child.stderr).text();
  const tree: DnsTree = {
    root: at(1),
    leaf: at(3),
    resolver: at(9),
    anchors: [digest[0].slice("IN DS ".length)],
    folder,
    run,
    [Symbol.asyncDispose]: async () => {
      try {
        child.kill("SIGKILL");
      } catch {
        // It has ended already.
      }
      await child.status;
      await said;
      await Deno.remove(folder, { recursive: true });
    },
  };
  for (let n = 0;; n++) {
    const { success } = await new Deno.Command("dig", {
      args: [`@${at(9)}`, "+tries=1", "+time=1", ".", "SOA"],
      stdout: "null",
    }).output();
    if (success) return tree;
    if (n === 20) {
      await tree[Symbol.asyncDispose]();
      throw new Error(`named does not answer: ${await said}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
