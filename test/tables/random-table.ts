import fc from 'fast-check';
import iconv from 'iconv-lite';

/** A table whose contents are known, written as messily as real programs and people do. */
export interface RandomTable {
  file: Buffer;
  names: string[];
  /** As the reading should give them. */
  rows: (string | number | null)[][];
  /** For the message of a failure. */
  description: string;
}

type Pick = <Item>(items: readonly Item[]) => Item;
interface Cell {
  text: string;
  value: string | number | null;
}
interface Style {
  pick: Pick;
  whole: (low: number, high: number) => number;
  decimal: '.' | ',';
  thousands: string;
  alphabet: string[];
  isDayFirst: boolean;
  delimiter: string;
  /** Currency signs that the encoding has. */
  signs: string[];
}
type Column = { name: string; cell: () => Cell };

const alphabets: Record<string, string[]> = {
  ascii: ['alpha', 'beta', 'gamma delta', 'x-ray', "o'neil", 'R&D', 'a/b', 'two words', 'ok!', 'C++'],
  western: [
    'Zürich',
    'señor',
    'déjà vu',
    'Ångström',
    'façade',
    'Köln Süd',
    'naïve',
    'Øre',
    'Straße',
    'crème',
  ],
  central: [
    'Łódź',
    'Gdańsk',
    'Dvořák',
    'Győr',
    'Plzeň',
    'Šumava',
    'Kraków',
    'žluťoučký kůň',
    'Wrocław',
    'Brdečka',
  ],
  cyrillic: [
    'Москва',
    'привет мир',
    'Казань',
    'Новосибирск',
    'Пермь',
    'дом',
    'Самара',
    'река',
    'Томск',
    'небо',
  ],
  greek: ['Αθήνα', 'καλημέρα', 'Θεσσαλονίκη', 'Πάτρα', 'θάλασσα', 'ουρανός', 'Κρήτη', 'νησί', 'βουνό', 'φως'],
  japanese: [
    '東京都',
    '大阪府',
    '名古屋',
    '日本語の文',
    'カタカナ',
    'ひらがな',
    '北海道',
    '京都市',
    '山田太郎',
    '株式会社',
  ],
  chinese: ['北京市', '上海', '广州', '深圳', '中文文本', '数据集', '杭州', '南京', '成都', '西安'],
  korean: ['서울시', '부산', '대구', '안녕하세요', '인천', '광주', '한국어', '제주도', '대전', '울산'],
};

/** Encodings, and the writing that each is made for. */
const encodings: [string, string][] = [
  ['utf-8', 'ascii'],
  ['utf-8', 'western'],
  ['utf-8', 'japanese'],
  ['utf-8 mark', 'cyrillic'],
  ['utf-16le mark', 'western'],
  ['utf-16be mark', 'greek'],
  ['utf-16le', 'ascii'],
  ['utf-16be', 'western'],
  ['windows-1252', 'western'],
  ['iso-8859-1', 'western'],
  ['windows-1250', 'central'],
  ['windows-1251', 'cyrillic'],
  ['koi8-r', 'cyrillic'],
  ['windows-1253', 'greek'],
  ['shift_jis', 'japanese'],
  ['euc-jp', 'japanese'],
  ['gb18030', 'chinese'],
  ['euc-kr', 'korean'],
];

const two = (value: number) => String(value).padStart(2, '0');
const months = 'January February March April May June July August September October November December'.split(
  ' ',
);

