const mostBytes = 64 * 1024;

/** What a custom step may import. */
export const allowedModules = [
  ...['numpy', 'pandas', 'scipy', 'sklearn', 'math', 're', 'datetime', 'itertools', 'functools'],
  ...['collections', 'statistics', 'string', 'typing', 'unicodedata', '__future__'],
];

/**
 * A first look at the Python of a custom step, so that an answer that cannot pass the gates is mended at once. Nothing
 * rests on it: the code runs in the sandbox alone, and the gates judge it there.
 */
export function faultsOfCode(code: string | null): string[] {
  if (!code?.trim()) return ['A custom step needs “code”.'];
  if (Buffer.byteLength(code) > mostBytes) return [`“code” is longer than ${mostBytes} bytes.`];
  const faults: string[] = [];
  const classes = code.match(/^class\s+\w+/gm)?.length ?? 0;
  if (classes !== 1) faults.push(`“code” has to define one class; it defines ${classes}.`);
  for (const method of ['fit', 'transform']) {
    if (!new RegExp(`^\\s+def ${method}\\(`, 'm').test(code)) faults.push(`The class has no \`${method}\`.`);
  }
  const modules = [...code.matchAll(/^\s*(?:import|from)\s+([\w., ]+)/gm)].flatMap(([line, names = '']) =>
    (line.trim().startsWith('from') ? [names] : names.split(',')).map((name) => name.trim().split(/[. ]/)[0]),
  );
  if (modules.some((name) => name && !allowedModules.includes(name)))
    faults.push(`“code” imports more than ${allowedModules.join(', ')}.`);
  if (
    /\b(?:__import__|eval|exec|compile|open|globals|input)\s*\(/.test(code.replaceAll(/\.\s*compile\(/g, ''))
  )
    faults.push('“code” reads files, or runs text as code.');
  return faults;
}
