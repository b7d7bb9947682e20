/**
 * What a builder's field can do, and what it knows of the rule so far.
 *
 * @module
 */

import type { Expression, SetReference, Verdict } from "../model/expression.ts";

/** What is known of a rule from its steps, for TypeScript to check the next. */
export interface State {
  /** Whether it says which transport protocol its packets have. */
  readonly transport: boolean;
  /** The family of addresses that it is for. */
  readonly family: "any" | "ip" | "ip6";
  /** Whether it translates addresses. */
  readonly kind: "plain" | "nat";
}

/** An empty rule. */
export interface Start extends State {
  /** Whether it says which transport protocol. */
  readonly transport: false;
  /** For which addresses it is. */
  readonly family: "any";
  /** Whether it translates addresses. */
  readonly kind: "plain";
}

/** What a header, key or match makes known. */
export interface Needs {
  /** The transport protocol. */
  readonly l4proto?: string;
  /** The family of protocols. */
  readonly nfproto?: string;
}

/** A rule's state after a step that makes something known. */
export interface After<S extends State, N> extends State {
  /** Whether it says which transport protocol. */
  readonly transport: N extends { readonly l4proto: string } ? true
    : S["transport"];
  /** For which addresses it is. */
  readonly family: N extends { readonly nfproto: "ipv4" } ? "ip"
    : N extends { readonly nfproto: "ipv6" } ? "ip6"
    : S["family"];
  /** Whether it translates addresses. */
  readonly kind: S["kind"];
}

/** Something that has a value for each packet. */
export interface Readable {
  /** As data. */
  readonly expression: Expression;
}

/** A verdict: by name, as `"jump name"`, or as data. */
export type VerdictLike =
  | "accept"
  | "drop"
  | "continue"
  | "return"
  | `jump ${string}`
  | `goto ${string}`
  | Verdict;

/** Verdicts by value: as an object, or as pairs; `"*"` is for all the rest. */
export type VerdictsBy<V> =
  | readonly (readonly [V | "*", VerdictLike])[]
  | { readonly [Key in Extract<V, string | number> | "*"]?: VerdictLike }
  | SetReference;

/** A field, by which a rule compares packets with values. */
export interface Field<V, Next = unknown> extends Readable {
  /**
   * Goes on if the field has one of the values; of bits, if one of them is set.
   *
   * @param value A value.
   * @param more Others.
   * @returns The rule so far.
   */
  (value: V, ...more: readonly V[]): Next;
  /** Goes on if the field is just this. */
  is(value: V): Next;
  /** Goes on if the field is anything else. */
  not(value: V): Next;
  /** Goes on if the field is one of these; of bits, if one of them is set. */
  in(values: readonly V[] | SetReference): Next;
  /** Goes on if the field is none of these; of bits, if none of them is set. */
  notIn(values: readonly V[] | SetReference): Next;
  /** Goes on if the field is from the first to the second, both included. */
  between(first: V, last: V): Next;
  /** Goes on if the field is less. */
  lt(value: V): Next;
  /** Goes on if the field is less or the same. */
  le(value: V): Next;
  /** Goes on if the field is greater. */
  gt(value: V): Next;
  /** Goes on if the field is greater or the same. */
  ge(value: V): Next;
  /** The bits of the field that a mask keeps; several names make one mask. */
  and(mask: V | readonly V[]): Masked<V, Next>;
  /** Gives each value its verdict; others go on to the next rule. */
  vmap(verdicts: VerdictsBy<V>): Next;
  /** What a map has for the field, to set or send something to. */
  map(
    values: readonly (readonly [V | "*", unknown])[] | SetReference,
  ): Readable;
}

/** A field that rules can write. */
export interface WritableField<V, Next = unknown> extends Field<V, Next> {
  /** Writes a value, or what another field or a map has. */
  set(value: V | Readable): Next;
}

/** Some bits of a field. */
export interface Masked<V, Next> extends Readable {
  /** Goes on if the bits are just these. */
  is(value: V | readonly V[] | 0): Next;
  /** Goes on if the bits are any others. */
  not(value: V | readonly V[] | 0): Next;
}

/** Whether something is there at all. */
export interface Existence<Next> extends Readable {
  /** Goes on if it is there. */
  exists(): Next;
  /** Goes on if it is not. */
  missing(): Next;
}
