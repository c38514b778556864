/** A network that breaks: each connection through it ends after so many bytes in one direction, or when it is cut. */
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

export interface CuttingProxy {
  readonly port: number;
  /** Bytes that went through, to the server and from it. */
  readonly up: number;
  readonly down: number;
  /** How many connections it has ended. */
  readonly cuts: number;
  close(): Promise<void>;
}

export async function openCuttingProxy(target: number, mostBytes: number): Promise<CuttingProxy> {
  const sockets = new Set<Socket>();
  const counts = { up: 0, down: 0, cuts: 0 };
  const server = createServer((near) => {
    const far = connect(target, '127.0.0.1');
    const end = (): void => {
      near.destroy();
      far.destroy();
    };
    for (const [from, to, way] of [
      [near, far, 'up'],
      [far, near, 'down'],
    ] as const) {
      let passed = 0;
      sockets.add(from);
      from.on('error', end).on('close', () => {
        sockets.delete(from);
        end();
      });
      from.on('data', (bytes: Buffer) => {
        passed += bytes.length;
        counts[way] += bytes.length;
        if (passed > mostBytes) {
          counts.cuts += 1;
          end();
        } else if (!to.write(bytes)) {
          from.pause();
          to.once('drain', () => from.resume());
        }
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    get up() {
      return counts.up;
    },
    get down() {
      return counts.down;
    },
    get cuts() {
      return counts.cuts;
    },
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
