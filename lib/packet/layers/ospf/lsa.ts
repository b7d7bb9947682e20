/**
 * The link state advertisements of OSPF version 2.
 *
 * @module
 */

import { list, record, when } from "../../compound.ts";
import type { Format } from "../../format.ts";
import type { FieldInputs, FieldTable, FieldValues } from "../../layer.ts";
import { lsaOf, lsaRest } from "./lsa_frame.ts";

/** What a router can do (RFC 2328 §A.2, RFC 3101 §2.4, RFC 5250, RFC 4576). */
export const ospfOptions = [
  "DN",
  "O",
  "DC",
  "L",
  "NP",
  "MC",
  "E",
  "MT",
] as const;

/** The fields of an LSA's header. */
export const lsaHeaderFields = {
  /** Seconds since it was made; 3600 to take it back. */
  age: 16,
  /** What the router that made it can do. */
  options: ospfOptions,
  /** What it describes. */
  type: {
    bits: 8,
    names: {
      1: "router",
      2: "network",
      3: "summaryNetwork",
      4: "summaryRouter",
      5: "asExternal",
      7: "nssaExternal",
      9: "opaqueLink",
      10: "opaqueArea",
      11: "opaqueAs",
    },
  },
  /** Which of its router's; what it means, the type says. */
  linkStateId: "ipv4",
  /** The router that made it. */
  advertisingRouter: "ipv4",
  /** Which of two is newer; counts from 0x80000001. */
  sequence: { bits: 32, show: "hex" },
  /** Fletcher's checksum of all but the age. */
  checksum: { bits: 16, show: "hex" },
  /** Octets, header included. */
  length: 16,
} as const satisfies FieldTable;

const ROUTER = 1;
const NETWORK = 2;
const SUMMARY = [3, 4];
const EXTERNAL = [5, 7];

/** The routes to outside: E is for metrics of type 2, the rest is the TOS. */
const externalFlags = [
  "E",
  "tos6",
  "tos5",
  "tos4",
  "tos3",
  "tos2",
  "tos1",
  "tos0",
] as const;

/** One link of a router (RFC 2328 §A.4.2). */
const link = record({
  id: "ipv4",
  data: "ipv4",
  type: {
    bits: 8,
    names: { 1: "pointToPoint", 2: "transit", 3: "stub", 4: "virtual" },
  },
  tosCount: 8,
  metric: 16,
  tosMetrics: list(record({ tos: 8, reserved: 8, metric: 16 }), {
    count: "tosCount",
  }),
}, "a link of a router");

/** The fields of an LSA; which of them there are, its type says. */
const lsaFields = {
  ...lsaHeaderFields,
  /** Router: border router (B), AS boundary (E), end of a virtual link (V). */
  flags: when({ type: ROUTER }, [
    "flag7",
    "flag6",
    "flag5",
    "Nt",
    "W",
    "V",
    "E",
    "B",
  ]),
  /** Router: not in use. */
  reserved: when({ type: ROUTER }, 8),
  /** Router: how many `links`. */
  linkCount: when({ type: ROUTER }, 16),
  /** Router: where it is linked to. */
  links: when({ type: ROUTER }, list(link, { count: "linkCount" })),
  /** Network, summary, external: the mask that belongs to `linkStateId`. */
  mask: when({ type: [NETWORK, ...SUMMARY, ...EXTERNAL] }, "ipv4"),
  /** Network: the routers on it. */
  routers: when({ type: NETWORK }, list("ipv4")),
  /** Summary: not in use. */
  summaryReserved: when({ type: SUMMARY }, 8),
  /** External: E, for a metric that is more than any within the AS. */
  externalFlags: when({ type: EXTERNAL }, externalFlags),
  /** Summary, external: the cost. */
  metric: when({ type: [...SUMMARY, ...EXTERNAL] }, 24),
  /** External: where to send packets; 0.0.0.0 for the advertising router. */
  forwardingAddress: when({ type: EXTERNAL }, "ipv4"),
  /** External: a note between boundary routers. */
  tag: when({ type: EXTERNAL }, 32),
  /** Summary, external: costs by type of service, as RFC 1583 had them. */
  tosMetrics: when({ type: SUMMARY }, list(record({ tos: 8, metric: 24 }))),
  /** External: the same with all that goes with them. */
  tosRoutes: when(
    { type: EXTERNAL },
    list(record({
      flags: externalFlags,
      metric: 24,
      forwardingAddress: "ipv4",
      tag: 32,
    })),
  ),
  /** What is left: of opaque and unknown kinds, all of it. */
  octets: lsaRest([ROUTER, NETWORK, ...SUMMARY, ...EXTERNAL]),
} as const satisfies FieldTable;

/** An LSA of OSPF version 2. */
export type OspfLsa = FieldValues<typeof lsaFields>;

/** An LSA's header alone. */
export const lsaHeader: Format<
  FieldValues<typeof lsaHeaderFields>,
  FieldInputs<typeof lsaHeaderFields>
> = record(lsaHeaderFields, "the header of an LSA");

/** A whole LSA. */
export const lsa: Format<OspfLsa, FieldInputs<typeof lsaFields>> = lsaOf(
  record(lsaFields, "a link state advertisement"),
);
