/**
 * Reading and judging what a server showed in a handshake.
 *
 * @module
 */

import { DecodeError } from "../../errors.ts";
import { tlsCipherSuites } from "../../packet/layers/tls/cipher_suites.ts";
import {
  tlsGroups,
  type TlsNames,
  tlsSignatureSchemes,
  tlsVersions,
} from "../../packet/layers/tls/names.ts";
import { Certificate } from "../certificate.ts";
import { titleOf } from "../certificates/certificate_card.ts";
import {
  type CertificateTimestamp,
  readTimestamp,
} from "../certificates/certificate_timestamps.ts";
import { ChainVerdict } from "../path/chain_verdict.ts";
import type { InspectOptions } from "./inspect_options.ts";
import { keyNotProven, keyProven, type SeenMessage } from "./key_proof.ts";
import type { TlsAgreement, TlsInspectionFields } from "./inspection.ts";
import { OcspResponse } from "../ocsp.ts";
import { checkOcsp, type RevocationStatus } from "../ocsp_check.ts";
import { verifyChain } from "../path.ts";
import type { TrustStore } from "../path/path_roots.ts";
import type { ProbeResult } from "../probe/probe.ts";
import { trustStoreFrom } from "../read_options.ts";
import { gatherRevocation } from "../revocation.ts";

/** Certificates of one chain that are looked at. */
const MOST_SENT = 64;

/** Whom to trust. */
export function trustOf({ roots }: InspectOptions): Promise<TrustStore> {
  return trustStoreFrom("read the trusted roots", roots);
}

/** Reads and judges what came in one handshake. */
export async function judge(
  target: string,
  result: Shown,
  options: InspectOptions,
): Promise<
  & Omit<TlsInspectionFields, "serverName">
  & { readonly acknowledged: boolean }
> {
  const notes: string[] = [];
  const certificates = readSent(result.certificates, target, notes);
  const answer = readAnswer(result.ocspResponse, notes);
  const [leaf] = certificates;
  const [chain, proven] = leaf === undefined ? [] : await Promise.all([
    verdictOf(certificates, answer, options, notes),
    keyProven(result, leaf),
  ]);
  const verdict = proven === false ? withoutKey(leaf!, chain!) : chain;
  const issuer = verdict?.chain[1];
  const stapled = answer && issuer
    ? await checkOcsp(answer, certificates[0]!, issuer, { at: options.at })
    : undefined;
  return {
    target,
    agreement: agreementOf(result, proven),
    acknowledged: acknowledges(result),
    certificates,
    verdict,
    stapled,
    timestamps: timestampsOf(result.timestamps, notes),
    notes: [
      ...notes,
      ...notesOn({
        certificates,
        verdict,
        stapled,
        answer,
        version: result.version,
      }),
    ],
  };
}

/** The parts of a handshake that are looked at. */
export type Shown =
  & Pick<
    ProbeResult,
    | "version"
    | "cipherSuite"
    | "group"
    | "signatureScheme"
    | "alpn"
    | "certificates"
    | "ocspResponse"
    | "timestamps"
    | "clientCertificateWanted"
    | "helloRetry"
  >
  & {
    readonly times?: ProbeResult["times"] | undefined;
    readonly messages: readonly SeenMessage[];
  };

/** The verdict on a certificate that is shown by somebody else. */
function withoutKey(leaf: Certificate, verdict: ChainVerdict): ChainVerdict {
  return new ChainVerdict({
    ...verdict,
    anchored: verdict.root !== undefined,
    problems: [keyNotProven(leaf), ...verdict.problems],
  });
}

function agreementOf(
  result: Shown,
  proven: boolean | undefined,
): TlsAgreement {
  const named = (names: TlsNames, number: number | undefined) =>
    number === undefined
      ? undefined
      : names[number] ?? `0x${number.toString(16).padStart(4, "0")}`;
  const { times, version, cipherSuite, group, signatureScheme } = result;
  return {
    version: named(tlsVersions, version)!,
    cipherSuite: named(tlsCipherSuites, cipherSuite)!,
    group: named(tlsGroups, group),
    signatureScheme: named(tlsSignatureSchemes, signatureScheme),
    keyProven: proven,
    alpn: result.alpn,
    clientCertificateWanted: result.clientCertificateWanted,
    helloRetry: result.helloRetry,
    times: times && {
      connect: times.connected,
      handshake: times.done - times.connected,
    },
  };
}