const dateForms: ((day: { y: number; m: number; d: number }, isDayFirst: boolean) => string)[] = [
  ({ y, m, d }) => `${y}-${two(m)}-${two(d)}`,
  ({ y, m, d }) => `${y}/${two(m)}/${two(d)}`,
  ({ y, m, d }) => `${y}.${two(m)}.${two(d)}`,
  ({ y, m, d }, isDayFirst) => (isDayFirst ? `${two(d)}/${two(m)}/${y}` : `${two(m)}/${two(d)}/${y}`),
  ({ y, m, d }, isDayFirst) => (isDayFirst ? `${d}-${m}-${y}` : `${m}-${d}-${y}`),
  ({ y, m, d }) => `${two(d)}.${two(m)}.${y}`,
  ({ y, m, d }) => `${d} ${months[m - 1]} ${y}`,
  ({ y, m, d }) => `${months[m - 1]} ${d}, ${y}`,
  ({ y, m, d }) => `${two(d)}-${months[m - 1]?.slice(0, 3)}-${y}`,
  ({ y, m, d }) =>
    `${d}${['th', 'st', 'nd', 'rd'][d % 10 < 4 && Math.floor(d / 10) !== 1 ? d % 10 : 0]} ${months[m - 1]} ${y}`,
  ({ y, m, d }) => `${y}年${m}月${d}日`,
];

function grouped(digits: string, mark: string): string {
  return mark === '' ? digits : digits.replaceAll(/\B(?=(\d{3})+(?!\d))/g, mark);
}

function writeNumber(value: number, places: number, { decimal, thousands }: Style): string {
  const [whole = '', fraction] = Math.abs(value).toFixed(places).split('.');
  return `${value < 0 ? '-' : ''}${grouped(whole, thousands)}${fraction === undefined ? '' : decimal + fraction}`;
}

const columnKinds: ((style: Style) => () => Cell)[] = [
  ({ whole }) =>
    () => {
      const value = whole(-500, 90_000);
      return { text: String(value), value };
    },
  (style) => () => {
    const value = style.whole(-99_999, 9_999_999) / 100;
    return { text: writeNumber(value, 2, style), value };
  },
  (style) => {
    const sign = style.pick(['$', 'CHF ', 'R$ ', ...style.signs]);
    return () => {
      const value = style.whole(-99_999, 9_999_999) / 100;
      const text = writeNumber(Math.abs(value), 2, style);
      return { text: `${value < 0 ? '-' : ''}${sign}${text}`, value };
    };
  },
  (style) => {
    const unit = style.pick([' EUR', '%', ' %', ' kr', ...style.signs.map((sign) => ` ${sign}`)]);
    return () => {
      const value = style.whole(0, 99_999) / 10;
      return { text: `${writeNumber(value, 1, style)}${unit}`, value };
    };
  },
  (style) => () => {
    const value = style.whole(-99_999, 99_999) / 100;
    const text = writeNumber(Math.abs(value), 2, style);
    return { text: value < 0 ? `(${text})` : text, value };
  },
  (style) => {
    const form = style.pick(dateForms);
    return () => {
      const day = { y: style.whole(1990, 2029), m: style.whole(1, 12), d: style.whole(1, 28) };
      const value = `${day.y}-${two(day.m)}-${two(day.d)}T00:00:00.000Z`;
      return { text: form(day, style.isDayFirst), value };
    };
  },
  (style) => {
    const form = style.pick(dateForms.slice(0, 6));
    const isHalf = style.whole(0, 1) === 1;
    return () => {
      const day = { y: style.whole(1990, 2029), m: style.whole(1, 12), d: style.whole(1, 28) };
      const hour = style.whole(0, 23);
      const minute = style.whole(0, 59);
      const clock = isHalf
        ? `${hour % 12 === 0 ? 12 : hour % 12}:${two(minute)} ${hour < 12 ? 'AM' : 'PM'}`
        : `${two(hour)}:${two(minute)}:00`;
      const value = `${day.y}-${two(day.m)}-${two(day.d)}T${two(hour)}:${two(minute)}:00.000Z`;
      return { text: `${form(day, style.isDayFirst)} ${clock}`, value };
    };
  },
  ({ pick }) => {
    const pair = pick([
      ['true', 'false'],
      ['YES', 'NO'],
      ['ja', 'nein'],
      ['oui', 'non'],
      ['Y', 'N'],
      ['on', 'off'],
      ['T', 'F'],
    ] as const);
    return () => {
      const text = pick(pair);
      return { text, value: text };
    };
  },
  ({ pick, alphabet }) =>
    () => {
      const text = pick(alphabet);
      return { text, value: text };
    },
  ({ pick, alphabet, delimiter }) =>
    () => {
      const text = `${pick(alphabet)}${pick([`${delimiter} `, ' "so" ', '\n', ' ', "'s ", ' - '])}${pick(alphabet)}`;
      return { text, value: text };
    },
  ({ whole }) =>
    () => {
      const text = String(whole(0, 99_999)).padStart(5, '0');
      return { text, value: text };
    },
];

