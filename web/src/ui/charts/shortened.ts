const CHARACTER_PIXELS = 7;

/** What fits into a width, by the mean width of a character at footnote size. */
export function shortened(text: string, pixels: number): string {
  const room = Math.max(2, Math.floor(pixels / CHARACTER_PIXELS));
  const characters = [...text];
  return characters.length <= room ? text : `${characters.slice(0, room - 1).join('')}…`;
}
