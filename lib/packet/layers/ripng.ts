/**
 * The Routing Information Protocol for IPv6.
 *
 * @module
 */

import { layer } from "../codec.ts";
import { list, record } from "../compound.ts";
import type { FieldTable, Layer } from "../layer.ts";

/** The metric of an entry that is no route but a next hop (RFC 2080 §2.1.1). */
const NEXT_HOP = 0xff;

/** The fields of a RIPng packet. */
export const ripngFields = {
  /** What is asked or told. */
  command: { bits: 8, names: { 1: "request", 2: "response" } },
  /** 1. */
  version: 8,
  /** Not in use. */
  reserved: 16,
  /**
   * Routes. One with the metric 255 is the next hop of those behind it; `::` is
   * the sender.
   */
  entries: list(record({
    /** Where to. */
    prefix: "ipv6",
    /** Tells routes of inside from those of outside. */
    routeTag: 16,
    /** Bits of `prefix` that count. */
    prefixLength: 8,
    /** Hops, 1 to 15; 16 for no way. */
    metric: 8,
  }, "an entry")),
} as const satisfies FieldTable;

/** RIPng. */
export const ripng: Layer<"ripng", typeof ripngFields> = layer(
  "ripng",
  ripngFields,
  {
    source: "RFC 2080 §2.1",
    under: [["udp", 521]],
    header: "parsed",
    defaults: { command: 2, version: 1 },
    summary: ({ command, entries }) => {
      const routes = entries.filter(({ metric }) => metric !== NEXT_HOP);
      return `${
        ripngFields.command.names[command as 1] ?? `command ${command}`
      } ${routes.length} ${routes.length === 1 ? "route" : "routes"}`;
    },
  },
);
