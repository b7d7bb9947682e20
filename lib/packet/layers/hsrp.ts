/**
 * Cisco's Hot Standby Router Protocol, versions 1 and 2.
 *
 * @module
 */

import { layer } from "../codec.ts";
import { choose, when } from "../compound.ts";
import type { Format } from "../format.ts";
import type { FieldTable, Layer } from "../layer.ts";
import { type OptionKinds, options } from "../options.ts";
import { paddedText } from "../text_or_octets.ts";

/** What version 1 has in its first octet. */
const VERSION_1 = 0;

const ADVERTISE = 3;

/**
 * The version: an octet in version 1, where it is 0; version 2 has none, and
 * starts with the type of a TLV, which is not 0.
 */
const version: Format<number> = {
  about: "0 for version 1; 2",
  read(from) {
    if (from.left === 0) from.take(1);
    if (from.octets[from.at] !== VERSION_1) return 2;
    return from.u8();
  },
  write(to, value = VERSION_1) {
    if (value !== VERSION_1 && value !== 2) to.refuse("be 0 or 2", value);
    if (value === VERSION_1) to.u8(VERSION_1);
  },
  random: (random) => random() < 0.5 ? VERSION_1 : 2,
  text: (value) => value === VERSION_1 ? "0 version 1" : `${value}`,
};

const opcode = {
  bits: 8,
  names: { 0: "hello", 1: "coup", 2: "resign", 3: "advertise" },
} as const;

/** Where the router stands, in version 1. */
const STATES = {
  0: "initial",
  1: "learn",
  2: "listen",
  4: "speak",
  8: "standby",
  16: "active",
} as const;

/** The same in version 2. */
const STATES_2 = {
  0: "disabled",
  1: "initial",
  2: "learn",
  3: "listen",
  4: "speak",
  5: "standby",
  6: "active",
} as const;

const tlvKinds = {
  1: ["groupState", {
    version: 8,
    opcode,
    state: { bits: 8, names: STATES_2 },
    ipVersion: 8,
    group: 16,
    identifier: "mac",
    priority: 32,
    helloMilliseconds: 32,
    holdMilliseconds: 32,
    virtualAddress: choose("ipVersion", { 4: "ipv4" }, "ipv6"),
    // An address of IPv4 leaves 12 of 16 octets to whatever was there before.
    padding: when({ ipVersion: 4 }, { octets: 12 }),
  }],
  2: ["interfaceState", { activeGroups: 16, passiveGroups: 16 }],
  3: ["textAuthentication", { text: paddedText(8) }],
  4: ["md5Authentication", {
    algorithm: { bits: 8, names: { 1: "md5" } },
    padding: 8,
    flags: 16,
    address: "ipv4",
    keyId: 32,
    digest: { octets: 16 },
  }],
} as const satisfies OptionKinds;

const anyTlvs = options({ covers: "value", kinds: tlvKinds });

const tlvs: typeof anyTlvs = {
  ...anyTlvs,
  random(random, fields) {
    const made = anyTlvs.random(random, fields) as readonly unknown[];
    // Version 2 is told by its first TLV.
    return made.length > 0 || fields.version === VERSION_1
      ? made
      : [{ kind: "interfaceState", activeGroups: 1, passiveGroups: 2 }];
  },
};

/** Version 1, any packet but the one that advertises an interface's state. */
const isGroup = ({ version, opcode }: { version: number; opcode: number }) =>
  version === VERSION_1 && opcode !== ADVERTISE;

const ADVERTISED = { version: VERSION_1, opcode: ADVERTISE } as const;

/** The fields of an HSRP packet; version 2 has nothing but `tlvs`. */
export const hsrpFields = {
  /** 0 for version 1; 2. */
  version,
  /** Version 1: what the packet is for. */
  opcode: when({ version: VERSION_1 }, opcode),
  /** Version 1: where the sender stands. */
  state: when(isGroup, { bits: 8, names: STATES }),
  /** Version 1: seconds between hellos. */
  helloTime: when(isGroup, 8),
  /** Version 1: seconds that a hello counts for. */
  holdTime: when(isGroup, 8),
  /** Version 1: the highest is active. */
  priority: when(isGroup, 8),
  /** Version 1: which group of routers, 0 to 255. */
  group: when(isGroup, 8),
  /** Version 1: not in use. */
  reserved: when(isGroup, 8),
  /** Version 1: a password in the clear, mostly `cisco`. */
  authentication: when(isGroup, paddedText(8)),
  /** Version 1: the address that the group stands for. */
  virtualAddress: when(isGroup, "ipv4"),
  /** Version 1, advertise: 1. */
  advertiseType: when(ADVERTISED, 16),
  /** Version 1, advertise: octets of what follows. */
  advertiseLength: when(ADVERTISED, 16),
  /** Version 1, advertise: 1 dormant, 2 passive, 3 active. */
  interfaceState: when(ADVERTISED, {
    bits: 8,
    names: { 1: "dormant", 2: "passive", 3: "active" },
  }),
  /** Version 1, advertise: not in use. */
  advertiseReserved: when(ADVERTISED, 8),
  /** Version 1, advertise: groups in which the router is active. */
  activeGroups: when(ADVERTISED, 16),
  /** Version 1, advertise: groups in which it is not. */
  passiveGroups: when(ADVERTISED, 16),
  /** Version 1, advertise: not in use. */
  advertisePadding: when(ADVERTISED, 32),
  /** Version 2: all there is; in version 1 a digest. */
  tlvs,
} as const satisfies FieldTable;

/** HSRP. */
export const hsrp: Layer<"hsrp", typeof hsrpFields> = layer(
  "hsrp",
  hsrpFields,
  {
    source: "RFC 2281 §5; version 2 is Cisco's own",
    under: [["udp", 1985], ["udp", 2029]],
    header: "parsed",
    summary: (
      { opcode: code, state, group, priority, virtualAddress, tlvs },
    ) => {
      const [one] = tlvs.filter((tlv) => tlv.kind === "groupState");
      const nameOf = (number: number) =>
        opcode.names[number as 0] ?? `opcode ${number}`;
      if (one) {
        return `v2 ${nameOf(one.opcode)} ${
          STATES_2[one.state as 0] ?? one.state
        } group ${one.group} priority ${one.priority} ${one.virtualAddress}`;
      }
      if (code === undefined) return "v2";
      if (state === undefined) return `v1 ${nameOf(code)}`;
      return `v1 ${nameOf(code)} ${
        STATES[state as 0] ?? state
      } group ${group} priority ${priority} ${virtualAddress}`;
    },
  },
);
