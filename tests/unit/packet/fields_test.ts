import assert from "node:assert/strict";
import {
  fieldPaths,
  findField,
  nearestField,
  resolveField,
} from "../../../lib/packet/fields.ts";
import {
  build,
  decode,
  ethernet,
  ipv4,
  tcp,
  udp,
} from "../../../lib/packet/mod.ts";

const packet = build(
  ethernet({ src: "02:00:00:00:00:01" }),
  ipv4({ src: "192.0.2.1", dst: "192.0.2.2" }),
  tcp({ dstPort: 443, flags: ["SYN", "ACK"] }),
  "hello",
);

Deno.test("a path reads what the packet says", () => {
  const cases: readonly [path: string, value: unknown][] = [
    ["tcp", true],
    ["udp", false],
    ["tcp.dstPort", 443],
    ["tcp.flags.SYN", true],
    ["tcp.flags.fin", false],
    ["udp.length", undefined],
    ["udp.headerLength", undefined],
    ["ipv4.offset", 14],
    ["tcp.headerLength", 20],
    ["ethernet.src", "02:00:00:00:00:01"],
    ["frame.length", 59],
    ["frame.captured", 59],
    ["frame.linkType", 1],
    ["frame.number", 7],
    ["frame.time", undefined],
    ["frame.error", undefined],
    ["payload.length", 5],
  ];
  for (const [path, value] of cases) {
    assert.equal(resolveField(path).read(packet, 7), value, path);
  }
  assert.deepEqual(resolveField("tcp.flags").read(packet), ["SYN", "ACK"]);
  assert.equal(String(resolveField("ipv4.dst").read(packet)), "192.0.2.2");
});

Deno.test("of two layers of one name the outer one is read", () => {
  const tunnel = build(
    ipv4({ dst: "192.0.2.1" }),
    ipv4({ dst: "192.0.2.2" }),
    udp(),
  );
  assert.equal(String(resolveField("ipv4.dst").read(tunnel)), "192.0.2.1");
});

Deno.test("every path that is listed leads to what it says", () => {
  const empty = decode(new Uint8Array());
  const paths = fieldPaths();
  assert.equal(new Set(paths).size, paths.length);
  for (const path of paths) {
    const found = resolveField(path);
    assert.equal(found.path, path);
    const value = found.read(empty, 1);
    assert.ok(
      found.kind === "present" ? value === false : path.startsWith("frame.") ||
        path.startsWith("payload.") || value === undefined,
      path,
    );
  }
});

Deno.test("a flag is found in either case, all else as it is written", () => {
  assert.equal(findField("tcp.flags.syn")?.path, "tcp.flags.SYN");
  for (
    const path of [
      "TCP.seq",
      "tcp.Seq",
      "tcp.",
      "tcp.seq.",
      "tcp.seq.SYN",
      "tcp.flags.SYN.x",
      "",
      ".",
      "frame",
      "constructor",
      "tcp.toJSON",
      "__proto__.x",
    ]
  ) {
    assert.equal(findField(path), undefined, path);
  }
});

Deno.test("a path that leads to nothing is refused with the nearest", () => {
  const cases: readonly [path: string, nearest: string | undefined][] = [
    ["ip.src", "ipv4.src"],
    ["eth.dst", "ethernet.dst"],
    ["tcp.dport", "tcp.dstPort"],
    ["tcp.port", "tcp.srcPort"],
    ["udp.len", "udp.length"],
    ["tcp.flag.syn", "tcp.flags.SYN"],
    ["frame.tim", "frame.time"],
    ["frame.time_epoch", "frame.time"],
    ["tpc.seq", "tcp.seq"],
    ["ip", "ipv4"],
    ["zzzz", undefined],
    ["x".repeat(1000), undefined],
  ];
  for (const [path, nearest] of cases) {
    assert.equal(nearestField(path), nearest, path);
    assert.throws(() => resolveField(path), {
      name: "TypeError",
      message: "Cannot read a field as 'path' must be a layer, a field or a " +
        `flag: current value is ${path}` +
        (nearest === undefined ? "" : `. Did you mean ${nearest}?`),
    });
  }
});
