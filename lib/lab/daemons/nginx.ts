/**
 * nginx: one page.
 *
 * @module
 */

import type { WebOptions } from "../daemon.ts";
import { mediaType } from "./http.ts";
import type { Daemon } from "./plan.ts";

/** How nginx is run (https://nginx.org/en/docs/ngx_core_module.html). */
export const nginx: Daemon<WebOptions> = {
  programs: () => [{ name: "nginx", from: "nginx-light" }],
  home: "/etc/nginx",
  plan: ({ port, body }, { folder }) => ({
    files: {
      "nginx.conf": configuration(port, body, folder),
      "html/index.html": body,
    },
    folders: ["html", "tmp"],
    hides: { "/var/log": [] },
    processes: [{
      name: "nginx",
      argv: ["nginx", "-p", folder, "-c", `${folder}/nginx.conf`],
      ready: { tcp: port },
    }],
  }),
};

/** What nginx may want to put down, none of it where this machine's nginx does. */
const TEMPORARY = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];

function configuration(port: number, body: string, folder: string): string {
  return `daemon off;
master_process off;
pid ${folder}/tmp/nginx.pid;
error_log stderr notice;
events {}
http {
  access_log /dev/stdout;
${
    TEMPORARY.map((what) => `  ${what}_temp_path ${folder}/tmp/${what};`)
      .join("\n")
  }
  types {}
  default_type "${mediaType(body)}";
  server {
    listen ${port};
    listen [::]:${port};
    root ${folder}/html;
  }
}
`;
}
