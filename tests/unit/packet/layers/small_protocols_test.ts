/** NTP, RADIUS, TFTP and syslog. */

import assert from "node:assert/strict";
import {
  build,
  ipv4,
  ntp,
  ntpTime,
  radius,
  syslog,
  tftp,
  udp,
} from "../../../../lib/packet/mod.ts";
import { golden, inUdp } from "./golden.ts";

Deno.test("ntp: a server's answer (ntp-time.pcap)", () => {
  const packet = inUdp(
    123,
    `24 02 08 e8 00000015 00000952 84c707c9 dd47fb3a567637c0
     dd47fff4edb0ccbc dd47fff4ee0f4743 dd47fff4ee1119cf`,
  );
  const view = golden(packet, "ntp", {
    leap: 0,
    version: 4,
    mode: 4,
    stratum: 2,
    poll: 8,
    precision: -24,
    rootDelay: 21 / 65_536,
    rootDispersion: 0x952 / 65_536,
    referenceId: "132.199.7.201",
    referenceTimestamp: `${0xdd47fb3a567637c0n}`,
    originTimestamp: `${0xdd47fff4edb0ccbcn}`,
    receiveTimestamp: `${0xdd47fff4ee0f4743n}`,
    transmitTimestamp: `${0xdd47fff4ee1119cfn}`,
    extensions: [],
  });
  assert.equal(
    `${view}`,
    "ntp v4 server stratum 2 2017-08-23T13:21:56.929948438Z",
  );
});

Deno.test("ntp: times before 1968 are after 2036 (RFC 4330 §3)", () => {
  assert.equal(ntpTime(0n), undefined);
  assert.equal(`${ntpTime(1n << 63n)}`, "1968-01-20T03:14:08Z");
  assert.equal(`${ntpTime(1n << 32n)}`, "2036-02-07T06:28:17Z");
});

Deno.test("ntp: letters name a clock, extension fields and a digest follow", () => {
  const packet = inUdp(
    123,
    `e3 00 06 ec ${"00".repeat(8)} 52415445 ${"00".repeat(32)}
     0104 0010 ${"11".repeat(12)} 00000001 ${"22".repeat(16)}`,
  );
  assert.equal(packet.error, undefined);
  assert.equal(packet.ntp?.referenceId, "RATE");
  assert.equal(packet.ntp?.extensions?.[0]?.kind, "uniqueIdentifier");
  assert.deepEqual(packet.ntp?.mac, {
    keyId: 1,
    digest: new Uint8Array(16).fill(0x22),
  });
  const wrong = inUdp(
    123,
    `23 ${"00".repeat(47)} 0104 0003 ${"00".repeat(24)}`,
  );
  assert.match(wrong.error!.message, /extension field of 3 octets at octet 76/);
});

Deno.test("ntp: a control message has a header of its own (RFC 9327 §2)", () => {
  const packet = inUdp(123, "16 82 0001 0018 0000 0000 0003 613d31 00");
  const view = golden(packet, "ntp", {
    leap: 0,
    version: 2,
    mode: 6,
    control: {
      response: 1,
      error: 0,
      more: 0,
      opcode: 2,
      sequence: 1,
      status: 24,
      associationId: 0,
      offset: 0,
      count: 3,
      data: "a=1",
      rest: "00",
    },
  });
  assert.equal(`${view}`, "ntp v2 control opcode 2 response");
  const query = build(
    ipv4({}),
    udp({ dstPort: 123 }),
    ntp({ mode: "control", control: { opcode: "read variables", data: "a" } }),
  );
  assert.equal(query.ntp.control?.count, 1);
  assert.throws(
    () => ntp({ mode: 6, stratum: 1 }),
    /Cannot build ntp as 'stratum' must be left out/,
  );
});

