/**
 * Answers that take their time, and when they are over.
 *
 * @module
 */

const encoder = new TextEncoder();

/** The answers whose bodies are still being made, and the ends of these. */
const ends = new WeakMap<Response, Promise<void>>();

/**
 * When the body of an answer will have been made.
 *
 * @param response The answer.
 * @returns A promise; `undefined` for a body that is there.
 */
export function endOf(response: Response): Promise<void> | undefined {
  return ends.get(response);
}

/**
 * Says that an answer has the body of another.
 *
 * @param from The one that had it.
 * @param to The one that has it now.
 * @returns The latter.
 */
export function follows(from: Response, to: Response): Response {
  const end = ends.get(from);
  if (end !== undefined) ends.set(to, end);
  return to;
}

/**
 * Says of an answer that it is not over when it is given.
 *
 * @param response The answer.
 * @param over Resolves when it is; a rejection is for the log.
 * @returns The answer.
 */
export function lasts(response: Response, over: Promise<void>): Response {
  ends.set(response, over);
  return response;
}

/**
 * Makes an answer whose body is made as fast as the client reads it. Its source
 * is ended when the client goes.
 *
 * @param source Texts, sent as UTF-8, and octets.
 * @param respond Puts the body into an answer.
 * @returns The answer; {@linkcode endOf} knows its end.
 */
export function streaming(
  source: AsyncIterable<string | Uint8Array>,
  respond: (body: ReadableStream<Uint8Array<ArrayBuffer>>) => Response,
): Response {
  const iterator = source[Symbol.asyncIterator]();
  const over = Promise.withResolvers<void>();
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
    async pull(controller) {
      try {
        // An empty chunk would be none at all.
        let octets = new Uint8Array(0);
        while (octets.length === 0) {
          const { done, value } = await iterator.next();
          if (done) {
            over.resolve();
            return controller.close();
          }
          octets = typeof value === "string"
            ? encoder.encode(value)
            : value as Uint8Array<ArrayBuffer>;
        }
        controller.enqueue(octets);
      } catch (error) {
        over.reject(error);
        throw error;
      }
    },
    async cancel() {
      over.resolve();
      // A source that waits for ever is told, and not waited for.
      await Promise.race([iterator.return?.(), undefined]);
    },
  }, { highWaterMark: 0 });
  // An answer that no server sends has nobody who waits for its end.
  over.promise.catch(() => {});
  return lasts(respond(body), over.promise);
}
