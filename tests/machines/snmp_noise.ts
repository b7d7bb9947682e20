/**
 * Datagrams that nobody should send: noise, real ones cut short or changed; and a
 * way on which something is lost.
 *
 * @module
 */

import * as udp from "../../lib/socket/udp.ts";
import { type Agent, relay } from "./snmp_agent.ts";

/** The same numbers in each run. */
function* numbers(seed: number): Generator<number, never> {
  let state = seed;
  while (true) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    yield state >>> 8;
  }
}

/**
 * Sends real datagrams cut short at each octet, the same with octets changed, and
 * noise.
 *
 * @param target To whom.
 * @param whole Real ones.
 * @returns How many were sent.
 */
export async function hostile(
  target: string,
  whole: readonly Uint8Array[],
): Promise<number> {
  const random = numbers(7);
  const next = (below: number) => random.next().value % below;
  const list: Uint8Array[] = [];
  for (const one of whole) {
    for (let size = 0; size < one.length; size++) {
      list.push(one.subarray(0, size));
    }
    for (let n = 0; n < 200; n++) {
      const changed = one.slice();
      for (let times = next(4); times >= 0; times--) {
        changed[next(one.length)] = next(256);
      }
      list.push(changed);
    }
  }
  for (let n = 0; n < 200; n++) {
    list.push(Uint8Array.from({ length: next(120) }, () => next(256)));
  }
  await using socket = await udp.open();
  // A few at a time, so that nothing is lost before it is looked at.
  for (let at = 0; at < list.length; at += 50) {
    await socket.sendAll(list.slice(at, at + 50), target);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  return list.length;
}

/** A way to a listener on which the first answer is lost. */
export function onceMore(target: string): Promise<Agent> {
  let answers = 0;
  return relay(
    target,
    (octets, way) => way === "back" && ++answers === 1 ? undefined : octets,
  );
}
