/**
 * The server's side of the handshake: which certificate to show, and whom to
 * let in.
 *
 * @module
 */

import type { SecureContext, TLSSocket } from "node:tls";
import type { Deadline } from "../deadline.ts";
import { carrier } from "./carrier.ts";
import type { Certificate } from "./certificate.ts";
import { noneElsewhere } from "../known_options.ts";
import { SERVER_NAMES } from "./option_names.ts";
import type { ChainVerdict } from "./path/chain_verdict.ts";
import type { RevocationList } from "./crl.ts";
import { verifyChain } from "./path.ts";
import { matchesHost } from "./path/path_host.ts";
import { TrustStore } from "./path/path_roots.ts";
import { NEVER_FULL, shakeHands } from "./shake.ts";
import type { TlsConnection } from "./tls_connection.ts";
import {
  certificatesFrom,
  identityOf,
  isPem,
  listsFrom,
  type ProtocolRange,
  protocolRange,
  type ReadIdentity,
  readIdentity,
  secureContext,
} from "./read_options.ts";
import type {
  TlsCarrier,
  TlsCredentials,
  TlsServerOptions,
} from "./tls_options.ts";

/** What a handshake is done with; replaced as a whole. */
interface State {
  readonly identities: readonly (ReadIdentity & {
    readonly context: SecureContext;
  })[];
  readonly clientRoots: TrustStore | undefined;
  readonly clientLists: readonly RevocationList[] | undefined;
  /** The files that all this was read from. */
  readonly files: readonly string[];
}

/** Shakes hands with clients. */
export class Acceptor {
  readonly #tls: typeof import("node:tls");
  readonly #range: ProtocolRange;
  readonly #alpn: Uint8Array | undefined;
  #options: TlsServerOptions;
  #state: State;

  private constructor(
    tls: typeof import("node:tls"),
    range: ProtocolRange,
    options: TlsServerOptions,
    state: State,
  ) {
    this.#tls = tls;
    this.#range = range;
    this.#options = options;
    this.#state = state;
    const { alpn } = options;
    this.#alpn = alpn && Uint8Array.from(alpn.flatMap((name) => [
      name.length,
      ...new TextEncoder().encode(name),
    ]));
  }

  /**
   * Reads everything that is needed.
   *
   * @param doing What for: `"listen on 127.0.0.1:443"`.
   * @param options Who the server is, and whom to let in.
   * @returns The acceptor.
   */
  static async open(
    doing: string,
    options: TlsServerOptions,
  ): Promise<Acceptor> {
    noneElsewhere(doing, options, SERVER_NAMES);
    const range = protocolRange(doing, options);
    const { clientCertificate, clientCa } = options;
    if (!["request", "require", undefined].includes(clientCertificate)) {
      throw new TypeError(
        `Cannot ${doing} as 'clientCertificate' must be "request" or "require": current value is ${clientCertificate}`,
      );
    }
    if (clientCertificate !== undefined && clientCa === undefined) {
      throw new TypeError(
        `Cannot ${doing} as 'clientCa' must say who issues the clients' certificates: current value is undefined`,
      );
    }
    const tls = await import("node:tls");
    const state = await read(tls, doing, range, options);
    return new Acceptor(tls, range, options, state);
  }

  /** The files that were read, to be watched. */
  get files(): readonly string[] {
    return this.#state.files;
  }

  /** The certificates shown to clients, each server's own. */
  get certificates(): readonly Certificate[] {
    return this.#state.identities.map(({ chain }) => chain[0]!);
  }

  /**
   * Reads everything anew; connections that are there are not touched, and if
   * it fails, all stays as it was.
   *
   * @param credentials What to replace. @default {the same files again}
   */
  async reload(credentials: TlsCredentials = {}): Promise<void> {
    const isNew = credentials.cert !== undefined ||
      credentials.identities !== undefined;
    const options = {
      ...this.#options,
      ...(isNew && {
        cert: undefined,
        key: undefined,
        passphrase: undefined,
        identities: undefined,
      }),
      ...credentials,
    };
    this.#state = await read(this.#tls, "reload", this.#range, options);
    this.#options = options;
  }

  /**
   * Shakes hands with one client.
   *
   * @param over The client's connection or stream; closed if this fails.
   * @param deadline Ends the wait.
   * @param idleTimeout For the connection.
   * @returns The connection.
   */
  async accept(
    over: TlsCarrier,
    deadline: Deadline,
    idleTimeout?: number,
  ): Promise<TlsConnection> {
    const { clientCertificate, requireCloseNotify = true } = this.#options;
    const below = await carrier(over);
    const state = this.#state;
    return await shakeHands({
      doing: {
        op: "shake hands with",
        target: `${below.remoteAddress}`,
        side: "server",
        hasIdentity: true,
      },
      below,
      deadline,
      insecure: false,
      required: clientCertificate === "require",
      requireCloseNotify,
      idleTimeout,
      socket: () => this.#socket(below.duplex, state),
      verify: (certificates) => verifyClient(certificates, state),
    });
  }

  #socket(
    duplex: ConstructorParameters<typeof import("node:tls").TLSSocket>[0],
    { identities }: State,
  ): TLSSocket {
    const { clientCertificate } = this.#options;
    const [first, ...others] = identities;
    return new this.#tls.TLSSocket(duplex, {
      isServer: true,
      ...NEVER_FULL,
      secureContext: first!.context,
      requestCert: clientCertificate !== undefined,
      // Has the runtime send the alert that one is missing; one that is there
      // is for `verify`.
      rejectUnauthorized: clientCertificate === "require",
      ...(this.#alpn && { ALPNProtocols: this.#alpn }),
      ...(others.length > 0 && {
        SNICallback: (name: string, done: SniDone) =>
          done(null, choose(identities, name).context),
      }),
    });
  }
}

