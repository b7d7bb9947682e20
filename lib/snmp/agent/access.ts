/**
 * Who may see and set what.
 *
 * @see RFC 3415 (views)
 * @module
 */

import { isBelow } from "../asking/oid.ts";
import type { MibStore } from "../mib/store.ts";
import { TAG } from "../message/ber.ts";
import type { Filter, ServedObject } from "./objects.ts";
import type { AgentAccess } from "./options.ts";

/** What somebody may. */
export interface Access {
  readonly mayWrite: boolean;
  /** Whether a variable is in the view. */
  sees(oid: string): boolean;
  /** The same of objects. */
  readonly filter: Filter;
  /** And of those that version 1 has a type for. */
  readonly oldFilter: Filter;
}

/**
 * Reads what somebody may.
 *
 * @param mib Where names come from.
 * @param rights What was said.
 * @throws {TypeError} If it is no right.
 * @throws {ParseError} If the view has a name that there is none of.
 */
export function accessOf(
  mib: MibStore,
  rights: "read" | "write" | AgentAccess,
): Access {
  const { access = "read", view } = typeof rights === "string"
    ? { access: rights }
    : rights;
  if (access !== "read" && access !== "write") {
    throw new TypeError(
      `Cannot open an SNMP agent as 'access' must be "read" or "write": current value is ${
        JSON.stringify(access)
      }`,
    );
  }
  const mayWrite = access === "write";
  if (view === undefined) return filtered(mayWrite, () => true);
  const branches = view.map((name) => ({
    isIn: !name.startsWith("!"),
    root: mib.parseOid(name.replace(/^!/, "")),
  })).sort((a, b) => b.root.split(".").length - a.root.split(".").length);
  // With nothing but exceptions, all the rest is seen.
  const others = branches.every(({ isIn }) => !isIn);
  return filtered(
    mayWrite,
    (oid) => branches.find(({ root }) => isBelow(oid, root))?.isIn ?? others,
  );
}

function filtered(
  mayWrite: boolean,
  sees: (oid: string) => boolean,
): Access {
  const filter: Filter = ({ oid }) => sees(oid);
  const oldFilter: Filter = (object) => filter(object) && isOld(object);
  return { mayWrite, sees, filter, oldFilter };
}

/** Whether version 1 can tell of it: it has no counters of 64 bits. */
export function isOld({ kind }: ServedObject): boolean {
  return kind.tag !== TAG.counter64;
}
