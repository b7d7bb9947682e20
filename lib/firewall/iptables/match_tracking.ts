/**
 * Matches on what connection tracking knows.
 *
 * @see iptables-extensions(8), conntrack
 *
 * @module
 */

import type { Expression } from "../model/expression.ts";
import type { Statement } from "../model/statement.ts";
import { networkIn, readProtocol } from "./basics.ts";
import {
  type Alternatives,
  and,
  ct,
  type Extensions,
  is,
  never,
  one,
  type Setting,
} from "./extension.ts";
import {
  listIn,
  maskedIn,
  numberIn,
  type Option,
  type Options,
  portsIn,
  spanIn,
  spanValue,
  wordIn,
} from "./options.ts";
import { Refused } from "./refusal.ts";

const STATES: Readonly<Record<string, string>> = {
  NEW: "new",
  ESTABLISHED: "established",
  RELATED: "related",
  INVALID: "invalid",
  UNTRACKED: "untracked",
  SNAT: "snat",
  DNAT: "dnat",
};

/** States of packets that belong to no connection. */
const LOOSE = ["invalid", "untracked"];

/** One of some bits is set, or none of them is. */
export const anyBit = (
  left: Expression,
  bits: readonly string[],
  negated: boolean,
): Statement =>
  negated
    ? is(and(left, bits.length === 1 ? bits[0]! : bits), 0)
    : { match: { op: "in", left, right: bits } };

/**
 * `--ctstate` and `--state`. SNAT and DNAT are no states in nft, but bits of
 * the connection's status, which only a packet with a connection has.
 */
function states({ values, negated }: Option): Alternatives {
  const all = new Set(
    listIn(values[0]!).map((word) => wordIn(word, STATES, "state")),
  );
  const nat = ["snat", "dnat"].filter((name) => all.delete(name));
  const plain = [...all];
  const state = ct("state");
  const status = ct("status");
  if (nat.length === 0) return one(anyBit(state, plain, negated));
  if (!negated) {
    return plain.length === 0 ? one(anyBit(status, nat, false)) : [
      [anyBit(state, plain, false)],
      [anyBit(state, plain, true), anyBit(status, nat, false)],
    ];
  }
  const loose = LOOSE.filter((name) => !all.has(name));
  return [
    ...loose.length ? [[anyBit(state, loose, false)]] : [],
    [
      anyBit(state, [...new Set([...plain, ...LOOSE])], true),
      anyBit(status, nat, true),
    ],
  ];
}

const STATUS: Readonly<Record<string, string>> = {
  NONE: "",
  EXPECTED: "expected",
  SEEN_REPLY: "seen-reply",
  ASSURED: "assured",
  CONFIRMED: "confirmed",
};

function status({ values, negated, offset }: Option): Alternatives {
  const bits = listIn(values[0]!).map((word) => wordIn(word, STATUS, "status"));
  const set = bits.filter((bit) => bit !== "");
  // NONE asks for no bit at all, so it changes nothing beside another.
  if (set.length > 0) return one(anyBit(ct("status"), set, negated));
  if (negated) return one(is(ct("status"), 0, true));
  throw new Refused(
    "xt_conntrack compares NONE with no bit: no packet ever fits",
    offset,
    "ct status == 0",
  );
}

const ADDRESSES = {
  "--ctorigsrc": ["original", "saddr"],
  "--ctorigdst": ["original", "daddr"],
  "--ctreplsrc": ["reply", "saddr"],
  "--ctrepldst": ["reply", "daddr"],
} as const;
const PORTS = {
  "--ctorigsrcport": ["original", "proto-src"],
  "--ctorigdstport": ["original", "proto-dst"],
  "--ctreplsrcport": ["reply", "proto-src"],
  "--ctrepldstport": ["reply", "proto-dst"],
} as const;

function conntrack(given: Options, setting: Setting): Alternatives {
  const { family } = setting;
  const state = given.option("--ctstate");
  const parts: Alternatives = state ? states(state) : one();
  const others: Statement[] = [];
  const protocol = given.option("--ctproto");
  if (protocol) {
    const { name } = readProtocol({ ...protocol, negated: false }, family);
    if (name === undefined) never(protocol.offset);
    const { protocol: own } = setting;
    if (own !== undefined && own !== name && !protocol.negated) {
      throw new Refused(
        "nft takes one protocol in a rule, of the packet and of its connection",
        protocol.offset,
      );
    }
    const right = /^\d+$/.test(name) ? Number(name) : name;
    others.push(is(ct("protocol"), right, protocol.negated));
  }
  for (const [option, [dir, key]] of Object.entries(ADDRESSES)) {
    const found = given.option(option);
    if (!found) continue;
    const { value, mask } = networkIn(found.values[0]!, family);
    if (value === undefined) {
      if (found.negated) never(found.offset);
      continue;
    }
    const left: Expression = { ct: { key, family, dir } };
    others.push(is(mask ? and(left, mask) : left, value, found.negated));
  }
  for (const [option, [dir, key]] of Object.entries(PORTS)) {
    const found = given.option(option);
    if (!found) continue;
    if (setting.protocol === undefined && setting.tracked === undefined) {
      throw new Refused(
        "nft must know of which protocol these ports are",
        found.offset,
        "the same with -p tcp or --ctproto 6, and another rule for UDP",
      );
    }
    const value = spanValue(portsIn(found.values[0]!));
    others.push(is(ct(key, dir), value, found.negated));
  }
  const found = given.option("--ctstatus");
  if (found) others.push(...status(found)[0]!);
  const direction = given.option("--ctdir");
  if (direction) {
    const dir = wordIn(
      direction.values[0]!,
      { ORIGINAL: "original", REPLY: "reply" },
      "direction",
    );
    others.push(is(ct("direction"), dir, direction.negated));
  }
  const expire = given.option("--ctexpire");
  if (others.length === 0 && !expire) {
    if (state) return parts;
    throw new Refused("conntrack needs something to compare", given.offset);
  }
  if (state && mayBeLoose(state)) {
    throw new Refused(
      "iptables looks at nothing but the state of a packet that has no connection",
      given.offset,
      "two rules: one for ct state invalid,untracked, one with the rest",
    );
  }
  const ends: Alternatives = expire ? expiration(expire) : [[]];
  return parts.flatMap((part) =>
    ends.map((end) => [...part, ...others, ...end])
  );
}

