/**
 * The tables of data types, fields and keys against what nft says of them.
 *
 * @module
 */

import assert from "node:assert/strict";
import {
  type DataType,
  dataTypes,
  writeValue,
} from "../../lib/firewall/model/data_types.ts";
import type { Expression } from "../../lib/firewall/model/expression.ts";
import * as fields from "../../lib/firewall/model/fields.ts";
import { testUnless } from "../skip.ts";

/** Something that nft can describe, as it is typed and as the tables have it. */
interface Entry {
  readonly text: string;
  readonly expression: Expression;
  /** Where its bits are, of what has a fixed place. */
  readonly field?: fields.Field;
  readonly number?: number;
}

const entries: Entry[] = [];

for (const header of Object.values(fields.headers)) {
  for (const field of Object.values(header.fields)) {
    const typed = field.name === "parameter-problem"
      ? "param-problem"
      : field.name;
    entries.push({
      text: `${header.name} ${typed}`,
      expression: { payload: { protocol: header.name, field: field.name } },
      field,
    });
  }
}

type Optional = "exthdr" | "tcp option" | "ip option" | "sctp chunk";

const options: readonly (readonly [
  Optional,
  Readonly<Record<string, fields.Option>>,
])[] = [
  ["exthdr", fields.exthdrs],
  ["tcp option", fields.tcpOptions],
  ["ip option", fields.ipOptions],
  ["sctp chunk", fields.sctpChunks],
];
for (const [kind, table] of options) {
  for (const option of Object.values(table)) {
    if (option.name === "rt2") continue; // `nft describe rt2 addr` crashes
    for (const field of Object.values(option.fields)) {
      const before = kind === "exthdr" ? "" : `${kind} `;
      entries.push({
        text: `${before}${option.name} ${field.name}`,
        expression: {
          [kind]: { name: option.name, field: field.name },
        } as unknown as Expression,
        field,
        number: option.number,
      });
    }
  }
}

const add = (text: string, expression: Expression) =>
  entries.push({ text, expression });
for (const { name, bare } of Object.values(fields.metaKeys)) {
  add(`meta ${name}`, { meta: { key: name } });
  if (bare) add(name, { meta: { key: name } });
}
for (const { name, direction, family } of Object.values(fields.ctKeys)) {
  if (family) {
    for (const ip of ["ip", "ip6"] as const) {
      add(`ct original ${ip} ${name}`, {
        ct: { key: name, family: ip, dir: "original" },
      });
    }
  } else if (!name.startsWith("proto-")) { // their type is that of the transport
    add(`ct ${name}`, { ct: { key: name } });
    if (direction) {
      add(`ct reply ${name}`, { ct: { key: name, dir: "reply" } });
    }
  }
}
for (const { name, family } of Object.values(fields.rtKeys)) {
  const key = name as "mtu";
  if (!family) add(`rt ${name}`, { rt: { key } });
  else {
    add(`rt ip ${name}`, { rt: { key, family: "ip" } });
    add(`rt ip6 ${name}`, { rt: { key, family: "ip6" } });
  }
}
for (const { name } of Object.values(fields.fibResults)) {
  add(`fib saddr . iif ${name}`, {
    fib: { result: name as "oif", flags: ["saddr", "iif"] },
  });
}
for (const { name } of Object.values(fields.socketKeys)) {
  add(`socket ${name}${name === "cgroupv2" ? " level 1" : ""}`, {
    socket: { key: name as "mark" },
  });
}
for (const { name } of Object.values(fields.osfKeys)) {
  add(`osf ${name}`, { osf: { key: name as "name" } });
}
for (const { name, family } of Object.values(fields.ipsecKeys)) {
  if (!family) add(`ipsec in ${name}`, { ipsec: { key: name, dir: "in" } });
  else {
    for (const ip of ["ip", "ip6"] as const) {
      add(`ipsec in ${ip} ${name}`, {
        ipsec: { key: name, dir: "in", family: ip },
      });
    }
  }
}
add("numgen inc mod 2", { numgen: { mode: "inc", mod: 2 } });
add("symhash mod 2", { symhash: { mod: 2 } });
add("@nh,8,4", { payload: { base: "nh", offset: 8, len: 4 } });

/** Types that nft describes by their own names. */
const named = [...dataTypes.keys()].filter((name) =>
  ![
    ...["xinteger", "ecn", "ct_event", "ct_label"], // not by name
    ...["time", "date", "day", "hour", "mark"], // words of expressions too
  ].includes(name)
);

const OURS: Readonly<Record<string, string>> = {
  xinteger: "integer",
  date: "time",
};

/** Names that come from files that a machine may have otherwise. */
const FROM_FILES = new Set(["realm", "devgroup"]);

