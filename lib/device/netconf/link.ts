/**
 * One NETCONF session on the wire: hello, requests and their replies,
 * notifications.
 *
 * @see RFC 6241 §4 and §8.1
 * @module
 */

import { Deadline, type DeadlineOptions } from "../../deadline.ts";
import { NetError } from "../../errors.ts";
import { clientHello, hasBase } from "./capabilities.ts";
import { Deframer, frame, type Framing } from "./framing.ts";
import { NetconfError, rpcErrorOf } from "./netconf_error.ts";
import { type NetconfSubscription, notificationOf } from "./notifications.ts";
import { NetconfReply } from "./reply.ts";
import { rpc } from "./requests.ts";
import type { XmlElement } from "./xml_element.ts";
import { parseXml } from "./xml_read.ts";

/** What carries the octets: the shell of an SSH subsystem, or what is like it. */
export interface NetconfCarrier {
  /** Hands over who takes the octets. */
  start(sink: {
    data(octets: Uint8Array): void;
    closed(error?: Error): void;
  }): void;
  /** Sends octets; it never throws. */
  write(octets: Uint8Array): void;
  /** Ends it, and waits for that. */
  close(): Promise<void>;
}

/** What bounds a session. */
export interface LinkLimits {
  /** The newest version that is offered. */
  readonly version: "1.0" | "1.1";
  /** The most octets in a message. */
  readonly largestMessage: number;
}

/** What the server said of itself. */
export interface ServerHello {
  readonly sessionId: string;
  readonly capabilities: readonly string[];
}

interface Pending {
  readonly request: string;
  readonly reply: PromiseWithResolvers<NetconfReply>;
}

/** A session on the wire. */
export class NetconfLink {
  /** The device, for errors. */
  readonly target: string;
  /** Who takes notifications. */
  subscription: NetconfSubscription | undefined;
  readonly #carrier: NetconfCarrier;
  readonly #version: "1.0" | "1.1";
  readonly #deframer: Deframer;
  readonly #hello = Promise.withResolvers<ServerHello>();
  readonly #pending = new Map<string, Pending>();
  #framing: Framing = "end-of-message";
  #sent = 0;
  #heard = false;
  #end: Error | undefined;

  /** Starts to read, and says hello. */
  constructor(carrier: NetconfCarrier, target: string, limits: LinkLimits) {
    this.target = target;
    this.#carrier = carrier;
    this.#version = limits.version;
    this.#deframer = new Deframer(
      limits.largestMessage,
      (text) => this.#message(text),
    );
    this.#hello.promise.catch(() => {});
    carrier.start({
      data: (octets) => this.#data(octets),
      closed: (error) => this.#over(this.#lost(error)),
    });
    carrier.write(frame(clientHello(limits.version), "end-of-message"));
  }

  /** Why it is over, if it is. */
  get end(): Error | undefined {
    return this.#end;
  }

  /** How messages are told apart. */
  get framing(): Framing {
    return this.#framing;
  }

  /** Waits for the server's hello. */
  async hello(options: DeadlineOptions): Promise<ServerHello> {
    using deadline = new Deadline("open NETCONF with", this.target, options);
    return await deadline.race(this.#hello.promise);
  }

  /**
   * Sends a request and waits for its reply.
   *
   * @throws {NetconfError} If the device refuses it.
   * @throws {NetError} `"lost"`, `"closed"`, `"malformed"` or `"timeout"`.
   */
  async request(
    request: string,
    body: string,
    options: DeadlineOptions,
  ): Promise<NetconfReply> {
    using deadline = new Deadline(`${request} on`, this.target, options);
    deadline.throwIfOver();
    if (this.#end !== undefined) throw this.#end;
    const id = `${++this.#sent}`;
    const reply = Promise.withResolvers<NetconfReply>();
    this.#pending.set(id, { request, reply });
    try {
      this.#carrier.write(frame(rpc(id, body), this.#framing));
      return await deadline.race(reply.promise);
    } finally {
      this.#pending.delete(id);
    }
  }

  /** Ends it, and waits for that. */
  async close(): Promise<void> {
    this.#over(this.#closed());
    await this.#carrier.close();
  }

  #data(octets: Uint8Array): void {
    if (this.#end !== undefined) return;
    try {
      this.#deframer.feed(octets);
    } catch (cause) {
      // Where one message is out of step, so are all that follow.
      const said = cause instanceof Error ? cause.message : `${cause}`;
      this.#over(
        new NetError(`what it sent is not NETCONF: ${said}`, {
          code: "malformed",
          op: "talk NETCONF with",
          target: this.target,
          cause,
        }),
      );
      void this.#carrier.close();
    }
  }

  #message(text: string): void {
    if (this.#end !== undefined) return;
    const root = parseXml(text.trimStart());
    if (!this.#heard) {
      this.#greeted(root);
    } else if (root.localName === "rpc-reply") {
      this.#replied(root);
    } else if (root.localName === "notification") {
      this.subscription?.push(notificationOf(root));
    } else throw new Error(`a message that is <${root.name}>`);
  }

  #greeted(root: XmlElement): void {
    const sessionId = root.find("session-id")?.text ?? "";
    const capabilities = root.findAll("capabilities/capability")
      .map(({ text }) => text.replaceAll(/\s+/g, ""));
    if (root.localName !== "hello" || !/^[0-9]+$/.test(sessionId)) {
      throw new Error("its first message is no hello with a session-id");
    }
    const chunked = this.#version === "1.1" && hasBase(capabilities, "1.1");
    if (!chunked && !hasBase(capabilities, "1.0")) {
      throw new Error("it speaks no version of NETCONF that is offered");
    }
    this.#heard = true;
    if (chunked) {
      this.#framing = "chunked";
      this.#deframer.useChunks();
    }
    this.#hello.resolve({ sessionId, capabilities });
  }

  #replied(root: XmlElement): void {
    // A server that could not read the request may not know its number.
    const id = root.attributes["message-id"] ??
      this.#pending.keys().next().value;
    const pending = this.#pending.get(id ?? "");
    if (pending === undefined) return;
    const { request, reply } = pending;
    const errors = [
      ...root.findAll("rpc-error"),
      ...root.findAll("*/rpc-error"),
    ].map(rpcErrorOf);
    if (errors.some(({ severity }) => severity !== "warning")) {
      reply.reject(new NetconfError(request, this.target, errors));
    } else reply.resolve(new NetconfReply(root, errors));
  }

  #over(reason: Error): void {
    if (this.#end !== undefined) return;
    this.#end = reason;
    this.#hello.reject(reason);
    for (const { reply } of this.#pending.values()) reply.reject(reason);
    const wasClosed = reason instanceof NetError && reason.code === "closed";
    this.subscription?.end(wasClosed ? undefined : reason);
  }

  #lost(cause: Error | undefined): NetError {
    return new NetError(cause?.message ?? "it ended the session", {
      code: "lost",
      op: "talk NETCONF with",
      target: this.target,
      cause,
    });
  }

  #closed(): NetError {
    return new NetError("the session is closed", {
      code: "closed",
      op: "talk NETCONF with",
      target: this.target,
    });
  }
}
