/**
 * The files that a lab has to itself: what would otherwise be this machine's
 * names, sockets and settings. All are mounts of the agent's own mount
 * namespace, and go with it.
 *
 * @module
 */

import { check, cString, errno, errnoName, libc } from "../ffi/libc.ts";
import type { Node, Topology } from "./topology.ts";
import { addressesOf } from "./wiring.ts";

/** Where the lab keeps its files, seen by its processes alone. */
export const LAB_FOLDER = "/run/netrepl";

const MS_NOSUID = 2;
const MS_NODEV = 4;
const MS_BIND = 4096;
const MS_REC = 16384;

const HOSTS = "/etc/hosts";
const RESOLV_CONF = "/etc/resolv.conf";

function mount(
  source: string,
  target: string,
  type: string,
  flags: number,
  data = "",
): number {
  const { mount } = libc();
  const text = (s: string) => cString(s) as Uint8Array<ArrayBuffer>;
  return mount(text(source), text(target), text(type), flags, text(data));
}

/**
 * Puts a file or folder over another, in the mount namespace that the thread is in.
 *
 * @param source What is to be seen.
 * @param target Where.
 */
export function bind(source: string, target: string): void {
  const result = mount(source, target, "", MS_BIND | MS_REC);
  check(result, "put", `${source} in place of ${target}`);
}

/**
 * Gives the lab its own /proc, /run and /etc/hosts. /run holds the sockets of
 * this machine's daemons, by which a name could still be looked up outside.
 *
 * @param topology The lab's.
 * @returns What could not be done, one sentence each.
 */
export function mountLab(topology: Topology): string[] {
  const notes: string[] = [];
  const flags = MS_NOSUID | MS_NODEV;
  if (mount("proc", "/proc", "proc", flags) < 0) {
    // A container that hides parts of /proc may not have a whole one inside.
    notes.push(
      `The lab sees this machine's processes in /proc, since it may not mount its own (${
        errnoName(errno())
      })`,
    );
  }
  // Some systems keep links to their programs there.
  const links = [...readDirectory("/run")].filter((entry) => entry.isSymlink)
    .map(({ name }) => [name, Deno.readLinkSync(`/run/${name}`)] as const);
  check(
    mount("netrepl", "/run", "tmpfs", flags, "mode=755"),
    "mount",
    "the lab's own /run",
  );
  for (const [name, target] of links) Deno.symlinkSync(target, `/run/${name}`);
  Deno.mkdirSync(`${LAB_FOLDER}/nodes`, { recursive: true });
  Deno.writeTextFileSync(`${LAB_FOLDER}/hosts`, hostsFile(topology));
  if (exists(HOSTS)) bind(`${LAB_FOLDER}/hosts`, HOSTS);
  return notes;
}

/**
 * Gives a node its own /run, /etc/resolv.conf and /sys; the calling thread is
 * in the node's new mount namespace.
 *
 * @param node The node.
 */
export function mountNode(node: Node): void {
  const folder = nodeFolder(node.name);
  const run = `${folder}/run`;
  Deno.mkdirSync(`${run}/netrepl`, { recursive: true });
  const text = node.dns.map((address) => `nameserver ${address}\n`).join("");
  // Where systemd-resolved is, the file is a link into /run.
  const target = resolvConf();
  if (target?.startsWith("/run/")) {
    const path = `${folder}${target}`;
    Deno.mkdirSync(path.replace(/\/[^/]*$/, ""), { recursive: true });
    Deno.writeTextFileSync(path, text);
  } else if (target !== undefined) {
    Deno.writeTextFileSync(`${folder}/resolv.conf`, text);
    bind(`${folder}/resolv.conf`, target);
  }
  bind(LAB_FOLDER, `${run}/netrepl`);
  bind(run, "/run");
  // For its list of interfaces; where that is barred, nobody but /sys is wrong.
  mount("sysfs", "/sys", "sysfs", MS_NOSUID | MS_NODEV);
}

/** A node's folder among the lab's files. */
export function nodeFolder(name: string): string {
  return `${LAB_FOLDER}/nodes/${name}`;
}

/** The file that /etc/resolv.conf is, links followed; nothing if there is none. */
function resolvConf(): string | undefined {
  try {
    const link = Deno.readLinkSync(RESOLV_CONF);
    return new URL(link, "file:///etc/").pathname;
  } catch {
    return exists(RESOLV_CONF) ? RESOLV_CONF : undefined;
  }
}

function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch {
    return false;
  }
}

function readDirectory(path: string): Iterable<Deno.DirEntry> {
  try {
    return [...Deno.readDirSync(path)];
  } catch {
    return [];
  }
}

/**
 * Writes the names of a lab's nodes as /etc/hosts has them: all nodes by all of
 * their addresses.
 *
 * @param topology The lab's.
 * @returns The file's text.
 *
 * @example
 * ```ts
 * import { hostsFile } from "./agent_files.ts";
 * import assert from "node:assert/strict";
 *
 * assert.match(hostsFile({ name: "lab", nodes: [], links: [] }), /^127\.0\.0\.1\tlocalhost\n/);
 * ```
 */
export function hostsFile(topology: Topology): string {
  const lines = ["127.0.0.1\tlocalhost", "::1\tlocalhost ip6-localhost"];
  for (const node of topology.nodes) {
    for (const address of addressesOf(node)) {
      lines.push(`${address}\t${node.name}`);
    }
  }
  return `${lines.join("\n")}\n`;
}

/**
 * Writes a kernel setting of the network namespace that the thread is in.
 *
 * @param key Its name with dots: `"net.ipv4.ip_forward"`; a dot in an
 * interface's name is written `/`, as sysctl(8) has it.
 * @param value Its value.
 * @param node Whose it is, for the error.
 */
export function writeSysctl(key: string, value: string, node: string): void {
  const path = key.replace(/[./]/g, (c) => c === "." ? "/" : ".");
  const { open, write, close } = libc();
  const what = `${key} = ${value} on node ${node}`;
  const fd = check(
    open(cString(`/proc/sys/${path}`) as Uint8Array<ArrayBuffer>, 1, 0),
    "set",
    what,
  );
  try {
    const text = new TextEncoder().encode(value);
    check(write(fd, text, text.length), "set", what);
  } finally {
    close(fd);
  }
}
