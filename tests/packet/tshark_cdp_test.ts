/** CDP's checksum beside tshark, of which the odd octet is Cisco's own. */

import assert from "node:assert/strict";
import * as net from "../../lib/packet/mod.ts";
import { installed, pcap, run, say } from "./corpus.ts";

/** A packet that ends in some octet, of an odd or an even number of them. */
function ending(octet: number, isOdd: boolean) {
  const text = new Uint8Array(isOdd ? 3 : 4).fill(0xb7);
  text[text.length - 1] = octet;
  return net.build(
    net.ethernet({ dst: "01:00:0c:cc:cc:cc", src: "02:00:00:00:00:01" }),
    net.llc(),
    net.snap(),
    net.cdp({ tlvs: [{ kind: "deviceId", text }] }),
  );
}

Deno.test({
  name: "tshark finds CDP's checksum right, whatever the odd octet is",
  ignore: !installed("tshark"),
  async fn() {
    const packets = Array.from(
      { length: 512 },
      (_, i) => ending(i >> 1, i % 2 === 1),
    );
    const { stdout } = await run("tshark", [
      ...["-n", "-r", "-", "-T", "fields"],
      ...["-e", "cdp.checksum.status", "-e", "cdp.checksum"],
    ], pcap(1, packets));
    const lines = new TextDecoder().decode(stdout).split("\n").slice(0, -1);
    assert.equal(lines.length, packets.length);
    for (const [i, packet] of packets.entries()) {
      const { checksum } = packet.cdp!;
      const sum = `0x${checksum.toString(16).padStart(4, "0")}`;
      assert.equal(lines[i], `1\t${sum}`, `packet ${i + 1}`);
      assert.equal(packet.checksums[0]?.ok, true);
    }
    say(`${packets.length} checksums of CDP right to tshark`);
  },
});

Deno.test("a CDP packet that was changed has a wrong checksum, odd or even", () => {
  for (const octet of [0, 0x7f, 0x80, 0xff]) {
    for (const isOdd of [false, true]) {
      const bytes = ending(octet, isOdd).bytes.slice();
      bytes[bytes.length - 1]! ^= 1;
      const [report, ...more] = net.decode(bytes).checksums;
      assert.deepEqual(more, []);
      assert.equal(report?.layer, "cdp");
      assert.equal(report.ok, false);
    }
  }
});
