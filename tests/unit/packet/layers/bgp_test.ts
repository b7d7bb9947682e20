/** BGP messages, from real captures and by RFC 4271. */

import assert from "node:assert/strict";
import {
  bgp,
  build,
  type decode,
  ipv4,
  tcp,
} from "../../../../lib/packet/mod.ts";

const octets = (text: string) => Uint8Array.fromHex(text.replace(/\s/g, ""));

const MARKER = "ff".repeat(16);

/** Messages as a segment has them. */
const segment = (...messages: string[]) =>
  build(ipv4(), tcp({ srcPort: 179 }), octets(messages.join("")));

const messagesOf = (packet: ReturnType<typeof decode>) =>
  packet.layers.filter((layer) => layer.name === "bgp");

/** A message of FRR, as recorded in tcpdump's tests (bgp-role.pcapng, packet 1). */
const FRR_OPEN = `${MARKER} 006b 01
  04 fdea 00b4 c0a80a11 4e
  02 06 01 04 0001 00 01
  02 02 80 00
  02 02 02 00
  02 02 46 00
  02 06 41 04 0000fdea
  02 02 06 00
  02 03 09 01 03
  02 06 45 04 0001 01 01
  02 0e 49 0c 0a 646f6e617461732d7063 00
  02 04 40 02 4078
  02 09 47 07 0001 01 00 000000`;

Deno.test("bgp: an OPEN with its capabilities (RFC 4271 §4.2, RFC 5492)", () => {
  const { bgp, error } = segment(FRR_OPEN);
  assert.equal(error, undefined);
  assert.ok(bgp);
  assert.deepEqual(
    [bgp.length, bgp.type, bgp.version, bgp.as, bgp.holdTime],
    [107, 1, 4, 65002, 180],
  );
  assert.equal(String(bgp.identifier), "192.168.10.17");
  assert.equal(bgp.parametersLength, 78);
  const capabilities = bgp.parameters?.flatMap((one) =>
    one.kind === "capabilities" ? one.capabilities : []
  );
  assert.deepEqual(capabilities, [
    { kind: "multiprotocol", afi: 1, reserved: 0, safi: 1 },
    { kind: "routeRefreshCisco" },
    { kind: "routeRefresh" },
    { kind: "enhancedRouteRefresh" },
    { kind: "fourOctetAs", as: 65002 },
    { kind: "extendedMessage" },
    { kind: "role", role: 3 },
    { kind: "addPath", families: [{ afi: 1, safi: 1, sendReceive: 1 }] },
    { kind: "hostname", host: "donatas-pc", domain: "" },
    {
      kind: "gracefulRestart",
      flags: ["notification"],
      restartSeconds: 120,
      families: [],
    },
    {
      kind: "longLivedGracefulRestart",
      families: [{ afi: 1, safi: 1, flags: 0, staleSeconds: 0 }],
    },
  ]);
  assert.equal(bgp.nlri, undefined);
  assert.equal(
    String(bgp),
    "bgp open AS 65002 identifier 192.168.10.17",
  );
});

Deno.test("bgp: an OPEN is built from its fields", () => {
  const packet = build(
    ipv4(),
    tcp({ dstPort: 179 }),
    bgp({
      as: 65002,
      holdTime: 180,
      identifier: "192.168.10.17",
      parameters: [
        {
          kind: "capabilities",
          capabilities: [{ kind: "fourOctetAs", as: 65002 }, "routeRefresh"],
        },
      ],
    }),
  );
  assert.equal(
    packet.bytes.subarray(40).toHex(),
    octets(
      `${MARKER} 0027 01 04 fdea 00b4 c0a80a11 0a 0208 4104 0000fdea 0200`,
    ).toHex(),
  );
});

Deno.test("bgp: parameters of more than 255 octets have lengths of two (RFC 9072 §2)", () => {
  const good = segment(
    `${MARKER} 0029 01 04 fdea 00b4 c0a80a11 ff ff 0009 02 0006 4104 0000fdea`,
  );
  assert.equal(good.error, undefined);
  assert.equal(good.bgp?.extendedLength, 9);
  assert.deepEqual(good.bgp?.parameters, [{
    kind: "capabilities",
    capabilities: [{ kind: "fourOctetAs", as: 65002 }],
  }]);
});

