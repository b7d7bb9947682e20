/**
 * What is said when a device does not answer: what was awaited, what came last,
 * and what to try.
 *
 * @module
 */

import { NetError } from "../errors.ts";
import { reasonIn } from "../ssh/failure.ts";
import type { Secrets } from "./secrets.ts";

/** How things stood. */
export interface Scene {
  /** With whom one was talking. */
  readonly target: string;
  /** What was awaited: `the answer to "show version"`; empty for nothing. */
  readonly awaited: string;
  /** What came last, as it came. */
  readonly recent: string;
  /** The last line. */
  readonly line: string;
  /** Whether that is a prompt. */
  readonly isPrompt: boolean;
  /** The prompt that was expected. */
  readonly expected: string;
}

/** So much of what came last is shown, in characters. */
const SHOWN = 160;

/** The device is silent. */
export function silenceError(
  scene: Scene,
  timeout: number,
  secrets: Secrets,
): NetError {
  const awaited = secrets.hide(scene.awaited);
  return timeoutError(
    `nothing came for ${timeout} ms while waiting for ${awaited}`,
    scene,
    secrets,
  );
}

/** The device talks, but does not come to the prompt in time. */
export function lateError(
  scene: Scene,
  timeout: number,
  secrets: Secrets,
): NetError {
  return timeoutError(
    `${scene.awaited} was not reached within ${timeout} ms`,
    scene,
    secrets,
  );
}

function timeoutError(
  reason: string,
  scene: Scene,
  secrets: Secrets,
): NetError {
  return new NetError(
    `${reason}; the last that came is ${
      shown(scene, secrets)
    }; expected is ${scene.expected}`,
    {
      code: "timeout",
      op: "talk to",
      target: scene.target,
      hint: hintFor(scene, secrets),
    },
  );
}

/** The device, or the way to it, is gone. */
export function goneError(
  reason: string,
  scene: Scene,
  secrets: Secrets,
  cause: Error | undefined,
): NetError {
  const { awaited, recent, target } = scene;
  const during = awaited === ""
    ? ""
    : ` while waiting for ${secrets.hide(awaited)}`;
  const last = recent === ""
    ? ""
    : `; the last that came is ${shown(scene, secrets)}`;
  return new NetError(`${reason}${during}${last}`, {
    code: "closed",
    op: "talk to",
    target,
    cause,
  });
}

/** A secret is asked for that nobody gave. */
export function noSecretError(
  target: string,
  kind: "password" | "enable",
): NetError {
  return new NetError(`it asks for the ${kind} secret, and none was given`, {
    code: "no-secret",
    op: "log in to",
    target,
    hint: kind === "enable"
      ? 'connect({ …, secret: "…" })'
      : 'connect({ …, password: "…" })',
  });
}

function hintFor({ recent, line, isPrompt }: Scene, secrets: Secrets): string {
  if (recent === "") {
    return "check host and port, or that the console is not asleep";
  }
  if (/[?:\])]\s*$/.test(line)) {
    const question = JSON.stringify(secrets.hide(line).trim().slice(-24));
    return `it seems to ask: send(command, { answers: [{ question: ${question}, say: "…" }] })`;
  }
  if (isPrompt) {
    return "the prompt is there, but the device no longer takes what is typed";
  }
  return /[>#$%]\s*$/.test(line)
    ? "this looks like a prompt, but not like one of this device: another platform, or a shell within?"
    : "a greater timeout, if the command takes long; interrupt() to stop it";
}

function shown({ recent }: Scene, secrets: Secrets): string {
  // Without what only moves the cursor, or colours.
  const drawn = recent.replace(
    // deno-lint-ignore no-control-regex
    /\x1b(?:\[[ -?]*[@-~]|\][^\x07]*\x07)|\0/g,
    "",
  );
  return JSON.stringify(secrets.hide(drawn).slice(-SHOWN));
}

/** Why a connection broke, without what was being done on it. */
export function reasonOf(error: Error): string {
  const { cause } = error;
  return cause instanceof NetError ? reasonOf(cause) : reasonIn(error);
}
