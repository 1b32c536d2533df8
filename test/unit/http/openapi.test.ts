import { Validator } from '@seriousme/openapi-schema-validator';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { describe, expect, it } from 'vitest';
import { openApiDocument, operations } from '../../../src/http/openapi/document.js';
import { restHarness } from './rest-harness.js';

const document = openApiDocument('1.2.3');

/** A path of the router in OpenAPI's form. */
function toTemplate(path: string): string {
  return path.replace(/:(\w+)/g, '{$1}');
}

describe("the API's description", () => {
  it('is OpenAPI 3.1 by an independent validator, as it is served', async () => {
    const response = await restHarness().ask('GET', '/api/openapi.json');
    const served = (await response.json()) as Record<string, unknown>;
    const validator = new Validator();
    expect(await validator.validate(structuredClone(served))).toEqual({ valid: true });
    expect(validator.version).toBe('3.1');
    expect(served.info).toMatchObject({ title: 'Lenscast', version: '1.2.3' });
  });

  it('has every route of the router', () => {
    const { app } = restHarness();
    const routes = app.routes.filter(({ method, path }) => method !== 'ALL' && !path.includes('*'));
    const described = new Set(operations.map(({ method, path }) => `${method.toUpperCase()} ${path}`));
    expect(routes.length).toBeGreaterThan(15);
    for (const { method, path } of routes) expect(described).toContain(`${method} ${toTemplate(path)}`);
  });

  it('has nothing that the router does not have', async () => {
    const { app } = restHarness();
    for (const { method, path } of operations) {
      const response = await app.request(path.replace(/\{\w+\}/g, 'front'), { method: 'OPTIONS' });
      expect(response.headers.get('Allow')?.split(', '), path).toContain(method.toUpperCase());
    }
  });

  it('names every operation once', () => {
    const ids = Object.values(document.paths).flatMap((path) =>
      Object.values(path).map((operation) => (operation as { operationId: string }).operationId),
    );
    expect(new Set(ids).size).toBe(operations.length);
  });

  it('keeps the words of the configuration out of the schemas', () => {
    expect(JSON.stringify(document)).not.toContain('"allowed":');
    const { TierChange } = document.components.schemas;
    expect(TierChange).toMatchObject({
      additionalProperties: false,
      properties: { fps: { type: 'integer', minimum: 1, maximum: 240, description: 'Most frames per second' } },
    });
  });
});

describe('real answers fit their descriptions', () => {
  const ajv = new Ajv2020({ strict: true, allErrors: true, validateFormats: true });
  formats.default(ajv);
  // What of OpenAPI lies around the schemas is not JSON Schema's.
  ajv.addVocabulary(['openapi', 'info', 'servers', 'tags', 'paths', 'components']);
  ajv.addSchema({ $id: 'openapi', ...document });

  function schemaOf(method: string, template: string, status: number): string {
    const escaped = (key: string) => encodeURIComponent(key.replaceAll('~', '~0').replaceAll('/', '~1'));
    const operation = (document.paths[template] as Record<string, { responses: Record<string, Content> }>)[method];
    const [type] = Object.keys(operation?.responses[status]?.content ?? {});
    expect(type, `${method} ${template} ${status}`).toBeDefined();
    const keys = ['paths', template, method, 'responses', String(status), 'content', String(type), 'schema'];
    return `openapi#/${keys.map(escaped).join('/')}`;
  }

  const low = '/api/cameras/front/tiers/low';
  it.each([
    ['GET', '/api/cameras', '/api/cameras', undefined, 200],
    ['GET', '/api/cameras/front', '/api/cameras/{id}', undefined, 200],
    ['GET', '/api/cameras/back', '/api/cameras/{id}', undefined, 404],
    ['GET', low, '/api/cameras/{id}/tiers/{tier}', undefined, 200],
    ['PUT', low, '/api/cameras/{id}/tiers/{tier}', { fps: 7 }, 200],
    ['PUT', low, '/api/cameras/{id}/tiers/{tier}', { fps: -7 }, 400],
    ['PUT', low, '/api/cameras/{id}/tiers/{tier}', undefined, 415],
    ['PUT', low, '/api/cameras/{id}/tiers/{tier}', 'x'.repeat(20_000), 413],
    ['GET', '/api/cameras/front/profile', '/api/cameras/{id}/profile', undefined, 200],
    ['PUT', '/api/cameras/front/profile', '/api/cameras/{id}/profile', { tier: 'low' }, 200],
    ['GET', '/api/viewers', '/api/viewers', undefined, 200],
    ['GET', '/api/viewers/a', '/api/viewers/{viewer}', undefined, 200],
    ['GET', '/api/viewers/b', '/api/viewers/{viewer}', undefined, 404],
    ['PATCH', '/api/viewers/a', '/api/viewers/{viewer}', { fps: 3 }, 200],
    ['GET', '/state', '/state', undefined, 200],
    ['GET', '/cameras/front/state', '/cameras/{id}/state', undefined, 200],
    ['GET', '/healthz', '/healthz', undefined, 200],
    ['GET', '/readyz', '/readyz', undefined, 200],
    ['GET', '/api/time', '/api/time', undefined, 200],
    ['GET', '/api/openapi.json', '/api/openapi.json', undefined, 200],
    ['GET', '/stream?fps=x', '/stream', undefined, 400],
    ['GET', '/cameras/front/snapshot?tier=x', '/cameras/{id}/snapshot', undefined, 404],
  ] as const)('%s %s as %s %j: %i', async (method, path, template, body, status) => {
    const { ask, watch } = restHarness();
    watch('a', 'low');
    const response = await ask(method, path, body);
    expect(response.status).toBe(status);
    const validate = ajv.compile({ $ref: schemaOf(method.toLowerCase(), template, status) });
    const answer = await response.json();
    expect(validate(answer), JSON.stringify([answer, validate.errors])).toBe(true);
  });
});

interface Content {
  readonly content?: Readonly<Record<string, unknown>>;
}
