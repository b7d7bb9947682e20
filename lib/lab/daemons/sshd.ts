/**
 * sshd: OpenSSH's server, with host keys that all nodes know and a key that
 * lets root of any node in.
 *
 * @module
 */

import type { PortOptions } from "../daemon.ts";
import type { Node } from "../topology.ts";
import { addressesOf } from "../wiring.ts";
import type { Daemon } from "./plan.ts";

/** Where the keys are, in every node. */
const KEYS = "/run/netrepl/shared/sshd";

/** How sshd is run (sshd(8), sshd_config(5)). */
export const sshd: Daemon<PortOptions> = {
  programs: () => [
    { name: "sshd", from: "openssh-server" },
    { name: "ssh-keygen", from: "openssh-client" },
  ],
  shared: {
    home: "/etc/ssh",
    plan: (nodes, folder) => ({
      files: { "ssh_config": CLIENT(folder) },
      before: [["sh", "-e", "-c", generate(nodes, folder)]],
    }),
  },
  plan: ({ port }, { node, folder }) => ({
    files: { "sshd_config": configuration(port, node) },
    // Where it locks in whoever has not logged in yet.
    run: ["sshd"],
    // Who was there last, and when.
    hides: { "/var/log": ["lastlog", "wtmp"] },
    processes: [{
      name: "sshd",
      argv: ["sshd", "-D", "-e", "-f", `${folder}/sshd_config`],
      ready: { tcp: port },
    }],
  }),
};

/** What `ssh` in any node goes by. */
const CLIENT = (folder: string): string =>
  `Host *
  IdentityFile ${folder}/id_ed25519
  GlobalKnownHostsFile ${folder}/ssh_known_hosts
`;

/** A shell's text that makes the lab's key and the nodes' own. */
function generate(nodes: readonly Node[], folder: string): string {
  const keygen = (file: string, comment: string) =>
    `ssh-keygen -q -t ed25519 -N '' -C ${comment} -f ${file}`;
  return [
    `cd ${folder}`,
    keygen("id_ed25519", "root@lab"),
    ...nodes.flatMap((node) => {
      const file = `${node.name}_host_key`;
      const names = [node.name, ...addressesOf(node)].join(",");
      return [
        keygen(file, node.name),
        `echo ${names} "$(cat ${file}.pub)" >> ssh_known_hosts`,
      ];
    }),
  ].join("\n");
}

function configuration(port: number, { name }: Node): string {
  return `Port ${port}
HostKey ${KEYS}/${name}_host_key
AuthorizedKeysFile ${KEYS}/id_ed25519.pub
PermitRootLogin prohibit-password
PasswordAuthentication no
KbdInteractiveAuthentication no
UsePAM no
UseDNS no
PidFile none
PrintMotd no
Subsystem sftp internal-sftp
`;
}
