/**
 * Side by side with the AutoML peers, by the scripts of ../shared/bench/automl: interleaved, and resumable, for what
 * RESULTS has already is not run again. `npm run bench:automl -- RESULTS.jsonl --venvs DIRECTORY [--data DIRECTORY]
 * [--budget 60] [--seeds 1,2] [--datasets a,b] [--frameworks project,ag_mq]`
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

const scripts = resolve(import.meta.dirname, '../../../shared/bench/automl');
const PUBLIC_SETS = 'telco_churn,hypothyroid,penguins,portal_surveys,abalone,taxis';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    venvs: { type: 'string' },
    data: { type: 'string', default: join(scripts, 'data') },
    budget: { type: 'string', default: '60' },
    seeds: { type: 'string', default: '1,2' },
    datasets: { type: 'string', default: PUBLIC_SETS },
    frameworks: { type: 'string', default: 'project,ag_mq,ag_bq,flaml,h2o' },
  },
});
const [results] = positionals;
if (!results || !values.venvs || !existsSync(scripts)) {
  console.error(`Name the file of results and --venvs, made by setup_peers.sh of ${scripts}.`);
  process.exit(2);
}

type Row = { framework: string; dataset: string; budget: number; seed: number };
const keyOf = ({ framework, dataset, budget, seed }: Row) => `${framework} ${dataset} ${budget} ${seed}`;
const done = new Set(
  existsSync(results)
    ? readFileSync(results, 'utf8')
        .split('\n')
        .filter(Boolean)
        .map((line) => keyOf(JSON.parse(line) as Row))
    : [],
);
const python = join(values.venvs, 'base/bin/python');
const frameworks = values.frameworks.split(',');
const budget = Number(values.budget);
let turn = 0;
for (const seed of values.seeds.split(',').map(Number)) {
  for (const dataset of values.datasets.split(',')) {
    turn += 1;
    // nobody is always the first on a machine that warms up or gets noisy
    for (let place = 0; place < frameworks.length; place += 1) {
      const framework = frameworks[(place + turn) % frameworks.length] ?? '';
      if (done.has(keyOf({ framework, dataset, budget, seed }))) continue;
      const project = `${process.execPath} --import ${import.meta.resolve('tsx')} ${join(import.meta.dirname, 'project.ts')} --seed=${seed}`;
      const what = ['--framework', framework, '--dataset', dataset, '--seed', String(seed)];
      spawnSync(
        'env',
        [
          ...[`PROJECT_CMD=${project}`, `AUTOML_VENVS=${values.venvs}`, `AUTOML_DATA=${values.data}`],
          ...[python, join(scripts, 'bench.py'), ...what, '--budget', String(budget), '--out', results],
        ],
        { stdio: 'inherit' },
      );
    }
  }
}
spawnSync(python, [join(scripts, 'report.py'), results], { stdio: 'inherit' });
