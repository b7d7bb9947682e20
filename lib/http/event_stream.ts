/**
 * Server-sent events, as they are heard.
 *
 * @see HTML Standard §9.2.6
 * @module
 */

import { NetError } from "../errors.ts";

/** The longest event, in letters: one without an end fills the memory. */
const MOST = 16 * 1024 * 1024;

/** One event out of a `text/event-stream`. */
export interface ReceivedEvent {
  /** Its kind. */
  readonly event: string;
  /** What it says; of several lines, with LF between them. */
  readonly data: string;
  /** The last id that the stream had: what to send as `Last-Event-ID` on coming back. */
  readonly id: string;
  /** How long to wait before coming back, in milliseconds, if the stream said so. */
  readonly retry: number | undefined;
}

/**
 * Reads events out of lines. One that the stream cuts short is none.
 *
 * @param lines The lines, without their ends.
 * @param source Where they come from, for errors.
 * @yields The events.
 * @throws {NetError} `"too-long"` for an event above 16 MiB.
 */
export async function* readEvents(
  lines: AsyncIterable<string>,
  source: string,
): AsyncGenerator<ReceivedEvent> {
  let [event, id] = ["", ""];
  let retry: number | undefined;
  let data: string[] = [];
  let size = 0;
  for await (const line of lines) {
    if (line === "") {
      if (data.length > 0) {
        yield { event: event || "message", data: data.join("\n"), id, retry };
      }
      event = "";
      data = [];
      size = 0;
      continue;
    }
    const [, name, value = ""] = /^([^:]*)(?:: ?(.*))?$/s.exec(line)!;
    if ((size += value.length) > MOST) {
      throw new NetError("an event above 16 MiB", {
        code: "too-long",
        op: "read events of",
        target: source,
      });
    }
    if (name === "data") data.push(value);
    else if (name === "event") event = value;
    else if (name === "id" && !value.includes("\0")) id = value;
    else if (name === "retry" && /^\d+$/.test(value)) retry = Number(value);
  }
}
