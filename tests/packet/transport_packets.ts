/** Headers of SCTP, DCCP and UDP-Lite, for tshark to read. */

import { dccp, sctp, udplite } from "../../lib/packet/mod.ts";

/** What the ends of an association say to one another. */
export const associations = [
  sctp({
    srcPort: 5000,
    dstPort: 5001,
    chunks: [{
      kind: "init",
      initiateTag: 0xcafe,
      window: 65536,
      outboundStreams: 10,
      inboundStreams: 11,
      initialTsn: 77,
      parameters: [
        { kind: "ipv4", address: "192.0.2.1" },
        { kind: "ipv6", address: "2001:db8::1" },
        { kind: "supportedAddressTypes", types: [5, 6] },
        { kind: "supportedExtensions", types: [192, 130, 193] },
        "forwardTsn",
        { kind: "adaptation", code: 0x12345678 },
      ],
    }],
  }),
  sctp({
    srcPort: 5000,
    dstPort: 5001,
    verificationTag: 0xcafe,
    chunks: [
      {
        kind: "sack",
        cumulativeTsn: 80,
        window: 1234,
        blocks: [{ start: 2, end: 3 }, { start: 5, end: 9 }],
        duplicates: [78, 79],
      },
      {
        kind: "data",
        beginning: 1,
        ending: 1,
        tsn: 81,
        streamId: 3,
        streamSequence: 4,
        payloadProtocol: 46,
        data: Uint8Array.of(1, 2, 3, 4, 5),
      },
      {
        kind: "forwardTsn",
        cumulativeTsn: 90,
        streams: [{ id: 1, sequence: 2 }],
      },
    ],
  }),
  sctp({
    chunks: [
      {
        kind: "heartbeat",
        parameters: [{ kind: "heartbeatInfo", octets: Uint8Array.of(1, 2, 3) }],
      },
      { kind: "shutdown", cumulativeTsn: 91 },
      { kind: "cookieEcho", cookie: Uint8Array.of(9, 8, 7) },
      "cookieAck",
    ],
  }),
  sctp({
    chunks: [{
      kind: "abort",
      reflected: 1,
      causes: [{ kind: "userAbort", reason: "enough" }],
    }],
  }),
];

/** Headers with a payload. */
export const datagrams = [
  dccp({
    srcPort: 40000,
    dstPort: 5001,
    type: "response",
    sequenceNumber: 0x123456789abc,
    acknowledgmentNumber: 0x123456789abd,
    serviceCode: 0x64697363,
    options: [
      { kind: "changeL", feature: 1, values: Uint8Array.of(2) },
      { kind: "timestamp", time: 99 },
      "mandatory",
      { kind: "changeR", feature: 2, values: Uint8Array.of(3) },
    ],
  }),
  dccp({
    srcPort: 40000,
    dstPort: 5001,
    type: "reset",
    checksumCoverage: 1,
    resetCode: 2,
    resetData: Uint8Array.of(5, 6, 7),
  }),
  udplite({ srcPort: 40000, dstPort: 40001, coverage: 9 }),
  udplite({ srcPort: 40000, dstPort: 40001 }),
];
