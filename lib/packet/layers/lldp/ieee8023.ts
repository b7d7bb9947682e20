/**
 * What IEEE 802.3 adds to LLDP: speed, power, frame size.
 *
 * @module
 */

import { record } from "../../compound.ts";
import { octets } from "../../formats.ts";
import { optional } from "../../optional.ts";
import type { OptionKinds } from "../../options.ts";

/** By OUI 00-12-0F and subtype (IEEE 802.3-2022 §79.3). */
export const ieee8023 = {
  0x00120f01: ["macPhy", {
    reserved: 6,
    /** Whether speed and duplex are negotiated now, and may be. */
    autoNegotiationEnabled: 1,
    autoNegotiationSupported: 1,
    /** What is offered, one bit a mode (RFC 4836, ifMauAutoNegCapAdvertisedBits). */
    advertised: { bits: 16, show: "hex" },
    /** The mode that is in use (RFC 4836, dot3MauType). */
    mauType: 16,
  }],
  0x00120f02: ["power", {
    reserved: 4,
    pairControl: 1,
    enabled: 1,
    supported: 1,
    /** Whether it gives power; else it takes it. */
    isSource: 1,
    /** 1 for the signal pairs, 2 for the spare ones. */
    pair: 8,
    /** The power class, plus 1. */
    class: 8,
    details: optional(record({
      /** Whether it is of type 1; else of type 2. */
      isType1: 1,
      /** Whether it takes power; else it gives it. */
      isDevice: 1,
      source: 2,
      reserved: 2,
      priority: {
        bits: 2,
        names: { 0: "unknown", 1: "critical", 2: "high", 3: "low" },
      },
      /** What the device asks for, in tenths of a watt. */
      requested: 16,
      /** What it is granted, in tenths of a watt. */
      allocated: 16,
      /** What types 3 and 4 add (§79.3.2.7). */
      further: octets(),
    })),
  }],
  0x00120f03: ["linkAggregation3", {
    reserved: 6,
    enabled: 1,
    capable: 1,
    portId: 32,
  }],
  0x00120f04: ["maxFrameSize", {
    /** In octets, check sequence included. */
    octets: 16,
  }],
  0x00120f05: ["energyEfficient", {
    /** How long the sender waits before it sends after a sleep, in microseconds. */
    transmitWake: 16,
    /** How long the other end should wait, in microseconds. */
    receiveWake: 16,
    fallbackReceiveWake: 16,
    echoTransmitWake: 16,
    echoReceiveWake: 16,
  }],
  0x00120f06: ["energyEfficientFast", {
    transmit: 8,
    receive: 8,
    echoTransmit: 8,
    echoReceive: 8,
  }],
  0x00120f07: ["additionalCapabilities", {
    reserved: 11,
    /** The least size of a fragment, in units of 64 octets, minus 1. */
    minimalFragment: 2,
    preemptionActive: 1,
    preemptionEnabled: 1,
    preemptionSupported: 1,
  }],
} as const satisfies OptionKinds;
