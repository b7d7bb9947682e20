/**
 * Under which names an intermediate authority may issue.
 *
 * @see RFC 5280 §4.2.1.10
 * @module
 */

import { subnet, trySubnet } from "../../ip/subnet.ts";
import { contextTag, der, TAG } from "../der/der.ts";
import type { GeneralName } from "../certificates/certificate_names.ts";
import { type AlternativeName, hostName } from "./alternative_names.ts";

/** One constraint; an IP network has its prefix length, a name stands for all below it. */
export interface Constraint {
  /** What kind of names it bounds. */
  readonly type: "dns" | "ip" | "email";
  /** `"lab.example"`, `"10.0.0.0/8"`, or a domain of mail boxes; empty for all. */
  readonly value: string;
}

/** What may be issued, and what not. */
export interface Constraints {
  /** Kinds that are here have to be within one of their kind. */
  readonly permitted: readonly Constraint[];
  /** Nothing may be within these. */
  readonly excluded: readonly Constraint[];
}

const NUMBERS = { email: 1, dns: 2, ip: 7 } as const;
const EVERYTHING: Readonly<Record<Constraint["type"], readonly string[]>> = {
  dns: [""],
  email: [""],
  ip: ["0.0.0.0/0", "::/0"],
};

/**
 * Reads what is permitted and what excluded.
 *
 * RFC 5280 leaves kinds of names that no permission speaks of free: who permits
 * a domain would permit every address. Here what is not permitted is excluded.
 *
 * @param permitted Domains, networks and `@domains`; all if there are none.
 * @param excluded The same, never to be issued.
 * @param verb What it is for, for errors.
 * @returns The constraints; nothing if there are none.
 * @throws {TypeError} If one is none of these.
 */
export function readConstraints(
  permitted: readonly string[],
  excluded: readonly string[],
  verb: string,
): Constraints | undefined {
  if (permitted.length + excluded.length === 0) return undefined;
  const allowed = permitted.map((text) => constraint(text, verb));
  const barred = excluded.map((text) => constraint(text, verb));
  if (allowed.length === 0) return { permitted: allowed, excluded: barred };
  const shut = (["dns", "email", "ip"] as const)
    .filter((type) => !allowed.some((one) => one.type === type))
    .flatMap((type) => EVERYTHING[type].map((value) => ({ type, value })));
  // One family of addresses permitted leaves the other with none that fits, so
  // it needs no word of its own.
  return { permitted: allowed, excluded: [...barred, ...shut] };
}

function constraint(text: string, verb: string): Constraint {
  const network = trySubnet(text);
  if (network !== undefined) return { type: "ip", value: `${network}` };
  const name = tryName(text.replace(/^(?:@|\*?\.)/, ""), verb);
  if (name?.type === "dns") {
    return { type: text.startsWith("@") ? "email" : "dns", value: name.value };
  }
  throw new TypeError(
    `Cannot ${verb} as each constraint must be a domain, a network with its prefix length, or @ and a domain: current value is ${
      JSON.stringify(text)
    }`,
  );
}

function tryName(text: string, verb: string): AlternativeName | undefined {
  try {
    return hostName(text, verb);
  } catch {
    // Its words are about hosts.
    return undefined;
  }
}

/**
 * Says which names constraints bar.
 *
 * @param names What is to be issued.
 * @param constraints Of one authority.
 * @returns The first name that is barred; nothing if all may be.
 */
export function barred(
  names: readonly AlternativeName[],
  { permitted, excluded }: Constraints,
): AlternativeName | undefined {
  return names.find((given) => {
    const name = given.type === "uri" ? hostOf(given.value) : given;
    if (name === undefined) return permitted.length > 0;
    if (excluded.some((one) => within(name, one) || covers(name, one))) {
      return true;
    }
    const ofKind = permitted.filter((one) => one.type === name.type);
    return ofKind.length > 0 && !ofKind.some((one) => within(name, one));
  });
}

/** A URI is within what its host is within: not all who check certificates do. */
function hostOf(uri: string): AlternativeName | undefined {
  const host = URL.parse(uri)?.hostname;
  return host ? hostName(host, "read a URI") : undefined;
}

/** Whether a wildcard is for what is excluded: `*.lab` for `bank.lab`. */
function covers({ type, value }: AlternativeName, one: Constraint): boolean {
  return type === "dns" && one.type === "dns" && value.startsWith("*.") &&
    one.value.replace(/^[^.]+/, "*") === value;
}

function within(name: AlternativeName, one: Constraint): boolean {
  if (name.type !== one.type) return false;
  if (one.value === "") return true;
  switch (one.type) {
    case "ip":
      return subnet(one.value).contains(name.value);
    case "dns": {
      const host = name.value.replace(/^\*\./, "");
      return host === one.value || host.endsWith(`.${one.value}`);
    }
    case "email":
      return name.value.endsWith(`@${one.value}`);
  }
}

/**
 * Writes the value of the extension.
 *
 * @param constraints What to write.
 * @returns NameConstraints in DER.
 */
export function writeConstraints(
  { permitted, excluded }: Constraints,
): Uint8Array<ArrayBuffer> {
  const subtrees = (number: number, list: readonly Constraint[]) =>
    list.length === 0
      ? []
      : [der(contextTag(number), ...list.map((one) => subtree(one)))];
  return der(TAG.sequence, ...subtrees(0, permitted), ...subtrees(1, excluded));
}

function subtree({ type, value }: Constraint): Uint8Array {
  const octets = type === "ip"
    ? networkOctets(value)
    : new TextEncoder().encode(value);
  return der(TAG.sequence, der(contextTag(NUMBERS[type], false), octets));
}

function networkOctets(text: string): Uint8Array {
  const { network, netmask } = subnet(text);
  return Uint8Array.from([...network.toBytes(), ...netmask.toBytes()]);
}

/** The constraints of a certificate that was read, as far as they are of our kinds. */
export function knownConstraints(
  read: {
    readonly permitted: readonly GeneralName[];
    readonly excluded: readonly GeneralName[];
  } | undefined,
): Constraints | undefined {
  if (read === undefined) return undefined;
  const known = (list: readonly GeneralName[]): Constraint[] =>
    list.flatMap(({ type, value }) =>
      type === "dns" || type === "ip" || type === "email"
        ? [{ type, value: type === "dns" ? value.replace(/^\./, "") : value }]
        : []
    );
  return { permitted: known(read.permitted), excluded: known(read.excluded) };
}
