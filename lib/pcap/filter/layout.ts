/**
 * Where the headers of a packet are, as far as a filter has got: `vlan`, `mpls`,
 * `pppoes` and `geneve` move them for all that comes after, in the order of the
 * text, whatever stands between.
 *
 * @module
 */

import type { ParseError } from "../../errors.ts";
import {
  arithmetic,
  load,
  number,
  type Slot,
  type Value,
  valueOf,
} from "./condition.ts";
import { type LinkKind, type LinkType, linkTypeOf } from "./link_types.ts";
import { filterError } from "./lex.ts";

/** A place: so many octets from the packet's start, and what a slot adds. */
export interface Place {
  /** Octets that are known beforehand. */
  readonly octets: number;
  /** What is worked out from the packet. */
  readonly slot: Slot | undefined;
}

/** Options that say what a capture is. */
export interface CaptureFacts {
  /** As numbered at tcpdump.org/linktypes.html. */
  readonly linkType: number;
  /** The order of numbers of the machine that wrote it; both if not given. */
  readonly byteOrder: "big" | "little" | undefined;
}

/** What is known of a packet's headers at one place in a filter. */
export class Layout {
  /** The link type of the capture. */
  readonly outermost: LinkType;
  /** The order of numbers of the machine that wrote the capture. */
  readonly byteOrder: "big" | "little" | undefined;
  /** How the link layer says what it carries. */
  kind: LinkKind;
  /** What the link layer is called. */
  name: string;
  /** Where its addresses are. */
  mac: LinkType["mac"];
  /** Whether each frame has an LLC header. */
  llc: boolean;
  /** Where the link header is. */
  link: Place;
  /** Where the type of its payload is. */
  type: Place;
  /** Where its payload is. */
  payload: Place;
  /** Octets from there to a network header. */
  network: number;
  /** Octets from there to what follows an LLC header. */
  afterLlc: number;
  /** How many MPLS labels have been gone past. */
  labels = 0;
  /** Whether the link layer is what a Geneve tunnel carries. */
  inGeneve = false;
  /** The slots that have been read. */
  readonly used: Set<Slot> = new Set();
  readonly #input: string;
  #at = 0;
  #slots = 0;

  /**
   * Starts at the outermost header.
   *
   * @param input The expression, for errors.
   * @param facts What the capture is.
   */
  constructor(input: string, { linkType, byteOrder }: CaptureFacts) {
    this.#input = input;
    this.byteOrder = byteOrder;
    const link = linkTypeOf(linkType);
    this.outermost = link;
    const { header = 0, type = 0, payload = 0, kind, radio } = link;
    const wlan = kind === "wlan";
    this.kind = kind;
    this.name = link.name;
    this.mac = link.mac;
    this.llc = link.llc ?? wlan;
    this.link = {
      octets: header,
      slot: radio === undefined ? undefined : this.slot(),
    };
    this.type = { octets: type, slot: undefined };
    this.payload = { octets: payload, slot: wlan ? this.slot() : undefined };
    this.network = link.network ?? 0;
    this.afterLlc = link.afterLlc ?? 0;
  }

  /**
   * Makes a slot.
   *
   * @returns A new one.
   */
  slot(): Slot {
    return { name: `s${this.#slots++}` };
  }

  /**
   * Says which part of the expression is worked on.
   *
   * @param at UTF-16 units from its start.
   */
  visit(at: number): void {
    this.#at = at;
  }

  /**
   * Makes an error for the part of the expression that is worked on.
   *
   * @param reason What is wrong.
   * @returns The error.
   */
  refuse(reason: string): ParseError {
    return filterError(this.#input, this.#at, reason);
  }

  /**
   * Reads octets from a place on.
   *
   * @param place The place.
   * @param octets How many: 1, 2 or 4.
   * @param offset How far from the place.
   * @param index What to add to that.
   * @returns The number.
   */
  at(place: Place, octets: number, offset: number, index?: Value): Value {
    return load(octets, place.octets + offset, this.#sum(place, index));
  }

  /**
   * Reads octets of the link header.
   *
   * @param octets How many: 1, 2 or 4.
   * @param offset Which.
   * @returns The number.
   */
  ofLink(octets: number, offset: number): Value {
    return this.at(this.link, octets, offset);
  }

  /**
   * Reads octets from where an LLC header would be.
   *
   * @param octets How many: 1, 2 or 4.
   * @param offset Which.
   * @returns The number.
   */
  ofPayload(octets: number, offset: number): Value {
    return this.at(this.payload, octets, offset);
  }

  /**
   * Reads octets of the network header.
   *
   * @param octets How many: 1, 2 or 4.
   * @param offset Which.
   * @param index What to add to that.
   * @returns The number.
   */
  ofNetwork(octets: number, offset: number, index?: Value): Value {
    return this.at(this.payload, octets, this.network + offset, index);
  }

  /**
   * Reads octets of what follows an IP header; after IPv6 that is octet 40.
   *
   * @param family Whose header.
   * @param octets How many: 1, 2 or 4.
   * @param offset Which.
   * @param index What to add to that.
   * @returns The number.
   */
  ofTransport(
    family: 4 | 6,
    octets: number,
    offset: number,
    index?: Value,
  ): Value {
    if (family === 6) return this.ofNetwork(octets, 40 + offset, index);
    const header = this.ipHeader();
    const from = index === undefined ? header : arithmetic(index, "+", header);
    return load(octets, this.payload.octets + this.network + offset, from);
  }

  /**
   * Works out how long an IPv4 header is.
   *
   * @returns Its length in octets, and what the payload's slot has.
   */
  ipHeader(): Value {
    const bits = arithmetic(this.ofNetwork(1, 0), "&", number(15));
    const length = arithmetic(bits, "<<", number(2));
    return this.#sum(this.payload, length)!;
  }

  #sum({ slot }: Place, index: Value | undefined): Value | undefined {
    if (slot === undefined) return index;
    const base = this.value(slot);
    return index === undefined ? base : arithmetic(index, "+", base);
  }

  /**
   * Reads a slot, and keeps in mind that it must be set.
   *
   * @param slot The slot.
   * @returns Its value.
   */
  value(slot: Slot): Value {
    this.used.add(slot);
    return valueOf(slot);
  }
}
