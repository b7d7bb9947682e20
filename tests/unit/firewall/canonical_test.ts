/**
 * The one canonical form of each meaning.
 *
 * @module
 */

import assert from "node:assert/strict";
import fc from "fast-check";
import {
  canonicalRule,
  canonicalTables,
} from "../../../lib/firewall/model/canonical.ts";
import { canonicalElements } from "../../../lib/firewall/model/elements.ts";
import { dataType } from "../../../lib/firewall/model/data_types.ts";
import type { Family, Rule } from "../../../lib/firewall/model/ruleset.ts";
import type { Value } from "../../../lib/firewall/model/expression.ts";

const canonical = (
  statements: readonly unknown[],
  family: Family = "inet",
): unknown =>
  canonicalRule({ statements } as unknown as Rule, family).statements;

const payload = (protocol: string, field: string) => ({
  payload: { protocol, field },
});
const meta = (key: string) => ({ meta: { key } });
const match = (left: unknown, right: unknown, op = "==") => ({
  match: { op, left, right },
});
const dport = payload("tcp", "dport");
const flags = payload("tcp", "flags");
const saddr = payload("ip", "saddr");

/** As written, and in canonical form. */
const STATEMENTS: readonly (readonly [unknown, unknown])[] = [
  [match(dport, "ssh"), match(dport, 22)],
  [match(dport, { set: [443, "ssh", 22] }), match(dport, { set: [22, 443] })],
  [match(dport, { set: ["http"] }), match(dport, 80)],
  [match(dport, { range: [5, 5] }), match(dport, 5)],
  [
    match(dport, { set: [{ range: [1, 10] }, 11, { range: [5, 20] }] }),
    match(dport, { range: [1, 20] }),
  ],
  [
    match(saddr, { range: ["10.0.0.0", "10.0.0.255"] }),
    match(saddr, { prefix: { addr: "10.0.0.0", len: 24 } }),
  ],
  [
    match(saddr, { prefix: { addr: "10.0.0.5", len: 8 } }),
    match(saddr, { prefix: { addr: "10.0.0.0", len: 8 } }),
  ],
  [
    match(saddr, { prefix: { addr: "10.0.0.5", len: 32 } }),
    match(saddr, "10.0.0.5"),
  ],
  [
    match({ "&": [saddr, "255.0.0.0"] }, "10.0.0.0"),
    match(saddr, { prefix: { addr: "10.0.0.0", len: 8 } }),
  ],
  [{ match: { left: flags, right: "syn" } }, match(flags, "syn", "in")],
  [match(flags, 18), match(flags, ["syn", "ack"])],
  [match(flags, { "|": ["ack", "syn"] }), match(flags, ["syn", "ack"])],
  [match(flags, { set: ["syn"] }), match(flags, "syn", "in")],
  [match(flags, "syn", "!"), match({ "&": [flags, "syn"] }, 0)],
  [match({ "&": [flags, "syn"] }, 0, "!="), match(flags, "syn", "in")],
  [
    match({ payload: { base: "th", offset: 16, len: 16 } }, 53),
    match(payload("th", "dport"), 53),
  ],
  [
    match({ ct: { key: "ip saddr", dir: "original" } }, "10.0.0.1"),
    match({ ct: { key: "saddr", family: "ip", dir: "original" } }, "10.0.0.1"),
  ],
  [match(meta("ibriport"), "br0"), match(meta("ibrname"), "br0")],
  [
    match({ "tcp option": { base: 2, offset: 16, len: 16 } }, 1460),
    match({ "tcp option": { name: "maxseg", field: "size" } }, 1460),
  ],
  [
    match({ fib: { result: "oif", flags: ["iif", "saddr"] } }, false),
    match({ fib: { result: "oif", flags: ["saddr", "iif"] } }, false),
  ],
  [{ reject: { type: "icmpx", expr: "port-unreachable" } }, { reject: null }],
  [{ log: { level: "warn", flags: "all" } }, { log: { flags: ["all"] } }],
  [{ log: { level: "warn" } }, { log: null }],
  [{ counter: { packets: 0, bytes: 0 } }, { counter: null }],
  [
    { limit: { rate: 10, burst: 5, per: "second" } },
    { limit: { rate: 10, per: "second" } },
  ],
  [
    {
      limit: {
        rate: 2048,
        rate_unit: "kbytes",
        burst: 0,
        burst_unit: "bytes",
        per: "hour",
        inv: false,
      },
    },
    { limit: { rate: 2, rate_unit: "mbytes", per: "hour" } },
  ],
  [
    { quota: { val: 1024, val_unit: "kbytes", used: 0, inv: true } },
    { quota: { val: 1, val_unit: "mbytes", inv: true } },
  ],
  [
    { dnat: { addr: "10.0.0.2", port: "http", flags: "random" } },
    { dnat: { family: "ip", addr: "10.0.0.2", port: 80, flags: ["random"] } },
  ],
  [{ masquerade: {} }, { masquerade: null }],
  [
    {
      mangle: {
        key: meta("mark"),
        value: {
          map: {
            key: saddr,
            data: { set: [["10.0.0.2", "0x2"], ["10.0.0.1", 1]] },
          },
        },
      },
    },
    {
      mangle: {
        key: meta("mark"),
        value: {
          map: {
            key: saddr,
            data: { set: [["10.0.0.1", 1], ["10.0.0.2", 2]] },
          },
        },
      },
    },
  ],
  [
    {
      vmap: {
        key: dport,
        data: { set: [["*", { drop: null }], ["ssh", { accept: null }]] },
      },
    },
    {
      vmap: {
        key: dport,
        data: { set: [[22, { accept: null }], ["*", { drop: null }]] },
      },
    },
  ],
];

