/**
 * Targets that set a mark or a field of the packet.
 *
 * @module
 */

import type { Expression } from "../model/expression.ts";
import type { Statement } from "../model/statement.ts";
import { dscpClasses, tosIn } from "./dscp_names.ts";
import {
  type Alternatives,
  and,
  ct,
  type Extension,
  type Extensions,
  meta,
  neededProtocol,
  one,
  payload,
  type Setting,
} from "./extension.ts";
import {
  type Masked,
  maskedIn,
  numberIn,
  type Option,
  type Options,
  readNumber,
  wordIn,
} from "./options.ts";
import { Refused } from "./refusal.ts";

const ALL = 0xffffffff;

export const set = (key: Expression, value: Expression): Statement => ({
  mangle: { key, value },
});

/**
 * `(left & ~mask) ^ value`, as nft lists it: bits are cleared, then set, then
 * turned round.
 */
export function changed(
  left: Expression,
  { value, mask }: Masked,
): Expression {
  if (mask === ALL) return value;
  const keep = ~mask >>> 0;
  const or = (value & mask) >>> 0;
  const xor = (value & keep) >>> 0;
  const kept = (keep | or) >>> 0;
  let made = kept === ALL ? left : and(left, kept);
  if (xor) made = { "^": [made, xor] };
  if (or) made = { "|": [made, or] };
  return made;
}

/** What a mark becomes. */
function markOption(option: Option): Masked {
  const [word] = option.values;
  const { value, mask } = maskedIn(word!);
  switch (option.name) {
    case "--set-mark":
      return { value, mask: (mask | value) >>> 0 };
    case "--and-mark":
      return { value: 0, mask: ~value >>> 0 };
    case "--or-mark":
      return { value, mask: value };
    case "--xor-mark":
      return { value, mask: 0 };
    default:
      return { value, mask };
  }
}

const MARKS = {
  "--set-mark": 1,
  "--set-xmark": 1,
  "--and-mark": 1,
  "--or-mark": 1,
  "--xor-mark": 1,
} as const;

function setMark(given: Options, mark: Expression): Statement | undefined {
  const name = Object.keys(MARKS).find((name) => given.has(name));
  return name === undefined
    ? undefined
    : set(mark, changed(mark, markOption(given.option(name)!)));
}

function connmark(given: Options): Alternatives {
  const plain = setMark(given, ct("mark"));
  if (plain) return one(plain);
  const save = given.has("--save-mark");
  if (!save && !given.has("--restore-mark")) {
    throw new Refused("CONNMARK needs to know what to do", given.offset);
  }
  const both = given.number("--mask");
  const packet = both ?? given.number("--nfmask") ?? ALL;
  const connection = both ?? given.number("--ctmask") ?? ALL;
  const [from, to, read, written] = save
    ? [meta("mark"), ct("mark"), packet, connection]
    : [ct("mark"), meta("mark"), connection, packet];
  if (written !== ALL) {
    throw new Refused(
      "nft cannot mix the bits of two marks in one statement",
      given.offset,
      `${
        save ? "ct mark set meta mark" : "meta mark set ct mark"
      }, of all bits`,
    );
  }
  return one(set(to, read === ALL ? from : and(from, read)));
}

/** The upper six bits of the octet, and the lower two, one by one. */
function setTos(given: Options, { family }: Setting): Alternatives {
  const option = given.option("--set-tos");
  if (!option) {
    throw new Refused(
      "nft sets bits of this octet only by field",
      given.offset,
      `${family} dscp set cs1`,
    );
  }
  const [word] = option.values;
  const { value, mask } = tosIn(word!);
  const statements: Statement[] = [];
  const [dscp, ecn] = [mask >> 2, mask & 3];
  if (
    dscp !== 0 && dscp !== 63 || ecn !== 0 && ecn !== 3 || value & ~mask
  ) {
    throw new Refused(
      "nft sets the class as a whole, not single bits of it",
      option.offset,
      `${family} dscp set cs1`,
    );
  }
  if (dscp) statements.push(set(payload(family, "dscp"), value >> 2));
  if (ecn) statements.push(set(payload(family, "ecn"), value & 3));
  return one(...statements);
}

