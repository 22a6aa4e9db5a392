import { builder } from '#builder.ts';
import type { AnalysisReport, ColumnProfile as Profile } from '#contract/report.ts';

type Numeric = NonNullable<Profile['numeric']>;
type Text = NonNullable<Profile['text']>;
type Dates = NonNullable<Profile['date']>;

export const Histogram = builder.objectRef<NonNullable<Numeric['histogram']>>('Histogram').implement({
  description: 'How often values fall into bins of equal width.',
  fields: (t) => ({
    edges: t.exposeFloatList('edges', {
      description: 'Limits, one more than counts; dates in milliseconds since 1970.',
    }),
    counts: t.exposeIntList('counts', {
      description: 'Values in each bin; the last bin holds its upper limit too.',
    }),
  }),
});

export const NumericProfile = builder.objectRef<Numeric>('NumericProfile').implement({
  description:
    'Figures of numbers and dates (in milliseconds since 1970); values that are not finite are left out.',
  fields: (t) => ({
    min: t.exposeFloat('min', { nullable: true, description: 'Smallest value.' }),
    max: t.exposeFloat('max', { nullable: true, description: 'Largest value.' }),
    mean: t.exposeFloat('mean', { nullable: true, description: 'Arithmetic mean.' }),
    median: t.exposeFloat('median', { nullable: true, description: '50 % quantile.' }),
    standardDeviation: t.exposeFloat('standardDeviation', {
      nullable: true,
      description: 'Square root of the variance.',
    }),
    variance: t.exposeFloat('variance', { nullable: true, description: 'Of the sample, divisor n - 1.' }),
    lowerQuartile: t.exposeFloat('lowerQuartile', {
      nullable: true,
      description: '25 % quantile, linear interpolation.',
    }),
    upperQuartile: t.exposeFloat('upperQuartile', {
      nullable: true,
      description: '75 % quantile, linear interpolation.',
    }),
    interquartileRange: t.exposeFloat('interquartileRange', {
      nullable: true,
      description: 'Upper minus lower quartile.',
    }),
    medianAbsoluteDeviation: t.exposeFloat('medianAbsoluteDeviation', {
      nullable: true,
      description: 'Not scaled.',
    }),
    skewness: t.exposeFloat('skewness', { nullable: true, description: 'Adjusted Fisher-Pearson G1.' }),
    excessKurtosis: t.exposeFloat('excessKurtosis', {
      nullable: true,
      description: 'G2: 0 for a normal distribution.',
    }),
    zeroCount: t.exposeInt('zeroCount', { description: 'Values equal to 0.' }),
    negativeCount: t.exposeInt('negativeCount', { description: 'Values below 0.' }),
    infiniteCount: t.exposeInt('infiniteCount', { description: 'Values that are not finite.' }),
    outlierCountByRange: t.exposeInt('outlierCountByRange', {
      description: 'Beyond 1.5 IQR of the quartiles (Tukey).',
    }),
    outlierCountByRobustZ: t.exposeInt('outlierCountByRobustZ', {
      description: '|0.6745 (x - median) / MAD| above 3.5 (Iglewicz and Hoaglin).',
    }),
    histogram: t.field({
      type: Histogram,
      nullable: true,
      description: '20 bins.',
      resolve: (row) => row.histogram,
    }),
  }),
});

const ValueKind = builder.objectRef<Text['kinds'][number]>('ValueKind').implement({
  description: 'Values of a text column that look alike.',
  fields: (t) => ({
    kind: t.exposeString('kind', { description: 'BLANK, INTEGER, NUMBER, DATE, BOOLEAN or TEXT.' }),
    count: t.exposeInt('count', { description: 'Values.' }),
    examples: t.exposeStringList('examples', { description: 'At most 3, cut after 80 characters.' }),
  }),
});

