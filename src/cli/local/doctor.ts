import { diagnose, type Finding } from '#cli/local/diagnosis.ts';
import { readEnv } from '#env.ts';

const marks = { ok: 'ok     ', warning: 'warning', fault: 'FAULT  ' };

/** `aliquot doctor [--json]`: says what this installation consists of and what is wrong with it. */
export async function doctor(options: string[]): Promise<number> {
  const findings = await diagnose(readEnv());
  const healthy = findings.every(({ state }) => state !== 'fault');
  const text = options.includes('--json') ? JSON.stringify({ healthy, findings }, null, 2) : format(findings);
  process.stdout.write(`${text}\n`);
  return healthy ? 0 : 1;
}

function format(findings: Finding[]): string {
  const width = Math.max(...findings.map(({ name }) => name.length));
  return findings
    .flatMap(({ name, state, detail, remedy }) => {
      const indent = ' '.repeat(marks.ok.length + width + 4);
      const first = `${marks[state]}  ${name.padEnd(width)}  ${detail.replaceAll('\n', `\n${indent}`)}`;
      return remedy ? [first, `${indent}${remedy}`] : [first];
    })
    .join('\n');
}
