import { describe, expect, it } from 'vitest';
import { describeNotification, type NotificationAbout } from '../src/index.ts';

const run = { id: 7, name: 'plate 3', pipeline: 'stitch' };

describe('the words of a notification', () => {
  it.each<[NotificationAbout, string, string, string]>([
    [
      { kind: 'run-ended', run, state: 'succeeded', seconds: 5, tasks: { succeeded: 1200, skipped: 3 } },
      'Run 7 (plate 3) has succeeded',
      '1,200 succeeded, 3 skipped',
      '/runs/7',
    ],
    [
      { kind: 'run-ended', run, state: 'failed', seconds: 5, tasks: { succeeded: 9, failed: 1, blocked: 2 } },
      'Run 7 (plate 3) has failed',
      '1 failed, 2 blocked, 9 succeeded',
      '/failures?run=7',
    ],
    [
      { kind: 'run-ended', run, state: 'cancelled', seconds: 5, tasks: { cancelled: 2, failed: 1 } },
      'Run 7 (plate 3) was cancelled',
      '1 failed, 2 cancelled',
      '/runs/7',
    ],
    [
      { kind: 'run-ended', run, state: 'succeeded', seconds: 5, tasks: {} },
      'Run 7 (plate 3) has succeeded',
      'it had no tasks',
      '/runs/7',
    ],
    [
      { kind: 'run-failing', run, failed: 10, limit: 10, tasks: { failed: 10, waiting: 90 } },
      '10 tasks of run 7 (plate 3) have failed',
      'It goes on: 10 failed, 90 waiting',
      '/failures?run=7',
    ],
    [
      { kind: 'run-failing', run, failed: 1, limit: 1, tasks: { failed: 1 } },
      '1 task of run 7 (plate 3) has failed',
      'It goes on: 1 failed',
      '/failures?run=7',
    ],
    [
      { kind: 'agent-lost', agent: { id: 1, name: 'bench-2', host: 'lab' }, heard: '', held: 1 },
      'The agent bench-2 is lost',
      'Nothing is heard of it on lab; the 1 task that it held goes to others',
      '/agents',
    ],
    [
      { kind: 'agent-lost', agent: { id: 1, name: 'bench-2', host: 'lab' }, heard: '', held: 0 },
      'The agent bench-2 is lost',
      'Nothing is heard of it on lab; it held no tasks',
      '/agents',
    ],
    [
      {
        kind: 'webhook-given-up',
        webhook: 'https://a.example',
        notifications: 2,
        tries: 9,
        error: 'It says no.',
      },
      '2 notifications could not be delivered to https://a.example',
      'Given up, at last after 9 tries: It says no.',
      '/',
    ],
  ])('%j', (about, title, detail, path) => {
    expect(describeNotification(about)).toMatchObject({ title, detail, path });
  });
});
