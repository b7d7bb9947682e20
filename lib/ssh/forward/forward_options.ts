/**
 * Which way of connections to open.
 *
 * @module
 */

/** A port of this machine (of 127.0.0.1), or `"host:port"`; port 0 is any that is free. */
export type ListenAt = number | string;

/**
 * Which way to open: one of the three.
 *
 * - `{ local: 8080, to: "10.0.0.5:80" }`: what connects to port 8080 here comes
 *   out of the other machine, to 10.0.0.5:80 (`ssh -L`).
 * - `{ remote: 8080, to: "127.0.0.1:3000" }`: what connects to port 8080 of the
 *   other machine comes out here (`ssh -R`).
 * - `{ dynamic: 1080 }`: a SOCKS 5 proxy here, whose connections come out of the
 *   other machine (`ssh -D`).
 */
export type ForwardOptions =
  | { readonly local: ListenAt; readonly to: string }
  | { readonly remote: ListenAt; readonly to: string }
  | { readonly dynamic: ListenAt };
