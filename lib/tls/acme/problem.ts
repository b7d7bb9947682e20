/**
 * What an ACME server says when it refuses.
 *
 * @module
 */

/** The error types of RFC 8555 §6.7 that this server gives, and their status. */
const STATUS = {
  accountDoesNotExist: 400,
  alreadyRevoked: 400,
  badCSR: 400,
  badNonce: 400,
  badPublicKey: 400,
  badRevocationReason: 400,
  badSignatureAlgorithm: 400,
  connection: 400,
  dns: 400,
  incorrectResponse: 403,
  malformed: 400,
  orderNotReady: 403,
  rejectedIdentifier: 400,
  serverInternal: 500,
  tls: 400,
  unauthorized: 403,
  unsupportedIdentifier: 400,
} as const;

/** One of RFC 8555's error types, without its prefix. */
export type AcmeProblemType = keyof typeof STATUS;

/** A refusal, in the words that the client is told. */
export class AcmeProblem extends Error {
  /** Always `"AcmeProblem"`. */
  override readonly name = "AcmeProblem";
  /** The error type, without `urn:ietf:params:acme:error:`. */
  readonly type: AcmeProblemType;
  /** The answer's status code. */
  readonly status: number;
  readonly #members: Readonly<Record<string, unknown>>;

  /**
   * Describes a refusal.
   *
   * @param type The error type.
   * @param detail What is wrong, in plain words; the client is told.
   * @param members Further members of the document.
   * @param status The status code, where the type's own does not fit.
   */
  constructor(
    type: AcmeProblemType,
    detail: string,
    members: Readonly<Record<string, unknown>> = {},
    status: number = STATUS[type],
  ) {
    super(detail);
    this.type = type;
    this.status = status;
    this.#members = members;
  }

  /** The document that is sent (RFC 9457). */
  toJSON(): Record<string, unknown> {
    return {
      type: `urn:ietf:params:acme:error:${this.type}`,
      detail: this.message,
      status: this.status,
      ...this.#members,
    };
  }
}
