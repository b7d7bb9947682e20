import assert from "node:assert/strict";
import fc from "fast-check";
import { canvas } from "../../../lib/inspect/canvas.ts";
import { builtin } from "../../../lib/snmp/mib/builtin.ts";
import { MibNameError } from "../../../lib/snmp/mib/mib_error.ts";
import { renderNode } from "../../../lib/snmp/mib/show.ts";
import { MibStore } from "../../../lib/snmp/mib/store.ts";
import { ACME_MIB } from "./mib_texts.ts";

const mibs = builtin.clone();
mibs.add(ACME_MIB);

Deno.test("OIDs are read in every form that people write", () => {
  for (
    const [text, oid] of [
      ["IF-MIB::ifDescr.1", "1.3.6.1.2.1.2.2.1.2.1"],
      ["ifDescr.1", "1.3.6.1.2.1.2.2.1.2.1"],
      [" ifDescr[1] ", "1.3.6.1.2.1.2.2.1.2.1"],
      ["sysDescr.0", "1.3.6.1.2.1.1.1.0"],
      ["sysDescr[0]", "1.3.6.1.2.1.1.1.0"],
      ["RFC1213-MIB::sysDescr.0", "1.3.6.1.2.1.1.1.0"],
      ["1.3.6.1", "1.3.6.1"],
      [".1.3.6.1", "1.3.6.1"],
      ["1", "1"],
      [".iso.org.dod.internet.mgmt", "1.3.6.1.2"],
      [".iso.0.8802.1.1.lldpMIB.lldpObjects.2", "1.0.8802.1.1.2.1.2"],
      ["iso.3.6.1", "1.3.6.1"],
      ["system.sysUpTime.0", "1.3.6.1.2.1.1.3.0"],
      ["interfaces.ifTable.ifEntry.ifDescr.2", "1.3.6.1.2.1.2.2.1.2.2"],
      ["enterprises.9.1.1", "1.3.6.1.4.1.9.1.1"],
      ['vacmGroupName.3."abc"', "1.3.6.1.6.3.16.1.2.1.3.3.3.97.98.99"],
      ["vacmGroupName[3][abc]", "1.3.6.1.6.3.16.1.2.1.3.3.3.97.98.99"],
      ['vacmGroupName[3]["a]c"]', "1.3.6.1.6.3.16.1.2.1.3.3.3.97.93.99"],
      ["snmpTargetAddrTAddress.'ab'", "1.3.6.1.6.3.12.1.2.1.3.97.98"],
      [
        'nsExtendOutLine."a\\"b".2',
        "1.3.6.1.4.1.8072.1.3.2.4.1.2.3.97.34.98.2",
      ],
      ["ipSystemStatsInReceives.ipv6", "1.3.6.1.2.1.4.31.1.1.3.2"],
      ['ipAddressIfIndex.ipv4."10.0.0.1"', "1.3.6.1.2.1.4.34.1.3.1.4.10.0.0.1"],
      [
        "ipAddressIfIndex[ipv6][fe80::1]",
        "1.3.6.1.2.1.4.34.1.3.2.16.254.128.0.0.0.0.0.0.0.0.0.0.0.0.0.1",
      ],
      ["ipAddressIfIndex.1.4.10.0.0.1", "1.3.6.1.2.1.4.34.1.3.1.4.10.0.0.1"],
      [
        "acmeTotal[00:11:22:33:44:55][on][ipv4][10.0.0.1][front]",
        "1.3.6.1.4.1.99999.1.4.1.6.0.17.34.51.68.85.1.1.4.10.0.0.1.102.114.111.110.116",
      ],
    ] as const
  ) assert.equal(mibs.parseOid(text), oid, text);
});

Deno.test("OIDs are written with names, in four styles", () => {
  const oid = "1.3.6.1.2.1.2.2.1.2.1";
  assert.equal(mibs.formatOid(oid), "IF-MIB::ifDescr.1");
  assert.equal(mibs.formatOid(`.${oid}`), "IF-MIB::ifDescr.1");
  assert.equal(mibs.formatOid(oid, "name"), "ifDescr.1");
  assert.equal(mibs.formatOid(oid, "numeric"), `.${oid}`);
  assert.equal(
    mibs.formatOid(oid, "full"),
    ".iso.org.dod.internet.mgmt.mib-2.interfaces.ifTable.ifEntry.ifDescr.1",
  );
  assert.equal(mibs.formatOid("1.3.6.1.2.1.1.3.0"), "SNMPv2-MIB::sysUpTime.0");
  assert.equal(mibs.formatOid("2.999.1", "module"), "joint-iso-ccitt.999.1");
  assert.equal(mibs.formatOid("1.0.8802.1", "full"), ".iso.0.8802.1");
});

