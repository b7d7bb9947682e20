/**
 * Is a certificate to be believed? Building a chain up to a root that is
 * trusted, and checking it link by link, so that what breaks it can be named.
 *
 * @see RFC 5280 §6, RFC 9525
 * @module
 */

import { Certificate } from "./certificate.ts";
import { ChainVerdict } from "./path/chain_verdict.ts";
import { RevocationList } from "./crl.ts";
import { OcspResponse } from "./ocsp.ts";
import type { RevocationStatus } from "./ocsp_check.ts";
import {
  type Effort,
  findPaths,
  type FoundPath,
  Pool,
  signedBy,
} from "./path/path_build.ts";
import { noneElsewhere } from "../known_options.ts";
import { VERIFIER_NAMES } from "./option_names.ts";
import {
  certificatesFrom,
  listOf,
  listsFrom,
  trustStoreFrom,
} from "./read_options.ts";
import type { CertificateSource, RevocationSource } from "./tls_options.ts";
import { checkPath, type PathRequirements } from "./path/path_checks.ts";
import { matchesHost, plainHost } from "./path/path_host.ts";
import type { PolicyOptions } from "./path/path_policy.ts";
import {
  badSignature,
  type ChainProblem,
  endsInItself,
  missingIssuer,
  quoted,
  unsupportedSignature,
} from "./path/path_problem.ts";
import { checkRevocation } from "./path/path_revocation.ts";
import { TrustStore } from "./path/path_roots.ts";
import {
  type VerifyingKey,
  verifySignature,
  withParameters,
} from "./certificates/signature.ts";

export { matchesHost };
export type { PolicyOptions };

/** Options for {@linkcode verifyChain}. */
export interface VerifyOptions {
  /** The host that it should be for; a name or an address. @default {any} */
  host?: string | undefined;
  /** The moment at which it should hold. @default {now} */
  at?: Date | undefined;
  /**
   * Whom to trust: PEM text, the path of a file, or certificates.
   * @default {this system's roots}
   */
  roots?: CertificateSource | TrustStore | undefined;
  /**
   * More certificates that may help to find a way up: PEM text, the path of a
   * file, or certificates. @default {none}
   */
  intermediates?: CertificateSource | undefined;
  /** What it should be for. @default {"server"} */
  purpose?: "server" | "client" | "code" | "email" | "any" | undefined;
  /** The least bits of an RSA key. @default {2048} */
  minimumRsaBits?: number | undefined;
  /** Whether weak keys and digests will do. @default {false} */
  allowWeak?: boolean | undefined;
  /** What is asked of the policies. @default {nothing} */
  policies?: PolicyOptions | undefined;
  /**
   * Revocation lists to look it up in: PEM text, the path of a file, or lists.
   * @default {none}
   */
  lists?: RevocationSource | undefined;
  /** OCSP answers to look it up in. @default {none} */
  answers?: OcspResponse | Iterable<OcspResponse> | undefined;
  /**
   * Whether each certificate has to be known not to be revoked; else what is
   * not known does no harm. @default {false}
   */
  requireRevocation?: boolean | undefined;
}

const PURPOSES = {
  server: "serverAuth",
  client: "clientAuth",
  code: "codeSigning",
  email: "emailProtection",
  any: undefined,
} as const;

/** Ways that are looked at, and signatures that are verified, for one verdict. */
const EFFORT: Readonly<Effort> = { signatures: 256, paths: 64 };

/** How far those who sign lists are followed. */
const SIGNER_DEPTH = 2;

/** All that a verdict is made with. */
interface Case {
  readonly wanted: PathRequirements;
  readonly pool: Pool;
  readonly roots: TrustStore;
  readonly lists: readonly RevocationList[];
  readonly answers: readonly OcspResponse[];
  readonly requireRevocation: boolean;
  readonly effort: Effort;
  /** Who signs lists and is being judged for that. */
  readonly signers: readonly Certificate[];
}

/** A way up with all that is wrong with it. */
interface Judged {
  readonly chain: readonly Certificate[];
  readonly anchored: boolean;
  readonly problems: readonly ChainProblem[];
  readonly revocation: readonly (RevocationStatus | undefined)[];
}

