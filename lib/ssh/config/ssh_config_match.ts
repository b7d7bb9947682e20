/**
 * What a `Match` line asks for, and whether it is so.
 *
 * @see ssh_config(5), Match
 * @module
 */

import { NetError } from "../../errors.ts";
import { matchesHosts, matchesList } from "./patterns.ts";

/** One thing that a `Match` line asks for. */
export interface Criterion {
  /** What is looked at. */
  readonly attribute: string;
  /** Whether it must not be so. */
  readonly isNegated: boolean;
  /** What it must match; empty where nothing is to be matched. */
  readonly argument: string;
}

/** What criteria are held against. */
export interface MatchFacts {
  /** The name or address to connect to, as far as it is known. */
  readonly host: string;
  /** The host as it was named. */
  readonly originalHost: string;
  /** Who logs in there. */
  readonly user: string;
  /** Who runs this program. */
  readonly localUser: string;
  /** What `Tag` says. */
  readonly tag: string;
  /** Whether this is the second reading. */
  readonly isFinal: boolean;
  /** Where the line is, for errors: `file line 3`. */
  readonly place: string;
}

const ALONE = new Set(["all", "canonical", "final"]);
const WITH_LIST = new Set([
  "host",
  "originalhost",
  "user",
  "localuser",
  "tagged",
]);
/** Known to OpenSSH, and asked for here in vain. */
const REFUSED = new Set([
  "exec",
  "localnetwork",
  "version",
  "sessiontype",
  "command",
]);

/**
 * Reads what a `Match` line asks for.
 *
 * @param args The line's arguments.
 * @param fault Is told what is wrong.
 * @returns The criteria; `null` if something is wrong.
 */
export function parseCriteria(
  args: readonly string[],
  fault: (reason: string) => void,
): Criterion[] | null {
  // `host=a`, `host = a` and `host a` are the same.
  const words = args.flatMap((arg, i) => {
    const at = arg.indexOf("=");
    const isAttribute = at > 0 && /^!?[a-z]+$/i.test(arg.slice(0, at)) &&
      (i === 0 || !WITH_LIST.has(bare(args[i - 1]!)));
    return isAttribute
      ? [arg.slice(0, at), arg.slice(at + 1)]
      : [at === 0 ? arg.slice(1) : arg];
  }).filter((word) => word !== "");
  const criteria: Criterion[] = [];
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!;
    const attribute = bare(word);
    const isNegated = word.startsWith("!");
    const hasAll = criteria.at(-1)?.attribute === "all";
    if (hasAll || attribute === "all" && criteria.length > 1) {
      fault("all beside other criteria of Match");
      return null;
    }
    if (ALONE.has(attribute)) {
      criteria.push({ attribute, isNegated, argument: "" });
      continue;
    }
    if (!WITH_LIST.has(attribute) && !REFUSED.has(attribute)) {
      fault(`a criterion of Match that is not known, ${word}`);
      return null;
    }
    const argument = words[++i];
    if (argument === undefined) {
      fault(`no argument after the criterion ${word} of Match`);
      return null;
    }
    criteria.push({ attribute, isNegated, argument });
  }
  if (criteria.length > 0) return criteria;
  fault("no criteria after Match");
  return null;
}

/**
 * Whether everything that a `Match` line asks for is so.
 *
 * @param criteria What it asks for.
 * @param facts How it is.
 * @throws {NetError} With code `"ssh-config"` if that hangs on a program's
 * answer, or on what else is not looked at here.
 */
export function meets(
  criteria: readonly Criterion[],
  facts: MatchFacts,
): boolean {
  return criteria.every(({ attribute, isNegated, argument }) =>
    isSo(attribute, argument, facts) !== isNegated
  );
}

function isSo(attribute: string, argument: string, facts: MatchFacts): boolean {
  const list = argument.split(",");
  switch (attribute) {
    case "all":
      return true;
    case "canonical":
    case "final":
      return facts.isFinal;
    case "host":
      return matchesHosts(facts.host, list);
    case "originalhost":
      return matchesHosts(facts.originalHost, list);
    case "user":
      return matchesList(facts.user, list);
    case "localuser":
      return matchesList(facts.localUser, list);
    case "tagged":
      return matchesList(facts.tag, list);
  }
  throw new NetError(
    attribute === "exec"
      ? `Match exec would run a program, ${
        JSON.stringify(argument)
      }, which is not done here`
      : `Match ${attribute} is not looked at here`,
    {
      code: "ssh-config",
      op: "read",
      target: facts.place,
      hint:
        "criteria host, user or tagged in its place, or { config: false } and options",
    },
  );
}

function bare(word: string): string {
  return word.replace(/^!/, "").toLowerCase();
}
