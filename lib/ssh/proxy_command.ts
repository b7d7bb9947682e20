/**
 * A command as the way to a server: `ProxyCommand` of ssh_config.
 *
 * @module
 */

import type { Duplex } from "node:stream";
import { NetError } from "../errors.ts";

/** Of what a command complains, the last so many characters are kept. */
const MOST_COMPLAINTS = 2048;
/** A command may hang up and live on: how long its end is waited for, in milliseconds. */
const LAST_WORDS = 500;

/**
 * Starts a command whose standard input and output lead to the server.
 *
 * @param command A line for the shell.
 * @param target For errors.
 * @returns The stream; the command is ended with it. Where the command fails, the
 * stream does with code `"proxy-command"` and what the command wrote to its
 * standard error.
 * @throws {PermissionError} If this program may not start programs.
 */
export async function dialCommand(
  command: string,
  target: string,
): Promise<Duplex> {
  const { Duplex } = await import("node:stream");
  const at = { code: "proxy-command", op: "connect to", target };
  let child: Deno.ChildProcess;
  try {
    child = new Deno.Command("/bin/sh", {
      args: ["-c", `exec ${command}`],
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
  } catch (cause) {
    throw new NetError("the command for the way there does not start", {
      ...at,
      hint: `deno run --allow-run=/bin/sh …, for: ${command}`,
      cause,
    });
  }
  let complaints = "";
  const heard = child.stderr.pipeThrough(new TextDecoderStream()).pipeTo(
    new WritableStream({
      write: (text) => {
        complaints = (complaints + text).slice(-MOST_COMPLAINTS);
      },
    }),
  );
  heard.catch(() => {});
  /**
   * Waits for the command's end, and throws if that is why the stream ends.
   * Whether it has ended at all.
   */
  const checkEnd = async (): Promise<boolean> => {
    const { promise: late, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, LAST_WORDS);
    const status = await Promise.race([
      Promise.all([child.status, heard]).then(([status]) => status),
      late,
    ]);
    clearTimeout(timer);
    if (!status) return false;
    if (status.success || status.signal === "SIGTERM") return true;
    const words = complaints.trim();
    throw new NetError(
      `the command for the way there, ${JSON.stringify(command)}, ended with ${
        status.signal ?? `status ${status.code}`
      }${words && `: ${words}`}`,
      { ...at, hint: "the command by itself, in a shell" },
    );
  };
  let received = 0;
  const input = child.stdin.getWriter();
  const stream = Duplex.fromWeb(
    {
      readable: child.stdout.pipeThrough(
        new TransformStream<Uint8Array, Uint8Array>({
          transform(octets, out) {
            received += octets.length;
            out.enqueue(octets);
          },
          flush: async () => void await checkEnd(),
        }),
      ),
      writable: new WritableStream<Uint8Array>({
        async write(octets) {
          try {
            await input.write(octets);
          } catch (error) {
            // What it has written before says more than that it reads no more.
            if (!await checkEnd()) throw error;
          }
        },
        close: () => input.close(),
        abort: (reason) => input.abort(reason),
      }),
    } as unknown as Parameters<typeof Duplex.fromWeb>[0],
  );
  stream.on("close", () => {
    try {
      child.kill("SIGTERM");
    } catch {
      // It has ended by itself.
    }
  });
  stream.on("error", () => {});
  // As a socket has it: what answers, but is no SSH server, is told by it.
  return Object.defineProperty(stream, "bytesRead", { get: () => received });
}
