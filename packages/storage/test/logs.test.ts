/** Logs of many attempts in a few files: what is kept, when it can be read, and what a SIGKILL leaves. */
import { spawn } from 'node:child_process';
import { mkdtemp, open, readdir, rm, stat, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { followLog, listSegments, openLogWriter, readLog, readLogEnd, removeSegment } from '../src/index.ts';
import type { LogRecord, LogReference, LogStream, LogWriter, LogWriterOptions } from '../src/index.ts';
import { decodeFrame, encodeFrame, searchEntries } from '../src/logs/log-frame.ts';

let folder: string;
let writers: LogWriter[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gantry-logs-'));
});

afterEach(async () => {
  for (const writer of writers) await writer.close();
  writers = [];
  await rm(folder, { recursive: true });
});

async function openWriter(options: LogWriterOptions = {}): Promise<LogWriter> {
  const writer = await openLogWriter(folder, options);
  writers.push(writer);
  return writer;
}

async function readText(attempt: string | number, reference?: LogReference): Promise<string> {
  return joinText(await collect(readLog(folder, attempt, reference)));
}

async function collect(records: AsyncIterable<LogRecord>): Promise<LogRecord[]> {
  const all: LogRecord[] = [];
  for await (const record of records) all.push(record);
  return all;
}

function joinText(records: readonly LogRecord[]): string {
  return Buffer.concat(records.map(({ bytes }) => bytes)).toString();
}

