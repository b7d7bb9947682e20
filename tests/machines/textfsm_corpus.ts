/**
 * The recorded outputs of ntc-templates, and what they must be read as.
 *
 * @module
 */

import { parseYaml } from "../../lib/yaml.ts";

const ROOT = new URL(
  "../../../shared/data/ntc-templates/",
  import.meta.url,
).pathname;

/** The folder of templates and their index. */
export const TEMPLATES = `${ROOT}templates`;

/** Why the recordings cannot be read, if so. */
export const absent: string | undefined = exists(`${TEMPLATES}/index`)
  ? undefined
  : `there are no recordings in ${ROOT}`;

/** A recording. */
export interface Recording {
  readonly platform: string;
  readonly command: string;
  /** The file with the rows, for messages. */
  readonly path: string;
  /** What the device printed. */
  readonly output: string;
}

/** All recordings, in a stable order. */
export function recordings(): Recording[] {
  const found: Recording[] = [];
  for (const platform of names(`${ROOT}tests`)) {
    // These are for the tests of ntc-templates themselves.
    if (platform === "mocks") continue;
    for (const folder of names(`${ROOT}tests/${platform}`)) {
      for (const file of names(`${ROOT}tests/${platform}/${folder}`)) {
        if (!file.endsWith(".yml")) continue;
        const path = `${ROOT}tests/${platform}/${folder}/${file}`;
        found.push({
          platform,
          command: folder.replaceAll("_", " "),
          path,
          output: Deno.readTextFileSync(path.replace(/yml$/, "raw")),
        });
      }
    }
  }
  return found;
}

/** The rows that a recording must give. */
export async function expected({ path }: Recording): Promise<unknown> {
  const text = Deno.readTextFileSync(path);
  const rows = plainRows(text);
  if (rows !== undefined) return rows;
  const { value } = await parseYaml(text);
  return (value as Record<string, unknown>)["parsed_sample"];
}

/**
 * Reads what nearly all of the files are: a list of maps from names to quoted
 * texts and lists of those. That is ten times quicker than YAML in full.
 */
function plainRows(text: string): unknown[] | undefined {
  const rows: Record<string, unknown>[] = [];
  let list: unknown[] | undefined;
  let indent: string | undefined;
  for (const line of text.split("\n")) {
    if (/^(?:---|parsed_sample:|)$/.test(line)) continue;
    const item = /^( *)- ("(?:[^"\\]|\\["\\/bfnrt])*")$/.exec(line);
    if (item !== null) {
      if (list === undefined || item[1] === indent) return undefined;
      list.push(JSON.parse(item[2] as string));
      continue;
    }
    const pair =
      /^( *)(- | {2})([a-zA-Z0-9_]+):(?: (\[\]|"(?:[^"\\]|\\["\\/bfnrt])*"))?$/
        .exec(line);
    if (pair === null || (indent ??= pair[1]) !== pair[1]) return undefined;
    const [, , dash, key = "", value] = pair;
    if (dash === "- ") rows.push({});
    const row = rows.at(-1);
    if (row === undefined || key in row) return undefined;
    list = value === undefined ? [] : undefined;
    row[key] = value === undefined ? list : JSON.parse(value);
  }
  // An empty list is written otherwise, and may be nothing.
  const full = (value: unknown) => typeof value === "string";
  return rows.length > 0 &&
      rows.every((row) =>
        Object.values(row).every((value) =>
          full(value) || (Array.isArray(value) && value.every(full))
        )
      )
    ? rows
    : undefined;
}

function names(folder: string): string[] {
  return Array.from(Deno.readDirSync(folder), ({ name }) => name).sort();
}

function exists(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}