/** An UPDATE of the same capture, packet 4, the last but one. */
const UPDATE = `${MARKER} 0052 02 0000 0036
  40 01 01 02
  50 02 000a 0202 0000fde9 0000fdf2
  40 03 04 c0a80a7c
  80 04 04 00000000
  c0 20 0c 0000fde9 0000fde9 00000001
  e0 23 04 0000fde9
  20 c8c8c8c8`;

Deno.test("bgp: an UPDATE announces routes with their attributes (RFC 4271 §4.3)", () => {
  const packet = segment(UPDATE);
  const { bgp, error } = packet;
  assert.equal(error, undefined);
  assert.deepEqual(
    bgp?.attributes?.map((one) => ({
      ...one,
      ..."address" in one && { address: String(one.address) },
    })),
    [
      { kind: "origin", flags: ["transitive"], origin: 2 },
      {
        kind: "asPath",
        flags: ["transitive", "extendedLength"],
        asOctets: 4,
        segments: [{ type: 2, as: [65001, 65010] }],
      },
      { kind: "nextHop", flags: ["transitive"], address: "192.168.10.124" },
      { kind: "multiExitDiscriminator", flags: ["optional"], value: 0 },
      {
        kind: "largeCommunities",
        flags: ["optional", "transitive"],
        communities: [{ global: 65001, local1: 65001, local2: 1 }],
      },
      {
        kind: "onlyToCustomer",
        flags: ["optional", "transitive", "partial"],
        as: 65001,
      },
    ],
  );
  assert.deepEqual(
    bgp.nlri instanceof Uint8Array
      ? []
      : bgp.nlri?.map(({ address, ...rest }) => ({
        address: String(address),
        ...rest,
      })),
    [{ address: "200.200.200.200", prefixLength: 32 }],
  );
  assert.equal(String(bgp), "bgp update 1 announced, 0 withdrawn");
});

Deno.test("bgp: an UPDATE is built from its fields, lengths and flags worked out", () => {
  const built = build(
    ipv4(),
    tcp({ dstPort: 179 }),
    bgp({
      attributes: [
        { kind: "origin", origin: "igp" },
        { kind: "asPath", segments: [{ type: 2, as: [65001, 70000] }] },
        { kind: "nextHop", address: "192.0.2.1" },
        { kind: "communities", communities: [{ as: 65001, value: 100 }] },
      ],
      nlri: [{ address: "10.1.0.0", prefixLength: 16 }],
    }),
  );
  assert.equal(
    built.bytes.subarray(40).toHex(),
    octets(
      `${MARKER} 0039 02 0000 001f
      400101 00 40020a 0202 0000fde9 00011170 400304 c0000201 c00804 fde90064
      10 0a01`,
    ).toHex(),
  );
  assert.equal(built.error, undefined);
});

Deno.test("bgp: attributes that are longer than 255 octets say so", () => {
  const communities = Array.from({ length: 65 }, (_, value) => ({
    as: 1,
    value,
  }));
  const { bgp: made } = build(
    ipv4(),
    tcp({ dstPort: 179 }),
    bgp({ attributes: [{ kind: "communities", communities }] }),
  );
  const [attribute] = made.attributes ?? [];
  assert.deepEqual(attribute?.flags, [
    "optional",
    "transitive",
    "extendedLength",
  ]);
  assert.equal(made.attributesLength, 264);
});

Deno.test("bgp: AS numbers of 2 octets are told from those of 4 (RFC 6793 §4)", () => {
  const path = (attribute: string) => {
    const length = (attribute.replace(/\s/g, "").length / 2)
      .toString(16).padStart(4, "0");
    const total = (23 + parseInt(length, 16)).toString(16).padStart(4, "0");
    const { bgp, error } = segment(
      `${MARKER} ${total} 02 0000 ${length} ${attribute}`,
    );
    assert.equal(error, undefined, attribute);
    return bgp?.attributes?.[0];
  };
  assert.deepEqual(path("40 02 06 02 02 fde9 fdea"), {
    kind: "asPath",
    flags: ["transitive"],
    asOctets: 2,
    segments: [{ type: 2, as: [65001, 65002] }],
  });
  assert.deepEqual(path("40 02 10 02 01 0000fde9 01 02 00000001 00000002"), {
    kind: "asPath",
    flags: ["transitive"],
    asOctets: 4,
    segments: [{ type: 2, as: [65001] }, { type: 1, as: [1, 2] }],
  });
  const short = path("c0 07 06 fde9 c0000201");
  assert.ok(short?.kind === "aggregator");
  assert.deepEqual([short.asOctets, short.as], [2, 65001]);
  const long = path("c0 07 08 0000fde9 c0000201");
  assert.ok(long?.kind === "aggregator");
  assert.deepEqual([long.asOctets, long.as], [4, 65001]);
});

