/** OSPF, versions 2 and 3, on packets of real routers. */

import assert from "node:assert/strict";
import {
  build,
  decode,
  ipv4,
  ipv6,
  ospf,
  ospfv3,
} from "../../../../lib/packet/mod.ts";
import { routingFrames } from "../../../packet/routing_frames.ts";

const octets = (text: string) => Uint8Array.fromHex(text.replace(/\s/g, ""));

const frame = (name: keyof typeof routingFrames) =>
  decode(octets(routingFrames[name]));

/** A layer as JSON, without its place. */
function fieldsOf(view: { toJSON(): object } | undefined) {
  const { name: _n, offset: _o, headerLength: _h, ...fields } = view
    ?.toJSON() as Record<string, unknown>;
  return fields;
}

Deno.test("ospf: a hello names the neighbors, and its digest follows it (RFC 2328 §A.3.2, §D.3)", () => {
  const packet = frame("ospfHello");
  assert.equal(packet.error, undefined);
  assert.deepEqual(fieldsOf(packet.ospf), {
    version: 2,
    type: 1,
    length: 52,
    routerId: "192.168.255.11",
    areaId: "0.0.0.0",
    checksum: 0,
    authType: 2,
    authReserved: 0,
    keyId: 1,
    digestLength: 16,
    cryptoSequence: 1518551363,
    mask: "255.255.255.0",
    helloInterval: 10,
    options: ["E", "L"],
    priority: 1,
    deadInterval: 40,
    designatedRouter: "192.168.121.4",
    backupDesignatedRouter: "192.168.121.5",
    neighbors: ["192.168.255.14", "192.168.255.15"],
  });
  // 16 octets of digest, 36 of link-local signaling.
  assert.equal(packet.payload.length, 52);
  assert.deepEqual(packet.checksums.map(({ layer }) => layer), ["ipv4"]);
  assert.equal(
    String(packet.ospf),
    "ospf hello router 192.168.255.11 area 0.0.0.0 2 neighbors",
  );
});

Deno.test("ospf: a database description has headers of LSAs (RFC 2328 §A.3.3)", () => {
  const { ospf } = frame("ospfDescription");
  assert.deepEqual([ospf?.mtu, ospf?.sequence], [1500, 7163]);
  assert.deepEqual(ospf?.flags, ["M"]);
  assert.deepEqual(
    ospf.headers?.map(({ type, linkStateId, length }) =>
      `${type} ${linkStateId} ${length}`
    ),
    [
      "1 192.168.255.11 60",
      "5 192.168.124.0 36",
      "5 192.168.127.0 36",
      "5 192.168.128.0 36",
      "5 192.168.255.12 36",
    ],
  );
});

Deno.test("ospf: a request names LSAs (RFC 2328 §A.3.4)", () => {
  const { requests } = frame("ospfRequest").ospf!;
  assert.equal(requests?.length, 1);
  assert.equal(requests[0]?.type, 1);
  assert.equal(String(requests[0]?.advertisingRouter), "192.168.255.11");
});

Deno.test("ospf: an update has router, network and external LSAs (RFC 2328 §A.4)", () => {
  const { lsas, lsaCount } = frame("ospfUpdate").ospf!;
  assert.equal(lsaCount, 10);
  assert.deepEqual(lsas?.map(({ type }) => type), [
    1,
    1,
    1,
    2,
    ...Array(6).fill(5),
  ]);
  const [router, , , network, external] = lsas;
  assert.deepEqual(router?.flags, ["E"]);
  assert.deepEqual(
    router.links?.map(({ id, data, type, metric }) =>
      `${id} ${data} ${type} ${metric}`
    ),
    [
      "192.168.255.11 255.255.255.255 3 1",
      "192.168.122.0 255.255.255.252 3 12",
      "192.168.121.4 192.168.121.42 2 12",
    ],
  );
  assert.equal(String(network?.mask), "255.255.255.0");
  assert.deepEqual(network?.routers?.map(String), [
    "192.168.255.14",
    "192.168.255.15",
  ]);
  assert.deepEqual(external?.externalFlags, ["E"]);
  assert.deepEqual([external.metric, external.tag], [1, 4]);
});

Deno.test("ospfv3: an update has LSAs of prefixes and links (RFC 5340 §A.4)", () => {
  const packet = frame("ospfv3Update");
  assert.ok(packet.checksums.every(({ ok }) => ok));
  assert.equal(packet.checksums.length, 1);
  const { lsas } = packet.ospfv3!;
  assert.deepEqual(lsas?.map(({ type }) => type.toString(16)), [
    ...["2001", "2003", "2003", "2003", "2003", "8", "2009"],
  ]);
  const [router, area, , , , link, intra] = lsas;
  assert.deepEqual(router?.flags, ["B"]);
  assert.deepEqual(router.options, ["V6", "E", "R", "DC"]);
  assert.equal(
    `${area?.address}/${area?.prefixLength} ${area?.metric}`,
    "2001:db8:0:3::/64 74",
  );
  assert.equal(String(link?.linkLocalAddress), "fe80::1");
  assert.equal(String(link?.prefixes?.[0]?.address), "2001:db8:0:12::");
  assert.deepEqual([intra?.referencedType, intra?.prefixCount], [0x2001, 1]);
  assert.equal(intra?.prefixes?.[0]?.metric, 10);
});

