import { tmpdir } from 'node:os';
import type { SandboxLimits, SandboxSelfTest } from '#ports/sandbox.ts';
import type { Box } from './box.ts';
import type { Bundle } from './bundle.ts';
import { runInBox } from './job.ts';

type Check = SandboxSelfTest['checks'][number];

const MODULE = 'aliquot_box.self_test';
const ROOM_MILLISECONDS = 60_000;
const limits: SandboxLimits = {
  memoryBytes: 512 * 1024 ** 2,
  diskBytes: 16 * 1024 ** 2,
  processes: 16,
  cpuSeconds: 10,
  wallSeconds: 20,
  outputBytes: 4096,
};
const attempts = [
  ...['reach 1.1.1.1', 'reach 8.8.8.8', 'resolve a name', 'read a variable of the server'],
  ...['write to an input', 'add an input'],
];

/** What E2B says of the box, and jobs in it that try what they must not be able to do; each takes a box of its own. */
export async function testBoxes(
  open: () => Promise<Box>,
  bundle: Bundle,
  stop: AbortSignal,
): Promise<Check[]> {
  const inBox = async <T>(use: (box: Box) => Promise<T>) => {
    const box = await open();
    try {
      return await use(box);
    } finally {
      await box.kill();
    }
  };
  const [told, tried] = await Promise.all([
    inBox(async (box) => [...(await askAbout(box)), ...(await report(box, bundle, ['attempts'], stop))]),
    inBox((box) => report(box, bundle, ['fork'], stop)),
  ]);
  return [...told, ...tried];
}

async function askAbout(box: Box): Promise<Check[]> {
  const { allowInternetAccess, startedAt, endAt } = await box.remote.getInfo();
  const life = endAt.getTime() - startedAt.getTime();
  return [
    {
      name: 'the box is made without internet',
      passed: allowInternetAccess === false,
      detail: `allowInternetAccess is ${allowInternetAccess}`,
    },
    {
      name: 'the box ends by itself',
      passed: life <= box.timings.lifeMilliseconds + ROOM_MILLISECONDS,
      detail: `${Math.round(life / 1_000)} s after its start`,
    },
  ];
}

/** An attempt that was not reported was not stopped. */
async function report(box: Box, bundle: Bundle, args: string[], stop: AbortSignal): Promise<Check[]> {
  const checks: Check[] = [];
  const { limit, output } = await runInBox(
    box,
    { bundle, module: MODULE, threads: 1 },
    {
      ...{ id: 'self-test', owner: 'self-test', args, limits, collectInto: tmpdir() },
      inputs: [{ name: 'planted', content: 'planted' }],
    },
    { onLine: (line) => void checks.push(JSON.parse(line)) },
    stop,
  );
  const expected = args[0] === 'fork' ? ['fork past the cap'] : attempts;
  return expected.map((name) => {
    if (name === 'fork past the cap' && limit === 'PROCESSES') {
      return { name, passed: true, detail: 'ended by the cap on processes' };
    }
    const detail = `not reported: ${output.slice(-300)}`;
    return checks.find((check) => check.name === name) ?? { name, passed: false, detail };
  });
}
