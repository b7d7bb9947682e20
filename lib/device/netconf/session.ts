/**
 * A NETCONF session, and what one asks of it.
 *
 * @module
 */

import type { DeadlineOptions } from "../../deadline.ts";
import { NetError } from "../../errors.ts";
import { canvas } from "../../inspect/canvas.ts";
import { card } from "../../inspect/card.ts";
import { Bodies } from "./bodies.ts";
import { hasCapability } from "./capabilities.ts";
import type { NetconfLink, ServerHello } from "./link.ts";
import { NetconfSubscription } from "./notifications.ts";
import type { NetconfReply } from "./reply.ts";
import { element, textElement } from "./requests.ts";
import { NetconfLock } from "./lock.ts";
import type {
  NetconfCapability,
  NetconfCommitOptions,
  NetconfDatastore,
  NetconfEditOptions,
  NetconfGetConfigOptions,
  NetconfGetOptions,
  NetconfPlace,
  NetconfSubscribeOptions,
  XmlLike,
} from "./session_options.ts";
import { XmlElement } from "./xml_element.ts";
import { parseXmlContent } from "./xml_read.ts";

/** A session's own facts. */
interface Facts extends ServerHello {
  readonly timeout: number;
  /** Ends what carries it, if it is the session's own. */
  readonly close: () => Promise<void>;
}

/**
 * A NETCONF session. What the device refuses is a {@linkcode NetconfError}. Close
 * it, or dispose of it, when it is done.
 *
 * @see RFC 6241
 */
export class NetconfSession implements AsyncDisposable {
  /** The number that the device gave it. */
  readonly sessionId: string;
  /** What the device can do, as URNs. */
  readonly capabilities: readonly string[];
  readonly #link: NetconfLink;
  readonly #facts: Facts;
  readonly #bodies: Bodies;
  #closing: Promise<void> | undefined;

  /**
   * Takes a link on which both have said hello; {@linkcode netconf} makes it.
   *
   * @param link The link.
   * @param facts What the device said.
   * @ignore
   */
  constructor(link: NetconfLink, facts: Facts) {
    this.sessionId = facts.sessionId;
    this.capabilities = facts.capabilities;
    this.#link = link;
    this.#facts = facts;
    this.#bodies = new Bodies(facts.capabilities, link.target);
  }

  /** The device, as errors name it. */
  get target(): string {
    return this.#link.target;
  }

  /** The version that is spoken. */
  get version(): "1.0" | "1.1" {
    return this.#link.framing === "chunked" ? "1.1" : "1.0";
  }

  /** Whether it is up. */
  get isOpen(): boolean {
    return this.#link.end === undefined;
  }

  /**
   * Whether the device has a capability.
   *
   * @param name Its short name: `"candidate"`, `"confirmed-commit:1.1"`.
   */
  has(name: NetconfCapability): boolean {
    return hasCapability(this.capabilities, name);
  }

  /**
   * Sends any request.
   *
   * @param body What stands within `<rpc>`, as XML.
   * @param options How long to wait, and who may stop it.
   * @returns The reply.
   * @throws {NetconfError} If the device refuses it.
   * @throws {NetError} `"timeout"`, `"lost"` or `"closed"`.
   * @throws {ParseError} If the XML is not well-formed.
   */
  async rpc(
    body: XmlLike,
    options: DeadlineOptions = {},
  ): Promise<NetconfReply> {
    const nodes = body instanceof XmlElement ? [body] : parseXmlContent(body);
    const [first, second] = nodes.filter((node) => typeof node !== "string");
    if (first === undefined || second !== undefined) {
      throw new TypeError(
        `Cannot send a request as 'body' must be one element: current value has ${
          first === undefined ? "none" : "more"
        }`,
      );
    }
    return await this.#send(first.localName, first.toString(), options);
  }

