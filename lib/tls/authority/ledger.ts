/**
 * What an authority has issued and revoked, as a row of events.
 *
 * @module
 */

import { NetError } from "../../errors.ts";
import { Certificate } from "../certificate.ts";
import {
  reasonName,
  type RevocationReason,
} from "../certificates/crl_entries.ts";
import type { Kind } from "./profile.ts";

/** The number of each reason for revocation (RFC 5280 §5.3.1). */
export const REASONS: ReadonlyMap<RevocationReason, number> = new Map(
  Array.from({ length: 11 }, (_, n) => [reasonName(n), n] as const)
    .flatMap(([name, n]) => name === undefined ? [] : [[name, n] as const]),
);

/** That and when a certificate was revoked. */
export interface Revocation {
  /** When. */
  readonly at: Date;
  /** Why. */
  readonly reason: RevocationReason;
}

/** Something that happened, as one line of the index. */
export type LedgerEvent =
  | {
    readonly event: "issued";
    readonly at: string;
    readonly serial: string;
    readonly kind: Kind;
    readonly names: readonly string[];
    readonly notAfter: string;
    readonly renews?: string;
    readonly requested?: true;
    /** DER in base64. */
    readonly certificate: string;
  }
  | {
    readonly event: "revoked";
    readonly at: string;
    readonly serial: string;
    readonly reason: RevocationReason;
  }
  | { readonly event: "list"; readonly at: string; readonly number: number };

/** One certificate that an authority issued, and what became of it. */
export class IssueRecord {
  /** The serial number, as {@linkcode Certificate.serial}. */
  readonly serial: string;
  /** What it is for. */
  readonly kind: Kind;
  /** The names it is for; if it has none, the common name of whom it is about. */
  readonly names: readonly string[];
  /** When it was issued. */
  readonly issuedAt: Date;
  /** When it ends. */
  readonly notAfter: Date;
  /** Whether it was signed for a request: its key is somebody else's. */
  readonly requested: boolean;
  /** The serial number of the certificate that it took the place of. */
  readonly renews: string | undefined;
  /** The serial number of the certificate that took its place. */
  readonly renewedBy: string | undefined = undefined;
  /** When and why it was revoked; nothing if it is not. */
  readonly revoked: Revocation | undefined = undefined;
  readonly #der: string;
  #certificate: Certificate | undefined;

  /**
   * Takes what the index has.
   *
   * @param event The line that tells of it.
   */
  constructor(event: LedgerEvent & { readonly event: "issued" }) {
    this.serial = event.serial;
    this.kind = event.kind;
    this.names = event.names;
    this.issuedAt = new Date(event.at);
    this.notAfter = new Date(event.notAfter);
    this.requested = event.requested ?? false;
    this.renews = event.renews;
    this.#der = event.certificate;
  }

  /** The certificate itself. */
  get certificate(): Certificate {
    return this.#certificate ??= new Certificate(
      Uint8Array.fromBase64(this.#der),
    );
  }

  /**
   * Whether it holds: neither revoked nor at its end.
   *
   * @param at When. @default {now}
   * @returns Whether it does.
   */
  isLive(at: Date | number = Date.now()): boolean {
    return this.revoked === undefined && this.notAfter.getTime() >= Number(at);
  }

  /** The facts, without the octets of the certificate. */
  toJSON(): Record<string, unknown> {
    return Object.fromEntries(Object.entries(this));
  }
}

/** All records, and the number of the last revocation list. */
export class Ledger {
  readonly #records = new Map<string, IssueRecord>();
  #listNumber = 0;

  /** In the order in which they were issued. */
  get records(): readonly IssueRecord[] {
    return [...this.#records.values()];
  }

  /** The number of the last revocation list; 0 before the first. */
  get listNumber(): number {
    return this.#listNumber;
  }

  /** Whether something was issued under a serial number. */
  has(serial: string): boolean {
    return this.#records.has(serial);
  }

  /** What was issued under a serial number. */
  get(serial: string): IssueRecord | undefined {
    return this.#records.get(serial);
  }

  /**
   * Finds what was issued under a serial number.
   *
   * @param serial It.
   * @param op What for, for the error: `"revoke"`.
   * @throws {NetError} `"not-found"`.
   */
  find(serial: string, op: string): IssueRecord {
    const record = this.#records.get(serial);
    if (record !== undefined) return record;
    throw new NetError("this authority has issued nothing of that number", {
      code: "not-found",
      op,
      target: serial,
      hint: "authority.issued() lists what it has",
    });
  }

  /** Takes in what happened. */
  apply(event: LedgerEvent): void {
    switch (event.event) {
      case "issued": {
        this.#records.set(event.serial, new IssueRecord(event));
        if (event.renews) {
          this.#change(event.renews, { renewedBy: event.serial });
        }
        return;
      }
      case "revoked": {
        const { reason } = event;
        const revoked = reason === "removeFromCRL"
          ? undefined
          : { at: new Date(event.at), reason };
        return this.#change(event.serial, { revoked });
      }
      case "list":
        this.#listNumber = Math.max(this.#listNumber, event.number);
    }
  }

  #change(
    serial: string,
    change: Partial<Pick<IssueRecord, "revoked" | "renewedBy">>,
  ): void {
    const record = this.#records.get(serial);
    if (record !== undefined) Object.assign(record, change);
  }
}

/** Looks at what is known and says what happens next, if anything. */
export type Decide = (ledger: Ledger) => LedgerEvent | undefined;

/**
 * Where an authority's events are kept. Whoever adds one sees all earlier ones
 * first, and nobody else adds any meanwhile.
 */
export interface Store {
  /** What is known so far. */
  readonly ledger: Ledger;
  /** The folder; nothing if all is in memory. */
  readonly folder: string | undefined;
  /** Takes in what others have added. */
  refresh(): Promise<void>;
  /**
   * Adds an event.
   *
   * @param decide Looks at what is known and gives the event, or none, or throws.
   */
  commit(decide: Decide): Promise<void>;
  /**
   * Keeps the authority's own certificates anew.
   *
   * @param chain They, in PEM, the root last.
   */
  keepChain(chain: string): Promise<void>;
}

/** Keeps events as long as the program runs. */
export class MemoryStore implements Store {
  /** What is known so far. */
  readonly ledger: Ledger = new Ledger();
  /** There is none. */
  readonly folder = undefined;

  /** There are no others. */
  refresh(): Promise<void> {
    return Promise.resolve();
  }

  /** Adds an event. */
  commit(decide: Decide): Promise<void> {
    return Promise.try(() => {
      const event = decide(this.ledger);
      if (event !== undefined) this.ledger.apply(event);
    });
  }

  /** Whoever holds the authority has them. */
  keepChain(): Promise<void> {
    return Promise.resolve();
  }
}

/** A serial number in any of the usual spellings, as {@linkcode Certificate.serial}. */
export function plainSerial(
  which: string | { readonly serial: string },
): string {
  const given = typeof which === "string" ? which : which.serial;
  const digits = given.replace(/^0x|[\s:]/gi, "").replace(/^0+(?=.)/, "");
  if (!/^[0-9a-f]{1,80}$/i.test(digits)) {
    throw new TypeError(
      `Cannot find a certificate as 'serial' must be hexadecimal digits: current value is ${
        JSON.stringify(given)
      }`,
    );
  }
  return (digits.length % 2 === 0 ? digits : `0${digits}`).toUpperCase();
}
