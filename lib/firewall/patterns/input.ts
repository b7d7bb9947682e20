/**
 * What a machine lets in to itself: the rules that hosts and routers share.
 *
 * @module
 */

import { onlyKnown, type OptionNames } from "../../known_options.ts";
import {
  ct,
  icmp,
  icmpv6,
  iif,
  iifname,
  ip,
  ip6,
  meta,
  pkttype,
  rule,
  udp,
} from "../build/words.ts";
import {
  because,
  type ExplainedChain,
  type ExplainedRule,
  joined,
} from "./pattern.ts";
import {
  comesBy,
  matchAddresses,
  matchServices,
  type OneOrMore,
  type Open,
  type Opening,
  several,
} from "./matching.ts";

/** Options of every pattern that guards the machine itself. */
export interface GuardOptions {
  /** What it is to be reached at: `"tcp/22"`, or which, from where and by which interface. @default {nothing} */
  readonly open?: OneOrMore<Open> | undefined;
  /** Whether it answers pings, up to ten a second. @default {true} */
  readonly ping?: boolean | undefined;
  /** Whether it gets its own addresses by DHCP. @default {false} */
  readonly dhcp?: boolean | undefined;
  /** Whether what is refused goes to the kernel's log, up to five lines a minute; a text begins them. @default {true} */
  readonly log?: boolean | string | undefined;
  /** Whether those who are refused are told. @default {"drop"} */
  readonly refuse?: "drop" | "reject" | undefined;
  /** The name of its table. @default {the pattern's} */
  readonly name?: string | undefined;
}

/** The names of {@linkcode GuardOptions}. */
export const GUARD: OptionNames<GuardOptions> = {
  open: true,
  ping: true,
  dhcp: true,
  log: true,
  refuse: true,
  name: true,
};

/** What a router's guard has beside. */
export interface RouterSides {
  /** By which interfaces other routers may tell it of themselves. @default {all} */
  readonly advertsFrom?: OneOrMore<string>;
  /** By which interfaces hosts ask it for its own advertisements. @default {none} */
  readonly solicitsFrom?: OneOrMore<string>;
}

/** How many pings a second are answered. */
const PINGS = "10/second";
const BURST = 20;
/** How many lines a minute go to the log. */
const LINES = "5/minute";

/** The packets that connection tracking knows. */
export const established: ExplainedRule = because(
  ct.state.in(["established", "related"]).accept(),
  "answers, and errors that belong to them",
  "Connections that a rule let begin go on both ways; most packets end here.",
);

/** The packets that connection tracking can make nothing of. */
export const invalid: ExplainedRule = because(
  ct.state("invalid").counter().drop(),
  "belongs to no connection",
  "Answers to what nobody asked, wrong checksums, segments out of the window: nothing good begins so.",
);

/** ICMPv6 errors, which IPv6 does not work without. */
export const errors6 = (see: string): ExplainedRule =>
  because(
    icmpv6.type.in([
      "destination-unreachable",
      "packet-too-big",
      "time-exceeded",
      "parameter-problem",
    ]).accept(),
    "ICMPv6 errors, path MTU",
    "Without packet-too-big connections hang, for IPv6 routers do not fragment. Before the drop of invalid ones, as conntrack no longer knows every connection.",
    see,
  );

/** ICMP errors to this machine. */
const errors4: ExplainedRule = because(
  icmp.type.in([
    "destination-unreachable",
    "time-exceeded",
    "parameter-problem",
  ]).accept(),
  "ICMP errors, path MTU",
  "Fragmentation needed is a destination-unreachable: without it connections hang. The sockets check what such errors quote.",
  "RFC 1122 §3.2.2, RFC 1191",
);

