/**
 * Rows out of what a device printed, by the template for platform and command.
 *
 * @module
 */

import { NetError } from "../../errors.ts";
import type { Platform } from "../platform.ts";
import { loadPlatform } from "../platforms/load.ts";
import { FoundTemplate, templates } from "./folder.ts";
import { fitsCommand } from "./index_file.ts";
import type { TextFsmRow } from "./row.ts";
import { TextFsm, TextFsmError } from "./textfsm.ts";

/** Options for {@linkcode structured} and {@linkcode findTemplate}. */
export interface StructuredOptions {
  /** The folder of templates. @default {that of NET_TEXTFSM, or ~/ntc-templates} */
  folder?: string;
  /** The device's name, for an index that asks for it. */
  hostname?: string;
}

/** The names under which ntc-templates has platforms that it does not name. */
const RELATED: Readonly<Record<string, readonly string[]>> = {
  cisco_xe: ["cisco_ios"],
  cumulus_linux: ["linux"],
};

/** A platform's own templates, which never change. */
const own = new WeakMap<Platform, Map<string, TextFsm>>();

/**
 * Finds the template for what a command prints on a platform: in a folder with
 * an index, by all of the platform's names, and then among the platform's own.
 *
 * @param platform The platform or its name, as `connect` takes it; other names
 * are looked for in the folder only.
 * @param command The command as it was typed.
 * @param options The folder, and the device's name.
 * @returns The template, or nothing if there is none.
 * @throws {NetError} If the folder that is named has no index, or a template
 * that its index names is missing.
 * @throws {TemplateError} If a template is none.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const found = await net.device.findTemplate("cisco_ios", "show version");
 * assert.ok(found?.templates[0]?.values.some(({ name }) => name === "VERSION"));
 * ```
 */
export async function findTemplate(
  platform: string | Platform,
  command: string,
  options: StructuredOptions = {},
): Promise<FoundTemplate | undefined> {
  const { hostname } = options;
  const typed = command.trim().replaceAll(/\s+/g, " ");
  const known = await platformOf(platform);
  const name = typeof platform === "string" ? platform : platform.name;
  const names = new Set([
    name,
    ...known === undefined ? [] : [known.name, ...known.aliases],
    ...RELATED[known?.name ?? name] ?? [],
  ]);
  const folder = await folderOf(options.folder);
  for (const platform of folder === undefined ? [] : names) {
    const found = await folder?.find({
      platform,
      command: typed,
      ...hostname === undefined ? {} : { hostname },
    });
    if (found !== undefined) return found;
  }
  return known === undefined ? undefined : ownTemplate(known, typed);
}

/**
 * Makes rows of what a command printed, if there is a template for it.
 *
 * What its template says is an error gives no rows either: to hear why, ask
 * {@linkcode findTemplate} and call `parse`.
 *
 * @param platform The platform or its name.
 * @param command The command as it was typed.
 * @param output What the device printed.
 * @param options The folder, and the device's name.
 * @returns Rows with keys in lower case, or nothing.
 * @throws {NetError} If the folder that is named has no index, or a template
 * that its index names is missing.
 * @throws {TemplateError} If a template is none.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * assert.equal(await net.device.structured("cisco_ios", "hello", "world"), undefined);
 * ```
 */
export async function structured(
  platform: string | Platform,
  command: string,
  output: string,
  options: StructuredOptions = {},
): Promise<TextFsmRow[] | undefined> {
  const found = await findTemplate(platform, command, options);
  try {
    return found?.parse(output);
  } catch (error) {
    if (error instanceof TextFsmError) return undefined;
    throw error;
  }
}

/** The platform, if it is one of those that are known here. */
async function platformOf(
  platform: string | Platform,
): Promise<Platform | undefined> {
  if (typeof platform === "object") return platform;
  try {
    return await loadPlatform(platform);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** The folder; without one that was named, it may be that there is none. */
async function folderOf(folder: string | undefined) {
  try {
    return await templates(folder);
  } catch (error) {
    const absent = error instanceof NetError && error.code === "not-found";
    if (folder === undefined && absent) return undefined;
    throw error;
  }
}

function ownTemplate(
  platform: Platform,
  command: string,
): FoundTemplate | undefined {
  const entry = Object.entries(platform.templates)
    .find(([wanted]) => fitsCommand(wanted, command));
  if (entry === undefined) return undefined;
  const [name, text] = entry;
  const made = own.get(platform) ?? new Map<string, TextFsm>();
  own.set(platform, made);
  let template = made.get(name);
  if (template === undefined) {
    made.set(name, template = new TextFsm(text, { keys: "lower" }));
  }
  return new FoundTemplate([`${platform.name}: ${name}`], [template]);
}
