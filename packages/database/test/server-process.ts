/**
 * A program of the embedded server's tests, to be killed: starts the server of the folder in its first argument
 * and says so in a line of JSON. With `write` as the second it then inserts numbers and prints each one that was
 * acknowledged; with `stop` it stops the server; else it waits.
 */
import pg from 'pg';
import { startEmbeddedPostgres } from '../src/index.ts';

const [folder, task] = process.argv.slice(2) as [string, string | undefined];
const say = (value: unknown): void => void process.stdout.write(`${JSON.stringify(value)}\n`);

const server = await startEmbeddedPostgres({ dataDirectory: folder });
say({ pid: server.pid, adopted: server.adopted, config: server.config });
if (task === 'write') {
  const client = new pg.Client({ ...server.config });
  // The server is killed under us at times.
  client.on('error', () => process.exit(1));
  await client.connect();
  await client.query('CREATE TABLE IF NOT EXISTS written (id bigint PRIMARY KEY)');
  const { rows } = await client.query<{ last: string }>('SELECT coalesce(max(id), 0) AS last FROM written');
  for (let id = Number(rows[0]!.last) + 1; ; id++) {
    await client.query('INSERT INTO written VALUES ($1)', [id]);
    say(id);
  }
} else if (task === 'stop') {
  await server.stop();
} else {
  setInterval(() => {}, 60_000);
}
