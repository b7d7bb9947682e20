/**
 * What a caller of net.packet gets wrong is told at once, not as the result of
 * something else.
 *
 * @module
 */

import assert from "node:assert/strict";
import * as packet from "../../../lib/packet/mod.ts";

/** A value of a type that only JavaScript lets through. */
function wrong<T>(value: unknown): T {
  return value as T;
}

const { build, ipv4, udp } = packet;
const PACKET = build(ipv4({ dst: "192.0.2.1" }), udp({ dstPort: 7 }), "hello");
const PACKETS = [PACKET, PACKET];
const OCTETS = PACKET.bytes;
const [STREAM] = packet.streams(PACKETS, { protocol: "udp" }).list;

const REFUSED: readonly (readonly [
  name: string,
  message: RegExp,
  run: () => unknown,
])[] = [
  [
    "decode() a link type in lower case, which would be Ethernet",
    /Cannot decode a packet as "linktype" is no option: did you mean "linkType"\?/,
    () => packet.decode(OCTETS, wrong({ linktype: 101 })),
  ],
  [
    "decode() a time as a number",
    /'timestamp' must be a Temporal\.Instant: current value is 5/,
    () => packet.decode(OCTETS, wrong({ timestamp: 5 })),
  ],
  [
    "fuzz() a mistyped seed",
    /Cannot fuzz packets as "sed" is no option: did you mean "seed"\?/,
    () => packet.fuzz([ipv4, udp], wrong({ sed: 5 })),
  ],
  [
    "fuzz() layers one by one",
    /'parts' must be a list such as \[ipv4, udp\]/,
    () => packet.fuzz(wrong<never>(ipv4), wrong({})),
  ],
  [
    "fuzz() a count as text",
    /'count' must be a whole number/,
    () => packet.fuzz([ipv4], wrong({ count: "2" })),
  ],
  [
    "streams() the protocol alone",
    /its options must be an object: current value is "udp"/,
    () => packet.streams(PACKETS, wrong("udp")),
  ],
  [
    "streams() a mistyped protocol",
    /did you mean "protocol"\?/,
    () => packet.streams(PACKETS, wrong({ protocl: "udp" })),
  ],
  [
    "streams() octets",
    /'packets' must be a list of packets or a capture/,
    () => packet.streams(wrong<never>([OCTETS, OCTETS])),
  ],
  [
    "streams() a path",
    /'packets' must be a list of packets or a capture: current value is lab.pcap/,
    () => packet.streams(wrong<never>("lab.pcap")),
  ],
  [
    "expert() one checksum",
    /Cannot take notes as "checksum" is no option: did you mean "checksums"\?/,
    () => packet.expert(PACKETS, wrong({ checksum: "all" })),
  ],
  [
    "histogram() an interval alone",
    /Cannot make a histogram as its options must be an object: current value is 10/,
    () => packet.histogram(PACKETS, wrong(10)),
  ],
  [
    "histogram() numbers",
    /Cannot make a histogram as 'packets' must be a list of packets/,
    () => packet.histogram(wrong<never>([1, 2])),
  ],
  [
    "conversations() an option that is none",
    /Cannot count conversations as "max" is no option: maxConversations/,
    () => packet.conversations(PACKETS, "udp", wrong({ max: 5 })),
  ],
  [
    "reassemble() a mistyped timeout",
    /Cannot reassemble as "timeOut" is no option: did you mean "timeout"\?/,
    () => packet.reassemble(PACKETS, wrong({ timeOut: 5 })),
  ],
  [
    "reassembler() a number",
    /its options must be an object: current value is 5/,
    () => packet.reassembler(wrong(5)),
  ],
  [
    "fragment() an MTU alone",
    /Cannot fragment a packet as its options must be an object: current value is 576/,
    () => packet.fragment(PACKET, wrong(576)),
  ],
  [
    "fragment() a longer name of 'id'",
    /"identification" is no option/,
    () => packet.fragment(PACKET, wrong({ mtu: 576, identification: 5 })),
  ],
  [
    "follow() a mistyped format",
    /did you mean "format"\?/,
    () => packet.follow(STREAM!, wrong({ fromat: "hex" })),
  ],
  [
    "follow() a direction that is none, of which there would be no octet",
    /'direction' must be "toServer" or "toClient": current value is client/,
    () => packet.follow(STREAM!, wrong({ direction: "client" })),
  ],
  [
    "follow() a format that every object has",
    /'format' must be "text", "hex" or "raw"/,
    () => packet.follow(STREAM!, wrong({ format: "constructor" })),
  ],
  [
    "follow() all streams",
    /'stream' must be one of net\.packet\.streams\(…\)\.list/,
    () => packet.follow(wrong(packet.streams(PACKETS))),
  ],
];

for (const [name, message, run] of REFUSED) {
  Deno.test(`net.packet refuses ${name}`, () => {
    assert.throws(run, { message });
  });
}

Deno.test("decode() goes through a list, and takes its places for nothing", () => {
  const lengths = [OCTETS, OCTETS].map(wrong<(x: Uint8Array) => packet.Packet>(
    packet.decode,
  )).map(({ bytes }) => bytes.length);
  assert.deepEqual(lengths, [OCTETS.length, OCTETS.length]);
});
