/**
 * What the lasting forms of a configuration add to `net.linux`.
 *
 * @module
 */

// First, so that the comment above is not taken for the other's.
export { type ConfigFile, ConfigFiles } from "./files.ts";
export type {
  BondConfig,
  BondMode,
  BridgeConfig,
  ConfigSource,
  InterfaceConfig,
  NetworkConfig,
  RouteConfig,
  VlanConfig,
} from "./config.ts";
export * as persistent from "./all.ts";
