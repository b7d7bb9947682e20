/**
 * Asking live, over HTTP, whether certificates were revoked: at the addresses
 * that they name themselves.
 *
 * @see RFC 6960 appendix A (OCSP over HTTP), RFC 5280 §4.2.1.13 (lists)
 * @module
 */

import { Deadline, type DeadlineOptions } from "../deadline.ts";
import { NetError } from "../errors.ts";
import type { Certificate } from "./certificate.ts";
import { readRevocationLists, type RevocationList } from "./crl.ts";
import { fetchFailure } from "./fetch_failure.ts";
import { ocspRequest, OcspResponse } from "./ocsp.ts";
import { checkOcsp, type RevocationStatus } from "./ocsp_check.ts";
import { checkRevocation } from "./path/path_revocation.ts";
import { signedBy } from "./path/path_build.ts";

/** Options for {@linkcode revocation}. */
export interface RevocationOptions extends DeadlineOptions {
  /** How long all of it may take, in milliseconds. @default {10000} */
  timeout?: number | undefined;
  /** Stops it; the promise rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
  /** The moment for which to judge. @default {now} */
  at?: Date | undefined;
  /** Whom to ask: OCSP responders, lists, or both in turn. @default {"both"} */
  by?: "both" | "ocsp" | "crl" | undefined;
  /** Whether the answer has to be to this very question, and no kept one. @default {false} */
  fresh?: boolean | undefined;
  /** The most octets of a list to take. @default {33554432} */
  maxListBytes?: number | undefined;
}

/** What was had from the addresses of a chain's certificates. */
export interface RevocationEvidence {
  /** OCSP answers. */
  readonly answers: readonly OcspResponse[];
  /** Revocation lists. */
  readonly lists: readonly RevocationList[];
  /** What went wrong on the way, a sentence each. */
  readonly failures: readonly string[];
}

/** An honest answer has some 2 kB. */
const LARGEST_ANSWER = 1 << 17;

/** Addresses of one certificate that are tried. */
const TRIED = 3;

/** How long something without a date of its own is kept, in milliseconds. */
const KEPT_FOR = 3_600_000;

/** How many answers and lists are kept. */
const KEPT = 512;

interface Kept<T> {
  readonly value: T;
  readonly until: number;
}

const keptAnswers = new Map<string, Kept<OcspResponse>>();
const keptLists = new Map<string, Kept<readonly RevocationList[]>>();

/**
 * Asks whether a certificate was revoked, by OCSP and where that gives nothing
 * by its revocation lists. Answers and lists are kept until they are out of date.
 *
 * The certificate says whom to ask, so ask only about those that you would also
 * connect for.
 *
 * @param certificate The certificate.
 * @param issuer The certificate of who issued it.
 * @param options How long to wait, and whom to ask.
 * @returns What was found out; `"unknown"` with the reason if nothing was.
 * @throws The caller's own reason when the caller's signal aborts.
 * @see RFC 6960 §2, RFC 5280 §6.3
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const ca = await net.tls.authority.create({ name: "Lab CA" });
 * const { certificate } = await ca.issue({ hosts: ["www.lab.example"] });
 * const { status } = await net.tls.revocation(certificate, ca.certificate);
 * assert.equal(status, "unknown"); // it names nobody to ask
 * ```
 */
export async function revocation(
  certificate: Certificate,
  issuer: Certificate,
  options: RevocationOptions = {},
): Promise<RevocationStatus> {
  const { at = new Date(), timeout = 10_000, signal } = options;
  using deadline = new Deadline("ask about", certificate.serial, {
    timeout,
    signal,
  });
  const evidence = await evidenceFor(certificate, issuer, options, deadline);
  signal?.throwIfAborted();
  const status = await checkRevocation(certificate, issuer, {
    answers: evidence.answers,
    lists: evidence.lists,
    about: () => [],
    keyOf: (one) => one,
    trusts: async (signer) => await signedBy(signer, issuer) === "good",
  }, at);
  if (status.status !== "unknown" || evidence.failures.length === 0) {
    return status;
  }
  return {
    ...status,
    message: [...evidence.failures, ...status.by ? [status.message] : []]
      .join("; "),
  };
}

/**
 * Gets what there is to know about each certificate of a chain.
 *
 * @param chain The certificates from the host's own up to the root.
 * @param options How long to wait, and whom to ask.
 * @returns Answers and lists, for {@linkcode verifyChain} to judge.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const ca = await net.tls.authority.create({ name: "Lab CA" });
 * const { certificate } = await ca.issue({ hosts: ["www.lab.example"] });
 * const { chain } = await net.tls.verifyChain(certificate, { roots: [ca.certificate] });
 * const { answers, lists } = await net.tls.gatherRevocation(chain);
 * assert.deepEqual([answers, lists], [[], []]); // it names nobody to ask
 * ```
 */
export async function gatherRevocation(
  chain: readonly Certificate[],
  options: RevocationOptions = {},
): Promise<RevocationEvidence> {
  const { timeout = 10_000, signal } = options;
  using deadline = new Deadline("ask about", "a chain", { timeout, signal });
  const found = await Promise.all(
    chain.slice(0, -1).map((certificate, i) =>
      evidenceFor(certificate, chain[i + 1]!, options, deadline)
    ),
  );
  signal?.throwIfAborted();
  return {
    answers: found.flatMap(({ answers }) => answers),
    lists: found.flatMap(({ lists }) => lists),
    failures: found.flatMap(({ failures }) => failures),
  };
}

