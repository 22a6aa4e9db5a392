import { createServer, type Socket } from 'node:net';

const LONGEST_ADDRESS = 100;

/** Waits for the supervisors, each of which names itself by the token it was started with. */
export async function listenForSupervisors(address: string) {
  if (Buffer.byteLength(address) > LONGEST_ADDRESS) {
    throw new Error(`the cache directory has too long a path for a socket: ${address}`);
  }
  const expected = new Map<string, (socket: Socket) => void>();
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    let greeting = '';
    const greet = (data: Buffer) => {
      greeting += data.toString('latin1');
      if (!greeting.includes('\n') && greeting.length < 128) return;
      socket.off('data', greet);
      const token = greeting.trim();
      const take = expected.get(token);
      if (!take) return socket.destroy();
      expected.delete(token);
      take(socket);
    };
    socket.on('data', greet);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(address, resolve);
  });
  server.unref();
  return {
    /** Rejects with the reason when `unless` ends first. */
    expect(token: string, unless: Promise<void>) {
      return new Promise<Socket>((resolve, reject) => {
        expected.set(token, resolve);
        unless.then(() => {
          if (expected.delete(token)) reject(new Error('the Python process ended before the job began'));
        });
      });
    },
    close: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
}
