/**
 * The handshake messages that TLS 1.3 sends encrypted. Some have the numbers of
 * messages of TLS 1.2, and other fields.
 *
 * @module
 */

import { list, record, sized } from "../../packet/compound.ts";
import { Cursor } from "../../packet/format.ts";
import { octets } from "../../packet/formats.ts";
import { latin1 } from "../../packet/latin1.ts";
import {
  handshakeMessages,
  type TlsMessage,
} from "../../packet/layers/tls/handshake.ts";
import {
  tlsGroups,
  tlsSignatureSchemes,
} from "../../packet/layers/tls/names.ts";
import {
  type OptionKinds,
  options,
  type OptionValue,
} from "../../packet/options.ts";
import { optional } from "../../packet/optional.ts";
import { join } from "./key_schedule.ts";

const scheme = { bits: 16, show: "hex", names: tlsSignatureSchemes } as const;
const schemes = { schemes: sized(16, list(scheme)) } as const;
const group = { bits: 16, names: tlsGroups } as const;
const extensionForm = { kind: 16, length: 16, covers: "value" } as const;

/** The server's answers to the extensions of the client (RFC 8446 §4.3.1). */
const encryptedExtensions = options({
  ...extensionForm,
  kinds: {
    0: ["serverName", {}],
    1: ["maxFragmentLength", { code: 8 }],
    10: ["supportedGroups", { groups: sized(16, list(group)) }],
    16: ["applicationProtocols", {
      protocols: sized(16, list(sized(8, latin1()))),
    }],
    28: ["recordSizeLimit", { octets: 16 }],
    42: ["earlyData", {}],
  },
});

/** What is said of one certificate (RFC 8446 §4.4.2.1). */
const certificateExtensions = options({
  ...extensionForm,
  kinds: {
    5: ["statusRequest", { type: 8, response: sized(24, octets()) }],
    18: ["signedCertificateTimestamp", {
      timestamps: sized(16, list(sized(16, octets()))),
    }],
  },
});

/** What a client is told about the certificate it should have (RFC 8446 §4.3.2). */
const requestExtensions = options({
  ...extensionForm,
  kinds: {
    5: ["statusRequest", { octets: octets() }],
    13: ["signatureAlgorithms", schemes],
    18: ["signedCertificateTimestamp", { octets: octets() }],
    47: ["certificateAuthorities", {
      names: sized(16, list(sized(16, octets()))),
    }],
    50: ["signatureAlgorithmsCert", schemes],
  },
});

const ticketExtensions = options({
  ...extensionForm,
  kinds: { 42: ["earlyData", { most: 32 }] },
});

const kinds = {
  // RFC 8446 §4.6.1
  4: ["newSessionTicket", {
    lifetimeSeconds: 32,
    ageAdd: 32,
    nonce: sized(8, octets()),
    ticket: sized(16, octets()),
    extensions: sized(16, ticketExtensions),
  }],
  5: ["endOfEarlyData", {}],
  8: ["encryptedExtensions", { extensions: sized(16, encryptedExtensions) }],
  // RFC 8446 §4.4.2: DER, the sender's own first.
  11: ["certificate", {
    context: sized(8, octets()),
    certificates: sized(
      24,
      list(record({
        certificate: sized(24, octets()),
        extensions: optional(sized(16, certificateExtensions)),
      })),
    ),
  }],
  13: ["certificateRequest", {
    context: sized(8, octets()),
    extensions: sized(16, requestExtensions),
  }],
  15: ["certificateVerify", {
    signatureAlgorithm: scheme,
    signature: sized(16, octets()),
  }],
  20: ["finished", { verifyData: octets() }],
  // RFC 8446 §4.6.3
  24: ["keyUpdate", {
    request: {
      bits: 8,
      names: { 0: "update_not_requested", 1: "update_requested" },
    },
  }],
  // RFC 8879 §4
  25: ["compressedCertificate", {
    algorithm: { bits: 16, names: { 1: "zlib", 2: "brotli", 3: "zstd" } },
    length: 24,
    octets: sized(24, octets()),
  }],
} as const satisfies OptionKinds;

