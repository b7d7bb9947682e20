/**
 * What a capture filter says, as a tree.
 *
 * @module
 */

/** Which of a packet's addresses or ports is meant. */
export type Direction =
  | "src"
  | "dst"
  | "src or dst"
  | "src and dst"
  | "addr1"
  | "addr2"
  | "addr3"
  | "addr4"
  | "ra"
  | "ta";

/** What stands before an id, or is carried over from the id before. */
export interface Qualifiers {
  /** The protocol; `undefined` for all that make sense. */
  readonly protocol: string | undefined;
  /** Which end; `undefined` for either. */
  readonly direction: Direction | undefined;
  /** What the id is; `undefined` for a host. */
  readonly type: string | undefined;
}

/** An id: what a packet's address, port or protocol is compared with. */
export type Id =
  | { readonly kind: "name"; readonly text: string }
  | { readonly kind: "number"; readonly value: number }
  | {
    readonly kind: "ipv4";
    readonly text: string;
    readonly prefix?: number;
    readonly mask?: string;
  }
  | { readonly kind: "ipv6"; readonly text: string; readonly prefix?: number }
  | { readonly kind: "mac"; readonly text: string }
  | { readonly kind: "arcnet"; readonly text: string };

/** The signs of arithmetic. */
export type Sign = "+" | "-" | "*" | "/" | "%" | "&" | "|" | "^" | "<<" | ">>";

/** A number, with what it is worked out from. Its place is for errors. */
export type Arithmetic =
  & { readonly at: number }
  & (
    | { readonly kind: "number"; readonly value: number }
    | { readonly kind: "length" }
    | { readonly kind: "negative"; readonly of: Arithmetic }
    | {
      readonly kind: "sign";
      readonly sign: Sign;
      readonly left: Arithmetic;
      readonly right: Arithmetic;
    }
    | {
      readonly kind: "index";
      readonly protocol: string;
      readonly offset: Arithmetic;
      readonly octets: number;
    }
  );

/** The signs of comparison. */
export type Relation = "=" | "!=" | ">" | ">=" | "<" | "<=";

/** What is asked of a packet. Its place is for errors. */
export type Expression =
  & { readonly at: number }
  & (
    | { readonly kind: "and" | "or"; readonly of: readonly Expression[] }
    | { readonly kind: "not"; readonly of: Expression }
    | {
      readonly kind: "id";
      readonly id: Id;
      readonly qualifiers: Qualifiers;
    }
    | { readonly kind: "protocol"; readonly protocol: string }
    | {
      readonly kind: "relation";
      readonly relation: Relation;
      readonly left: Arithmetic;
      readonly right: Arithmetic;
    }
    | {
      readonly kind: "broadcast" | "multicast";
      readonly protocol: string | undefined;
    }
    | { readonly kind: "less" | "greater" | "ifindex"; readonly value: number }
    | {
      readonly kind: "byte";
      readonly offset: number;
      readonly sign: string;
      readonly value: number;
    }
    | { readonly kind: "inbound" | "outbound" }
    | {
      readonly kind: "inside";
      readonly word: "vlan" | "mpls" | "pppoed" | "pppoes" | "geneve";
      readonly value: number | undefined;
    }
    | { readonly kind: "llc"; readonly frame: string | undefined }
    | {
      readonly kind: "wlanType";
      readonly value: number;
      readonly mask: number;
    }
    | { readonly kind: "wlanDirection"; readonly value: number }
  );
