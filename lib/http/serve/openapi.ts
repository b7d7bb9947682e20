/**
 * What a server's routes are, in the form that other programs read.
 *
 * @module
 */

import { PAGE } from "./openapi_page.ts";
import type { Handler, Route, Routes, RouteSpec } from "./route.ts";
import type { Schema } from "./schema.ts";

/** What an OpenAPI document says of the whole; see {@linkcode openApi}. */
export interface OpenApiInfo {
  /** What the server is called. @default {"netrepl"} */
  title?: string | undefined;
  /** Which version of its interface it is. @default {"1.0.0"} */
  version?: string | undefined;
  /** What it is for; CommonMark. */
  description?: string | undefined;
}

/** A problem document, as a schema. */
const PROBLEM: Schema = {
  type: "object",
  properties: {
    type: { type: "string" },
    title: { type: "string" },
    status: { type: "integer" },
    detail: { type: "string" },
    instance: { type: "string" },
  },
};

/**
 * Describes routes as an OpenAPI 3.1 document. The option `openapi` of `serve`
 * serves it at `/openapi.json`, with a page at `/docs`.
 *
 * @param routes As they were given to `serve`.
 * @param info Title and version.
 * @returns The document, plain.
 * @see OpenAPI Specification 3.1.0
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const document = net.http.openApi({
 *   "GET /devices/:id": net.http.route({ summary: "One device" }, () => ({})),
 * });
 * assert.deepEqual(Object.keys(document.paths), ["/devices/{id}"]);
 * assert.equal(document.paths["/devices/{id}"]?.get?.summary, "One device");
 * ```
 */
export function openApi(
  routes: Routes<string>,
  info: OpenApiInfo = {},
): OpenApiDocument {
  const { title = "netrepl", version = "1.0.0", description } = info;
  const paths: Record<string, Record<string, OpenApiOperation>> = {};
  for (const [key, value] of Object.entries(routes)) {
    const spec = specOf(value);
    const [method = "", path = ""] = key.split(" ");
    if (spec.hidden || method === "*") continue;
    const template = path.replace(/:(\w+)/g, "{$1}").replace(/\*$/, "{path}");
    (paths[template] ??= {})[method.toLowerCase()] = operation(template, spec);
  }
  return {
    openapi: "3.1.0",
    info: { title, version, ...(description !== undefined && { description }) },
    paths,
    components: { schemas: { Problem: PROBLEM } },
  };
}

/** A parameter of an {@linkcode OpenApiOperation}. */
export interface OpenApiParameter {
  /** What it is called. */
  name: string;
  /** Where it stands. */
  in: "path" | "query";
  /** Whether it must be there. */
  required: boolean;
  /** What it must be like. */
  schema: Schema;
  /** A sentence for people. */
  description?: string;
}

/** One method of one path. */
export interface OpenApiOperation {
  /** What it does, in a few words. */
  summary?: string;
  /** What it does, in sentences. */
  description?: string;
  /** Under which headings it stands. */
  tags?: readonly string[];
  /** What stands in the path and in the query. */
  parameters?: OpenApiParameter[];
  /** What the body must be like. */
  requestBody?: { required: true; content: Record<string, { schema: Schema }> };
  /** The answers by status code. */
  responses: Record<string, {
    description: string;
    content?: Record<string, { schema: Schema | { $ref: string } }>;
  }>;
}

/** An OpenAPI document, as far as it is used here. */
export interface OpenApiDocument {
  /** The version of the specification. */
  openapi: "3.1.0";
  /** What is described. */
  info: { title: string; version: string; description?: string };
  /** Operations by path and method. */
  paths: Record<string, Record<string, OpenApiOperation>>;
  /** What the paths refer to. */
  components: { schemas: Record<string, Schema> };
}

/**
 * The routes that serve the document and its page.
 *
 * @param routes Those to describe.
 * @param info Title and version.
 * @returns Two routes more.
 */
export function documentRoutes(
  routes: Routes<string>,
  info: OpenApiInfo,
): Routes<string> {
  const document = JSON.stringify(openApi(routes, info));
  const hidden = (
    handler: Handler,
  ): Route => ({ spec: { hidden: true }, handler } as Route);
  return {
    "GET /openapi.json": hidden(() =>
      new Response(document, {
        headers: { "content-type": "application/json" },
      })
    ),
    "GET /docs": hidden(() =>
      new Response(PAGE, {
        headers: {
          "content-type": "text/html;charset=UTF-8",
          // The page is one file, and asks nobody but this server.
          "content-security-policy":
            "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'; base-uri 'none'; frame-ancestors 'none'",
          "x-content-type-options": "nosniff",
        },
      })
    ),
  };
}

function specOf(value: Handler | Route): RouteSpec {
  return typeof value === "function" ? {} : value.spec;
}

function operation(template: string, spec: RouteSpec): OpenApiOperation {
  const { summary, description, tags, query, body, answers = {} } = spec;
  const parameters: OpenApiParameter[] = Array.from(
    template.matchAll(/\{(\w+)\}/g),
    ([, name]) => ({
      name: name!,
      in: "path",
      required: true,
      schema: { type: "string" },
    }),
  );
  for (const [name, schema] of Object.entries(query?.properties ?? {})) {
    parameters.push({
      name,
      in: "query",
      required: query?.required?.includes(name) ?? false,
      schema,
      ...(schema.description !== undefined &&
        { description: schema.description }),
    });
  }
  const responses: OpenApiOperation["responses"] = {};
  for (const [status, answer] of Object.entries(answers)) {
    responses[status] = {
      description: answer.description,
      ...(answer.schema && {
        content: { "application/json": { schema: answer.schema } },
      }),
    };
  }
  if (Object.keys(answers).length === 0) {
    responses["200"] = { description: "The answer" };
  }
  responses["default"] = {
    description: "What went wrong",
    content: {
      "application/problem+json": {
        schema: { $ref: "#/components/schemas/Problem" },
      },
    },
  };
  return {
    ...(summary !== undefined && { summary }),
    ...(description !== undefined && { description }),
    ...(tags !== undefined && { tags }),
    ...(parameters.length > 0 && { parameters }),
    ...(body !== undefined && {
      requestBody: {
        required: true,
        content: { "application/json": { schema: body } },
      },
    }),
    responses,
  };
}
