/**
 * Words and colours for what bridges say and do.
 *
 * @module
 */

import type { Role } from "../../inspect/paint.ts";
import type { Bpdu } from "./bpdu.ts";

/** How a port's state looks. */
export const STATE_ROLES: Readonly<Record<string, Role>> = {
  forwarding: "good",
  learning: "warn",
  listening: "warn",
  blocking: "bad",
  discarding: "bad",
  disabled: "muted",
};

/**
 * Says a BPDU in few words.
 *
 * @param bpdu The BPDU.
 * @param nameOf Names a bridge by its identifier.
 * @returns For example `"root a, cost 4, designated, proposal"`.
 *
 * @example
 * ```ts
 * import { bpduText } from "./words.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(bpduText({ type: "topologyChange" }, String), "notice: the topology has changed");
 * ```
 */
export function bpduText(bpdu: Bpdu, nameOf: (id: string) => string): string {
  if (bpdu.type === "topologyChange") return "notice: the topology has changed";
  const flags = ([
    ["proposal", "proposal"],
    ["agreement", "agreement"],
    ["topologyChange", "topology change"],
    ["topologyChangeAck", "acknowledged"],
  ] as const).filter(([flag]) => bpdu[flag]).map(([, text]) => text);
  const role = bpdu.type === "rapid" ? [bpdu.role] : [];
  return [
    `root ${nameOf(bpdu.root)}`,
    `cost ${bpdu.rootPathCost}`,
    ...role,
    ...flags,
  ].join(", ");
}
