/**
 * Do the names of a certificate keep to what an authority above may sign?
 *
 * @see RFC 5280 §4.2.1.10
 * @module
 */

import { tryParse } from "../../ip/address.ts";
import type { Certificate } from "../certificate.ts";
import type { NameConstraints } from "../certificates/certificate_extensions.ts";
import type {
  GeneralName,
  GeneralNameType,
} from "../certificates/certificate_names.ts";
import type { DistinguishedName } from "../certificates/distinguished_name.ts";

/** More comparisons than any honest certificate needs. */
const MOST = 1 << 20;

/** A name that breaks a constraint, and how. */
export interface BrokenConstraint {
  /** The name, with its kind. */
  readonly name: string;
  /** `"excluded"`, `"not permitted"`, `"not understood"` or `"too many"`. */
  readonly how: "excluded" | "not permitted" | "not understood" | "too many";
}

/** A name to hold against the constraints. */
type Named = Pick<GeneralName, "type" | "value" | "octets" | "directory">;

/**
 * Finds the first name that does not keep to the constraints.
 *
 * @param certificate Whose names.
 * @param constraints Those of an authority above.
 * @returns The name, or nothing if all keep to them.
 */
export function brokenConstraint(
  certificate: Certificate,
  constraints: NameConstraints,
): BrokenConstraint | undefined {
  const { permitted, excluded } = constraints;
  const names = namesOf(certificate);
  if (names.length * (permitted.length + excluded.length) > MOST) {
    return { name: `${names.length} names`, how: "too many" };
  }
  for (const name of names) {
    const shown = `${name.type} ${name.value}`;
    const same = (base: GeneralName) => base.type === name.type;
    const below = permitted.filter(same);
    const outside = excluded.filter(same);
    if (below.length + outside.length === 0) continue;
    if (!(name.type in WITHIN)) return { name: shown, how: "not understood" };
    const within = WITHIN[name.type]!;
    if (outside.some((base) => within(name, base) || covers(name, base))) {
      return { name: shown, how: "excluded" };
    }
    if (below.length > 0 && !below.some((base) => within(name, base))) {
      return { name: shown, how: "not permitted" };
    }
  }
  return undefined;
}

function namesOf({ names, subject }: Certificate): Named[] {
  const all: Named[] = [...names];
  const octets = new Uint8Array();
  if (!subject.empty) {
    all.push({
      type: "directory",
      value: `${subject}`,
      octets,
      directory: subject,
    });
  }
  // Old certificates have mail boxes in the subject alone.
  if (!names.some(({ type }) => type === "email")) {
    for (const value of subject.get("emailAddress")) {
      all.push({ type: "email", value, octets });
    }
  }
  return all;
}

/** Whether a name is below another, by their kind. */
const WITHIN: Readonly<
  Partial<Record<GeneralNameType, (name: Named, base: GeneralName) => boolean>>
> = {
  dns: ({ value }, base) => isBelow(host(value), host(base.value)),
  email: ({ value }, base) => isMailWithin(value, base.value),
  uri: ({ value }, base) => isUriWithin(value, host(base.value)),
  ip: ({ octets }, base) => isAddressWithin(octets, base.octets),
  directory: (name, base) =>
    name.directory !== undefined && base.directory !== undefined &&
    isNameBelow(name.directory, base.directory),
};

function host(name: string): string {
  return name.toLowerCase().replace(/\.$/, "");
}

/** Whether a host is another or below it; a point before says below only. */
function isBelow(name: string, base: string): boolean {
  if (base === "") return true;
  if (base.startsWith(".")) return name.endsWith(base) && name !== base;
  return name === base || name.endsWith(`.${base}`);
}

/** Whether a wildcard is for a host that is excluded: `*.lab` for `bank.lab`. */
function covers({ type, value }: Named, base: GeneralName): boolean {
  return type === "dns" && value.startsWith("*.") &&
    host(base.value).replace(/^[^.]+/, "*") === host(value);
}

/** A base with a box is that box; a host is that host; `.host` is all below. */
function isMailWithin(mail: string, base: string): boolean {
  const at = mail.lastIndexOf("@");
  const [box, where] = [
    mail.slice(0, Math.max(0, at)),
    host(mail.slice(at + 1)),
  ];
  const baseAt = base.lastIndexOf("@");
  if (baseAt >= 0) {
    return box === base.slice(0, baseAt) &&
      where === host(base.slice(baseAt + 1));
  }
  const limit = host(base);
  return limit.startsWith(".")
    ? where.endsWith(limit)
    : limit === "" || where === limit;
}

function isUriWithin(uri: string, base: string): boolean {
  const where = /^[a-z][a-z0-9+.-]*:\/\/(?:[^/?#@]*@)?([^/?#:@]+)/i.exec(uri)
    ?.[1];
  // What names no host cannot be told to be below one (RFC 5280 §4.2.1.10).
  if (where === undefined || tryParse(where)) return false;
  return base.startsWith(".")
    ? host(where).endsWith(base)
    : base === "" || host(where) === base;
}

function isAddressWithin(address: Uint8Array, base: Uint8Array): boolean {
  const size = address.length;
  return base.length === 2 * size &&
    address.every((octet, i) =>
      (octet & base[size + i]!) === (base[i]! & base[size + i]!)
    );
}

function isNameBelow(
  name: DistinguishedName,
  base: DistinguishedName,
): boolean {
  const [parts, limits] = [name.partKeys(), base.partKeys()];
  return limits.every((limit, i) => parts[i] === limit);
}
