import { z } from 'zod';
import { components, count } from './components.js';

export const healthSchema = z
  .strictObject({ status: z.literal('ok'), version: z.string(), uptime_s: count('Seconds since the start') })
  .register(components, { id: 'Health' });

export const timeSchema = z
  .strictObject({ unix_ms: z.number().meta({ description: 'Milliseconds since 1970' }) })
  .register(components, { id: 'Time' });

export const readinessSchema = z
  .strictObject({
    status: z.enum(['ready', 'not ready']),
    cameras: z.array(z.strictObject({ id: z.string(), state: z.string() })),
  })
  .register(components, { id: 'Readiness' });
