/**
 * What a caller of `net.wire` gets wrong is told before anything is opened or
 * sent: without permissions, as here, whatever comes later is another error.
 *
 * @module
 */

import assert from "node:assert/strict";
import * as wire from "../../../lib/wire/mod.ts";
import { build } from "../../../lib/packet/build.ts";
import { ipv4 } from "../../../lib/packet/layers/ipv4.ts";
import { udp } from "../../../lib/packet/layers/udp.ts";

/** Nothing is allowed, so that a check that fails one day does no harm here. */
function barred(name: string, fn: () => void | Promise<void>): void {
  Deno.test({ name, permissions: "none", fn });
}

/** A value of a type that only JavaScript lets through. */
function wrong<T>(value: unknown): T {
  return value as T;
}

type Call = (options: never) => unknown;

const HOST = "127.0.0.1";
const packet = build(ipv4({ src: HOST, dst: HOST }), udp({ dstPort: 9 }));
const machine = wire.icmpResponder("192.0.2.1");
const subnet = "192.0.2.0/24";

/** Each tool, an option that it nearly has, and what its error must say. */
const TOOLS: readonly [string, Call, mistyped: string, meant: RegExp][] = [
  ["capture", (o) => wire.capture("lo", o), "timeout", /Try: duration/],
  ["send", (o) => wire.send("lo", packet, o), "count", /Try: times/],
  ["replay", (o) => wire.replay("lo", "x.pcap", o), "loop", /Try: times/],
  ["ask", (o) => wire.ask(packet, o), "iface", /Try: on/],
  ["answer", (o) => wire.answer("lo", machine, o).next(), "cuont", /"count"/],
  ["arping", (o) => wire.arping(HOST, o), "iface", /Try: interface/],
  ["arpScan", (o) => wire.arpScan(subnet, o), "interface", /Try: on/],
  ["portScan", (o) => wire.portScan(HOST, 9, o), "ports", /second argument/],
  ["synScan", (o) => wire.synScan(HOST, 9, o), "technique", /portScan\(/],
  ["banner", (o) => wire.banner(HOST, 9, o), "timeOut", /"timeout"/],
  ["traceroute", (o) => wire.traceroute(HOST, o), "maxTtl", /Try: maxHops/],
  ["pathMtu", (o) => wire.pathMtu(HOST, o), "iface", /Try: interface/],
  ["dhcpDiscover", (o) => wire.dhcpDiscover("lo", o), "hostname", /"hostName"/],
  ["switchPort", (o) => wire.switchPort("lo", o), "duration", /Try: timeout/],
  ["inventory", (o) => wire.inventory("lo", o), "timeout", /Try: duration/],
  ["osHints", (o) => wire.osHints(HOST, o), "port", /"ports"/],
  ["interfaces", (o) => wire.interfaces(o), "name", /signal, namespace/],
  ["dhcpServer", (o) => wire.dhcpServer(o), "gateway", /Try: router/],
  ["dnsResponder", (o) => wire.dnsResponder({}, o), "TTL", /"ttl"/],
  ["icmpResponder", (o) => wire.icmpResponder(HOST, o), "macs", /"mac"/],
];

for (const [name, call, mistyped, meant] of TOOLS) {
  barred(`${name}() refuses an option that it does not have`, async () => {
    const attempt = (options: unknown) => async () =>
      await call(wrong<never>(options));
    const error = { name: "TypeError", message: meant };
    await assert.rejects(attempt({ [mistyped]: 5 }), error);
    for (const options of [null, 5, "tcp port 80", ["x"]]) {
      await assert.rejects(attempt(options), {
        name: "TypeError",
        message: /its options must be an object/,
      });
    }
  });
}

barred("an option of another type is not taken for one", async () => {
  const calls: readonly [RegExp, () => unknown][] = [
    [
      /'promiscuous' must be true or false: current value is "no"/,
      () => wire.capture("lo", { promiscuous: wrong("no") }),
    ],
    [
      /'duration' must be a number: current value is "50"/,
      () => wire.capture("lo", { duration: wrong("50") }),
    ],
    [/'timeout'/, () => wire.ask(packet, { timeout: wrong("5") })],
    [/'filter'/, () => wire.ask(packet, { filter: wrong(5) })],
    [/'interval'/, () => wire.arping(HOST, { interval: wrong("5") })],
    [/'rate'/, () => wire.arpScan(subnet, { rate: wrong("5") })],
    [/'on' must be a text/, () => wire.arpScan(subnet, { on: wrong(5) })],
    [/'banners'/, () => wire.portScan(HOST, 9, { banners: wrong("no") })],
    [/'nudge'/, () => wire.banner(HOST, 9, { nudge: wrong(5) })],
    [/'interface'/, () => wire.pathMtu(HOST, { interface: wrong(5) })],
    [/'signal'/, () => wire.send("lo", packet, { signal: wrong(5) })],
    [/'namespace'/, () => wire.send("lo", packet, { namespace: wrong({}) })],
    [/'vendors'/, () => wire.inventory("lo", { vendors: wrong(5) })],
    [
      /'others' must be "NXDOMAIN" or "silence": current value is "refused"/,
      () => wire.dnsResponder({}, { others: wrong("refused") }),
    ],
    [
      /'reserved' must be an object/,
      () => wire.dhcpServer({ subnet, reserved: wrong(5) }),
    ],
  ];
  for (const [message, call] of calls) {
    const error = { name: "TypeError", message };
    await assert.rejects(async () => await call(), error);
  }
  for (const timeout of [-1, NaN]) {
    await assert.rejects(wire.banner(HOST, 9, { timeout }), RangeError);
  }
});

barred("what names no host or interface is said", async () => {
  for (const bad of [undefined, null, 5, {}]) {
    const host = wrong<string>(bad);
    const error = { name: "TypeError", message: /'host' must be an address/ };
    for (
      const call of [
        () => wire.banner(host, 9),
        () => wire.portScan(host, 9),
        () => wire.traceroute(host),
        () => wire.pathMtu(host),
        () => wire.osHints(host),
      ]
    ) await assert.rejects(async () => await call(), error);
  }
  // In another order: first the packet, then the interface.
  const packets = wrong<never>("lo");
  for (const iface of [undefined, 5, packet]) {
    const name = wrong<string>(iface);
    const error = { name: "TypeError", message: /must be a text: current/ };
    for (
      const call of [
        () => wire.send(name, packets),
        () => wire.replay(name, packets),
        () => wire.answer(name, machine).next(),
        () => wire.dhcpDiscover(name),
        () => wire.switchPort(name),
      ]
    ) await assert.rejects(async () => await call(), error);
  }
  for (const names of [5, {}, [5]]) {
    assert.throws(() => wire.capture(wrong<string>(names)), {
      name: "TypeError",
      message: /'interfaces' must be a text/,
    });
  }
});

barred("what cannot be sent, answered by or watched is said", async () => {
  for (const packets of [undefined, null, 5, {}, "hi"]) {
    assert.throws(() => wire.send("lo", wrong<never>(packets)), {
      name: "TypeError",
      message: /must be a Packet or a Uint8Array/,
    });
  }
  // They would listen for ever, and answer nothing.
  for (const machines of [undefined, null, 5, [], {}]) {
    await assert.rejects(wire.answer("lo", wrong<never>(machines)).next(), {
      name: "TypeError",
      message: /'machine' must be one or more/,
    });
  }
  for (const source of [undefined, "lo", {}]) {
    assert.throws(
      () => wire.watch(wrong<never>(source)),
      /'source' must be one/,
    );
  }
  assert.throws(() => wire.arpResponder(wrong<never>(5)), /'table' must be/);
  assert.throws(() => wire.dnsResponder(wrong<never>("a")), /'zone' must be/);
  assert.throws(() => wire.icmpResponder(wrong<never>(undefined)), TypeError);
});

barred("ports that are none are not taken for others", () => {
  for (const ports of [null, {}]) {
    assert.throws(() => wire.readPorts(wrong<never>(ports)), {
      name: "TypeError",
      message: /must be a number, text or a list/,
    });
  }
  // Letter by letter, and modulo 65536, they would be others.
  for (const ports of ["22", 5, [70_000], ["x"], undefined]) {
    assert.throws(() => wire.formatPorts(wrong<never>(ports)), {
      name: "TypeError",
      message: /must be a list of numbers from 0 to 65535/,
    });
  }
  assert.throws(() => wire.serviceName(wrong<never>("80")), /'port' must be/);
  assert.throws(
    () => wire.commonPorts(wrong<never>(undefined), "tcp"),
    TypeError,
  );
});

barred("a file's size is not passed over, nor a reason", async () => {
  const written = wrong<wire.RotatingOptions>({ path: "x.pcap", size: 5 });
  assert.throws(() => wire.RotatingFile.open(written, []), {
    name: "TypeError",
    message: /"size" is no option\. Try: bytes/,
  });
  const intent = { action: "ask", targets: [] };
  const why = wrong<object>({ authorized: "mine" });
  await assert.rejects(wire.authorise(intent, why), /Try: authorised/);
});
