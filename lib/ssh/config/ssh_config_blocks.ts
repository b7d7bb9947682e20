/**
 * The parts of a configuration: what it sets, and for whom.
 *
 * @see ssh_config(5)
 * @module
 */

import { NetError } from "../../errors.ts";
import { findKeyword } from "./ssh_config_keywords.ts";
import {
  type ConfigLine,
  configLines,
  type ConfigProblem,
} from "./ssh_config_lines.ts";
import { type Criterion, parseCriteria } from "./ssh_config_match.ts";
import { matchesList } from "./patterns.ts";

/** One part of a configuration, in order. */
export type ConfigPart =
  & {
    /** The file, as it was named. */
    readonly path: string;
    /** The line's number, from 1. */
    readonly line: number;
  }
  & (
    | { readonly kind: "host"; readonly patterns: readonly string[] }
    | { readonly kind: "match"; readonly criteria: readonly Criterion[] }
    | {
      readonly kind: "include";
      readonly patterns: readonly string[];
      /** The parts of each file, once they are read. */
      files: readonly (readonly ConfigPart[])[];
    }
    | {
      readonly kind: "set";
      readonly name: string;
      readonly values: readonly string[];
      readonly adds: boolean;
    }
  );

/** A configuration's parts, and what is wrong with it. */
interface ConfigParts {
  readonly parts: readonly ConfigPart[];
  /** What OpenSSH would not start with. */
  readonly faults: readonly ConfigProblem[];
  /** Keywords that nobody knows. */
  readonly unknown: readonly ConfigProblem[];
}

/**
 * Reads a configuration's text.
 *
 * @param text The text.
 * @param path The file, for errors.
 */
function readParts(text: string, path: string): ConfigParts {
  const parts: ConfigPart[] = [];
  const faults: ConfigProblem[] = [];
  const unknown: ConfigProblem[] = [];
  const ignored: string[] = [];
  for (const line of configLines(text, path, (fault) => faults.push(fault))) {
    const fault = (reason: string) => {
      faults.push({ path, line: line.line, reason });
    };
    const part = readPart(line, fault);
    if (part) parts.push(part);
    if (part?.kind === "set" && part.name === "ignoreunknown") {
      ignored.push(...part.values.flatMap((value) => value.split(",")));
    }
    if (part === undefined && !matchesList(line.keyword, ignored)) {
      const reason = `a keyword that is not known, ${line.keyword}`;
      unknown.push({ path, line: line.line, reason });
    }
  }
  return { parts, faults, unknown };
}

/** Nothing if the keyword is not known, `null` if there is nothing to do. */
function readPart(
  { path, line, keyword: written, args, rest }: ConfigLine,
  fault: (reason: string) => void,
): ConfigPart | null | undefined {
  const place = { path, line };
  if (written === "host") return { kind: "host", patterns: args, ...place };
  if (written === "include") {
    return { kind: "include", patterns: args, files: [], ...place };
  }
  if (written === "match") {
    const criteria = parseCriteria(args, fault);
    return criteria && { kind: "match", criteria, ...place };
  }
  const found = findKeyword(written);
  if (found === "gone") return null;
  if (found === undefined) return undefined;
  const { name, keyword } = found;
  const set = (values: readonly string[]): ConfigPart => ({
    kind: "set",
    name,
    values,
    adds: keyword.adds === true,
    ...place,
  });
  if (keyword.form === "rest") return set([rest.replace(/^[\s=]+/, "")]);
  if (args.length === 0 || args[0] === "") {
    fault(`no argument after ${written}`);
    return null;
  }
  if (keyword.form === "list") {
    const wrong = listFault(name, args);
    if (wrong) fault(wrong);
    return wrong ? null : set(args);
  }
  if (args.length > 1 && name !== "proxyjump") {
    if (!SEVERAL_WORDS.has(name)) {
      fault(`more than one argument after ${written}`);
      return null;
    }
    return set(args);
  }
  const value = keyword.value ? keyword.value(args[0]!) : args[0]!;
  if (value === undefined) {
    fault(`${written} must be ${keyword.must}, and not ${args[0]}`);
    return null;
  }
  return value === keyword.nothing ? null : set([value]);
}

/** Keywords of one value that has two words now and then. */
const SEVERAL_WORDS = new Set([
  "addkeystoagent",
  "channeltimeout",
  "ipqos",
  "rekeylimit",
]);

function listFault(name: string, args: readonly string[]): string | undefined {
  if (/knownhostsfile$/.test(name) && args.length > 1) {
    return args.some((arg) => arg.toLowerCase() === "none")
      ? `none beside other files after ${name}`
      : undefined;
  }
  if (name === "setenv") {
    const bare = args.find((arg) => !arg.includes("="));
    return bare === undefined ? undefined : `setenv without a =, ${bare}`;
  }
  return undefined;
}

/** The parts of a text without faults. */
export function checkedParts(
  text: string,
  path: string,
  problems: ConfigProblem[],
): ConfigPart[] {
  const { parts, faults, unknown } = readParts(text, path);
  const [first] = faults;
  if (first) {
    const more = faults.length > 1 ? ` (and ${faults.length - 1} more)` : "";
    throw new NetError(`${first.reason}${more}`, {
      code: "ssh-config",
      op: "read",
      target: `${first.path} line ${first.line}`,
      hint: "correct the line, or put # before it",
    });
  }
  problems.push(...unknown);
  return [...parts];
}

/** As deep as OpenSSH goes. */
const DEEPEST = 16;

/** Refuses files that include each other for ever. */
export function checkDepth(depth: number, part: ConfigPart): void {
  if (depth < DEEPEST) return;
  throw new NetError(`files include each other more than ${DEEPEST} deep`, {
    code: "ssh-config",
    op: "read",
    target: `${part.path} line ${part.line}`,
    hint: "look for a file that includes itself",
  });
}
