import chardet from 'chardet';
import iconv from 'iconv-lite';

export interface GuessedEncoding {
  /** A name that iconv-lite understands. */
  name: string;
  confidence: number;
}

interface Language {
  letters: string;
  /** In which it was written, the likeliest first. */
  encodings: string[];
  /** Its letters never stand beside Latin ones in a word. */
  isForeign?: boolean;
  /** What a letter counts: names of several languages in one table fit a whole family a little less well. */
  weight?: number;
}

const western = ['windows-1252', 'cp850', 'macroman'];
const central = ['windows-1250', 'iso-8859-2', 'cp852'];
const westernLetters = [
  'àâæçéèêëîïôœùûüÿ',
  'äöüß',
  'áéíñóúü',
  'áâãàçéêíóôõú',
  'àèéìíòóùú',
  'åäöæøé',
  'áðéíóúýþæö',
  'àçèéíïòóúü',
];
const centralLetters = ['ąćęłńóśźż', 'áčďéěíňóřšťúůýž', 'áäčďéíĺľňóôŕšťúýž', 'áéíóöőúüű', 'ăâîşţ', 'čćđšž'];
const family = 0.9;
const languages: Language[] = [
  ...westernLetters.map((letters) => ({ letters, encodings: western })),
  { letters: westernLetters.join(''), encodings: western, weight: family },
  ...centralLetters.map((letters) => ({ letters, encodings: central })),
  { letters: `${centralLetters.join('')}äöüß`, encodings: central, weight: family },
  {
    letters: 'абвгдежзийклмнопрстуфхцчшщъыьэюяё',
    encodings: ['windows-1251', 'koi8-r', 'cp866', 'iso-8859-5'],
    isForeign: true,
  },
  { letters: 'абвгґдеєжзиіїйклмнопрстуфхцчшщьюя', encodings: ['windows-1251', 'koi8-u'], isForeign: true },
  {
    letters: 'αβγδεζηθικλμνξοπρστυφχψωςάέήίόύώϊϋΐΰ',
    encodings: ['windows-1253', 'iso-8859-7'],
    isForeign: true,
  },
  { letters: 'çğıöşüâîû', encodings: ['windows-1254'] },
  { letters: 'ąčęėįšųūžāēģīķļņŗõäöü', encodings: ['windows-1257'] },
];
const symbols = new Set('€£¥§°©®™«»„“”‘’–—…±²³µ·¹º¼½¾×÷•†‡¿¡ªº№\u00a0');
const convincing = 0.4;

/** Characters that are frequent in running text and names; a text read by the wrong table hardly has any. */
const frequent = new Set(
  [
    '的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发后作里用道行所然家种事成方多经么去法学如都同现当没动面起看定天分还进好小部其些主样理心她本前开但因只从想实日军者意无力它与长把机十民第公此已工使情明性知全三又关点正业外将两高间由问很最重并物手应战向头文体政美相见被利什二等产或新己制身果加西斯月话合回特代内信表化老给世位次度门任常先海通教儿原东声提立及比员解水名真论处走义各入几口认条平系气题活尔更别打女变四神总何电数安少报才结反受目太量再感建务做接必场件计管期市直德资命山金指克许统区保至队形社便空决治展马科司五基眼书非则听白却界达光放强即像难且权思王象完设式色路记南品住告类求据程北边死张该交规万取拉格望觉术领共确传师观清今切院让识候带导争运笔州京广深沪杭成沈阳津重庆汉苏江浙湖河福省县省市区街号男女岁价格数量总额编号日期姓名地址电话产品客户订单城市国家公司部门销售',
    '這個們來為國說時會對於過後發當沒動還進樣開從實軍無與長機關點業將兩間問應戰頭體見產給門員論處義認條氣題爾別變總電數報結務場計區隊決馬書則聽卻達強難權設記觀邊張該規萬覺術領確傳師讓識導爭運縣號歲價額編產訂單銷灣臺北高雄',
    '日本京都府県市区町村郡株式会社東大阪名古屋横浜札幌神戸福岡北海道山田中鈴木佐藤高橋渡辺伊加小林吉村松井斎清水人年月男女子語文番号住所電話商品価格数量合計店駅学校生員語曜',
    '이다는에을의를가고하은로한지어도기사리아서자나시그정부인대스수일전해라보들주제원상만있장마동조구성유게국안과으여것오비트경우신공소연드무치레호실위산업단분체민재면선문니네남방통미모학생관교명물영회화내진출중관개발금강현천북제품번날짜이름주소전화서울부산대구인천광주울산녕세요',
  ]
    .join('')
    .split(''),
);
const multibyteEncodings = ['shift_jis', 'gb18030', 'euc-jp', 'euc-kr', 'big5'];
const isKana = (code: number) => code >= 0x3041 && code <= 0x30fe;
/** Share of frequent characters that no other reading reaches by chance. */
const convincingFrequent = 0.2;

