/**
 * Open Shortest Path First, version 3: over IPv6.
 *
 * @module
 */

import { layer } from "../../codec.ts";
import { list, record, when } from "../../compound.ts";
import type { FieldTable, Layer } from "../../layer.ts";
import { lsa3, lsa3Header, lsa3HeaderFields, ospfv3Options } from "./lsa3.ts";

export type { Ospfv3Lsa } from "./lsa3.ts";

const HELLO = 1;
const DESCRIPTION = 2;
const REQUEST = 3;
const UPDATE = 4;
const ACKNOWLEDGEMENT = 5;

/** Octets of the header that all packets have. */
const HEADER = 16;

/** Octets before the lists that take the rest. */
const BEFORE_NEIGHBORS = HEADER + 20;
const BEFORE_HEADERS: Readonly<Record<number, number>> = {
  [DESCRIPTION]: HEADER + 12,
  [ACKNOWLEDGEMENT]: HEADER,
};

type Sizes = { readonly length: number; readonly type: number };

/** The fields of an OSPF packet; which there are, its type says. */
export const ospfv3Fields = {
  /** 3. */
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
  /** Octets of the packet, without link-local signaling and authentication. */
  length: 16,
  /** Who sends it. */
  routerId: "ipv4",
  /** In which area; 0.0.0.0 is the backbone. */
  areaId: "ipv4",
  /** Internet checksum of pseudo-header and packet. */
  checksum: { bits: 16, show: "hex" },
  /** Which of several on the link; its range says which family it is for. */
  instanceId: 8,
  /** Not in use. */
  reserved: 8,
  /** Hello: the sender's number for its interface. */
  interfaceId: when({ type: HELLO }, 32),
  /** Hello: for the election of a designated router; 0 for never. */
  priority: when({ type: HELLO }, 8),
  /** Description: not in use. */
  descriptionReserved: when({ type: DESCRIPTION }, 8),
  /** Hello, description: what the sender can do. */
  options: when({ type: [HELLO, DESCRIPTION] }, ospfv3Options),
  /** Hello: seconds between two. */
  helloInterval: when({ type: HELLO }, 16),
  /** Hello: seconds of silence after which a router is gone. */
  deadInterval: when({ type: HELLO }, 16),
  /** Hello: the designated router, by its ID; 0.0.0.0 for none. */
  designatedRouter: when({ type: HELLO }, "ipv4"),
  /** Hello: the one that takes over from it. */
  backupDesignatedRouter: when({ type: HELLO }, "ipv4"),
  /** Hello: the routers heard of late. */
  neighbors: when(
    { type: HELLO },
    list("ipv4", { octets: ({ length }: Sizes) => length - BEFORE_NEIGHBORS }),
  ),
  /** Description: octets of the largest IPv6 datagram on the interface. */
  mtu: when({ type: DESCRIPTION }, 16),
  /** Description: not in use. */
  flagsReserved: when({ type: DESCRIPTION }, 8),
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
    list(lsa3Header, {
      octets: ({ length, type }: Sizes) => length - BEFORE_HEADERS[type]!,
    }),
  ),
  /** Request: the LSAs that are asked for. */
  requests: when(
    { type: REQUEST },
    list(
      record({
        reserved: 16,
        type: lsa3HeaderFields.type,
        linkStateId: "ipv4",
        advertisingRouter: "ipv4",
      }),
      { octets: ({ length }: Sizes) => length - HEADER },
    ),
  ),
  /** Update: how many `lsas`. */
  lsaCount: when({ type: UPDATE }, 32),
  /** Update: the LSAs. */
  lsas: when({ type: UPDATE }, list(lsa3, { count: "lsaCount" })),
} as const satisfies FieldTable;

/** OSPF version 3. */
export const ospfv3: Layer<"ospfv3", typeof ospfv3Fields> = layer(
  "ospfv3",
  ospfv3Fields,
  {
    source: "RFC 5340 §A.3",
    under: [["ipv6", 89]],
    header: "parsed",
    check: ({ version }) =>
      version === 3 ? undefined : `version is ${version}, not 3`,
    defaults: { version: 3 },
    computed: { length: ({ header }) => header },
    checksum: { field: "checksum", over: "pseudo" },
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
      const name = ospfv3Fields.type.names[type as 1] ?? `type ${type}`;
      const more = lsas
        ? ` ${lsas.length} LSAs`
        : neighbors
        ? ` ${neighbors.length} neighbors`
        : "";
      return `${name} router ${routerId} area ${areaId}${more}`;
    },
  },
);
