import assert from "node:assert/strict";
import { fieldPaths, resolveField } from "../../../lib/packet/fields.ts";
import { build, ethernet, ipv4, tcp } from "../../../lib/packet/mod.ts";
import { Column } from "../../../lib/packet/scan_column.ts";
import { plain } from "../../../lib/packet/value.ts";
import { csvCell } from "../../../lib/pcap/columns_cells.ts";
import { quotePaths } from "../../../lib/pcap/sql_paths.ts";

const packet = build(
  ethernet({ src: "fe:dc:ba:98:76:54" }),
  ipv4({ src: "255.255.255.255", flags: ["DF"] }),
  tcp({ seq: 0xffffffff, flags: ["AE", "FIN"], options: ["nop"] }),
  "hello",
);

Deno.test("a column gives every value back that is put into it", () => {
  for (const path of fieldPaths().map((path) => resolveField(path))) {
    const column = new Column(path, 3);
    const value = path.read(packet, 1);
    column.put(1, value);
    if (value === undefined) {
      assert.equal(column.at(1), undefined, path.path);
    } else {
      assert.deepEqual(plain(column.at(1)), plain(value), path.path);
    }
    assert.equal(column.at(3), undefined);
    assert.equal(column.at(-1), undefined);
    column.clear();
    if (column.valid) assert.equal(column.has(1), false);
  }
});

Deno.test("columns are cut and joined with what says which values are there", () => {
  const path = resolveField("ipv6.src");
  const parts = [8, 8, 3].map((length, part) => {
    const column = new Column(path, length);
    (column.values as Uint32Array).fill(part + 1);
    column.valid![0] = 0b101;
    return column;
  });
  const whole = Column.join(path, parts);
  assert.equal(whole.length, 19);
  assert.deepEqual(
    Array.from(whole, (value) => value === undefined ? 0 : 1),
    [1, 0, 1, 0, 0, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 1, 0, 1],
  );
  assert.equal(String(whole.at(18)), "0:3:0:3:0:3:0:3");
  assert.equal(whole.head(9).length, 9);
  assert.equal(String(whole.head(9).at(8)), "0:2:0:2:0:2:0:2");
  assert.equal(Column.join(path, []).length, 0);
});

Deno.test("a cell is quoted where commas, quotes or line ends stand in it", () => {
  assert.equal(csvCell("plain"), "plain");
  assert.equal(csvCell("a,b"), '"a,b"');
  assert.equal(csvCell('a"b'), '"a""b"');
  assert.equal(csvCell("a\nb"), '"a\nb"');
});

Deno.test("fields in SQL are quoted, but not in text and comments", () => {
  const cases: readonly [query: string, quoted: string, paths: string[]][] = [
    ["select ipv4.src", 'select "ipv4.src"', ["ipv4.src"]],
    ['select "ipv4.src"', 'select "ipv4.src"', ["ipv4.src"]],
    ["p.tcp.flags.syn", 'p."tcp.flags.SYN"', ["tcp.flags.SYN"]],
    ["'ipv4.src'", "'ipv4.src'", []],
    ["'it''s' -- ipv4.src\n", "'it''s' -- ipv4.src\n", []],
    ["/* ipv4.src */ $$ tcp.seq $$", "/* ipv4.src */ $$ tcp.seq $$", []],
    ["a.b.c = 'x", "a.b.c = 'x", []],
  ];
  for (const [query, quoted, paths] of cases) {
    const found = quotePaths(query);
    assert.equal(found.query, quoted);
    assert.deepEqual(found.paths, paths);
  }
  assert.equal(quotePaths("tcp.dport").hint, "tcp.dstPort");
});
