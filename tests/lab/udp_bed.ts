/**
 * Hosts on one bridge, each a network namespace of its own.
 *
 * @module
 */

import assert from "node:assert/strict";
import { becomes } from "./lab_place.ts";
import { inside, type OwnNetwork, ownNetwork } from "./own_network.ts";

/** Hosts at a bridge; host n has 10.0.0.n, fd00::n and fe80::n by `e0`. */
export interface Bed extends Disposable {
  readonly hosts: readonly OwnNetwork[];
}

/**
 * Makes them.
 *
 * @param count How many hosts.
 */
export async function bed(count: number): Promise<Bed> {
  using stack = new DisposableStack();
  const bridge = stack.use(ownNetwork());
  const run = (network: OwnNetwork, line: string) =>
    network.run("ip", ...line.split(" "));
  run(bridge, "link add name br0 type bridge mcast_snooping 0");
  run(bridge, "link set br0 up");
  const hosts: OwnNetwork[] = [];
  for (let n = 1; n <= count; n++) {
    const host = stack.use(ownNetwork());
    const there = `/proc/${Deno.pid}/fd/${host.namespace}`;
    run(bridge, `link add name p${n} type veth peer name e0 netns ${there}`);
    run(bridge, `link set p${n} master br0 up`);
    run(host, "link set e0 addrgenmode none");
    run(host, `addr add 10.0.0.${n}/24 broadcast 10.0.0.255 dev e0`);
    run(host, `addr add fd00::${n}/64 dev e0 nodad`);
    run(host, `addr add fe80::${n}/64 dev e0 nodad`);
    run(host, "link set e0 up");
    hosts.push(host);
  }
  for (const host of hosts) {
    const isUp = () => run(host, "-br link show e0").includes(" UP ");
    assert.ok(await becomes(isUp));
  }
  // Until then a port of a bridge learns and forwards nothing.
  const forwards = () =>
    !bridge.run("bridge", "link", "show").match(/state (?!forwarding)/);
  assert.ok(await becomes(forwards));
  const kept = stack.move();
  return { hosts, [Symbol.dispose]: () => kept.dispose() };
}

/** Starts Python in a host; it says a line when it is ready. */
export async function startPython(
  host: OwnNetwork,
  program: string,
): Promise<{ readonly rest: Promise<string> }> {
  const child = inside(host, () =>
    new Deno.Command("/usr/bin/python3", {
      args: ["-uc", program],
      stdin: "null",
      stdout: "piped",
    }).spawn());
  const reader = child.stdout.getReader();
  const decoder = new TextDecoder();
  const first = decoder.decode((await reader.read()).value);
  assert.match(first, /^ready/);
  const rest = (async () => {
    let text = "";
    for (let next; !(next = await reader.read()).done;) {
      text += decoder.decode(next.value, { stream: true });
    }
    assert.ok((await child.status).success);
    return text.trim();
  })();
  return { rest };
}
