/**
 * PPP over Ethernet: the session, and the discovery that comes before it.
 *
 * @module
 */

import { layer } from "../codec.ts";
import { octets } from "../formats.ts";
import type { FieldTable, Layer } from "../layer.ts";
import { options } from "../options.ts";
import { textOrOctets } from "../text_or_octets.ts";
import { pppNumber } from "./ppp/ppp.ts";

/** Tags (RFC 2516 appendix A, RFC 4638 §4, RFC 5578 §3). */
const tags = options({
  kind: 16,
  length: 16,
  covers: "value",
  end: 0x0000,
  kinds: {
    0x0000: ["end", {}],
    0x0101: ["serviceName", { text: textOrOctets() }],
    0x0102: ["accessConcentratorName", { text: textOrOctets() }],
    // What the host tells its own requests by.
    0x0103: ["hostUnique", { octets: octets() }],
    0x0104: ["accessConcentratorCookie", { octets: octets() }],
    0x0105: ["vendorSpecific", {
      vendor: { bits: 32, show: "hex" },
      octets: octets(),
    }],
    0x0110: ["relaySessionId", { octets: octets() }],
    0x0120: ["maxPayload", { octets: 16 }],
    0x0201: ["serviceNameError", { text: textOrOctets() }],
    0x0202: ["accessConcentratorError", { text: textOrOctets() }],
    0x0203: ["genericError", { text: textOrOctets() }],
  },
});

/** The fields of a PPPoE session header. */
export const pppoeFields = {
  /** 1. */
  version: 4,
  /** 1. */
  type: 4,
  /** 0. */
  code: 8,
  /** Which session; with both MAC addresses it is unique. */
  sessionId: { bits: 16, show: "hex" },
  /** Octets of the payload. */
  length: 16,
} as const satisfies FieldTable;

const isVersion1 = (
  { version, type }: { readonly version: number; readonly type: number },
) =>
  version === 1 && type === 1
    ? undefined
    : `version is ${version} and type ${type}, not 1`;

/** A frame of a PPPoE session. */
export const pppoe: Layer<"pppoe", typeof pppoeFields> = layer(
  "pppoe",
  pppoeFields,
  {
    source: "RFC 2516 §4, §6",
    under: [["ethernet", 0x8864], ["link", 51]],
    looksBehind: true,
    select: pppNumber,
    payload: { from: "length", octets: ({ length }) => length },
    defaults: { version: 1, type: 1 },
    computed: { length: ({ payload }) => payload },
    check: isVersion1,
    summary: ({ sessionId }) =>
      `session 0x${sessionId.toString(16).padStart(4, "0")}`,
  },
);

/** The fields of a PPPoE discovery packet. */
export const pppoeDiscoveryFields = {
  /** 1. */
  version: 4,
  /** 1. */
  type: 4,
  /** Which step of the discovery it is. */
  code: {
    bits: 8,
    show: "hex",
    names: {
      0x09: "PADI",
      0x07: "PADO",
      0x19: "PADR",
      0x65: "PADS",
      0xa7: "PADT",
      0xd3: "PADM",
      0xd4: "PADN",
    },
  },
  /** Which session; 0 until PADS gives one. */
  sessionId: { bits: 16, show: "hex" },
  /** Octets of the tags. */
  length: 16,
  /** What is asked for and offered. */
  tags,
} as const satisfies FieldTable;

/** PPPoE discovery. */
export const pppoeDiscovery: Layer<
  "pppoeDiscovery",
  typeof pppoeDiscoveryFields
> = layer("pppoeDiscovery", pppoeDiscoveryFields, {
  source: "RFC 2516 §4, §5",
  under: [["ethernet", 0x8863]],
  header: { from: "length", octets: ({ length }) => 6 + length },
  payload: { from: "length", octets: () => 0 },
  defaults: { version: 1, type: 1, code: 0x09 },
  computed: { length: ({ header }) => header - 6 },
  check: isVersion1,
  summary({ code, sessionId, tags }) {
    const names = tags.flatMap((tag) =>
      tag.kind === "serviceName" || tag.kind === "accessConcentratorName"
        ? [tag.text]
        : []
    ).filter((name) => typeof name === "string" && name !== "");
    const { names: codes } = pppoeDiscoveryFields.code;
    const name = (codes as Readonly<Record<number, string>>)[code] ??
      `code ${code}`;
    return [name, sessionId > 0 ? `session ${sessionId}` : "", ...names]
      .filter((word) => word !== "").join(" ");
  },
});
