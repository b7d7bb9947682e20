/**
 * Packets of one's own making, sent.
 *
 * @module
 */

import type { Elsewhere } from "../known_options.ts";
import {
  checkOptions,
  mustBe,
  type OptionKinds,
} from "../linux/option_kinds.ts";
import { REACH } from "./option_names.ts";
import { Deadline } from "../deadline.ts";
import { canvas } from "../inspect/canvas.ts";
import { card } from "../inspect/card.ts";
import { Run } from "../inspect/run.ts";
import { bytes, count, duration, rate as perSecond } from "../inspect/units.ts";
import { frameOf, Packet } from "../packet/packet.ts";
import type { ReachOptions } from "./options.ts";
import type { Rate } from "./sending/pace.ts";
import { openSender, type Sender } from "./sending/sender.ts";

export type { Rate };

/** Options of `send`. */
const SEND: OptionKinds<SendOptions> = {
  ...REACH,
  rate: "any",
  times: "any",
};

/** What Scapy and others call it. */
const SEND_ELSEWHERE: Elsewhere = {
  count: "times",
  inter: "rate, in packets a second",
  interval: "rate, in packets a second",
  loop: "times: Infinity",
  pps: "rate",
};

/** What can be sent: a packet, or octets that are a frame of the interface. */
export type Sendable = Packet | Uint8Array;

/** Options for {@linkcode send}. */
export interface SendOptions extends ReachOptions {
  /**
   * How fast: packets a second, or `{ bitsPerSecond }` of their octets; with
   * `Infinity` as fast as it goes, which outside of the lab and loopback takes
   * `authorised`.
   *
   * @default {1,000 packets a second; in the lab and on loopback, Infinity}
   */
  rate?: Rate | undefined;
  /** How many times to send all of it; `Infinity` until it is stopped. @default {1} */
  times?: number | undefined;
}

/** Packets of an iterable that are looked at together, for whom they go to. */
const AHEAD = 512;

/**
 * What a sender has done.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const result = new net.wire.SendResult("veth0", { sent: 1000, octets: 60_000, ms: 500, refused: 0 });
 * assert.equal(result.packetsPerSecond, 2000);
 * assert.equal(result.bitsPerSecond, 960_000);
 * ```
 */
export class SendResult {
  /** The interface. */
  readonly interface: string;
  /** Packets that went out. */
  readonly sent: number;
  /** Octets of them. */
  readonly octets: number;
  /** How long it took, in milliseconds. */
  readonly ms: number;
  /** Packets a second. */
  readonly packetsPerSecond: number;
  /** Bits a second of the packets' octets. */
  readonly bitsPerSecond: number;
  /**
   * Packets that did not go out, as there is no way to their destination, or the
   * next hop does not answer.
   */
  readonly refused: number;

  /**
   * Works out the rates.
   *
   * @param name The interface.
   * @param facts What was counted.
   */
  constructor(
    name: string,
    facts: Pick<SendResult, "sent" | "octets" | "ms" | "refused">,
  ) {
    const { sent, octets, ms, refused } = facts;
    const seconds = Math.max(ms, 0.001) / 1000;
    this.interface = name;
    this.sent = sent;
    this.octets = octets;
    this.ms = ms;
    this.packetsPerSecond = sent / seconds;
    this.bitsPerSecond = octets * 8 / seconds;
    this.refused = refused;
  }

  /**
   * Gives the result as plain data.
   *
   * @returns The fields.
   */
  toJSON(): Omit<SendResult, "toJSON"> {
    return { ...this };
  }

  /**
   * Shows the result.
   *
   * @param _inspect Not used.
   * @param options Whether colours may be used.
   * @returns The lines.
   */
  [Symbol.for("Deno.customInspect")](
    _inspect: unknown,
    options?: { colors?: boolean },
  ): string {
    const { sent, octets, ms, refused } = this;
    const rows: [string, string][] = [
      ["packets", count(sent)],
      ["octets", bytes(octets)],
      ["time", duration(ms)],
      [
        "rate",
        `${perSecond(this.packetsPerSecond, "p/s")}, ${
          perSecond(this.bitsPerSecond)
        }`,
      ],
    ];
    if (refused > 0) rows.push(["refused", count(refused)]);
    const colors = options?.colors ?? false;
    return card(`sent on ${this.interface}`, rows, canvas({ colors }));
  }
}

/**
 * Sends packets by an interface: one, many, or one many times.
 *
 * Ethernet frames go out as they are. Packets that start with an IP header get
 * an Ethernet header for their next hop, whom the link is asked for if need be;
 * what goes to this machine's own addresses goes by the kernel, which would drop
 * it from a frame, and which fills in what is 0 of an IPv4 header. Octets are a
 * frame of the interface. What is wrong in a packet stays so.
 *
 * No packet is left out in silence: when the kernel's queue is full, it waits.
 * Packets of an asynchronous iterable go as they come; others together, some
 * hundred a call.
 *
 * **Who may be reached.** Without `authorised`, packets go to loopback, to the
 * lab and to own subnets of private address space; for others, whoever sits at
 * the prompt is asked once. Whoever sends what others do not expect, or so much
 * that it fills their link, harms them, and in many countries breaks the law.
 *
 * @param iface The interface: `"eth0"`.
 * @param packets A packet, octets, or an iterable of them.
 * @param options How fast, how many times, and why one may.
 * @returns The run: awaited it gives the counts; `progress.done` is how many have
 * gone, also after it was stopped or has failed.
 * @throws {NetError} If there is no such interface, or it goes away
 * (`"not-found"`), it is down (`"down"`), a packet is too long for it
 * (`"too-large"`), or none has a way (`"unreachable"`); when some have gone, the
 * message says how many.
 * @throws {PermissionError} Without `--allow-ffi` or CAP_NET_RAW; with code
 * `"not-authorised"`, if one may not reach them.
 * @throws {TypeError} If a packet is none, or what can be read once is to be sent
 * more times.
 * @throws {RangeError} If `rate` or `times` is not above 0.
 * @throws The signal's reason, if it aborts.
 *
 * @example
 * ```ts ignore
 * import * as net from "netrepl";
 *
 * const { build, ipv4, udp } = net.packet;
 * const packet = build(ipv4({ src: "10.0.0.1", dst: "10.0.0.2" }), udp({ dstPort: 9 }), "hi");
 * console.log(await net.wire.send("veth0", packet, { times: 100, rate: 50 }));
 * ```
 */
