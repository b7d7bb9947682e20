/**
 * What PPP's control protocols have in common.
 *
 * @module
 */

/** What a packet of a control protocol is (RFC 1661 §5). */
export const controlCodes = {
  1: "configureRequest",
  2: "configureAck",
  3: "configureNak",
  4: "configureReject",
  5: "terminateRequest",
  6: "terminateAck",
  7: "codeReject",
} as const;

/** The codes whose packets have options. */
export const withOptions = [1, 2, 3, 4] as const;

/**
 * Says a control packet in a few words.
 *
 * @param names What the codes are called.
 * @param view The packet.
 * @returns One line.
 *
 * @example
 * ```ts
 * import { controlCodes, controlSummary } from "./control.ts";
 * import assert from "node:assert/strict";
 *
 * const view = { code: 5, identifier: 7, options: [] };
 * assert.equal(controlSummary(controlCodes, view), "terminateRequest id 7");
 * ```
 */
export function controlSummary(
  names: Readonly<Record<number, string>>,
  { code, identifier, options = [] }: {
    readonly code: number;
    readonly identifier: number;
    readonly options?:
      | readonly { readonly kind: string | number }[]
      | undefined;
  },
): string {
  const kinds = options.map(({ kind }) => kind).join(", ");
  return `${names[code] ?? `code ${code}`} id ${identifier}${
    kinds === "" ? "" : `: ${kinds}`
  }`;
}
