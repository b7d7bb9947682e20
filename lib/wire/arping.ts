/**
 * Asking a link who has an address.
 *
 * @module
 */

import { checkOptions, type OptionKinds } from "../linux/option_kinds.ts";
import { INTERFACE_ELSEWHERE, WIRE } from "./option_names.ts";
import { NetError } from "../errors.ts";
import { type Report, Run } from "../inspect/run.ts";
import { duration } from "../inspect/units.ts";
import { Address, address as addressOf } from "../ip/address.ts";
import { mac } from "../ip/mac/mac.ts";
import { multicastMac, solicitedNode } from "../ip/multicast.ts";
import { readAddresses } from "../linux/address_decode.ts";
import { inside } from "../linux/entering.ts";
import { NetlinkSocket } from "../linux/netlink.ts";
import { build } from "../packet/build.ts";
import { arp } from "../packet/layers/arp.ts";
import { ethernet } from "../packet/layers/ethernet.ts";
import { icmpv6 } from "../packet/layers/icmpv6.ts";
import { ipv6 } from "../packet/layers/ipv6.ts";
import type { Packet } from "../packet/packet.ts";
import { Arping, type ArpReply } from "./finding/arping_result.ts";
import { hear, pause } from "./finding/hearing.ts";
import { kernelFilter, timeBetween } from "./tracing/ip_exchange.ts";
import { LinkSocket } from "./link/link_socket.ts";
import type { WireOptions } from "./options.ts";
import { wayTo } from "./link/way.ts";

export {
  Arping,
  type ArpingFacts,
  type ArpReply,
} from "./finding/arping_result.ts";

/** Options of `arping`. */
const ARPING: OptionKinds<ArpingOptions> = {
  ...WIRE,
  count: "any",
  interval: "numeric",
  timeout: "numeric",
  interface: "text",
  source: "any",
  unicast: "boolean",
};

/** Options for {@linkcode arping}. */
export interface ArpingOptions extends WireOptions {
  /** Questions. @default {3} */
  count?: number | undefined;
  /** From one question to the next, in milliseconds. @default {1000} */
  interval?: number | undefined;
  /** The longest wait for an answer to the last, in milliseconds. @default {1000} */
  timeout?: number | undefined;
  /** The interface to ask on. @default {that of the route, or that has the address} */
  interface?: string | undefined;
  /** Who asks; unspecified (`"0.0.0.0"`) asks for nobody. @default {the interface's address} */
  source?: string | Address | undefined;
  /** Whether to ask the first that answered alone from then on, as arping(8) does: others with the address stay unheard. @default {false} */
  unicast?: boolean | undefined;
}

const ETHERNET = 1;
const BROADCAST = "ff:ff:ff:ff:ff:ff";
/** Milliseconds after the last answer in which another station may give one too. */
const LINGER = 200;

/**
 * Asks a link who has an address: by ARP for IPv4, by a neighbour solicitation
 * for IPv6. It works where a firewall drops pings, for who is on the link must
 * answer; and every question goes to all, so that two stations with the same
 * address both show. Of this machine's own address it asks for nobody, as one
 * does before taking it.
 *
 * @param address The address.
 * @param options How often, how fast, on which interface.
 * @returns The answers as they come, and at the end the whole.
 * @throws {RangeError} If an option is out of bounds.
 * @throws {NetError} With code `"unreachable"` if no interface leads there, or
 * the address is behind a router; `"unsupported"` if the link knows no ARP.
 * @throws {PermissionError} Without `--allow-ffi` or CAP_NET_RAW.
 * @throws The signal's reason, if it aborts.
 * @see RFC 826, RFC 5227, RFC 4861 §7.2
 *
 * @example
 * ```ts ignore
 * import * as net from "netrepl";
 *
 * for await (const { mac, rtt } of net.wire.arping("192.0.2.1")) console.log(mac, rtt);
 * ```
 */
export function arping(
  address: string | Address,
  options: ArpingOptions = {},
): Run<ArpReply, Arping> {
  const target = addressOf(address);
  checkOptions(`ask for ${target}`, options, ARPING, INTERFACE_ELSEWHERE);
  const { count = 3, interval = 1000, timeout = 1000, signal } = options;
  if (!(Number.isInteger(count) && count >= 1)) {
    throw new RangeError(
      `Cannot ask for ${target} as 'count' must be a whole number, 1 or more: current value is ${count}`,
    );
  }
  for (const [name, value] of Object.entries({ interval, timeout })) {
    if (value >= 0) continue;
    throw new RangeError(
      `Cannot ask for ${target} as '${name}' must be 0 or more milliseconds: current value is ${value}`,
    );
  }
  return new Run<ArpReply, Arping>(
    `Ask who has ${target}`,
    (report) => ask(target, { ...options, count, interval, timeout }, report),
    {
      signal,
      line: ({ mac, rtt, isConflict }) =>
        `${mac}  ${duration(rtt)}${isConflict ? "  another station" : ""}`,
    },
  );
}

type Settings =
  & ArpingOptions
  & { readonly [K in "count" | "interval" | "timeout"]: number };

