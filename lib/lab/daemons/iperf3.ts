/**
 * iperf3: a throughput test's server.
 *
 * @module
 */

import type { PortOptions } from "../daemon.ts";
import type { Daemon } from "./plan.ts";

/** How iperf3's server is run (iperf3(1)). */
export const iperf3: Daemon<PortOptions> = {
  programs: () => [{ name: "iperf3", from: "iperf3" }],
  plan: ({ port }) => ({
    processes: [{
      name: "iperf3",
      argv: ["iperf3", "--server", "--forceflush", "--port", `${port}`],
      ready: { tcp: port },
    }],
  }),
};