/** Whole seconds, as iptables counts; nft counts milliseconds. */
function expiration({ values, negated, offset }: Option): Alternatives {
  const [low, high] = spanIn(values[0]!, 0xffffffff);
  const left = ct("expiration");
  const compare = (op: "<" | ">=", right: number): Statement => ({
    match: { op, left, right },
  });
  // Milliseconds in 32 bits say no more.
  const most = 4294967;
  // Only what has a connection fits, whatever is compared.
  const any = compare("<", most);
  if (low > most) return negated ? one(any) : never(offset);
  const after = high < most ? high + 1 : undefined;
  const ways = negated
    ? [
      ...low ? [[compare("<", low)]] : [],
      ...after ? [[compare(">=", after)]] : [],
    ]
    : one(
      ...low ? [compare(">=", low)] : [],
      ...after ? [compare("<", after)] : [],
      ...low || after ? [] : [any],
    );
  return ways.length ? ways : never(offset);
}

/** Whether a packet without a connection may fit. */
function mayBeLoose({ values, negated }: Option): boolean {
  const all = listIn(values[0]!).map((word) => wordIn(word, STATES, "state"));
  return LOOSE.some((name) => all.includes(name) !== negated);
}

function connbytes(given: Options): Alternatives {
  const option = given.needed("--connbytes");
  const mode = wordIn(
    given.needed("--connbytes-mode").values[0]!,
    { packets: "packets", bytes: "bytes", avgpkt: "avgpkt" },
    "mode",
  );
  const dir = wordIn(
    given.needed("--connbytes-dir").values[0]!,
    { original: "original", reply: "reply", both: undefined } as const,
    "direction",
  );
  const [word] = option.values;
  const max = Number.MAX_SAFE_INTEGER;
  // One number alone is where it begins.
  const { text } = word!;
  const [low, high] = spanIn(
    text.includes(":") ? word! : { ...word!, text: `${text}:` },
    max,
  );
  const left = ct(mode, dir);
  if (high === max) {
    return one({
      match: { op: option.negated ? "<" : ">=", left, right: low },
    });
  }
  return one(is(left, spanValue([low, high]), option.negated));
}

export const trackingMatches: Extensions = {
  state: {
    options: { "--state": 1 },
    read: (given) => states(given.needed("--state")),
  },
  conntrack: {
    options: {
      ...{ "--ctstate": 1, "--ctproto": 1, "--ctstatus": 1 },
      ...{ "--ctexpire": 1, "--ctdir": 1 },
      ...Object.fromEntries(
        [...Object.keys(ADDRESSES), ...Object.keys(PORTS)].map((name) => [
          name,
          1,
        ]),
      ),
    },
    read: conntrack,
  },
  connmark: {
    options: { "--mark": 1 },
    read: (given) => {
      const option = given.needed("--mark");
      const { value, mask } = maskedIn(option.values[0]!);
      const left = mask === 0xffffffff ? ct("mark") : and(ct("mark"), mask);
      return one(is(left, value, option.negated));
    },
  },
  helper: {
    options: { "--helper": 1 },
    read: (given) => {
      const { values, negated, offset } = given.needed("--helper");
      const { text } = values[0]!;
      if (negated || text === "") {
        throw new Refused(
          "in nft a packet of no expected connection fits neither a helper nor another",
          offset,
          'a chain of its own: ct helper "ftp" return, then the rest',
        );
      }
      return one(is(ct("helper"), text));
    },
  },
  connbytes: {
    options: {
      ...{ "--connbytes": 1, "--connbytes-dir": 1, "--connbytes-mode": 1 },
    },
    read: connbytes,
  },
  connlabel: {
    options: { "--label": 1, "--set": 0 },
    read: (given) => {
      given.refuse(
        ["--set"],
        "a match that sets something is no match in nft",
        "ct label set 1, as a statement",
      );
      const option = given.needed("--label");
      const bit = numberIn(option.values[0]!, 127);
      return one(
        option.negated
          ? is(and(ct("label"), bit), 0)
          : { match: { op: "in", left: ct("label"), right: bit } },
      );
    },
  },
};
