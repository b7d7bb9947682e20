/**
 * Questions that are put as other programs have them: the type left out before
 * the options, the server among them.
 *
 * @module
 */

/** What others call an option, and how it is said here. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  server: "servers",
  nameserver: "servers",
  nameservers: "servers",
  tcp: 'transport: "tcp"',
};

/**
 * Checks what a question is made of.
 *
 * @param order How the function is called: `"query(server, name, type, options)"`.
 * @param name The name to ask for.
 * @param type The type to ask for.
 * @param options The rest.
 * @throws {TypeError} If something stands in the place of another.
 */
export function checkArguments(
  order: string,
  name: unknown,
  type: unknown,
  options: unknown,
): void {
  const fail = (what: string, must: string, value: unknown): never => {
    throw new TypeError(
      `Cannot ask as '${what}' must be ${must}, in the order of ${order}: current value is ${
        Deno.inspect(value)
      }`,
    );
  };
  if (typeof name !== "string") fail("name", "a domain name", name);
  if (typeof type === "object") fail("type", 'a text such as "MX"', type);
  if (typeof options !== "object" || options === null) {
    fail("options", "an object", options);
  }
  for (const option in options as object) {
    if (!Object.hasOwn(ELSEWHERE, option)) continue;
    const own = option.includes("server") && order.includes("(server")
      ? `the server as the first of ${order}`
      : `{ ${ELSEWHERE[option]} }`;
    throw new TypeError(
      `Cannot ask as there is no option '${option}'. Try: ${own}`,
    );
  }
}
