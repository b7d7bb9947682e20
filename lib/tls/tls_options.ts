/**
 * What TLS connections and listeners are told.
 *
 * @module
 */

import type { Duplex } from "node:stream";
import type { Connection } from "../socket/connection.ts";
import type { Certificate } from "./certificate.ts";
import type { RevocationList } from "./crl.ts";
import type { TrustStore } from "./path/path_roots.ts";

/** The versions that connections may use. */
export type TlsVersion = "TLS 1.2" | "TLS 1.3";

/** Certificates: PEM text, the path of a PEM or DER file, or read ones. */
export type CertificateSource = string | Certificate | Iterable<Certificate>;

/** Revocation lists: PEM text, the path of a PEM or DER file, or read ones. */
export type RevocationSource =
  | string
  | RevocationList
  | Iterable<RevocationList>;

/** Who one is: a certificate and the key that proves it. */
export interface TlsIdentity {
  /**
   * The certificate, those of the authorities behind it: PEM text, the path of a
   * file, or certificates.
   */
  cert: CertificateSource;
  /** The private key: PEM text, or the path of a file with it. */
  key: string;
  /** What the key is encrypted with, if it is. */
  passphrase?: string | undefined;
}

/** Who one is, where one need not be anybody. */
export interface TlsIdentityOptions {
  /**
   * The certificate, those of the authorities behind it: PEM text, the path of a
   * file, or certificates.
   */
  cert?: CertificateSource | undefined;
  /** The private key: PEM text, or the path of a file with it. */
  key?: string | undefined;
  /** What the key is encrypted with, if it is. */
  passphrase?: string | undefined;
}

/** Options of both sides. */
export interface TlsProtocolOptions {
  /** Protocols within TLS, best first: `["h2", "http/1.1"]`. @default {none} */
  alpn?: readonly string[] | undefined;
  /** The oldest version. @default {"TLS 1.2"} */
  minVersion?: TlsVersion | undefined;
  /** The newest version. @default {"TLS 1.3"} */
  maxVersion?: TlsVersion | undefined;
  /**
   * Whether an end of the connection without the end of TLS is an error
   * (`"truncated"`): anybody between can forge one, and cut short what was sent.
   * @default {true}
   * @see RFC 8446 §6.1
   */
  requireCloseNotify?: boolean | undefined;
}

/** Who a server is, and whom it lets in: what can be told anew while it runs. */
export interface TlsCredentials extends TlsIdentityOptions {
  /**
   * More certificates with their keys: a client gets the one whose names have
   * the name that it asks for, and the first if none has.
   */
  identities?: readonly TlsIdentity[] | undefined;
  /** Who issues the clients' certificates: PEM text, a path, or certificates. */
  clientCa?: CertificateSource | TrustStore | undefined;
  /**
   * Which of them are revoked: PEM text, a path, or lists. Each authority of a
   * client's chain must have a current one then. @default {not looked up}
   */
  clientCrl?: RevocationSource | undefined;
}

/** Options of the server's side. */
export interface TlsServerOptions extends TlsCredentials, TlsProtocolOptions {
  /**
   * Whether clients are asked for a certificate: `"request"` lets in those that
   * have none, `"require"` does not. One that does not hold is refused either
   * way. @default {not asked}
   */
  clientCertificate?: "request" | "require" | undefined;
}

/** Streams of the web in both directions, as `Deno.Conn` has them. */
export interface StreamPair {
  /** What comes. */
  readonly readable: ReadableStream<Uint8Array>;
  /** What goes. */
  readonly writable: WritableStream<Uint8Array>;
}

/** What TLS may run over. */
export type TlsCarrier = Connection | Duplex | StreamPair;
