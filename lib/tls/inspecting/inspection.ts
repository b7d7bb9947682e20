/**
 * What {@linkcode inspect} has found out, as data and as a picture.
 *
 * @module
 */

import { type Canvas, canvas } from "../../inspect/canvas.ts";
import { card, type CardRow } from "../../inspect/card.ts";
import { paint } from "../../inspect/paint.ts";
import { tree } from "../../inspect/tree.ts";
import { duration } from "../../inspect/units.ts";
import type { Certificate } from "../certificate.ts";
import { certificateCard, titleOf } from "../certificates/certificate_card.ts";
import type { CertificateTimestamp } from "../certificates/certificate_timestamps.ts";
import type { ChainVerdict } from "../path/chain_verdict.ts";
import type { RevocationStatus } from "../ocsp_check.ts";

/** What two sides agreed on. */
export interface TlsAgreement {
  /** `"TLS 1.3"`. */
  readonly version: string;
  /** The cipher suite's name. */
  readonly cipherSuite: string;
  /** The group of the key exchange: `"x25519"`. */
  readonly group: string | undefined;
  /** How the server signed its part. */
  readonly signatureScheme: string | undefined;
  /**
   * Whether the server signed the handshake with its certificate's key; nothing
   * where there is no signature (a key exchange by RSA, a capture without its
   * secrets) or none that can be verified here.
   */
  readonly keyProven: boolean | undefined;
  /** The protocol over it: `"h2"`. */
  readonly alpn: string | undefined;
  /** Whether the server asked for a certificate of the client's. */
  readonly clientCertificateWanted: boolean;
  /** Whether the server asked for another ClientHello first. */
  readonly helloRetry: boolean;
  /** Milliseconds to the connection, and from there to the certificates. */
  readonly times:
    | { readonly connect: number; readonly handshake: number }
    | undefined;
}

/** What a server does by the name that it is asked for. */
export interface ServerNameBehaviour {
  /** The name that was asked for. */
  readonly sent: string | undefined;
  /** Whether the server said that it has used the name. */
  readonly acknowledged: boolean;
  /** What it does without a name, if that was tried. */
  readonly withoutName?: string;
  /** What it does with a name that it cannot know, if that was tried. */
  readonly withUnknownName?: string;
}

/** What a {@linkcode TlsInspection} is made of. */
export interface TlsInspectionFields {
  /** What was looked at. */
  readonly target: string;
  /** What both sides agreed on; nothing for a file. */
  readonly agreement: TlsAgreement | undefined;
  /** What the server does by the name; nothing for a file. */
  readonly serverName: ServerNameBehaviour | undefined;
  /** The certificates as they were sent. */
  readonly certificates: readonly Certificate[];
  /** Whether they are to be believed. */
  readonly verdict: ChainVerdict | undefined;
  /** What the stapled OCSP answer says. */
  readonly stapled: RevocationStatus | undefined;
  /** What public logs said in the handshake. */
  readonly timestamps: readonly CertificateTimestamp[];
  /** What else was noticed. */
  readonly notes: readonly string[];
}

/**
 * What a server showed in a handshake, and whether it is to be believed. As text
 * it is a report: what was agreed on, the chain, what is wrong, and the server's
 * own certificate as a card.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const ca = await net.tls.authority.create({ name: "Lab CA" });
 * const site = await ca.issue({ hosts: ["localhost"] });
 * await using server = await net.tls.serve({ ...site }, net.tcp.echo);
 * const found = await net.tls.inspect(server.address, { roots: [ca.certificate] });
 * assert.equal(found.agreement?.version, "TLS 1.3");
 * assert.equal(found.verdict?.problems[0]?.code, "wrong-host"); // asked for 127.0.0.1
 * ```
 */
export class TlsInspection {
  /** What was looked at. */
  readonly target: string;
  /** What both sides agreed on; nothing for a file. */
  readonly agreement: TlsAgreement | undefined;
  /** What the server does by the name; nothing for a file. */
  readonly serverName: ServerNameBehaviour | undefined;
  /** The certificates as they were sent, the server's own first. */
  readonly certificates: readonly Certificate[];
  /** Whether they are to be believed, and why not; nothing if there are none. */
  readonly verdict: ChainVerdict | undefined;
  /** What the OCSP answer says that came with the handshake, if one did. */
  readonly stapled: RevocationStatus | undefined;
  /** What public logs said in the handshake; see also those in the certificate. */
  readonly timestamps: readonly CertificateTimestamp[];
  /** What else was noticed, a sentence each. */
  readonly notes: readonly string[];

