/**
 * Messages that travel deflated: permessage-deflate, each message by itself.
 *
 * Both sides forget after every message (`no_context_takeover`): a thousand
 * connections then need no thousand windows of 32 KiB.
 *
 * @module
 */

import type { Deflate } from "./facts.ts";
import { ProtocolFault } from "./frames.ts";

/** What a client offers. */
export const OFFER =
  "permessage-deflate; client_no_context_takeover; server_no_context_takeover";

/** Messages of fewer octets go as they are: deflate makes them longer. */
export const WORTH_IT = 512;

const TAIL = [0, 0, 0xff, 0xff];

/**
 * Takes the first offer that we can keep.
 *
 * @param offers The field `Sec-WebSocket-Extensions` of a request.
 * @returns What was agreed on, or `undefined`.
 * @see RFC 7692 §5, §7.1
 */
export async function agree(
  offers: string | undefined,
): Promise<Deflate | undefined> {
  for (const offer of (offers ?? "").split(",")) {
    const bits = windowBits(offer, "server_max_window_bits");
    if (bits !== undefined) {
      return await make(
        `permessage-deflate; server_no_context_takeover; client_no_context_takeover${
          bits < 15 ? `; server_max_window_bits=${bits}` : ""
        }`,
        bits,
      );
    }
  }
  return undefined;
}

/**
 * Reads what a server answered to {@linkcode OFFER}.
 *
 * @param answer Its field `Sec-WebSocket-Extensions`.
 * @returns What was agreed on; `undefined` for none.
 * @throws {ProtocolFault} If it is not what was offered.
 */
export async function accepted(
  answer: string | undefined,
): Promise<Deflate | undefined> {
  if (answer === undefined || answer.trim() === "") return undefined;
  // The server forgets as well, or we could not inflate message by message.
  const bits = windowBits(answer, "client_max_window_bits");
  if (bits === undefined || !/server_no_context_takeover/.test(answer)) {
    throw new ProtocolFault(1010, `the extension ${answer}, not offered so`);
  }
  return await make(answer, bits);
}

/** The window for our side, or `undefined` for what we cannot keep. */
function windowBits(offer: string, ours: string): number | undefined {
  const [name, ...parts] = offer.split(";").map((part) => part.trim());
  if (name !== "permessage-deflate") return undefined;
  let bits = 15;
  for (const part of parts) {
    const [key, value] = part.split("=").map((half) =>
      half.trim().replace(/^"(.*)"$/, "$1")
    );
    const window = /_max_window_bits$/.test(key!);
    const known = window ||
      /^(client|server)_no_context_takeover$/.test(key!);
    if (!known || (value !== undefined && !/^(8|9|1[0-5])$/.test(value))) {
      return undefined;
    }
    // zlib cannot deflate with a window of 256 octets.
    if (key === ours && value !== undefined) bits = Number(value);
  }
  return bits === 8 ? undefined : bits;
}

async function make(header: string, windowBits: number): Promise<Deflate> {
  const { constants, deflateRawSync, inflateRawSync } = await import(
    "node:zlib"
  );
  return {
    header,
    deflate(payload) {
      const octets = deflateRawSync(payload, {
        windowBits,
        finishFlush: constants.Z_SYNC_FLUSH,
      });
      return octets.subarray(0, octets.length - TAIL.length);
    },
    inflate(payload, limit) {
      const octets = new Uint8Array(payload.length + TAIL.length);
      octets.set(payload);
      octets.set(TAIL, payload.length);
      try {
        return new Uint8Array(inflateRawSync(octets, {
          maxOutputLength: limit,
          finishFlush: constants.Z_SYNC_FLUSH,
        }));
      } catch (error) {
        const { code } = error as { code?: string };
        throw code === "ERR_BUFFER_TOO_LARGE"
          ? new ProtocolFault(1009, `a message of more than ${limit} octets`)
          : new ProtocolFault(1007, "a message that does not inflate");
      }
    },
  };
}
