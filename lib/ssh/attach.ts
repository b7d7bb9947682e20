/**
 * A session with a shell, attached to a terminal or to callbacks.
 *
 * @module
 */

import type { LentTerminal } from "../inspect/live.ts";
import type { ExitStatus, TerminalSize } from "./command.ts";
import type { SessionChannel } from "./session_channel.ts";
import type { RawShell, ShellTerminal } from "./shell.ts";

/**
 * Makes a session with a shell a {@linkcode RawShell}.
 *
 * @param session The session, which nobody reads yet.
 * @param ended Throws if the session ended with the connection.
 */
export function rawShell(
  session: SessionChannel,
  ended: (status: ExitStatus) => unknown,
): RawShell {
  return {
    start({ data, closed }) {
      const take = (octets: Uint8Array) => {
        data(octets);
        return true;
      };
      session.start({ stdout: take, stderr: take });
      session.closed.then(ended).then(() => closed(), closed);
    },
    write: (octets) => session.writeNow(octets),
    resize: (size) => session.resize(size),
    close: async () => {
      session.close();
      await session.closed;
    },
  };
}

/**
 * Moves octets between a terminal and a session until that ends.
 *
 * @param session With a shell, which nobody reads yet.
 * @param terminal Where somebody types.
 * @param signal Ends it.
 * @returns How the shell ended.
 */
export async function attach(
  session: SessionChannel,
  terminal: ShellTerminal,
  signal: AbortSignal,
): Promise<ExitStatus> {
  const { input, output, sizes } = terminal;
  const isStream = input instanceof ReadableStream;
  const reader = (isStream ? input : input.readable).getReader();
  const writer = (output instanceof WritableStream ? output : output.writable)
    .getWriter();
  const isRaw = !isStream && input.setRaw !== undefined &&
    input.isTerminal?.() !== false;
  let shown: Promise<void> = Promise.resolve();
  const show = (octets: Uint8Array): boolean => {
    shown = shown.then(() => writer.write(octets)).catch(() => {});
    if ((writer.desiredSize ?? 1) > 0) return true;
    void shown.then(() => session.resume());
    return false;
  };
  const watching = sizes?.[Symbol.asyncIterator]();
  try {
    if (isRaw) input.setRaw!(true);
    session.start({ stdout: show, stderr: show });
    void type(reader, session);
    if (watching) void follow(watching, session);
    const stopped = Promise.withResolvers<never>();
    const stop = () => stopped.reject(signal.reason);
    signal.addEventListener("abort", stop, { once: true });
    if (signal.aborted) stop();
    try {
      const status = await Promise.race([session.closed, stopped.promise]);
      await shown;
      return status;
    } finally {
      signal.removeEventListener("abort", stop);
    }
  } finally {
    if (isRaw) input.setRaw!(false);
    session.close();
    void watching?.return?.();
    // What was typed ahead is still in the stream for whoever reads next; a
    // read that is under way is given up.
    reader.releaseLock();
    writer.releaseLock();
  }
}

async function type(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  session: SessionChannel,
): Promise<void> {
  try {
    for (;;) {
      const { value, done } = await reader.read();
      if (done) break;
      await session.write(value);
    }
    session.end();
  } catch {
    // The reader was let go of, or what is typed broke: the shell goes on.
  }
}

async function follow(
  sizes: AsyncIterator<TerminalSize>,
  session: SessionChannel,
): Promise<void> {
  for (;;) {
    const { value, done } = await sizes.next();
    if (done || session.isClosed) return;
    session.resize(value);
  }
}

/**
 * A terminal that is lent, as what a shell is attached to.
 *
 * @param terminal What was lent.
 */
export function lentAs(terminal: LentTerminal): ShellTerminal {
  return {
    input: new ReadableStream({
      async pull(controller) {
        const octets = await terminal.read();
        if (octets === null) controller.close();
        else controller.enqueue(octets);
      },
      // Nothing is read that the shell does not ask for.
    }, { highWaterMark: 0 }),
    output: new WritableStream({ write: (octets) => terminal.write(octets) }),
    size: terminal.size(),
    sizes: sizesOf(terminal),
  };
}

function sizesOf(terminal: LentTerminal): AsyncIterable<TerminalSize> {
  return {
    [Symbol.asyncIterator](): AsyncIterator<TerminalSize, undefined> {
      let change = Promise.withResolvers<boolean>();
      const stop = terminal.onResize(() => change.resolve(true));
      return {
        async next() {
          if (!await change.promise) return { done: true, value: undefined };
          change = Promise.withResolvers();
          return { done: false, value: terminal.size() };
        },
        return() {
          stop();
          change.resolve(false);
          return Promise.resolve({ done: true, value: undefined });
        },
      };
    },
  };
}