  /**
   * Takes the parts as they are.
   *
   * @param fields What was found out.
   */
  constructor(fields: TlsInspectionFields) {
    this.target = fields.target;
    this.agreement = fields.agreement;
    this.serverName = fields.serverName;
    this.certificates = fields.certificates;
    this.verdict = fields.verdict;
    this.stapled = fields.stapled;
    this.timestamps = fields.timestamps;
    this.notes = fields.notes;
  }

  /** Whether nothing is wrong with the certificates. */
  get ok(): boolean {
    return this.verdict?.ok ?? false;
  }

  /** The server's own certificate. */
  get certificate(): Certificate | undefined {
    return this.certificates[0];
  }

  /** The chain as it was sent, as a tree from the server's own up. */
  get sent(): string {
    return sentTree(this.certificates, canvas({ width: 100 }));
  }

  /** The report, in lines. */
  toString(): string {
    return this.#report(canvas({ width: 100 }));
  }

  /** The fields. */
  toJSON(): Record<string, unknown> {
    return { ok: this.ok, ...Object.fromEntries(Object.entries(this)) };
  }

  /** The report, at the prompt. */
  [Symbol.for("Deno.customInspect")](
    _inspect: unknown,
    options?: { colors?: boolean },
  ): string {
    return this.#report(canvas({ colors: options?.colors ?? false }));
  }

  #report(canvas: Canvas): string {
    const { certificate, certificates, verdict, notes } = this;
    const parts = [card(this.target, this.#rows(), canvas)];
    if (certificates.length > 0) {
      parts.push(
        `${paint("heading", "Chain as sent", canvas)}\n${
          sentTree(certificates, canvas)
        }`,
      );
    }
    if (verdict) {
      const shown = verdict[Symbol.for("Deno.customInspect") as never] as (
        inspect: unknown,
        options: { colors: boolean },
      ) => string;
      parts.push(shown.call(verdict, undefined, { colors: canvas.colors }));
    }
    if (notes.length > 0) {
      parts.push(
        notes.map((note) => `${paint("warn", "!", canvas)} ${note}`).join("\n"),
      );
    }
    if (certificate) parts.push(certificateCard(certificate, canvas));
    return parts.join("\n");
  }

  #rows(): CardRow[] {
    const { agreement, serverName, stapled, timestamps, verdict } = this;
    const rows: CardRow[] = [];
    const row = (
      label: string,
      value: string | undefined,
      role?: CardRow[2],
    ) => {
      if (value !== undefined) {
        rows.push(role ? [label, value, role] : [label, value]);
      }
    };
    if (agreement) {
      row("version", agreement.version);
      row("cipher suite", agreement.cipherSuite);
      row("key exchange", agreement.group);
      row("signed with", agreement.signatureScheme);
      row("key", ...KEY[`${agreement.keyProven}`]);
      row("ALPN", agreement.alpn);
      row(
        "client certificate",
        agreement.clientCertificateWanted ? "asked for" : undefined,
      );
      const { times } = agreement;
      row(
        "time",
        times &&
          `${duration(times.connect)} to connect, ${
            duration(times.handshake)
          } for the handshake`,
      );
    }
    if (serverName) {
      const { sent, acknowledged, withoutName, withUnknownName } = serverName;
      row(
        "name asked for",
        sent === undefined
          ? "none"
          : `${sent}${acknowledged ? ", acknowledged" : ""}`,
      );
      row("without a name", withoutName);
      row("with another name", withUnknownName);
    }
    row(
      "stapled OCSP",
      agreement && (stapled ? stapled.message : "none"),
      stapled?.status === "good" ? "good" : stapled ? "bad" : "muted",
    );
    if (timestamps.length > 0) {
      row("logged", `${timestamps.length} timestamps in the handshake`);
    }
    const known = verdict?.revocation[0];
    if (known && known !== stapled) row("revocation", known.message);
    return rows;
  }
}

/** Whether the key is the certificate's, in words. */
const KEY: Readonly<
  Record<`${boolean | undefined}`, readonly [string, CardRow[2]]>
> = {
  true: ["the certificate's: the handshake is signed with it", "good"],
  false: ["not the certificate's: the handshake is signed by another", "bad"],
  undefined: ["not put to the proof", "muted"],
};

/** Certificates as a server sent them: each hangs below what it is followed by. */
function sentTree(
  certificates: readonly Certificate[],
  canvas: Canvas,
): string {
  const [first, ...rest] = certificates;
  if (!first) return "(no certificates)";
  const note = (one: Certificate) =>
    one.selfIssued ? "self-issued" : `by ${one.issuer}`;
  return tree({
    label: titleOf(first),
    note: note(first),
    role: "name",
    children: rest.map((one) => ({ label: titleOf(one), note: note(one) })),
  }, canvas);
}
