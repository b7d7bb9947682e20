/**
 * What the kernel says when it refuses a request.
 *
 * @see netlink(7), linux/netlink.h (extended acknowledgements)
 * @module
 */

import { DecodeError, type NetError } from "../errors.ts";
import { systemError } from "../ffi/libc.ts";
import type { Message } from "./message.ts";
import type { Received } from "./received.ts";

const NLMSG_ERROR = 2;
const NLM_F_CAPPED = 0x100;
const NLM_F_ACK_TLVS = 0x200;
const NLMSGERR_ATTR_MSG = 1;

/** The error that an answer is; `undefined` if it says that all went well. */
export function refusal(
  reply: Received,
  request: Message,
  place?: { readonly index: number; readonly of: number },
): NetError | undefined {
  // The end of a dump may come without a number, and then is a good one.
  const number = reply.end - reply.start >= 4 ? -reply.i32(0) : 0;
  if (number <= 0) return undefined;
  const { op, target } = request.purpose;
  const where = place !== undefined && place.of > 1
    ? ` (${place.index + 1} of ${place.of})`
    : "";
  return systemError(number, op, `${target ?? "it"}${where}`, {
    detail: kernelSays(reply),
  });
}

function kernelSays(reply: Received): string | undefined {
  if (!(reply.flags & NLM_F_ACK_TLVS)) return undefined;
  // Number, then the header of the request, and without CAPPED all of it.
  let skip = 4;
  if (reply.type === NLMSG_ERROR) {
    skip += reply.flags & NLM_F_CAPPED ? 16 : reply.u32(4);
  }
  try {
    const attributes = reply.attributes(skip);
    while (attributes.next()) {
      if (attributes.type === NLMSGERR_ATTR_MSG) return attributes.text();
    }
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
  }
  return undefined;
}
