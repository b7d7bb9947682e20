/**
 * A fake device as its user sees it.
 *
 * @module
 */

import { canvas } from "../../inspect/canvas.ts";
import { paint } from "../../inspect/paint.ts";
import { count } from "../../inspect/units.ts";
import type { Endpoint } from "../../socket/endpoint.ts";
import type { Platform } from "../platform.ts";
import type { Faults } from "./faults.ts";
import type { FakeTransport } from "./options.ts";
import type { DeviceState } from "./state.ts";

/** How a {@linkcode FakeDevice} is reached, and who by. */
export interface FakeAccess {
  /** How. */
  readonly transport: FakeTransport;
  /** One who may log in. */
  readonly user: string;
  /** That one's password. */
  readonly password: string;
  /** The public key of its SSH server, as `known_hosts` writes it; none without SSH. */
  readonly hostKey: string | undefined;
  /** The same as OpenSSH shows it: `SHA256:…`. */
  readonly fingerprint: string | undefined;
}

/** What `net.device.connect` takes to get to a {@linkcode FakeDevice}. */
export interface FakeTarget {
  /** Its platform, as {@linkcode fake} was given it. */
  readonly platform: string | Platform;
  /** How it is reached. */
  readonly transport: FakeTransport;
  /** Its address. */
  readonly host: string;
  /** Its port. */
  readonly port: number;
  /** One who may log in. */
  readonly user: string;
  /** That one's password. */
  readonly password: string;
  /** What `enable` asks for. */
  readonly secret?: string;
  /** How its SSH server is known; no file and no agent knows anything of it. */
  readonly ssh?: {
    readonly hostKeys: { readonly fingerprint: string };
    readonly knownHosts: readonly string[];
    readonly config: false;
    readonly agent: false;
  };
}

/** What SSH need not look for. */
const ALONE = { knownHosts: [], config: false, agent: false } as const;

/** What serves a device, for its own use. */
export interface DeviceHost {
  /** Connections that are open. */
  open(device: FakeDevice): number;
  /** Stops listening, and ends its connections. */
  close(device: FakeDevice): Promise<void>;
}

/**
 * A device that is not there, and answers all the same.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * await using router = await net.device.fake("cisco_ios", { name: "edge1" });
 * assert.equal(router.name, "edge1");
 * assert.match(router.config, /^hostname edge1$/m);
 * assert.deepEqual(router.commands, []);
 * ```
 */
export class FakeDevice implements AsyncDisposable {
  /** Where it listens: the address. */
  readonly hostname: string;
  /** Where it listens: the port. */
  readonly port: number;
  readonly #access: FakeAccess;
  readonly #state: DeviceState;
  readonly #host: DeviceHost;

  /**
   * Takes what {@linkcode fake} made.
   *
   * @param state What it is.
   * @param at Where it listens.
   * @param access How it is reached.
   * @param host What serves it.
   */
  constructor(
    state: DeviceState,
    at: Endpoint,
    access: FakeAccess,
    host: DeviceHost,
  ) {
    this.hostname = at.hostname;
    this.port = at.port;
    this.#state = state;
    this.#access = access;
    this.#host = host;
  }

  /** The name in its prompts; it changes when it is configured. */
  get name(): string {
    return this.#state.name;
  }

  /** The name of its platform: `"cisco_ios"`. */
  get platform(): string {
    return this.#state.species.platform.name;
  }

  /** How it is reached. */
  get transport(): FakeTransport {
    return this.#access.transport;
  }

  /** One who may log in. */
  get user(): string {
    return this.#access.user;
  }

  /** That one's password. */
  get password(): string {
    return this.#access.password;
  }

  /** What `enable` asks for; none if it asks for nothing. */
  get enableSecret(): string | undefined {
    return this.#state.species.enableSecret;
  }

  /** The public key of its SSH server, as `known_hosts` writes it; none without SSH. */
  get hostKey(): string | undefined {
    return this.#access.hostKey;
  }

  /** Its line for a `known_hosts` file; empty without SSH. */
  get knownHosts(): string {
    const { hostKey } = this.#access;
    return hostKey === undefined
      ? ""
      : `[${this.hostname}]:${this.port} ${hostKey}\n`;
  }

  /** All that `net.device.connect` needs to know of it. */
  get target(): FakeTarget {
    const { hostname: host, port, enableSecret: secret } = this;
    const { transport, user, password, fingerprint } = this.#access;
    return {
      platform: this.#state.species.source,
      ...{ transport, host, port, user, password },
      ...secret === undefined ? {} : { secret },
      ...fingerprint === undefined
        ? {}
        : { ssh: { hostKeys: { fingerprint }, ...ALONE } },
    };
  }

  /** Everything that was typed, in any session, oldest first; no secrets. */
  get commands(): readonly string[] {
    return this.#state.commands;
  }

  /** What it is configured with, as it shows it. */
  get config(): string {
    return this.#state.configuration.running;
  }

  /** What was entered, committed or not. */
  get candidate(): string {
    return this.#state.configuration.candidate;
  }

  /** What would be left of it after a restart. */
  get startup(): string {
    return this.#state.configuration.startup;
  }

  /** Connections that are open. */
  get open(): number {
    return this.#host.open(this);
  }

  /** What is wrong with it; what is set here counts for whoever comes next. */
  get faults(): Faults {
    return this.#state.faults;
  }

  /** What is wrong with it. */
  set faults(faults: Faults) {
    this.#state.faults = faults;
  }

  /** Restarts it: sessions are cut, and what was not saved is gone. */
  restart(): void {
    this.#state.restart();
  }

  /** Takes it away: sessions are cut, nobody listens. A second call changes nothing. */
  async close(): Promise<void> {
    this.#state.close();
    await this.#host.close(this);
  }

  /** Closes it, as `close` does. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** What it is and where, plain; without passwords. */
  toJSON(): {
    name: string;
    platform: string;
    transport: FakeTransport;
    hostname: string;
    port: number;
    user: string;
    commands: number;
  } {
    const { name, platform, transport, hostname, port, user, commands } = this;
    return {
      ...{ name, platform, transport, hostname, port, user },
      commands: commands.length,
    };
  }

  /** One line: what it is, where it listens, what was typed. */
  [Symbol.for("Deno.customInspect")](
    _inspect: unknown,
    options?: { colors?: boolean },
  ): string {
    const room = canvas({ colors: options?.colors });
    const { name, platform, transport, hostname, port } = this;
    return `fake ${platform} ${
      paint("name", name, room)
    } on ${transport} ${hostname}:${port}, ${
      count(this.commands.length)
    } commands typed`;
  }
}
