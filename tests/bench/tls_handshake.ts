/**
 * A handshake of our own, beside one of the runtime's (`node:tls`) and one of
 * `openssl s_client`, with the same server.
 *
 * @module
 */

import { canvas } from "../../lib/inspect/canvas.ts";
import { table } from "../../lib/inspect/table.ts";
import { duration } from "../../lib/inspect/units.ts";
import { probe, type ProbeOptions } from "../../lib/tls/probe/probe.ts";
import { Material, without } from "../tls/scan_servers.ts";
import { opensslServer } from "../tls/servers.ts";
import { median } from "./pty.ts";

/** Handshakes in a round, and how many of them side by side. */
const COUNT = 240;
const ABREAST = 16;
const ROUNDS = 5;

/** Issue 8 asks for an inspection in this many times a bare handshake. */
const GOAL = 1.2;

/** The time of one of many, in milliseconds. */
async function each(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  let left = COUNT;
  await Promise.all(Array.from({ length: ABREAST }, async () => {
    while (left-- > 0) await work();
  }));
  return (performance.now() - start) / COUNT;
}

type NodeTls = typeof import("node:tls");

/** A bare handshake of the runtime's: nothing is verified, as with ours. */
function bare(
  { connect }: NodeTls,
  port: number,
  version: "TLSv1.2" | "TLSv1.3",
) {
  return new Promise<void>((resolve, reject) => {
    const socket = connect({
      ...{ host: "127.0.0.1", port, rejectUnauthorized: false },
      ...{ minVersion: version, maxVersion: version },
    });
    socket.setNoDelay(true);
    socket.once("error", reject);
    socket.once("secureConnect", () => {
      socket.getPeerCertificate(true);
      socket.once("close", () => resolve());
      socket.destroy();
    });
  });
}

async function sClient(port: number, version: string): Promise<void> {
  const { success } = await new Deno.Command("openssl", {
    args: ["s_client", "-connect", `127.0.0.1:${port}`, "-no_ign_eof", version],
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).output();
  if (!success) throw new Error("s_client failed");
}

/** Prints the table. */
export async function bench(): Promise<void> {
  const lack = without("openssl", "version");
  if (lack !== undefined) {
    console.log(`tls_handshake: skipped, ${lack}`);
    return;
  }
  const nodeTls = await import("node:tls");
  await using material = await Material.make();
  const [certificate = "", key = ""] = await material.certificate(
    "ec",
    "P-256",
  );
  await using server = await opensslServer(
    ["-cert", certificate, "-key", key, "-www"],
  );
  const { port } = server;
  const rows: Record<string, unknown>[] = [];
  for (const version of ["1.3", "1.2"] as const) {
    const versions = [version === "1.3" ? 0x0304 : 0x0303];
    const ask = (options: ProbeOptions) => () =>
      probe({ port }, { versions, ...options });
    const works = {
      "probe()": ask({}),
      "probe() to the end": ask({ finish: true }),
      "node:tls": () => bare(nodeTls, port, `TLSv${version}`),
    };
    const times: Record<string, number[]> = {};
    // In turn, so that what else goes on hits all of them.
    for (let round = 0; round < ROUNDS + 1; round++) {
      for (const [name, work] of Object.entries(works)) {
        const time = await each(work);
        if (round > 0) (times[name] ??= []).push(time);
      }
    }
    const runs: number[] = [];
    for (let n = 0; n < 15; n++) {
      const start = performance.now();
      await sClient(port, `-tls${version.replace(".", "_")}`);
      runs.push(performance.now() - start);
    }
    const theirs = median(times["node:tls"]!);
    for (const [name, list] of Object.entries(times)) {
      const time = median(list);
      rows.push({
        TLS: version,
        what: name,
        "a handshake": duration(time),
        "of node:tls": `${(time / theirs).toFixed(2)} times`,
        goal: name === "probe()" ? `${GOAL} times` : "",
      });
    }
    rows.push({
      TLS: version,
      what: "openssl s_client, one by one",
      "a handshake": duration(median(runs)),
      "of node:tls": `${(median(runs) / theirs).toFixed(2)} times`,
      goal: "",
    });
  }
  console.log(table(rows, {
    title: `${COUNT} TLS handshakes, ${ABREAST} side by side`,
    canvas: canvas(),
  }));
}

if (import.meta.main) await bench();
