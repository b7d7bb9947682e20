/**
 * One socket of this machine, and a list of them, as `ss` shows them.
 *
 * @module
 */

import { type Canvas, canvas } from "../../inspect/canvas.ts";
import { Listing } from "../listing.ts";
import type { SocketFields } from "./fields.ts";
import { socketCard, socketLine, socketTable } from "./view.ts";

export type { CongestionState, TcpInfo, TcpOption } from "../tcp_info.ts";
export type {
  SocketEnd,
  SocketFields,
  SocketMemory,
  SocketOwner,
  SocketProtocol,
  SocketState,
  SocketTimer,
} from "./fields.ts";

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** One socket of this machine. */
export interface Socket extends SocketFields {}

/**
 * One socket of this machine.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const [listener] = net.linux.parseSs(
 *   "tcp LISTEN 0 128 127.0.0.1:22 0.0.0.0:* ino:5 sk:1\n",
 * );
 * assert.ok(listener instanceof net.linux.Socket);
 * assert.equal(listener.local.port, 22);
 * ```
 */
export class Socket {
  /**
   * Takes the fields of a socket.
   *
   * @param fields What is known about it.
   */
  constructor(fields: SocketFields) {
    // One by one: all sockets get one shape, and ten thousand of them are made
    // in half the time that Object.assign() takes.
    // deno-lint-ignore no-this-alias -- the same, as it may be written here
    const self: Mutable<SocketFields> = this;
    self.protocol = fields.protocol;
    self.family = fields.family;
    self.type = fields.type;
    self.state = fields.state;
    self.local = fields.local;
    self.remote = fields.remote;
    self.interface = fields.interface;
    self.ipProtocol = fields.ipProtocol;
    self.receiveQueue = fields.receiveQueue;
    self.sendQueue = fields.sendQueue;
    self.uid = fields.uid;
    self.inode = fields.inode;
    self.peerInode = fields.peerInode;
    self.cookie = fields.cookie;
    self.timer = fields.timer;
    self.processes = fields.processes;
    self.mark = fields.mark;
    self.tos = fields.tos;
    self.cgroup = fields.cgroup;
    self.shutdown = fields.shutdown;
    self.ipv6Only = fields.ipv6Only;
    self.options = fields.options;
    self.congestion = fields.congestion;
    self.ulp = fields.ulp;
    self.memory = fields.memory;
    self.tcp = fields.tcp;
  }

  /** Stands in JSON as its fields. */
  toJSON(): SocketFields {
    return { ...this as SocketFields };
  }

  /** Shows at the prompt as a card; inside another value, in one line. */
  [Symbol.for("Deno.customInspect")](
    _inspect?: unknown,
    options?: { readonly colors?: boolean; readonly currentDepth?: number },
  ): string {
    const page = canvas({ colors: options?.colors ?? false });
    return options?.currentDepth ? socketLine(this) : socketCard(this, page);
  }
}

/**
 * Sockets, as an array that shows as the table of `ss`; what is filtered or cut
 * out of it still does.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const sockets: net.linux.SocketList = net.linux.parseSs(
 *   "tcp ESTAB 0 0 192.0.2.1:22 192.0.2.2:50000 ino:7 sk:2\n",
 * );
 * assert.match(Deno.inspect(sockets), /ESTAB .* 192\.0\.2\.1:22/);
 * ```
 */
export class SocketList extends Listing<Socket> {
  /** Draws the table. */
  protected override draw(page: Canvas): string {
    return socketTable(this, page);
  }
}
