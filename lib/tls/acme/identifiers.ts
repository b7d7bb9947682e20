/**
 * The names that an ACME order asks for, and the request that has to match them.
 *
 * @module
 */

import { tryParse } from "../../ip/address.ts";
import { readRequest } from "../authority/request.ts";
import { sameOctets } from "../der/der.ts";
import { isRecord, type PublicJwk } from "./jws.ts";
import { AcmeProblem } from "./problem.ts";
import type { AcmeIdentifier } from "./validation.ts";

/** Names in one order at most. */
const MOST_NAMES = 100;

/** Reads an order's `identifiers` (RFC 8555 §7.1.3, RFC 8738 §3), each once. */
export function readIdentifiers(value: unknown): AcmeIdentifier[] {
  if (
    !Array.isArray(value) || value.length === 0 || value.length > MOST_NAMES
  ) {
    throw new AcmeProblem(
      "malformed",
      `identifiers must be a list of 1 to ${MOST_NAMES}`,
    );
  }
  const seen = new Map<string, AcmeIdentifier>();
  for (const entry of value) {
    const identifier = readIdentifier(entry);
    seen.set(identifier.value, identifier);
  }
  return [...seen.values()];
}

/** Labels as hosts have them, lower case, an asterisk only as the first. */
const NAME =
  /^(?:\*\.)?(?=.{1,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

function readIdentifier(entry: unknown): AcmeIdentifier {
  const { type, value } = isRecord(entry) ? entry : {};
  if (typeof value !== "string") {
    throw new AcmeProblem("malformed", "an identifier has a type and a value");
  }
  if (type === "dns") {
    const name = value.toLowerCase();
    if (NAME.test(name) && tryParse(name) === undefined) {
      return { type, value: name };
    }
    throw new AcmeProblem("rejectedIdentifier", `${value} is no host's name`);
  }
  if (type === "ip") {
    const address = tryParse(value);
    if (address !== undefined) return { type, value: String(address) };
    throw new AcmeProblem("rejectedIdentifier", `${value} is no address`);
  }
  throw new AcmeProblem(
    "unsupportedIdentifier",
    `the type must be dns or ip: it is ${String(type)}`,
  );
}

/** A CSR has to ask for what was ordered, no more and no less. */
export async function checkRequest(
  csr: Uint8Array<ArrayBuffer>,
  identifiers: readonly AcmeIdentifier[],
  accountKey: PublicJwk,
): Promise<void> {
  const request = await readRequest(csr);
  const asked = new Set(request.names.map(({ value }) => value.toLowerCase()));
  const ordered = new Set(identifiers.map(({ value }) => value));
  if (asked.size !== ordered.size || asked.difference(ordered).size > 0) {
    throw new AcmeProblem(
      "badCSR",
      `the CSR asks for ${[...asked].join(", ") || "nothing"}, the order for ${
        [...ordered].join(", ")
      }`,
    );
  }
  if (await isKeyOf(request.publicKey, accountKey)) {
    throw new AcmeProblem("badCSR", "the key must not be the account's");
  }
}

/** Is this SubjectPublicKeyInfo that key? */
export async function isKeyOf(
  spki: Uint8Array,
  jwk: PublicJwk,
): Promise<boolean> {
  const { createPublicKey } = await import("node:crypto");
  const key = createPublicKey({ key: { ...jwk }, format: "jwk" });
  return sameOctets(
    new Uint8Array(key.export({ type: "spki", format: "der" })),
    spki,
  );
}
