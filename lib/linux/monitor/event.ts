/**
 * What a monitor tells: one change of the kernel's network.
 *
 * @module
 */

import { canvas } from "../../inspect/canvas.ts";
import { paint, type Role } from "../../inspect/paint.ts";
import { visible } from "../../inspect/text.ts";
import type { InterfaceAddress } from "../address.ts";
import type { Link } from "../link.ts";
import { tables } from "../names.ts";
import type { Neighbour } from "../neighbour.ts";
import type { Qdisc } from "../qdisc.ts";
import type { Route } from "../route.ts";
import { actionWords, selectorWords, waysOf } from "../route_words.ts";
import type { Rule } from "../rule.ts";

/** What can change, by the word for it. */
export interface MonitorSubjects {
  /** A network interface. */
  readonly link: Link;
  /** An address of an interface. */
  readonly address: InterfaceAddress;
  /** A route. */
  readonly route: Route;
  /** A neighbour. */
  readonly neighbour: Neighbour;
  /** A rule of the routing policy. */
  readonly rule: Rule;
  /** A queueing discipline. */
  readonly qdisc: Qdisc;
}

/** A word for what can change. */
export type MonitorKind = keyof MonitorSubjects;

/** What happened to it. */
export type MonitorChange = "added" | "changed" | "removed";

/**
 * One change.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const event = new net.linux.ChangeEvent("rule", "removed", {
 *   family: 4, priority: 100, action: "lookup", table: 254, flags: [],
 * });
 * assert.equal(event.type, "rule removed");
 * assert.equal(`${event}`, "[RULE] Deleted 100: from all lookup main");
 * ```
 */
export class ChangeEvent<K extends MonitorKind = MonitorKind> {
  /** What changed: `"link"`. */
  readonly kind: K;
  /** What happened to it: `"added"`. */
  readonly change: MonitorChange;
  /** It, as `links()`, `routes()` and their like give it; if removed, as it was. */
  readonly subject: MonitorSubjects[K];
  /** As it was before, if it changed. */
  readonly previous: MonitorSubjects[K] | undefined;
  /** When the news was read, in milliseconds since 1970. */
  readonly time: number;

  /**
   * Takes what happened.
   *
   * @param kind What changed.
   * @param change What happened to it.
   * @param subject It, as it is now, or was.
   * @param previous As it was before, if it changed.
   */
  constructor(
    kind: K,
    change: MonitorChange,
    subject: MonitorSubjects[K],
    previous?: MonitorSubjects[K],
  ) {
    this.kind = kind;
    this.change = change;
    this.subject = subject;
    this.previous = previous;
    this.time = Date.now();
  }

  /** Both words: `"link added"`. */
  get type(): `${K} ${MonitorChange}` {
    return `${this.kind} ${this.change}`;
  }

  /** The line of `ip monitor all`, in short. */
  toString(): string {
    const deleted = this.change === "removed" ? "Deleted " : "";
    const write = WRITERS[this.kind] as (subject: unknown) => string;
    return `[${LABELS[this.kind]}] ${deleted}${write(this.subject)}`;
  }

  /** Stands in JSON as its fields. */
  toJSON(): Record<string, unknown> {
    const { type, kind, change, subject, previous, time } = this;
    return { type, kind, change, subject, previous, time };
  }

  /** Shows at the prompt as a line. */
  [Symbol.for("Deno.customInspect")](
    _inspect?: unknown,
    options?: { readonly colors?: boolean },
  ): string {
    const page = canvas({ colors: options?.colors ?? false });
    return paint(ROLES[this.change], visible(`${this}`), page);
  }
}

/**
 * Says that changes came faster than they were read, and some were lost. What
 * is different now follows as events of its own, but what came and went
 * meanwhile is not known.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * assert.equal(new net.linux.LostEvent().kind, "lost");
 * ```
 */
export class LostEvent {
  /** Tells it from changes. */
  readonly kind = "lost";
  /** As changes have it: `"lost"`. */
  readonly type = "lost";
  /** When it was noticed, in milliseconds since 1970. */
  readonly time: number = Date.now();

  /** A line. */
  toString(): string {
    return "[LOST] changes came faster than they were read";
  }

  /** Shows at the prompt as a line. */
  [Symbol.for("Deno.customInspect")](
    _inspect?: unknown,
    options?: { readonly colors?: boolean },
  ): string {
    const page = canvas({ colors: options?.colors ?? false });
    return paint("bad", `${this}`, page);
  }
}

/** Anything that a monitor tells; `kind` tells which. */
export type MonitorEvent =
  | { [K in MonitorKind]: ChangeEvent<K> }[MonitorKind]
  | LostEvent;

const ROLES: Readonly<Record<MonitorChange, Role>> = {
  added: "good",
  changed: "warn",
  removed: "bad",
};

/** As `ip monitor all label` has them. */
const LABELS: Readonly<Record<MonitorKind, string>> = {
  link: "LINK",
  address: "ADDR",
  route: "ROUTE",
  neighbour: "NEIGH",
  rule: "RULE",
  qdisc: "QDISC",
};

const WRITERS: {
  readonly [K in MonitorKind]: (subject: MonitorSubjects[K]) => string;
} = {
  link: (link) =>
    line(
      `${link.index}: ${link.name}${link.link ? `@${link.link}` : ""}:`,
      `<${link.flags.join(",")}>`,
      `mtu ${link.mtu}`,
      link.master && `master ${link.master}`,
      `state ${link.state}`,
      link.mac && `${link.mac}`,
      link.kind,
    ),
  address: (entry) =>
    line(
      `${entry.index}: ${entry.device}`,
      entry.family === 4 ? "inet" : "inet6",
      entry.peer
        ? `${entry.address} peer ${entry.peer}/${entry.prefixLength}`
        : `${entry.address}/${entry.prefixLength}`,
      entry.broadcast && `brd ${entry.broadcast}`,
      `scope ${entry.scope}`,
      ...entry.flags,
    ),
  route: (route) =>
    line(
      route.type === "unicast" ? undefined : route.type,
      route.to.prefixLength === 0 ? "default" : `${route.to}`,
      waysOf(route),
      route.table === 254 ? undefined : `table ${tables.name(route.table)}`,
      `proto ${route.protocol}`,
      route.scope === "global" ? undefined : `scope ${route.scope}`,
      route.source && `src ${route.source}`,
      route.metric > 0 ? `metric ${route.metric}` : undefined,
    ),
  neighbour: (entry) =>
    line(
      `${entry.address} dev ${entry.device}`,
      entry.mac && `lladdr ${entry.mac}`,
      entry.router ? "router" : undefined,
      entry.proxy ? "proxy" : undefined,
      entry.state.toUpperCase(),
    ),
  rule: (rule) =>
    line(
      `${rule.priority}:`,
      rule.not ? "not" : undefined,
      `from ${rule.from ?? "all"}`,
      rule.to && `to ${rule.to}`,
      selectorWords(rule),
      actionWords(rule),
    ),
  qdisc: (qdisc) =>
    line(
      `qdisc ${qdisc.kind} ${qdisc.handle}`,
      `dev ${qdisc.device}`,
      qdisc.parent === "root" ? "root" : `parent ${qdisc.parent}`,
    ),
};

function line(...words: (string | undefined)[]): string {
  return words.filter((word) => word !== undefined && word !== "").join(" ");
}
