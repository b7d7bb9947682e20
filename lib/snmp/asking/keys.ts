/**
 * What a user's passwords are for: to tell the agent's messages from others, and
 * to read them.
 *
 * @see RFC 3414 §6, §7, RFC 7860
 * @module
 */

import type { Buffer } from "node:buffer";
import { DecodeError } from "../../errors.ts";
import type { EngineFacts, Loaded } from "../session.ts";
import type { User } from "../user.ts";
import { type Pdu, readScopedPdu, type Security } from "./message.ts";
import { DIGESTS, type EngineUser, engineUser } from "./security.ts";

/** One user's keys; net-snmp keeps those that it has made of the passwords. */
export class Keys {
  /** The user as net-snmp takes it. */
  readonly user: EngineUser | undefined;
  readonly #loaded: Loaded;
  readonly #digest: readonly [name: string, octets: number] | undefined;

  /**
   * Checks the user.
   *
   * @param loaded net-snmp.
   * @param user The user of version 3, if it is that.
   */
  constructor(loaded: Loaded, user: User | undefined) {
    this.#loaded = loaded;
    this.user = user && engineUser(user);
    this.#digest = user?.auth && DIGESTS[user.auth.protocol];
  }

  /**
   * Whether the agent's engine, and nobody else's, has signed a message. The
   * signature is blanked in it, as it was when it was made.
   *
   * @param octets The message.
   * @param security Its header.
   * @param known The agent's engine ID: keys for others are not even made.
   */
  isGenuine(
    octets: Uint8Array,
    { signature: [start, end], engineId }: Security,
    known: Buffer | undefined,
  ): boolean {
    const { crypto, library } = this.#loaded;
    const [name, length] = this.#digest ?? [];
    if (name === undefined || end - start !== length) return false;
    if (!known?.equals(engineId)) return false;
    const { authProtocol, authKey } = this.user!;
    const key = library.Authentication.passwordToKey(
      authProtocol!,
      authKey!,
      known,
    );
    const found = octets.slice(start, end);
    octets.fill(0, start, end);
    const signature = crypto.createHmac(name, key).update(octets).digest();
    return crypto.timingSafeEqual(signature.subarray(0, length), found);
  }

  /**
   * Decrypts a message's PDU.
   *
   * @param security The message's header.
   * @param encrypted What it holds.
   * @param engineID The agent's engine ID, which is the header's.
   * @throws {DecodeError} If nothing sensible comes out.
   */
  decrypt(
    { salt, boots, time }: Security,
    encrypted: Uint8Array,
    engineID: Buffer,
  ): Pdu {
    const { algorithms } = this.#loaded.library.Encryption;
    const { authProtocol, privProtocol, privKey } = this.user!;
    if (salt.length !== 8) {
      throw new DecodeError("the salt has no 8 octets", {
        layer: "snmp",
        offset: 0,
        needed: 8,
        available: salt.length,
      });
    }
    const plain = algorithms[privProtocol!]!.decryptPdu(
      encrypted,
      privProtocol!,
      salt,
      privKey!,
      authProtocol!,
      { engineID, engineBoots: boots, engineTime: time },
    );
    // Octets alone: a Buffer slices otherwise.
    return readScopedPdu(
      new Uint8Array(plain.buffer, plain.byteOffset, plain.length),
    );
  }
}

/**
 * The agent's engine as net-snmp keeps it.
 *
 * @param security What a message says of it.
 * @param bytes node:buffer's `Buffer`.
 */
export function facts(
  { engineId, boots, time }: Security,
  bytes: typeof Buffer,
): EngineFacts {
  return {
    msgAuthoritativeEngineID: bytes.from(engineId),
    msgAuthoritativeEngineBoots: boots,
    msgAuthoritativeEngineTime: time,
  };
}
