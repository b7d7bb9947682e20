/**
 * Offering a service on a link.
 *
 * @module
 */

import { canvas } from "../inspect/canvas.ts";
import { paint } from "../inspect/paint.ts";
import { Announcer, type ServiceInput } from "./mdns_announcer.ts";
import { type LinkOptions, type MulticastLink, openLink } from "./mdns_link.ts";
import type { Service } from "./mdns_offer.ts";

export type { ServiceInput };

/**
 * A service that is offered on the link until this is closed; {@linkcode announce}
 * gives it.
 */
export class Announcement implements AsyncDisposable {
  readonly #link: MulticastLink;
  readonly #state: Announcer;
  readonly #detach: () => void;
  #closing: Promise<void> | undefined;

  /**
   * Takes what is announced already; {@linkcode announce} makes it.
   *
   * @param link The link.
   * @param state What is offered.
   * @param signal Closes it.
   */
  constructor(
    link: MulticastLink,
    state: Announcer,
    signal: AbortSignal | undefined,
  ) {
    this.#link = link;
    this.#state = state;
    const stop = () => void this.close();
    signal?.addEventListener("abort", stop, { once: true });
    this.#detach = () => signal?.removeEventListener("abort", stop);
  }

  /** What is offered: the name has a number behind it if it was taken. */
  get service(): Service {
    return this.#state.service;
  }

  /** Takes the offer back. */
  async close(): Promise<void> {
    this.#closing ??= this.#close();
    await this.#closing;
  }

  /** Takes the offer back, as `close` does. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** What is offered, plain. */
  toJSON(): ReturnType<Service["toJSON"]> {
    return this.service.toJSON();
  }

  /** One line: what is offered, and where. */
  [Symbol.for("Deno.customInspect")](
    _inspect?: unknown,
    options?: { readonly colors?: boolean },
  ): string {
    const room = canvas({ colors: options?.colors });
    const { name, type, host, port } = this.service;
    const state = this.#closing ? "taken back" : "announced";
    return `${paint("name", name, room)} (${type}) at ${host}:${port} ${state}`;
  }

  async #close(): Promise<void> {
    this.#detach();
    this.#state.goodbye(this.#link);
    // The system has the last message by then.
    await new Promise((resolve) => setTimeout(resolve, 20));
    this.#state.stop();
    await this.#link[Symbol.asyncDispose]();
  }
}

/**
 * Offers a service on the link by multicast DNS over IPv4, until it is closed. If
 * somebody has the name already, a number is put behind it.
 *
 * @param service What to offer, and where it is.
 * @param options Which link, and who may stop it.
 * @returns The offer, which all have heard of.
 * @throws {NetError} If there is no link for it, or nothing got out; `"in-use"` if 100 names are taken.
 * @throws {PermissionError} If the runtime bars it.
 * @throws {TypeError} If the kind is none, or there is no address.
 * @throws {RangeError} If the name is too long, or the port out of range.
 * @see RFC 6762 §8, RFC 6763
 *
 * @example
 * ```ts ignore
 * import * as net from "netrepl";
 *
 * await using offer = await net.dns.announce({
 *   name: "Lesson server",
 *   type: "_http._tcp",
 *   port: 8080,
 *   addresses: ["192.0.2.7"],
 * });
 * console.log(offer.service.name);
 * ```
 */
export async function announce(
  service: ServiceInput,
  options: LinkOptions = {},
): Promise<Announcement> {
  const { port, addresses } = service;
  if (!(Number.isInteger(port) && port >= 0 && port <= 0xffff)) {
    throw new RangeError(
      `Cannot announce as 'port' must be an integer from 0 to 65535: current value is ${port}`,
    );
  }
  if (!Array.isArray(addresses) || addresses.length === 0) {
    throw new TypeError(
      `Cannot announce as 'addresses' must have one at least: current value is ${
        Deno.inspect(addresses)
      }`,
    );
  }
  const state = new Announcer(service);
  const link: MulticastLink = await openLink(
    (message) => state.hear(link, message),
    options,
  );
  try {
    await state.start(link, options.signal);
  } catch (error) {
    state.stop();
    await link[Symbol.asyncDispose]();
    throw error;
  }
  return new Announcement(link, state, options.signal);
}
