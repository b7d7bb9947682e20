/**
 * The Border Gateway Protocol: one layer a message.
 *
 * @module
 */

import { layer } from "../../codec.ts";
import { sized, when } from "../../compound.ts";
import type { Format } from "../../format.ts";
import { octets } from "../../formats.ts";
import type { FieldTable, Layer } from "../../layer.ts";
import { textOrOctets } from "../../text_or_octets.ts";
import { afi, safi } from "./families.ts";
import { extendedLength, openParameters } from "./open.ts";
import { pathAttributes } from "./path_attributes.ts";
import { prefixes } from "./prefixes.ts";

export type { AsOctets, AsSegment } from "./as_path.ts";
export type { AttributeFlag } from "./attributes.ts";
export type { BgpPrefix, BgpPrefixInput } from "./prefixes.ts";

const OPEN = 1;
const UPDATE = 2;
const NOTIFICATION = 3;
const KEEPALIVE = 4;
const ROUTE_REFRESH = 5;

/** The messages that are known to have nothing else. */
const WITHOUT_DATA = [OPEN, UPDATE, KEEPALIVE];

/** Octets of an UPDATE that says nothing: there are no more routes to come. */
const END_OF_RIB = 23;

/** The only marker since authentication went into TCP (RFC 4271 §4.1). */
const MARKER = new Uint8Array(16).fill(0xff);

/** Routes of IPv4, which an UPDATE has outside of its attributes too. */
const routes = prefixes(() => 4);

const CEASE = 6;

/** The subcodes of Cease that can say why: shutdown and reset (RFC 9003 §2). */
const WITH_REASON = [2, 4];

const reason = sized(8, textOrOctets());

type Notification = {
  readonly type: number;
  readonly errorCode: number;
  readonly errorSubcode: number;
  readonly message: unknown;
};

function mayHaveReason(fields: Notification): boolean {
  const { type, errorCode, errorSubcode } = fields;
  return type === NOTIFICATION && errorCode === CEASE &&
    WITH_REASON.includes(errorSubcode);
}

/** Why a session was closed, where the octets are just that. */
const message: Format<string | Uint8Array | undefined, string | Uint8Array> = {
  ...reason,
  about: "why the session is closed, at times",
  empty: undefined,
  isQuiet: true,
  read: (from) =>
    mayHaveReason(from.fields as unknown as Notification) &&
      from.left > 0 && from.octets[from.at] === from.left - 1
      ? reason.read(from)
      : undefined,
  write(to, value) {
    if (value !== undefined) reason.write(to, value);
  },
  random: (random, fields) =>
    mayHaveReason(fields as unknown as Notification)
      ? reason.random(random, fields)
      : undefined,
  text: (value) => value === undefined ? "absent" : reason.text(value),
};

