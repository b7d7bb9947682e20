/**
 * MIB files read from folders, broken ones among them.
 */

import assert from "node:assert/strict";
import { NetError } from "../../lib/errors.ts";
import { builtin } from "../../lib/snmp/mib/builtin.ts";
import { ACME_MIB, OLD_MIB } from "../unit/snmp/mib_texts.ts";

async function folderOf(
  files: Record<string, string | Uint8Array>,
): Promise<AsyncDisposable & { path: string }> {
  const path = await Deno.makeTempDir({ prefix: "netrepl_mib_load_" });
  for (const [name, content] of Object.entries(files)) {
    await Deno.writeFile(
      `${path}/${name}`,
      typeof content === "string" ? new TextEncoder().encode(content) : content,
    );
  }
  return {
    path,
    [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }),
  };
}

const NEEDY = `NEEDY-MIB DEFINITIONS ::= BEGIN
IMPORTS enterprises FROM SNMPv2-SMI
    far, Away FROM FAR-MIB;
needy OBJECT IDENTIFIER ::= { enterprises 77777 }
needyFar OBJECT IDENTIFIER ::= { far 1 }
needyOne OBJECT-TYPE SYNTAX Away MAX-ACCESS read-only STATUS current ::= { needy 1 }
END
`;

Deno.test("a folder is read whole, and what is no MIB is left alone", async () => {
  await using folder = await folderOf({
    "ACME-MIB.txt": ACME_MIB.replaceAll("\n", "\r\n"),
    "old.my": OLD_MIB,
    ".index": "ACME-MIB ACME-MIB.txt",
    "README": "What lies here.",
    "picture.png": Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0, 1, 2, 255),
  });
  await Deno.mkdir(`${folder.path}/more`);
  const mibs = builtin.clone();
  assert.deepEqual(await mibs.load(`${folder.path}/`), {
    modules: ["ACME-MIB", "OLD-MIB"],
    missing: [],
    problems: [],
  });
  assert.equal(mibs.parseOid("acmeHeat.0"), "1.3.6.1.4.1.99999.1.1.0");
  const one = builtin.clone();
  const url = new URL(`file://${folder.path}/old.my`);
  assert.deepEqual((await one.load(url)).modules, ["OLD-MIB"]);
});

Deno.test("a mistake costs its definition, and is told with file, line and column", async () => {
  const broken = ACME_MIB.replace("ACME-MIB", "BROKEN-MIB").replace(
    "acmeHeat OBJECT-TYPE\n    SYNTAX AcmeTemperature",
    "acmeHeat OBJECT-TYPE\n    SINTAX AcmeTemperature",
  );
  const line = broken.slice(0, broken.indexOf("SINTAX")).split("\n").length;
  await using folder = await folderOf({
    "broken.mib": broken,
    "latin1.mib": new Uint8Array([
      ...new TextEncoder().encode(
        'L-MIB DEFINITIONS ::= BEGIN l OBJECT-TYPE SYNTAX INTEGER DESCRIPTION "Z',
      ),
      0xfc,
      ...new TextEncoder().encode('rich" ::= { iso 3 6 1 4 1 88888 } END'),
    ]),
  });
  const mibs = builtin.clone();
  const { modules, problems } = await mibs.load(folder.path);
  assert.deepEqual(modules, ["BROKEN-MIB", "L-MIB"]);
  assert.deepEqual(problems, [{
    path: `${folder.path}/broken.mib`,
    line,
    column: 5,
    reason:
      'expected a clause or "::=", but there is "SINTAX"; did you mean SYNTAX?',
  }]);
  assert.equal(mibs.tryFind("acmeHeat"), undefined);
  assert.equal(mibs.find("acmeColours").kind, "scalar");
  assert.equal(mibs.find("l").oid, "1.3.6.1.4.1.88888");
});

Deno.test("a module that is missing is named, and what does not need it is there", async () => {
  await using folder = await folderOf({ "NEEDY-MIB": NEEDY });
  const mibs = builtin.clone();
  const { missing, problems } = await mibs.load(folder.path);
  assert.deepEqual(missing, ["FAR-MIB"]);
  assert.equal(problems.length, 1);
  const [{ line, column, reason }] = problems as [typeof problems[0] & object];
  assert.deepEqual([line, column], [3, 20]);
  assert.match(
    reason,
    /^far comes from FAR-MIB, which is not loaded: put its file into the folder\..*snmp-mibs-downloader/,
  );
  assert.equal(mibs.parseOid("needyOne.0"), "1.3.6.1.4.1.77777.1.0");
  assert.equal(mibs.find("needyOne").syntax, undefined);
  assert.equal(mibs.tryFind("needyFar"), undefined);
  mibs.add(
    "FAR-MIB DEFINITIONS ::= BEGIN far OBJECT IDENTIFIER ::= { iso 9 } Away ::= INTEGER { on(1) } END",
  );
  assert.equal(mibs.parseOid("needyFar"), "1.9.1");
  assert.equal(mibs.formatValue("needyOne", 1), "on(1)");
});

Deno.test("what cannot be read is a NetError that says what to do", async () => {
  await assert.rejects(builtin.clone().load("/no/such/mibs"), (error) => {
    assert.ok(error instanceof NetError);
    assert.equal(error.code, "not-found");
    assert.match(
      error.message,
      /^Cannot read MIBs from \/no\/such\/mibs: no such file or folder\. Try: ls /,
    );
    return true;
  });
});
