/**
 * The first process of a process namespace inherits the children of those that
 * end: if it does not ask what became of them they stay as zombies. The runtime
 * asks for its own children only, so the agent asks for the others.
 *
 * @module
 */

import { libc } from "../ffi/libc.ts";

const P_ALL = 0;
const WNOHANG = 1;
const WEXITED = 4;
const WNOWAIT = 0x01000000;
/** Where the process's number stands in a `siginfo_t`. */
const SI_PID = 16;
/** The runtime takes its own children off soon: until then none behind them is seen. */
const RETRY = 20;

/** Children that the runtime waits for itself. */
const own = new Set<number>();

/**
 * Tells the reaper that a child is somebody's, until it has ended.
 *
 * @param child The child, started just now.
 */
export function claim(child: Deno.ChildProcess): void {
  own.add(child.pid);
  child.status.finally(() => own.delete(child.pid));
}

let retry: ReturnType<typeof setTimeout> | undefined;

function reap(): void {
  const { waitid, waitpid } = libc();
  const info = new Uint8Array(128);
  const view = new DataView(info.buffer);
  clearTimeout(retry);
  retry = undefined;
  for (;;) {
    info.fill(0);
    if (waitid(P_ALL, 0, info, WEXITED | WNOHANG | WNOWAIT) < 0) return;
    const pid = view.getInt32(SI_PID, true);
    if (pid === 0) return;
    if (own.has(pid)) {
      retry = setTimeout(reap, RETRY);
      return;
    }
    waitpid(pid, null, WNOHANG);
  }
}

/** Takes off what others leave behind, from now on. */
export function startReaper(): void {
  Deno.addSignalListener("SIGCHLD", reap);
}
