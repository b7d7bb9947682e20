/**
 * What a certificate says, as labelled rows.
 *
 * @module
 */

import { card, type CardRow } from "../../inspect/card.ts";
import type { Canvas } from "../../inspect/canvas.ts";
import { count } from "../../inspect/units.ts";
import type { NameConstraints } from "./certificate_extensions.ts";
import type { GeneralName } from "./certificate_names.ts";
import type { CertificateFields } from "./certificate_fields.ts";
import type { DistinguishedName } from "./distinguished_name.ts";
import type { PublicKeyFacts } from "./certificate_key.ts";

type Fixed<T> = T extends readonly (infer U)[] ? readonly U[] : T;

/** What a card shows: the fields, and what is made of them. */
type Shown =
  & {
    readonly [K in Exclude<keyof CertificateFields, "octets">]: Fixed<
      CertificateFields[K]
    >;
  }
  & {
    readonly selfIssued: boolean;
    readonly mustStaple: boolean;
    readonly ocspUrls: readonly string[];
    readonly issuerUrls: readonly string[];
    readonly crlUrls: readonly string[];
    readonly pin: string;
    fingerprint(hash: "SHA-256" | "SHA-1"): string;
  };

const DAY = 86_400_000;

/** Names that a card shows before it counts. */
const SHOWN = 30;

/** Extensions that have rows of their own. */
const TOLD: ReadonlySet<string> = new Set([
  "subjectAltName",
  "keyUsage",
  "extendedKeyUsage",
  "basicConstraints",
  "nameConstraints",
  "subjectKeyIdentifier",
  "authorityKeyIdentifier",
  "authorityInfoAccess",
  "cRLDistributionPoints",
  "certificatePolicies",
  "signedCertificateTimestamps",
  "tlsFeature",
]);

/** Days since their expiry or to it, in words, and how bad that is. */
export function validityText(
  certificate: Pick<CertificateFields, "notBefore" | "notAfter">,
  at: number = Date.now(),
): { readonly text: string; readonly role: "good" | "warn" | "bad" } {
  const { notBefore, notAfter } = certificate;
  const days = (ms: number) => {
    const n = Math.floor(ms / DAY);
    return n === 1 ? "1 day" : `${count(n)} days`;
  };
  if (at < notBefore.getTime()) {
    return {
      text: `not valid for another ${days(notBefore.getTime() - at)}`,
      role: "bad",
    };
  }
  const left = notAfter.getTime() - at;
  if (left < 0) return { text: `expired ${days(-left)} ago`, role: "bad" };
  return {
    text: `${days(left)} left`,
    role: left < 14 * DAY ? "warn" : "good",
  };
}

/** A key in a few words: `RSA 2048 bits`, `EC P-256`. */
export function keyText({ algorithm, bits, curve }: PublicKeyFacts): string {
  if (curve !== undefined) return `${algorithm} ${curve}`;
  if (algorithm.startsWith("Ed") || algorithm.startsWith("X")) return algorithm;
  return bits === 0 ? algorithm : `${algorithm} ${bits} bits`;
}

/** Names in a row: `dns a.example, ip 192.0.2.1`. */
export function namesText(names: readonly GeneralName[]): string {
  const shown = names.slice(0, SHOWN).map(({ type, value }) =>
    type === "dns" || type === "ip" ? value : `${type} ${value}`
  );
  const rest = names.length - shown.length;
  return shown.join(", ") + (rest > 0 ? `, and ${count(rest)} more` : "");
}

function constraintsText({ permitted, excluded }: NameConstraints): string {
  const text = (names: readonly GeneralName[]) =>
    names.map(({ type, value }) => `${type} ${value === "" ? "(all)" : value}`)
      .join(", ");
  return [
    permitted.length > 0 ? `only ${text(permitted)}` : "",
    excluded.length > 0 ? `not ${text(excluded)}` : "",
  ].filter((part) => part !== "").join("; ");
}

/**
 * Draws a certificate's card.
 *
 * @param certificate The certificate.
 * @param canvas Where to draw.
 */
export function certificateCard(
  certificate: Shown,
  canvas: Canvas,
): string {
  const { subject, names, notBefore, notAfter, signatureAlgorithm } =
    certificate;
  const validity = validityText(certificate);
  const day = (date: Date) => date.toISOString().slice(0, 10);
  const rows: CardRow[] = [];
  const row = (label: string, value: string | undefined, role?: CardRow[2]) => {
    if (value !== undefined && value !== "") {
      rows.push(role ? [label, value, role] : [label, value]);
    }
  };
  row("subject", subject.empty ? "(empty)" : `${subject}`, "name");
  row("issuer", certificate.selfIssued ? "itself" : `${certificate.issuer}`);
  row("names", namesText(names), "name");
  row(
    "valid",
    `${day(notBefore)} to ${day(notAfter)}, ${validity.text}`,
    validity.role,
  );
  row("key", keyText(certificate.key));
  row(
    "signature",
    signatureAlgorithm.pss
      ? `${signatureAlgorithm.name} with ${signatureAlgorithm.hash}, salt of ${signatureAlgorithm.pss.saltLength} octets`
      : signatureAlgorithm.name,
  );
  row("may", certificate.keyUsage?.join(", "));
  row("for", certificate.extendedKeyUsage?.join(", "));
  row(
    "authority",
    certificate.ca
      ? certificate.pathLength === undefined
        ? "yes"
        : `yes, with at most ${certificate.pathLength} below it`
      : undefined,
    "accent",
  );
  const { nameConstraints, policies, authorityKeyId } = certificate;
  row("limited to", nameConstraints && constraintsText(nameConstraints));
  row("policies", policies?.map(({ name }) => name).join(", "));
  row("OCSP", certificate.ocspUrls.join(", "));
  row("issuer at", certificate.issuerUrls.join(", "));
  row("CRL", certificate.crlUrls.join(", "));
  row("must staple", certificate.mustStaple ? "yes" : undefined);
  row(
    "logged",
    certificate.timestamps
      .map(({ time, logId }) => `${day(time)} in ${logId.slice(0, 8)}…`)
      .join(", "),
  );
  row(
    "others",
    certificate.extensions.filter(({ name }) => !TOLD.has(name))
      .map(({ name, critical }) => critical ? `${name} (critical)` : name)
      .join(", "),
  );
  row("serial", certificate.serial);
  row("key id", certificate.subjectKeyId, "muted");
  row("signed by key", authorityKeyId?.keyId, "muted");
  row("SHA-256", certificate.fingerprint("SHA-256"), "muted");
  row("SHA-1", certificate.fingerprint("SHA-1"), "muted");
  row("pin", certificate.pin, "muted");
  return card(`Certificate ${titleOf(certificate)}`, rows, canvas);
}

/** A certificate in a few words: its common name, or its first other name. */
export function titleOf(
  { subject, names, serial }: {
    readonly subject: DistinguishedName;
    readonly names: readonly GeneralName[];
    readonly serial: string;
  },
): string {
  return subject.commonName ?? names[0]?.value ??
    (subject.empty ? `number ${serial}` : `${subject}`);
}
