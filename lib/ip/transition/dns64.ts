/**
 * DNS64: AAAA records made up from A records, so that hosts find a NAT64; and
 * the way back, by which a host learns the NAT64's prefix.
 *
 * @module
 */

import { onlyKnown } from "../../known_options.ts";
import { type Address, address } from "../address.ts";
import { ANSWERS, DNS64, PREFIXES } from "../option_names.ts";
import type { Subnet } from "../subnet.ts";
import {
  type OneOrMore,
  takeAddress,
  takeFields,
  takeList,
  takeSubnet,
} from "../checks.ts";
import {
  embed,
  type Embedded,
  extract,
  readings,
  takePrefix,
  WELL_KNOWN,
} from "./embedding.ts";
import { localUse } from "./global.ts";
import type { Mechanism } from "./mechanism.ts";

/** The addresses that a name has in the DNS. */
export interface Answers {
  /** Its A records: one or more, or `[]` for none. */
  a: OneOrMore<Address>;
  /** Its AAAA records. @default {none} */
  aaaa?: OneOrMore<Address> | undefined;
}

/** Options that name the translators' prefixes. */
export interface PrefixesOption {
  /**
   * The translators' prefixes, one or more, each 32, 40, 48, 56, 64 or 96 bits long.
   *
   * @default {["64:ff9b::/96"], the well-known prefix}
   */
  prefixes?: OneOrMore<Subnet> | undefined;
}

/** Options for {@linkcode encode}. */
export interface EncodeOptions extends PrefixesOption {
  /** AAAA records to pay no regard to. @default {["::ffff:0:0/96"], IPv4-mapped} */
  exclude?: OneOrMore<Subnet> | undefined;
  /**
   * What to do with an A record that is not global, such as 10.0.0.1, under the
   * well-known prefix, where translators drop it.
   *
   * @default {"omit"}
   */
  nonGlobal?: "omit" | "allow" | undefined;
}

const WHAT = "synthesize AAAA records";

/**
 * What `ipv4only.arpa` has as A records, and nothing as AAAA records.
 *
 * @see RFC 7050 §2.2, RFC 8880
 */
const IPV4_ONLY = [0xc00000aa | 0, 0xc00000ab | 0];

/**
 * Gives the AAAA records that a DNS64 answers with: those that there are, and
 * only if there are none, one for each A record and prefix.
 *
 * @param answers What the DNS says of the name.
 * @param options Prefixes, and what to leave out.
 * @returns The records, in order.
 * @throws {TypeError} If an address or a prefix is of the wrong family.
 * @throws {RangeError} If a prefix cannot be one.
 * @throws {ParseError} If a text is neither address nor subnet.
 * @see RFC 6147 §5.1
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const { dns64 } = net.ip.transition;
 * assert.equal(`${dns64.encode({ a: ["192.0.2.33"] })}`, "64:ff9b::c000:221");
 * assert.equal(
 *   `${dns64.encode({ a: ["192.0.2.33"], aaaa: ["2001:db8::1"] })}`,
 *   "2001:db8::1",
 * );
 * ```
 */
export function encode(
  answers: Answers,
  options: EncodeOptions = {},
): Address[] {
  return respond(answers, options).records;
}

/** The answer, and from which A records it was made, if it was. */
interface Response {
  readonly records: Address[];
  readonly from: readonly Address[];
}

function respond(answers: Answers, options: EncodeOptions): Response {
  takeFields(answers, WHAT, "answers", "a, and aaaa if there are such records");
  onlyKnown(WHAT, answers, ANSWERS);
  onlyKnown(WHAT, options, DNS64);
  const { exclude = ["::ffff:0:0/96"], nonGlobal = "omit" } = options;
  if (nonGlobal !== "omit" && nonGlobal !== "allow") {
    throw new TypeError(
      `Cannot ${WHAT} as 'nonGlobal' must be "omit" or "allow": current value is ${nonGlobal}`,
    );
  }
  const prefixes = takePrefixes(options, WHAT);
  const excluded = Array.from(
    takeList(exclude, WHAT, "exclude"),
    (block) => takeSubnet(block, 6, WHAT, "exclude"),
  );
  const a = Array.from(
    takeList(answers.a, WHAT, "a"),
    (one) => takeAddress(one, 4, WHAT, "a"),
  );
  const records = Array.from(
    takeList(answers.aaaa ?? [], WHAT, "aaaa"),
    (one) => takeAddress(one, 6, WHAT, "aaaa"),
  ).filter((one) => !excluded.some((block) => block.contains(one)));
  if (records.length > 0) return { records, from: [] };
  const fit = (ipv4: Address, prefix: Subnet) =>
    nonGlobal === "allow" || passes(ipv4, prefix);
  return {
    records: a.flatMap((ipv4) =>
      prefixes.filter((prefix) => fit(ipv4, prefix))
        .map((prefix) => embed(ipv4, prefix))
    ),
    from: a.filter((ipv4) => prefixes.some((prefix) => fit(ipv4, prefix))),
  };
}

function takePrefixes({ prefixes }: PrefixesOption, what: string): Subnet[] {
  const taken = Array.from(
    takeList(prefixes ?? WELL_KNOWN, what, "prefixes"),
    (prefix) => takePrefix(prefix, what, "prefixes"),
  );
  if (taken.length > 0) return taken;
  throw new RangeError(
    `Cannot ${what} as 'prefixes' must name at least one: current value is []`,
  );
}

