/** DHCP for IPv4 and for IPv6. */

import assert from "node:assert/strict";
import {
  build,
  dhcp,
  dhcpv6,
  ipv4,
  ipv6,
  udp,
} from "../../../../lib/packet/mod.ts";
import { golden, inUdp, octets } from "./golden.ts";

/** A message up to the options, which the rest gives. */
const FIXED =
  `02 01 06 01 9edf45b0 0000 0000 00000000 0a382ae8 00000000 0a380002
  42b444b4f0ee ${"00".repeat(10)} ${"00".repeat(64)} ${"00".repeat(128)}`;

const FIELDS = {
  op: 2,
  hardwareType: 1,
  hardwareLength: 6,
  hops: 1,
  transactionId: 0x9edf45b0,
  seconds: 0,
  broadcast: 0,
  reserved: 0,
  clientAddress: "0.0.0.0",
  yourAddress: "10.56.42.232",
  nextServerAddress: "0.0.0.0",
  relayAddress: "10.56.0.2",
  clientHardwareAddress: "42:b4:44:b4:f0:ee",
  serverName: "",
  bootFile: "",
};

Deno.test("dhcp: an offer with its options (dhcp-option-108.pcapng)", () => {
  const packet = inUdp(
    68,
    `${FIXED} 63825363 350102 0104ffff0000 03040a380001 06081f82e5061f82e507
     0c0a6d6163626f6f6b70726f 0f106d656574696e672e696574662e6f7267
     330400000e10 36041f82e506 3d070142b444b4f0ee 6c0400000384 ff`,
  );
  const view = golden(packet, "dhcp", {
    ...FIELDS,
    magic: 0x63825363,
    options: [
      { kind: "messageType", type: 2 },
      { kind: "subnetMask", mask: "255.255.0.0" },
      { kind: "routers", addresses: ["10.56.0.1"] },
      { kind: "dnsServers", addresses: ["31.130.229.6", "31.130.229.7"] },
      { kind: "hostName", name: "macbookpro" },
      { kind: "domainName", name: "meeting.ietf.org" },
      { kind: "leaseTime", seconds: 3600 },
      { kind: "serverIdentifier", address: "31.130.229.6" },
      { kind: "clientIdentifier", type: 1, id: "42:b4:44:b4:f0:ee" },
      { kind: "ipv6OnlyPreferred", seconds: 900 },
      { kind: "end" },
    ],
    padding: "",
  });
  assert.equal(`${view}`, "dhcp offer 42:b4:44:b4:f0:ee 10.56.42.232");
  assert.equal(packet.error, undefined);
});

Deno.test("dhcp: options with a form of their own", () => {
  const table: readonly [hex: string, option: unknown][] = [
    // RFC 3397 §3: the second name points into the first.
    [
      "77 1b 03656e67 056170706c65 03636f6d 00 096d61726b6574696e67 c004",
      {
        kind: "domainSearch",
        names: ["eng.apple.com", "marketing.apple.com"],
      },
    ],
    // RFC 3442: the destination has as many octets as its length asks for.
    [
      "79 14 00 0a000001 08 0a 0a000002 19 c0000280 0a000003",
      {
        kind: "classlessRoutes",
        routes: [
          { destination: "0.0.0.0/0", router: "10.0.0.1" },
          { destination: "10.0.0.0/8", router: "10.0.0.2" },
          { destination: "192.0.2.128/25", router: "10.0.0.3" },
        ],
      },
    ],
    // RFC 3046 §2.0
    [
      "52 0d 01 04 00010203 02 05 6162632d31",
      {
        kind: "relayAgentInformation",
        suboptions: [
          { kind: "circuitId", id: "00010203" },
          { kind: "remoteId", id: "abc-1" },
        ],
      },
    ],
    // RFC 4702 §2.1, as in DNS; one that is only the start of a name.
    [
      "51 08 05 00 00 0161 026368 00",
      {
        kind: "clientFqdn",
        reserved: 0,
        flags: ["S", "E"],
        rcode1: 0,
        rcode2: 0,
        name: "a.ch.",
      },
    ],
    [
      "51 05 04 00 00 0161",
      {
        kind: "clientFqdn",
        reserved: 0,
        flags: ["E"],
        rcode1: 0,
        rcode2: 0,
        name: "a",
      },
    ],
    // RFC 4361 §6.1
    [
      "3d 0f ff 00000001 0003 0001 00005e005301",
      {
        kind: "clientIdentifier",
        type: 255,
        id: {
          iaid: 1,
          duid: {
            type: 3,
            id: { hardwareType: 1, address: "00:00:5e:00:53:01" },
          },
        },
      },
    ],
    ["02 04 ffffb9b0", { kind: "timeOffset", seconds: -18_000 }],
    ["e0 02 0102", { kind: 224, octets: "0102" }],
  ];
  for (const [hex, option] of table) {
    const size = octets(hex).length - 2;
    const sized = octets(hex);
    sized[1] = size;
    const packet = inUdp(68, `${FIXED} 63825363 ${sized.toHex()} ff 0000`);
    golden(packet, "dhcp", {
      ...FIELDS,
      magic: 0x63825363,
      options: [option, { kind: "end" }],
      padding: "0000",
    });
    assert.equal(packet.error, undefined);
  }
});

