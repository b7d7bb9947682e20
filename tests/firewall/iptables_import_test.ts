/**
 * Rulesets that other programs write: ufw's files where it is installed, and
 * a table as firewalld makes it.
 *
 * @module
 */

import assert from "node:assert/strict";
import { explain } from "../../lib/firewall/iptables/explain.ts";
import {
  formatTables as format,
  IptablesFormatError,
} from "../../lib/firewall/iptables/format.ts";
import { parseTables as parse } from "../../lib/firewall/iptables/parse.ts";
import { format as formatNft } from "../../lib/firewall/text/format.ts";
import { parse as parseNft } from "../../lib/firewall/text/parse.ts";
import { testUnless } from "../skip.ts";

const FOLDER = "/usr/share/ufw/iptables";

const exists = (path: string): boolean => {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
};

const noUfw = exists(`${FOLDER}/before.rules`)
  ? undefined
  : "ufw is not installed";

/** A block that declares the chains that ufw's program makes by itself. */
function skeleton(text: string): string {
  const declared = new Set(
    [...text.matchAll(/^:(\S+) /gm)].map(([, name]) => name),
  );
  const named = new Set(
    [...text.matchAll(/-[jgAI] (ufw6?-\S+)/g)].map(([, name]) => name!),
  );
  const lines = [...named].filter((name) => !declared.has(name)).map((name) =>
    `:${name} - [0:0]\n`
  );
  return `*filter\n${lines.join("")}COMMIT\n`;
}

testUnless(noUfw, "the files of ufw are carried over whole", async () => {
  for (const [family, six] of [["ip", ""], ["ip6", "6"]] as const) {
    const files = await Promise.all(
      ["before", "user", "after"].map((name) =>
        Deno.readTextFile(`${FOLDER}/${name}${six}.rules`)
      ),
    );
    const rules = files.join("\n");
    const text = skeleton(rules) + rules;
    const options = { family, noflush: true };
    const tables = parse(text, options);
    const count = rules.match(/^-[AI] /gm)!.length;
    const carried = tables.flatMap(({ chains }) =>
      chains.flatMap(({ rules }) => rules)
    );
    assert.equal(carried.length, count);
    assert.ok(count > 20, `${count}`);
    assert.deepEqual(parse(format(tables)[family]!, { family }), tables);
    assert.deepEqual(parseNft(formatNft(tables)), tables);
    assert.equal(explain(text, options).rows.length, count);
  }
});

Deno.test("a table as firewalld makes it is read as nft, and no text of iptables", () => {
  const tables = parseNft(`table inet firewalld {
    chain mangle_PREROUTING {
      type filter hook prerouting priority mangle + 10; policy accept;
      jump mangle_zones
    }
    chain mangle_zones { goto mangle_public; }
    chain mangle_public { }
    chain filter_PREROUTING {
      type filter hook prerouting priority filter + 10; policy accept;
      icmpv6 type { nd-router-advert, nd-neighbor-solicit } accept
      meta nfproto ipv6 fib saddr . mark . iif oif missing drop
    }
    chain filter_INPUT {
      type filter hook input priority filter + 10; policy accept;
      ct state { established, related } accept
      ct status dnat accept
      iifname "lo" accept
      ct state invalid drop
      jump filter_zones
      reject with icmpx admin-prohibited
    }
    chain filter_zones { iifname "eth0" goto filter_public; goto filter_public; }
    chain filter_public {
      tcp dport 22 accept
      ip6 daddr fe80::/64 udp dport 546 accept
      meta l4proto { icmp, ipv6-icmp } accept
    }
  }`);
  assert.deepEqual(parseNft(formatNft(tables)), tables);
  assert.throws(() => format(tables), (error) => {
    assert.ok(error instanceof IptablesFormatError);
    assert.ok(error.refused.every(({ reason }) => /priority/.test(reason)));
    return true;
  });
});
