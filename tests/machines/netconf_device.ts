/**
 * A device that speaks NETCONF, for tests: configurations that are edited,
 * locked and committed, on our own SSH server.
 *
 * @module
 */

import {
  Deframer,
  frame,
  type Framing,
} from "../../lib/device/netconf/framing.ts";
import type { XmlElement } from "../../lib/device/netconf/xml_element.ts";
import { parseXml } from "../../lib/device/netconf/xml_read.ts";
import { serve } from "../../lib/ssh/serve.ts";
import type { SshServer } from "../../lib/ssh/serving/server.ts";
import type { ServerSession } from "../../lib/ssh/serving/session.ts";
import { edit, Refusal, rpcError, type Tree, write } from "./netconf_tree.ts";

const BASE = "urn:ietf:params:xml:ns:netconf:base:1.0";
const CAPABILITIES = [
  "candidate:1.0",
  "confirmed-commit:1.1",
  "validate:1.1",
  "xpath:1.0",
  "notification:1.0",
  "interleave:1.0",
  "rollback-on-error:1.0",
];

/** Options for {@linkcode netconfDevice}. */
export interface DeviceOptions {
  /** The versions that it speaks. @default {["1.0", "1.1"]} */
  versions?: readonly string[];
  /** Its capabilities, by short names. */
  capabilities?: readonly string[];
  /** Octets in one write; 1 to dribble. @default {all} */
  slice?: number;
  /** Octets in a chunk of 1.1. @default {all} */
  chunk?: number;
  /** How long its seconds are, in milliseconds. @default {1000} */
  second?: number;
  /** Takes over a request: gives the reply's content, or nothing. */
  answer?: (request: XmlElement, session: DeviceSession) => string | undefined;
  /** Takes over whole sessions. */
  handle?: (session: ServerSession) => Promise<void>;
}

/** The device. */
export class NetconfDevice implements AsyncDisposable {
  readonly sessions = new Map<string, DeviceSession>();
  readonly locks = new Map<string, string>();
  readonly requests: string[] = [];
  running: Tree = new Map();
  candidate: Tree = new Map();
  server!: SshServer;
  /** What a confirmed commit goes back to, and when. */
  #waiting:
    | {
      before: Tree;
      timer: ReturnType<typeof setTimeout>;
      persist: string | undefined;
    }
    | undefined;
  readonly options: DeviceOptions;

  constructor(options: DeviceOptions) {
    this.options = options;
  }

  get port(): number {
    return this.server.port;
  }

  commit(request: XmlElement): void {
    const persistId = request.find("persist-id")?.text;
    const waiting = this.#waiting;
    if (waiting !== undefined && waiting.persist !== persistId) {
      throw new Refusal("invalid-value", "another commit waits");
    }
    if (waiting === undefined && persistId !== undefined) {
      throw new Refusal("invalid-value", "no commit waits");
    }
    clearTimeout(waiting?.timer);
    this.#waiting = undefined;
    const before = waiting?.before ?? structuredClone(this.running);
    this.running = structuredClone(this.candidate);
    this.notify("netconf-config-change");
    if (request.find("confirmed") === undefined) return;
    const seconds = Number(request.find("confirm-timeout")?.text ?? 600);
    const timer = setTimeout(
      () => this.cancel(this.#waiting?.persist),
      seconds * (this.options.second ?? 1_000),
    );
    this.#waiting = { before, timer, persist: request.find("persist")?.text };
  }

  cancel(persist: string | undefined): void {
    const waiting = this.#waiting;
    if (waiting === undefined || waiting.persist !== persist) {
      throw new Refusal("invalid-value", "no such commit waits");
    }
    clearTimeout(waiting.timer);
    this.running = waiting.before;
    this.candidate = structuredClone(waiting.before);
    this.#waiting = undefined;
    this.notify("netconf-confirmed-commit");
  }

  notify(name: string, inner = ""): void {
    for (const session of this.sessions.values()) {
      if (session.isSubscribed) session.notify(name, inner);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearTimeout(this.#waiting?.timer);
    await this.server.close();
  }
}

/** One session of the device. */
export class DeviceSession {
  readonly id: string;
  isSubscribed = false;
  readonly #device: NetconfDevice;
  readonly #session: ServerSession;
  #framing: Framing = "end-of-message";
  #isGreeted = false;

  constructor(device: NetconfDevice, session: ServerSession, id: string) {
    this.#device = device;
    this.#session = session;
    this.id = id;
  }

  async run(): Promise<void> {
    const { versions = ["1.0", "1.1"], capabilities = CAPABILITIES } =
      this.#device.options;
    const all = [
      ...versions.map((version) => `urn:ietf:params:netconf:base:${version}`),
      ...capabilities.map((one) => `urn:ietf:params:netconf:capability:${one}`),
      "urn:x:model?module=x&revision=2026-01-01",
    ].map((one) =>
      `<nc:capability>\n  ${one.replaceAll("&", "&amp;")}\n</nc:capability>`
    );
    // With prefix and blanks, as real ones have it.
    this.#send(
      `\n<?xml version="1.0" encoding="UTF-8"?>\n<nc:hello xmlns:nc="${BASE}">` +
        `<nc:capabilities>${all.join("\n")}</nc:capabilities>` +
        `<nc:session-id>${this.id}</nc:session-id></nc:hello>`,
    );
    const deframer = new Deframer(2 ** 20, (text) => {
      const message = parseXml(text);
      if (!this.#isGreeted) {
        this.#isGreeted = true;
        const theirs = message.findAll("capabilities/capability").map((
          { text },
        ) => text);
        if (
          versions.includes("1.1") &&
          theirs.includes("urn:ietf:params:netconf:base:1.1")
        ) {
          this.#framing = "chunked";
          deframer.useChunks();
        }
      } else this.#answer(message);
    });
    for await (const octets of this.#session) deframer.feed(octets);
  }

  end(): void {
    this.#session.exit(0);
  }

  notify(name: string, inner = ""): void {
    this.#send(
      `<notification xmlns="urn:ietf:params:xml:ns:netconf:notification:1.0">` +
        `<eventTime>2026-11-23T12:00:00Z</eventTime>` +
        `<${name} xmlns="urn:x:events">${inner}</${name}></notification>`,
    );
  }

  #send(text: string): void {
    const { slice = Infinity, chunk = Infinity } = this.#device.options;
    const octets = this.#framing === "chunked" && chunk < Infinity
      ? inChunks(text, chunk)
      : frame(text, this.#framing);
    for (let at = 0; at < octets.length; at += slice) {
      void this.#session.write(octets.slice(at, at + slice));
    }
  }

  #answer(message: XmlElement): void {
    const [request] = message.elements;
    if (request === undefined) return;
    this.#device.requests.push(request.localName);
    const id = message.attributes["message-id"];
    let content: string;
    try {
      content = this.#device.options.answer?.(request, this) ??
        this.#done(request);
    } catch (error) {
      const refusal = error instanceof Refusal
        ? error
        : new Refusal("operation-failed", `${error}`);
      content = rpcError(refusal.tag, refusal.message, refusal.more);
    }
    this.#send(
      `<rpc-reply message-id="${id}" xmlns="${BASE}">${content}</rpc-reply>`,
    );
    if (request.localName === "close-session") this.end();
  }

