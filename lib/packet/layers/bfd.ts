/**
 * Bidirectional Forwarding Detection: its control packets.
 *
 * @module
 */

import { layer } from "../codec.ts";
import { when } from "../compound.ts";
import { octets } from "../formats.ts";
import type { FieldTable, Layer } from "../layer.ts";

const PASSWORD = 1;
const KEYED = [2, 3, 4, 5];
const MD5 = [2, 3];
const SHA1 = [4, 5];

type Authentication = { readonly authType: number | undefined };

/** The fields of a BFD control packet; all times are in microseconds. */
export const bfdFields = {
  /** 1. */
  version: 3,
  /** Why the session last went down. */
  diagnostic: {
    bits: 5,
    names: {
      0: "none",
      1: "detectionTimeExpired",
      2: "echoFailed",
      3: "neighborSignaledDown",
      4: "forwardingPlaneReset",
      5: "pathDown",
      6: "concatenatedPathDown",
      7: "administrativelyDown",
      8: "reverseConcatenatedPathDown",
    },
  },
  /** How the sender sees the session. */
  state: {
    bits: 2,
    names: { 0: "adminDown", 1: "down", 2: "init", 3: "up" },
  },
  /** Poll, final, control plane independent, authentication, demand, multipoint. */
  flags: ["P", "F", "C", "A", "D", "M"],
  /** How many packets may be missed. */
  detectMultiplier: 8,
  /** Octets of the packet. */
  length: 8,
  /** The sender's number for the session. */
  myDiscriminator: 32,
  /** The receiver's number for it; 0 if that is not known. */
  yourDiscriminator: 32,
  /** How often the sender would like to send. */
  desiredMinTxInterval: 32,
  /** How often it can take packets. */
  requiredMinRxInterval: 32,
  /** How often it can take echoes; 0 for never. */
  requiredMinEchoRxInterval: 32,
  /** With A: how the sender proves itself. */
  authType: when({ flags: "A" }, {
    bits: 8,
    names: {
      1: "password",
      2: "keyedMd5",
      3: "meticulousKeyedMd5",
      4: "keyedSha1",
      5: "meticulousKeyedSha1",
    },
  }),
  /** With A: octets of authentication, type and length included. */
  authLength: when({ flags: "A" }, 8),
  /** With A: which key. */
  keyId: when({ flags: "A" }, 8),
  /** Password, in the clear, 1 to 16 octets. */
  password: when(
    { flags: "A", authType: PASSWORD },
    octets(),
  ),
  /** Digest: not in use. */
  authReserved: when({ flags: "A", authType: KEYED }, 8),
  /** Digest: goes up, so that nobody can replay. */
  sequence: when({ flags: "A", authType: KEYED }, 32),
  /** Digest: MD5 of packet and key. */
  md5: when({ flags: "A", authType: MD5 }, { octets: 16 }),
  /** Digest: SHA-1 of packet and key. */
  sha1: when({ flags: "A", authType: SHA1 }, { octets: 20 }),
  /** Authentication of other kinds. */
  authData: when(
    ({ authType }: Authentication) =>
      authType !== undefined && authType !== PASSWORD &&
      !KEYED.includes(authType),
    octets(),
  ),
} as const satisfies FieldTable;

/** BFD, over one hop, over several, and of a link in a bundle. */
export const bfd: Layer<"bfd", typeof bfdFields> = layer("bfd", bfdFields, {
  source: "RFC 5880 §4.1",
  under: [["udp", 3784], ["udp", 4784], ["udp", 6784], ["udp", 7784]],
  header: { from: "length", octets: ({ length }) => length },
  check: ({ version }) =>
    version === 1 || version === 0 ? undefined : `version is ${version}, not 1`,
  defaults: { version: 1, detectMultiplier: 3, state: 1 },
  computed: { length: ({ header }) => header },
  implied({ authType, password, md5, sha1 }) {
    if (authType === undefined) return {};
    const content = password instanceof Uint8Array
      ? password.length
      : md5
      ? 21
      : sha1
      ? 25
      : 0;
    return { flags: ["A"], authLength: 3 + content };
  },
  summary: ({ state, flags, myDiscriminator, yourDiscriminator }) =>
    `${bfdFields.state.names[state as 0]}${
      flags.length === 0 ? "" : ` ${flags.join(" ")}`
    } ${myDiscriminator} > ${yourDiscriminator}`,
});