const TextProfile = builder.objectRef<Text>('TextProfile').implement({
  description: 'Figures of text; lengths in Unicode code points.',
  fields: (t) => ({
    minLength: t.exposeFloat('minLength', { nullable: true, description: 'Shortest.' }),
    maxLength: t.exposeFloat('maxLength', { nullable: true, description: 'Longest.' }),
    meanLength: t.exposeFloat('meanLength', { nullable: true, description: 'Mean.' }),
    medianLength: t.exposeFloat('medianLength', { nullable: true, description: 'Median.' }),
    paddedCount: t.exposeInt('paddedCount', { description: 'Values with white space at an end.' }),
    caseVariantCount: t.exposeInt('caseVariantCount', {
      description: 'Distinct values that differ in case or padding only.',
    }),
    caseVariants: t.field({
      type: 'JSON',
      description: 'Such spellings in groups, at most 3; none where nearly every value differs.',
      resolve: (row) => row.caseVariants,
    }),
    meanWords: t.exposeFloat('meanWords', {
      nullable: true,
      description: 'Mean number of pieces between spaces.',
    }),
    mojibakeCount: t.exposeInt('mojibakeCount', {
      description: 'Values that look decoded by a wrong encoding.',
    }),
    kinds: t.field({
      type: [ValueKind],
      description:
        'What the values look like one by one, most frequent first: several kinds are a mixed column.',
      resolve: (row) => row.kinds,
    }),
    patternRows: t.exposeInt('patternRows', {
      description:
        'Values that kinds and personal data were looked for in; below `valueCount` they are those of the sample.',
    }),
  }),
});

const DateGap = builder.objectRef<Dates['gaps'][number]>('DateGap').implement({
  description: 'A stretch without dates in a column of regular ones.',
  fields: (t) => ({
    after: t.exposeString('after', { description: 'Last date before it, ISO 8601, UTC.' }),
    before: t.exposeString('before', { description: 'First date behind it, ISO 8601, UTC.' }),
    missingSteps: t.exposeInt('missingSteps', { description: 'Dates that one would expect in between.' }),
  }),
});

const DateProfile = builder.objectRef<Dates>('DateProfile').implement({
  description: 'Figures of dates.',
  fields: (t) => ({
    earliest: t.exposeString('earliest', { description: 'ISO 8601, UTC.' }),
    latest: t.exposeString('latest', { description: 'ISO 8601, UTC.' }),
    rangeDays: t.exposeFloat('rangeDays', { description: 'Latest minus earliest.' }),
    hasTime: t.exposeBoolean('hasTime', { description: 'Whether any value has a time of day.' }),
    futureCount: t.exposeInt('futureCount', { description: 'Values later than the analysis.' }),
    typicalStepSeconds: t.exposeFloat('typicalStepSeconds', {
      nullable: true,
      description: 'Median difference of neighbouring distinct dates.',
    }),
    isRegular: t.exposeBoolean('isRegular', {
      description: 'At least 90 % of the differences are within 11 % of the typical one.',
    }),
    gapCount: t.exposeInt('gapCount', {
      description: 'Differences above 1.5 typical ones, where dates are regular.',
    }),
    gaps: t.field({ type: [DateGap], description: 'The widest, at most 5.', resolve: (row) => row.gaps }),
  }),
});

const TopValue = builder.objectRef<Profile['topValues'][number]>('ValueCount').implement({
  description: 'A value and how often it occurs.',
  fields: (t) => ({
    value: t.exposeString('value', { description: 'As text.' }),
    count: t.exposeInt('count', { description: 'Rows.' }),
    fraction: t.exposeFloat('fraction', { description: 'Of the values, 0 to 1.' }),
  }),
});

export { TopValue as ValueCount };

const DisguisedValue = builder.objectRef<Profile['disguisedMissing'][number]>('DisguisedValue').implement({
  description: 'A value that likely stands for a missing one.',
  fields: (t) => ({
    value: t.exposeString('value', { description: 'As text.' }),
    count: t.exposeInt('count', { description: 'Rows.' }),
    rule: t.exposeString('rule', {
      description:
        'WORD: it means “no value”. SENTINEL: a number or date that people write for it. REPEATED_DIGIT: one digit repeated, as frequent as the others on average. The last two occur twice or more and lie farther from all others than their 10 % and 90 % quantiles are apart.',
    }),
  }),
});

