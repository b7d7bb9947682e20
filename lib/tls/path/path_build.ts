/**
 * Finding the ways from a certificate up to one that is trusted, among
 * certificates in any order, some of which may be useless or hostile.
 *
 * @see RFC 4158, RFC 5280 §6.1.1
 * @module
 */

import type { Certificate } from "../certificate.ts";
import { sameOctets } from "../der/der.ts";
import type { TrustStore } from "./path_roots.ts";
import {
  type SignatureVerdict,
  verifySignature,
} from "../certificates/signature.ts";

/** The longest path that is looked for; public ones have four at most. */
const DEEPEST = 16;

/** Where a path could not go on. */
export interface DeadEnd {
  /** Someone of the right name, whose key did not sign. */
  readonly impostor: Certificate | undefined;
  /** Whether the last one has signed itself. */
  readonly selfSigned: boolean;
}

/** One way up. */
export interface FoundPath {
  /** The certificates, the one that was asked about first. */
  readonly chain: readonly Certificate[];
  /** Why it ends before anyone who is trusted; nothing if it does not. */
  readonly deadEnd: DeadEnd | undefined;
}

/** How much may be tried, counted down. */
export interface Effort {
  /** Signatures to verify. */
  signatures: number;
  /** Ways to look at. */
  paths: number;
}

/** Verdicts by certificate and key; the same authorities sign for everybody. */
const verdicts = new Map<string, SignatureVerdict>();

/** Verdicts that are kept. */
const KEPT = 4096;

/**
 * Whether a certificate is signed by the key of another.
 *
 * @param certificate The certificate.
 * @param issuer The other.
 */
export async function signedBy(
  certificate: Certificate,
  issuer: Certificate,
): Promise<SignatureVerdict> {
  const id = certificate.fingerprint() + issuer.pin;
  const known = verdicts.get(id);
  if (known) return known;
  const verdict = await verifySignature(certificate, issuer);
  if (verdicts.size >= KEPT) verdicts.delete(verdicts.keys().next().value!);
  verdicts.set(id, verdict);
  return verdict;
}

/** Certificates by the name of whom they are about. */
export class Pool {
  readonly #bySubject = new Map<string, Certificate[]>();

  /** Takes each certificate once. */
  constructor(certificates: Iterable<Certificate>) {
    const seen = new Set<string>();
    for (const certificate of certificates) {
      const id = certificate.fingerprint();
      if (seen.has(id)) continue;
      seen.add(id);
      const { key } = certificate.subject;
      const same = this.#bySubject.get(key);
      if (same) same.push(certificate);
      else this.#bySubject.set(key, [certificate]);
    }
  }

  /** Those about someone. */
  about(subject: { readonly key: string }): readonly Certificate[] {
    return this.#bySubject.get(subject.key) ?? [];
  }
}

/**
 * Looks for ways up, the likeliest first.
 *
 * @param leaf Where to start.
 * @param pool Certificates that may help.
 * @param roots Those that are trusted.
 * @param at The moment, for which the likeliest is judged.
 * @param effort How much may be tried.
 */
export async function* findPaths(
  leaf: Certificate,
  pool: Pool,
  roots: TrustStore,
  at: Date,
  effort: Effort,
): AsyncGenerator<FoundPath, void, void> {
  yield* climb([leaf]);

  async function* climb(
    chain: readonly Certificate[],
  ): AsyncGenerator<FoundPath, void, void> {
    const top = chain.at(-1)!;
    if (roots.has(top)) {
      effort.paths--;
      yield { chain, deadEnd: undefined };
      return;
    }
    let impostor: Certificate | undefined;
    let went = false;
    for (const candidate of candidates(top, pool, roots, at)) {
      if (effort.paths <= 0 || effort.signatures <= 0) return;
      if (chain.length >= DEEPEST || isIn(chain, candidate)) continue;
      effort.signatures--;
      // What cannot be verified yet may be when the key above is known.
      if (await signedBy(top, candidate) === "bad") {
        if (!contradict(top, candidate)) impostor ??= candidate;
        continue;
      }
      went = true;
      yield* climb([...chain, candidate]);
    }
    if (went || effort.paths <= 0) return;
    effort.paths--;
    const selfSigned = top.selfIssued && await signedBy(top, top) !== "bad";
    yield {
      chain,
      deadEnd: { impostor: selfSigned ? undefined : impostor, selfSigned },
    };
  }
}

/** Whether a certificate is there already, perhaps in another dress. */
function isIn(chain: readonly Certificate[], candidate: Certificate): boolean {
  return chain.some((one) =>
    one.subject.equals(candidate.subject) &&
    sameOctets(one.publicKey, candidate.publicKey)
  );
}

/** Whether the key's identifiers say that another key signed. */
function contradict(below: Certificate, above: Certificate): boolean {
  const [wanted, has] = [below.authorityKeyId?.keyId, above.subjectKeyId];
  return wanted !== undefined && has !== undefined && wanted !== has;
}

function candidates(
  below: Certificate,
  pool: Pool,
  roots: TrustStore,
  at: Date,
): Certificate[] {
  const trusted = roots.issuersOf(below);
  const others = pool.about(below.issuer).filter((one) => !roots.has(one));
  const rank = (one: Certificate, isRoot: boolean): number =>
    (contradict(below, one) ? 8 : 0) +
    (at < one.notBefore || at > one.notAfter ? 4 : 0) +
    (isRoot ? 0 : 2) +
    (one.selfIssued && !isRoot ? 1 : 0);
  return [
    ...trusted.map((one) => ({ one, rank: rank(one, true) })),
    ...others.map((one) => ({ one, rank: rank(one, false) })),
  ]
    .sort((a, b) =>
      a.rank - b.rank || b.one.notAfter.getTime() - a.one.notAfter.getTime()
    )
    .map(({ one }) => one);
}
