/**
 * The algorithms that SSH agrees on: what the library has, and what one may say
 * about them.
 *
 * @see RFC 4253 §7.1
 * @module
 */

/** What is agreed on in a handshake, by the names of its lists. */
export type AlgorithmKind = "kex" | "hostKeys" | "ciphers" | "macs";

/** Which algorithms to offer; see {@linkcode connect}. */
export interface SshAlgorithms {
  /** Key exchanges, the best first, in place of the usual ones. */
  readonly kex?: readonly string[] | undefined;
  /** Signatures of the server's key, in place of the usual ones. */
  readonly hostKeys?: readonly string[] | undefined;
  /** Ciphers, in place of the usual ones. */
  readonly ciphers?: readonly string[] | undefined;
  /** Message authentication codes, in place of the usual ones. */
  readonly macs?: readonly string[] | undefined;
  /**
   * Beside the usual ones, of whatever kind, and tried last: what old machines
   * need, such as `"diffie-hellman-group14-sha1"`, `"ssh-rsa"`, `"aes128-cbc"`.
   */
  readonly add?: readonly string[] | undefined;
  /** Not to be offered, of whatever kind. */
  readonly remove?: readonly string[] | undefined;
}

/** The lists of a handshake, the best first. */
export type AlgorithmLists = Readonly<Record<AlgorithmKind, readonly string[]>>;

/**
 * The algorithms that handshakes offer unless told otherwise, the best first:
 * those of OpenSSH that the library has.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * assert.equal(net.ssh.usualAlgorithms.kex[0], "curve25519-sha256");
 * assert.ok(!net.ssh.usualAlgorithms.ciphers.some((name) => name.endsWith("-cbc")));
 * ```
 */
export const usualAlgorithms: AlgorithmLists = {
  kex: [
    "curve25519-sha256",
    "curve25519-sha256@libssh.org",
    "ecdh-sha2-nistp256",
    "ecdh-sha2-nistp384",
    "diffie-hellman-group-exchange-sha256",
    "diffie-hellman-group16-sha512",
    "diffie-hellman-group18-sha512",
    "diffie-hellman-group14-sha256",
  ],
  hostKeys: [
    "ssh-ed25519",
    "ecdsa-sha2-nistp256",
    "ecdsa-sha2-nistp384",
    "ecdsa-sha2-nistp521",
    "rsa-sha2-512",
    "rsa-sha2-256",
  ],
  ciphers: [
    // AES in hardware is several times faster than what there is for ChaCha20.
    "aes128-gcm@openssh.com",
    "aes256-gcm@openssh.com",
    "aes128-ctr",
    "aes192-ctr",
    "aes256-ctr",
    "chacha20-poly1305@openssh.com",
  ],
  macs: [
    "hmac-sha2-256-etm@openssh.com",
    "hmac-sha2-512-etm@openssh.com",
    "hmac-sha2-256",
    "hmac-sha2-512",
    "hmac-sha1-etm@openssh.com",
    "hmac-sha1",
  ],
};

/**
 * Algorithms that are offered only when they are asked for by name: what SHA-1,
 * CBC or small groups leave open to an attacker.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * assert.ok(net.ssh.legacyAlgorithms.hostKeys.includes("ssh-rsa"));
 * ```
 */
export const legacyAlgorithms: AlgorithmLists = {
  kex: [
    "diffie-hellman-group14-sha1",
    "diffie-hellman-group-exchange-sha1",
    "diffie-hellman-group1-sha1",
  ],
  hostKeys: ["ssh-rsa"],
  ciphers: ["aes128-cbc", "aes256-cbc", "3des-cbc"],
  macs: ["hmac-sha1-96", "hmac-md5"],
};
