import { camerasSchema, cameraViewSchema, tierViewSchema, ustreamerStateSchema } from '../schemas/camera.js';
import { anyProfileSchema, tierChangeSchema } from '../schemas/requests.js';
import { json, type Operation, operation } from './operation.js';

const changeErrors = ['BODY_INVALID', 'BODY_TYPE_UNSUPPORTED', 'BODY_TOO_LARGE', 'ORIGIN_FORBIDDEN'] as const;

export const cameraOperations: readonly Operation[] = [
  operation('get', '/api/cameras', 'cameras', 'All cameras', {
    responses: { 200: { description: 'In the order of the configuration', content: json(camerasSchema) } },
    errors: [],
  }),
  operation('get', '/api/cameras/{id}', 'cameras', 'A camera', {
    responses: { 200: { description: 'Its state, tiers and rates', content: json(cameraViewSchema) } },
    errors: ['CAMERA_NOT_FOUND'],
  }),
  operation('get', '/api/cameras/{id}/tiers/{tier}', 'cameras', 'A tier', {
    responses: { 200: { description: 'Its settings and rates', content: json(tierViewSchema) } },
    errors: ['CAMERA_NOT_FOUND', 'TIER_NOT_FOUND'],
  }),
  operation('put', '/api/cameras/{id}/tiers/{tier}', 'cameras', 'Change a tier', {
    description:
      'What is given changes with the next frame, and stays until the server ends; another bitrate comes after a short ' +
      'pause of the whole camera where its encoder takes one only as it starts, as a Jetson’s. A picture is never larger ' +
      'than what the camera delivers. The tier source can’t be changed.',
    body: json(tierChangeSchema),
    responses: { 200: { description: 'The tier as it is now', content: json(tierViewSchema) } },
    errors: ['CAMERA_NOT_FOUND', 'TIER_NOT_FOUND', 'METHOD_NOT_ALLOWED', ...changeErrors],
  }),
  operation('get', '/api/cameras/{id}/profile', 'cameras', 'The tier for auto viewers', {
    responses: { 200: { description: 'A tier, or auto', content: json(anyProfileSchema) } },
    errors: ['CAMERA_NOT_FOUND'],
  }),
  operation('put', '/api/cameras/{id}/profile', 'cameras', 'Hold auto viewers to a tier', {
    description:
      'Those that watch and those that come later, by whatever transport, as near to it as their own max_tier and ' +
      'min_tier allow; where there is no such tier in their medium, the next one below it. `source` is taken also as long ' +
      'as it is not known whether the camera has it. auto lets go.',
    body: json(anyProfileSchema),
    responses: { 200: { description: 'As it is now', content: json(anyProfileSchema) } },
    errors: ['CAMERA_NOT_FOUND', ...changeErrors],
  }),
  operation('get', '/state', 'cameras', 'The first camera, as µStreamer tells it', {
    responses: { 200: { description: 'µStreamer’s state', content: json(ustreamerStateSchema) } },
    errors: ['CAMERA_NOT_FOUND'],
  }),
  operation('get', '/cameras/{id}/state', 'cameras', 'A camera, as µStreamer tells it', {
    responses: { 200: { description: 'µStreamer’s state', content: json(ustreamerStateSchema) } },
    errors: ['CAMERA_NOT_FOUND'],
  }),
];
