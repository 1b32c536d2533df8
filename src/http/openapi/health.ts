import { z } from 'zod';
import { healthSchema, readinessSchema, timeSchema } from '../schemas/health.js';
import { json, type Operation, operation } from './operation.js';

export const serverOperations: readonly Operation[] = [
  operation('get', '/', 'server', 'A page of all cameras', {
    responses: { 200: { description: 'For people', content: { 'text/html': null } } },
    errors: [],
  }),
  operation('get', '/cameras/{id}/', 'server', 'A page that plays a camera', {
    description: 'By WebRTC, else by JPEGs over a WebSocket, else by MJPEG.',
    responses: { 200: { description: 'For people', content: { 'text/html': null } } },
    errors: ['CAMERA_NOT_FOUND'],
  }),
  operation('get', '/cameras/{id}', 'server', 'The way to the page that plays a camera', {
    responses: { 308: { description: 'It has a slash at its end' } },
    errors: ['CAMERA_NOT_FOUND'],
  }),
  operation('get', '/player/{file}', 'server', 'A script or the style of that page', {
    responses: {
      200: { description: 'As it is now', content: { 'text/javascript': null, 'text/css': null } },
      304: { description: 'As If-None-Match has it' },
    },
    errors: ['NOT_FOUND'],
  }),
  operation('get', '/healthz', 'server', 'Whether the process is well', {
    responses: { 200: { description: 'It is', content: json(healthSchema) } },
    errors: [],
  }),
  operation('get', '/api/time', 'server', 'The server’s clock', {
    description: 'By which the times of captures are told.',
    responses: { 200: { description: 'The time now', content: json(timeSchema) } },
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
