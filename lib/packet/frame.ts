/**
 * Where a packet lies in memory, and what its capture says of it.
 *
 * @module
 */

/**
 * The octets of one packet. Many frames may share one buffer, so that reading
 * a file makes no copy a packet.
 */
export interface Frame {
  /** The buffer that holds the packet. */
  readonly octets: Uint8Array;
  /** The same buffer, for numbers. */
  readonly view: DataView;
  /** The packet's first octet in the buffer. */
  readonly start: number;
  /** The octet after the packet's last. */
  readonly end: number;
  /** What the packet starts with, as numbered at tcpdump.org/linktypes.html. */
  readonly linkType: number;
  /** Octets that there were on the wire. */
  readonly length: number;
  /** Whole seconds since 1970, if the time is known. */
  readonly seconds: number | undefined;
  /** Nanoseconds after `seconds`. */
  readonly nanoseconds: number;
  /** The name of the interface where it was captured, if that is known. */
  readonly interface?: string | undefined;
}
