/**
 * The contract of a layer: one field table, and what the stack must know to
 * get past the header, as data and a few pure functions.
 *
 * A table lists the fields in the order of the wire, as the RFC's picture of
 * the header does. From it come the types of the values
 * ({@linkcode FieldValues}), the places ({@linkcode Slot}), and by way of
 * codec.ts the class that reads them. A layer names its parents and its number
 * under each, so that no layer file imports another; the stack turns all of
 * them into its tables.
 *
 * @module
 */

import type { Address } from "../ip/address.ts";
import type { Mac } from "../ip/mac/mac.ts";
import type { Format } from "./format.ts";
import type { Verbatim } from "./verbatim.ts";

/** An unsigned number that needs more than its width said. */
export interface NumberSpec {
  /**
   * Width in bits: 1 to 32, whole octets up to 48, or 64, which is read as a
   * `bigint`.
   */
  readonly bits: number;
  /** How it is written for people. @default {decimal} */
  readonly show?: "hex";
  /**
   * The octet order. `"little"` is for whole octets. `"either"` is for a small
   * number in the order of whatever machine recorded it, which nothing in the
   * packet tells: of both readings the smaller is taken; 32 bits only.
   * @default {network order}
   */
  readonly order?: "little" | "either";
  /**
   * What the values are called. They are shown beside the number, and may be
   * given in its place.
   */
  readonly names?: Readonly<Record<number, string>>;
}

/** One bit each, the highest first, where more than the names must be said. */
export interface FlagsSpec {
  /** The names, the highest bit first. */
  readonly flags: readonly string[];
  /** The octet order of the whole. @default {network order} */
  readonly order?: "little";
}

/** Text of fixed length, filled up with NULs. */
export interface TextSpec {
  /** How many octets. */
  readonly text: number;
}

/** A run of octets of fixed length. */
export interface OctetsSpec {
  /** How many octets. */
  readonly octets: number;
}

/**
 * What one field is:
 *
 * - a number: an unsigned integer of so many bits, or {@linkcode NumberSpec};
 * - a list of names: one bit each, the highest bit first, as RFCs draw them;
 * - `"ipv4"`, `"ipv6"`, `"mac"`: an address of 32, 128 or 48 bits;
 * - a run of octets or text of fixed length: {@linkcode OctetsSpec},
 *   {@linkcode TextSpec};
 * - a {@linkcode Format}, whose length the octets or other fields tell: what
 *   may be absent, lists, options, names. `"octets"` is the plainest: all that
 *   is left of the header.
 */
export type FieldSpec = FixedSpec | "octets" | Format<unknown, never>;

/** A field whose length is always the same. */
export type FixedSpec =
  | number
  | readonly string[]
  | "ipv4"
  | "ipv6"
  | "mac"
  | NumberSpec
  | FlagsSpec
  | OctetsSpec
  | TextSpec;

/** A header's fields in the order of the wire. */
export type FieldTable = Readonly<Record<string, FieldSpec>>;

/**
 * The type of a field's value: numbers and octets as they are, flags as a list
 * of the names that are set, IP addresses as `Address`, MAC addresses as text.
 */
export type FieldValue<S> = S extends Format<infer T, never> ? T
  : S extends { readonly bits: 64 } ? bigint
  : S extends number | NumberSpec ? number
  : S extends readonly (infer Name)[] ? readonly Name[]
  : S extends { readonly flags: readonly (infer Name)[] } ? readonly Name[]
  : S extends "ipv4" | "ipv6" ? Address
  : S extends "mac" | TextSpec ? string
  : Uint8Array;

/** The values of all fields of a table; nothing is known of a table at large. */
export type FieldValues<F extends FieldTable> = string extends keyof F ? unknown
  : { readonly [K in keyof F]: FieldValue<F[K]> };

/**
 * What a field may be set to: numbers, flags by name, addresses or their text,
 * octets.
 */
