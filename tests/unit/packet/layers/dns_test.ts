/** DNS, multicast DNS and LLMNR: messages, names, records. */

import assert from "node:assert/strict";
import {
  build,
  decode,
  dns,
  dnsTcp,
  ipv4,
  mdns,
  tcp,
  udp,
} from "../../../../lib/packet/mod.ts";
import { Cursor, Sink } from "../../../../lib/packet/format.ts";
import {
  domainName,
  readName,
} from "../../../../lib/packet/layers/dns/name.ts";
import { resourceRecord } from "../../../../lib/packet/layers/dns/record.ts";
import { golden, inUdp, octets } from "./golden.ts";

const header = (counts: string) => `1234 8180 ${counts}`;

/** One answer of a type, with its data. */
function answer(type: string, data: string) {
  const length = octets(data).length.toString(16).padStart(4, "0");
  return inUdp(
    53,
    `${
      header("0000 0001 0000 0000")
    } 00 ${type} 0001 0000003c ${length} ${data}`,
  );
}

/** The record of such an answer as JSON, and as a line of a zone file. */
function record(type: string, data: string) {
  const packet = answer(type, data);
  assert.equal(packet.error, undefined);
  const [one] = packet.dns!.answers;
  const built = build(ipv4({}), udp({ dstPort: 53 }), dns({ answers: [one!] }));
  assert.equal(
    built.bytes.subarray(28 + 12).toHex(),
    packet.dns!.bytes.subarray(12).toHex(),
    "written again it is the same",
  );
  const json = JSON.parse(JSON.stringify(packet.dns)).answers[0];
  return {
    data: json.data,
    text: resourceRecord(false).text(one!).replace(/^\. 60 IN /, ""),
  };
}

Deno.test("dns: an answer whose names are compressed (dns_udp.pcap)", () => {
  const packet = inUdp(
    53,
    `5934 8500 0001 0002 0002 0005
     03777777 0774637064756d70 036f7267 00 0001 0001
     c00c 0001 0001 0000003c 0004 c08b2e42
     c00c 0001 0001 0000003c 0004 c6c75868
     c010 0002 0001 00015180 0012 03736e73 08636f6f7065726978 036e6574 00
     c010 0002 0001 00015180 0012 036e6963 0973616e64656c6d616e 026361 00
     c06b 0001 0001 0000012c 0004 d157f912
     c06b 001c 0001 0000012c 0010 2607f0b0000f000000000000babef00d
     c04d 0001 0001 00001c20 0004 616b850f
     c04d 001c 0001 00001c20 0010 26003c0300000000f03c91fffe96e8ef
     00 0029 1000 00 00 0000 0000`,
  );
  const address = (name: string, ttl: number, type: string, data: string) => ({
    name,
    type,
    class: "IN",
    ttl,
    data,
  });
  const view = golden(packet, "dns", {
    id: 0x5934,
    qr: 1,
    opcode: 0,
    flags: ["RD", "AA"],
    rcode: 0,
    questionCount: 1,
    answerCount: 2,
    authorityCount: 2,
    additionalCount: 5,
    questions: [{ name: "www.tcpdump.org", type: "A", class: "IN" }],
    answers: [
      address("www.tcpdump.org", 60, "A", "192.139.46.66"),
      address("www.tcpdump.org", 60, "A", "198.199.88.104"),
    ],
    authorities: [
      address("tcpdump.org", 86400, "NS", "sns.cooperix.net"),
      address("tcpdump.org", 86400, "NS", "nic.sandelman.ca"),
    ],
    additionals: [
      address("nic.sandelman.ca", 300, "A", "209.87.249.18"),
      address("nic.sandelman.ca", 300, "AAAA", "2607:f0b0:f::babe:f00d"),
      address("sns.cooperix.net", 7200, "A", "97.107.133.15"),
      address(
        "sns.cooperix.net",
        7200,
        "AAAA",
        "2600:3c03::f03c:91ff:fe96:e8ef",
      ),
      {
        name: ".",
        type: "OPT",
        udpPayloadSize: 4096,
        extendedRcode: 0,
        version: 0,
        flags: [],
        reserved: 0,
        options: [],
      },
    ],
  });
  assert.equal(
    `${view}`,
    "dns A www.tcpdump.org = A 192.139.46.66, A 198.199.88.104",
  );
});

