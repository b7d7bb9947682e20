/**
 * The command line: what `netrepl` does when it is given arguments.
 *
 * @module
 */

import { Command, CommanderError } from "commander";
import { evaluate, runFile, runText } from "./batch.ts";
import manifest from "../deno.json" with { type: "json" };

/**
 * Runs one command line.
 *
 * @param args What follows the program's name.
 * @param root The program's folder.
 * @returns The exit code; 2 for a command line that makes no sense.
 */
export async function commandLine(
  args: readonly string[],
  root: URL,
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
    .argument("<file>", "a TypeScript file")
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
  try {
    await program.parseAsync([...args], { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? 0 : 2;
  }
  return code;
}
