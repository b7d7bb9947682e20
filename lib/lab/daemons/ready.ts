/**
 * Whether a program answers yet, told from the kernel's tables of sockets: no
 * packet is sent, and nobody's log has a visitor in it.
 *
 * @module
 */

import { inSpaces, type Spaces } from "../agent_spaces.ts";
import type { Ready } from "./plan.ts";

/** TCP_LISTEN of linux/tcp_states.h. */
const LISTEN = "0A";
/** __SO_ACCEPTCON of linux/net.h, as /proc/net/unix has it. */
const ACCEPTS = "00010000";

/**
 * Tells whether somebody listens in a node.
 *
 * @param spaces The node's.
 * @param ready On which port, or by which socket.
 * @returns Whether somebody does.
 */
export function listens(
  spaces: Spaces,
  ready: Exclude<Ready, { readonly says: RegExp }>,
): boolean {
  if ("unix" in ready) {
    return rows(spaces, ["unix"]).some((row) =>
      row[3] === ACCEPTS && row[7] === ready.unix
    );
  }
  const isTcp = "tcp" in ready;
  const port = (isTcp ? ready.tcp : ready.udp).toString(16).toUpperCase()
    .padStart(4, "0");
  return rows(spaces, isTcp ? ["tcp", "tcp6"] : ["udp", "udp6"]).some((
    [, local, , state],
  ) => local?.endsWith(`:${port}`) && (!isTcp || state === LISTEN));
}

function rows(spaces: Spaces, tables: readonly string[]): string[][] {
  const texts = inSpaces(
    spaces,
    () =>
      tables.map((name) => {
        try {
          return Deno.readTextFileSync(`/proc/thread-self/net/${name}`);
        } catch {
          // A kernel without IPv6 has no such table.
          return "";
        }
      }),
  );
  return texts.join("\n").split("\n").map((line) => line.trim().split(/\s+/));
}
