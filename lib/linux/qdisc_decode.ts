/**
 * Queueing disciplines as rtnetlink tells of them.
 *
 * @see tc(8), linux/pkt_sched.h
 * @module
 */

import { readLinkNames } from "./link_names.ts";
import { DUMP, Message, type NetlinkSocket, REQUEST } from "./netlink.ts";
import type { Qdisc, QdiscStatistics } from "./qdisc.ts";
import { formatHandle, TICK } from "./qdisc_messages.ts";
import type { Attributes, Received } from "./received.ts";
import type { NetemSpec, TbfSpec } from "./specs.ts";

const RTM_NEWQDISC = 36;
const RTM_GETQDISC = 38;

/**
 * Reads the queueing disciplines of a socket's namespace.
 *
 * @param socket The socket.
 * @returns The queueing disciplines, by interface.
 * @throws {NetError} If the kernel refuses.
 */
export function readQdiscs(socket: NetlinkSocket): Qdisc[] {
  const names = readLinkNames(socket);
  const request = new Message(RTM_GETQDISC, REQUEST | DUMP, {
    op: "read",
    target: "the queueing disciplines",
  });
  request.struct(new Uint8Array(20));
  return socket.dump(request, (message) => decodeQdisc(message, names))
    .sort((a, b) => a.index - b.index);
}

/**
 * Reads one queueing discipline out of a message.
 *
 * @param message RTM_NEWQDISC, RTM_DELQDISC.
 * @param names The interfaces' names by index.
 * @returns The queueing discipline.
 * @throws {DecodeError} If the message is cut short.
 */
export function decodeQdisc(
  message: Received,
  names: ReadonlyMap<number, string>,
): Qdisc | undefined {
  const { type } = message;
  if (type !== RTM_NEWQDISC && type !== RTM_NEWQDISC + 1) return undefined;
  const index = message.i32(4);
  const handle = message.u32(8);
  let kind = "";
  const rest: { -readonly [K in keyof Qdisc]?: Qdisc[K] } = {};
  const references = message.u32(16);
  if (references > 1) rest.references = references;
  const a = message.attributes(20);
  while (a.next()) {
    if (a.type === 1) kind = a.text();
    else if (a.type === 2) {
      // The kind comes before its options.
      if (kind === "netem") rest.netem = netem(a);
      else if (kind === "tbf") rest.tbf = tbf(a.nested());
      else if (kind === "htb") rest.defaultClass = htbDefault(a.nested());
      else if (kind === "pfifo" || kind === "bfifo") {
        if (a.length >= 4) rest.limit = a.u32();
      }
    } else if (a.type === 7) rest.statistics = statistics(a.nested());
  }
  return {
    device: names.get(index) ?? String(index),
    index,
    kind,
    handle: handle === 0 ? "0:" : formatHandle(handle),
    parent: formatHandle(message.u32(12)),
    ...rest,
  };
}

function statistics(a: Attributes): QdiscStatistics {
  const found = {
    bytes: 0,
    packets: 0,
    drops: 0,
    overlimits: 0,
    requeues: 0,
    backlog: 0,
    queueLength: 0,
  };
  let wide = false;
  while (a.next()) {
    if (a.type === 1) {
      found.bytes = a.u64(0);
      // 32 bits of what the other attribute has in 64, if it is there.
      if (!wide) found.packets = a.u32(8);
    } else if (a.type === 3) {
      found.queueLength = a.u32(0);
      found.backlog = a.u32(4);
      found.drops = a.u32(8);
      found.requeues = a.u32(12);
      found.overlimits = a.u32(16);
    } else if (a.type === 8) {
      found.packets = a.u64();
      wide = true;
    }
  }
  return found;
}

const ALL = 0xffffffff;

function netem(a: Attributes): NetemSpec {
  const share = (n: number) => Math.round(n / ALL * 1e7) / 1e7;
  const found: { -readonly [K in keyof NetemSpec]: NetemSpec[K] } = {
    delay: a.u32(0) * TICK / 1e6,
    limit: a.u32(4),
    loss: share(a.u32(8)),
    duplicate: share(a.u32(16)),
    jitter: a.u32(20) * TICK / 1e6,
  };
  const inner = a.nested(24);
  while (inner.next()) {
    if (inner.type === 1) {
      found.delayCorrelation = share(inner.u32(0));
      found.lossCorrelation = share(inner.u32(4));
    } else if (inner.type === 3) found.reorder = share(inner.u32());
    else if (inner.type === 4) found.corrupt = share(inner.u32());
    else if (inner.type === 6) {
      if (inner.u32() > 0) found.rate ??= 8 * inner.u32();
    } else if (inner.type === 8) found.rate = 8 * inner.u64();
    else if (inner.type === 10) found.delay = inner.u64() / 1e6;
    else if (inner.type === 11) found.jitter = inner.u64() / 1e6;
  }
  for (const key of Object.keys(found) as (keyof NetemSpec)[]) {
    if (found[key] === 0) delete found[key];
  }
  return found;
}

function tbf(a: Attributes): TbfSpec | undefined {
  let [octets, limit, burst] = [0, 0, 0];
  let wide: number | undefined;
  while (a.next()) {
    if (a.type === 1) {
      octets = a.u32(8);
      limit = a.u32(24);
      burst = a.u32(28);
    } else if (a.type === 4) wide = a.u64();
  }
  const bits = 8 * (wide ?? octets);
  // It is kept as the time that it takes.
  return {
    rate: bits,
    burst: Math.round(burst * TICK / 1e9 * bits / 8),
    limit,
  };
}

function htbDefault(a: Attributes): number | undefined {
  while (a.next()) if (a.type === 2) return a.u32(8);
  return undefined;
}
