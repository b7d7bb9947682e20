/**
 * What of a request is taken over into a certificate: what is named, and only
 * after the checks that our own wishes get.
 *
 * @module
 */

import type { AlternativeName } from "./alternative_names.ts";
import type { LeafOrder } from "./issuer.ts";
import { isUsed } from "./key_type.ts";
import { checkUrls } from "./leaf.ts";
import type { SignOptions, TakenExtension } from "./options.ts";
import { leafKind, PURPOSES } from "./profile.ts";
import { alternativeNames, type CertificateRequest } from "./request.ts";
import { writeSubject } from "./subject.ts";

const TAKEN: readonly TakenExtension[] = [
  "subjectAltName",
  "extendedKeyUsage",
  "tlsFeature",
];
const VERB = "sign a request";
/** The one TLS feature there is a use for: status_request. */
const MUST_STAPLE = "3003020105";

/**
 * Makes an order out of a request.
 *
 * @param asked The request; its signature is known to be right.
 * @param options What is taken over.
 * @returns What to sign.
 * @throws {TypeError} If it asks for what cannot be.
 * @throws {RangeError} If its key is too weak.
 */
export function requestOrder(
  asked: CertificateRequest,
  options: SignOptions,
): LeafOrder {
  const kind = leafKind(options.kind ?? "server", VERB);
  const take = options.take ?? ["subjectAltName"];
  for (const name of take) {
    if (TAKEN.includes(name)) continue;
    throw new TypeError(
      `Cannot ${VERB} as each of 'take' must be one of ${
        TAKEN.join(", ")
      }: current value is ${name}`,
    );
  }
  const { algorithm, bits, curve } = asked.key;
  if (!isUsed(asked.key)) {
    throw new RangeError(
      `Cannot ${VERB} as its key must be RSA of 2048 to 8192 bits, P-256, P-384, P-521 or Ed25519: current value is ${algorithm} ${
        curve ?? bits
      }`,
    );
  }
  const names = options.hosts
    ? alternativeNames({ hosts: options.hosts }, VERB)
    : take.includes("subjectAltName")
    ? askedNames(asked)
    : [];
  const subject = options.subject
    ? writeSubject(options.subject, VERB)
    : asked.subject.der;
  checkNamed(kind, names, subject);
  return {
    verb: VERB,
    kind,
    names,
    subject,
    purposes: take.includes("extendedKeyUsage")
      ? purposesOf(asked, kind)
      : undefined,
    publicKey: asked.publicKey,
    rsa: algorithm === "RSA",
    times: options,
    urls: options.urls && checkUrls(options.urls, VERB),
    mustStaple: take.includes("tlsFeature") && wantsStaple(asked),
    renews: options.renews,
    requested: true,
  };
}

/**
 * Makes sure that a certificate says whom it is for.
 *
 * @param kind What it is for.
 * @param names Its names.
 * @param subject Whom it is about, in DER.
 * @param verb What is being done, for errors.
 */
export function checkNamed(
  kind: string,
  names: readonly AlternativeName[],
  subject: Uint8Array,
  verb = VERB,
): void {
  const server = kind === "server" || kind === "peer";
  if (server && !names.some(({ type }) => type === "dns" || type === "ip")) {
    throw new TypeError(
      `Cannot ${verb} as 'hosts' must name at least one host, for clients look nowhere else: current value is none`,
    );
  }
  // An empty SEQUENCE takes two octets.
  if (
    !server && subject.length <= 2 && (kind === "code" || names.length === 0)
  ) {
    throw new TypeError(
      `Cannot ${verb} as 'name' must say whom it is about: current value is none`,
    );
  }
}

function askedNames({ names }: CertificateRequest): AlternativeName[] {
  const of = (wanted: string) =>
    names.filter(({ type }) => type === wanted).map(({ value }) => value);
  const other = names.find(({ type }) =>
    !["dns", "ip", "email", "uri"].includes(type)
  );
  if (other !== undefined) {
    throw new TypeError(
      `Cannot ${VERB} as its names must be hosts, addresses, mail boxes or URIs: current value is ${other.type} ${other.value}`,
    );
  }
  return alternativeNames({
    hosts: [...of("dns"), ...of("ip")],
    emails: of("email"),
    uris: of("uri"),
  }, VERB);
}

/** The purposes asked for, if the kind allows each. */
function purposesOf(
  { extendedKeyUsage }: CertificateRequest,
  kind: keyof typeof PURPOSES,
): readonly string[] | undefined {
  const allowed = PURPOSES[kind];
  const beyond = extendedKeyUsage?.find((one) => !allowed.includes(one));
  if (beyond === undefined) return extendedKeyUsage;
  throw new TypeError(
    `Cannot ${VERB} as it must ask for no more than the kind '${kind}' is for, ${
      allowed.join(" and ")
    }: current value is ${beyond}`,
  );
}

function wantsStaple({ extensions }: CertificateRequest): boolean {
  const feature = extensions.find(({ name }) => name === "tlsFeature");
  if (feature === undefined) return false;
  if (feature.value.toHex() === MUST_STAPLE) return true;
  throw new TypeError(
    `Cannot ${VERB} as its tlsFeature must be status_request alone: current value is ${feature.value.toHex()}`,
  );
}
