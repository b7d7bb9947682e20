/**
 * Files by `scp`'s old protocol: for devices that have no SFTP.
 *
 * What it says was never written down but in its sources: a line with mode,
 * size and name, the octets, and an octet 0 from each side when it is content.
 *
 * @module
 */

import { Deadline } from "../deadline.ts";
import { NetError } from "../errors.ts";
import { withFile } from "../file_failure.ts";
import type { SshConnection } from "./connection.ts";
import type { SshProcess } from "./process.ts";
import { quote } from "./quote.ts";
import { Transfer, type TransferOptions } from "./sftp/transfer.ts";

/** What of the options of a transfer there is without SFTP. */
export type ScpOptions = Pick<
  TransferOptions,
  "mode" | "onProgress" | "timeout" | "signal"
>;

/** Octets a write. */
const PIECE = 64 * 1024;
/** The longest line that is read. */
const LONGEST = 8192;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** The conversation with `scp` there. */
class Talk {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #running: SshProcess;
  readonly #fail: (code: string, reason: string, cause?: unknown) => NetError;
  readonly #limits: { timeout: number; signal: AbortSignal | undefined };
  readonly #path: string;
  readonly #op: string;
  #rest: Uint8Array = new Uint8Array();

  constructor(
    running: SshProcess,
    op: string,
    path: string,
    { timeout = 30_000, signal }: ScpOptions,
  ) {
    this.#running = running;
    this.#reader = running.stdout.getReader();
    this.#writer = running.stdin.getWriter();
    this.#limits = { timeout, signal };
    this.#op = op;
    this.#path = path;
    this.#fail = (code, reason, cause) =>
      new NetError(reason, { code, op, target: path, cause });
  }

  async #within<T>(promise: Promise<T>): Promise<T> {
    using deadline = new Deadline(this.#op, this.#path, this.#limits);
    return await deadline.race(promise);
  }

  /** At least one octet, as they come. */
  async take(most: number): Promise<Uint8Array> {
    if (this.#rest.length === 0) {
      const { value, done } = await this.#within(this.#reader.read());
      if (done) {
        const said = this.#running.stderrTail.trim();
        throw this.#fail(
          said === "" ? "closed" : "unsupported",
          said === "" ? "it ended in the middle" : `it says "${said}"`,
        );
      }
      this.#rest = value;
    }
    const taken = this.#rest.subarray(0, most);
    this.#rest = this.#rest.subarray(taken.length);
    return taken;
  }

  /** A line without its end; what it complains of is thrown. */
  async line(first: number): Promise<string> {
    let text = "";
    while (!text.endsWith("\n")) {
      if (text.length > LONGEST) {
        throw this.#fail("malformed", "it says too much");
      }
      text += decoder.decode(await this.take(1));
    }
    const line = text.slice(0, -1);
    if (first === 1 || first === 2) throw this.#refused(line);
    return line;
  }

  /** Waits until the other side is content. */
  async agreed(): Promise<void> {
    const [first] = await this.take(1);
    if (first === 0) return;
    const line = await this.line(first!);
    throw this.#fail("malformed", `it says ${JSON.stringify(line)}`);
  }

  #refused(line: string): NetError {
    const text = line.replace(/^scp: /, "");
    const code = /no such file|not found/i.test(text)
      ? "not-found"
      : /permission|denied/i.test(text)
      ? "permission"
      : "failed";
    return this.#fail(code, `it says "${text}"`);
  }

  /** Sends octets. */
  async say(octets: Uint8Array): Promise<void> {
    await this.#within(this.#writer.write(octets));
  }

  /** Says that nothing more comes, and hears how it went. */
  async end(): Promise<void> {
    await this.#within(this.#writer.close());
  }
}

