import type { App, Services } from '../environment.js';

/** What the server can be asked, for programs. The description is made when it is first asked for: few ever do. */
export function openApiRoutes(app: App, { version }: Pick<Services, 'version'>): void {
  let document: Promise<unknown> | undefined;
  app.get('/api/openapi.json', async (c) => {
    document ??= import('../openapi/document.js').then(({ openApiDocument }) => openApiDocument(version));
    return c.json(await document);
  });
}