Deno.test("radius: a user by telnet (RFC 2865 §7.1)", () => {
  const packet = inUdp(
    1812,
    `01 00 0038 0f403f9473978057bd83d5cb98f4227a 01066e656d6f
     02120dbe708d93d413ce3196e43f782a0aee 0406c0a80110 050600000003`,
  );
  const view = golden(packet, "radius", {
    code: 1,
    identifier: 0,
    length: 56,
    authenticator: "0f403f9473978057bd83d5cb98f4227a",
    attributes: [
      { kind: "userName", value: "nemo" },
      { kind: "userPassword", octets: "0dbe708d93d413ce3196e43f782a0aee" },
      { kind: "nasIpAddress", address: "192.168.1.16" },
      { kind: "nasPort", value: 3 },
    ],
  });
  assert.equal(`${view}`, "radius Access-Request id 0 nemo");
});

Deno.test("radius: vendors' attributes, tags, prefixes", () => {
  const attributes = [
    ["1a 0f 00000009 01 09 613d6231323334", {
      kind: "vendorSpecific",
      vendor: 9,
      attributes: [{ kind: "avPair", value: "a=b1234" }],
    }],
    ["1a 0b 000001ad 01020304 05", {
      kind: "vendorSpecific",
      vendor: 429,
      attributes: "0102030405",
    }],
    ["1a 09 0000ffff 07 03 01", {
      kind: "vendorSpecific",
      vendor: 65535,
      attributes: [{ kind: 7, octets: "01" }],
    }],
    ["40 06 01 00000d", { kind: "tunnelType", tag: 1, value: 13 }],
    ["51 06 01 313030", { kind: "tunnelPrivateGroupId", tag: 1, value: "100" }],
    ["51 05 313030", { kind: "tunnelPrivateGroupId", value: "100" }],
    ["61 08 00 20 20010db8", {
      kind: "framedIpv6Prefix",
      reserved: 0,
      prefixLength: 32,
      prefix: "2001:db8::",
    }],
    ["c8 03 05", { kind: 200, octets: "05" }],
  ] as const;
  const hex = attributes.map(([hex]) => hex).join("").replaceAll(" ", "");
  const length = (20 + hex.length / 2).toString(16).padStart(4, "0");
  const packet = inUdp(1812, `02 01 ${length} ${"00".repeat(16)} ${hex}`);
  golden(packet, "radius", {
    code: 2,
    identifier: 1,
    length: 20 + hex.length / 2,
    authenticator: "00".repeat(16),
    attributes: attributes.map(([, json]) => json),
  });
  assert.equal(packet.error, undefined);
});

Deno.test("radius: the length is worked out, and one beyond the end is said", () => {
  const packet = build(
    ipv4({}),
    udp({ srcPort: 1 }),
    radius({
      code: "Access-Request",
      attributes: [{ kind: "serviceType", value: "Framed" }],
    }),
  );
  assert.deepEqual([packet.radius.length, packet.udp.dstPort], [26, 1812]);
  const cut = inUdp(1812, `01 00 0039 ${"00".repeat(16)}`);
  assert.deepEqual([cut.radius, cut.error?.needed], [undefined, 57]);
});

Deno.test("tftp: a request with options, and what answers it (RFC 1350 §5, RFC 2347)", () => {
  const request = inUdp(
    69,
    "0001 666f6f00 6f6374657400 626c6b73697a6500 3134323800",
  );
  const view = golden(request, "tftp", {
    opcode: 1,
    fileName: "foo",
    mode: "octet",
    options: [{ name: "blksize", value: "1428" }],
  });
  assert.equal(`${view}`, "tftp read request foo");
  golden(inUdp(69, "0005 0001 6e6f00"), "tftp", {
    opcode: 5,
    errorCode: 1,
    errorMessage: "no",
  });
  const data = inUdp(69, "0003 0007 6869");
  golden(data, "tftp", { opcode: 3, block: 7 });
  assert.equal(data.payload.toHex(), "6869", "a block's data are the payload");
  assert.match(inUdp(69, "0001 666f6f").error!.message, /text without an end/);
  const built = build(ipv4({}), udp({}), tftp({ fileName: "a" }));
  assert.equal(built.tftp.bytes.toHex(), "000161006f6374657400");
});