/**
 * Sends a file with `scp`, which devices without SFTP have.
 *
 * @param connection To the machine.
 * @param local The file here.
 * @param remote Where it goes there: `"flash:image.bin"`.
 * @param options Permissions, progress, how long to wait.
 * @returns What was sent.
 * @throws {NetError} `"not-found"`, `"permission"`, `"failed"` with what it says;
 * `"unsupported"` if it has no `scp`.
 */
export async function scpPut(
  connection: SshConnection,
  local: string,
  remote: string,
  options: ScpOptions = {},
): Promise<Transfer> {
  const since = performance.now();
  using file = await withFile("read", local, () => Deno.open(local));
  const { size, mode } = await file.stat();
  const { signal, onProgress } = options;
  await using running = await connection.spawn(`scp -t ${quote(remote)}`, {
    signal,
  });
  const talk = new Talk(running, "put", remote, options);
  await talk.agreed();
  const rights = ((options.mode ?? mode ?? 0o644) & 0o777).toString(8);
  // It takes the name from here only if the place there is a folder.
  const name = local.slice(local.lastIndexOf("/") + 1).replaceAll("\n", "_");
  await talk.say(
    encoder.encode(`C${rights.padStart(4, "0")} ${size} ${name}\n`),
  );
  await talk.agreed();
  let done = 0;
  while (done < size) {
    const piece = new Uint8Array(Math.min(PIECE, size - done));
    const n = await file.read(piece);
    if (n === null) {
      throw new NetError(`it ended after ${done} of ${size} octets`, {
        code: "truncated",
        op: "read",
        target: local,
      });
    }
    await talk.say(piece.subarray(0, n));
    done += n;
    onProgress?.({ path: remote, done, total: size });
  }
  await talk.say(Uint8Array.of(0));
  await talk.agreed();
  await talk.end();
  return new Transfer({
    from: local,
    to: remote,
    size,
    resumedAt: 0,
    elapsed: performance.now() - since,
  });
}

/**
 * Fetches a file with `scp`, which devices without SFTP have. It is written
 * beside its place, and put there when it is whole.
 *
 * @param connection To the machine.
 * @param remote The file there: `"flash:startup-config"`.
 * @param local Where it goes.
 * @param options Permissions, progress, how long to wait.
 * @returns What was fetched.
 * @throws {NetError} As {@linkcode scpPut}.
 */
export async function scpGet(
  connection: SshConnection,
  remote: string,
  local: string,
  options: ScpOptions = {},
): Promise<Transfer> {
  const since = performance.now();
  const { signal, onProgress } = options;
  await using running = await connection.spawn(`scp -f ${quote(remote)}`, {
    signal,
  });
  const talk = new Talk(running, "get", remote, options);
  await talk.say(Uint8Array.of(0));
  const [first] = await talk.take(1);
  const line = await talk.line(first!);
  const head = first === 0x43
    ? /^([0-7]{3,4}) (\d{1,15}) (.+)$/.exec(line)
    : null;
  if (!head) {
    throw new NetError(
      first === 0x44 ? "it is a folder" : `it says ${JSON.stringify(line)}`,
      {
        code: first === 0x44 ? "folder" : "malformed",
        op: "get",
        target: remote,
      },
    );
  }
  const size = Number(head[2]);
  const part = `${local}.part`;
  let done = 0;
  {
    using file = await withFile(
      "write",
      part,
      () => Deno.open(part, { write: true, create: true, truncate: true }),
    );
    await talk.say(Uint8Array.of(0));
    while (done < size) {
      const octets = await talk.take(size - done);
      for (let at = 0; at < octets.length;) {
        at += await file.write(octets.subarray(at));
      }
      done += octets.length;
      onProgress?.({ path: remote, done, total: size });
    }
  }
  await talk.agreed();
  await talk.say(Uint8Array.of(0));
  await talk.end();
  if (options.mode !== undefined) await Deno.chmod(part, options.mode);
  await withFile("write", local, () => Deno.rename(part, local));
  return new Transfer({
    from: remote,
    to: local,
    size,
    resumedAt: 0,
    elapsed: performance.now() - since,
  });
}
