import { z } from 'zod';
import { ERRORS, type ErrorCode, LensError } from '../../core/errors.js';
import { components } from '../schemas/components.js';
import { problemSchema } from '../schemas/problem.js';
import { cameraOperations } from './cameras.js';
import { eventOperations } from './events.js';
import { serverOperations } from './health.js';
import type { Content, Operation } from './operation.js';
import { pictureOperations } from './pictures.js';
import { viewerOperations } from './viewers.js';
import { webRtcOperations } from './webrtc.js';

/** Every operation of the server, in the order of the description. */
export const operations: readonly Operation[] = [
  ...pictureOperations,
  ...webRtcOperations,
  ...cameraOperations,
  ...viewerOperations,
  ...eventOperations,
  ...serverOperations,
];

/** The description of the API: OpenAPI 3.1 (spec.openapis.org/oas/v3.1.1), from the schemas that check it. */
export function openApiDocument(version: string) {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const operation of operations) {
    const path = paths[operation.path] ?? {};
    path[operation.method] = describe(operation);
    paths[operation.path] = path;
  }
  return {
    openapi: '3.1.1',
    info: { title: 'Lenscast', version, description: 'Cameras, their pictures and who watches them.' },
    servers: [{ url: '/' }],
    tags: ['pictures', 'webrtc', 'cameras', 'viewers', 'events', 'server'].map((name) => ({ name })),
    paths,
    components: { schemas: componentSchemas() },
  };
}

function describe({ method, path, tag, summary, description, query, body, responses, errors }: Operation) {
  const entries = Object.entries(responses).map(([status, { description, content }]) => {
    return [status, { description, ...(content === undefined ? {} : { content: describeContent(content) }) }];
  });
  return {
    operationId: operationId(method, path),
    tags: [tag],
    summary,
    ...(description === undefined ? {} : { description }),
    parameters: [...pathParameters(path), ...queryParameters(query ?? {})],
    ...(body === undefined ? {} : { requestBody: { required: true, content: describeContent(body) } }),
    responses: { ...Object.fromEntries(entries), ...describeErrors(errors) },
  };
}

/** `put /api/cameras/{id}/tiers/{tier}` becomes `putApiCamerasByIdTiersByTier`; a page's last slash becomes `Page`. */
function operationId(method: string, path: string): string {
  const words = path
    .replace(/(?<=.)\/$/, '-page')
    .replace(/\{/g, 'by-')
    .split(/[^a-z0-9]+/i);
  return method + words.map((word) => word.slice(0, 1).toUpperCase() + word.slice(1)).join('');
}

const parameterMeanings: Readonly<Record<string, string>> = {
  id: 'The camera',
  tier: 'The tier',
  viewer: 'The viewer',
  session: 'As Location told it',
};

function pathParameters(path: string) {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => {
    const description = parameterMeanings[name] ?? name;
    return { name, in: 'path', required: true, description, schema: { type: 'string' } };
  });
}

function queryParameters(query: NonNullable<Operation['query']>) {
  return Object.entries(query).map(([name, type]) => {
    const { description = '', ...schema } = toSchema(type);
    return { name, in: 'query', required: false, description, schema };
  });
}

function describeContent(content: Content) {
  const entries = Object.entries(content).map(([type, schema]) => {
    return [type, schema === null ? {} : { schema: reference(schema) }];
  });
  return Object.fromEntries(entries);
}

/** One response for each status, which tells all codes that it may have. */
function describeErrors(codes: readonly ErrorCode[]) {
  const all: readonly ErrorCode[] = [...codes, 'INTERNAL'];
  const entries = [...new Set(all.map(statusOf))].map((status) => {
    const these = all.filter((code) => statusOf(code) === status);
    const description = these.map((code) => `${code}: ${ERRORS[code].title}`).join('\n\n');
    return [status, { description, content: { 'application/problem+json': { schema: reference(problemSchema) } } }];
  });
  return Object.fromEntries(entries);
}

function statusOf(code: ErrorCode): number {
  return new LensError(code, '').status ?? 500;
}

const uriOf = (id: string) => `#/components/schemas/${id}`;

function reference(schema: z.ZodType) {
  const named = components.get(schema);
  return named === undefined ? toSchema(schema) : { $ref: uriOf(named.id) };
}

/** Keywords that aren't JSON Schema's stay inside. */
const leaveOutOwnKeys = ({ jsonSchema }: { readonly jsonSchema: Record<string, unknown> }) => {
  delete jsonSchema.allowed;
  delete jsonSchema.id;
};

function toSchema(schema: z.ZodType) {
  const { $schema, ...rest } = z.toJSONSchema(schema, { override: leaveOutOwnKeys });
  return rest;
}

function componentSchemas() {
  const { schemas } = z.toJSONSchema(components, { uri: uriOf, override: leaveOutOwnKeys });
  return Object.fromEntries(Object.entries(schemas).map(([name, { $schema, $id, ...schema }]) => [name, schema]));
}
