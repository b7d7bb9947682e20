/**
 * The kernel's network through rtnetlink, beside `ip`: 5,000 routes read, the
 * way to an address, a veth pair made.
 *
 * @module
 */

import { libc } from "../../lib/ffi/libc.ts";
import {
  createNetworkNamespace,
  inNamespace,
} from "../../lib/ffi/namespace.ts";
import * as inspect from "../../lib/inspect/mod.ts";
import { parse } from "../../lib/ip/address.ts";
import { addLinkMessage } from "../../lib/linux/link_messages.ts";
import { NetlinkSocket } from "../../lib/linux/netlink.ts";
import { lookUpRoute } from "../../lib/linux/route_ask.ts";
import { readRoutes } from "../../lib/linux/route_decode.ts";
import { routeMessage } from "../../lib/linux/route_messages.ts";
import { medianOf } from "./peers.ts";

const ROUTES = 5_000;
const ROUNDS = 40;

/** Measures reading, asking and making, each beside `ip` that does the same. */
export function bench(): Promise<void> {
  let namespace: number;
  try {
    namespace = createNetworkNamespace();
  } catch {
    console.log(
      "linux: skipped, needs root: unshare -rn deno task bench linux",
    );
    return Promise.resolve();
  }
  const socket = inNamespace(namespace, () => NetlinkSocket.open());
  const ip = (...args: string[]) =>
    inNamespace(
      namespace,
      () => new Deno.Command("ip", { args }).outputSync(),
    );
  const read = (text: Uint8Array) => JSON.parse(new TextDecoder().decode(text));
  try {
    socket.transact(
      addLinkMessage({
        name: "v0",
        kind: "veth",
        index: 10,
        up: true,
        peer: { name: "v1" },
      }),
      ...Array.from({ length: ROUTES }, (_, i) =>
        routeMessage({
          to: `10.${i >> 8}.${i & 255}.0/24`,
          device: 10,
          metric: i,
        })),
    );
    const few = createNetworkNamespace();
    const quiet = inNamespace(few, () => NetlinkSocket.open());
    const rows = [];
    const first = performance.now();
    readRoutes(socket, { family: 4 });
    const cold = (performance.now() - first) * 1e6;
    rows.push(row("5,000 routes", [
      medianOf(() => readRoutes(socket, { family: 4 }), ROUNDS),
      medianOf(() => read(ip("-4", "-j", "route").stdout)),
    ]));
    rows.push(row("5,000 routes, the first time", [
      cold,
      medianOf(() => read(ip("-4", "-j", "route").stdout)),
    ]));
    const to = parse("127.0.0.1");
    inNamespace(
      few,
      () =>
        new Deno.Command("ip", { args: ["link", "set", "lo", "up"] })
          .outputSync(),
    );
    rows.push(row("the way to an address, and why", [
      medianOf(() => lookUpRoute(quiet, { to })),
      medianOf(() =>
        inNamespace(
          few,
          () =>
            new Deno.Command("ip", {
              args: ["-j", "route", "get", "127.0.0.1"],
            }).outputSync(),
        )
      ),
    ]));
    let n = 0;
    rows.push(row("a veth pair more", [
      medianOf(() => {
        const [name, peer] = [`a${n}`, `b${n++}`];
        quiet.transact(
          addLinkMessage({ name, kind: "veth", peer: { name: peer } }),
        );
      }),
      medianOf(() => {
        const [name, peer] = [`c${n}`, `d${n++}`];
        inNamespace(
          few,
          () =>
            new Deno.Command("ip", {
              args: [
                "link",
                "add",
                "name",
                name,
                "type",
                "veth",
                "peer",
                "name",
                peer,
              ],
            }).outputSync(),
        );
      }),
    ]));
    quiet.close();
    libc().close(few);
    console.log(inspect.table(rows, {
      title: "rtnetlink beside ip",
      canvas: inspect.canvas({ colors: Deno.stdout.isTerminal() }),
    }));
  } finally {
    socket.close();
    libc().close(namespace);
  }
  return Promise.resolve();
}

function row(what: string, [ours, theirs]: readonly [number, number]) {
  return {
    what,
    ours: inspect.duration(ours / 1e6),
    ip: inspect.duration(theirs / 1e6),
    ratio: `${(theirs / ours).toFixed(1)}×`,
  };
}

if (import.meta.main) await bench();
