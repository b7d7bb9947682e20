/**
 * The fragment header of IPv6.
 *
 * @module
 */

import { layer } from "../codec.ts";
import type { FieldTable, Layer } from "../layer.ts";

/** The fields of a fragment header. */
export const ipv6FragmentFields = {
  /** What the whole packet goes on with, an IANA number. */
  nextHeader: 8,
  /** Not in use. */
  reserved: 8,
  /** Where in the packet this fragment belongs, in units of 8 octets. */
  fragmentOffset: 13,
  /** Not in use. */
  reserved2: 2,
  /** Whether there are more behind this one. */
  moreFragments: 1,
  /** Tells the fragments of one packet from those of another. */
  id: { bits: 32, show: "hex" },
} as const satisfies FieldTable;

/** Fragment header. */
export const ipv6Fragment: Layer<"ipv6Fragment", typeof ipv6FragmentFields> =
  layer("ipv6Fragment", ipv6FragmentFields, {
    source: "RFC 8200 §4.5",
    under: [["ipv6", 44]],
    next: "nextHeader",
    nextLike: "ipv6",
    isExtension: true,
    defaults: { nextHeader: 59 },
    piece: ({ fragmentOffset, moreFragments }) =>
      fragmentOffset > 0 ? "tail" : moreFragments === 1 ? "head" : undefined,
    summary: ({ id, fragmentOffset, moreFragments }) =>
      `0x${id.toString(16).padStart(8, "0")} at ${fragmentOffset * 8}${
        moreFragments === 1 ? "" : " last"
      }`,
  });
