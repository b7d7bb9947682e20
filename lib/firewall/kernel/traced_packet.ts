/**
 * One packet that the kernel traced: every rule that held, and what came of it.
 *
 * @module
 */

import { canvas } from "../../inspect/canvas.ts";
import type { Role } from "../../inspect/paint.ts";
import { visible } from "../../inspect/text.ts";
import { tree } from "../../inspect/tree.ts";
import { decode, type Packet, type PacketJson } from "../../packet/packet.ts";
import type { Family } from "../model/ruleset.ts";
import type {
  TracedHeaders,
  TraceKind,
  TraceMessage,
  TraceVerdict,
} from "./trace.ts";

const ETHERNET = 1;
const RAW_IP = 101;
/** Where the kernel cuts a network header. */
const CUT = 40;

/** Something that a rule, a chain's end or a policy did. */
export interface TraceStep {
  /** The table's family. */
  readonly family: Family;
  /** The table's name. */
  readonly table: string;
  /** The chain's name. */
  readonly chain: string;
  /** What did it. */
  readonly kind: TraceKind;
  /** The rule's number; 0 of what is no rule. */
  readonly handle: number;
  /** The rule as nft writes it, if it was there when it was looked up. */
  readonly rule: string | undefined;
  /** What it said. */
  readonly verdict: TraceVerdict;
  /** The chain that a jump or goto leads to. */
  readonly target: string | undefined;
}

/** The facts of a {@linkcode TracedPacket}. */
export type TracedFacts = Omit<TracedPacket, "toJSON" | "toString">;

const ROLES: Readonly<Record<TracedFacts["verdict"], Role>> = {
  accept: "good",
  drop: "bad",
  stolen: "warn",
  queue: "warn",
};

/** A packet on its way through the kernel's rules. */
export class TracedPacket {
  /** The kernel's number for it, which later packets get again. */
  readonly id!: number;
  /** When it was heard of, in milliseconds since 1970. */
  readonly time!: number;
  /** What became of it; a `reject` is a `"drop"` here. */
  readonly verdict!: "accept" | "drop" | "stolen" | "queue";
  /** What decided: the rule or policy that dropped it, or the last rule that let it pass, or the last policy. */
  readonly decided!: TraceStep | undefined;
  /** All that it met, in order; rules that did not hold are not told. */
  readonly steps!: readonly TraceStep[];
  /** Its headers, as the first chain saw them; not all of its octets. */
  readonly packet!: Packet | undefined;
  /** The interface that it came in by; none: it is this machine's own. */
  readonly iif!: string | undefined;
  /** The interface that it was to leave by, where that was known. */
  readonly oif!: string | undefined;
  /** Its mark, as the last chain saw it. */
  readonly mark!: number;
  /** Whether messages were lost meanwhile, so that steps may be missing. */
  readonly isPartial!: boolean;

  /** Takes the facts. */
  constructor(facts: TracedFacts) {
    Object.assign(this, facts);
  }

  /** The verdict, who gave it, and the packet, in one line. */
  toString(): string {
    const { verdict, decided, packet, isPartial } = this;
    const by = decided === undefined ? "no rule" : stepText(decided);
    const partial = isPartial ? " (some was lost)" : "";
    return `${verdict} by ${by}: ${packet ?? "a packet"}${partial}`;
  }

  /** The facts, plain. */
  toJSON(): Omit<TracedFacts, "packet"> & { packet: PacketJson | undefined } {
    return { ...this, packet: this.packet?.toJSON() };
  }

  /** Shows at the prompt as a tree of steps. */
  [Symbol.for("Deno.customInspect")](
    _inspect?: unknown,
    options?: { readonly colors?: boolean },
  ): string {
    const page = canvas({ colors: options?.colors ?? false });
    return tree({
      label: visible(`${this}`),
      role: ROLES[this.verdict],
      children: this.steps.map((step) => ({
        label: visible(stepText(step)),
        note: step.target === undefined
          ? step.verdict
          : visible(`${step.verdict} ${step.target}`),
      })),
    }, page);
  }
}

function stepText(step: TraceStep): string {
  const { family, table, chain, kind, handle, rule } = step;
  const where = `${family} ${table} ${chain}`;
  if (kind === "rule") return `${where}: ${rule ?? `rule ${handle}`}`;
  return kind === "policy" ? `the policy of ${where}` : `the end of ${where}`;
}

