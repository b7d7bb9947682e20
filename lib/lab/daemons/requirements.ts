/**
 * Whether this machine has what a lab's services need, before anything is made.
 *
 * @module
 */

import { NetError } from "../../errors.ts";
import type { ServiceName, ServiceOptions } from "../daemon.ts";
import type { Topology } from "../topology.ts";
import { daemonOf, serviceNames } from "./table.ts";

/** Folders of programs that are not on everybody's PATH, FRR's among them. */
const FOLDERS = [
  "/usr/local/sbin",
  "/usr/sbin",
  "/sbin",
  "/usr/lib/frr",
  "/usr/libexec/frr",
  "/usr/local/lib/frr",
];

/**
 * Finds a program.
 *
 * @param name Its name.
 * @returns Its path; `undefined` if it is not there.
 */
export function findProgram(name: string): string | undefined {
  const path = Deno.env.get("PATH") ?? "/usr/bin:/bin";
  return [...path.split(":"), ...FOLDERS].map((folder) => `${folder}/${name}`)
    .find(isProgram);
}

function isProgram(path: string): boolean {
  try {
    const { isFile, mode } = Deno.statSync(path);
    return isFile && ((mode ?? 0) & 0o111) !== 0;
  } catch {
    return false;
  }
}

/** What a machine has. */
export interface Machine {
  /** Finds a program; gives its path. */
  readonly find: (program: string) => string | undefined;
  /** Tells why a device cannot be opened, if so. */
  readonly whyNotOpen: (path: string) => string | undefined;
}

/** Something that is not there, and how to get it. */
interface Lack {
  readonly what: string;
  readonly remedy: string;
}

/**
 * Makes sure that there is everything that the services need.
 *
 * @param topology The lab's.
 * @param machine What there is. @default {this machine}
 * @throws {NetError} With code `"not-found"`, or `"not-permitted"` for a device
 * that may not be opened: says which nodes want what, and how to get it.
 */
export function requirePrograms(
  topology: Topology,
  machine: Machine = { find: findProgram, whyNotOpen },
): void {
  const lacks = new Map<string, { lack: Lack; nodes: string[] }>();
  let isBarred = false;
  const note = (node: string, lack: Lack) => {
    const found = lacks.get(lack.what);
    if (found) found.nodes.push(node);
    else lacks.set(lack.what, { lack, nodes: [node] });
  };
  for (const { name: node, services } of topology.nodes) {
    for (const { name, options } of services) {
      const daemon = daemonOf(name);
      if ("serve" in daemon) continue;
      const { programs, device } = daemon;
      for (const program of programs(options)) {
        if (machine.find(program.name) !== undefined) continue;
        note(node, {
          what: `${name}: ${program.name} is not installed`,
          remedy: `apt install ${program.from}`,
        });
      }
      const refusal = device && machine.whyNotOpen(device.path);
      if (device && refusal) {
        isBarred = true;
        const what = `${name}: ${device.path} cannot be opened (${refusal})`;
        note(node, { what, remedy: device.remedy });
      }
    }
  }
  if (lacks.size === 0) return;
  const all = [...lacks.values()];
  throw new NetError(
    all.map(({ lack, nodes }) =>
      `${listed(nodes)} ${nodes.length > 1 ? "want" : "wants"} ${lack.what}`
    ).join("; "),
    {
      code: isBarred ? "not-permitted" : "not-found",
      op: "bring up",
      target: `lab ${topology.name}`,
      hint: remedies(all.map(({ lack }) => lack.remedy)),
    },
  );
}

/** A service that cannot run, since programs are not there. */
export interface Lacking {
  /** Its name. */
  readonly service: ServiceName;
  /** The programs. */
  readonly programs: readonly string[];
  /** The Debian packages that have them. */
  readonly from: readonly string[];
}

/**
 * Finds the services that this machine cannot run.
 *
 * @param find Finds a program. @default {on this machine}
 * @returns One for each of them.
 */
export function lackingPrograms(
  find: Machine["find"] = findProgram,
): Lacking[] {
  return serviceNames.flatMap((service) => {
    const daemon = daemonOf(service);
    if ("serve" in daemon) return [];
    // What it takes whatever its options are.
    const programs = daemon.programs({} as ServiceOptions[ServiceName])
      .filter(({ name }) => find(name) === undefined);
    if (programs.length === 0) return [];
    return [{
      service,
      programs: programs.map(({ name }) => name),
      from: [...new Set(programs.map(({ from }) => from))],
    }];
  });
}

/** One line: all packages at once, then the rest. */
function remedies(all: readonly string[]): string {
  const install = "apt install ";
  const packages = all.filter((text) => text.startsWith(install))
    .map((text) => text.slice(install.length));
  return [
    ...packages.length > 0 ? [install + [...new Set(packages)].join(" ")] : [],
    ...new Set(all.filter((text) => !text.startsWith(install))),
  ].join(" && ");
}

function listed(names: readonly string[]): string {
  if (names.length < 2) return names.join("");
  const shown = names.slice(0, 4);
  const last = names.length > shown.length
    ? `${names.length - shown.length} more`
    : shown.pop();
  return `${shown.join(", ")} and ${last}`;
}

function whyNotOpen(path: string): string | undefined {
  try {
    Deno.openSync(path, { read: true, write: true }).close();
    return undefined;
  } catch (error) {
    return /\(os error \d+\)/.test(`${error}`)
      ? `${(error as Error).message}`.replace(/ \(os error.*/, "")
      : (error as Error).name;
  }
}
