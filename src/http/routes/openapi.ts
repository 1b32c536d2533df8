import type { App, Services } from '../environment.js';
import { openApiDocument } from '../openapi/document.js';

/** What the server can be asked, for programs. */
export function openApiRoutes(app: App, { version }: Pick<Services, 'version'>): void {
  const document = openApiDocument(version);
  app.get('/api/openapi.json', (c) => c.json(document));
}