/** Whether the server says that it used the name (RFC 6066 §3). */
function acknowledges({ messages }: Shown): boolean {
  return messages.some(({ message }) => {
    const { kind, extensions } = message as {
      readonly kind?: string;
      readonly extensions?: readonly { readonly kind: string }[];
    } ?? {};
    return (kind === "serverHello" || kind === "encryptedExtensions") &&
      (extensions?.some((one) => one.kind === "serverName") ?? false);
  });
}

function readSent(
  sent: readonly Uint8Array[],
  target: string,
  notes: string[],
): Certificate[] {
  const certificates: Certificate[] = [];
  for (const [i, der] of sent.slice(0, MOST_SENT).entries()) {
    try {
      certificates.push(new Certificate(der));
    } catch (error) {
      if (i === 0 || !(error instanceof DecodeError)) throw error;
      notes.push(
        `certificate ${
          i + 1
        } of ${sent.length} cannot be read: ${error.message}`,
      );
    }
  }
  if (sent.length > MOST_SENT) {
    notes.push(
      `${target} sends ${sent.length} certificates, of which the first ${MOST_SENT} are looked at`,
    );
  }
  return certificates;
}

function readAnswer(
  octets: Uint8Array | undefined,
  notes: string[],
): OcspResponse | undefined {
  if (!octets) return undefined;
  try {
    return new OcspResponse(octets);
  } catch (error) {
    notes.push(
      `the stapled OCSP answer cannot be read: ${(error as Error).message}`,
    );
    return undefined;
  }
}

function timestampsOf(
  all: readonly Uint8Array[],
  notes: string[],
): CertificateTimestamp[] {
  return all.flatMap((one) => {
    try {
      return readTimestamp(one) ?? [];
    } catch (error) {
      notes.push(`a timestamp cannot be read: ${(error as Error).message}`);
      return [];
    }
  });
}

/** Verifies, and asks live where that is wanted, and verifies again. */
export async function verdictOf(
  certificates: readonly Certificate[],
  answer: OcspResponse | undefined,
  options: InspectOptions,
  notes: string[] = [],
): Promise<ChainVerdict> {
  const answers = answer ? [answer] : [];
  const verdict = await verifyChain(certificates, { ...options, answers });
  if (!options.revocation || verdict.chain.length < 2) return verdict;
  const { timeout, signal, at } = options;
  const found = await gatherRevocation(verdict.chain, { timeout, signal, at });
  notes.push(...found.failures.map((failure) => `revocation: ${failure}`));
  return await verifyChain(certificates, {
    ...options,
    answers: [...answers, ...found.answers],
    lists: found.lists,
  });
}

/** What is worth a word though it breaks nothing. */
export function notesOn(
  { certificates, verdict, stapled, answer, version }: {
    readonly certificates: readonly Certificate[];
    readonly verdict: ChainVerdict | undefined;
    readonly stapled?: RevocationStatus | undefined;
    readonly answer?: OcspResponse | undefined;
    readonly version?: number;
  },
): string[] {
  const notes: string[] = [];
  const [leaf, ...others] = certificates;
  if (!leaf || !verdict) return notes;
  const used = (one: Certificate) =>
    verdict.chain.some((other) => other.equals(one));
  const idle = others.filter((one) => !used(one));
  if (idle.length > 0) {
    notes.push(
      `${idle.map((one) => `"${titleOf(one)}"`).join(", ")} ${
        idle.length === 1 ? "is" : "are"
      } sent too, and not needed for the chain`,
    );
  } else if (
    others.some((one, i) => !certificates[i]!.issuer.equals(one.subject))
  ) {
    notes.push(
      "the certificates are not sent in order, each before its issuer",
    );
  }
  const root = others.find((one) =>
    one === verdict.root || verdict.root?.equals(one)
  );
  if (root && root.selfIssued) {
    notes.push(`the root "${titleOf(root)}" is sent too, which nobody needs`);
  }
  const left = leaf.daysLeft(verdict.at);
  if (left >= 0 && left < 14) {
    notes.push(
      `the certificate expires in ${left} ${left === 1 ? "day" : "days"}`,
    );
  }
  if (version !== undefined && version < 0x0303) {
    notes.push(`${tlsVersions[version]} is out of use since RFC 8996`);
  }
  if (version !== undefined && leaf.mustStaple && !answer) {
    notes.push(
      "the certificate wants a stapled OCSP answer, and there is none",
    );
  }
  if (stapled?.status === "unknown") {
    notes.push(`the stapled OCSP answer is of no use: ${stapled.message}`);
  }
  return notes;
}