Deno.test("what does not fit an index, or would not read back, stays numbers", () => {
  for (
    const [oid, text] of [
      [
        "1.3.6.1.6.3.16.1.2.1.3.3.3.97.98",
        "SNMP-VIEW-BASED-ACM-MIB::vacmGroupName.3.3.97.98",
      ],
      [
        "1.3.6.1.6.3.16.1.2.1.3.3.1.7",
        "SNMP-VIEW-BASED-ACM-MIB::vacmGroupName.3.1.7",
      ],
      [
        "1.3.6.1.6.3.16.1.2.1.3.3.1.300",
        "SNMP-VIEW-BASED-ACM-MIB::vacmGroupName.3.1.300",
      ],
      ["1.3.6.1.2.1.4.34.1.3.9.1.5", "IP-MIB::ipAddressIfIndex.9.1.5"],
    ] as const
  ) {
    assert.equal(mibs.formatOid(oid), text);
    assert.equal(mibs.parseOid(text), oid);
  }
});

Deno.test("whatever is below a column reads back as it was", () => {
  const columns = mibs.modules.flatMap((module) => mibs.nodes(module))
    .filter(({ kind }) => kind === "column");
  const arc = fc.oneof(
    { weight: 5, arbitrary: fc.nat(8) },
    { weight: 3, arbitrary: fc.integer({ min: 32, max: 126 }) },
    { weight: 1, arbitrary: fc.integer({ min: 0, max: 0xffff_ffff }) },
  );
  fc.assert(
    fc.property(
      fc.constantFrom(...columns),
      fc.array(arc, { maxLength: 24 }),
      (node, arcs) => {
        const oid = [node.oid, ...arcs].join(".");
        for (const style of ["module", "full", "numeric"] as const) {
          const text = mibs.formatOid(oid, style);
          assert.equal(mibs.parseOid(text), oid, text);
        }
      },
    ),
    { numRuns: 2000 },
  );
});

Deno.test("an index is cut into typed values, and joined again", () => {
  for (
    const [name, suffix, values] of [
      ["ifDescr", "7", { ifIndex: 7 }],
      ["ifHCInOctets", "7", { ifIndex: 7 }],
      ["ipAdEntIfIndex", "10.0.0.1", { ipAdEntAddr: "10.0.0.1" }],
      ["atPhysAddress", "3.1.10.0.0.1", {
        atIfIndex: 3,
        atNetAddress: "10.0.0.1",
      }],
      [
        "tcpConnState",
        "10.0.0.1.22.0.0.0.0.0",
        {
          tcpConnLocalAddress: "10.0.0.1",
          tcpConnLocalPort: 22,
          tcpConnRemAddress: "0.0.0.0",
          tcpConnRemPort: 0,
        },
      ],
      ["ipAddressIfIndex", "1.4.10.0.0.1", {
        ipAddressAddrType: "ipv4",
        ipAddressAddr: "10.0.0.1",
      }],
      [
        "ipAddressIfIndex",
        "4.20.254.128.0.0.0.0.0.0.0.0.0.0.0.0.0.1.0.0.0.3",
        { ipAddressAddrType: "ipv6z", ipAddressAddr: "fe80::1%3" },
      ],
      ["ipAddressIfIndex", "16.3.97.46.98", {
        ipAddressAddrType: "dns",
        ipAddressAddr: "a.b",
      }],
      ["dot1dTpFdbPort", "0.17.34.51.68.85", {
        dot1dTpFdbAddress: "00:11:22:33:44:55",
      }],
      ["dot1qTpFdbPort", "1.0.17.34.51.68.85", {
        dot1qFdbId: 1,
        dot1qTpFdbAddress: "00:11:22:33:44:55",
      }],
      ["vacmGroupName", "3.3.97.98.99", {
        vacmSecurityModel: 3,
        vacmSecurityName: "abc",
      }],
      ["snmpTargetAddrTDomain", "97.98", { snmpTargetAddrName: "ab" }],
      ["vacmViewTreeFamilyType", "1.97.2.1.3", {
        vacmViewTreeFamilyViewName: "a",
        vacmViewTreeFamilySubtree: "1.3",
      }],
      [
        "lldpRemManAddrIfId",
        "0.3.1.1.4.10.0.0.1",
        {
          lldpRemTimeMark: 0,
          lldpRemLocalPortNum: 3,
          lldpRemIndex: 1,
          lldpRemManAddrSubtype: "ipV4",
          lldpRemManAddr: "10.0.0.1",
        },
      ],
      [
        "acmeRange",
        "0.17.34.51.68.85.1.1.4.10.0.0.1.97",
        {
          acmeMac: "00:11:22:33:44:55",
          acmeState2: "on",
          acmeType: "ipv4",
          acmeAddr: "10.0.0.1",
          acmeName: "a",
        },
      ],
    ] as const
  ) {
    assert.deepEqual(mibs.decodeIndex(name, suffix), values, name);
    assert.equal(mibs.encodeIndex(name, values), suffix, name);
    assert.equal(mibs.encodeIndex(name, Object.values(values)), suffix, name);
  }
  assert.equal(
    mibs.encodeIndex("dot1dTpFdbTable", [Uint8Array.of(0, 17, 34, 51, 68, 85)]),
    "0.17.34.51.68.85",
  );
});

