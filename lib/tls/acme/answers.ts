/**
 * The ways in which a client shows that it holds a name.
 *
 * @module
 */

import { NetError } from "../../errors.ts";
import { parse } from "../../ip/address.ts";
import { hostName } from "../authority/alternative_names.ts";
import { digest, subjectAltName } from "../authority/extensions.ts";
import { generateKey } from "../authority/read_key.ts";
import { writeSubject } from "../authority/subject.ts";
import { der as writeDer, TAG } from "../der/der.ts";
import { formatPem } from "../der/pem.ts";
import { signCertificate } from "../authority/certificate_writer.ts";
import {
  ACME_IDENTIFIER,
  type AcmeChallengeType,
  type AcmeIdentifier,
} from "./validation.ts";

/** A proof that is asked for. */
export interface AcmeProof {
  /** The name that has to be proven. */
  readonly identifier: AcmeIdentifier;
  /** What the server will ask by. */
  readonly token: string;
  /**
   * What has to be shown: the key authorization itself for http-01 and
   * tls-alpn-01, its digest in base64url for dns-01.
   */
  readonly value: string;
}

/** One way of answering challenges: shows proofs while they are asked for. */
export interface AcmeAnswer {
  /** Which challenges it answers. */
  readonly type: AcmeChallengeType;
  /** Shows a proof. */
  show(proof: AcmeProof): void | Promise<void>;
  /** Takes it away again; called also when the validation failed. */
  hide(proof: AcmeProof): void | Promise<void>;
}

/** Where an answer listens. */
export interface AcmeAnswerOptions {
  /** The address to listen on. @default {"0.0.0.0"} */
  hostname?: string;
  /** The port. @default {80 for http-01, 443 for tls-alpn-01, as the RFCs want} */
  port?: number;
}

/**
 * Answers http-01 challenges by a small web server that runs while a proof is
 * asked for.
 *
 * @param options Where it listens.
 * @returns The answer, for {@linkcode obtain}.
 * @see RFC 8555 §8.3
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const answer = net.tls.acme.http01({ port: 8080 });
 * assert.equal(answer.type, "http-01");
 * ```
 */
export function http01(options: AcmeAnswerOptions = {}): AcmeAnswer {
  const { hostname = "0.0.0.0", port = 80 } = options;
  const shown = new Map<string, string>();
  let server: Deno.HttpServer | undefined;
  return {
    type: "http-01",
    show({ token, value }) {
      shown.set(`/.well-known/acme-challenge/${token}`, value);
      try {
        server ??= Deno.serve({ hostname, port, onListen() {} }, (request) => {
          const text = shown.get(new URL(request.url).pathname);
          return text === undefined
            ? new Response("nothing here", { status: 404 })
            : new Response(text, {
              headers: { "content-type": "application/octet-stream" },
            });
        });
      } catch (cause) {
        throw refused("http-01", hostname, port, cause);
      }
    },
    async hide({ token }) {
      shown.delete(`/.well-known/acme-challenge/${token}`);
      if (shown.size > 0) return;
      const last = server;
      server = undefined;
      await last?.shutdown();
    },
  };
}

/**
 * Answers dns-01 challenges with what writes the TXT records, which only you
 * know: a name server's API, or `net.dns.serve` in the lab.
 *
 * @param records How a record comes and goes; `name` is `_acme-challenge.` and
 *   the host's name.
 * @returns The answer, for {@linkcode obtain}.
 * @see RFC 8555 §8.4
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const zone = new Map<string, string>();
 * const answer = net.tls.acme.dns01({
 *   add: (name, text) => void zone.set(name, text),
 *   remove: (name) => void zone.delete(name),
 * });
 * await answer.show({
 *   identifier: { type: "dns", value: "a.test" },
 *   token: "",
 *   value: "proof",
 * });
 * assert.equal(zone.get("_acme-challenge.a.test"), "proof");
 * ```
 */
export function dns01(records: {
  /** Adds a TXT record, and returns when the name servers give it out. */
  add(name: string, text: string): void | Promise<void>;
  /** Removes it again. */
  remove(name: string, text: string): void | Promise<void>;
}): AcmeAnswer {
  return {
    type: "dns-01",
    show: ({ identifier, value }) =>
      records.add(`_acme-challenge.${identifier.value}`, value),
    hide: ({ identifier, value }) =>
      records.remove(`_acme-challenge.${identifier.value}`, value),
  };
}

/** A certificate that proves a name, for a TLS server to show. */
export interface AlpnCertificate {
  /** The server name of the handshake that is answered with it. */
  readonly serverName: string;
  /** The certificate in PEM. */
  readonly cert: string;
  /** Its key in PEM. */
  readonly key: string;
}

/**
 * Answers tls-alpn-01 challenges with what your TLS server shows to those who
 * ask for the protocol `acme-tls/1`: nginx, HAProxy or `openssl s_server -alpn
 * acme-tls/1`. This runtime's own TLS server cannot: it takes no certificate
 * with a critical extension that it does not know.
 *
 * @param server How a certificate gets into your server, and out again.
 * @returns The answer, for {@linkcode obtain}.
 * @see RFC 8737
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const shown: string[] = [];
 * const answer = net.tls.acme.tlsAlpn01({
 *   show: ({ cert }) => void shown.push(cert),
 *   hide: () => {},
 * });
 * await answer.show({
 *   identifier: { type: "dns", value: "a.test" },
 *   token: "",
 *   value: "proof",
 * });
 * const [certificate] = net.tls.readCertificates(shown[0]!);
 * assert.equal(certificate?.names[0]?.value, "a.test");
 * ```
 */
export function tlsAlpn01(server: {
  /** Shows a certificate, and returns when handshakes get it. */
  show(certificate: AlpnCertificate): void | Promise<void>;
  /** Takes it away again. */
  hide(serverName: string): void | Promise<void>;
}): AcmeAnswer {
  return {
    type: "tls-alpn-01",
    show: async (proof) => await server.show(await alpnCertificate(proof)),
    hide: ({ identifier }) => server.hide(sniOf(identifier)),
  };
}

/** A certificate that signs itself and carries the proof (RFC 8737 §3). */
async function alpnCertificate(
  { identifier, value }: AcmeProof,
): Promise<AlpnCertificate> {
  const key = await generateKey();
  const subject = writeSubject({ name: "acme-tls-alpn-01" }, "answer");
  const now = Date.now();
  const der = await signCertificate({
    serial: "01",
    subject,
    issuer: subject,
    notBefore: new Date(now - 3600_000),
    notAfter: new Date(now + 3600_000),
    publicKey: key.publicKey,
    extensions: [
      subjectAltName([hostName(identifier.value, "answer")], false),
      {
        oid: ACME_IDENTIFIER,
        critical: true,
        value: writeDer(
          TAG.octetString,
          await digest("SHA-256", new TextEncoder().encode(value)),
        ),
      },
    ],
  }, key);
  return {
    serverName: sniOf(identifier),
    cert: formatPem("CERTIFICATE", der),
    key: key.toPem(),
  };
}

/** What a name is called when the handshake begins (RFC 8738 §6). */
function sniOf({ type, value }: AcmeIdentifier): string {
  return type === "ip" ? parse(value).format("arpa") : value;
}

function refused(
  type: string,
  hostname: string,
  port: number,
  cause: unknown,
): NetError {
  return new NetError(
    cause instanceof Error ? cause.message : String(cause),
    {
      code: "listen",
      op: `answer ${type} on`,
      target: `${hostname}:${port}`,
      hint: "end what listens there, or answer on a port that it passes on",
      cause,
    },
  );
}
