/**
 * Not more than so many new connections.
 *
 * @module
 */

import type { Rate } from "../build/steps.ts";
import { ct, ip, ip6, rule } from "../build/words.ts";
import { onlyKnown } from "../../known_options.ts";
import { commentOf } from "./input.ts";
import {
  because,
  type ExplainedRule,
  joined,
  type Pattern,
  pattern,
} from "./pattern.ts";
import { matchServices, type OneOrMore, type Service } from "./matching.ts";

/** Options for {@linkcode rateLimit}. */
export interface RateLimitOptions {
  /** The services; they share the rate. */
  readonly port: OneOrMore<Service>;
  /** How many new connections: `"10/minute"`. */
  readonly rate: Rate;
  /** How many may come at once. @default {5} */
  readonly burst?: number | undefined;
  /** Whether each address has a rate of its own, of IPv6 each /64. @default {true} */
  readonly perAddress?: boolean | undefined;
  /** Whether it is for this machine or for those behind it. @default {"input"} */
  readonly hook?: "input" | "forward" | undefined;
  /** The name of its table. @default {of the services: "limit_tcp_22"} */
  readonly name?: string | undefined;
}

/** How many addresses are remembered, and for how long. */
const MOST = 65_535;
const REMEMBERED = "1h";

/** A host of IPv6 has at least these, and takes another address when it likes. */
const SITE = "ffff:ffff:ffff:ffff::";

/**
 * Makes a table that drops new connections that are too many. It lets nothing
 * in: {@linkcode combine} it with a pattern that does.
 *
 * @param options Which services, and how many.
 * @returns The ruleset; its `explanation` has a reason for each rule.
 * @throws {ParseError} If a service is none.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const pattern = net.firewall.patterns.rateLimit({ port: "tcp/22", rate: "10/minute" });
 * assert.match(`${pattern}`, /update @seen_ipv4 \{ ip saddr limit rate over 10\/minute \}/);
 * ```
 */
export function rateLimit(options: RateLimitOptions): Pattern {
  onlyKnown("limit a rate", options, {
    port: true,
    rate: true,
    burst: true,
    perAddress: true,
    hook: true,
    name: true,
  });
  const { port, rate, burst = 5, perAddress = true, hook = "input" } = options;
  if (hook !== "input" && hook !== "forward") {
    throw new TypeError(
      `Cannot limit a rate as 'hook' must be input or forward: current value is ${hook}`,
    );
  }
  const services = matchServices(port);
  const label = services.map(({ name }) => name).join(", ");
  const { name = `limit_${label.replace(/\W+/g, "_")}`.slice(0, 64) } = options;
  const words = `${rate}`.replace("/", " a ");
  const over = { burst, over: true };
  const each = { with: (fresh: typeof rule) => fresh.limit(rate, over) };
  const site = ip6.saddr.and(SITE);
  const rules = services.flatMap(({ name, match }): ExplainedRule[] =>
    perAddress
      ? [
        because(
          joined(
            match,
            ct.state("new").update("@seen_ipv4", ip.saddr, each),
            rule.counter().drop(),
          ),
          commentOf(`too many of one address: ${name}`),
          `An address may begin ${words}, and ${burst} at once; others do not suffer for it.`,
        ),
        because(
          joined(
            match,
            ct.state("new").update("@seen_ipv6", site, each),
            rule.counter().drop(),
          ),
          commentOf(`too many of one /64: ${name}`),
          "The same for IPv6, where whoever has one address has the 2⁶⁴ of its subnet.",
          "RFC 6177 §2, RFC 8981",
        ),
      ]
      : [
        because(
          joined(
            match,
            ct.state("new").limit(rate, over),
            rule.counter().drop(),
          ),
          commentOf(`too many: ${name}`),
          `All together may begin ${words}, and ${burst} at once.`,
        ),
      ]
  );
  const seen = (type: "ipv4_addr" | "ipv6_addr") => ({
    type,
    flags: ["dynamic", "timeout"] as const,
    size: MOST,
    timeout: REMEMBERED,
  });
  return pattern({
    name,
    ...perAddress && {
      sets: { seen_ipv4: seen("ipv4_addr"), seen_ipv6: seen("ipv6_addr") },
    },
    chains: {
      [hook]: { type: "filter", hook, priority: "filter - 5", rules },
    },
    weaknesses: perAddress
      ? [
        `It remembers ${MOST} addresses: who comes from more gets through.`,
        "Many behind one address, as behind a provider's NAT, share its rate.",
      ]
      : ["Whoever uses the rate up locks all others out."],
  });
}
