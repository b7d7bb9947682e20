/**
 * The part of an authority that signs certificates and keeps book of them.
 *
 * @module
 */

import { NetError } from "../../errors.ts";
import { Certificate } from "../certificate.ts";
import { signCertificate } from "./certificate_writer.ts";
import type { AlternativeName } from "./alternative_names.ts";
import { barred, type Constraints, knownConstraints } from "./constraints.ts";
import {
  authorityKeyId,
  basicConstraints,
  keyId,
  keyUsage,
  nameConstraints,
  subjectKeyId,
} from "./extensions.ts";
import { leafExtensions, type LeafFacts, urlExtensions } from "./leaf.ts";
import type { IssueRecord, Ledger, Store } from "./ledger.ts";
import type { AuthoritySettings, AuthorityUrls } from "./options.ts";
import type { PrivateKey } from "./private_key.ts";
import {
  AUTHORITY_USAGES,
  DAYS,
  type Kind,
  MOST_DAYS,
  type Validity,
  validity,
  type ValidityOptions,
} from "./profile.ts";

/** Octets of a serial number; RFC 5280 allows 20. */
const SERIAL_OCTETS = 16;

/** What a certificate is to say, and for whose key. */
export interface LeafOrder extends
  Omit<
    LeafFacts,
    "keyId" | "issuerKeyId" | "urls" | "hasSubject"
  > {
  /** What is being done, for errors. */
  readonly verb: string;
  /** Whom it is about, in DER. */
  readonly subject: Uint8Array;
  /** The key, as a SubjectPublicKeyInfo. */
  readonly publicKey: Uint8Array;
  /** When it holds. */
  readonly times: ValidityOptions;
  /** Days if nobody says how many. @default {397} */
  readonly usualDays?: number | undefined;
  /** Addresses instead of the authority's. */
  readonly urls: AuthorityUrls | undefined;
  /** The serial number of what it takes the place of. */
  readonly renews?: string | undefined;
  /** Whether the key is somebody else's. */
  readonly requested: boolean;
}

/** What an authority below is to be. */
export interface AuthorityOrder {
  /** What is being done, for errors. */
  readonly verb: string;
  /** Whom it is about, in DER. */
  readonly subject: Uint8Array;
  /** What it is called, for the book. */
  readonly name: string;
  /** The key, as a SubjectPublicKeyInfo. */
  readonly publicKey: Uint8Array;
  /** When it holds. */
  readonly times: ValidityOptions;
  /** How many may be below it. */
  readonly pathLength: number;
  /** What it may issue for. */
  readonly constraints: Constraints | undefined;
}

/** Signs with an authority's key, under an authority's name. */
export class Issuer {
  /** Its certificate first, the root last. */
  readonly chain: readonly Certificate[];
  /** Its key. */
  readonly key: PrivateKey;
  /** Its book. */
  readonly store: Store;
  /** What it does unless told otherwise. */
  readonly settings: AuthoritySettings;
  /** What the chain may not issue for. */
  readonly #constraints: readonly Constraints[];

