/**
 * Matches that keep count: rates, quotas, every n-th packet.
 *
 * @module
 */

import type { Expression, Limit } from "../model/expression.ts";
import { addressText } from "./basics.ts";
import {
  type Alternatives,
  and,
  type Extensions,
  neededProtocol,
  one,
  payload,
  PORT_PROTOCOLS,
  type Setting,
} from "./extension.ts";
import type { Word } from "./lines.ts";
import { listIn, numberIn, type Options, wordIn } from "./options.ts";
import { Refused } from "./refusal.ts";

type Unit = "second" | "minute" | "hour" | "day";

const SECONDS: Readonly<Record<Unit, number>> = {
  second: 1,
  minute: 60,
  hour: 3600,
  day: 86400,
};

/** `10/second`, `3/min`, `5/h`. */
function rateIn({ text, offset }: Word): { rate: number; per: Unit } {
  const [, number, unit = "second"] = /^(\d+)(?:\/([a-z]+))?$/i.exec(text) ??
    [];
  const per = (Object.keys(SECONDS) as Unit[]).find((name) =>
    name.startsWith(unit.toLowerCase())
  );
  const rate = Number(number);
  if (per && rate >= 1 && rate <= 10_000 * SECONDS[per]) return { rate, per };
  throw new Refused(
    `${
      JSON.stringify(text)
    } must be a rate of packets, as 3/second, 5/minute, 1/hour or 10/day`,
    offset,
    /b\/?s?/i.test(text)
      ? "for octets: limit rate 512 kbytes/second"
      : undefined,
  );
}

function limit(given: Options): Alternatives {
  const option = given.option("--limit");
  const { rate, per } = option
    ? rateIn(option.values[0]!)
    : { rate: 3, per: "hour" as const };
  if (option?.negated) {
    throw new Refused('"!" cannot stand here', option.offset);
  }
  const burst = given.number("--limit-burst", 10000) ?? 5;
  if (burst === 0) {
    throw new Refused("a burst of 0 lets nothing pass", given.offset);
  }
  return one({ limit: { rate, per, burst } });
}

/** What a bucket stands for, by the word that iptables has for it. */
const MODES: Readonly<Record<string, readonly [field: string, type: string]>> =
  {
    srcip: ["saddr", "address"],
    srcport: ["sport", "inet_service"],
    dstip: ["daddr", "address"],
    dstport: ["dport", "inet_service"],
  };

const ALL: Readonly<Record<"ip" | "ip6", number>> = { ip: 32, ip6: 128 };

/** An address, or only its first bits. */
function maskedAddress(
  field: string,
  length: number,
  family: "ip" | "ip6",
): Expression {
  const left = payload(family, field);
  const bits = BigInt(ALL[family]);
  if (length === ALL[family]) return left;
  const all = (1n << bits) - 1n;
  return and(left, addressText(all ^ all >> BigInt(length), family));
}

const addressType = (family: "ip" | "ip6") =>
  family === "ip" ? "ipv4_addr" : "ipv6_addr";

/** A name that nft takes for a set. */
const setName = (name: string) =>
  name.replace(/[^A-Za-z0-9_.]/g, "_").replace(/^(?![A-Za-z])/, "h");

function hashlimit(given: Options, setting: Setting): Alternatives {
  given.refuse(
    ["--hashlimit-rate-match", "--hashlimit-rate-interval"],
    "nft has no equal of it",
    "a dynamic set with limit rate over",
  );
  const above = given.option("--hashlimit-above");
  const option = above ?? given.needed("--hashlimit-upto");
  const { rate, per } = rateIn(option.values[0]!);
  const burst = given.number("--hashlimit-burst", 10000) ?? 5;
  const inv = Boolean(above) !== option.negated;
  const bucket: Limit = { rate, per, burst, ...inv && { inv } };
  const name = given.needed("--hashlimit-name").values[0]!;
  const modes = given.option("--hashlimit-mode");
  if (!modes) {
    throw new Refused(
      "all rules of one name share one bucket for all packets",
      given.offset,
      "a named limit: limit name lim0 { rate 10/second }",
    );
  }
  const { family } = setting;
  const parts: Expression[] = [];
  const type: string[] = [];
  const asked = new Set(
    listIn(modes.values[0]!).map((word) => wordIn(word, MODES, "mode")),
  );
  for (const mode of Object.values(MODES)) {
    if (!asked.has(mode)) continue;
    const [field, kind] = mode;
    if (kind === "address") {
      const mask = field === "saddr"
        ? "--hashlimit-srcmask"
        : "--hashlimit-dstmask";
      const length = given.number(mask, ALL[family]) ?? ALL[family];
      parts.push(maskedAddress(field, length, family));
      type.push(addressType(family));
    } else {
      const protocol = neededProtocol(given, setting, PORT_PROTOCOLS);
      parts.push(payload(protocol, field));
      type.push(kind);
    }
  }
  const expire = given.number("--hashlimit-htable-expire");
  const set = setName(name.text);
  setting.addSet({
    ...{ name: set, type, flags: ["timeout", "dynamic"], elements: [] },
    timeout: expire === undefined ? SECONDS[per] : expire / 1000,
    size: given.number("--hashlimit-htable-max") || 65535,
    comment: `hashlimit ${
      bucket.inv ? "above" : "up to"
    } ${rate}/${per} burst ${burst}`,
  }, name.offset);
  return one({
    set: {
      op: "update",
      elem: parts.length === 1 ? parts[0]! : { concat: parts },
      set: `@${set}`,
      stmt: [{ limit: bucket }],
    },
  });
}