async function measureFolder(): Promise<number> {
  const names = await readdir(folder);
  const sizes = await Promise.all(names.map(async (name) => (await stat(join(folder, name))).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}

describe('a log', () => {
  it('keeps streams, order and times', async () => {
    const writer = await openWriter();
    writer.append(7, 'stdout', Buffer.from('one\n'), 1000);
    writer.append(7, 'stderr', Buffer.from('two\n'), 1001);
    writer.append(7, 'system', Buffer.from('three\n'), 1002.5);
    writer.append(8, 'stdout', Buffer.from('of another\n'), 1003);
    const reference = await writer.finish(7);
    expect(reference).toMatchObject({ bytes: 14, omitted: 0 });
    const expected = [
      { stream: 'stdout', time: 1000, bytes: Buffer.from('one\n') },
      { stream: 'stderr', time: 1001, bytes: Buffer.from('two\n') },
      { stream: 'system', time: 1002.5, bytes: Buffer.from('three\n') },
    ];
    expect(await collect(readLog(folder, 7, reference))).toEqual(expected);
    expect(await collect(readLog(folder, 7))).toEqual(expected);
  });

  it('is empty where nothing was written, finished or not', async () => {
    const writer = await openWriter();
    expect(await readText('never')).toBe('');
    const reference = await writer.finish('silent');
    expect(reference).toMatchObject({ bytes: 0, omitted: 0 });
    expect(await readText('silent', reference)).toBe('');
  });

  it('does not change with the buffer that was handed over', async () => {
    const writer = await openWriter();
    const bytes = Buffer.from('as it was');
    writer.append(1, 'stdout', bytes);
    bytes.fill(0);
    expect(await readText(1, await writer.finish(1))).toBe('as it was');
  });

  it('can be read while it is written, without a flush by hand', async () => {
    const writer = await openWriter({ flushMs: 5 });
    writer.append('running', 'stdout', Buffer.from('so far\n'));
    await expect.poll(() => readText('running')).toBe('so far\n');
    writer.append('running', 'stdout', Buffer.from('and on\n'));
    await expect.poll(() => readText('running')).toBe('so far\nand on\n');
  });

  it('is followed to its end, over segments, head and tail', async () => {
    const writer = await openWriter({ flushMs: 1, segmentBytes: 500, headBytes: 2_000, tailBytes: 2_000 });
    const following = collect(followLog(folder, 'a', { pollMs: 2 }));
    let expected = '';
    for (let line = 0; line < 150; line++) {
      expected += `line ${line} of what is followed\n`;
      writer.append('a', 'stdout', Buffer.from(`line ${line} of what is followed\n`));
      if (line % 5 === 0) await new Promise((wake) => setTimeout(wake, 3));
    }
    await writer.finish('a');
    const text = joinText(await following);
    // What was missed while nobody looked is said; nothing comes twice or in another order.
    const parts = text.split(/\n\[\d+ bytes left out\]\n/);
    let at = 0;
    for (const part of parts) {
      const found = expected.indexOf(part, at);
      expect(found).toBeGreaterThanOrEqual(at);
      at = found + part.length;
    }
    expect(at).toBe(expected.length);
  });

  it('is read to its end when its attempt is over without one', async () => {
    const writer = await openWriter({ flushMs: 1 });
    const over = new AbortController();
    writer.append('a', 'stdout', Buffer.from('last words\n'));
    await expect.poll(() => readText('a')).toBe('last words\n');
    over.abort();
    expect(joinText(await collect(followLog(folder, 'a', { signal: over.signal, over: over.signal })))).toBe(
      'last words\n',
    );
  });

  it('stops following when told', async () => {
    await openWriter();
    const ended = collect(followLog(folder, 'a', { signal: AbortSignal.timeout(30) }));
    expect(await ended).toEqual([]);
  });
});

describe('the end of a log', () => {
  it('is read without what is before it', async () => {
    const writer = await openWriter({ flushMs: 1, segmentBytes: 300 });
    for (let line = 0; line < 60; line++) {
      writer.append('a', line % 2 === 0 ? 'stdout' : 'stderr', Buffer.from(`line ${line}\n`), line);
      if (line % 10 === 9) await writer.flush();
    }
    const reference = await writer.finish('a');
    const [first] = await listSegments(folder);
    const end = await readLogEnd(folder, 'a', 100, reference);
    expect(joinText(end.records)).toMatch(/line 58\nline 59\n$/);
    expect(end.whole).toBe(false);
    // Were it read whole, a segment that is gone would be missed.
    await removeSegment(folder, first ?? -1);
    expect(joinText((await readLogEnd(folder, 'a', 100, reference)).records)).toBe(joinText(end.records));
    await expect(readLogEnd(folder, 'a', 100_000, reference)).rejects.toMatchObject({
      code: 'log-segment-missing',
    });
  });

  it('is all of it where it is short, finished or not', async () => {
    const writer = await openWriter();
    writer.append('a', 'stdout', Buffer.from('one\ntwo\n'), 5);
    await writer.flush();
    const unfinished = await readLogEnd(folder, 'a', 100);
    expect(unfinished).toMatchObject({ whole: true });
    expect(joinText(unfinished.records)).toBe('one\ntwo\n');
    const reference = await writer.finish('a');
    expect(await readLogEnd(folder, 'a', 100, reference)).toEqual(unfinished);
    expect(await readLogEnd(folder, 'never', 100)).toEqual({ records: [], whole: true });
  });

  it('does not go back behind what was left out', async () => {
    const writer = await openWriter({ headBytes: 1_000, tailBytes: 1_000 });
    for (let line = 0; line < 1_000; line++) writer.append(1, 'stdout', Buffer.from(`line ${line}\n`));
    const reference = await writer.finish(1);
    const { records, whole } = await readLogEnd(folder, 1, 100_000, reference);
    expect(whole).toBe(false);
    expect(joinText(records)).toMatch(/^line \d\d\d\n[^]*line 999\n$/);
  });
});

describe('a log that grows too long', () => {
  it('keeps its head and tail and says how many bytes were left out', async () => {
    const writer = await openWriter({ headBytes: 1_000, tailBytes: 1_000, flushMs: 1 });
    let text = '';
    for (let line = 0; line < 1_000; line++) {
      text += `line ${line}\n`;
      writer.append(1, 'stdout', Buffer.from(`line ${line}\n`));
      if (line % 100 === 0) await writer.flush();
    }
    const reference = await writer.finish(1);
    const read = await readText(1, reference);
    const [head, omitted, tail] = read.split(/\n\[(\d+) bytes left out\]\n/) as [string, string, string];
    expect(Number(omitted)).toBe(reference.omitted);
    expect(reference.bytes).toBe(text.length);
    expect(head.length + tail.length + reference.omitted).toBe(text.length);
    expect(text.startsWith(head)).toBe(true);
    expect(text.endsWith(tail)).toBe(true);
    expect(tail).toMatch(/^line \d+\n/);
    expect(head.length).toBeGreaterThan(500);
    expect(tail.length).toBeGreaterThan(500);
    expect(await readText(1)).toBe(read);
  });

  it('costs neither disk nor memory', async () => {
    const writer = await openWriter();
    const block = Buffer.alloc(1024 * 1024, `${'x'.repeat(99)}\n`);
    const before = process.memoryUsage().rss;
    for (let n = 0; n < 1_000; n++) {
      writer.append('flood', 'stdout', block);
      // As from a pipe: the writer gets its turns.
      if (n % 10 === 0) await new Promise((turn) => setImmediate(turn));
    }
    const reference = await writer.finish('flood');
    expect(process.memoryUsage().rss - before).toBeLessThan(200 * 1024 * 1024);
    expect(await measureFolder()).toBeLessThan(8 * 1024 * 1024);
    expect(reference.bytes).toBe(1_000 * block.length);
    const kept = reference.bytes - reference.omitted;
    expect(kept).toBeGreaterThan(1.9 * 1024 * 1024);
    expect(kept).toBeLessThanOrEqual(2 * 1024 * 1024);
  });

  it('shows its newest lines while it runs', async () => {
    const writer = await openWriter({ headBytes: 1_000, tailBytes: 1_000, flushMs: 1 });
    for (let line = 0; line < 500; line++) writer.append(1, 'stdout', Buffer.from(`line ${line}\n`));
    await writer.flush();
    expect(await readText(1)).toMatch(/^line 0\n[^]*\[\d+ bytes left out\][^]*line 499\n$/);
  });

  it('gives its slot to the next', async () => {
    const writer = await openWriter({ headBytes: 1_000, tailBytes: 1_000 });
    for (let attempt = 0; attempt < 20; attempt++) {
      for (let line = 0; line < 300; line++)
        writer.append(attempt, 'stdout', Buffer.from(`${attempt}: ${line}\n`));
      await writer.flush();
      const reference = await writer.finish(attempt);
      expect(await readText(attempt, reference)).toMatch(new RegExp(`\\n${attempt}: 299\\n$`));
    }
    expect((await stat(join(folder, 'live-tail.bin'))).size).toBeLessThan(4096 * 2 + 2 * 1_000 + 1);
  });

  it('joins head and tail without a gap where all of it fits', async () => {
    const writer = await openWriter({ headBytes: 1_000, tailBytes: 1_000 });
    const text = 'z'.repeat(1_500);
    writer.append(1, 'stdout', Buffer.from(text));
    const reference = await writer.finish(1);
    expect(reference.omitted).toBe(0);
    expect(await readText(1, reference)).toBe(text);
  });
});

describe('any sequence of appends, flushes and finishes', () => {
  it('reads back as what was written, up to what is said to be left out', async () => {
    const streams: readonly LogStream[] = ['stdout', 'stderr', 'system'];
    const step = fc.record({
      attempt: fc.nat({ max: 3 }),
      stream: fc.constantFrom(...streams),
      length: fc.oneof(fc.nat({ max: 40 }), fc.nat({ max: 3_000 })),
      then: fc.constantFrom('nothing', 'nothing', 'flush', 'finish', 'start flush'),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 60 }),
        fc.integer({ min: 200, max: 5_000 }),
        async (steps, limit) => {
          const below = await mkdtemp(join(folder, 'case-'));
          const writer = await openLogWriter(below, {
            headBytes: limit,
            tailBytes: limit,
            segmentBytes: 2 * limit,
            flushMs: 1,
          });
          const logs = new Map<string, string>();
          let round = 0;
          let counter = 0;
          const check = async (name: string, text: string, reference?: LogReference): Promise<void> => {
            const read = joinText(await collect(readLog(below, name, reference)));
            if (reference !== undefined) expect(reference.bytes).toBe(text.length);
            const parts = read.split(/\n\[(\d+) bytes left out\]\n/);
            expect(parts.length === 1 || parts.length === 3).toBe(true);
            const [head, omitted = '0', tail = ''] = parts as [string, string?, string?];
            expect(text.startsWith(head)).toBe(true);
            expect(text.endsWith(tail)).toBe(true);
            expect(head.length + Number(omitted) + tail.length).toBe(text.length);
            if (text.length <= limit / 2) expect(head).toBe(text);
          };
          for (const { attempt, stream, length, then } of steps) {
            const name = `${attempt}/${round}`;
            const text = Array.from({ length }, () => String.fromCharCode(97 + (counter++ % 26))).join('');
            logs.set(name, (logs.get(name) ?? '') + text);
            writer.append(name, stream, Buffer.from(text));
            if (then === 'start flush') void writer.flush();
            if (then === 'flush') await writer.flush();
            if (then === 'finish') {
              await check(name, logs.get(name)!, await writer.finish(name));
              round += 1;
            }
          }
          await writer.flush();
          for (const [name, text] of logs) await check(name, text);
          await writer.close();
          for (const [name, text] of logs) await check(name, text);
          // What was cut off by closing is put together by the next writer.
          const next = await openLogWriter(below, { headBytes: limit, tailBytes: limit });
          for (const [name, text] of logs) await check(name, text, next.recovered.get(name));
          await next.close();
        },
      ),
      { numRuns: 40 },
    );
  });
});

