/**
 * Sockets as the text of `ss` tells them, where the kernel cannot be asked.
 *
 * @module
 */

import { mustBe } from "../option_kinds.ts";
import { tryParse } from "../../ip/address.ts";
import {
  SOCKET_STATES,
  type SocketEnd,
  type SocketFields,
  type SocketMemory,
  type SocketOwner,
  type SocketTimer,
} from "./fields.ts";
import { Socket, SocketList } from "./socket.ts";

const NETIDS: Readonly<
  Record<string, Pick<SocketFields, "protocol" | "type">>
> = {
  tcp: { protocol: "tcp" },
  udp: { protocol: "udp" },
  raw: { protocol: "raw" },
  u_str: { protocol: "unix", type: "stream" },
  u_dgr: { protocol: "unix", type: "dgram" },
  u_seq: { protocol: "unix", type: "seqpacket" },
};

/**
 * Parses what `ss -HOanemtuw` writes, with `-x` unix sockets too, with `-p`
 * processes. Lines that are none of it are skipped.
 *
 * @param text The output.
 * @returns The sockets, without what `-i` would add: no TCP_INFO.
 * @see ss(8)
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const [socket] = net.linux.parseSs(
 *   'tcp ESTAB 0 0 [::1]:22 [::1]:50000 timer:(keepalive,119min,0) users:(("sshd",pid=7,fd=4)) ino:9 sk:1a\n',
 * );
 * assert.equal(socket?.processes?.[0]?.name, "sshd");
 * assert.equal(socket?.timer?.expires, 119 * 60_000);
 * ```
 */
export function parseSs(text: string): SocketList {
  mustBe("parse what ss says", "text", text, "text");
  const list = new SocketList();
  for (const line of text.split("\n")) {
    const socket = readLine(line);
    if (socket !== undefined) list.push(socket);
  }
  return list;
}

function readLine(line: string): Socket | undefined {
  const found = /^(\w+) +([A-Z\d-]+) +(\d+) +(\d+) +(.*)$/.exec(line);
  const kind = NETIDS[found?.[1] ?? ""];
  const state = SOCKET_STATES.find(([, text]) => text === found?.[2])?.[0];
  if (!found || kind === undefined || state === undefined) return undefined;
  const start = {
    ...kind,
    state,
    receiveQueue: Number(found[3]),
    sendQueue: Number(found[4]),
  };
  return kind.protocol === "unix"
    ? unixLine(start, found[5]!)
    : inetLine(start, found[5]!);
}

type Start = Pick<
  SocketFields,
  "protocol" | "type" | "state" | "receiveQueue" | "sendQueue"
>;

function inetLine(start: Start, rest: string): Socket | undefined {
  const [local = "", remote = "", ...words] = rest.split(/ +/);
  const raw = start.protocol === "raw";
  const one = readEnd(local);
  const two = readEnd(remote);
  if (one === undefined || two === undefined) return undefined;
  const { name, port } = one;
  return new Socket({
    ...start,
    family: one.end.address?.family ?? two.end.address?.family,
    local: raw ? { address: one.end.address } : one.end,
    remote: raw ? { address: two.end.address } : two.end,
    interface: name,
    ipProtocol: raw ? port : undefined,
    inode: 0,
    ...extras(words.join(" ")),
  });
}

/** `127.0.0.1%lo:53`, `[fe80::1]%eth0:546`, `*:80`. */
function readEnd(
  text: string,
): { end: SocketEnd; name: string | undefined; port: number } | undefined {
  const found = /^(?:\[([^\]]*)\]|([^%]*?))(?:%([^:]+))?:(\d+|\*)$/.exec(text);
  if (found === null) return undefined;
  const [, six, four, name, last] = found;
  const port = last === "*" ? 0 : Number(last);
  // A socket that takes both families is written as `*`.
  const plain = (six ?? four) === "*" ? "::" : six ?? four!;
  const address = tryParse(plain);
  if (address === undefined) return undefined;
  const linkLocal = address.family === 6 && (address.w0 >>> 22) === 0x3fa;
  return {
    end: {
      address: linkLocal && name !== undefined
        ? address.withZone(name)
        : address,
      port,
    },
    name,
    port,
  };
}

