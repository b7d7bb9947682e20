/**
 * What a port scan found.
 *
 * @module
 */

import { type Canvas, canvas } from "../../inspect/canvas.ts";
import { paint, type Role } from "../../inspect/paint.ts";
import { type Column, table } from "../../inspect/table.ts";
import { count, duration } from "../../inspect/units.ts";
import type { Address } from "../../ip/address.ts";
import { formatPorts } from "./port_list.ts";
import { type PortProtocol, serviceName } from "./port_names.ts";
import {
  type Answer,
  ANSWERS,
  meanings,
  type PortStatus,
  type TechniqueName,
  TECHNIQUES,
} from "./techniques.ts";

/** One port of one host, and what a scan found of it. */
export interface PortState {
  /** The host. */
  readonly host: Address;
  /** The port. */
  readonly port: number;
  /** What carries it. */
  readonly protocol: PortProtocol;
  /** What it is. */
  readonly state: PortStatus;
  /** Why it counts as that: what came back, or `"no-answer"`. */
  readonly reason: Answer;
  /** The service that commonly answers there, which says nothing of this one. */
  readonly service?: string | undefined;
  /** What the service says of itself, on one line, if it was asked. */
  readonly banner?: string | undefined;
}

const ROLES: Readonly<Record<PortStatus, Role>> = {
  open: "good",
  closed: "muted",
  filtered: "warn",
  unfiltered: "accent",
  "open|filtered": "warn",
};

const COLUMNS: readonly Column[] = [
  { key: "port", role: "accent", minWidth: 9 },
  {
    key: "state",
    role: (state) => ROLES[state as PortStatus],
    minWidth: 8,
  },
  { key: "service", role: "name" },
  { key: "reason", role: "muted" },
  { key: "banner" },
];

/** Ports of one state that are shown each for itself; of more, their number. */
const SHOWN = 25;

/** What one host's part in a {@linkcode PortScan} is made from. */
export interface ScannedHostFacts {
  /** The host. */
  readonly host: Address;
  /** Its name, if it was asked for by one. */
  readonly name?: string | undefined;
  /** Why it could not be asked, if so. */
  readonly down?: string | undefined;
  /** How it was asked. */
  readonly technique: TechniqueName;
  /** The ports. */
  readonly ports: readonly number[];
  /** What each answered: places in the list of answers. */
  readonly answers: Uint8Array;
  /** What services said, by port. */
  readonly banners?: ReadonlyMap<number, string> | undefined;
}

/**
 * One host of a {@linkcode PortScan}.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const host: net.wire.ScannedHost = new net.wire.ScannedHost({
 *   host: net.ip.parse("192.0.2.1"), technique: "syn",
 *   ports: [22, 23], answers: Uint8Array.of(1, 3),
 * });
 * assert.deepEqual(host.ports("closed"), [23]);
 * assert.equal(host.state(22)?.reason, "syn-ack");
 * ```
 */
export class ScannedHost {
  /** The host. */
  readonly host: Address;
  /** Its name, if it was asked for by one. */
  readonly name: string | undefined;
  /** Why it could not be asked, if so; then its ports count as if they were silent. */
  readonly down: string | undefined;
  /** Its open ports, in order. */
  readonly open: readonly PortState[];
  /** How many ports are in each state. */
  readonly counts: Readonly<Partial<Record<PortStatus, number>>>;
  /** How it was asked. */
  readonly technique: TechniqueName;
  /** The ports that were asked. */
  readonly asked: readonly number[];
  /** What each answered: places in the list of answers. */
  readonly answers: Uint8Array;
  /** What services said, by port. */
  readonly banners: ReadonlyMap<number, string>;

  /**
   * Sorts what was found; {@linkcode portScan} makes these.
   *
   * @param facts The answers.
   */
  constructor(facts: ScannedHostFacts) {
    this.host = facts.host;
    this.name = facts.name;
    this.down = facts.down;
    this.technique = facts.technique;
    this.asked = facts.ports;
    this.answers = facts.answers;
    this.banners = facts.banners ?? new Map();
    const counts: Partial<Record<PortStatus, number>> = {};
    const states = meanings(TECHNIQUES[facts.technique]);
    for (const answer of facts.answers) {
      const state = states[answer]!;
      counts[state] = (counts[state] ?? 0) + 1;
    }
    this.counts = counts;
    this.open = this.ports("open").map((port) => this.state(port)!);
  }

  /**
   * Lists the ports in one state.
   *
   * @param state The state.
   * @returns The ports, in order.
   */
  ports(state: PortStatus): number[] {
    const { technique, asked, answers } = this;
    const states = meanings(TECHNIQUES[technique]);
    return asked.filter((_, i) => states[answers[i]!] === state)
      .sort((a, b) => a - b);
  }

  /**
   * Tells what was found of one port.
   *
   * @param port The port.
   * @returns Its state; `undefined` if it was not asked.
   */
  state(port: number): PortState | undefined {
    const { technique, answers, banners } = this;
    const place = placesOf(this.asked).get(port);
    if (place === undefined) return undefined;
    const answer = answers[place]!;
    const { protocol } = TECHNIQUES[technique];
    const service = serviceName(port, protocol);
    const banner = banners.get(port);
    return {
      host: this.host,
      port,
      protocol,
      state: meanings(TECHNIQUES[technique])[answer]!,
      reason: ANSWERS[answer]!,
      ...service !== undefined && { service },
      ...banner !== undefined && { banner },
    };
  }

