import { readFileSync } from 'node:fs';

/** A program of one of the files in `programs`; `gate` is the one that refuses it, null where none does; “one or other” where the order of the rows decides. */
export interface Program {
  kind: string;
  name: string;
  gate: string | null;
  code: string;
}

const HEADING = /^# === (.+?)(?: \| ([\w ]+))?$/m;

/** The programs of a file, each a module of its own with numpy and pandas at hand. */
export function programsOf(kind: string): Program[] {
  const text = readFileSync(new URL(`./programs/${kind}.py`, import.meta.url), 'utf8');
  return text
    .split(/^(?=# === )/m)
    .filter((block) => HEADING.test(block))
    .map((block) => {
      const [heading, name = '', gate = null] = HEADING.exec(block) ?? [];
      const code = `import numpy as np\nimport pandas as pd\n${block.slice(heading?.length ?? 0)}`;
      return { kind, name, gate, code };
    });
}
