/**
 * What is offered on a link: services with their host, port and facts.
 *
 * @see RFC 6763
 * @module
 */

import { canvas } from "../inspect/canvas.ts";
import { card } from "../inspect/card.ts";
import type { Address } from "../ip/address.ts";

/** What a {@linkcode Service} is made of. */
export interface ServiceParts {
  /** What people call it: `"Ann's Printer"`. */
  readonly name: string;
  /** What kind it is: `"_ipp._tcp"`. */
  readonly type: string;
  /** The host's name: `"printer.local"`. */
  readonly host: string;
  /** The port. */
  readonly port: number;
  /** The host's addresses. */
  readonly addresses: readonly Address[];
  /** What it says of itself; `true` for a key without a value. */
  readonly txt: Readonly<Record<string, string | true>>;
}

/** A service that somebody offers on the link. */
export class Service implements ServiceParts {
  /** What people call it: `"Ann's Printer"`. */
  readonly name: string;
  /** What kind it is: `"_ipp._tcp"`. */
  readonly type: string;
  /** The host's name: `"printer.local"`. */
  readonly host: string;
  /** The port. */
  readonly port: number;
  /** The host's addresses. */
  readonly addresses: readonly Address[];
  /** What it says of itself; `true` for a key without a value. */
  readonly txt: Readonly<Record<string, string | true>>;

  /**
   * Takes the parts; `browse` and `discover` find them.
   *
   * @param parts The parts.
   */
  constructor(parts: ServiceParts) {
    this.name = parts.name;
    this.type = parts.type;
    this.host = parts.host;
    this.port = parts.port;
    this.addresses = parts.addresses;
    this.txt = parts.txt;
  }

  /** Its fields, plain. */
  toJSON(): Omit<ServiceParts, "addresses"> & { addresses: string[] } {
    return { ...this as ServiceParts, addresses: this.addresses.map(String) };
  }

  /** Its facts, one a line. */
  [Symbol.for("Deno.customInspect")](
    _inspect?: unknown,
    options?: { readonly colors?: boolean },
  ): string {
    const { name, type, host, port, addresses, txt } = this;
    const facts = Object.entries(txt).map(([key, value]) =>
      [key, value === true ? "yes" : value, "string"] as const
    );
    return card(`${name} (${type})`, [
      ["at", `${host}:${port}`, "name"],
      ["addresses", addresses.join(", ")],
      ...facts,
    ], canvas({ colors: options?.colors }));
  }
}

/**
 * Checks what kind of service is meant.
 *
 * @param type The kind: `"_http._tcp"`, or with the domain behind it.
 * @returns It without a domain, in small letters.
 * @throws {TypeError} If it is no such kind.
 * @see RFC 6763 §7
 */
export function kindOf(type: string): string {
  const kind = type.toLowerCase().replace(/\.?(?:local\.?)?$/, "");
  if (/^_[a-z0-9-]{1,15}\._(?:tcp|udp)$/.test(kind)) return kind;
  throw new TypeError(
    `Cannot look for services as 'type' must be one such as _http._tcp: current value is ${type}`,
  );
}

/**
 * Reads what a service says of itself.
 *
 * @param strings The strings of its TXT record.
 * @returns The values by key; of two of the same key the first counts.
 * @see RFC 6763 §6.4
 */
export function factsOf(
  strings: readonly (string | Uint8Array)[],
): Record<string, string | true> {
  const facts: Record<string, string | true> = Object.create(null);
  for (const one of strings) {
    const text = typeof one === "string" ? one : new TextDecoder().decode(one);
    const [, key, value] = /^([^=]+)(?:=([^]*))?$/.exec(text) ?? [];
    if (key === undefined || key.toLowerCase() in facts) continue;
    facts[key.toLowerCase()] = value ?? true;
  }
  return { ...facts };
}
