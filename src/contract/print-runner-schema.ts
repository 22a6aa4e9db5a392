import { z } from 'zod';
import { MeasureMessage, MeasureSpec } from './measure.ts';
import { RunSpec } from './runner.ts';
import { RunnerMessage } from './runner-messages.ts';
import { FitSpec, MatrixMeta, TransformSpec } from './transform.ts';
import { VerifyMessage, VerifySpec } from './verify.ts';

const contract = z
  .strictObject({
    spec: RunSpec,
    message: RunnerMessage,
    fit: FitSpec,
    transform: TransformSpec,
    matrix: MatrixMeta,
    measure: MeasureSpec,
    measureMessage: MeasureMessage,
    verify: VerifySpec,
    verifyMessage: VerifyMessage,
  })
  .meta({
    title: 'RunnerContract',
    description: 'What server and runner say to each other. Generated from src/contract: do not edit.',
  });

process.stdout.write(`${JSON.stringify(z.toJSONSchema(contract), null, 2)}\n`);
