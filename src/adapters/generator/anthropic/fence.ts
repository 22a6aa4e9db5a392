/** Controls, formats that do not show, spaces that are none, and what could close or open a block of the prompt. */
const unfit = /[`<>]|(?! )[\p{C}\p{Z}]/gu;

/**
 * JSON on one line for a prompt: strings of strangers stay strings. Characters that do not show, and those that fences
 * and tags are made of, are spelt by their code.
 */
export function dataJson(value: unknown): string {
  return JSON.stringify(value).replace(unfit, (found) => {
    const units = Array.from({ length: found.length }, (_, index) => found.charCodeAt(index));
    return units.map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`).join('');
  });
}

/** A block of JSON: a line for each entry, and for each item of a list. */
export function fencedData(entries: Record<string, unknown>): string {
  const lines = Object.entries(entries).map(([name, value]) => {
    if (!Array.isArray(value) || value.length === 0) return `${dataJson(name)}: ${dataJson(value)}`;
    return `${dataJson(name)}: [\n${value.map(dataJson).join(',\n')}\n]`;
  });
  return `\`\`\`json\n{\n${lines.join(',\n')}\n}\n\`\`\``;
}
