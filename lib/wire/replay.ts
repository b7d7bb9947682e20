/**
 * Captures sent again.
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
import { DecodeError, NetError } from "../errors.ts";
import { Run } from "../inspect/run.ts";
import { Capture } from "../pcap/capture.ts";
import { type CaptureSource, open } from "../pcap/open.ts";
import { knowsLink } from "../pcap/readdress.ts";
import type { Records } from "../pcap/records.ts";
import { AddressMap } from "./sending/address_map.ts";
import type { ReachOptions } from "./options.ts";
import { Alarm, type Rate } from "./sending/pace.ts";
import { SendResult } from "./send.ts";
import { openSender, type Sender } from "./sending/sender.ts";

/** Options of `replay`. */
const REPLAY: OptionKinds<ReplayOptions> = {
  ...REACH,
  speed: "any",
  rate: "any",
  maxGap: "numeric",
  readdress: "object",
  times: "any",
};

/** What tcpreplay calls it. */
const REPLAY_ELSEWHERE: Elsewhere = {
  count: "times",
  loop: "times",
  multiplier: "speed",
  pps: "rate",
  topspeed: 'speed: "fast"',
};

/** Options for {@linkcode replay}. */
export interface ReplayOptions extends ReachOptions {
  /**
   * The capture's own timing, times a factor; `"fast"` for as fast as it goes,
   * which outside of the lab and loopback takes `authorised`. @default {1}
   */
  speed?: number | "fast" | undefined;
  /** An even rate instead, as {@linkcode send} has it. */
  rate?: Rate | undefined;
  /** The longest wait between two packets, in milliseconds. @default {none} */
  maxGap?: number | undefined;
  /**
   * What addresses become: an address, a subnet or a hardware address each, of
   * which a subnet becomes one of the same length. Checksums that were right are
   * right again. @default {nothing is changed}
   */
  readdress?: Readonly<Record<string, string>> | undefined;
  /** How many times to send all of it; `Infinity` until it is stopped. @default {1} */
  times?: number | undefined;
}

/**
 * What a replay has done.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const facts = { sent: 10, octets: 600, ms: 1000, refused: 0, cut: 1, behind: 0.2 };
 * const result = new net.wire.ReplayResult("veth0", facts);
 * assert.equal(result.packetsPerSecond, 10);
 * ```
 */
export class ReplayResult extends SendResult {
  /** Packets of which the capture holds only the front: that is what was sent. */
  readonly cut: number;
  /** How late the latest packet went, in milliseconds after its time. */
  readonly behind: number;

  /**
   * Works out the rates.
   *
   * @param name The interface.
   * @param facts What was counted.
   */
  constructor(
    name: string,
    facts: Pick<
      ReplayResult,
      "sent" | "octets" | "ms" | "refused" | "cut" | "behind"
    >,
  ) {
    super(name, facts);
    this.cut = facts.cut;
    this.behind = facts.behind;
  }
}

/** Which packets go when. */
class Schedule implements Disposable {
  readonly #alarm = new Alarm();
  readonly #speed: number;
  readonly #maxGap: number;
  readonly #signal: AbortSignal;
  readonly #stop = (): void => this.#alarm[Symbol.dispose]();
  /** The capture's first time: seconds and nanoseconds. */
  #first: readonly [number, number] | undefined;
  /** When the next packet is due, as `performance.now()` counts. */
  #due = performance.now();
  /** The latest packet's time, in milliseconds after the first. */
  #latest = 0;
  /** How late the latest packet went. */
  behind = 0;

