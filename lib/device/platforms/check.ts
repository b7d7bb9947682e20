/**
 * Whether the parts of a platform fit together.
 *
 * @module
 */

import type { Platform } from "../platform.ts";
import { type Path, type Problems, remedy } from "./shape.ts";

/**
 * Lines that any device may print, none of them a prompt: a pattern which takes
 * one of them for a prompt would cut what is said.
 */
const NO_PROMPTS: readonly string[] = [
  "",
  " ",
  "#",
  ">",
  "$",
  "# a comment",
  "!",
  "! a comment",
  "interface GigabitEthernet0/1",
  " description to the provider # 3",
  "the tag <b> or a -> b",
  "Password:",
  "Username: ",
  "login: ",
  " --More-- ",
  "% Invalid input detected at '^' marker.",
  "Building configuration...",
  "Are you sure? [y/n]",
  "C    192.0.2.0/24 is directly connected, Ethernet1",
  "Total: 12, used: 40 %",
  "yes",
];

/** Lines that stop nothing and ask nothing. */
const NO_QUESTIONS: readonly string[] = [
  "",
  "interface GigabitEthernet0/1",
  "Building configuration...",
  "C    192.0.2.0/24 is directly connected, Ethernet1",
];

/** A prompt's place in a platform, for messages: `modes.config.prompt`. */
function promptPath(mode: string): Path {
  return ["modes", mode, "prompt"];
}

/**
 * Notes what does not fit: modes that nothing leads to or that nothing leads
 * out of, names of modes that are not there, patterns that match too much.
 *
 * @param platform The platform, of the right shape.
 * @param problems Takes what is wrong.
 */
export function check(platform: Platform, problems: Problems): void {
  if (Object.keys(platform.modes).length === 0) {
    problems.add(["modes"], "must have at least one mode");
    return;
  }
  checkModes(platform, problems);
  checkPrompts(platform, problems);
  checkQuestions(platform, problems);
  checkConfig(platform, problems);
  checkDialogue(platform, problems);
}

function checkModes({ modes }: Platform, problems: Problems): void {
  const names = Object.keys(modes);
  const first = names[0]!;
  for (const [name, { to = {} }] of Object.entries(modes)) {
    for (const other of Object.keys(to)) {
      if (other in modes) continue;
      problems.add(
        ["modes", name, "to", other],
        `there is no mode ${other}${remedy(other, names)}`,
        "key",
      );
    }
  }
  const onward = (name: string) => Object.keys(modes[name]?.to ?? {});
  const backward = (name: string) =>
    names.filter((other) => onward(other).includes(name));
  const reached = closure(first, onward);
  const returning = closure(first, backward);
  for (const name of names) {
    if (!reached.has(name)) {
      problems.add(["modes", name], `no way leads here from ${first}`, "key");
    }
    if (!returning.has(name)) {
      problems.add(["modes", name], `no way leads back to ${first}`, "key");
    }
  }
}

function closure(
  start: string,
  next: (name: string) => readonly string[],
): Set<string> {
  const seen = new Set([start]);
  for (const name of seen) next(name).forEach((other) => seen.add(other));
  return seen;
}

function checkPrompts({ modes }: Platform, problems: Problems): void {
  for (const [i, [name, { prompt }]] of Object.entries(modes).entries()) {
    const path = promptPath(name);
    if (!prompt.startsWith("^") || !prompt.endsWith("$")) {
      problems.add(
        path,
        "must begin with ^ and end with $: it is a whole line",
      );
      continue;
    }
    const taken = NO_PROMPTS.find((line) => new RegExp(prompt).test(line));
    if (taken !== undefined) {
      problems.add(path, `matches too much: ${JSON.stringify(taken)} is none`);
    } else if (i === 0 && !prompt.includes("(?<host>")) {
      problems.add(path, "must have the group (?<host>…): the device's name");
    }
  }
}

function checkQuestions(
  { paging, questions, login }: Platform,
  problems: Problems,
): void {
  const patterns: readonly (readonly [string | undefined, ...Path])[] = [
    [paging?.more, "paging", "more"],
    [login.username, "login", "username"],
    [login.password, "login", "password"],
    [login.failed, "login", "failed"],
    ...questions.map(({ question }, i) =>
      [question, "questions", i, "question"] as const
    ),
  ];
  for (const [pattern, ...path] of patterns) {
    if (pattern === undefined) continue;
    const taken = NO_QUESTIONS.find((line) => new RegExp(pattern).test(line));
    if (taken === undefined) continue;
    problems.add(path, `matches too much: ${JSON.stringify(taken)}`);
  }
}

function checkConfig({ modes, config }: Platform, problems: Problems): void {
  const known = (name: string | undefined, ...path: Path) => {
    if (name === undefined || name in modes) return;
    problems.add(
      path,
      `there is no mode ${name}${remedy(name, Object.keys(modes))}`,
    );
  };
  known(config.mode, "config", "mode");
  known(config.showMode, "config", "showMode");
  for (const [command, name] of Object.entries(config.where ?? {})) {
    known(name, "config", "where", command);
    if (config[command as keyof typeof config] === undefined) {
      problems.add(
        ["config", "where", command],
        `there is no config.${command} to type there`,
        "key",
      );
    }
  }
  const needs = (what: keyof typeof config, other: keyof typeof config) => {
    if (config[what] === undefined || config[other] !== undefined) return;
    problems.add(["config", what], `means nothing without ${other}`, "key");
  };
  needs("commitConfirmed", "commit");
  needs("commitConfirmed", "confirm");
  needs("confirm", "commitConfirmed");
  needs("checkpoint", "rollback");
}

function checkDialogue(
  { modes, dialogue }: Platform,
  problems: Problems,
): void {
  const names = Object.keys(modes);
  const { start, prompts, answers, contexts = [], host } = dialogue;
  if (!(start in modes)) {
    problems.add(
      ["dialogue", "start"],
      `there is no mode ${start}${remedy(start, names)}`,
    );
  }
  for (const name of Object.keys(answers)) {
    if (name === "*" || name in modes) continue;
    problems.add(
      ["dialogue", "answers", name],
      `there is no mode ${name}${remedy(name, names)}`,
      "key",
    );
  }
  for (const [name, prompt] of Object.entries(prompts)) {
    const path = ["dialogue", "prompts", name];
    const mode = modes[name];
    if (mode === undefined) {
      problems.add(
        path,
        `there is no mode ${name}${remedy(name, names)}`,
        "key",
      );
      continue;
    }
    const filled = [
      "",
      // What a line's groups are then, nobody knows: something short.
      ...contexts.map(({ context }) => context.replace(/\$\d/g, "1")),
    ]
      .map((context) =>
        prompt.replaceAll("{host}", host).replaceAll("{context}", context)
      );
    for (const whole of new Set(filled)) {
      const last = whole.slice(whole.lastIndexOf("\n") + 1);
      if (new RegExp(mode.prompt).test(last)) continue;
      problems.add(
        path,
        `modes.${name}.prompt does not match ${JSON.stringify(last)}`,
      );
      break;
    }
  }
}