/** Names may hold spaces; each is followed by an inode, or by 0. */
function unixLine(start: Start, rest: string): Socket | undefined {
  const found = /^(.+?) (\d+) +(.+?) (\d+)(?: +(.*))?$/.exec(rest);
  if (found === null) return undefined;
  const [, local, inode, remote, peer, words = ""] = found;
  const path = (text: string | undefined) => text === "*" ? {} : { path: text };
  return new Socket({
    ...start,
    local: path(local),
    remote: path(remote),
    inode: Number(inode),
    peerInode: Number(peer),
    ...extras(words),
  });
}

type Extras = Partial<
  Pick<
    SocketFields,
    | "inode"
    | "uid"
    | "cookie"
    | "mark"
    | "timer"
    | "processes"
    | "memory"
    | "ipv6Only"
  >
>;

function extras(text: string): Extras {
  const first = (pattern: RegExp) => pattern.exec(text)?.[1];
  const inode = first(/(?:^| )ino:(\d+)/);
  const mark = first(/(?:^| )fwmark:(0x[\da-f]+|\d+)/);
  const only = first(/(?:^| )v6only:([01])/);
  return {
    ...(inode === undefined ? {} : { inode: Number(inode) }),
    // The user 0 is left out, and known by the inode that follows.
    uid: inode === undefined
      ? undefined
      : Number(first(/(?:^| )uid:(\d+)/) ?? 0),
    cookie: first(/(?:^| )sk:([\da-f]+)/),
    ...(mark === undefined ? {} : { mark: Number(mark) }),
    ...(only === undefined ? {} : { ipv6Only: only === "1" }),
    timer: timer(text),
    processes: owners(text),
    memory: memory(text),
  };
}

function timer(text: string): SocketTimer | undefined {
  const found = /(?:^| )timer:\((\w+),([^,)]*),(\d+)\)/.exec(text);
  if (found === null) return undefined;
  const [, kind = "", time = "", retransmits] = found;
  const known = ["on", "keepalive", "timewait", "persist"].includes(kind);
  // Seconds and milliseconds come as `1.200ms` or as `13sec`.
  const [, min = 0, sec = 0, s = 0, ms = 0] =
    /^(?:(\d+)min)?(?:(\d+)sec)?(?:(?:(\d+)\.)?(\d+)ms)?$/.exec(time) ?? [];
  return {
    kind: known ? kind as SocketTimer["kind"] : "unknown",
    expires: Number(min) * 60_000 + (Number(sec) + Number(s)) * 1000 +
      Number(ms),
    retransmits: Number(retransmits),
  };
}

function owners(text: string): SocketOwner[] | undefined {
  const found = Array.from(
    text.matchAll(/\("((?:[^"]|"(?!,pid=))*)",pid=(\d+),fd=(\d+)\)/g),
    ([, name = "", pid, fd]) => ({ name, pid: Number(pid), fd: Number(fd) }),
  );
  return found.length === 0 ? undefined : found;
}

function memory(text: string): SocketMemory | undefined {
  const found =
    /skmem:\(r(\d+),rb(\d+),t(\d+),tb(\d+),f(\d+),w(\d+),o(\d+),bl(\d+)(?:,d(\d+))?\)/
      .exec(text);
  if (found === null) return undefined;
  const at = (n: number) => Number(found[n]);
  return {
    receive: at(1),
    receiveBuffer: at(2),
    send: at(3),
    sendBuffer: at(4),
    forward: at(5),
    queued: at(6),
    options: at(7),
    backlog: at(8),
    drops: found[9] === undefined ? undefined : at(9),
  };
}
