/**
 * Who takes part in these tests of TLS: an authority, whom it vouches for, and
 * others whom it does not.
 *
 * @module
 */

import assert from "node:assert/strict";
import { type Authority, create } from "../../lib/tls/authority/all.ts";
import type { Issued } from "../../lib/tls/authority/all.ts";
import { connect, type TlsConnectOptions } from "../../lib/tls/connect.ts";
import type { TlsConnection } from "../../lib/tls/tls_connection.ts";
import type { EndpointLike } from "../../lib/socket/endpoint.ts";

/** A certificate and its key. */
export interface Party {
  readonly cert: string;
  readonly key: string;
}

/** All of them. */
export interface Parties {
  readonly authority: Authority;
  /** Certificates of the authority, as PEM. */
  readonly ca: string;
  readonly server: Issued;
  readonly client: Issued;
  /** Of another authority. */
  readonly stranger: Issued;
}

let parties: Promise<Parties> | undefined;

/** The parties, made once. */
export function all(): Promise<Parties> {
  return parties ??= make();
}

async function make(): Promise<Parties> {
  const authority = await create({ name: "Test CA" });
  const other = await create({ name: "Another CA" });
  return {
    authority,
    ca: authority.pem,
    server: await authority.issue({
      name: "localhost",
      hosts: ["localhost", "127.0.0.1", "::1"],
    }),
    client: await authority.issue({ kind: "client", name: "alice" }),
    stranger: await other.issue({ kind: "client", name: "mallory" }),
  };
}

/** Connects, trusting the authority of the tests. */
export async function dial(
  target: EndpointLike,
  options: TlsConnectOptions = {},
): Promise<TlsConnection> {
  const { ca } = await all();
  return await connect(target, { ca, serverName: "localhost", ...options });
}

/** Waits until something holds, some seconds at most. */
export async function until(holds: () => boolean): Promise<void> {
  for (let i = 0; i < 3000 && !holds(); i++) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  assert.ok(holds(), "in time");
}

/** Saves the parties' PEM into a folder of its own, for programs. */
export async function saved(
  use: (folder: string) => Promise<void>,
): Promise<void> {
  const { ca, server, client, stranger } = await all();
  const folder = await Deno.makeTempDir({ prefix: "netrepl_tls_" });
  try {
    const files = {
      "ca.pem": ca,
      "server.pem": server.cert,
      "server.key": server.key,
      "client.pem": client.cert,
      "client.key": client.key,
      "stranger.pem": stranger.cert,
      "stranger.key": stranger.key,
    };
    for (const [name, text] of Object.entries(files)) {
      await Deno.writeTextFile(`${folder}/${name}`, text, { mode: 0o600 });
    }
    await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/**
 * Numbers that are the same for the same seed.
 *
 * @param seed The seed.
 * @returns Gives the next, from 0 to below a limit.
 */
export function pseudoRandom(seed: number): (below: number) => number {
  let state = Math.imul(seed + 1, 0x9e3779b1) | 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % Math.max(1, below);
  };
}
