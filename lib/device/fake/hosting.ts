/**
 * Serves fake devices: one, or thousands in one process.
 *
 * @module
 */

import type { Server, Socket } from "node:net";
import { Deadline } from "../../deadline.ts";
import { Endpoint } from "../../socket/endpoint.ts";
import { failure } from "../../socket/failure.ts";
import { bindable } from "../../socket/local.ts";
import { chooseAlgorithms } from "../../ssh/algorithms.ts";
import { Acceptor } from "../../ssh/serving/acceptor.ts";
import { type HostKey, hostKeys } from "../../ssh/serving/host_key.ts";
import { loadSsh2 } from "../../ssh/ssh2.ts";
import { type DeviceHost, FakeDevice } from "./device.ts";
import { DeviceSite, type Hospitality, serveSocket } from "./sessions.ts";
import type { FakeTransport } from "./options.ts";
import type { DeviceState } from "./state.ts";

/** What all devices of a {@linkcode Hosting} have in common. */
export interface HostingOptions extends Hospitality {
  /** How they are reached. */
  readonly transport: FakeTransport;
  /** Private keys of their SSH servers. */
  readonly hostKeys: readonly string[] | undefined;
  /** Who is told that one may log in, and with what. */
  readonly user: string;
  /** That one's password. */
  readonly password: string;
}

/** One device that is served. */
interface Guest {
  readonly listener: Server;
  readonly state: DeviceState;
  /** Its connections; none most of the time. */
  sockets?: Set<Socket>;
}

/** Serves devices. */
export class Hosting implements DeviceHost {
  readonly #options: HostingOptions;
  readonly #guests = new Map<FakeDevice, Guest>();
  readonly #acceptor: Acceptor | undefined;
  readonly #key: HostKey | undefined;
  readonly #net: typeof import("node:net");

  private constructor(
    options: HostingOptions,
    net: typeof import("node:net"),
    acceptor: Acceptor | undefined,
    key: HostKey | undefined,
  ) {
    this.#options = options;
    this.#net = net;
    this.#acceptor = acceptor;
    this.#key = key;
  }

  /**
   * Loads what it takes.
   *
   * @param options What all devices have in common.
   */
  static async open(options: HostingOptions): Promise<Hosting> {
    const net = await import("node:net");
    if (options.transport !== "ssh") {
      return new Hosting(options, net, undefined, undefined);
    }
    const library = await loadSsh2();
    const keys = await hostKeys(library, options.hostKeys);
    const limits = {
      maxConnections: Infinity,
      maxSessions: 16,
      maxTries: 6,
      loginTimeout: 600_000,
    };
    const acceptor = new Acceptor(library, keys, chooseAlgorithms(), limits);
    return new Hosting(options, net, acceptor, keys[0]);
  }

  /**
   * Begins to serve a device.
   *
   * @param state The device.
   * @param wanted Where it is to listen.
   * @param signal Stops the wait for a name.
   */
  async add(
    state: DeviceState,
    wanted: Endpoint,
    signal?: AbortSignal,
  ): Promise<FakeDevice> {
    using deadline = new Deadline("listen on", `${wanted}`, { signal });
    const local = await bindable("listen on", wanted, deadline);
    const guest: Guest = {
      state,
      listener: this.#net.createServer((socket) => this.#take(guest, socket)),
    };
    const { listener } = guest;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    listener.once("error", reject);
    listener.listen(
      { host: local.hostname, port: local.port, backlog: 1024 },
      resolve,
    );
    try {
      await promise;
    } catch (error) {
      throw failure(error, "listen on", wanted);
    }
    listener.off("error", reject);
    listener.on("error", () => {});
    const { address, port } = listener.address() as {
      address: string;
      port: number;
    };
    const { transport, user, password } = this.#options;
    const { line: hostKey, fingerprint } = this.#key ??
      { line: undefined, fingerprint: undefined };
    const device = new FakeDevice(
      state,
      new Endpoint(address, port),
      { transport, user, password, hostKey, fingerprint },
      this,
    );
    state.onRestart = () => cut(guest);
    this.#guests.set(device, guest);
    return device;
  }

  /** Implements {@linkcode DeviceHost}. */
  open(device: FakeDevice): number {
    return this.#guests.get(device)?.sockets?.size ?? 0;
  }

  /** Implements {@linkcode DeviceHost}. */
  async close(device: FakeDevice): Promise<void> {
    const guest = this.#guests.get(device);
    if (guest === undefined) return;
    this.#guests.delete(device);
    const closed = new Promise<void>((resolve) =>
      guest.listener.close(() => resolve())
    );
    cut(guest);
    await closed;
  }

  #take(guest: Guest, socket: Socket): void {
    const { faults } = guest.state;
    socket.on("error", () => socket.destroy());
    if (faults.refuse) return void socket.destroy();
    const sockets = guest.sockets ??= new Set();
    sockets.add(socket);
    socket.once("close", () => {
      sockets.delete(socket);
      if (sockets.size === 0) delete guest.sockets;
    });
    // What is not read would keep the other side's end from being noticed.
    if (faults.hang === "connect") return void socket.resume();
    const { transport } = this.#options;
    if (transport !== "ssh") {
      socket.setNoDelay(true);
      return serveSocket(guest.state, this.#options, socket, transport);
    }
    this.#acceptor!.take(socket, new DeviceSite(guest.state, this.#options));
  }
}

function cut({ sockets }: Guest): void {
  for (const socket of sockets ?? []) socket.destroy();
}
