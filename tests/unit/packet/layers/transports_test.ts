/** SCTP, DCCP, UDP-Lite. */

import assert from "node:assert/strict";
import {
  build,
  dccp,
  ipv4,
  ipv6,
  type Packet,
  sctp,
  udplite,
} from "../../../../lib/packet/mod.ts";
import { golden, inIpv4, octets } from "./golden.ts";

const HEAD = "0b59 0b59 00000e50 00000000";
const START = {
  srcPort: 2905,
  dstPort: 2905,
  verificationTag: 0x0e50,
  checksum: 0,
};

Deno.test("sctp: data with its CRC (isup.pcap of tcpdump's tests)", () => {
  const data =
    "010001010000005400020049c583af405bd5000100a0010a02020705819084190f0a07031793339379" +
    "8008018003057c038890a61d038890a6310200643f06039300060010f4056476c328813902f4900000" +
    "0000";
  const packet = inIpv4(
    132,
    `0b590b5900000e50b0b01883 0003 0064 6ca8b1cc 0006 002a 00000003 ${data}`,
  );
  golden(packet, "sctp", {
    ...START,
    checksum: 0xb0b01883,
    chunks: [{
      kind: "data",
      reserved: 0,
      immediate: 0,
      unordered: 0,
      beginning: 1,
      ending: 1,
      tsn: 1822994892,
      streamId: 6,
      streamSequence: 42,
      payloadProtocol: 3,
      data,
    }],
  });
  // It is the checksum of before RFC 3309.
  const sum = (packet: Packet) =>
    packet.checksums.find(({ layer }) => layer === "sctp")?.ok;
  assert.equal(sum(packet), false);
  // forces3.pcap of tcpdump's tests
  assert.ok(sum(inIpv4(132, "1a30 d055 ae7164fc de15c3e5 0b00 0004")));
  assert.ok(!sum(inIpv4(132, "1a30 d055 ae7164fc de15c3e5 0b01 0004")));
});

Deno.test("sctp: an association begins (RFC 9260 §3.3.2)", () => {
  const hex = `${HEAD} 0100 0035 0000cafe 00010000 000a 000b 0000004d
    0005 0008 c0000201 000c 0008 0005 0006 c000 0004 8008 0006 c082 0000
    0007 0005 01 000000`;
  golden(inIpv4(132, hex), "sctp", {
    ...START,
    chunks: [{
      kind: "init",
      flags: 0,
      initiateTag: 0xcafe,
      window: 65536,
      outboundStreams: 10,
      inboundStreams: 11,
      initialTsn: 77,
      parameters: [
        { kind: "ipv4", address: "192.0.2.1" },
        { kind: "supportedAddressTypes", types: [5, 6] },
        { kind: "forwardTsn" },
        { kind: "supportedExtensions", types: [192, 130] },
        { kind: "stateCookie", octets: "01" },
      ],
    }],
  });
});

Deno.test("sctp: chunks behind one another, with padding between (RFC 9260 §3.3)", () => {
  golden(
    inIpv4(
      132,
      `${HEAD} 0300 0018 00000050 000004d2 0001 0001 0002 0003 0000004e
       0a00 0007 090807 00 0b00 0004
       0601 000e 000c 000a 656e6f756768 0000
       c000 000c 0000005a 0001 0002
       0901 000c 0002 0008 00000000
       4101 0006 abcd 0000`,
    ),
    "sctp",
    {
      ...START,
      chunks: [
        {
          kind: "sack",
          flags: 0,
          cumulativeTsn: 80,
          window: 1234,
          blockCount: 1,
          duplicateCount: 1,
          blocks: [{ start: 2, end: 3 }],
          duplicates: [78],
        },
        { kind: "cookieEcho", flags: 0, cookie: "090807" },
        { kind: "cookieAck", flags: 0 },
        {
          kind: "abort",
          reserved: 0,
          reflected: 1,
          causes: [{ kind: "userAbort", reason: "enough" }],
        },
        {
          kind: "forwardTsn",
          flags: 0,
          cumulativeTsn: 90,
          streams: [{ id: 1, sequence: 2 }],
        },
        {
          kind: "error",
          flags: 1,
          causes: [{ kind: "missingParameter", count: 0, types: [] }],
        },
        { kind: 65, flags: 1, octets: "abcd" },
      ],
    },
  );
});

