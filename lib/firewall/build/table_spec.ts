/**
 * Tables, chains, sets and maps as people write them: what TypeScript lets
 * stand where.
 *
 * @module
 */

import type {
  Family,
  Hook,
  NamedObject,
  Rule,
  SetProperties,
  Table,
} from "../model/ruleset.ts";
import type { LooseValue } from "../model/value.ts";
import type { State, VerdictLike } from "./field.ts";
import type { RuleData } from "./steps.ts";
import type { ValueTypes } from "./value_types.ts";

export type { LooseValue };

/** Families of addresses that a rule may be for. */
export type RuleFamily = State["family"];

/** A rule of some kind for packets of some families. */
export type RuleIn<Kind extends State["kind"], F extends RuleFamily> =
  | Rule
  | RuleData<
    { readonly transport: boolean; readonly family: F; readonly kind: Kind }
  >;

/** What all chains have. */
export interface ChainOptions<
  Kind extends State["kind"],
  F extends RuleFamily,
> {
  /** Its rules, in order. */
  readonly rules?: readonly RuleIn<Kind, F>[];
  /** What it is for: at most 127 octets. */
  readonly comment?: string;
}

/** What base chains have. */
export interface BaseOptions {
  /** Where in a packet's way it stands. */
  readonly hook: Hook;
  /** A number, or a name as `"filter"`, `"dstnat"`, `"srcnat - 5"`. */
  readonly priority: number | string;
  /** What becomes of packets that no rule decided. @default {"accept"} */
  readonly policy?: "accept" | "drop";
  /** Of `ingress` and `egress`. */
  readonly devices?: readonly string[];
}

/** A base chain that filters, or reroutes: no rule of it translates addresses. */
export interface FilterChain<F extends RuleFamily>
  extends ChainOptions<"plain", F>, BaseOptions {
  /** What the chain may do. */
  readonly type: "filter" | "route";
}

/** A base chain that translates addresses. */
export interface NatChain<F extends RuleFamily>
  extends ChainOptions<"plain" | "nat", F>, BaseOptions {
  /** What the chain may do. */
  readonly type: "nat";
}

/** A chain that others jump to. */
export interface RegularChain<F extends RuleFamily>
  extends ChainOptions<"plain" | "nat", F> {
  /** What the chain may do. */
  readonly type?: never;
}

/** A chain. */
export type ChainSpec<F extends RuleFamily = RuleFamily> =
  | FilterChain<F>
  | NatChain<F>
  | RegularChain<F>;

/** The name of a data type. */
export type TypeName = keyof ValueTypes;

/** What sets and maps have. */
export interface SetOptions
  extends
    Pick<SetProperties, "flags" | "size" | "autoMerge" | "comment" | "policy"> {
  /** The data type of a key, or those of its parts. */
  readonly type: TypeName | readonly TypeName[];
  /** Seconds that elements stay, or a text as `"1h"`. */
  readonly timeout?: number | string;
  /** What stands with each element: `rule.counter()`. */
  readonly with?: RuleData;
}

/** A named set. */
export interface SetSpec extends SetOptions {
  /** What is in it. */
  readonly elements?: readonly (LooseValue | readonly LooseValue[])[];
}

/** A named map. */
export interface MapSpec extends SetOptions {
  /** The data type of what keys stand for, or a kind of object. */
  readonly value:
    | TypeName
    | readonly TypeName[]
    | "verdict"
    | "counter"
    | "quota"
    | "limit"
    | "synproxy"
    | "secmark"
    | "ct helper"
    | "ct timeout"
    | "ct expectation";
  /** What is in it. */
  readonly elements?: readonly (readonly [
    LooseValue | readonly LooseValue[],
    LooseValue | VerdictLike | readonly LooseValue[],
  ])[];
}

/** The families of rules that a table of a family can hold. */
export type FamiliesIn<F extends Family> = F extends "ip" ? "any" | "ip"
  : F extends "ip6" ? "any" | "ip6"
  : F extends "arp" ? "any"
  : RuleFamily;

/** What a table holds, by name. */
export interface TableSpec<F extends Family> {
  /** Chains by name. */
  readonly chains?: Readonly<Record<string, ChainSpec<FamiliesIn<F>>>>;
  /** Sets by name. */
  readonly sets?: Readonly<Record<string, SetSpec>>;
  /** Maps by name. */
  readonly maps?: Readonly<Record<string, MapSpec>>;
  /** Counters, quotas, limits and other objects; their names are the keys. */
  readonly objects?: Readonly<
    Record<string, Each<NamedObject, "name" | "handle">>
  >;
  /** `"dormant"`: it sees no packets for now. */
  readonly flags?: Table["flags"];
  /** What it is for: at most 127 octets. */
  readonly comment?: string;
}

/** Each of several types without some of its keys. */
export type Each<T, K extends PropertyKey> = T extends unknown ? Omit<T, K>
  : never;
