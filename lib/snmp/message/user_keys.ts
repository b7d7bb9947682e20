/**
 * What a user's passwords are for: to sign and to encrypt, as any engine.
 *
 * A password costs a million octets of hashing, which is done once; a key for
 * another engine is made of that quickly. So nobody can keep this machine busy by
 * naming engines that there are none of.
 *
 * @see RFC 3414 §2.6, §6, appendix A.2, RFC 7860
 * @module
 */

import { DecodeError } from "../../errors.ts";
import { type Pdu, readScopedPdu, type Security } from "../asking/message.ts";
import {
  DIGESTS,
  type EngineUser,
  engineUser,
  levelOf,
} from "../asking/security.ts";
import type { Loaded } from "../session.ts";
import type { SecurityLevel, User } from "../user.ts";

/** Octets of a password, again and again, that are hashed. */
const STRETCHED = 1 << 20;
/** Keys that are kept; engines that sign are few. */
const KEYS = 1024;

/** Which engine a message is made for, and what its clock says. */
export interface EngineClock {
  readonly engineId: Uint8Array;
  readonly boots: number;
  readonly time: number;
}

/** One user's keys for any engine. */
export class UserKeys {
  readonly name: string;
  readonly level: SecurityLevel;
  readonly #loaded: Loaded;
  readonly #user: EngineUser;
  readonly #digest: readonly [name: string, octets: number] | undefined;
  readonly #keys = new Map<string, Uint8Array>();
  #stretched: Uint8Array | undefined;

  /**
   * Checks a user.
   *
   * @param loaded net-snmp and node:crypto.
   * @param user The user.
   * @throws {TypeError} If a protocol is none.
   * @throws {RangeError} If a password is too short.
   */
  constructor(loaded: Loaded, user: User) {
    this.name = user.name;
    this.level = levelOf(user);
    this.#loaded = loaded;
    this.#user = engineUser(user);
    this.#digest = user.auth && DIGESTS[user.auth.protocol];
  }

  /** Octets of a signature; 0 for a user that has none. */
  get signatureLength(): number {
    return this.#digest?.[1] ?? 0;
  }

  #key(engineId: Uint8Array): Uint8Array {
    const id = engineId.toHex();
    const known = this.#keys.get(id);
    if (known !== undefined) return known;
    const { crypto, bytes } = this.#loaded;
    const [name] = this.#digest!;
    const hash = (...parts: readonly Uint8Array[]) => {
      const hashing = crypto.createHash(name);
      for (const part of parts) hashing.update(part);
      return hashing.digest();
    };
    const long = this.#stretched ??= hash(
      bytes.alloc(STRETCHED, this.#user.authKey!),
    );
    const key = hash(long, engineId, long);
    if (this.#keys.size >= KEYS) {
      this.#keys.delete(this.#keys.keys().next().value!);
    }
    this.#keys.set(id, key);
    return key;
  }

  /**
   * Signs octets.
   *
   * @param octets The message, with zeros where the signature will be.
   * @param engineId Of which engine the key is.
   */
  sign(octets: Uint8Array, engineId: Uint8Array): Uint8Array {
    const [name, length] = this.#digest!;
    const hmac = this.#loaded.crypto.createHmac(name, this.#key(engineId));
    return hmac.update(octets).digest().subarray(0, length);
  }

  /**
   * Whether this user has signed a message.
   *
   * @param octets The message.
   * @param security Its header.
   */
  isGenuine(octets: Uint8Array, security: Security): boolean {
    const [start, end] = security.signature;
    if (this.#digest === undefined || end - start !== this.#digest[1]) {
      return false;
    }
    const blank = octets.slice().fill(0, start, end);
    return this.#loaded.crypto.timingSafeEqual(
      this.sign(blank, security.engineId),
      octets.subarray(start, end),
    );
  }

  /**
   * Encrypts a scoped PDU.
   *
   * @param scoped The octets.
   * @param clock The engine that the key is of.
   */
  encrypt(
    scoped: Uint8Array,
    clock: EngineClock,
  ): { readonly encrypted: Uint8Array; readonly salt: Uint8Array } {
    const { library, bytes } = this.#loaded;
    const { authProtocol, privProtocol, privKey } = this.#user;
    const algorithm = library.Encryption.algorithms[privProtocol!]!;
    const { encryptedPdu, msgPrivacyParameters } = algorithm.encryptPdu(
      bytes.from(scoped),
      privProtocol!,
      privKey!,
      authProtocol!,
      this.#engine(clock),
    );
    return { encrypted: encryptedPdu, salt: msgPrivacyParameters };
  }

  /**
   * Decrypts a scoped PDU that is genuine.
   *
   * @param security The message's header.
   * @throws {DecodeError} If nothing sensible comes out.
   */
  decrypt(security: Security): Pdu {
    const { library, bytes } = this.#loaded;
    const { authProtocol, privProtocol, privKey } = this.#user;
    const { salt, encrypted } = security;
    if (salt.length !== 8 || encrypted === undefined) {
      throw new DecodeError("the salt has no 8 octets", {
        layer: "snmp",
        offset: 0,
        needed: 8,
        available: salt.length,
      });
    }
    let plain: Uint8Array;
    try {
      plain = library.Encryption.algorithms[privProtocol!]!.decryptPdu(
        bytes.from(encrypted),
        privProtocol!,
        bytes.from(salt),
        privKey!,
        authProtocol!,
        this.#engine(security),
      );
    } catch (cause) {
      throw new DecodeError("it cannot be decrypted", {
        layer: "snmp",
        offset: 0,
        cause,
      });
    }
    // Octets alone: a Buffer slices otherwise.
    return readScopedPdu(
      new Uint8Array(plain.buffer, plain.byteOffset, plain.length),
    );
  }

  #engine({ engineId, boots, time }: EngineClock) {
    const engineID = this.#loaded.bytes.from(engineId);
    return { engineID, engineBoots: boots, engineTime: time };
  }
}