/**
 * Verifies a certificate: finds the way from it up to a trusted root, and holds
 * each link against what it may do. Whatever is wrong is told in the verdict
 * and not thrown.
 *
 * @param certificates The certificate: PEM text, the path of a file, or read;
 * others behind it, as servers send them, help to find the way.
 * @param options The host, whom to trust, the moment, and what else to ask.
 * @returns The verdict with the chain from the certificate up to the root.
 * @throws {TypeError} If there is no certificate.
 * @throws {RangeError} If the host can be none, or `at` is no date.
 * @throws {NetError} `"not-found"`, `"malformed"` if a file is.
 * @see RFC 5280 §6.1, RFC 9525
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const ca = await net.tls.authority.create({ name: "Lab CA" });
 * const { certificate } = await ca.issue({ hosts: ["www.lab.example"] });
 * const roots = [ca.certificate];
 * const verdict = await net.tls.verifyChain(certificate, { roots, host: "mail.lab.example" });
 * assert.equal(
 *   verdict.reason,
 *   '"www.lab.example" is not for mail.lab.example, but for www.lab.example',
 * );
 * ```
 */
export async function verifyChain(
  certificates: CertificateSource,
  options: VerifyOptions = {},
): Promise<ChainVerdict> {
  const doing = "verify a chain";
  noneElsewhere(doing, options, VERIFIER_NAMES);
  const ones = <T>(
    name: string,
    kind: new (...parts: never[]) => T,
    source: T | Iterable<T>,
  ) => listOf(kind, source, doing, `'${name}' must be of ${kind.name}`);
  const read = async (name: string, source: CertificateSource) =>
    typeof source === "string"
      ? await certificatesFrom(`read the ${name}`, source)
      : ones(name, Certificate, source);
  const given = await read("certificates", certificates);
  const { at = new Date(), host, purpose = "server" } = options;
  const [leaf, ...others] = given;
  if (!leaf) {
    throw new TypeError(
      "Cannot verify a chain as 'certificates' must have one at least: current value is empty",
    );
  }
  if (!(at instanceof Date && Number.isFinite(at.getTime()))) {
    throw new RangeError(
      `Cannot verify a chain as 'at' must be a date: current value is ${at}`,
    );
  }
  if (host !== undefined && plainHost(host) === undefined) {
    throw new RangeError(
      `Cannot verify a chain as 'host' must be a name or an address: current value is ${host}`,
    );
  }
  if (!Object.hasOwn(PURPOSES, purpose)) {
    throw new TypeError(
      `Cannot verify a chain as 'purpose' must be one of ${
        Object.keys(PURPOSES).join(", ")
      }: current value is ${purpose}`,
    );
  }
  const { intermediates = [], lists = [], answers = [] } = options;
  const judged = await judge(leaf, {
    wanted: {
      at,
      host,
      purpose: PURPOSES[purpose],
      minimumRsaBits: options.minimumRsaBits ?? 2048,
      allowWeak: options.allowWeak ?? false,
      policies: options.policies ?? {},
    },
    pool: new Pool([
      ...others,
      ...await read("intermediates", intermediates),
    ]),
    roots: await trustStoreFrom("read the trusted roots", options.roots),
    lists: typeof lists === "string"
      ? await listsFrom("read the revocation lists", lists)
      : ones("lists", RevocationList, lists),
    answers: ones("answers", OcspResponse, answers),
    requireRevocation: options.requireRevocation ?? false,
    effort: { ...EFFORT },
    signers: [],
  });
  return new ChainVerdict({ ...judged, host, at });
}

/** Looks at each way up until one is without fault; else gives the best. */
async function judge(leaf: Certificate, about: Case): Promise<Judged> {
  const { pool, roots, wanted, effort } = about;
  let best: Judged | undefined;
  for await (const path of findPaths(leaf, pool, roots, wanted.at, effort)) {
    const judged = await judgePath(path, about);
    if (judged.problems.length === 0) return judged;
    if (!best || isBetter(judged, best)) best = judged;
  }
  best ??= await judgePath({ chain: [leaf], deadEnd: undefined }, about, false);
  if (effort.paths > 0 && effort.signatures > 0) return best;
  const problem: ChainProblem = {
    code: "too-complex",
    certificate: leaf,
    link: 0,
    message: `there are too many ways up from ${
      quoted(leaf)
    } to look at them all`,
    hint: "send only the certificates that are needed",
  };
  return { ...best, problems: [...best.problems, problem] };
}

