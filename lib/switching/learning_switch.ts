/**
 * A learning switch with VLANs, frame by frame.
 *
 * @module
 */

import { canvas } from "../inspect/canvas.ts";
import { type Column, table } from "../inspect/table.ts";
import { Mac, mac } from "../ip/mac/mac.ts";
import { onlyKnown } from "../known_options.ts";
import { DROP, FLOOD, ForwardingTable, type Learning } from "./forwarding.ts";
import { checkCount, checkName } from "./names.ts";
import { PORT, PORT_ELSEWHERE, SWITCH } from "./option_names.ts";
import { egress, ingress, portRule, type PortVlans } from "./port_rule.ts";
import { isReserved } from "./reserved.ts";
import { rendered } from "./show.ts";
import {
  type LearningSwitchOptions,
  PORT_STATES,
  ruleText,
  type SwitchPort,
  type SwitchPortState,
} from "./switch_port.ts";
import {
  MacTable,
  type SwitchAction,
  SwitchedFrame,
  type SwitchExit,
} from "./switched.ts";
import {
  type FrameHead,
  type FrameInput,
  readFrame,
  type Tag,
  writeFrame,
} from "./tag.ts";

export type { LearningSwitchOptions, SwitchPort, SwitchPortState };
export type { FrameInput, FrameRecord } from "./tag.ts";

/** A port while it works. */
type WorkingPort = { -readonly [K in keyof SwitchPort]: SwitchPort[K] };

/** The most ports: as many as a spanning tree can number. */
const MOST_PORTS = 4095;

/**
 * Makes a switch that learns: it notes behind which port each sender is, sends
 * what is for a known station to its port alone, and all else to every port of
 * the VLAN but the one that it came from.
 *
 * If no port is configured for VLANs it looks at no tags. If one is, the others
 * are access ports of VLAN 1.
 *
 * @param options Ports, ageing, the table's limit.
 * @returns The switch, with an empty table at 0 s.
 * @throws {TypeError} If `ports` is none of its kinds, or a port is configured in two ways.
 * @throws {RangeError} If there are no ports or more than 4095, a VLAN is not 1
 * to 4094, or `ageing` or `limit` is out of range.
 * @see IEEE 802.1Q-2018 §8 (bridge operation)
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const sw = net.switching.learningSwitch({
 *   ports: { a: { access: 10 }, b: { access: 20 }, up: { trunk: [10, 20] } },
 * });
 * const frame = sw.receive("a", { src: "02:00:00:00:00:01", dst: "02:00:00:00:00:02" });
 * assert.equal(frame.why, "unknown unicast");
 * assert.deepEqual(frame.out.map(({ port, tags }) => [port, tags[0]?.vlan]), [["up", 10]]);
 * ```
 */
export function learningSwitch(options: LearningSwitchOptions): LearningSwitch {
  return new LearningSwitch(options);
}

/**
 * A switch that learns; {@linkcode learningSwitch} makes one.
 *
 * Its clock is the caller's, who moves it on by
 * {@linkcode LearningSwitch.advance}.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const sw: net.switching.LearningSwitch = net.switching.learningSwitch({ ports: 3 });
 * sw.receive(2, { src: "02:00:00:00:00:02", dst: "ff:ff:ff:ff:ff:ff" });
 * const answer = { src: "02:00:00:00:00:01", dst: "02:00:00:00:00:02" };
 * assert.equal(sw.receive(1, answer).action, "forward");
 * sw.advance(301);
 * assert.equal(sw.receive(1, answer).action, "flood");
 * ```
 */
export class LearningSwitch {
  readonly #ports: readonly WorkingPort[];
  readonly #byName: ReadonlyMap<string, number>;
  readonly #table: ForwardingTable;

