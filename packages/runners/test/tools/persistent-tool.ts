/** A persistent tool for tests: does what each request's params ask for, so that one file shows every misbehaviour. */
import { spawn } from 'node:child_process';
import { closeSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

interface Request {
  id: string;
  params: { do?: string; seconds?: number; text?: string };
  outputs: Record<string, string>;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

let count = 0;
for await (const line of createInterface({ input: process.stdin })) {
  const { id, params, outputs } = JSON.parse(line) as Request;
  const answer = JSON.stringify({ id, exitCode: 0 });
  count += 1;
  switch (params.do) {
    case 'crash':
      process.stderr.write('out of luck\n');
      process.exit(3);
      break;
    case 'kill-itself':
      process.kill(process.pid, 'SIGKILL');
      break;
    case 'garbage':
      print('all is well');
      break;
    case 'tell':
      print(JSON.stringify({ id, exitCode: 0, results: { count, odd: 'x' } }));
      break;
    case 'other-id':
      print(JSON.stringify({ id: 'another', exitCode: 0 }));
      break;
    case 'twice':
      print(answer);
      print(answer);
      break;
    case 'endless': {
      const chunk = 'x'.repeat(65_536);
      const more = (): void => {
        while (process.stdout.write(chunk));
        process.stdout.once('drain', more);
      };
      more();
      await new Promise(() => undefined);
      break;
    }
    case 'unended':
      process.stdout.write('Traceback without an end');
      process.exit(5);
      break;
    case 'close-stdout':
      closeSync(1);
      await new Promise((resolve) => setTimeout(resolve, 1_000_000));
      break;
    case 'hang':
      spawn('sleep', ['1000'], { stdio: 'ignore' });
      await new Promise((resolve) => setTimeout(resolve, 1_000_000));
      break;
    case 'eat': {
      const eaten: Buffer[] = [];
      for (;;) {
        eaten.push(Buffer.alloc(8_388_608, 1));
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    }
    case 'refuse':
      print(JSON.stringify({ id, exitCode: 2, error: 'the tile is not an image: /data/x.tif' }));
      break;
    case 'log':
      process.stderr.write(params.text ?? '');
      print(answer);
      break;
    case 'progress':
      print(JSON.stringify({ id, progress: 0.5 }));
      print(JSON.stringify({ id, exitCode: 0, progress: 1 }));
      break;
    case 'die-later':
      print(answer);
      // With the next line: after it was taken, before it was looked at.
      process.stdin.once('data', () => process.exit(7));
      await new Promise(() => undefined);
      break;
    default:
      for (const path of Object.values(outputs)) writeFileSync(path, `${process.pid} ${count}`);
      print(answer);
  }
}
