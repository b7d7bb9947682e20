/**
 * Userspace switches and links: what a lab has of them, in one thread.
 *
 * They stand in for what a kernel may lack (802.1Q, netem, bridges that filter
 * VLANs), and pass whole frames between interfaces by AF_PACKET.
 *
 * @module
 */

import { NetError, PermissionError } from "../errors.ts";
import { check, libc } from "../ffi/libc.ts";
import { programUrl } from "./program.ts";
import type {
  Answer,
  Command,
  FabricStats,
  Failure,
  LinkChange,
  LinkSpec,
  SwitchSpec,
} from "./fabric_spec.ts";

export type {
  Drop,
  FabricEnd,
  FabricPort,
  FabricStats,
  LinkChange,
  LinkSpec,
  LinkStats,
  MacEntry,
  PortStats,
  SwitchSpec,
  SwitchStats,
  Traffic,
} from "./fabric_spec.ts";

const EFD_CLOEXEC = 0o2000000;

/** Options for {@linkcode Fabric.start}. */
export interface FabricOptions {
  /** Where the program of its thread is. @default {beside this file} */
  program?: URL | undefined;
}

/** Whoever waits for an answer. */
interface Waiter {
  resolve(stats: FabricStats | undefined): void;
  reject(error: unknown): void;
}

/**
 * A thread that runs userspace switches and links.
 *
 * While no frame comes it costs no processor time. It ends when it is disposed
 * of, and with the process at the latest.
 *
 * @example
 * ```ts ignore
 * import { createNetworkNamespace } from "../ffi/namespace.ts";
 * import { Fabric } from "./fabric.ts";
 *
 * const netns = createNetworkNamespace();
 * // … two cables from there to other namespaces, then:
 * await using fabric = await Fabric.start();
 * await fabric.addLink({
 *   name: "wan",
 *   a: { netns, interface: "left" },
 *   b: { netns, interface: "right" },
 *   delay: 20,
 *   loss: 0.01,
 * });
 * ```
 */
export class Fabric implements AsyncDisposable {
  readonly #worker: Worker;
  readonly #event: number;
  readonly #waiters: Waiter[] = [];
  #end: Promise<void> | undefined;
  #failure: unknown;

  private constructor(worker: Worker, event: number) {
    this.#worker = worker;
    this.#event = event;
    worker.onmessage = ({ data }: MessageEvent<Answer>) => {
      const waiter = this.#waiters.shift();
      if (data.ok) waiter?.resolve(data.value);
      else waiter?.reject(errorOf(data.failure));
    };
    worker.onerror = (event) => {
      event.preventDefault();
      this.#failure = new NetError(event.message || "its thread ended", {
        code: "ended",
        op: "use",
        target: "the fabric",
      });
      for (const { reject } of this.#waiters.splice(0)) reject(this.#failure);
    };
    worker.postMessage(event);
  }

  /**
   * Starts the thread, with no switch and no link.
   *
   * @param options Where its program is.
   * @returns The fabric, ready; dispose of it.
   * @throws {PermissionError} Without `--allow-ffi`.
   */
  static async start(options: FabricOptions = {}): Promise<Fabric> {
    const { program = programUrl("fabric_worker") } = options;
    const event = check(libc().eventfd(0, EFD_CLOEXEC), "start", "a fabric");
    const fabric = new Fabric(new Worker(program, { type: "module" }), event);
    try {
      await fabric.stats();
      return fabric;
    } catch (error) {
      fabric.#worker.terminate();
      libc().close(event);
      throw error;
    }
  }

  /**
   * Adds a switch, which then passes frames between its ports.
   *
   * @param spec Its ports, in namespaces where they exist.
   * @throws {NetError} With code `"exists"` if there is one of that name,
   * `"not-found"` if a port does not exist; then nothing is added.
   */
  async addSwitch(spec: SwitchSpec): Promise<void> {
    await this.#ask({ do: "switch", spec });
  }

  /**
   * Adds a link, which then passes frames between its ends.
   *
   * Its ends are what lies at this side of two virtual cables. So that each
   * frame has its own luck, the interfaces at their other sides should send
   * frames as a real cable has them: see `setOffloads`; a large segment counts
   * as one frame to loss, and leaves cut in pieces.
   *
   * Times are kept to about 0.1 ms on an idle machine.
   *
   * @param spec Its ends, and what is wrong with it.
   * @throws {NetError} With code `"exists"` if there is one of that name,
   * `"not-found"` if an end does not exist; then nothing is added.
   * @throws {RangeError} If a parameter is out of its range.
   */
  async addLink(spec: LinkSpec): Promise<void> {
    await this.#ask({ do: "link", spec });
  }

  /**
   * Changes a link as it works.
   *
   * @param name The link.
   * @param change What is different from now on.
   * @throws {NetError} With code `"not-found"` if there is none of that name.
   * @throws {RangeError} If a parameter is out of its range; nothing changes.
   */
  async updateLink(name: string, change: LinkChange): Promise<void> {
    await this.#ask({ do: "update", name, change });
  }

  /**
   * Takes a switch or link away; its interfaces stay.
   *
   * @param name The switch or link.
   * @throws {NetError} With code `"not-found"` if there is none of that name.
   */
  async remove(name: string): Promise<void> {
    await this.#ask({ do: "remove", name });
  }

  /**
   * Tells what its switches and links have seen.
   *
   * @returns Counts by port, learned addresses, spanning tree states.
   */
  async stats(): Promise<FabricStats> {
    return (await this.#ask({ do: "stats" }))!;
  }

  #ask(command: Command): Promise<FabricStats | undefined> {
    if (this.#end !== undefined || this.#failure !== undefined) {
      return Promise.reject(
        this.#failure ?? new NetError("it was closed", {
          code: "closed",
          op: "use",
          target: "the fabric",
        }),
      );
    }
    const { promise, resolve, reject } = Promise.withResolvers<
      FabricStats | undefined
    >();
    this.#waiters.push({ resolve, reject });
    this.#worker.postMessage(command);
    const one = new Uint8Array(new BigUint64Array([1n]).buffer);
    check(libc().write(this.#event, one, 8), "wake", "the fabric");
    return promise;
  }

  /** Ends the thread and closes all that it had open. */
  [Symbol.asyncDispose](): Promise<void> {
    if (this.#end === undefined) {
      // Asked first: after that there is an end, and nothing is asked any more.
      const stopped = this.#ask({ do: "stop" }).catch(() => {});
      this.#end = stopped.then(() => {
        this.#worker.terminate();
        libc().close(this.#event);
      });
    }
    return this.#end;
  }
}

function errorOf({ name, message, facts }: Failure): Error {
  if (facts !== undefined) {
    const { reason, ...options } = facts;
    return name === "PermissionError"
      ? new PermissionError(reason, options)
      : new NetError(reason, options);
  }
  if (name === "RangeError") return new RangeError(message);
  if (name === "TypeError") return new TypeError(message);
  return new Error(message);
}