async function evidenceFor(
  certificate: Certificate,
  issuer: Certificate,
  options: RevocationOptions,
  deadline: Deadline,
): Promise<RevocationEvidence> {
  const { by = "both", at = new Date() } = options;
  if (!["both", "ocsp", "crl"].includes(by)) {
    throw new TypeError(
      `Cannot ask about ${certificate.serial} as 'by' must be one of both, ocsp, crl: current value is ${by}`,
    );
  }
  const failures: string[] = [];
  const attempt = async <T>(url: string, get: () => Promise<T>) => {
    try {
      return await get();
    } catch (error) {
      failures.push(`${url}: ${reasonOf(error, deadline)}`);
      return undefined;
    }
  };
  const { ocspUrls, crlUrls } = certificate;
  if (by !== "crl") {
    for (const url of ocspUrls.slice(0, TRIED)) {
      const answer = await attempt(
        url,
        () => ask(url, certificate, issuer, options, deadline.signal),
      );
      if (!answer) continue;
      const { status, message } = await checkOcsp(answer, certificate, issuer, {
        at,
      });
      if (status !== "unknown") {
        return { answers: [answer], lists: [], failures };
      }
      failures.push(`${url}: ${message}`);
    }
  }
  const lists: RevocationList[] = [];
  if (by !== "ocsp") {
    // Places may share the reasons out among them, so all are needed.
    for (const url of crlUrls.slice(0, TRIED)) {
      const got = await attempt(
        url,
        () => fetchLists(url, options, deadline.signal),
      );
      lists.push(...got ?? []);
    }
  }
  return { answers: [], lists, failures };
}

async function ask(
  url: string,
  certificate: Certificate,
  issuer: Certificate,
  { fresh = false, at = new Date() }: RevocationOptions,
  signal: AbortSignal,
): Promise<OcspResponse> {
  const id = `${url} ${issuer.pin} ${certificate.serial}`;
  if (!fresh) {
    const kept = keptAnswers.get(id);
    if (kept && kept.until > at.getTime()) return kept.value;
  }
  const nonce = fresh ? crypto.getRandomValues(new Uint8Array(32)) : undefined;
  const octets = await request(url, LARGEST_ANSWER, {
    method: "POST",
    headers: { "content-type": "application/ocsp-request" },
    body: ocspRequest(certificate, issuer, { nonce }),
    signal,
  });
  const answer = new OcspResponse(octets);
  const checked = await checkOcsp(answer, certificate, issuer, { at, nonce });
  if (fresh && checked.status !== "unknown" && !answer.nonce) {
    throw new Error("the answer does not repeat the question's nonce");
  }
  if (checked.status !== "unknown") {
    keep(keptAnswers, id, answer, checked.nextUpdate, at);
  }
  return answer;
}

async function fetchLists(
  url: string,
  { fresh = false, maxListBytes = 1 << 25, at = new Date() }: RevocationOptions,
  signal: AbortSignal,
): Promise<readonly RevocationList[]> {
  if (!fresh) {
    const kept = keptLists.get(url);
    if (kept && kept.until > at.getTime()) return kept.value;
  }
  const lists = readRevocationLists(
    await request(url, maxListBytes, { signal }),
  );
  if (lists.length === 0) throw new Error("there is no revocation list");
  const next = lists.map(({ nextUpdate }) => nextUpdate?.getTime() ?? Infinity);
  const soonest = Math.min(...next);
  keep(
    keptLists,
    url,
    lists,
    soonest === Infinity ? undefined : new Date(soonest),
    at,
  );
  return lists;
}

function keep<T>(
  store: Map<string, Kept<T>>,
  id: string,
  value: T,
  next: Date | undefined,
  at: Date,
): void {
  for (const oldest of store.keys()) {
    if (store.size < KEPT) break;
    store.delete(oldest);
  }
  store.set(id, { value, until: next?.getTime() ?? at.getTime() + KEPT_FOR });
}

/** Reads a body up to a limit, whatever its header says. */
async function request(
  url: string,
  most: number,
  init: RequestInit,
): Promise<Uint8Array> {
  if (!/^https?:\/\//i.test(url)) {
    throw new Error("only http and https addresses are asked");
  }
  const response = await fetch(url, init).catch((error) => {
    init.signal?.throwIfAborted();
    throw new Error(fetchFailure(error));
  });
  if (!response.ok || !response.body) {
    await response.body?.cancel();
    throw new Error(`HTTP status ${response.status}`);
  }
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of response.body) {
    length += part.length;
    if (length > most) throw new Error(`more than ${most} octets`);
    parts.push(part);
  }
  const all = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

function reasonOf(error: unknown, { signal }: Deadline): string {
  const by = signal.aborted ? signal.reason : error;
  if (by instanceof NetError && by.code === "timeout") {
    return "no answer in time";
  }
  return by instanceof Error ? by.message : `${by}`;
}
