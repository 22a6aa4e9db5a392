import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, realpathSync, renameSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { projectDirectory } from './setup/settings.mjs';
import { explain, pythonInterpreter, setUp } from './setup.mjs';

/** Everything that is generated and committed. */
export const generatedPaths = ['schema', 'runner/aliquot_runner/protocol.py', 'src/cli/gql', 'web/src/gql'];

function run(program, args, env = process.env) {
  const { status, error } = spawnSync(program, args, { cwd: projectDirectory, stdio: 'inherit', env });
  if (error) throw error;
  if (status !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${status}`);
}

function print(program) {
  return execFileSync(process.execPath, ['--import', 'tsx', program], {
    cwd: projectDirectory,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

/** One that fails leaves the old file as it was. */
function writeWhole(path, content) {
  const target = join(projectDirectory, path);
  writeFileSync(`${target}.new`, content);
  renameSync(`${target}.new`, target);
}

async function generate() {
  await setUp({ development: true });
  const python = pythonInterpreter();
  const path = [dirname(python), join(projectDirectory, 'node_modules/.bin'), process.env.PATH].join(
    delimiter,
  );
  run('sh', ['runner/generate.sh'], { ...process.env, PYTHON: python, PATH: path });
  writeWhole('schema/schema.graphql', print('src/print-schema.ts'));
  if (existsSync(join(projectDirectory, 'codegen.ts'))) {
    run('node_modules/.bin/graphql-codegen', ['--config', 'codegen.ts'], {
      ...process.env,
      NODE_OPTIONS: '--import tsx',
    });
  }
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url))
  generate().catch(explain);
