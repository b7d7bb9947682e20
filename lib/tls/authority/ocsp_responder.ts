/**
 * OCSP over HTTP: a handler for any server.
 *
 * @see RFC 6960 appendix A, RFC 5019 §6 (caching)
 * @module
 */

import {
  answerOcsp,
  failureAnswer,
  type OcspAnswer,
  type Responder,
} from "./ocsp_answer.ts";

/** Octets of the longest request that is read. */
const LONGEST = 16 * 1024;
const SEQUENCE = 0x30;

/** Answers an HTTP request. */
export type OcspHandler = (request: Request) => Promise<Response>;

/**
 * Makes a handler that answers OCSP requests: those that are posted, and those
 * that stand at the end of the path of a GET.
 *
 * @param prepare Gives who answers, with the newest state.
 * @param onError Told why there is no answer.
 * @returns The handler.
 */
export function ocspHandler(
  prepare: () => Promise<Responder>,
  onError?: (error: unknown) => void,
): OcspHandler {
  return async (request) => {
    const { method } = request;
    if (method !== "GET" && method !== "POST") {
      return new Response(null, {
        status: 405,
        headers: { allow: "GET, POST" },
      });
    }
    const octets = method === "GET"
      ? fromPath(request.url)
      : await fromBody(request);
    if (octets === undefined) return respond(failureAnswer("malformedRequest"));
    let responder: Responder;
    let answer: OcspAnswer;
    try {
      responder = await prepare();
      answer = await answerOcsp(octets, responder);
    } catch (error) {
      onError?.(error);
      // Who asks learns only that there is trouble, as the RFC has it.
      return respond(failureAnswer("internalError"));
    }
    const keep = method === "GET" && answer.cacheable
      ? Math.floor(responder.validity / 2000)
      : 0;
    return respond(answer, keep);
  };
}

function respond({ der }: OcspAnswer, keepSeconds = 0): Response {
  return new Response(der, {
    headers: {
      "content-type": "application/ocsp-response",
      "cache-control": keepSeconds > 0
        ? `max-age=${keepSeconds}, public, no-transform, must-revalidate`
        : "no-store",
    },
  });
}

/**
 * What stands in the path: base64, in which a `/` may stand as it is. Nobody
 * says how much of the path is the server's own, so each cut is tried.
 */
function fromPath(url: string): Uint8Array | undefined {
  const { pathname } = new URL(url);
  if (pathname.length > 2 * LONGEST) return undefined;
  for (let at = 0; at >= 0; at = pathname.indexOf("/", at + 1)) {
    const octets = decoded(pathname.slice(at + 1));
    if (octets !== undefined) return octets;
  }
  return undefined;
}

/** The octets of a base64 text that may be a request. */
function decoded(escaped: string): Uint8Array | undefined {
  try {
    // A request begins with a SEQUENCE, whose tag makes the first letter M.
    const text = decodeURIComponent(escaped);
    if (text[0] !== "M") return undefined;
    const octets = Uint8Array.fromBase64(text.replaceAll(" ", "+"));
    return octets[0] === SEQUENCE ? octets : undefined;
  } catch {
    return undefined;
  }
}

async function fromBody(request: Request): Promise<Uint8Array | undefined> {
  const octets: number[] = [];
  for await (const chunk of request.body ?? []) {
    if (octets.length + chunk.length > LONGEST) return undefined;
    octets.push(...chunk);
  }
  return Uint8Array.from(octets);
}
