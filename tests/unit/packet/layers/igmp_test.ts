/** IGMP, versions 1 to 3. */

import assert from "node:assert/strict";
import { build, igmp, ipv4 } from "../../../../lib/packet/mod.ts";
import { golden, inIpv4 } from "./golden.ts";

Deno.test("igmp: queries and reports of versions 1 and 2 (IGMP_V2.pcap of tcpdump's tests)", () => {
  golden(inIpv4(2, "1164 ee9b 00000000"), "igmp", {
    type: 0x11,
    maximumResponseCode: 100,
    checksum: 0xee9b,
    group: "0.0.0.0",
  });
  const report = inIpv4(2, "1600 08fd e10000fb");
  assert.equal(`${report.igmp}`, "igmp membershipReportV2 225.0.0.251");
});

Deno.test("igmp: a query of version 3 has sources (RFC 9776 §4.1)", () => {
  golden(inIpv4(2, "118f 0000 e00000fb 0a 7d 0002 c0000205 c0000206"), "igmp", {
    type: 0x11,
    maximumResponseCode: 0x8f,
    checksum: 0,
    group: "224.0.0.251",
    query: {
      reserved: 0,
      suppress: 1,
      robustness: 2,
      interval: 125,
      sourceCount: 2,
      sources: ["192.0.2.5", "192.0.2.6"],
    },
  });
});

Deno.test("igmp: a report of version 3 has records (RFC 9776 §4.2)", () => {
  golden(
    inIpv4(
      2,
      `2200 0000 0000 0002 04 00 0000 e00000fb
       06 01 0001 e8000001 c0000205 01020304`,
    ),
    "igmp",
    {
      type: 0x22,
      maximumResponseCode: 0,
      checksum: 0,
      reserved: 0,
      recordCount: 2,
      records: [
        {
          type: 4,
          auxiliaryLength: 0,
          sourceCount: 0,
          group: "224.0.0.251",
          sources: [],
          auxiliary: "",
        },
        {
          type: 6,
          auxiliaryLength: 1,
          sourceCount: 1,
          group: "232.0.0.1",
          sources: ["192.0.2.5"],
          auxiliary: "01020304",
        },
      ],
    },
  );
});

Deno.test("igmp: counts are worked out, and the checksum", () => {
  const packet = build(
    ipv4({}),
    igmp({
      records: [{
        type: "allowNewSources",
        group: "232.0.0.1",
        sources: ["192.0.2.5", "192.0.2.6"],
      }],
    }),
  );
  assert.equal(packet.igmp.type, 0x22);
  assert.equal(packet.igmp.recordCount, 1);
  assert.equal(packet.igmp.records?.[0]?.sourceCount, 2);
  assert.ok(packet.checksums.every(({ ok }) => ok));
});

Deno.test("igmp: a count of more than there are gives what there are, and an error", () => {
  const packet = inIpv4(2, "2200 0000 0000 ffff 04 00 0000 e00000fb");
  assert.equal(packet.igmp?.records?.length, 1);
  assert.match(`${packet.error}`, /Cannot decode igmp: cut short/);
  assert.equal(inIpv4(2, "1300 0000 00000000").payload.length, 4, "DVMRP");
});
