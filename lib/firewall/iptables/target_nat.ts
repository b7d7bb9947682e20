/**
 * Targets that translate addresses.
 *
 * @module
 */

import type { Expression } from "../model/expression.ts";
import type { NatFlag, NatTarget } from "../model/statement.ts";
import { addressIn, addressText, networkIn } from "./basics.ts";
import {
  type Alternatives,
  type Extension,
  type Extensions,
  neededProtocol,
  one,
  PORT_PROTOCOLS,
  type Setting,
} from "./extension.ts";
import type { Word } from "./lines.ts";
import { type Options, readPort, spanIn, spanValue } from "./options.ts";
import { Refused } from "./refusal.ts";

/** Protocols whose ports, or what stands for them, can be chosen. */
const TRANSLATED = [...PORT_PROTOCOLS, "icmp", "ipv6-icmp"];

const FLAGS = {
  "--random": "random",
  "--random-fully": "fully-random",
  "--persistent": "persistent",
} as const;

function flagsOf(given: Options): { flags?: readonly NatFlag[] } {
  const flags = Object.entries(FLAGS).filter(([name]) => given.has(name))
    .map(([, flag]) => flag);
  return flags.length ? { flags } : {};
}

/** `80` or `80-90`. */
function portsOf(word: Word): Expression {
  if (word.text.includes("/")) {
    throw new Refused(
      "nft shifts a range of ports only by a map",
      word.offset,
      "dnat to 10.0.0.1 : tcp dport map { 5000 : 80, 5001 : 81 }",
    );
  }
  // A name may have a dash in it.
  const port = readPort(word.text);
  if (port !== undefined) return port;
  if (/^-|-$/.test(word.text)) {
    throw new Refused("a range of ports has both ends", word.offset);
  }
  return spanValue(spanIn(word, 65535, readPort, "-"));
}

/** `10.0.0.1-10.0.0.9:80-90`, `[2001:db8::1]:80`, `:80`. */
function targetIn(
  word: Word,
  given: Options,
  setting: Setting,
): NatTarget {
  const { text, offset } = word;
  const { family } = setting;
  let addresses = text;
  let ports: Word | undefined;
  const colon = family === "ip" || text.startsWith("[")
    ? text.lastIndexOf(":")
    : -1;
  if (colon >= 0 && !text.slice(colon).includes("]")) {
    addresses = text.slice(0, colon);
    ports = {
      ...word,
      text: text.slice(colon + 1),
      offset: offset + colon + 1,
    };
  } else if (text.startsWith(":") && !text.startsWith("::")) {
    addresses = "";
    ports = { ...word, text: text.slice(1), offset: offset + 1 };
  }
  if (ports) neededProtocol(given, setting, TRANSLATED);
  const [first = "", last = first] = addresses.replaceAll(/[[\]]/g, "").split(
    "-",
  );
  const at = (text: string) =>
    addressText(addressIn({ ...word, text }, family), family);
  if (
    addresses !== "" && addressIn({ ...word, text: first }, family) >
      addressIn({ ...word, text: last }, family)
  ) throw new Refused("its end is below its start", offset);
  return {
    ...addresses !== "" && {
      addr: first === last ? at(first) : { range: [at(first), at(last)] },
    },
    ...ports && { port: portsOf(ports) },
    ...flagsOf(given),
  };
}

const to = (
  kind: "snat" | "dnat",
  option: string,
): Extension => ({
  options: {
    [option]: 1,
    "--random": 0,
    "--random-fully": 0,
    "--persistent": 0,
  },
  read: (given, setting) => {
    const [word] = given.needed(option).values;
    inNat(given, setting);
    const target = targetIn(word!, given, setting);
    return kind === "snat" ? one({ snat: target }) : one({ dnat: target });
  },
});

/** Address translation happens in its own table only. */
function inNat(given: Options, { table }: Setting): void {
  if (table === "nat") return;
  throw new Refused(`${given.name} is for table nat`, given.offset);
}

const local = (kind: "masquerade" | "redirect"): Extension => ({
  options: { "--to-ports": 1, "--random": 0, "--random-fully": 0 },
  aliases: { "--to-port": "--to-ports" },
  read: (given, setting) => {
    inNat(given, setting);
    const ports = given.option("--to-ports");
    if (ports) neededProtocol(given, setting, TRANSLATED);
    const target = {
      ...ports && { port: portsOf(ports.values[0]!) },
      ...flagsOf(given),
    };
    return kind === "masquerade"
      ? one({ masquerade: target })
      : one({ redirect: target });
  },
});

/** The network's bits change, the host's stay. */
function netmap(given: Options, setting: Setting): Alternatives {
  inNat(given, setting);
  const { family, hooks } = setting;
  const [word] = given.needed("--to").values;
  const { value, mask } = networkIn(word!, family);
  if (value === undefined || mask !== undefined) {
    throw new Refused("it must be a network, as 10.1.0.0/16", word!.offset);
  }
  const isDestination = hooks.has("prerouting") || hooks.has("output");
  const isSource = hooks.has("postrouting") || hooks.has("input");
  if (isDestination === isSource) {
    throw new Refused(
      "the chain is reached from both sides of the routing decision, or from none",
      given.offset,
      "a chain for each: dnat prefix to …, snat prefix to …",
    );
  }
  const target: NatTarget = {
    addr: value,
    flags: ["netmap"],
    type_flags: ["prefix"],
  };
  return isDestination ? one({ dnat: target }) : one({ snat: target });
}

export const natTargets: Extensions = {
  DNAT: to("dnat", "--to-destination"),
  SNAT: to("snat", "--to-source"),
  MASQUERADE: local("masquerade"),
  REDIRECT: local("redirect"),
  NETMAP: { options: { "--to": 1 }, read: netmap },
};
