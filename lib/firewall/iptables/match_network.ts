/**
 * Matches on network headers, extension headers, and what routing says.
 *
 * @module
 */

import type { Expression } from "../model/expression.ts";
import type { Statement } from "../model/statement.ts";
import { addressIn, addressText } from "./basics.ts";
import { dscpClasses, tosIn } from "./dscp_names.ts";
import {
  type Alternatives,
  and,
  type Extension,
  type Extensions,
  is,
  isOneOf,
  meta,
  never,
  one,
  payload,
  type Setting,
} from "./extension.ts";
import {
  listIn,
  numberIn,
  type Options,
  spanIn,
  spanValue,
  wordIn,
} from "./options.ts";
import { Refused } from "./refusal.ts";

/** `--ttl-eq`, `--ttl-lt`, `--ttl-gt`. */
const hops = (
  stem: "ttl" | "hl",
  left: Expression,
): Extension => ({
  family: stem === "ttl" ? "ip" : "ip6",
  options: { [`--${stem}-eq`]: 1, [`--${stem}-lt`]: 1, [`--${stem}-gt`]: 1 },
  aliases: { [`--${stem}`]: `--${stem}-eq` },
  read: (given) => {
    const statements: Statement[] = [];
    for (const [ending, op] of [["lt", "<"], ["gt", ">"]] as const) {
      const option = given.option(`--${stem}-${ending}`);
      if (!option) continue;
      const right = numberIn(option.values[0]!, 255);
      if (option.negated) {
        throw new Refused('"!" cannot stand here', option.offset);
      }
      statements.push({ match: { op, left, right } });
    }
    const equal = given.option(`--${stem}-eq`);
    if (equal) {
      statements.push(is(left, numberIn(equal.values[0]!, 255), equal.negated));
    }
    if (statements.length !== 1) {
      throw new Refused(`${stem} needs one number to compare`, given.offset);
    }
    return one(...statements);
  },
});

/** The octet of class and congestion bits, as its bits lie. */
const trafficClass = (family: "ip" | "ip6"): Expression => ({
  payload: { base: "nh", offset: family === "ip" ? 8 : 4, len: 8 },
});

function tos(given: Options, { family }: Setting): Alternatives {
  const option = given.needed("--tos");
  const [word] = option.values;
  const { value, mask } = tosIn(word!);
  if (value & ~mask) {
    if (!option.negated) never(option.offset);
    return one();
  }
  const field = trafficClass(family);
  if (mask === 0xfc) {
    return one(is(payload(family, "dscp"), value >> 2, option.negated));
  }
  if (mask === 0x03) {
    return one(is(payload(family, "ecn"), value, option.negated));
  }
  const left = mask === 0xff ? field : and(field, mask);
  return one(is(left, value, option.negated));
}

function dscp(given: Options, { family }: Setting): Alternatives {
  const option = given.option("--dscp") ?? given.needed("--dscp-class");
  const [word] = option.values;
  const value = option.name === "--dscp"
    ? numberIn(word!, 63)
    : wordIn(word!, dscpClasses, "class");
  return one(is(payload(family, "dscp"), value, option.negated));
}

function iprange(given: Options, { family }: Setting): Alternatives {
  const statements: Statement[] = [];
  for (
    const [name, field] of [["--src-range", "saddr"], [
      "--dst-range",
      "daddr",
    ]] as const
  ) {
    const option = given.option(name);
    if (!option) continue;
    const [word] = option.values;
    const [first = "", last = first, more] = word!.text.split("-");
    const low = addressIn({ ...word!, text: first }, family);
    const high = addressIn({ ...word!, text: last }, family);
    if (low > high || more !== undefined) {
      throw new Refused(`it must be as 10.0.0.1-10.0.0.9`, word!.offset);
    }
    const range = [
      addressText(low, family),
      addressText(high, family),
    ] as const;
    statements.push(
      is(payload(family, field), { range }, option.negated),
    );
  }
  if (statements.length === 0) {
    throw new Refused("iprange needs --src-range or --dst-range", given.offset);
  }
  return one(...statements);
}

const ADDRESS_TYPES: Readonly<Record<string, string>> = Object.fromEntries(
  [
    ...["unspec", "unicast", "local", "broadcast", "anycast", "multicast"],
    ...["blackhole", "unreachable", "prohibit"],
  ].map((name) => [name.toUpperCase(), name]),
);

