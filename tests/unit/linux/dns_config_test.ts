import assert from "node:assert/strict";
import fc from "fast-check";
import { parseHostsFile } from "../../../lib/linux/dns/hosts_file.ts";
import { parseNsswitch } from "../../../lib/linux/dns/nsswitch.ts";
import {
  parseResolvConf,
  searchNames,
} from "../../../lib/linux/dns/resolv_conf.ts";
import { parseResolvectl } from "../../../lib/linux/dns/resolvectl.ts";
import { DnsConfig, dnsConfig } from "../../../lib/linux/dns_config.ts";

Deno.test("parseResolvConf() takes nameservers as glibc does, and says of the others why not", () => {
  const { nameservers, notes } = parseResolvConf(
    [
      "nameserver 192.0.2.1",
      "nameserver\t127.1 # the rest does not count",
      " nameserver 192.0.2.2",
      "nameserver 192.0.2.3;x",
      "Nameserver 192.0.2.4",
      "nameserver fe80::1%eth0",
      "nameserver 0300.0.2.0x05",
      "nameserver 192.0.2.6\r",
      "nameserver",
      "nameserver2 192.0.2.7",
    ].join("\n"),
  );
  assert.deepEqual(
    nameservers.map(({ address, line, used }) => [`${address}`, line, used]),
    [
      ["192.0.2.1", 1, true],
      ["127.0.0.1", 2, true],
      ["fe80::1%eth0", 6, true],
      ["192.0.2.5", 7, false],
    ],
  );
  assert.deepEqual(notes.map(({ line, note }) => `${line} ${note}`), [
    "3 does nothing: a keyword must begin its line",
    "4 does nothing: '192.0.2.3;x' is no address",
    "5 does nothing: keywords are in small letters",
    "7 does nothing: only the first 3 servers are asked",
    "8 does nothing: the line ends in a carriage return, which counts as part of the address",
    "9 does nothing: a space must follow the keyword",
    "10 does nothing: no keyword of resolv.conf",
  ]);
});

Deno.test("without a nameserver the one on this machine is asked", () => {
  const { nameservers } = parseResolvConf("# nothing\n");
  assert.deepEqual(
    nameservers.map(({ address, line }) => [`${address}`, line]),
    [["127.0.0.1", 0]],
  );
});

Deno.test("the last of search and domain counts, and a comment is none behind them", () => {
  const conf = parseResolvConf("domain a.example b.example\nsearch x y # z\n");
  assert.deepEqual(conf.search, ["x", "y", "#", "z"]);
  assert.equal(conf.searchLine, 2);
  assert.deepEqual(conf.notes.map(({ line, note }) => `${line} ${note}`), [
    "1 does nothing: 'search' in line 2 replaces 'domain'",
    "2 '#' begins no comment here: it is searched as a domain",
  ]);
  const named = parseResolvConf("", { hostname: "web.lan.example" });
  assert.deepEqual(named.search, ["lan.example"]);
  assert.deepEqual(parseResolvConf("", { hostname: "web" }).search, []);
  const first = parseResolvConf("domain a.example b.example\n");
  assert.deepEqual(first.search, ["a.example"]);
});

Deno.test("options keep to glibc's limits and say so", () => {
  const { options, notes } = parseResolvConf(
    "options ndots:99 timeout:77 attempts:9 rotate\noptions single-request-reopen use-vcx no_tld_query what ndots:x\n",
  );
  assert.deepEqual(options, {
    ndots: 0,
    timeout: 30_000,
    attempts: 5,
    flags: ["rotate", "single-request-reopen", "use-vc", "no-tld-query"],
  });
  assert.deepEqual(notes.map(({ note }) => note), [
    "'ndots:99' counts as 15, the most there is",
    "'timeout:77' counts as 30, the most there is",
    "'attempts:9' counts as 5, the most there is",
    "'use-vcx' counts as 'use-vc'",
    "'what' is an option that glibc lacks",
    "'ndots:x' counts as 0",
  ]);
});

Deno.test("searchNames() gives the names in the order in which they are asked for", () => {
  const cases: [string, string, string[]][] = [
    ["search a b\n", "web", ["web.a.", "web.b.", "web."]],
    ["search a b\n", "web.x", ["web.x.", "web.x.a.", "web.x.b."]],
    ["search a\noptions ndots:2\n", "web.x", ["web.x.a.", "web.x."]],
    ["search a\n", "web.", ["web."]],
    ["search a\noptions no-tld-query\n", "web", ["web.a."]],
    ["options no-tld-query\n", "web", ["web."]],
    ["search . a\n", "web", ["web.", "web.a."]],
    ["", "web", ["web."]],
  ];
  for (const [text, name, expected] of cases) {
    assert.deepEqual(searchNames(parseResolvConf(text), name), expected, text);
  }
});

