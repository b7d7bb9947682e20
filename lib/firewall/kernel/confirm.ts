/**
 * The guard of new rules: it gives them to the kernel, and puts the old ones
 * back unless told in time to leave the new.
 *
 * It is a process of its own, in a session of its own, and does both, one
 * after the other: so wherever this program is killed, or its terminal cut,
 * its end of the pipe closes and the guard acts.
 *
 * @module
 */

import { NetError } from "../../errors.ts";
import { refusal, startIn } from "./nft.ts";

/**
 * What the guard does, for so many seconds, with the files of a folder, which it
 * takes away at once. It hears one line; whatever else comes, the old rules do
 * too. If they cannot, they are left in the folder.
 */
const GUARD = `
trap '' HUP INT TERM PIPE
undo=$(cat "$2/undo.nft")
nft -f "$2/change.nft"
code=$?
rm -rf "$2"
[ "$code" = 0 ] || exit 12
echo applied
answer=$(timeout -s KILL "$1" head -n 1)
[ "$answer" = keep ] && exit 0
printf '%s\\n' "$undo" | nft -f - && exit 10
mkdir -m 700 "$2" && printf '%s\\n' "$undo" > "$2/undo.nft"
exit 11
`;

const KEPT = 0;
const RESTORED = 10;
const REFUSED = 12;

/** How the guard ended. */
export type GuardEnd = "kept" | "restored";

/** A guard at work. */
export class Guard {
  readonly #child: Deno.ChildProcess;
  readonly #stdin: WritableStreamDefaultWriter<Uint8Array>;
  readonly #ended: Promise<GuardEnd>;
  #end: GuardEnd | undefined;

  private constructor(child: Deno.ChildProcess, folder: string, op: string) {
    this.#child = child;
    this.#stdin = child.stdin.getWriter();
    const said = new Response(child.stderr).text();
    this.#ended = child.status.then(async ({ code }) => {
      if (code === KEPT) return "kept";
      if (code === RESTORED) return "restored";
      if (code === REFUSED) throw refusal(await said, op);
      throw new NetError((await said).trim() || "the guard was killed", {
        code: "not-restored",
        op: "put the old rules back",
        hint: `nft -f ${folder}/undo.nft`,
      });
    });
    // Who waits for it hears of it; who does not shall not be ended by it.
    this.#ended.then((end) => this.#end = end, () => {});
  }

  /**
   * Sets a guard up, and waits until the new rules are there.
   *
   * @param change What nft is to do now.
   * @param undo What it is to do unless told to keep that.
   * @param seconds For how long the guard waits.
   * @param options What for, where, and a signal.
   * @returns The guard.
   * @throws {NetError} With code `"refused"` and what nft said; nothing has
   * changed then.
   */
  static async start(
    change: string,
    undo: string,
    seconds: number,
    options: {
      readonly op: string;
      readonly namespace: number | string | undefined;
      readonly signal: AbortSignal | undefined;
    },
  ): Promise<Guard> {
    const { op, namespace, signal } = options;
    const folder = await Deno.makeTempDir({ prefix: "netrepl-firewall-" });
    let guard: Guard;
    try {
      await Deno.writeTextFile(`${folder}/change.nft`, change);
      await Deno.writeTextFile(`${folder}/undo.nft`, undo);
      const words = ["setsid", "sh", "-c", GUARD, "sh", `${seconds}`, folder];
      guard = new Guard(startIn(namespace, words, op), folder, op);
    } catch (error) {
      await Deno.remove(folder, { recursive: true });
      throw error;
    }
    const stdout = guard.#child.stdout.getReader();
    const stop = () => guard.restore().catch(() => {});
    signal?.addEventListener("abort", stop, { once: true });
    const { done } = await stdout.read();
    signal?.removeEventListener("abort", stop);
    await stdout.cancel();
    if (done) await guard.#ended;
    if (signal?.aborted) {
      await guard.restore();
      throw signal.reason;
    }
    // A program that ends without a word lets the old rules come back.
    guard.#child.unref();
    return guard;
  }

  /** How it ended, if it is known by now. */
  get end(): GuardEnd | undefined {
    return this.#end;
  }

  /** How it ended. @throws {NetError} If the old rules could not be put back. */
  get ended(): Promise<GuardEnd> {
    this.#child.ref();
    return this.#ended;
  }

  /** Has it leave the new rules be. */
  async keep(): Promise<GuardEnd> {
    return await this.#tell("keep\n");
  }

  /** Has it put the old rules back now. */
  async restore(): Promise<GuardEnd> {
    return await this.#tell("restore\n");
  }

  async #tell(line: string): Promise<GuardEnd> {
    try {
      await this.#stdin.write(new TextEncoder().encode(line));
      await this.#stdin.close();
    } catch {
      // It has ended already; how, is what counts.
    }
    return await this.ended;
  }
}
