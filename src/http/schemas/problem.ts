import { z } from 'zod';
import { ERRORS, type ErrorCode } from '../../core/errors.js';
import { components } from './components.js';

/** An error's body (RFC 9457); each code adds particulars of its own. */
export const problemSchema = z
  .looseObject({
    type: z.string().meta({ description: 'A URN that ends in the code' }),
    title: z.string(),
    status: z.int().min(400).max(599),
    detail: z.string().meta({ description: 'What happened, for people' }),
    code: z.enum(Object.keys(ERRORS) as ErrorCode[]).meta({ description: 'Stable: switch on this' }),
    hint: z.string().optional().meta({ description: 'What to do about it' }),
    retry_after: z.int().optional().meta({ description: 'Seconds after which another try makes sense' }),
    problems: z
      .array(z.strictObject({ field: z.string(), message: z.string() }))
      .optional()
      .meta({ description: 'Of BODY_INVALID: each field with its value and what is allowed' }),
  })
  .register(components, { id: 'Problem', description: 'An error, as RFC 9457 has it' });
