/**
 * The program's entry. At a terminal the prompt stands before anything heavy
 * is loaded; keys typed meanwhile wait in the terminal.
 *
 * @module
 */

import { openTerminal } from "./editor/terminal.ts";

/** What stands before the first line of an entry. */
const PROMPT = "net> ";

const root = new URL("../", import.meta.url);
const { args, stdin, stdout } = Deno;
const [verb, expression = "-"] = args;

if (verb === "eval" && args.length === 2 && !expression.startsWith("-")) {
  // What shell scripts ask again and again waits for no parser of options.
  const { evaluate } = await import("./batch.ts");
  Deno.exit(await evaluate(expression, false, root));
} else if (args.length > 0) {
  const { commandLine } = await import("./command_line.ts");
  Deno.exit(await commandLine(args, root, PROMPT));
} else if (stdin.isTerminal() && stdout.isTerminal()) {
  const terminal = openTerminal();
  terminal.setRaw(true);
  terminal.write(PROMPT);
  const { interact } = await import("./interactive.ts");
  Deno.exit(await interact(terminal, PROMPT, root));
} else {
  const { runText } = await import("./batch.ts");
  Deno.exit(await runText(await new Response(stdin.readable).text(), root));
}