  /**
   * Asks for state and configuration.
   *
   * @param options What of it.
   * @returns `<data>`.
   * @throws {NetconfError} If the device refuses it.
   */
  async get(options: NetconfGetOptions = {}): Promise<XmlElement> {
    const body = this.#bodies.get(options.filter);
    return dataOf(await this.#send("get", body, options));
  }

  /**
   * Asks for a configuration.
   *
   * @param options Which one, and what of it.
   * @returns `<data>`.
   * @throws {NetconfError} If the device refuses it.
   */
  async getConfig(options: NetconfGetConfigOptions = {}): Promise<XmlElement> {
    const { source = "running", filter } = options;
    const body = this.#bodies.getConfig(source, filter);
    return dataOf(await this.#send("get-config", body, options));
  }

  /**
   * Changes a configuration.
   *
   * @param xml The change: elements of the device's model, or
   * `{ url }` with the file that has them.
   * @param options Which configuration, and how.
   * @returns The reply, with what the device warned of.
   * @throws {NetconfError} If the device refuses it.
   * @throws {ParseError} If the XML is not well-formed.
   */
  async editConfig(
    xml: XmlLike | { readonly url: string },
    options: NetconfEditOptions = {},
  ): Promise<NetconfReply> {
    const { target = this.#edited } = options;
    const body = this.#bodies.edit(xml, target, options);
    return await this.#send("edit-config", body, options);
  }

  /**
   * Makes the candidate the running configuration; with `confirm`, for so long
   * only, unless another commit follows.
   *
   * @param options Whether for so long only.
   * @returns The reply, with what the device warned of.
   * @throws {NetconfError} If the device refuses it.
   */
  async commit(options: NetconfCommitOptions = {}): Promise<NetconfReply> {
    return await this.#send("commit", this.#bodies.commit(options), options);
  }

  /**
   * Undoes a commit that waits to be confirmed.
   *
   * @param options The word that it was made with, if there was one.
   * @throws {NetconfError} If the device refuses it.
   */
  async cancelCommit(
    options: DeadlineOptions & { persistId?: string | undefined } = {},
  ): Promise<void> {
    const body = this.#bodies.cancelCommit(options.persistId);
    await this.#send("cancel-commit", body, options);
  }

  /**
   * Makes the candidate what the running configuration is.
   *
   * @param options How long to wait, and who may stop it.
   * @throws {NetconfError} If the device refuses it.
   */
  async discardChanges(options: DeadlineOptions = {}): Promise<void> {
    const body = this.#bodies.discardChanges();
    await this.#send("discard-changes", body, options);
  }

  /**
   * Has the device check a configuration.
   *
   * @param source Which one. @default {"candidate"}
   * @param options How long to wait, and who may stop it.
   * @returns The reply, with what the device warned of.
   * @throws {NetconfError} If it is not valid.
   */
  async validate(
    source: NetconfPlace = "candidate",
    options: DeadlineOptions = {},
  ): Promise<NetconfReply> {
    return await this.#send("validate", this.#bodies.validate(source), options);
  }

  /**
   * Locks a configuration: nobody else changes it.
   *
   * @param target Which one. @default {"candidate" where there is one, else "running"}
   * @param options How long to wait, and who may stop it.
   * @returns The lock; `await using` releases it.
   * @throws {NetconfError} `"lock-denied"` if somebody else has it.
   */
  async lock(
    target: NetconfDatastore = this.#edited,
    options: DeadlineOptions = {},
  ): Promise<NetconfLock> {
    await this.#send("lock", this.#bodies.on("lock", target), options);
    return new NetconfLock(this, target);
  }

  /**
   * Releases a lock.
   *
   * @param target Which configuration's.
   * @param options How long to wait, and who may stop it.
   * @throws {NetconfError} If there is none of this session.
   */
  async unlock(
    target: NetconfDatastore,
    options: DeadlineOptions = {},
  ): Promise<void> {
    await this.#send("unlock", this.#bodies.on("unlock", target), options);
  }

  /**
   * Copies a whole configuration over another.
   *
   * @param source Which one; or the XML itself, in `{ config }`.
   * @param target Over which one.
   * @param options How long to wait, and who may stop it.
   * @throws {NetconfError} If the device refuses it.
   */
  async copyConfig(
    source: NetconfPlace | { readonly config: XmlLike },
    target: NetconfPlace,
    options: DeadlineOptions = {},
  ): Promise<void> {
    const body = this.#bodies.copy(source, target);
    await this.#send("copy-config", body, options);
  }

  /**
   * Deletes a configuration other than the running one.
   *
   * @param target Which one.
   * @param options How long to wait, and who may stop it.
   * @throws {NetconfError} If the device refuses it.
   */
  async deleteConfig(
    target: NetconfPlace,
    options: DeadlineOptions = {},
  ): Promise<void> {
    const op = "delete-config";
    await this.#send(op, this.#bodies.on(op, target), options);
  }

  /**
   * Ends another session, and what it has not finished.
   *
   * @param sessionId Its number.
   * @param options How long to wait, and who may stop it.
   * @throws {NetconfError} If the device refuses it.
   */
  async killSession(
    sessionId: string | number,
    options: DeadlineOptions = {},
  ): Promise<void> {
    const body = textElement("session-id", sessionId);
    await this.#send("kill-session", element("kill-session", body), options);
  }

  /**
   * Has the device send notifications. One at a time; without the capability
   * `:interleave` the session can do nothing else then.
   *
   * @param options Which ones, and from when to when.
   * @returns The notifications, by `for await`.
   * @throws {NetconfError} If the device refuses it.
   * @see RFC 5277
   */
  async createSubscription(
    options: NetconfSubscribeOptions = {},
  ): Promise<NetconfSubscription> {
    const op = "create-subscription";
    const { buffer = 10_000 } = options;
    const body = this.#bodies.subscribe(options);
    if (!(buffer >= 1)) {
      throw new RangeError(
        `Cannot subscribe as 'buffer' must be 1 or more: current value is ${buffer}`,
      );
    }
    const link = this.#link;
    if (link.subscription !== undefined) {
      throw new NetError("the session has a subscription already", {
        code: "in-use",
        op: `${op} on`,
        target: this.target,
        hint: "open another session for it",
      });
    }
    const made = new NetconfSubscription(buffer, () => {
      if (link.subscription === made) link.subscription = undefined;
    });
    // The first may come right behind the reply.
    link.subscription = made;
    try {
      await this.#send(op, body, options);
    } catch (error) {
      made.end();
      throw error;
    }
    return made;
  }

  /** Ends the session in good order, and the connection if it is its own. */
  close(): Promise<void> {
    return this.#closing ??= this.#close();
  }

  /** The same as {@linkcode close}. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** The plain facts. */
  toJSON(): {
    target: string;
    sessionId: string;
    version: "1.0" | "1.1";
    isOpen: boolean;
    capabilities: readonly string[];
  } {
    const { target, sessionId, version, isOpen, capabilities } = this;
    return { target, sessionId, version, isOpen, capabilities };
  }

  /** A card of what was agreed on. */
  [Symbol.for("Deno.customInspect")](
    _inspect: unknown,
    options?: { colors?: boolean },
  ): string {
    const on = canvas({ colors: options?.colors ?? false });
    const short = this.capabilities
      .flatMap((one) => /netconf:capability:([^?]+)/.exec(one)?.[1] ?? []);
    return card(`netconf ${this.target}`, [
      ["state", this.isOpen ? "open" : "closed"],
      ["session", this.sessionId],
      ["version", this.version],
      ["capabilities", short.join(", ")],
      ["models and more", `${this.capabilities.length - short.length}`],
    ], on);
  }

  async #close(): Promise<void> {
    if (this.isOpen) {
      const op = "close-session";
      // Some devices hang up in place of a reply.
      await this.#send(op, element(op), { timeout: 2_000 }).catch(() => {});
    }
    await this.#link.close();
    await this.#facts.close();
  }

  #send(
    request: string,
    body: string,
    { timeout = this.#facts.timeout, signal }: DeadlineOptions,
  ): Promise<NetconfReply> {
    return this.#link.request(request, body, { timeout, signal });
  }

  /** The configuration that is edited where nobody says which. */
  get #edited(): NetconfDatastore {
    return this.has("candidate") ? "candidate" : "running";
  }
}

function dataOf(reply: NetconfReply): XmlElement {
  return reply.data ?? reply.element;
}
