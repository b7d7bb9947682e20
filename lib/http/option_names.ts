/**
 * Which options there are: at the prompt nobody checks types, and a name that
 * means nothing would be passed over without a word.
 *
 * @module
 */

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

/** What only a session has. */
const OF_SESSION = ["baseUrl", "cookies", "cache"];

/** What other clients have, and how it is said here. */
const ELSEWHERE: Readonly<Partial<Record<string, string>>> = {
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
  if (typeof options !== "object" || options === null) {
    throw new TypeError(
      `Cannot ${doing} as 'options' must be an object, as in { body: "text" }: current value is ${
        Deno.inspect(options)
      }`,
    );
  }
  for (const name in options) {
    if (Object.hasOwn(OF_REQUEST, name)) continue;
    if (isSession && OF_SESSION.includes(name)) continue;
    const own = Object.hasOwn(ELSEWHERE, name) ? ELSEWHERE[name] : undefined;
    const names = Object.keys(OF_REQUEST).concat(isSession ? OF_SESSION : []);
    throw new TypeError(
      `Cannot ${doing} as there is no option '${name}'${
        own === undefined ? `, only ${names.join(", ")}` : `. Try: ${own}`
      }`,
    );
  }
}