Deno.test("an index that does not fit is refused", () => {
  for (
    const [name, suffix, message] of [
      ["ifDescr", "", /ifIndex needs 1 numbers and has 0/],
      ["ifDescr", "1.2", /more numbers than the index has/],
      ["ifDescr", "x", /expected numbers with dots between/],
      ["ipAdEntIfIndex", "10.0.0", /ipAdEntAddr needs 4 numbers and has 3/],
      ["ipAdEntIfIndex", "10.0.0.256", /an octet of ipAdEntAddr is above 255/],
      ["vacmGroupName", "3.9.97", /vacmSecurityName needs 9 numbers and has 1/],
      ["vacmGroupName", "3", /the length of vacmSecurityName is missing/],
      ["atPhysAddress", "1.2.10.0.0.1", /atNetAddress is no Internet address/],
    ] as const
  ) {
    assert.throws(() => mibs.decodeIndex(name, suffix), {
      name: "ParseError",
      message,
    });
  }
  const { encodeIndex } = {
    encodeIndex: (values: Record<string, number | string>) => () =>
      mibs.encodeIndex("ipAddressIfIndex", values),
  };
  assert.throws(encodeIndex({}), {
    name: "TypeError",
    message: /must be 2 \(ipAddressAddrType, ipAddressAddr\)/,
  });
  assert.throws(encodeIndex({ ipAddressAddrType: 1, x: 1 }), {
    name: "TypeError",
    message: /must have ipAddressAddr/,
  });
  assert.throws(
    encodeIndex({ ipAddressAddrType: "ipv4", ipAddressAddr: "::1" }),
    { name: "ParseError", message: /not of InetAddressType 1/ },
  );
  assert.throws(
    encodeIndex({ ipAddressAddrType: "ipv5", ipAddressAddr: "::1" }),
    { name: "ParseError", message: /did you mean ipv4\?/ },
  );
  assert.throws(() => mibs.encodeIndex("ifTable", [-1]), {
    name: "ParseError",
    message: /between 0 and 4294967295/,
  });
  assert.throws(() => mibs.encodeIndex("dot1dTpFdbTable", ["00:11"]), {
    name: "ParseError",
    message: /it has 6 octets, and this has 2/,
  });
});

Deno.test("a name that is not there is told, with what may be meant", () => {
  for (
    const [text, suggestion] of [
      ["ifDesrc.1", "ifDescr"],
      ["IFDESCR", "ifDescr"],
      ["IFMIB::ifDescr", "IF-MIB::ifDescr"],
      ["IF-MIB::sysDescr.0", "SNMPv2-MIB::sysDescr"],
      ["IP-MIB::ipAdEntAdr", "IP-MIB::ipAdEntAddr"],
      ["SNMPv2-MIB::ifDecsr", "ifDescr"],
    ] as const
  ) {
    assert.throws(() => mibs.parseOid(text), (error) => {
      assert.ok(error instanceof MibNameError, text);
      assert.deepEqual(error.suggestions, [suggestion], text);
      assert.match(error.message, /did you mean/);
      return true;
    });
    assert.equal(mibs.tryFind(text), undefined);
  }
  for (
    const [text, message] of [
      ["", /expected a name, MODULE::name or numbers/],
      ["ifDescr.", /expected \.number, \."text" or \[value\] at offset 7/],
      ["ifDescr.x", /x is no value of the index at offset 8/],
      ["system.sysDesc.0", /system has no part called sysDesc/],
      ['ifDescr."1', /expected \.number/],
      ["ifDescr.4294967296", /a number above 32 bits/],
      ["1..2", /an OID is at most 128 numbers/],
      ["1.3.4294967296", /an OID is at most 128 numbers/],
      [Array(129).fill(1).join("."), /an OID is at most 128 numbers/],
      [`ifDescr${".1".repeat(120)}`, /more than 128 numbers/],
      ["ifDescr[1].2", /\[value\] stands for a whole index/],
    ] as const
  ) assert.throws(() => mibs.parseOid(text), { name: "ParseError", message });
  assert.throws(() => mibs.at("ifDescr"), {
    name: "ParseError",
    message: /expected numbers with dots/,
  });
  assert.throws(() => mibs.at("3.1"), { name: "ParseError" });
});

