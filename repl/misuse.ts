/**
 * Advice where the engine's words say only what it stumbled over: a function
 * that was given the wrong thing, a name that is misspelt, a forgotten `await`.
 *
 * @module
 */

import type { Help } from "./help.ts";
import type { Member } from "./inspector.ts";
import { nearest } from "./nearest.ts";
import { EntryError } from "./parse.ts";
import { grammarFor, hereFor } from "./phrasebook.ts";
import { isRoom } from "./rooms.ts";
import { lineOffset } from "./stack.ts";

/** How values are looked at, without running anything. */
export interface Looking {
  /** The value of an expression, in a box; nothing where it has side effects. */
  value(expression: string): Promise<{ readonly value: unknown } | undefined>;
  /** Its members. */
  members(expression: string): Promise<readonly Pick<Member, "name">[]>;
  /** Names that entries declared. */
  names(): Promise<readonly string[]>;
  /** What the docs say. */
  help(): Promise<Help>;
}

/** Errors in the engine's own words; those of functions that checked what they were given are better. */
const RAW =
  /^Cannot (read properties|set properties|destructure|convert|use 'in'|mix BigInt)|is not (a function|iterable|a constructor)/;
/** How far a name with its dots reaches back, at most. */
const LONGEST = 200;
const NAME = /^[A-Za-z_$][\w$]*(?:\.[\w$]+)*$/;

/**
 * What to do about an error.
 *
 * @param error What was thrown.
 * @param source The entry.
 * @param id Its number.
 * @param looking Looks at values.
 * @returns One line or more; nothing for an error that says itself what is
 * wrong, or that is all the reader's own.
 */
export async function adviceOn(
  error: unknown,
  source: string,
  id: number,
  looking: Looking,
): Promise<string | undefined> {
  if (error instanceof EntryError) {
    const here = grammarFor(source);
    return here && `Here it is: ${here}`;
  }
  const unknown = error instanceof ReferenceError &&
    /^([\w$]+) is not defined$/.exec(error.message);
  if (unknown) return await ofUnknown(unknown[1]!, looking);
  if (!(error instanceof TypeError) || !RAW.test(error.message)) return;
  const place = /repl:(\d+):(\d+):(\d+)/.exec(error.stack ?? "");
  if (Number(place?.[1]) !== id) return;
  const [line, column] = [Number(place![2]), Number(place![3])];
  const offset = lineOffset(source, line - 1) + column - 1;
  const before = source.slice(Math.max(0, offset - LONGEST), offset);
  const [holders] = /(?:[\w$]+\s*\.\s*)*[\w$]*$/.exec(before)!;
  const [name] = /^[\w$]*/.exec(source.slice(offset))!;
  const path = holders.replace(/\s+/g, "") + name;

  const { message } = error;
  if (/not iterable|its return value is/.test(message)) {
    const rest = /^[\w$.]*/.exec(source.slice(offset))![0];
    const iterated = await inLoop(holders.replace(/\s+/g, "") + rest, looking);
    if (iterated) return iterated;
  }
  const called = /^([\w$.]+)\(\.\.\.\)\.([\w$]+) is not a/.exec(message);
  if (called) return await ofCall(called[1]!, called[2]!, looking);
  if (!NAME.test(path)) return;
  const isMissing = message.startsWith(`${path} is not`) ||
    message.endsWith(`(reading '${name}')`);
  if (isMissing) {
    const found = (await looking.value(path))?.value;
    const isMember = path.includes(".") && found !== undefined;
    return !isMember || typeof found === "function"
      ? await ofMissing(path, looking)
      : `It is no function, but a ${kindOf(found)}. Did you mean ${path}?`;
  }
  const value = (await looking.value(path))?.value;
  const usage = (await looking.help()).usage(value);
  return usage === undefined ? undefined : `It takes: ${usage}`;
}

/**
 * What to say of an entry that came to nothing.
 *
 * @param source The entry.
 * @param looking Looks at values.
 * @returns One line, if it asks something for what it has not: a promise for what
 * its value has, or by a name that is nearly right.
 */
export async function adviceOnNothing(
  source: string,
  looking: Looking,
): Promise<string | undefined> {
  const path = source.trim().replace(/;$/, "");
  if (!NAME.test(path) || !path.includes(".")) return undefined;
  return await ofMissing(path, looking);
}

function kindOf(value: unknown): string {
  return typeof value === "object"
    ? value?.constructor?.name ?? "object"
    : typeof value;
}

/** A name that nobody declared. */
async function ofUnknown(
  name: string,
  looking: Looking,
): Promise<string | undefined> {
  if (isRoom(name)) return `Did you mean net.${name}?`;
  const here = hereFor(name);
  if (here) return `Here it is: ${here}`;
  const near = nearest(name, ["net", "help", ...await looking.names()]);
  // Its own declaration may be what failed.
  return near && near !== name ? `Did you mean ${near}?` : undefined;
}

/** The first name on the way that is not there. */
async function ofMissing(
  path: string,
  looking: Looking,
): Promise<string | undefined> {
  const names = path.split(".");
  for (let end = 1; end < names.length; end++) {
    const holder = names.slice(0, end).join(".");
    const name = names[end]!;
    const found = await looking.value(`${holder}.${name}`);
    if (found?.value !== undefined) continue;
    if ((await looking.value(holder))?.value instanceof Promise) {
      const rest = names.slice(end).join(".");
      return `${holder} is a promise. Did you mean (await ${holder}).${rest}?`;
    }
    const members = (await looking.members(holder)).map(({ name }) => name);
    // It is there, and has no value.
    if (members.includes(name)) return undefined;
    const near = nearest(name, members);
    return near && `Did you mean ${holder}.${near}?`;
  }
  return undefined;
}

/** A member that what a call gave has not. */
async function ofCall(
  callee: string,
  name: string,
  looking: Looking,
): Promise<string | undefined> {
  const help = await looking.help();
  const { kind } = await given(callee, looking);
  if (kind === "Promise") {
    return `${callee} gives a promise. Did you mean (await ${callee}(…)).${name}?`;
  }
  const members = help.membersOfCall(`${callee}()`);
  const near = nearest(name, members.map(({ name }) => name));
  return near && `Did you mean .${near}?`;
}

/** What is looped over or taken apart, and is no list. */
async function inLoop(
  path: string,
  looking: Looking,
): Promise<string | undefined> {
  if (!NAME.test(path)) return undefined;
  const { value, kind } = await given(path, looking);
  if (value instanceof Promise) {
    return `${path} is a promise. Did you mean await ${path}?`;
  }
  if (kind === "Promise") {
    return `${path} gives a promise. Did you mean await ${path}(…)?`;
  }
  const isStream = kind === "AsyncGenerator" || kind === "Run" ||
    typeof (value as AsyncIterable<unknown> | undefined)
        ?.[Symbol.asyncIterator] === "function";
  return isStream
    ? "It comes piece by piece. Did you mean for await (… of …)?"
    : undefined;
}

/** A value, and if it is a function of ours the kind of what it gives. */
async function given(
  path: string,
  looking: Looking,
): Promise<{ value: unknown; kind: string | undefined }> {
  const value = (await looking.value(path))?.value;
  const usage = (await looking.help()).usage(value);
  return { value, kind: /\): (\w+)/.exec(usage ?? "")?.[1] };
}
