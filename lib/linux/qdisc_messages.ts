/**
 * Messages that add and delete queueing disciplines and classes.
 *
 * @see tc(8), tc-netem(8), tc-tbf(8), tc-htb(8), linux/pkt_sched.h
 * @module
 */

import { request, type Verb } from "./address_messages.ts";
import type { IndexOf } from "./codecs.ts";
import { indexOnly } from "./link_messages.ts";
import type { Message } from "./message.ts";
import type { ClassSpec, NetemSpec, QdiscSpec, TbfSpec } from "./specs.ts";

const RTM_NEWQDISC = 36;
const RTM_DELQDISC = 37;
const RTM_NEWTCLASS = 40;
const RTM_DELTCLASS = 41;

/** The scheduler counts time in units of so many nanoseconds. */
export const TICK = 64;
/** Probabilities are parts of this. */
const ALL = 0xffffffff;

/**
 * Reads a handle: two hexadecimal numbers, the second of which may be left out.
 *
 * @param text `"1:"`, `"1:10"`, `"root"`, `"ingress"`, `"clsact"`.
 * @returns Its 32 bits.
 * @throws {TypeError} If the text is none.
 *
 * @example
 * ```ts
 * import { parseHandle } from "./qdisc_messages.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(parseHandle("1:10"), 0x10010);
 * ```
 */
export function parseHandle(text: string): number {
  if (text === "root") return 0xffffffff;
  if (text === "ingress" || text === "clsact") return 0xfffffff1;
  if (text === "none") return 0;
  const match = /^([0-9a-f]{1,4}):([0-9a-f]{0,4})$/i.exec(text);
  if (match === null) {
    throw new TypeError(
      `Cannot read a handle as it must be two hexadecimal numbers such as 1:10, root or ingress: current value is ${
        JSON.stringify(text)
      }`,
    );
  }
  const [, major, minor] = match;
  return Number.parseInt(major!, 16) * 0x10000 +
    (minor === "" ? 0 : Number.parseInt(minor!, 16));
}

/**
 * Writes a handle as tc does.
 *
 * @param handle Its 32 bits.
 * @returns `"1:10"`, `"root"`, `"ingress"`.
 *
 * @example
 * ```ts
 * import { formatHandle } from "./qdisc_messages.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(formatHandle(0x10000), "1:");
 * ```
 */
export function formatHandle(handle: number): string {
  if (handle === 0xffffffff) return "root";
  if (handle === 0xfffffff1) return "ingress";
  if (handle === 0) return "none";
  const minor = handle & 0xffff;
  return `${(handle >>> 16).toString(16)}:${
    minor === 0 ? "" : minor.toString(16)
  }`;
}

function head(index: number, handle: number, parent: number): Uint8Array {
  const bytes = new Uint8Array(20);
  const view = new DataView(bytes.buffer);
  view.setInt32(4, index, true);
  view.setUint32(8, handle, true);
  view.setUint32(12, parent, true);
  return bytes;
}

/**
 * The message that adds a queueing discipline, or deletes it.
 *
 * @param spec The queueing discipline.
 * @param verb What to do. @default {"add"}
 * @param index Gives the index of a device. @default {takes indexes only}
 * @returns The message.
 * @throws {TypeError} If a handle is none, or a tbf has no rate.
 * @throws {RangeError} If a share or a duration cannot be.
 *
 * @example
 * ```ts
 * import { qdiscMessage } from "./qdisc_messages.ts";
 * import assert from "node:assert/strict";
 *
 * const message = qdiscMessage({ device: 2, kind: "netem", netem: { delay: 20, loss: 0.01 } });
 * assert.equal(message.type, 36);
 * ```
 */
export function qdiscMessage(
  spec: QdiscSpec,
  verb: Verb = "add",
  index: IndexOf = indexOnly,
): Message {
  const { device, kind, netem, tbf, defaultClass = 0 } = spec;
  const isEdge = kind === "ingress" || kind === "clsact";
  const parent = parseHandle(spec.parent ?? (isEdge ? kind : "root"));
  const handle = spec.handle === undefined
    ? (isEdge ? 0xffff0000 : 0)
    : parseHandle(spec.handle);
  const message = request(RTM_NEWQDISC, RTM_DELQDISC, verb, {
    op: `${verb} qdisc ${kind}`,
    target: `on ${device}`,
  });
  message.struct(head(index(device), handle, parent)).text(1, kind);
  if (verb === "delete") return message;
  if (kind === "netem") {
    message.nest(2, () => netemOptions(message, netem ?? {}));
  } else if (kind === "tbf") {
    if (tbf === undefined) {
      throw new TypeError(
        "Cannot add a tbf as 'tbf' must say its rate: current value is undefined",
      );
    }
    message.nest(2, () => tbfOptions(message, tbf));
  } else if (kind === "htb") {
    // Version 3, and packets of rate/10 octets in turn.
    const global = new Uint32Array([3, 10, defaultClass, 0, 0]);
    message.nest(2, () => message.octets(2, new Uint8Array(global.buffer)));
  }
  return message;
}

