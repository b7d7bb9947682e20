/**
 * A program that has labs, until it is killed: up, run, a program, down.
 *
 * @module
 */

import { up } from "../../lib/lab/up.ts";

for (;;) {
  await using lab = await up("lan");
  const host = lab.host("pc1");
  await host.run(() => Deno.hostname());
  await using _process = await host.spawn("sleep 1000 & sleep 1000");
  await host.exec("sleep 0.05");
  await lab.host("pc2").run(async () => {
    await new Promise((resolve) => setTimeout(resolve, 50));
  });
}
