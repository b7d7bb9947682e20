import assert from "node:assert/strict";
import fc from "fast-check";
import {
  cleanConfig,
  configLines,
  parseConfig,
} from "../../../lib/device/config_text.ts";
import { diffConfig, readDiff } from "../../../lib/device/diff.ts";
import { modePath } from "../../../lib/device/modes.ts";
import { redact } from "../../../lib/device/redact.ts";
import { SecretFilter, Secrets } from "../../../lib/device/secrets.ts";
import { testPlatform } from "./session_device.ts";

const BEFORE = `hostname r1
!
interface Gi0/0
 description old
 ip address 10.0.0.1 255.255.255.0
 shutdown
!
interface Gi0/1
 no ip address
!
router bgp 65000
 address-family ipv4
  neighbor 10.0.0.2 activate
 exit-address-family
!
ip access-list extended IN
 permit ip host 10.0.0.1 any
 deny ip any any log
!
end
`;

Deno.test("A difference is found by the tree, and undone under its parents", () => {
  const after = BEFORE.replace("description old", "description new")
    .replace(" shutdown\n", "")
    .replace(" no ip address", " ip address 10.1.1.1 255.255.255.0")
    .replace("10.0.0.2 activate", "10.0.0.3 activate")
    .replace("hostname r1", "hostname r2")
    .replace(
      "!\nend",
      "interface Lo9\n ip address 9.9.9.9 255.255.255.255\n!\nend",
    );
  const diff = diffConfig(BEFORE, after);
  assert.equal(
    `${diff}`,
    `- hostname r1
+ hostname r2
  interface Gi0/0
-  description old
+  description new
-  shutdown
  interface Gi0/1
-  no ip address
+  ip address 10.1.1.1 255.255.255.0
  router bgp 65000
   address-family ipv4
-   neighbor 10.0.0.2 activate
+   neighbor 10.0.0.3 activate
+ interface Lo9
+  ip address 9.9.9.9 255.255.255.255`,
  );
  assert.deepEqual(diff.inverse, [
    "no interface Lo9",
    "hostname r1",
    "interface Gi0/0",
    "no description",
    "description old",
    "shutdown",
    "interface Gi0/1",
    "no ip address 10.1.1.1 255.255.255.0",
    "no ip address",
    "router bgp 65000",
    "address-family ipv4",
    "no neighbor 10.0.0.3 activate",
    "neighbor 10.0.0.2 activate",
    "exit-address-family",
  ]);
  assert.equal(diff.inverseWithin[0], "interface Lo9");
  assert.match(
    diff.unified(1),
    /^@@ -1,2 \+1,2 @@\n-hostname r1\n\+hostname r2\n !\n@@/,
  );
});

Deno.test("Order counts where it means something, and only there", () => {
  const swap = (text: string, a: string, b: string) =>
    text.replace(a, "\0").replace(b, a).replace("\0", b);
  const moved = swap(BEFORE, " description old", " shutdown");
  assert.ok(diffConfig(BEFORE, moved).isEmpty);
  const list = swap(
    BEFORE,
    " permit ip host 10.0.0.1 any",
    " deny ip any any log",
  );
  const diff = diffConfig(BEFORE, list);
  assert.equal(diff.added, 1);
  assert.deepEqual(diff.inverse, [
    "no ip access-list extended IN",
    "ip access-list extended IN",
    "permit ip host 10.0.0.1 any",
    "deny ip any any log",
  ]);
});

Deno.test("Set lines are negated as set lines; braces nest", () => {
  const set = diffConfig("set a b 1\nset c\n", "set a b 2\nset c\n", {
    style: "set",
    negate: "delete ",
  });
  assert.deepEqual(set.inverse, ["delete a b 2", "set a b 1"]);
  const braces = diffConfig("a {\n  b 1;\n}\n", "a {\n  b 2;\n}\n", {
    style: "braces",
  });
  assert.equal(`${braces}`, "  a\n-  b 1\n+  b 2");
  const [first] = parseConfig(
    "config x\n    edit 1\n        set a b\n    next\nend\n",
    "indent",
  );
  assert.deepEqual([first?.close, first?.children[0]?.close], ["end", "next"]);
});

Deno.test("The difference of any two configurations leads from one to the other", () => {
  const line = fc.constantFrom("a", "b", "c 1", "c 2", "ip route x");
  const config = fc.array(
    fc.record({ head: line, within: fc.array(line, { maxLength: 3 }) }),
    { maxLength: 5 },
  ).map((blocks) => {
    const seen = new Map<string, Set<string>>();
    for (const { head, within } of blocks) {
      const known = seen.get(head) ?? new Set();
      for (const one of within) known.add(one);
      seen.set(head, known);
    }
    return seen;
  });
  type Config = Map<string, Set<string>>;
  const text = (all: Config) =>
    [...all].map(([head, within]) =>
      [head, ...[...within].map((one) => ` ${one}`)].join("\n")
    ).join("\n");
  fc.assert(
    fc.property(config, config, (before, after) => {
      const diff = diffConfig(text(before), text(after), { negate: "no " });
      // Types the inverse as a device would: a head opens its block.
      const now: Config = new Map([...after].map(([k, v]) => [k, new Set(v)]));
      const { inverse } = diff;
      const trees = parseConfig(text(before), "indent");
      for (let i = 0; i < inverse.length; i++) {
        const one = inverse[i]!;
        if (one.startsWith("no ") && now.has(one.slice(3))) {
          now.delete(one.slice(3));
        } else {
          const within = now.get(one) ?? new Set<string>();
          now.set(one, within);
          const count = changesWithin(diff.lines, one, trees);
          for (const next of inverse.slice(i + 1, i + 1 + count)) {
            if (next.startsWith("no ")) within.delete(next.slice(3));
            else within.add(next);
          }
          i += count;
        }
      }
      const sorted = (all: Config) =>
        [...all].map(([k, v]) => [k, [...v].sort()]).sort();
      assert.deepEqual(sorted(now), sorted(before));
    }),
    { numRuns: 200 },
  );
});