export function send(
  iface: string,
  packets: Sendable | Iterable<Sendable> | AsyncIterable<Sendable>,
  options: SendOptions = {},
): Run<never, SendResult> {
  mustBe("send packets", "interface", iface, "text");
  checkOptions("send packets", options, SEND, SEND_ELSEWHERE);
  const { times = 1, rate, signal } = options;
  if (!(Number.isInteger(times) && times > 0 || times === Infinity)) {
    throw new RangeError(
      `Cannot send packets as 'times' must be a whole number above 0: current value is ${times}`,
    );
  }
  const isOne = isSendable(packets);
  if (!isOne && !isIterable(packets)) throw notSendable(packets);
  if (!isOne && times > 1 && isOnce(packets)) {
    throw new TypeError(
      "Cannot send packets as 'packets' must be an array, or another iterable that can be read again, with 'times': current value is an iterator",
    );
  }
  const size = isOne ? 1 : Array.isArray(packets) ? packets.length : Infinity;
  const of = size === 0 ? 0 : size * times;
  return new Run(`Send on ${iface}`, async (report) => {
    const started = performance.now();
    using sender = await openSender(iface, options, rate, {
      report,
      of,
      signal: report.signal,
    });
    for (let left = times; left > 0; left--) {
      if (isOne) {
        const { octets, start, end, linkType } = placeOf(packets, sender);
        await sender.sendMany(linkType, octets, start, end, times);
        break;
      } else if (Symbol.asyncIterator in packets) {
        await sendAsTheyCome(sender, packets, report.signal);
      } else await sendTogether(sender, packets);
      // Nothing, over and over.
      if (sender.handled === 0) break;
    }
    await sender.finish();
    const { sent, octets } = sender.outbox;
    const ms = performance.now() - started;
    return new SendResult(iface, { sent, octets, ms, refused: sender.refused });
  }, { signal });
}

function isSendable(value: unknown): value is Sendable {
  return value instanceof Uint8Array || value instanceof Packet;
}

/** Whether an iterable is its own iterator, which is read once. */
function isOnce(packets: object): boolean {
  const { next } = packets as { next?: unknown };
  return typeof next === "function";
}

/** Where a packet lies, and what it starts with. */
function placeOf(packet: unknown, { outbox }: Sender): {
  octets: Uint8Array;
  start: number;
  end: number;
  linkType: number;
} {
  if (packet instanceof Packet) return frameOf(packet);
  if (packet instanceof Uint8Array) {
    const { linkType } = outbox.link;
    return { octets: packet, start: 0, end: packet.length, linkType };
  }
  throw notSendable(packet);
}

function notSendable(value: unknown): TypeError {
  return new TypeError(
    `Cannot send a packet as it must be a Packet or a Uint8Array: current value is ${
      Deno.inspect(value, { depth: 0 })
    }`,
  );
}

function isIterable(value: unknown): boolean {
  return typeof value === "object" && value !== null &&
    (Symbol.iterator in value || Symbol.asyncIterator in value);
}

async function sendAsTheyCome(
  sender: Sender,
  packets: AsyncIterable<Sendable>,
  signal: AbortSignal,
): Promise<void> {
  using deadline = new Deadline("send", "packets", { signal });
  const iterator = packets[Symbol.asyncIterator]();
  let isOver = false;
  try {
    for (;;) {
      const { value, done } = await deadline.race(iterator.next());
      isOver = done === true;
      if (isOver) return;
      const { octets, start, end, linkType } = placeOf(value, sender);
      await sender.send(linkType, octets, start, end);
      await sender.flush();
    }
  } finally {
    // One that waits for its next packet would keep us waiting too.
    if (!isOver) iterator.return?.().catch(() => {});
  }
}

async function sendTogether(
  sender: Sender,
  packets: Iterable<Sendable>,
): Promise<void> {
  const ahead: ReturnType<typeof placeOf>[] = [];
  const sendAll = async () => {
    await sender.ask();
    for (const { octets, start, end, linkType } of ahead) {
      if (!sender.offer(linkType, octets, start, end)) {
        await sender.send(linkType, octets, start, end);
      }
    }
    ahead.length = 0;
  };
  // Whom all packets of an array go to is asked at once.
  const isWhole = Array.isArray(packets);
  for (const packet of packets) {
    const place = placeOf(packet, sender);
    sender.note(place.linkType, place.octets, place.start, place.end);
    ahead.push(place);
    if (!isWhole && ahead.length === AHEAD) await sendAll();
  }
  await sendAll();
}
