/**
 * Issues certificates from a folder, as a process of its own that may be killed:
 * folder, name and how many, for ever if 0. Each serial number goes out as a
 * line once the certificate is given out.
 *
 * @module
 */

import { generateKey, open } from "../../lib/tls/authority/all.ts";

const [folder = "", name = "", count = "0"] = Deno.args;
const ca = await open(folder);
const key = await generateKey();
for (let n = 0; count === "0" || n < Number(count); n++) {
  const { serial } = await ca.issue({ hosts: [`${name}-${n}.lab`], key });
  Deno.stdout.writeSync(new TextEncoder().encode(`${serial}\n`));
  if (n % 5 === 4) await ca.revoke(serial);
}
