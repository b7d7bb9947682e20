/**
 * Ways of connections through SSH, and what went over them.
 *
 * @module
 */

import type { Duplex } from "node:stream";
import { canvas } from "../../inspect/canvas.ts";
import { card } from "../../inspect/card.ts";
import { bytes, count } from "../../inspect/units.ts";

/** Errors that are kept: of more, the oldest are forgotten. */
const ERRORS = 20;

/** What {@linkcode Forwarding} is made of. */
export interface ForwardingParts {
  /** `"local"` (`ssh -L`), `"remote"` (`-R`) or `"dynamic"` (`-D`, SOCKS 5). */
  readonly kind: "local" | "remote" | "dynamic";
  /** Where it listens: `"127.0.0.1:8080"`. */
  readonly from: string;
  /** Where connections go; undefined where their clients say it. */
  readonly to: string | undefined;
  /** Stops listening. */
  readonly stop: () => Promise<void>;
}

/**
 * A way of connections through SSH; `forward` of a connection opens it.
 *
 * @example
 * ```ts ignore
 * import * as net from "netrepl";
 *
 * await using ssh = await net.ssh.connect("jump.example");
 * await using way = await ssh.forward({ local: 8080, to: "10.0.0.5:80" });
 * await fetch(`http://${way.from}/`);
 * way.accepted; // 1
 * ```
 *
 * @see RFC 4254 §7
 */
export class Forwarding implements AsyncDisposable {
  /** `"local"` (`ssh -L`), `"remote"` (`-R`) or `"dynamic"` (`-D`, SOCKS 5). */
  readonly kind: "local" | "remote" | "dynamic";
  /** Where it listens, with the port that was chosen. */
  readonly from: string;
  /** Where connections go; undefined where their clients say it. */
  readonly to: string | undefined;
  readonly #stop: () => Promise<void>;
  readonly #open = new Map<Duplex, Promise<void>>();
  readonly #errors: Error[] = [];
  #accepted = 0;
  #failed = 0;
  #bytes = 0;
  #closing: Promise<void> | undefined;

  /**
   * Takes a way that is open.
   *
   * @param parts What it is made of.
   */
  constructor(parts: ForwardingParts) {
    this.kind = parts.kind;
    this.from = parts.from;
    this.to = parts.to;
    this.#stop = parts.stop;
  }

  /** Connections that were taken so far. */
  get accepted(): number {
    return this.#accepted;
  }

  /** Connections that are open. */
  get open(): number {
    return this.#open.size;
  }

  /** Connections that did not get to the other end. */
  get failed(): number {
    return this.#failed;
  }

  /** Octets that went through, both ways. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Why connections failed, the newest 20. */
  get errors(): readonly Error[] {
    return this.#errors;
  }

  /**
   * Takes a connection and joins it to the other end.
   *
   * @param near The connection that came.
   * @param dial Opens the other end; may talk with the near one first.
   */
  join(near: Duplex, dial: (signal: AbortSignal) => Promise<Duplex>): void {
    this.#accepted++;
    const stop = new AbortController();
    const { promise: over, resolve: end } = Promise.withResolvers<void>();
    this.#open.set(near, over);
    near.once("close", () => {
      stop.abort();
      this.#open.delete(near);
      end();
    });
    near.on("error", () => near.destroy());
    dial(stop.signal).then((far) => {
      if (near.destroyed || this.#closing) {
        far.destroy();
        near.destroy();
        return;
      }
      far.on("error", () => near.destroy());
      // Either end may stop sending and still be sent to.
      far.once("close", () => near.destroy());
      near.once("close", () => far.destroy());
      const add = ({ length }: Uint8Array) => this.#bytes += length;
      near.on("data", add).pipe(far);
      far.on("data", add).pipe(near);
    }, (error) => {
      if (!stop.signal.aborted) {
        this.#failed++;
        this.#errors.push(error as Error);
        if (this.#errors.length > ERRORS) this.#errors.shift();
      }
      near.destroy();
    });
  }

  /** Stops listening, and ends the connections that are open. */
  close(): Promise<void> {
    return this.#closing ??= this.#close();
  }

  async #close(): Promise<void> {
    await this.#stop();
    const open = [...this.#open];
    for (const [near] of open) near.destroy();
    await Promise.all(open.map(([, over]) => over));
  }

  /** Stops listening, and ends the connections that are open. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** The facts and counters, plain. */
  toJSON(): object {
    const { kind, from, to, accepted, open, failed, bytes } = this;
    return { kind, from, to, accepted, open, failed, bytes };
  }

  /** Shows as a card. */
  [Symbol.for("Deno.customInspect")](
    _inspect: unknown,
    options?: { colors?: boolean },
  ): string {
    const last = this.#errors.at(-1);
    return card(`Forwarding, ${this.kind}`, [
      ["from", this.from],
      ["to", this.to ?? "where the client says"],
      [
        "connections",
        `${count(this.open)} open, ${count(this.#accepted)} so far`,
      ],
      ["through", bytes(this.#bytes)],
      ...(last
        ? [["failed", `${this.#failed}: ${last.message}`] as const]
        : []),
    ], canvas({ colors: options?.colors ?? false }));
  }
}
