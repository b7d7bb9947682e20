/**
 * Reads a platform from YAML or from data: its shape, and what is left out.
 *
 * @module
 */

import type {
  Answer,
  ConfigCommand,
  ConfigCommands,
  Context,
  Dialogue,
  Mode,
  Platform,
  Signs,
  Step,
} from "../platform.ts";
import { parseYaml, type YamlDocument, YamlError } from "../../yaml.ts";
import { check } from "./check.ts";
import { PlatformError } from "./platform_error.ts";
import {
  type Field,
  type Fields,
  flag,
  isMap,
  list,
  mapOf,
  pattern,
  Problems,
  record,
  type Shape,
  text,
  word,
} from "./shape.ts";

const answerFields = record<Answer>({
  question: { shape: pattern, needed: true },
  say: { shape: say, needed: true },
  key: { shape: flag },
});

const answer: Shape<Answer> = (value, path, problems) => {
  const found = answerFields(value, path, problems);
  // A question is told by how it ends: what follows it is the cursor.
  if (found?.question !== undefined && !found.question.endsWith("$")) {
    problems.add(
      [...path, "question"],
      "must end with $: a question is the end of what was said",
    );
  }
  return found;
};

const stepFields = record<Step>({
  send: { shape: text(), needed: true },
  answers: { shape: list(answer) },
  mayFail: { shape: flag },
});

/** A step that asks nothing is written as its line alone. */
const step: Shape<Step> = (value, path, problems) =>
  typeof value === "string"
    ? { send: value }
    : stepFields(value, path, problems);

const steps: Field<Step[]> = { shape: list(step) };

const mode = record<Mode>({
  prompt: { shape: pattern, needed: true },
  above: { shape: pattern },
  cutsHost: { shape: flag },
  to: { shape: mapOf(list(step)) },
});

const COMMANDS: readonly ConfigCommand[] = [
  "show",
  "diff",
  "checkpoint",
  "commit",
  "commitConfirmed",
  "confirm",
  "discard",
  "rollback",
  "save",
];

const config = record<ConfigCommands>({
  mode: { shape: text(), needed: true },
  style: { shape: word("indent", "braces", "set", "lines"), needed: true },
  show: { shape: text(), needed: true },
  showMode: { shape: text() },
  diff: { shape: text() },
  checkpoint: steps,
  commit: steps,
  commitConfirmed: steps,
  comment: { shape: text() },
  confirm: steps,
  discard: steps,
  rollback: steps,
  save: steps,
  where: {
    shape: record(
      Object.fromEntries(
        COMMANDS.map((name) => [name, { shape: text() }]),
      ) as unknown as Fields<Partial<Record<ConfigCommand, string>>>,
    ),
  },
  negate: { shape: text() },
});

/** What is said and shown, without the newline that YAML puts at its end. */
const said = text(true);

const NO_DIALOGUE: Omit<Dialogue, "start"> = {
  host: "device",
  source: "none",
  prompts: {},
  answers: {},
  unknown: "",
  config: "",
};

const dialogue = record<Dialogue>({
  host: { shape: text(), needed: true },
  serverVersion: { shape: text() },
  source: { shape: text(), needed: true },
  banner: { shape: said },
  start: { shape: text(), needed: true },
  prompts: { shape: mapOf(text()), needed: true },
  contexts: {
    shape: list(record<Context>({
      line: { shape: pattern, needed: true },
      context: { shape: text(), needed: true },
    })),
  },
  asks: { shape: mapOf(list(text())) },
  answers: { shape: mapOf(mapOf(said)), needed: true },
  unknown: { shape: said, needed: true },
  config: { shape: said, needed: true },
});

const platform = record<Platform>({
  name: { shape: text(), needed: true },
  title: { shape: text(), needed: true },
  aliases: { shape: list(text()), otherwise: [] },
  newline: { shape: text(), otherwise: "\n" },
  login: {
    shape: record<Platform["login"]>({
      username: { shape: pattern, otherwise: "(?:[Uu]sername|[Ll]ogin): ?$" },
      password: { shape: pattern, otherwise: "[Pp]assword: ?$" },
      failed: {
        shape: pattern,
        otherwise: "[Ll]ogin (?:incorrect|failed|invalid)",
      },
      suffix: { shape: text() },
    }),
    otherwise: {
      username: "(?:[Uu]sername|[Ll]ogin): ?$",
      password: "[Pp]assword: ?$",
      failed: "[Ll]ogin (?:incorrect|failed|invalid)",
    },
  },
  posixShell: { shape: flag },
  modes: { shape: mapOf(mode), needed: true },
  paging: {
    shape: record<NonNullable<Platform["paging"]>>({
      more: { shape: pattern, needed: true },
      key: { shape: text(), otherwise: " " },
    }),
  },
  failures: { shape: list(pattern), otherwise: [] },
  questions: { shape: list(answer), otherwise: [] },
  open: { shape: list(step), otherwise: [] },
  close: { shape: list(step), otherwise: [] },
  config: { shape: config, needed: true },
  signs: {
    shape: record<Signs>({
      banner: { shape: pattern },
      serverVersion: { shape: pattern },
      prompt: { shape: pattern },
    }),
  },
  detect: {
    shape: list(record<Platform["detect"][number]>({
      command: { shape: text(), needed: true },
      pattern: { shape: pattern, needed: true },
    })),
    otherwise: [],
  },
  templates: { shape: mapOf(text()), otherwise: {} },
  dialogue: { shape: dialogue },
});

/** What is said: a text, or which secret. */
function say(
  ...[value, path, problems]: Parameters<Shape<Answer["say"]>>
): Answer["say"] | undefined {
  return isMap(value)
    ? record<{ secret: "password" | "enable" }>({
      secret: { shape: word("password", "enable"), needed: true },
    })(value, path, problems)
    : text()(value, path, problems);
}

/**
 * Reads a platform's YAML.
 *
 * @param source Its text.
 * @param name What to call it in errors: its name or its file.
 * @returns The platform, whole and frozen.
 * @throws {PlatformError} With all that is wrong, each with line and column.
 */
export async function readPlatform(
  source: string,
  name: string,
): Promise<Platform> {
  const document = await parseYaml(source).catch((error) => {
    if (!(error instanceof YamlError)) throw error;
    const { line, column, offset, message } = error;
    const reason = /as YAML: (.*) \(line /.exec(message)?.[1] ?? message;
    const problem = { path: "", message: reason, line, column, offset };
    throw new PlatformError(name, [problem], source);
  });
  return platformFrom(document.value, name, document);
}

/**
 * Takes a platform as data, such as a program has made.
 *
 * @param value The data.
 * @param name What to call it in errors.
 * @param document The YAML that it comes from, if it does.
 * @returns The platform, whole and frozen.
 * @throws {PlatformError} With all that is wrong.
 */
export function platformFrom(
  value: unknown,
  name: string,
  document?: YamlDocument,
): Platform {
  const problems = new Problems(name, document);
  const found = platform(value, [], problems);
  // What the parts have to do with each other means little where one is broken.
  problems.throwIfAny();
  const whole = {
    ...found!,
    dialogue: found!.dialogue ??
      { ...NO_DIALOGUE, start: Object.keys(found!.modes)[0] ?? "" },
  };
  check(whole, problems);
  problems.throwIfAny();
  return freeze(whole);
}

function freeze<T>(value: T): T {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    Object.values(value).forEach(freeze);
  }
  return value;
}
