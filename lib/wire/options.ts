/**
 * Options that all of `net.wire` has in common.
 *
 * @module
 */

/** Where something happens, and who may end it. */
export interface WireOptions {
  /** Ends it; what waits rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
  /** Another network namespace: a descriptor of it, or its file, such as `/run/netns/blue`. @default {this program's} */
  namespace?: number | string | undefined;
}

/** The same for what reaches out to others. */
export interface ReachOptions extends WireOptions {
  /**
   * Why one may do this to them, in a few words: `"my own server"`. Without it,
   * loopback, the lab and own subnets of private address space are all there is.
   */
  authorised?: string | undefined;
}
