/**
 * The command line: what `netrepl` does when it is given arguments.
 *
 * @module
 */

import { Argument, Command, CommanderError } from "commander";
import { evaluate, runFile, runText } from "./batch.ts";
import manifest from "../deno.json" with { type: "json" };

/**
 * Runs one command line.
 *
 * @param args What follows the program's name.
 * @param root The program's folder.
 * @param prompt What the prompt shows.
 * @returns The exit code; 2 for a command line that makes no sense.
 */
export async function commandLine(
  args: readonly string[],
  root: URL,
  prompt: string,
): Promise<number> {
  let code = 0;
  const program = new Command("netrepl")
    .description(
      "A scriptable network REPL. Without arguments: the prompt, or a session from a pipe.",
    )
    .version(`netrepl ${manifest.version}`, "-V, --version")
    .exitOverride()
    .showSuggestionAfterError()
    .showHelpAfterError("Try: netrepl --help")
    .enablePositionalOptions();
  program.command("eval")
    .description("print the value of an expression")
    .argument("<expression>", "TypeScript, with net at hand")
    .option("--json", "as one line of JSON")
    .addHelpText(
      "after",
      `\nExample:\n  netrepl eval 'net.ip.subnet("10.0.0.0/24").split(26)'`,
    )
    .action(async (expression: string, { json }: { json?: boolean }) => {
      code = await evaluate(expression, json ?? false, root);
    });
  program.command("run")
    .description("run a script with the permissions that its first line names")
    .argument("<file>", "a TypeScript file, or - for standard input")
    .argument("[args...]", "what the script finds in Deno.args")
    .passThroughOptions()
    .action(async (file: string, rest: string[]) => {
      code = await runFile(file, rest, root);
    });
  program.command("book")
    .description("list the book's lessons")
    .action(async () => {
      code = await runText(".book", root);
    });
  addLabs(program, async (run) => {
    code = await run(await import("./lab_program.ts"));
  }, { prompt, root });
  program.command("completions")
    .description("print a script that completes netrepl's command line")
    .addArgument(new Argument("<shell>").choices(["bash", "zsh", "fish"]))
    .addHelpText("after", "\nExample:\n  source <(netrepl completions bash)")
    .action(async (shell: string) => {
      const [{ completions }, { readyMades }] = await Promise.all([
        import("./completions.ts"),
        import("../lib/lab/mod.ts"),
      ]);
      console.log(
        completions(shell, program, Object.keys(readyMades)).trimEnd(),
      );
    });
  try {
    await program.parseAsync([...args], { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? 0 : 2;
  }
  return code;
}

type LabProgram = typeof import("./lab_program.ts");

/** What there is of labs; it loads when it runs. */
function addLabs(
  program: Command,
  act: (run: (of: LabProgram) => number | Promise<number>) => Promise<void>,
  { prompt, root }: { prompt: string; root: URL },
): void {
  const lab = program.command("lab")
    .description("list the ready-made labs: networks on this machine")
    .action(() => act(({ listLabs }) => listLabs()));
  const topology = "a ready-made lab, also as lan(20), or a YAML file";
  lab.command("up")
    .description("open the prompt with a lab up; it goes with the prompt")
    .argument("<lab>", topology)
    .addHelpText("after", "\nExample:\n  netrepl lab up dmz")
    .action((name: string) =>
      act(({ openLab }) => openLab(name, prompt, root))
    );
  lab.command("draw")
    .description("draw a lab without bringing it up")
    .argument("<lab>", topology)
    .option("--svg", "as an SVG image")
    .option("--mermaid", "as a Mermaid flowchart")
    .action((name: string, { svg, mermaid }: Record<string, boolean>) =>
      act(({ drawLab }) =>
        drawLab(name, svg ? "svg" : mermaid ? "mermaid" : "text")
      )
    );
  program.command("doctor")
    .description("say what this machine lacks for labs, and what to do")
    .action(() => act(({ diagnose }) => diagnose()));
}
