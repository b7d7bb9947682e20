/**
 * What the two ends of a NETCONF session say that they can do.
 *
 * @see RFC 6241 §8
 * @module
 */

import { NetError } from "../../errors.ts";
import type { NetconfCapability } from "./session_options.ts";

/** The namespace of NETCONF's own elements. */
export const BASE = "urn:ietf:params:xml:ns:netconf:base:1.0";
/** The namespace of notifications. */
export const NOTIFICATION = "urn:ietf:params:xml:ns:netconf:notification:1.0";

/** Whether a version of NETCONF is among the capabilities. */
export function hasBase(
  capabilities: readonly string[],
  version: "1.0" | "1.1",
): boolean {
  // Some devices have the namespace's form of it, with `xml:ns`.
  return capabilities.some((one) =>
    new RegExp(`^urn:ietf:params:(?:xml:ns:)?netconf:base:${version}(?:$|\\?)`)
      .test(one)
  );
}

/** Whether a capability is among those that a server has said. */
export function hasCapability(
  capabilities: readonly string[],
  name: NetconfCapability,
): boolean {
  const [word, version] = name.split(":") as [string, string?];
  return capabilities.some((one) => {
    const found =
      /^urn:ietf:params:(?:xml:ns:)?netconf:capability:([^:?]+):([^:?]+)/
        .exec(one);
    return found !== null && found[1] === word &&
      (version === undefined || Number(found[2]) >= Number(version));
  });
}

/**
 * Refuses what a server has not said that it can do.
 *
 * @throws {NetError} `"no-capability"`.
 */
export function requireCapability(
  capabilities: readonly string[],
  name: NetconfCapability,
  op: string,
  target: string,
): void {
  if (hasCapability(capabilities, name)) return;
  throw new NetError(`it has not said that it has the capability :${name}`, {
    code: "no-capability",
    op,
    target,
    hint: "session.capabilities tells what it has",
  });
}

/** The first message of a client. */
export function clientHello(newest: "1.0" | "1.1"): string {
  const all = ["1.0", "1.1"].filter((version) => version <= newest)
    .map((version) =>
      `<capability>urn:ietf:params:netconf:base:${version}</capability>`
    );
  return `<?xml version="1.0" encoding="UTF-8"?>` +
    `<hello xmlns="${BASE}"><capabilities>${
      all.join("")
    }</capabilities></hello>`;
}