type SniDone = (error: Error | null, context?: SecureContext) => void;

/** The first whose names have the name; the first of all if none has. */
function choose(
  identities: State["identities"],
  name: string,
): State["identities"][number] {
  return identities.find(({ chain }) => matchesHost(chain[0]!, name)) ??
    identities[0]!;
}

function verifyClient(
  certificates: readonly Certificate[],
  { clientRoots, clientLists }: State,
): Promise<ChainVerdict> {
  return verifyChain(certificates, {
    purpose: "client",
    roots: clientRoots,
    lists: clientLists,
    requireRevocation: clientLists !== undefined,
  });
}

async function read(
  tls: typeof import("node:tls"),
  doing: string,
  range: ProtocolRange,
  options: TlsServerOptions,
): Promise<State> {
  const { identities: others = [], clientCa, clientCrl } = options;
  const own = identityOf(doing, options);
  const wanted = own ? [own, ...others] : others;
  if (wanted.length === 0) {
    throw new TypeError(
      `Cannot ${doing} as 'cert' and 'key' must say who this server is: current value is undefined`,
    );
  }
  const identities = await Promise.all(wanted.map(async (one) => {
    const identity = await readIdentity("prove who this server is", one);
    const { cert, key } = identity;
    const given = { ...range, cert, key: key() };
    const context = secureContext(tls, "prove who this server is", given);
    return { ...identity, context };
  }));
  const clientRoots = clientCa === undefined || clientCa instanceof TrustStore
    ? clientCa
    : new TrustStore(
      await certificatesFrom("read the clients' authorities", clientCa),
    );
  const clientLists = clientCrl === undefined
    ? undefined
    : await listsFrom("read the clients' revocation lists", clientCrl);
  const sources = [
    ...wanted.flatMap(({ cert, key }) => [cert, key]),
    clientCa,
    clientCrl,
  ];
  const files = sources.filter((source): source is string =>
    typeof source === "string" && !isPem(source)
  );
  return { identities, clientRoots, clientLists, files };
}