Deno.test("each statement has one form, and keeps it", () => {
  for (const [given, wanted] of STATEMENTS) {
    assert.deepEqual(canonical([given]), [wanted]);
    assert.deepEqual(canonical([wanted]), [wanted]);
  }
});

Deno.test("a match that the next one implies is left out", () => {
  const tcp = match(meta("l4proto"), "tcp");
  const v4 = match(meta("nfproto"), "ipv4");
  const ssh = match(dport, 22);
  const from = match(saddr, "10.0.0.1");
  assert.deepEqual(canonical([tcp, ssh]), [ssh]);
  assert.deepEqual(canonical([v4, from]), [from]);
  assert.deepEqual(canonical([v4, tcp, from, ssh]), [from, ssh]);
  const icmp = payload("icmp", "id");
  const type = payload("icmp", "type");
  assert.deepEqual(
    canonical([
      match(type, { set: ["echo-request", "echo-reply"] }),
      match(icmp, 5),
    ]),
    [match(icmp, 5)],
  );
  // What counts in between sees other packets.
  const counted = [tcp, { counter: null }, ssh];
  assert.deepEqual(canonical(counted), counted);
  const udp = [match(meta("l4proto"), "udp"), ssh];
  assert.deepEqual(canonical(udp), udp);
  const both = [
    match(meta("l4proto"), { set: ["tcp", "udp"] }),
    match(payload("th", "dport"), 53),
  ];
  assert.deepEqual(canonical(both), both);
});

Deno.test("fields side by side are in the header's order", () => {
  const sport = match(payload("tcp", "sport"), 1024);
  const ssh = match(dport, 22);
  assert.deepEqual(canonical([ssh, sport]), [sport, ssh]);
  const counted = [ssh, { counter: null }, sport];
  assert.deepEqual(canonical(counted), counted);
});

Deno.test("what is wrong is named with its rule, chain and table", () => {
  const chain = (...statements: readonly unknown[]) =>
    canonicalTables([{
      family: "ip",
      name: "filter",
      chains: [{
        name: "input",
        rules: [{ statements: [] }, { statements: statements as never }],
      }],
      sets: [],
      maps: [],
      objects: [],
      flowtables: [],
    }]);
  const place = "Cannot use rule 2 of chain input in table ip filter";
  for (
    const [statement, message] of [
      [
        match(dport, 70000),
        `${place} as tcp dport must be from 0 to 65535: current value is 70000`,
      ],
      [
        match(dport, { set: [1, "shh"] }),
        `${place} as tcp dport must be a port: current value is "shh" (nothing goes by that name; did you mean "ssh")`,
      ],
      [
        match(payload("tcp", "dprt"), 1),
        `${place}, tcp dprt: Cannot parse "dprt" as a field of tcp: there is none of that name; did you mean "dport" at offset 0`,
      ],
      [
        match(payload("ip6", "saddr"), "::1"),
        `${place} as ip6 must not be matched in a table of family ip: it sees no such packets`,
      ],
      [
        match(dport, { range: [9, 5] }),
        `${place}, tcp dport: Cannot take 9-5 for a range: its end must not be below its start`,
      ],
      [
        match({ concat: [saddr, dport] }, { set: ["10.0.0.1"] }),
        `${place}, ip saddr . tcp dport: Cannot take "10.0.0.1" for a key of 2 parts (ipv4_addr . inet_service): give as many`,
      ],
    ] as const
  ) {
    assert.throws(() => chain(statement), { name: "TypeError", message });
  }
});

/** The numbers that values cover, by brute force. */
const covered = (values: readonly Value[]): readonly number[] => {
  const all = new Set<number>();
  for (const value of values) {
    const [low, high] = typeof value === "object" && "range" in value
      ? value.range as readonly [number, number]
      : [value as number, value as number];
    for (let i = low; i <= high; i++) all.add(i);
  }
  return [...all].sort((a, b) => a - b);
};

Deno.test("merged elements cover the same numbers, apart and in order", () => {
  const element = fc.oneof(
    fc.nat(60),
    fc.tuple(fc.nat(60), fc.nat(8)).map(([low, more]) => ({
      range: [low, low + more] as const,
    })),
  );
  fc.assert(
    fc.property(fc.array(element), (given) => {
      const made = canonicalElements([dataType("inet_service")], given, {
        merge: true,
      }) as readonly Value[];
      assert.deepEqual(covered(made), covered(given));
      const ends = made.flatMap((value) =>
        typeof value === "object" && "range" in value
          ? value.range as readonly [number, number]
          : [value as number, value as number]
      );
      for (let i = 2; i < ends.length; i += 2) {
        assert.ok(ends[i]! > ends[i - 1]! + 1);
      }
    }),
    { numRuns: 300 },
  );
});