/** A handshake message that TLS 1.3 sends encrypted; `kind` tells which. */
export type TlsEncryptedMessage = OptionValue<typeof kinds>;

const encryptedMessages = options({
  kind: 8,
  length: 24,
  covers: "value",
  kinds,
});

/** Any handshake message. */
export type HandshakeMessage = TlsMessage | TlsEncryptedMessage;

/**
 * Reads one handshake message.
 *
 * @param octets The whole message, type and length included.
 * @param version The version of the protocol, as far as it is settled.
 * @param isEncrypted Whether it came encrypted: in TLS 1.3 that decides which
 * messages there are.
 * @returns The message; `undefined` if its octets make none.
 *
 * @example
 * ```ts
 * import { readMessage } from "./encrypted_messages.ts";
 * import assert from "node:assert/strict";
 *
 * const update = readMessage(Uint8Array.of(24, 0, 0, 1, 1), 0x0304, true);
 * assert.deepEqual(update, { kind: "keyUpdate", request: 1 });
 * ```
 */
export function readMessage(
  octets: Uint8Array,
  version: number,
  isEncrypted: boolean,
): HandshakeMessage | undefined {
  const is1_3 = version === 0x0304 && isEncrypted;
  const cursor = new Cursor(octets, 0, octets.length);
  // What the layer of records would have read before.
  cursor.header = cursor.fields = { version, length: octets.length };
  try {
    const [message] = (is1_3 ? encryptedMessages : handshakeMessages)
      .read(cursor) as readonly HandshakeMessage[];
    return cursor.trouble === undefined ? message : undefined;
  } catch {
    return undefined;
  }
}

/** Octets of a message's number and length. */
const HEAD = 4;

/**
 * Cuts the contents of records into handshake messages, which may lie across
 * records, or several in one.
 *
 * @example
 * ```ts
 * import { Messages } from "./encrypted_messages.ts";
 * import assert from "node:assert/strict";
 *
 * const messages = new Messages();
 * messages.add(Uint8Array.of(14, 0));
 * assert.equal(messages.next(), undefined);
 * messages.add(Uint8Array.of(0, 0));
 * assert.deepEqual(messages.next(), Uint8Array.of(14, 0, 0, 0));
 * ```
 */
export class Messages {
  #parts: Uint8Array[] = [];
  #length = 0;
  #needed: number | undefined;

  /** Octets that are waiting for the rest of their message. */
  get waiting(): number {
    return this.#length;
  }

  /** How long the next message says it is, with its head, once that is there. */
  get needed(): number | undefined {
    if (this.#needed === undefined && this.#length >= HEAD) {
      const [, high, middle, low] = this.#whole();
      this.#needed = HEAD + (high! << 16 | middle! << 8 | low!);
    }
    return this.#needed;
  }

  /**
   * Takes the content of a record.
   *
   * @param content The octets, which must not change.
   */
  add(content: Uint8Array): void {
    if (content.length === 0) return;
    this.#parts.push(content);
    this.#length += content.length;
  }

  /**
   * Gives the next message.
   *
   * @returns The whole message; `undefined` while some of it lacks.
   */
  next(): Uint8Array | undefined {
    const { needed } = this;
    if (needed === undefined || needed > this.#length) return undefined;
    const all = this.#whole();
    this.clear();
    this.add(all.subarray(needed));
    return all.subarray(0, needed);
  }

  /** Forgets what is waiting. */
  clear(): void {
    this.#parts = [];
    this.#length = 0;
    this.#needed = undefined;
  }

  /** Joins the parts; not with each new one, as there may be many. */
  #whole(): Uint8Array {
    if (this.#parts.length > 1) this.#parts = [join(...this.#parts)];
    return this.#parts[0]!;
  }
}
