import type { FileHabits } from './guess.ts';

const split = (text: string) => new Set(text.split(' '));

/** ISO 3166-1 alpha-2. NA is Namibia. */
const countries = split(
  'AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UK UM US UY UZ VA VC VE VG VI VN VU WF WS XK YE YT ZA ZM ZW',
);
const states = split(
  'AL AK AZ AR CA CO CT DE DC FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND OH OK OR PA RI SC SD TN TX UT VT VA WA WV WI WY',
);
/** NA is North America. */
const continents = split('AF AN AS EU OC SA NA');
const areaName = /country|nation|iso|continent|region|land$|pays|pa[ií]s|cc$/i;

/**
 * True when NA is one code among others of its kind, not a missing value: Namibia among countries, North America among
 * continents. States of the USA have no NA, and a file that writes NA among its numbers means that there is none.
 */
export function keepsNa(values: string[], name: string, habits: FileHabits): boolean {
  if (habits.usesNa || !values.includes('NA')) return false;
  const others = [...new Set(values)].filter((value) => value !== 'NA');
  const all = (known: Set<string>) => others.every((value) => known.has(value));
  if (others.length === 0 || (others.length >= 3 && all(states))) return false;
  if (others.length >= 2 && all(continents)) return true;
  const known = others.filter((value) => countries.has(value)).length;
  return known >= others.length * 0.95 && (others.length >= 5 || areaName.test(name));
}