const hex = (text: string) => new TextEncoder().encode(text).toHex();

Deno.test("syslog: messages of RFC 5424 §6.5 and RFC 3164 §5.4", () => {
  const table: readonly [text: string, fields: Record<string, unknown>][] = [
    [
      "<34>1 2003-10-11T22:14:15.003Z mymachine.example.com su - ID47 - \ufeff'su root' failed for lonvick on /dev/pts/8",
      {
        facility: 4,
        severity: 2,
        version: 1,
        timestamp: "2003-10-11T22:14:15.003Z",
        hostName: "mymachine.example.com",
        appName: "su",
        messageId: "ID47",
        structuredData: [],
        message: "\ufeff'su root' failed for lonvick on /dev/pts/8",
      },
    ],
    [
      '<165>1 2003-10-11T22:14:15.003Z mymachine.example.com evntslog - ID47 [exampleSDID@32473 iut="3" eventSource="Appli\\"cation" eventID="1011"][examplePriority@32473 class="high"]',
      {
        facility: 20,
        severity: 5,
        version: 1,
        timestamp: "2003-10-11T22:14:15.003Z",
        hostName: "mymachine.example.com",
        appName: "evntslog",
        messageId: "ID47",
        structuredData: [
          {
            id: "exampleSDID@32473",
            parameters: [
              { name: "iut", value: "3" },
              { name: "eventSource", value: 'Appli"cation' },
              { name: "eventID", value: "1011" },
            ],
          },
          {
            id: "examplePriority@32473",
            parameters: [{ name: "class", value: "high" }],
          },
        ],
      },
    ],
    [
      "<34>Oct 11 22:14:15 mymachine su: 'su root' failed for lonvick on /dev/pts/8",
      {
        facility: 4,
        severity: 2,
        timestamp: "Oct 11 22:14:15",
        hostName: "mymachine",
        appName: "su",
        message: "'su root' failed for lonvick on /dev/pts/8",
      },
    ],
    [
      "<13>Feb  5 17:32:18 10.0.0.99 sshd[42]: hello\n",
      {
        facility: 1,
        severity: 5,
        timestamp: "Feb  5 17:32:18",
        hostName: "10.0.0.99",
        appName: "sshd",
        processId: "42",
        message: "hello\n",
      },
    ],
    ["Use the BFG!", { message: "Use the BFG!" }],
    ["<192>x", { message: "<192>x" }],
    ["<034>x", { facility: 4, severity: 2, message: "x" }],
  ];
  for (const [text, fields] of table) {
    if (text === "<034>x") continue;
    const packet = inUdp(514, hex(text));
    golden(packet, "syslog", fields);
  }
});

Deno.test("syslog: what would be written in another way is left as it is", () => {
  // A priority with a zero in front: what follows is still said.
  assert.equal(inUdp(514, hex("<034>x")).syslog?.message, "x");
  const table: readonly [text: string, message: unknown][] = [
    ["<34>1 - - - - - [a b=c] x", "1 - - - - - [a b=c] x"],
    ['<34>1 - - - - - [a b="\\n"] x', '1 - - - - - [a b="\\n"] x'],
  ];
  for (const [text, message] of table) {
    assert.equal(inUdp(514, hex(text)).syslog?.message, message);
  }
  const octets = inUdp(514, `${hex("<34>su: ")}ff`).syslog;
  assert.deepEqual(octets?.message, Uint8Array.of(0xff));
});

Deno.test("syslog: names stand for numbers in building", () => {
  const packet = build(
    ipv4({}),
    udp({}),
    syslog({
      facility: "local4",
      severity: "notice",
      version: 1,
      appName: "test",
      message: "hi",
    }),
  );
  assert.equal(
    new TextDecoder().decode(packet.syslog.bytes),
    "<165>1 - - test - - - hi",
  );
  assert.throws(
    () => syslog({ severity: 8 }),
    /Cannot build syslog as 'severity' must be a number below 8 or its name/,
  );
});
