/**
 * The way that the kernel would send packets.
 *
 * @module
 */

import { NetError } from "../errors.ts";
import { familyNumber } from "./address_messages.ts";
import { indexThrough, readLinkNames } from "./link_names.ts";
import { Message, type NetlinkSocket, REQUEST } from "./netlink.ts";
import { decodeAnyRoute, readRoutes } from "./route_decode.ts";
import {
  decide,
  type Decision,
  type Packet,
  type RouteAnswer,
} from "./route_decision.ts";
import { readRules } from "./rule_decode.ts";

const RTM_GETROUTE = 26;
/** Tell the table where it was found, not main always. */
const RTM_F_LOOKUP_TABLE = 0x1000;

/**
 * Asks the kernel for the way, and goes through rules and routes.
 *
 * @param socket A socket of the namespace.
 * @param packet The packet.
 * @returns Both.
 * @throws {NetError} If the kernel cannot be asked, or there is no such interface.
 */
export function lookUpRoute(
  socket: NetlinkSocket,
  packet: Packet,
): RouteAnswer {
  const { to, from, mark, outInterface, tos = 0 } = packet;
  const head = new Uint8Array(12);
  head.set([familyNumber(to.family), to.bits, from?.bits ?? 0, tos]);
  // IPv6 tells it anyway, and takes no such flag.
  const flags = to.family === 4 ? RTM_F_LOOKUP_TABLE : 0;
  new DataView(head.buffer).setUint32(8, flags, true);
  const request = new Message(RTM_GETROUTE, REQUEST, {
    op: "find a way to",
    target: String(to),
  });
  request.struct(head).octets(1, to.toBytes());
  if (from !== undefined) request.octets(2, from.toBytes());
  if (mark !== undefined) request.u32(16, mark);
  if (outInterface !== undefined) {
    request.u32(4, indexThrough(socket)(outInterface));
  }
  const names = readLinkNames(socket);
  const rules = readRules(socket, to.family);
  const routes = readRoutes(socket, { table: "all", family: to.family });
  const decision = decide(packet, rules, routes);
  try {
    const answer = socket.ask(
      request,
      (message) => decodeAnyRoute(message, names),
    );
    return { answer, refusal: undefined, decision };
  } catch (error) {
    // "No way" is an answer; only what cannot be asked is an error.
    if (!(error instanceof NetError) || !isNoWay(error.code, decision)) {
      throw error;
    }
    const refusal = error.message.replace(/^.*?: /, "");
    return { answer: undefined, refusal, decision };
  }
}

/** unreachable, prohibit and blackhole, and no route at all. */
function isNoWay(code: string, { route, rule }: Decision): boolean {
  if (code === "unreachable" || code === "down") return true;
  const what = route?.type ?? rule?.action;
  return code === "invalid"
    ? what === "blackhole"
    : code === "not-permitted" && what === "prohibit";
}
