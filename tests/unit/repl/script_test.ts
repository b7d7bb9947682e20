import assert from "node:assert/strict";
import { parseScript } from "../../../repl/script.ts";

const script =
  `#!/usr/bin/env -S deno run --allow-net=127.0.0.1 --allow-read="a b"
// ---
// chapter: 18
// title: "A: quoted title"
// needs: loopback            # nothing | loopback | lab | root
// ---
import * as net from "netrepl";

// %% First
const a = 1;

// %%

// %% Second
a + 1;
`;

Deno.test("a script is flags, a header and cells", () => {
  const { flags, header, cells } = parseScript(script);
  assert.deepEqual(flags, ["--allow-net=127.0.0.1", "--allow-read=a b"]);
  assert.deepEqual(header, {
    chapter: "18",
    title: "A: quoted title",
    needs: "loopback",
  });
  assert.deepEqual(cells, [
    { title: "", text: `import * as net from "netrepl";` },
    { title: "First", text: "// %% First\nconst a = 1;" },
    { title: "Second", text: "// %% Second\na + 1;" },
  ]);
});

Deno.test("a script without marks is one cell, and line ends do not matter", () => {
  assert.deepEqual(parseScript("a;\r\nb;\r\n"), {
    flags: [],
    header: {},
    cells: [{ title: "", text: "a;\nb;" }],
  });
  assert.deepEqual(parseScript("").cells, []);
  // A header that is never closed is a comment.
  assert.equal(parseScript("// ---\n// title: x\na").cells.length, 1);
});
