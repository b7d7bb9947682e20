/**
 * Under which rules a whole path was issued: the policies that hold from the
 * root down to the end, with their mappings.
 *
 * A graph in place of the RFC's tree, which a forger can make grow without end.
 *
 * @see RFC 5280 §6.1, RFC 9618
 * @module
 */

import type { Certificate } from "../certificate.ts";

/** The policy that stands for all. */
export const ANY_POLICY = "2.5.29.32.0";

/** What is asked of the policies of a path. */
export interface PolicyOptions {
  /** Policies that will do, by number. @default {any} */
  acceptable?: readonly string[] | undefined;
  /** Whether the path has to have a policy. @default {false} */
  requireExplicit?: boolean | undefined;
  /** Whether mappings are without effect. @default {false} */
  inhibitMapping?: boolean | undefined;
  /** Whether `anyPolicy` says nothing. @default {false} */
  inhibitAny?: boolean | undefined;
}

/** What came of it. */
export interface PolicyOutcome {
  /** Where the first certificate is after which no policy holds, from the root. */
  readonly brokenAt: number | undefined;
  /** The policies that hold at the end, by number. */
  readonly policies: readonly string[];
}

/** A policy that holds down to a level. */
interface Node {
  readonly policy: string;
  expected: ReadonlySet<string>;
  readonly parents: Set<Node>;
}

type Level = Map<string, Node>;

/**
 * Follows the policies of a path.
 *
 * @param path The certificates below the root, the highest first.
 * @param options What is asked.
 */
export function checkPolicies(
  path: readonly Certificate[],
  options: PolicyOptions = {},
): PolicyOutcome {
  const length = path.length;
  const { acceptable = [ANY_POLICY], requireExplicit = false } = options;
  let explicit = requireExplicit ? 0 : length + 1;
  let mapping = options.inhibitMapping ? 0 : length + 1;
  let any = options.inhibitAny ? 0 : length + 1;
  const root: Node = {
    policy: ANY_POLICY,
    expected: new Set([ANY_POLICY]),
    parents: new Set(),
  };
  const levels: Level[] = [new Map([[ANY_POLICY, root]])];
  let alive = true;
  for (const [i, certificate] of path.entries()) {
    const last = i === length - 1;
    const selfIssued = certificate.selfIssued;
    if (alive && certificate.policies) {
      const level = nextLevel(
        levels.at(-1)!,
        certificate,
        any > 0 || !last && selfIssued,
      );
      levels.push(level);
      alive = prune(levels);
    } else alive = false;
    if (explicit === 0 && !alive) return { brokenAt: i, policies: [] };
    if (last) break;
    if (alive) {
      applyMappings(levels, certificate, mapping > 0);
      alive = prune(levels);
    }
    if (!selfIssued) {
      explicit = Math.max(0, explicit - 1);
      mapping = Math.max(0, mapping - 1);
      any = Math.max(0, any - 1);
    }
    const { policyConstraints: limits, inhibitAnyPolicy = Infinity } =
      certificate;
    explicit = Math.min(explicit, limits?.requireExplicitPolicy ?? Infinity);
    mapping = Math.min(mapping, limits?.inhibitPolicyMapping ?? Infinity);
    any = Math.min(any, inhibitAnyPolicy);
  }
  explicit = Math.max(0, explicit - 1);
  if (path.at(-1)?.policyConstraints?.requireExplicitPolicy === 0) explicit = 0;
  const policies = alive ? accepted(levels, new Set(acceptable)) : [];
  return {
    brokenAt: explicit === 0 && policies.length === 0 && length > 0
      ? length - 1
      : undefined,
    policies,
  };
}

/** RFC 5280 §6.1.3 (d): what a certificate's policies make of those above. */
function nextLevel(
  above: Level,
  { policies = [] }: Certificate,
  anyHolds: boolean,
): Level {
  const level: Level = new Map();
  const byExpected = new Map<string, Node[]>();
  for (const node of above.values()) {
    for (const policy of node.expected) {
      const nodes = byExpected.get(policy);
      if (nodes) nodes.push(node);
      else byExpected.set(policy, [node]);
    }
  }
  const add = (policy: string, parents: Iterable<Node>) => {
    const node = level.get(policy);
    if (node) { for (const parent of parents) node.parents.add(parent); }
    else {
      level.set(policy, {
        policy,
        expected: new Set([policy]),
        parents: new Set(parents),
      });
    }
  };
  const anyAbove = above.get(ANY_POLICY);
  for (const { oid } of policies) {
    if (oid === ANY_POLICY) continue;
    const parents = byExpected.get(oid);
    if (parents) add(oid, parents);
    else if (anyAbove) add(oid, [anyAbove]);
  }
  if (anyHolds && policies.some(({ oid }) => oid === ANY_POLICY)) {
    for (const [policy, parents] of byExpected) {
      if (!level.has(policy)) add(policy, parents);
    }
  }
  return level;
}

/** RFC 5280 §6.1.4 (a) and (b). */
function applyMappings(
  levels: readonly Level[],
  { policyMappings }: Certificate,
  allowed: boolean,
): void {
  const level = levels.at(-1)!;
  const mapped = new Map<string, Set<string>>();
  for (const { issuer, subject } of policyMappings) {
    mapped.set(issuer, (mapped.get(issuer) ?? new Set()).add(subject));
  }
  for (const [policy, expected] of mapped) {
    const node = level.get(policy);
    if (!allowed) level.delete(policy);
    else if (node) node.expected = expected;
    else {
      const any = level.get(ANY_POLICY);
      if (any) {
        level.set(policy, { policy, expected, parents: new Set(any.parents) });
      }
    }
  }
}

/** Drops what leads nowhere; says whether anything is left. */
function prune(levels: readonly Level[]): boolean {
  for (let i = levels.length - 1; i > 0; i--) {
    const used = new Set<Node>();
    for (const node of levels[i]!.values()) {
      for (const parent of node.parents) used.add(parent);
    }
    const above = levels[i - 1]!;
    for (const [policy, node] of above) {
      if (!used.has(node)) above.delete(policy);
    }
  }
  return levels.at(-1)!.size > 0 && levels[0]!.size > 0;
}

/** RFC 5280 §6.1.5 (g): the policies at the end that come from accepted ones. */
function accepted(
  levels: readonly Level[],
  acceptable: ReadonlySet<string>,
): string[] {
  if (acceptable.has(ANY_POLICY)) return [...levels.at(-1)!.keys()];
  const good = new Set<Node>();
  for (const level of levels) {
    for (const node of level.values()) {
      // The authorities' own words are those right below their "any".
      const own = node.policy !== ANY_POLICY &&
        [...node.parents].some(({ policy }) => policy === ANY_POLICY);
      const fine = node.policy === ANY_POLICY ||
        own && acceptable.has(node.policy) ||
        [...node.parents].some((parent) =>
          parent.policy !== ANY_POLICY && good.has(parent)
        );
      if (fine) good.add(node);
    }
  }
  const end = levels.at(-1)!;
  const held = [...end.values()].filter((node) =>
    node.policy !== ANY_POLICY && good.has(node)
  ).map(({ policy }) => policy);
  return end.has(ANY_POLICY) ? [...new Set([...held, ...acceptable])] : held;
}
