/**
 * One link: the handshake with a server and the login, over a stream that is
 * there already, until it ends.
 *
 * @see RFC 4253 (transport), RFC 4252 (authentication)
 * @module
 */

import type { Duplex } from "node:stream";
import type { AlgorithmLists } from "./algorithm_names.ts";
import { ssh2Algorithms } from "./algorithms.ts";
import type { Authenticator } from "./auth.ts";
import { batched } from "./batched.ts";
import type { SshFacts } from "./facts.ts";
import { handshakeFailure, lostFailure } from "./failure.ts";
import { yieldTurn } from "../socket/pump.ts";
import { type Client, loadSsh2, type Ssh2 } from "./ssh2.ts";

/** What a link is made of. */
export interface LinkPlan {
  /** For errors: `ada@web:2222`. */
  readonly target: string;
  /** Who logs in. */
  readonly user: string;
  /** What to offer in the handshake. */
  readonly algorithms: AlgorithmLists;
  /** Throws unless the server's key, as it goes over the wire, is the one. */
  readonly checkHostKey: (
    key: Uint8Array<ArrayBuffer>,
    signal: AbortSignal,
    address: string | undefined,
  ) => Promise<void>;
  /** Milliseconds between questions whether the server is there; 0 for none. */
  readonly aliveInterval: number;
  /** Unanswered ones that end the link. */
  readonly aliveCount: number;
  /** Where the agent that may be forwarded listens. */
  readonly agentPath: string | undefined;
}

/** What of ssh2 is touched beyond its documented door (1.17). */
interface Inner {
  readonly _callbacks: (() => void)[];
  readonly _protocol: {
    _debug: unknown;
    ping(): void;
    readonly _handlers: {
      USERAUTH_FAILURE(
        protocol: unknown,
        methods: string[],
        partial: boolean,
      ): void;
      GLOBAL_REQUEST(
        protocol: { requestSuccess(): void },
        name: string,
        wantReply: boolean,
        data: unknown,
      ): void;
      DEBUG(): void;
    };
  };
  readonly _remoteVer: string | undefined;
}

interface Negotiated {
  readonly kex: string;
  readonly serverHostKey: string;
  readonly cs: { readonly cipher: string; readonly mac: string };
}

/** A link that is up, until it is not. */
export class Link {
  /** The protocol's own object. */
  readonly client: Client;
  /** What was agreed on. */
  readonly facts: SshFacts;
  /** For errors: `ada@web:2222`. */
  readonly target: string;
  /** Resolves when the link is down: with why, unless it was closed here. */
  readonly down: Promise<Error | undefined>;
  #isUp = true;
  #isClosing = false;
  #error: Error | undefined;