/** A packet whose messages are still coming. */
export class Gathering {
  /** When something was last heard of it, in milliseconds. */
  heard = 0;
  /** Whether nothing can follow. */
  isOver = false;
  isPartial = false;
  readonly time: number = Date.now();
  readonly messages: TraceMessage[] = [];
  #first: TracedHeaders | undefined;
  #last: TracedHeaders | undefined;

  /** Takes one more message. */
  take(message: TraceMessage): void {
    this.messages.push(message);
    const { headers, verdict } = message;
    if (headers !== undefined) {
      this.#first ??= headers;
      this.#last = headers;
    }
    if (verdict === "drop" || verdict === "stolen") this.isOver = true;
  }

  /** Whether a base chain was met before; only its first message has headers. */
  met({ family, table, chain }: TraceMessage): boolean {
    return this.messages.some((message) =>
      message.headers !== undefined && message.chain === chain &&
      message.table === table && message.family === family
    );
  }

  /**
   * Makes the packet of it.
   *
   * @param table Of the watch itself, which is not told of.
   * @param ruleText Finds the text of a rule.
   * @param nameOf Finds the name of an interface.
   */
  close(
    table: string | undefined,
    ruleText: (message: TraceMessage) => string | undefined,
    nameOf: (index: number) => string,
  ): TracedPacket {
    const messages = this.messages.filter((each) => each.table !== table);
    const steps = messages.map((message): TraceStep => {
      const { family, table, chain, kind, handle, verdict, target } = message;
      const rule = kind === "rule" ? ruleText(message) : undefined;
      return { family, table, chain, kind, handle, rule, verdict, target };
    });
    const isFinal = ({ verdict }: TraceStep) => FINAL.has(verdict);
    const last = steps.findLast(isFinal);
    const decided = last?.verdict !== "accept"
      ? last
      : steps.findLast((step) => step.kind === "rule" && isFinal(step)) ?? last;
    const { iif = 0, oif = 0, mark = 0 } = this.#last ?? {};
    return new TracedPacket({
      id: this.messages[0]!.id,
      time: this.time,
      verdict: (last?.verdict ?? "accept") as TracedFacts["verdict"],
      decided,
      steps,
      packet: this.#first && packetOf(this.#first),
      iif: iif === 0 ? undefined : nameOf(iif),
      oif: oif === 0 ? undefined : nameOf(oif),
      mark,
      isPartial: this.isPartial,
    });
  }
}

const FINAL = new Set<TraceVerdict>(["accept", "drop", "stolen", "queue"]);

/** The headers as a packet, cut short as they are. */
function packetOf(headers: TracedHeaders): Packet | undefined {
  const { link, network, transport, iiftype } = headers;
  if (network === undefined) {
    return link && decode(link, { linkType: ETHERNET });
  }
  const version = network[0]! >> 4;
  const isEthernet = iiftype === ETHERNET && link?.length === 14;
  if (!isEthernet && version !== 4 && version !== 6) return undefined;
  // Behind extension headers, or more options than fit, the rest is not next.
  const isNext = version === 4
    ? network.length === (network[0]! & 15) * 4
    : version === 6 && network.length === CUT && !EXTENSIONS.has(network[6]!);
  const parts = [
    ...isEthernet ? [link] : [],
    network,
    ...isNext && transport
      ? [withRoom(transport, version === 4 ? network[9]! : network[6]!)]
      : [],
  ];
  const bytes = new Uint8Array(parts.reduce((n, { length }) => n + length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  const said = version === 4
    ? network[2]! << 8 | network[3]!
    : version === 6
    ? 40 + (network[4]! << 8 | network[5]!)
    : 0;
  return decode(bytes, {
    linkType: isEthernet ? ETHERNET : RAW_IP,
    length: Math.max(bytes.length, said + (isEthernet ? 14 : 0)),
  });
}

const TCP = 6;

/** A TCP header whose options the kernel does not show gets an end of options in their place. */
function withRoom(transport: Uint8Array, protocol: number): Uint8Array {
  if (protocol !== TCP || transport.length < 20) return transport;
  const whole = new Uint8Array((transport[12]! >> 4) * 4);
  if (whole.length <= transport.length) return transport;
  whole.set(transport);
  return whole;
}

const EXTENSIONS = new Set([0, 43, 44, 51, 60, 135, 139, 140]);
