/** The user's client against answers of every kind, over real HTTP. */
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { RequestError, UserClient } from '../src/index.ts';

let server: Server | undefined;
afterEach(async () => {
  server?.closeAllConnections();
  await new Promise((closed) => (server === undefined ? closed(undefined) : server.close(closed)));
  server = undefined;
});

async function serve(listener: RequestListener): Promise<UserClient> {
  server = createServer(listener);
  await new Promise<void>((listening) => server!.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  return new UserClient({ server: `http://127.0.0.1:${port}/`, token: 'a-token' });
}

const task = {
  ...{ id: 7, stage: 'fix', place: { p: 1 }, state: 'failed', stale: false, message: 'no' },
  last: { agent: 'one', ended: '2026-01-31T12:00:00.000Z', seconds: 1.5, memory: null },
};

describe('UserClient', () => {
  it('asks with its token, below the path of the API, and reads the answer', async () => {
    const seen: (string | undefined)[] = [];
    const client = await serve((request, response) => {
      seen.push(request.method, request.url, request.headers.authorization);
      response.end(JSON.stringify([task]));
    });
    expect(await client.tasks(3, { state: 'failed', limit: 5 })).toEqual([task]);
    expect(seen).toEqual(['GET', '/api/v1/runs/3/tasks?state=failed&limit=5', 'Bearer a-token']);
  });

  it('names a place as the server reads it', async () => {
    let url = '';
    const client = await serve((request, response) => {
      url = request.url ?? '';
      response.end('{"id":7}');
    });
    expect(await client.findTask(3, 'fix', { row: 1, col: -2 })).toBe(7);
    expect(new URL(url, 'http://x').searchParams.get('place')).toBe('row=1,col=-2');
  });

  it('turns problem details into an error with code, mend and problems', async () => {
    const problems = [
      { code: 'unknown-tool', message: 'no', file: 'p.yaml', line: 3, field: 'a', mend: 'b' },
    ];
    const client = await serve((_, response) => {
      const problem = { type: 'about:blank', title: 't', status: 400, detail: 'what', code: 'file-problems' };
      response.writeHead(400).end(JSON.stringify({ ...problem, mend: 'do', file: 'p.yaml', problems }));
    });
    const error = await client.cancelRun(1).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(RequestError);
    expect(error).toMatchObject({
      ...{ status: 400, code: 'file-problems', message: 'what', mend: 'do', file: 'p.yaml' },
      problems,
    });
  });

  it('says the status of an answer that is no problem details', async () => {
    const client = await serve((_, response) => response.writeHead(502).end('<html>'));
    await expect(client.runs()).rejects.toMatchObject({ code: 'http-502', status: 502 });
  });

  it('refuses an answer that it does not know', async () => {
    const client = await serve((_, response) => response.end('[{"id":"seven"}]'));
    await expect(client.tasks(1)).rejects.toMatchObject({ code: 'unexpected-answer' });
    server?.removeAllListeners('request').on('request', (_, response) => response.end('not JSON'));
    await expect(client.runs()).rejects.toMatchObject({ code: 'unexpected-answer' });
  });

  it('tells a server that is not there, or does not answer in time, from an end by the caller', async () => {
    const client = await serve(() => {});
    await expect(client.status(undefined, 20)).rejects.toMatchObject({ code: 'server-unreachable' });
    const reason = new Error('enough');
    await expect(client.runs(AbortSignal.abort(reason))).rejects.toBe(reason);
    const nobody = new UserClient({ server: 'http://127.0.0.1:1', token: 't' });
    await expect(nobody.runs()).rejects.toMatchObject({ code: 'server-unreachable' });
  });

  it('reads a log in whatever pieces it comes', async () => {
    const text = ['a', 'ü\n', '', '€'].map((piece) =>
      JSON.stringify({ stream: 'stdout', time: '2026-01-01T00:00:00Z', text: piece }),
    );
    const bytes = Buffer.from(`${text.join('\n')}\n`);
    const client = await serve((_, response) => {
      const next = (at: number): void => {
        if (at >= bytes.length) response.end();
        else response.write(bytes.subarray(at, at + 3), () => setImmediate(next, at + 3));
      };
      next(0);
    });
    const pieces: string[] = [];
    for await (const piece of client.log(7, { attempt: 2 })) pieces.push(piece.text);
    expect(pieces).toEqual(['a', 'ü\n', '', '€']);
  });

  it('says that the server went away in the midst of a log', async () => {
    const client = await serve((_, response) => {
      response.write('{"stream":"stdout","time":"","text":"a"}\n', () => response.destroy());
    });
    const read = async (): Promise<void> => {
      for await (const piece of client.log(7)) expect(piece.text).toBe('a');
    };
    await expect(read()).rejects.toMatchObject({ code: 'server-unreachable' });
  });
});
