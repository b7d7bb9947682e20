/**
 * The simulator of a ruleset.
 *
 * @module
 */

import { decode, frameOf, Packet } from "../../packet/packet.ts";
import type { Frame } from "../../packet/frame.ts";
import { onlyKnown } from "../../known_options.ts";
import { dataType, literalOf } from "../model/data_types.ts";
import { mustBeTables } from "../model/given.ts";
import type { Table } from "../model/ruleset.ts";
import { type ChainFunction, chainFunctions } from "./chain_code.ts";
import { rowOf } from "./connections.ts";
import { stateBits } from "./conntrack.ts";
import type { Context } from "./context.ts";
import { CONTEXT, FACTS } from "./fact_names.ts";
import { makePacket, seal } from "./facts.ts";
import type { PacketFacts } from "./packet_facts.ts";
import { arrange, type Hooks, type Said } from "./hooks.ts";
import { Host } from "./host.ts";
import { Program } from "./program.ts";
import {
  type Answer,
  type ChainName,
  type ChainVerdict,
  type Decision,
  type Outcome,
  type Step,
  Trace,
} from "./result.ts";
import { KernelState } from "./state.ts";
import { load } from "./place_headers.ts";
import { ACCEPT, REJECT, Transit } from "./transit.ts";
import { lead, type Way } from "./way.ts";

/** A packet, in any form. */
export type SimulatedPacket = Packet | Frame | PacketFacts;

const OUTCOMES: readonly Outcome[] = [
  ...["accept", "accept", "drop", "reject", "queue", "stolen"] as const,
];

const LINKS = new Set([1, 12, 14, 101, 228, 229]);

/**
 * A ruleset as functions: asks what becomes of packets.
 *
 * What the kernel would remember (connections, what rules add to sets, limits)
 * lives in the context's `state`; without one each packet meets a machine that
 * has seen none before.
 */
