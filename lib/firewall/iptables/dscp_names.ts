/**
 * Classes and types of service by the names that iptables has for them.
 *
 * @see RFC 2474, RFC 2597, RFC 3246; RFC 1349
 *
 * @module
 */

import type { Word } from "./lines.ts";
import { type Masked, maskedIn, wordIn } from "./options.ts";

const rows: Record<string, number> = { BE: 0, DF: 0, EF: 46 };
for (let i = 0; i < 8; i++) rows[`CS${i}`] = i * 8;
for (let i = 1; i < 5; i++) {
  for (let j = 1; j < 4; j++) rows[`AF${i}${j}`] = i * 8 + j * 2;
}

export const dscpClasses: Readonly<Record<string, number>> = rows;

const tosNames: Readonly<Record<string, number>> = {
  "Minimize-Delay": 0x10,
  "Maximize-Throughput": 0x08,
  "Maximize-Reliability": 0x04,
  "Minimize-Cost": 0x02,
  "Normal-Service": 0x00,
};

/** A type of service, by its name or with a mask. */
export function tosIn(word: Word): Masked {
  const isNamed = Object.keys(tosNames).some((name) =>
    name.toLowerCase() === word.text.toLowerCase()
  );
  return isNamed
    ? { value: wordIn(word, tosNames, "type of service"), mask: 0x3f }
    : maskedIn(word, 0xff);
}
