/**
 * What keeps its class on the way into a host of a lab and back: values of
 * `net`, errors, typed arrays.
 *
 * @module
 */

import * as errors from "../errors.ts";
import type { Subnet } from "../ip/subnet.ts";
import type { Packet } from "../packet/packet.ts";
import type { CaptureStatistics } from "../wire/capturing/capture_statistics.ts";

/** Values of `net` that travel as text, and what makes them anew of it. */
interface Kind {
  /** Whether a value whose class has this name is one. */
  is(value: object): boolean;
  /** Its text. @default {what `toString` gives} */
  text?(value: never): string;
  /** Loads what reads the text; whoever sends one has it loaded already. */
  load(): Promise<(text: string) => unknown>;
}

const KINDS: Readonly<Record<string, Kind>> = {
  Address: {
    is: (value) => "w3" in value && "zone" in value,
    load: async () => (await import("../ip/address.ts")).parse,
  },
  Mac: {
    is: (value) => "w1" in value && "bits" in value,
    load: async () => (await import("../ip/mac/mac.ts")).mac,
  },
  Subnet: {
    is: (value) => "network" in value && "prefixLength" in value,
    text: (value: Subnet) =>
      value.host === undefined ? `${value}` : `${value} ${value.host}`,
    load: async () => {
      const { Subnet } = await import("../ip/subnet.ts");
      const { parse } = await import("../ip/address.ts");
      return (text) => {
        const [network, length, host] = text.split(/[/ ]/);
        return host === undefined
          ? new Subnet(parse(network!), Number(length))
          : new Subnet(parse(network!), Number(length), parse(host));
      };
    },
  },
  Range: {
    is: (value) => "start" in value && "end" in value,
    load: async () => (await import("../ip/set/range.ts")).range,
  },
  AddressSet: {
    is: (value) => "union" in value,
    load: async () => {
      const { set } = await import("../ip/set/set.ts");
      return (text) => set(text === "" ? [] : text.split(", "));
    },
  },
  Packet: {
    is: (value) => "linkType" in value && "layers" in value,
    text: packetText,
    load: async () => {
      const { decode, frameOf, Packet } = await import("../packet/packet.ts");
      return (text) => {
        const [octets, linkType, length, time, name] = JSON.parse(text);
        const packet = decode(Uint8Array.fromBase64(octets), {
          linkType,
          length,
          timestamp: time === null ? undefined : Temporal.Instant.from(time),
        });
        return new Packet({ ...frameOf(packet), interface: name ?? undefined });
      };
    },
  },
  CaptureStatistics: {
    is: (value) => "captured" in value && "received" in value,
    text: (value: CaptureStatistics) => JSON.stringify(value),
    load: async () => {
      const { CaptureStatistics } = await import(
        "../wire/capturing/capture_statistics.ts"
      );
      return (text) => new CaptureStatistics(JSON.parse(text));
    },
  },
};

/** A packet's text: its octets, and what its capture says of it. */
function packetText(packet: Packet): string {
  const { bytes, linkType, length, timestamp, interface: name } = packet;
  return JSON.stringify([
    bytes.toBase64(),
    linkType,
    length,
    timestamp ?? null,
    name ?? null,
  ]);
}

/** Classes of `net` that are nothing but their members, or their fields. */
const CLASSES: Readonly<Record<string, () => Promise<{ prototype: object }>>> =
  {
    Addresses: async () => (await import("../linux/addresses.ts")).Addresses,
    Links: async () => (await import("../linux/links.ts")).Links,
    Neighbours: async () => (await import("../linux/neighbours.ts")).Neighbours,
    Qdiscs: async () => (await import("../linux/qdiscs.ts")).Qdiscs,
    Routes: async () => (await import("../linux/routes.ts")).Routes,
    Rules: async () => (await import("../linux/rules.ts")).Rules,
    SocketList: async () =>
      (await import("../linux/sockets/socket.ts")).SocketList,
    RouteLookup: async () =>
      (await import("../linux/route_lookup.ts")).RouteLookup,
    Answers: async () => (await import("../wire/exchange.ts")).Answers,
    ArpScan: async () =>
      (await import("../wire/scanning/arp_scan_result.ts")).ArpScan,
    Arping: async () =>
      (await import("../wire/finding/arping_result.ts")).Arping,
    Exchange: async () => (await import("../wire/exchange.ts")).Exchange,
    DhcpOffer: async () =>
      (await import("../wire/finding/dhcp_offer.ts")).DhcpOffer,
    DhcpOffers: async () =>
      (await import("../wire/finding/dhcp_offer.ts")).DhcpOffers,
    Interfaces: async () => (await import("../wire/interfaces.ts")).Interfaces,
    PathMtu: async () =>
      (await import("../wire/tracing/path_mtu_result.ts")).PathMtu,
    PortScan: async () =>
      (await import("../wire/scanning/scan_result.ts")).PortScan,
    ReplayResult: async () => (await import("../wire/replay.ts")).ReplayResult,
    ScannedHost: async () =>
      (await import("../wire/scanning/scan_result.ts")).ScannedHost,
    SendResult: async () => (await import("../wire/send.ts")).SendResult,
    SwitchPort: async () =>
      (await import("../wire/finding/switch_port_result.ts")).SwitchPort,
    SwitchPorts: async () =>
      (await import("../wire/switch_port.ts")).SwitchPorts,
    Trace: async () => (await import("../wire/tracing/trace.ts")).Trace,
    Traces: async () => (await import("../wire/tracing/trace.ts")).Traces,
  };

