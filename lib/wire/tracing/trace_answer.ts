/**
 * What a traceroute finds, hop by hop.
 *
 * @module
 */

import type { Address } from "../../ip/address.ts";
import type { TraceProtocol } from "./trace_probe.ts";

/** One probe's answer. */
export interface TraceAnswer {
  /** To whom the probe went. */
  readonly target: Address;
  /** How many hops it was allowed. */
  readonly hop: number;
  /** Of which flow it was, from 1 on. */
  readonly flow: number;
  /** Who answered. */
  readonly from: Address;
  /** From the probe's leaving to the answer's coming, in milliseconds. */
  readonly rtt: number;
  /** It went as far as it might, could not go on, or arrived. */
  readonly kind: "expired" | "unreachable" | "arrived";
  /** Why it could not go on: `"!H"` no such host, `"!N"` network, `"!X"` forbidden, `"!F-1400"` too big. */
  readonly mark: string | undefined;
  /** The largest packet that would go on, in octets, where that is why. */
  readonly mtu: number | undefined;
  /** What TCP or UDP tell of the port there. */
  readonly port: "open" | "closed" | undefined;
  /** The MPLS labels that the probe came with, the outermost first. */
  readonly labels: readonly {
    /** The label. */
    readonly label: number;
    /** How many more hops it might have taken. */
    readonly ttl: number;
  }[];
  /** How many hops the answer could still have taken. */
  readonly hopLimit: number;
}

/** All answers from so many hops away. */
export interface TraceHop {
  /** How many hops, from 1 on. */
  readonly hop: number;
  /** Who answered, in order of the flows: several where ways part. */
  readonly addresses: readonly Address[];
  /** The answers. */
  readonly answers: readonly TraceAnswer[];
  /** Flows whose probes found no answer here. */
  readonly silent: readonly number[];
}

/** The facts that a {@linkcode Trace} is made of. */
export interface TraceFacts {
  /** From where. */
  readonly source: Address;
  /** To whom. */
  readonly target: Address;
  /** With what. */
  readonly protocol: TraceProtocol;
  /** The port; 0 for ICMP. */
  readonly port: number;
  /** How many flows. */
  readonly flows: number;
  /** The hops in order. */
  readonly hops: readonly TraceHop[];
}