/** What must be as it is before anything else is asked. */
const loopback: readonly ExplainedRule[] = [
  because(
    iif("lo").accept(),
    "loopback",
    "Programs of this machine talk to each other.",
  ),
  because(
    iifname.not("lo").ip.saddr("127.0.0.0/8").counter().drop(),
    "loopback source from outside",
    "127.0.0.0/8 never crosses a wire: this one is forged.",
    "RFC 1122 §3.2.1.3",
  ),
  because(
    iifname.not("lo").ip.daddr("127.0.0.0/8").counter().drop(),
    "loopback destination from outside",
    "A neighbour tries to reach what listens on loopback alone (CVE-2020-8558).",
    "RFC 1122 §3.2.1.3",
  ),
  because(
    iifname.not("lo").ip6.saddr("::1").counter().drop(),
    "loopback source from outside",
    "The same for IPv6.",
    "RFC 4291 §2.5.3",
  ),
];

/** What IPv6 does on its own link; conntrack does not track it. */
function neighbours(
  { advertsFrom, solicitsFrom }: RouterSides,
): readonly ExplainedRule[] {
  const solicits = several(solicitsFrom);
  return [
    because(
      icmpv6.type.in(["nd-neighbor-solicit", "nd-neighbor-advert"])
        .ip6.hoplimit(255).accept(),
      "IPv6 neighbour discovery",
      "Without it no neighbour finds this machine. A hop limit of 255 proves that it comes from this link.",
      "RFC 4861 §7.1, RFC 4890 §4.4.1",
    ),
    because(
      joined(
        comesBy(advertsFrom),
        icmpv6.type("nd-router-advert").ip6.hoplimit(255)
          .ip6.saddr("fe80::/10").accept(),
      ),
      "IPv6 router advertisements",
      "The default route and the prefixes come this way, from link-local addresses only.",
      "RFC 4861 §6.1.2",
    ),
    ...solicits.length === 0 ? [] : [
      because(
        joined(
          comesBy(solicits),
          icmpv6.type("nd-router-solicit").ip6.hoplimit(255).accept(),
        ),
        "IPv6 router solicitations",
        "Hosts ask this router for its advertisement.",
        "RFC 4861 §6.1.1",
      ),
    ],
    because(
      icmpv6.type.in([
        "mld-listener-query",
        "mld-listener-report",
        "mld-listener-done",
        "mld2-listener-report",
      ]).ip6.hoplimit(1).ip6.saddr("::", "fe80::/10").accept(),
      "IPv6 multicast groups (MLD)",
      "Switches pass multicast, neighbour discovery with it, only to who answers their queries.",
      "RFC 3810 §5, RFC 3590",
    ),
    because(
      joined(
        meta.l4proto("igmp"),
        ip.ttl(1).accept(),
      ),
      "IPv4 multicast groups (IGMP)",
      "The same for IPv4.",
      "RFC 3376 §4",
    ),
  ];
}

const pings: readonly ExplainedRule[] = [
  because(
    icmp.type("echo-request").limit(PINGS, { burst: BURST }).accept(),
    "ping, limited",
    "Who looks for a fault needs it; more than this is refused below.",
    "RFC 1122 §3.2.2.6",
  ),
  because(
    icmpv6.type("echo-request").limit(PINGS, { burst: BURST }).accept(),
    "ping for IPv6, limited",
    "The same for IPv6.",
    "RFC 4890 §4.4.1",
  ),
];

const dhcpAnswers: readonly ExplainedRule[] = [
  because(
    udp.sport(67).udp.dport(68).counter().accept(),
    "answers to the DHCP client",
    "It asked by broadcast, so conntrack does not know the answer.",
    "RFC 2131 §4.1",
  ),
  because(
    ip6.saddr("fe80::/10").ip6.daddr("fe80::/10").udp.dport(546).counter()
      .accept(),
    "answers to the DHCPv6 client",
    "It asked by multicast; servers and relays answer from their link-local address.",
    "RFC 8415 §7.2",
  ),
];

const OPENING: OptionNames<Opening> = { port: true, from: true, on: true };

