/**
 * The words of the commands for routes, rules, neighbours, queueing disciplines
 * and classes.
 *
 * @see ip-route(8), ip-rule(8), ip-neighbour(8), tc(8)
 * @module
 */

import { tables } from "./names.ts";
import { destination, routeFamily } from "./route_messages.ts";
import type {
  ClassSpec,
  Device,
  NeighbourSpec,
  NextHopSpec,
  QdiscSpec,
  RouteSpec,
  RuleSpec,
} from "./specs.ts";

/** Words for what is there: `["mtu", "1400"]`. */
export function maybe(name: string, value: unknown): string[] {
  return value === undefined ? [] : [name, String(value)];
}

/** Names are told from words such as `a`, which ip takes for `address`. */
export function device(name: Device): string[] {
  return ["dev", typeof name === "number" ? `if${name}` : name];
}

function hopWords(hop: NextHopSpec, family: 4 | 6): string[] {
  const { via, weight, onLink } = hop;
  const other = via !== undefined &&
    (String(via).includes(":") ? 6 : 4) !== family;
  return [
    ...via === undefined
      ? []
      : ["via", ...other ? [family === 4 ? "inet6" : "inet"] : [], `${via}`],
    ...hop.device === undefined ? [] : device(hop.device),
    ...maybe("weight", weight),
    ...onLink ? ["onlink"] : [],
  ];
}

/** The whole command for a route. */
export function routeCommand(verb: string, spec: RouteSpec): string[] {
  const { type, nextHops, metrics = {} } = spec;
  const family = routeFamily(spec);
  const to = destination(spec.to, family);
  const metricWords = Object.entries(metrics).flatMap(([name, value]) => {
    if (value === undefined || name === "lock") return [];
    if (name === "congestionControl") return ["congctl", `${value}`];
    if (name === "features") {
      return Number(value) & 1 ? ["features", "ecn"] : [];
    }
    const isTime = ["rtt", "rttvar", "rtoMin"].includes(name);
    const word = name === "rtoMin" ? "rto_min" : name;
    // RTAX_LOCK has a bit for each metric; only that of the MTU is in use.
    const lock = name === "mtu" && (metrics.lock ?? 0) & 4 ? ["lock"] : [];
    return [word, ...lock, isTime ? `${value}ms` : `${value}`];
  });
  return [
    "ip",
    ...family === 6 ? ["-6"] : [],
    "route",
    verb,
    ...type === undefined || type === "unicast" ? [] : [type],
    to.prefixLength === 0 ? "default" : `${to}`,
    ...maybe("from", spec.from),
    // Without its prefix ip takes it for hexadecimal all the same.
    ...spec.tos === undefined ? [] : ["tos", `0x${spec.tos.toString(16)}`],
    ...hopWords({ ...spec, weight: undefined }, family),
    ...maybe("nhid", spec.nextHopId),
    ...maybe("src", spec.source),
    ...maybe("metric", spec.metric),
    ...spec.table === undefined ? [] : ["table", tables.name(spec.table)],
    ...maybe("proto", spec.protocol),
    ...maybe("scope", spec.scope),
    ...maybe("pref", spec.preference),
    ...maybe("expires", spec.expiresSeconds),
    ...metricWords,
    ...(nextHops ?? []).flatMap((hop) => ["nexthop", ...hopWords(hop, family)]),
  ];
}