  constructor(
    client: Client,
    stream: Duplex,
    facts: SshFacts,
    target: string,
  ) {
    this.client = client;
    this.facts = facts;
    this.target = target;
    const { promise, resolve } = Promise.withResolvers<Error | undefined>();
    this.down = promise;
    client.removeAllListeners("error").on("error", (error) => {
      this.#error ??= error;
    });
    // The other side has ended its direction; ssh2 leaves ours open.
    client.on("end", () => stream.destroy());
    client.once("close", () => {
      this.#isUp = false;
      this.#error = this.#isClosing
        ? undefined
        : lostFailure(this.#error, target);
      resolve(this.#error);
    });
  }

  /** Why it went down, unless it was closed here. */
  get error(): Error | undefined {
    return this.#error;
  }

  /** Whether it is up. */
  get isUp(): boolean {
    return this.#isUp;
  }

  /** Takes it down, and waits until the stream is closed. */
  async close(): Promise<void> {
    if (!this.#isUp) return;
    this.#isClosing = true;
    this.client.end();
    // A server that is not there any more would keep us waiting.
    const timer = setTimeout(() => this.client.destroy(), 1000);
    try {
      await this.down;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Takes it down without a word to the other side. */
  destroy(): void {
    this.#isClosing = true;
    this.client.destroy();
  }
}

/**
 * Does the handshake and logs in.
 *
 * @param stream To the server; it is closed if this fails.
 * @param plan How.
 * @param auth Who logs in, and how.
 * @param signal Stops it at any stage.
 * @returns The link.
 * @throws {NetError} If the handshake fails.
 * @throws {AuthError} If the server lets nobody in.
 */
export async function openLink(
  stream: Duplex,
  plan: LinkPlan,
  auth: Authenticator,
  signal: AbortSignal,
): Promise<Link> {
  const ssh2 = await loadSsh2();
  const client = new ssh2.Client();
  const inner = client as unknown as Inner;
  const { promise, resolve, reject } = Promise.withResolvers<Link>();
  const offers = new ServerOffers();
  const closed = new Promise<void>((done) =>
    client.once("close", () => done())
  );
  let stage: "handshake" | "login" | "over" = "handshake";
  let negotiated: Negotiated | undefined;
  let hostKey: Uint8Array<ArrayBuffer> | undefined;
  let banner = "";
  // Ends what waits for somebody to type when the server has left.
  const over = new AbortController();
  const fail = (error: unknown) => {
    stage = "over";
    reject(error);
    over.abort(error);
    stream.destroy();
  };
  auth.fault.catch((error) => stage !== "over" && fail(error));
  const received = () => (stream as { bytesRead?: number }).bytesRead ?? 0;
  const explain = (error: Error | undefined) =>
    stage === "login"
      ? auth.failure(error)
      : handshakeFailure(error, plan.target, offers, received());

  client.on("error", (error: Error & { level?: string }) => {
    // A key that did not sign is no reason not to try the next.
    if (error.level === "agent" || stage === "over") return;
    fail(explain(error));
  });
  client.once("end", () => {
    if (stage !== "over") fail(explain(undefined));
  });
  client.once("close", () => {
    if (stage !== "over") fail(explain(undefined));
  });
  client.on("banner", (text) => banner += text);
  client.on("change password", () => fail(auth.expired()));
  client.once("handshake", (agreed) => {
    negotiated = agreed as unknown as Negotiated;
    stage = "login";
    inner._protocol._debug = undefined;
  });
  client.once("ready", () => {
    stage = "over";
    auth.accepted();
    const { kex, serverHostKey, cs } = negotiated!;
    const facts: SshFacts = {
      serverVersion: inner._remoteVer ?? "",
      kex,
      hostKeyAlgorithm: serverHostKey,
      hostKey: hostKey!,
      cipher: cs.cipher,
      mac: cs.mac,
      auth: auth.steps,
      banner,
    };
    resolve(new Link(client, stream, facts, plan.target));
  });

  /** Does not verify a key twice: the server shows it at each rekeying. */
  const hostVerifier = (
    key: Uint8Array<ArrayBuffer>,
    verified: (ok: boolean) => void,
  ): boolean | undefined => {
    if (hostKey) return equal(hostKey, key);
    void answer(
      async () => {
        const { remoteAddress } = stream as { remoteAddress?: string };
        await plan.checkHostKey(key.slice(), over.signal, remoteAddress);
        hostKey = key.slice();
      },
      () => stage === "handshake" && verified(true),
    );
    return undefined;
  };

  /**
   * Waits for something and then goes on with ssh2, in a turn of its own: where
   * the runtime loads a part of itself, promises go on in the middle of ssh2's
   * code, and it is not made for that.
   */
  const answer = async <T>(
    wait: () => Promise<T>,
    goOn: (value: T) => void,
  ): Promise<void> => {
    try {
      const value = await wait();
      await yieldTurn();
      goOn(value);
    } catch (error) {
      if (stage !== "over") fail(error);
    }
  };

  const onAbort = () => {
    if (stage !== "over") fail(signal.reason);
  };
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    signal.throwIfAborted();
    client.connect(
      {
        sock: batched(stream),
        username: plan.user,
        readyTimeout: 0,
        keepaliveInterval: plan.aliveInterval,
        keepaliveCountMax: plan.aliveCount,
        algorithms: ssh2Algorithms(plan.algorithms),
        hostVerifier,
        authHandler: (_methods: unknown, _partial: unknown, next: Next) => {
          void answer(
            () => auth.next(ssh2, over.signal),
            (attempt) => stage === "login" && next(attempt ?? false),
          );
        },
        debug: (line: string) => offers.read(line),
        ...(plan.agentPath !== undefined &&
          { agent: forwardable(ssh2, plan.agentPath) }),
        // The types know neither the order of authHandler's arguments nor that
        // a verifier may answer later.
      } as unknown as Parameters<Client["connect"]>[0],
    );
    hook(inner, auth);
    return await promise;
  } catch (error) {
    stage = "over";
    stream.destroy();
    await closed;
    throw error;
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

type Next = (attempt: unknown) => void;

/** Questions that nudge a server, at most; it needs some three. */
const NUDGES = 8;

/** Changes what ssh2 does with some of the server's messages. */
function hook(inner: Inner, auth: Authenticator): void {
  const { _callbacks: answers, _protocol: protocol } = inner;
  const handlers = protocol._handlers;
  // ssh2 keeps the methods that are left to itself when a key of an agent was
  // refused, or was only one of several steps.
  const failed = handlers.USERAUTH_FAILURE;
  handlers.USERAUTH_FAILURE = (protocol, methods, partial) => {
    auth.refused(methods, partial);
    failed(protocol, methods, partial);
  };
  // OpenSSH says some small things after a login, and its system holds back
  // what comes next, the answer to our first request, until they were
  // acknowledged: that is 40 ms, unless we say something ourselves.
  let nudges = 0;
  const nudge = () => {
    if (nudges++ >= NUDGES) return;
    answers.push(() => {});
    protocol.ping();
  };
  handlers.DEBUG = nudge;
  const asked = handlers.GLOBAL_REQUEST;
  handlers.GLOBAL_REQUEST = (protocol, name, wantReply, data) => {
    // ssh2 would ask the server to prove each of its other keys.
    if (name !== "hostkeys-00@openssh.com") {
      return asked(protocol, name, wantReply, data);
    }
    if (wantReply) protocol.requestSuccess();
    nudge();
  };
}

/** An agent that ssh2 can connect channels from the server with. */
function forwardable(ssh2: Ssh2, path: string): object {
  return new ssh2.OpenSSHAgent(path);
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((octet, i) => octet === b[i]);
}

/** What the server offered in its first message, read from ssh2's debug lines. */
export class ServerOffers {
  /** Its lists by the names of ssh2's errors: `"key exchange algorithm"`. */
  readonly lists: Map<string, readonly string[]> = new Map();

  read(line: string): void {
    const match = /^Handshake: \(remote\) ([^:]+): (.*)$/s.exec(line);
    if (match) this.lists.set(match[1]!.toLowerCase(), match[2]!.split(","));
  }
}