/** The encoding in which the bytes make sense as words: an Eastern one of two bytes, else one of a single byte. */
export function guessLegacyEncoding(sample: Buffer): GuessedEncoding {
  const eastern = multibyteEncodings
    .map((name) => ({ name, share: frequentShare(sample, name) }))
    .reduce((best, each) => (each.share > best.share ? each : best));
  if (eastern.share >= convincingFrequent)
    return { name: eastern.name, confidence: Math.min(0.95, 0.5 + eastern.share / 2) };
  let best = { name: 'windows-1252', score: Number.NEGATIVE_INFINITY };
  const texts = new Map<string, string>();
  for (const { letters, encodings, isForeign = false, weight = 1 } of languages) {
    const own = { letters: new Set(letters), isForeign };
    for (const name of encodings) {
      const text = texts.get(name) ?? iconv.decode(sample, name);
      texts.set(name, text);
      const score = wordScore(text, own) * weight;
      if (score > best.score + 1e-9) best = { name, score };
    }
  }
  if (best.score >= convincing) return { name: best.name, confidence: Math.min(0.95, 0.4 + best.score / 2) };
  return otherScript(sample) ?? { name: 'windows-1252', confidence: 0.5 };
}

/** Mean over the characters beyond ASCII: own letters count 1, letters of others and signs inside of words against it. */
function wordScore(text: string, own: { letters: Set<string>; isForeign: boolean }): number {
  let score = 0;
  let count = 0;
  const characters = [...text];
  for (const [index, character] of characters.entries()) {
    if (character < '\u0080') continue;
    count += 1;
    const before = characters[index - 1] ?? '';
    const after = characters[index + 1] ?? '';
    if (own.letters.has(character.toLowerCase())) {
      // ПРИВЕТ and Привет are words, пРИВЕТ is another encoding's, and so is Grφίe.
      const isTurned = character !== character.toLowerCase() && /\p{Ll}/u.test(before);
      const isMixed = own.isForeign && (/[A-Za-z]/.test(before) || /[A-Za-z]/.test(after));
      const isAlone = !isLetter(before) && !isLetter(after);
      score += isTurned || isMixed ? -1 : isAlone ? 0.3 : 1;
    } else if (symbols.has(character)) score += isLetter(before) && isLetter(after) ? -1 : 0.6;
    else score -= 2;
  }
  return count === 0 ? 0 : score / count;
}

function isLetter(character: string): boolean {
  return /\p{L}/u.test(character);
}

function frequentShare(sample: Buffer, encoding: string): number {
  let known = 0;
  let count = 0;
  for (const character of iconv.decode(sample, encoding)) {
    const code = character.codePointAt(0) ?? 0;
    if (code < 0x80) continue;
    count += 1;
    if (code === 0xfffd || (code >= 0xe000 && code < 0xf900)) known -= 1;
    else if (isKana(code) || frequent.has(character)) known += 1;
  }
  return count === 0 ? 0 : known / count;
}

const westernNames = new Set(['ISO-8859-1', 'ISO-8859-2', 'ISO-8859-9', 'windows-1252']);
const sureConfidence = 40;

/** Scripts without a table above, such as Thai, Hebrew and Arabic. */
function otherScript(sample: Buffer): GuessedEncoding | undefined {
  const [best] = chardet
    .analyse(sample)
    .filter(({ name }) => iconv.encodingExists(name) && !name.startsWith('UTF') && !westernNames.has(name));
  if (!best || best.confidence < sureConfidence) return undefined;
  const foreign = [...iconv.decode(sample, best.name)].filter((character) => character >= '\u0080');
  const letters = foreign.filter((character) => /[\p{L}\p{M}]/u.test(character)).length;
  if (letters < foreign.length * 0.6) return undefined;
  return { name: best.name.toLowerCase(), confidence: best.confidence / 100 };
}
