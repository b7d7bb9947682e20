/**
 * Everything there is to say of an address or a subnet, on one card.
 *
 * @module
 */

import { type Canvas, canvas } from "../inspect/canvas.ts";
import { card, type CardRow } from "../inspect/card.ts";
import { paint } from "../inspect/paint.ts";
import { count } from "../inspect/units.ts";
import { type Address, address } from "./address.ts";
import { type Classification, classify } from "./registry/classify.ts";
import { macOf, reservedInterfaceId } from "./interface_id.ts";
import { multicastMac, type Scope, scope, solicitedNode } from "./multicast.ts";
import { writeBinary } from "./notation.ts";
import { Subnet, subnet } from "./subnet.ts";
import { recognise, type Recognised } from "./transition/recognise.ts";

/**
 * What {@linkcode describe} gives: the facts as fields, and a card of them.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const about: net.ip.Description = await net.ip.describe("10.0.0.77/26");
 * assert.equal(`${about.subnet}`, "10.0.0.64/26");
 * assert.equal(about.bits, "00001010.00000000.00000000.01|001101");
 * ```
 */
export class Description {
  /** The address, or the lowest one of a subnet. */
  readonly address: Address;
  /** The subnet, if one was asked about or the address came with a prefix length. */
  readonly subnet: Subnet | undefined;
  /** What the registries say. */
  readonly classification: Classification;
  /** How far the address reaches. */
  readonly scope: Scope;
  /** The bits, with a `|` where the prefix ends. */
  readonly bits: string;
  /** Text by notation. */
  readonly notations: Readonly<Record<string, string>>;
  /** What else follows from the address, by name: its MAC, its groups, … */
  readonly derived: Readonly<Record<string, string>>;
  /** The transition mechanisms that the address gives away. */
  readonly transition: readonly Recognised[];

  /**
   * Takes the facts as they are; to find them there is {@linkcode describe}.
   *
   * @param facts All fields.
   */
  constructor(facts: Omit<Description, "toJSON">) {
    this.address = facts.address;
    this.subnet = facts.subnet;
    this.classification = facts.classification;
    this.scope = facts.scope;
    this.bits = facts.bits;
    this.notations = facts.notations;
    this.derived = facts.derived;
    this.transition = facts.transition;
  }

  /** Stands in JSON with all its fields, the subnet with its parts. */
  toJSON(): Record<string, unknown> {
    const { subnet, ...rest } = this;
    const parts = subnet && Object.fromEntries(subnetRows(subnet));
    return { ...rest, subnet: subnet ? { cidr: subnet, ...parts } : null };
  }

  /** Shows at the prompt as a card; inside another value, as one line. */
  [Symbol.for("Deno.customInspect")](
    _inspect?: unknown,
    options?: { readonly colors?: boolean; readonly currentDepth?: number },
  ): string {
    const page = canvas({ colors: options?.colors ?? false });
    const { address, subnet, classification } = this;
    const asked = subnet === undefined
      ? `${address}`
      : `${address}/${subnet.prefixLength}`;
    const title = `${asked}  ${classification.name}`;
    if (options?.currentDepth) return paint("accent", title, page);
    const rfcs = classification.rfcs.join(", ");
    const rows: CardRow[] = [
      ["meaning", classification.meaning],
      ["kind", `${classification.kind}${rfcs && `, ${rfcs}`}`, "name"],
      // IPv4 has no zones that it would matter for; private is "global" there.
      ...address.family === 4 ? [] : [["scope", this.scope, "name"] as const],
      ...subnet === undefined ? [] : subnetRows(subnet),
      ...Object.entries(this.notations).map(accented),
      ...Object.entries(this.derived).map(accented),
      ...this.transition.map(({ title, text }) => [title, text] as const),
    ];
    const lines = drawBits(address, subnet?.prefixLength, page);
    return [card(title, rows, page), "", ...lines.map((line) => `  ${line}`)]
      .join("\n");
  }
}

function accented([label, value]: readonly [string, string]): CardRow {
  return [label, value, "accent"];
}

/** A subnet's parts by name. */
function subnetRows(subnet: Subnet): CardRow[] {
  const { family, prefixLength, first, last, hostCount, size } = subnet;
  const texts: readonly (readonly [string, string])[] = [
    ["network", `${subnet.network}`],
    [family === 4 ? "broadcast" : "last", `${subnet.broadcast}`],
    ["hosts", `${count(hostCount)}: ${first} to ${last}`],
    ["addresses", count(size)],
    ["netmask", `${subnet.netmask}`],
    ["wildcard", `${subnet.wildcard}`],
    ...prefixLength === 0 ? [] : [["parent", `${subnet.parent()}`] as const],
    ...size === 1n
      ? []
      : [["halves", [...subnet.split(prefixLength + 1)].join(", ")] as const],
    ["reverse zone", zoneOf(subnet)],
  ];
  return texts.map(accented);
}

