/**
 * A whole scan of a local server's TLS, beside sslscan with the same findings:
 * versions, suites, groups, signature schemes, certificates, renegotiation.
 * sslscan does not look for ROBOT, so that the scans beside it do not either;
 * what that adds is told apart.
 *
 * @module
 */

import process from "node:process";
import { canvas } from "../../lib/inspect/canvas.ts";
import { table } from "../../lib/inspect/table.ts";
import { duration } from "../../lib/inspect/units.ts";
import { scan } from "../../lib/tls/scan/scan.ts";
import { Material, sslscan, without } from "../tls/scan_servers.ts";
import { opensslServer, type TlsPeer } from "../tls/servers.ts";
import { median } from "./pty.ts";

const ROUNDS = 7;
const ALL = "ALL:COMPLEMENTOFALL:@SECLEVEL=0";

/** What issue 8 asks for, of a server that has everything. */
const GOAL = 8;

/**
 * Starts each of the servers. With `-www` or `-rev`, s_server would rest for a
 * second after it has refused to renegotiate, which sslscan always asks it to.
 */
const servers: Readonly<
  Record<string, (material: Material) => Promise<TlsPeer>>
> = {
  "openssl s_server, all suites, RSA and EC": async (material) => {
    const [rsa, rsaKey] = await material.certificate("rsa", "rsa:2048");
    const [ec, ecKey] = await material.certificate("ec", "P-256");
    return await opensslServer([
      ...["-cert", rsa!, "-key", rsaKey!, "-dcert", ec!, "-dkey", ecKey!],
      ...["-cipher", ALL],
    ]);
  },
  "openssl s_server as it comes": async (material) => {
    const [rsa, rsaKey] = await material.certificate("rsa", "rsa:2048");
    return await opensslServer(["-cert", rsa!, "-key", rsaKey!]);
  },
  "nginx, all suites": (material) =>
    material.nginx(
      `ssl_protocols TLSv1 TLSv1.1 TLSv1.2 TLSv1.3; ssl_ciphers ${ALL};`,
    ),
};

/** Prints the table. */
export async function bench(): Promise<void> {
  const reason = without("openssl", "version") ??
    without("sslscan", "--version") ?? without("nginx", "-v");
  if (reason !== undefined) {
    console.log(`tls_scan: skipped, ${reason}`);
    return;
  }
  await using material = await Material.make();
  const rows: Record<string, unknown>[] = [];
  for (const [name, start] of Object.entries(servers)) {
    await using server = await start(material);
    rows.push({ server: name, ...await compare(server.target) });
  }
  console.log(table(rows, {
    title: `TLS scans, median of ${ROUNDS}; the goal is ${GOAL} times`,
    canvas: canvas(),
  }));
}

async function compare(target: string): Promise<Record<string, unknown>> {
  const ours: number[] = [];
  const theirs: number[] = [];
  const withRobot: number[] = [];
  let cpu = 0;
  let suites = 0;
  let connections = 0;
  // One more in front, in which the code is compiled; in turns, so that what
  // else the machine does befalls both.
  for (let round = 0; round <= ROUNDS; round++) {
    const before = process.cpuUsage();
    const started = performance.now();
    const found = await scan(target, { robot: false });
    const took = performance.now() - started;
    const used = process.cpuUsage(before);
    const begun = performance.now();
    const peer = await sslscan(target, ["--show-sigs"]);
    const tookPeer = performance.now() - begun;
    const again = performance.now();
    await scan(target);
    if (round > 0) {
      ours.push(took);
      theirs.push(tookPeer);
      withRobot.push(performance.now() - again);
      cpu += (used.user + used.system) / 1000 / ROUNDS;
    }
    connections = found.connections;
    suites = found.protocols.reduce((n, one) => n + one.suites.length, 0);
    const peers = Object.values(peer.suites).flat().length;
    if (suites !== peers) {
      throw new Error(`${suites} suites, sslscan has ${peers}`);
    }
  }
  return {
    suites,
    connections,
    "net.tls.scan": duration(median(ours)),
    CPU: duration(cpu),
    sslscan: duration(median(theirs)),
    ratio: `${(median(theirs) / median(ours)).toFixed(1)} times`,
    "with ROBOT": duration(median(withRobot)),
  };
}

if (import.meta.main) await bench();
