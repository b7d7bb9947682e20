/**
 * Heartbleed, found by one bounded question.
 *
 * @see CVE-2014-0160
 * @module
 */

import type { Deadline } from "../../deadline.ts";
import { NetError } from "../../errors.ts";
import type { Connection } from "../../socket/connection.ts";
import type { Prober } from "./prober.ts";
import { ReplyReader } from "./reply.ts";

const HEARTBEAT = 24;

/** Octets that the heartbeat says it brings, and does not. */
const CLAIMED = 16;

/** A heartbeat's type, length and padding (RFC 6520 §4). */
const LEAST_ANSWER = 3 + CLAIMED;

/**
 * Sends a hello, and behind the server's answer a heartbeat that says that it
 * brings sixteen octets and brings none. A server as it should be drops it; one
 * with the fault sends sixteen octets of its memory, which nobody looks at.
 *
 * @param hello The records of the hello.
 * @param version The version.
 * @param prober Asks.
 * @returns Whether the server has the fault; `undefined` if its answer never
 * came so far.
 */
export async function heartbleeds(
  hello: Uint8Array,
  version: number,
  prober: Prober,
): Promise<boolean | undefined> {
  let bleeds: boolean | undefined;
  const question = [HEARTBEAT, version >> 8, version & 0xff];
  const ask = async (connection: Connection, deadline: Deadline) => {
    bleeds = false;
    await connection.write(Uint8Array.from([
      ...[...question, 0, 3, 1, 0, CLAIMED],
      // What no server lets pass ends the wait for one that drops heartbeats.
      ...[22, version >> 8, version & 0xff, 0, 4, 99, 0, 0, 0],
    ]));
    let octets: Uint8Array = new Uint8Array();
    while (octets.length < 5 + LEAST_ANSWER) {
      const chunk = await deadline.race(connection.read());
      if (chunk === null || octets.length === 0 && chunk[0] !== HEARTBEAT) {
        return;
      }
      octets = Uint8Array.from([...octets, ...chunk]);
    }
    bleeds = octets[5] === 2;
  };
  try {
    await prober.askWith(hello, new ReplyReader(), ask);
  } catch (error) {
    // It may close or keep silent, as it should.
    if (!(error instanceof NetError)) throw error;
  }
  return bleeds;
}
