import assert from "node:assert/strict";
import { NetError, PermissionError } from "../../lib/errors.ts";
import { withFile } from "../../lib/file_failure.ts";

/** What comes of a failure, whether it is thrown or rejected. */
async function failed(path: string, cause: Error): Promise<NetError[]> {
  const errors: unknown[] = [];
  try {
    withFile("read", path, () => {
      throw cause;
    });
  } catch (error) {
    errors.push(error);
  }
  await withFile("read", path, () => Promise.reject(cause))
    .catch((error) => errors.push(error));
  assert.equal(errors.length, 2);
  return errors as NetError[];
}

Deno.test("what is not there leads to the folder where it would be", async () => {
  for (
    const [path, folder] of [
      ["/srv/keys/id", "/srv/keys"],
      ["/id", "/"],
      ["keys/id", "keys"],
      ["id", "."],
    ] as const
  ) {
    for (const error of await failed(path, new Deno.errors.NotFound())) {
      assert.ok(error instanceof NetError && error.code === "not-found");
      assert.equal(
        error.message,
        `Cannot read ${path}: no such file or folder. Try: ls -l ${folder}`,
      );
    }
  }
});

Deno.test("who bars a file is told apart, and other failures stay as they are", async () => {
  for (const error of await failed("/x", new Deno.errors.NotCapable())) {
    assert.ok(error instanceof PermissionError);
    assert.match(error.message, /this program .*--allow-read=\/x/);
  }
  for (const error of await failed("/x", new Deno.errors.PermissionDenied())) {
    assert.ok(error instanceof PermissionError);
    assert.match(error.message, /operating system .*ls -l \/x$/);
  }
  const other = new Deno.errors.IsADirectory("a folder");
  for (const error of await failed("/x", other)) assert.equal(error, other);
});
