import { z } from 'zod';
import { CONTENT_TYPE } from '../../transports/mjpeg/parts.js';
import { type Operation, operation } from './operation.js';

const flag = (description: string) => z.enum(['0', '1']).meta({ description });
const tierName = (description: string) => z.string().meta({ description });

const streamQuery = {
  tier: tierName('A tier, or auto (the default): the best that the link carries'),
  max_tier: tierName('The best tier that auto may give'),
  min_tier: tierName('The least tier that auto may give'),
  fps: z.number().min(0).max(1000).meta({ description: 'The most frames a second; 0 for all' }),
  extra_headers: flag('Adds µStreamer’s X-UStreamer- headers to each part'),
  advance_headers: flag('The headers of the next part follow each part at once'),
  dual_final_frames: flag('The last picture is sent twice when no other follows'),
  zero_data: flag('Parts without pictures'),
  key: z.string().max(256).meta({ description: 'The client’s name for itself, shown in /state' }),
};
const snapshotQuery = {
  tier: tierName('A tier, or auto (the default): the best'),
  max_age: z.number().min(0).meta({ description: 'How old the picture may be, in ms; 0 for a new one' }),
};

function stream(path: string, summary: string): Operation {
  const description = 'multipart/x-mixed-replace; lasts until the client leaves. Another tier means another size.';
  const content = { [CONTENT_TYPE]: null };
  return operation('get', path, 'pictures', summary, {
    description,
    query: streamQuery,
    responses: { 200: { description: 'JPEGs, one part each', content } },
    errors: ['CAMERA_NOT_FOUND', 'TIER_NOT_FOUND', 'QUERY_INVALID'],
  });
}

function snapshot(path: string, summary: string): Operation {
  const description =
    'Starts a camera that rests; never waits longer than two seconds. The header X-Lenscast-Online is false where the ' +
    'camera gives no pictures now, and this is its last; X-Lenscast-Age-Ms is the age, X-Timestamp the time of capture.';
  return operation('get', path, 'pictures', summary, {
    description,
    query: snapshotQuery,
    responses: { 200: { description: 'A JPEG', content: { 'image/jpeg': null } } },
    errors: ['CAMERA_NOT_FOUND', 'TIER_NOT_FOUND', 'QUERY_INVALID', 'SNAPSHOT_UNAVAILABLE'],
  });
}

export const pictureOperations: readonly Operation[] = [
  stream('/cameras/{id}/stream', 'Watch a camera'),
  snapshot('/cameras/{id}/snapshot', 'One picture'),
  snapshot('/cameras/{id}/snapshot.jpg', 'One picture, under a name that ends as a file does'),
  stream('/stream', 'Watch the first camera; also behind any prefix, and as ?action=stream'),
  snapshot('/snapshot', 'One picture of the first camera; also behind any prefix, and as ?action=snapshot'),
  snapshot('/snapshot.jpg', 'One picture of the first camera'),
];
