/**
 * Open Shortest Path First, version 2.
 *
 * @module
 */

import { layer } from "../../codec.ts";
import { list, record, when } from "../../compound.ts";
import type { FieldTable, Layer } from "../../layer.ts";
import { paddedText } from "../../text_or_octets.ts";
import { lsa, lsaHeader, lsaHeaderFields, ospfOptions } from "./lsa.ts";

export type { OspfLsa } from "./lsa.ts";

const HELLO = 1;
const DESCRIPTION = 2;
const REQUEST = 3;
const UPDATE = 4;
const ACKNOWLEDGEMENT = 5;

/** Octets of the header that all packets have. */
const HEADER = 24;

/** Octets before the lists that take the rest. */
const BEFORE_NEIGHBORS = HEADER + 20;
const BEFORE_HEADERS: Readonly<Record<number, number>> = {
  [DESCRIPTION]: HEADER + 8,
  [ACKNOWLEDGEMENT]: HEADER,
};

const PASSWORD = 1;
const CRYPTOGRAPHIC = 2;

type Sizes = { readonly length: number; readonly type: number };

/** The fields of an OSPF packet; which there are, its type says. */
export const ospfFields = {
  /** 2. */
  version: 8,
  /** Which packet it is. */
  type: {
    bits: 8,
    names: {
      1: "hello",
      2: "databaseDescription",
      3: "linkStateRequest",
      4: "linkStateUpdate",
      5: "linkStateAcknowledgement",
    },
  },
  /** Octets of the packet, without a digest or a block of link-local signaling. */
  length: 16,
  /** Who sends it. */
  routerId: "ipv4",
  /** In which area; 0.0.0.0 is the backbone. */
  areaId: "ipv4",
  /** Internet checksum of the packet without the authentication; 0 with a digest. */
  checksum: { bits: 16, show: "hex" },
  /** How the sender proves itself. */
  authType: {
    bits: 16,
    names: { 0: "none", 1: "password", 2: "cryptographic" },
  },
  /** Password, in the clear. */
  password: when({ authType: PASSWORD }, paddedText(8)),
  /** Cryptographic: not in use. */
  authReserved: when({ authType: CRYPTOGRAPHIC }, 16),
  /** Cryptographic: which key. */
  keyId: when({ authType: CRYPTOGRAPHIC }, 8),
  /** Cryptographic: octets of the digest that follows the packet, as payload. */
  digestLength: when({ authType: CRYPTOGRAPHIC }, 8),
  /** Cryptographic: never goes down, so that nobody can replay. */
  cryptoSequence: when({ authType: CRYPTOGRAPHIC }, 32),
  /** No or other authentication: 8 octets. */
  authentication: when(
    ({ authType }: { readonly authType: number }) =>
      authType !== PASSWORD && authType !== CRYPTOGRAPHIC,
    { octets: 8 },
  ),
  /** Hello: the mask of the sender's network. */
  mask: when({ type: HELLO }, "ipv4"),
  /** Hello: seconds between two. */
  helloInterval: when({ type: HELLO }, 16),
  /** Description: octets of the largest IP datagram on the interface. */
  mtu: when({ type: DESCRIPTION }, 16),
  /** Hello, description: what the sender can do. */
  options: when({ type: [HELLO, DESCRIPTION] }, ospfOptions),
  /** Hello: for the election of a designated router; 0 for never. */
  priority: when({ type: HELLO }, 8),
  /** Hello: seconds of silence after which a router is gone. */
  deadInterval: when({ type: HELLO }, 32),
  /** Hello: the designated router; 0.0.0.0 for none. */
  designatedRouter: when({ type: HELLO }, "ipv4"),
  /** Hello: the one that takes over from it. */
  backupDesignatedRouter: when({ type: HELLO }, "ipv4"),
  /** Hello: the routers heard of late. */
  neighbors: when(
    { type: HELLO },
    list("ipv4", { octets: ({ length }: Sizes) => length - BEFORE_NEIGHBORS }),
  ),
  /** Description: first (I), more to come (M), sender leads (MS), resync (R). */
  flags: when(
    { type: DESCRIPTION },
    ["flag7", "flag6", "flag5", "flag4", "R", "I", "M", "MS"],
  ),
  /** Description: counts the packets. */
  sequence: when({ type: DESCRIPTION }, 32),
  /** Description, acknowledgement: headers of LSAs. */
  headers: when(
    { type: [DESCRIPTION, ACKNOWLEDGEMENT] },
    list(lsaHeader, {
      octets: ({ length, type }: Sizes) => length - BEFORE_HEADERS[type]!,
    }),
  ),
  /** Request: the LSAs that are asked for. */
  requests: when(
    { type: REQUEST },
    list(
      record({
        type: { bits: 32, names: lsaHeaderFields.type.names },
        linkStateId: "ipv4",
        advertisingRouter: "ipv4",
      }),
      { octets: ({ length }: Sizes) => length - HEADER },
    ),
  ),
  /** Update: how many `lsas`. */
  lsaCount: when({ type: UPDATE }, 32),
  /** Update: the LSAs. */
  lsas: when({ type: UPDATE }, list(lsa, { count: "lsaCount" })),
} as const satisfies FieldTable;

/** OSPF version 2; a digest is the packet's payload. */
export const ospf: Layer<"ospf", typeof ospfFields> = layer(
  "ospf",
  ospfFields,
  {
    source: "RFC 2328 §A.3",
    under: [["ipv4", 89]],
    header: "parsed",
    check: ({ version }) =>
      version === 2 ? undefined : `version is ${version}, not 2`,
    defaults: { version: 2 },
    computed: { length: ({ header }) => header },
    checksum: {
      field: "checksum",
      over: "payload",
      // The digest takes the checksum's place (RFC 2328 §D.4.3).
      coverage: ({ authType, length }) =>
        authType === CRYPTOGRAPHIC ? 0 : length,
      except: [16, 24],
    },
    implied({ neighbors, requests, headers, sequence, lsas }) {
      if (neighbors) {
        return { type: HELLO, helloInterval: 10, deadInterval: 40 };
      }
      if (sequence !== undefined) return { type: DESCRIPTION };
      if (requests) return { type: REQUEST };
      if (headers) return { type: ACKNOWLEDGEMENT };
      return lsas ? { type: UPDATE } : {};
    },
    summary: ({ type, routerId, areaId, lsas, neighbors }) => {
      const name = ospfFields.type.names[type as 1] ?? `type ${type}`;
      const more = lsas
        ? ` ${lsas.length} LSAs`
        : neighbors
        ? ` ${neighbors.length} neighbors`
        : "";
      return `${name} router ${routerId} area ${areaId}${more}`;
    },
  },
);
