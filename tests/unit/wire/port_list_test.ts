import assert from "node:assert/strict";
import fc from "fast-check";
import {
  formatPorts,
  readPorts,
} from "../../../lib/wire/scanning/port_list.ts";
import {
  commonPorts,
  serviceName,
} from "../../../lib/wire/scanning/port_names.ts";

const READ: readonly (readonly [unknown, string])[] = [
  [80, "80"],
  ["80", "80"],
  ["22, 80,8000-8002", "22,80,8000-8002"],
  ["-3", "1-3"],
  ["65533-", "65533-65535"],
  ["-", "1-65535"],
  ["all", "1-65535"],
  ["ssh,HTTPS", "22,443"],
  [[1, "2-4", 4, 9], "1-4,9"],
  [new Set([7, 5]), "5,7"],
];

Deno.test("readPorts() reads numbers, ranges, services and lists of them", () => {
  for (const [given, expected] of READ) {
    const ports = readPorts(given as string);
    assert.equal(formatPorts(ports), expected, String(given));
    assert.equal(new Set(ports).size, ports.length);
  }
});

Deno.test("readPorts() knows the services of UDP apart from those of TCP", () => {
  assert.deepEqual(readPorts("snmp,ntp", "udp"), [161, 123]);
  assert.throws(() => readPorts("ntp"), /no port, range or service of TCP/);
});

Deno.test("readPorts() refuses what names no port, and says where", () => {
  for (
    const [text, offset] of [
      ["", 0],
      ["22,", 3],
      ["22,nonsense", 3],
      ["80-22", 0],
      ["1, 65536", 3],
      ["0", 0],
      ["1-2-3", 0],
      ["constructor", 0],
      ["1e3", 0],
    ] as const
  ) assert.throws(() => readPorts(text), { name: "ParseError", offset }, text);
  for (const bad of [0, -1, 1.5, NaN, 65_536, [], [22, 70_000], [{}]]) {
    assert.throws(() => readPorts(bad as number), RangeError, String(bad));
  }
});

Deno.test("readPorts() reads back what formatPorts() writes", () => {
  const ports = fc.uniqueArray(fc.integer({ min: 1, max: 0xffff }), {
    minLength: 1,
  });
  fc.assert(fc.property(ports, (list) => {
    assert.deepEqual(
      readPorts(formatPorts(list)),
      list.toSorted((a, b) => a - b),
    );
  }));
});

Deno.test("the common ports are as many as asked for, the most common first, of both carriers", () => {
  for (const protocol of ["tcp", "udp"] as const) {
    for (const count of [10, 100, 1000]) {
      const ports = commonPorts(count, protocol);
      assert.equal(new Set(ports).size, count);
      assert.ok(ports.every((port) => port >= 1 && port <= 0xffff));
    }
    assert.deepEqual(readPorts("top", protocol), commonPorts(100, protocol));
    assert.equal(readPorts("top1000", protocol).length, 1000);
  }
  for (const port of [22, 80, 443, 445, 3389]) {
    assert.ok(commonPorts(20, "tcp").includes(port));
  }
  assert.equal(serviceName(53, "udp"), "domain");
});
