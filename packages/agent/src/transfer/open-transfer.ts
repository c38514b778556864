/** Puts together what brings and sends the files of one session. */
import { removeFolder, type Runner } from '@gantry/runners';
import type { RemoteStorage } from '@gantry/model';
import { InputBringer } from './bring-inputs.ts';
import type { InputCache } from './input-cache.ts';
import { LogShipper } from './log-shipper.ts';
import { TransferClient } from './transfer-client.ts';
import { TransferRunner } from './transfer-runner.ts';

export interface TransferOptions {
  readonly server: string;
  readonly token: string;
  readonly session: string;
  readonly storage: RemoteStorage;
  readonly cache: InputCache;
  readonly logFolder: string;
  readonly runner: Runner;
  readonly log: (line: string) => void;
}

/** For the last of the logs (ms). */
const lastLogsMs = 3_000;

export function openTransfer(options: TransferOptions): { runner: TransferRunner; close(): Promise<void> } {
  const { storage, cache, logFolder, log } = options;
  const client = new TransferClient(options);
  const logs = new LogShipper(client, logFolder);
  const runner = new TransferRunner({
    ...{ runner: options.runner, client, cache, logs, warn: log },
    bringer: new InputBringer(client, cache),
    store: storage.kind === 'transfer' ? storage.store : undefined,
  });
  return {
    runner,
    async close() {
      await logs.close(lastLogsMs);
      client.close();
      if (storage.kind === 'transfer') await removeFolder(storage.store);
    },
  };
}
