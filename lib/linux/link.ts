/**
 * What there is to know of a link.
 *
 * @module
 */

import type { Mac } from "../ip/mac/mac.ts";

/** What a link has received. */
export interface ReceiveStatistics {
  /** Octets. */
  readonly bytes: number;
  /** Packets. */
  readonly packets: number;
  /** Packets that were not fit to use. */
  readonly errors: number;
  /** Packets that were thrown away for want of room, or unasked for. */
  readonly dropped: number;
  /** Multicast packets. */
  readonly multicast: number;
  /** Frames of a length that cannot be. */
  readonly lengthErrors: number;
  /** Frames for which the card had no room. */
  readonly overErrors: number;
  /** Frames with a wrong checksum. */
  readonly crcErrors: number;
  /** Frames that were not whole octets. */
  readonly frameErrors: number;
  /** Frames that came faster than the card could take them. */
  readonly fifoErrors: number;
  /** Frames that the card missed. */
  readonly missedErrors: number;
  /** Packets that nothing on this machine takes. */
  readonly noHandler: number;
}

/** What a link has sent. */
export interface TransmitStatistics {
  /** Octets. */
  readonly bytes: number;
  /** Packets. */
  readonly packets: number;
  /** Packets that could not be sent. */
  readonly errors: number;
  /** Packets that were thrown away. */
  readonly dropped: number;
  /** Collisions. */
  readonly collisions: number;
  /** Frames that were given up. */
  readonly abortedErrors: number;
  /** Frames lost as the carrier went. */
  readonly carrierErrors: number;
  /** Frames that the card asked for too late. */
  readonly fifoErrors: number;
  /** Missing signs of life of an old transceiver. */
  readonly heartbeatErrors: number;
  /** Collisions that came too late. */
  readonly windowErrors: number;
}

/** A link's counters since it was made; exact up to 2⁵³. */
export interface LinkStatistics {
  /** What it has received. */
  readonly rx: ReceiveStatistics;
  /** What it has sent. */
  readonly tx: TransmitStatistics;
}

/** One link, as `ip -d -s link` shows it. */
export interface Link {
  /** Its number. */
  readonly index: number;
  /** Its name. */
  readonly name: string;
  /** What made it: `"veth"`, `"bridge"`, `"vlan"`, …; none for hardware. */
  readonly kind?: string | undefined;
  /** What is on the wire: `"ether"`, `"loopback"`, `"none"`. */
  readonly type: string;
  /** Whether it is administratively up. */
  readonly up: boolean;
  /** Its operational state, RFC 2863: `"UP"`, `"DOWN"`, `"LOWERLAYERDOWN"`, `"UNKNOWN"`. */
  readonly state: string;
  /** Whether something is plugged in at the other end. */
  readonly carrier?: boolean | undefined;
  /** Its flags, as `ip` names them. */
  readonly flags: readonly string[];
  /** Octets that a packet may have. */
  readonly mtu: number;
  /** The least that may be set; 0 if unknown. */
  readonly minMtu?: number | undefined;
  /** The most that may be set; 0 if unknown. */
  readonly maxMtu?: number | undefined;
  /** Its hardware address. */
  readonly mac?: Mac | undefined;
  /** The hardware address of all. */
  readonly broadcast?: Mac | undefined;
  /** The hardware address that it was built with. */
  readonly permanentMac?: Mac | undefined;
  /** The name of the bridge, bond or VRF that it is a port of. */
  readonly master?: string | undefined;
  /** The index of that. */
  readonly masterIndex?: number | undefined;
  /** The name of what it lies on; for veth, the other end, if that is here. */
  readonly link?: string | undefined;
  /** The index of that, in its namespace. */
  readonly linkIndex?: number | undefined;
  /** The number of the namespace that that is in, if it is another. */
  readonly linkNamespace?: number | undefined;
  /** What only its kind has: `{ id: 10, protocol: "802.1Q" }` for a VLAN. Durations are milliseconds. */
  readonly details?: Record<string, unknown> | undefined;
  /** What it has as a port of its master, of this kind. Durations are milliseconds. */
  readonly port?:
    | (Record<string, unknown> & { readonly kind: string })
    | undefined;
  /** Names beside its own. */
  readonly altNames: readonly string[];
  /** Free text beside its name. */
  readonly alias?: string | undefined;
  /** The queueing discipline at its root. */
  readonly qdisc?: string | undefined;
  /** Packets that wait in its queue at most. */
  readonly txQueueLength?: number | undefined;
  /** Queues for sending. */
  readonly txQueues?: number | undefined;
  /** Queues for receiving. */
  readonly rxQueues?: number | undefined;
  /** The number of its group. */
  readonly group?: number | undefined;
  /** `"DORMANT"` if it waits for something above it to bring it up. */
  readonly mode?: string | undefined;
  /** How many have asked it to take all frames. */
  readonly promiscuity?: number | undefined;
  /** How many have asked it to take all multicast frames. */
  readonly allMulticast?: number | undefined;
  /** How its IPv6 link-local address is made. */
  readonly addrGenMode?: string | undefined;
  /** How often its carrier came or went. */
  readonly carrierChanges?: number | undefined;
  /** Whether a protocol holds it down. */
  readonly protoDown?: boolean | undefined;
  /** The number of the XDP program on it. */
  readonly xdpProgram?: number | undefined;
  /** The bus that it is on: `"pci"`, `"virtio"`. */
  readonly parentBus?: string | undefined;
  /** Its place on that bus. */
  readonly parentDevice?: string | undefined;
  /** The name of the port on the card. */
  readonly portName?: string | undefined;
  /** The switch that it is a port of, in hexadecimal. */
  readonly switchId?: string | undefined;
  /** Octets of the largest packet that it cuts into segments. */
  readonly gsoMaxSize?: number | undefined;
  /** Segments of such a packet at most. */
  readonly gsoMaxSegments?: number | undefined;
  /** Octets of the largest packet that it puts together. */
  readonly groMaxSize?: number | undefined;
  /** Octets of the largest TCP packet that the card itself cuts. */
  readonly tsoMaxSize?: number | undefined;
  /** Segments of such a packet at most. */
  readonly tsoMaxSegments?: number | undefined;
  /** Its counters. */
  readonly statistics?: LinkStatistics | undefined;
}
