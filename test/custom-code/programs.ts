import { readFileSync } from 'node:fs';

/** A program of one of the files in `programs`. */
export interface Program {
  kind: string;
  name: string;
  /** The one that refuses it, or those of which the order of the rows decides; empty where none does. */
  gates: string[];
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
      const [heading, name = '', gates] = HEADING.exec(block) ?? [];
      const code = `import numpy as np\nimport pandas as pd\n${block.slice(heading?.length ?? 0)}`;
      return { kind, name, gates: gates?.split(' or ') ?? [], code };
    });
}
