/**
 * Folders of templates with an index, as ntc-templates has it, and where
 * Netmiko looks for them.
 *
 * @module
 */

import { NetError, PermissionError } from "../../errors.ts";
import { withFile } from "../../file_failure.ts";
import {
  readIndex,
  type TemplateEntry,
  TemplateIndex,
  type TemplateQuery,
} from "./index_file.ts";
import { parseJoined } from "./joined.ts";
import type { TextFsmRow } from "./row.ts";
import { TextFsm } from "./textfsm.ts";

export type { TemplateEntry, TemplateQuery } from "./index_file.ts";

/** A file's text as it was, with what was made of it. */
interface Kept<T> {
  readonly stamp: string;
  readonly made: T;
}

/** The folders that have been read, by their paths. */
const folders = new Map<string, TemplateFolder>();

/**
 * Opens a folder of templates: the one that is named, or else the one that
 * Netmiko would take, which is that of the variable `NET_TEXTFSM`, or
 * `~/ntc-templates`. The folder `templates` or `ntc_templates/templates` within
 * it will do as well.
 *
 * @param folder The folder, in which there is a file `index`.
 * @returns The folder, its index read.
 * @throws {NetError} `"not-found"` if there is no folder with an index.
 * @throws {PermissionError} If the runtime or the system bars reading it.
 * @throws {ParseError} If the index is none.
 *
 * @example
 * ```ts ignore
 * import * as net from "netrepl";
 *
 * const folder = await net.device.templates("ntc-templates");
 * const found = await folder.find({ platform: "cisco_ios", command: "sh ver" });
 * console.log(found?.parse(await Deno.readTextFile("version.txt")));
 * ```
 */
export async function templates(folder?: string): Promise<TemplateFolder> {
  const path = await place(folder);
  let known = folders.get(path);
  if (known === undefined) folders.set(path, known = new TemplateFolder(path));
  await known.refresh();
  return known;
}

/** A folder of templates; what changes in it is read again. */
export class TemplateFolder {
  /** The folder's path. */
  readonly path: string;
  #index: Kept<TemplateIndex> = { stamp: "", made: new TemplateIndex("", []) };
  readonly #templates = new Map<string, Kept<TextFsm>>();

  /**
   * Takes a folder; {@linkcode templates} finds and reads it.
   *
   * @param path The folder's path.
   */
  constructor(path: string) {
    this.path = path;
  }

  /** The lines of its index. */
  get entries(): readonly TemplateEntry[] {
    return this.#index.made.entries;
  }

  /**
   * Reads the index again if it has changed.
   *
   * @throws {NetError} If it is gone.
   */
  async refresh(): Promise<void> {
    this.#index = await renewed(`${this.path}/index`, this.#index, readIndex);
  }

  /**
   * Finds and reads the templates for what a command printed.
   *
   * @param query The platform, the command, the device's name.
   * @returns The templates, or nothing if the index has none.
   * @throws {NetError} If a template's file is missing.
   * @throws {TemplateError} If a template is none.
   */
  async find(query: TemplateQuery): Promise<FoundTemplate | undefined> {
    const entry = this.#index.made.find(query);
    if (entry === undefined) return undefined;
    const read = entry.templates.map((name) => this.template(name));
    return new FoundTemplate(entry.templates, await Promise.all(read));
  }

  /**
   * Reads one template, whose rows will have keys in lower case.
   *
   * @param name Its file's name.
   * @throws {NetError} If the file is missing.
   * @throws {TemplateError} If it is no template.
   */
  async template(name: string): Promise<TextFsm> {
    const kept = await renewed(
      `${this.path}/${name}`,
      this.#templates.get(name),
      (text) => new TextFsm(text, { keys: "lower" }),
    );
    this.#templates.set(name, kept);
    return kept.made;
  }
}

/** The templates for what a command prints; nearly always one. */
export class FoundTemplate {
  /** The names of their files, or of the command that they are for. */
  readonly names: readonly string[];
  /** The templates. */
  readonly templates: readonly TextFsm[];

  /**
   * Takes what was found.
   *
   * @param names Where each comes from.
   * @param templates The templates, with keys in lower case.
   */
  constructor(names: readonly string[], templates: readonly TextFsm[]) {
    this.names = names;
    this.templates = templates;
  }

  /**
   * Takes a text apart; the rows of several templates are joined by their keys.
   *
   * @param text What the device printed.
   * @returns A row for each record, with keys in lower case.
   * @throws {TextFsmError} Where a rule of a template says Error.
   */
  parse(text: string): TextFsmRow[] {
    return parseJoined(this.templates, text);
  }
}

async function renewed<T>(
  path: string,
  kept: Kept<T> | undefined,
  make: (text: string) => T,
): Promise<Kept<T>> {
  const { mtime, size } = await withFile("read", path, () => Deno.stat(path));
  const stamp = `${mtime?.getTime()} ${size}`;
  if (kept?.stamp === stamp) return kept;
  const text = await withFile("read", path, () => Deno.readTextFile(path));
  return { stamp, made: make(text) };
}

/** The folder in which the index is. */
async function place(folder: string | undefined): Promise<string> {
  const wanted = folder ?? variable("NET_TEXTFSM") ?? atHome();
  const inHome = wanted?.startsWith("~/") ? variable("HOME") : undefined;
  const path = inHome === undefined ? wanted : `${inHome}${wanted?.slice(1)}`;
  if (path !== undefined) {
    for (const inside of ["", "/templates", "/ntc_templates/templates"]) {
      const candidate = path.replace(/(?<=.)\/+$/, "") + inside;
      if (await isFile(`${candidate}/index`, folder !== undefined)) {
        return candidate;
      }
    }
  }
  throw new NetError("there is no file index in it", {
    code: "not-found",
    op: "open a folder of templates",
    target: path ?? "~/ntc-templates",
    hint:
      "git clone https://github.com/networktocode/ntc-templates, and set NET_TEXTFSM to its ntc_templates/templates",
  });
}

function atHome(): string | undefined {
  const home = variable("HOME");
  return home === undefined ? undefined : `${home}/ntc-templates`;
}

function variable(name: string): string | undefined {
  const { state } = Deno.permissions.querySync({ name: "env", variable: name });
  return state === "granted" ? Deno.env.get(name) || undefined : undefined;
}

/** Whether there is a file; what nobody asked for is not asked of the user. */
async function isFile(path: string, asked: boolean): Promise<boolean> {
  const { state } = await Deno.permissions.query({ name: "read", path });
  if (state !== "granted" && !asked) return false;
  try {
    return (await withFile("read", path, () => Deno.stat(path))).isFile;
  } catch (error) {
    if (error instanceof PermissionError) throw error;
    return false;
  }
}