Deno.test("parseHostsFile() looks names up in any case, and addresses too", () => {
  const hosts = parseHostsFile(
    [
      "127.0.0.1\tlocalhost",
      "::1 localhost ip6-localhost # both",
      "  192.0.2.1 Web www",
      "# 192.0.2.9 gone",
      "192.0.2.256 bad",
      "192.0.2.2",
      "192.0.2.3 web\r",
      "fe80::1%eth0 near",
    ].join("\n"),
  );
  assert.equal(hosts.lookup("LOCALHOST").join(" "), "127.0.0.1 ::1");
  assert.equal(hosts.lookup("web").join(" "), "192.0.2.1 192.0.2.3");
  assert.deepEqual(hosts.lookup("gone"), []);
  assert.equal(hosts.lookupAddress("192.0.2.1"), "Web");
  assert.equal(hosts.lookupAddress("192.0.2.77"), undefined);
  assert.equal(hosts.lookup("near").join(" "), "fe80::1%eth0");
  assert.deepEqual(hosts.entries.map(({ line }) => line), [1, 2, 3, 7, 8]);
  assert.deepEqual(hosts.notes.map(({ line }) => line), [5, 6]);
  assert.deepEqual(hosts.comments, [{ line: 4, note: "192.0.2.9 gone" }]);
});

Deno.test("parseNsswitch() reads the hosts line as glibc does", () => {
  // What each comes to was seen with getent under strace, glibc 2.36.
  const cases: [string, string][] = [
    ["hosts: files dns", "files dns"],
    ["", "files dns"],
    ["HOSTS: db", "files dns"],
    ["hosts: files\nhosts: dns", "dns"],
    ["hosts: files dns\nhosts:", ""],
    ["  hosts:   files", "files"],
    ["hosts : files", "files"],
    ["hosts:files[notfound=RETURN]dns", "files! dns"],
    ["hosts: files [NOTFOUND=return] dns", "files! dns"],
    ["hosts: files [ NOTFOUND = return ] dns", "files! dns"],
    [
      "hosts: files [NOTFOUND=continue UNAVAIL=return] dns",
      "files dns",
    ],
    ["hosts: files [!UNAVAIL=return] dns", "files! dns"],
    ["hosts: files # dns", "files # dns"],
    ["hosts: files [NOTFOUND=return][NOTFOUND=continue] dns", "files!"],
    ["hosts: [NOTFOUND=return] files", ""],
    ["hosts: files [bad", ""],
    ["hosts: files [] dns", ""],
    ["hosts: files [ ! NOTFOUND = return ] dns", ""],
    ["hosts: files [NOTFOUND=continueUNAVAIL=return] dns", ""],
    ["hosts: files [bad\nhosts: files dns", ""],
    ["passwd: [bad\nhosts: files dns", "files dns"],
    ["passwd: files [bad\nhosts: files dns", ""],
    ["another: files [bad\nhosts: files dns", "files dns"],
  ];
  for (const [text, expected] of cases) {
    const { sources } = parseNsswitch(`${text}\n`);
    const said = sources.map(({ name, actions }) =>
      actions.notfound === "return" ? `${name}!` : name
    );
    assert.equal(said.join(" "), expected, text);
  }
});

Deno.test("parseResolvectl() joins what it says of servers and of domains", () => {
  const links = parseResolvectl(
    `Global: 192.0.2.1#dns.example [2001:db8::1]:5353
Link 2 (eth0): 192.0.2.2:54 fe80::1%eth0
               192.0.2.3
Link 3 (a: b):
`,
    "Global: lan\nLink 2 (eth0): ~. home ~corp\nnonsense\n",
  );
  assert.deepEqual(
    links.map((link) => [
      link.interface,
      link.servers.join(" "),
      link.search.join(" "),
      link.routing.join(" "),
    ]),
    [
      [undefined, "192.0.2.1 2001:db8::1", "lan", ""],
      ["eth0", "192.0.2.2 fe80::1%eth0 192.0.2.3", "home", ". corp"],
      ["a: b", "", "", ""],
    ],
  );
});