  /**
   * Makes a switch, as {@linkcode learningSwitch} does.
   *
   * @param options Ports, ageing, the table's limit.
   */
  constructor(options: LearningSwitchOptions) {
    onlyKnown("make a switch", options, SWITCH);
    const { ports, ageing, limit } = options;
    const given = namedPorts(ports);
    checkCount("make a switch", "ports", given.length, 1, MOST_PORTS);
    const hasVlans = given.some(([, vlans]) => Object.keys(vlans).length > 0);
    this.#ports = given.map(([name, vlans]) => ({
      name: checkName("make a switch", "ports", name),
      rule: portRule(
        hasVlans && Object.keys(vlans).length === 0 ? { access: 1 } : vlans,
      ),
      state: "forwarding",
      received: 0,
      sent: 0,
    }));
    this.#byName = new Map(this.#ports.map(({ name }, i) => [name, i]));
    if (this.#byName.size < given.length) {
      throw new RangeError(
        `Cannot make a switch as 'ports' must have names of their own: current value is ${
          given.map(([name]) => name).join(", ")
        }`,
      );
    }
    this.#table = new ForwardingTable({ ageing, limit });
  }

  /** The clock, in seconds since the switch was made. */
  get time(): number {
    return this.#table.now;
  }

  /** The ports as they are now, in order. */
  get ports(): readonly SwitchPort[] {
    return this.#ports.map((port) => ({ ...port }));
  }

  /** The MAC table as it is now. */
  get table(): MacTable {
    return new MacTable(this.time, this.#entries());
  }

  /**
   * Takes a frame in by a port: learns from its source, decides by its
   * destination, and tags it for each port that it leaves by.
   *
   * @param portName The port's name, or its number where ports are numbered.
   * @param frame Octets, a packet of Ethernet, or `{ src, dst, vlan }`.
   * @returns What was learned, what was done, why, and where it left.
   * @throws {RangeError} If there is no such port, or a tag is out of range.
   * @throws {DecodeError} If octets are too few for the header or a tag.
   * @throws {TypeError} If `frame` is no frame.
   */
  receive(portName: string | number, frame: FrameInput): SwitchedFrame {
    const index = this.#index(portName);
    const from = this.#ports[index]!;
    const head = readFrame(frame);
    from.received++;
    const outer = head.tags[0];
    const isRead = outer !== undefined && outer.tpid === from.rule.tpid;
    // The tag that the port reads is taken off; what it does not know stays.
    const inner = isRead ? head.tags.slice(1) : head.tags;
    const admitted = ingress(from.rule, isRead ? outer.vlan : -1);
    const vlan = admitted < 0 ? undefined : admitted;
    const mayLearn = from.state === "learning" || from.state === "forwarding";
    const learned = vlan === undefined || !mayLearn ||
        isReserved(head.dst.w0, head.dst.w1)
      ? undefined
      : this.#learn(vlan, head, index);
    const { action, why, to } = this.#decide(vlan, head, index, isRead);
    const out = vlan === undefined
      ? []
      : to.map((other) =>
        this.#leave(other, vlan, head, inner, isRead ? outer : undefined)
      );
    const { name: port } = from;
    const { src, dst } = head;
    const time = this.time;
    const facts = { time, port, src, dst, vlan, learned, action, why, out };
    return new SwitchedFrame(facts);
  }

  /**
   * Moves the clock on, and forgets stations that have been silent too long.
   *
   * @param seconds How far, 0 or more.
   * @returns How many stations were forgotten.
   * @throws {RangeError} If `seconds` is negative or not finite.
   */
  advance(seconds: number): number {
    // Text would be put behind the clock, not added.
    if (!(Number.isFinite(seconds) && seconds >= 0)) {
      throw new RangeError(
        `Cannot advance the clock as 'seconds' must be 0 or more: current value is ${seconds}`,
      );
    }
    this.#table.now += seconds;
    return this.#table.age();
  }

  /**
   * Sets by hand which port a station is behind; the entry neither ages nor moves.
   *
   * @param port The port.
   * @param address The station.
   * @param vlan The VLAN. @default {1}
   * @throws {RangeError} If there is no such port or VLAN, the address is not of
   * 48 bits, or the table is full.
   */
  pin(port: string | number, address: string | Mac, vlan = 1): void {
    const index = this.#index(port);
    const { bits, w0, w1 } = mac(address);
    checkCount("set an entry", "vlan", vlan, 1, 4094);
    checkCount("set an entry", "address.bits", bits, 48, 48);
    if (!this.#table.pin(vlan, w0, w1, index)) {
      throw new RangeError(
        `Cannot set an entry as the table must have room: current value is ${this.#table.limit} entries of ${this.#table.limit}`,
      );
    }
  }

  /**
   * Sets what a port may do, as a spanning tree does. One that is taken down,
   * or blocked, is forgotten: what was behind it may be elsewhere now.
   *
   * @param port The port.
   * @param state Its state.
   * @throws {RangeError} If there is no such port or state.
   */
  setState(port: string | number, state: SwitchPortState): void {
    const index = this.#index(port);
    if (!PORT_STATES.includes(state)) {
      throw new RangeError(
        `Cannot set a port's state as 'state' must be one of ${
          PORT_STATES.join(", ")
        }: current value is ${state}`,
      );
    }
    this.#ports[index]!.state = state;
    if (state !== "forwarding" && state !== "learning") this.flush(port);
  }

  /**
   * Forgets what was learned, as after a change of the topology.
   *
   * @param port Behind which port. @default {behind all}
   * @returns How many stations were forgotten.
   * @throws {RangeError} If there is no such port.
   */
  flush(port?: string | number): number {
    if (port === undefined) return this.#table.flush();
    const index = this.#index(port);
    return this.#table.flush((other) => other === index);
  }

  /** Stands in JSON as its clock, ports and table. */
  toJSON(): Record<string, unknown> {
    const { time, table } = this;
    const ports = this.ports.map(({ rule, ...port }) => ({
      ...port,
      vlans: ruleText(rule),
    }));
    return { time, ports, table: table.entries };
  }

  /** Shows at the prompt as its ports and its MAC table. */
  [Symbol.for("Deno.customInspect")](
    inspect?: unknown,
    options?: { readonly colors?: boolean },
  ): string {
    const rows = this.#ports.map((port) => ({
      ...port,
      vlans: ruleText(port.rule),
    }));
    const columns: (string | Column)[] = [
      { key: "name", title: "port", role: "name" },
      { key: "vlans", title: "VLANs" },
      "state",
      { key: "received", role: "number" },
      { key: "sent", role: "number" },
    ];
    const page = canvas({ colors: options?.colors ?? false });
    const ports = table(rows, { columns, title: "ports", canvas: page });
    return `${ports}\n\n${rendered(this.table, inspect, options)}`;
  }

  *#entries() {
    for (const entry of this.#table.entries()) {
      const { vlan, w0, w1, port, age, isStatic } = entry;
      yield {
        vlan,
        mac: new Mac(48, w0, w1),
        port: this.#ports[port]!.name,
        type: isStatic ? "static" as const : "dynamic" as const,
        age,
      };
    }
  }

  #index(port: string | number): number {
    const index = this.#byName.get(String(port));
    if (index !== undefined) return index;
    throw new RangeError(
      `Cannot find a port as 'port' must be one of ${
        this.#ports.slice(0, 20).map(({ name }) => name).join(", ")
      }: current value is ${port}`,
    );
  }

  #learn(vlan: number, { src }: FrameHead, port: number): Learning {
    return this.#table.learn(vlan, src.w0, src.w1, port);
  }

  /** What to do with a frame, why, and the ports that it leaves by. */
  #decide(
    vlan: number | undefined,
    { dst }: FrameHead,
    inPort: number,
    isTagged: boolean,
  ): { action: SwitchAction; why: string; to: readonly number[] } {
    const filter = (why: string) => ({
      action: "filter" as const,
      why,
      to: [],
    });
    const { rule, state } = this.#ports[inPort]!;
    if (vlan === undefined) {
      return filter(
        !isTagged
          ? "untagged, and the trunk has no native VLAN"
          : rule.mode === "access"
          ? "tagged on an access port"
          : "of a VLAN that the trunk does not carry",
      );
    }
    if (isReserved(dst.w0, dst.w1)) return filter("reserved for the switch");
    if (state !== "forwarding") return filter(`port ${state}`);
    const to = this.#table.forward(vlan, dst.w0, dst.w1, inPort);
    if (to === DROP) return filter("behind the same port");
    const why = dst.isBroadcast
      ? "broadcast"
      : dst.isMulticast
      ? "multicast"
      : to === FLOOD
      ? "unknown unicast"
      : "known unicast";
    const candidates = to === FLOOD ? this.#ports.keys() : [to];
    const open = [...candidates].filter((i) =>
      i !== inPort && this.#ports[i]!.state === "forwarding" &&
      egress(this.#ports[i]!.rule, vlan) !== "none"
    );
    if (open.length === 0) return filter(`${why}, and no port to send it by`);
    return { action: to === FLOOD ? "flood" : "forward", why, to: open };
  }

  /** The frame as it leaves by a port; the priority that it came with stays in its tag. */
  #leave(
    port: number,
    vlan: number,
    head: FrameHead,
    inner: readonly Tag[],
    outer: Tag | undefined,
  ): SwitchExit {
    const to = this.#ports[port]!;
    to.sent++;
    const { priority = 0, dropEligible = false } = outer ?? {};
    const tags = egress(to.rule, vlan) === "tagged"
      ? [{ tpid: to.rule.tpid, vlan, priority, dropEligible }, ...inner]
      : inner;
    const bytes = writeFrame(head, tags);
    return { port: to.name, tags, ...bytes !== undefined && { bytes } };
  }
}

function namedPorts(
  ports: LearningSwitchOptions["ports"],
): (readonly [string, PortVlans])[] {
  if (typeof ports === "number") {
    checkCount("make a switch", "ports", ports, 1, MOST_PORTS);
    return Array.from({ length: ports }, (_, i) => [String(i + 1), {}]);
  }
  if (Array.isArray(ports)) return ports.map((name) => [name, {}]);
  if (typeof ports === "object" && ports !== null) {
    const named = Object.entries(ports);
    for (const [, vlans] of named) {
      onlyKnown("configure a port", vlans, PORT, PORT_ELSEWHERE);
    }
    return named;
  }
  throw new TypeError(
    `Cannot make a switch as 'ports' must be a number, a list of names or an object: current value is ${ports}`,
  );
}
