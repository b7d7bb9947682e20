/**
 * How an ACME server looks whether a client holds the name that it asks for.
 *
 * @module
 */

import type { Deadline } from "../../deadline.ts";
import { parse } from "../../ip/address.ts";
import { Certificate } from "../certificate.ts";
import { probe } from "../probe/probe.ts";
import { AcmeProblem } from "./problem.ts";

/** The ways of proving control (RFC 8555 §8, RFC 8737). */
export type AcmeChallengeType = "http-01" | "dns-01" | "tls-alpn-01";

/** What is proven: a DNS name or an address (RFC 8738). */
export interface AcmeIdentifier {
  /** What kind of name it is. */
  readonly type: "dns" | "ip";
  /** The name, without the `*.` of a wildcard, or the address. */
  readonly value: string;
}

/** Where a validation looks. */
export interface ValidationPlaces {
  /** The address of a name, where the system's resolver does not know it. */
  readonly addressOf: (name: string) => string | Promise<string>;
  /** The port of http-01; RFC 8555 wants 80. */
  readonly httpPort: number;
  /** The port of tls-alpn-01; RFC 8737 wants 443. */
  readonly tlsPort: number;
  /** Who is asked for TXT records; the system's servers if none. */
  readonly nameServer: { ipAddr: string; port?: number } | undefined;
}

/** Returns if the proof is there, throws an {@linkcode AcmeProblem} if not. */
type Validate = (
  identifier: AcmeIdentifier,
  token: string,
  keyAuthorization: string,
  places: ValidationPlaces,
  deadline: Deadline,
) => Promise<void>;

/** A proof longer than this is none. */
const LONGEST_ANSWER = 8192;

/** `id-pe-acmeIdentifier` (RFC 8737 §3). */
export const ACME_IDENTIFIER = "1.3.6.1.5.5.7.1.31";

/** The protocol of tls-alpn-01 (RFC 8737 §6.2). */
const PROTOCOL = "acme-tls/1";

/** The validations by their challenge's type. */
export const VALIDATIONS: Readonly<Record<AcmeChallengeType, Validate>> = {
  "http-01": validateHttp,
  "dns-01": validateDns,
  "tls-alpn-01": validateTlsAlpn,
};

async function validateHttp(
  { value }: AcmeIdentifier,
  token: string,
  keyAuthorization: string,
  { addressOf, httpPort }: ValidationPlaces,
  deadline: Deadline,
): Promise<void> {
  const { get } = await import("node:http");
  const path = `/.well-known/acme-challenge/${token}`;
  const where = `http://${value}:${httpPort}${path}`;
  const answer = Promise.withResolvers<string>();
  const request = get({
    host: await addressOf(value),
    port: httpPort,
    path,
    headers: { host: value, connection: "close" },
    signal: deadline.signal,
  }, (response) => {
    let text = "";
    response.setEncoding("latin1");
    response.on("data", (piece: string) => {
      text += piece;
      if (text.length > LONGEST_ANSWER) response.destroy();
    });
    response.on("error", answer.reject);
    response.on("close", () => {
      if (response.statusCode === 200) answer.resolve(text);
      else {
        answer.reject(
          new AcmeProblem(
            "unauthorized",
            `${where} answered ${response.statusCode} instead of 200`,
          ),
        );
      }
    });
  });
  request.on("error", answer.reject);
  const text = await answer.promise.catch((error: Error) => {
    if (error instanceof AcmeProblem) throw error;
    throw new AcmeProblem(
      "connection",
      `cannot get ${where}: ${reasonOf(error, deadline)}`,
    );
  });
  // White space at the end may be there (RFC 8555 §8.3).
  if (text.trimEnd() !== keyAuthorization) {
    throw new AcmeProblem(
      "incorrectResponse",
      `${where} answered with something else than the key authorization`,
    );
  }
}

async function validateDns(
  { value }: AcmeIdentifier,
  _token: string,
  keyAuthorization: string,
  { nameServer }: ValidationPlaces,
  deadline: Deadline,
): Promise<void> {
  const name = `_acme-challenge.${value}`;
  const wanted = (await digest(keyAuthorization)).toBase64({
    alphabet: "base64url",
    omitPadding: true,
  });
  let records: string[][];
  try {
    records = await deadline.race(Deno.resolveDns(name, "TXT", {
      ...nameServer === undefined ? {} : { nameServer },
      signal: deadline.signal,
    }));
  } catch (error) {
    throw new AcmeProblem(
      "dns",
      `cannot look up TXT of ${name}: ${reasonOf(error as Error, deadline)}`,
    );
  }
  if (!records.some((texts) => texts.join("") === wanted)) {
    throw new AcmeProblem(
      "unauthorized",
      `none of the ${records.length} TXT records of ${name} is ${wanted}`,
    );
  }
}

async function validateTlsAlpn(
  { type, value }: AcmeIdentifier,
  _token: string,
  keyAuthorization: string,
  { addressOf, tlsPort }: ValidationPlaces,
  deadline: Deadline,
): Promise<void> {
  const where = `${value}:${tlsPort}`;
  let certificate: Certificate;
  try {
    // Our own handshake, since the runtime's takes no certificate with a
    // critical extension that it does not know.
    const shown = await probe({
      hostname: await addressOf(value),
      port: tlsPort,
    }, {
      // An address goes in as its reverse name (RFC 8738 §6).
      serverName: type === "ip" ? parse(value).format("arpa") : value,
      alpn: [PROTOCOL],
      signal: deadline.signal,
    });
    if (shown.alpn !== PROTOCOL) {
      throw new AcmeProblem("tls", `${where} does not speak ${PROTOCOL}`);
    }
    certificate = new Certificate(shown.certificates[0]!);
  } catch (error) {
    if (error instanceof AcmeProblem) throw error;
    throw new AcmeProblem(
      "tls",
      `cannot shake hands with ${where}: ${reasonOf(error as Error, deadline)}`,
    );
  }
  const names = certificate.names.map((name) => name.value);
  const extension = certificate.extensions.find((x) =>
    x.oid === ACME_IDENTIFIER
  );
  // An OCTET STRING of 32 octets within the extension's own.
  const expected = Uint8Array.of(4, 32, ...await digest(keyAuthorization));
  if (
    names.length !== 1 || names[0] !== value || !extension?.critical ||
    extension.value.length !== expected.length ||
    !expected.every((octet, at) => extension.value[at] === octet)
  ) {
    throw new AcmeProblem(
      "unauthorized",
      `${where} showed a certificate for ${
        names.join(", ") || "no name"
      } that does not carry this challenge`,
    );
  }
}

async function digest(text: string): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(
    await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)),
  );
}

function reasonOf(error: Error, { signal }: Deadline): string {
  const cause: unknown = signal.aborted ? signal.reason : error;
  return cause instanceof Error ? cause.message : String(cause);
}