Deno.test("dns: names point at names before them (RFC 1035 §4.1.4)", () => {
  // F.ISI.ARPA at 20, FOO.F.ISI.ARPA at 40, ARPA at 64, the root at 92.
  const message = new Uint8Array(93);
  message.set(octets("0146 03495349 0441525041 00"), 20);
  message.set(octets("03464f4f c014"), 40);
  message.set(octets("c01a"), 64);
  const read = (at: number) => {
    const cursor = new Cursor(message, at, message.length, 0);
    return [domainName().read(cursor), cursor.at];
  };
  assert.deepEqual(
    [20, 40, 64, 92].map(read),
    [["F.ISI.ARPA", 32], ["FOO.F.ISI.ARPA", 46], ["ARPA", 66], [".", 93]],
  );
});

Deno.test("dns: names that cannot be are refused, and none makes a loop", () => {
  const long = `${"3f".padEnd(128, "61")}`.repeat(4);
  const table: readonly [hex: string, at: number, reason: string][] = [
    ["c000", 0, "pointer that does not go back"],
    ["c004 0000 c000", 4, "pointer that does not go back"],
    ["0161 c000", 0, "pointer that does not go back"],
    ["0161 c002", 0, "pointer that does not go back"],
    ["03616263 c000", 4, "name that runs into its own pointer"],
    ["40", 0, "label of type 1"],
    ["8000", 0, "label of type 2"],
    ["0461", 0, "cut short"],
    ["c0", 0, "cut short"],
    [`${long} 00`, 0, "name of more than 255 octets"],
    [
      // Pointers that each point at the one before.
      `00${
        Array.from(
          { length: 300 },
          (_, i) => (0xc000 + Math.max(0, i * 2 - 1)).toString(16),
        ).join("")
      }`,
      599,
      "pointer after pointer",
    ],
  ];
  for (const [hex, at, reason] of table) {
    const message = octets(hex);
    const cursor = new Cursor(message, at, message.length, 0);
    assert.throws(() => readName(cursor, 0), { reason }, hex.slice(0, 40));
  }
});

Deno.test("dns: octets that are no letters are escaped (RFC 1035 §5.1, RFC 4343 §2.1)", () => {
  const table: readonly [text: string, hex: string][] = [
    ["a\\.b.ch", "03612e62 026368 00"],
    ["\\\\.ch", "015c 026368 00"],
    ["B\\195\\188ro\\032x", "0742c3bc726f2078 00"],
    ["\\000.\\255", "0100 01ff 00"],
    [".", "00"],
  ];
  for (const [text, hex] of table) {
    const wire = octets(hex);
    const format = domainName();
    assert.equal(format.read(new Cursor(wire, 0, wire.length)), text);
    const sink = new Sink("dns");
    format.write(sink, text);
    assert.equal(sink.from(0).toHex(), wire.toHex());
  }
  const sink = new Sink("dns");
  domainName().write(sink, "Büro.ch.");
  assert.equal(sink.from(0).toHex(), octets("0542c3bc726f 026368 00").toHex());
  for (
    const wrong of [
      "a..b",
      ".a",
      "\\",
      "\\256",
      "a".repeat(64),
      "a.".repeat(128),
    ]
  ) {
    assert.throws(
      () => dns({ questions: [{ name: wrong }] }),
      /^\w+Error: Cannot build dns as 'questions\[0\]\.name' must /,
      wrong,
    );
  }
});

