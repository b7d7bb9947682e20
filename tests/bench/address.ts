/**
 * Parsing addresses, beside Python's `ipaddress` and npm's `ip-address`.
 *
 * @module
 */

import { Address4, Address6 } from "ip-address";
import * as net from "../../mod.ts";
import { median } from "./pty.ts";

const COUNT = 100_000;
const ROUNDS = 5;

const v4 = Array.from(
  { length: COUNT },
  (_, n) => [n * 7 % 223, n >> 8 & 255, n & 255, n * 13 & 255].join("."),
);
const v6 = Array.from(
  { length: COUNT },
  (_, n) =>
    `2001:db8:${(n & 0xffff).toString(16)}::${(n * 31 & 0xffff).toString(16)}`,
);

const PYTHON = `
import sys, time, ipaddress
texts = sys.stdin.read().split()
times = []
for _ in range(${ROUNDS}):
    start = time.perf_counter()
    for text in texts: ipaddress.ip_address(text)
    times.append(time.perf_counter() - start)
print(sorted(times)[${ROUNDS >> 1}] * 1e9 / len(texts))
`;

/** Nanoseconds for one text. */
function nanoseconds(
  texts: readonly string[],
  parse: (text: string) => unknown,
): number {
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const start = performance.now();
    for (const text of texts) parse(text);
    times.push(performance.now() - start);
  }
  return median(times) * 1e6 / texts.length;
}

async function python(texts: readonly string[]): Promise<number | undefined> {
  try {
    const child = new Deno.Command("python3", {
      args: ["-c", PYTHON],
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    const writer = child.stdin.getWriter();
    await writer.write(new TextEncoder().encode(texts.join("\n")));
    await writer.close();
    return Number(new TextDecoder().decode((await child.output()).stdout));
  } catch {
    return undefined;
  }
}

/** Prints the table. */
export async function bench(): Promise<void> {
  const rows = [];
  for (
    const [name, texts, peer] of [
      ["IPv4", v4, (text: string) => new Address4(text)],
      ["IPv6", v6, (text: string) => new Address6(text)],
    ] as const
  ) {
    const ours = nanoseconds(texts, net.ip.parse);
    const npm = nanoseconds(texts, peer);
    const theirs = await python(texts);
    rows.push({
      parse: name,
      "net.ip": `${ours.toFixed(0)} ns`,
      "ip-address": `${npm.toFixed(0)} ns`,
      "x ": (npm / ours).toFixed(1),
      "python3 ipaddress": theirs === undefined
        ? "absent"
        : `${theirs.toFixed(0)} ns`,
      "x": theirs === undefined ? "" : (theirs / ours).toFixed(1),
    });
  }
  console.log(net.inspect.table(rows, {
    title: "Parsing one address",
    canvas: net.inspect.canvas({ width: 100 }),
  }));
}
