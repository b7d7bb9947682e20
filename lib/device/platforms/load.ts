/**
 * Finds platforms: the built-in ones by name or alias, others by their file.
 *
 * @module
 */

import { Deadline } from "../../deadline.ts";
import { NetError } from "../../errors.ts";
import { nearestWord } from "../../nearest.ts";
import type { Platform } from "../platform.ts";
import { ALL_PLATFORMS } from "./all.ts";

/** A platform in a list. */
export interface PlatformSummary {
  /** The name that `connect` takes: `"cisco_ios"`. */
  readonly name: string;
  /** What people call it: `"Cisco IOS"`. */
  readonly title: string;
  /** Other names for the same. */
  readonly aliases: readonly string[];
}

/** Options for {@linkcode loadPlatform}. */
export interface LoadOptions {
  /** The longest wait for a URL, in milliseconds. @default {30000} */
  readonly timeout?: number | undefined;
  /** Stops the wait; the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** What was read is read once; a platform never changes. */
const loaded = new Map<string, Promise<Platform>>();
const known = new WeakSet<Platform>();
let summaries: Promise<readonly PlatformSummary[]> | undefined;

/**
 * Lists the built-in platforms.
 *
 * @returns Name, title and aliases of each, by name.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const all = await net.device.platforms();
 * const junos = all.find(({ name }) => name === "juniper_junos");
 * assert.equal(junos?.title, "Juniper Junos");
 * ```
 */
export function platforms(): Promise<readonly PlatformSummary[]> {
  return summaries ??= Promise.all(
    Object.entries(ALL_PLATFORMS).map(async ([name, load]) => ({
      name,
      ...headOf((await load()).default),
    })),
  );
}

/** Title and aliases are plain words: to list is not to parse. */
function headOf(text: string): { title: string; aliases: string[] } {
  const title = /^title: (.+)$/m.exec(text)?.[1] ?? "";
  const aliases = /^aliases:\s*\[([^\]]*)\]/m.exec(text)?.[1] ?? "";
  return { title, aliases: aliases.match(/\w+/g) ?? [] };
}

/**
 * Loads a platform: built in, by its name or one of its other names (Netmiko's
 * and NAPALM's work, with `_ssh` or `_telnet` at their end too), or an own one,
 * by the path or URL of its YAML file, or that text itself. What is wrong with a file is said with
 * line and column, all of it at once.
 *
 * @param source A name, a path that ends in `.yaml` or `.yml`, a URL, text of more
 * than one line, or a platform.
 * @param options How long to wait for a URL, and who may stop that.
 * @returns The platform, which never changes.
 * @throws {RangeError} If there is no platform of that name.
 * @throws {PlatformError} If a file's platform cannot be used; see `problems`.
 * @throws {NetError} If a file or URL cannot be read.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const ios = await net.device.loadPlatform("ios");
 * assert.equal(ios.name, "cisco_ios");
 * assert.match("r1(config-if)#", new RegExp(ios.modes.config!.prompt));
 * await assert.rejects(
 *   net.device.loadPlatform("juniper_junso"),
 *   /there is no platform juniper_junso; did you mean juniper_junos\?/,
 * );
 * ```
 */
export function loadPlatform(
  source: string | URL | Platform,
  options: LoadOptions = {},
): Promise<Platform> {
  if (source instanceof URL) return fromUrl(source, options);
  if (typeof source === "object" && source !== null) {
    return fromData(source);
  }
  if (typeof source !== "string") {
    return Promise.reject(
      new TypeError(
        `Cannot load a platform as it must be a name, a file, a URL or an object: current value is ${
          String(source)
        }`,
      ),
    );
  }
  if (source.includes("\n")) return own(source, "the text");
  if (/^(?:https?|file):\/\//.test(source)) {
    return fromUrl(new URL(source), options);
  }
  return /\.ya?ml$/.test(source) ? fromFile(source) : byName(source);
}

async function fromData(data: Platform): Promise<Platform> {
  if (known.has(data)) return data;
  const { platformFrom } = await import("./read.ts");
  const platform = platformFrom(data, `${data.name}`);
  known.add(platform);
  return platform;
}

async function byName(wanted: string): Promise<Platform> {
  const name = wanted in ALL_PLATFORMS ? wanted : await resolve(wanted);
  const promise = loaded.get(name) ?? builtIn(name);
  loaded.set(name, promise);
  return promise;
}

async function builtIn(name: string): Promise<Platform> {
  const { default: text } = await ALL_PLATFORMS[name]!();
  return await own(text, name);
}

/** Finds whose other name it is. */
async function resolve(wanted: string): Promise<string> {
  const plain = `${wanted}`.toLowerCase().replaceAll("-", "_");
  const short = plain.replace(/_(?:ssh|telnet)$/, "");
  const all = await platforms();
  const names = all.flatMap(({ name, aliases }) => [name, ...aliases]);
  const found = all.find(({ name, aliases }) =>
    [plain, short].some((one) => one === name || aliases.includes(one))
  );
  if (found !== undefined) return found.name;
  const near = nearestWord(short, names);
  throw new RangeError(
    `Cannot load a platform: there is no platform ${wanted}; ${
      near === undefined
        ? `there are ${all.map(({ name }) => name).join(", ")}`
        : `did you mean ${near}?`
    }`,
  );
}

async function fromFile(path: string): Promise<Platform> {
  let text: string;
  try {
    text = await Deno.readTextFile(path);
  } catch (cause) {
    if (cause instanceof Deno.errors.NotCapable) throw cause;
    const missing = cause instanceof Deno.errors.NotFound;
    throw new NetError(
      missing ? "no such file" : (cause as Error).message,
      {
        code: missing ? "not-found" : "unreadable",
        op: "read the platform",
        target: path,
        hint: missing ? "give the path of a YAML file, or a name" : undefined,
        cause,
      },
    );
  }
  return own(text, path);
}

async function fromUrl(
  url: URL,
  options: LoadOptions,
): Promise<Platform> {
  if (url.protocol === "file:") {
    return fromFile(decodeURIComponent(url.pathname));
  }
  const { timeout = 30_000, signal } = options;
  using deadline = new Deadline("read the platform", url.href, {
    timeout,
    signal,
  });
  let response: Response;
  let text: string;
  try {
    response = await fetch(url, { signal: deadline.signal });
    text = await response.text();
  } catch (cause) {
    deadline.throwIfOver();
    throw new NetError((cause as Error).message, {
      code: "unreachable",
      op: "read the platform",
      target: url.href,
      cause,
    });
  }
  if (response.ok) return own(text, url.href);
  throw new NetError(`the server said ${response.status}`, {
    code: "not-found",
    op: "read the platform",
    target: url.href,
  });
}

async function own(text: string, name: string): Promise<Platform> {
  // What reads and checks one is loaded with the first.
  const { readPlatform } = await import("./read.ts");
  const platform = await readPlatform(text, name);
  known.add(platform);
  return platform;
}
