/**
 * What certificates of each kind say: what the key may do, what it is for, and
 * how long it holds.
 *
 * @see RFC 5280 §4.2.1.3 and §4.2.1.12; CA/Browser Forum, Baseline Requirements §6.3.2 and §7.1
 * @module
 */

import type { KeyUsage } from "../certificates/certificate_extensions.ts";
import type { KeyType } from "./key_type.ts";

/**
 * What a certificate is for: `"server"` and `"client"` for TLS, `"peer"` for
 * both at once, `"code"` to sign programs, `"ocsp"` to answer who asks whether
 * certificates are revoked, `"authority"` to issue others.
 */
export type Kind = "server" | "client" | "peer" | "code" | "ocsp" | "authority";

/** What can be issued to who is no authority. */
export type LeafKind = Exclude<Kind, "authority">;

/** The purposes of each kind, by the names of extendedKeyUsage. */
export const PURPOSES: Readonly<Record<LeafKind, readonly string[]>> = {
  server: ["serverAuth"],
  client: ["clientAuth"],
  peer: ["serverAuth", "clientAuth"],
  code: ["codeSigning"],
  ocsp: ["OCSPSigning"],
};

/** What an authority's key may do; OCSP answers take the first. */
export const AUTHORITY_USAGES: readonly KeyUsage[] = [
  "digitalSignature",
  "keyCertSign",
  "cRLSign",
];

/** Days that a certificate holds, unless told. */
export const DAYS = { root: 3650, intermediate: 1825, leaf: 397 } as const;

/** The most days that browsers take for a server. */
export const MOST_DAYS = 398;

/** How far back a certificate begins, in milliseconds, for clocks that are slow. */
const BACKDATE = 5 * 60_000;
const SECOND = 1000;
const DAY = 86_400 * SECOND;

/**
 * Takes the name of a kind.
 *
 * @param kind The name.
 * @param verb What it is for, for the error.
 * @returns It.
 * @throws {TypeError} If it is none.
 */
export function leafKind(kind: string, verb: string): LeafKind {
  if (Object.hasOwn(PURPOSES, kind)) return kind as LeafKind;
  throw new TypeError(
    `Cannot ${verb} as 'kind' must be one of ${
      Object.keys(PURPOSES).join(", ")
    }: current value is ${kind}`,
  );
}

/**
 * Says what a key may do.
 *
 * @param kind What its certificate is for.
 * @param rsa Whether it is an RSA key: old servers have secrets sent under it.
 * @returns The usages.
 */
export function usages(kind: LeafKind, rsa: boolean): readonly KeyUsage[] {
  return rsa && (kind === "server" || kind === "peer")
    ? ["digitalSignature", "keyEncipherment"]
    : ["digitalSignature"];
}

/** When a certificate is to begin and to end. */
export interface ValidityOptions {
  /** Days that it holds; parts of one are taken. */
  days?: number | undefined;
  /** When it begins. @default {five minutes ago} */
  notBefore?: Date | undefined;
  /** When it ends, instead of `days`. */
  notAfter?: Date | undefined;
}

/** From when until when a certificate holds. */
export interface Validity {
  /** The first second. */
  readonly notBefore: Date;
  /** The last second. */
  readonly notAfter: Date;
}

/**
 * Reckons from when until when a certificate holds.
 *
 * @param options What is wished.
 * @param usual Days if nothing is wished.
 * @param most The most days that may be.
 * @param issuer The signer's own time: nothing holds longer than its signer.
 * @param verb What it is for, for errors.
 * @returns The two seconds.
 * @throws {RangeError} If that is no time, or more than may be.
 */
export function validity(
  options: ValidityOptions,
  usual: number,
  most: number,
  issuer: Validity | undefined,
  verb: string,
): Validity {
  const { days, notBefore = new Date(Date.now() - BACKDATE) } = options;
  const first = whole(notBefore, "notBefore", verb);
  const wished = days ?? Math.min(usual, most);
  if (!(wished > 0 && wished <= 36_500)) {
    throw new RangeError(
      `Cannot ${verb} as 'days' must be above 0 and at most 36500: current value is ${wished}`,
    );
  }
  // The last second counts too (RFC 5280 §4.1.2.5).
  let last = options.notAfter === undefined
    ? first + Math.round(wished * DAY / SECOND) * SECOND - SECOND
    : whole(options.notAfter, "notAfter", verb);
  if (last < first) {
    throw new RangeError(
      `Cannot ${verb} as 'notAfter' must not be before 'notBefore': current value is ${
        new Date(last).toISOString()
      }`,
    );
  }
  if (last - first + SECOND > most * DAY) {
    throw new RangeError(
      `Cannot ${verb} as 'days' must be at most ${most}, the most that this authority issues ('maxDays'; browsers take ${MOST_DAYS} days): current value is ${
        Math.round((last - first + SECOND) / DAY * 100) / 100
      }`,
    );
  }
  const end = issuer?.notAfter.getTime();
  if (end !== undefined && last > end) {
    if (days !== undefined || options.notAfter !== undefined || end < first) {
      throw new RangeError(
        `Cannot ${verb} as it must not hold longer than its signer, until ${
          issuer!.notAfter.toISOString()
        }: current value is ${new Date(last).toISOString()}`,
      );
    }
    last = end;
  }
  return { notBefore: new Date(first), notAfter: new Date(last) };
}

function whole(date: Date, name: string, verb: string): number {
  const time = Math.floor(date.getTime() / SECOND) * SECOND;
  const year = Number.isNaN(time) ? -1 : date.getUTCFullYear();
  if (year < 1950 || year > 9999) {
    throw new RangeError(
      `Cannot ${verb} as '${name}' must be a date from 1950 to 9999: current value is ${date}`,
    );
  }
  return time;
}

/** Whether a kind of key is RSA. */
export function isRsa(type: KeyType): boolean {
  return type.startsWith("RSA");
}
