/**
 * A packet on its way through the hooks: its octets, and what the kernel notes
 * beside them. One simulator has one, which it uses for each packet again.
 *
 * @module
 */

import { onesSum, updateChecksum } from "../../bytes/checksum.ts";
import type { Selector } from "../model/expression.ts";
import type { Statement } from "../model/statement.ts";
import type { Connection } from "./connections.ts";
import type { Context } from "./context.ts";
import { unknown } from "./unknown.ts";
import type { Device, Host } from "./host.ts";
import type { KernelState } from "./state.ts";

/** Where the network header lies if there is no link header before it. */
export const NETWORK = 14;
/** The octets of its buffer. */
export const ROOM = 1 << 17;

export const ACCEPT = 1;
export const DROP = 2;
export const REJECT = 3;
export const QUEUE = 4;
export const STOLEN = 5;

/** How a packet stands to its connection, as the kernel numbers it. */
export const ESTABLISHED = 0;
export const RELATED = 1;
export const NEW = 2;
export const REPLY = 3;
export const UNTRACKED = 7;

/** A rule that was seen. */
export interface SeenRule {
  /** The rule's number in the simulator. */
  readonly rule: number;
  /** The statement that ended it; -1 if all held. */
  readonly ended: number;
}

export class Transit {
  readonly octets = new Uint8Array(ROOM);
  readonly view = new DataView(this.octets.buffer);
  /** The link header; -1 if there is none. */
  ll = -1;
  nh = NETWORK;
  /** The transport header; -1 if there is none in this packet. */
  th = -1;
  /** The octet after the packet's last. */
  end = NETWORK;
  /** 4 or 6; 0 for other protocols. */
  family = 0;
  /** The EtherType, behind tags. */
  protocol = 0;
  tagged = false;
  /** The transport protocol; -1 if it is not known. */
  l4proto = -1;
  /** Where the kernel takes it to be, even in a later fragment; -1 if nowhere. */
  thoff = -1;
  fragmentOffset = 0;
  isFragment = false;
  pkttype = 0;
  mark = 0;
  priority = 0;
  trace = 0;
  in: Device | undefined = undefined;
  out: Device | undefined = undefined;
  /** Names, for rules; empty if there is none. */
  iifname = "";
  oifname = "";
  /** Milliseconds. */
  now = 0;
  connection: Connection | undefined = undefined;
  standing = -1;
  host!: Host;
  context!: Context;
  state!: KernelState;
  /** Whether the octets were made here, and so need no check. */
  isMade = false;
  hook = 0;
  /** The rule and base chain that gave the last verdict; -1: the policy. */
  rule = -1;
  chain = -1;
  /** The statement behind a verdict other than accept and drop. */
  by: Statement | undefined = undefined;
  queue = 0;
  /** What the kernel itself did to the packet, in words. */
  reason = "";
  steps: SeenRule[] | undefined = undefined;
  effects: { rule: number; statement: Statement; value?: unknown }[] = [];
  /** What was drawn by chance. */
  chances: string[] = [];
  next: readonly number[] | undefined = undefined;

  /** Forgets the packet before. */
  begin(context: Context, host: Host, state: KernelState): void {
    this.context = context;
    this.host = host;
    this.state = state;
    this.now = context.time ?? state.now;
    state.now = this.now;
    if (Number.isNaN(state.start)) state.start = this.now;
    this.mark = context.mark ?? 0;
    this.priority = context.priority ?? 0;
    this.trace = 0;
    this.connection = undefined;
    this.standing = -1;
    this.in = context.iifname === undefined
      ? undefined
      : host.devices.get(context.iifname);
    this.iifname = context.iifname ?? "";
    this.out = undefined;
    this.oifname = "";
    this.rule = -1;
    this.chain = -1;
    this.by = undefined;
    this.reason = "";
    this.next = undefined;
    if (this.effects.length > 0) this.effects = [];
    if (this.chances.length > 0) this.chances = [];
  }

  /** The words of its source or destination: one or four. */
  address(end: "source" | "destination"): number[] {
    const { view, nh } = this;
    if (this.family === 4) {
      return [view.getUint32(nh + (end === "source" ? 12 : 16))];
    }
    const at = nh + (end === "source" ? 8 : 24);
    return [
      view.getUint32(at),
      view.getUint32(at + 4),
      view.getUint32(at + 8),
      view.getUint32(at + 12),
    ];
  }

  /** Octets from the network header on, as the kernel counts them. */
  get length(): number {
    return this.end - this.nh;
  }

  /** Where the transport header's checksum lies; -1 if it has none. */
  get checksumAt(): number {
    const { th, l4proto, end } = this;
    if (th < 0) return -1;
    const at = th +
      (l4proto === 6
        ? 16
        : l4proto === 17 || l4proto === 136
        ? 6
        : l4proto === 1 || l4proto === 58
        ? 2
        : 0x20000);
    if (at + 2 > end) return -1;
    // UDP without a checksum stays without.
    return l4proto === 17 && this.view.getUint16(at) === 0 ? -1 : at;
  }

