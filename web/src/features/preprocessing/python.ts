export type Token = { kind: 'keyword' | 'string' | 'comment' | 'number' | 'name' | 'plain'; text: string };

const KEYWORDS = new Set(
  'False None True and as assert async await break class continue def del elif else except finally for from global if import in is lambda nonlocal not or pass raise return try while with yield'.split(
    ' ',
  ),
);
const PATTERN =
  /(?<comment>#[^\n]*)|(?<string>[rbfRBF]{0,2}(?:"""[\s\S]*?"""|'''[\s\S]*?'''|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'))|(?<number>\b\d[\d_.eE+-]*\b)|(?<word>[A-Za-z_]\w*)|(?<plain>[\s\S])/g;

/** Enough of Python's words to colour them. */
export function tokens(code: string): Token[] {
  const found: Token[] = [];
  for (const { groups = {}, 0: text } of code.matchAll(PATTERN)) {
    const kind = kindOf(groups, text);
    const last = found.at(-1);
    if (last?.kind === kind && kind === 'plain') last.text += text;
    else found.push({ kind, text });
  }
  return found;
}

function kindOf(groups: Record<string, string | undefined>, text: string): Token['kind'] {
  if (groups.comment !== undefined) return 'comment';
  if (groups.string !== undefined) return 'string';
  if (groups.number !== undefined) return 'number';
  if (groups.word === undefined) return 'plain';
  return KEYWORDS.has(text) ? 'keyword' : 'name';
}
