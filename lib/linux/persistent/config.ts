/**
 * A machine's network as it should be after every start, as plain data.
 *
 * @module
 */

import type { Address, Family } from "../../ip/address.ts";
import type { Mac } from "../../ip/mac/mac.ts";
import type { Subnet } from "../../ip/subnet.ts";
import type { Operation } from "../operations.ts";

/** A machine's network. */
export interface NetworkConfig {
  /** Its interfaces, in the order in which they are written. */
  readonly interfaces: readonly InterfaceConfig[];
}

/** One interface. It is one that the machine has, unless it says how to make it. */
export interface InterfaceConfig {
  /** Its name, up to 15 letters, digits, `.`, `_`, `-`, `@`. */
  readonly name: string;
  /** The hardware address that it gets. @default {its own} */
  readonly mac?: string | Mac | undefined;
  /** Octets that a packet may have on it. @default {its own} */
  readonly mtu?: number | undefined;
  /** The families that DHCP gives addresses of; `true` is both. @default {false} */
  readonly dhcp?: boolean | Family | undefined;
  /** Whether it takes addresses and routes from router advertisements. @default {the system's} */
  readonly acceptRa?: boolean | undefined;
  /** Its addresses with prefix lengths: `"192.0.2.1/24"`. */
  readonly addresses?: readonly (string | Subnet)[] | undefined;
  /** The router for all else; one of each family at most. */
  readonly gateway?:
    | string
    | Address
    | readonly (string | Address)[]
    | undefined;
  /** Further routes. */
  readonly routes?: readonly RouteConfig[] | undefined;
  /** Name servers that are asked through it. */
  readonly nameservers?: readonly (string | Address)[] | undefined;
  /** Domains that names are tried in. */
  readonly search?: readonly string[] | undefined;
  /** Makes it a VLAN. */
  readonly vlan?: VlanConfig | undefined;
  /** Makes it a bridge. */
  readonly bridge?: BridgeConfig | undefined;
  /** Makes it a bond. */
  readonly bond?: BondConfig | undefined;
}

/** A route that is there after every start. */
export interface RouteConfig {
  /** `"default"`, or where it leads. */
  readonly to: string | Address | Subnet;
  /** The router. @default {none: the destination is on the link} */
  readonly via?: string | Address | undefined;
  /** Which of routes alike counts: the lowest. */
  readonly metric?: number | undefined;
  /** Its table. @default {main} */
  readonly table?: number | undefined;
  /** Takes `via` as reachable whatever the addresses say. */
  readonly onLink?: boolean | undefined;
}

/** A VLAN on another interface (IEEE 802.1Q). */
export interface VlanConfig {
  /** Its number, 1 to 4094. */
  readonly id: number;
  /** The interface that it lies on. */
  readonly link: string;
}

/** A bridge of interfaces. */
export interface BridgeConfig {
  /** Its ports. */
  readonly ports: readonly string[];
  /** Whether it speaks the spanning tree protocol. @default {false} */
  readonly stp?: boolean | undefined;
  /** How long a port listens before it forwards, in whole seconds' milliseconds. @default {0; 15,000 with stp} */
  readonly forwardDelay?: number | undefined;
}

/** How a bond shares its packets out. */
export type BondMode =
  | "balance-rr"
  | "active-backup"
  | "balance-xor"
  | "broadcast"
  | "802.3ad"
  | "balance-tlb"
  | "balance-alb";

/** Several interfaces as one. */
export interface BondConfig {
  /** Its ports. */
  readonly ports: readonly string[];
  /** How packets are shared out. */
  readonly mode: BondMode;
  /** How often it looks whether its ports have a carrier, in milliseconds. @default {100} */
  readonly monitorInterval?: number | undefined;
  /** The port that is preferred, for active-backup. */
  readonly primary?: string | undefined;
}

/** Where the forms take a configuration from: written out, or a plan's changes. */
export type ConfigSource =
  | NetworkConfig
  | { readonly operations: readonly Operation[] };
