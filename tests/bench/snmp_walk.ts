/**
 * A walk of 8,000 variables of a real snmpd, beside snmpbulkwalk and pysnmp, in
 * versions 2c and 3 (signed with SHA, encrypted with AES).
 *
 * Ours is from the opening of a session to the last variable, named and typed;
 * snmpbulkwalk is the whole process, with no MIBs to load; pysnmp is asked for
 * numbers alone, and its loading is left out. All three take as many variables an
 * answer. What is left is mostly snmpd's own time, which all share.
 *
 * @module
 */

import * as inspect from "../../lib/inspect/mod.ts";
import { open } from "../../lib/snmp/open.ts";
import type { OpenOptions } from "../../lib/snmp/options.ts";
import {
  AUTH_PASSWORD,
  PRIV_PASSWORD,
  snmpBed,
  whyNoSnmpd,
} from "../machines/snmp_bed.ts";
import { pythonPeer } from "./peers.ts";
import { median } from "./pty.ts";

const ROOT = "1.3.6.1.4.1.8072.9999.9999";
const VARIABLES = 8_000;
const ROUNDS = 9;
const REPETITIONS = [10, 25, 50];

const PYSNMP = `
import json, sys, time
from pysnmp.hlapi import *
given = json.load(sys.stdin)
auth = (UsmUserData("sha_aes", given["auth"], given["priv"], authProtocol=usmHMACSHAAuthProtocol, privProtocol=usmAesCfb128Protocol)
        if given["version"] == "3" else CommunityData("public", mpModel=1))
times = []
for _ in range(3):
    start = time.perf_counter()
    count = 0
    for error, status, index, binds in bulkCmd(SnmpEngine(), auth, UdpTransportTarget(("127.0.0.1", given["port"])), ContextData(),
            0, given["repetitions"], ObjectType(ObjectIdentity(given["root"])), lookupMib=False, lexicographicMode=False):
        if error or status: raise Exception(error or status)
        count += len(binds)
    assert count == given["variables"], count
    times.append((time.perf_counter() - start) * 1000)
json.dump(sorted(times)[1], sys.stdout)
`;

/** Values of all kinds, each below the last. */
function overrides(): string {
  const kinds = ["integer 42", "octet_str interface", "counter 123456789"];
  return Array.from(
    { length: VARIABLES },
    (_, i) => `override .${ROOT}.1.${i + 1} ${kinds[i % kinds.length]}`,
  ).join("\n");
}

/** Walks it, with every peer, in both versions. */
export async function bench(): Promise<void> {
  const reason = whyNoSnmpd();
  if (reason !== undefined) {
    console.log(`snmp_walk: skipped, ${reason}`);
    return;
  }
  await using bed = await snmpBed({ extraConf: overrides() });
  const rows = [];
  for (const version of ["2c", "3"] as const) {
    const user = bed.users.find(({ name }) => name === "sha_aes")!;
    const options: OpenOptions = version === "3" ? { user } : {};
    for (const repetitions of REPETITIONS) {
      const ours: number[] = [];
      const theirs: number[] = [];
      for (let round = 0; round < ROUNDS; round++) {
        ours.push(await walk(bed.target, repetitions, options));
        theirs.push(await bulkwalk(bed.target, repetitions, version));
      }
      const pysnmp = await pythonPeer<number>(PYSNMP, {
        root: ROOT,
        variables: VARIABLES,
        version,
        repetitions,
        port: bed.port,
        auth: AUTH_PASSWORD,
        priv: PRIV_PASSWORD,
      });
      const [mine, peer] = [median(ours.slice(2)), median(theirs.slice(2))];
      rows.push({
        version,
        "an answer": repetitions,
        ours: inspect.duration(mine),
        snmpbulkwalk: inspect.duration(peer),
        "of its time": (mine / peer).toFixed(2),
        pysnmp: pysnmp === undefined ? "-" : inspect.duration(pysnmp),
        "faster than it": pysnmp === undefined
          ? "-"
          : `${(pysnmp / mine).toFixed(1)}×`,
      });
    }
  }
  console.log(inspect.table(rows, {
    title: "A walk of 8,000 variables",
    canvas: inspect.canvas({ colors: Deno.stdout.isTerminal(), width: 100 }),
  }));
}

async function walk(
  target: string,
  maxRepetitions: number,
  options: OpenOptions,
): Promise<number> {
  const start = performance.now();
  await using session = await open(target, { ...options, maxRepetitions });
  const found = await session.walk(ROOT);
  if (found.length !== VARIABLES) throw new Error(`${found.length} variables`);
  return performance.now() - start;
}

async function bulkwalk(
  target: string,
  repetitions: number,
  version: "2c" | "3",
): Promise<number> {
  const who = version === "2c" ? ["-v2c", "-c", "public"] : [
    ...["-v3", "-u", "sha_aes", "-l", "authPriv", "-a", "SHA"],
    ...["-A", AUTH_PASSWORD, "-x", "AES", "-X", PRIV_PASSWORD],
  ];
  const start = performance.now();
  const { success } = await new Deno.Command("snmpbulkwalk", {
    args: [...who, "-On", `-Cr${repetitions}`, target, `.${ROOT}`],
    env: { MIBS: "" },
  }).output();
  if (!success) throw new Error("snmpbulkwalk failed");
  return performance.now() - start;
}

if (import.meta.main) await bench();
