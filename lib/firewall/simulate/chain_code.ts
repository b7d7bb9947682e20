/**
 * Makes one function of each chain.
 *
 * @module
 */

import { bits } from "./bits_code.ts";
import { compareTerms } from "./constants.ts";
import { stateBits } from "./conntrack.ts";
import { count } from "./dynamic_set.ts";
import {
  findChunk,
  findExtension,
  findIpOption,
  findTcpOption,
} from "./find_options.ts";
import { hashParts } from "./jhash.ts";
import { type Counting, counting } from "./limit.ts";
import { fib, isIntercepted, socketOf } from "./lookups.ts";
import { setBits, strip } from "./mangle.ts";
import { dynamicSet, isAlive, passes, update } from "./named_set.ts";
import { masqueradeAddress, redirectAddress, setUp } from "./nat.ts";
import type { Program } from "./program.ts";
import { writeRule } from "./statement_code.ts";
import type { Transit } from "./transit.ts";
import { Scope } from "./scope.ts";
import { Writer } from "./writer.ts";

/** Rules in one function: the engine leaves longer ones unoptimized. */
const RULES = 64;

/** Runs a chain's rules: a verdict, or 0 if none was given. */
export type ChainFunction = () => number;

/** Lets what stands in a rule count; false: the rule ends. */
function counted(p: Transit, slot: number, statement: object): boolean {
  const { slots } = p.state;
  const made = slots[slot] ??= counting(statement, p.now);
  return (made as Counting).pass(p);
}

/**
 * Compiles all chains of a program.
 *
 * @param program The ruleset.
 * @param p The transit that every packet uses.
 * @param isTraced Whether each rule that is seen is noted.
 * @returns A function for each chain, by its number.
 */
export function chainFunctions(
  program: Program,
  p: Transit,
  isTraced: boolean,
): readonly ChainFunction[] {
  const scope = new Scope({
    ...{ p, b: p.octets, d: p.view, bits, compareTerms, stateBits, count },
    ...{ hashParts, counted, fib, isIntercepted, socketOf, setBits, strip },
    ...{ dynamicSet, isAlive, passes, update, setUp },
    ...{ masqueradeAddress, redirectAddress },
    ...{ findChunk, findExtension, findIpOption, findTcpOption },
  });
  const sources = program.chains.flatMap(({ table, chain }, number) => {
    const parts: string[] = [];
    const { rules } = chain;
    for (let from = 0, part = 0; part === 0 || from < rules.length; part++) {
      const writer = new Writer(table, program, scope, isTraced);
      const some = rules.slice(from, from += RULES);
      for (const rule of some) {
        writeRule(writer, program.numbers.get(rule)!, rule.statements);
      }
      const next = from < rules.length ? `c${number}_${part + 1}()` : "0";
      const name = part === 0 ? `c${number}` : `c${number}_${part}`;
      const body = [...writer.head, ...writer.lines].join("\n");
      parts.push(`function ${name}() {
${declarations(body)}${body}
return ${next};
}`);
    }
    return parts;
  });
  const names = Object.keys(scope.values);
  const source = `"use strict";
${sources.join("\n")}
return [${program.chains.map((_, i) => `c${i}`).join(", ")}];`;
  return new Function(...names, source)(...Object.values(scope.values));
}

const FIELDS = [
  ...[["fam", "p.family"], ["l4", "p.l4proto"], ["pr", "p.protocol"]],
  ...[["nh", "p.nh"], ["th", "p.th"], ["tho", "p.thoff"], ["end", "p.end"]],
] as const;

/** Declares what a body names of the packet's places. */
function declarations(body: string): string {
  const used = FIELDS.filter(([name]) =>
    new RegExp(`(?<![.\\w])${name}\\b(?!:)`).test(body)
  );
  return used.length === 0
    ? ""
    : `const ${used.map(([name, from]) => `${name} = ${from}`).join(", ")};\n`;
}