/** The fields of a BGP message; which there are, its type says. */
export const bgpFields = {
  /** 16 octets of 0xff. */
  marker: { octets: 16 },
  /** Octets of the message: 19 to 4096, or to 65535 (RFC 8654). */
  length: 16,
  /** Which message it is. */
  type: {
    bits: 8,
    names: {
      1: "open",
      2: "update",
      3: "notification",
      4: "keepalive",
      5: "routeRefresh",
    },
  },
  /** OPEN: 4. */
  version: when({ type: OPEN }, 8),
  /** OPEN: the speaker's AS; 23456 if it needs 4 octets (RFC 6793 §9). */
  as: when({ type: OPEN }, 16),
  /** OPEN: how long silence is taken, in seconds; 0 for ever. */
  holdTime: when({ type: OPEN }, 16),
  /** OPEN: the speaker's identifier. */
  identifier: when({ type: OPEN }, "ipv4"),
  /** OPEN: octets of parameters; 255 with `extendedLength`. */
  parametersLength: when({ type: OPEN }, 8),
  /** OPEN: octets of parameters that need more than 255 (RFC 9072). */
  extendedLength: when({ type: OPEN }, extendedLength),
  /** OPEN: what the speaker offers, capabilities mostly (RFC 5492). */
  parameters: when({ type: OPEN }, openParameters),
  /** UPDATE: octets of `withdrawn`. */
  withdrawnLength: when({ type: UPDATE }, 16),
  /** UPDATE: routes of IPv4 that are no more. */
  withdrawn: when({ type: UPDATE }, prefixes(() => 4, "withdrawnLength")),
  /** UPDATE: octets of `attributes`. */
  attributesLength: when({ type: UPDATE }, 16),
  /** UPDATE: what holds for all routes announced. */
  attributes: when({ type: UPDATE }, pathAttributes),
  /** UPDATE: routes of IPv4 that are announced. */
  nlri: when({ type: UPDATE }, routes),
  /** NOTIFICATION: what was wrong. */
  errorCode: when({ type: NOTIFICATION }, {
    bits: 8,
    names: {
      1: "messageHeader",
      2: "open",
      3: "update",
      4: "holdTimerExpired",
      5: "stateMachine",
      6: "cease",
      7: "routeRefresh",
      8: "sendHoldTimerExpired",
    },
  }),
  /** NOTIFICATION: more of it; what it means, `errorCode` says. */
  errorSubcode: when({ type: NOTIFICATION }, 8),
  /** NOTIFICATION: why an operator closed the session (RFC 9003). */
  message,
  /** ROUTE-REFRESH: the address family asked for. */
  afi: when({ type: ROUTE_REFRESH }, afi),
  /** ROUTE-REFRESH: a request, or where the routes begin and end (RFC 7313 §3.2). */
  subtype: when({ type: ROUTE_REFRESH }, {
    bits: 8,
    names: { 0: "request", 1: "begin", 2: "end" },
  }),
  /** ROUTE-REFRESH: what the routes of the family are for. */
  safi: when({ type: ROUTE_REFRESH }, safi),
  /** NOTIFICATION: data to the error; ROUTE-REFRESH: filters (RFC 5291). */
  data: when(
    ({ type, message }: Notification) =>
      message === undefined && !WITHOUT_DATA.includes(type),
    octets(),
  ),
} as const satisfies FieldTable;

/** One message of BGP; a segment may have several, one layer each. */
export const bgp: Layer<"bgp", typeof bgpFields> = layer("bgp", bgpFields, {
  source: "RFC 4271 §4",
  under: [["tcp", 179], ["bgp", 0]],
  select: () => 0,
  header: { from: "length", octets: ({ length }) => length },
  computed: { length: ({ header }) => header },
  tentative: true,
  check: ({ marker }) =>
    marker.every((octet) => octet === 0xff) ? undefined : "no BGP marker",
  defaults: { marker: MARKER },
  implied({ type, identifier, attributes, nlri, withdrawn, errorCode }) {
    if (identifier !== undefined || type === OPEN || type === "open") {
      return { type: OPEN, version: 4, holdTime: 90 };
    }
    if ((attributes ?? nlri ?? withdrawn) !== undefined) {
      return { type: UPDATE };
    }
    return errorCode === undefined ? {} : { type: NOTIFICATION };
  },
  summary: (view) => {
    const { type, nlri, withdrawn, errorCode, errorSubcode } = view;
    const name = bgpFields.type.names[type as 1];
    switch (type) {
      case OPEN:
        return `${name} AS ${view.as} identifier ${view.identifier}`;
      case UPDATE:
        // RFC 4724 §2
        if (view.length === END_OF_RIB) return `${name} end of RIB`;
        return `${name} ${counted(nlri)} announced, ${
          counted(withdrawn)
        } withdrawn`;
      case NOTIFICATION:
        return `${name} ${errorCode}/${errorSubcode}${
          typeof view.message === "string" ? ` "${view.message}"` : ""
        }`;
      default:
        return name ?? `type ${type}`;
    }
  },
});

function counted(routes: readonly unknown[] | Uint8Array | undefined): number {
  return routes instanceof Uint8Array ? 0 : routes?.length ?? 0;
}
