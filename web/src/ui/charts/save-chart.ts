/** What a drawing takes from its style sheet, with what it is without one. */
const STYLES = {
  fill: 'rgb(0, 0, 0)',
  'fill-opacity': '1',
  stroke: 'none',
  'stroke-width': '1px',
  'stroke-dasharray': 'none',
  'stroke-opacity': '1',
  opacity: '1',
};
const TEXT_STYLES = {
  'font-family': '',
  'font-size': '',
  'font-weight': '400',
  'text-anchor': 'start',
  'dominant-baseline': 'auto',
};
/** Sharp on paper and on dense screens. */
const PIXEL_RATIO = 2;

export async function saveChart(svg: SVGSVGElement, name: string, kind: 'PNG' | 'SVG'): Promise<void> {
  const source = new Blob([standalone(svg)], { type: 'image/svg+xml' });
  const { width, height } = svg.getBoundingClientRect();
  const file = kind === 'SVG' ? source : await toPng(source, width, height);
  const url = URL.createObjectURL(file);
  const link = document.createElement('a');
  link.href = url;
  link.download = `${name.replaceAll(/[^\p{L}\p{N}]+/gu, '-').toLowerCase()}.${kind.toLowerCase()}`;
  link.click();
  URL.revokeObjectURL(url);
}

/** The drawing with the colours that it has now, as it needs no style sheet. */
function standalone(svg: SVGSVGElement): string {
  const copy = svg.cloneNode(true) as SVGSVGElement;
  const copies = [copy, ...copy.querySelectorAll('*')];
  for (const [index, original] of [svg, ...svg.querySelectorAll('*')].entries()) {
    const style = getComputedStyle(original);
    const target = copies[index];
    const wanted = original.tagName === 'text' ? { ...STYLES, ...TEXT_STYLES } : STYLES;
    for (const [property, initial] of Object.entries(wanted)) {
      const value = style.getPropertyValue(property);
      if (value !== initial) target?.setAttribute(property, value);
    }
    target?.removeAttribute('class');
  }
  const { width, height } = svg.getBoundingClientRect();
  copy.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  copy.setAttribute('width', String(width));
  copy.setAttribute('height', String(height));
  const ground = document.createElementNS('http://www.w3.org/2000/svg', 'rect');
  ground.setAttribute('width', '100%');
  ground.setAttribute('height', '100%');
  ground.setAttribute('fill', groundOf(svg));
  copy.prepend(ground);
  return new XMLSerializer().serializeToString(copy);
}

function groundOf(start: Element): string {
  for (let element: Element | null = start; element; element = element.parentElement) {
    const { backgroundColor } = getComputedStyle(element);
    if (!/^(transparent|rgba\(.*, 0(\.\d+)?\))$/.test(backgroundColor)) return backgroundColor;
  }
  return 'white';
}

async function toPng(source: Blob, width: number, height: number): Promise<Blob> {
  const url = URL.createObjectURL(source);
  try {
    const image = new Image();
    image.src = url;
    await image.decode();
    const canvas = document.createElement('canvas');
    canvas.width = Math.round(PIXEL_RATIO * width);
    canvas.height = Math.round(PIXEL_RATIO * height);
    canvas.getContext('2d')?.drawImage(image, 0, 0, canvas.width, canvas.height);
    return await new Promise((resolve, reject) =>
      canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error('The picture is too large.')))),
    );
  } finally {
    URL.revokeObjectURL(url);
  }
}
