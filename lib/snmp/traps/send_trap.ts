/**
 * One datagram that tells of something, in the name of an engine.
 *
 * @see RFC 1157 §4.1.6, RFC 3416 §4.2.6
 * @module
 */

import { Deadline } from "../../deadline.ts";
import { connect } from "../../socket/udp_open.ts";
import { NOTIFY } from "../message/incoming.ts";
import type { LocalEngine } from "../message/local_engine.ts";
import { openMessage, securedMessage } from "../message/outgoing.ts";
import type { SnmpTarget } from "../options.ts";
import { notificationPdu, oldTrapPdu } from "./contents.ts";
import type { TrapOptions, TrapVariables } from "./options.ts";
import { randomNumber, type Route, route } from "./route.ts";

/**
 * Sends a trap in the name of an engine.
 *
 * @param target To whom.
 * @param name Which one.
 * @param variables What it carries.
 * @param options Version and who sends.
 * @param engine Gives the engine, for version 3.
 */
export async function sendTrap(
  target: SnmpTarget,
  name: string,
  variables: TrapVariables,
  options: TrapOptions,
  engine: () => LocalEngine,
): Promise<void> {
  const way = await route("send a trap", target, name, variables, options);
  using deadline = new Deadline("send a trap to", `${way.endpoint}`, options);
  await using socket = await deadline.race(connect(way.endpoint));
  const { hostname } = socket.address;
  const address = options.agentAddress ??
    (hostname.includes(":") ? "0.0.0.0" : hostname);
  await deadline.race(socket.send(message(way, address, engine)));
}

function message(
  { version, community, user, context, contents }: Route,
  address: string,
  engine: () => LocalEngine,
): Uint8Array {
  if (version === "1") {
    return openMessage(0, community, oldTrapPdu(contents, address));
  }
  const pdu = notificationPdu(NOTIFY.trap2, randomNumber(), contents);
  if (version === "2c") return openMessage(1, community, pdu);
  const { clock } = engine();
  const envelope = {
    id: randomNumber(),
    user,
    level: user!.level,
    isReportable: false,
    clock,
    contextEngineId: clock.engineId,
    contextName: context,
  };
  return securedMessage(envelope, pdu);
}