/** The words for a rule. */
export function ruleWords(spec: RuleSpec): string[] {
  const { mark, markMask, action, goto, table } = spec;
  const hex = (n: number) => `0x${n.toString(16)}`;
  const span = (both: number | readonly [number, number] | undefined) =>
    both === undefined || typeof both === "number" ? both : both.join("-");
  return [
    ...spec.not ? ["not"] : [],
    ...maybe("from", spec.from ?? (spec.to === undefined ? "all" : undefined)),
    ...maybe("to", spec.to),
    ...spec.tos === undefined ? [] : ["tos", hex(spec.tos)],
    ...mark === undefined ? [] : [
      "fwmark",
      `${hex(mark)}${markMask === undefined ? "" : `/${hex(markMask)}`}`,
    ],
    ...maybe("iif", spec.inInterface),
    ...maybe("oif", spec.outInterface),
    ...maybe("uidrange", span(spec.users)),
    ...maybe("ipproto", spec.ipProtocol),
    ...maybe("sport", span(spec.srcPort)),
    ...maybe("dport", span(spec.dstPort)),
    ...maybe("tun_id", spec.tunnelId),
    ...maybe("priority", spec.priority),
    ...maybe("protocol", spec.protocol),
    ...spec.l3mdev ? ["l3mdev"] : [],
    ...action === undefined || action === "lookup" || action === "goto"
      ? []
      : [action],
    ...maybe("goto", goto),
    ...table === undefined ? [] : ["lookup", tables.name(table)],
    ...maybe("suppress_prefixlength", spec.suppressPrefixLength),
    ...maybe("suppress_ifgroup", spec.suppressGroup),
  ];
}

/** The words for a neighbour. */
export function neighbourWords(spec: NeighbourSpec): string[] {
  const { address, mac, state, proxy, router, externLearn } = spec;
  return [
    ...proxy ? ["proxy"] : [],
    `${address}`,
    ...maybe("lladdr", mac),
    ...device(spec.device),
    ...maybe("nud", state),
    ...maybe("protocol", spec.protocol),
    ...router ? ["router"] : [],
    ...externLearn ? ["extern_learn"] : [],
  ];
}

/** The words for a queueing discipline. */
export function qdiscWords(verb: string, spec: QdiscSpec): string[] {
  const { kind, handle, netem, tbf, defaultClass } = spec;
  const isEdge = kind === "ingress" || kind === "clsact";
  const parent = spec.parent ?? (isEdge ? kind : "root");
  const head = [
    ...device(spec.device),
    ...parent.includes(":") ? ["parent", parent] : [parent],
    ...maybe("handle", handle),
  ];
  if (verb === "delete") return [...head, ...isEdge ? [] : [kind]];
  const percent = (n: number | undefined) =>
    n === undefined ? undefined : `${n * 100}%`;
  const words: string[] = [];
  if (netem !== undefined) {
    const { delay, jitter, delayCorrelation, reorder } = netem;
    words.push(...maybe("limit", netem.limit));
    if (delay !== undefined || jitter !== undefined) {
      words.push("delay", `${delay ?? 0}ms`);
      if (jitter !== undefined) {
        words.push(`${jitter}ms`);
        if (delayCorrelation) words.push(percent(delayCorrelation)!);
      }
    }
    words.push(...maybe("loss", percent(netem.loss)));
    if (netem.lossCorrelation) words.push(percent(netem.lossCorrelation)!);
    words.push(
      ...maybe("duplicate", percent(netem.duplicate)),
      ...maybe("corrupt", percent(netem.corrupt)),
      ...maybe("reorder", percent(reorder)),
      ...netem.rate === undefined ? [] : ["rate", `${netem.rate}bit`],
    );
  }
  if (tbf !== undefined) {
    const octets = tbf.rate / 8;
    const burst = tbf.burst ?? Math.max(5000, Math.ceil(octets / 100));
    words.push(
      "rate",
      `${tbf.rate}bit`,
      "burst",
      `${burst}b`,
      "limit",
      `${tbf.limit ?? Math.ceil(octets / 20) + burst}b`,
    );
  }
  if (defaultClass !== undefined) {
    words.push("default", defaultClass.toString(16));
  }
  return isEdge ? head : [...head, kind, ...words];
}

/** The words for a class. */
export function classWords(verb: string, spec: ClassSpec): string[] {
  const { parent, handle, rate, ceil, burst, priority } = spec;
  const head = [...device(spec.device), "parent", parent, "classid", handle];
  if (verb === "delete") return head;
  return [
    ...head,
    "htb",
    "rate",
    `${rate}bit`,
    ...ceil === undefined ? [] : ["ceil", `${ceil}bit`],
    ...burst === undefined ? [] : ["burst", `${burst}b`],
    ...maybe("prio", priority),
  ];
}
