/**
 * Sessions over a function in the place of the network.
 *
 * @module
 */

import * as http from "../../../lib/http/client.ts";

/** Answers one request. */
export type Handler = (request: Request) => Response | Promise<Response>;

/** A session whose requests are answered one after the other, and kept. */
export function scripted(
  handlers: Handler[],
  options: http.SessionOptions = {},
) {
  const seen: Request[] = [];
  const session = http.client({
    ...options,
    transport: (request) => {
      seen.push(request.clone());
      const handler = handlers.length > 1 ? handlers.shift()! : handlers[0]!;
      return handler(request);
    },
  });
  return { session, seen };
}

/** Says yes to everything. */
export const ok: Handler = () => new Response("ok");
/** Sends on to another place. */
export const moved = (status: number, location: string): Handler => () =>
  new Response("moved", { status, headers: { location } });