async function nft(
  before: string[],
  args: string[],
  input: string,
): Promise<string> {
  const [command, ...rest] = [...before, "nft", ...args, "-f", "-"];
  const child = new Deno.Command(command!, {
    args: rest,
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(input));
  await writer.close();
  const { success, stdout, stderr } = await child.output();
  const text = new TextDecoder().decode(stdout);
  assert.ok(success, new TextDecoder().decode(stderr));
  return text;
}

let reason: string | undefined;
try {
  await nft(["unshare", "-Urn"], [], "add table inet t\n");
} catch (error) {
  reason = `nft does not run in a namespace of its own: ${error}`;
}

const swap = (value: number) => (value & 0xff) << 8 | value >> 8;

function checkDescription(type: DataType, said: string, what: string): void {
  const [, name, base, width, unit] =
    /datatype (\w+) \([^)]*\)(?: \(basetype ([^)]*)\))?, (\d+) (bits|characters)/
      .exec(said) ?? assert.fail(`${what}: ${said}`);
  assert.equal(name, OURS[type.name] ?? type.name, what);
  const bits = Number(width) * (unit === "bits" ? 1 : 8);
  assert.equal(bits, type.bits ?? 0, what);
  if (name !== "bitmask") {
    const isMask = type.kind === "bitmask" || type.kind === "label";
    assert.equal(base?.startsWith("bitmask") ?? false, isMask, what);
  }
  // A type alone is shown as the octets lie in memory, an expression is not.
  const big = type.order === "big" && bits === 16 &&
    said.startsWith("datatype");
  const symbols = [...said.matchAll(/^\t(\S+)\s+(\S+)$/gm)].map((
    [, word, number],
  ) => [word!, big ? swap(Number(number)) : Number(number)]);
  if (FROM_FILES.has(type.name)) return;
  assert.deepEqual(Object.fromEntries(symbols), type.symbols ?? {}, what);
}

testUnless(
  reason,
  "every type, field and key is as nft describes it",
  async () => {
    const texts = [...named, ...entries.map(({ text }) => text)];
    const said = (await nft(
      [],
      [],
      texts.map((text) => `describe ${text}\n`).join(""),
    )).split(/^(?=datatype |\w+ expression, )/m);
    assert.equal(said.length, texts.length);
    named.forEach((name, index) =>
      checkDescription(dataTypes.get(name)!, said[index]!, name)
    );
    entries.forEach(({ text, expression }, index) => {
      const [type] = fields.typesOf(expression, "inet");
      checkDescription(type!, said[named.length + index]!, text);
    });
    assert.ok(texts.length > 250, `${texts.length}`);
  },
);

/** What stands in the kernel's code for a load: octets, shift and mask. */
function loadOf(
  code: string,
): { offset: number; bits: number; number?: number } {
  const load =
    /(?:payload load (\d+)b @ (?:link|network|transport) header \+ (\d+)|exthdr load (?:\w+ )?(\d+)b @ (\d+) \+ (\d+)) => reg 1 \]\n(?:.*bitwise reg 1 = \( reg 1 & (0x\w+))?/g;
  const [, plain, at, optional, number, inside, mask] =
    [...code.matchAll(load)].at(-1) ?? assert.fail(code);
  const size = Number(plain ?? optional);
  const offset = Number(at ?? inside) * 8;
  if (mask === undefined) {
    return { offset, bits: size * 8, ...number && { number: +number } };
  }
  // Registers are shown as the machine has them: least significant octet first.
  let bits = "";
  for (let i = 0; i < size; i++) {
    bits += ((Number(mask) >>> i * 8) & 0xff).toString(2).padStart(8, "0");
  }
  return {
    offset: offset + bits.indexOf("1"),
    bits: bits.lastIndexOf("1") - bits.indexOf("1") + 1,
    ...number && { number: +number },
  };
}

testUnless(
  reason,
  "every field is where nft tells the kernel to look",
  async () => {
    const placed = entries.filter((entry) => entry.field !== undefined);
    const rules = placed.map(({ text, expression }) => {
      const [type] = fields.typesOf(expression, "bridge");
      const value = type!.kind === "address"
        ? type!.bits === 32 ? "1.2.3.4" : "::1"
        : type!.kind === "mac"
        ? "0:1:2:3:4:5"
        : writeValue(type!, 1);
      const op = type!.kind === "bitmask" ? "== " : "";
      return `add rule bridge t c ${text} ${op}${value}\n`;
    });
    const code = await nft(
      ["unshare", "-Urn"],
      ["-c", "--debug=netlink"],
      `add table bridge t\nadd chain bridge t c\n${rules.join("")}`,
    );
    const blocks = code.split(/^bridge t c.*\n/m).slice(1);
    assert.equal(blocks.length, placed.length);
    placed.forEach(({ text, field, number }, index) => {
      const { offset, bits } = field!;
      assert.deepEqual(
        loadOf(blocks[index]!),
        { offset, bits, ...number !== undefined && { number } },
        text,
      );
    });
  },
);
