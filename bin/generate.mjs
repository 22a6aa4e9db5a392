import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { projectDirectory } from './setup/settings.mjs';
import { explain, pythonInterpreter, setUp } from './setup.mjs';

/** Everything that is generated and committed. */
export const generatedPaths = ['schema', 'runner/aliquot_runner/protocol.py', 'src/cli/gql', 'web/src/gql'];

function run(program, args, env = process.env) {
  const { status, error } = spawnSync(program, args, { cwd: projectDirectory, stdio: 'inherit', env });
  if (error) throw error;
  if (status !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${status}`);
}

async function generate() {
  await setUp({ development: true });
  const python = pythonInterpreter();
  const path = [dirname(python), join(projectDirectory, 'node_modules/.bin'), process.env.PATH].join(
    delimiter,
  );
  run('sh', ['runner/generate.sh'], { ...process.env, PYTHON: python, PATH: path });
  if (existsSync(join(projectDirectory, 'codegen.ts'))) {
    run('node_modules/.bin/graphql-codegen', ['--config', 'codegen.ts'], {
      ...process.env,
      NODE_OPTIONS: '--import tsx',
    });
  }
}

if (process.argv[1] === join(projectDirectory, 'bin/generate.mjs')) generate().catch(explain);
