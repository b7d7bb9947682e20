/**
 * TCP: connect to a port, listen on one, serve many clients at once.
 *
 * @module
 */

export * from "./connect.ts";
export * from "./connection.ts";
export { Endpoint, endpoint, type EndpointLike } from "./endpoint.ts";
export * from "./frames.ts";
export {
  type Boundary,
  delimited,
  fixed,
  type Framing,
  type FramingOptions,
  jsonLines,
  lengthPrefixed,
  type LengthPrefixedOptions,
  lines,
} from "./framing.ts";
export { listen, Listener, type ListenOptions } from "./listener.ts";
export * from "./server.ts";
export { LiveOptions } from "./live_options.ts";
export { type SocketOptions } from "./option_table.ts";
export { ConnectionInfo } from "./connection_info.ts";
export * from "./load_balancer.ts";
export * from "./recording.ts";
export * from "./relay.ts";
export * from "./thread_server.ts";
export {
  type CompareOptions,
  compareServers,
  type LoadOutcome,
  ServerComparison,
  type ServerComparisonRow,
} from "./compare_servers.ts";
