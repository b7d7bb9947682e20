/**
 * How a session shows itself, without its secrets.
 *
 * @module
 */

import type { Canvas } from "../../inspect/canvas.ts";
import { card } from "../../inspect/card.ts";
import { count } from "../../inspect/units.ts";
import { levelOf } from "./security.ts";
import type { Settings } from "./settings.ts";

/** How an agent is asked, as plain data. */
export function sessionFacts(settings: Settings): Record<string, unknown> {
  const { endpoint, version, user, timeout, retries, maxRepetitions } =
    settings;
  return {
    target: `${endpoint}`,
    version,
    ...user && { user: user.name, level: levelOf(user) },
    timeout,
    retries,
    maxRepetitions,
  };
}

/** How an agent is asked, as a card. */
export function sessionCard(
  { endpoint, version, user, timeout, retries }: Settings,
  isClosed: boolean,
  page: Canvas,
): string {
  return card(`SNMP session with ${endpoint}`, [
    ["version", version, "number"],
    ...user ? [["user", `${user.name}, ${levelOf(user)}`] as const] : [],
    ["patience", `${timeout} ms, ${count(retries)} retries`],
    ...isClosed ? [["state", "closed", "warn"] as const] : [],
  ], page);
}
