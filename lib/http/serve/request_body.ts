/**
 * Taking a request's body in, but not without end.
 *
 * @module
 */

import type { BodyLimits } from "./limits.ts";
import { HttpProblem } from "./problem.ts";

/**
 * Reads a body, as far as the limits let it.
 *
 * @param request Whose.
 * @param limits How much, and for how long.
 * @returns Its octets.
 * @throws {HttpProblem} 413 above the limit, of which little more was taken; 408
 * after the time; 400 if it was cut short.
 */
export async function readBody(
  request: Request,
  limits: BodyLimits,
): Promise<Uint8Array<ArrayBuffer>> {
  const { body: most, bodyTime } = limits;
  const declared = Number(request.headers.get("content-length") ?? 0);
  if (declared > most) throw tooLarge(most);
  const { body } = request;
  if (body === null) return new Uint8Array(0);
  const reader = body.getReader();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    if (bodyTime <= 0x7fffffff) {
      timer = setTimeout(
        () =>
          reject(
            new HttpProblem(408, "the body took too long", {
              headers: { connection: "close" },
            }),
          ),
        bodyTime,
      );
    }
  });
  late.catch(() => {});
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    while (true) {
      const { done, value } = await Promise.race([reader.read(), late]);
      if (done) break;
      size += value.length;
      if (size > most) throw tooLarge(most);
      chunks.push(value);
    }
  } catch (cause) {
    // What is still to come is not waited for.
    reader.cancel(cause).catch(() => {});
    throw cause instanceof HttpProblem
      ? cause
      : new HttpProblem(400, "the body was cut short", { cause });
  } finally {
    clearTimeout(timer);
  }
  const octets = new Uint8Array(size);
  let filled = 0;
  for (const chunk of chunks) {
    octets.set(chunk, filled);
    filled += chunk.length;
  }
  return octets;
}

function tooLarge(most: number): HttpProblem {
  return new HttpProblem(413, `the body may have ${most} octets`, {
    headers: { connection: "close" },
  });
}
