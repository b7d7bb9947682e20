/** ICMPv6: errors, echoes, Neighbor Discovery, Multicast Listener Discovery. */

import assert from "node:assert/strict";
import { build, icmpv6, ipv6, udp } from "../../../../lib/packet/mod.ts";
import { golden, inIpv6 } from "./golden.ts";

const HEAD = { code: 0, checksum: 0 };

Deno.test("icmpv6: errors quote the head of a packet (RFC 4443 §3)", () => {
  const packet = build(
    ipv6({ src: "2001:db8::1", dst: "2001:db8::2" }),
    icmpv6({ mtu: 1280 }),
    ipv6({ src: "2001:db8::2", dst: "2001:db8::3" }),
    udp({ dstPort: 33434 }),
  );
  golden(packet, "icmpv6", {
    type: 2,
    code: 0,
    checksum: packet.icmpv6.checksum,
    mtu: 1280,
  });
  assert.equal(
    packet.layers.map(({ name }) => name).join(),
    "ipv6,icmpv6,ipv6,udp",
  );
  assert.ok(packet.checksums.every(({ ok }) => ok));
  const cut = inIpv6(58, "0100 0000 00000000 60000000 0500 11");
  assert.equal(cut.layers.length, 2);
  assert.equal(cut.error, undefined);
});

Deno.test("icmpv6: a router advertisement with many options (icmpv6.pcap of tcpdump's tests)", () => {
  const packet = inIpv6(
    58,
    `8600 2401 40 20 000f 00000000 00000000
     03 04 48 c0 00278d00 00093a80 00000000 22223333444455556600000000000000
     19 05 0000 00000005 abcd000000000000000000000000efef
     12345678000000000000000000000001
     1f07000000000005076578616d706c6503636f6d00076578616d706c
     65036f72670004646f6d3104646f6d3203746c640000000000000000
     05 01 0000 00000064 01 01 b09928c8d66c 07 01 0000 00001388
     08 01 0000 c351 000f`,
  );
  golden(packet, "icmpv6", {
    type: 134,
    code: 0,
    checksum: 0x2401,
    router: {
      hopLimit: 64,
      managed: 0,
      otherConfiguration: 0,
      homeAgent: 1,
      preference: 0,
      proxy: 0,
      snacRouter: 0,
      reserved: 0,
      lifetime: 15,
      reachableTime: 0,
      retransTimer: 0,
    },
    options: [
      {
        kind: "prefixInformation",
        prefixLength: 72,
        onLink: 1,
        autonomous: 1,
        routerAddress: 0,
        delegable: 0,
        reserved: 0,
        validLifetime: 2592000,
        preferredLifetime: 604800,
        reserved2: 0,
        prefix: "2222:3333:4444:5555:6600::",
      },
      {
        kind: "rdnss",
        reserved: 0,
        lifetime: 5,
        servers: ["abcd::efef", "1234:5678::1"],
      },
      {
        kind: "dnssl",
        reserved: 0,
        lifetime: 5,
        names: ["example.com", "example.org", "dom1.dom2.tld"],
      },
      { kind: "mtu", reserved: 0, mtu: 100 },
      { kind: "sourceLinkLayer", address: "b0:99:28:c8:d6:6c" },
      { kind: "advertisementInterval", reserved: 0, interval: 5000 },
      {
        kind: "homeAgentInformation",
        reserved: 0,
        preference: 50001,
        lifetime: 15,
      },
    ],
  });
});

Deno.test("icmpv6: neighbours ask, tell and redirect (RFC 4861 §4.3 to §4.5)", () => {
  const target = "fe80000000000000546ff7fffee1000f";
  golden(
    // icmpv6-ns-nonce.pcap of tcpdump's tests
    inIpv6(58, `8700 566e 00000000 ${target} 0e01 6069604c0aaa`),
    "icmpv6",
    {
      type: 135,
      code: 0,
      checksum: 0x566e,
      reserved: 0,
      target: "fe80::546f:f7ff:fee1:f",
      options: [{ kind: "nonce", nonce: "6069604c0aaa" }],
    },
  );
  golden(
    inIpv6(58, `8800 0000 e0000000 ${target} 0201 020000000001`),
    "icmpv6",
    {
      ...HEAD,
      type: 136,
      neighbor: { isRouter: 1, solicited: 1, override: 1, reserved: 0 },
      target: "fe80::546f:f7ff:fee1:f",
      options: [{ kind: "targetLinkLayer", address: "02:00:00:00:00:01" }],
    },
  );
  golden(
    inIpv6(
      58,
      `8900 0000 00000000 ${target} 20010db8000000000000000000000009
       0402 000000000000 6000000000003b40`,
    ),
    "icmpv6",
    {
      ...HEAD,
      type: 137,
      reserved: 0,
      target: "fe80::546f:f7ff:fee1:f",
      destination: "2001:db8::9",
      options: [{
        kind: "redirectedHeader",
        reserved: "000000000000",
        datagram: "6000000000003b40",
      }],
    },
  );
});

