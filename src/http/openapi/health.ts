import { z } from 'zod';
import { healthSchema, readinessSchema } from '../schemas/health.js';
import { json, type Operation, operation } from './operation.js';

export const serverOperations: readonly Operation[] = [
  operation('get', '/', 'server', 'A page of all cameras', {
    responses: { 200: { description: 'For people', content: { 'text/html': null } } },
    errors: [],
  }),
  operation('get', '/healthz', 'server', 'Whether the process is well', {
    responses: { 200: { description: 'It is', content: json(healthSchema) } },
    errors: [],
  }),
  operation('get', '/readyz', 'server', 'Whether frames can flow', {
    responses: {
      200: { description: 'From one camera at least', content: json(readinessSchema) },
      503: { description: 'From none', content: json(readinessSchema) },
    },
    errors: [],
  }),
  operation('get', '/metrics', 'server', 'The numbers, for Prometheus', {
    responses: { 200: { description: 'Prometheus’ text format', content: { 'text/plain': null } } },
    errors: [],
  }),
  operation('get', '/api/openapi.json', 'server', 'This description', {
    responses: { 200: { description: 'OpenAPI 3.1', content: json(z.looseObject({ openapi: z.string() })) } },
    errors: [],
  }),
];
