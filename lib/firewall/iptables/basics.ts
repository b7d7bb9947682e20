/**
 * What every rule of iptables may say: interfaces, addresses, the protocol.
 *
 * @see iptables(8), PARAMETERS
 *
 * @module
 */

import { dataType, literalOf, numberOf } from "../model/data_types.ts";
import type { Expression } from "../model/expression.ts";
import type { Statement } from "../model/statement.ts";
import { endsOf } from "../model/value.ts";
import type { Value } from "../model/expression.ts";
import {
  type Alternatives,
  and,
  is,
  isOneOf,
  meta,
  never,
  payload,
} from "./extension.ts";
import type { Word } from "./lines.ts";
import { listIn, type Option, readNumber } from "./options.ts";
import { Refused } from "./refusal.ts";

type IpFamily = "ip" | "ip6";

const PROTOCOL = dataType("inet_proto");

/** What iptables calls otherwise than nft. */
const PROTOCOLS: Readonly<Record<string, number>> = {
  all: 0,
  mh: 135,
  "ipv6-mh": 135,
  icmp6: 58,
};

/** `-p`: what it compares, and the protocol's name if it must be that one. */
export function readProtocol(
  option: Option | undefined,
  _family: IpFamily,
): { parts: Alternatives; name: string | undefined } {
  if (!option) return { parts: [[]], name: undefined };
  const { text, offset } = option.values[0]!;
  let number = readNumber(text, 255);
  try {
    number ??= PROTOCOLS[text.toLowerCase()] ??
      numberOf(PROTOCOL, text.toLowerCase()) as number;
  } catch {
    throw new Refused(
      `${JSON.stringify(text)} is no protocol that is known here`,
      offset,
      "give its number",
    );
  }
  if (number === 0) {
    if (option.negated) never(offset);
    return { parts: [[]], name: undefined };
  }
  const name = literalOf(PROTOCOL, number) as string | number;
  return {
    parts: [[is(meta("l4proto"), name, option.negated)]],
    name: option.negated ? undefined : String(name),
  };
}

/** `-i` and `-o`; `eth+` is all that begins with `eth`. */
export function readInterface(option: Option): Alternatives {
  const { text, offset } = option.values[0]!;
  const key = option.name === "-i" || option.name.startsWith("--in")
    ? "iifname"
    : "oifname";
  if (text.length > 15 || text === "" || /[\s"*/]/.test(text)) {
    throw new Refused(
      `${
        JSON.stringify(text)
      } cannot be an interface: up to 15 letters, no "*" and no "/"`,
      offset,
    );
  }
  if (text === "+") {
    if (option.negated) never(offset);
    return [[]];
  }
  const name = text.endsWith("+") ? `${text.slice(0, -1)}*` : text;
  return [[is(meta(key), name, option.negated)]];
}

/** An address or network, and what stands for it in nft. */
export interface Network {
  /** undefined: any address. */
  readonly value: Expression | undefined;
  /** Bits that count, where they are no prefix's. */
  readonly mask?: string;
}

const typeOf = (family: IpFamily) =>
  dataType(family === "ip" ? "ipv4_addr" : "ipv6_addr");

/** An address, as a number. */
export function addressIn(
  { text, offset }: Word,
  family: IpFamily,
): bigint {
  try {
    return BigInt(numberOf(typeOf(family), text) as number | bigint);
  } catch {
    throw new Refused(
      `${JSON.stringify(text)} is no address of ${
        family === "ip" ? "IPv4" : "IPv6"
      }`,
      offset,
      /^[a-z]/i.test(text)
        ? "give the address: iptables looks a name up only once, when it adds the rule"
        : undefined,
    );
  }
}

/** The address's text. */
export const addressText = (number: bigint, family: IpFamily): string =>
  literalOf(
    typeOf(family),
    family === "ip" ? Number(number) : number,
  ) as string;

/** `10.0.0.0/8`, `10/8`, `10.0.0.0/255.0.255.0`. */
export function networkIn(word: Word, family: IpFamily): Network {
  const { text, offset } = word;
  const slash = text.indexOf("/");
  const bits = family === "ip" ? 32 : 128;
  const all = (1n << BigInt(bits)) - 1n;
  let first = slash < 0 ? text : text.slice(0, slash);
  if (family === "ip" && /^\d+(\.\d+){0,2}$/.test(first)) {
    first += ".0".repeat(4 - first.split(".").length);
  }
  const address = addressIn({ ...word, text: first }, family);
  if (slash < 0) return { value: addressText(address, family) };
  const after = text.slice(slash + 1);
  const length = /^\d+$/.test(after) ? readNumber(after, bits) : undefined;
  if (length === undefined && /^\d*$/.test(after)) {
    throw new Refused(
      `a prefix of ${JSON.stringify(text)} must be from 0 to ${bits} long`,
      offset + slash + 1,
    );
  }
  const mask = length === undefined
    ? addressIn({ ...word, text: after, offset: offset + slash + 1 }, family)
    : all ^ all >> BigInt(length);
  if (mask === 0n) return { value: undefined };
  const network = addressText(address & mask, family);
  if (mask === all) return { value: network };
  const hosts = all ^ mask;
  if ((hosts & hosts + 1n) === 0n) {
    const len = bits - hosts.toString(2).length;
    return { value: { prefix: { addr: network, len } } };
  }
  return { value: network, mask: addressText(mask, family) };
}

/** `-s` and `-d`: several addresses are a set, where that means the same. */
export function readAddresses(
  option: Option,
  family: IpFamily,
  stateful: boolean,
): Alternatives {
  const [word] = option.values as readonly [Word];
  const words = listIn(word);
  const field = /^(-s|--s)/.test(option.name) ? "saddr" : "daddr";
  const left = payload(family, field);
  if (words.length > 1 && option.negated) {
    throw new Refused(
      'iptables takes no "!" with several addresses',
      option.offset,
      "with a set: ip saddr != { …, … }",
    );
  }
  const networks = words.map((each) => networkIn(each, family));
  const isSet = !stateful && networks.length > 1 &&
    networks.every(({ value, mask }) => value !== undefined && !mask) &&
    areApart(networks.map(({ value }) => value as Value), family);
  if (isSet) {
    return [[isOneOf(left, networks.map(({ value }) => value!))]];
  }
  return networks.map(({ value, mask }, index): Statement[] => {
    if (value === undefined) {
      if (option.negated) never(words[index]!.offset);
      return [];
    }
    return [is(mask ? and(left, mask) : left, value, option.negated)];
  });
}

/** Whether no address is in two of them. */
function areApart(values: readonly Value[], family: IpFamily): boolean {
  const ends = values.map((value) => endsOf(typeOf(family), value))
    .sort(([a], [b]) => a < b ? -1 : a > b ? 1 : 0);
  return ends.every(([low], i) => i === 0 || low > ends[i - 1]![1]);
}