Deno.test("icmpv6: options of later RFCs, and link-layer addresses of other lengths", () => {
  const { options } = golden(
    inIpv6(
      58,
      `8500 0000 00000000
       18 02 30 18 00000258 20010db800020000
       18 03 30 18 00000258 20010db8000200000000000000000000
       25 02 68747470733a2f2f612e62 000000
       26 02 0321 0064ff9b0001000000000000
       01 02 020000fffe000001 000000000000
       63 01 010203040506`,
    ),
    "icmpv6",
    {
      ...HEAD,
      type: 133,
      reserved: 0,
      options: [
        {
          kind: "routeInformation",
          prefixLength: 48,
          reserved: 0,
          preference: 3,
          reserved2: 0,
          lifetime: 600,
          prefix: "2001:db8:2::",
          padding: "",
        },
        {
          kind: "routeInformation",
          prefixLength: 48,
          reserved: 0,
          preference: 3,
          reserved2: 0,
          lifetime: 600,
          prefix: "2001:db8:2::",
          padding: "0000000000000000",
        },
        { kind: "captivePortal", uri: "https://a.b" },
        {
          kind: "pref64",
          scaledLifetime: 100,
          prefixLengthCode: 1,
          prefix: "64:ff9b:1::",
        },
        { kind: "sourceLinkLayer", address: "020000fffe000001000000000000" },
        { kind: 99, octets: "010203040506" },
      ],
    },
  );
  assert.equal(options?.length, 6);
});

Deno.test("icmpv6: options that cannot be end the list, and say where", () => {
  const error = (options: string) =>
    inIpv6(58, `8500 0000 00000000 ${options}`).error?.message;
  assert.equal(
    error("0101 020000000001 0000"),
    "Cannot decode icmpv6: option of 0 octets, 2 at least at octet 56",
  );
  assert.match(`${error("0102 020000000001")}`, /cut short/);
  assert.match(
    `${error("1f02 0000 00000005 0161 00 00 0162 0000")}`,
    /padding/,
  );
  assert.throws(
    () => icmpv6({ type: "echoRequest", options: [] }),
    /'options' must be left out/,
  );
  assert.throws(
    () =>
      icmpv6({
        type: "routerSolicitation",
        options: [{
          kind: "routeInformation",
          prefixLength: 64,
          prefix: "2001:db8::1",
        }],
      }),
    /must fit in 64 bits/,
  );
});

Deno.test("icmpv6: multicast listeners are asked in two versions (RFC 2710 §3, RFC 9777 §5.1)", () => {
  const query = `8200 0000 2710 0000 ff0200000000000000000000000000fb`;
  const one = {
    ...HEAD,
    type: 130,
    maximumResponseCode: 10000,
    reserved2: 0,
    multicastAddress: "ff02::fb",
  };
  golden(inIpv6(58, query), "icmpv6", one);
  golden(
    inIpv6(58, `${query} 0a 7d 0001 20010db8000000000000000000000005`),
    "icmpv6",
    {
      ...one,
      query: {
        reserved: 0,
        suppress: 1,
        robustness: 2,
        interval: 125,
        sourceCount: 1,
        sources: ["2001:db8::5"],
      },
    },
  );
  const cut = inIpv6(
    58,
    `${query} 0a 7d 0002 20010db8000000000000000000000005`,
  );
  assert.equal(cut.icmpv6?.query?.sources.length, 1);
  assert.match(`${cut.error}`, /cut short/);
});

Deno.test("icmpv6: a report of version 2 (icmpv6.pcap of tcpdump's tests)", () => {
  golden(
    inIpv6(
      58,
      `8f00 0000 0000 0002 04 00 0000 ff0200000000000000000db811223344
       01 01 0001 ff0200000000000000000001ff000002
       20010db8000000000000000000000005 aabbccdd`,
    ),
    "icmpv6",
    {
      ...HEAD,
      type: 143,
      reserved2: 0,
      recordCount: 2,
      records: [
        {
          type: 4,
          auxiliaryLength: 0,
          sourceCount: 0,
          multicastAddress: "ff02::db8:1122:3344",
          sources: [],
          auxiliary: "",
        },
        {
          type: 1,
          auxiliaryLength: 1,
          sourceCount: 1,
          multicastAddress: "ff02::1:ff00:2",
          sources: ["2001:db8::5"],
          auxiliary: "aabbccdd",
        },
      ],
    },
  );
});

Deno.test("icmpv6: an extended echo asks for one interface, with data behind (icmp6-rfc8335.pcap of tcpdump's tests)", () => {
  const packet = inIpv6(
    58,
    "a000 9844 fb61 00 01 2000 dcf4 0008 0302 00000001 000bad1e7fc0ffee",
  );
  golden(packet, "icmpv6", {
    type: 160,
    code: 0,
    checksum: 0x9844,
    identifier: 0xfb61,
    request: { sequenceNumber: 0, reserved: 0, local: 1 },
    probe: {
      version: 2,
      reserved: 0,
      checksum: 0xdcf4,
      objects: [{ classNumber: 3, classType: 2, probeIndex: 1 }],
    },
  });
  assert.equal(packet.payload.toHex(), "000bad1e7fc0ffee");
});
