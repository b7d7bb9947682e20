/**
 * TLS and certificates: connections, a look into the handshake, what a server
 * offers, why a certificate does not hold, and an authority of one's own.
 *
 * One tests only what one owns or may test.
 *
 * @module
 */

export * from "./certificate.ts";
export * from "./certificates.ts";
export * from "./path/chain_verdict.ts";
export * from "./crl.ts";
export * from "./decrypt.ts";
export * from "./handshake.ts";
export * from "./inspect.ts";
export * from "./key_log.ts";
export * from "./ocsp.ts";
export * from "./path.ts";
export * from "./read_pkcs12.ts";
export * from "./path/path_roots.ts";
export * from "./scan/scan.ts";
export * from "./starttls.ts";
export * from "./acme/namespace.ts";
export * from "./authority/namespace.ts";
export * from "./ocsp_check.ts";
export * from "./revocation.ts";
export * from "./inspecting/inspection.ts";
export * from "./expiry.ts";
export * from "./connect.ts";
export * from "./listen.ts";
export * from "./serve.ts";
export * from "./tls_connection.ts";
export * from "./tls_facts.ts";
export * from "./tls_options.ts";
