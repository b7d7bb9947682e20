/**
 * The MIB resolver beside snmptranslate, on the same files: those of
 * libsnmp-base, and the built-in facts written as SMIv2.
 */

import assert from "node:assert/strict";
import { builtin } from "../../lib/snmp/mib/builtin.ts";
import type { MibNode } from "../../lib/snmp/mib/object.ts";
import { MibStore } from "../../lib/snmp/mib/store.ts";
import { testUnless } from "../skip.ts";
import { moduleTexts } from "./snmp_mib_text.ts";

const REAL = "/usr/share/snmp/mibs";

function whyNot(): string | undefined {
  const found = [REAL, "/usr/bin/snmptranslate"].filter((path) => {
    try {
      return Deno.statSync(path);
    } catch {
      return false;
    }
  });
  return found.length === 2
    ? undefined
    : `needs snmptranslate and ${REAL}: apt-get install snmp libsnmp-base`;
}

const reason = whyNot();

interface Bed extends AsyncDisposable {
  /** The real files, over the facts that they import from. */
  readonly mibs: MibStore;
  translate(...args: string[]): Promise<string>;
}

/** The same files for both sides: real ones, and the facts for the rest. */
async function bed(): Promise<Bed> {
  const folder = await Deno.makeTempDir({ prefix: "netrepl_mib_" });
  const real: string[] = [];
  for await (const { name } of Deno.readDir(REAL)) {
    real.push(name.replace(".txt", ""));
  }
  for (const [module, text] of moduleTexts(builtin, real)) {
    await Deno.writeTextFile(`${folder}/${module}.txt`, text);
  }
  const mibs = new MibStore();
  const facts = await mibs.load(folder);
  assert.deepEqual(
    facts.problems.filter(({ reason }) =>
      !/comes from (UCD|NET|LM)-/.test(reason)
    ),
    [],
  );
  const { problems, missing } = await mibs.load(REAL);
  assert.deepEqual([problems, missing], [[], []]);
  return {
    mibs,
    async translate(...args: string[]) {
      const { stdout, stderr } = await new Deno.Command("snmptranslate", {
        args: ["-M", `${folder}:${REAL}`, "-m", "ALL", ...args],
        env: { HOME: folder, SNMPCONFPATH: folder, LC_ALL: "C" },
        stdin: "null",
      }).output();
      const said = new TextDecoder().decode(stderr);
      assert.equal(said.replace(/Created directory.*\n/g, ""), "");
      return new TextDecoder().decode(stdout);
    },
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
}

const nodesOf = (mibs: MibStore): MibNode[] =>
  mibs.modules.flatMap((module) => mibs.nodes(module));

testUnless(
  reason,
  "every name has the OID that snmptranslate gives it",
  async () => {
    await using files = await bed();
    const theirs = new Set<string>();
    for (const line of (await files.translate("-Tz")).split("\n")) {
      const match = /^"(.+)"\t+"(.+)"$/.exec(line);
      if (match && !/^anonymous#|#$/.test(match[1]!)) {
        theirs.add(`${match[1]} ${match[2]}`);
      }
    }
    const ours = new Set(
      nodesOf(files.mibs).map(({ name, oid }) => `${name} ${oid}`),
    );
    assert.ok(theirs.size > 2400, `${theirs.size}`);
    assert.deepEqual([...theirs.difference(ours)], []);
    assert.deepEqual([...ours.difference(theirs)], []);
  },
);

/** The part of `-Td` that begins with a word, without quotes and brackets. */
function clause(block: string, word: string): string | undefined {
  const match = new RegExp(`^  ${word}\\s+(?:"([^"]*)"|(.*))$`, "m").exec(
    block,
  );
  return match === null
    ? undefined
    : match[1] ?? match[2]!.replace(/^\{ *|[ }]+$/g, "").trim();
}

testUnless(
  reason,
  "what is said of a real file's object is what snmptranslate -Td says",
  async () => {
    await using files = await bed();
    const nodes = nodesOf(files.mibs).filter(({ description, kind }) =>
      description && kind !== "group" && kind !== "compliance"
    );
    assert.ok(nodes.length > 300, `${nodes.length}`);
    const text = await files.translate(
      "-Td",
      ...nodes.map(({ oid }) => `.${oid}`),
    );
    const blocks = text.split(/\n(?=\S+::\S+\n\S+ [A-Z])/);
    assert.equal(blocks.length, nodes.length);
    nodes.forEach((node, i) => {
      const block = blocks[i]!;
      const { module, name, kind, syntax, indexes, augments } = node;
      if (!block.trimStart().startsWith(`${module}::${name}\n`)) return;
      const theirs = {
        access: clause(block, "MAX-ACCESS"),
        status: clause(block, "STATUS"),
        units: clause(block, "UNITS"),
        hint: clause(block, "DISPLAY-HINT"),
        convention: clause(block, "-- TEXTUAL CONVENTION"),
        index: clause(block, "INDEX"),
        augments: clause(block, "AUGMENTS"),
        defaultText: /^ {2}DEFVAL\s+\{ (.*) \}$/m.exec(block)?.[1]
          ?.replaceAll('\\"', '"'),
        description: clause(block, "DESCRIPTION"),
      };
      const isObject = syntax !== undefined || kind === "row" ||
        kind === "table";
      const ours = {
        access: node.access,
        status: isObject ? node.status : theirs.status,
        units: node.units,
        hint: node.hint,
        convention: syntax?.convention,
        index: kind === "row" && !augments
          ? indexes.map((x) => `${x.implied ? "IMPLIED " : ""}${x.name}`).join(
            ", ",
          )
          : undefined,
        augments: augments?.name,
        // Octets in hexadecimal are a number for net-snmp.
        defaultText: node.defaultText?.replace(
          /^'(.*)'H$/i,
          (_, digits) => `${Number(`0x${digits || 0}`)}`,
        ),
        description: node.description?.replace(/^\s+|\s+$/g, ""),
      };
      const plain = (x: object) =>
        Object.fromEntries(
          Object.entries(x).map((
            [k, v],
          ) => [k, v?.replace(/\s+/g, " ").trim()]),
        );
      assert.deepEqual(plain(ours), plain(theirs), `${module}::${name}`);
      const names = /SYNTAX\t.*\{(.*)\}/.exec(block)?.[1];
      const enums = Object.entries(syntax?.enums ?? {}).sort((a, b) =>
        a[1] - b[1]
      ).map(([word, n]) => `${word}(${n})`);
      assert.equal(names ?? "", enums.join(", "), name);
    });
  },
);

testUnless(
  reason,
  "OIDs of instances read as snmptranslate writes them",
  async () => {
    await using files = await bed();
    const texts = [
      "IF-MIB::ifDescr.7",
      "SNMPv2-MIB::sysDescr.0",
      "SNMPv2-SMI::enterprises.99999.1",
      'SNMP-VIEW-BASED-ACM-MIB::vacmGroupName.3."public"',
      `SNMP-TARGET-MIB::snmpTargetAddrTAddress.'name'`,
      'NET-SNMP-EXTEND-MIB::nsExtendOutLine."a-b".2',
      "IP-MIB::ipAdEntIfIndex.10.0.0.1",
      'IP-MIB::ipAddressIfIndex.ipv4."10.0.0.1"',
      "IP-MIB::ipSystemStatsInReceives.ipv6",
      "TCP-MIB::tcpConnState.10.0.0.1.22.10.0.0.2.4711",
      'TCP-MIB::tcpConnectionState.ipv4."10.0.0.1".22.ipv4."10.0.0.2".4711',
      "RFC1213-MIB::atPhysAddress.1.1.10.0.0.1",
      'SNMP-VIEW-BASED-ACM-MIB::vacmAccessReadViewName."g"."".2.authPriv',
      "UCD-SNMP-MIB::dskPath.1",
      "NET-SNMP-AGENT-MIB::nsDebugTokenPrefix",
      "IF-MIB::ifRcvAddressStatus",
    ];
    const oids = texts.map((text) => files.mibs.parseOid(text));
    // It writes addresses in quotes and reads them as the text that they are.
    const readable = texts.filter((text) => !text.includes('ipv4."'));
    const theirs = (await files.translate("-On", ...readable)).split(/\n+/);
    assert.deepEqual(
      readable.map((text) => `.${files.mibs.parseOid(text)}`),
      theirs.slice(0, -1),
    );
    const named = (await files.translate("-OS", ...oids)).split(/\n+/);
    assert.deepEqual(
      oids.map((oid) => files.mibs.formatOid(oid)),
      named.slice(0, -1),
    );
    const full = (await files.translate("-Of", ...oids)).split(/\n+/);
    assert.deepEqual(
      oids.map((oid) => files.mibs.formatOid(oid, "full")),
      full.slice(0, -1),
    );
  },
);
