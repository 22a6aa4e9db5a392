import { z } from 'zod';
import { RunnerMessage, RunSpec } from './runner.ts';

const contract = z.strictObject({ spec: RunSpec, message: RunnerMessage }).meta({
  title: 'RunnerContract',
  description:
    'What server and runner say to each other. Generated from src/contract/runner.ts: do not edit.',
});

process.stdout.write(`${JSON.stringify(z.toJSONSchema(contract), null, 2)}\n`);
