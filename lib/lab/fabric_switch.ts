/**
 * A userspace switch: frames go by VLAN and address to where they belong.
 *
 * @module
 */

import { inNamespace } from "../ffi/namespace.ts";
import { NETLINK_ROUTE, NetlinkSocket } from "../linux/netlink.ts";
import { DROP, FLOOD, ForwardingTable } from "../switching/forwarding.ts";
import { ingress, type PortRule, portRule } from "../switching/port_rule.ts";
import { isReserved } from "../switching/reserved.ts";
import { C_TAG } from "../switching/tag.ts";
import type { Frame } from "./fabric_frame.ts";
import type { Timed } from "./fabric_loop.ts";
import { FabricSocket, type Surroundings } from "./fabric_socket.ts";
import type {
  FabricPort,
  MacEntry,
  SwitchSpec,
  SwitchStats,
} from "./fabric_spec.ts";
import { SpanningTree } from "./fabric_tree.ts";

const RTNLGRP_LINK = 1;
/** What `PortRule.members` holds. */
const [UNTAGGED, TAGGED] = [1, 2];
/** Milliseconds from one sweep through the table to the next. */
const SWEEP = 30_000;
/**
 * Frames a second that one port may have flooded, and so many at once. A loop
 * without spanning tree takes all that it is given; this leaves the machine
 * enough to be asked what is going on.
 */
const STORM = 5_000;

/** A port: its socket, its rule, and how much it may still flood. */
class SwitchPort extends FabricSocket {
  readonly number: number;
  readonly rule: PortRule;
  readonly edge: boolean;
  #floods = STORM;
  #floodedAt = 0;

  constructor(
    spec: FabricPort,
    rule: PortRule,
    number: number,
    surroundings: Surroundings,
  ) {
    super(spec, surroundings);
    this.number = number;
    this.rule = rule;
    this.edge = spec.edge ?? false;
  }