  /**
   * Takes the parts.
   *
   * @param chain Its certificate first, the root last.
   * @param key Its key.
   * @param store Its book.
   * @param settings What it does unless told otherwise.
   */
  constructor(
    chain: readonly Certificate[],
    key: PrivateKey,
    store: Store,
    settings: AuthoritySettings,
  ) {
    this.chain = chain;
    this.key = key;
    this.store = store;
    this.settings = settings;
    this.#constraints = chain.map(({ nameConstraints }) =>
      knownConstraints(nameConstraints)
    ).filter((one) => one !== undefined);
  }

  /** Its own certificate. */
  get certificate(): Certificate {
    return this.chain[0]!;
  }

  /** What those who get a certificate send along: all but the root. */
  get between(): readonly Certificate[] {
    return this.chain.slice(0, -1);
  }

  /** How many authorities may still stand below; `Infinity` for any number. */
  get depth(): number {
    return Math.min(
      ...this.chain.map(({ pathLength = Infinity }, i) => pathLength - i),
    );
  }

  /** The identifier of its key, as its own certificate has it. */
  get keyId(): Promise<Uint8Array<ArrayBuffer>> {
    const { subjectKeyId } = this.certificate;
    return subjectKeyId === undefined
      ? keyId(this.key.publicKey)
      : Promise.resolve(Uint8Array.fromHex(subjectKeyId));
  }

  /** Signs a certificate that is no authority's, and books it. */
  async leaf(order: LeafOrder): Promise<Certificate> {
    const { verb, names, kind } = order;
    this.#checkNames(names, verb);
    const { maxDays = MOST_DAYS, urls = {} } = this.settings;
    const times = validity(
      order.times,
      order.usualDays ?? DAYS.leaf,
      maxDays,
      this.certificate,
      verb,
    );
    const hasSubject = order.subject.length > 2;
    const extensions = leafExtensions({
      ...order,
      hasSubject,
      urls: order.urls ?? urls,
      keyId: await keyId(order.publicKey),
      issuerKeyId: await this.keyId,
    });
    const parts = {
      subject: order.subject,
      publicKey: order.publicKey,
      extensions,
    };
    const texts = names.map(({ value }) => value);
    return await this.#sign(parts, times, (certificate) => ({
      kind,
      names: texts.length > 0
        ? texts
        : [certificate.subject.commonName ?? `${certificate.subject}`],
      renews: order.renews,
      ...(order.requested && { requested: true }),
    }));
  }

  /** Signs the certificate of an authority below, and books it. */
  async authority(order: AuthorityOrder): Promise<Certificate> {
    const { verb, publicKey, subject, constraints } = order;
    if (order.pathLength > this.depth - 1) {
      throw new RangeError(
        this.depth < 1
          ? `Cannot ${verb} as '${this.certificate.subject}' must have a path length above 0 to have authorities below it: current value is ${this.depth}`
          : `Cannot ${verb} as 'pathLength' must be below that of its signer, ${this.depth}: current value is ${order.pathLength}`,
      );
    }
    const times = validity(
      order.times,
      DAYS.intermediate,
      Infinity,
      this.certificate,
      verb,
    );
    const extensions = [
      basicConstraints(true, order.pathLength),
      keyUsage(AUTHORITY_USAGES),
      subjectKeyId(await keyId(publicKey)),
      authorityKeyId(await this.keyId),
      ...(constraints ? [nameConstraints(constraints)] : []),
      ...urlExtensions(this.settings.urls ?? {}),
    ];
    return await this.#sign({ subject, publicKey, extensions }, times, () => ({
      kind: "authority",
      names: [order.name],
    }));
  }

  /** Signs the certificate of an authority below once more, to end later. */
  async sameAuthority(
    { certificate: old, names }: IssueRecord,
    order: Pick<LeafOrder, "verb" | "times"> & { readonly usualDays: number },
  ): Promise<Certificate> {
    const times = validity(
      order.times,
      order.usualDays,
      Infinity,
      this.certificate,
      order.verb,
    );
    const { subject: { der: subject }, publicKey, extensions, serial } = old;
    const parts = { subject, publicKey, extensions };
    return await this.#sign(
      parts,
      times,
      () => ({ kind: "authority", names, renews: serial }),
    );
  }

  #checkNames(names: readonly AlternativeName[], verb: string): void {
    for (const constraints of this.#constraints) {
      const one = barred(names, constraints);
      if (one === undefined) continue;
      throw new RangeError(
        `Cannot ${verb} as each name must be one that '${this.certificate.subject}' may issue for: current value is ${one.value}`,
      );
    }
  }

  async #sign(
    parts: Pick<
      Parameters<typeof signCertificate>[0],
      "subject" | "publicKey" | "extensions"
    >,
    times: Validity,
    facts: (certificate: Certificate) => {
      readonly kind: Kind;
      readonly names: readonly string[];
      readonly renews?: string | undefined;
      readonly requested?: true;
    },
  ): Promise<Certificate> {
    const der = await signCertificate({
      ...parts,
      ...times,
      serial: freshSerial(),
      issuer: this.certificate.subject.der,
    }, this.key);
    const certificate = new Certificate(der);
    const { serial } = certificate;
    const { kind, names, renews, requested } = facts(certificate);
    await this.store.commit((ledger) => {
      checkFree(ledger, serial, renews);
      return {
        event: "issued",
        at: new Date().toISOString(),
        serial,
        kind,
        names,
        notAfter: times.notAfter.toISOString(),
        ...(renews !== undefined && { renews }),
        ...(requested && { requested }),
        certificate: der.toBase64(),
      };
    });
    return certificate;
  }
}

/** 126 bits that nobody can foretell, in 16 octets. */
export function freshSerial(): string {
  const octets = crypto.getRandomValues(new Uint8Array(SERIAL_OCTETS));
  // Positive, and of one length, so that certificates are as long as each other.
  octets[0] = octets[0]! & 0x3f | 0x40;
  return octets.toHex();
}

function checkFree(
  ledger: Ledger,
  serial: string,
  renews: string | undefined,
): void {
  if (ledger.has(serial)) {
    throw new NetError("the number is taken, by a chance of one in 2^126", {
      code: "in-use",
      op: "issue",
      target: serial,
    });
  }
  if (renews === undefined) return;
  const { renewedBy } = ledger.find(renews, "renew");
  if (renewedBy === undefined) return;
  throw new NetError(`${renewedBy} has taken its place already`, {
    code: "renewed",
    op: "renew",
    target: renews,
  });
}
