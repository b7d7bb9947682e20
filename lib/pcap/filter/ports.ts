/**
 * Tests of TCP, UDP and SCTP ports.
 *
 * @module
 */

import { CARRIED, carries } from "./carries.ts";
import { all, any, compare, type Condition, not } from "./condition.ts";
import { ends } from "./ends.ts";
import type { Layout } from "./layout.ts";
import { SERVICES } from "./names.ts";
import { nearestWord } from "../../nearest.ts";
import type { Direction, Id, Qualifiers } from "./syntax.ts";

/** The protocols that have ports, in the order in which they are tried. */
const WITH_PORTS: ReadonlyMap<string, number> = new Map([
  ["sctp", 132],
  ["tcp", 6],
  ["udp", 17],
]);

/** A range of ports, and the protocol that its names bring with them. */
interface Ports {
  readonly first: number;
  readonly last: number;
  readonly protocol: string | undefined;
}

/**
 * Makes the test of an id that is a port, or a range of them.
 *
 * @param layout Where the headers are.
 * @param id The port or range.
 * @param qualifiers The protocol, the direction, and which of the two it is.
 * @returns The test.
 *
 * @example
 * ```ts
 * import { ports } from "./ports.ts";
 * import { Layout } from "./layout.ts";
 * import assert from "node:assert/strict";
 *
 * const layout = new Layout("", { linkType: 1, byteOrder: undefined });
 * const test = ports(layout, { kind: "number", value: 53 }, {
 *   protocol: "udp",
 *   direction: undefined,
 *   type: "port",
 * });
 * assert.equal(test.kind, "any");
 * ```
 */
export function ports(
  layout: Layout,
  id: Id,
  { protocol, direction, type }: Qualifiers,
): Condition {
  if (protocol !== undefined && !WITH_PORTS.has(protocol)) {
    throw layout.refuse(`'${protocol}' has no ports`);
  }
  const wanted = portsOf(layout, id, type === "portrange");
  if (wanted.last > 65535) {
    throw layout.refuse(`${wanted.last} is no port: the last is 65535`);
  }
  const named = wanted.protocol;
  if (protocol && named && protocol !== named) {
    throw layout.refuse(`that port is ${named}'s, not ${protocol}'s`);
  }
  const only = protocol ?? named;
  return inPackets(layout, only, direction, wanted);
}

/**
 * Makes the test of a port, for one protocol and one version of IP.
 *
 * @param layout Where the headers are.
 * @param family The version of IP.
 * @param protocol The protocol's number.
 * @param direction Which ports count.
 * @param first The port, or the first of a range.
 * @param last The last of the range.
 * @returns The test, without that of the IP version.
 *
 * @example
 * ```ts
 * import { portsIn } from "./ports.ts";
 * import { Layout } from "./layout.ts";
 * import assert from "node:assert/strict";
 *
 * const layout = new Layout("", { linkType: 1, byteOrder: undefined });
 * assert.equal(portsIn(layout, 4, 17, "dst", 53, 53).kind, "all");
 * ```
 */
export function portsIn(
  layout: Layout,
  family: 4 | 6,
  protocol: number,
  direction: Direction | undefined,
  first: number,
  last: number,
): Condition {
  const found = ends(layout, direction, (end) => {
    const port = layout.ofTransport(family, 2, end === "src" ? 0 : 2);
    return first === last ? compare(port, "=", first) : all(
      compare(port, ">=", first),
      not(compare(port, ">", last)),
    );
  });
  if (family === 6) {
    return all(compare(layout.ofNetwork(1, 6), "=", protocol), found);
  }
  const isProtocol = compare(layout.ofNetwork(1, 9), "=", protocol);
  return all(isProtocol, isFirstFragment(layout), found);
}

/**
 * Makes the test for IPv4 that is whole, or the first fragment of it.
 *
 * @param layout Where the headers are.
 * @returns The test.
 *
 * @example
 * ```ts
 * import { isFirstFragment } from "./ports.ts";
 * import { Layout } from "./layout.ts";
 * import assert from "node:assert/strict";
 *
 * const layout = new Layout("", { linkType: 1, byteOrder: undefined });
 * assert.equal(isFirstFragment(layout).kind, "not");
 * ```
 */
export function isFirstFragment(layout: Layout): Condition {
  return not(compare(layout.ofNetwork(2, 6), "&", 0x1fff));
}

/** IPv6 first, then IPv4. */
function inPackets(
  layout: Layout,
  only: string | undefined,
  direction: Direction | undefined,
  { first, last }: Ports,
): Condition {
  const numbers = only ? [WITH_PORTS.get(only)!] : [...WITH_PORTS.values()];
  const inFamily = (family: 4 | 6) =>
    all(
      carries(layout, family === 4 ? CARRIED.ip! : CARRIED.ip6!),
      any(
        ...numbers.map((number) =>
          portsIn(layout, family, number, direction, first, last)
        ),
      ),
    );
  return any(inFamily(6), inFamily(4));
}

function portsOf(layout: Layout, id: Id, range: boolean): Ports {
  switch (id.kind) {
    case "number":
      return { first: id.value, last: id.value, protocol: undefined };
    case "name":
      return range ? rangeOf(layout, id.text) : portOf(layout, id.text);
    case "mac":
    case "arcnet":
      throw layout.refuse(`"${id.text}" is no port`);
    default:
      throw layout.refuse(
        `"${id.text}" is an address, no port: write \`host ${id.text}\``,
      );
  }
}

function portOf(layout: Layout, text: string): Ports {
  if (/^[0-9]+$/.test(text)) {
    return { first: Number(text), last: Number(text), protocol: undefined };
  }
  const service = SERVICES.get(text);
  if (service === undefined) {
    const hint = /^\w+-\w+$/.test(text) && rangeFits(text)
      ? `: a range is \`portrange ${text}\``
      : `: write its number${near(text)}`;
    throw layout.refuse(`"${text}" is no port that is known here${hint}`);
  }
  const [port, protocols] = service;
  const protocol = protocols === "tcp" || protocols === "udp"
    ? protocols
    : undefined;
  return { first: port, last: port, protocol };
}

function rangeFits(text: string): boolean {
  return text.split("-").every((end) =>
    /^[0-9]+$/.test(end) || SERVICES.has(end)
  );
}

function near(text: string): string {
  const name = nearestWord(text, SERVICES.keys());
  return name === undefined ? "" : ` (did you mean "${name}"?)`;
}

function rangeOf(layout: Layout, text: string): Ports {
  const parts = text.split("-");
  if (parts.length !== 2 || parts.includes("")) {
    throw layout.refuse(`"${text}" is no range of ports like 6000-6010`);
  }
  const [one, other] = parts.map((part) => portOf(layout, part)) as [
    Ports,
    Ports,
  ];
  return {
    first: Math.min(one.first, other.first),
    last: Math.max(one.first, other.first),
    protocol: one.protocol === other.protocol ? one.protocol : undefined,
  };
}