function connlimit(given: Options, setting: Setting): Alternatives {
  const above = given.option("--connlimit-above");
  const option = above ?? given.needed("--connlimit-upto");
  const val = numberIn(option.values[0]!);
  const inv = Boolean(above) !== option.negated;
  const count = { "ct count": { val, ...inv && { inv } } } as const;
  const { family } = setting;
  const length = given.number("--connlimit-mask", ALL[family]) ?? ALL[family];
  if (length === 0) return one(count);
  const field = given.has("--connlimit-daddr") ? "daddr" : "saddr";
  const name = setting.freeName("connlimit");
  setting.addSet({
    ...{ name, type: [addressType(family)], flags: ["dynamic"] },
    ...{ size: 65535, elements: [] },
  }, given.offset);
  return one({
    set: {
      op: "add",
      elem: maskedAddress(field, length, family),
      set: `@${name}`,
      stmt: [count],
    },
  });
}

/** One in so many, in turn or by chance. */
function statistic(given: Options): Alternatives {
  const mode = given.needed("--mode").values[0]!;
  if (mode.text === "random") {
    const option = given.needed("--probability");
    const [word] = option.values;
    const probability = Number(word!.text);
    if (!(probability >= 0 && probability <= 1)) {
      throw new Refused("a probability is from 0 to 1", word!.offset);
    }
    // Both draw from 31 bits.
    const mod = 0x80000000;
    const right = Math.round(probability * mod);
    return one({
      match: {
        op: option.negated ? ">=" : "<",
        left: { numgen: { mode: "random", mod } },
        right,
      },
    });
  }
  if (mode.text !== "nth") {
    throw new Refused("a mode is random or nth", mode.offset);
  }
  const every = given.needed("--every");
  const mod = numberIn(every.values[0]!);
  const packet = given.number("--packet") ?? 0;
  if (mod === 0 || packet >= mod) {
    throw new Refused(
      "--packet is from 0 to one less than --every",
      mode.offset,
    );
  }
  return one({
    match: {
      op: every.negated ? "!=" : "==",
      left: { numgen: { mode: "inc", mod } },
      right: packet,
    },
  });
}

export const rateMatches: Extensions = {
  limit: {
    options: { "--limit": 1, "--limit-burst": 1 },
    stateful: true,
    read: limit,
  },
  hashlimit: {
    options: {
      ...{ "--hashlimit-upto": 1, "--hashlimit-above": 1 },
      ...{ "--hashlimit-burst": 1, "--hashlimit-mode": 1 },
      ...{ "--hashlimit-srcmask": 1, "--hashlimit-dstmask": 1 },
      ...{ "--hashlimit-name": 1, "--hashlimit-htable-size": 1 },
      ...{ "--hashlimit-htable-max": 1, "--hashlimit-htable-expire": 1 },
      ...{ "--hashlimit-htable-gcinterval": 1, "--hashlimit-rate-match": 0 },
      "--hashlimit-rate-interval": 1,
    },
    aliases: { "--hashlimit": "--hashlimit-upto" },
    // Its rules share what they count.
    read: hashlimit,
  },
  connlimit: {
    options: {
      ...{ "--connlimit-upto": 1, "--connlimit-above": 1 },
      ...{ "--connlimit-mask": 1, "--connlimit-saddr": 0 },
      "--connlimit-daddr": 0,
    },
    stateful: true,
    read: connlimit,
  },
  statistic: {
    options: { "--mode": 1, "--probability": 1, "--every": 1, "--packet": 1 },
    stateful: true,
    read: statistic,
  },
  quota: {
    options: { "--quota": 1 },
    stateful: true,
    read: (given) => {
      const option = given.needed("--quota");
      const val = numberIn(option.values[0]!, Number.MAX_SAFE_INTEGER);
      return one({ quota: option.negated ? { val, inv: true } : { val } });
    },
  },
};