function isBetter(a: Judged, b: Judged): boolean {
  if (a.anchored !== b.anchored) return a.anchored;
  if (a.problems.length !== b.problems.length) {
    return a.problems.length < b.problems.length;
  }
  return a.chain.length > b.chain.length;
}

async function judgePath(
  { chain, deadEnd }: FoundPath,
  about: Case,
  anchored: boolean = deadEnd === undefined,
): Promise<Judged> {
  const { wanted } = about;
  const keys = keysOf(chain);
  const problems: ChainProblem[] = [];
  if (deadEnd) {
    const link = chain.length - 1;
    const top = chain[link]!;
    problems.push(
      deadEnd.selfSigned
        ? endsInItself(top, link)
        : deadEnd.impostor
        ? badSignature(top, link, deadEnd.impostor)
        : missingIssuer(top, link),
    );
  }
  problems.push(
    ...await signaturesOf(chain, keys),
    ...checkPath(chain, anchored, wanted),
  );
  const revocation: (RevocationStatus | undefined)[] = [];
  const asked = about.requireRevocation || about.lists.length > 0 ||
    about.answers.length > 0;
  if (asked && anchored) {
    for (let link = 0; link + 1 < chain.length; link++) {
      const status = await revocationOf(chain, keys, link, about);
      revocation.push(status);
      const problem = revocationProblem(chain[link]!, link, status, about);
      if (problem) problems.push(problem);
    }
  }
  return { chain, anchored, problems, revocation };
}

/** The keys of a chain, each with what it has from the one above. */
function keysOf(chain: readonly Certificate[]): VerifyingKey[] {
  const keys: VerifyingKey[] = [];
  for (let link = chain.length - 1; link >= 0; link--) {
    const certificate = chain[link]!;
    const above = keys[0];
    keys.unshift(above ? withParameters(certificate, above) : certificate);
  }
  return keys;
}

/** Verifies again what could not be on the way up, and says what still cannot. */
async function signaturesOf(
  chain: readonly Certificate[],
  keys: readonly VerifyingKey[],
): Promise<ChainProblem[]> {
  const problems: ChainProblem[] = [];
  for (let link = 0; link + 1 < chain.length; link++) {
    const certificate = chain[link]!;
    const issuer = chain[link + 1]!;
    const key = keys[link + 1]!;
    const verdict = key === issuer
      ? await signedBy(certificate, issuer)
      : await verifySignature(certificate, key);
    if (verdict === "bad") {
      problems.push(badSignature(certificate, link, issuer));
    } else if (verdict === "unsupported") {
      problems.push(unsupportedSignature(certificate, link, issuer));
    }
  }
  return problems;
}

async function revocationOf(
  chain: readonly Certificate[],
  keys: readonly VerifyingKey[],
  link: number,
  about: Case,
): Promise<RevocationStatus> {
  const { pool, roots, lists, answers, wanted } = about;
  const anchor = chain.at(-1)!;
  return await checkRevocation(chain[link]!, chain[link + 1]!, {
    lists,
    answers,
    about: (subject) => [
      ...chain.filter((one) => one.subject.equals(subject)),
      ...pool.about(subject),
    ],
    keyOf: (one) => keys[chain.indexOf(one)] ?? one,
    trusts: async (signer) => {
      // Who signs lists may well be in one of its own.
      const judging = about.signers.some((one) => one.equals(signer));
      if (judging || signer.equals(anchor)) return true;
      if (about.signers.length >= SIGNER_DEPTH) return false;
      const { problems } = await judge(signer, {
        ...about,
        wanted: {
          ...wanted,
          host: undefined,
          purpose: undefined,
          policies: {},
        },
        roots: new TrustStore([anchor], roots.source),
        signers: [...about.signers, signer],
      });
      return problems.length === 0;
    },
  }, wanted.at);
}

function revocationProblem(
  certificate: Certificate,
  link: number,
  { status, message }: RevocationStatus,
  { requireRevocation }: Case,
): ChainProblem | undefined {
  if (status === "revoked") {
    return {
      code: "revoked",
      certificate,
      link,
      message: `${quoted(certificate)} was revoked: ${message}`,
      hint: "have a new certificate issued, for a new key",
    };
  }
  return status === "unknown" && requireRevocation
    ? {
      code: "revocation-unknown",
      certificate,
      link,
      message: `whether ${
        quoted(certificate)
      } was revoked is not known: ${message}`,
      hint: "give a current revocation list or OCSP answer of its issuer",
    }
    : undefined;
}
