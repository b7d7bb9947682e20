/**
 * Watching files for new contents.
 *
 * @module
 */

/** Writers take several steps: a certificate, then its key. In ms. */
const QUIET = 100;
/** Links on the way to a file; systems follow as many. */
const MOST_LINKS = 40;

/** Tells when files may have changed. */
export class FileWatch {
  readonly #files: readonly string[];
  readonly #changed: () => void;
  #places = "";
  #watcher: Deno.FsWatcher | undefined;
  #finished: Promise<unknown> = Promise.resolve();
  #timer: ReturnType<typeof setTimeout> | undefined;

  /**
   * Begins to watch. The folders are watched and not the files: those who put
   * a new file, or a link to one, in the old one's place leave the old one as
   * it was.
   *
   * @param files The files.
   * @param changed Told of a change, some time after the last.
   */
  constructor(files: readonly string[], changed: () => void) {
    this.#files = files;
    this.#changed = changed;
    this.#begin();
  }

  /** Ends it. */
  async close(): Promise<void> {
    clearTimeout(this.#timer);
    this.#watcher?.close();
    await this.#finished;
  }

  /** Watches where the files are now. */
  #begin(): void {
    const places = this.#files.flatMap(placesOf);
    if (places.join("\n") === this.#places) return;
    const folders = new Set([
      ...this.#files.map(folderOf),
      ...places.map(folderOf).filter(isReadable),
    ]);
    const watcher = Deno.watchFs([...folders], { recursive: false });
    this.#watcher?.close();
    this.#watcher = watcher;
    this.#places = places.join("\n");
    const names = new Set([...this.#files, ...places].map(nameOf));
    this.#finished = Promise.all([
      this.#finished,
      this.#watch(watcher, names),
    ]);
  }

  async #watch(
    watcher: Deno.FsWatcher,
    names: ReadonlySet<string>,
  ): Promise<void> {
    for await (const { kind, paths } of watcher) {
      if (kind === "access") continue;
      // What else goes on in the folder is no matter, and may never pause.
      if (!paths.some((path) => names.has(nameOf(path)))) continue;
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#tell(), QUIET);
    }
  }

  #tell(): void {
    try {
      // A link may lead elsewhere now.
      this.#begin();
    } catch {
      // A folder is gone, which reading the files anew says.
    }
    this.#changed();
  }
}

/** What may get another in its place: each link on the way, and the file. */
function placesOf(file: string): string[] {
  const places: string[] = [];
  const parts = (path: string) =>
    path.split("/").filter((part) => part !== "" && part !== ".");
  let at = file.startsWith("/") ? "/" : "";
  let left = parts(file);
  while (left.length > 0 && places.length < MOST_LINKS) {
    const [part, ...rest] = left;
    const place = at + part;
    const target = linkAt(place);
    if (target !== undefined || rest.length === 0) places.push(place);
    if (target === undefined) at = `${place}/`;
    else if (target.startsWith("/")) at = "/";
    left = [...parts(target ?? ""), ...rest];
  }
  return places;
}

/** Where a link leads; nothing for what is none, or is not ours to read. */
function linkAt(path: string): string | undefined {
  try {
    return Deno.readLinkSync(path);
  } catch {
    return undefined;
  }
}

function isReadable(path: string): boolean {
  return Deno.permissions.querySync({ name: "read", path }).state === "granted";
}

function folderOf(path: string): string {
  return path.replace(/[^/]*$/, "") || ".";
}

function nameOf(path: string): string {
  return path.replace(/^.*\//, "");
}
