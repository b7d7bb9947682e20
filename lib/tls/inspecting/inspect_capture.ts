/**
 * Looking at the certificates that went by in a capture.
 *
 * @module
 */

import {
  type CapturedConnection,
  capturedConnections,
} from "../watching/captured_connections.ts";
import { judge, type Shown, trustOf } from "./inspect_judge.ts";
import type { InspectOptions } from "./inspect_options.ts";
import { TlsInspection } from "./inspection.ts";

/**
 * Looks at the TLS connections of a capture that show certificates.
 *
 * @param octets The capture.
 * @param options Whom to trust, and the secrets.
 */
export async function inspectCapture(
  octets: Uint8Array,
  options: InspectOptions,
): Promise<TlsInspection[]> {
  const found: TlsInspection[] = [];
  const roots = await trustOf(options);
  for (const one of await capturedConnections(octets, options.keyLog)) {
    const shown = shownIn(one);
    if (shown.result.certificates.length === 0) continue;
    const { acknowledged, ...rest } = await judge(
      `${one.client} to ${one.server}`,
      shown.result,
      { ...options, roots, host: options.host ?? shown.serverName },
    );
    found.push(
      new TlsInspection({
        ...rest,
        serverName: { sent: shown.serverName, acknowledged },
      }),
    );
  }
  return found;
}

/** What a connection of a capture shows to who only listens. */
function shownIn(
  { observer }: CapturedConnection,
): { readonly result: Shown; readonly serverName: string | undefined } {
  const { items, clientHello, serverHello, version = 0 } = observer;
  let certificates: readonly Uint8Array[] = [];
  let ocspResponse: Uint8Array | undefined;
  for (const { from, message } of items) {
    if (from !== "server" || !message) continue;
    if (message.kind === "certificate" && certificates.length === 0) {
      const entries = message.certificates as readonly (
        | Uint8Array
        | { readonly certificate: Uint8Array }
      )[];
      certificates = entries.map((entry) =>
        entry instanceof Uint8Array ? entry : entry.certificate
      );
    }
    if (message.kind === "certificateStatus" && "response" in message) {
      ocspResponse = message.response as Uint8Array;
    }
  }
  let serverName: string | undefined;
  for (const extension of clientHello?.extensions ?? []) {
    if (extension.kind === "serverName") serverName = extension.names[0]?.name;
  }
  return {
    serverName,
    result: {
      version,
      cipherSuite: serverHello?.cipherSuite ?? 0,
      group: undefined,
      signatureScheme: undefined,
      alpn: undefined,
      certificates,
      ocspResponse,
      timestamps: [],
      clientCertificateWanted: items.some(({ message }) =>
        message?.kind === "certificateRequest"
      ),
      helloRetry: false,
      messages: items,
    },
  };
}
