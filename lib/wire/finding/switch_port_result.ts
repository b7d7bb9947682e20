/**
 * What a switch tells of itself and of the port that one hangs on.
 *
 * @module
 */

import { canvas } from "../../inspect/canvas.ts";
import { card, type CardRow } from "../../inspect/card.ts";
import { Address } from "../../ip/address.ts";
import type { Layers, Packet } from "../../packet/packet.ts";
import { valueText } from "../../packet/value.ts";

/** What a switch, or another neighbour, has told. */
export class SwitchPort {
  /** By which protocol. */
  readonly protocol: "lldp" | "cdp";
  /** The port's own hardware address, from which it told. */
  readonly mac: string;
  /** The switch's name. */
  readonly name: string | undefined;
  /** What identifies the switch: mostly a hardware address, or its name. */
  readonly chassis: string | undefined;
  /** What identifies the port: `"GigabitEthernet0/1"`. */
  readonly port: string | undefined;
  /** What somebody has written on the port. */
  readonly portDescription: string | undefined;
  /** The VLAN of frames without a tag. */
  readonly vlan: number | undefined;
  /** The VLAN for telephones. */
  readonly voiceVlan: number | undefined;
  /** The names of VLANs, by their numbers. */
  readonly vlanNames: Readonly<Record<number, string>>;
  /** What the device works as: `"bridge"`, `"router"`, … */
  readonly capabilities: readonly string[];
  /** Where it can be managed. */
  readonly managementAddresses: readonly Address[];
  /** Make and software. */
  readonly description: string | undefined;
  /** How long this is true, in seconds. */
  readonly ttl: number | undefined;
  /** The packet, with all else that it says. */
  readonly packet: Packet;

  /**
   * Takes facts together.
   *
   * @param facts What was told; what is missing was not.
   */
  constructor(
    facts:
      & Pick<SwitchPort, "protocol" | "mac" | "packet">
      & Partial<Omit<SwitchPort, "toJSON" | "toString">>,
  ) {
    this.protocol = facts.protocol;
    this.mac = facts.mac;
    this.name = facts.name;
    this.chassis = facts.chassis;
    this.port = facts.port;
    this.portDescription = facts.portDescription;
    this.vlan = facts.vlan;
    this.voiceVlan = facts.voiceVlan;
    this.vlanNames = facts.vlanNames ?? {};
    this.capabilities = facts.capabilities ?? [];
    this.managementAddresses = facts.managementAddresses ?? [];
    this.description = facts.description;
    this.ttl = facts.ttl;
    this.packet = facts.packet;
  }

  /** Says it in one line. */
  toString(): string {
    const { name, chassis, port, mac, vlan, protocol } = this;
    return `${name ?? chassis ?? mac} port ${port ?? "?"}${
      vlan === undefined ? "" : ` VLAN ${vlan}`
    } (${protocol.toUpperCase()})`;
  }

  /**
   * Gives the facts as plain data, without the packet.
   *
   * @returns All other fields.
   */
  toJSON(): object {
    const { packet: _packet, ...facts } = this;
    return facts;
  }

  /**
   * Shows the facts as labelled rows.
   *
   * @param _inspect Not used.
   * @param options Whether colours may be used.
   * @returns The lines.
   */
  [Symbol.for("Deno.customInspect")](
    _inspect: unknown,
    options?: { colors?: boolean },
  ): string {
    const { name, chassis, port, portDescription, vlan, voiceVlan } = this;
    const names = Object.entries(this.vlanNames).map(([id, name]) =>
      `${id} ${name}`
    );
    const given: readonly (readonly [string, unknown])[] = [
      ["port", port],
      ["described as", portDescription === port ? undefined : portDescription],
      ["VLAN", vlan],
      ["voice VLAN", voiceVlan],
      ["VLAN names", names.join(", ")],
      ["works as", this.capabilities.join(", ")],
      ["managed at", this.managementAddresses.join(", ")],
      ["device", this.description],
      ["chassis", chassis === name ? undefined : chassis],
      ["told by", `${this.mac} by ${this.protocol.toUpperCase()}`],
    ];
    const rows = given.flatMap(([label, value]): CardRow[] =>
      value === undefined || value === "" ? [] : [[label, String(value)]]
    );
    const on = canvas({ colors: options?.colors ?? false });
    return card(name ?? chassis ?? this.mac, rows, on);
  }
}

