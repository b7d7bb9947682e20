/**
 * What an authority may be asked.
 *
 * @module
 */

import type { Issued } from "./issued.ts";
import type { KeyType } from "./key_type.ts";
import type { PrivateKey } from "./private_key.ts";
import type { LeafKind, ValidityOptions } from "./profile.ts";
import type { Subject } from "./subject.ts";

/** Addresses that stand in certificates, for those who check them. */
export interface AuthorityUrls {
  /** Where the revocation list is. */
  crl?: string | undefined;
  /** Where the OCSP responder is. */
  ocsp?: string | undefined;
  /** Where the issuer's certificate is. */
  issuer?: string | undefined;
}

/** What an authority does unless told otherwise for one certificate. */
export interface AuthoritySettings {
  /** The kind of keys it makes for others. @default {"P-256"} */
  leafKeyType?: KeyType | undefined;
  /** The most days that a certificate of it may hold. @default {398} */
  maxDays?: number | undefined;
  /** Addresses that stand in the certificates it issues. @default {none} */
  urls?: AuthorityUrls | undefined;
}

/** Where an authority keeps what it has to know tomorrow. */
export interface StateOptions {
  /** A folder of its own, new or empty. @default {in memory alone} */
  folder?: string | undefined;
  /** Encrypts the private key in the folder. @default {plain, mode 0600} */
  passphrase?: string | undefined;
}

/** Options for {@linkcode create}. */
export interface CreateOptions
  extends Subject, AuthoritySettings, StateOptions, ValidityOptions {
  /** What it is called: the common name of its certificate. */
  name: string;
  /** The kind of its own key. @default {"P-256"} */
  keyType?: KeyType | undefined;
  /** How many authorities may stand one below the other under it. @default {1} */
  pathLength?: number | undefined;
}

/** Options for {@linkcode Authority.intermediate}. */
export interface IntermediateOptions extends CreateOptions {
  /** How many authorities may stand below it. @default {0} */
  pathLength?: number | undefined;
  /**
   * What it may issue for, and nothing else: domains with all below them,
   * networks (`"10.0.0.0/8"`), mail boxes (`"@lab.example"`). @default {all}
   */
  permitted?: readonly string[] | undefined;
  /** What it may not issue for. @default {nothing} */
  excluded?: readonly string[] | undefined;
}

/** Options for {@linkcode Authority.issue}. */
export interface IssueOptions extends Subject, ValidityOptions {
  /** Host names, with `*.` before them if need be, and addresses. */
  hosts?: readonly string[] | undefined;
  /** Mail boxes. */
  emails?: readonly string[] | undefined;
  /** URIs, as SPIFFE has them. */
  uris?: readonly string[] | undefined;
  /** What it is for. @default {"server"} */
  kind?: LeafKind | undefined;
  /** Which kind of key to make. @default {the authority's `leafKeyType`} */
  keyType?: KeyType | undefined;
  /** A key that there is already. @default {a new one} */
  key?: PrivateKey | undefined;
  /** Whether a server has to staple an OCSP answer (RFC 7633). @default {false} */
  mustStaple?: boolean | undefined;
  /** Addresses in this certificate, instead of the authority's. */
  urls?: AuthorityUrls | undefined;
}

/** The extensions of a request that may be taken over. */
export type TakenExtension =
  | "subjectAltName"
  | "extendedKeyUsage"
  | "tlsFeature";

/** Options for {@linkcode Authority.sign}. */
export interface SignOptions extends ValidityOptions {
  /** What it is for. @default {"server"} */
  kind?: LeafKind | undefined;
  /**
   * Which extensions of the request are taken over, each checked as if it were
   * asked of the authority itself; no other ever is. @default {["subjectAltName"]}
   */
  take?: readonly TakenExtension[] | undefined;
  /** Names, instead of those of the request. */
  hosts?: readonly string[] | undefined;
  /** Whom it is about, instead of whom the request names. */
  subject?: Subject | undefined;
  /** The serial number of the certificate that it takes the place of. */
  renews?: string | undefined;
  /** Addresses in this certificate, instead of the authority's. */
  urls?: AuthorityUrls | undefined;
}

/** Options for {@linkcode Authority.renew}. */
export interface RenewOptions extends ValidityOptions {
  /** The key for the new one. @default {a new one of the same kind} */
  key?: PrivateKey | undefined;
  /** Addresses in the new one. @default {the old one's} */
  urls?: AuthorityUrls | undefined;
}

/** Options for {@linkcode Authority.crl}. */
export interface ListOptions {
  /** Days until the next list is there at the latest. @default {7} */
  days?: number | undefined;
}

/** Options for {@linkcode Authority.responder}. */
export interface ResponderOptions {
  /**
   * Who signs the answers: what this authority issued with the kind `"ocsp"`.
   * @default {the authority itself}
   */
  signer?: Issued | undefined;
  /** How long an answer holds, in milliseconds. @default {a day} */
  validity?: number | undefined;
  /**
   * Told why there is no answer, as when the folder is damaged; who asks is told
   * no more than that there is trouble.
   */
  onError?: ((error: unknown) => void) | undefined;
}

/** Options for {@linkcode Authority.pkcs12}. */
export interface Pkcs12Options {
  /** What opens the file. */
  password: string;
  /** What it is called where it is imported. @default {whom it is about} */
  name?: string | undefined;
  /**
   * Whether to write it as old systems want it, with 3DES and SHA-1: macOS
   * before 15, Windows before 2019, Android before 14. @default {false}
   */
  legacy?: boolean | undefined;
}
