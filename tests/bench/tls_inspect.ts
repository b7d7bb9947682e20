/**
 * Looking at 500 servers' certificates, beside handshakes of node:tls alone.
 *
 * @module
 */

import * as inspect from "../../lib/inspect/mod.ts";
import { inspect as inspectTls } from "../../lib/tls/inspect.ts";
import { formatPem } from "../../lib/tls/der/pem.ts";
import { TrustStore } from "../../lib/tls/path/path_roots.ts";
import { make, type Signer } from "../unit/tls/made_certificates.ts";
import { median } from "./pty.ts";

const HOSTS = 500;
const AT_A_TIME = 32;
const ROUNDS = 5;
const MOST = 1.2;
const DAY = 86_400_000;

/** nginx with a certificate of its own for each name; gives its port. */
async function serve(
  folder: string,
  leaves: readonly (readonly [name: string, leaf: Signer])[],
  chain: string,
): Promise<{ port: number; child: Deno.ChildProcess }> {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  const blocks: string[] = [];
  for (const [name, { certificate, key }] of leaves) {
    const pkcs8 = await crypto.subtle.exportKey("pkcs8", key.keys.privateKey);
    const path = `${folder}/${name}`;
    await Deno.writeTextFile(`${path}.pem`, certificate.toPem() + chain);
    await Deno.writeTextFile(
      `${path}.key`,
      formatPem("PRIVATE KEY", new Uint8Array(pkcs8)),
      { mode: 0o600 },
    );
    blocks.push(
      `server { listen 127.0.0.1:${port} ssl; server_name ${name}; ssl_certificate ${path}.pem; ssl_certificate_key ${path}.key; return 204; }`,
    );
  }
  await Deno.writeTextFile(
    `${folder}/nginx.conf`,
    `daemon off; worker_processes 1; pid ${folder}/pid; error_log ${folder}/error.log;
events { worker_connections 1024; }
http { access_log off; server_names_hash_bucket_size 128; ssl_session_tickets off; ssl_session_cache off;
${blocks.join("\n")}
}`,
  );
  const child = new Deno.Command("nginx", {
    args: ["-c", `${folder}/nginx.conf`],
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  for (let n = 0; n < 200; n++) {
    try {
      (await Deno.connect({ hostname: "127.0.0.1", port })).close();
      return { port, child };
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  }
  throw new Error("nginx does not listen");
}

/** Does something with each name, some at a time; gives the milliseconds. */
async function all(
  names: readonly string[],
  work: (name: string) => Promise<void>,
): Promise<number> {
  let next = 0;
  const begun = performance.now();
  await Promise.all(Array.from({ length: AT_A_TIME }, async () => {
    while (next < names.length) await work(names[next++]!);
  }));
  return performance.now() - begun;
}

/** Runs the bench. */
export async function bench(): Promise<void> {
  const { connect } = await import("node:tls");
  const usual = {
    notBefore: new Date(Date.now() - DAY),
    notAfter: new Date(Date.now() + 90 * DAY),
  };
  const ca = { ...usual, ca: true, keyUsage: [5, 6] };
  const root = await make({ ...ca, subject: "Root" });
  const inter = await make({ ...ca, subject: "Inter" }, root);
  const names = Array.from({ length: HOSTS }, (_, i) => `h${i}.lab.example`);
  const leaves: (readonly [string, Signer])[] = [];
  for (const name of names) {
    leaves.push([
      name,
      await make({ ...usual, subject: name, dns: [name] }, inter),
    ]);
  }
  const folder = await Deno.makeTempDir();
  const { port, child } = await serve(
    folder,
    leaves,
    inter.certificate.toPem(),
  );
  const roots = new TrustStore([root.certificate]);
  const options = { ca: root.certificate.toPem(), host: "127.0.0.1", port };
  const ours = () =>
    all(names, async (serverName) => {
      const target = { hostname: "127.0.0.1", port };
      const { ok, verdict } = await inspectTls(target, { serverName, roots });
      if (!ok) throw new Error(verdict?.reason);
    });
  const bare = () =>
    all(names, (servername) =>
      new Promise((resolve, reject) => {
        const socket = connect({ ...options, servername }, () => {
          socket.destroy();
          resolve();
        });
        socket.on("error", reject);
      }));
  try {
    await ours();
    await bare();
    const times: { ours: number[]; bare: number[] } = { ours: [], bare: [] };
    for (let round = 0; round < ROUNDS; round++) {
      times.ours.push(await ours());
      times.bare.push(await bare());
    }
    const [a, b] = [median(times.ours), median(times.bare)];
    console.log(inspect.table([
      { what: `inspect ${HOSTS} hosts, verified`, time: inspect.duration(a) },
      { what: "node:tls, handshakes alone", time: inspect.duration(b) },
      { what: `ratio, at most ${MOST}`, time: (a / b).toFixed(2) },
    ], { canvas: inspect.canvas() }));
  } finally {
    child.kill("SIGTERM");
    await child.status;
    await Deno.remove(folder, { recursive: true });
  }
}

if (import.meta.main) await bench();
