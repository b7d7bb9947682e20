import assert from "node:assert/strict";
import {
  completed,
  fitsCommand,
  readIndex,
} from "../../../lib/device/textfsm/index_file.ts";
import { parseJoined } from "../../../lib/device/textfsm/joined.ts";
import { TextFsm } from "../../../lib/device/textfsm/textfsm.ts";

const INDEX = `# Templates
Template, Hostname, Platform, Command  # the columns

long.textfsm, .*, cisco_(ios|xe), sh[[ow]] ip int[[erface]] br[[ief]]
other.textfsm, .*, cisco_ios, show x{1,2}
lab.textfsm, lab\\d+, cisco_ios, sh[[ow]] ver[[sion]]
a.textfsm:b.textfsm, .*, cisco_ios, sh[[ow]] ver[[sion]]
#none.textfsm, .*, cisco_ios, show none
`;

Deno.test("an index finds the first line that fits, abbreviations and all", () => {
  const index = readIndex(INDEX);
  const find = (command: string, platform = "cisco_ios", hostname = "r1") =>
    index.find({ command, platform, hostname })?.templates.join("+");
  assert.equal(find("show ip interface brief"), "long.textfsm");
  assert.equal(find("sh ip int br"), "long.textfsm");
  assert.equal(find("sho ip interf brie", "cisco_xe"), "long.textfsm");
  assert.equal(find("s ip int br"), undefined);
  assert.equal(find("sh ip int br", "arista_eos"), undefined);
  assert.equal(find("sh ver"), "a.textfsm+b.textfsm");
  assert.equal(find("sh ver", "cisco_ios", "lab7"), "lab.textfsm");
  // As in Python's match, the rest of the command does not count.
  assert.equal(find("show version detail"), "a.textfsm+b.textfsm");
  assert.equal(find("show none"), undefined);
  assert.equal(index.find({ command: "sh ver" })?.line, 6);
});

Deno.test("a line of an index with a comma too many is left out, as in clitable", () => {
  assert.equal(readIndex(INDEX).find({ command: "show xx" }), undefined);
});

Deno.test("an index without Template, or with a wrong expression, is refused with its line", () => {
  assert.throws(() => readIndex("# nothing\n"), /must name the columns/);
  assert.throws(
    () => readIndex("Template, Command\na, show (\n").find({ command: "show" }),
    /show \( is wrong: missing \).*line 2/,
  );
});

Deno.test("abbreviations are spelled out letter by letter", () => {
  assert.equal(completed("sh[[ow]] v[[er]]"), "sh(o(w)?)? v(e(r)?)?");
  assert.equal(fitsCommand("sh[[ow]] ver[[sion]]", "show vers"), true);
  assert.equal(fitsCommand("sh[[ow]] ver[[sion]]", "show version x"), false);
});

const lower = (text: string) => new TextFsm(text, { keys: "lower" });

Deno.test("rows of several templates are joined by their keys", () => {
  const first = lower(
    "Value Key PORT (\\d)\nValue A (a\\d)\n\nStart\n  ^$PORT $A -> Record\n",
  );
  const second = lower(
    "Value Key PORT (\\d)\nValue B (b\\d)\n\nStart\n  ^$PORT $B -> Record\n",
  );
  const text = "1 a1\n2 a2\n3 a3\n3 b3\n1 b1\n";
  assert.deepEqual(parseJoined([first, second], text), [
    { port: "1", a: "a1", b: "b1" },
    { port: "2", a: "a2", b: "" },
    { port: "3", a: "a3", b: "b3" },
  ]);
  const plain = lower("Value C (\\d$$)\n\nStart\n  ^. b$C -> Record\n");
  assert.throws(() => parseJoined([first, plain], text), {
    code: "template-keys",
  });
});

Deno.test("without keys the rows of several templates are joined in their order", () => {
  const first = lower("Value A (a\\d)\n\nStart\n  ^$A -> Record\n");
  const second = lower("Value B (b\\d)\n\nStart\n  ^$B -> Record\n");
  assert.deepEqual(parseJoined([first, second], "a1\na2\nb1\n"), [
    { a: "a1", b: "b1" },
    { a: "a2", b: "" },
  ]);
});
