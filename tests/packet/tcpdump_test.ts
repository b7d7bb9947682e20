/** Capture files against tcpdump: as many packets, and the same ones. */

import assert from "node:assert/strict";
import { open } from "../../lib/pcap/mod.ts";
import { captures, each, installed, run } from "./corpus.ts";

const ignore = captures.length === 0 || !installed("tcpdump");

Deno.test({
  name: "count() counts what tcpdump --count counts",
  ignore,
  async fn() {
    let compared = 0;
    await each(captures, 4, async ({ name, path }) => {
      const capture = await open(path);
      const { stdout, stderr } = await run("tcpdump", [
        "-r",
        path,
        "--count",
      ]);
      const said = /^(\d+) packets?$/m.exec(new TextDecoder().decode(stdout));
      assert.ok(said, `${name}: ${stderr}`);
      assert.equal(await capture.count(), Number(said[1]), name);
      compared++;
    });
    assert.ok(compared > 400, `${compared} captures compared`);
  },
});

/**
 * Captures with packets longer than their snap length. tcpdump cuts them to it,
 * though the octets are there; tshark keeps them, and so do we.
 */
const BEYOND_SNAP_LENGTH = [
  "802_15_4-data.pcap",
  "802_15_4-oobr-2.pcap",
  "802_15_4_beacon.pcap",
  "bgp-bgp_capabilities_print-oobr-1.pcap",
  "bgp_mp_reach_nlri-oobr.pcap",
  "cfm_sender_id-oobr.pcap",
  "dccp_options-oobr.pcap",
  "extract_read2_asan.pcap",
  "icmp-icmp_print-oobr-2.pcap",
  "icmp6_nodeinfo_oobr.pcap",
  "ieee802.11_meshhdr-oobr.pcap",
  "ldp_tlv_print-oobr.pcap",
  "mobility_opt_asan_3.pcap",
  "mobility_opt_asan_4.pcap",
  "ospf6_print_lshdr-oobr.pcap",
  "pim-packet-assortment.pcap",
  "q933-heapoverflow-2.pcap",
  "vrrp-vrrp_print-oobr-2.pcap",
];

Deno.test({
  name: "times, lengths and octets of all packets are those of tcpdump -w",
  ignore,
  async fn() {
    const beyond = new Set<string>();
    let compared = 0;
    await each(captures, 4, async ({ name, path }) => {
      const capture = await open(path);
      const precision = "--time-stamp-precision=nano";
      const args = ["-r", path, precision, "-w", "-"];
      const { stdout } = await run("tcpdump", args);
      // tcpdump writes in this machine's order, here taken to be little-endian.
      const theirs = new DataView(stdout.buffer, stdout.byteOffset);
      assert.equal(theirs.getUint32(0, true), 0xa1b23c4d, name);
      assert.equal(theirs.getUint16(20, true), capture.linkType, name);
      let at = 24;
      let number = 0;
      for await (const packet of capture) {
        const where = `${name}, packet ${++number}`;
        const seconds = BigInt(theirs.getUint32(at, true));
        const nanoseconds = BigInt(theirs.getUint32(at + 4, true));
        const captured = theirs.getUint32(at + 8, true);
        const length = theirs.getUint32(at + 12, true);
        const octets = stdout.subarray(at + 16, at + 16 + captured);
        const ours: Uint8Array = packet.bytes;
        // More than a second's worth of microseconds is carried by us; tcpdump
        // writes on what 32 bits hold of it.
        const fraction = packet.timestamp!.epochNanoseconds -
          seconds * 1_000_000_000n;
        assert.equal(BigInt.asUintN(32, fraction), nanoseconds, where);
        assert.equal(packet.length, length, where);
        if (ours.length > captured && captured === capture.snapLength) {
          beyond.add(name);
          assert.equal(ours.subarray(0, captured).toHex(), octets.toHex());
        } else {
          assert.equal(ours.toHex(), octets.toHex(), where);
        }
        at += 16 + captured;
        compared++;
      }
      assert.equal(at, stdout.length, name);
    });
    assert.deepEqual([...beyond].sort(), BEYOND_SNAP_LENGTH);
    assert.ok(compared > 6000, `${compared} packets compared`);
  },
});
