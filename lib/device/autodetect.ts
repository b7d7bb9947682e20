/**
 * Which platform a device is of, from what it shows and says.
 *
 * @module
 */

import { NetError } from "../errors.ts";
import type { Platform } from "./platform.ts";
import { ALL_PLATFORMS } from "./platforms/all.ts";
import { loadPlatform } from "./platforms/load.ts";

/** A device that is there and waits at its prompt. */
export interface Detectable {
  /** What it showed before the first prompt. */
  readonly banner?: string | undefined;
  /** How its SSH server identifies itself: `"SSH-2.0-ROSSSH"`. */
  readonly serverVersion?: string | undefined;
  /** The first prompt: the whole last line. */
  readonly prompt: string;
  /** Types a command, and gives what was said up to the next prompt. */
  send(command: string): Promise<string>;
}

/** Options for {@linkcode autodetect}. */
export interface AutodetectOptions {
  /** The platforms it may be of. @default {all that are built in} */
  readonly platforms?: readonly Platform[] | undefined;
  /** Stops between two commands; the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** Which platform it is, and how that is known. */
export interface Detection {
  /** The platform. */
  readonly platform: Platform;
  /** What told it: a sign that was there, or an answer. */
  readonly by: "banner" | "serverVersion" | "prompt" | "answer";
  /** The words that told it. */
  readonly evidence: string;
  /** What was typed. */
  readonly commands: readonly string[];
}

/** What is tried at most: a device that knows none of these will not be known. */
const MOST_COMMANDS = 6;

/**
 * Finds out which platform a device is of.
 *
 * Signs come first and cost nothing: the shape of the prompt, the banner, the
 * identification of the SSH server. Where they leave a choice, commands are
 * typed which only show something (`show version`, `uname -a`, …), those first
 * that tell most of the platforms left apart, and none that a platform with
 * such a prompt does not have.
 *
 * @param device What it showed, and how to ask it.
 * @param options Which platforms it may be of.
 * @returns The platform, what told it, and what was typed.
 * @throws {NetError} With code `"unknown-platform"` if nothing tells it.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const found = await net.device.autodetect({
 *   serverVersion: "SSH-2.0-OpenSSH_9.2p1",
 *   prompt: "r1#",
 *   send: (command) => Promise.resolve(
 *     command === "show version" ? "FRRouting 10.2 (r1) on Linux(6.12)." : "% Unknown command",
 *   ),
 * });
 * assert.equal(found.platform.name, "frr");
 * assert.deepEqual(found.commands, ["show version"]);
 * ```
 */
export async function autodetect(
  device: Detectable,
  options: AutodetectOptions = {},
): Promise<Detection> {
  const { platforms = await builtIn(), signal } = options;
  const shaped = platforms.filter((platform) =>
    hasPrompt(platform, device.prompt)
  );
  const candidates = shaped.length > 0 ? shaped : platforms;
  const sign = onlySign(device, candidates);
  if (sign !== undefined) return { ...sign, commands: [] };

  const commands: string[] = [];
  while (commands.length < MOST_COMMANDS) {
    const command = nextCommand(candidates, commands);
    if (command === undefined) break;
    signal?.throwIfAborted();
    const answer = await device.send(command);
    commands.push(command);
    const found = candidates.flatMap((platform) =>
      told(platform, command, answer)
    );
    if (found.length === 1) return { ...found[0]!, commands };
  }
  throw unknown(device, commands);
}

/**
 * A platform for a device of which nothing is known yet: its one mode, `any`,
 * has the prompts of all platforms, and its pager is any of theirs. It is
 * enough to find the first prompt and to ask what {@linkcode autodetect} asks.
 *
 * @param platforms The platforms it may be of. @default {all that are built in}
 * @returns The platform; it has no configuration and says nothing.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const any = await net.device.anyPlatform();
 * const prompt = new RegExp(any.modes.any!.prompt);
 * assert.equal(prompt.exec("<core-1>")?.groups?.host, "core-1");
 * assert.equal(prompt.exec("RP/0/RSP0/CPU0:core1#")?.groups?.host, "core1");
 * ```
 */
export async function anyPlatform(
  platforms?: readonly Platform[],
): Promise<Platform> {
  if (platforms === undefined) return whole ??= union(await builtIn());
  return union(platforms);
}

let whole: Platform | undefined;

function union(platforms: readonly Platform[]): Platform {
  const modes = platforms.flatMap((platform) => Object.values(platform.modes));
  const above = modes.flatMap((mode) => mode.above ?? []);
  const pagers = platforms.flatMap(({ paging }) => paging?.more ?? []);
  const login = (part: "username" | "password" | "failed") =>
    either(platforms.map((platform) => platform.login[part]));
  return {
    name: "any",
    title: "Any platform",
    aliases: [],
    newline: "\r",
    login: {
      username: login("username"),
      password: login("password"),
      failed: login("failed"),
    },
    modes: {
      any: {
        prompt: either(modes.map(({ prompt }) => prompt)),
        ...above.length === 0 ? {} : { above: either(above) },
      },
    },
    ...pagers.length === 0
      ? {}
      : { paging: { more: either(pagers), key: " " } },
    failures: [],
    questions: platforms.flatMap(({ questions }) => questions),
    open: [],
    close: [{ send: "exit" }],
    config: { mode: "any", style: "lines", show: "" },
    detect: [],
    templates: {},
    dialogue: {
      host: "device",
      source: "none",
      start: "any",
      prompts: {},
      answers: {},
      unknown: "",
      config: "",
    },
  };
}

function either(patterns: readonly string[]): string {
  return [...new Set(patterns)].map((pattern) => `(?:${pattern})`).join("|");
}

function builtIn(): Promise<Platform[]> {
  return Promise.all(
    Object.keys(ALL_PLATFORMS).map((name) => loadPlatform(name)),
  );
}

function hasPrompt({ modes }: Platform, line: string): boolean {
  return Object.values(modes).some(({ prompt }) =>
    new RegExp(prompt).test(line)
  );
}

type Found = Omit<Detection, "commands">;

/** What the signs tell, unless they contradict each other: a banner may say anything. */
function onlySign(
  device: Detectable,
  platforms: readonly Platform[],
): Found | undefined {
  const found: Found[] = [];
  for (const platform of platforms) {
    for (const by of ["serverVersion", "prompt", "banner"] as const) {
      const pattern = platform.signs?.[by];
      const match = pattern === undefined
        ? null
        : new RegExp(pattern).exec(device[by] ?? "");
      if (match === null) continue;
      found.push({ platform, by, evidence: match[0].trim() });
      break;
    }
  }
  return found.length === 1 ? found[0] : undefined;
}

/** The command that most of them have and that was not asked yet. */
function nextCommand(
  platforms: readonly Platform[],
  asked: readonly string[],
): string | undefined {
  const counts = new Map<string, number>();
  for (const { detect } of platforms) {
    for (const command of new Set(detect.map(({ command }) => command))) {
      if (asked.includes(command)) continue;
      counts.set(command, (counts.get(command) ?? 0) + 1);
    }
  }
  return [...counts].sort(([, a], [, b]) => b - a)[0]?.[0];
}

function told(platform: Platform, command: string, answer: string): Found[] {
  const text = answer.replaceAll("\r", "");
  for (const { command: other, pattern } of platform.detect) {
    const match = other === command ? new RegExp(pattern).exec(text) : null;
    if (match === null) continue;
    const evidence = match[0].trim().split("\n").at(-1)!;
    return [{ platform, by: "answer", evidence }];
  }
  return [];
}

function unknown(device: Detectable, commands: readonly string[]): NetError {
  const asked = commands.length === 0
    ? "nothing could be asked"
    : `${commands.join(", ")} told nothing`;
  return new NetError(
    `neither its prompt ${
      JSON.stringify(device.prompt)
    } nor its banner is known, and ${asked}`,
    {
      code: "unknown-platform",
      op: "find out the platform of",
      target: "the device",
      hint:
        'give its name: platform: "cisco_ios", …, or the path of your own YAML file',
    },
  );
}
