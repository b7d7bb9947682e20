/**
 * Writing BER by hand, right or wrong: for answers that an agent should not give.
 *
 * @module
 */

/** One element: its tag and what is in it. */
export function tlv(tag: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const size = parts.reduce((sum, { length }) => sum + length, 0);
  const head = size < 0x80
    ? [tag, size]
    : size < 0x100
    ? [tag, 0x81, size]
    : [tag, 0x82, size >> 8, size & 0xff];
  return Uint8Array.from([...head, ...parts.flatMap((part) => [...part])]);
}

/** A whole number with a sign, as short as it goes. */
export function integer(value: number | bigint, tag = 0x02): Uint8Array {
  const octets: number[] = [];
  let rest = BigInt(value);
  do {
    octets.unshift(Number(BigInt.asUintN(8, rest)));
    rest >>= 8n;
  } while (
    !(rest === 0n && octets[0]! < 0x80) && !(rest === -1n && octets[0]! >= 0x80)
  );
  return tlv(tag, Uint8Array.from(octets));
}

/** Text as octets. */
export function text(value: string, tag = 0x04): Uint8Array {
  return tlv(tag, new TextEncoder().encode(value));
}

/** An object identifier. */
export function oid(dotted: string): Uint8Array {
  const [first = 0, second = 0, ...rest] = dotted.split(".").map(Number);
  const octets = [first * 40 + second, ...rest].flatMap((number) => {
    const groups = [number % 128];
    for (let n = Math.floor(number / 128); n > 0; n = Math.floor(n / 128)) {
      groups.unshift(n % 128 + 128);
    }
    return groups;
  });
  return tlv(0x06, Uint8Array.from(octets));
}

/** A name and its value, which is an element. */
export type Variable = readonly [name: string, value: Uint8Array];

/** A PDU. */
export function pdu(
  type: number,
  requestId: number,
  variables: readonly Variable[],
  [status, index]: readonly [number, number] = [0, 0],
): Uint8Array {
  return tlv(
    type,
    integer(requestId),
    integer(status),
    integer(index),
    tlv(
      0x30,
      ...variables.map(([name, value]) => tlv(0x30, oid(name), value)),
    ),
  );
}

/** A message of version 1 (0) or 2c (1). */
export function message(
  version: number,
  community: string,
  body: Uint8Array,
): Uint8Array {
  return tlv(0x30, integer(version), text(community), body);
}