  #done(request: XmlElement): string {
    const device = this.#device;
    switch (request.localName) {
      case "get":
      case "get-config": {
        const source = request.find("source/*")?.localName ?? "running";
        const tree = source === "candidate" ? device.candidate : device.running;
        return `<data>${write(tree, request.find("filter"))}</data>`;
      }
      case "edit-config": {
        const target = request.find("target/*")?.localName as string;
        this.#mayChange(target);
        const tree = structuredClone(
          target === "candidate" ? device.candidate : device.running,
        );
        const replaced = request.find("default-operation")?.text === "replace";
        const result = replaced ? new Map() : tree;
        for (const one of request.find("config")?.elements ?? []) {
          edit(result, one);
        }
        if (target === "candidate") device.candidate = result;
        else device.running = result;
        return "<ok/>";
      }
      case "commit":
        this.#mayChange("running");
        device.commit(request);
        return "<ok/>";
      case "cancel-commit":
        device.cancel(request.find("persist-id")?.text);
        return "<ok/>";
      case "discard-changes":
        device.candidate = structuredClone(device.running);
        return "<ok/>";
      case "copy-config":
      case "validate":
      case "close-session":
        return "<ok/>";
      case "lock": {
        const target = request.find("target/*")?.localName as string;
        const owner = device.locks.get(target);
        if (owner !== undefined) {
          throw new Refusal(
            "lock-denied",
            `session ${owner} has the lock`,
            `<error-info><session-id>${owner}</session-id></error-info>`,
          );
        }
        device.locks.set(target, this.id);
        return "<ok/>";
      }
      case "unlock": {
        const target = request.find("target/*")?.localName as string;
        if (device.locks.get(target) !== this.id) {
          throw new Refusal("operation-failed", "not locked");
        }
        device.locks.delete(target);
        return "<ok/>";
      }
      case "kill-session": {
        const id = request.find("session-id")?.text ?? "";
        const other = device.sessions.get(id);
        if (other === undefined) {
          throw new Refusal("invalid-value", "no such session");
        }
        other.end();
        return "<ok/>";
      }
      case "create-subscription":
        this.isSubscribed = true;
        return "<ok/>";
    }
    throw new Refusal(
      "operation-not-supported",
      `no ${request.localName} here`,
    );
  }

  #mayChange(target: string): void {
    const owner = this.#device.locks.get(target);
    if (owner !== undefined && owner !== this.id) {
      throw new Refusal("in-use", `session ${owner} has the lock`);
    }
  }
}

function inChunks(text: string, size: number): Uint8Array {
  const octets = new TextEncoder().encode(text);
  const parts: Uint8Array[] = [];
  for (let at = 0; at < octets.length; at += size) {
    const part = octets.subarray(at, at + size);
    parts.push(new TextEncoder().encode(`\n#${part.length}\n`), part);
  }
  parts.push(new TextEncoder().encode("\n##\n"));
  return new Uint8Array(parts.flatMap((part) => [...part]));
}

/** Starts a device on a free port; user `admin`, password `secret`. */
export async function netconfDevice(
  options: DeviceOptions = {},
): Promise<NetconfDevice> {
  const device = new NetconfDevice(options);
  let ids = 0;
  device.server = await serve({
    users: { admin: "secret" },
    subsystems: {
      netconf: async (session) => {
        if (options.handle !== undefined) return await options.handle(session);
        const id = `${++ids}`;
        const mine = new DeviceSession(device, session, id);
        device.sessions.set(id, mine);
        try {
          await mine.run();
        } finally {
          device.sessions.delete(id);
          for (const [target, owner] of device.locks) {
            if (owner === id) device.locks.delete(target);
          }
        }
      },
    },
  });
  return device;
}