describe('many attempts', () => {
  it('share few files, and one among 100,000 is read in milliseconds', async () => {
    const writer = await openWriter({ segmentBytes: 4 * 1024 * 1024 });
    const line = Buffer.alloc(100, 'l');
    const references = new Map<number, LogReference>();
    const count = 100_000;
    for (let attempt = 0; attempt < count; attempt++) {
      writer.append(attempt, 'stdout', line);
      const done = writer.finish(attempt).then((reference) => references.set(attempt, reference));
      if (attempt % 1_000 === 999) await done;
    }
    await writer.flush();
    expect((await readdir(folder)).length).toBeLessThan(20);
    for (const reference of [references.get(54_321), undefined]) {
      const times: number[] = [];
      for (let n = 0; n < 5; n++) {
        const before = performance.now();
        expect(await readText(54_321, reference)).toBe(line.toString());
        times.push(performance.now() - before);
      }
      // 1 and 10 ms on a machine at rest.
      expect(Math.min(...times)).toBeLessThan(reference === undefined ? 100 : 20);
    }
  });
});

describe('after a SIGKILL', () => {
  it('all that was flushed is there, in the middle of a segment as well as at its end', async () => {
    for (let round = 0; round < 3; round++) {
      const child = spawn(process.execPath, [join(import.meta.dirname, 'log-process.ts'), folder], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const said: { line: number; reference: LogReference }[] = [];
      createInterface({ input: child.stdout }).on('line', (line) => {
        said.push(JSON.parse(line) as { line: number; reference: LogReference });
      });
      await expect.poll(() => said.length, { timeout: 20_000 }).toBeGreaterThan(150 + 40 * round);
      await expect(openLogWriter(folder)).rejects.toMatchObject({ code: 'log-folder-in-use' });
      child.kill('SIGKILL');
      await new Promise((closed) => child.once('close', closed));
      const last = said.at(-1)!;
      for (const { line, reference } of said) {
        expect(await readText(`short-${line}`, reference)).toBe(`short ${line}\n`);
      }
      expect(await readText(`short-${last.line}`)).toBe(`short ${last.line}\n`);
      const flood = await readText('flood');
      expect(flood).toContain(`flood ${last.line} .`);

      const writer = await openLogWriter(folder);
      const reference = writer.recovered.get('flood')!;
      const recovered = await readText('flood', reference);
      expect(recovered).toMatch(/^flood 0 \.+\n/);
      expect(recovered).toContain(`flood ${last.line} .`);
      expect(await readText('calm')).toContain(`calm ${Math.min(2_450, last.line - (last.line % 50))}\n`);
      await writer.close();
      await rm(folder, { recursive: true });
      folder = await mkdtemp(join(tmpdir(), 'gantry-logs-'));
    }
  });

  it('a torn last frame is not seen, a frame without its index entry is, and writing goes on', async () => {
    const first = await openWriter();
    first.append('a', 'stdout', Buffer.from('whole\n'));
    await first.flush();
    first.append('a', 'stdout', Buffer.from('not indexed\n'));
    await first.flush();
    first.append('a', 'stdout', Buffer.from('torn\n'));
    await first.close();
    const log = join(folder, 'segment-00000001.log');
    const index = join(folder, 'segment-00000001.index');
    await truncate(log, (await stat(log)).size - 3);
    await truncate(index, 16 + 5);
    expect(await readText('a')).toBe('whole\nnot indexed\n');
    const second = await openWriter();
    second.append('a', 'stdout', Buffer.from('later\n'));
    const reference = await second.finish('a');
    expect(reference.segment).toBe(2);
    expect(await readText('b')).toBe('');
  });

  it('bytes turned over in a frame are an error, not a log', async () => {
    const writer = await openWriter();
    writer.append('a', 'stdout', Buffer.from('as it should be\n'));
    const reference = await writer.finish('a');
    const handle = await open(join(folder, 'segment-00000001.log'), 'r+');
    await handle.write('!', reference.offset + 80);
    await handle.close();
    await expect(readText('a', reference)).rejects.toMatchObject({ code: 'log-damaged' });
  });
});

describe('segments', () => {
  it('are dropped one by one; what they held is named', async () => {
    const writer = await openWriter({ segmentBytes: 200 });
    const references: LogReference[] = [];
    for (let n = 0; n < 5; n++) {
      writer.append(n, 'stdout', Buffer.alloc(200, String(n)));
      references.push(await writer.finish(n));
    }
    expect(await listSegments(folder)).toEqual([1, 2, 3, 4, 5]);
    await removeSegment(folder, 2);
    await expect(readText(1, references[1])).rejects.toMatchObject({ code: 'log-segment-missing' });
    expect(await readText(2, references[2])).toBe('2'.repeat(200));
    expect(await readText(2)).toBe('2'.repeat(200));
  });
});

describe('frames and entries', () => {
  it('are whole or not there, at whatever byte they are cut or changed', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 50 }),
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        (payload, at, flip) => {
          const frame = encodeFrame('chunk', Buffer.from('name'), Buffer.from(payload));
          expect(decodeFrame(frame)?.payload).toEqual(Buffer.from(payload));
          expect(decodeFrame(frame.subarray(0, at % frame.length))).toBeUndefined();
          frame[at % frame.length]! ^= flip;
          expect(decodeFrame(frame)).toBeUndefined();
        },
      ),
    );
  });

  it('of an index end at the first that is torn', () => {
    expect(searchEntries(Buffer.alloc(40, 7), Buffer.alloc(8, 7))).toEqual({
      offsets: [],
      last: undefined,
      bytes: 0,
    });
  });
});
