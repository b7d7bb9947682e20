/**
 * The table that has packets traced for as long as somebody watches.
 *
 * @module
 */

import { endChild, type NftOptions, refusal, startIn } from "./nft.ts";

const OP = "watch packets";

let tables = 0;

/**
 * A table of ours that has packets traced. It belongs to an nft that waits for
 * commands at the end of a pipe: however this program ends, the pipe closes,
 * that nft ends, and the kernel takes the table away with it.
 */
export class Marker {
  /** The table's name. */
  readonly table: string;
  readonly #child: Deno.ChildProcess;
  readonly #said: readonly ReadableStreamDefaultReader<Uint8Array>[];

  private constructor(child: Deno.ChildProcess, table: string) {
    this.#child = child;
    this.#said = [child.stdout.getReader(), child.stderr.getReader()];
    this.table = table;
  }

  /**
   * Adds the table.
   *
   * @param matches Which packets, as the beginning of a rule.
   * @param rate How many a second, at most.
   * @param options Where, and a signal.
   * @returns The table, to be closed.
   * @throws {NetError} With code `"refused"` and what nft said.
   */
  static async start(
    matches: string,
    rate: number,
    { namespace, signal }: NftOptions,
  ): Promise<Marker> {
    const table = `netrepl_watch_${Deno.pid}_${++tables}`;
    const commands = [
      `add table inet ${table} { flags owner; }`,
      ...["prerouting", "output"].flatMap((hook) => [
        `add chain inet ${table} ${hook} { type filter hook ${hook} priority -350; }`,
        `add rule inet ${table} ${hook} ${matches} limit rate ${rate}/second burst ${rate} packets meta nftrace set 1 accept`,
      ]),
    ];
    // All in one transaction, and then a sign that it went well.
    const text = `${commands.join("; ")}\nlist table inet ${table}\n`;
    // A session of its own, which Ctrl-C does not reach; no history in a file.
    const words = ["env", "HOME=/dev/null", "setsid", "nft", "-i"];
    const marker = new Marker(startIn(namespace, words, OP), table);
    try {
      await marker.#tell(text, signal);
      return marker;
    } catch (error) {
      await marker.close();
      throw error;
    }
  }

  /** Has nft do something that ends with a word from it. */
  async #tell(text: string, signal: AbortSignal | undefined): Promise<void> {
    const stop = () => endChild(this.#child);
    signal?.addEventListener("abort", stop, { once: true });
    const writer = this.#child.stdin.getWriter();
    await writer.write(new TextEncoder().encode(text));
    writer.releaseLock();
    const [answer, complaint] = this.#said.map((reader) => reader.read());
    const isDone = await Promise.race([
      answer!.then(({ done }) => !done),
      complaint!.then(() => false),
    ]);
    signal?.removeEventListener("abort", stop);
    signal?.throwIfAborted();
    if (isDone) return;
    const { value } = await complaint!;
    throw refusal(new TextDecoder().decode(value), OP);
  }

  /** Takes the table away. */
  async close(): Promise<void> {
    // It is not to be cut short in what it says: it would die of that.
    await this.#child.stdin.close().catch(() => {});
    await this.#child.status;
    for (const reader of this.#said) await reader.cancel();
  }
}
