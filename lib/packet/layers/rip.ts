/**
 * The Routing Information Protocol, versions 1 and 2.
 *
 * @module
 */

import { layer } from "../codec.ts";
import { list, record, when } from "../compound.ts";
import { octets } from "../formats.ts";
import type { FieldTable, Layer } from "../layer.ts";
import { paddedText } from "../text_or_octets.ts";

/** The address family of an entry that is no route (RFC 2453 §4.1). */
const AUTHENTICATION = 0xffff;

const TRAILER = 1;
const PASSWORD = 2;
const KEYED = 3;
const TYPES = [TRAILER, PASSWORD, KEYED];

type Entry = {
  readonly family: number;
  readonly authType: number | undefined;
};

const isRoute = ({ family }: Entry) => family !== AUTHENTICATION;

/** An entry: a route, or what proves who sends the packet. */
const entry = record({
  /** 2 for IPv4, 0 in a request for all routes, 0xffff for authentication. */
  family: { bits: 16, names: { 0: "all", 2: "ipv4", 65535: "authentication" } },
  /** Version 2: tells routes of inside from those of outside. */
  routeTag: when(isRoute, 16),
  /** Where to. */
  address: when(isRoute, "ipv4"),
  /** Version 2: the mask of `address`. */
  mask: when(isRoute, "ipv4"),
  /** Version 2: the router to send packets to; 0.0.0.0 for the sender. */
  nextHop: when(isRoute, "ipv4"),
  /** Hops, 1 to 15; 16 for no way. */
  metric: when(isRoute, 32),
  /** Authentication: which kind, or the digest at the end of the packet. */
  authType: when({ family: AUTHENTICATION }, {
    bits: 16,
    names: { 1: "trailer", 2: "password", 3: "keyed" },
  }),
  /** Password: in the clear. */
  password: when({ authType: PASSWORD }, paddedText(16)),
  /** Keyed: octets from the start of the packet to the trailer (RFC 4822 §2.1). */
  packetLength: when({ authType: KEYED }, 16),
  /** Keyed: which key. */
  keyId: when({ authType: KEYED }, 8),
  /** Keyed: octets of the trailer, or of the digest alone. */
  authLength: when({ authType: KEYED }, 8),
  /** Keyed: never goes down, so that nobody can replay. */
  sequence: when({ authType: KEYED }, 32),
  /** Keyed: not in use. */
  reserved: when({ authType: KEYED }, { octets: 8 }),
  /** Trailer: the digest; there is nothing behind it. */
  digest: when({ authType: TRAILER }, octets()),
  /** Authentication of other kinds. */
  authData: when(
    ({ family, authType }: Entry) =>
      family === AUTHENTICATION && !TYPES.includes(authType!),
    { octets: 16 },
  ),
}, "an entry");

const entries = list(entry);

/** The fields of a RIP packet. */
export const ripFields = {
  /** What is asked or told. */
  command: { bits: 8, names: { 1: "request", 2: "response" } },
  /** 1 or 2. */
  version: 8,
  /** Not in use; some versions of some routers had a domain here. */
  reserved: 16,
  /** Up to 25 routes, in version 2 perhaps with authentication. */
  entries: {
    ...entries,
    // A digest takes all that is left, so that it can only be the last.
    random: (random: () => number, fields: Readonly<Record<string, unknown>>) =>
      (entries.random(random, fields) as Entry[]).filter((
        { authType },
        i,
        all,
      ) => authType !== TRAILER || i === all.length - 1),
  },
} as const satisfies FieldTable;

/** RIP; for IPv6 there is `ripng`. */
export const rip: Layer<"rip", typeof ripFields> = layer("rip", ripFields, {
  source: "RFC 2453 §4, RFC 1058 §3.1, RFC 4822",
  under: [["udp", 520]],
  header: "parsed",
  defaults: { command: 2, version: 2 },
  summary: ({ command, version, entries }) => {
    const routes = entries.filter(({ family }) => family !== AUTHENTICATION);
    return `v${version} ${
      ripFields.command.names[command as 1] ?? `command ${command}`
    } ${routes.length} ${routes.length === 1 ? "route" : "routes"}`;
  },
});
