/**
 * The UDP socket that net-snmp sends by, in place of the runtime's: it hears of
 * closed ports, lets in nobody but the agent, and throws nothing away silently.
 *
 * @module
 */

import { isIpv6 } from "../../socket/endpoint.ts";
import type { Endpoint } from "../../socket/endpoint.ts";
import { lookUp } from "../../socket/look_up.ts";
import { connect, open } from "../../socket/udp_open.ts";
import type { Socket } from "../../socket/udp_socket.ts";

/** What net-snmp calls when a datagram has been handed over, or has not. */
type Sent = (error: Error | null, octets?: number) => void;

/** A socket of the shape that net-snmp knows from node:dgram. */
export class AgentSocket {
  /** Told of errors that come back, such as a closed port. */
  onTrouble: (error: unknown) => void = () => {};
  readonly #socket: Socket;
  /** Where to, on a socket that is not connected. */
  readonly #to: Endpoint | undefined;
  readonly #handlers: Record<string, (value?: unknown) => void> = {};
  #isWanted = false;
  #isListening = false;
  #isWaiting = false;
  /** Ends the wait for a datagram; made again after it was used. */
  #stop = new AbortController();
  #isClosed = false;

  /**
   * Takes a socket over.
   *
   * @param socket The socket.
   * @param to The agent, if the socket is not connected to it.
   */
  constructor(socket: Socket, to: Endpoint | undefined) {
    this.#socket = socket;
    this.#to = to;
  }

  /** The agent's address, found. */
  get remote(): Endpoint {
    return this.#to ?? this.#socket.remote!;
  }

  /** net-snmp's handlers: `"message"`, `"close"`, `"error"`. */
  on(event: string, handler: (value?: unknown) => void): void {
    this.#handlers[event] = handler;
  }

  /** There are questions without an answer from now on. */
  ref(): void {
    this.#isWanted = true;
    if (!this.#isListening) void this.#listen();
  }

  /** There are none any more: nothing here keeps the program alive. */
  unref(): void {
    this.#isWanted = false;
    if (this.#isWaiting) this.#stop.abort();
  }

  /** Sends a datagram; where to is known here. */
  send(
    octets: Uint8Array,
    offset: number,
    length: number,
    _port: number,
    _host: string,
    sent: Sent,
  ): void {
    const data = octets.subarray(offset, offset + length);
    // It is entered as sent before it is: the answer may be quicker than a promise.
    sent(null, length);
    void this.#send(data);
  }

  async #send(data: Uint8Array): Promise<void> {
    try {
      await this.#socket.send(data, this.#to);
    } catch (error) {
      if (this.#isClosed) return;
      this.onTrouble(error);
    }
  }

  async #listen(): Promise<void> {
    this.#isListening = true;
    while (this.#isWanted && !this.#isClosed) {
      if (this.#stop.signal.aborted) this.#stop = new AbortController();
      const { signal } = this.#stop;
      this.#isWaiting = true;
      try {
        const datagrams = await this.#socket.receiveAll({ signal });
        this.#isWaiting = false;
        for (const { data } of datagrams) this.#handlers.message?.(data);
      } catch (error) {
        if (!signal.aborted && !this.#isClosed) this.onTrouble(error);
      }
      this.#isWaiting = false;
    }
    this.#isListening = false;
  }

  /** Closes it, and tells net-snmp. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#stop.abort();
    this.closed = this.#socket.close();
    this.#handlers.close?.();
  }

  /** Settles when the socket is closed. */
  closed: Promise<void> = Promise.resolve();
}

/**
 * Opens the socket for one agent.
 *
 * @param agent Where it is, perhaps by name.
 * @param anySource Whether others may answer for it.
 * @param signal Stops the opening, and closes the socket when it aborts.
 * @throws {NetError} `"not-found"` for a name without address, `"unreachable"`.
 * @throws {PermissionError} If the runtime or the system bars it.
 */
export async function openAgentSocket(
  agent: Endpoint,
  anySource: boolean,
  signal: AbortSignal | undefined,
): Promise<AgentSocket> {
  if (!anySource) {
    return new AgentSocket(await connect(agent, { signal }), undefined);
  }
  const to = await lookUp("ask", agent);
  const hostname = isIpv6(to.hostname) ? "::" : "0.0.0.0";
  return new AgentSocket(await open({ hostname, signal }), to);
}
