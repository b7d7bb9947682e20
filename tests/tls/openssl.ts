/**
 * openssl for the tests of certificates: a folder with files, commands in it,
 * and servers.
 *
 * @module
 */

import type { Signer } from "../unit/tls/made_certificates.ts";
import { formatPem } from "../../lib/tls/der/pem.ts";
import { without } from "./scan_servers.ts";
import { nginxServer, opensslServer } from "./servers.ts";

/** Why there is no openssl, if there is none. */
export const noOpenssl: string | undefined = without(
  "openssl",
  "version",
);

/** Why there are not both openssl and nginx, if so. */
export const noServers: string | undefined = noOpenssl ??
  without("nginx", "-v");

/** A folder that goes with the test. */
export class Workshop implements AsyncDisposable {
  readonly folder: string;
  readonly #ends = new AsyncDisposableStack();

  private constructor(folder: string) {
    this.folder = folder;
  }

  static async open(): Promise<Workshop> {
    return new Workshop(await Deno.makeTempDir({ prefix: "netrepl-tls-" }));
  }

  /** The path of a file. */
  path(name: string): string {
    return `${this.folder}/${name}`;
  }

  /** Runs a script in the folder; gives what it wrote, and whether it went well. */
  async run(script: string): Promise<{ text: string; success: boolean }> {
    const { stdout, stderr, success } = await new Deno.Command("bash", {
      args: ["-c", script],
      cwd: this.folder,
      stdin: "null",
    }).output();
    const decoder = new TextDecoder();
    return { text: decoder.decode(stdout) + decoder.decode(stderr), success };
  }

  /** Runs a script that has to go well. */
  async make(script: string): Promise<string> {
    const { text, success } = await this.run(script);
    if (!success) throw new Error(text);
    return text;
  }

  /** Writes a certificate and its key as `name.pem` and `name.key`. */
  async write(name: string, { certificate, key }: Signer): Promise<void> {
    const pkcs8 = await crypto.subtle.exportKey("pkcs8", key.keys.privateKey);
    await Deno.writeTextFile(this.path(`${name}.pem`), certificate.toPem());
    await Deno.writeTextFile(
      this.path(`${name}.key`),
      formatPem("PRIVATE KEY", new Uint8Array(pkcs8)),
      { mode: 0o600 },
    );
  }

  /** Starts `openssl s_server`; gives its port. */
  async serve(...args: readonly string[]): Promise<number> {
    const server = await opensslServer(args, this.folder);
    this.#ends.use(server);
    return server.port;
  }

  /** Starts one nginx with server blocks; gives the port of each. */
  async nginx(...blocks: readonly string[]): Promise<readonly number[]> {
    const server = await nginxServer(this.folder, blocks);
    this.#ends.use(server);
    return server.ports;
  }

  /** Starts any other program that goes on until the test ends. */
  start(command: string, ...args: readonly string[]): Deno.ChildProcess {
    const child = new Deno.Command(command, {
      args: [...args],
      cwd: this.folder,
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#ends.defer(async () => {
      try {
        child.kill("SIGKILL");
      } catch {
        // It has ended by itself.
      }
      await child.stdout.cancel().catch(() => {});
      await child.stderr.cancel().catch(() => {});
      await child.status;
    });
    return child;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#ends.disposeAsync();
    await Deno.remove(this.folder, { recursive: true });
  }
}