export type FieldInput<S> = S extends Format<infer _, infer I>
  ? I | Uint8Array | Verbatim
  : S extends { readonly bits: 64 } ? bigint | number
  : S extends { readonly names: Readonly<Record<number, infer Name>> }
    ? number | Name
  : S extends number | NumberSpec ? number
  : S extends readonly (infer Name)[] ? readonly Name[]
  : S extends { readonly flags: readonly (infer Name)[] } ? readonly Name[]
  : S extends "ipv4" | "ipv6" ? string | Address
  : S extends "mac" ? string | Uint8Array | Mac
  : S extends TextSpec ? string | Uint8Array
  : Uint8Array;

/**
 * Fields to set, any of a table's. What is not set is worked out, as lengths
 * and checksums are, or has its default, mostly 0.
 */
export type FieldInputs<F extends FieldTable> = string extends keyof F
  ? Readonly<Record<string, unknown>>
  : { readonly [K in keyof F]?: FieldInput<F[K]> | undefined };

/** A header to build: a layer, and those of its fields that were set. */
export interface LayerSpec<
  N extends string = string,
  F extends FieldTable = FieldTable,
> {
  /** What kind of header. */
  readonly layer: Layer<N, F>;
  /** The fields that were set, as they were given. */
  readonly values: FieldInputs<F>;
  /** The same as numbers, addresses and octets, checked. */
  readonly raw: RawValues;
}

/**
 * Field values as they are written: flags as a number, MACs as octets. Under
 * `$tail` is what comes behind the fixed fields, as octets.
 */
export type RawValues = Readonly<Record<string, RawValue | undefined>>;

/** One value as it is written. */
export type RawValue = number | bigint | Address | Uint8Array;

/** The lengths around a header that is built. */
export interface BuildLengths {
  /** Octets of the header, options and padding included. */
  readonly header: number;
  /** Octets after it, up to the end of the packet. */
  readonly payload: number;
  /** The number under which the next layer comes, if there is one. */
  readonly next: number | undefined;
}

/** How a header's checksum is made. */
export interface ChecksumRule<F extends FieldTable, V> {
  /** The field that has it, between octets. */
  readonly field: keyof F & string;
  /** Octets from the start of the header to it, if it is no fixed field. */
  readonly at?: number;
  /**
   * What it covers: the header; all up to the end of the packet; or that and
   * the pseudo-header of the layer below. A function tells it by the header.
   */
  readonly over:
    | "header"
    | "payload"
    | "pseudo"
    | ((view: V) => "header" | "payload" | "pseudo");
  /** Whether 0 stands for "none", so that a sum of 0 is written as 0xffff. */
  readonly zeroMeansNone?: boolean;
  /** Whether a sum of 0 is written as 0xffff, though 0 means nothing else. */
  readonly neverZero?: boolean;
  /**
   * How it is made: RFC 1071; CRC32c as in RFC 9260; or RFC 1071 as Cisco does
   * it in CDP, with a way of its own for an odd octet. @default {"internet"}
   */
  readonly algorithm?: "internet" | "crc32c" | "cdp";
  /**
   * How many octets it covers, counted from the start of the header, where that
   * is less than all.
   *
   * @param view The header.
   * @returns Octets; `undefined` for all, 0 if there is no checksum.
   */
  coverage?(view: V): number | undefined;
  /** Octets that it leaves out, counted from the start of the header. */
  readonly except?: readonly [from: number, to: number];
}

/** What takes the fields of a layer's headers: functions compiled from its table. */
export interface Writer {
  /** Octets from the start of the header to its checksum, if it has one. */
  readonly checksumAt: number | undefined;
  /**
   * Gives the number under which a layer comes after this one.
   *
   * @param layer The layer that comes next.
   * @returns The number, or `undefined` if it has none.
   */
  readonly numberOf: (layer: Layer) => number | undefined;
  /**
   * Checks fields that were set; those that are `undefined` count as not set.
   * It throws a `TypeError` for a field that there is not or a value of another
   * kind, and a `RangeError` for one that does not fit.
   */
  readonly take: (values: object) => RawValues;
}

