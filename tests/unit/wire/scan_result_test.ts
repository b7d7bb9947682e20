import assert from "node:assert/strict";
import { internetChecksum, onesSum } from "../../../lib/bytes/checksum.ts";
import { parse } from "../../../lib/ip/address.ts";
import { decode } from "../../../lib/packet/packet.ts";
import { Probe } from "../../../lib/wire/scanning/probe.ts";
import {
  PortScan,
  ScannedHost,
} from "../../../lib/wire/scanning/scan_result.ts";
import { ANSWERS, TECHNIQUES } from "../../../lib/wire/scanning/techniques.ts";
import { udpProbe } from "../../../lib/wire/scanning/udp_probes.ts";

const place = (answer: typeof ANSWERS[number]) => ANSWERS.indexOf(answer);

Deno.test("a scan shows open ports each, and of the rest how many", () => {
  const ports = [443, ...Array.from({ length: 60 }, (_, i) => i + 21)];
  const answers = Uint8Array.from(
    ports,
    (port) =>
      place(
        port === 22 || port === 443
          ? "syn-ack"
          : port === 25
          ? "no-answer"
          : "reset",
      ),
  );
  const host = new ScannedHost({
    host: parse("192.0.2.1"),
    name: "router.example",
    technique: "syn",
    ports,
    answers,
    banners: new Map([[22, "SSH-2.0-x"]]),
  });
  const scan = new PortScan({
    technique: "syn",
    hosts: [host],
    ports: ports.length,
    probes: 62,
    ms: 1234,
  });
  assert.equal(
    Deno.inspect(scan),
    `SYN scan of 61 TCP ports: 2 open, 62 probes in 1.23 s
router.example (192.0.2.1) not shown: 58 closed
port     state     service  reason     banner
───────  ────────  ───────  ─────────  ─────────
22/tcp   open      ssh      syn-ack    SSH-2.0-x
25/tcp   filtered  smtp     no-answer
443/tcp  open      https    syn-ack`,
  );
  assert.deepEqual(scan.counts, { open: 2, closed: 58, filtered: 1 });
  assert.equal(scan.state(1), undefined);
  const json = JSON.parse(JSON.stringify(scan));
  assert.equal(json.hosts[0].filtered, "25");
  assert.equal(json.hosts[0].open[0].banner, "SSH-2.0-x");
});

Deno.test("a host that is down says why", () => {
  const host = new ScannedHost({
    host: parse("192.0.2.1"),
    down: "is down",
    technique: "syn",
    ports: [1],
    answers: new Uint8Array(1),
  });
  assert.equal(Deno.inspect(host), "192.0.2.1 is down");
});

Deno.test("a probe has right checksums for whatever ports it is aimed at", () => {
  for (
    const [source, target] of [["10.0.0.1", "10.0.0.2"], [
      "fd00::1",
      "fd00::2",
    ]] as const
  ) {
    for (const technique of Object.values(TECHNIQUES)) {
      for (const payload of [new Uint8Array(0), udpProbe(161), udpProbe(53)]) {
        const isTcp = technique.protocol === "tcp";
        if (isTcp && payload.length > 0) continue;
        const way = { source: parse(source) } as ConstructorParameters<
          typeof Probe
        >[0]["way"];
        const address = parse(target);
        const probe = new Probe(
          { address, way, mac: undefined },
          { technique, port: 61_000, sequence: 0xdeadbeef },
          payload,
        );
        for (
          const [from, to] of [[61_000, 80], [61_009, 65_535], [61_004, 1]]
        ) {
          probe.aim(from!, to!);
          const { octets } = probe;
          const at = address.family === 4 ? 20 : 40;
          const pseudo = Uint8Array.of(
            0,
            isTcp ? 6 : 17,
            0,
            octets.length - at,
          );
          const addresses = octets.subarray(at - 2 * address.bits / 8, at);
          const sum = onesSum(pseudo, onesSum(addresses));
          assert.equal(internetChecksum(octets.subarray(at), sum), 0);
          if (address.family === 4) {
            assert.equal(internetChecksum(octets.subarray(0, 20)), 0);
          }
          const packet = decode(octets, { linkType: 101 });
          assert.equal(packet.error, undefined);
          const header = isTcp ? packet.tcp : packet.udp;
          assert.deepEqual([header?.srcPort, header?.dstPort], [from, to]);
        }
      }
    }
  }
});

Deno.test("what is said to UDP services is what their protocols take for a question", () => {
  const ask = (port: number) => {
    const way = { source: parse("10.0.0.1") } as ConstructorParameters<
      typeof Probe
    >[0]["way"];
    const probe = new Probe(
      { address: parse("10.0.0.2"), way, mac: undefined },
      { technique: TECHNIQUES.udp, port: 61_000, sequence: 1 },
      udpProbe(port),
    );
    probe.aim(61_000, port);
    return decode(probe.octets, { linkType: 101 }).show();
  };
  assert.match(ask(53), /dns/i);
  assert.match(ask(123), /ntp/i);
  assert.equal(udpProbe(4).length, 0);
});
