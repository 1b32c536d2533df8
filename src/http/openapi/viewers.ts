import { anyViewerChangeSchema } from '../schemas/requests.js';
import { viewersSchema, viewerViewSchema } from '../schemas/viewer.js';
import { json, type Operation, operation } from './operation.js';

const path = '/api/viewers/{viewer}';

export const viewerOperations: readonly Operation[] = [
  operation('get', '/api/viewers', 'viewers', 'Everybody who watches', {
    responses: { 200: { description: 'At this moment', content: json(viewersSchema) } },
    errors: [],
  }),
  operation('get', path, 'viewers', 'A viewer', {
    responses: { 200: { description: 'What it gets', content: json(viewerViewSchema) } },
    errors: ['VIEWER_NOT_FOUND'],
  }),
  operation('patch', path, 'viewers', 'Change what a viewer gets', {
    description: 'Between two frames; its connection stays.',
    body: json(anyViewerChangeSchema),
    responses: { 200: { description: 'The viewer as it is now', content: json(viewerViewSchema) } },
    errors: ['VIEWER_NOT_FOUND', 'BODY_INVALID', 'BODY_TYPE_UNSUPPORTED', 'BODY_TOO_LARGE', 'ORIGIN_FORBIDDEN'],
  }),
  operation('delete', path, 'viewers', 'End a viewer’s stream', {
    responses: { 204: { description: 'It is over' } },
    errors: ['VIEWER_NOT_FOUND', 'ORIGIN_FORBIDDEN'],
  }),
];
