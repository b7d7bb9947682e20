/**
 * Comparisons of nft with what routing and sockets say, as matches of iptables.
 *
 * @module
 */

import type { Expression, Value } from "../model/expression.ts";
import { type Draft, not, type Place, Unwritable } from "./draft.ts";
import { maskedText } from "./write_context.ts";
import { type Compared, elementsOf } from "./write_match.ts";

/** `fib`, `rt` and `socket`. */
export function writeRouting(
  draft: Draft,
  compared: Compared,
  { family }: Place,
): void {
  const left = compared.left as Exclude<Expression, Value>;
  const { negated, right, op } = compared;
  if ("rt" in left) {
    if (left.rt.key === "classid") {
      draft.alone(
        "realm",
        `${not(negated)}--realm ${maskedText(compared, family)}`,
      );
      return;
    }
    if (left.rt.key === "ipsec") {
      const there = (right === true) !== negated;
      draft.alone("policy", `--dir out --pol ${there ? "ipsec" : "none"}`);
      return;
    }
  }
  if ("fib" in left) {
    const { result, flags } = left.fib;
    const [first, ...rest] = flags;
    if (result === "type" && (first === "saddr" || first === "daddr")) {
      const types = elementsOf(right).map((type) => String(type).toUpperCase());
      const side = rest.join();
      if (side === "" || side === "iif" || side === "oif") {
        const name = first === "saddr" ? "--src-type" : "--dst-type";
        const limit = side && ` --limit-iface-${side === "iif" ? "in" : "out"}`;
        draft.alone(
          "addrtype",
          `${not(negated)}${name} ${types.join(",")}${limit}`,
        );
        return;
      }
    }
    if (result === "oif" && first === "saddr" && typeof right === "boolean") {
      const asked = rest.join();
      if (["iif", "", "mark", "mark,iif"].includes(asked)) {
        draft.alone(
          "rpfilter",
          ...rest.includes("iif") ? [] : ["--loose"],
          ...rest.includes("mark") ? ["--validmark"] : [],
          ...right !== negated ? [] : ["--invert"],
        );
        return;
      }
    }
  }
  if ("socket" in left) {
    const { key } = left.socket;
    const last = draft.matches.findLast(({ name }) => name === "socket");
    if (key === "transparent" && right === 1 && op === "==") {
      return draft.alone("socket", "--transparent", "--nowildcard");
    }
    if (key === "wildcard" && right === 0 && op === "==") {
      const index = last?.options.indexOf("--nowildcard") ?? -1;
      if (last && index >= 0) last.options.splice(index, 1);
      else draft.alone("socket");
      return;
    }
    if (key === "wildcard" && right === 1 && op === "<=") {
      return draft.alone("socket", "--nowildcard");
    }
  }
  throw new Unwritable("iptables does not ask routing for this");
}