function addrtype(given: Options, { family }: Setting): Alternatives {
  const side = given.has("--limit-iface-in")
    ? "iif"
    : given.has("--limit-iface-out")
    ? "oif"
    : undefined;
  const statements: Statement[] = [];
  for (
    const [name, address] of [["--src-type", "saddr"], [
      "--dst-type",
      "daddr",
    ]] as const
  ) {
    const option = given.option(name);
    if (!option) continue;
    const types = listIn(option.values[0]!).map((word) => {
      const type = wordIn(word, ADDRESS_TYPES, "type of address in nft");
      if (family === "ip6" && (type === "blackhole" || type === "prohibit")) {
        throw new Refused("IPv6 has no such type of address", word.offset);
      }
      return type;
    });
    const flags = side ? [address, side] as const : [address] as const;
    statements.push(
      isOneOf({ fib: { result: "type", flags } }, types, option.negated),
    );
  }
  if (statements.length === 0) {
    throw new Refused("addrtype needs --src-type or --dst-type", given.offset);
  }
  return one(...statements);
}

/** Whether the way back to the sender is by the interface it came in by. */
function rpfilter(given: Options, { hooks }: Setting): Alternatives {
  given.refuse(
    ["--accept-local"],
    "a rule of nft finds no route to a local sender",
    "fib saddr type local accept, in a rule before",
  );
  if ([...hooks].some((hook) => hook !== "prerouting")) {
    throw new Refused("rpfilter is for PREROUTING", given.offset);
  }
  const flags = [
    "saddr" as const,
    ...given.has("--validmark") ? ["mark" as const] : [],
    ...given.has("--loose") ? [] : ["iif" as const],
  ];
  const found: Expression = { fib: { result: "oif", flags } };
  return one(is(found, !given.has("--invert")));
}

/** A field of an extension header, by the option that compares it. */
type ExtensionField = readonly [field: string, max: number];

const field = (name: string, of: string): Expression => ({
  exthdr: { name, field: of },
});
const exists = (name: string, there = true): Statement =>
  is({ exthdr: { name } }, there);

function compareFields(
  given: Options,
  header: string,
  fields: Readonly<Record<string, ExtensionField>>,
): Statement[] {
  return Object.entries(fields).flatMap(([name, [of, max]]) => {
    const option = given.option(name);
    if (!option) return [];
    const value = spanValue(spanIn(option.values[0]!, max));
    return [is(field(header, of), value, option.negated)];
  });
}

function frag(given: Options): Alternatives {
  given.refuse(["--fraglen"], "the header of fragments has no length");
  const statements = compareFields(given, "frag", {
    "--fragid": ["id", 0xffffffff],
  });
  const bits = (name: string, of: string, value: number, not: boolean) => {
    if (given.has(name)) statements.push(is(field("frag", of), value, not));
  };
  bits("--fragfirst", "frag-off", 0, false);
  bits("--fragmore", "more-fragments", 1, false);
  bits("--fraglast", "more-fragments", 0, false);
  if (given.has("--fragres")) {
    throw new Refused(
      "it compares both reserved fields at once",
      given.offset,
      "frag reserved 1, frag reserved2 1",
    );
  }
  return one(...statements.length ? statements : [exists("frag")]);
}

function rt(given: Options): Alternatives {
  given.refuse(
    ["--rt-len", "--rt-0-res", "--rt-0-addrs", "--rt-0-not-strict"],
    "nft has no equal of it",
    "rt hdrlength, rt0 addr[1]",
  );
  const statements = compareFields(given, "rt", {
    "--rt-type": ["type", 255],
    "--rt-segsleft": ["seg-left", 255],
  });
  return one(...statements.length ? statements : [exists("rt")]);
}

const MH_TYPES: Readonly<Record<string, number>> = Object.fromEntries(
  [
    ...["binding-refresh-request", "home-test-init", "careof-test-init"],
    ...[
      "home-test",
      "careof-test",
      "binding-update",
      "binding-acknowledgement",
    ],
    "binding-error",
  ].map((name, number) => [name, number]),
);

function mh(given: Options): Alternatives {
  const option = given.option("--mh-type");
  if (!option) return one();
  const [word] = option.values;
  const value = /^[a-z]/i.test(word!.text)
    ? wordIn(word!, MH_TYPES, "type of mobility header")
    : spanValue(spanIn(word!, 255));
  return one(is(field("mh", "type"), value, option.negated));
}

