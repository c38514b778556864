/** A server whose datasets hold files of the test, for the tests of pictures and tables. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { testDatabase } from '@gantry/database/testing';
import { userApiPath, type DatasetType, type Problem } from '@gantry/model';
import { checksumFile, openDataDirectory, type DataDirectory } from '@gantry/storage';
import { startServer } from '../src/index.ts';

export interface PictureLaboratory {
  readonly url: string;
  readonly data: DataDirectory;
  /** For files of the test. */
  readonly folder: string;
  /** A dataset of these files, at the places given. @returns its id */
  addDataset(
    type: DatasetType,
    axes: readonly string[],
    files: readonly (readonly [path: string, ...place: number[]])[],
  ): Promise<number>;
  /** Asks as the owner. @param path below `/api/v1` */
  get(path: string, headers?: Record<string, string>, signal?: AbortSignal): Promise<Response>;
  /** Posts as the owner. @returns the answer's id, if there is one */
  post(path: string, body?: object): Promise<{ readonly id: number }>;
  /** The problem that is answered. */
  problem(path: string): Promise<Problem>;
  close(): Promise<void>;
}

export async function openPictureLaboratory(
  database: ReturnType<typeof testDatabase>,
): Promise<PictureLaboratory> {
  const folder = await mkdtemp(join(tmpdir(), 'gantry-pictures-'));
  const data = await openDataDirectory(join(folder, 'data'), { explicit: true });
  const server = await startServer({
    dataDirectory: data,
    pool: database.pool,
    host: '127.0.0.1',
    port: 0,
    userToken: 'owner-token',
    agentToken: 'agent-token',
    toolFolders: [],
    version: 'test',
    log: (line) => process.stderr.write(`${line}\n`),
  });
  const get: PictureLaboratory['get'] = (path, headers = {}, signal) =>
    fetch(`${server.url}${userApiPath}${path}`, {
      headers: { authorization: 'Bearer owner-token', ...headers },
      ...(signal === undefined ? {} : { signal }),
    });
  const post: PictureLaboratory['post'] = async (path, body) => {
    const response = await fetch(`${server.url}${userApiPath}${path}`, {
      method: 'POST',
      headers: {
        authorization: 'Bearer owner-token',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(text);
    return (text === '' ? { id: 0 } : JSON.parse(text)) as { id: number };
  };
  return {
    url: server.url,
    data,
    folder,
    async addDataset(type, axes, files) {
      const { id } = await post('/datasets', { name: `${type}s of the test`, type, axes });
      const items = await Promise.all(
        files.map(async ([path, ...place]) => {
          const { size, checksum } = await checksumFile(path);
          return { place, name: basename(path), path, size, checksum };
        }),
      );
      await post(`/datasets/${id}/items`, { items });
      return id;
    },
    get,
    post,
    async problem(path) {
      const response = await get(path);
      const problem = (await response.json()) as Problem;
      if (response.status !== problem.status) throw new Error(`${response.status} is not ${problem.status}`);
      return problem;
    },
    async close() {
      await server.close();
      await data.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