function netemOptions(message: Message, spec: NetemSpec): void {
  const { delay = 0, jitter = 0, delayCorrelation = 0, limit = 1000 } = spec;
  const { loss = 0, lossCorrelation = 0, duplicate = 0, corrupt = 0 } = spec;
  const { reorder = 0, rate } = spec;
  for (const [name, value] of Object.entries({ delay, jitter, limit })) {
    if (!(value >= 0 && value < Infinity)) {
      throw new RangeError(
        `Cannot set netem as '${name}' must be 0 or more: current value is ${value}`,
      );
    }
  }
  const options = new Uint32Array([
    ticks(delay),
    limit,
    share("loss", loss),
    reorder > 0 ? 1 : 0,
    share("duplicate", duplicate),
    ticks(jitter),
  ]);
  message.struct(new Uint8Array(options.buffer));
  if (delayCorrelation > 0 || lossCorrelation > 0) {
    const correlations = new Uint32Array([
      share("delayCorrelation", delayCorrelation),
      share("lossCorrelation", lossCorrelation),
      0,
    ]);
    message.octets(1, new Uint8Array(correlations.buffer));
  }
  if (reorder > 0) {
    const both = new Uint32Array([share("reorder", reorder), 0]);
    message.octets(3, new Uint8Array(both.buffer));
  }
  if (corrupt > 0) {
    const both = new Uint32Array([share("corrupt", corrupt), 0]);
    message.octets(4, new Uint8Array(both.buffer));
  }
  if (rate !== undefined) {
    const octets = Math.round(rate / 8);
    const wide = octets >= 2 ** 32;
    const rates = new Uint32Array([wide ? 0xffffffff : octets, 0, 0, 0]);
    if (wide) message.u64(8, octets);
    message.octets(6, new Uint8Array(rates.buffer));
  }
  message.u64(10, Math.round(delay * 1e6));
  message.u64(11, Math.round(jitter * 1e6));
}

/** Milliseconds in the scheduler's units; what is longer goes by 64 bits. */
function ticks(milliseconds: number): number {
  return Math.min(0xffffffff, Math.round(milliseconds * 1e6 / TICK));
}

function share(name: string, value: number): number {
  if (!(value >= 0 && value <= 1)) {
    throw new RangeError(
      `Cannot set netem as '${name}' must be a share from 0 to 1: current value is ${value}`,
    );
  }
  return Math.round(value * ALL);
}

/** A struct tc_ratespec: on Ethernet, so that no table of times is needed. */
function rateSpec(octets: number): Uint8Array {
  const bytes = new Uint8Array(12);
  bytes[1] = 1;
  new DataView(bytes.buffer).setUint32(8, Math.min(octets, 0xffffffff), true);
  return bytes;
}

function checkRate(what: string, rate: number): number {
  if (!(rate >= 8 && rate < 2 ** 60)) {
    throw new RangeError(
      `Cannot set ${what} as 'rate' must be 8 bits a second or more: current value is ${rate}`,
    );
  }
  return Math.round(rate / 8);
}

/** How long so many octets take, in the scheduler's units. */
function transmission(octets: number, rate: number): number {
  return Math.min(0xffffffff, Math.ceil(octets / rate * 1e9 / TICK));
}

function tbfOptions(message: Message, spec: TbfSpec): void {
  const rate = checkRate("a tbf", spec.rate);
  const burst = spec.burst ?? Math.max(5000, Math.ceil(rate / 100));
  const limit = spec.limit ?? Math.ceil(rate / 20) + burst;
  const options = new Uint8Array(36);
  options.set(rateSpec(rate), 0);
  const view = new DataView(options.buffer);
  view.setUint32(24, limit, true);
  view.setUint32(28, transmission(burst, rate), true);
  message.octets(1, options).u32(6, burst);
  if (rate >= 2 ** 32) message.u64(4, rate);
}

/**
 * The message that adds a class of an htb, or deletes it.
 *
 * @param spec The class.
 * @param verb What to do. @default {"add"}
 * @param index Gives the index of a device. @default {takes indexes only}
 * @returns The message.
 * @throws {TypeError} If a handle is none.
 */
export function classMessage(
  spec: ClassSpec,
  verb: Verb = "add",
  index: IndexOf = indexOnly,
): Message {
  const { device, handle, parent, ceil = spec.rate, priority = 0 } = spec;
  const message = request(RTM_NEWTCLASS, RTM_DELTCLASS, verb, {
    op: `${verb} class`,
    target: `${handle} on ${device}`,
  });
  message.struct(
    head(index(device), parseHandle(handle), parseHandle(parent)),
  );
  if (verb === "delete") return message;
  const rate = checkRate("a class", spec.rate);
  const most = checkRate("a class", ceil);
  const burst = spec.burst ?? Math.ceil(rate / 100) + 1600;
  const options = new Uint8Array(44);
  options.set(rateSpec(rate), 0);
  options.set(rateSpec(most), 12);
  const view = new DataView(options.buffer);
  view.setUint32(24, transmission(burst, rate), true);
  view.setUint32(28, transmission(burst, most), true);
  view.setUint32(40, priority, true);
  return message.text(1, "htb").nest(2, () => {
    message.octets(1, options);
    if (rate >= 2 ** 32) message.u64(6, rate);
    if (most >= 2 ** 32) message.u64(7, most);
  });
}
