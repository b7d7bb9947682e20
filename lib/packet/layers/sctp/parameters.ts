/**
 * What the chunks of SCTP hold in turn: parameters and causes of errors.
 *
 * @module
 */

import { list, record } from "../../compound.ts";
import type { Format } from "../../format.ts";
import { octets } from "../../formats.ts";
import { optional } from "../../optional.ts";
import { options } from "../../options.ts";
import { textOrOctets } from "../../text_or_octets.ts";

const FORM = {
  kind: 16,
  length: 16,
  covers: "option",
  align: 4,
} as const;

/** Asks for streams to start anew, or for more of them (RFC 6525 §4). */
const streams = list(16);

/**
 * The parameters of chunks (IANA's "SCTP Chunk Parameter Types").
 */
export const parameters = unpadded(options({
  ...FORM,
  kinds: {
    // RFC 9260 §3.3.5, §3.3.2.1, §3.3.3.1
    1: ["heartbeatInfo", { octets: octets() }],
    5: ["ipv4", { address: "ipv4" }],
    6: ["ipv6", { address: "ipv6" }],
    7: ["stateCookie", { octets: octets() }],
    8: ["unrecognized", { octets: octets() }],
    9: ["cookiePreservative", { milliseconds: 32 }],
    11: ["hostName", { host: textOrOctets() }],
    12: ["supportedAddressTypes", { types: list(16) }],
    // RFC 6525 §4
    13: ["outgoingReset", {
      request: 32,
      response: 32,
      lastTsn: 32,
      streams,
    }],
    14: ["incomingReset", { request: 32, streams }],
    15: ["tsnReset", { request: 32 }],
    16: ["reconfigurationResponse", {
      response: 32,
      result: 32,
      tsns: optional(record({ sender: 32, receiver: 32 })),
    }],
    17: ["addOutgoing", { request: 32, count: 16, reserved: 16 }],
    18: ["addIncoming", { request: 32, count: 16, reserved: 16 }],
    // RFC 9260 §3.3.2, RFC 9653 §4
    0x8000: ["ecnCapable", {}],
    0x8001: ["zeroChecksum", { method: 32 }],
    // RFC 4895 §3
    0x8002: ["random", { octets: octets() }],
    0x8003: ["authenticatedChunks", { types: list(8) }],
    0x8004: ["hmacAlgorithms", { algorithms: list(16) }],
    // RFC 4820 §4, RFC 5061 §4.2.7, RFC 3758 §3.1
    0x8005: ["padding", { octets: octets() }],
    0x8008: ["supportedExtensions", { types: list(8) }],
    0xc000: ["forwardTsn", {}],
    // RFC 5061 §4.2: the parameter at the end is an address, or a cause
    0xc001: ["addAddress", { request: 32, parameter: octets() }],
    0xc002: ["deleteAddress", { request: 32, parameter: octets() }],
    0xc003: ["errorCause", { response: 32, causes: octets() }],
    0xc004: ["setPrimary", { request: 32, parameter: octets() }],
    0xc005: ["success", { response: 32 }],
    0xc006: ["adaptation", { code: { bits: 32, show: "hex" } }],
  },
}));

/** The causes of errors (IANA's "SCTP Error Cause Codes"). */
export const causes = unpadded(options({
  ...FORM,
  kinds: {
    // RFC 9260 §3.3.10
    1: ["invalidStream", { stream: 16, reserved: 16 }],
    2: ["missingParameter", {
      count: 32,
      types: list(16, { count: "count" }),
    }],
    3: ["staleCookie", { microseconds: 32 }],
    4: ["outOfResource", {}],
    5: ["unresolvableAddress", { octets: octets() }],
    6: ["unrecognizedChunk", { octets: octets() }],
    7: ["invalidParameter", {}],
    8: ["unrecognizedParameters", { octets: octets() }],
    9: ["noUserData", { tsn: 32 }],
    10: ["cookieWhileShuttingDown", {}],
    11: ["restartWithNewAddresses", { octets: octets() }],
    12: ["userAbort", { reason: textOrOctets() }],
    13: ["protocolViolation", { reason: textOrOctets() }],
    // RFC 5061 §4.3, RFC 4895 §4
    0xa0: ["deleteLastAddress", { octets: octets() }],
    0xa1: ["resourceShortage", { octets: octets() }],
    0xa2: ["deleteSource", { octets: octets() }],
    0xa3: ["illegalAsconfAck", {}],
    0xa4: ["noAuthorization", { octets: octets() }],
    0x105: ["unsupportedHmac", { algorithm: 16 }],
  },
}));

/** What fills up the last of them is the chunk's, not its own (RFC 9260 §3.2.1). */
function unpadded<T, I>(
  format: Format<readonly T[], readonly I[]>,
): Format<readonly T[], readonly I[]> {
  return {
    ...format,
    write(to, value) {
      let { at } = to;
      format.write(to, value);
      while (at < to.at) {
        const length = to.view.getUint16(at + 2);
        if (at + length + 3 >= to.at) {
          to.at = at + length;
          break;
        }
        at += length + 3 & ~3;
      }
    },
  };
}
