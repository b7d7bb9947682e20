/**
 * Links of a lab that is up: their plugs pulled and put back, their counters.
 *
 * @module
 */

import { NetError } from "../errors.ts";
import { setLinkMessages } from "../linux/link_messages.ts";
import { CREATE, Message, REPLACE, REQUEST } from "../linux/message.ts";
import { NetlinkSocket } from "../linux/netlink.ts";
import { type Built, qdisc } from "./agent_build.ts";
import {
  aboutLink,
  IFLA_OPERSTATE,
  OPERSTATE,
  readState,
  RTM_NEWLINK,
} from "./agent_link_state.ts";
import { inSpaces } from "./agent_spaces.ts";
import type { LinkEndStats } from "./calls.ts";
import { FABRIC, type Plug } from "./wiring.ts";

const RTM_NEWQDISC = 36;
const RTM_DELQDISC = 37;
const TC_H_ROOT = 0xffffffff;
const IFLA_LINKMODE = 17;
const TCA_KIND = 1;
/** Whether an interface becomes dormant, and not up, whenever its carrier comes. */
const LINKMODE = { dormant: 1, default: 0 };

/**
 * Pulls a link's plug, or puts it back.
 *
 * A switch's end is set down, so that the other sees its carrier go. Between
 * two hosts neither may be down, which would cost them addresses and routes
 * that a pulled plug leaves: both are made dormant, which the system and
 * routing daemons take for a lost carrier, and send into nothing.
 *
 * @param built The lab.
 * @param number The link's, from 0.
 * @param up Whether it works from now on.
 */
export async function setLink(
  built: Built,
  number: number,
  up: boolean,
): Promise<void> {
  if (built.failed.has(number) !== up) return;
  await change(built, number, up);
  if (up) built.failed.delete(number);
  else built.failed.add(number);
}

async function change(
  built: Built,
  number: number,
  up: boolean,
): Promise<void> {
  const { cable, soft, qdisc: impairment } = built.wiring.links[number]!;
  if (soft) {
    await built.fabric!.updateLink(soft.name, { up });
    return;
  }
  const plugs = [cable!.a, cable!.b];
  const isSwitch = ({ where }: Plug) =>
    where === FABRIC || built.places.get(where)!.node.kind === "switch";
  const switches = plugs.filter(isSwitch);
  if (switches.length > 0) {
    for (const plug of switches) {
      transact(built, plug, setLinkMessages(plug.index, { up }));
    }
    return;
  }
  for (const plug of plugs) {
    transact(built, plug, [
      aboutLink(RTM_NEWLINK, plug, REQUEST)
        .u8(IFLA_LINKMODE, up ? LINKMODE.default : LINKMODE.dormant)
        .u8(IFLA_OPERSTATE, up ? OPERSTATE.up : OPERSTATE.dormant),
      up && impairment ? qdisc(plug.index, impairment) : blackhole(plug, up),
    ]);
  }
}

function transact(
  built: Built,
  plug: Plug,
  messages: readonly Message[],
): void {
  const spaces = built.spaces.get(plug.where)!;
  using socket = inSpaces(spaces, () => NetlinkSocket.open());
  const failure = socket.attempt(messages).find((error) =>
    // What is there already, or gone already, is as it should be.
    error !== undefined && error.code !== "not-found" && error.code !== "exists"
  );
  if (!failure) return;
  throw new NetError(failure.message.replace(/^Cannot /, "could not "), {
    code: failure.code,
    op: "change",
    target: `the link at ${plug.where} ${plug.name}`,
    cause: failure,
  });
}

/** A queueing discipline that keeps nothing, or the end of it. */
function blackhole({ index, where, name }: Plug, remove: boolean): Message {
  const header = new Uint8Array(20);
  const view = new DataView(header.buffer);
  view.setInt32(4, index, true);
  view.setUint32(12, TC_H_ROOT, true);
  const purpose = { op: "change queue", target: `${where} ${name}` };
  const message = remove
    ? new Message(RTM_DELQDISC, REQUEST, purpose)
    : new Message(RTM_NEWQDISC, REQUEST | CREATE | REPLACE, purpose);
  return message.struct(header).text(TCA_KIND, "blackhole");
}

/**
 * Reads the counters of a link's two ends, as its nodes have them.
 *
 * @param built The lab.
 * @param number The link's, from 0.
 * @returns The end that was written first, and the other.
 */
export function linkStats(built: Built, number: number): LinkEndStats[] {
  return built.wiring.links[number]!.ends.map((plug) => {
    const spaces = built.spaces.get(plug.where)!;
    using socket = inSpaces(spaces, () => NetlinkSocket.open());
    const { carrier, counters } = readState(socket, plug);
    const [rxPackets, txPackets, rxBytes, txBytes, , , rxDropped, txDropped] =
      counters as Eight;
    return {
      node: plug.where,
      interface: plug.name,
      carrier,
      rxPackets,
      rxBytes,
      rxDropped,
      txPackets,
      txBytes,
      txDropped,
    };
  });
}

type Eight = [
  number,
  number,
  number,
  number,
  number,
  number,
  number,
  number,
];