  /** Brings a checksum up to date after words have changed. */
  amend(at: number, before: number, after: number): void {
    const { view } = this;
    const sum = updateChecksum(view.getUint16(at), before, after);
    view.setUint16(at, sum === 0 && this.l4proto === 17 ? 0xffff : sum);
  }

  /** Writes octets over some of a header, and mends the checksums over them. */
  write(at: number, values: readonly number[], layer: string): void {
    const { octets, nh } = this;
    const from = at & ~1;
    const to = at + values.length + 1 & ~1;
    const before = onesSum(octets, 0, from, to);
    octets.set(values, at);
    const after = onesSum(octets, 0, from, to);
    if (layer === "nh" && this.family === 4) {
      if (at - nh !== 10) {
        this.view.setUint16(
          nh + 10,
          updateChecksum(this.view.getUint16(nh + 10), before, after),
        );
      }
    }
    const isAddress = layer === "nh" &&
      (this.family === 4
        ? at - nh >= 12 && at - nh < 20
        : at - nh >= 8 && at - nh < 40);
    const sum = this.checksumAt;
    if (sum < 0 || sum === at) return;
    if (layer === "th" || isAddress && this.l4proto !== 1) {
      this.amend(sum, before, after);
    }
  }

  /** Whether it came in by Ethernet. */
  get isFromEther(): boolean {
    return this.in?.type === 1;
  }

  /** Whether so many octets of a link header are there. */
  hasLink(octets: number): boolean {
    if (this.ll >= 0) return octets <= this.end;
    if (this.in?.type !== 1) return false;
    throw unknown(
      "the Ethernet header of a packet that begins with its IP header",
      "give a frame with an Ethernet header, or srcMac and dstMac",
    );
  }

  /** Who sends it; -1 if nobody on this machine does. */
  owner(key: "skuid" | "skgid"): number {
    const id = this.context[key];
    if (id !== undefined) return id;
    if (this.in !== undefined) return -1;
    throw unknown(`whose packet it is (meta ${key})`, `give '${key}'`);
  }

  /** The time, which some rules need. */
  clock(): number {
    if (this.context.time !== undefined) return this.context.time;
    throw unknown("the time", "give 'time', as Date.now()");
  }

  /** A number that the kernel draws by chance, from 0 to below 1. */
  random(): number {
    this.chances.push("a random number");
    return (this.context.random ?? Math.random)();
  }

  /** What only the context's answer can tell. */
  ask(selector: Selector, kind: number | "string", word: number): unknown {
    const answer = this.context.answer?.(selector);
    if (answer === undefined) {
      throw unknown(
        JSON.stringify(selector),
        "give 'answer', a function that says what it is",
      );
    }
    if (kind === "string") return String(answer);
    return kind === 1
      ? Number(answer)
      : Number(BigInt(answer) >> BigInt(32 * (kind - 1 - word)) & 0xffffffffn);
  }

  /** Octets of TCP that fit into a packet on its way out. */
  segmentSize(): number {
    const mtu = this.out?.mtu ?? Infinity;
    if (mtu === Infinity) {
      throw unknown("the MTU of the way out", "give 'mtu' of the interface");
    }
    const back = this.in?.mtu ?? Infinity;
    return Math.min(mtu, back) - (this.family === 4 ? 40 : 60);
  }

  /** A word of where the packet is sent next. */
  nextHop(word: number): number {
    const { view, nh } = this;
    return this.next?.[word] ??
      view.getUint32(this.family === 4 ? nh + 16 : nh + 24 + 4 * word);
  }

  /** Counts up below a number. */
  count(slot: number, below: number): number {
    const { slots } = this.state;
    const number = ((slots[slot] as number | undefined) ?? below - 1) + 1;
    return slots[slot] = number < below ? number : 0;
  }

  /** Takes one off the TTL or hop limit. */
  decrement(): void {
    const { octets, nh, view } = this;
    if (this.family === 4) {
      const before = view.getUint16(nh + 8);
      octets[nh + 8]!--;
      const sum = view.getUint16(nh + 10);
      view.setUint16(
        nh + 10,
        updateChecksum(sum, before, view.getUint16(nh + 8)),
      );
    } else octets[nh + 7]!--;
  }

  /** A rule was seen. */
  saw(rule: number, ended: number): void {
    this.steps?.push({ rule, ended });
  }

  /** A statement did something that is no verdict. */
  did(rule: number, statement: Statement, value?: unknown): void {
    this.effects.push({ rule, statement, value });
  }

  /** The packet's octets, and what they start with. */
  copy(): { bytes: Uint8Array<ArrayBuffer>; linkType: number } {
    return this.ll < 0
      ? { bytes: this.octets.slice(this.nh, this.end), linkType: 101 }
      : { bytes: this.octets.slice(0, this.end), linkType: 1 };
  }
}
