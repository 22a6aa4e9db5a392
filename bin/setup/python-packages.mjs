import { createHash, randomUUID } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { runQuietly, step } from './progress.mjs';
import { findBasePython } from './python-base.mjs';
import { installLine, SetupError } from './remedies.mjs';
import { cacheDirectory, projectDirectory } from './settings.mjs';

const uvVersion = '0.13.9';
const runnerDirectory = join(projectDirectory, 'runner');

/** Beside the environments: which of them fits the lock file. Written last, so what it names is whole. */
const recordPath = () => {
  const lock = readFileSync(join(runnerDirectory, 'uv.lock'));
  const hash = createHash('sha256').update(lock).digest('hex').slice(0, 16);
  return join(cacheDirectory(), `python-${hash}.json`);
};

/** The environment that is set up for the lock file and the setting PYTHON, or null. */
export function pythonEnvironment(development) {
  try {
    const record = JSON.parse(readFileSync(recordPath(), 'utf8'));
    if (!existsSync(record.interpreter)) return null;
    if (development && !record.development) return null;
    if (process.env.PYTHON && realpathSync(process.env.PYTHON) !== record.basePython) return null;
    return record;
  } catch {
    return null;
  }
}

/** Builds a new environment beside any old one: a server that still runs on that is not disturbed. */
export async function installPythonPackages(development) {
  const base = await findBasePython();
  const uv = await installUv(base.executable);
  removeUnfinished();
  const record = recordPath();
  const directory = record.replace(/\.json$/, `-${base.version}-${randomUUID().slice(0, 8)}`);
  const interpreter = join(directory, 'bin', 'python');
  await step(`Python ${base.version} packages`, async () => {
    await runQuietly(
      uv,
      [
        ...['sync', '--locked', '--no-install-project', '--compile-bytecode', '--project', runnerDirectory],
        ...['--python', base.executable, development ? '--group=dev' : '--no-default-groups'],
      ],
      {
        cwd: projectDirectory,
        env: {
          ...withoutPythonSettings(process.env),
          UV_PROJECT_ENVIRONMENT: directory,
          UV_CACHE_DIR: join(cacheDirectory(), 'uv-packages'),
          UV_PYTHON_DOWNLOADS: 'never',
        },
      },
    );
    await checkLibraries(interpreter);
  });
  writeFileSync(join(directory, finishedMark), '');
  writeWhole(record, {
    interpreter,
    version: base.version,
    basePython: base.executable,
    development,
  });
}

async function installUv(basePython) {
  const directory = join(cacheDirectory(), `uv-${uvVersion}`);
  const program = join(directory, 'bin', 'uv');
  if (existsSync(program)) return program;
  await step(`uv ${uvVersion}, which installs Python packages`, async () => {
    const unfinished = join(cacheDirectory(), `uv-unfinished-${randomUUID()}`);
    try {
      const env = withoutPythonSettings(process.env);
      await runQuietly(basePython, ['-m', 'venv', unfinished], { env });
      const pip = ['-m', 'pip', 'install', '--quiet', '--no-deps', `uv==${uvVersion}`];
      await runQuietly(join(unfinished, 'bin', 'python'), pip, { env });
      renameSync(unfinished, directory);
    } finally {
      rmSync(unfinished, { recursive: true, force: true });
    }
  });
  return program;
}

async function checkLibraries(interpreter) {
  const imports = 'import catboost, lightgbm, pyarrow, sklearn, xgboost';
  await runQuietly(interpreter, ['-I', '-c', imports]).catch((error) => {
    if (!/libgomp|libomp/.test(error.message)) throw error;
    throw new SetupError(`The library for OpenMP is missing. Install it: ${installLine('openmp')}`);
  });
}

const finishedMark = '.finished';

/** What a set-up that was killed left behind; called under the lock only. */
function removeUnfinished() {
  mkdirSync(cacheDirectory(), { recursive: true });
  for (const name of readdirSync(cacheDirectory())) {
    const path = join(cacheDirectory(), name);
    const unfinishedEnvironment = /^python-[^.]*-/.test(name) && !existsSync(join(path, finishedMark));
    if (unfinishedEnvironment || name.startsWith('uv-unfinished-')) {
      rmSync(path, { recursive: true, force: true });
    }
  }
}

function writeWhole(path, value) {
  const unfinished = `${path}.${randomUUID()}`;
  writeFileSync(unfinished, `${JSON.stringify(value, null, 2)}\n`);
  renameSync(unfinished, path);
}

/** The caller's own environment must not lead into ours. */
function withoutPythonSettings(env) {
  const names = Object.keys(env).filter((name) => !/^(PYTHON|VIRTUAL_ENV|CONDA_)/.test(name));
  return Object.fromEntries(names.map((name) => [name, env[name]]));
}
