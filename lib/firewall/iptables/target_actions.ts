/**
 * Targets that refuse, log, hand on, or leave a packet alone.
 *
 * @module
 */

import type { Log, Statement } from "../model/statement.ts";
import { addressIn, addressText } from "./basics.ts";
import {
  type Alternatives,
  type Extensions,
  meta,
  neededProtocol,
  one,
  type Setting,
} from "./extension.ts";
import {
  maskedIn,
  numberIn,
  type Options,
  readNumber,
  spanIn,
  spanValue,
  wordIn,
} from "./options.ts";
import { Refused } from "./refusal.ts";
import { changed, set } from "./target_marks.ts";

/** The codes of each family, by the names that iptables has for them. */
export const rejectCodes: Readonly<
  Record<"ip" | "ip6", Readonly<Record<string, string>>>
> = {
  ip: {
    "icmp-net-unreachable": "net-unreachable",
    "net-unreach": "net-unreachable",
    "icmp-host-unreachable": "host-unreachable",
    "host-unreach": "host-unreachable",
    "icmp-proto-unreachable": "prot-unreachable",
    "proto-unreach": "prot-unreachable",
    "icmp-port-unreachable": "port-unreachable",
    "port-unreach": "port-unreachable",
    "icmp-net-prohibited": "net-prohibited",
    "net-prohib": "net-prohibited",
    "icmp-host-prohibited": "host-prohibited",
    "host-prohib": "host-prohibited",
    "icmp-admin-prohibited": "admin-prohibited",
    "admin-prohib": "admin-prohibited",
    "tcp-reset": "",
    "tcp-rst": "",
  },
  ip6: {
    "icmp6-no-route": "no-route",
    "no-route": "no-route",
    "icmp6-adm-prohibited": "admin-prohibited",
    "adm-prohibited": "admin-prohibited",
    "icmp6-addr-unreachable": "addr-unreachable",
    "addr-unreach": "addr-unreachable",
    "icmp6-port-unreachable": "port-unreachable",
    "port-unreach": "port-unreachable",
    "icmp6-policy-fail": "policy-fail",
    "policy-fail": "policy-fail",
    "icmp6-reject-route": "reject-route",
    "reject-route": "reject-route",
    "tcp-reset": "",
  },
};

function reject(given: Options, setting: Setting): Alternatives {
  const { family } = setting;
  const option = given.option("--reject-with");
  if (!option) return one({ reject: null });
  const code = wordIn(option.values[0]!, rejectCodes[family], "answer");
  if (code === "") {
    neededProtocol(given, setting, ["tcp"]);
    return one({ reject: { type: "tcp reset" } });
  }
  const type = family === "ip" ? "icmp" : "icmpv6";
  return one({ reject: { type, expr: code } });
}

type LogFields = NonNullable<Log["log"]>;

export const logLevels: readonly NonNullable<LogFields["level"]>[] = [
  ...["emerg", "alert", "crit", "err", "warn", "notice"] as const,
  ...["info", "debug"] as const,
];
const LEVELS: Readonly<Record<string, NonNullable<LogFields["level"]>>> = {
  ...Object.fromEntries(logLevels.map((level) => [level, level])),
  panic: "emerg",
  error: "err",
  warning: "warn",
};

export const logFlags = {
  "--log-tcp-sequence": "tcp sequence",
  "--log-tcp-options": "tcp options",
  "--log-ip-options": "ip options",
  "--log-uid": "skuid",
  "--log-macdecode": "ether",
} as const;

