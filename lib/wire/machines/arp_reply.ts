/**
 * What a station says that has the address asked for.
 *
 * @module
 */

import type { Address } from "../../ip/address.ts";
import { build } from "../../packet/build.ts";
import { arp } from "../../packet/layers/arp.ts";
import { ethernet } from "../../packet/layers/ethernet.ts";
import type { Packet } from "../../packet/packet.ts";

/**
 * Makes the answer to who-has.
 *
 * @param station The hardware address to tell.
 * @param of Of which address.
 * @param to The station that asked.
 * @param asker Its address, if it has one.
 * @returns The frame.
 */
export function arpReply(
  station: string,
  of: Address,
  to: string,
  asker: Address | undefined,
): Packet {
  return build(
    ethernet({ src: station, dst: to }),
    arp({
      operation: "reply",
      senderMac: station,
      senderIp: of,
      targetMac: to,
      targetIp: asker,
    }),
  ) as Packet;
}