/** What a {@linkcode Slot} holds. */
export type FieldKind =
  | "unsigned"
  | "flags"
  | "ipv4"
  | "ipv6"
  | "mac"
  | "octets"
  | "text";

/** One fixed field with its place in the header. */
export interface Slot {
  /** The field's name. */
  readonly name: string;
  /** What kind of value it holds. */
  readonly kind: FieldKind;
  /** Bits from the start of the header. */
  readonly at: number;
  /** Width in bits. */
  readonly bits: number;
  /** The flags' names, the highest bit first. */
  readonly flags: readonly string[];
  /** Whether people read it in hexadecimal. */
  readonly hex: boolean;
  /** The order of its octets. */
  readonly order: "big" | "little" | "either";
  /** What its values are called. */
  readonly names: Readonly<Record<number, string>> | undefined;
}

/** A field of no fixed length, or behind one. */
export interface TailField {
  /** The field's name. */
  readonly name: string;
  /** How its octets are read and written. */
  readonly format: Format<unknown, never>;
}

/**
 * A field's value as JSON has it: octets in hexadecimal, addresses as text,
 * numbers of 64 bits as text too.
 */
export type JsonField =
  | number
  | string
  | boolean
  | readonly JsonField[]
  | { readonly [name: string]: JsonField };

/**
 * What every decoded layer has beside its fields.
 *
 * The fields are read from the packet's octets when asked for, so a layer costs
 * next to nothing until then. It stays right as long as nobody writes to those
 * octets.
 */
export interface LayerView<N extends string = string> {
  /** The layer's name: `"ipv4"`. */
  readonly name: N;
  /** Octets from the start of the packet to the header. */
  readonly offset: number;
  /** Octets of the header, options included. */
  readonly headerLength: number;
  /** The octets of the header; they are not copied. */
  readonly bytes: Uint8Array;
  /**
   * Gives the layer as plain data.
   *
   * @returns Name, offset and header length in octets, and every field.
   */
  toJSON(): Record<string, JsonField>;
  /**
   * Says the layer in a few words.
   *
   * @returns One line that starts with the layer's name.
   */
  toString(): string;
}

/** One decoded layer: what all layers have, and the fields of its table. */
export type View<N extends string, F extends FieldTable> =
  & LayerView<N>
  & FieldValues<F>;

/** The class that reads one kind of layer. */
export type ViewClass<N extends string, F extends FieldTable> = new (
  octets: Uint8Array,
  view: DataView,
  at: number,
  offset: number,
  headerLength: number,
) => View<N, F>;

/** A length that a field of the header states. */
export interface StatedLength<F extends FieldTable, V, R> {
  /** The field that states it, for errors. */
  readonly from: keyof F & string;
  /**
   * Works it out.
   *
   * @param view The header.
   * @returns The length in octets.
   */
  octets(view: V): R;
}

