/**
 * What a device tells of itself, piece by piece.
 *
 * @module
 */

/** One interface of a device. */
export interface DeviceInterface {
  /** ifIndex. */
  readonly index: number;
  /** ifName, or ifDescr where it has no other name. */
  readonly name: string;
  /** ifAlias: what the people there call it. */
  readonly alias: string | undefined;
  /** ifType: `"ethernetCsmacd"`. */
  readonly type: string;
  /** Whether it is meant to be up. */
  readonly admin: string;
  /** Whether it is: `"up"`, `"down"`, `"lowerLayerDown"`, …. */
  readonly status: string;
  /** Bits a second that it can carry. */
  readonly speed: number | undefined;
  /** Octets that a packet may have. */
  readonly mtu: number | undefined;
  /** Its link-layer address. */
  readonly mac: string | undefined;
  /** Its IP addresses with their prefix lengths: `"192.0.2.1/24"`. */
  readonly addresses: readonly string[];
}

/** Some storage: memory or disk. */
export interface DeviceStorage {
  /** What it is for. */
  readonly kind: "disk" | "ram" | "other";
  /** Where it is: `"/"`. */
  readonly name: string;
  /** Octets that it has. */
  readonly size: number;
  /** Octets in use. */
  readonly used: number;
}

/** A neighbour that says who it is (LLDP). */
export interface LldpNeighbour {
  /** The port here. */
  readonly port: string;
  /** Its name, or its chassis where it has none. */
  readonly name: string;
  /** The port there. */
  readonly remotePort: string;
}

/** An address and whose link-layer address goes with it. */
export interface ArpEntry {
  /** The IP address. */
  readonly address: string;
  /** The link-layer address. */
  readonly mac: string;
  /** The interface's name. */
  readonly interface: string;
}

/** A route. */
export interface DeviceRoute {
  /** `"0.0.0.0/0"`. */
  readonly destination: string;
  /** The next hop; nothing for what is attached. */
  readonly nextHop: string | undefined;
  /** The interface's name. */
  readonly interface: string;
  /** Who told of it: `"local"`, `"netmgmt"`, `"ospf"`, …. */
  readonly protocol: string;
}
