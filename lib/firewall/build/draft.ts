/**
 * A rule while it is being written: immutable, each step makes another.
 *
 * @module
 */

import { canonicalStatement } from "../model/canonical_statement.ts";
import type { Rule } from "../model/ruleset.ts";
import type { Statement } from "../model/statement.ts";
import type { Needs } from "./field.ts";

/** What the steps so far have made. */
export interface Draft {
  readonly statements: readonly Statement[];
  readonly comment?: string;
  readonly transport: boolean;
  readonly family: "any" | "ip" | "ip6";
  readonly kind: "plain" | "nat";
  /** The verdict or other end, once there is one. */
  readonly end?: string;
}

/** No step yet. */
export const empty: Draft = {
  statements: [],
  transport: false,
  family: "any",
  kind: "plain",
};

/**
 * Adds a statement.
 *
 * @param draft The rule so far.
 * @param name What the step is called, for errors.
 * @param statement The statement; its values need not be canonical.
 * @returns The rule with it.
 * @throws {TypeError} After a verdict, or if a value is wrong.
 */
export function step(
  draft: Draft,
  name: string,
  statement: Statement,
  needs: Needs = {},
): Draft {
  refuseAfterEnd(draft, name);
  const known = knowing(draft, needs, name);
  const place = {
    family: "inet",
    what: "build a rule",
    building: true,
    ip: known.family === "any" ? undefined : known.family,
  } as const;
  const statements = [
    ...draft.statements,
    canonicalStatement(statement, place),
  ];
  return { ...known, statements };
}

/** Refuses a step behind a verdict. */
export function refuseAfterEnd(draft: Draft, name: string): void {
  if (draft.end === undefined) return;
  throw new TypeError(
    `Cannot build a rule as nothing but a comment can follow ${draft.end}: next comes ${name}`,
  );
}

/** The rule with what a header or match makes known. */
export function knowing(draft: Draft, needs: Needs, name: string): Draft {
  const { l4proto, nfproto } = needs;
  const family = nfproto === "ipv4"
    ? "ip"
    : nfproto === "ipv6"
    ? "ip6"
    : draft.family;
  if (draft.family !== "any" && family !== draft.family) {
    throw new TypeError(
      `Cannot build a rule with ${name} as it is for packets of family ${draft.family} already`,
    );
  }
  const transport = draft.transport || l4proto !== undefined;
  return transport === draft.transport && family === draft.family
    ? draft
    : { ...draft, transport, family };
}

/** The rule as data. */
export const ruleOf = ({ statements, comment }: Draft): Rule => ({
  statements,
  ...comment !== undefined && { comment },
});