/** Everything about a layer beside its name and fields. */
export interface LayerHooks<N extends string, F extends FieldTable> {
  /** Where the header is defined: `"RFC 9293 §3.1"`. */
  readonly source: string;
  /**
   * The parents and the layer's number in each. The parent `"link"` stands for
   * the link type of a capture.
   *
   * @see https://www.tcpdump.org/linktypes.html
   */
  readonly under: readonly (readonly [parent: string, number: number])[];
  /** The field whose value picks the layer above, or several to try in turn. */
  readonly next?: (keyof F & string) | readonly (keyof F & string)[];
  /**
   * Gives the number that picks the layer above, where it is not just the value
   * of a field; it is asked before `next`.
   *
   * @param view The header.
   * @returns The number; `undefined` to go by `next`.
   */
  select?(view: View<N, F>): number | undefined;
  /**
   * Whether these functions look at octets, such as the first behind the header,
   * and not at fields alone.
   * @default {false}
   */
  readonly looksBehind?: boolean;
  /** The layer whose numbers `next` holds, if not this layer's own. */
  readonly nextLike?: string;
  /**
   * The header's length where it varies: stated by a field, or `"parsed"`: it
   * ends where its last field does. @default {the fields' length}
   */
  readonly header?: StatedLength<F, View<N, F>, number> | "parsed";
  /**
   * The length of what comes after the header, where the header states it; what
   * lies beyond is not the layer's, like Ethernet's padding after IPv4.
   * `undefined` if this header does not tell.
   */
  readonly payload?: StatedLength<F, View<N, F>, number | undefined>;
  /**
   * Says what makes the header impossible.
   *
   * @param view The header, of which only the fixed fields are sure to be there.
   * @returns The reason, for an error; `undefined` if the header may be.
   */
  check?(view: View<N, F>): string | undefined;
  /**
   * Whether a header that `check` finds impossible is no fault: the octets were
   * not of this layer at all, as in the middle of a TCP stream.
   * @default {false}
   */
  readonly tentative?: boolean;
  /**
   * Says whether the payload is only a piece of something longer: its `"head"`,
   * in which lengths may point past the end, or its `"tail"`, which does not
   * start with a header; or a piece of a `"stream"`, in which lengths may too.
   *
   * @param view The header.
   * @returns Which piece; `undefined` if the payload is whole.
   */
  piece?(view: View<N, F>): "head" | "tail" | "stream" | undefined;
  /** What fields are where nobody sets them and nothing works them out. @default {all 0} */
  readonly defaults?: FieldInputs<F>;
  /**
   * What follows from the fields that were set, where nobody sets it: the type
   * that a field belongs to, a flag that says that it is there. Counts and
   * lengths that a list names are known without.
   *
   * @param values The fields that were set.
   * @returns More fields.
   */
  implied?(values: FieldInputs<F>): FieldInputs<F>;
  /** How fields follow from the lengths, where nobody sets them. */
  readonly computed?: {
    readonly [K in keyof F]?: (
      lengths: BuildLengths,
    ) => number | undefined;
  };
  /** The header's length is a multiple of so many octets. @default {1} */
  readonly headerUnit?: number;
  /** How the checksum is made, where nobody sets it. */
  readonly checksum?: ChecksumRule<F, View<N, F>>;
  /**
   * The fields that a checksum further up covers too, with the protocol number
   * and the length of what it covers.
   */
  readonly pseudoHeader?: readonly (keyof F & string)[];
  /** Whether the pseudo-header of checksums further up is that of the layer below. */
  readonly isExtension?: boolean;
  /**
   * The addresses that the pseudo-header has in place of those below, as behind
   * a routing header on the way.
   *
   * @param view The header.
   * @returns Fields of the layer below; `undefined` if they are its own.
   */
  readdresses?(
    view: View<N, F>,
  ): Readonly<Record<string, Address>> | undefined;
  /**
   * Says the layer in a few words.
   *
   * @param view The header.
   * @returns One line.
   */
  summary(view: View<N, F>): string;
}

/** A layer: its definition, and what has been worked out from it. */
export interface Layer<
  N extends string = string,
  F extends FieldTable = FieldTable,
> extends LayerHooks<N, F> {
  /**
   * Makes a header to build a packet with.
   *
   * @param values The fields to set; all others are worked out.
   * @returns The header, for {@linkcode build}.
   * @throws {TypeError} If there is no such field or a value is of the wrong kind.
   * @throws {RangeError} If a value does not fit its field.
   */
  (values?: FieldInputs<F>): LayerSpec<N, F>;
  /** The layer's name, which is also its accessor on a packet. */
  readonly name: N;
  /** The field table. */
  readonly fields: F;
  /** The fixed fields in their places. */
  readonly slots: readonly Slot[];
  /** The fields behind them. */
  readonly tail: readonly TailField[];
  /** Octets of the fixed fields, the least that a header has. */
  readonly size: number;
  /** The class that reads the fields; compiled on first use. */
  readonly View: ViewClass<N, F>;
  /** What writes the fields; compiled on first use. */
  readonly writer: Writer;
}
