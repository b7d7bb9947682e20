/**
 * Which ports: read from whatever names them, and written short again.
 *
 * @module
 */

import { ParseError } from "../../errors.ts";
import { commonPorts, type PortProtocol, servicePorts } from "./port_names.ts";

/**
 * Ports: one; text such as `"22,80,8000-8100"`, in which services have their
 * names too (`"ssh,https"`), an open range ends at 1 or 65535 (`"-1024"`, `"-"`),
 * `"all"` is every port and `"top"`, `"top1000"` are the most common 100 and
 * 1,000; or a list of all these.
 */
export type Ports = number | string | Iterable<number | string>;

/** Lists that have a name. */
const NAMED: Readonly<Record<string, (protocol: PortProtocol) => number[]>> = {
  all: () => range(1, 0xffff),
  top: (protocol) => commonPorts(100, protocol),
  top100: (protocol) => commonPorts(100, protocol),
  top1000: (protocol) => commonPorts(1000, protocol),
};

/**
 * Reads ports.
 *
 * @param ports One, text, or a list of both; see {@linkcode Ports}.
 * @param protocol What carries them, for names and for the common ones. @default {"tcp"}
 * @returns The ports in the order given, each once.
 * @throws {ParseError} If a text names none.
 * @throws {RangeError} If a number is none, or the list is empty.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(net.wire.readPorts("22,8000-8002,https"), [22, 8000, 8001, 8002, 443]);
 * assert.equal(net.wire.readPorts("top").length, 100);
 * ```
 */
export function readPorts(
  ports: Ports,
  protocol: PortProtocol = "tcp",
): number[] {
  const found = new Set<number>();
  const given = typeof ports === "number" || typeof ports === "string"
    ? [ports]
    : ports;
  if (typeof given?.[Symbol.iterator] !== "function") {
    throw new TypeError(
      `Cannot read ports as 'ports' must be a number, text or a list of them: current value is ${
        Deno.inspect(given, { depth: 0 })
      }`,
    );
  }
  for (const one of given) {
    for (const port of readOne(one, protocol)) found.add(port);
  }
  if (found.size === 0) {
    throw new RangeError(
      "Cannot read ports as 'ports' must name one or more: current value is an empty list",
    );
  }
  return [...found];
}

function readOne(given: unknown, protocol: PortProtocol): number[] {
  if (typeof given === "string") return readText(given, protocol);
  if (!(Number.isInteger(given) && isPort(given as number))) {
    throw new RangeError(
      `Cannot read ports as 'ports' must be integers from 1 to 65535, or text: current value is ${
        Deno.inspect(given)
      }`,
    );
  }
  return [given as number];
}

function readText(text: string, protocol: PortProtocol): number[] {
  const ports: number[] = [];
  let offset = 0;
  for (const part of text.split(",")) {
    const word = part.trim();
    const at = offset + part.indexOf(word);
    for (const port of readWord(word, protocol, text, at)) ports.push(port);
    offset += part.length + 1;
  }
  return ports;
}

function readWord(
  word: string,
  protocol: PortProtocol,
  text: string,
  at: number,
): number[] {
  const fault = (reason: string) => new ParseError("ports", text, at, reason);
  const named = Object.hasOwn(NAMED, word) ? NAMED[word] : undefined;
  if (named !== undefined) return named(protocol);
  const [, from, dash, to] = /^(\d{0,6})(-?)(\d{0,6})$/.exec(word) ?? [];
  if (from !== undefined && word !== "") {
    const first = from === "" ? 1 : Number(from);
    const last = dash === "" ? first : to === "" ? 0xffff : Number(to);
    if (!isPort(first) || !isPort(last)) throw fault("ports are 1 to 65535");
    if (first > last) throw fault("a range goes from the lower port up");
    return range(first, last);
  }
  const ports = servicePorts(word.toLowerCase(), protocol);
  if (ports.length > 0) return ports;
  throw fault(
    word === ""
      ? "a port is missing"
      : `no port, range or service of ${protocol.toUpperCase()} that is known`,
  );
}

function isPort(port: number): boolean {
  return Number.isInteger(port) && port >= 1 && port <= 0xffff;
}

function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, i) => first + i);
}

/**
 * Writes ports as short as {@linkcode readPorts} reads them.
 *
 * @param ports The ports, in any order.
 * @returns Ports and ranges in order: `"22,80,8000-8100"`; `""` for none.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * assert.equal(net.wire.formatPorts([80, 3, 1, 2]), "1-3,80");
 * ```
 */
export function formatPorts(ports: Iterable<number>): string {
  const isList = typeof ports === "object" && Symbol.iterator in (ports ?? {});
  if (!isList || ![...ports].every((port) => isPort(port) || port === 0)) {
    throw new TypeError(
      `Cannot format ports as 'ports' must be a list of numbers from 0 to 65535: current value is ${
        Deno.inspect(ports, { depth: 0 })
      }`,
    );
  }
  const sorted = Uint16Array.from(ports).sort();
  const parts: string[] = [];
  for (let i = 0; i < sorted.length;) {
    const first = sorted[i]!;
    let last = first;
    while (++i < sorted.length && sorted[i]! <= last + 1) last = sorted[i]!;
    parts.push(first === last ? `${first}` : `${first}-${last}`);
  }
  return parts.join(",");
}
