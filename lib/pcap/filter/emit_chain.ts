/**
 * JavaScript for `protochain`: the one test that needs a loop.
 *
 * @module
 */

import type { Condition } from "./condition.ts";

/** Takes code, front to back. */
export interface CodeWriter {
  /** Writes code. */
  write(code: string): void;
  /** Makes a variable, and gives its name. */
  variable(): string;
  /** Writes what makes sure that octets are there, and gives their place. */
  place(at: number, base: undefined, octets: number): string;
}

/** No header, no more headers (RFC 8200 §4.7). */
const NO_NEXT_HEADER = 59;
/** The authentication header (RFC 4302). */
const AH = 51;
/** Hop-by-hop options, destination options, routing, fragment (RFC 8200 §4). */
const EXTENSIONS: readonly number[] = [0, 60, 43, 44];

/**
 * No chain is longer. libpcap steps from one authentication header to a place
 * that does not follow from where it is, so that a packet can lead it in
 * circles for ever.
 */
const LONGEST = 1000;

/**
 * Writes the steps from header to header, as libpcap takes them.
 *
 * @param writer Where to write.
 * @param chain The protocol, and where the IP header is.
 * @returns JavaScript that says whether the chain has the protocol, and whether
 * it has not.
 *
 * @example
 * ```ts
 * import { emitChain } from "./emit_chain.ts";
 * import assert from "node:assert/strict";
 *
 * let variables = 0;
 * const writer = {
 *   write: () => {},
 *   variable: () => `v${variables++}`,
 *   place: (at: number) => `${at}`,
 * };
 * const chain = { kind: "chain", protocol: 6, family: 4, at: 14 } as const;
 * assert.deepEqual(emitChain(writer, chain), ["v0===6", "v0!==6"]);
 * ```
 */
export function emitChain(
  writer: CodeWriter,
  { protocol, family, at }: Condition & { kind: "chain" },
): [holds: string, fails: string] {
  const next = writer.variable();
  const place = writer.variable();
  const steps = writer.variable();
  const octet = (offset: number) => {
    const from = `${place}+${at + offset}`;
    return `if(n<=${from})return false;${next}=octets[start+${from}];`;
  };
  writer.write(
    `${next}=octets[start+${
      writer.place(at + (family === 4 ? 9 : 6), undefined, 1)
    }];`,
  );
  if (family === 4) {
    const first = writer.place(at, undefined, 1);
    writer.write(`${place}=(octets[start+${first}]&15)<<2;`);
  } else {
    writer.write(`${place}=40;`);
  }
  writer.write(
    `for(${steps}=0;${steps}<${LONGEST}&&` +
      `${next}!==${protocol}&&${next}!==${NO_NEXT_HEADER};${steps}++){`,
  );
  // In either case the length is read after the next header's number, and
  // ends up in the place; the number waits in `kept`.
  if (family === 6) {
    const isExtension = EXTENSIONS.map((number) => `${next}===${number}`)
      .join("||");
    writer.write(
      `if(${isExtension}){${octet(0)}const kept=${next};${octet(1)}` +
        `${place}+=(${next}+1)*8;${next}=kept;continue;}`,
    );
  }
  writer.write(
    `if(${next}!==${AH})break;${octet(0)}const kept=${next};${octet(1)}` +
      `${place}=(${next}+2)*4;${next}=kept;}\n`,
  );
  return [`${next}===${protocol}`, `${next}!==${protocol}`];
}
