/**
 * What an snmpd tells, named and written by our MIBs and by snmpbulkwalk's.
 */

import assert from "node:assert/strict";
import { parseHex } from "../../lib/bytes/hex.ts";
import { builtin } from "../../lib/snmp/mib/builtin.ts";
import type { MibValue } from "../../lib/snmp/mib/object.ts";
import { testUnless } from "../skip.ts";
import { snmpBed, whyNoSnmpd } from "./snmp_bed.ts";
import { moduleTexts } from "./snmp_mib_text.ts";

/** Much that stays as it is while we look, and no more. */
const SUBTREES = [
  "1.3.6.1.2.1.1",
  "1.3.6.1.2.1.2",
  "1.3.6.1.2.1.4",
  "1.3.6.1.2.1.6.20",
  "1.3.6.1.2.1.7",
  "1.3.6.1.2.1.25.1",
  "1.3.6.1.2.1.25.2",
  "1.3.6.1.2.1.25.3",
  "1.3.6.1.2.1.31",
  "1.3.6.1.2.1.55",
  "1.3.6.1.2.1.88",
  "1.3.6.1.2.1.92",
  "1.3.6.1.4.1.2021.4",
  "1.3.6.1.4.1.2021.10",
  "1.3.6.1.4.1.2021.100",
  "1.3.6.1.4.1.8072.1",
  "1.3.6.1.6.3.10",
  "1.3.6.1.6.3.12",
  "1.3.6.1.6.3.15",
  "1.3.6.1.6.3.16",
];

type Raw = readonly [type: string, value: MibValue];

/** `.1.3.6 = Hex-STRING: 61 62`, where long strings go on in lines below. */
function readRaw(text: string): Map<string, Raw> {
  const found = new Map<string, Raw>();
  for (const entry of text.split(/\n(?=\.)/)) {
    const match = /^\.([\d.]+) = ([\w-]+): ?([^]*)$/.exec(entry.trim());
    // A float in an Opaque comes as a number, not as the octets that it has.
    if (match === null || match[2] === "Opaque") continue;
    const [, oid, type, written] = match as unknown as string[];
    const value = type === "Hex-STRING"
      ? parseHex(written!.replace(/\s+/g, ""))
      : type === "STRING"
      ? new Uint8Array()
      : type === "OID"
      ? written!.slice(1)
      : type === "IpAddress"
      ? written!
      : type === "Counter64"
      ? BigInt(written!)
      : Number(written);
    found.set(oid!, [type!, value]);
  }
  return found;
}

testUnless(
  whyNoSnmpd(),
  "names, indexes and values of a real agent are written as snmpbulkwalk writes them",
  async () => {
    await using bed = await snmpBed({
      users: "all",
      extraConf: "extend greeting /bin/echo hello\nload 12 10 5",
    });
    const folder = await Deno.makeTempDir({ prefix: "netrepl_mib_walk_" });
    try {
      for (const [module, text] of moduleTexts(builtin)) {
        await Deno.writeTextFile(`${folder}/${module}.txt`, text);
      }
      const walk = async (...args: string[]) => {
        const texts = await Promise.all(SUBTREES.map(async (oid) => {
          const { stdout } = await new Deno.Command("snmpbulkwalk", {
            args: ["-v2c", "-cpublic", "-Cr50", ...args, bed.target, oid],
            env: { HOME: folder, LC_ALL: "C" },
            stdin: "null",
          }).output();
          return new TextDecoder("latin1").decode(stdout);
        }));
        return texts.join("\n");
      };
      const before = readRaw(await walk("-m", "", "-Onxet"));
      const named = (await walk("-M", folder, "-m", "ALL", "-OS"))
        .split(/\n(?=[A-Z][\w-]+::)/).map((line) => line.trim())
        .filter((line) => !line.includes("No more variables left"));
      const after = readRaw(await walk("-m", "", "-Onxet"));
      const theirs = new Map(named.map((line) => {
        const at = line.indexOf(" = ");
        return [line.slice(0, at), line.slice(at + 3)];
      }));
      let compared = 0;
      for (const [oid, [type, value]] of before) {
        if (`${after.get(oid)}` !== `${[type, value]}`) continue;
        const name = builtin.formatOid(oid);
        // net-snmp writes octets that are no text as dots, and IPv6 in full.
        const strings = builtin.at(oid).node.indexes.filter(({ syntax }) =>
          syntax.base === "OCTET STRING"
        );
        const quoted = name.match(/"[^"]*"|'[^']*'/g) ?? [];
        const isOwnWay = /\.ipv6z?\./.test(name) ||
          quoted.length < strings.length;
        if (isOwnWay) {
          assert.equal(builtin.parseOid(name), oid, name);
          continue;
        }
        const line = theirs.get(name);
        assert.ok(line !== undefined, `${name} (${oid}) is not among theirs`);
        assert.equal(
          ours(oid, type, value).trim(),
          line.replace(/^[\w-]+: /, "").replace(/^"([^]*)"$/, "$1")
            // Sixteen octets a line.
            .replace(/(?<= [\dA-F]{2} )\n(?=[\dA-F]{2}\b)/g, "").trim(),
          name,
        );
        compared++;
      }
      assert.ok(compared > 300, `${compared} compared`);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
);

/** Our text, as net-snmp has it where it goes its own way. */
function ours(oid: string, type: string, value: MibValue): string {
  const { node } = builtin.at(oid);
  const text = builtin.formatValue(node, value, { units: true });
  if (type === "Timeticks") {
    return `(${value}) ${text}`;
  }
  if (node.hint === "1x:") return text.replace(/\b0(?=[\da-f])/g, "");
  if (node.syntax?.base === "BITS") {
    const octets = [...value as Uint8Array].map((x) =>
      x.toString(16).toUpperCase().padStart(2, "0")
    ).join(" ");
    return `${octets} ${text}`.trim();
  }
  if (text.startsWith("0x")) {
    return text.slice(2).toUpperCase().replace(/..(?=.)/g, "$& ");
  }
  return text;
}
