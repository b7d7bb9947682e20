/**
 * A program on a pseudo-terminal, timed from its start to a text on its
 * screen. The terminal comes from util-linux's script(1).
 *
 * @module
 */

/** What to start and what to wait for. */
export interface Timing {
  /** A shell command line. */
  readonly command: string;
  /** The text that says the prompt stands. */
  readonly prompt: string;
  /** What to type then, and the text to wait for after it. */
  readonly then?: { readonly type: string; readonly see: string };
  /** What ends the program. */
  readonly quit: string;
  /** Environment on top of the caller's. */
  readonly env?: Record<string, string>;
}

/**
 * Starts a program and times it.
 *
 * @returns Milliseconds from the start until the prompt, and until what was
 * waited for after it.
 */
export async function timeOnPty(
  { command, prompt, then, quit, env = {} }: Timing,
): Promise<{ prompt: number; then: number }> {
  const start = performance.now();
  const child = new Deno.Command("script", {
    args: ["-qfec", `stty rows 24 cols 80; exec ${command}`, "/dev/null"],
    stdin: "piped",
    stdout: "piped",
    stderr: "null",
    env: { TERM: "xterm-256color", ...env },
  }).spawn();
  const writer = child.stdin.getWriter();
  const reader = child.stdout.getReader();
  const decoder = new TextDecoder();
  const deadline = setTimeout(() => child.kill("SIGKILL"), 20_000);
  let screen = "";
  const until = async (text: string): Promise<number> => {
    while (!plain(screen).includes(text)) {
      const { value, done } = await reader.read();
      if (done) throw new Error(`${command} ended; it showed: ${screen}`);
      screen += decoder.decode(value, { stream: true });
    }
    return performance.now() - start;
  };
  try {
    const prompted = await until(prompt);
    screen = "";
    let seen = prompted;
    if (then) {
      await writer.write(new TextEncoder().encode(then.type));
      seen = await until(then.see);
    }
    await writer.write(new TextEncoder().encode(quit));
    // Some ask the terminal things that nobody answers here before they go.
    const patience = setTimeout(() => child.kill("SIGTERM"), 500);
    for (;;) if ((await reader.read()).done) break;
    clearTimeout(patience);
    await child.status;
    return { prompt: prompted, then: seen };
  } finally {
    clearTimeout(deadline);
    await writer.close().catch(() => {});
  }
}

function plain(text: string): string {
  // deno-lint-ignore no-control-regex -- SGR and cursor sequences are what is taken out.
  return text.replace(/\x1b\[[0-9;?]*[A-Za-z]|\x1b[=>]/g, "");
}

/** The middle of some figures. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1]!;
}
