/** Fields of ours as tshark shows them: all of one layer in a packet, in a row. */

import type { Layers, Packet } from "../../lib/packet/mod.ts";
import { type Comparison, comparison } from "./tshark.ts";

type Value = string | number;
type Values = Value | readonly (Value | undefined)[] | undefined;

/** A number as tshark writes it where it is a hexadecimal one. */
export const hex = (
  value: number | undefined,
  digits: number,
): string | undefined =>
  value === undefined
    ? undefined
    : `0x${value.toString(16).padStart(digits, "0")}`;

/** Compares one layer, each of them that a packet has. */
export function layer<N extends keyof Layers>(
  name: N,
  protocol: string,
  fields: Readonly<
    Record<string, (layer: Layers[N], packet: Packet) => Values>
  >,
): Comparison {
  return comparison<N>({
    layer: name,
    protocol,
    asked: Object.keys(fields),
    fields: (_, packet: Packet) => {
      const all = packet.layers.filter((one) => one.name === name);
      return Object.fromEntries(
        Object.entries(fields).map(([field, value]) => [
          field,
          all.flatMap((one) => value(one as Layers[N], packet) ?? [])
            .filter((one) => one !== undefined),
        ]),
      );
    },
  });
}

/** Options of one kind, or several. */
export function of<
  O extends { readonly kind: string | number },
  K extends string,
>(
  options: readonly O[] | undefined,
  ...kinds: readonly K[]
): readonly Extract<O, { readonly kind: K }>[] {
  return (options ?? []).filter((one): one is
    & O
    & Extract<O, { readonly kind: K }> =>
    (kinds as readonly unknown[]).includes(one.kind)
  );
}

/** Octets, if there are any. */
export const octets = (value: unknown): string | undefined =>
  value instanceof Uint8Array && value.length > 0 ? value.toHex() : undefined;
