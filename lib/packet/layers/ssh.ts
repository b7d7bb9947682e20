/**
 * The Secure Shell's transport, as far as it goes in the clear: up to the
 * message that turns encryption on.
 *
 * @module
 */

import { layer } from "../codec.ts";
import { list, record, sized, when } from "../compound.ts";
import { type Format, type Random, Stop } from "../format.ts";
import { octets } from "../formats.ts";
import { latin1 } from "../latin1.ts";
import type { FieldTable, Layer } from "../layer.ts";
import { textOrOctets } from "../text_or_octets.ts";

/** What the letters "SSH-" are as the length of a packet. */
const LETTERS = 0x5353482d;

/** Octets of an identification with its line end, at the most (RFC 4253 §4.2). */
const MAX_IDENTIFICATION = 255;
/** Octets of a packet that all must be able to take (RFC 4253 §6.1). */
const MAX_PACKET = 35_000;
/** What a packet's octets are a multiple of where nothing is encrypted. */
const BLOCK = 8;
const MIN_PADDING = 4;

const DISCONNECT = 1;
const KEX_INIT = 20;

/** What the fields in front say. */
interface Start {
  readonly length?: unknown;
  readonly paddingLength?: unknown;
  readonly code?: unknown;
}

const isIdentification = ({ length }: Start): boolean => length === LETTERS;
const isPacket = (start: Start): boolean => !isIdentification(start);

/** Octets of a packet's message behind its code. */
function messageLength({ length, paddingLength }: Start): number {
  return Number(length) - 2 - Number(paddingLength);
}

const line = latin1();

/** A line of text, the letters in front of it included. */
const identification = when(
  isIdentification,
  {
    ...line,
    about: "the line that starts a connection",
    read(from) {
      const { octets, start, at, left } = from;
      const most = Math.min(from.end, start + MAX_IDENTIFICATION);
      const end = octets.subarray(0, most).indexOf(0x0a, at);
      if (end < 0) {
        if (most < from.end) from.fail("identification without an end", start);
        throw new Stop("cut short", at, left + 1, left);
      }
      from.at = start;
      const text = line.read({ ...from, bytes: from.bytes } as never);
      return text;
    },
  } satisfies Format<string>,
);