Deno.test("dhcp: BOOTP has something else where options would be (RFC 951)", () => {
  const packet = inUdp(68, `${FIXED} 01020304 05`);
  golden(packet, "dhcp", { ...FIELDS, magic: 0x01020304, vendor: "05" });
  assert.equal(packet.error, undefined);
});

Deno.test("dhcp: options without an end are said, and those before are there", () => {
  const packet = inUdp(68, `${FIXED} 63825363 350105`);
  assert.match(packet.error!.message, /options without an end at octet 271/);
  const cut = inUdp(68, `${FIXED} 63825363 350105 0104ff`);
  assert.equal(cut.error?.code, "truncated");
  assert.deepEqual(cut.dhcp?.options, [{ kind: "messageType", type: 5 }]);
});

Deno.test("dhcp: what is built has its magic number and its end", () => {
  const packet = build(
    ipv4({ src: "0.0.0.0", dst: "255.255.255.255" }),
    udp({ srcPort: 68 }),
    dhcp({
      transactionId: 1,
      clientHardwareAddress: "00:00:5e:00:53:01",
      options: [
        { kind: "messageType", type: "discover" },
        { kind: "parameterRequestList", options: [1, 3, 6] },
        "rapidCommit",
      ],
    }),
  );
  assert.equal(packet.udp.dstPort, 67);
  assert.equal(
    packet.dhcp.bytes.subarray(236).toHex(),
    "63825363" + "350101" + "3703010306" + "5000" + "ff",
  );
  assert.equal(`${packet.dhcp}`, "dhcp discover 00:00:5e:00:53:01");
  assert.throws(
    () => dhcp({ options: [{ kind: "subnetMask", mask: "::1" }] }),
    /Cannot build dhcp as 'options\[0\]\.mask' must be an IPv4 address/,
  );
});

Deno.test("dhcpv6: an advertisement with a prefix (dhcpv6-AFTR-Name-RFC6334.pcap)", () => {
  const packet = inUdp(
    546,
    `02 d81eb8 0019 0029 02030405 00000096 000000fa
       001a 0019 000000fa 0000012c 38 2a000001000101000000000000000000
     0001 000a 0003 0001 000102030405
     0002 000e 0001 0001 183f4ef0 001122334455
     0007 0001 0a  0017 0010 2a010000000000000000000000000001
     0040 0018 09616674722d6e616d65 086d79646f6d61696e 036e6574 00`,
  );
  const view = golden(packet, "dhcpv6", {
    type: 2,
    transactionId: 0xd81eb8,
    options: [
      {
        kind: "iaPd",
        iaid: 0x02030405,
        t1: 150,
        t2: 250,
        options: [{
          kind: "iaPrefix",
          preferredLifetime: 250,
          validLifetime: 300,
          prefixLength: 56,
          prefix: "2a00:1:1:100::",
          options: [],
        }],
      },
      {
        kind: "clientId",
        duid: {
          type: 3,
          id: { hardwareType: 1, address: "00:01:02:03:04:05" },
        },
      },
      {
        kind: "serverId",
        duid: {
          type: 1,
          id: {
            hardwareType: 1,
            time: 0x183f4ef0,
            address: "00:11:22:33:44:55",
          },
        },
      },
      { kind: "preference", value: 10 },
      { kind: "dnsServers", addresses: ["2a01::1"] },
      { kind: "aftrName", name: "aftr-name.mydomain.net" },
    ],
  });
  assert.equal(`${view}`, "dhcpv6 advertise 2a00:1:1:100::/56");
});

Deno.test("dhcpv6: relay agents put messages inside one another (RFC 8415 §19)", () => {
  const packet = build(
    ipv6({ src: "fe80::1", dst: "ff05::1:3" }),
    udp({ srcPort: 547 }),
    dhcpv6({
      type: "relay-forward",
      hopCount: 1,
      linkAddress: "2001:db8::1",
      peerAddress: "fe80::2",
      options: [
        { kind: "interfaceId", id: "eth0" },
        {
          kind: "relayMessage",
          message: {
            type: 1,
            transactionId: 7,
            options: [
              "rapidCommit",
              { kind: "iaNa", iaid: 1, options: [] },
            ],
          },
        },
      ],
    }),
  );
  assert.equal(`${packet.dhcpv6}`, "dhcpv6 relay-forward of solicit");
  assert.equal(
    packet.dhcpv6.bytes.subarray(34).toHex(),
    octets(
      "0012 0004 65746830 0009 0018 01 000007 000e 0000 0003 000c 00000001 00000000 00000000",
    )
      .toHex(),
  );
  assert.equal(packet.dhcpv6.transactionId, undefined);
  assert.throws(
    () => dhcpv6({ type: 1, hopCount: 3 }),
    /'hopCount' must be left out but where type is 12 or 13/,
  );
});

Deno.test("dhcpv6: options inside options go 32 levels deep, and no deeper", () => {
  let hex = "";
  for (let i = 0; i < 200; i++) {
    const length = (hex.length / 2).toString(16).padStart(4, "0");
    hex = `002d${length}${hex}`;
  }
  const packet = inUdp(546, `01 000001 ${hex}`);
  assert.match(packet.error!.message, /options 32 levels deep/);
  assert.doesNotThrow(() => JSON.stringify(packet));
});
