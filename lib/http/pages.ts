/**
 * Collections that come in pages.
 *
 * @module
 */

import { NetError } from "../errors.ts";
import { verb } from "./failure.ts";
import type { HttpResponse } from "./response.ts";

/**
 * Asks for one page after the other, as their links of the relation `next` lead.
 *
 * @param get Asks for one.
 * @param url The first.
 * @returns The answers.
 * @throws {NetError} `"redirect"` if the way leads to another origin, or back.
 */
export async function* follow(
  get: (url: string | URL) => Promise<HttpResponse>,
  url: string | URL,
): AsyncGenerator<HttpResponse> {
  const seen = new Set<string>();
  for (let next: string | URL | undefined = url; next !== undefined;) {
    const response: HttpResponse = await get(next);
    yield response;
    const { method, links, url: here } = response;
    seen.add(here);
    next = links.next?.url;
    if (next === undefined) return;
    const strange = new URL(next).origin !== new URL(here).origin;
    if (strange || seen.has(next)) {
      throw new NetError(
        strange
          ? `its next page is elsewhere, at ${next}`
          : `its next page, ${next}, has been here before`,
        { code: "redirect", op: verb(method), target: here },
      );
    }
  }
}
