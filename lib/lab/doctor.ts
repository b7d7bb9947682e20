/**
 * `doctor()`: what this machine lacks for labs, what that costs, and what to do.
 *
 * @module
 */

import { canvas } from "../inspect/canvas.ts";
import { card } from "../inspect/card.ts";
import { paint } from "../inspect/paint.ts";
import { table } from "../inspect/table.ts";
import { type Feature, FEATURES, type Finding, probe } from "./probe.ts";
import type { ProbeResult } from "./probe.ts";
import { type Lacking, lackingPrograms } from "./daemons/requirements.ts";

/** One thing that a lab wants of the machine. */
export interface DoctorRow {
  /** What it is. */
  readonly feature: string;
  /** `"works"`; `"replaced"` if we do it ourselves instead; `"missing"`. */
  readonly state: "works" | "replaced" | "missing";
  /** What its lack costs; empty if it works. */
  readonly cost: string;
  /** What to type, or to look for; empty if it works. */
  readonly remedy: string;
  /** Why it does not work, in the system's words. */
  readonly reason?: string;
}

/** What is said of each feature. */
interface Prescription {
  readonly name: string;
  readonly cost: string;
  readonly remedy: string;
  /** What to do where it is there, but not for this user. */
  readonly allow?: string;
  /** Whether the fabric stands in for it. */
  readonly replaced?: true;
}

const module = (name: string, option: string): string =>
  `sudo modprobe ${name} (CONFIG_${option})`;

const PRESCRIPTIONS: Readonly<Record<Feature, Prescription>> = {
  veth: {
    name: "virtual cables (veth)",
    cost: "no lab at all",
    remedy: module("veth", "VETH"),
  },
  bridge: {
    name: "kernel bridge",
    cost: "switches run in userspace (1 to 4 Gb/s)",
    remedy: module("bridge", "BRIDGE"),
    replaced: true,
  },
  bridgeVlan: {
    name: "bridge vlan_filtering",
    cost: "they run in userspace (1 to 4 Gb/s)",
    remedy: "a kernel with CONFIG_BRIDGE_VLAN_FILTERING",
    replaced: true,
  },
  bridgeStp: {
    name: "bridge spanning tree",
    cost: "none: userspace has the quicker RSTP",
    remedy: module("stp", "STP"),
    replaced: true,
  },
  vlan: {
    name: "802.1Q sub-interfaces",
    cost: "hosts' own captures show no tags",
    remedy: module("8021q", "VLAN_8021Q"),
    replaced: true,
  },
  netem: {
    name: "netem (delay, loss)",
    cost: "such links run in userspace (1 Gb/s)",
    remedy: module("sch_netem", "NET_SCH_NETEM"),
    replaced: true,
  },
  tbf: {
    name: "tbf (rate)",
    cost: "links with a rate run in userspace",
    remedy: module("sch_tbf", "NET_SCH_TBF"),
    replaced: true,
  },
  nft: {
    name: "nftables",
    cost: "no NAT and no firewall in labs",
    remedy: module("nf_tables", "NF_TABLES"),
  },
  vxlan: {
    name: "VXLAN",
    cost: "no VXLAN tunnels in labs",
    remedy: module("vxlan", "VXLAN"),
  },
  tun: {
    name: "TUN/TAP",
    cost: "no NAT64 in labs, no tunnels of programs' own",
    remedy: module("tun", "TUN"),
    allow: "sudo chmod a+rw /dev/net/tun",
  },
  packet: {
    name: "packet sockets",
    cost: "no captures, and nothing is replaced",
    remedy: module("af_packet", "PACKET"),
  },
  pingSocket: {
    name: "ping sockets",
    cost: "hosts ping as root of the lab only",
    remedy: "a kernel with CONFIG_INET and net.ipv4.ping_group_range",
  },
  ipv6: {
    name: "IPv6",
    cost: "labs are IPv4 only",
    remedy: "start the machine without ipv6.disable=1",
  },
  forwarding: {
    name: "IP forwarding",
    cost: "no routers in labs",
    remedy: "let the lab write to /proc/sys/net",
  },
};

