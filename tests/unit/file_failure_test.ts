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
  const other = new Deno.errors.BadResource("closed");
  for (const error of await failed("/x", other)) assert.equal(error, other);
});

Deno.test("what the system says of a place is said in words, with what looks there", async () => {
  for (
    const [number, code, message] of [
      ["EISDIR", "not-a-file", "Cannot read /srv/x: it is a folder"],
      ["ENOSPC", "no-space", "no space is left there. Try: df -h /srv"],
      ["EROFS", "read-only", "can only be read. Try: findmnt -T /srv"],
      ["ENOTEMPTY", "in-use", "the folder is not empty. Try: ls -A /srv"],
    ] as const
  ) {
    const cause = Object.assign(new Error("os error"), { code: number });
    for (const error of await failed("/srv/x", cause)) {
      assert.equal(error.code, code);
      assert.ok(error.message.endsWith(message), error.message);
      assert.equal(error.cause, cause);
    }
  }
});
