/**
 * How the pieces of an LLDP packet lie: 7 bits of type, 9 bits of length, and in
 * those of organizations an OUI and a subtype before the value.
 *
 * @module
 */

import { isObject } from "../../compound.ts";
import { type Cursor, type Fields, type Format, Stop } from "../../format.ts";
import type { OptionInput, OptionKinds, OptionValue } from "../../options.ts";
import { compileTable, type Table } from "../../table.ts";
import { valueText } from "../../value.ts";

/** The type of pieces that an organization has defined. */
const ORGANIZATION = 127;

/** The most octets of a value. */
const MOST = 511;

interface Known {
  readonly number: number;
  readonly name: string;
  readonly table: Table;
}

type Piece = Fields & { readonly kind: string | number };

/**
 * The pieces up to the end, which a piece of type 0 marks.
 *
 * @param kinds What is known: by type; those of organizations by
 * `oui * 256 + subtype`, which are all above 127.
 * @returns The format; of an unknown piece there are type and octets.
 *
 * @example
 * ```ts
 * import { Cursor } from "../../format.ts";
 * import { tlvs } from "./tlvs.ts";
 * import assert from "node:assert/strict";
 *
 * const format = tlvs({ 3: ["ttl", { seconds: 16 }], 0x0080c201: ["portVlan", { id: 16 }] });
 * const octets = Uint8Array.of(6, 2, 0, 120, 254, 6, 0, 0x80, 0xc2, 1, 0, 7, 0, 0);
 * assert.deepEqual(format.read(new Cursor(octets, 0, 14)), [
 *   { kind: "ttl", seconds: 120 },
 *   { kind: "portVlan", id: 7 },
 *   { kind: 0, octets: new Uint8Array() },
 * ]);
 * ```
 */
export function tlvs<const K extends OptionKinds>(
  kinds: K,
): Format<readonly OptionValue<K>[], readonly OptionInput<K>[]> {
  return tlvsOf(kinds) as unknown as Format<
    readonly OptionValue<K>[],
    readonly OptionInput<K>[]
  >;
}

function tlvsOf(
  kinds: OptionKinds,
): Format<readonly Piece[], readonly (Piece | string)[]> {
  const known = Object.entries(kinds).map(([number, [name, fields]]): Known => {
    return { number: Number(number), name, table: compileTable(name, fields) };
  });
  const byNumber = new Map(known.map((one) => [one.number, one]));
  const byName = new Map(known.map((one) => [one.name, one]));
  const names = [...byName.keys()].join(", ");

  const value = (from: Cursor, type: number): Piece => {
    const { at, fields, trouble } = from;
    const isOwn = type === ORGANIZATION && from.left >= 4;
    const one = byNumber.get(isOwn ? from.u32() : type);
    if (one !== undefined && one.number !== ORGANIZATION) {
      const piece = { kind: one.name, ...one.table.blank() };
      try {
        one.table.read(from, piece);
        if (from.left === 0 && from.trouble === trouble) return piece;
        from.note(
          new Stop(`${one.name} of ${from.end - at} octets, too many`, at),
        );
      } catch (stop) {
        from.note(stop);
      }
      // Its length is not one that this kind has: what it means is not sure.
      from.fields = fields;
    }
    from.at = at;
    return { kind: type, octets: from.bytes() };
  };
  const readOne = (from: Cursor): Piece => {
    const word = from.u16();
    return from.within(word & MOST, (from) => value(from, word >> 9));
  };
  const writer: Format<Piece> = {
    about: "a piece",
    read: readOne,
    write(to, piece) {
      if (!isObject(piece) || !("kind" in piece)) {
        return to.refuse(`be a piece with its kind (${names})`, piece);
      }
      const { kind } = piece;
      const at = to.room(2);
      let type: number;
      if (typeof kind === "number") {
        type = kind;
        if (!Number.isInteger(kind) || kind < 0 || kind > ORGANIZATION) {
          return to.refuse("have a kind up to 127", kind, RangeError);
        }
        if (piece.octets instanceof Uint8Array) to.bytes(piece.octets);
        else if (piece.octets !== undefined) {
          to.refuse("have octets", piece.octets);
        }
      } else {
        const one = byName.get(kind);
        if (one === undefined) return to.refuse(`be one of ${names}`, kind);
        type = Math.min(one.number, ORGANIZATION);
        if (one.number > ORGANIZATION) to.u32(one.number);
        one.table.write(to, piece);
      }
      const length = to.at - at - 2;
      if (length > MOST) {
        to.refuse(`be of up to ${MOST} octets`, `${length}`, RangeError);
      }
      to.view.setUint16(at, type << 9 | length);
    },
    random: () => undefined,
    text: (piece) => valueText(piece),
  };
  return {
    about: `pieces: ${names}`,
    empty: [],
    isQuiet: true,
    read(from) {
      const pieces: Piece[] = [];
      const { fields } = from;
      try {
        while (from.left > 0) {
          const isEnd = from.octets[from.at]! >> 1 === 0;
          pieces.push(
            from.marks === undefined
              ? readOne(from)
              : from.marked(pieces.length, writer),
          );
          if (isEnd) break;
        }
      } catch (trouble) {
        from.note(trouble);
        from.fields = fields;
        from.at = from.end;
      }
      return pieces;
    },
    write(to, pieces = []) {
      if (!Array.isArray(pieces)) to.refuse("be a list of pieces", pieces);
      pieces.forEach((one: Piece | string, i) =>
        to.field(i, writer, typeof one === "string" ? { kind: one } : one)
      );
    },
    random(random, fields) {
      return Array.from({ length: Math.floor(random() * 4) }, () => {
        const pick = known.filter(({ number }) => number !== 0);
        const { name, table } = pick[Math.floor(random() * pick.length)]!;
        return { kind: name, ...table.random(random, fields) };
      });
    },
    text: (pieces) =>
      pieces.length === 0 ? "none" : pieces.map((piece) => {
        const fields = byName.get(String(piece.kind))?.table.text(piece) ??
          valueText(piece.octets);
        return fields === "" ? `${piece.kind}` : `${piece.kind} ${fields}`;
      }).join("; "),
  };
}