/** What a machine can do for labs; see {@linkcode doctor}. */
export class Diagnosis {
  /** One for each thing that a lab wants, the most needful first. */
  readonly rows: readonly DoctorRow[];
  /** Whether a lab can be had at all. */
  readonly ok: boolean;

  /**
   * Draws the conclusions.
   *
   * @param found What the probe found.
   * @param lacking The services that lack a program. @default {none}
   */
  constructor(found: ProbeResult, lacking: readonly Lacking[] = []) {
    this.rows = [
      namespaceRow(found.namespaces),
      ...FEATURES.map((feature) =>
        featureRow(
          PRESCRIPTIONS[feature],
          found.kernel[feature],
          found.kernel.packet.works,
        )
      ),
      ...lacking.map(serviceRow),
    ];
    this.ok = found.namespaces.works && found.kernel.veth.works;
  }

  /** The rows, for JSON. */
  toJSON(): { readonly ok: boolean; readonly rows: readonly DoctorRow[] } {
    const { ok, rows } = this;
    return { ok, rows };
  }

  /** Draws the table, and the verdict below it. */
  [Symbol.for("Deno.customInspect")](
    _inspect: unknown,
    options?: { colors?: boolean },
  ): string {
    const room = canvas({ colors: options?.colors });
    const drawn = table(this.rows.map((row) => ({ ...row })), {
      columns: [
        { key: "feature", role: "name" },
        { key: "state", role: stateRole },
        { key: "cost" },
      ],
      canvas: room,
    });
    const lacks = this.rows.filter(({ state }) => state !== "works");
    const remedies = lacks.length === 0 ? "" : card(
      "To have it from the kernel",
      lacks.map(({ feature, remedy }) => [feature, remedy]),
      room,
    );
    const verdict = this.ok
      ? paint("good", "Labs work on this machine.", room)
      : paint("bad", "Labs do not work on this machine.", room);
    return [drawn, remedies, verdict].filter((part) => part !== "").join("\n");
  }
}

function stateRole(state: unknown): "good" | "warn" | "bad" {
  return state === "works" ? "good" : state === "replaced" ? "warn" : "bad";
}

function namespaceRow(found: ProbeResult["namespaces"]): DoctorRow {
  const feature = "namespaces";
  if (found.works) return { feature, state: "works", cost: "", remedy: "" };
  const { reason, remedy = "" } = found;
  return {
    feature,
    state: "missing",
    cost: "no lab at all",
    remedy,
    ...(reason === undefined ? {} : { reason }),
  };
}

function serviceRow({ service, programs, from }: Lacking): DoctorRow {
  return {
    feature: `${service} (${programs.join(", ")})`,
    state: "missing",
    cost: `no ${service} in labs`,
    remedy: `sudo apt install ${from.join(" ")}`,
    reason: `${programs.join(" and ")} not found`,
  };
}

function featureRow(
  { name, cost, remedy, allow, replaced }: Prescription,
  { works, reason }: Finding,
  hasFabric: boolean,
): DoctorRow {
  if (works) return { feature: name, state: "works", cost: "", remedy: "" };
  return {
    feature: name,
    state: replaced && hasFabric ? "replaced" : "missing",
    cost,
    remedy: allow !== undefined && /EACCES|EPERM/.test(reason ?? "")
      ? allow
      : remedy,
    ...(reason === undefined ? {} : { reason }),
  };
}

/**
 * Finds out what this machine can do for labs, what each lack costs, and what
 * to do about it. It tries things in namespaces that are thrown away; nothing
 * is left behind, but for modules of the kernel that trying has loaded. Services
 * whose programs are not installed are named where this program may read files.
 *
 * @returns Rows, which show as a table.
 * @throws {Deno.errors.NotCapable} Without `--allow-run=unshare`.
 *
 * @example
 * ```ts ignore
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const { ok, rows } = await net.lab.doctor();
 * assert.ok(ok);
 * assert.equal(rows[0]?.feature, "namespaces");
 * ```
 */
export async function doctor(): Promise<Diagnosis> {
  const { state } = Deno.permissions.querySync({ name: "read" });
  const lacking = state === "granted" ? lackingPrograms() : [];
  return new Diagnosis(await probe({ again: true }), lacking);
}