  /** Stands in JSON with its open ports, and the others by state as text. */
  toJSON(): Record<string, unknown> {
    const { host, name, down, open, counts } = this;
    const others = Object.keys(counts).filter((state) => state !== "open")
      .map((state) => [state, formatPorts(this.ports(state as PortStatus))]);
    return { host, name, down, open, ...Object.fromEntries(others) };
  }

  /**
   * Draws its ports as nmap does: those that are open, and others if they are
   * few.
   *
   * @param page Where.
   * @returns The lines.
   */
  draw(page: Canvas): string {
    const { host, name, down, counts } = this;
    const title = name === undefined ? `${host}` : `${name} (${host})`;
    const head = paint("heading", title, page);
    if (down !== undefined) return `${head} ${paint("bad", down, page)}`;
    const states = Object.entries(counts) as [PortStatus, number][];
    const most = states.toSorted(([, a], [, b]) => b - a)[0]?.[0];
    const isShown = ([state, n]: [PortStatus, number]) =>
      state === "open" || (n <= SHOWN && (state !== most || n < 5));
    const rest = states.filter((entry) => !isShown(entry))
      .map(([state, n]) => `${count(n)} ${state}`).join(", ");
    const ports = states.filter(isShown)
      .flatMap(([state]) => this.ports(state)).sort((a, b) => a - b);
    const lines = [
      rest === ""
        ? head
        : `${head} ${paint("muted", `not shown: ${rest}`, page)}`,
    ];
    if (ports.length > 0) {
      const rows = ports.map((port) => {
        const found = this.state(port)!;
        return { ...found, port: `${port}/${found.protocol}` };
      });
      const columns = COLUMNS.filter(({ key }) =>
        key !== "banner" || rows.some((row) => row.banner !== undefined)
      );
      lines.push(table(rows, { columns, canvas: page }));
    }
    return lines.join("\n");
  }

  /** Shows at the prompt as a table. */
  [Symbol.for("Deno.customInspect")](
    _inspect?: unknown,
    options?: { readonly colors?: boolean },
  ): string {
    return this.draw(canvas({ colors: options?.colors ?? false }));
  }
}

/** Where each port stands in a list of them. */
const places = new WeakMap<readonly number[], ReadonlyMap<number, number>>();

function placesOf(ports: readonly number[]): ReadonlyMap<number, number> {
  let known = places.get(ports);
  if (known === undefined) {
    known = new Map(ports.map((port, i) => [port, i]));
    places.set(ports, known);
  }
  return known;
}

/**
 * The whole of a port scan.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const scan: net.wire.PortScan = await net.wire.portScan("127.0.0.1", 9, { technique: "connect" });
 * assert.equal(scan.ports, 1);
 * assert.equal(scan.hosts.length, 1);
 * ```
 */
export class PortScan {
  /** How ports were asked. */
  readonly technique: TechniqueName;
  /** The hosts, in the order given. */
  readonly hosts: readonly ScannedHost[];
  /** How many ports of each were asked. */
  readonly ports: number;
  /** All open ports, by host. */
  readonly open: readonly PortState[];
  /** Questions that were sent. */
  readonly probes: number;
  /** How long it took, in milliseconds. */
  readonly ms: number;

  /**
   * Takes what was found; {@linkcode portScan} makes these.
   *
   * @param facts The fields.
   */
  constructor(facts: {
    technique: TechniqueName;
    hosts: readonly ScannedHost[];
    ports: number;
    probes: number;
    ms: number;
  }) {
    this.technique = facts.technique;
    this.hosts = facts.hosts;
    this.ports = facts.ports;
    this.open = facts.hosts.flatMap((host) => host.open);
    this.probes = facts.probes;
    this.ms = facts.ms;
  }

  /** How many ports are in each state, of all hosts together. */
  get counts(): Readonly<Partial<Record<PortStatus, number>>> {
    const sums: Partial<Record<PortStatus, number>> = {};
    for (const { counts } of this.hosts) {
      for (const [state, n] of Object.entries(counts)) {
        sums[state as PortStatus] = (sums[state as PortStatus] ?? 0) + n;
      }
    }
    return sums;
  }

  /**
   * Tells what was found of one port of the first host.
   *
   * @param port The port.
   * @returns Its state; `undefined` if it was not asked.
   */
  state(port: number): PortState | undefined {
    return this.hosts[0]?.state(port);
  }

  /** Stands in JSON as its fields. */
  toJSON(): Record<string, unknown> {
    const { technique, hosts, ports, probes, ms } = this;
    return { technique, hosts, ports, probes, ms };
  }

  /** Shows at the prompt as a table for each host. */
  [Symbol.for("Deno.customInspect")](
    _inspect?: unknown,
    options?: { readonly colors?: boolean },
  ): string {
    const page = canvas({ colors: options?.colors ?? false });
    const { title, protocol } = TECHNIQUES[this.technique];
    const hosts = this.hosts.length === 1
      ? ""
      : ` of ${count(this.hosts.length)} hosts`;
    const head = `${title} scan of ${
      count(this.ports)
    } ${protocol.toUpperCase()} ${
      this.ports === 1 ? "port" : "ports"
    }${hosts}: ${count(this.open.length)} open, ${
      count(this.probes)
    } probes in ${duration(this.ms)}`;
    return [
      paint("muted", head, page),
      ...this.hosts.map((host) => host.draw(page)),
    ].join("\n");
  }
}
