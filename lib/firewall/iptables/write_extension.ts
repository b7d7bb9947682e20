/**
 * Comparisons with IPv6 extension headers and chunks of SCTP, as matches of
 * iptables.
 *
 * @module
 */

import {
  type Draft,
  not,
  OtherFamily,
  type Place,
  Unwritable,
} from "./draft.ts";
import { type Compared, spanOf, spanText } from "./write_match.ts";

/** The options that compare a field, by header and field. */
const FIELDS: Readonly<Record<string, string>> = {
  "rt type": "--rt-type",
  "rt seg-left": "--rt-segsleft",
  "frag id": "--fragid",
  "mh type": "--mh-type",
};

/** Writes a comparison with an extension header or a chunk. */
export function writeExtension(
  draft: Draft,
  compared: Compared,
  { family }: Place,
): void {
  const { left, right, negated, mask } = compared;
  const there = (right === true) !== negated;
  const e = left as {
    exthdr?: { name: string; field?: string };
    "sctp chunk"?: { name: string; field?: string };
  };
  if (e["sctp chunk"]) {
    const { name, field } = e["sctp chunk"];
    if (field !== undefined || typeof right !== "boolean") {
      throw new Unwritable("iptables asks only whether a chunk is there");
    }
    draft.need("sctp");
    const chunk = name.replaceAll("-", "_").toUpperCase();
    draft.alone("sctp", `${not(!there)}--chunk-types any ${chunk}`);
    return;
  }
  if (family !== "ip6") throw new OtherFamily();
  const { name, field } = e.exthdr!;
  if (mask !== undefined) throw new Unwritable("iptables takes no mask here");
  if (field === undefined) {
    if (!there || !["hbh", "dst", "rt", "frag"].includes(name)) {
      throw new Unwritable(
        "iptables does not ask whether this header is missing",
      );
    }
    draft.alone(name);
    return;
  }
  const option = FIELDS[`${name} ${field}`];
  if (option !== undefined) {
    if (name === "mh") draft.need("mobility-header");
    const span = spanText(spanOf(compared, family, 0xffffffff));
    draft.add(name, `${not(negated)}${option}`, span);
    return;
  }
  if (name === "frag" && compared.op === "==") {
    if (field === "frag-off" && right === 0) {
      return draft.add("frag", "--fragfirst");
    }
    if (field === "more-fragments" && right === 1) {
      return draft.add("frag", "--fragmore");
    }
    if (field === "more-fragments" && right === 0) {
      return draft.add("frag", "--fraglast");
    }
  }
  throw new Unwritable(`iptables does not compare ${name} ${field}`);
}
