/**
 * Questions as HTTPS requests.
 *
 * @see RFC 8484
 * @module
 */

import type { Deadline } from "../deadline.ts";
import { NetError } from "../errors.ts";
import { Endpoint } from "../socket/endpoint.ts";
import { tlsFailure, type TlsOptions } from "./streams.ts";

const MESSAGE = "application/dns-message";
/** No message is longer. */
const MOST = 0xffff;

/**
 * Asks by HTTPS.
 *
 * @param url Where questions are taken: `https://dns.example/dns-query`.
 * @param octets The question.
 * @param tls Whom the server must prove to be.
 * @param deadline Ends the wait.
 * @returns The octets of what came.
 * @throws {NetError} `"refused"`, `"timeout"`, `"tls"`, `"http"` for another
 * status than 200, `"malformed"` for what is no message.
 */
export async function askByHttps(
  url: URL,
  octets: Uint8Array<ArrayBuffer>,
  { caCerts }: TlsOptions,
  deadline: Deadline,
): Promise<Uint8Array> {
  const server = new Endpoint(
    url.hostname.replace(/^\[(.*)\]$/, "$1"),
    Number(url.port || 443),
  );
  using client = caCerts === undefined
    ? undefined
    : Deno.createHttpClient({ caCerts: [...caCerts] });
  try {
    const response = await fetch(url, {
      method: "POST",
      headers: { "content-type": MESSAGE, accept: MESSAGE },
      body: octets,
      signal: deadline.signal,
      ...client && { client },
    });
    const chunks: Uint8Array[] = [];
    let size = 0;
    for await (const chunk of response.body ?? []) {
      chunks.push(chunk);
      size += chunk.length;
      if (size > MOST) throw bad(url, "malformed", "it sent too much");
    }
    if (response.status !== 200) {
      throw bad(
        url,
        "http",
        `it says ${response.status} ${response.statusText}`.trim(),
      );
    }
    const type = response.headers.get("content-type") ?? "nothing";
    if (type.split(";")[0]!.trim().toLowerCase() !== MESSAGE) {
      throw bad(url, "malformed", `it sent ${type}, not ${MESSAGE}`);
    }
    return new Uint8Array(await new Blob(chunks as BlobPart[]).arrayBuffer());
  } catch (error) {
    deadline.signal.throwIfAborted();
    const { cause } = error as Error;
    throw tlsFailure(cause instanceof Error ? withErrno(cause) : error, server);
  }
}

/** Errnos of Linux, which fetch gives as numbers within its text. */
const ERRNO: Readonly<Record<string, string>> = {
  101: "ENETUNREACH",
  104: "ECONNRESET",
  111: "ECONNREFUSED",
  113: "EHOSTUNREACH",
};

function withErrno(error: Error): Error {
  const code = ERRNO[/os error (\d+)/.exec(error.message)?.[1] ?? ""];
  return code === undefined ? error : Object.assign(error, { code });
}

function bad(url: URL, code: string, reason: string): NetError {
  return new NetError(reason, { code, op: "ask", target: `${url}` });
}
