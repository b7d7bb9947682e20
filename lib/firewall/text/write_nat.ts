/**
 * Where packets are sent, as `nft list ruleset` prints it.
 *
 * @module
 */

import { dataType } from "../model/data_types.ts";
import type { Expression, MapLookup } from "../model/expression.ts";
import type { Family } from "../model/ruleset.ts";
import type { NatTarget } from "../model/statement.ts";
import { writeExpression } from "./write_expressions.ts";

const IPV4 = [dataType("ipv4_addr"), dataType("inet_service")];
const IPV6 = [dataType("ipv6_addr"), dataType("inet_service")];
export const PORT = [dataType("inet_service")];
export const isObject = (
  value: unknown,
): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null;

export const isIpv6 = (addr: Expression | undefined): boolean => {
  const first = isObject(addr)
    ? "range" in addr
      ? (addr.range as unknown[])[0]
      : "prefix" in addr
      ? (addr.prefix as { addr: string }).addr
      : undefined
    : addr;
  return typeof first === "string" && first.includes(":");
};

/** An address; brackets keep those of IPv6 apart from a port. */
export function addressText(
  addr: Expression,
  v6: boolean,
  brackets: boolean,
  family: Family,
): string {
  if (v6 && brackets) {
    if (typeof addr === "string") return `[${addr}]`;
    if (isObject(addr) && "range" in addr) {
      const [first, last] = addr.range as readonly string[];
      return `[${first}]-[${last}]`;
    }
  }
  return writeExpression(addr, family, v6 ? IPV6 : IPV4).text;
}

export const portText = (
  port: Expression | undefined,
  family: Family,
): string =>
  port === undefined ? "" : `:${writeExpression(port, family, PORT).text}`;

const isIp = (family: Family): boolean => family === "ip" || family === "ip6";

/** Whether a map gives more than an address: nft then names the family. */
function givesSpans(addr: Expression | undefined): boolean {
  if (!isObject(addr) || !("map" in addr)) return false;
  const { data } = (addr as unknown as MapLookup).map;
  return typeof data === "object" &&
    data.set.some(([, value]) =>
      isObject(value) &&
      ("concat" in value || "range" in value || "prefix" in value)
    );
}

/** Where a translation leads. */
export function natText(
  word: string,
  target: NatTarget,
  family: Family,
): string {
  const { family: given, addr, port, flags, type_flags: kinds } = target;
  let text = word;
  if (addr !== undefined || port !== undefined) {
    const shown = given ?? (givesSpans(addr) && isIp(family) ? family : "");
    if (shown && addr !== undefined) text += ` ${shown}`;
    if (kinds?.includes("prefix")) text += " prefix";
    text += " to ";
    if (addr !== undefined) {
      const v6 = (given ?? family) === "ip6" || isIpv6(addr);
      text += addressText(addr, v6, port !== undefined, family);
    }
    // nft cannot load 10.0.0.0/8:80, though it lists it so.
    if (port !== undefined && isObject(addr) && "prefix" in addr) text += " ";
    text += portText(port, family);
  }
  const chosen = flags?.filter((flag) => flag !== "netmap") ?? [];
  return chosen.length > 0 ? `${text} ${chosen.join(",")}` : text;
}
