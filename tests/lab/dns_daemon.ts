/**
 * Name servers of others, at ports of this machine.
 *
 * @module
 */

import { query } from "../../lib/dns/query.ts";
import { freePort } from "../free_port.ts";

/** A daemon at a port of this machine, gone when the test ends. */
export interface Daemon extends AsyncDisposable {
  /** The port, of 127.0.0.1. */
  readonly port: number;
}

/** Starts a daemon, and waits until it answers. */
export async function daemon(
  command: string,
  probe: string,
  make: (port: number, folder: string) => {
    args: readonly string[];
    files?: Readonly<Record<string, string>>;
  },
): Promise<Daemon> {
  const port = freePort();
  const folder = await Deno.makeTempDir({ prefix: "netrepl_dns_" });
  const { args, files = {} } = make(port, folder);
  for (const [name, text] of Object.entries(files)) {
    await Deno.writeTextFile(`${folder}/${name}`, text);
  }
  const process = new Deno.Command(command, {
    args: [...args],
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const said = new Response(process.stderr).text();
  const stop = async () => {
    try {
      process.kill("SIGTERM");
    } catch {
      // It has ended already.
    }
    await process.status;
    await said;
    await Deno.remove(folder, { recursive: true });
  };
  for (let n = 0; n < 100; n++) {
    try {
      await query(`127.0.0.1:${port}`, probe, "SOA", {
        timeout: 500,
        attempts: 1,
      });
      return { port, [Symbol.asyncDispose]: stop };
    } catch {
      await new Promise((done) => setTimeout(done, 50));
    }
  }
  await stop();
  throw new Error(`${command} does not answer: ${await said}`);
}

/** Starts BIND with a zone called example. */
export const named = (text: string): Promise<Daemon> =>
  daemon("named", "example", (port, folder) => ({
    args: ["-g", "-c", `${folder}/named.conf`, "-p", `${port}`],
    files: {
      zone: text,
      "named.conf":
        `options { directory "${folder}"; listen-on { 127.0.0.1; }; listen-on-v6 { none; };
  pid-file "${folder}/pid"; session-keyfile "${folder}/key"; recursion no; minimal-responses yes; minimal-any yes;
  dnssec-validation no; notify no; allow-transfer { any; }; zero-no-soa-ttl no; };
controls { };
zone "example" { type primary; file "${folder}/zone"; check-names ignore; };`,
    },
  }));

/** Runs a command, and gives what it wrote. */
export async function run(command: string, ...args: string[]): Promise<string> {
  const { stdout, stderr } = await new Deno.Command(command, { args }).output();
  return new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
}
