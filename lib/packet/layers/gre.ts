/**
 * Generic Routing Encapsulation, also in its enhanced version for PPTP.
 *
 * @module
 */

import { layer } from "../codec.ts";
import { list, record, when } from "../compound.ts";
import type { Format } from "../format.ts";
import { octets } from "../formats.ts";
import type { FieldInputs, FieldTable, FieldValue, Layer } from "../layer.ts";

/** The EtherTypes of mirrored frames and of Ethernet itself. */
const ERSPAN = 0x88be;
const ETHERNET = 0x6558;

const sourceRoute = record({
  /** What the addresses are: 0x0800 IPv4, 0xfffe autonomous systems. */
  family: { bits: 16, show: "hex" },
  /** Octets up to the address that comes next. */
  position: 8,
  length: 8,
  addresses: octets("length"),
}, "a source route");

type SourceRoute = FieldValue<typeof sourceRoute>;

const routes = list(sourceRoute) as unknown as Format<readonly SourceRoute[]>;

/** Entries up to one of family 0, which is not one of them (RFC 1701). */
const routing: Format<readonly SourceRoute[]> = {
  ...routes,
  about: "a list of source routes",
  isQuiet: false,
  read(from) {
    const routes: SourceRoute[] = [];
    for (;;) {
      const route = sourceRoute.read(from);
      if (route.family === 0 && route.length === 0) return routes;
      routes.push(route);
    }
  },
  write(to, value = []) {
    if (!Array.isArray(value)) to.refuse("be a list", value);
    value.forEach((one, i) => to.field(i, sourceRoute as Format<unknown>, one));
    to.u32(0);
  },
  random: (random, fields) =>
    (routes.random(random, fields) as SourceRoute[]).map((route) => ({
      ...route,
      family: route.family || 0x0800,
    })),
};

/** Version 0, of RFC 2784; 1 is that of PPTP. */
const isPlain = ({ version }: { version?: number }): boolean => version !== 1;

type Flags = { readonly version?: number; readonly flags?: readonly string[] };

/** The fields of a GRE header. */
export const greFields = {
  /** Which fields there are: checksum, routing, key, sequence number; strict source route. */
  flags: ["C", "R", "K", "S", "s"],
  /** How many more encapsulations are permitted (RFC 1701); 0 by now. */
  recursion: 3,
  /** Version 1: whether there is an acknowledgment number. */
  acknowledges: 1,
  /** Not in use. */
  reserved: 4,
  /** 0, or 1 for the enhanced version of PPTP (RFC 2637 §4.1). */
  version: 3,
  /** The payload's EtherType. */
  protocol: { bits: 16, show: "hex" },
  /** Internet checksum of header and payload (RFC 2784 §2.3). */
  checksum: when({ flags: ["C", "R"] }, { bits: 16, show: "hex" }),
  /** Where the next source route stands, in octets (RFC 1701); 0 by now. */
  offsetToRoute: when({ flags: ["C", "R"] }, 16),
  /** Which flow or which tenant (RFC 2890 §2.1). */
  key: when(
    (fields: Flags) => isPlain(fields) && fields.flags?.includes("K") === true,
    { bits: 32, show: "hex" },
  ),
  /** Version 1: octets of the payload. */
  payloadLength: when({ version: 1 }, 16),
  /** Version 1: the peer's number of the call. */
  callId: when({ version: 1 }, 16),
  /** Counts the packets (RFC 2890 §2.2). */
  sequenceNumber: when({ flags: "S" }, 32),
  /** Version 1: the highest sequence number that was received. */
  acknowledgmentNumber: when({ version: 1, acknowledges: 1 }, 32),
  /** Where the packet is to go (RFC 1701); not in use by now. */
  routing: when({ flags: "R" }, routing),
} as const satisfies FieldTable;

/** GRE. */
export const gre: Layer<"gre", typeof greFields> = layer("gre", greFields, {
  source: "RFC 2784 §2",
  // RFC 8086 §4 for the port.
  under: [["ipv4", 47], ["ipv6", 47], ["udp", 4754]],
  next: "protocol",
  nextLike: "ethernet",
  // Mirrored frames without a number have no header of their own (ERSPAN type I).
  select: ({ protocol, flags }) =>
    protocol === ERSPAN && !flags.includes("S") ? ETHERNET : undefined,
  header: "parsed",
  payload: {
    from: "payloadLength",
    octets: ({ payloadLength }) => payloadLength,
  },
  check: ({ version }) =>
    version <= 1 ? undefined : `version is ${version}, not 0 or 1`,
  implied,
  checksum: {
    field: "checksum",
    at: 4,
    over: "payload",
    coverage: ({ flags }) => flags.includes("C") ? undefined : 0,
  },
  summary: ({ protocol, key, callId, sequenceNumber }) =>
    `0x${protocol.toString(16).padStart(4, "0")}${
      key === undefined ? "" : ` key 0x${key.toString(16)}`
    }${callId === undefined ? "" : ` call ${callId}`}${
      sequenceNumber === undefined ? "" : ` seq ${sequenceNumber}`
    }`,
});

/** The flags that the fields that are set ask for. */
function implied(
  values: FieldInputs<typeof greFields>,
): FieldInputs<typeof greFields> {
  const { checksum, key, sequenceNumber, acknowledgmentNumber } = values;
  const isEnhanced = values.version === 1 || values.callId !== undefined ||
    acknowledgmentNumber !== undefined;
  return {
    flags: [
      ...checksum === undefined ? [] : ["C"] as const,
      ...values.routing === undefined ? [] : ["R"] as const,
      ...key === undefined && !isEnhanced ? [] : ["K"] as const,
      ...sequenceNumber === undefined ? [] : ["S"] as const,
    ],
    ...isEnhanced && { version: 1, protocol: 0x880b },
    ...acknowledgmentNumber !== undefined && { acknowledges: 1 },
  };
}
