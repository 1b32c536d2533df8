/**
 * `node dist/health.js [PID]`: the exit code is 0 where the Lenscast that runs beside this file, or as that process, says
 * that it is well. It is asked where it listens, whatever told it to: options, variables or a file, which may have another
 * port by now.
 */

import { get } from 'node:http';
import { fileURLToPath } from 'node:url';
import { listenersOf, processesOf } from './service/listeners.js';

const timeoutMs = 2500;

/** Rejects where it isn't well. */
function ask(place: string): Promise<void> {
  return new Promise((well, fail) => {
    const signal = AbortSignal.timeout(timeoutMs);
    const request = get(`http://${place}/healthz`, { signal, agent: false }, ({ statusCode }) => {
      request.destroy();
      if (statusCode === 200) well();
      else fail(new Error(`${place} answers ${statusCode}`));
    });
    request.on('error', (error) => fail(new Error(`${place}: ${error.message}`)));
  });
}

/** What is wrong; null for nothing. */
async function trouble(pid: string | undefined): Promise<string | null> {
  const program = fileURLToPath(new URL('main.js', import.meta.url));
  const pids = pid === undefined ? await processesOf(program) : [pid];
  const places = (await Promise.all(pids.map(listenersOf))).flat();
  if (places.length === 0) return 'no Lenscast listens here';
  const answers = await Promise.allSettled(places.map(ask));
  if (answers.some(({ status }) => status === 'fulfilled')) return null;
  return answers.map((answer) => (answer.status === 'rejected' ? String(answer.reason) : '')).join(', ');
}

const found = await trouble(process.argv[2]);
if (found !== null) {
  process.stderr.write(`lenscast: ${found}\n`);
  process.exitCode = 1;
}
