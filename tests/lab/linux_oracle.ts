/**
 * Our reading of a network beside that of `ip -j -d`, field by field.
 *
 * @module
 */

import assert from "node:assert/strict";
import type { IpObject } from "../../lib/linux/ip_json.ts";
import { NetlinkSocket } from "../../lib/linux/netlink.ts";
import { inside, type OwnNetwork } from "./own_network.ts";

/** Sets a network up; random lines that the kernel refuses are passed over. */
export function batch(network: OwnNetwork, lines: readonly string[]): void {
  const file = Deno.makeTempFileSync();
  const run = (family: string[], lines: readonly string[]) => {
    Deno.writeTextFileSync(file, lines.join("\n") + "\n");
    const args = [...family, "-force", "-batch", file];
    inside(network, () => new Deno.Command("ip", { args }).outputSync());
  };
  try {
    // A line cannot say its family, so those of IPv6 come after the others.
    const [v4 = [], v6 = []] = [false, true].map((wide) =>
      lines.filter((line) => line.startsWith("-6 ") === wide)
    );
    run([], v4);
    if (v6.length > 0) run(["-6"], v6.map((line) => line.slice(3)));
  } finally {
    Deno.removeSync(file);
  }
}

/** What `ip -j -d` shows, or `tc`. */
export function json(network: OwnNetwork, ...args: string[]): IpObject[] {
  const text = network.run(
    args[0] === "tc" ? "tc" : "ip",
    "-j",
    "-d",
    ...args.slice(Number(args[0] === "tc")),
  );
  const objects = text.trim() === "" ? [] : JSON.parse(text) as IpObject[];
  return objects.filter((object) => Object.keys(object).length > 0);
}

/** Reads through a socket in the network. */
export function native<T>(
  network: OwnNetwork,
  read: (socket: NetlinkSocket) => T,
): T {
  using socket = inside(network, () => NetlinkSocket.open());
  return read(socket);
}

/** Every key that ip shows must be one that is compared, or one named here. */
export function checkKeys(
  objects: readonly IpObject[],
  known: readonly string[],
  what: string,
): void {
  const strange = new Set(objects.flatMap((object) => Object.keys(object)));
  for (const key of known) strange.delete(key);
  assert.deepEqual([...strange], [], `keys of ${what} that nobody compares`);
}

/** As JSON has it, so that addresses compare by their text. */
export function plain(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(
      value,
      (_, x) =>
        typeof x === "bigint" ? String(x) : x === Infinity ? "for ever" : x,
    ),
  );
}

/** Counts down between two readings. */
export function countsDown(
  a: unknown,
  b: unknown,
  keys: readonly string[],
): void {
  const [x, y] = [a, b] as Record<string, unknown>[];
  for (const key of keys) {
    if (typeof x![key] === "number" && typeof y![key] === "number") {
      assert.ok(
        Math.abs(x![key] - y![key]) <= 2,
        `${key}: ${x![key]}, ${y![key]}`,
      );
      delete x![key];
      delete y![key];
    }
  }
}

/** Holds two readings against each other; clocks may differ by 2 s. */
export function same(
  ours: unknown[],
  theirs: unknown[],
  clocks: readonly string[],
): void {
  const [a, b] = [plain(ours), plain(theirs)] as unknown[][];
  assert.equal(a!.length, b!.length);
  a!.forEach((item, i) => countsDown(item, b![i], clocks));
  assert.deepEqual(a, b);
}

/** The indexes of a network's interfaces by name. */
export function indexesOf(network: OwnNetwork): Map<unknown, number> {
  return new Map(
    json(network, "link").map(({ ifname, ifindex }) => [
      ifname,
      Number(ifindex),
    ]),
  );
}

/**
 * Reads both ways until nothing has changed in between: the kernel goes on
 * with what was begun, such as the states of links.
 */
export function steady<T, U>(
  network: OwnNetwork,
  read: (socket: NetlinkSocket) => T,
  other: () => U,
): [ours: T, theirs: U] {
  const text = (value: unknown) =>
    JSON.stringify(
      value,
      (key, x) =>
        typeof x === "bigint"
          ? String(x)
          : /Timer$|Seconds$|references/.test(key)
          ? 0
          : x,
    );
  for (let i = 0;; i++) {
    const ours = native(network, read);
    const theirs = other();
    const again = native(network, read);
    if (i >= 20 || text(ours) === text(again)) return [ours, theirs];
  }
}
