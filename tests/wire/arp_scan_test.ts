import assert from "node:assert/strict";
import { vendors } from "../../lib/ip/mac/oui.ts";
import { arpScan } from "../../lib/wire/arp_scan.ts";
import { testUnless } from "../skip.ts";
import { withoutNetworks } from "../lab/own_network.ts";
import { type ScanBed, scanBed } from "./scan_bed.ts";

const noNetworks = withoutNetworks();

function without(program: string): string | undefined {
  if (noNetworks !== undefined) return noNetworks;
  const { success } = new Deno.Command("sh", {
    args: ["-c", `command -v ${program}`],
    stdout: "null",
  }).outputSync();
  return success ? undefined : `${program} is not installed`;
}

const MAC = "00:22:72:00:00:07";

/** Gives the scanned one more addresses on its link. */
function inhabit(bed: ScanBed, addresses: readonly string[]): void {
  bed.scanned.run("ip", "link", "set", "vb", "address", MAC);
  const file = Deno.makeTempFileSync();
  const lines = addresses.map((address) => `addr add ${address}/16 dev vb\n`);
  Deno.writeTextFileSync(file, lines.join(""));
  bed.scanned.run("ip", "-batch", file);
  Deno.removeSync(file);
}

/** 254 addresses, far from each other. */
const SPREAD = Array.from(
  { length: 254 },
  (_, i) => `10.77.${(i * 97 + 10) % 256}.${i + 1}`,
).filter((address) => !/^10\.77\.0\.[12]$/.test(address));

testUnless(
  noNetworks,
  "arpScan() finds all 254 hosts of a /16, as fast as its rate allows and no faster",
  async () => {
    using bed = await scanBed();
    inhabit(bed, SPREAD);
    const rate = 50_000;
    const found: string[] = [];
    const run = arpScan("10.77.0.0/16", { ...bed.options, rate });
    for await (const { address } of run) found.push(`${address}`);
    const scan = await run;
    const expected = [...SPREAD, "10.77.0.2"].sort();
    assert.deepEqual(found.sort(), expected);
    assert.deepEqual(
      scan.hosts.map(({ address }) => `${address}`).sort(),
      expected,
    );
    assert.ok(scan.hosts.every(({ mac }) => `${mac}` === MAC));
    assert.deepEqual([scan.asked, scan.duplicates], [65_534, []]);
    const limit = scan.asked / rate * 1000;
    // Nine hours, if each were waited for.
    assert.ok(scan.ms >= limit * 0.99 && scan.ms < 60_000, `${scan.ms} ms`);
  },
);

testUnless(
  without("arp-scan"),
  "arpScan() finds the stations that arp-scan finds",
  async () => {
    using bed = await scanBed();
    inhabit(bed, ["10.77.0.9", "10.77.0.77", "10.77.0.254"]);
    const theirs = bed.scanner.run(
      ...["arp-scan", "-I", "va", "-x", "-q", "-r", "1"] as const,
      "10.77.0.0/24",
    );
    const ours = await arpScan("10.77.0.0/24", bed.options);
    assert.deepEqual(
      ours.hosts.map(({ address, mac }) => `${address}\t${mac}`).sort(),
      theirs.trim().split("\n").sort(),
    );
  },
);

testUnless(
  noNetworks,
  "arpScan() says who made a station, which address two have, and which one is this machine",
  async () => {
    using bed = await scanBed();
    inhabit(bed, []);
    const { scanned, scanner, options } = bed;
    // A second station, with a hardware address of its own, answers as well.
    scanned.run(
      ...["ip", "link", "add", "name", "other", "link", "vb"] as const,
      ...["address", "02:00:00:00:00:99", "type", "macvlan", "mode", "bridge"],
    );
    scanned.run("ip", "link", "set", "other", "up");
    scanner.run("ip", "link", "set", "va", "address", "02:00:00:00:00:01");
    const table = vendors("002272 American Micro-Fuel Device Corp.\n");
    const scan = await arpScan("10.77.0.0/29", {
      ...options,
      vendors: table,
      self: true,
    });
    assert.deepEqual(
      scan.hosts.map(({ address, mac, vendor, isDuplicate, isSelf }) =>
        [`${address}`, `${mac}`, vendor, isDuplicate, isSelf].join(" ")
      ).sort(),
      [
        "10.77.0.1 02:00:00:00:00:01 locally administered false true",
        `10.77.0.2 ${MAC} American Micro-Fuel Device Corp. true false`,
        "10.77.0.2 02:00:00:00:00:99 locally administered true false",
      ].sort(),
    );
    const [twice] = scan.duplicates;
    assert.equal(`${twice?.address} ${twice?.macs.length}`, "10.77.0.2 2");
    assert.match(Deno.inspect(scan), /10\.77\.0\.2 is in use by 2 stations/);
  },
);

testUnless(
  noNetworks,
  "arpScan() takes an interface, and says why a subnet cannot be asked",
  async () => {
    using bed = await scanBed();
    const { namespace } = bed.options;
    bed.scanner.run("ip", "addr", "flush", "dev", "va");
    bed.scanner.run("ip", "addr", "add", "10.77.0.9/30", "dev", "va");
    bed.scanned.run("ip", "addr", "add", "10.77.0.10/30", "dev", "vb");
    for (const where of [undefined, "va", "10.77.0.10"]) {
      const scan = await arpScan(where, bed.options);
      assert.deepEqual(scan.hosts.map(({ address }) => `${address}`), [
        "10.77.0.10",
      ]);
    }
    const fails = (where: string, expected: object) =>
      assert.rejects(async () => await arpScan(where, { namespace }), expected);
    await fails("192.0.2.0/24", { code: "unreachable" });
    await fails("lo", { code: "not-found" });
    await fails("nowhere", { code: "not-found" });
    await assert.rejects(
      async () => await arpScan("192.0.2.0/30", { namespace, on: "va" }),
      { code: "not-authorised" },
    );
    assert.throws(() => arpScan("10.0.0.0/8", bed.options), RangeError);
    assert.throws(() => arpScan("fd00::/120", bed.options), RangeError);
  },
);
