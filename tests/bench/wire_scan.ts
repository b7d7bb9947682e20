/**
 * All TCP ports of a host and all addresses of a /16, over a cable between two
 * namespaces: beside nmap, and beside the time that the rate itself takes.
 *
 * @module
 */

import { canvas } from "../../lib/inspect/canvas.ts";
import { table } from "../../lib/inspect/table.ts";
import { count, duration } from "../../lib/inspect/units.ts";
import { arpScan } from "../../lib/wire/arp_scan.ts";
import { portScan } from "../../lib/wire/port_scan.ts";
import { withoutNetworks } from "../lab/own_network.ts";
import { type ScanBed, scanBed, TARGET } from "../wire/scan_bed.ts";
import { median } from "./pty.ts";

const ROUNDS = 5;
const OPEN = [22, 80, 443, 8080, 50_000];
/** As fast as it goes; and the quickest at which it loses nothing here. */
const NMAP = [["-T5", "--min-rate", "100000"], ["-T5"]];
const RATES = [50_000, 20_000];
const HOSTS = 254;

interface Scanned {
  readonly ms: number;
  readonly closed: number;
  readonly open: number;
}

/** Measures port scans and ARP scans. */
export async function bench(): Promise<void> {
  const reason = withoutNetworks();
  if (reason !== undefined) {
    console.log(`wire_scan: skipped, ${reason}`);
    return;
  }
  using bed = await scanBed();
  bed.listen(OPEN);
  await benchPorts(bed);
  await benchArp(bed);
}

async function benchPorts(bed: ScanBed): Promise<void> {
  const peers = [
    ours,
    ...NMAP.map((args) => (bed: ScanBed) => nmap(bed, args)),
  ];
  const found: Scanned[][] = peers.map(() => []);
  // In turns, so that what else the machine does befalls all.
  for (let round = 0; round < ROUNDS; round++) {
    for (const [i, peer] of peers.entries()) found[i]!.push(await peer(bed));
  }
  const times = found.map((all) => median(all.map(({ ms }) => ms)));
  const rows = found.map((all, i) => ({
    scan: i === 0 ? "ours" : `nmap -sS ${NMAP[i - 1]!.join(" ")}`,
    time: duration(times[i]!),
    "times ours": `${(times[i]! / times[0]!).toFixed(1)}×`,
    open: Math.min(...all.map(({ open }) => open)),
    closed: count(Math.min(...all.map(({ closed }) => closed))),
  }));
  console.log(table(rows, {
    title:
      "SYN scan of 65,535 ports, 5 of them open (the worst of 5 for accuracy)",
    canvas: page(),
  }));
}

async function ours(bed: ScanBed): Promise<Scanned> {
  const { ms, counts } = await portScan(TARGET, "all", bed.options);
  return { ms, open: counts.open ?? 0, closed: counts.closed ?? 0 };
}

function nmap(bed: ScanBed, args: readonly string[]): Scanned {
  const started = performance.now();
  const text = bed.scanner.run(
    "nmap",
    ...["-n", "-Pn", "-sS", "-p-", ...args, TARGET],
  );
  return {
    ms: performance.now() - started,
    open: [...text.matchAll(/^\d+\/tcp +open /gm)].length,
    closed: Number(/(\d+) closed tcp ports/.exec(text)?.[1] ?? 0),
  };
}

async function benchArp(bed: ScanBed): Promise<void> {
  for (let i = 1; i < HOSTS; i++) {
    const address = `10.77.${(i * 97 + 10) % 256}.${i + 1}/16`;
    bed.scanned.run("ip", "addr", "add", address, "dev", "vb");
  }
  const rows = [];
  for (const rate of RATES) {
    const scan = await arpScan("10.77.0.0/16", { ...bed.options, rate });
    const limit = scan.asked / rate * 1000;
    rows.push({
      rate: `${count(rate)}/s`,
      time: duration(scan.ms),
      "pace alone": duration(limit),
      ratio: `${(scan.ms / limit).toFixed(2)}×`,
      found: `${scan.hosts.length} of ${HOSTS}`,
    });
  }
  console.log(table(rows, { title: "ARP scan of a /16", canvas: page() }));
}

function page() {
  return canvas({ colors: Deno.stdout.isTerminal() });
}

if (import.meta.main) await bench();