Deno.test("a name that modules disagree about needs its module", () => {
  const two = new MibStore();
  two.add("A-MIB DEFINITIONS ::= BEGIN x OBJECT IDENTIFIER ::= { iso 5 } END");
  two.add(
    "B-MIB DEFINITIONS ::= BEGIN x OBJECT IDENTIFIER ::= { iso 6 } y OBJECT IDENTIFIER ::= { x 1 } END",
  );
  assert.throws(() => two.find("x"), {
    message:
      /several modules define x \(A-MIB::x, B-MIB::x\); did you mean A-MIB::x\?/,
  });
  assert.equal(two.tryFind("x"), undefined);
  assert.equal(two.parseOid("B-MIB::x.3"), "1.6.3");
  // Inside of a module its own names count.
  assert.equal(two.parseOid("y"), "1.6.1");
});

Deno.test("of the built-in names none is unclear but those that snmpd has twice", () => {
  const names = builtin.modules.flatMap((module) => builtin.nodes(module));
  const unclear = new Set(
    names.filter(({ name }) => builtin.tryFind(name) === undefined).map((
      { name },
    ) => name),
  );
  const twice = new Set(
    builtin.find("ucdSnmpAgent").children().map(({ name }) => name),
  );
  assert.deepEqual([...unclear.difference(twice)], []);
  for (const node of names) {
    assert.equal(builtin.parseOid(`${node.module}::${node.name}`), node.oid);
    assert.ok(node.parent !== undefined, node.name);
    if (node.kind === "row") assert.ok(node.indexes.length > 0, node.name);
    if (node.kind === "scalar" || node.kind === "column") {
      assert.ok(node.syntax !== undefined, `${node.name} has a known syntax`);
      assert.ok(node.access !== undefined, node.name);
    }
    if (node.kind === "column") assert.ok(node.indexes.length > 0, node.name);
  }
});

Deno.test("what was found stays as it was when more is added", () => {
  const mine = builtin.clone();
  const before = mine.find("ifTable");
  mine.add(
    "X-MIB DEFINITIONS ::= BEGIN x OBJECT IDENTIFIER ::= { ifTable 9 } END",
  );
  assert.deepEqual(before.children().map(({ name }) => name), ["ifEntry"]);
  assert.deepEqual(mine.find("ifTable").children().map(({ name }) => name), [
    "ifEntry",
    "x",
  ]);
  assert.equal(builtin.tryFind("x"), undefined);
});

Deno.test("a subtree is drawn with syntax, index and access", () => {
  const page = canvas({ width: 80 });
  const text = renderNode(mibs.find("acmeTable"), page);
  assert.equal(
    text,
    [
      "ACME-MIB::acmeTable  1.3.6.1.4.1.99999.1.4  table",
      "└─ acmeEntry(1)  index acmeMac, acmeState2, acmeType, acmeAddr, implied acmeName",
      "   ├─ acmeMac(1)  MacAddress (SIZE (6))  not-accessible",
      "   ├─ acmeState2(2)  AcmeState { off(0), on(1), on-fire(-1) }  not-accessible",
      "   ├─ acmeType(3)  InetAddressType { unknown(0), ipv4(1), ipv6(2), ipv4z(3), ip…",
      "   ├─ acmeAddr(4)  InetAddress (SIZE (4 | 16))  not-accessible",
      "   ├─ acmeName(5)  DisplayString (SIZE (0..32))  not-accessible",
      "   ├─ acmeTotal(6)  Counter64  read-only",
      "   └─ acmeRow(7)  RowStatus { active(1), notInService(2), notReady(3), createAn…",
    ].join("\n"),
  );
  assert.equal(
    renderNode(mibs.find("acmeHeat"), page),
    [
      "ACME-MIB::acmeHeat",
      "  OID      1.3.6.1.4.1.99999.1.1",
      "  kind     scalar",
      "  syntax   AcmeTemperature (-400..1250)",
      "  hint     d-1",
      "  access   read-write",
      "  status   current",
      "  units    degrees",
      "  default  215",
      "  says     Now.",
    ].join("\n"),
  );
  assert.match(
    renderNode(mibs.find("acmeHot"), page),
    /carries +acmeHeat, ifIndex/,
  );
  assert.match(Deno.inspect(mibs.find("iso")), /^iso {2}1\n/);
  assert.match(Deno.inspect(mibs), /MIB modules[^]*ACME-MIB +26/);
});
