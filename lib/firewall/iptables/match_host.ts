/**
 * Matches on what the host knows of a packet beside its octets.
 *
 * @module
 */

import type { Expression } from "../model/expression.ts";
import type { Statement } from "../model/statement.ts";
import {
  type Alternatives,
  and,
  type Extensions,
  is,
  meta,
  never,
  one,
} from "./extension.ts";
import {
  maskedIn,
  numberIn,
  type Option,
  type Options,
  readNumber,
  spanIn,
  spanValue,
} from "./options.ts";
import { Refused } from "./refusal.ts";

/** `--mark 1/0xff` and its like. */
export function masked(left: Expression, option: Option): Alternatives {
  const { value, mask } = maskedIn(option.values[0]!);
  if (value & ~mask) {
    if (!option.negated) never(option.offset);
    return one();
  }
  return one(
    is(mask === 0xffffffff ? left : and(left, mask), value, option.negated),
  );
}

/** A user or group, or two with a dash between. */
function ids(option: Option, key: "skuid" | "skgid"): Statement {
  const [word] = option.values;
  if (option.negated) {
    throw new Refused(
      "nft compares the owner only of packets that have one; iptables lets all others fit as well",
      option.offset,
      `a chain of its own: meta ${key} ${word!.text} return, then the rest`,
    );
  }
  const isName = /^[A-Za-z_]/.test(word!.text);
  const value = isName ? word!.text : spanValue(
    spanIn(
      word!,
      0xffffffff,
      (part) => readNumber(part),
      word!.text.includes(":") ? ":" : "-",
    ),
  );
  return is(meta(key), value);
}

function owner(given: Options): Alternatives {
  given.refuse(
    ["--socket-exists", "--suppl-groups"],
    "nft has no equal of it",
    "meta skuid 0-4294967294 fits every packet that has an owner",
  );
  const statements: Statement[] = [];
  const [user, group] = [
    given.option("--uid-owner"),
    given.option("--gid-owner"),
  ];
  if (user) statements.push(ids(user, "skuid"));
  if (group) statements.push(ids(group, "skgid"));
  if (statements.length === 0) {
    throw new Refused("owner needs --uid-owner or --gid-owner", given.offset);
  }
  return one(...statements);
}

function devgroup(given: Options): Alternatives {
  const statements: Statement[] = [];
  for (
    const [name, key] of [["--src-group", "iifgroup"], [
      "--dst-group",
      "oifgroup",
    ]] as const
  ) {
    const option = given.option(name);
    if (option) statements.push(...masked(meta(key), option)[0]!);
  }
  if (statements.length === 0) {
    throw new Refused(
      "devgroup needs --src-group or --dst-group",
      given.offset,
    );
  }
  return one(...statements);
}

/** Whether a local socket takes the packet. */
function socket(given: Options): Alternatives {
  given.refuse(
    ["--restore-skmark"],
    "a match that sets something is no match in nft",
    "meta mark set socket mark, as a statement",
  );
  const asks = (key: "transparent" | "wildcard", right: number) =>
    is({ socket: { key } }, right);
  const statements: Statement[] = [];
  if (given.has("--transparent")) statements.push(asks("transparent", 1));
  if (!given.has("--nowildcard")) statements.push(asks("wildcard", 0));
  if (statements.length === 0) {
    statements.push({
      match: { op: "<=", left: { socket: { key: "wildcard" } }, right: 1 },
    });
  }
  return one(...statements);
}

/** Whether IPsec came before, or comes behind. */
function policy(given: Options): Alternatives {
  given.refuse(
    [
      ...["--strict", "--reqid", "--spi", "--proto", "--mode"],
      ...["--tunnel-src", "--tunnel-dst", "--next"],
    ],
    "nft asks for one field of one transformation, not for a policy",
    "ipsec in reqid 1",
  );
  const direction = given.needed("--dir").values[0]!;
  const kind = given.needed("--pol");
  const pol = kind.values[0]!;
  if (!["in", "out"].includes(direction.text)) {
    throw new Refused("it must be in or out", direction.offset);
  }
  if (!["none", "ipsec"].includes(pol.text)) {
    throw new Refused("it must be none or ipsec", pol.offset);
  }
  const there = (pol.text === "ipsec") !== kind.negated;
  return one(
    direction.text === "in"
      ? is(meta("ipsec"), there)
      : is({ rt: { key: "ipsec" } }, there),
  );
}

export const hostMatches: Extensions = {
  mark: {
    options: { "--mark": 1 },
    read: (given) => masked(meta("mark"), given.needed("--mark")),
  },
  // Kept by the rule as a whole.
  comment: { options: { "--comment": 1 }, read: () => one() },
  owner: {
    options: {
      ...{ "--uid-owner": 1, "--gid-owner": 1 },
      ...{ "--socket-exists": 0, "--suppl-groups": 0 },
    },
    read: owner,
  },
  cpu: {
    options: { "--cpu": 1 },
    read: (given) => {
      const option = given.needed("--cpu");
      return one(is(meta("cpu"), numberIn(option.values[0]!), option.negated));
    },
  },
  cgroup: {
    options: { "--cgroup": 1, "--path": 1 },
    read: (given) => {
      given.refuse(
        ["--path"],
        "nft finds the group when the rule is loaded, at a level of its own",
        'socket cgroupv2 level 2 "system.slice/ssh.service"',
      );
      const option = given.needed("--cgroup");
      return one(
        is(meta("cgroup"), numberIn(option.values[0]!), option.negated),
      );
    },
  },
  devgroup: { options: { "--src-group": 1, "--dst-group": 1 }, read: devgroup },
  realm: {
    options: { "--realm": 1 },
    read: (given) =>
      masked({ rt: { key: "classid" } }, given.needed("--realm")),
  },
  socket: {
    options: { "--transparent": 0, "--nowildcard": 0, "--restore-skmark": 0 },
    read: socket,
  },
  policy: {
    options: {
      ...{ "--dir": 1, "--pol": 1, "--strict": 0, "--reqid": 1, "--spi": 1 },
      ...{ "--proto": 1, "--mode": 1, "--tunnel-src": 1, "--tunnel-dst": 1 },
      "--next": 0,
    },
    read: policy,
  },
};