Deno.test("ospfv3: a network LSA has routers, a router LSA links (RFC 5340 §A.4.3, §A.4.4)", () => {
  const { lsas } = frame("ospfv3Network").ospfv3!;
  assert.deepEqual(lsas?.[0]?.routers?.map(String), ["1.1.1.1", "2.2.2.2"]);
  const link = lsas[3]?.links?.[0];
  assert.deepEqual(
    [
      link?.type,
      link?.metric,
      link?.interfaceId,
      String(link?.neighborRouterId),
    ],
    [2, 10, 5, "1.1.1.1"],
  );
});

Deno.test("ospfv3: an external LSA has what its flags say (RFC 5340 §A.4.7)", () => {
  const { ospfv3: built } = build(
    ipv6(),
    ospfv3({
      lsas: [{
        type: "asExternal",
        externalFlags: ["F", "T"],
        metric: 20,
        prefixLength: 48,
        address: "2001:db8:1::",
        forwardingAddress: "fe80::1",
        tag: 7,
      }],
    }),
  );
  const [lsa] = built.lsas ?? [];
  assert.equal(lsa?.length, 20 + 4 + 4 + 8 + 16 + 4);
  assert.equal(String(lsa.address), "2001:db8:1::");
  assert.equal(String(lsa.forwardingAddress), "fe80::1");
  assert.deepEqual([lsa.tag, lsa.referencedId, lsa.octets], [
    7,
    undefined,
    undefined,
  ]);
});

Deno.test("ospf, ospfv3: each packet is built again from its fields, sums and lengths worked out", () => {
  for (const name of ["ospfHello", "ospfDescription", "ospfUpdate"] as const) {
    const { ospf: view } = frame(name);
    const { length: _, checksum: _sum, ...rest } = decodedFields(view!);
    const lsas = view!.lsas?.map((lsa) => ({ ...lsa, checksum: undefined }));
    const built = build(ipv4(), ospf({ ...rest, lsas }));
    assert.equal(built.ospf.bytes.toHex(), view!.bytes.toHex(), name);
  }
  for (
    const name of ["ospfv3Hello", "ospfv3Update", "ospfv3Network"] as const
  ) {
    const { ipv6: below, ospfv3: view } = frame(name);
    const { length: _, checksum: _sum, ...rest } = decodedFields(view!);
    const lsas = view!.lsas?.map((lsa) => ({ ...lsa, checksum: undefined }));
    const { src, dst } = below!;
    const built = build(ipv6({ src, dst }), ospfv3({ ...rest, lsas }));
    assert.equal(built.ospfv3.bytes.toHex(), view!.bytes.toHex(), name);
  }
});

/** The fields of a header as they are read, those that are there. */
function decodedFields(view: { toJSON(): object }): Record<string, unknown> {
  const values = view as unknown as Record<string, unknown>;
  return Object.fromEntries(
    Object.keys(fieldsOf(view)).map((name) => [name, values[name]]),
  );
}

Deno.test("ospf: the checksum leaves out the authentication (RFC 2328 §D.4)", () => {
  const hello = { neighbors: [], mask: "255.255.255.0" };
  const plain = build(ipv4(), ospf(hello));
  const password = build(
    ipv4(),
    ospf({ ...hello, authType: "password", password: "secret" }),
  );
  assert.ok(plain.checksums.every(({ ok }) => ok));
  assert.ok(password.checksums.every(({ ok }) => ok));
  // Only the type of authentication, 1 more, is covered.
  assert.equal(plain.ospf.checksum - password.ospf.checksum, 1);
});

Deno.test("ospf: an LSA of an unknown kind keeps its octets; one too short ends the list", () => {
  const lsas = [
    { type: 10, linkStateId: "1.0.0.1", octets: octets("0102") },
    { type: 99, octets: octets("03") },
  ];
  const good = build(ipv4(), ospf({ lsas }));
  assert.equal(good.error, undefined);
  assert.deepEqual(good.ospf.lsas?.map(({ octets }) => octets?.toHex()), [
    "0102",
    "03",
  ]);
  const bad = build(
    ipv4(),
    ospf({ lsas: [lsas[0]!, { type: 99, length: 3 }] }),
  );
  assert.equal(bad.ospf.lsas?.length, 1);
  assert.match(bad.error?.message ?? "", /LSA of 3 octets at octet 70/);
});

Deno.test("ospf: another version is no header", () => {
  const packet = build(ipv4(), ospf({ version: 3, neighbors: [] }));
  assert.equal(packet.layers.length, 1);
  assert.match(packet.error?.message ?? "", /version is 3, not 2/);
});
