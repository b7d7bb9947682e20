/**
 * `netrepl completions`: what shells need to complete its command line.
 *
 * @module
 */

/** What is asked of the parser of the command line. */
export interface CommandLine {
  readonly commands: readonly CommandLine[];
  readonly options: readonly {
    long?: string;
    flags: string;
    description: string;
  }[];
  readonly registeredArguments: readonly { name(): string }[];
  name(): string;
  description(): string;
}

/** A command, the words that lead to it and what may follow. */
interface Step {
  /** `["lab", "up"]`; empty for the program itself. */
  readonly path: readonly string[];
  /** Sub-commands and options, with a few words on each. */
  readonly next: readonly (readonly [word: string, what: string])[];
  /** Whether a file's name may follow. */
  readonly files: boolean;
}

/** What writes the script for a shell. */
const shells: Readonly<Record<string, (steps: readonly Step[]) => string>> = {
  bash,
  zsh,
  fish,
};

/** The shells that there is a script for. */
export const shellNames: readonly string[] = Object.keys(shells);

/**
 * Writes a script that a shell reads.
 *
 * @param shell One of {@linkcode shellNames}.
 * @param program The program.
 * @param labs The names of the ready-made labs.
 */
export function completions(
  shell: string,
  program: CommandLine,
  labs: readonly string[],
): string {
  return shells[shell]!(stepsOf(program, [], labs));
}

function stepsOf(
  command: CommandLine,
  path: readonly string[],
  labs: readonly string[],
): Step[] {
  const takes = command.registeredArguments.map((one) => one.name());
  const next = [
    ...command.commands.map((sub) => [sub.name(), sub.description()] as const),
    ...command.options.map((option) =>
      [option.long ?? option.flags, option.description] as const
    ),
    ["--help", "display help for command"] as const,
    ...(takes.includes("lab")
      ? labs.map((name) => [name, "a ready-made lab"] as const)
      : []),
    ...(takes.includes("shell")
      ? shellNames.map((name) => [name, "a shell"] as const)
      : []),
  ];
  const files = takes.some((name) => /^(?:file|lab)$/.test(name));
  return [
    { path, next, files },
    ...command.commands.flatMap((sub) =>
      stepsOf(sub, [...path, sub.name()], labs)
    ),
  ];
}

const words = ({ next }: Step) => next.map(([word]) => word).join(" ");
const key = ({ path }: Step) => path.join(" ");

/** The words before the cursor that lead to a command, then a case for each. */
function body(steps: readonly Step[], offer: (step: Step) => string): string {
  const cases = steps.map((step) => `    "${key(step)}") ${offer(step)} ;;`);
  return [
    "  case $steps in",
    ...cases,
    "  esac",
  ].join("\n");
}

/** Shell code that finds the command: each word that leads on, in `steps`. */
function walk(steps: readonly Step[], from: string): string {
  const known = steps.filter(({ path }) => path.length > 0).map((step) =>
    `"${key(step)}"`
  ).join("|");
  return [
    `  for word in ${from}; do`,
    `    case "\${steps:+$steps }$word" in ${known}) steps="\${steps:+$steps }$word" ;; esac`,
    "  done",
  ].join("\n");
}

function bash(steps: readonly Step[]): string {
  const offer = (step: Step) =>
    `COMPREPLY=($(compgen ${step.files ? "-f " : ""}-W "${
      words(step)
    }" -- "$current"))`;
  return `# netrepl for bash: source <(netrepl completions bash)
_netrepl() {
  local current=\${COMP_WORDS[COMP_CWORD]} steps= word
${walk(steps, '"${COMP_WORDS[@]:1:COMP_CWORD-1}"')}
${body(steps, offer)}
}
complete -o filenames -F _netrepl netrepl
`;
}

function zsh(steps: readonly Step[]): string {
  const offer = (step: Step) =>
    `compadd -- ${words(step)}${step.files ? "; _files" : ""}`;
  return `#compdef netrepl
# netrepl for zsh: source <(netrepl completions zsh)
_netrepl() {
  local steps= word
${walk(steps, "${words[2,CURRENT-1]}")}
${body(steps, offer)}
}
compdef _netrepl netrepl
`;
}

function fish(steps: readonly Step[]): string {
  const quote = (text: string) => `'${text.replace(/['\\]/g, "\\$&")}'`;
  const lines = steps.flatMap((step) => {
    const deeper = steps.filter(({ path }) =>
      path.length === step.path.length + 1 &&
      step.path.every((word, i) => path[i] === word)
    ).map(({ path }) => path.at(-1)!);
    const conditions = [
      ...step.path.map((word) => `__fish_seen_subcommand_from ${word}`),
      ...(deeper.length > 0
        ? [`not __fish_seen_subcommand_from ${deeper.join(" ")}`]
        : []),
    ];
    const when = conditions.length === 0
      ? ""
      : `-n ${quote(conditions.join("; and "))} `;
    return [
      ...step.next.map(([word, what]) =>
        `complete -c netrepl ${when}${
          word.startsWith("--") ? `-l ${word.slice(2)}` : `-a ${word}`
        } -d ${quote(what)}`
      ),
      ...(step.files ? [`complete -c netrepl ${when}-F`] : []),
    ];
  });
  return `# netrepl for fish: netrepl completions fish | source
complete -c netrepl -f
${lines.join("\n")}
`;
}
