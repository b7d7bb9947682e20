/**
 * Bridge protocol data units of the spanning tree protocols: STP, RSTP, MSTP and
 * the one per VLAN of Cisco's bridges.
 *
 * @module
 */

import { layer } from "../codec.ts";
import { list, record, sized, when } from "../compound.ts";
import type { Format } from "../format.ts";
import type { FieldTable, Layer } from "../layer.ts";

/** A bridge's identifier (IEEE 802.1D-2004 §9.2.5). */
const bridge = record({
  /** The upper part of the priority, in units of 4096. */
  priority: 4,
  /** The lower part: mostly the VLAN or the instance. */
  systemId: 12,
  /** The bridge's address. */
  mac: "mac",
}, "a bridge");

/** What a port thinks of itself (IEEE 802.1Q-2018 §14.2.8). */
const flags = record({
  /** A topology change is acknowledged. */
  topologyChangeAck: 1,
  /** An answer to a proposal; in MSTP of the CIST alone. */
  agreement: 1,
  forwarding: 1,
  learning: 1,
  portRole: {
    bits: 2,
    names: { 0: "unknown", 1: "alternate", 2: "root", 3: "designated" },
  },
  proposal: 1,
  topologyChange: 1,
}, "flags");

type Fields = { readonly version: number; readonly type: number };

/** Whether there is more than a notice of a topology change. */
const isConfiguration = { type: [0x00, 0x02] } as const;
const isRapid = ({ version, type }: Fields) => version >= 2 && type === 0x02;
const isMultiple = ({ version, type }: Fields) => version >= 3 && type === 0x02;

/** How one instance of MSTP sees its tree (§14.4.1). */
const instance = record({
  /** As above; the highest bit says that the port is that to another region. */
  master: 1,
  agreement: 1,
  forwarding: 1,
  learning: 1,
  portRole: {
    bits: 2,
    names: { 0: "unknown", 1: "alternate", 2: "root", 3: "designated" },
  },
  proposal: 1,
  topologyChange: 1,
  /** The root of the instance in the region; `systemId` tells the instance. */
  regionalRoot: bridge,
  /** Cost of the path to it. */
  internalRootPathCost: 32,
  /** Priority of the sending bridge in its upper 4 bits. */
  bridgePriority: 8,
  /** Priority of the sending port in its upper 4 bits. */
  portPriority: 8,
  remainingHops: 8,
}, "an instance");

/** The region, and its own trees. */
const multiple = record({
  /** 0. */
  formatSelector: 8,
  /** The region's name. */
  name: { text: 32 },
  revision: 16,
  /** HMAC-MD5 of which VLAN belongs to which instance (§13.8). */
  digest: { octets: 16 },
  /** Cost of the path to the region's root. */
  internalRootPathCost: 32,
  /** The sender, in the common tree. */
  bridge,
  remainingHops: 8,
  /** The other trees in the region. */
  instances: list(instance),
}, "a region");

/** Cisco's record behind the BPDU: type 0, length 2, the VLAN. */
const originatingVlan: Format<number | undefined, number> = {
  about: "a record with the VLAN",
  isQuiet: true,
  read(from) {
    // A configuration BPDU has no length of version 1, whose octet is kept free.
    const skip = from.fields.type === 0 ? 1 : 0;
    const isRecord = from.left >= 6 + skip &&
      from.view.getUint32(from.at + skip) === 0x00000002;
    if (!isRecord) return undefined;
    from.take(4 + skip);
    return from.u16();
  },
  write(to, value) {
    if (value === undefined) return;
    if (!Number.isInteger(value) || value < 0 || value > 0xffff) {
      to.refuse("be a VLAN", value, RangeError);
    }
    if (to.fields.type === 0) to.u8(0);
    to.u32(0x00000002);
    to.u16(value);
  },
  random: () => undefined,
  text: (value) => `${value}`,
};

/** The fields of a BPDU. */
export const stpFields = {
  /** 0. */
  protocolId: 16,
  /** Which protocol the bridge speaks. */
  version: {
    bits: 8,
    names: { 0: "stp", 2: "rstp", 3: "mstp", 4: "spt" },
  },
  /** What it says. */
  type: {
    bits: 8,
    show: "hex",
    names: { 0x00: "configuration", 0x02: "rapid", 0x80: "topologyChange" },
  },
  /** What the sending port does; STP has but the first and the last of them. */
  flags: when(isConfiguration, flags),
  /** The bridge that the sender takes for the root. */
  root: when(isConfiguration, bridge),
  /** Cost of the path to it; in MSTP of the path to its region. */
  rootPathCost: when(isConfiguration, 32),
  /** The sender; in MSTP the root of its region in the common tree. */
  bridge: when(isConfiguration, bridge),
  /** The sending port: priority in the upper 4 bits, number in the others. */
  portId: when(isConfiguration, { bits: 16, show: "hex" }),
  /** Age of this information in 1/256 seconds. */
  messageAge: when(isConfiguration, 16),
  /** At which age it is thrown away, in 1/256 seconds. */
  maxAge: when(isConfiguration, 16),
  /** How often the root sends, in 1/256 seconds. */
  helloTime: when(isConfiguration, 16),
  /** How long a port listens and learns, in 1/256 seconds. */
  forwardDelay: when(isConfiguration, 16),
  /** 0: there is no information of version 1. */
  version1Length: when(isRapid, 8),
  /** What MSTP adds, with its length in front (§14.2.6 to §14.2.13). */
  mst: when(isMultiple, sized(16, multiple)),
  /** The VLAN that a bridge of Cisco's sent it for (PVST+). */
  originatingVlan,
} as const satisfies FieldTable;

/** STP, RSTP and MSTP. */
export const stp: Layer<"stp", typeof stpFields> = layer("stp", stpFields, {
  source: "IEEE 802.1Q-2018 §14",
  under: [
    ["llc", 0x42],
    // PVST+ by Cisco's OUI, and 802.1's own in a bridge's tunnel.
    ["ethernet", 0x00000c_010b],
    ["ethernet", 0x0080c2_000e],
  ],
  header: "parsed",
  // GARP has another protocol identifier behind the same access point.
  check: ({ protocolId }) =>
    protocolId === 0 ? undefined : `protocol identifier is ${protocolId}`,
  tentative: true,
  implied: ({ version = 0 }) => ({
    type: version === 0 || version === "stp" ? "configuration" : "rapid",
  }),
  summary({ version, type, root, bridge, rootPathCost, portId }) {
    if (root === undefined || bridge === undefined) {
      return type === 0x80 ? "topology change" : `type ${type}`;
    }
    const name = ({ priority, systemId, mac }: typeof root) =>
      `${priority * 4096 + systemId}.${mac}`;
    return `version ${version} root ${name(root)} cost ${rootPathCost} bridge ${
      name(bridge)
    } port 0x${portId?.toString(16).padStart(4, "0")}`;
  },
});
