/**
 * Options by the names that other programs have for them.
 *
 * @module
 */

import type { Elsewhere } from "../known_options.ts";

const PROTOCOL = { alpnProtocols: "alpn", ALPNProtocols: "alpn" } as const;
const IDENTITY = {
  certFile: "cert",
  certChain: "cert",
  certfile: "cert",
  keyFile: "key",
  keyfile: "key",
} as const;
/** As Deno, Node.js, Python and curl have it. */
const trust = (ours: string): Elsewhere =>
  Object.fromEntries(
    ["ca", "caCert", "caCerts", "caFile", "cafile", "cacert", "roots"]
      .filter((name) => name !== ours).map((name) => [name, ours]),
  );
const NAME = { servername: "serverName", sni: "serverName" } as const;

/** Of who connects. */
export const CLIENT_NAMES: Elsewhere = {
  ...PROTOCOL,
  ...IDENTITY,
  ...trust("ca"),
  ...NAME,
  rejectUnauthorized: "insecure",
  verify: "insecure",
};
/** Of who listens. */
export const SERVER_NAMES: Elsewhere = {
  ...PROTOCOL,
  ...IDENTITY,
  ...trust("clientCa"),
  requestCert: "clientCertificate",
};
/** Of who looks at certificates. */
export const VERIFIER_NAMES: Elsewhere = {
  ...PROTOCOL,
  ...trust("roots"),
  ...NAME,
  untrusted: "intermediates",
};
