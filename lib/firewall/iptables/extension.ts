/**
 * What a match or target of iptables is, for those who read its options.
 *
 * @module
 */

import type { Expression } from "../model/expression.ts";
import type { Hook, NamedObject, NamedSet } from "../model/ruleset.ts";
import type { Statement } from "../model/statement.ts";
import type { Options } from "./options.ts";
import { Refused } from "./refusal.ts";

/**
 * What a match becomes: several lists of statements where no rule of nft can
 * say it in one. No packet ever fits two of them.
 */
export type Alternatives = readonly (readonly Statement[])[];

/** The rule around a match or target. */
export interface Setting {
  readonly family: "ip" | "ip6";
  readonly table: string;
  /** The hooks from which the rule's chain is reached. */
  readonly hooks: ReadonlySet<Hook>;
  /** The protocol that the rule is for, by name. */
  readonly protocol: string | undefined;
  /** The protocol of the connection that `--ctproto` asks for, as given. */
  readonly tracked: string | undefined;
  /** Puts a set beside the rule, or finds the one that is there already. */
  addSet(set: NamedSet, offset: number): void;
  /** A name that no set of the table has. */
  freeName(stem: string): string;
  addObject(object: NamedObject): void;
}

/** A match or target. */
export interface Extension {
  /** Its options, and how many values each has. */
  readonly options: Readonly<Record<string, number>>;
  /** Other names of options. */
  readonly aliases?: Readonly<Record<string, string>>;
  /** The only family that has it. */
  readonly family?: "ip" | "ip6";
  /** Keeps count: it must not be made two of. */
  readonly stateful?: true;
  readonly read: (given: Options, setting: Setting) => Alternatives;
}

/** Extensions by name. */
export type Extensions = Readonly<Record<string, Extension>>;

export const payload = (protocol: string, field: string): Expression => ({
  payload: { protocol, field },
});
export const meta = (key: string): Expression => ({ meta: { key } });
export const ct = (key: string, dir?: "original" | "reply"): Expression => ({
  ct: dir ? { key, dir } : { key },
});
export const and = (left: Expression, right: Expression): Expression => ({
  "&": [left, right],
});

/** A comparison, turned round if asked. */
export const is = (
  left: Expression,
  right: Expression,
  negated = false,
): Statement => ({ match: { op: negated ? "!=" : "==", left, right } });

/** One of several values. */
export const isOneOf = (
  left: Expression,
  values: readonly Expression[],
  negated = false,
): Statement =>
  is(
    left,
    values.length === 1 ? values[0]! : { set: values as readonly [] },
    negated,
  );

/** Just one way to say it. */
export const one = (...statements: Statement[]): Alternatives => [statements];

/** The transport headers that matches of ports may stand on. */
export const PORT_PROTOCOLS: ReadonlySet<string> = new Set([
  "tcp",
  "udp",
  "udplite",
  "sctp",
  "dccp",
]);

/** The rule's protocol, which must be one of some. */
export function neededProtocol(
  given: Options,
  { protocol }: Setting,
  names: Iterable<string>,
): string {
  const list = [...names];
  if (protocol !== undefined && list.includes(protocol)) return protocol;
  throw new Refused(
    `${given.name} needs -p ${list.join(", -p ")}`,
    given.offset,
  );
}

/** Refuses what can be true of no packet. */
export function never(offset: number): never {
  throw new Refused(
    "no packet ever fits this",
    offset,
    "leave the rule out",
  );
}
