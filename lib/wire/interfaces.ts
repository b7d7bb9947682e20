/**
 * The interfaces that one may capture on, and why not on the others.
 *
 * @module
 */

import { checkOptions } from "../linux/option_kinds.ts";
import { WIRE } from "./option_names.ts";
import { NetError } from "../errors.ts";
import { libpcap } from "../ffi/libpcap.ts";
import type { Canvas } from "../inspect/canvas.ts";
import { type Column, table } from "../inspect/table.ts";
import type { Mac } from "../ip/mac/mac.ts";
import type { InterfaceAddress } from "../linux/address.ts";
import { addresses as readAddresses } from "../linux/addresses.ts";
import type { Link } from "../linux/link.ts";
import { links as readLinks } from "../linux/links.ts";
import { Listing } from "../linux/listing.ts";
import { linkTypes } from "../linux/names.ts";
import { LinkSocket } from "./link/link_socket.ts";
import { linkTypeOf } from "./link/link_types.ts";
import type { WireOptions } from "./options.ts";

/** An interface as {@linkcode interfaces} tells of it. */
export interface WireInterface {
  /** Its name. */
  readonly name: string;
  /** Its number. */
  readonly index: number;
  /** Its addresses with their prefixes, IPv4 first. */
  readonly addresses: readonly InterfaceAddress[];
  /** Its hardware address. */
  readonly mac: Mac | undefined;
  /** What its frames start with, as numbered at tcpdump.org/linktypes.html; `undefined` if only libpcap knows. */
  readonly linkType: number | undefined;
  /** The same as tcpdump names it (`"EN10MB"`), or else as the kernel does. */
  readonly linkTypeName: string;
  /** Its operational state, RFC 2863: `"UP"`, `"DOWN"`, `"UNKNOWN"`. */
  readonly state: string;
  /** Octets that a packet may have. */
  readonly mtu: number;
  /** Whether one can capture on it, here and now. */
  readonly capturable: boolean;
  /** Why not, if so. */
  readonly reason?: string | undefined;
  /** The command that mends it. */
  readonly hint?: string | undefined;
}

/** As `tcpdump -L` names them. */
const LINK_TYPE_NAMES: ReadonlyMap<number, string> = new Map([
  [1, "EN10MB"],
  [101, "RAW"],
]);

const COLUMNS: readonly Column[] = [
  { key: "name", role: "name", minWidth: 6 },
  {
    key: "state",
    role: (state) =>
      state === "UP" ? "good" : state === "DOWN" ? "bad" : "muted",
  },
  { key: "linkType" },
  { key: "mtu" },
  { key: "addresses", role: "accent", minWidth: 18 },
  {
    key: "capture",
    minWidth: 20,
    role: (capture) => capture === "yes" ? "good" : "warn",
  },
];

/**
 * Interfaces, as an array that shows as a table.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const none: net.wire.Interfaces = new net.wire.Interfaces();
 * assert.match(Deno.inspect(none), /no rows/);
 * ```
 */
export class Interfaces extends Listing<WireInterface> {
  /**
   * Finds an interface.
   *
   * @param name Its name or its number.
   * @returns The interface, or `undefined` if there is none.
   */
  get(name: string | number): WireInterface | undefined {
    return this.find((one) => one.name === name || one.index === name);
  }

  /** Draws the interfaces as a table, and what to do about those that are no use. */
  protected override draw(page: Canvas): string {
    const rows = this.map((one) => ({
      name: one.name,
      state: one.state,
      linkType: one.linkTypeName +
        (one.linkType === undefined ? "" : ` (${one.linkType})`),
      mtu: one.mtu,
      addresses: one.addresses.map(({ address, prefixLength }) =>
        `${address}/${prefixLength}`
      ).join(" "),
      capture: one.capturable ? "yes" : `no: ${one.reason}`,
    }));
    const hints = new Map<string, string[]>();
    for (const { name, hint } of this) {
      if (hint !== undefined) hints.set(hint, [...hints.get(hint) ?? [], name]);
    }
    return [
      table(rows, { columns: COLUMNS, canvas: page }),
      // Not in the table: a command that is cut short is no help.
      ...[...hints].map(([hint, names]) => `${names.join(", ")}: ${hint}`),
    ].join("\n");
  }
}

/**
 * Tells of the network interfaces, and whether one can capture on each: it opens
 * a socket to see, and closes it again.
 *
 * @param options Another namespace, and a signal.
 * @returns The interfaces, by number.
 * @throws {PermissionError} Without `--allow-ffi` or `--allow-run=ip`, by which
 * the interfaces are known at all.
 * @throws {NetError} If the kernel refuses.
 *
 * @example
 * ```ts ignore
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const lo = (await net.wire.interfaces()).get("lo");
 * assert.equal(lo?.linkTypeName, "EN10MB");
 * if (!lo.capturable) console.log(lo.reason, lo.hint);
 * ```
 */
export async function interfaces(
  options: WireOptions = {},
): Promise<Interfaces> {
  checkOptions("tell of the interfaces", options, WIRE);
  const { namespace, signal } = options;
  const [links, addresses] = await Promise.all([
    readLinks({ namespace, signal }),
    readAddresses({ namespace, signal }),
  ]);
  const found = links.map((link): WireInterface => {
    const linkType = linkTypeOf(hardwareOf(link));
    return {
      name: link.name,
      index: link.index,
      addresses: [...addresses].filter(({ index, device }) =>
        index === link.index || device === link.name
      ),
      mac: link.mac,
      linkType,
      linkTypeName: LINK_TYPE_NAMES.get(linkType ?? -1) ?? link.type,
      state: link.up ? link.state : "DOWN",
      mtu: link.mtu,
      ...trial(link, linkType, namespace),
    };
  });
  return Interfaces.from(found) as Interfaces;
}

/** The kernel's number for what is on the wire; -1 if this system's ip knows more than we. */
function hardwareOf({ type }: Link): number {
  try {
    // Where ip has no name it writes "[519]".
    return linkTypes.number(type.replace(/^\[(\d+)\]$/, "$1"));
  } catch {
    return -1;
  }
}

/** Whether one can capture on a link, by doing so for a moment. */
function trial(
  link: Link,
  linkType: number | undefined,
  namespace: number | string | undefined,
): Pick<WireInterface, "capturable" | "reason" | "hint"> {
  try {
    // What may be heard on one may be heard on all; loopback is always there.
    const name = linkType === undefined ? "lo" : link.name;
    LinkSocket.open(name, { namespace })[Symbol.dispose]();
    if (linkType === undefined) libpcap();
  } catch (error) {
    if (!(error instanceof NetError)) throw error;
    return { capturable: false, ...excuse(error) };
  }
  if (link.up) return { capturable: true };
  return {
    capturable: false,
    reason: "down",
    hint: `sudo ip link set ${link.name} up`,
  };
}

/** What an error says of itself, without what was tried. */
function excuse(
  { message, op, target, hint }: NetError,
): Pick<WireInterface, "reason" | "hint"> {
  const head = `Cannot ${op}${target === undefined ? "" : ` ${target}`}: `;
  const tail = hint === undefined ? "" : `. Try: ${hint}`;
  return {
    reason: message.slice(head.length, -tail.length || undefined),
    hint,
  };
}
