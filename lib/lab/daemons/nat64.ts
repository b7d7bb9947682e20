/**
 * nat64: from IPv6 to IPv4 and back, by tayga on a tunnel device.
 *
 * @module
 */

import type { Nat64Options } from "../daemon.ts";
import { subnet } from "../../ip/subnet.ts";
import type { Daemon } from "./plan.ts";

const DEVICE = "nat64";
/** The translator's own, from which it tells of what it could not pass on (RFC 4193 §3.1). */
const OWN_ADDRESS = "fd00:6464:6464::1";

/** How tayga is run (tayga(8), tayga.conf(5)). */
export const nat64: Daemon<Nat64Options> = {
  programs: () => [
    { name: "tayga", from: "tayga" },
    { name: "ip", from: "iproute2" },
    { name: "stdbuf", from: "coreutils" },
  ],
  device: { path: "/dev/net/tun", remedy: "sudo chmod a+rw /dev/net/tun" },
  plan: ({ prefix, pool }, { folder }) => ({
    files: {
      "tayga.conf": [
        `tun-device ${DEVICE}`,
        `ipv4-addr ${subnet(pool).network.offset(1)}`,
        `ipv6-addr ${OWN_ADDRESS}`,
        `prefix ${prefix}`,
        `dynamic-pool ${pool}`,
        `data-dir ${folder}`,
      ].map((line) => `${line}\n`).join(""),
    },
    before: [
      ["tayga", "--config", `${folder}/tayga.conf`, "--mktun"],
      ["ip", "link", "set", DEVICE, "up"],
      ["ip", "route", "add", pool, "dev", DEVICE],
      ["ip", "-6", "route", "add", prefix, "dev", DEVICE],
    ],
    processes: [{
      name: "tayga",
      // Which sees to it that a line is there when it is written.
      argv: [
        "stdbuf",
        "-oL",
        "tayga",
        "--config",
        `${folder}/tayga.conf`,
        "-d",
      ],
      ready: { says: /^Using tun device/ },
    }],
  }),
};