async function ask(
  target: Address,
  settings: Settings,
  { row, progress, signal }: Report<ArpReply>,
): Promise<Arping> {
  const { count, interval, timeout, namespace, unicast = false } = settings;
  const { name, source, isOwn } = placeOf(target, settings);
  using sender = LinkSocket.open(name, { receive: false, namespace });
  if (
    sender.linkType !== ETHERNET || sender.mac.every((octet) => octet === 0)
  ) {
    throw new NetError(`${name} is no link on which one asks`, {
      code: "unsupported",
      op: "ask for",
      target: String(target),
    });
  }
  using socket = LinkSocket.open(name, {
    filter: kernelFilter(target.family === 4 ? "arp" : "icmp6", ETHERNET),
    snapLength: 2048,
    namespace,
  });
  const replies: ArpReply[] = [];
  let question: Packet | undefined;
  let sequence = 0;
  let news = Promise.withResolvers<void>();
  const heard = hear(socket, (i) => {
    const packet = socket.packet(i);
    if (socket.outgoing(i)) {
      if (isQuestion(packet, target)) question = packet;
      return;
    }
    const mac = claimOf(packet, target);
    if (mac === undefined || question === undefined) return;
    const reply: ArpReply = {
      sequence,
      mac,
      rtt: timeBetween(question, packet) ?? 0,
      isConflict: isOwn || replies.some((other) => other.mac !== mac),
      isRepeated: replies.some((other) =>
        other.sequence === sequence && other.mac === mac
      ),
    };
    replies.push(reply);
    row(reply);
    news.resolve();
  });
  while (sequence < count) {
    progress(sequence, count);
    news = Promise.withResolvers();
    sequence++;
    const to = unicast ? replies[0]?.mac : undefined;
    sender.send(questionFor(target, source, sender.mac, to).bytes);
    if (sequence < count) await pause(interval, { signal, enough: heard });
    else {
      const enough = Promise.race([heard, news.promise]);
      await pause(timeout, { signal, enough });
      if (replies.at(-1)?.sequence === sequence) {
        await pause(Math.min(LINGER, timeout), { signal, enough: heard });
      }
    }
  }
  progress(count, count);
  return new Arping({
    address: target,
    interface: name,
    source,
    isOwn,
    sent: count,
    replies,
  });
}

/** On which interface to ask, and who asks. */
function placeOf(
  target: Address,
  options: ArpingOptions,
): { name: string; source: Address; isOwn: boolean } {
  const { namespace, signal } = options;
  const addresses = inside(namespace, () => {
    using socket = NetlinkSocket.open();
    return readAddresses(socket);
  });
  const bare = target.withZone();
  const given = options.interface ?? target.zone;
  const own = addresses.find(({ address, device }) =>
    address.equals(bare) && (given === undefined || given === device)
  );
  const name = given ?? own?.device ?? routeTo(target, { namespace, signal });
  const there = addresses.filter(({ device, family }) =>
    device === name && family === target.family
  );
  const neighbour = there.find(({ subnet }) => subnet.contains(bare)) ??
    there[0];
  const nobody = new Address(target.family, 0, 0, 0, 0);
  const source = options.source !== undefined
    ? addressOf(options.source)
    : own !== undefined
    ? nobody
    : neighbour?.address ?? nobody;
  return { name, source, isOwn: own !== undefined };
}

function routeTo(target: Address, options: WireOptions): string {
  const way = wayTo(target, options);
  if (way.nextHop.equals(target)) return way.interface;
  throw new NetError(`it is not on the link, but behind ${way.nextHop}`, {
    code: "unreachable",
    op: "ask for",
    target: String(target),
    hint:
      `net.wire.arping("${way.nextHop}"), or net.wire.traceroute("${target}")`,
  });
}

function questionFor(
  target: Address,
  source: Address,
  own: Uint8Array,
  to: string | undefined,
): Packet {
  if (target.family === 4) {
    return build(
      ethernet({ src: own, dst: to ?? BROADCAST }),
      arp({
        operation: "request",
        senderMac: own,
        senderIp: source,
        targetIp: target,
      }),
    );
  }
  const bare = target.withZone();
  const group = solicitedNode(bare);
  const isNobody = source.toBytes().every((octet) => octet === 0);
  return build(
    ethernet({ src: own, dst: to ?? multicastMac(group).toString() }),
    ipv6({
      src: source,
      dst: to === undefined ? group : bare,
      hopLimit: 255,
    }),
    icmpv6({
      type: "neighborSolicitation",
      target: bare,
      // RFC 4861 §4.3: nobody has no link-layer address to tell.
      options: isNobody ? [] : [{ kind: "sourceLinkLayer", address: own }],
    }),
  );
}

function isQuestion({ arp, icmpv6 }: Packet, target: Address): boolean {
  return arp !== undefined
    ? arp.operation === 1 && arp.targetIp?.equals(target) === true
    : icmpv6?.type === 135 && icmpv6.target?.equals(target.withZone()) === true;
}

/** The hardware address that claims the address in an answer. */
function claimOf(packet: Packet, target: Address): string | undefined {
  const { arp, icmpv6, ethernet } = packet;
  if (arp !== undefined) {
    const { operation, senderIp, senderMac } = arp;
    return operation === 2 && senderIp?.equals(target) ? senderMac : undefined;
  }
  if (icmpv6?.type !== 136) return undefined;
  if (!icmpv6.target?.equals(target.withZone())) return undefined;
  for (const option of icmpv6.options ?? []) {
    if (option.kind === "targetLinkLayer") {
      return typeof option.address === "string"
        ? option.address
        : mac(option.address).toString();
    }
  }
  return ethernet?.src;
}