/** Where another class of `net` has the same name, a field that only this one has. */
const FIELDS: Readonly<Record<string, string>> = { Trace: "flows" };

/** The classes that were loaded. */
const classes = new Map<string, { prototype: object }>();

/** The class of a value's kind that it comes out as; nothing for plain data. */
export function classOf(value: object): string | undefined {
  const name = value.constructor?.name ?? "";
  return Object.hasOwn(CLASSES, name) &&
      (FIELDS[name] ?? Symbol.for("Deno.customInspect")) in value
    ? name
    : undefined;
}

/** An empty value of a class; a plain one where it was not loaded. */
export function emptyOf(name: string, isArray: boolean): object {
  const known = classes.get(name);
  if (isArray) return known ? new (known as ArrayConstructor)() : [];
  return known ? Object.create(known.prototype) : {};
}

/** What reads each kind, once it was loaded. */
const loaded = new Map<string, (text: string) => unknown>();

/** The kind that a value is of; nothing for plain data. */
export function kindOf(value: object): string | undefined {
  const name = value.constructor?.name ?? "";
  return Object.hasOwn(KINDS, name) && KINDS[name]!.is(value)
    ? name
    : undefined;
}

/** A value of a kind as text. */
export function textOf(kind: string, value: object): string {
  return KINDS[kind]!.text?.(value as never) ?? `${value}`;
}

/** Gets ready to read a kind or a class. */
export async function loadKind(name: string): Promise<void> {
  if (Object.hasOwn(CLASSES, name) && !classes.has(name)) {
    classes.set(name, await CLASSES[name]!());
  }
  if (loaded.has(name) || !Object.hasOwn(KINDS, name)) return;
  loaded.set(name, await KINDS[name]!.load());
}

/** A value of its text; the text itself where its kind was not loaded. */
export function revive(kind: string, text: string): unknown {
  return loaded.get(kind)?.(text) ?? text;
}

type ErrorClass = new (message?: string) => Error;

/** The classes that an error can come back as, the narrow ones first. */
export function errorClass(name: string): ErrorClass | undefined {
  const [room, of] = name.split(".");
  if (of !== undefined) {
    return room === "Deno"
      ? Deno.errors[of as keyof typeof Deno.errors] as ErrorClass
      : errors[of as keyof typeof errors] as unknown as ErrorClass;
  }
  return ({
    AggregateError,
    DOMException,
    EvalError,
    RangeError,
    ReferenceError,
    SyntaxError,
    TypeError,
    URIError,
  } as unknown as Record<string, ErrorClass>)[name];
}

/** `"net.NetError"`, `"Deno.NotFound"`, `"RangeError"`: the nearest class that both sides have. */
export function knownClass(error: Error): string {
  for (
    let prototype = Object.getPrototypeOf(error);
    prototype !== null;
    prototype = Object.getPrototypeOf(prototype)
  ) {
    const { constructor } = prototype;
    for (
      const name of [
        `net.${constructor?.name}`,
        `Deno.${constructor?.name}`,
        constructor?.name,
      ]
    ) {
      if (name !== undefined && errorClass(name) === constructor) return name;
    }
  }
  return "Error";
}

/** The kinds of views by their names. */
const VIEWS: Readonly<
  Record<string, new (buffer: ArrayBuffer) => ArrayBufferView>
> = {
  BigInt64Array,
  BigUint64Array,
  DataView,
  Float16Array,
  Float32Array,
  Float64Array,
  Int16Array,
  Int32Array,
  Int8Array,
  Uint16Array,
  Uint32Array,
  Uint8Array,
  Uint8ClampedArray,
};

/** A view of its own on octets; the octets themselves for a plain buffer. */
export function view(
  name: string,
  { buffer }: Uint8Array<ArrayBuffer>,
): unknown {
  const View = VIEWS[name];
  return View ? new View(buffer) : buffer;
}
