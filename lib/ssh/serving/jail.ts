/**
 * A folder that is all that a client sees: paths are resolved as if it were the
 * root, symbolic links included, so that none leads out of it.
 *
 * @module
 */

/** How many links a path may lead through, as Linux has it. */
const MOST_LINKS = 40;

/** Something about a path that a client should be told. */
export class PathError extends Error {}

/** A folder that paths do not leave. */
export class Jail {
  /** The folder's own path, without links; empty for the root of all. */
  readonly #root: string;
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(root: string) {
    this.#root = root;
  }

  /**
   * Takes a folder.
   *
   * @param root Its path.
   * @returns The jail.
   */
  static async open(root: string): Promise<Jail> {
    return new Jail((await Deno.realPath(root)).replace(/\/$/, ""));
  }

  /**
   * Does something with paths while nobody else changes them: between looking
   * where a path leads and going there, no client may put a link in the way.
   *
   * @param work What to do.
   * @returns What it gave.
   */
  alone<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(work);
    this.#turn = result.catch(() => {});
    return result;
  }

  /**
   * Writes a path as the client should see it: absolute, without `.` and `..`.
   *
   * @param path Any path of the client's.
   * @returns The path; nothing says that there is something.
   */
  static normal(path: string): string {
    const done: string[] = [];
    for (const part of path.split("/")) {
      if (part === "..") done.pop();
      else if (part !== "" && part !== ".") done.push(part);
    }
    return `/${done.join("/")}`;
  }

  /**
   * Finds the real path for one of the client's.
   *
   * @param path The client's.
   * @param follow Whether a link at its very end is followed.
   * @returns A path within the folder.
   * @throws {PathError} If links lead in circles, or it is no path.
   */
  async real(path: string, follow: boolean): Promise<string> {
    if (path.includes("\0")) throw new PathError("a path with a NUL");
    const todo = path.split("/").reverse();
    let done: string[] = [];
    let links = 0;
    while (todo.length > 0) {
      const part = todo.pop()!;
      if (part === "" || part === ".") continue;
      if (part === "..") {
        done.pop();
        continue;
      }
      const isLast = todo.every((rest) => rest === "" || rest === ".");
      const at = `${this.#root}/${[...done, part].join("/")}`;
      const target = isLast && !follow ? undefined : await linkAt(at);
      if (target === undefined) {
        done.push(part);
        continue;
      }
      if (++links > MOST_LINKS) {
        throw new PathError("too many levels of symbolic links");
      }
      if (target.startsWith("/")) done = [];
      todo.push(...this.#inside(target).split("/").reverse());
    }
    return `${this.#root}/${done.join("/")}`;
  }

  /**
   * What a new link should hold, so that it leads to the same place for the
   * client and for everybody else on this machine: never out of the folder.
   *
   * @param target What the client wants it to hold.
   * @param link The client's path of the link.
   * @returns The same, or a relative path in its place.
   */
  static linkText(target: string, link: string): string {
    const from = Jail.normal(link).split("/").slice(1, -1);
    let depth = from.length;
    let leaves = target.startsWith("/");
    for (const part of target.split("/")) {
      if (part === "..") leaves ||= --depth < 0;
      else if (part !== "" && part !== ".") depth++;
    }
    if (!leaves) return target;
    const base = target.startsWith("/")
      ? target
      : `/${from.join("/")}/${target}`;
    const to = Jail.normal(base).split("/").slice(1).filter((x) => x !== "");
    return [...from.map(() => ".."), ...to].join("/") || ".";
  }

  /** A link may hold the folder's own path, if somebody else made it. */
  #inside(target: string): string {
    const root = this.#root;
    const isOurs = root !== "" &&
      (target === root || target.startsWith(`${root}/`));
    return isOurs ? target.slice(root.length) : target;
  }
}

async function linkAt(path: string): Promise<string | undefined> {
  try {
    if (!(await Deno.lstat(path)).isSymlink) return undefined;
    return await Deno.readLink(path);
  } catch (error) {
    // What is not there is no link; whoever opens it will say so.
    if (error instanceof Deno.errors.NotFound) return undefined;
    if ((error as { code?: string }).code === "ENOTDIR") return undefined;
    throw error;
  }
}
