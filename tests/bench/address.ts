/**
 * Parsing and formatting addresses, beside Python's `ipaddress` and the
 * packages that npm has for it.
 *
 * @module
 */

import { Address4, Address6 } from "ip-address";
import { parseIp, stringifyIp } from "ip-bigint";
import ipaddr from "ipaddr.js";
import * as net from "../../mod.ts";
import { seeded } from "../../lib/random.ts";
import { medianOf, pythonPeer } from "./peers.ts";

const COUNT = 1_000_000;
/** Python is slow: of so many its figure is as good. */
const PYTHON_COUNT = 100_000;

/** Seconds to parse and to format all texts. */
const PYTHON = `
import ipaddress, json, sys, time
texts = json.load(sys.stdin)
addresses = [ipaddress.ip_address(text) for text in texts]
def parse():
    for text in texts: ipaddress.ip_address(text)
def format():
    for address in addresses: str(address)
def seconds(work):
    times = []
    for _ in range(5):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return sorted(times)[2]
json.dump([seconds(parse), seconds(format)], sys.stdout)
`;

interface Peer {
  readonly name: string;
  parse(text: string): unknown;
  /** Makes what writes one address, from what \`parse\` gave. */
  format(parsed: unknown): string;
}

const peers: Readonly<Record<4 | 6, readonly Peer[]>> = {
  4: [
    {
      name: "ip-address",
      parse: (text) => new Address4(text),
      format: (parsed) => (parsed as Address4).correctForm(),
    },
    {
      name: "ipaddr.js",
      parse: ipaddr.parse,
      format: (parsed) => `${parsed}`,
    },
    { name: "ip-bigint", parse: parseIp, format: ipBigint },
  ],
  6: [
    {
      name: "ip-address",
      parse: (text) => new Address6(text),
      format: (parsed) => (parsed as Address6).correctForm(),
    },
    {
      name: "ipaddr.js",
      parse: ipaddr.parse,
      format: (parsed) => `${parsed}`,
    },
    { name: "ip-bigint", parse: parseIp, format: ipBigint },
  ],
};

function ipBigint(parsed: unknown): string {
  return stringifyIp(parsed as Parameters<typeof stringifyIp>[0]);
}

/** Half as registries give them out, with zeros; half with all bits at random. */
function texts(family: 4 | 6): string[] {
  const random = seeded(family);
  const word = () => Math.floor(random() * 2 ** 32);
  return Array.from({ length: COUNT }, (_, n) => {
    const address = family === 4 || n % 2 === 0
      ? new net.ip.Address(family, word(), word(), word(), word())
      : new net.ip.Address(6, 0x20010db8, word() & ~0xffff, 0, word() & 0xff);
    return `${address}`;
  });
}

let sink = 0;

/** Formats all; reading a character in the middle makes the text a flat one. */
function write<T>(items: readonly T[], format: (item: T) => string): void {
  for (const item of items) {
    const text = format(item);
    sink += text.charCodeAt(text.length >> 1);
  }
}

/** Prints the table. */
export async function bench(): Promise<void> {
  const rows = [];
  for (const family of [4, 6] as const) {
    const all = texts(family);
    const some = all.slice(0, PYTHON_COUNT);
    const theirs = await pythonPeer<[number, number]>(PYTHON, some);
    const each = (seconds: number | undefined) =>
      seconds === undefined ? undefined : seconds * 1e9 / PYTHON_COUNT;
    const ours = all.map((text) => net.ip.parse(text));
    const parse = {
      "net.ip": medianOf(() => {
        for (const text of all) net.ip.parse(text);
      }) / COUNT,
      ipaddress: each(theirs?.[0]),
    };
    const format = {
      "net.ip": medianOf(() => write(ours, (address) => address.toString())) /
        COUNT,
      ipaddress: each(theirs?.[1]),
    };
    const npm = peers[family].map(({ name, parse, format }) => {
      const parsed = some.map((text) => parse(text));
      return {
        name,
        parse: medianOf(() => {
          for (const text of some) parse(text);
        }) / PYTHON_COUNT,
        format: medianOf(() => write(parsed, format)) / PYTHON_COUNT,
      };
    });
    for (const work of ["parse", "format"] as const) {
      const { "net.ip": own, ipaddress } = work === "parse" ? parse : format;
      const cell = (ns: number | undefined) =>
        ns === undefined
          ? "absent"
          : `${ns.toFixed(0)} (${(ns / own).toFixed(1)}x)`;
      rows.push({
        [`ns an address`]: `${work} IPv${family}`,
        "net.ip": own.toFixed(0),
        "python3 ipaddress": cell(ipaddress),
        ...Object.fromEntries(npm.map((peer) => [peer.name, cell(peer[work])])),
      });
    }
  }
  if (sink === 0) throw new Error("nothing was written");
  console.log(net.inspect.table(rows, {
    title: "Addresses: time for each, and how many times ours",
    canvas: net.inspect.canvas({ width: 100 }),
  }));
}
