/**
 * SSH: log in to machines, run commands, move files, carry connections; keys,
 * known hosts and configuration as OpenSSH has them; and a server of one's own.
 *
 * @module
 */

export * from "./algorithm_names.ts";
export * from "./auth_error.ts";
export * from "./command.ts";
export * from "./connect.ts";
export * from "./connection.ts";
export * from "./facts.ts";
export * from "./keys/fingerprint.ts";
export * from "./forward/forward_options.ts";
export * from "./forward/forwarding.ts";
export * from "./known_hosts/host_key_error.ts";
export * from "./known_hosts/host_key_policy.ts";
export * from "./keys/key_files.ts";
export * from "./keys/key_size.ts";
export * from "./keys/keys.ts";
export * from "./known_hosts/known_hosts.ts";
export * from "./known_hosts/known_hosts_file.ts";
export * from "./options.ts";
export * from "./process.ts";
export * from "./keys/public_key.ts";
export * from "./question.ts";
export * from "./keys/randomart.ts";
export * from "./quote.ts";
export * from "./scp.ts";
export * from "./serve.ts";
export * from "./serving/server.ts";
export * from "./serving/session.ts";
export * from "./serving/site.ts";
export * from "./serving/users.ts";
export * from "./sftp/file_info.ts";
export * from "./sftp/file_list.ts";
export * from "./sftp/sftp.ts";
export * from "./sftp/sftp_options.ts";
export * from "./sftp/sync_report.ts";
export * from "./sftp/transfer.ts";
export * from "./shell.ts";
export * from "./config/ssh_config.ts";
export * from "./config/ssh_config_files.ts";
export * from "./target.ts";
export * from "./upkeep.ts";
