/**
 * Rules of iptables against what iptables itself and the kernel make of them.
 *
 * @module
 */

import assert from "node:assert/strict";
import { hex } from "../../lib/bytes/mod.ts";
import { formatTables as format } from "../../lib/firewall/iptables/format.ts";
import { parseTables as parse } from "../../lib/firewall/iptables/parse.ts";
import { canonicalRule } from "../../lib/firewall/model/canonical.ts";
import type { Rule, Table } from "../../lib/firewall/model/ruleset.ts";
import { format as formatNft } from "../../lib/firewall/text/format.ts";
import { formatRule } from "../../lib/firewall/text/format.ts";
import { parse as parseNft } from "../../lib/firewall/text/parse.ts";
import { testUnless } from "../skip.ts";
import { restoreFile, type RuleGroup, ruleGroups } from "./iptables_lines.ts";
import { LOCAL, packets } from "./iptables_packets.ts";

async function run(
  command: string,
  args: readonly string[],
  input = "",
): Promise<{ success: boolean; out: string; err: string }> {
  const child = new Deno.Command(command, {
    args: [...args],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  const sent = writer.write(new TextEncoder().encode(input))
    .then(() => writer.close()).catch(() => {});
  const { success, stdout, stderr } = await child.output();
  await sent;
  const text = (octets: Uint8Array) => new TextDecoder().decode(octets);
  return { success, out: text(stdout), err: text(stderr) };
}

/** Runs shell commands in namespaces of their own. */
const inside = (script: string, input?: string) =>
  run("unshare", ["-Urn", "sh", "-c", script], input);

async function lacks(
  script: string,
  input: string,
): Promise<string | undefined> {
  try {
    const { success, err } = await inside(script, input);
    return success ? undefined : `it cannot be done here: ${err.trim()}`;
  } catch (error) {
    return `${error}`;
  }
}

const noNft = await lacks("nft -f -", "add table ip t\n");
const noIptables = await lacks(
  "iptables-nft-restore --test && iptables-restore-translate -V",
  "*filter\nCOMMIT\n",
);

/**
 * Where the kernel still has its own: the judge of what rules mean. That of
 * nftables, 1.8.9, takes two ports that must differ for a pair that must.
 */
const kind = await lacks("iptables-legacy-restore --test", "*filter\nCOMMIT\n")
  ? "nft"
  : "legacy";

const carried = (group: RuleGroup): readonly Table[] =>
  parse(restoreFile(group), { family: group.family });

/** What a kernel may lack: queues, and helpers of connection tracking. */
const isSure = ({ rules }: RuleGroup): boolean =>
  !rules.some((rule) => /NFQUEUE|--helper ftp$/.test(rule));

/** What nft 1.0.6 lists otherwise than it was loaded. */
const LISTED: Readonly<Record<string, string>> = {
  // A comparison of a whole octet, taken for two of its fields.
  "@nh,8,8 != 0x10 accept": "ip dscp != 0x04 ip ecn != not-ect accept",
  counter: "counter packets 0 bytes 0",
};

testUnless(
  noNft,
  "nft loads every rule that was carried over, and lists it as it is",
  async () => {
    const tables = ruleGroups.filter(isSure).flatMap(carried);
    const text = formatNft(tables);
    const { success, out, err } = await inside(
      "nft -f - && nft list ruleset",
      text,
    );
    assert.ok(success, err);
    const listed = parseNft(out);
    let count = 0;
    tables.forEach((table) => {
      const back = listed.find(({ family, name }) =>
        family === table.family && name === table.name
      );
      table.chains.forEach((chain) => {
        const rules = back?.chains.find(({ name }) => name === chain.name);
        chain.rules.forEach((rule, k) => {
          const ours = formatRule(rule, table.family);
          const theirs = formatRule(rules!.rules[k]!, table.family);
          // Options of TCP are only there in TCP: nft leaves that out.
          const plain = ours.replace(/^meta l4proto tcp (?=tcp option)/, "");
          assert.ok(
            [ours, plain, LISTED[ours]].includes(theirs),
            `${ours}\n${theirs}`,
          );
          count++;
        });
      });
    });
    assert.ok(count >= 200, `${count}`);
  },
);

testUnless(
  noIptables,
  "iptables takes the rules of the tests, and what is written from them",
  async () => {
    for (const family of ["ip", "ip6"] as const) {
      const groups = ruleGroups.filter((group) => group.family === family);
      const written = groups.map((group) => format(carried(group))[family]!);
      const program = family === "ip" ? "iptables" : "ip6tables";
      for (const texts of [groups.map(restoreFile), written]) {
        const text = texts.join("");
        const { success, err } = await inside(
          `${program}-nft-restore --test`,
          text,
        );
        const line = Number(/line:? (\d+)/.exec(err)?.[1]);
        assert.ok(success, `${err}\n${text.split("\n")[line - 1]}`);
      }
      groups.forEach((group, i) =>
        assert.deepEqual(parse(written[i]!, { family }), carried(group))
      );
    }
  },
);

/** Statements as text, without what counts and what others imply. */
function meaning({ statements }: Rule, family: "ip" | "ip6"): string {
  const kept = statements.filter((each) => !("counter" in each));
  const rule = canonicalRule({ statements: kept }, family);
  return formatRule(rule, family)
    .replace(/^meta l4proto \S+ (?=(tcp|sctp) (option|chunk))/, "");
}

/**
 * Where iptables-translate says something else than iptables does, or the
 * same in another way.
 */
const OTHERWISE: readonly (readonly [rule: RegExp, why: string])[] = [
  [/--ctstate NEW,ESTABLISHED,DNAT|! --ctstate DNAT/, "it loses states"],
  [/-m (hashlimit|connlimit)/, "it writes meters, or another name"],
  [/--ctexpire/, "it does without the last millisecond"],
  [/ -s 10.0.0.1,10.1.0.0/, "it writes two rules"],
  [/multiport (! )?--ports/, "it loses the negation"],
  [/! --mss/, "it loses packets without the option"],
  [/! --sport 22 ! --dport 80/, "nft takes neither for not both"],
  [/--set-tos/, "it takes fields of IPv6"],
  [/--set-xmark 0x1[01]\/0xf0/, "it writes bits in another order"],
  [/--ctdir ORIGINAL|chunk-types all/, "it writes them in another order"],
  [/\[2001:db8::1-/, "it puts a range in brackets, which nft does not read"],
  [/-m (statistic|realm|rpfilter)/, "it writes another expression"],
  [
    /-m time/,
    "it writes days and times in another order, or crossing midnight",
  ],
];

testUnless(
  noIptables,
  "a rule is in nft what iptables-translate makes of it, where that is right",
  async () => {
    let same = 0;
    const differing: string[] = [];
    for (const group of ruleGroups) {
      const { family, table, rules } = group;
      const program = family === "ip" ? "iptables" : "ip6tables";
      const own = (rule: string, i: number) =>
        `-A r${i} ${rule.split(" ").slice(1).join(" ")}\n`;
      const text = `*${table}\n:other - [0:0]\n${
        rules.map((_, i) => `:r${i} - [0:0]\n`).join("")
      }${rules.map(own).join("")}COMMIT\n`;
      const { success, out, err } = await run(
        `${program}-restore-translate`,
        ["-f", "/dev/stdin"],
        text,
      );
      assert.ok(success, err);
      for (const [i, rule] of rules.entries()) {
        const theirs = out.split("\n").filter((line) =>
          line.startsWith(`add rule ${family} ${table} r${i} `)
        );
        const [ours] = parse(
          `*${table}\n:other - [0:0]\n-A ${rule}\nCOMMIT\n`,
          {
            family,
          },
        );
        const mine = ours!.chains.at(-1)!.rules.map((each) =>
          meaning(each, family)
        );
        let found: string[] = [];
        try {
          const base = `add table ${family} ${table}\n`;
          const chains = `add chain ${family} ${table} other\n` +
            `add chain ${family} ${table} r${i}\n`;
          const [read] = parseNft(
            `${base}${chains}${
              theirs.join("\n").replaceAll("ip protocol", "meta l4proto")
                .replace(
                  /ct (original|reply) ([sd]addr)/g,
                  `ct $1 ${family} $2`,
                )
            }\n`,
          );
          found = read!.chains.at(-1)!.rules.map((each) =>
            meaning(each, family)
          );
        } catch {
          // What is not of nft 1.0.6 is no oracle.
        }
        if (JSON.stringify(mine) === JSON.stringify(found)) same++;
        else if (theirs.length > 0) {
          const shown = ours!.chains.at(-1)!.rules.map((each) =>
            formatRule(each, family)
          );
          differing.push(
            `${rule}\n  ${shown.join("; ")}\n  ${theirs.join("; ")}`,
          );
        }
      }
    }
    const unexplained = differing.filter((text) =>
      !OTHERWISE.some(([rule]) => rule.test(text))
    );
    assert.deepEqual(unexplained, []);
    assert.ok(same >= 130, `${same}`);
  },
);

/** Puts packets, one a line in hexadecimal, into the namespace's stack. */
const SEND = `import socket, sys
s = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
for line in open(sys.argv[1]):
    octets = bytes.fromhex(line)
    s.sendto(octets, (socket.inet_ntoa(octets[16:20]), 0))
`;

/** Rules that chance, the clock, or a mistake of iptables 1.8.9 decides. */
const UNSURE = kind === "legacy"
  ? /--mode random|10\/second/
  : /--mode random|10\/second|! --sport 22 ! --dport 80/;

const noPackets = noNft ?? noIptables ??
  await lacks(
    "ip link set lo up && python3 -c 'import socket; socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)'",
    "",
  );

testUnless(
  noPackets,
  "of many packets, as many fit a rule of iptables as fit what it was carried over to",
  async () => {
    const [group] = ruleGroups;
    const lines = group!.rules.filter((rule) =>
      rule.startsWith("INPUT ") && !UNSURE.test(rule)
    ).map((rule) => rule.slice("INPUT ".length).replace(/(^|\s)-[jg] .*$/, ""));
    const text = `*filter\n${lines.map((_, i) => `:r${i} - [0:0]\n`).join("")}${
      lines.map((_, i) => `-A INPUT -j r${i}\n`).join("")
    }${lines.map((line, i) => `-A r${i} ${line}\n`).join("")}COMMIT\n`;
    const [table] = parse(text);
    const ours: Table = {
      ...table!,
      name: "ours",
      chains: table!.chains.map((chain) =>
        chain.base ? { ...chain, base: { ...chain.base, priority: 1 } } : chain
      ),
    };
    const folder = await Deno.makeTempDir({ prefix: "netrepl-iptables-" });
    try {
      const sent = packets(1500, 20240607);
      await Deno.writeTextFile(`${folder}/theirs`, text);
      await Deno.writeTextFile(`${folder}/ours`, formatNft([ours]));
      await Deno.writeTextFile(`${folder}/send.py`, SEND);
      await Deno.writeTextFile(
        `${folder}/packets`,
        sent.map((octets) => `${hex(octets)}\n`).join(""),
      );
      const { success, out, err } = await inside(`set -e; cd ${folder}
        ip link set lo up
        for address in ${
        LOCAL.slice(1).join(" ")
      }; do ip address add $address/32 dev lo; done
        iptables-${kind}-restore < theirs
        nft -f ours
        python3 send.py packets
        iptables-${kind}-save -c
        echo "# ours"
        nft list table ip ours`);
      assert.ok(success, err);
      const [saved, listed] = out.split("# ours\n") as [string, string];
      const theirs = new Map<string, number>();
      for (
        const [, count, name] of saved.matchAll(/^\[(\d+):\d+\] -A (r\d+)/gm)
      ) {
        theirs.set(name!, (theirs.get(name!) ?? 0) + Number(count));
      }
      const [back] = parseNft(listed);
      const differing: string[] = [];
      let matched = 0;
      for (const { name, rules } of back!.chains) {
        if (name === "INPUT") continue;
        let count = 0;
        for (const { statements } of rules) {
          const last = statements.at(-1);
          assert.ok(last && "counter" in last);
          count += (last.counter as { packets: number } | null)?.packets ?? 0;
        }
        if (count > 0 && count < sent.length) matched++;
        if (count !== theirs.get(name)) {
          differing.push(
            `${lines[Number(name.slice(1))]}: ${theirs.get(name)} and ${count}`,
          );
        }
      }
      assert.deepEqual(differing, []);
      assert.ok(
        matched >= 60,
        `${matched} of ${lines.length} rules tell packets apart`,
      );
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
);
