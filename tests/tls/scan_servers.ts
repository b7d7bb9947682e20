/**
 * Servers to scan, each a program of its own, and sslscan as a second opinion.
 *
 * @module
 */

import assert from "node:assert/strict";
import { nginxServer, type TlsPeer } from "./servers.ts";

/** Why a program cannot be had, or nothing. */
export function without(command: string, flag: string): string | undefined {
  const { state } = Deno.permissions.querySync({ name: "run", command });
  if (state !== "granted") return `run with --allow-run=${command}`;
  try {
    new Deno.Command(command, {
      args: [flag],
      stdout: "null",
      stderr: "null",
    }).outputSync();
    return undefined;
  } catch {
    return `there is no ${command} here`;
  }
}

async function run(command: string, args: string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(command, {
    args,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).output();
  const text = new TextDecoder();
  assert.ok(success, `${command} ${args[0]}: ${text.decode(stderr)}`);
  return text.decode(stdout);
}

/** A folder with certificates for RSA and EC, and Diffie-Hellman parameters. */
export class Material implements AsyncDisposable {
  readonly #made = new Map<string, Promise<unknown>>();

  private constructor(readonly folder: string) {}

  static async make(): Promise<Material> {
    return new Material(
      await Deno.makeTempDir({ dir: "/tmp", prefix: "netrepl-tls-scan-" }),
    );
  }

  path(name: string): string {
    return `${this.folder}/${name}`;
  }

  /** Key and certificate, by how openssl calls the key: `rsa:2048`, `P-256`. */
  async certificate(name: string, key: string): Promise<readonly string[]> {
    const [certificate, secret] = [this.path(`${name}.crt`), this.path(name)];
    if (!this.#made.has(name)) {
      const algorithm = /^P-/.test(key)
        ? ["ec", "-pkeyopt", `ec_paramgen_curve:${key}`]
        : [key];
      const making = run("openssl", [
        ...["req", "-x509", "-newkey", ...algorithm, "-nodes", "-days", "9"],
        ...["-subj", `/CN=${name}`, "-keyout", secret, "-out", certificate],
      ]);
      this.#made.set(name, making);
    }
    await this.#made.get(name);
    return [certificate, secret];
  }

  /** nginx with one server block, and a certificate for RSA. */
  async nginx(lines: string): Promise<TlsPeer> {
    const [certificate, key] = await this.certificate("rsa", "rsa:2048");
    return await nginxServer(this.folder, [
      `ssl_certificate ${certificate}; ssl_certificate_key ${key}; ${lines}`,
    ]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.folder, { recursive: true });
  }
}

/** What sslscan says of a server. */
export interface SslScan {
  /** Numbers of suites by version, in its order. */
  readonly suites: Readonly<Record<string, readonly number[]>>;
  /** The versions that are enabled. */
  readonly versions: readonly string[];
  /** Numbers of groups by version. */
  readonly groups: Readonly<Record<string, readonly number[]>>;
  /** Numbers of signature schemes by version. */
  readonly schemes: Readonly<Record<string, readonly number[]>>;
  readonly xml: string;
}

const NAMES: Readonly<Record<string, string>> = {
  TLSv1: "TLS 1",
  SSLv: "SSL ",
};

function versionName(text: string): string {
  return text.replace(/^(?:TLSv1|SSLv)/, (head) => NAMES[head]!).replace(
    /^(SSL \d)$/,
    "$1.0",
  );
}

/** Scans with sslscan. */
export async function sslscan(
  target: string,
  options: readonly string[] = [],
): Promise<SslScan> {
  const xml = await run("sslscan", [...options, "--xml=-", target]);
  const byVersion = (tag: string) => {
    const found: Record<string, number[]> = {};
    for (const [element] of xml.matchAll(new RegExp(`<${tag} [^>]*>`, "g"))) {
      const version = versionName(/sslversion="([^"]+)"/.exec(element)![1]!);
      const id = Number(/ id="(0x[0-9a-fA-F]+)"/.exec(element)![1]);
      (found[version] ??= []).push(id);
    }
    return found;
  };
  const enabled = xml.matchAll(
    /<protocol type="(\w+)" version="([\d.]+)" enabled="1"/g,
  );
  return {
    suites: byVersion("cipher"),
    groups: byVersion("group"),
    schemes: byVersion("connection-signature-algorithm"),
    versions: Array.from(
      enabled,
      ([, type, version]) =>
        type === "ssl" ? `SSL ${version}.0` : `TLS ${version}`,
    ),
    xml,
  };
}