export class Simulator {
  readonly #program: Program;
  readonly #transit = new Transit();
  readonly #quick: Hooks;
  #traced: Hooks | undefined;
  readonly #said: Said[] = [];
  readonly #fresh = new KernelState();
  #context: Context | undefined;
  #host: Host | undefined;
  #way: Way | undefined;
  readonly #note = (way: Way): void => {
    this.#way = way;
  };

  /** Compiles tables; {@linkcode compile} is the way in. */
  constructor(tables: readonly Table[]) {
    this.#program = new Program(tables);
    this.#quick = this.#hooks(
      chainFunctions(this.#program, this.#transit, false),
    );
  }

  #hooks(functions: readonly ChainFunction[], said?: Said[]): Hooks {
    return arrange(this.#program, this.#transit, functions, said);
  }

  /**
   * Tells what becomes of a packet, as quickly as can be.
   *
   * @param packet A packet, a frame, or facts.
   * @param context Where and when it is met; `{}`: this machine sends it.
   * @returns The verdict.
   * @throws {NetError} With the code `"unknown"`, if a rule asks for what the
   * context does not say.
   */
  decide(packet: SimulatedPacket, context: Context): Outcome {
    return OUTCOMES[this.#run(packet, context, this.#quick)]!;
  }

  /**
   * Follows a packet through all hooks.
   *
   * @param packet A packet, a frame, or facts.
   * @param context Where and when it is met; `{}`: this machine sends it.
   * @returns What became of it, and each rule that it met.
   * @throws {NetError} With the code `"unknown"`, if a rule asks for what the
   * context does not say.
   */
  trace(packet: SimulatedPacket, context: Context): Trace {
    const said = this.#said;
    const p = this.#transit;
    this.#traced ??= this.#hooks(
      chainFunctions(this.#program, p, true),
      said,
    );
    said.length = 0;
    p.steps = [];
    try {
      const verdict = this.#run(packet, context, this.#traced, true);
      return this.#result(verdict, said);
    } finally {
      p.steps = undefined;
    }
  }

  #run(
    packet: SimulatedPacket,
    context: Context,
    hooks: Hooks,
    isSealed = false,
  ): number {
    // At the prompt no type says that it is missing, and who sends decides much.
    if (context === undefined) {
      throw new TypeError(
        "Cannot simulate a packet as 'context' must say where it comes in, as { iifname: \"eth0\" }, or be {} if this machine sends it: current value is undefined",
      );
    }
    if (context !== this.#context) {
      onlyKnown("simulate a packet in this context", context, CONTEXT);
      this.#host = new Host(context);
      this.#context = context;
    }
    let { state } = context;
    if (state === undefined) {
      state = this.#fresh;
      state.clear();
    } else if (state.owner !== this) {
      if (state.owner !== undefined) {
        throw new TypeError(
          "Cannot simulate a packet as 'state' must be of one simulator: it was used with another",
        );
      }
      state.owner = this;
    }
    const p = this.#transit;
    p.begin(context, this.#host!, state);
    this.#way = undefined;
    if (
      "src" in packet || !(packet instanceof Packet || "octets" in packet)
    ) {
      // Where speed counts, facts are made by a program, which has types.
      if (isSealed) onlyKnown("simulate a packet", packet, FACTS);
      makePacket(p, packet);
      if (isSealed) seal(p);
    } else {
      const { octets, start, end, linkType } = packet instanceof Packet
        ? frameOf(packet)
        : packet;
      if (!LINKS.has(linkType)) {
        throw new TypeError(
          `Cannot simulate a packet as its 'linkType' must be 1 (Ethernet) or 101 (IP): current value is ${linkType}`,
        );
      }
      load(p, octets.subarray(start, end), linkType);
    }
    return lead(p, hooks, this.#note);
  }

  #name(chain: number): ChainName {
    const { table, chain: { name } } = this.#program.chains[chain]!;
    return { family: table.family, table: table.name, chain: name };
  }

  #place(rule: number) {
    const { table, chain, index, rule: found } = this.#program.rules[rule]!;
    return {
      ...{ family: table.family, table: table.name, chain: chain.name },
      ...{ index, rule: found },
    };
  }

  #result(verdict: number, said: readonly Said[]): Trace {
    const p = this.#transit;
    const steps = p.steps ?? [];
    const chains = said.map(
      ({ chain, verdict, rule, from, to }): ChainVerdict => {
        const { hook, priority } = this.#program.chains[chain]!.chain.base!;
        return {
          ...this.#name(chain),
          ...{ hook, priority, verdict: OUTCOMES[verdict]! },
          ...rule >= 0 && { decided: this.#place(rule) },
          steps: steps.slice(from, to).map(({ rule, ended }): Step => {
            const place = this.#place(rule);
            return {
              ...place,
              matched: ended < 0,
              ...ended >= 0 && { endedBy: place.rule.statements[ended]! },
            };
          }),
        };
      },
    );
    if (p.isMade) seal(p);
    const { bytes, linkType } = p.copy();
    const bits = literalOf(dataType("ct_state"), stateBits(p));
    const ctState = Array.isArray(bits) ? bits.join(",") : String(bits);
    const { connection } = p;
    return new Trace({
      verdict: OUTCOMES[verdict]!,
      decided: this.#decision(verdict, chains),
      chains,
      path: this.#way,
      oifname: p.oifname === "" ? undefined : p.oifname,
      mark: p.mark >>> 0,
      packet: decode(bytes, { linkType }),
      connection: connection && { ...rowOf(connection), state: ctState },
      ctState,
      answer: verdict === REJECT ? this.#answer() : undefined,
      effects: p.effects.map(({ rule, statement }) => ({
        rule: this.#program.rules[rule]!.rule,
        statement,
      })),
      chances: [...new Set(p.chances)],
    });
  }

  /** Who decided: what stopped it, or the last rule that let it pass. */
  #decision(verdict: number, chains: readonly ChainVerdict[]): Decision {
    const p = this.#transit;
    if (verdict !== ACCEPT && p.chain < 0) {
      return { by: "kernel", reason: p.reason };
    }
    const last = verdict === ACCEPT
      ? chains.findLast(({ decided }) => decided !== undefined) ?? chains.at(-1)
      : chains.at(-1);
    if (last === undefined) {
      return { by: "kernel", reason: "no chain sees it" };
    }
    const { decided, family, table, chain } = last;
    return decided === undefined
      ? { by: "policy", family, table, chain }
      : { by: "rule", ...decided };
  }

  #answer(): Answer {
    const p = this.#transit;
    const reject = p.by !== undefined && "reject" in p.by ? p.by.reject : null;
    const isV4 = p.family === 4;
    const protocol = isV4 ? "icmp" : "icmpv6";
    if (reject?.type === "tcp reset") return { protocol: "tcp", code: "reset" };
    const code = reject?.expr ?? "port-unreachable";
    if (reject?.type === "icmp" || reject?.type === "icmpv6") {
      return { protocol, code };
    }
    return { protocol, code: (isV4 ? ICMP : ICMPV6)[code] ?? code };
  }
}

/** What the codes of both families are in each. */
const ICMP: Readonly<Record<string, string>> = {
  "no-route": "net-unreachable",
};
const ICMPV6: Readonly<Record<string, string>> = {
  "host-unreachable": "addr-unreachable",
};

/**
 * Makes a simulator of tables.
 *
 * @param tables The tables, in canonical form, in the order in which they were
 * made.
 * @returns The simulator.
 * @throws {TypeError} For tables that the kernel would refuse (loops of jumps,
 * names of nothing), and for what cannot be simulated.
 *
 * @example
 * ```ts
 * import { parse } from "../text/parse.ts";
 * import { compile } from "./simulator.ts";
 * import assert from "node:assert/strict";
 *
 * const simulator = compile(parse(`table inet f {
 *   chain in {
 *     type filter hook input priority 0; policy drop;
 *     tcp dport 22 accept
 *   }
 * }`));
 * const trace = simulator.trace(
 *   { src: "10.0.0.2", dst: "10.0.0.1", protocol: "tcp", dstPort: 22 },
 *   { iifname: "eth0" },
 * );
 * assert.equal(`${trace}`, "accept by rule 0 of inet f in");
 * ```
 */
export function compile(tables: readonly Table[]): Simulator {
  mustBeTables("simulate rules", tables);
  return new Simulator(tables);
}
