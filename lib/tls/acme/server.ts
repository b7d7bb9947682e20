/**
 * An ACME server for the lab: an authority that hands out certificates to
 * programs which prove that a name is theirs.
 *
 * @see RFC 8555
 * @module
 */

import { canvas } from "../../inspect/canvas.ts";
import { table } from "../../inspect/table.ts";
import type { Authority } from "../authority/authority.ts";
import { create } from "../authority/create.ts";
import type { Issued } from "../authority/issued.ts";
import { AcmeRequests } from "./requests.ts";
import { orderStatus } from "./state.ts";
import type { AcmeChallengeType } from "./validation.ts";

/** Options for {@linkcode serve}. */
export interface AcmeServeOptions {
  /** The address to listen on. @default {"127.0.0.1"} */
  hostname?: string;
  /** The port; 0 takes a free one. @default {0} */
  port?: number;
  /**
   * The names under which clients find it. An authority that may not issue for
   * the default ones leaves the server's own certificate to a root made for it;
   * `ca` of the server has both. @default {the address, localhost on loopback}
   */
  names?: readonly string[];
  /** The ways of proving that are offered. @default {all three} */
  challenges?: readonly AcmeChallengeType[];
  /** How long what it issues holds, in days. @default {90} */
  days?: number;
  /** Where http-01 looks; the RFC wants 80. @default {80} */
  httpPort?: number;
  /** Where tls-alpn-01 looks; the RFC wants 443. @default {443} */
  tlsPort?: number;
  /** The name server that dns-01 asks. @default {the system's} */
  nameServer?: { readonly hostname: string; readonly port?: number };
  /** The address of a host's name. @default {the system's answer} */
  addressOf?: (name: string) => string | Promise<string>;
  /** How long one look at a proof may take, in milliseconds. @default {10000} */
  timeout?: number;
}

/** One order, as an ACME server shows it. */
export interface AcmeOrder {
  /** The names that were asked for. */
  readonly hosts: readonly string[];
  /** How far it is. */
  readonly status: "pending" | "ready" | "processing" | "valid" | "invalid";
  /** The serial number of what was issued. */
  readonly serial: string | undefined;
  /** Why it failed, if it did. */
  readonly reason: string | undefined;
}

/**
 * A running ACME server; {@linkcode serve} gives them out.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * await using server = await net.tls.acme.serve(
 *   await net.tls.authority.create({ name: "Lab CA" }),
 * );
 * assert.match(server.url, /^https:\/\/127\.0\.0\.1:\d+\/directory$/);
 * assert.deepEqual(server.orders, []);
 * ```
 */
export class AcmeServer implements AsyncDisposable {
  /** The URL of its directory: what clients are told. */
  readonly url: string;
  /** Who vouches for the server, and who for what it issues, in PEM. */
  readonly ca: string;
  readonly #service: AcmeRequests;
  readonly #server: Deno.HttpServer<Deno.NetAddr>;

  /**
   * Takes over what runs.
   *
   * @param service What answers.
   * @param server What listens.
   * @param ca Certificates of authorities in PEM.
   */
  constructor(
    service: AcmeRequests,
    server: Deno.HttpServer<Deno.NetAddr>,
    ca: string,
  ) {
    const { hostname, port } = server.addr;
    this.#service = service;
    this.#server = server;
    this.ca = ca;
    this.url = `https://${
      hostname.includes(":") ? `[${hostname}]` : hostname
    }:${port}/directory`;
  }

  /** The orders so far, the newest last. */
  get orders(): AcmeOrder[] {
    return this.#service.orders.map((order) => ({
      hosts: order.identifiers.map(({ value }) => value),
      status: orderStatus(order),
      serial: order.issued?.certificate.serial,
      reason: order.authorizations.flatMap(({ challenges }) => challenges)
        .find(({ error }) => error !== undefined)?.error?.message,
    }));
  }

  /** Stops listening, and ends what is under way. */
  async close(): Promise<void> {
    await this.#service.close();
    await this.#server.shutdown();
  }

  /** The same as {@linkcode AcmeServer.close}. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** Where it is and what was ordered. */
  toJSON(): Record<string, unknown> {
    const { url, orders } = this;
    return { url, orders };
  }

  /** The orders, as a table. */
  [Symbol.for("Deno.customInspect")](
    _inspect: unknown,
    options?: { colors?: boolean },
  ): string {
    const rows = this.orders.map(({ hosts, ...rest }) => ({
      hosts: hosts.join(", "),
      ...rest,
    }));
    return table(rows, {
      title: `ACME server ${this.url}, ${rows.length} ${
        rows.length === 1 ? "order" : "orders"
      }`,
      columns: ["hosts", "status", "serial", "reason"],
      canvas: canvas({ colors: options?.colors ?? false }),
    });
  }
}

/**
 * Starts an ACME server over an authority of yours, so that certbot, a web
 * server's own client or {@linkcode obtain} get certificates in the lab as they
 * would on the internet.
 *
 * @param authority Who signs.
 * @param options Where it listens, and where it looks for proofs.
 * @returns The running server; close it, or use `await using`.
 * @throws {NetError} If it cannot listen there.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const ca = await net.tls.authority.create({ name: "Lab CA" });
 * await using server = await net.tls.acme.serve(ca, { challenges: ["http-01"] });
 * using client = Deno.createHttpClient({ caCerts: [server.ca] });
 * const directory = await (await fetch(server.url, { client })).json();
 * assert.ok(directory.newOrder.endsWith("/new-order"));
 * ```
 */
export async function serve(
  authority: Authority,
  options: AcmeServeOptions = {},
): Promise<AcmeServer> {
  const {
    hostname = "127.0.0.1",
    port = 0,
    names,
    challenges = ["http-01", "dns-01", "tls-alpn-01"],
    days = 90,
    httpPort = 80,
    tlsPort = 443,
    nameServer,
    addressOf = (name) => name,
    timeout = 10_000,
  } = options;
  const service = new AcmeRequests({
    authority,
    challenges,
    days,
    httpPort,
    tlsPort,
    nameServer: nameServer === undefined ? undefined : {
      ipAddr: nameServer.hostname,
      ...nameServer.port === undefined ? {} : { port: nameServer.port },
    },
    addressOf,
    timeout,
  });
  const [{ cert, key }, ca] = await identify(authority, hostname, names);
  const server = Deno.serve(
    { hostname, port, cert, key, onListen() {} },
    (request) => service.answer(request),
  );
  return new AcmeServer(service, server, ca);
}

/** The server's own certificate, and whom clients have to trust. */
async function identify(
  authority: Authority,
  hostname: string,
  names?: readonly string[],
): Promise<[site: Issued, ca: string]> {
  if (names) return [await authority.issue({ hosts: names }), authority.pem];
  const isLoopback = hostname === "127.0.0.1" || hostname === "::1";
  const hosts = isLoopback ? ["localhost", hostname] : [hostname];
  try {
    return [await authority.issue({ hosts }), authority.pem];
  } catch (error) {
    // It may issue for some names only, and these are none of them.
    if (!(error instanceof RangeError)) throw error;
    const root = await create({ name: "ACME server" });
    return [await root.issue({ hosts }), authority.pem + root.pem];
  }
}
