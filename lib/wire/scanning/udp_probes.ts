/**
 * What to say to UDP services, many of which answer nothing but their own
 * protocol: the least question that each takes.
 *
 * @module
 */

import { parseHex } from "../../bytes/hex.ts";

/** A TLV of BER with up to 127 octets. */
function ber(tag: number, ...parts: readonly (readonly number[])[]): number[] {
  const content = parts.flat();
  return [tag, content.length, ...content];
}

/** SNMPv2c: get sysDescr.0 (1.3.6.1.2.1.1.1.0) as community `public`. */
function snmpGet(): Uint8Array {
  const ascii = [...new TextEncoder().encode("public")];
  const name = ber(0x06, [0x2b, 6, 1, 2, 1, 1, 1, 0]);
  const binding = ber(0x30, name, [0x05, 0]);
  const integer = (n: number) => ber(0x02, [n]);
  return Uint8Array.from(ber(
    0x30,
    integer(1),
    ber(0x04, ascii),
    ber(0xa0, integer(1), integer(0), integer(0), ber(0x30, binding)),
  ));
}

/** DNS (RFC 1035 §4.1): one question in class IN, with these two octets of flags. */
function dns(flags: number, name: string, type: number): Uint8Array {
  const labels = name.split(".").filter(Boolean).flatMap((label) => [
    label.length,
    ...new TextEncoder().encode(label),
  ]);
  return Uint8Array.from([
    ...[0x13, 0x37, flags >> 8, flags & 0xff, 0, 1, 0, 0, 0, 0, 0, 0],
    ...labels,
    ...[0, type >> 8, type & 0xff, 0, 1],
  ]);
}

/** NTP (RFC 5905 §7.3): version 4, client. */
function ntp(): Uint8Array {
  const octets = new Uint8Array(48);
  octets[0] = 0x23;
  return octets;
}

const NUL_NAME = `CK${"A".repeat(30)}`;

const PROBES: Readonly<Record<number, () => Uint8Array>> = {
  // The name servers of the root.
  53: () => dns(0x0100, ".", 2),
  // A file that nobody has: a server says so (RFC 1350 §5).
  69: () => new TextEncoder().encode("\0\x01netrepl\0octet\0"),
  // Portmapper, version 2, procedure 0: nothing (RFC 1833 §3, RFC 5531 §9).
  111: () =>
    parseHex(
      `13371337 00000000 00000002 000186a0 00000002 00000000 ${
        "00000000 ".repeat(4)
      }`,
    ),
  123: ntp,
  // Node status of "*" (RFC 1002 §4.2.17).
  137: () => dns(0x0000, NUL_NAME, 0x21),
  161: snmpGet,
  1900: () =>
    new TextEncoder().encode(
      'M-SEARCH * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\nMAN: "ssdp:discover"\r\nMX: 1\r\nST: ssdp:all\r\n\r\n',
    ),
  // STUN's binding request (RFC 8489 §5).
  3478: () => parseHex("00010000 2112a442 133713371337133713371337"),
  5353: () => dns(0x0000, "_services._dns-sd._udp.local", 12),
  // CoAP's ping: an empty confirmable message (RFC 7252 §4.3).
  5683: () => parseHex("40001337"),
  // With the frame header that UDP has (memcached's protocol.txt).
  11211: () => new TextEncoder().encode("\0\x01\0\0\0\x01\0\0version\r\n"),
};

const NOTHING = new Uint8Array(0);

/**
 * Gives what to send to a UDP port.
 *
 * @param port The port.
 * @returns The datagram's octets; none where nothing is known to help.
 */
export function udpProbe(port: number): Uint8Array {
  return PROBES[port]?.() ?? NOTHING;
}
