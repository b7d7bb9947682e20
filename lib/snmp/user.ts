/**
 * Users of version 3, and how their messages are protected.
 *
 * @see RFC 3414 (USM), RFC 7860 (SHA-2), RFC 3826 (AES)
 * @module
 */

/** How messages are signed. */
export type AuthProtocol =
  | "md5"
  | "sha"
  | "sha224"
  | "sha256"
  | "sha384"
  | "sha512";

/**
 * How messages are encrypted: `"aes"` has 128 bits, as RFC 3826 says; longer keys
 * come of the password after Blumenthal (`b`: net-snmp's AES-192 and AES-256) or
 * after Reeder (`r`: Cisco's, and net-snmp's AES-256-C).
 */
export type PrivProtocol =
  | "des"
  | "aes"
  | "aes192b"
  | "aes192r"
  | "aes256b"
  | "aes256r";

/** A secret and what is made of it. */
export interface Protection<Protocol> {
  /** Which algorithm. */
  readonly protocol: Protocol;
  /** At least 8 characters (RFC 3414 §11.2). */
  readonly password: string;
}

/** A user of version 3; neither `auth` nor `priv` is noAuthNoPriv, both are authPriv. */
export interface User {
  /** The name that the agent knows. */
  readonly name: string;
  /** How messages are signed; not at all without. */
  readonly auth?: Protection<AuthProtocol> | undefined;
  /** How they are encrypted, which takes `auth`; not at all without. */
  readonly priv?: Protection<PrivProtocol> | undefined;
}

/** The three levels of version 3. */
export type SecurityLevel = "noAuthNoPriv" | "authNoPriv" | "authPriv";