function setDscp(given: Options, { family }: Setting): Alternatives {
  const option = given.option("--set-dscp") ?? given.needed("--set-dscp-class");
  const [word] = option.values;
  const value = option.name === "--set-dscp"
    ? numberIn(word!, 63)
    : wordIn(word!, dscpClasses, "class");
  return one(set(payload(family, "dscp"), value));
}

const hops = (stem: "ttl" | "hl", left: Expression): Extension => ({
  family: stem === "ttl" ? "ip" : "ip6",
  options: { [`--${stem}-set`]: 1, [`--${stem}-inc`]: 1, [`--${stem}-dec`]: 1 },
  read: (given) => {
    given.refuse(
      [`--${stem}-inc`, `--${stem}-dec`],
      "nft does no sums on a field",
      "a map: ip ttl set ip ttl map { 64 : 65, 128 : 129 }",
    );
    return one(
      set(left, numberIn(given.needed(`--${stem}-set`).values[0]!, 255)),
    );
  },
});

function tcpmss(given: Options, setting: Setting): Alternatives {
  neededProtocol(given, setting, ["tcp"]);
  const size: Expression = { "tcp option": { name: "maxseg", field: "size" } };
  return one(
    given.has("--clamp-mss-to-pmtu")
      ? set(size, { rt: { key: "mtu" } })
      : set(size, numberIn(given.needed("--set-mss").values[0]!, 65535)),
  );
}

const STRIPPED: Readonly<Record<string, number>> = {
  wscale: 3,
  mss: 2,
  "sack-permitted": 4,
  sack: 5,
  timestamp: 8,
  md5: 19,
};

function strip(given: Options, setting: Setting): Alternatives {
  neededProtocol(given, setting, ["tcp"]);
  const { values } = given.needed("--strip-options");
  const [word] = values;
  return one(
    ...word!.text.split(",").map((text): Statement => {
      const base = readNumber(text, 255) ??
        wordIn({ ...word!, text }, STRIPPED, "option of TCP");
      return { reset: { "tcp option": { base, offset: 0, len: 8 } } };
    }),
  );
}

export const markTargets: Extensions = {
  MARK: {
    options: MARKS,
    read: (given) => {
      const statement = setMark(given, meta("mark"));
      if (statement) return one(statement);
      throw new Refused("MARK needs to know what to do", given.offset);
    },
  },
  CONNMARK: {
    options: {
      ...MARKS,
      ...{ "--save-mark": 0, "--restore-mark": 0 },
      ...{ "--mask": 1, "--nfmask": 1, "--ctmask": 1 },
    },
    read: connmark,
  },
  TOS: {
    options: { "--set-tos": 1, "--and-tos": 1, "--or-tos": 1, "--xor-tos": 1 },
    read: setTos,
  },
  DSCP: {
    options: { "--set-dscp": 1, "--set-dscp-class": 1 },
    read: setDscp,
  },
  TTL: hops("ttl", payload("ip", "ttl")),
  HL: hops("hl", payload("ip6", "hoplimit")),
  TCPMSS: {
    options: { "--set-mss": 1, "--clamp-mss-to-pmtu": 0 },
    read: tcpmss,
  },
  TCPOPTSTRIP: { options: { "--strip-options": 1 }, read: strip },
  CLASSIFY: {
    options: { "--set-class": 1 },
    read: (given) => {
      const [word] = given.needed("--set-class").values;
      if (!/^[0-9a-f]{1,4}:[0-9a-f]{1,4}$/i.test(word!.text)) {
        throw new Refused("a class is as 1:2a", word!.offset);
      }
      return one(set(meta("priority"), word!.text.toLowerCase()));
    },
  },
};
