/**
 * Commands: one line typed, and a result of what the device said.
 *
 * @module
 */

import { givenReplies } from "./asking.ts";
import type { Conversation } from "./conversation.ts";
import { checkSend } from "./option_names.ts";
import { CommandResult } from "./results.ts";
import type { SendOptions } from "./session_options.ts";

/** Refuses what is no line to type. */
function checkLine(command: string): void {
  if (typeof command === "string" && !/[\r\n]/.test(command)) return;
  throw new TypeError(
    `Cannot send a command as 'command' must be one line of text: current value is ${
      JSON.stringify(command)
    }; sendMany takes several`,
  );
}

/** Refuses what is no list of lines: a text would be typed letter by letter. */
export function checkedLines(commands: Iterable<string>): string[] {
  if (typeof commands === "string" || !commands?.[Symbol.iterator]) {
    throw new TypeError(
      `Cannot send commands as 'commands' must be a list: current value is ${
        JSON.stringify(commands)
      }; send takes one`,
    );
  }
  const all = [...commands];
  all.forEach(checkLine);
  return all;
}

/**
 * Types a command and waits for the prompt.
 *
 * @param talk With whom.
 * @param command One line.
 * @param options Answers to questions, rows, and how long to wait.
 * @param next The command after it, if that is known: it is typed ahead.
 * @returns What the device said.
 */
export async function sendCommand(
  talk: Conversation,
  command: string,
  options: SendOptions,
  next?: string,
): Promise<CommandResult> {
  checkLine(command);
  checkSend(options);
  const { answers = [], parse = false, ...rest } = options;
  const began = performance.now();
  const heard = await talk.say(command, {
    ...rest,
    proof: true,
    next,
    answers: givenReplies(answers),
  });
  const facts = {
    input: command,
    output: heard.output,
    failure: talk.failure(heard.output),
    echo: heard.echo,
    mode: heard.prompt.mode,
    prompt: heard.prompt.text,
    duration: performance.now() - began,
    truncated: heard.truncated,
  };
  if (parse === false) return new CommandResult(facts);
  const { structured } = await import("./textfsm/structured.ts");
  const rows = await structured(
    talk.platform,
    command,
    heard.output,
    parse === true ? {} : parse,
  );
  return new CommandResult({ ...facts, rows, isParsed: true });
}

/**
 * Types commands one after the other, each of them ahead of its turn.
 *
 * @param talk With whom.
 * @param commands One line each.
 * @param options As for {@linkcode sendCommand}.
 * @returns What the device said to each.
 */
export async function sendCommands(
  talk: Conversation,
  commands: readonly string[],
  options: SendOptions,
): Promise<CommandResult[]> {
  const results: CommandResult[] = [];
  for (const [i, command] of commands.entries()) {
    results.push(await sendCommand(talk, command, options, commands[i + 1]));
  }
  return results;
}