  constructor(speed: number, maxGap: number, signal: AbortSignal) {
    this.#speed = speed;
    this.#maxGap = maxGap;
    this.#signal = signal;
    signal.addEventListener("abort", this.#stop, { once: true });
  }

  /** Starts at the first packet again, at once after the last. */
  restart(): void {
    this.#first = undefined;
    this.#latest = 0;
  }

  /** Whether a packet is due; if not, {@linkcode Schedule.wait}. */
  isDue({ seconds, nanoseconds }: Records): boolean {
    if (seconds !== undefined) {
      this.#first ??= [seconds, nanoseconds];
      const [first, fraction] = this.#first;
      const time = (seconds - first) * 1000 + (nanoseconds - fraction) / 1e6;
      // One with an earlier time goes right after the one before it.
      const gap = Math.max(0, time - this.#latest) / this.#speed;
      this.#latest = Math.max(this.#latest, time);
      this.#due += Math.min(gap, this.#maxGap);
    }
    return performance.now() >= this.#due;
  }

  async wait(): Promise<void> {
    await this.#alarm.until(this.#due);
    this.#signal.throwIfAborted();
  }

  went(): void {
    const late = performance.now() - this.#due;
    if (late > this.behind) this.behind = late;
  }

  [Symbol.dispose](): void {
    this.#signal.removeEventListener("abort", this.#stop);
    this.#alarm[Symbol.dispose]();
  }
}

/**
 * Sends the packets of a capture by an interface, with the gaps between them
 * that they had.
 *
 * The file is read as it goes, so that its size does not matter. Ethernet frames
 * go out as they are; of other captures, IP packets get a link header as
 * {@linkcode send} makes it. What a capture holds only the front of is sent so,
 * and counted as `cut`. Who may be reached is told there too, and found out
 * before anything is sent, unless the capture comes from a stream.
 *
 * @param iface The interface: `"eth0"`.
 * @param capture A capture, or what one can be opened from.
 * @param options How fast, with which addresses, how many times, and why one may.
 * @returns The run: awaited it gives the counts; `progress.done` is how many have
 * gone, also after it was stopped or has failed.
 * @throws {NetError} As {@linkcode send} does; if the file cannot be read; with
 * code `"unsupported"`, if addresses of its link type cannot be replaced.
 * @throws {DecodeError} If it is no capture, or ends within a packet: after those
 * before it have gone.
 * @throws {PermissionError} Without `--allow-ffi` or CAP_NET_RAW; with code
 * `"not-authorised"`, if one may not reach them.
 * @throws {ParseError} If an address among `readdress` is none.
 * @throws {RangeError} If a number is not above 0, or the sides of `readdress`
 * are not alike.
 * @throws {TypeError} If both `rate` and `speed` are given.
 * @throws The signal's reason, if it aborts.
 *
 * @example
 * ```ts ignore
 * import * as net from "netrepl";
 *
 * const readdress = { "192.0.2.0/24": "10.0.0.0/24" };
 * console.log(await net.wire.replay("veth0", "lab.pcap", { speed: 10, readdress }));
 * ```
 */
export function replay(
  iface: string,
  capture: Capture | CaptureSource,
  options: ReplayOptions = {},
): Run<never, ReplayResult> {
  mustBe("replay a capture", "interface", iface, "text");
  checkOptions("replay a capture", options, REPLAY, REPLAY_ELSEWHERE);
  const { speed = 1, maxGap = Infinity, times = 1, signal } = options;
  if (options.rate !== undefined && options.speed !== undefined) {
    throw new TypeError(
      `Cannot replay a capture as 'rate' must be alone, without 'speed': current value is ${
        Deno.inspect(options.rate)
      }`,
    );
  }
  checkAbove0("speed", speed === "fast" ? Infinity : speed);
  checkAbove0("maxGap", maxGap);
  checkAbove0("times", times === Infinity ? 1 : times % 1 === 0 ? times : NaN);
  const { readdress } = options;
  const map = readdress && new AddressMap(readdress);
  return new Run(`Replay on ${iface}`, async (report) => {
    const isTimed = options.rate === undefined && speed !== "fast";
    const rate = isTimed ? "timed" : options.rate ?? Infinity;
    await using stack = new AsyncDisposableStack();
    const { signal } = report;
    const from = capture instanceof Capture
      ? capture
      : stack.use(await open(capture, { signal }));
    const sender = stack.use(
      await openSender(iface, options, rate, { report, of: Infinity, signal }),
    );
    const isAgain = from.paths.length > 0 || capture instanceof Uint8Array;
    if (isAgain && !sender.isFree) await askFirst(sender, from, map);
    const started = performance.now();
    const schedule = isTimed
      ? stack.use(new Schedule(speed, maxGap, signal))
      : undefined;
    let cut = 0;
    for (let left = times; left > 0; left--) {
      schedule?.restart();
      cut += await sendRecords(sender, from, map, schedule);
      // Nothing, over and over.
      if (sender.handled === 0) break;
    }
    await sender.finish();
    const { sent, octets } = sender.outbox;
    const ms = performance.now() - started;
    const { refused } = sender;
    const behind = schedule?.behind ?? 0;
    return new ReplayResult(iface, { sent, octets, ms, refused, cut, behind });
  }, { signal });
}

function checkAbove0(name: string, value: unknown): void {
  if (typeof value === "number" && value > 0) return;
  throw new RangeError(
    `Cannot replay a capture as '${name}' must be above 0: current value is ${value}`,
  );
}

/** A record's octets with its addresses replaced; one buffer for all of them. */
function changedBy(
  map: AddressMap,
  name: string,
): (records: Records) => Uint8Array {
  let room = new Uint8Array(0x1_0000);
  return ({ octets, start, end, linkType }) => {
    if (!knowsLink(linkType)) {
      throw new NetError(`addresses in link type ${linkType} are not found`, {
        code: "unsupported",
        op: "replace addresses of",
        target: name,
        hint: "replay() it without readdress",
      });
    }
    const length = end - start;
    if (length > room.length) room = new Uint8Array(2 * length);
    const packet = room.subarray(0, length);
    packet.set(octets.subarray(start, end));
    map.apply(packet, linkType);
    return packet;
  };
}

/** Asks whether all may be reached whom the capture's packets go to. */
async function askFirst(
  sender: Sender,
  capture: Capture,
  map: AddressMap | undefined,
): Promise<void> {
  const change = map && changedBy(map, capture.name);
  for await (const records of capture.records("reuse")) {
    while (records.next()) {
      const { octets, start, end, linkType } = records;
      const packet = change?.(records);
      if (packet) sender.note(linkType, packet, 0, packet.length);
      else sender.note(linkType, octets, start, end);
      if (sender.isAskFull) await sender.ask();
    }
  }
  await sender.ask();
}

/** Sends what the capture holds, once; gives how many packets were cut. */
async function sendRecords(
  sender: Sender,
  capture: Capture,
  map: AddressMap | undefined,
  schedule: Schedule | undefined,
): Promise<number> {
  const change = map && changedBy(map, capture.name);
  let cut = 0;
  try {
    for await (const records of capture.records("reuse")) {
      while (records.next()) {
        let { octets, start, end } = records;
        if (records.length > end - start) cut++;
        if (change !== undefined) {
          octets = change(records);
          start = 0;
          end = octets.length;
        }
        if (schedule !== undefined && !schedule.isDue(records)) {
          await sender.flush();
          await schedule.wait();
        }
        if (!sender.offer(records.linkType, octets, start, end)) {
          await sender.send(records.linkType, octets, start, end);
        }
        schedule?.went();
      }
    }
  } catch (error) {
    // What is whole before the fault goes.
    if (error instanceof DecodeError) await sender.flush();
    throw error;
  }
  return cut;
}