Deno.test("sctp: chunks that cannot be keep their octets, or end the list", () => {
  const packet = (chunks: string) => inIpv4(132, `${HEAD} ${chunks}`);
  const odd = packet("0700 0006 0102 0000 0b00 0004");
  assert.deepEqual(
    odd.sctp?.chunks.map(({ kind }) => kind),
    [7, "cookieAck"],
    "a shutdown of two octets is none that is known",
  );
  assert.match(`${odd.error}`, /Cannot decode sctp: cut short/);
  assert.match(`${packet("0700 0003").error}`, /chunk of 3 octets, 4 at least/);
  const long = packet("0b00 0004 0b00 0014");
  assert.equal(long.sctp?.chunks.length, 1);
  assert.match(`${long.error}`, /needs 16 octets and has 0/);
});

Deno.test("sctp: lengths, counts, padding and the CRC are worked out", () => {
  const packet = build(
    ipv4({}),
    sctp({
      chunks: [
        { kind: "data", ending: 1, tsn: 1, data: octets("010203") },
        { kind: "sack", cumulativeTsn: 5, blocks: [{ start: 1, end: 2 }] },
        { kind: "heartbeat", parameters: [{ kind: 1, octets: octets("07") }] },
        "shutdownAck",
        { kind: 200, flags: 3, octets: octets("0102") },
      ],
    }),
  );
  assert.equal(packet.error, undefined);
  assert.equal(packet.sctp.bytes.length % 4, 0);
  assert.deepEqual(packet.sctp.chunks.map(({ kind }) => kind), [
    "data",
    "sack",
    "heartbeat",
    "shutdownAck",
    200,
  ]);
  assert.ok(packet.checksums.every(({ ok }) => ok));
  assert.throws(
    () => sctp({ chunks: [{ kind: "hello" as "cookieAck" }] }),
    /'chunks\[0\]' must have a kind of data, init/,
  );
  assert.throws(
    () => sctp({ chunks: [{ kind: "cookieAck", tsn: 1 } as never] }),
    /must have no field but/,
  );
});

Deno.test("dccp: a request (dccp_partial_csum_v4_simple.pcap of tcpdump's tests)", () => {
  golden(
    inIpv4(
      33,
      `cdbb 1389 08 00 a766 01 00 0007b8bb9240 00000000
       20 04 05 02 22 04 01 02 20 04 01 02`,
    ),
    "dccp",
    {
      srcPort: 52667,
      dstPort: 5001,
      dataOffset: 8,
      ccVal: 0,
      checksumCoverage: 0,
      checksum: 0xa766,
      reserved: 0,
      type: 0,
      extended: 1,
      reserved2: 0,
      sequenceNumber: 0x7b8bb9240,
      serviceCode: 0,
      options: [
        { kind: "changeL", feature: 5, values: "02" },
        { kind: "changeR", feature: 1, values: "02" },
        { kind: "changeL", feature: 1, values: "02" },
      ],
    },
  );
});

Deno.test("dccp: short numbers, and what only some packets have (RFC 4340 §5.1)", () => {
  golden(
    inIpv4(33, "0001 0002 05 00 0000 06 010203 00 040506 01 020000"),
    "dccp",
    {
      srcPort: 1,
      dstPort: 2,
      dataOffset: 5,
      ccVal: 0,
      checksumCoverage: 0,
      checksum: 0,
      reserved: 0,
      type: 3,
      extended: 0,
      sequenceNumber: 0x010203,
      reserved3: 0,
      acknowledgmentNumber: 0x040506,
      options: [
        { kind: "mandatory" },
        { kind: "slowReceiver" },
        { kind: "padding" },
        { kind: "padding" },
      ],
    },
  );
  assert.match(
    `${inIpv4(33, "0001 0002 02 00 0000 06 010203").error}`,
    /header of 8 octets, 9 at least/,
  );
  const packet = build(
    ipv6({ src: "::1", dst: "::2" }),
    dccp({ type: "reset", resetCode: 2, checksumCoverage: 1 }),
    "not covered",
  );
  assert.equal(packet.dccp.dataOffset, 7);
  assert.ok(packet.checksums.every(({ ok }) => ok));
});

Deno.test("udplite: the checksum covers what it says (RFC 3828 §3.1)", () => {
  golden(inIpv4(136, "0001 0002 0008 1234 abcd"), "udplite", {
    srcPort: 1,
    dstPort: 2,
    coverage: 8,
    checksum: 0x1234,
  });
  const of = (coverage: number, text: string) =>
    build(ipv4({}), udplite({ coverage }), text).udplite.checksum;
  assert.equal(of(9, "abc"), of(9, "axy"));
  assert.notEqual(of(0, "abc"), of(0, "axy"));
  assert.notEqual(of(9, "abc"), of(9, "bbc"));
  assert.match(
    `${inIpv4(136, "0001 0002 0007 1234").error}`,
    /coverage of 7 octets, 8 at least/,
  );
});