/** The rules that open services. */
function openings(
  open: OneOrMore<Open> | undefined,
): readonly ExplainedRule[] {
  return several(open).flatMap((entry) => {
    const opening = typeof entry === "object" ? entry : { port: entry };
    // A "from" that is mistyped would open it to everyone.
    onlyKnown("open a service", opening, OPENING);
    const { port, from, on } = opening;
    const where = several(on).length > 0
      ? `, but only by ${several(on).join(", ")}`
      : "";
    return matchServices(port).flatMap(({ name, match }) =>
      matchAddresses("saddr", from, "Everyone").map((source) =>
        because(
          joined(comesBy(on), source.match, match, rule.counter().accept()),
          commentOf(`open ${name}`),
          `${source.name} may reach ${name}${where}.`,
        )
      )
    );
  });
}

/** A comment may have 127 octets, and reads well with far fewer. */
export const commentOf = (text: string): string =>
  text.length > 64 ? `${text.slice(0, 63)}…` : text;

/**
 * Makes the rule that logs what no rule before it let pass.
 *
 * @param log Whether to, or what the lines begin with.
 * @param name Begins them otherwise.
 * @returns The rule, if so.
 */
export function logged(
  log: GuardOptions["log"],
  name: string,
): readonly ExplainedRule[] {
  if (log === false) return [];
  const prefix = typeof log === "string" ? log : `${name} refused: `;
  return [because(
    rule.limit(LINES, { burst: 10 }).log({ prefix, level: "info" }),
    "log some",
    "So that one sees what is refused; limited, so that nobody can fill the disk.",
  )];
}

/** The rule that ends what no rule before it let pass, and tells nobody. */
export const dropped: ExplainedRule = because(
  rule.counter().drop(),
  "refuse the rest",
  "Whatever was not let pass; the policy of the chain would do the same, this counts it.",
);

/**
 * Makes the rules that end what no rule before them let pass, and say so.
 *
 * @param on The interfaces of those who are told. @default {all}
 * @returns The rules.
 */
export const rejected = (
  on?: OneOrMore<string>,
): readonly ExplainedRule[] => [
  because(
    joined(comesBy(on), meta.l4proto("tcp").counter().reject("tcp reset")),
    "refuse TCP",
    "The other side knows at once and need not wait for its timeout.",
    "RFC 9293 §3.10.7.1",
  ),
  because(
    joined(comesBy(on), rule.counter().reject("admin-prohibited")),
    "refuse the rest",
    "Tells the other side that a rule forbids it; the kernel limits how often.",
    "RFC 1812 §5.2.7.1, RFC 4443 §3.1",
  ),
];

/**
 * Makes a chain at input that drops what its rules do not let through.
 *
 * @param options What the pattern was told.
 * @param name Begins the lines of the log.
 * @param sides Of a router.
 * @returns The chain.
 */
export function input(
  options: GuardOptions,
  name: string,
  sides: RouterSides = {},
): ExplainedChain {
  const { open, ping = true, dhcp = false, log, refuse = "drop" } = options;
  if (refuse !== "drop" && refuse !== "reject") {
    throw new TypeError(
      `Cannot guard a machine as 'refuse' must be drop or reject: current value is ${refuse}`,
    );
  }
  const rules = [
    ...loopback,
    established,
    ...neighbours(sides),
    errors4,
    errors6("RFC 8201, RFC 4890 §4.4.1"),
    invalid,
    ...ping ? pings : [],
    ...dhcp ? dhcpAnswers : [],
    ...openings(open),
    because(
      pkttype.in(["broadcast", "multicast"]).counter().drop(),
      "broadcast and multicast",
      "What neighbours tell everyone is no attack: it is not logged, and nobody may answer it with an error.",
      "RFC 1122 §3.2.2, RFC 4443 §2.4",
    ),
    ...logged(log, name),
    ...refuse === "reject" ? rejected() : [dropped],
  ];
  return {
    ...{ type: "filter", hook: "input", priority: "filter", policy: "drop" },
    rules,
  };
}
