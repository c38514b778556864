/**
 * The settings that the embedded server starts with, and why. They go on its command line, not into
 * postgresql.conf, so that a newer Gantry's settings hold for a cluster that an older one made.
 */
import { totalmem } from 'node:os';

const MiB = 1024 * 1024;

/**
 * Settings by name. Durability keeps PostgreSQL's defaults (fsync and synchronous_commit on): a completion that
 * was acknowledged is there after a power cut.
 */
export function serverSettings(logFolder: string): Readonly<Record<string, string>> {
  const memory = totalmem();
  return {
    // Nobody reaches it but through the socket folder, which is ours alone.
    listen_addresses: '',
    unix_socket_permissions: '0700',
    password_encryption: 'scram-sha-256',
    max_connections: '60',

    // The machine's memory belongs to the images. The hot tables of a run of a million places (claimable rows,
    // the attempts of the moment, their indexes) fit into 256 MiB; the kernel's cache holds the rest. A sixteenth
    // of a small machine's memory where that is less.
    shared_buffers: mebibytes(Math.min(256 * MiB, Math.max(32 * MiB, memory / 16))),
    effective_cache_size: mebibytes(Math.max(128 * MiB, memory / 4)),
    // Per sort or hash, of which few run at once: enough for a block of 10,000 completions without a file.
    work_mem: '16MB',
    // One index build or vacuum at a time.
    maintenance_work_mem: mebibytes(Math.min(128 * MiB, Math.max(16 * MiB, memory / 32))),

    // Nothing replicates from this server. Minimal WAL lets a bulk load into a table made in the same transaction
    // skip it.
    wal_level: 'minimal',
    max_wal_senders: '0',
    max_logical_replication_workers: '0',
    // Fewer checkpoints while a run is settled at full rate; costs at most this much disk, and seconds of recovery.
    max_wal_size: '2GB',
    min_wal_size: '128MB',
    checkpoint_timeout: '10min',

    // Queries are short and statements prepared; compiling them costs more than it saves.
    jit: 'off',
    // Flash, or cached.
    random_page_cost: '1.1',
    // Queue tables turn over completely within seconds.
    autovacuum_naptime: '15s',

    cluster_name: 'gantry',
    timezone: 'UTC',
    log_timezone: 'UTC',
    lc_messages: 'C',
    // The collector outlives us as the server does, and turns the file over; `pruneServerLogs` drops old ones.
    logging_collector: 'on',
    log_directory: logFolder,
    log_filename: 'postgres-%Y%m%d-%H%M%S.log',
    log_file_mode: '0600',
    log_rotation_size: '8MB',
    log_rotation_age: '7d',
    log_checkpoints: 'off',
    log_lock_waits: 'on',
    log_line_prefix: '%m [%p] %a ',
  };
}

function mebibytes(bytes: number): string {
  return `${Math.round(bytes / MiB)}MB`;
}
