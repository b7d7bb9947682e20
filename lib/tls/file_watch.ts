/**
 * Watching files for new contents.
 *
 * @module
 */

/** Writers take several steps: a certificate, then its key. In ms. */
const QUIET = 100;

/** Tells when files may have changed. */
export class FileWatch {
  readonly #watcher: Deno.FsWatcher;
  readonly #finished: Promise<void>;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /**
   * Begins to watch. The folders are watched and not the files: those who put
   * a new file in the old one's place leave the old one as it was.
   *
   * @param files The files.
   * @param changed Told of a change, some time after the last.
   */
  constructor(files: readonly string[], changed: () => void) {
    const folders = new Set(
      files.map((file) => file.replace(/[^/]*$/, "") || "."),
    );
    this.#watcher = Deno.watchFs([...folders], { recursive: false });
    this.#finished = this.#watch(changed);
  }

  /** Ends it. */
  async close(): Promise<void> {
    clearTimeout(this.#timer);
    this.#watcher.close();
    await this.#finished;
  }

  async #watch(changed: () => void): Promise<void> {
    for await (const { kind } of this.#watcher) {
      if (kind === "access") continue;
      clearTimeout(this.#timer);
      this.#timer = setTimeout(changed, QUIET);
    }
  }
}
