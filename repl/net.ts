/**
 * `net` as the prompt has it: whole to whoever asks for its names, with the
 * rooms that were entered so far as values. An entry is read for the rooms that
 * it names, and these are loaded before it runs; a room that is touched all the
 * same is loaded there and then.
 *
 * @module
 */

import * as errors from "../lib/errors.ts";
import { mentionedRooms } from "./mentions.ts";
import { doors, type Net, type RoomName, roomNames } from "./rooms.ts";

/** The rooms that nobody has entered yet. */
const closed = new Set<RoomName>(roomNames);

/** The library, under the name that readers know it by. */
export const net = Object.preventExtensions(
  Object.create(null, {
    ...Object.fromEntries(
      Object.entries(errors).map(([name, value]) => [name, fixed(value)]),
    ),
    ...Object.fromEntries(
      roomNames.map((name) => [name, {
        get: () => loadAtOnce(name),
        enumerable: true,
        configurable: true,
      }]),
    ),
    [Symbol.toStringTag]: { value: "Module" },
  }),
) as Net;

/** A data property: the inspector reads those, and calls no getter. */
function fixed(value: unknown): PropertyDescriptor {
  return { value, enumerable: true };
}

function open(name: RoomName, room: unknown): void {
  if (closed.delete(name)) {
    Object.defineProperty(net, name, { ...fixed(room), configurable: false });
  }
}

/** How many rooms are loaded. */
export function loadedCount(): number {
  return roomNames.length - closed.size;
}

/**
 * Loads a room, once.
 *
 * @param name The room's name.
 * @returns The room's namespace.
 */
export async function loadRoom(name: RoomName): Promise<unknown> {
  if (closed.has(name)) open(name, await doors[name]());
  return net[name];
}

/** Loads all rooms. */
export async function loadRooms(): Promise<void> {
  await Promise.all([...closed].map(loadRoom));
}

/**
 * Loads the rooms that a text names.
 *
 * @param text An entry, or an expression.
 * @returns A promise where there is something to wait for.
 */
export function loadMentioned(text: string): Promise<unknown> | undefined {
  if (closed.size === 0) return undefined;
  const missing = mentionedRooms(text).filter((name) => closed.has(name));
  return missing.length === 0 ? undefined : Promise.all(missing.map(loadRoom));
}

/**
 * For a room that no entry named: `require()` is the one import that does not
 * have to be waited for, and gives the same module.
 */
function loadAtOnce(name: RoomName): unknown {
  // An import of it would be loaded by every session.
  // deno-lint-ignore no-process-global
  const { createRequire } = process.getBuiltinModule("node:module");
  const { pathname } = new URL(import.meta.resolve(`netrepl/${name}`));
  const room = createRequire(import.meta.url)(decodeURIComponent(pathname));
  open(name, room);
  return room;
}
