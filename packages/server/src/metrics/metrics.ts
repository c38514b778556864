/**
 * What is measured for Prometheus; `docs/metrics.md` tells the names. How much there is of everything is asked of the
 * database when somebody asks us; what happens is counted as it does.
 */
import { measureWork, readStored, type Engine } from '@gantry/engine';
import { runStates, taskStates } from '@gantry/model';
import { measureVolume, type DataDirectory } from '@gantry/storage';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

export interface Metrics {
  /** In the text format of Prometheus. */
  read(): Promise<string>;
  readonly contentType: string;
  /** An attempt has ended so. */
  countAttempt(outcome: string): void;
  /** A request was answered. @param route its declared path, so that ids make no series of their own */
  observeRequest(method: string, route: string, status: number, seconds: number): void;
}

interface MeasuredParts {
  readonly engine: Engine;
  readonly data: DataDirectory;
  readonly version: string;
}

export function openMetrics({ engine, data, version }: MeasuredParts): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  new Gauge({
    name: 'gantry_info',
    help: 'The version of the server; always 1.',
    labelNames: ['version'],
    registers,
  }).set({ version }, 1);
  const gauge = <L extends string>(name: string, help: string, labelNames: readonly L[] = []) =>
    new Gauge<L>({ name, help, labelNames, registers });
  const runs = gauge('gantry_runs', 'Runs by state.', ['state']);
  const tasks = gauge('gantry_tasks', 'Tasks by state, of runs that are active or paused.', ['state']);
  const failures = gauge('gantry_failures', 'Tasks whose failure stands, in any run.');
  const agents = gauge('gantry_agents', 'Agents that are connected.');
  const cores = gauge('gantry_agent_cores', 'Cores of the connected agents.');
  const coresPromised = gauge('gantry_agent_cores_promised', 'Cores that are promised to tasks that run.');
  const memory = gauge('gantry_agent_memory_bytes', 'Memory of the connected agents.');
  const memoryPromised = gauge(
    'gantry_agent_memory_promised_bytes',
    'Memory that is promised to tasks that run.',
  );
  const outputs = gauge('gantry_output_bytes', 'Bytes that items of runs point at.');
  const items = gauge('gantry_output_items', 'Items of runs.');
  const free = gauge('gantry_storage_free_bytes', 'What is free on the volume of the data directory.');
  const size = gauge('gantry_storage_size_bytes', 'How large the volume of the data directory is.');
  const connections = gauge('gantry_database_connections', 'Connections to the database, by what they do.', [
    'state',
  ]);
  const attempts = new Counter({
    name: 'gantry_attempts_total',
    help: 'Attempts that agents have reported to this server, by how they ended.',
    labelNames: ['outcome'],
    registers,
  });
  const requests = new Histogram({
    name: 'gantry_http_request_duration_seconds',
    help: 'Time from a request to the end of its answer; requests that are held on purpose are left out.',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3],
    registers,
  });

  const measure = async (): Promise<void> => {
    const [work, stored, volume] = await Promise.all([
      measureWork(engine.pool),
      readStored(engine.pool),
      measureVolume(data.path),
    ]);
    for (const state of runStates) runs.set({ state }, work.runs[state] ?? 0);
    for (const state of taskStates) tasks.set({ state }, work.tasks[state] ?? 0);
    failures.set(work.failures);
    agents.set(work.agents.alive);
    cores.set(work.agents.cores);
    coresPromised.set(work.agents.coresPromised);
    memory.set(work.agents.memory);
    memoryPromised.set(work.agents.memoryPromised);
    outputs.set(stored.bytes);
    items.set(stored.items);
    free.set(volume.free);
    size.set(volume.size);
    const { idleCount, totalCount, waitingCount } = engine.pool;
    connections.set({ state: 'idle' }, idleCount);
    connections.set({ state: 'busy' }, totalCount - idleCount);
    connections.set({ state: 'waited_for' }, waitingCount);
  };

  return {
    contentType: registry.contentType,
    async read() {
      await measure();
      return registry.metrics();
    },
    countAttempt: (outcome) => attempts.inc({ outcome }),
    observeRequest: (method, route, status, seconds) =>
      requests.observe({ method, route, status: String(status) }, seconds),
  };
}
