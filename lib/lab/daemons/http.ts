/**
 * http: our own web server, of one page.
 *
 * @module
 */

import type { WebOptions } from "../daemon.ts";
import { onAnyAddress } from "./own_sockets.ts";
import type { Own } from "./plan.ts";

/** Our own web server: `GET /` gives its page, all else is not there. */
export const http: Own<WebOptions> = {
  serve: ({ port, body }) =>
    onAnyAddress((hostname) =>
      Deno.serve({ hostname, port, onListen: () => {} }, ({ url, method }) => {
        if (new URL(url).pathname !== "/") return answer(404, "not found\n");
        if (method === "GET" || method === "HEAD") return answer(200, body);
        return answer(405, "only GET and HEAD\n");
      })
    ),
};

function answer(status: number, body: string): Response {
  return new Response(body, {
    status,
    headers: { "content-type": mediaType(body) },
  });
}

/**
 * Tells what a page is.
 *
 * @param body Its text.
 * @returns HTML's media type for what begins as HTML does, else plain text's.
 */
export function mediaType(body: string): string {
  const type = /^\s*</.test(body) ? "html" : "plain";
  return `text/${type}; charset=utf-8`;
}