  /** Whether one more frame may be flooded; a leaky bucket. */
  mayFlood(now: number): boolean {
    const more = (now - this.#floodedAt) * (STORM / 1000);
    this.#floods = Math.min(STORM, this.#floods + more);
    this.#floodedAt = now;
    if (this.#floods < 1) return false;
    this.#floods--;
    return true;
  }
}

/** A switch of the fabric. */
export class FabricSwitch implements Timed, Disposable {
  /** Its name. */
  readonly name: string;
  /** When the table is swept next, in milliseconds. */
  nextAt: number;
  readonly #surroundings: Surroundings;
  readonly #ports: SwitchPort[] = [];
  readonly #table: ForwardingTable;
  readonly #news: NetlinkSocket[] = [];
  #tree: SpanningTree | undefined;

  /**
   * Opens all ports and starts to pass frames.
   *
   * @param spec The ports, and what is special about the switch.
   * @param surroundings Loop and memory.
   * @throws {NetError} If a port does not exist.
   * @throws {RangeError} If a VLAN is not 1 to 4094.
   */
  constructor(spec: SwitchSpec, surroundings: Surroundings) {
    const { loop } = surroundings;
    // Whatever is wrong with the rules shows before anything is open.
    const rules = spec.ports.map(({ port }) => portRule(port ?? {}));
    this.name = spec.name;
    this.nextAt = loop.now + SWEEP;
    this.#surroundings = surroundings;
    this.#table = new ForwardingTable(
      spec.ageing === undefined ? {} : { ageing: spec.ageing },
    );
    try {
      for (const [i, given] of spec.ports.entries()) {
        const port = new SwitchPort(given, rules[i]!, i, surroundings);
        this.#ports.push(port);
        port.take = (frame) => this.#take(port, frame);
      }
      for (const netns of new Set(spec.ports.map(({ netns }) => netns))) {
        this.#listen(netns);
      }
      if (spec.stp) this.#grow(spec.priority ?? 32_768);
    } catch (error) {
      this[Symbol.dispose]();
      throw error;
    }
    loop.timed.add(this);
  }

  /** Becomes part of a spanning tree. */
  #grow(priority: number): void {
    const { loop } = this.#surroundings;
    this.#tree = new SpanningTree(this.#ports, {
      priority,
      now: loop.now,
      flush: (port) => this.#table.flush((number) => number === port),
    });
    loop.timed.add(this.#tree);
  }

  /** Hears when an interface goes up or down, or its cable comes or goes. */
  #listen(netns: number): void {
    const news = inNamespace(
      netns,
      () => NetlinkSocket.open(NETLINK_ROUTE, { groups: [RTNLGRP_LINK] }),
    );
    this.#news.push(news);
    this.#surroundings.loop.watch(news.fd, () => {
      try {
        while (news.receive(() => {}));
      } catch {
        // Some of it was lost: all ports are looked at anyway.
      }
      for (const port of this.#ports) this.#look(port);
      this.#tree?.look();
    });
  }

  #look(port: SwitchPort): void {
    const before = port.up;
    port.look();
    if (before === port.up) return;
    // Who was behind it may come back behind another.
    if (!port.up) this.#table.flush((number) => number === port.number);
  }

  #take(port: SwitchPort, frame: Frame): void {
    const { number, rule } = port;
    const { frames } = frame;
    const table = this.#table;
    const tree = this.#tree;
    let tag = -1;
    if (frame.tpid !== 0) {
      // A tag that the port does not look at is part of what the frame carries.
      if (frame.tpid === rule.tpid) tag = frame.tci & 0xfff;
      else frame.restoreTag();
    }
    const { dst0, dst1 } = frame;
    if (tree !== undefined && tag < 0 && isReserved(dst0, dst1)) {
      // Bridges talk below all VLANs, and through ports that are closed.
      if (!tree.receive(number, frame.content)) port.drop("filtered", frames);
      return;
    }
    const vlan = ingress(rule, tag);
    if (vlan < 0) {
      port.drop("filtered", frames);
      return;
    }
    if (tree === undefined || tree.learns(number)) {
      table.now = this.#surroundings.loop.now / 1000;
      if (tree !== undefined) table.ageing = tree.ageing;
      table.learn(vlan, frame.src0, frame.src1, number);
    }
    if (tree !== undefined && !tree.forwards(number)) {
      port.drop("blocked", frames);
      return;
    }
    const out = table.forward(vlan, dst0, dst1, number);
    // What was tagged keeps its priority where it leaves with a tag again.
    const tci = (tag < 0 ? 0 : frame.tci & 0xf000) | vlan;
    if (out === FLOOD) this.#flood(port, frame, vlan, tci);
    else if (out === DROP) port.drop("filtered", frames);
    else this.#forward(port, this.#ports[out]!, frame, vlan, tci);
  }

  #forward(
    from: SwitchPort,
    to: SwitchPort,
    frame: Frame,
    vlan: number,
    tci: number,
  ): void {
    const sending = to.rule.members[vlan]!;
    if (sending === TAGGED) frame.insertTag(C_TAG, tci);
    if (sending === 0) from.drop("filtered", frame.frames);
    else if (this.#isOpen(to)) to.send(frame);
    else from.drop("blocked", frame.frames);
  }

  #isOpen({ number }: SwitchPort): boolean {
    return this.#tree === undefined || this.#tree.forwards(number);
  }

  #flood(from: SwitchPort, frame: Frame, vlan: number, tci: number): void {
    if (!from.mayFlood(this.#surroundings.loop.now)) {
      from.drop("storm", frame.frames);
      return;
    }
    const isMember = (sending: number) => (port: SwitchPort) =>
      port !== from && port.up && port.rule.members[vlan] === sending &&
      this.#isOpen(port);
    // Untagged first: a tag that was put in stays in.
    for (const port of this.#ports.filter(isMember(UNTAGGED))) port.send(frame);
    const tagged = this.#ports.filter(isMember(TAGGED));
    if (tagged.length === 0) return;
    frame.insertTag(C_TAG, tci);
    for (const port of tagged) port.send(frame);
  }

  /**
   * Forgets addresses that are too old.
   *
   * @param now The time.
   */
  due(now: number): void {
    this.#table.now = now / 1000;
    this.#table.age();
    this.nextAt = now + SWEEP;
  }

  /** Tells what it has seen and learned. */
  stats(): SwitchStats {
    this.#table.now = performance.now() / 1000;
    const macs = [...this.#table.entries()].map(
      ({ vlan, w0, w1, port, age }): MacEntry => ({
        vlan,
        mac: macText(w0, w1),
        interface: this.#ports[port]!.interface,
        age,
      }),
    );
    macs.sort((a, b) => a.vlan - b.vlan || (a.mac < b.mac ? -1 : 1));
    const parts = this.#tree?.portStats();
    return {
      name: this.name,
      ports: this.#ports.map((port, i) => ({
        ...port.stats(),
        ...(parts === undefined ? {} : { stp: parts[i]! }),
      })),
      macs,
      ...(this.#tree === undefined ? {} : { stp: this.#tree.stats() }),
    };
  }

  /** Closes all ports. */
  [Symbol.dispose](): void {
    const { loop } = this.#surroundings;
    loop.timed.delete(this);
    if (this.#tree) loop.timed.delete(this.#tree);
    for (const news of this.#news) {
      loop.unwatch(news.fd);
      news.close();
    }
    for (const port of this.#ports) port[Symbol.dispose]();
  }
}

function macText(w0: number, w1: number): string {
  const hex = (w0 >>> 0).toString(16).padStart(8, "0") +
    w1.toString(16).padStart(4, "0");
  return hex.match(/../g)!.join(":");
}