/** Hop-by-hop and destination options: whether they are there. */
const optionHeader = (name: "hbh" | "dst"): Extension => ({
  family: "ip6",
  options: { [`--${name}-len`]: 1, [`--${name}-opts`]: 1 },
  read: (given) => {
    given.refuse(
      [`--${name}-len`, `--${name}-opts`],
      "nft does not look into these options",
      `${name} hdrlength`,
    );
    return one(exists(name));
  },
});

const HEADERS: Readonly<Record<string, string>> = {
  hop: "hbh",
  "hop-by-hop": "hbh",
  dst: "dst",
  "ipv6-opts": "dst",
  route: "rt",
  "ipv6-route": "rt",
  frag: "frag",
  "ipv6-frag": "frag",
};

function ipv6header(given: Options): Alternatives {
  const option = given.needed("--header");
  if (!given.has("--soft") || option.negated) {
    throw new Refused(
      "nft asks whether a header is there, not whether it is the only one",
      option.offset,
      "with --soft: exthdr frag exists",
    );
  }
  return one(
    ...listIn(option.values[0]!).map((word) =>
      exists(wordIn(word, HEADERS, "extension header in nft"))
    ),
  );
}

const PACKET_TYPES: Readonly<Record<string, string>> = {
  unicast: "host",
  broadcast: "broadcast",
  multicast: "multicast",
};

export const networkMatches: Extensions = {
  ttl: hops("ttl", payload("ip", "ttl")),
  hl: hops("hl", payload("ip6", "hoplimit")),
  tos: { options: { "--tos": 1 }, read: tos },
  dscp: { options: { "--dscp": 1, "--dscp-class": 1 }, read: dscp },
  iprange: { options: { "--src-range": 1, "--dst-range": 1 }, read: iprange },
  length: {
    options: { "--length": 1 },
    read: (given) => {
      const option = given.needed("--length");
      const value = spanValue(spanIn(option.values[0]!, 65535));
      return one(is(meta("length"), value, option.negated));
    },
  },
  mac: {
    options: { "--mac-source": 1 },
    read: (given) => {
      const option = given.needed("--mac-source");
      const [word] = option.values;
      if (!/^([0-9a-f]{1,2}:){5}[0-9a-f]{1,2}$/i.test(word!.text)) {
        throw new Refused("it must be as 02:00:00:00:00:01", word!.offset);
      }
      const address = word!.text.split(":").map((part) => part.padStart(2, "0"))
        .join(":").toLowerCase();
      return one(is(payload("ether", "saddr"), address, option.negated));
    },
  },
  pkttype: {
    options: { "--pkt-type": 1 },
    read: (given) => {
      const option = given.needed("--pkt-type");
      const type = wordIn(option.values[0]!, PACKET_TYPES, "type of packet");
      return one(is(meta("pkttype"), type, option.negated));
    },
  },
  addrtype: {
    options: {
      ...{ "--src-type": 1, "--dst-type": 1 },
      ...{ "--limit-iface-in": 0, "--limit-iface-out": 0 },
    },
    read: addrtype,
  },
  rpfilter: {
    options: {
      ...{ "--loose": 0, "--validmark": 0 },
      ...{ "--accept-local": 0, "--invert": 0 },
    },
    read: rpfilter,
  },
  frag: {
    family: "ip6",
    options: {
      ...{ "--fragid": 1, "--fraglen": 1, "--fragres": 0 },
      ...{ "--fragfirst": 0, "--fragmore": 0, "--fraglast": 0 },
    },
    read: frag,
  },
  rt: {
    family: "ip6",
    options: {
      ...{ "--rt-type": 1, "--rt-segsleft": 1, "--rt-len": 1 },
      ...{ "--rt-0-res": 0, "--rt-0-addrs": 1, "--rt-0-not-strict": 0 },
    },
    read: rt,
  },
  mh: { family: "ip6", options: { "--mh-type": 1 }, read: mh },
  hbh: optionHeader("hbh"),
  dst: optionHeader("dst"),
  ipv6header: {
    family: "ip6",
    options: { "--header": 1, "--soft": 0 },
    read: ipv6header,
  },
};
