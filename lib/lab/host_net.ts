/**
 * What a function has that runs in a host of a lab: `net`, and its context.
 *
 * @module
 */

/**
 * `net`, whole: the namespace of which this room is a part. It is filled in
 * where the rooms come together, since no room knows those above it.
 */
// deno-lint-ignore no-empty-interface
export interface HostNet {}

/** What a function in a host is told beside its argument. */
export interface RunContext {
  /** Aborts when the run is to stop: its caller aborted, or its time is up. */
  readonly signal: AbortSignal;
}
