/**
 * curl as a peer: HTTP that we did not write.
 *
 * @module
 */

/** Why curl cannot be a peer, or nothing. */
export const NO_CURL: string | undefined = reason();

function reason(): string | undefined {
  const { state } = Deno.permissions.querySync({
    name: "run",
    command: "curl",
  });
  if (state !== "granted") return "run with --allow-run=curl";
  try {
    new Deno.Command("curl", { args: ["-V"], stdout: "null" }).outputSync();
    return undefined;
  } catch (error) {
    return `curl does not start: ${(error as Error).message}`;
  }
}

/** What curl saw. */
export interface Seen {
  /** What it exited with: 0 is fine, 18 a body cut short. */
  readonly code: number;
  /** The status code of the answer. */
  readonly status: number;
  /** Header fields by name in small letters. */
  readonly fields: Readonly<Record<string, string>>;
  /** The body as text. */
  readonly body: string;
}

/** Asks with curl. */
export async function curl(...args: string[]): Promise<Seen> {
  const { code, stdout } = await new Deno.Command("curl", {
    args: ["-sS", "-i", "--max-time", "10", ...args],
    stderr: "null",
  }).output();
  const text = new TextDecoder("latin1").decode(stdout);
  const end = text.indexOf("\r\n\r\n");
  const [start = "", ...lines] = text.slice(0, end).split("\r\n");
  return {
    code,
    status: Number(start.split(" ")[1]),
    fields: Object.fromEntries(lines.map((line) => {
      const colon = line.indexOf(":");
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
    })),
    body: text.slice(end + 4),
  };
}
