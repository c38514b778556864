/**
 * The browser application's files, as they were built, and the headers that keep pages safe. Every path that is no
 * file of it and none of the interfaces' is a page of the application, which then finds its way by itself.
 */
import { readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { GantryError } from '@gantry/model';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { media } from './answers.ts';
import { route, type Route } from './routes.ts';

const compress = promisify(gzip);

/** Styles may stand in the page, since the component library puts its variables there; scripts may not. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "font-src 'self'",
  "connect-src 'self'",
  "worker-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const types: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};

const fileParams = z.object({ '*': z.string().default('') });

interface WebFile {
  readonly bytes: Buffer;
  readonly zipped: Buffer;
}

/** Sets the headers of every answer. */
export function addSecurityHeaders(server: FastifyInstance): void {
  server.addHook('onRequest', (_request, reply, done) => {
    void reply.headers({
      'content-security-policy': policy,
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
    });
    done();
  });
}

/** @param folder where the application was built; undefined where it is not served */
export function webRoutes(folder: string | undefined): Route[] {
  const files = new Map<string, Promise<WebFile | undefined>>();
  const find = (path: string): Promise<WebFile | undefined> => {
    if (folder === undefined || !/^(?:[\w-][\w.-]*\/)*[\w-][\w.-]*$/.test(path))
      return Promise.resolve(undefined);
    let file = files.get(path);
    if (file === undefined) {
      file = readWebFile(join(folder, path));
      files.set(path, file);
      // What is not there is not kept: names that nobody built are without number.
      const forget = (): void => void files.delete(path);
      file.then((found) => {
        if (found === undefined || path === 'index.html') forget();
      }, forget);
    }
    return file;
  };
  return [
    route({
      method: 'GET',
      path: '/*',
      who: 'anyone',
      operation: 'readPage',
      summary: 'Hands over the browser application',
      schemas: { params: fileParams, answer: media(Object.values(types)) },
      async handle({ params, request, reply }): Promise<unknown> {
        const path = params['*'];
        if (path.startsWith('api/')) throw notFound(request.url);
        const asset = path === '' ? undefined : await find(path);
        // A page of the application has no ending; a file that is missing is not answered with a page.
        if (asset === undefined && /\.\w+$/.test(path)) throw notFound(request.url);
        const name = asset === undefined ? 'index.html' : path;
        const file = asset ?? (await find(name));
        if (file === undefined) throw notBuilt();
        // Names of built assets bear a hash of their bytes.
        const cache = name.startsWith('assets/') ? 'public, max-age=31536000, immutable' : 'no-cache';
        const zipped = /\bgzip\b/.test(request.headers['accept-encoding'] ?? '');
        void reply
          .type(types[extname(name)] ?? 'application/octet-stream')
          .headers({ 'cache-control': cache, vary: 'accept-encoding' });
        if (zipped) void reply.header('content-encoding', 'gzip');
        return reply.send(zipped ? file.zipped : file.bytes);
      },
    }),
  ];
}

async function readWebFile(path: string): Promise<WebFile | undefined> {
  try {
    const bytes = await readFile(path);
    return { bytes, zipped: await compress(bytes) };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'EISDIR' || code === 'ENOTDIR') return undefined;
    throw error;
  }
}

function notFound(url: string): GantryError {
  return new GantryError('not-found', `There is no GET ${url}.`);
}

function notBuilt(): GantryError {
  return new GantryError('not-found', 'The pages of the browser application are not built.', {
    mend: 'Run `npm run build -w packages/web` in the repository, and load the page again.',
  });
}
