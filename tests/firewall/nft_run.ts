/**
 * The real nft, in network namespaces of its own.
 *
 * @module
 */

/** Why nft can't be tried here, or nothing. */
export function nftMissing(): string | undefined {
  try {
    const { success, stderr } = new Deno.Command("unshare", {
      args: ["-Urn", "nft", "list", "ruleset"],
      stdout: "null",
      stderr: "piped",
    }).outputSync();
    return success ? undefined : new TextDecoder().decode(stderr);
  } catch (error) {
    return `no unshare: ${error}`;
  }
}

/**
 * Loads scripts one after the other, then runs a command.
 *
 * @param scripts What `nft -f` reads.
 * @param command For the shell.
 * @returns What the command printed.
 */
export async function nftOutput(
  scripts: readonly string[],
  command: string,
): Promise<string> {
  const folder = await Deno.makeTempDir();
  try {
    const files = scripts.map((_, index) => `${folder}/${index}.nft`);
    await Promise.all(
      scripts.map((text, index) => Deno.writeTextFile(files[index]!, text)),
    );
    const steps = files.map((file) => `nft -f ${file}`);
    const { success, stdout, stderr } = await new Deno.Command("unshare", {
      args: [
        "-Urn",
        "sh",
        "-ec",
        ["ip link set lo up", ...steps, command].join("\n"),
      ],
      stdout: "piped",
      stderr: "piped",
      env: { LC_ALL: "C" },
    }).output();
    if (!success) throw new Error(new TextDecoder().decode(stderr));
    return new TextDecoder().decode(stdout);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