Deno.test("dns: each type of record has its fields, and reads as in a zone file", () => {
  const table: readonly [
    type: string,
    hex: string,
    data: unknown,
    text: string,
  ][] = [
    ["0001", "c0000201", "192.0.2.1", "A 192.0.2.1"],
    ["000f", "000a 026d78 00", { preference: 10, exchange: "mx" }, "MX 10 mx"],
    ["0010", "026869 0122", ["hi", '"'], 'TXT "hi" "\\""'],
    ["0010", "02fffe", ["fffe"], 'TXT "\\255\\254"'],
    [
      "0006",
      "016d 00 0172 00 00000001 00000002 00000003 00000004 00000005",
      {
        mname: "m",
        rname: "r",
        serial: 1,
        refresh: 2,
        retry: 3,
        expire: 4,
        minimum: 5,
      },
      "SOA m r 1 2 3 4 5",
    ],
    [
      "0021",
      "0001 0002 01bb 0173 00",
      { priority: 1, weight: 2, port: 443, target: "s" },
      "SRV 1 2 443 s",
    ],
    // RFC 3403 §4.1: the regular expression is not escaped on the wire.
    [
      "0023",
      "0064 000a 00 00 04 215c3121 00",
      {
        order: 100,
        preference: 10,
        flags: "",
        services: "",
        regexp: "!\\1!",
        replacement: ".",
      },
      'NAPTR 100 10 "" "" "!\\\\1!" .',
    ],
    // RFC 1876 §4: cambridge-net.kei.com, 42 21 54 N 71 06 18 W -24m 30m.
    [
      "001d",
      "00 33 16 13 89172dd0 70be15f0 00988d20",
      {
        version: 0,
        size: 3000,
        horizontalPrecision: 1_000_000,
        verticalPrecision: 1000,
        latitude: 42.365,
        longitude: -71.105,
        altitude: 9_997_600,
      },
      "LOC 0 30m 10000m 10m 42 21 54.000 N 71 6 18.000 W 9997600",
    ],
    // RFC 4034 §5.4
    [
      "002b",
      "ec45 05 01 2bb183af5f22588179a53b0a98631fad1a292118",
      {
        keyTag: 60485,
        algorithm: 5,
        digestType: 1,
        digest: "2bb183af5f22588179a53b0a98631fad1a292118",
      },
      "DS 60485 5 1 2BB183AF5F22588179A53B0A98631FAD1A292118",
    ],
    // RFC 4034 §4.3: A MX RRSIG NSEC TYPE1234.
    [
      "002f",
      `04686f7374 07657861 6d706c65 03636f6d 00
       0006 400100000003 041b ${"00".repeat(26)} 20`,
      {
        nextDomainName: "host.example.com",
        types: ["A", "MX", "RRSIG", "NSEC", "TYPE1234"],
      },
      "NSEC host.example.com A MX RRSIG NSEC TYPE1234",
    ],
    // RFC 5155 appendix A: example. 3600 NSEC3PARAM 1 0 12 aabbccdd.
    [
      "0033",
      "01 00 000c 04 aabbccdd",
      { hashAlgorithm: 1, flags: 0, iterations: 12, salt: "aabbccdd" },
      "NSEC3PARAM 1 0 12 AABBCCDD",
    ],
    // RFC 5155 appendix A, the hash of "example".
    [
      "0032",
      "01 01 000c 04 aabbccdd 14 065368abeed7ec6e9feba96b8c8bc3e8b791f716 0001 40",
      {
        hashAlgorithm: 1,
        flags: 1,
        iterations: 12,
        salt: "aabbccdd",
        nextHashedOwnerName: "065368abeed7ec6e9feba96b8c8bc3e8b791f716",
        types: ["A"],
      },
      "NSEC3 1 1 12 AABBCCDD 0P9MHAVEQVM6T7VBL5LOP2U3T2RP3TOM A",
    ],
    // RFC 9460 appendix D.2, figure 9 (alpn and hints follow the same way).
    [
      "0041",
      `0010 03666f6f 07657861 6d706c65 036f7267 00
       0001 0003 026832 0003 0002 0035 0004 0004 c0000201`,
      {
        priority: 16,
        targetName: "foo.example.org",
        parameters: [
          { kind: "alpn", protocols: ["h2"] },
          { kind: "port", port: 53 },
          { kind: "ipv4hint", addresses: ["192.0.2.1"] },
        ],
      },
      "HTTPS 16 foo.example.org alpn=h2 port=53 ipv4hint=192.0.2.1",
    ],
    [
      "0101",
      "80 05 6973737565 63612e6578616d706c65",
      { flags: 128, tag: "issue", value: "ca.example" },
      'CAA 128 "issue" "ca.example"',
    ],
    ["006c", "00005e005301", "00:00:5e:00:53:01", "EUI48 00:00:5e:00:53:01"],
    ["ff00", "0a000001", "0a000001", "TYPE65280 \\# 4 0a000001"],
  ];
  for (const [type, hex, data, text] of table) {
    assert.deepEqual(record(type, hex), { data, text });
  }
});