/**
 * Reads what a switch tells in a packet of LLDP or CDP.
 *
 * @param packet The packet.
 * @returns What it says; `undefined` if it is of neither, or takes its words back.
 * @see IEEE 802.1AB-2016 §8
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const { build, ethernet, lldp } = net.packet;
 * const packet = build(
 *   ethernet({ src: "02:00:00:00:00:09", dst: "01:80:c2:00:00:0e" }),
 *   lldp({
 *     tlvs: [
 *       { kind: "chassisId", subtype: "mac", id: "02:00:00:00:00:01" },
 *       { kind: "portId", subtype: "interfaceName", id: "ge-0/0/7" },
 *       { kind: "ttl", seconds: 120 },
 *       { kind: "systemName", text: "sw1" },
 *       { kind: "portVlan", id: 20 },
 *       "end",
 *     ],
 *   }),
 * );
 * const port = net.wire.switchPortOf(packet);
 * assert.equal(String(port), "sw1 port ge-0/0/7 VLAN 20 (LLDP)");
 * ```
 */
export function switchPortOf(packet: Packet): SwitchPort | undefined {
  const { ethernet, lldp, cdp } = packet;
  const mac = ethernet?.src ?? "";
  if (lldp !== undefined) {
    const facts = lldpFacts(lldp);
    const { chassis, port, ttl } = facts;
    // §8.2: these three are always there.
    if (chassis === undefined || port === undefined || !ttl) return undefined;
    return new SwitchPort({ protocol: "lldp", mac, packet, ...facts });
  }
  if (cdp !== undefined && cdp.tlvs.length > 0) {
    const facts = cdpFacts(cdp);
    return new SwitchPort({ protocol: "cdp", mac, packet, ...facts });
  }
  return undefined;
}

/** Facts while they are gathered. */
type Gathered = {
  -readonly [K in keyof Omit<SwitchPort, "toJSON" | "toString">]?:
    SwitchPort[K];
};

function lldpFacts({ tlvs }: Layers["lldp"]): Gathered {
  const facts: Gathered = {};
  const managementAddresses: Address[] = [];
  const vlanNames: Record<number, string> = {};
  for (const tlv of tlvs) {
    switch (tlv.kind) {
      case "chassisId":
        facts.chassis = idText(tlv.id);
        break;
      case "portId":
        facts.port = idText(tlv.id);
        break;
      case "ttl":
        facts.ttl = tlv.seconds;
        break;
      case "portDescription":
        facts.portDescription = valueText(tlv.text);
        break;
      case "systemName":
        facts.name = valueText(tlv.text);
        break;
      case "systemDescription":
        facts.description = valueText(tlv.text);
        break;
      case "capabilities":
        facts.capabilities = tlv.enabled;
        break;
      case "managementAddress": {
        const { address } = tlv.address;
        if (address instanceof Address) managementAddresses.push(address);
        break;
      }
      case "portVlan":
        // 0 says that there is none.
        if (tlv.id !== 0) facts.vlan = tlv.id;
        break;
      case "vlanName":
        vlanNames[tlv.id] = valueText(tlv.text);
        break;
      case "networkPolicy":
        if (tlv.application === 1 && tlv.unknown === 0) {
          facts.voiceVlan = tlv.vlan;
        }
        break;
    }
  }
  return { ...facts, managementAddresses, vlanNames };
}

function cdpFacts({ tlvs, ttl }: Layers["cdp"]): Gathered {
  const facts: Gathered = { ttl };
  const addresses: Address[] = [];
  const managementAddresses: Address[] = [];
  let platform: string | undefined;
  let software: string | undefined;
  for (const tlv of tlvs) {
    switch (tlv.kind) {
      case "deviceId":
        facts.name = facts.chassis = valueText(tlv.text);
        break;
      case "systemName":
        facts.name = valueText(tlv.text);
        break;
      case "portId":
        facts.port = valueText(tlv.text);
        break;
      case "capabilities":
        facts.capabilities = tlv.capabilities;
        break;
      case "platform":
        platform = valueText(tlv.text);
        break;
      case "softwareVersion":
        software = valueText(tlv.text);
        break;
      case "nativeVlan":
        facts.vlan = tlv.id;
        break;
      case "voiceVlanReply":
        facts.voiceVlan = tlv.id;
        break;
      case "addresses":
      case "managementAddresses": {
        const list = tlv.kind === "addresses" ? addresses : managementAddresses;
        for (const { address } of tlv.addresses) {
          if (address instanceof Address) list.push(address);
        }
        break;
      }
    }
  }
  const description = [platform, software].filter((text) => text).join(", ");
  return {
    ...facts,
    ...description !== "" && { description },
    managementAddresses: managementAddresses.length > 0
      ? managementAddresses
      : addresses,
  };
}

/** A chassis or port, which may be named by an address or by text. */
function idText(id: unknown): string {
  const address = (id as { readonly address?: unknown } | undefined)?.address;
  return valueText((address ?? id) as string);
}
