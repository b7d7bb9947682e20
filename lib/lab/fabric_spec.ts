/**
 * What the fabric is asked for, and what it tells of itself: plain data that
 * goes from one thread to another.
 *
 * @module
 */

import type { Impairment, Port } from "./topology.ts";

/** An interface in a namespace: one end of a virtual cable. */
export interface FabricEnd {
  /** A descriptor of the namespace, open in this process while it is taken up. */
  readonly netns: number;
  /** The interface's name there. */
  readonly interface: string;
}

/** A port of a userspace switch. */
export interface FabricPort extends FabricEnd {
  /** Which VLANs it carries; without it the port looks at no tags. */
  readonly port?: Port | undefined;
  /** Whether only hosts are behind it, so that spanning tree need not wait for them. @default {false} */
  readonly edge?: boolean | undefined;
}

/** A userspace switch. */
export interface SwitchSpec {
  /** What it is called, by itself among the fabric's switches. */
  readonly name: string;
  /** Whether it runs spanning tree. */
  readonly stp: boolean;
  /** Its ports, numbered from 0 in this order. */
  readonly ports: readonly FabricPort[];
  /** Its spanning-tree priority, a multiple of 4096: the lowest becomes the root. @default {32768} */
  readonly priority?: number | undefined;
  /** Seconds after which an address that sends no more is forgotten. @default {300} */
  readonly ageing?: number | undefined;
}

/** A userspace link: what comes in at one end goes out at the other. */
export interface LinkSpec extends Impairment {
  /** What it is called, by itself among the fabric's links. */
  readonly name: string;
  /** One end. */
  readonly a: FabricEnd;
  /** The other. */
  readonly b: FabricEnd;
  /**
   * Octets that may wait for their turn each way when `rate` is less than what
   * comes; what finds no room is dropped. @default {50 ms of the rate, at least 32 KiB}
   */
  readonly queue?: number | undefined;
  /** Where its chances start from, so that runs repeat: 0 to 2⁵³ - 1. @default {from its name} */
  readonly seed?: number | undefined;
}

/** What may change about a link that works; what is not said stays. */
export interface LinkChange {
  /** Milliseconds one way. */
  readonly delay?: number | undefined;
  /** Milliseconds by which the delay varies to both sides. */
  readonly jitter?: number | undefined;
  /** The share of frames that are lost, 0 to 1. */
  readonly loss?: number | undefined;
  /** The share of frames that overtake those that are on their way, 0 to 1. */
  readonly reorder?: number | undefined;
  /** Bits a second each way; 0 for no limit. */
  readonly rate?: number | undefined;
  /** Octets that may wait each way. */
  readonly queue?: number | undefined;
  /** Whether the cable is plugged in: without it both sides lose their carrier. */
  readonly up?: boolean | undefined;
}

/**
 * Why a frame went no further: its VLAN may not pass or it is for where it came
 * from (`"filtered"`), spanning tree blocks the port (`"blocked"`), chance
 * (`"lost"`), no room in a queue (`"overflow"`), too many floods
 * (`"storm"`), a port or link that is down (`"down"`), the kernel would not
 * have it, for its length say (`"refused"`).
 */
export type Drop =
  | "filtered"
  | "blocked"
  | "lost"
  | "overflow"
  | "storm"
  | "down"
  | "refused";

/** A count of frames; a large segment counts as the frames that it would be on a cable. */
export interface Traffic {
  /** Frames. */
  readonly frames: number;
  /** Their octets, Ethernet header included, without preamble and checksum. */
  readonly octets: number;
}

/** What an interface of the fabric has seen. */
export interface PortStats {
  /** Its name. */
  readonly interface: string;
  /** Whether it is up, and has a carrier. */
  readonly up: boolean;
  /** What came in by it. */
  readonly received: Traffic;
  /** What went out by it. */
  readonly sent: Traffic;
  /** Frames that came in by it, or were to go out by it, and went no further. */
  readonly dropped: number;
  /** The same by reason; what is 0 is not there. */
  readonly drops: Readonly<Partial<Record<Drop, number>>>;
  /** Its part in the spanning tree, if the switch runs it. */
  readonly stp?: {
    /** `"root"`, `"designated"`, … */
    readonly role: string;
    /** `"forwarding"`, `"discarding"`, … */
    readonly state: string;
  };
}

/** One address that a switch has learned. */
export interface MacEntry {
  /** The VLAN; 1 for a switch that looks at no tags. */
  readonly vlan: number;
  /** The address, lower case with colons. */
  readonly mac: string;
  /** The interface that it is behind. */
  readonly interface: string;
  /** Seconds since it last sent. */
  readonly age: number;
}

/** What a userspace switch has seen and learned. */
export interface SwitchStats {
  /** Its name. */
  readonly name: string;
  /** Its ports in order. */
  readonly ports: readonly PortStats[];
  /** Its forwarding table, by VLAN and address. */
  readonly macs: readonly MacEntry[];
  /** How it sees the spanning tree, if it runs it. */
  readonly stp?: {
    /** Its own identifier: priority, a dot, its MAC address. */
    readonly bridge: string;
    /** The root's. */
    readonly root: string;
    /** Cost of the path to the root. */
    readonly rootCost: number;
  };
}

/** What a userspace link has seen. */
export interface LinkStats {
  /** Its name. */
  readonly name: string;
  /** Whether its cable is plugged in. */
  readonly up: boolean;
  /** Frames that are on their way. */
  readonly queued: number;
  /** One end: drops are of what came in by it. */
  readonly a: PortStats;
  /** The other. */
  readonly b: PortStats;
}

/** What a fabric has seen. */
export interface FabricStats {
  /** Its switches, in the order in which they were added. */
  readonly switches: readonly SwitchStats[];
  /** Its links, likewise. */
  readonly links: readonly LinkStats[];
}

/** What the fabric's thread is told to do. */
export type Command =
  | { readonly do: "switch"; readonly spec: SwitchSpec }
  | { readonly do: "link"; readonly spec: LinkSpec }
  | {
    readonly do: "update";
    readonly name: string;
    readonly change: LinkChange;
  }
  | { readonly do: "remove"; readonly name: string }
  | { readonly do: "stats" }
  | { readonly do: "stop" };

/** What it answers, in the order of the commands. */
export type Answer =
  | { readonly ok: true; readonly value: FabricStats | undefined }
  | { readonly ok: false; readonly failure: Failure };

/** An error in a form that goes from one thread to another. */
export interface Failure {
  /** The name of its class. */
  readonly name: string;
  /** All of what it says. */
  readonly message: string;
  /** A `NetError`'s own facts. */
  readonly facts?: {
    readonly reason: string;
    readonly code: string;
    readonly op: string;
    readonly target?: string | undefined;
    readonly hint?: string | undefined;
  };
}
