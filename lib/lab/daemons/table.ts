/**
 * All services, and how each is run.
 *
 * @module
 */

import type { ServiceName, ServiceOptions } from "../daemon.ts";
import { dnsmasq } from "./dnsmasq.ts";
import { echo } from "./echo.ts";
import { frr } from "./frr.ts";
import { http } from "./http.ts";
import { iperf3 } from "./iperf3.ts";
import { nat64 } from "./nat64.ts";
import { nginx } from "./nginx.ts";
import type { Daemon, Own } from "./plan.ts";
import { snmpd } from "./snmpd.ts";
import { sshd } from "./sshd.ts";
import { unbound } from "./unbound.ts";

/** How each service is run, by its name. */
export const daemons: {
  readonly [K in ServiceName]:
    | Daemon<ServiceOptions[K]>
    | Own<ServiceOptions[K]>;
} = {
  dnsmasq,
  unbound,
  frr,
  sshd,
  snmpd,
  nginx,
  http,
  echo,
  iperf3,
  nat64,
};

/** The names of all services. */
export const serviceNames: readonly ServiceName[] = Object.keys(
  daemons,
) as ServiceName[];

/**
 * Finds how a service is run. Its options are of its own kind, which the
 * compiler cannot follow from a name to the table.
 *
 * @param name The service.
 * @returns How it is run.
 */
export function daemonOf(
  name: ServiceName,
): Daemon<ServiceOptions[ServiceName]> | Own<ServiceOptions[ServiceName]> {
  return daemons[name] as
    | Daemon<ServiceOptions[ServiceName]>
    | Own<ServiceOptions[ServiceName]>;
}
