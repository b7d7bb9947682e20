/**
 * Asking for all that a device's card has on it.
 *
 * @module
 */

import { SystemCard } from "../system_card.ts";
import type { SnmpTable } from "../table.ts";
import type { SnmpValue } from "../value.ts";
import type { DeviceStorage } from "../device.ts";
import {
  arpOf,
  interfacesOf,
  neighboursOf,
  routesOf,
  storageOf,
} from "./device_tables.ts";
import { type Asker, get } from "./questions.ts";
import { firstRows } from "./rows.ts";

/** Tables by what they are for; of several in a row, the first that the agent has. */
const TABLES: Readonly<Record<string, readonly (readonly string[])[]>> = {
  interfaces: [[
    "ifDescr",
    "ifType",
    "ifMtu",
    "ifSpeed",
    "ifPhysAddress",
    "ifAdminStatus",
    "ifOperStatus",
    "ifName",
    "ifHighSpeed",
    "ifAlias",
  ]],
  addresses: [["ipAddressIfIndex", "ipAddressType", "ipAddressPrefix"], [
    "ipAdEntIfIndex",
    "ipAdEntNetMask",
  ]],
  storage: [[
    "hrStorageType",
    "hrStorageDescr",
    "hrStorageAllocationUnits",
    "hrStorageSize",
    "hrStorageUsed",
  ]],
  processors: [["hrProcessorLoad"]],
  neighbours: [[
    "lldpRemChassisId",
    "lldpRemPortId",
    "lldpRemPortDesc",
    "lldpRemSysName",
  ]],
  ports: [["lldpLocPortId", "lldpLocPortDesc"]],
  arp: [["ipNetToPhysicalPhysAddress", "ipNetToPhysicalState"], [
    "ipNetToMediaPhysAddress",
  ]],
  routes: [["inetCidrRouteIfIndex", "inetCidrRouteProto"], [
    "ipCidrRouteIfIndex",
    "ipCidrRouteProto",
  ], ["ipRouteIfIndex", "ipRouteNextHop", "ipRouteMask", "ipRouteProto"]],
};

const SCALARS = {
  description: "sysDescr",
  objectId: "sysObjectID",
  agentUptime: "sysUpTime",
  contact: "sysContact",
  name: "sysName",
  location: "sysLocation",
  uptime: "hrSystemUptime",
  users: "hrSystemNumUsers",
  processes: "hrSystemProcesses",
  memory: "hrMemorySize",
  total: "memTotalReal",
  free: "memAvailReal",
  buffers: "memBuffer",
  cached: "memCached",
  swapTotal: "memTotalSwap",
  swapFree: "memAvailSwap",
  load1: "laLoad.1",
  load5: "laLoad.2",
  load15: "laLoad.3",
} as const;

/**
 * Asks for it.
 *
 * @param asker The session's parts.
 * @param limit Rows of each table at most.
 * @param signal Stops it.
 */
export async function describeDevice(
  asker: Asker,
  limit: number,
  signal: AbortSignal | undefined,
): Promise<SystemCard> {
  // First of all whether anybody answers: one question, one failure.
  const facts = await scalars(asker, signal);
  const truncated: string[] = [];
  const tables = Object.fromEntries(
    await Promise.all(
      Object.entries(TABLES).map(async ([what, choices]) => {
        const { table, isCut } = await firstOf(asker, choices, limit, signal);
        if (isCut) truncated.push(what);
        return [what, table] as const;
      }),
    ),
  );
  const interfaces = interfacesOf(
    tables.interfaces!,
    tables.addresses!,
  );
  const names = new Map(interfaces.map(({ index, name }) => [index, name]));
  const storage = storageOf(tables.storage!);
  const { mib } = asker.varBinds;
  const { objectId } = facts;
  return new SystemCard({
    target: `${asker.engine.settings.endpoint}`,
    name: text(facts.name),
    description: text(facts.description),
    objectId: typeof objectId === "string"
      ? mib.formatOid(objectId)
      : undefined,
    contact: text(facts.contact),
    location: text(facts.location),
    uptime: number(facts.uptime) ?? number(facts.agentUptime),
    agentUptime: number(facts.agentUptime),
    users: number(facts.users),
    processes: number(facts.processes),
    load: loadOf(facts),
    processors: tables.processors!.rows.map(({ hrProcessorLoad }) =>
      Number(hrProcessorLoad)
    ),
    memory: memoryOf(facts, storage),
    interfaces,
    storage: storage.filter(({ kind }) => kind === "disk"),
    neighbours: neighboursOf(tables.neighbours!, tables.ports!),
    arp: arpOf(tables.arp!, names),
    routes: routesOf(tables.routes!, names),
    truncated: truncated.sort(),
  });
}

type Facts = Readonly<Record<keyof typeof SCALARS, SnmpValue>>;

async function scalars(
  asker: Asker,
  signal: AbortSignal | undefined,
): Promise<Facts> {
  const { mib } = asker.varBinds;
  const known = Object.entries(SCALARS).flatMap(([what, name]) => {
    const node = mib.tryFind(name.split(".")[0]!);
    if (node === undefined) return [];
    const [, instance = "0"] = name.split(".");
    return [[what, `${node.oid}.${instance}`] as const];
  });
  const found = await get(asker, known.map(([, oid]) => oid), signal);
  return Object.fromEntries(
    known.map(([what], i) => [what, found[i]!.value]),
  ) as Facts;
}

/** The first of several tables that the agent has. */
async function firstOf(
  asker: Asker,
  choices: readonly (readonly string[])[],
  limit: number,
  signal: AbortSignal | undefined,
): Promise<{ table: SnmpTable; isCut: boolean }> {
  for (const columns of choices.slice(0, -1)) {
    const some = await firstRows(asker, columns, limit, signal);
    if (some.table.size > 0) return some;
  }
  return await firstRows(asker, choices.at(-1)!, limit, signal);
}

function text(value: SnmpValue): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

function number(value: SnmpValue): number | undefined {
  return typeof value === "number" ? value : undefined;
}

function loadOf(
  { load1, load5, load15 }: Facts,
): readonly [number, number, number] | undefined {
  const loads = [load1, load5, load15].map((one) =>
    one === undefined ? NaN : Number(one)
  );
  return loads.some(Number.isNaN)
    ? undefined
    : loads as unknown as readonly [number, number, number];
}

/** Octets; the agents that count them one by one say KiB. */
function memoryOf(facts: Facts, storage: readonly DeviceStorage[]) {
  const octets = (value: SnmpValue) =>
    typeof value === "number" ? value * 1024 : undefined;
  const ram = storage.find(({ kind }) => kind === "ram");
  const total = octets(facts.total) ?? ram?.size ?? octets(facts.memory);
  if (total === undefined) return undefined;
  const free = octets(facts.free);
  const spare = (octets(facts.buffers) ?? 0) + (octets(facts.cached) ?? 0);
  const available = free !== undefined
    ? Math.min(total, free + spare)
    : ram && ram.size - ram.used;
  return {
    total,
    available,
    swapTotal: octets(facts.swapTotal),
    swapFree: octets(facts.swapFree),
  };
}
