/**
 * What lab tests share: whether this machine can have a lab, and what one would
 * leave behind.
 *
 * @module
 */

import type { Lab } from "../../lib/lab/lab.ts";

/** Marks all processes that descend from one, by their environment. */
export const MARK = "NETREPL_TEST_MARK";

/** Why there can be no lab here, if so. */
export async function withoutLabs(): Promise<string | undefined> {
  try {
    const { success, stderr } = await new Deno.Command("unshare", {
      args: ["--user", "--map-root-user", "--net", "--mount", "--", "true"],
    }).output();
    return success ? undefined : new TextDecoder().decode(stderr).trim();
  } catch (error) {
    return (error as Error).message;
  }
}

/** A process of this machine. */
export interface Found {
  readonly pid: number;
  readonly command: string;
}

/** All processes whose environment has this mark. */
export function marked(mark: string): Found[] {
  const found: Found[] = [];
  for (const { name } of Deno.readDirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const text = Deno.readTextFileSync(`/proc/${name}/environ`);
      if (!text.includes(`${MARK}=${mark}`)) continue;
      const command = Deno.readTextFileSync(`/proc/${name}/cmdline`)
        .replaceAll("\0", " ");
      found.push({ pid: Number(name), command });
    } catch {
      // It has ended meanwhile, or is someone else's.
    }
  }
  return found;
}

/** The namespaces that processes are in, by their numbers. */
export function namespacesOf(found: readonly Found[]): Set<string> {
  const all = new Set<string>();
  for (const { pid } of found) {
    for (const kind of ["net", "mnt", "pid", "user", "uts", "ipc"]) {
      try {
        all.add(Deno.readLinkSync(`/proc/${pid}/ns/${kind}`));
      } catch {
        // It has ended meanwhile.
      }
    }
  }
  return all;
}

/** What may not change on this machine, whatever becomes of a lab. */
export function machine(folder: string): Record<string, readonly string[]> {
  const names = (path: string) =>
    [...Deno.readDirSync(path)].map(({ name }) => name).sort();
  return {
    interfaces: names("/sys/class/net"),
    run: names("/run"),
    files: names(folder),
    mounts: Deno.readTextFileSync("/proc/self/mounts").split("\n").filter((
      line,
    ) => line.includes("netrepl")),
  };
}

/** Waits until something is so; says whether it came. */
export async function becomes(
  test: () => boolean,
  limit = 30_000,
): Promise<boolean> {
  const end = performance.now() + limit;
  while (!test()) {
    if (performance.now() > end) return false;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return true;
}

/** Why there can be no lab without a user namespace, if so. */
export async function withoutRoot(): Promise<string | undefined> {
  const { success, stderr } = await new Deno.Command("unshare", {
    args: ["--net", "--mount", "--", "true"],
  }).output();
  return success ? undefined : new TextDecoder().decode(stderr).trim();
}

/** Waits until something is so that takes asking; says whether it came. */
export async function becomesTrue(
  test: () => Promise<boolean>,
  limit = 30_000,
): Promise<boolean> {
  const end = performance.now() + limit;
  while (!await test()) {
    if (performance.now() > end) return false;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return true;
}

/**
 * What tcpdump hears on an interface while something goes on.
 *
 * @param lab The lab.
 * @param node Where it listens.
 * @param filter What for.
 * @param meanwhile What goes on.
 * @param device On which interface.
 * @returns A line for each frame, with its link layer.
 */
export async function capture(
  lab: Lab,
  node: string,
  filter: string,
  meanwhile: () => Promise<void>,
  device = "eth0",
): Promise<string> {
  await using tcpdump = await lab.host(node).spawn(
    ["tcpdump", "-l", "-nn", "-e", "--immediate-mode", "-i", device, filter],
  );
  const stderr = tcpdump.stderr.pipeThrough(new TextDecoderStream())
    .getReader();
  let said = "";
  const says = async (pattern: RegExp) => {
    let found: RegExpExecArray | null;
    while ((found = pattern.exec(said)) === null) {
      const { value, done } = await stderr.read();
      if (done) throw new Error(said);
      said += value;
    }
    return found;
  };
  await says(/listening on/);
  const heard = new Response(tcpdump.stdout).text();
  await meanwhile();
  // What is on its way yet; what it has not told when it ends, it never does.
  for (let isTold = false; !isTold;) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    said = "";
    await tcpdump.kill("SIGUSR1");
    const counts = /(\d+) packets? captured, (\d+) packets? received/;
    const [, captured, received] = await says(counts);
    isTold = captured === received;
  }
  await tcpdump.kill("SIGINT");
  return (await heard).trim();
}
