/**
 * The way to a machine: links, made again when they are lost and that was agreed
 * to, and the sessions that are opened on them.
 *
 * @module
 */

import { Deadline } from "../deadline.ts";
import { NetError } from "../errors.ts";
import type { Chain, ConnectionPlan } from "./chain.ts";
import type { ExitStatus } from "./command.ts";
import { cutFailure } from "./failure.ts";
import type { Link } from "./link.ts";
import { redial } from "./reconnect.ts";
import {
  checkRequest,
  RequestRefused,
  SessionChannel,
  SessionNotOpened,
  type SessionRequest,
} from "./session_channel.ts";
import { SessionSlots } from "./session_slots.ts";
import type { ReconnectOptions } from "./upkeep.ts";

/** Links on which the opening of one session is tried. */
const REOPENINGS = 3;

/** A session that was opened. */
export interface OpenSession {
  /** The session, which nobody reads yet. */
  readonly session: SessionChannel;
  /**
   * Gives how it ended.
   *
   * @param op What was done in it, for the error.
   * @param status What the server said.
   * @throws {NetError} With code `"lost"` or `"closed"` if it ended with its link,
   * so that nobody knows how.
   */
  readonly ended: (op: string, status: ExitStatus) => ExitStatus;
}

/** The way to a machine. */
export class Line {
  readonly #plan: ConnectionPlan;
  readonly #closing = new AbortController();
  #chain: Chain;
  #slots: SessionSlots;
  #redialling: Promise<void> | undefined;
  #reconnects = 0;

  /**
   * Takes a chain of links that is up.
   *
   * @param plan What it is, and how to make the chain again.
   * @param chain The links.
   */
  constructor(plan: ConnectionPlan, chain: Chain) {
    this.#plan = plan;
    this.#chain = chain;
    this.#slots = new SessionSlots(plan.target);
  }

  /** The link to the machine that is there now. */
  get link(): Link {
    return this.#chain.link;
  }

  /** The sessions on it. */
  get slots(): SessionSlots {
    return this.#slots;
  }

  /** How often it was made again. */
  get reconnects(): number {
    return this.#reconnects;
  }

  /** Whether it is up. */
  get isOpen(): boolean {
    return !this.#closing.signal.aborted && this.link.isUp;
  }

  /**
   * Makes it again if it was lost, and that was agreed to.
   *
   * @param signal Ends the wait.
   * @returns The link that is up.
   * @throws {NetError} With code `"closed"` or `"lost"` if it stays down.
   */
  async ready(signal?: AbortSignal): Promise<Link> {
    for (;;) {
      const { link } = this;
      if (this.#closing.signal.aborted) throw this.#closed();
      if (link.isUp) return link;
      const { reconnect, target } = this.#plan;
      if (!reconnect) throw await link.down ?? this.#closed();
      using wait = new Deadline("connect to", target, { signal });
      await wait.race(this.#redialling ??= this.#redial(reconnect));
    }
  }

  /**
   * Opens a session, as soon as the server does.
   *
   * @param request What starts in it.
   * @param signal Ends the wait.
   * @throws {NetError} `"lost"`, `"no-session"`, `"refused"`.
   */
  async open(
    request: SessionRequest,
    signal: AbortSignal,
  ): Promise<OpenSession> {
    checkRequest(request);
    const { forwardAgent, target, reconnect } = this.#plan;
    const whole = { ...request, forwardAgent };
    for (let tries = 1;; tries++) {
      const link = await this.ready(signal);
      try {
        const session = await this.#slots.use(
          () => SessionChannel.open(link.client, whole, signal),
          signal,
        );
        return { session, ended: (op, status) => ended(link, op, status) };
      } catch (error) {
        if (signal.aborted || error instanceof NetError) throw error;
        if (error instanceof RequestRefused && link.isUp) {
          throw refused(error, target);
        }
        const cause = await link.down;
        // What has not begun may begin again.
        const isSafe = error instanceof SessionNotOpened;
        if (isSafe && reconnect && tries < REOPENINGS) continue;
        throw cutFailure("use", target, cause);
      }
    }
  }

  /** Takes it down, and waits for that. */
  async close(): Promise<void> {
    this.#closing.abort(this.#closed());
    await this.#redialling?.catch(() => {});
    await this.#chain.close();
  }

  #closed(): NetError {
    return new NetError("the connection is closed", {
      code: "closed",
      op: "use",
      target: this.#plan.target,
    });
  }

  async #redial(reconnect: ReconnectOptions): Promise<void> {
    const { dial, target } = this.#plan;
    try {
      // What the lost one went through may be half up still.
      await this.#chain.close();
      this.#chain = await redial(dial, reconnect, this.#closing.signal);
      this.#slots = new SessionSlots(target);
      this.#reconnects++;
    } finally {
      this.#redialling = undefined;
    }
  }
}

function ended(link: Link, op: string, status: ExitStatus): ExitStatus {
  const isKnown = status.exitCode !== undefined || status.signal !== undefined;
  if (isKnown || link.isUp) return status;
  throw cutFailure(op, link.target, link.error);
}

function refused(
  { request, message }: RequestRefused,
  target: string,
): NetError {
  const hints = {
    pty: "PermitTTY in the server's sshd_config, or pty: false",
    exec: "shell(), if it takes no commands",
    shell: "run(), if it gives no shells",
    subsystem: "Subsystem in the server's sshd_config",
  };
  return new NetError(message, {
    code: "refused",
    op: "open a session on",
    target,
    hint: hints[request],
  });
}
