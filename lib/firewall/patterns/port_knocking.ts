/**
 * A port that opens to who knocks at others first.
 *
 * @module
 */

import { onlyKnown } from "../../known_options.ts";
import { parseTime } from "../model/time.ts";
import { ct, iif, ip, ip6, rule, tcp } from "../build/words.ts";
import type { SetSpec } from "../build/table.ts";
import {
  because,
  type ExplainedRule,
  joined,
  type Pattern,
  pattern,
} from "./pattern.ts";
import { matchServices, type OneOrMore, type Service } from "./matching.ts";

/** Options for {@linkcode portKnocking}. */
export interface PortKnockingOptions {
  /** The TCP ports to knock at, in this order: two to eight. */
  readonly ports: readonly number[];
  /** What opens then. */
  readonly opens: OneOrMore<Service>;
  /** How long one has for the next knock: `"10s"`, or seconds. @default {"10s"} */
  readonly within?: string | number | undefined;
  /** How long one may begin connections then. @default {"30s"} */
  readonly stays?: string | number | undefined;
  /** The name of its table. @default {"knocking"} */
  readonly name?: string | undefined;
}

/** How many addresses are remembered. */
const MOST = 65_535;

const FAMILIES = [
  { saddr: ip.saddr, type: "ipv4_addr", suffix: "ipv4" },
  { saddr: ip6.saddr, type: "ipv6_addr", suffix: "ipv6" },
] as const;

/**
 * Makes a table that hides a service until someone has tried the right ports
 * in the right order. It lets nothing in: {@linkcode combine} it with a pattern
 * in which the service is open.
 *
 * It keeps the log quiet; it keeps nobody out who sees the wire. See
 * `weaknesses`.
 *
 * @param options The knocks, and what they open.
 * @returns The ruleset; its `explanation` has a reason for each rule.
 * @throws {ParseError} If a service is none.
 * @throws {RangeError} If `ports` are not two to eight different ones, or a time is less than
 * a second.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const pattern = net.firewall.patterns.portKnocking({
 *   ports: [7000, 8000, 9000],
 *   opens: "tcp/22",
 * });
 * assert.match(`${pattern}`, /tcp dport 8000 ip saddr @knock_1_ipv4 /);
 * assert.match(pattern.weaknesses.join(), /who sees the wire/);
 * ```
 */
export function portKnocking(options: PortKnockingOptions): Pattern {
  onlyKnown("make knocks", options, {
    ports: true,
    opens: true,
    within: true,
    stays: true,
    name: true,
  });
  const { ports, opens, name = "knocking" } = options;
  const within = seconds(options.within ?? "10s");
  const stays = seconds(options.stays ?? "30s");
  const isPort = (port: number) =>
    Number.isInteger(port) && port >= 1 && port <= 65_535;
  if (
    !ports || ports.length < 2 || ports.length > 8 || !ports.every(isPort) ||
    new Set(ports).size < ports.length
  ) {
    throw new RangeError(
      `Cannot make knocks as 'ports' must be two to eight different TCP ports: current value is ${
        JSON.stringify(ports)
      }`,
    );
  }
  const services = matchServices(opens);
  const label = services.map(({ name }) => name).join(", ");
  const last = ports.length;
  /** The set of those who have knocked so often. */
  const after = (knocks: number, suffix: string) =>
    knocks === last ? `may_${suffix}` : `knock_${knocks}_${suffix}`;
  const sets: Record<string, SetSpec> = {};
  const knocks: ExplainedRule[] = [];
  const strays: ExplainedRule[] = [];
  const pass: ExplainedRule[] = [];
  for (const { saddr, type, suffix } of FAMILIES) {
    for (let i = 1; i <= last; i++) {
      const timeout = i === last ? stays : within;
      const flags = ["dynamic", "timeout"] as const;
      sets[after(i, suffix)] = { type, flags, size: MOST, timeout };
    }
    ports.forEach((port, i) => {
      const now = `@${after(i + 1, suffix)}` as const;
      knocks.push(because(
        joined(
          tcp.dport(port),
          i > 0 && saddr.in(`@${after(i, suffix)}`),
          rule.update(now, saddr).drop(),
        ),
        `knock ${i + 1} of ${last}`,
        i === 0
          ? `Who tries port ${port} has ${within} s for the next. It stays silent, as if nothing were there.`
          : i + 1 === last
          ? `Who has knocked ${i} times before may begin ${label} for ${stays} s.`
          : `Counts only after knock ${i}, and lasts ${within} s.`,
      ));
      if (i + 1 < last) {
        strays.push(because(
          joined(
            tcp.dport.notIn(ports)
              .tcp.flags.and(["fin", "syn", "rst", "ack"]).is("syn"),
            rule.delete(now, saddr),
          ),
          "a stray knock",
          "Who tries another port begins anew: so a scan of all ports in a row opens nothing.",
        ));
      }
    });
    for (const { match } of services) {
      pass.push(because(
        joined(match, saddr.in(`@${after(last, suffix)}`), rule.accept()),
        "has knocked",
        `Goes on to the rules of other tables, which must let ${label} in.`,
      ));
    }
  }
  return pattern({
    name,
    sets,
    chains: {
      input: {
        type: "filter",
        hook: "input",
        priority: "filter - 5",
        rules: [
          because(
            iif("lo").accept(),
            "loopback",
            "This machine need not knock at its own door.",
          ),
          because(
            ct.state.in(["established", "related"]).accept(),
            "connections that are there",
            "What was let begin goes on when the time is over.",
          ),
          ...strays,
          ...knocks,
          because(
            tcp.dport(...ports as [number]).drop(),
            "a knock out of turn",
            "As silent as a right one, so that nobody learns which it was.",
          ),
          ...pass,
          ...services.map(({ match }) =>
            because(
              joined(match, rule.counter().drop()),
              `closed without knocks`,
              `Nobody else sees that ${label} is there.`,
            )
          ),
        ],
      },
    },
    weaknesses: [
      "The knocks cross the wire in the clear: who sees the wire can repeat them.",
      "They are as short as a short password, and can be tried as one; sources of knocks can be forged.",
      "It opens to an address: to all who share it behind a NAT.",
      "It hides a service; it does not guard it. WireGuard is as silent, and asks for a key.",
    ],
  });
}

function seconds(time: string | number): number {
  const seconds = typeof time === "number" ? time : parseTime(time);
  if (Number.isInteger(seconds) && seconds >= 1) return seconds;
  throw new RangeError(
    `Cannot make knocks as times must be whole seconds from 1: current value is ${time}`,
  );
}