/** How many lines of the inverse stand within a block. */
function changesWithin(
  lines: readonly { sign: string; depth: number; text: string }[],
  head: string,
  _trees: unknown,
): number {
  const at = lines.findIndex(({ sign, depth, text }) =>
    depth === 0 && text === head && sign !== "+"
  );
  const rest = lines.slice(at + 1);
  const end = rest.findIndex(({ depth }) => depth === 0);
  return end < 0 ? rest.length : end;
}

Deno.test("What differs at each look is no configuration, and banners are one line", () => {
  assert.equal(
    cleanConfig(
      "Mon Nov 23 10:00:00.123 UTC\nBuilding configuration...\n\n!! Last configuration change at x\nhostname r1  \n\n",
    ),
    "hostname r1\n",
  );
  assert.deepEqual(
    configLines("banner motd ^C\nHello!\n !\n^C\n!\n\nhostname r1\n#\n"),
    ["banner motd ^C\nHello!\n !\n^C", "hostname r1"],
  );
});

Deno.test("A device's own difference is read by its signs", () => {
  const diff = readDiff(
    "[edit interfaces]\n+   ge-0/0/1 {\n+       mtu 9000;\n-   xe-0/0/1;\n",
  );
  assert.deepEqual([diff.added, diff.removed, diff.lines.length], [2, 1, 4]);
  for (
    const none of [
      "",
      "No changes between working and active configurations.\n",
      "[edit]\n",
    ]
  ) {
    assert.ok(readDiff(none).isEmpty, none);
  }
});

Deno.test("The way between modes is the shortest", async () => {
  const platform = await testPlatform();
  const way = (from: string, to: string) =>
    modePath(platform, from, to)?.map(({ mode }) => mode);
  assert.deepEqual(way("exec", "config"), ["privileged", "config"]);
  assert.deepEqual(way("config", "exec"), ["privileged", "exec"]);
  assert.deepEqual(way("exec", "exec"), []);
  assert.equal(way("exec", "moon"), undefined);
});

Deno.test("Secrets of a configuration are taken out, whoever wrote it", () => {
  const secret = "S0meS3cret";
  for (
    const line of [
      `enable secret 9 ${secret}`,
      `username ada privilege 15 secret 5 ${secret}`,
      `username ada password 0 ${secret}`,
      `snmp-server community ${secret} RO 10`,
      `snmp-server host 192.0.2.1 version 2c ${secret}`,
      `snmp-server user ada grp v3 auth sha ${secret} priv aes 128 ${secret}`,
      `tacacs-server key 7 ${secret}`,
      `radius server x key 7 ${secret}`,
      ` key-string 7 ${secret}`,
      `crypto isakmp key ${secret} address 192.0.2.1`,
      ` pre-shared-key local ${secret}`,
      ` ip ospf message-digest-key 1 md5 7 ${secret}`,
      `set system root-authentication encrypted-password "${secret}"`,
      `set system login user vyos authentication encrypted-password '${secret}'`,
      `set snmp community ${secret} authorization read-only`,
      `        encrypted-password "${secret}"; ## SECRET-DATA`,
      ` local-user ada password irreversible-cipher ${secret}`,
      ` snmp-agent community read cipher ${secret}`,
      `        set password ENC ${secret}`,
      `        set psksecret ENC ${secret}`,
      `/interface wireless security-profiles set wpa2-pre-shared-key=${secret}`,
      `/user add name=ada password="${secret}"`,
      `-----BEGIN RSA PRIVATE KEY-----\n${secret}\n-----END RSA PRIVATE KEY-----`,
    ]
  ) {
    const shown = redact(line);
    assert.ok(!shown.includes(secret), shown);
    assert.ok(shown.includes("********"), shown);
  }
  for (
    const line of [
      "service password-encryption",
      "interface GigabitEthernet0/0",
      " ip address 10.0.0.1 255.255.255.0",
      "key chain ospf",
      "hostname secret-router",
    ]
  ) assert.equal(redact(line), line);
  // What says how a secret is written is none.
  assert.equal(
    redact("enable secret 9 $9$abc\nusername ada secret 5 $1$abc"),
    "enable secret 9 ********\nusername ada secret 5 ********",
  );
});

Deno.test("A known secret is taken out wherever the chunks end", () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.constantFrom(
          "S3cret",
          "S3c",
          "r",
          "x",
          "S",
          "3cretS3cret",
          "topS3cretX",
        ),
        { maxLength: 12 },
      ),
      fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1 }),
      (parts, sizes) => {
        const secrets = new Secrets();
        for (const one of ["S3cret", "topS3cretX"]) secrets.add(one);
        const text = parts.join("");
        const filter = new SecretFilter(secrets);
        let out = "";
        for (let at = 0, i = 0; at < text.length; i++) {
          const size = sizes[i % sizes.length]!;
          out += filter.push(text.slice(at, at + size));
          at += size;
        }
        out += filter.flush();
        assert.ok(!out.includes("S3cret"), out);
        assert.equal(out.replaceAll("*", "").length <= text.length, true);
        if (!text.includes("S3cret")) assert.equal(out, text);
      },
    ),
    { numRuns: 500 },
  );
});
