/**
 * Revoking, and telling of it.
 *
 * @module
 */

import type { RevocationReason } from "../certificates/crl_entries.ts";
import type { Issuer } from "./issuer.ts";
import {
  type IssueRecord,
  plainSerial,
  REASONS,
  type Store,
} from "./ledger.ts";
import { type OcspHandler, ocspHandler } from "./ocsp_responder.ts";
import type { ListOptions, ResponderOptions } from "./options.ts";
import { SignedList, writeRevocationList } from "./revocation_list.ts";

const DAY = 86_400_000;

/** Revokes a certificate; see `Authority.revoke`. */
export async function revokeIn(
  store: Store,
  which: string | { readonly serial: string },
  reason: RevocationReason,
): Promise<IssueRecord> {
  if (!REASONS.has(reason)) {
    throw new TypeError(
      `Cannot revoke as 'reason' must be one of ${
        [...REASONS.keys()].join(", ")
      }: current value is ${reason}`,
    );
  }
  const serial = plainSerial(which);
  await store.commit((ledger) => {
    const { revoked } = ledger.find(serial, "revoke");
    const held = revoked?.reason === "certificateHold";
    if (reason === "removeFromCRL" ? !held : revoked !== undefined && !held) {
      return undefined;
    }
    const at = new Date().toISOString();
    return { event: "revoked", at, serial, reason };
  });
  return store.ledger.find(serial, "revoke");
}

/** Makes a revocation list; see `Authority.crl`. */
export async function listRevoked(
  issuer: Issuer,
  { days = 7 }: ListOptions,
): Promise<SignedList> {
  if (!(days > 0 && days <= 36_500)) {
    throw new RangeError(
      `Cannot make a revocation list as 'days' must be above 0 and at most 36500: current value is ${days}`,
    );
  }
  const keyId = await issuer.keyId;
  const thisUpdate = new Date();
  let number = 0;
  let records: readonly IssueRecord[] = [];
  await issuer.store.commit((ledger) => {
    number = ledger.listNumber + 1;
    records = ledger.records;
    return { event: "list", at: thisUpdate.toISOString(), number };
  });
  const octets = await writeRevocationList({
    issuer: issuer.certificate.subject.der,
    keyId,
    number,
    thisUpdate,
    nextUpdate: new Date(thisUpdate.getTime() + days * DAY),
    records,
  }, issuer.key);
  return new SignedList(octets);
}

/** Makes an OCSP responder; see `Authority.responder`. */
export function responderOf(
  { certificate, key, store }: Issuer,
  { signer, validity = DAY, onError }: ResponderOptions,
): OcspHandler {
  if (!(validity > 0 && validity <= 365 * DAY)) {
    throw new RangeError(
      `Cannot answer OCSP as 'validity' must be above 0 and at most a year of milliseconds: current value is ${validity}`,
    );
  }
  const purposes = signer?.certificate.extendedKeyUsage ?? [];
  if (signer !== undefined && !purposes.includes("OCSPSigning")) {
    throw new RangeError(
      `Cannot answer OCSP as 'signer' must be issued with the kind "ocsp": current value is for ${
        purposes.join(", ") || "nothing"
      }`,
    );
  }
  return ocspHandler(async () => {
    await store.refresh();
    return {
      issuerName: certificate.subject.der,
      issuerKey: key.publicKey,
      key: signer?.privateKey ?? key,
      certificate: signer?.certificate.der,
      validity,
      find: (serial) => store.ledger.get(serial),
    };
  }, onError);
}
