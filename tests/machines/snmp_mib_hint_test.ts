/**
 * DISPLAY-HINT beside net-snmp's: the same values of a real agent, written by
 * both.
 */

import assert from "node:assert/strict";
import { hex } from "../../lib/bytes/hex.ts";
import { seeded } from "../../lib/random.ts";
import { builtin } from "../../lib/snmp/mib/builtin.ts";
import { testUnless } from "../skip.ts";
import { snmpBed, whyNoSnmpd } from "./snmp_bed.ts";
import { moduleTexts } from "./snmp_mib_text.ts";

/**
 * Hints of real MIBs and some that only the RFC has, with lengths in octets.
 * No value stops inside of a group: the RFC takes the octets that there are,
 * net-snmp adds zeros. It also reads a group without octets as one with one,
 * and keeps the separator in front of a repeat's terminator: none of these.
 */
const OCTET_HINTS: readonly (readonly [hint: string, ...lengths: number[]])[] =
  [
    ["1x:", 6, 5, 1],
    ["1x-", 5],
    ["2x:2x:2x:2x:2x:2x:2x:2x", 16, 14],
    ["2x:2x:2x:2x:2x:2x:2x:2x%4d", 20, 16],
    ["1d.1d.1d.1d", 4, 3],
    ["1d.1d.1d.1d/2d", 6, 4],
    ["1d.1d.1d.1d:2d", 6],
    ["2d-1d-1d,1d:1d:1d.1d,1a1d:1d", 8],
    ["1o ", 4],
    ["4d,", 12, 4],
    ["2x ", 6],
    ["1d-1x.", 5, 2],
  ];

const INTEGER_HINTS = ["d", "d-1", "d-2", "d-5", "x", "o"] as const;

const ROOT = "1.3.6.1.4.1.8072.9999.9999";

testUnless(
  whyNoSnmpd(),
  "values are written by their display hints as snmpget writes them",
  async () => {
    const next = seeded(2579);
    const below = (n: number) => Math.floor(next() * n);
    const types: string[] = [];
    const objects: string[] = [];
    const overrides: string[] = [];
    const values: (number | Uint8Array)[] = [];
    const add = (hint: string, syntax: string, value: number | Uint8Array) => {
      const i = values.push(value);
      types.push(
        `Hint${i} ::= TEXTUAL-CONVENTION DISPLAY-HINT "${hint}" STATUS current DESCRIPTION "" SYNTAX ${syntax}`,
      );
      objects.push(
        `hint${i} OBJECT-TYPE SYNTAX Hint${i} MAX-ACCESS read-only STATUS current DESCRIPTION "" ::= { netSnmpPlaypen ${i} }`,
      );
      overrides.push(
        typeof value === "number"
          ? `override .${ROOT}.${i}.0 integer ${value}`
          : `override .${ROOT}.${i}.0 octet_str 0x${hex(value)}`,
      );
    };
    for (const [hint, ...lengths] of OCTET_HINTS) {
      for (const size of [...lengths, ...lengths]) {
        const octets = new Uint8Array(size).map(() => below(256));
        add(hint, "OCTET STRING (SIZE (0..255))", octets);
      }
    }
    for (const hint of INTEGER_HINTS) {
      for (const value of [0, 7, 1234567, -305]) {
        // What x and o make of a negative number is left open.
        if (value < 0 && !hint.startsWith("d")) continue;
        add(hint, "Integer32", value);
      }
    }
    const module = `HINTS-MIB DEFINITIONS ::= BEGIN
IMPORTS netSnmpPlaypen FROM NET-SNMP-MIB;
${types.join("\n")}
${objects.join("\n")}
END`;
    const mibs = builtin.clone();
    mibs.add(module, "HINTS-MIB");
    await using bed = await snmpBed({ extraConf: overrides.join("\n") });
    const folder = await Deno.makeTempDir({ prefix: "netrepl_mib_hint_" });
    try {
      for (const [name, text] of moduleTexts(builtin)) {
        await Deno.writeTextFile(`${folder}/${name}.txt`, text);
      }
      await Deno.writeTextFile(`${folder}/HINTS-MIB.txt`, module);
      const { stdout } = await new Deno.Command("snmpbulkwalk", {
        args: ["-v2c", "-cpublic", "-M", folder, "-m", "ALL", "-OQs"]
          .concat(bed.target, `.${ROOT}`),
        env: { HOME: folder, LC_ALL: "C" },
        stdin: "null",
      }).output();
      const theirs = new Map(
        new TextDecoder("latin1").decode(stdout).split(/\n(?=hint)/).map((
          line,
        ) => line.trim().split(".0 = ") as [string, string]),
      );
      for (const [i, value] of values.entries()) {
        const name = `hint${i + 1}`;
        const { hint } = mibs.find(name);
        const text = mibs.formatValue(name, value)
          // They leave out the first of two digits if it is a zero.
          .replace(/\b0(?=[\da-f])/g, hint?.includes("1x") ? "" : "0");
        // Nor do they begin a fraction with a zero.
        const their = theirs.get(name)?.replace(/^-?(?=\.)/, "$&0");
        assert.equal(text, their, `${hint} ${value}`);
      }
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
);