Deno.test("bgp: routes of IPv6 come in an attribute (RFC 4760, RFC 2545)", () => {
  const reach = "80 0e 1a 0002 01 10 20010db8000000000000000000000001 00" +
    "20 20010db8";
  const { bgp, error } = segment(`${MARKER} 0034 02 0000 001d ${reach}`);
  assert.equal(error, undefined);
  const [attribute] = bgp?.attributes ?? [];
  assert.ok(attribute?.kind === "mpReach");
  assert.deepEqual(String(attribute.nextHops), "2001:db8::1");
  assert.ok(!(attribute.prefixes instanceof Uint8Array));
  assert.equal(String(attribute.prefixes[0]?.address), "2001:db8::");
  assert.equal(attribute.prefixes[0]?.prefixLength, 32);
});

Deno.test("bgp: routes of other families keep their octets", () => {
  const { bgp } = segment(
    `${MARKER} 0022 02 0000 000b 80 0f 08 0001 80 70 00 01 02 03`,
  );
  const [attribute] = bgp?.attributes ?? [];
  assert.ok(attribute?.kind === "mpUnreach");
  assert.deepEqual(attribute.prefixes, octets("7000010203"));
});

Deno.test("bgp: path identifiers are told by which reading makes sense (RFC 7911 §3)", () => {
  const nlri = "00000001 18 c00002 00000002 18 c00002";
  const { bgp, error } = segment(`${MARKER} 0027 02 0000 0000 ${nlri}`);
  assert.equal(error, undefined);
  assert.ok(bgp?.nlri && !(bgp.nlri instanceof Uint8Array));
  assert.deepEqual(
    bgp.nlri.map(({ address, prefixLength, pathId }) =>
      `${address}/${prefixLength} ${pathId}`
    ),
    ["192.0.2.0/24 1", "192.0.2.0/24 2"],
  );
});

Deno.test("bgp: prefixes that make no sense keep their octets, and the packet says so", () => {
  const { bgp, error } = segment(`${MARKER} 001a 02 0000 0000 218000`);
  assert.deepEqual(bgp?.nlri, octets("218000"));
  assert.match(error?.message ?? "", /prefixes that make no sense at octet 63/);
});

Deno.test("bgp: an attribute that does not fit its kind keeps its octets", () => {
  const { bgp, error } = segment(
    `${MARKER} 001c 02 0000 0005 40 05 02 0064`,
  );
  assert.deepEqual(bgp?.attributes, [
    { kind: 5, flags: ["transitive"], octets: octets("0064") },
  ]);
  assert.equal(error?.code, "truncated");
});

Deno.test("bgp: a NOTIFICATION may say why in words (RFC 9003 §2)", () => {
  const { bgp } = segment(`${MARKER} 001b 03 06 02 05 68656c6c6f`);
  assert.deepEqual(
    [bgp?.errorCode, bgp?.errorSubcode, bgp?.message, bgp?.data],
    [6, 2, "hello", undefined],
  );
  assert.equal(String(bgp), 'bgp notification 6/2 "hello"');
  const other = segment(`${MARKER} 0017 03 02 02 00b4`).bgp;
  assert.equal(other?.message, undefined);
  assert.deepEqual(other?.data, octets("00b4"));
});

Deno.test("bgp: a ROUTE-REFRESH names a family (RFC 2918 §3, RFC 7313 §3.2)", () => {
  const { bgp } = segment(`${MARKER} 0017 05 0001 01 01`);
  assert.deepEqual([bgp?.afi, bgp?.subtype, bgp?.safi], [1, 1, 1]);
});

Deno.test("bgp: a segment may have several messages, the last of them cut", () => {
  const keepalive = `${MARKER} 0013 04`;
  const packet = segment(
    keepalive,
    UPDATE,
    keepalive,
    `${MARKER} 0020 02 0000`,
  );
  assert.deepEqual(messagesOf(packet).map(({ type }) => type), [4, 2, 4]);
  assert.equal(packet.payload.length, 21);
  assert.equal(packet.error, undefined);
});

Deno.test("bgp: what has no marker is the middle of a message", () => {
  const packet = segment(UPDATE.slice(2));
  assert.equal(packet.bgp, undefined);
  assert.equal(packet.error, undefined);
});
