import assert from "node:assert/strict";
import { NetError, PermissionError } from "../../../lib/errors.ts";
import { Endpoint } from "../../../lib/socket/endpoint.ts";
import { failure } from "../../../lib/socket/failure.ts";

const web = new Endpoint("192.0.2.1", 80);
const system = (code: string, syscall = "") =>
  Object.assign(new Error(code), { code, syscall });

Deno.test("failure() turns the system's codes into the library's", () => {
  for (
    const [errno, code] of [
      ["ECONNREFUSED", "refused"],
      ["ECONNRESET", "reset"],
      ["EPIPE", "reset"],
      ["ETIMEDOUT", "timeout"],
      ["ENOTFOUND", "not-found"],
      ["EAI_AGAIN", "not-found"],
      ["EHOSTUNREACH", "unreachable"],
      ["ENETUNREACH", "unreachable"],
      ["EADDRINUSE", "in-use"],
      ["EADDRNOTAVAIL", "not-local"],
      ["EMSGSIZE", "too-large"],
      ["EMFILE", "too-many-files"],
      ["ERR_STREAM_DESTROYED", "closed"],
      ["ESOMETHING", "failed"],
    ] as const
  ) {
    const cause = system(errno);
    const error = failure(cause, "connect to", web) as NetError;
    assert.ok(error instanceof NetError);
    assert.equal(error.code, code, errno);
    assert.equal(error.cause, cause);
    assert.match(error.message, /^Cannot connect to 192\.0\.2\.1:80: /);
  }
});

Deno.test("failure() passes a NetError through as it is", () => {
  const error = new NetError("x", { code: "timeout", op: "read" });
  assert.equal(failure(error, "connect to", web), error);
});

Deno.test("what the runtime bars names the flag that permits it", () => {
  const barred = Object.assign(new Error("Requires net access"), {
    name: "NotCapable",
  });
  for (
    const [cause, host, port, flag] of [
      [barred, "192.0.2.1", 80, "--allow-net=192.0.2.1:80 "],
      [barred, "fe80::1%eth0", 80, "--allow-net=[fe80::1]:80 "],
      [barred, "127.0.0.1", 0, "--allow-net=127.0.0.1 "],
      [system("EPERM", "getaddrinfo"), "a.test", 80, "--allow-net=a.test:80 "],
    ] as const
  ) {
    const error = failure(cause, "connect to", new Endpoint(host, port));
    assert.ok(error instanceof PermissionError);
    assert.equal(error.code, "permission");
    assert.ok(error.hint?.includes(flag), error.hint);
  }
});

Deno.test("a port below 1024 that the system bars says that it is for root", () => {
  const error = failure(system("EACCES", "listen"), "listen on", web);
  assert.ok(error instanceof PermissionError);
  assert.match(error.message, /below 1024 are for root.*Try: a port from 1024/);
});

Deno.test("a refused connection says on which machine to look", () => {
  const message = (host: string) =>
    failure(system("ECONNREFUSED"), "connect to", new Endpoint(host, 80))
      .message;
  assert.equal(
    message("127.0.0.1"),
    "Cannot connect to 127.0.0.1:80: connection refused, nothing listens on port 80 there. Try: ss -ltn, which lists what listens on this machine",
  );
  assert.match(message("192.0.2.1"), /Try: ss -ltn on 192\.0\.2\.1/);
});
