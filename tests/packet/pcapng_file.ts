/** Pcapng files made octet by octet, as draft-ietf-opsawg-pcapng draws them. */

/** An option: its number and its octets. */
export type Option = readonly [code: number, value: Uint8Array | string];

/** A file that grows block by block, in one octet order or both. */
export class PcapngFile {
  #octets: number[] = [];
  little: boolean;

  constructor(little = true) {
    this.little = little;
  }

  get bytes(): Uint8Array<ArrayBuffer> {
    return Uint8Array.from(this.#octets);
  }

  number(value: number | bigint, octets: number): Uint8Array {
    const bytes = new Uint8Array(8);
    new DataView(bytes.buffer).setBigUint64(
      0,
      BigInt.asUintN(64, BigInt(value)),
    );
    const end = bytes.slice(8 - octets);
    return this.little ? end.reverse() : end;
  }

  options(list: readonly Option[]): number[] {
    if (list.length === 0) return [];
    const octets = list.flatMap(([code, value]) => {
      const bytes = typeof value === "string"
        ? new TextEncoder().encode(value)
        : value;
      return [
        ...this.number(code, 2),
        ...this.number(bytes.length, 2),
        ...padded(bytes),
      ];
    });
    return [...octets, 0, 0, 0, 0];
  }

  block(type: number, body: Iterable<number>): this {
    const octets = padded([...body]);
    const length = this.number(octets.length + 12, 4);
    this.#octets.push(...this.number(type, 4), ...length, ...octets, ...length);
    return this;
  }

  section(options: readonly Option[] = [], length = 2n ** 64n - 1n): this {
    return this.block(0x0a0d0d0a, [
      ...this.number(0x1a2b3c4d, 4),
      ...this.number(1, 2),
      ...this.number(0, 2),
      ...this.number(length, 8),
      ...this.options(options),
    ]);
  }

  interface(
    linkType: number,
    { snapLength = 0, options = [] as readonly Option[] } = {},
  ): this {
    return this.block(1, [
      ...this.number(linkType, 2),
      0,
      0,
      ...this.number(snapLength, 4),
      ...this.options(options),
    ]);
  }

  packet(
    octets: Uint8Array,
    {
      face = 0,
      ticks = 0n,
      length = octets.length,
      options = [] as readonly Option[],
    } = {},
  ): this {
    return this.block(6, [
      ...this.number(face, 4),
      ...this.number(ticks >> 32n, 4),
      ...this.number(ticks & 0xffffffffn, 4),
      ...this.number(octets.length, 4),
      ...this.number(length, 4),
      ...padded(octets),
      ...this.options(options),
    ]);
  }

  oldPacket(
    octets: Uint8Array,
    { face = 0, drops = 0xffff, ticks = 0n } = {},
  ): this {
    return this.block(2, [
      ...this.number(face, 2),
      ...this.number(drops, 2),
      ...this.number(ticks >> 32n, 4),
      ...this.number(ticks & 0xffffffffn, 4),
      ...this.number(octets.length, 4),
      ...this.number(octets.length, 4),
      ...padded(octets),
    ]);
  }

  simplePacket(octets: Uint8Array, length = octets.length): this {
    return this.block(3, [...this.number(length, 4), ...padded(octets)]);
  }

  names(
    records: readonly [type: number, address: Uint8Array, names: string][],
  ): this {
    return this.block(4, [
      ...records.flatMap(([type, address, names]) => {
        const value = [...address, ...new TextEncoder().encode(names)];
        return [
          ...this.number(type, 2),
          ...this.number(value.length, 2),
          ...padded(value),
        ];
      }),
      0,
      0,
      0,
      0,
    ]);
  }
}

function padded(octets: ArrayLike<number>): number[] {
  const list = Array.from(octets);
  while (list.length % 4 !== 0) list.push(0);
  return list;
}
