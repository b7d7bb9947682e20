/**
 * Options by the names that other programs have for them. Passed over in
 * silence, such a one would bring the very error that it was to mend.
 *
 * @module
 */

/** What others call an option, and what it is called here. */
type Renamed = Readonly<Record<string, string>>;

const PROTOCOL = { alpnProtocols: "alpn", ALPNProtocols: "alpn" } as const;
const IDENTITY = {
  certFile: "cert",
  certChain: "cert",
  certfile: "cert",
  keyFile: "key",
  keyfile: "key",
} as const;
/** As Deno, Node.js, Python and curl have it. */
const trust = (ours: string): Renamed =>
  Object.fromEntries(
    ["ca", "caCert", "caCerts", "caFile", "cafile", "cacert", "roots"]
      .filter((name) => name !== ours).map((name) => [name, ours]),
  );
const NAME = { servername: "serverName", sni: "serverName" } as const;

/** Of who connects. */
export const CLIENT_NAMES: Renamed = {
  ...PROTOCOL,
  ...IDENTITY,
  ...trust("ca"),
  ...NAME,
  rejectUnauthorized: "insecure",
  verify: "insecure",
};
/** Of who listens. */
export const SERVER_NAMES: Renamed = {
  ...PROTOCOL,
  ...IDENTITY,
  ...trust("clientCa"),
  requestCert: "clientCertificate",
};
/** Of who looks at certificates. */
export const VERIFIER_NAMES: Renamed = {
  ...PROTOCOL,
  ...trust("roots"),
  ...NAME,
  untrusted: "intermediates",
};

/**
 * Refuses options by the names of others.
 *
 * @param doing What for, as a verb phrase.
 * @param options What was given.
 * @param renamed The names.
 * @throws {TypeError} With the name that was meant.
 */
export function checkNames(
  doing: string,
  options: object,
  renamed: Renamed,
): void {
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined || !Object.hasOwn(renamed, name)) continue;
    throw new TypeError(
      `Cannot ${doing} as "${name}" is no option: did you mean "${
        renamed[name]
      }"?`,
    );
  }
}