const PersonalData = builder.objectRef<Profile['personalData'][number]>('PersonalData').implement({
  description: 'What a column seems to tell of persons.',
  fields: (t) => ({
    kind: t.exposeString('kind', {
      description:
        'EMAIL, PHONE, PAYMENT_CARD, IBAN, IP_ADDRESS, SOCIAL_SECURITY_NUMBER, PERSON_NAME, BIRTH_DATE, POSTAL_ADDRESS or IDENTITY_DOCUMENT.',
    }),
    evidence: t.exposeString('evidence', {
      description:
        'VALUES: cells look like it, check digits included. NAME: only the name of the column says so.',
    }),
    count: t.exposeInt('count', { nullable: true, description: 'Such values among those looked at.' }),
    fraction: t.exposeFloat('fraction', { nullable: true, description: 'Of the values looked at, 0 to 1.' }),
  }),
});

export const ColumnProfile = builder.objectRef<AnalysisReport['columns'][number]>('ColumnProfile').implement({
  description: 'What was measured on one column.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'Of the column.' }),
    position: t.exposeInt('position', { description: 'Counts from 0.' }),
    type: t.exposeString('type', { description: 'How training sees it.' }),
    confidence: t.exposeFloat('confidence', {
      description: 'Share of the values that fit the type, 0 to 1.',
    }),
    semanticType: t.exposeString('semanticType', {
      description:
        'A finer meaning: email, url, uuid, postcode, currency, percentage, flag, year, free_text, …',
    }),
    rowCount: t.exposeInt('rowCount', { description: 'Rows of the table.' }),
    valueCount: t.exposeInt('valueCount', { description: 'Rows with a value.' }),
    missingCount: t.exposeInt('missingCount', { description: 'Rows without a value.' }),
    missingFraction: t.exposeFloat('missingFraction', { description: '0 to 1.' }),
    blankCount: t.exposeInt('blankCount', { description: 'Values of white space only.' }),
    disguisedMissingCount: t.exposeInt('disguisedMissingCount', {
      description: 'Values that likely stand for a missing one.',
    }),
    disguisedMissingValues: t.exposeStringList('disguisedMissingValues', {
      description: 'Their spellings, at most 10.',
    }),
    disguisedMissing: t.field({
      type: [DisguisedValue],
      description: 'The same with counts and the rule that found each.',
      resolve: (row) => row.disguisedMissing,
    }),
    distinctCount: t.exposeInt('distinctCount', {
      description:
        'Exact; by 64-bit hashes where nearly every text differs (one chance in a million of being off by one at 6 million values).',
    }),
    cardinalityRatio: t.exposeFloat('cardinalityRatio', {
      nullable: true,
      description: 'Distinct values over values.',
    }),
    isUnique: t.exposeBoolean('isUnique', { description: 'Every value occurs once and none is missing.' }),
    isConstant: t.exposeBoolean('isConstant', { description: 'At most one distinct value.' }),
    isNearConstant: t.exposeBoolean('isNearConstant', {
      description: 'One value has 99 % of the values, but not all.',
    }),
    mode: t.exposeString('mode', { nullable: true, description: 'Most frequent value.' }),
    modeCount: t.exposeInt('modeCount', { description: 'Rows with it.' }),
    modeFraction: t.exposeFloat('modeFraction', { nullable: true, description: 'Of the values.' }),
    entropyBits: t.exposeFloat('entropyBits', { nullable: true, description: 'Shannon entropy.' }),
    imbalance: t.exposeFloat('imbalance', {
      nullable: true,
      description: '0 evenly spread, 1 all in one value.',
    }),
    monotonicity: t.exposeString('monotonicity', {
      nullable: true,
      description: 'Order of the values down the file.',
    }),
    topValues: t.field({
      type: [TopValue],
      description: 'Most frequent, at most 10.',
      resolve: (row) => row.topValues,
    }),
    numeric: t.field({
      type: NumericProfile,
      nullable: true,
      description: 'For numbers and dates.',
      resolve: (row) => row.numeric,
    }),
    text: t.field({
      type: TextProfile,
      nullable: true,
      description: 'For text.',
      resolve: (row) => row.text,
    }),
    date: t.field({
      type: DateProfile,
      nullable: true,
      description: 'For dates.',
      resolve: (row) => row.date,
    }),
    personalData: t.field({
      type: [PersonalData],
      description: 'What the column seems to tell of persons.',
      resolve: (row) => row.personalData,
    }),
    copiesOf: t.exposeStringList('copiesOf', { description: 'Columns that hold the same in every row.' }),
    warnings: t.exposeStringList('warnings', { description: 'Codes of the issues that name this column.' }),
  }),
});