function zoneOf(subnet: Subnet): string {
  try {
    return subnet.format("arpa");
  } catch {
    const step = subnet.family === 4 ? 8 : 4;
    const parts = subnet.split(Math.ceil(subnet.prefixLength / step) * step);
    return `${parts.length} zones, from ${parts.first.format("arpa")}`;
  }
}

/**
 * Says all there is to say of an address or a subnet: what it is for, its parts,
 * every notation, what is derived from it, and where its prefix ends.
 *
 * @param target An address, a subnet, or the text of either; of `"10.0.0.77/26"`
 * both the address and the subnet around it are described.
 * @returns The facts, which show at the prompt as a card.
 * @throws {ParseError} If `target` is text and neither.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const about = await net.ip.describe("2001:db8::211:22ff:fe33:4455");
 * assert.equal(about.classification.kind, "documentation");
 * assert.equal(about.derived["MAC"], "00:11:22:33:44:55");
 * assert.equal(about.notations["UNC"], "2001-db8--211-22ff-fe33-4455.ipv6-literal.net");
 * ```
 */
export async function describe(
  target: string | Address | Subnet,
): Promise<Description> {
  const isSubnet = target instanceof Subnet ||
    (typeof target === "string" && target.includes("/"));
  const net = isSubnet
    ? subnet(target as string | Subnet, { hostBits: "keep" })
    : undefined;
  const one = net === undefined
    ? address(target as string | Address)
    : net.host ?? net.network;
  return new Description({
    address: one,
    subnet: net,
    classification: classify(net?.host ?? net ?? one),
    scope: scope(one),
    bits: writeBinary(one, net?.prefixLength),
    notations: await notationsOf(one),
    derived: derivedFrom(one),
    transition: recognise(one),
  });
}

async function notationsOf(
  address: Address,
): Promise<Readonly<Record<string, string>>> {
  // The package is CommonJS: a bundle of it has all its names in `default`.
  const { default: { Address4, Address6 } } = await import("ip-address");
  const own = {
    decimal: address.format("decimal"),
    hex: address.format("hex"),
    ["reverse name"]: address.format("arpa"),
  };
  if (address.family === 4) {
    const peer = new Address4(`${address}`);
    return { ...own, ["in IPv6"]: peer.toGroup6() };
  }
  const peer = new Address6(`${address.withZone()}`);
  return {
    exploded: address.format("exploded"),
    mixed: address.format("mixed"),
    url: address.format("url"),
    ...own,
    ["decimal groups"]: peer.decimal(),
    UNC: peer.microsoftTranscription(),
  };
}

function derivedFrom(address: Address): Readonly<Record<string, string>> {
  const facts: Record<string, string | undefined> = {};
  const { family, w0, w3 } = address;
  const isGroup = family === 4 ? w3 >>> 28 === 0xe : w0 >>> 24 === 0xff;
  if (isGroup) facts["multicast MAC"] = `${multicastMac(address)}`;
  else if (family === 6) {
    facts["MAC"] = macOf(address)?.toString();
    facts["interface id"] = reservedInterfaceId(address);
    facts["solicited node"] = `${solicitedNode(address)}`;
  }
  return Object.fromEntries(
    Object.entries(facts).filter((fact): fact is [string, string] =>
      fact[1] !== undefined
    ),
  );
}

/** How many bits a line of the picture has. */
const LINE = 32;

/** Draws the bits, and under each line which belong to the network. */
function drawBits(
  address: Address,
  prefixLength: number | undefined,
  page: Canvas,
): string[] {
  const { bits, family } = address;
  const digits = writeBinary(address).split(/[.:]/).join("");
  const every = family === 4 ? 8 : 16;
  const groups = address.format("exploded").split("%")[0]!.split(/[.:]/);
  const cut = prefixLength ?? bits;
  const lines: string[] = [];
  for (let start = 0; start < bits; start += LINE) {
    const inLine = Math.max(0, Math.min(LINE, cut - start));
    let text = "";
    for (let i = 0; i < LINE; i++) {
      const edge = i > 0 && i % every === 0 ? (family === 4 ? "." : ":") : "";
      const role = i < inLine ? "accent" : "muted";
      text += paint("muted", i === inLine && i > 0 ? "|" : edge, page);
      text += paint(role, digits[start + i]!, page);
    }
    const side = family === 4
      ? ""
      : `${groups.slice(start / every, (start + LINE) / every).join(":")}  `;
    lines.push(paint("number", side, page) + text);
  }
  if (prefixLength === undefined) return lines;
  const host = bits - prefixLength;
  return [
    ...lines,
    `${paint("accent", `network ${prefixLength} bits`, page)}, ${
      paint(
        "muted",
        `${family === 4 ? "host" : "interface"} ${host} bits`,
        page,
      )
    }`,
  ];
}
