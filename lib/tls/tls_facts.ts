/**
 * What came of a handshake.
 *
 * @module
 */

import { canvas } from "../inspect/canvas.ts";
import { card, type CardRow } from "../inspect/card.ts";
import type { Certificate } from "./certificate.ts";
import { titleOf, validityText } from "./certificates/certificate_card.ts";
import type { ChainVerdict } from "./path/chain_verdict.ts";

/** What {@linkcode TlsFacts} are made of. */
export interface TlsFactsFields {
  /** Which side this is. */
  readonly side: "client" | "server";
  /** The version. */
  readonly version: string;
  /** The cipher suite by its name in the registry. */
  readonly cipherSuite: string;
  /** The protocol within TLS. */
  readonly alpn: string | undefined;
  /** The name that the client asked for. */
  readonly serverName: string | undefined;
  /** The other side's certificates as it sent them. */
  readonly peerCertificates: readonly Certificate[];
  /** What came of verifying them. */
  readonly verdict: ChainVerdict | undefined;
  /** Whether verification was turned off. */
  readonly insecure: boolean;
  /** Milliseconds that the handshake took. */
  readonly took: number;
}

/**
 * What both sides agreed on, and who the other side is. At the prompt a card.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const facts = new net.tls.TlsFacts({
 *   side: "client",
 *   version: "TLS 1.3",
 *   cipherSuite: "TLS_AES_128_GCM_SHA256",
 *   alpn: "h2",
 *   serverName: "a.example",
 *   peerCertificates: [],
 *   verdict: undefined,
 *   insecure: true,
 *   took: 3,
 * });
 * assert.equal(facts.verified, false);
 * assert.match(facts.reason, /turned off/);
 * ```
 */
export class TlsFacts {
  /** Which side this is. */
  readonly side: "client" | "server";
  /** The version: `"TLS 1.3"`. */
  readonly version: string;
  /** The cipher suite by its name in the registry. */
  readonly cipherSuite: string;
  /** The protocol within TLS that both agreed on, if they did. */
  readonly alpn: string | undefined;
  /** The name that the client asked for, if it did (SNI). */
  readonly serverName: string | undefined;
  /** The other side's certificates as it sent them, its own first. */
  readonly peerCertificates: readonly Certificate[];
  /** Whether the other side has proved who it is. */
  readonly verified: boolean;
  /** Whether verification was turned off for this connection. */
  readonly insecure: boolean;
  /** What came of verifying: the chain up to the root, and all that is wrong. */
  readonly verdict: ChainVerdict | undefined;
  /** Milliseconds that the handshake took. */
  readonly took: number;

  /**
   * Takes the facts.
   *
   * @param fields The facts.
   */
  constructor(fields: TlsFactsFields) {
    this.side = fields.side;
    this.version = fields.version;
    this.cipherSuite = fields.cipherSuite;
    this.alpn = fields.alpn;
    this.serverName = fields.serverName;
    this.peerCertificates = fields.peerCertificates;
    this.verified = fields.verdict?.ok ?? false;
    this.insecure = fields.insecure;
    this.verdict = fields.verdict;
    this.took = fields.took;
  }

  /** The other side's own certificate, if it has sent one. */
  get peerCertificate(): Certificate | undefined {
    return this.peerCertificates[0];
  }

  /** Why the other side is not verified; empty if it is. */
  get reason(): string {
    if (this.verified) return "";
    const off = this.insecure ? "verification was turned off" : "";
    const wrong = this.verdict?.reason ??
      (this.peerCertificates.length === 0 ? "it has sent no certificate" : "");
    return [off, wrong].filter((part) => part !== "").join("; ");
  }

  /** The facts, plain; certificates as their subjects and fingerprints. */
  toJSON(): Record<string, unknown> {
    const { side, version, cipherSuite, alpn, serverName } = this;
    const { verified, insecure, reason, took } = this;
    return {
      side,
      version,
      cipherSuite,
      alpn,
      serverName,
      peerCertificates: this.peerCertificates.map((certificate) => ({
        subject: `${certificate.subject}`,
        fingerprint: certificate.fingerprint(),
      })),
      verified,
      insecure,
      reason,
      took,
    };
  }

  /** A card; what is not verified stands out. */
  [Symbol.for("Deno.customInspect")](
    _inspect: unknown,
    options?: { colors?: boolean },
  ): string {
    const { peerCertificate: peer, insecure, verified } = this;
    const rows: CardRow[] = [
      ["version", this.version],
      ["cipher suite", this.cipherSuite],
      ["ALPN", this.alpn ?? "none", this.alpn ? "string" : "muted"],
      [
        "server name",
        this.serverName ?? "none",
        this.serverName ? "string" : "muted",
      ],
    ];
    if (peer) {
      const { text, role } = validityText(peer);
      rows.push([
        this.side === "client" ? "server" : "client",
        `${titleOf(peer)}, ${text}`,
        role,
      ]);
    }
    rows.push(
      verified
        ? [
          "verified",
          insecure ? "yes, though it was turned off" : "yes",
          "good",
        ]
        : peer || this.side === "client"
        ? ["NOT verified", this.reason, "bad"]
        : ["client", "has no certificate", "muted"],
    );
    return card(this.version, rows, canvas({ colors: options?.colors }));
  }
}