function prefixOf(given: Options, name: string): { prefix?: string } {
  const word = given.option(name)?.values[0];
  if (!word || word.text === "") return {};
  if (/["\r\n]/.test(word.text)) {
    throw new Refused("nft takes no quotes in a prefix", word.offset);
  }
  return { prefix: word.text };
}

function log(given: Options): Alternatives {
  const word = given.option("--log-level")?.values[0];
  const number = word && readNumber(word.text, 7);
  const level = number !== undefined
    ? logLevels[number]
    : word && wordIn(word, LEVELS, "level");
  const flags = Object.entries(logFlags).filter(([name]) => given.has(name))
    .map(([, flag]) => flag);
  return one({
    log: {
      ...prefixOf(given, "--log-prefix"),
      ...level && { level },
      ...flags.length && { flags },
    },
  });
}

function nflog(given: Options): Alternatives {
  given.refuse(
    ["--nflog-range"],
    "it never did what it says",
    "log group 0 snaplen 64",
  );
  const snaplen = given.number("--nflog-size");
  const threshold = given.number("--nflog-threshold", 65535);
  return one({
    log: {
      ...prefixOf(given, "--nflog-prefix"),
      group: given.number("--nflog-group", 65535) ?? 0,
      ...snaplen !== undefined && { snaplen },
      ...threshold !== undefined && threshold > 1 &&
        { "queue-threshold": threshold },
    },
  });
}

function queue(given: Options): Alternatives {
  const balance = given.option("--queue-balance");
  const flags = [
    ...given.has("--queue-bypass") ? ["bypass" as const] : [],
    ...given.has("--queue-cpu-fanout") ? ["fanout" as const] : [],
  ];
  const num = balance
    ? spanValue(spanIn(balance.values[0]!, 65535))
    : given.number("--queue-num", 65535) ?? 0;
  return one({ queue: { num, ...flags.length && { flags } } });
}

/** Helpers by the ports of which protocol they listen to. */
const UDP_HELPERS = ["amanda", "netbios-ns", "RAS", "sip", "snmp", "tftp"];

function connection(given: Options, setting: Setting): Alternatives {
  given.refuse(
    ["--timeout", "--expevents"],
    "the text says only its name, not what it holds",
    'ct timeout slow { protocol tcp; policy = { established : 1h } }, then ct timeout set "slow"',
  );
  if (setting.table !== "raw") {
    throw new Refused("CT is for table raw", given.offset);
  }
  const statements: Statement[] = [];
  if (given.has("--notrack")) statements.push({ notrack: null });
  for (
    const [name, dir] of [["--zone", undefined], ["--zone-orig", "original"], [
      "--zone-reply",
      "reply",
    ]] as const
  ) {
    const option = given.option(name);
    if (!option) continue;
    const key = dir ? { key: "zone", dir } : { key: "zone" };
    const [word] = option.values;
    if (word!.text === "mark") {
      statements.push(set({ ct: key }, meta("mark")));
    } else statements.push(set({ ct: key }, numberIn(word!, 65535)));
  }
  const events = given.option("--ctevents");
  if (events) {
    statements.push(
      set({ ct: { key: "event" } }, events.values[0]!.text.split(",")),
    );
  }
  const helper = given.option("--helper");
  if (helper) {
    const [word] = helper.values;
    const protocol = neededProtocol(given, setting, ["tcp", "udp"]) as "tcp";
    const { text } = word!;
    if (!/^[\w-]+$/.test(text)) {
      throw new Refused("it must be the name of a helper", word!.offset);
    }
    if (UDP_HELPERS.includes(text) && protocol === "tcp" && text !== "sip") {
      throw new Refused(`${text} listens to UDP`, word!.offset);
    }
    const name = `${text}-${protocol}`;
    setting.addObject({
      ...{ kind: "ct helper", name, type: text, protocol },
      l3proto: setting.family,
    });
    statements.push({ "ct helper": name });
  }
  if (statements.length === 0) {
    throw new Refused("CT needs to know what to do", given.offset);
  }
  return one(...statements);
}

/** To a local socket that is transparent; without one, iptables drops. */
function tproxy(given: Options, setting: Setting): Alternatives {
  neededProtocol(given, setting, ["tcp", "udp"]);
  const port = numberIn(given.needed("--on-port").values[0]!, 65535);
  const address = given.option("--on-ip")?.values[0];
  const mark = given.option("--tproxy-mark")?.values[0];
  const { family } = setting;
  const number = address && addressIn(address, family);
  if (port === 0) {
    throw new Refused("nft needs a port to send to", given.offset);
  }
  return [
    [
      {
        tproxy: {
          ...number && { addr: addressText(number, family) },
          port,
        },
      },
      ...mark ? [set(meta("mark"), changed(meta("mark"), maskedIn(mark)))] : [],
      { accept: null },
    ],
    [{ drop: null }],
  ];
}

function tee(given: Options, { family }: Setting): Alternatives {
  const [word] = given.needed("--gateway").values;
  const dev = given.text("--oif");
  return one({
    dup: {
      addr: addressText(addressIn(word!, family), family),
      ...dev !== undefined && { dev },
    },
  });
}

function synproxy(given: Options, setting: Setting): Alternatives {
  neededProtocol(given, setting, ["tcp"]);
  given.refuse(["--ecn"], "nft sees to congestion bits by itself");
  const mss = given.number("--mss", 65535);
  const wscale = given.number("--wscale", 14);
  const flags = [
    ...given.has("--timestamp") ? ["timestamp" as const] : [],
    ...given.has("--sack-perm") ? ["sack-perm" as const] : [],
  ];
  return one({
    synproxy: {
      ...mss !== undefined && { mss },
      ...wscale !== undefined && { wscale },
      ...flags.length && { flags },
    },
  });
}

export const actionTargets: Extensions = {
  REJECT: { options: { "--reject-with": 1 }, read: reject },
  LOG: {
    options: {
      ...{ "--log-level": 1, "--log-prefix": 1 },
      ...Object.fromEntries(Object.keys(logFlags).map((name) => [name, 0])),
    },
    read: log,
  },
  NFLOG: {
    options: {
      ...{ "--nflog-group": 1, "--nflog-prefix": 1, "--nflog-size": 1 },
      ...{ "--nflog-range": 1, "--nflog-threshold": 1 },
    },
    read: nflog,
  },
  NFQUEUE: {
    options: {
      ...{ "--queue-num": 1, "--queue-balance": 1 },
      ...{ "--queue-bypass": 0, "--queue-cpu-fanout": 0 },
    },
    read: queue,
  },
  QUEUE: { options: {}, read: () => one({ queue: null }) },
  CT: {
    options: {
      ...{ "--notrack": 0, "--helper": 1, "--timeout": 1, "--ctevents": 1 },
      ...{ "--expevents": 1, "--zone": 1, "--zone-orig": 1, "--zone-reply": 1 },
    },
    read: connection,
  },
  NOTRACK: { options: {}, read: () => one({ notrack: null }) },
  TPROXY: {
    options: { "--on-port": 1, "--on-ip": 1, "--tproxy-mark": 1 },
    read: tproxy,
  },
  TEE: { options: { "--gateway": 1, "--oif": 1 }, read: tee },
  SYNPROXY: {
    options: {
      ...{ "--mss": 1, "--wscale": 1, "--sack-perm": 0 },
      ...{ "--timestamp": 0, "--ecn": 0 },
    },
    read: synproxy,
  },
  TRACE: { options: {}, read: () => one(set(meta("nftrace"), 1)) },
  AUDIT: {
    options: { "--type": 1 },
    read: () => one({ log: { level: "audit" } }),
  },
};
