/**
 * Matches that say what a later one says as well: nft adds them where they
 * are missing, and leaves them out of a listing.
 *
 * @module
 */

import type { Expression, Literal } from "./expression.ts";
import { headers } from "./fields.ts";
import type { Family } from "./ruleset.ts";
import type { Match, Statement } from "./statement.ts";

type Structured = Exclude<Expression, Literal | readonly string[]>;

/** What a match on the kind of packet says, as a header needs it. */
interface Said {
  readonly key: "l4proto" | "nfproto" | "protocol" | "iiftype";
  readonly value: string;
}

const NFPROTO: Readonly<Record<string, string>> = { ip: "ipv4", ip6: "ipv6" };

/**
 * Leaves out the matches of a rule that the next ones imply, and puts
 * neighbouring fields that are both compared in the order of the header.
 *
 * @param statements The rule's statements, each in canonical form.
 * @param family The table's family.
 * @returns The statements that are left.
 */
export function withoutImplied(
  statements: readonly Statement[],
  family: Family,
): readonly Statement[] {
  let kept: Statement[] | undefined;
  for (let i = 0; i < statements.length - 1; i++) {
    const said = saidBy(statements[i]!, family);
    if (
      said && impliedLater(statements, i + 1, said, family) ||
      isTypeOfNext(statements[i]!, statements[i + 1]!)
    ) {
      kept ??= statements.slice(0, i);
    } else kept?.push(statements[i]!);
  }
  kept?.push(statements.at(-1)!);
  return inHeaderOrder(kept ?? statements);
}

const protocolOf = (value: string): Said =>
  NFPROTO[value]
    ? { key: "nfproto", value: NFPROTO[value] }
    : { key: "protocol", value };

function saidBy(statement: Statement, family: Family): Said | undefined {
  if (!("match" in statement)) return undefined;
  const { op, left, right } = statement.match;
  if (op !== "==" || typeof right !== "string" || typeof left !== "object") {
    return undefined;
  }
  const e = left as Structured;
  const link = family === "bridge" || family === "netdev";
  if ("payload" in e && "protocol" in e.payload) {
    // In other families this says more: that there is an Ethernet header.
    const { protocol, field } = e.payload;
    if (protocol !== "ether" || field !== "type") return undefined;
    return link || right === "8021q" ? protocolOf(right) : undefined;
  }
  if ("meta" in e) {
    const { key } = e.meta;
    if (key === "l4proto" || key === "iiftype") return { key, value: right };
    if (key === "nfproto") {
      return family === "inet" ? { key, value: right } : undefined;
    }
    // What inet tables ask for is nfproto; nft keeps this beside it there.
    if (key === "protocol" && link) return protocolOf(right);
  }
  return undefined;
}

/** Whether a match that comes before anything else happens needs the same. */
function impliedLater(
  statements: readonly Statement[],
  from: number,
  said: Said,
  family: Family,
): boolean {
  for (let i = from; i < statements.length; i++) {
    const statement = statements[i]!;
    if (needs(statement, said, family)) return true;
    if (!("match" in statement)) return false;
    // A counter that counts on for packets of another kind is another counter.
    const { left } = statement.match;
    if (typeof left === "object" && "numgen" in left) return false;
  }
  return false;
}

function needs(statement: Statement, said: Said, family: Family): boolean {
  if ("match" in statement) {
    return expressionNeeds(statement.match.left, said, family);
  }
  if ("vmap" in statement) {
    return expressionNeeds(statement.vmap.key, said, family);
  }
  if ("mangle" in statement) {
    return expressionNeeds(statement.mangle.key, said, family);
  }
  if ("reject" in statement) {
    const type = statement.reject?.type;
    if (said.key === "l4proto") {
      return type === "tcp reset" && said.value === "tcp";
    }
    return said.key === "nfproto" && family !== "bridge" &&
      (type === "icmp" && said.value === "ipv4" ||
        type === "icmpv6" && said.value === "ipv6");
  }
  return false;
}

function expressionNeeds(
  expression: Expression,
  said: Said,
  family: Family,
): boolean {
  if (typeof expression !== "object" || Array.isArray(expression)) return false;
  const e = expression as Structured;
  if ("payload" in e) {
    if ("base" in e.payload) return false;
    const header = headers[e.payload.protocol]!;
    if (said.key === "iiftype" && family === "bridge") return false;
    return header.needs.some(({ key, value }) =>
      key === said.key && value === said.value
    );
  }
  if ("exthdr" in e) return said.key === "nfproto" && said.value === "ipv6";
  if ("ip option" in e) return said.key === "nfproto" && said.value === "ipv4";
  if ("concat" in e) {
    return e.concat.some((part: Expression) =>
      expressionNeeds(part, said, family)
    );
  }
  for (const operator of ["&", "|", "^", "<<", ">>"] as const) {
    if (operator in e) {
      const [left] = (e as Record<string, readonly Expression[]>)[operator]!;
      return expressionNeeds(left!, said, family);
    }
  }
  return false;
}

/** Whether a match on a message's type says what the next field needs. */
function isTypeOfNext(statement: Statement, next: Statement): boolean {
  const type = payloadOf(statement);
  if (type?.field !== "type" || !type.protocol.startsWith("icmp")) return false;
  const field = payloadOf(next);
  if (field?.protocol !== type.protocol) return false;
  const needed = headers[field.protocol]?.fields[field.field]?.ofType;
  const { op, right } = (statement as Match).match;
  if (!needed || op !== "==") return false;
  const said = typeof right === "object" && "set" in right
    ? right.set
    : [right];
  return said.length === needed.length &&
    said.every((name) => needed.includes(name as string));
}

function payloadOf(
  statement: Statement,
): { readonly protocol: string; readonly field: string } | undefined {
  if (!("match" in statement)) return undefined;
  const { left } = statement.match;
  return typeof left === "object" && "payload" in left &&
      "protocol" in left.payload
    ? left.payload
    : undefined;
}

/** The octets of a header that a plain comparison reads. */
function placeOf(
  statement: Statement | undefined,
): { protocol: string; start: number; end: number } | undefined {
  if (statement === undefined || !("match" in statement)) return undefined;
  const { op, left, right } = (statement as Match).match;
  if (op !== "==" || typeof left !== "object" || Array.isArray(left)) {
    return undefined;
  }
  const plain = typeof right === "string" && !right.startsWith("@") ||
    typeof right === "number";
  const e = left as Structured;
  if (!plain || !("payload" in e) || "base" in e.payload) return undefined;
  const { protocol, field } = e.payload;
  const { offset, bits } = headers[protocol]!.fields[field]!;
  return offset % 8 || bits % 8
    ? undefined
    : { protocol, start: offset, end: offset + bits };
}

/** nft compares two fields side by side at once, and lists the first first. */
function inHeaderOrder(statements: readonly Statement[]): readonly Statement[] {
  let sorted: Statement[] | undefined;
  for (let i = 1; i < statements.length; i++) {
    const list: readonly Statement[] = sorted ?? statements;
    const [before, now] = [placeOf(list[i - 1]), placeOf(list[i])];
    if (
      before && now && before.protocol === now.protocol &&
      now.end === before.start
    ) {
      sorted ??= [...statements];
      [sorted[i - 1], sorted[i]] = [sorted[i]!, sorted[i - 1]!];
    }
  }
  return sorted ?? statements;
}