Deno.test("lookup() tells which source answers first", () => {
  const config = (nsswitch: string, resolved = false) =>
    new DnsConfig({
      nsswitch: parseNsswitch(nsswitch),
      hosts: parseHostsFile("192.0.2.1 web\n"),
      resolvConf: parseResolvConf("nameserver 127.0.0.53\nsearch lan\n"),
      resolved: resolved
        ? { mode: "stub", upstream: parseResolvConf("nameserver 9.9.9.9\n") }
        : undefined,
    });
  const told = (one: DnsConfig, name: string) =>
    one.lookup(name).map(({ source }) => source).join(" ");
  assert.equal(told(config("hosts: files dns\n"), "web"), "files");
  assert.equal(told(config("hosts: files dns\n"), "web."), "files");
  assert.equal(told(config("hosts: files dns\n"), "db"), "files dns");
  assert.equal(told(config("hosts: dns files\n"), "web"), "dns files");
  assert.equal(
    told(config("hosts: files [NOTFOUND=return] dns\n"), "db"),
    "files",
  );
  const resolve = "hosts: files resolve [!UNAVAIL=return] dns\n";
  assert.equal(told(config(resolve, true), "db"), "files resolve");
  assert.equal(told(config(resolve), "db"), "files dns");
  const [, step] = config("hosts: files dns\n").lookup("db");
  assert.deepEqual(step?.names, ["db.lan.", "db."]);
  assert.equal(`${step?.servers}`, "127.0.0.53");
});

Deno.test("the card says order, servers and what is odd", () => {
  const config = new DnsConfig({
    nsswitch: parseNsswitch("hosts: files [NOTFOUND=return] dns\n"),
    hosts: parseHostsFile("192.0.2.256 web\n"),
    resolvConf: parseResolvConf(
      " nameserver 192.0.2.1\nnameserver \u001b[31m\n",
    ),
  });
  const text = Deno.inspect(config);
  assert.match(text, /asked in order +files \(ends there\), then dns/);
  assert.match(text, /server +127\.0\.0\.1 \(none is named\)/);
  assert.match(text, /resolv\.conf:1 +does nothing/);
  assert.match(text, /hosts:1 +does nothing/);
  assert.ok(!text.includes("\u001b"), "nothing that a terminal obeys");
});

Deno.test("dnsConfig() without permission says which one to give", async () => {
  await assert.rejects(dnsConfig(), {
    name: "PermissionError",
    code: "not-permitted",
    message: /--allow-read=\/etc/,
  });
});

/** Text made of what these files are made of, and of anything. */
const hostile = fc.array(
  fc.oneof(
    fc.constantFrom(
      "nameserver",
      "search",
      "domain",
      "options",
      "hosts:",
      "ndots:",
      "timeout:",
      "[NOTFOUND=return]",
      "[",
      "]",
      "!",
      "=",
      "#",
      ";",
      " ",
      "\t",
      "\n",
      "\r",
      "\0",
      "127.0.0.1",
      "::1",
      "%",
      "files",
      "Link 2 (eth0):",
    ),
    fc.string(),
    fc.string({ unit: "binary" }),
  ),
  { maxLength: 40 },
).map((parts) => parts.join(""));

Deno.test("any text parses, and its notes name its lines", () => {
  fc.assert(
    fc.property(hostile, (text) => {
      const lines = text.split("\n").length;
      const conf = parseResolvConf(text);
      const hosts = parseHostsFile(text);
      const nsswitch = parseNsswitch(text);
      for (
        const { line } of [
          ...conf.notes,
          ...conf.comments,
          ...hosts.notes,
          ...hosts.comments,
          ...nsswitch.notes,
        ]
      ) assert.ok(line >= 1 && line <= lines);
      assert.ok(conf.options.ndots >= 0 && conf.options.ndots <= 15);
      assert.ok(conf.nameservers.length > 0);
      parseResolvectl(text, text);
      const config = new DnsConfig({ nsswitch, hosts, resolvConf: conf });
      config.lookup("web");
      Deno.inspect(config);
      JSON.stringify(config);
    }),
    { numRuns: 300 },
  );
});

Deno.test("a million lines parse in a moment", () => {
  const start = performance.now();
  parseHostsFile("192.0.2.1 web\n".repeat(300_000));
  parseResolvConf("nameserver 192.0.2.1\n".repeat(100_000));
  parseNsswitch(`hosts: ${"files ".repeat(100_000)}\n`);
  // Hours, if each line looked at those before it.
  assert.ok(performance.now() - start < 60_000);
});
