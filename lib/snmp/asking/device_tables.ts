/**
 * A device's tables as what they tell: interfaces, storage, neighbours, routes.
 *
 * @module
 */

import { hex } from "../../bytes/hex.ts";
import { tryParse } from "../../ip/address.ts";
import type {
  ArpEntry,
  DeviceInterface,
  DeviceRoute,
  DeviceStorage,
  LldpNeighbour,
} from "../device.ts";
import type { SnmpRow, SnmpTable } from "../table.ts";
import { speedOf } from "./live_traffic.ts";
import type { SnmpValue } from "../value.ts";

function textOf(value: SnmpValue): string | undefined {
  if (value instanceof Uint8Array) return hex(value, ":");
  return value === undefined || value === "" ? undefined : `${value}`;
}

/** Interfaces, and the addresses that they have. */
export function interfacesOf(
  table: SnmpTable,
  addresses: SnmpTable,
): DeviceInterface[] {
  const own = new Map<number, string[]>();
  for (const row of addresses) {
    const index = (row.ipAddressIfIndex ?? row.ipAdEntIfIndex) as number;
    const address = textOf(row.ipAddressAddr ?? row.ipAdEntAddr);
    // Broadcast addresses stand among them.
    const isOther = row.ipAddressType === "broadcast";
    if (address === undefined || isOther) continue;
    const length = lengthOfPrefix(row);
    const all = own.get(index) ?? [];
    all.push(length === undefined ? address : `${address}/${length}`);
    own.set(index, all);
  }
  return table.rows.map((row) => {
    const index = row.ifIndex as number;
    const mtu = row.ifMtu;
    return {
      index,
      name: textOf(row.ifName) ?? textOf(row.ifDescr) ?? `${index}`,
      alias: textOf(row.ifAlias),
      type: textOf(row.ifType) ?? "other",
      admin: textOf(row.ifAdminStatus) ?? "unknown",
      status: textOf(row.ifOperStatus) ?? "unknown",
      speed: speedOf(row),
      mtu: typeof mtu === "number" && mtu > 0 ? mtu : undefined,
      mac: textOf(row.ifPhysAddress),
      addresses: own.get(index) ?? [],
    };
  });
}

/** The prefix's length: the last number of ipAddressPrefix, or the mask's ones. */
function lengthOfPrefix(row: SnmpRow): number | undefined {
  const { ipAddressPrefix, ipAdEntNetMask } = row;
  if (typeof ipAddressPrefix === "string") {
    const last = Number(ipAddressPrefix.split(".").at(-1));
    // 0.0 is for what is in no prefix.
    return ipAddressPrefix.split(".").length > 2 ? last : undefined;
  }
  return typeof ipAdEntNetMask === "string"
    ? onesOf(ipAdEntNetMask)
    : undefined;
}

/** How long the prefix of a mask is. */
function onesOf(mask: string): number | undefined {
  const address = tryParse(mask, { family: 4 });
  if (address === undefined) return undefined;
  const zeros = ~address.w3 >>> 0;
  return (zeros & zeros + 1) === 0 ? Math.clz32(zeros) : undefined;
}

const KINDS: Readonly<Record<string, DeviceStorage["kind"]>> = {
  "1.3.6.1.2.1.25.2.1.2": "ram",
  "1.3.6.1.2.1.25.2.1.4": "disk",
};

/** DeviceStorage, in octets. */
export function storageOf(table: SnmpTable): DeviceStorage[] {
  return table.rows.map((row) => {
    const unit = Number(row.hrStorageAllocationUnits ?? 1);
    // Some agents let what is above 2^31 units turn negative.
    const octets = (value: SnmpValue) => (Number(value ?? 0) >>> 0) * unit;
    return {
      kind: KINDS[`${row.hrStorageType}`] ?? "other",
      name: textOf(row.hrStorageDescr) ?? "",
      size: octets(row.hrStorageSize),
      used: octets(row.hrStorageUsed),
    };
  });
}

/** LLDP neighbours, by the ports here. */
export function neighboursOf(
  table: SnmpTable,
  ports: SnmpTable,
): LldpNeighbour[] {
  const names = new Map(
    ports.rows.map((row) => [
      row.lldpLocPortNum,
      textOf(row.lldpLocPortDesc) ?? textOf(row.lldpLocPortId),
    ]),
  );
  return table.rows.map((row) => ({
    port: names.get(row.lldpRemLocalPortNum) ?? `${row.lldpRemLocalPortNum}`,
    name: textOf(row.lldpRemSysName) ?? textOf(row.lldpRemChassisId) ?? "",
    remotePort: textOf(row.lldpRemPortDesc) ?? textOf(row.lldpRemPortId) ?? "",
  }));
}

function nameOf(names: ReadonlyMap<number, string>, index: SnmpValue): string {
  return names.get(index as number) ?? `${index ?? ""}`;
}

/** Addresses with their link-layer addresses; those that are not known left out. */
export function arpOf(
  table: SnmpTable,
  names: ReadonlyMap<number, string>,
): ArpEntry[] {
  return table.rows.flatMap((row) => {
    const mac = textOf(
      row.ipNetToPhysicalPhysAddress ?? row.ipNetToMediaPhysAddress,
    );
    const address = textOf(
      row.ipNetToPhysicalNetAddress ?? row.ipNetToMediaNetAddress,
    );
    if (mac === undefined || address === undefined) return [];
    const index = row.ipNetToPhysicalIfIndex ?? row.ipNetToMediaIfIndex;
    return [{ address, mac, interface: nameOf(names, index) }];
  });
}

/** Routes, of whichever table the agent has. */
export function routesOf(
  table: SnmpTable,
  names: ReadonlyMap<number, string>,
): DeviceRoute[] {
  return table.rows.map((row) => {
    const destination = row.inetCidrRouteDest ?? row.ipCidrRouteDest ??
      row.ipRouteDest;
    const mask = row.ipCidrRouteMask ?? row.ipRouteMask;
    const length = row.inetCidrRoutePfxLen ??
      (typeof mask === "string" ? onesOf(mask) : undefined);
    const hop = textOf(
      row.inetCidrRouteNextHop ?? row.ipCidrRouteNextHop ?? row.ipRouteNextHop,
    );
    const isNone = hop === undefined || hop === "0.0.0.0" || hop === "::";
    return {
      destination: length === undefined
        ? `${destination}`
        : `${destination}/${length}`,
      nextHop: isNone ? undefined : hop,
      interface: nameOf(
        names,
        row.inetCidrRouteIfIndex ?? row.ipCidrRouteIfIndex ??
          row.ipRouteIfIndex,
      ),
      protocol: `${
        row.inetCidrRouteProto ?? row.ipCidrRouteProto ?? row.ipRouteProto ??
          "other"
      }`,
    };
  });
}