Deno.test("dns: data that no record of its type can have stay octets, and are said", () => {
  const packet = answer("0001", "0a00000105");
  assert.deepEqual(JSON.parse(JSON.stringify(packet.dns)).answers, [
    { name: ".", type: "TYPE1", class: "IN", ttl: 60, data: "0a00000105" },
  ]);
  assert.equal(
    packet.error?.message,
    "Cannot decode dns: A record with 1 octets too many at octet 55",
  );
  assert.match(answer("0001", "0a").error!.message, /cut short at octet 51/);
  // An update deletes records of a type with no data (RFC 2136 §2.5.2).
  const update = inUdp(
    53,
    `${header("0000 0001 0000 0000")} 00 0001 00ff 00000000 0000`,
  );
  assert.equal(update.error, undefined);
});

Deno.test("dns: a message that is cut has the records before the cut", () => {
  const packet = inUdp(
    53,
    `${
      header("0000 0002 0000 0000")
    } 00 0001 0001 0000003c 0004 c0000201 00 0001`,
  );
  assert.equal(packet.dns?.answers.length, 1);
  assert.equal(packet.error?.code, "truncated");
});

Deno.test("dns: options of EDNS (RFC 6891 §6.1)", () => {
  const packet = inUdp(
    53,
    `1234 0100 0000 0000 0000 0001 00 0029 04d0 01 00 8000 0038
     0008 0007 0001 18 00 c00002
     000a 0008 0102030405060708
     000f 0008 0012 66696c746572
     000b 0000
     000c 0002 0000
     0003 0002 6e73
     fde9 0001 07`,
  );
  assert.deepEqual(JSON.parse(JSON.stringify(packet.dns)).additionals, [{
    name: ".",
    type: "OPT",
    udpPayloadSize: 1232,
    extendedRcode: 1,
    version: 0,
    flags: ["DO"],
    reserved: 0,
    options: [
      {
        kind: "clientSubnet",
        family: 1,
        sourcePrefixLength: 24,
        scopePrefixLength: 0,
        address: "192.0.2.0",
      },
      { kind: "cookie", client: "0102030405060708", server: "" },
      { kind: "extendedError", infoCode: 18, extraText: "filter" },
      { kind: "tcpKeepalive" },
      { kind: "padding", octets: "0000" },
      { kind: "nsid", id: "6e73" },
      { kind: 65001, octets: "07" },
    ],
  }]);
  const { additionals } = packet.dns!;
  const again = build(
    ipv4({}),
    udp({ dstPort: 53 }),
    dns({ id: 0x1234, flags: ["RD"], additionals }),
  );
  assert.equal(again.dns.bytes.toHex(), packet.dns!.bytes.toHex());
});

