/**
 * A certificate authority of one's own: it issues, signs requests, revokes, and
 * answers who asks.
 *
 * @module
 */

export * from "./authority.ts";
export * from "./create.ts";
export type { MadeRequest, RequestOptions } from "./request.ts";
export { CertificateRequest, readRequest, request } from "./request.ts";
export { Issued, type SavedFiles, type SaveOptions, Signed } from "./issued.ts";
export type { KeyType } from "./key_type.ts";
export type { IssueRecord, Revocation } from "./ledger.ts";
export type { OcspHandler } from "./ocsp_responder.ts";
export type * from "./options.ts";
export type { PrivateKey } from "./private_key.ts";
export type { Kind, LeafKind, ValidityOptions } from "./profile.ts";
export { generateKey, readKey, type ReadKeyOptions } from "./read_key.ts";
export type { Renewal, RenewalOptions } from "./renewals.ts";
export type { SignedList } from "./revocation_list.ts";
export type { Subject } from "./subject.ts";
export type {
  InstallOptions,
  TrustInstructions,
  TrustSteps,
  TrustStoreName,
} from "./trust_store.ts";