function quoteCell(text: string, delimiter: string, quotesAll: boolean): string {
  const needs = quotesAll || /["\r\n]/.test(text) || text.includes(delimiter) || /^\s|\s$/.test(text);
  return needs ? `"${text.replaceAll('"', '""')}"` : text;
}

function encode(text: string, encoding: string): Buffer {
  const [name = '', mark] = encoding.split(' ');
  return iconv.encode(text, name, { addBOM: mark === 'mark' });
}

function canWrite(text: string, encoding: string): boolean {
  return iconv.decode(encode(text, encoding), encoding.split(' ')[0] ?? '') === text;
}

export const randomTable: fc.Arbitrary<RandomTable> = fc.gen().map((generate): RandomTable => {
  const whole = (min: number, max: number) => generate(fc.integer, { min, max });
  const pick: Pick = (items) => items[whole(0, items.length - 1)] as (typeof items)[number];
  const [encoding, script] = pick(encodings);
  const delimiter = pick([',', ';', '\t', '|', '||', '~', '^', '::']);
  const decimal = pick(['.', ','] as const);
  const thousands = pick(decimal === '.' ? ['', ',', "'", ' '] : ['', '.', ' ', "'"]);
  const style: Style = {
    ...{ pick, whole, decimal, thousands, delimiter },
    alphabet: alphabets[script] ?? [],
    isDayFirst: whole(0, 1) === 1,
    signs: ['€', '£'].filter(
      (sign) =>
        iconv.decode(encode(sign, encoding), encoding.split(' ')[0] ?? '') === sign && encoding !== 'gb18030',
    ),
  };
  const width = whole(2, 7);
  const kinds = Array.from({ length: width }, () => whole(0, columnKinds.length - 1));
  // At least one column is in the file's own script, at least one tells names from values.
  const columns: Column[] = [8, ...kinds, 1].map((kind, index) => ({
    name: `${pick(['name', 'Größe', 'total amount', 'n', 'Col'].slice(0, script === 'western' ? 5 : 1))}${index}`,
    cell: (columnKinds[kind] as (typeof columnKinds)[number])(style),
  }));
  const missing = pick(['', 'NA', 'N/A', 'null', '']);
  const gaps = pick([0, 0, 8]);
  const rowCount = whole(30, 80);
  const cells = Array.from({ length: rowCount }, () =>
    columns.map(({ cell }, index) =>
      gaps > 0 && index > 0 && whole(0, 99) < gaps ? { text: missing, value: null } : cell(),
    ),
  );
  const quotesAll = whole(0, 3) === 0;
  const newline = pick(['\n', '\r\n', '\r']);
  const line = (texts: string[]) =>
    texts.map((text) => quoteCell(text, delimiter, quotesAll)).join(delimiter);
  const names = columns.map(({ name }) => name);
  const lines = [line(names), ...cells.map((row) => line(row.map(({ text }) => text)))];
  const preamble = pick([
    [],
    [],
    ['Report of sales', ''],
    ['# made by a program', '# on a machine'],
    [`sep=${delimiter}`],
  ]);
  const footer = pick([[], [], [], ['', 'Source: the office of the registry']]);
  const text = [...preamble, ...lines, ...footer].join(newline) + pick(['', newline]);
  return {
    // A date in Chinese cannot be written in Cyrillic.
    file: encode(text, canWrite(text, encoding) ? encoding : 'utf-8'),
    names,
    rows: cells.map((row) => row.map(({ value }) => value)),
    description: JSON.stringify({
      encoding,
      delimiter,
      decimal,
      thousands,
      newline,
      preamble,
      footer,
      quotesAll,
      kinds,
      missing,
      gaps,
      isDayFirst: style.isDayFirst,
      head: text.slice(0, 600),
    }),
  };
});