Deno.test("dns: what is built is compressed, counted, and has what is usual", () => {
  const packet = build(
    ipv4({ src: "192.0.2.1", dst: "192.0.2.53" }),
    udp({ srcPort: 5353 }),
    dns({
      id: 1,
      qr: "response",
      questions: [{ name: "a.example.com" }],
      answers: [
        { name: "a.example.com", type: "CNAME", data: "b.example.com" },
        { name: "b.example.com", type: "AAAA", ttl: 5, data: "2001:db8::1" },
        {
          name: "_x._tcp.example.com",
          type: "SRV",
          data: { port: 80, target: "b.example.com" },
        },
        { name: "a.example.com", type: "TYPE65000", data: Uint8Array.of(1) },
      ],
    }),
  );
  assert.equal(packet.udp.dstPort, 53);
  assert.deepEqual([packet.dns.questionCount, packet.dns.answerCount], [1, 4]);
  assert.deepEqual(packet.dns.questions, [
    { name: "a.example.com", type: "A", class: "IN" },
  ]);
  assert.equal(
    packet.dns.bytes.subarray(12).toHex(),
    octets(
      `0161 07657861 6d706c65 03636f6d 00 0001 0001
       c00c 0005 0001 00000000 0004 0162 c00e
       c02b 001c 0001 00000005 0010 20010db8000000000000000000000001
       025f78 045f746370 c00e 0021 0001 00000000
         0015 0000 0000 0050 0162 07657861 6d706c65 03636f6d 00
       c00c fde8 0001 00000000 0001 01`,
    ).toHex(),
    "the target of SRV is not compressed (RFC 3597 §4)",
  );
  assert.equal(packet.error, undefined);
  assert.throws(
    () => dns({ answers: [{ name: "a", type: "A", data: "::1" }] }),
    /Cannot build dns as 'answers\[0\]\.data' must be an IPv4 address/,
  );
});

Deno.test("dnsTcp: the length comes first (RFC 1035 §4.2.2)", () => {
  const query = dns({ id: 7, questions: [{ name: "ch", type: "NS" }] });
  const packet = build(ipv4({}), tcp({ srcPort: 1024 }), dnsTcp(), query);
  assert.equal(packet.tcp.dstPort, 53);
  assert.equal(packet.dnsTcp.length, 20);
  const read = decode(packet.bytes, { linkType: 228 });
  assert.equal(`${read.dns}`, "dns NS? ch");
  // The start of a segment may be in the midst of a message.
  const part = build(ipv4({}), tcp({ dstPort: 53 }), Uint8Array.of(0, 3, 1));
  assert.deepEqual([part.dnsTcp, part.error], [undefined, undefined]);
});

Deno.test("mdns: classes have a bit of their own (RFC 6762 §5.4 and §10.2)", () => {
  const packet = inUdp(
    5353,
    `0000 8400 0001 0001 0000 0000
     0161 056c6f63616c 00 0001 8001
     c00c 0021 8001 00000078 0008 0000 0000 0050 c00c`,
  );
  const view = golden(packet, "mdns", {
    id: 0,
    qr: 1,
    opcode: 0,
    flags: ["AA"],
    rcode: 0,
    questionCount: 1,
    answerCount: 1,
    authorityCount: 0,
    additionalCount: 0,
    questions: [{
      name: "a.local",
      type: "A",
      unicastResponse: 1,
      class: "IN",
    }],
    answers: [{
      name: "a.local",
      type: "SRV",
      cacheFlush: 1,
      class: "IN",
      ttl: 120,
      data: { priority: 0, weight: 0, port: 80, target: "a.local" },
    }],
    authorities: [],
    additionals: [],
  });
  assert.equal(`${view}`, "mdns A a.local = SRV");
  assert.throws(
    () => mdns({ questions: [{ name: "a", class: 0x8001 }] }),
    /'questions\[0\]\.class' must be up to 32767/,
  );
});

Deno.test("llmnr: its flags are others (RFC 4795 §2.1.1)", () => {
  const packet = inUdp(5355, "0001 8500 0001 0000 0000 0000 0161 00 0001 0001");
  golden(packet, "llmnr", {
    id: 1,
    qr: 1,
    opcode: 0,
    flags: ["T", "C"],
    reserved: 0,
    rcode: 0,
    questionCount: 1,
    answerCount: 0,
    authorityCount: 0,
    additionalCount: 0,
    questions: [{ name: "a", type: "A", class: "IN" }],
    answers: [],
    authorities: [],
    additionals: [],
  });
});
