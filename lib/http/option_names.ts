/**
 * Which options there are: at the prompt nobody checks types, and a name that
 * means nothing would be passed over without a word.
 *
 * @module
 */

import { type Elsewhere, onlyKnown } from "../known_options.ts";
import type { DownloadOptions } from "./download.ts";
import type { RequestOptions } from "./settings.ts";
import type { TransportOptions } from "./transport.ts";

type NameOfRequest =
  | keyof RequestOptions
  | keyof DownloadOptions
  | keyof TransportOptions
  | "method";

/** The options of requests; a table, so that the compiler misses none. */
const OF_REQUEST: Readonly<Record<NameOfRequest, true>> = {
  attempts: true,
  auth: true,
  body: true,
  ca: true,
  certificate: true,
  form: true,
  headers: true,
  headTimeout: true,
  idleTimeout: true,
  json: true,
  limit: true,
  localAddress: true,
  maxRedirects: true,
  method: true,
  multipart: true,
  onProgress: true,
  onUpload: true,
  proxy: true,
  query: true,
  redirect: true,
  resume: true,
  retries: true,
  shared: true,
  signal: true,
  throwOn: true,
  timeout: true,
  transport: true,
  unix: true,
  version: true,
};

/** Those of a session. */
const OF_SESSION = { ...OF_REQUEST, baseUrl: true, cookies: true, cache: true };

/** What other clients have, and how it is said here. */
const ELSEWHERE: Elsewhere = {
  allow_redirects: 'redirect: "manual"',
  base_url: "net.http.client({ baseUrl })",
  baseUrl: "net.http.client({ baseUrl })",
  cache: "net.http.client({ cache: true })",
  cert: "certificate: { cert, key }",
  content: "body",
  cookies: "net.http.client(), which keeps them, or headers: { cookie }",
  data: "form, json, multipart or body",
  files: "multipart",
  header: "headers",
  params: "query",
  proxies: "proxy",
  verify: "ca, to trust a certificate",
};

/**
 * Checks that options are some, and that each means something.
 *
 * @param doing What for: `"get http://…"`.
 * @param options What was given.
 * @param isSession Whether they are those of a session.
 * @throws {TypeError} If they are no object, or one has a name that there is not.
 */
export function checkNames(
  doing: string,
  options: object,
  isSession = false,
): void {
  if (isSession) onlyKnown(doing, options, OF_SESSION);
  else onlyKnown(doing, options, OF_REQUEST, ELSEWHERE);
}