/** Whether translators pass an address under a prefix, or DNS64 owes it to hosts. */
function passes(ipv4: Address, prefix: Subnet): boolean {
  return !prefix.equals(WELL_KNOWN) || localUse(ipv4) === undefined ||
    IPV4_ONLY.includes(ipv4.w3);
}

/**
 * Gives back the A record that an AAAA record was made from.
 *
 * @param from The AAAA record.
 * @param options The translators' prefixes; the longest that holds it counts.
 * @returns The IPv4 address and the prefix, or `undefined` if no prefix holds it.
 * @throws {TypeError} If a prefix is IPv4.
 * @throws {RangeError} If a prefix cannot be one.
 * @throws {ParseError} If a text is neither address nor subnet.
 * @see RFC 6147 §5.3.1
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const made = net.ip.transition.dns64.decode("64:ff9b::c000:221");
 * assert.equal(`${made?.ipv4}`, "192.0.2.33");
 * ```
 */
export function decode(
  from: string | Address,
  options: PrefixesOption = {},
): Embedded | undefined {
  const one = address(from);
  onlyKnown("read an AAAA record", options, PREFIXES);
  return takePrefixes(options, "read an AAAA record")
    .sort((a, b) => b.prefixLength - a.prefixLength)
    .map((prefix) => extract(one, prefix))
    .find((parts) => parts !== undefined);
}

/**
 * Says in a line what a DNS64 does with a name.
 *
 * @param answers What the DNS says of the name.
 * @param options Prefixes, and what to leave out.
 * @returns The line.
 * @throws {TypeError} If an address or a prefix is of the wrong family.
 * @throws {RangeError} If a prefix cannot be one.
 * @throws {ParseError} If a text is neither address nor subnet.
 * @see RFC 6147 §5.1
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * assert.equal(
 *   net.ip.transition.dns64.explain({ a: ["192.0.2.33"] }),
 *   "there is no AAAA record, so the answer is made from A 192.0.2.33: AAAA 64:ff9b::c000:221",
 * );
 * ```
 */
export function explain(answers: Answers, options: EncodeOptions = {}): string {
  takeFields(answers, WHAT, "answers", "a, and aaaa if there are such records");
  onlyKnown(WHAT, answers, ANSWERS);
  const a = takeList(answers.a, WHAT, "a");
  const aaaa = takeList(answers.aaaa ?? [], WHAT, "aaaa");
  const { records, from } = respond({ a, aaaa }, options);
  if (from.length === 0 && records.length > 0) {
    return `the answer is as it stands in the DNS: AAAA ${some(records)}`;
  }
  const none = `there is no ${aaaa.length === 0 ? "" : "usable "}AAAA record`;
  if (records.length > 0) {
    return `${none}, so the answer is made from A ${some(from)}: AAAA ${
      some(records)
    }`;
  }
  return a.length === 0
    ? `${none} and no A record to make one from, so the answer is empty`
    : `${none}, and A ${
      some(a)
    } may not stand under ${WELL_KNOWN}, so the answer is empty`;
}

/** The first few of a list, and how many more there are. */
function some(list: readonly unknown[]): string {
  const shown = list.slice(0, 3).join(", ");
  return list.length > 3 ? `${shown} and ${list.length - 3} more` : shown;
}

/**
 * Finds the prefixes of the translators from the AAAA records of
 * `ipv4only.arpa`, a name that has only A records unless a DNS64 adds others. A
 * record that can be read in two ways counts if a second one settles which.
 *
 * @param aaaa The AAAA records that the resolver gave: one or more, or `[]`.
 * @returns The prefixes, each once; none if there is no DNS64.
 * @throws {TypeError} If an address is IPv4.
 * @throws {ParseError} If a text is no address.
 * @see RFC 7050 §3
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const prefixes = net.ip.transition.dns64.discover(["2001:db8:64::c000:aa"]);
 * assert.equal(`${prefixes}`, "2001:db8:64::/96");
 * ```
 */
export function discover(aaaa: OneOrMore<Address>): Subnet[] {
  const what = "discover prefixes";
  const records = Array.from(
    takeList(aaaa, what, "aaaa"),
    (one) => takeAddress(one, 6, what, "aaaa"),
  );
  const candidates = records.map((one) => readings(one, IPV4_ONLY));
  // With which of the two IPv4 addresses each prefix was seen: a bit for each.
  const seen = new Map<string, number>();
  for (const { prefix, ipv4 } of candidates.flat()) {
    const bit = 1 << IPV4_ONLY.indexOf(ipv4.w3);
    seen.set(`${prefix}`, (seen.get(`${prefix}`) ?? 0) | bit);
  }
  const sure = ({ prefix }: Embedded) => seen.get(`${prefix}`) === 0b11;
  const found = new Map<string, Subnet>();
  for (const list of candidates) {
    // A prefix may hold one of the two itself: then only the right reading
    // fits the other record too.
    const confirmed = list.filter(sure);
    const kept = confirmed.length > 0 || list.length > 1 ? confirmed : list;
    for (const { prefix } of kept) found.set(`${prefix}`, prefix);
  }
  return [...found.values()];
}

/** What DNS64 is. */
export const about: Mechanism = {
  title: "DNS64",
  source: "RFC 6147, RFC 7050",
  recognise: (address) =>
    address.family === 4 && IPV4_ONLY.includes(address.w3)
      ? "an address of ipv4only.arpa, whose AAAA records show the prefix of a NAT64"
      : undefined,
};
