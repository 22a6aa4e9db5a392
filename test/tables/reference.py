"""What pandas, SciPy and scikit-learn say of a table: the figures of an analysis, worked out independently.

Reads {"parquet", "sample", "columns", "target", "task"} from standard input and prints the same shape as the report,
reduced to what can be held against it.
"""

import itertools
import json
import sys

import numpy as np
import pandas as pd
from scipy import stats
from sklearn.metrics import mutual_info_score

SPACE = "\t\n\x0b\x0c\r \xa0"
GROUPS = 20


def finite(value):
    return float(value) if value is not None and np.isfinite(value) else None


def numbers_of(series):
    """Finite values; dates as milliseconds since 1970."""
    if pd.api.types.is_datetime64_any_dtype(series):
        return series.astype("datetime64[us]").astype("int64").where(series.notna()) / 1000
    return series.astype("float64").where(lambda x: np.isfinite(x))


def numeric_profile(series):
    x = numbers_of(series).dropna()
    if x.empty:
        return None
    is_date = pd.api.types.is_datetime64_any_dtype(series)
    low, high = x.quantile(0.25), x.quantile(0.75)
    deviation = stats.median_abs_deviation(x)
    reach = 1.5 * (high - low)
    varies = x.nunique() > 1
    z = 0.6745 * (x - x.median()).abs() / deviation if deviation > 0 else x * 0
    return {
        "min": x.min(),
        "max": x.max(),
        "mean": x.mean(),
        "median": x.median(),
        "variance": finite(x.var()),
        "standardDeviation": finite(x.std()),
        "lowerQuartile": low,
        "upperQuartile": high,
        "interquartileRange": high - low,
        "medianAbsoluteDeviation": deviation,
        "skewness": finite(x.skew()) if varies else None,
        "excessKurtosis": finite(x.kurt()) if varies else None,
        "zeroCount": 0 if is_date else int((x == 0).sum()),
        "negativeCount": 0 if is_date else int((x < 0).sum()),
        "infiniteCount": int(series.notna().sum() - len(x)),
        "outlierCountByRange": int(((x < low - reach) | (x > high + reach)).sum()),
        "outlierCountByRobustZ": int((z > 3.5).sum()),
        "histogram": {"counts": np.histogram(x, bins=20)[0].tolist() if varies else [len(x)]},
    }


def text_profile(values):
    if values.empty:
        return None
    lengths = values.str.len()
    folded = values.str.strip().str.lower()
    return {
        "minLength": int(lengths.min()),
        "maxLength": int(lengths.max()),
        "meanLength": lengths.mean(),
        "medianLength": float(np.quantile(lengths, 0.5, method="lower")),
        "paddedCount": int(values.map(lambda v: v[:1] in SPACE or v[-1:] in SPACE if v else False).sum()),
        "caseVariantCount": int(values.nunique() - folded.nunique()),
        "meanWords": values.map(lambda v: len(v.strip().split(" "))).mean(),
        "mojibakeCount": int(values.str.contains("[ÃÂ][\u0080-\u00bf]|â€|\ufffd").sum()),
    }


def order_of(values):
    if values.nunique() < 2:
        return None
    strictly = "strictly_" if values.is_unique else ""
    if values.is_monotonic_increasing:
        return strictly + "increasing"
    return strictly + "decreasing" if values.is_monotonic_decreasing else "none"


def column_profile(series):
    values = series.dropna()
    is_text = not (pd.api.types.is_numeric_dtype(series) or pd.api.types.is_datetime64_any_dtype(series))
    counts = values.value_counts()
    entropy = stats.entropy(counts, base=2) if len(counts) else None
    profile = {
        "rowCount": len(series),
        "valueCount": len(values),
        "missingCount": int(series.isna().sum()),
        "missingFraction": float(series.isna().mean()),
        "distinctCount": len(counts),
        "cardinalityRatio": len(counts) / len(values) if len(values) else None,
        "isUnique": bool(series.is_unique and series.notna().all()),
        "isConstant": len(counts) <= 1,
        "modeCount": int(counts.iloc[0]) if len(counts) else 0,
        "modeFraction": counts.iloc[0] / len(values) if len(values) else None,
        "entropyBits": entropy,
        "imbalance": 1 - entropy / np.log2(len(counts)) if len(counts) > 1 else None,
        "topValues": [{"count": int(count), "fraction": count / len(values)} for count in counts.iloc[:10]],
        "numeric": None if is_text else numeric_profile(series),
        "text": text_profile(values) if is_text else None,
        "monotonicity": None if is_text else order_of(values),
        "blankCount": int((values.str.strip() == "").sum()) if is_text else 0,
    }
    if pd.api.types.is_datetime64_any_dtype(series) and len(values):
        profile["date"] = {
            "rangeDays": (values.max() - values.min()).total_seconds() / 86400,
            "hasTime": bool((values != values.dt.normalize()).any()),
        }
    return profile


def missingness(table, reported):
    gaps = table.isna()
    patterns = gaps.groupby(list(gaps.columns), sort=False).size().sort_values(ascending=False)
    chosen = reported["matrixColumns"]
    flags = gaps[chosen].astype("int64")
    pairs = {}
    for first, second in itertools.combinations(chosen, 2):
        both = int((gaps[first] & gaps[second]).sum())
        if both:
            varies = gaps[first].nunique() > 1 and gaps[second].nunique() > 1
            correlation = finite(np.corrcoef(flags[first], flags[second])[0, 1]) if varies else None
            pairs[f"{first} {second}"] = {"bothMissing": both, "correlation": correlation}
    return {
        "completeRows": int((~gaps.any(axis=1)).sum()),
        "matrix": (flags.T @ flags).to_numpy().tolist(),
        "patternRows": [int(n) for n in patterns.iloc[:20]],
        "pairs": pairs,
    }


def codes_of(series):
    """Ten bins of equal count for numbers, the 200 most frequent values for text; -1 for no value."""
    if series.dtype == object or pd.api.types.is_string_dtype(series):
        kept = {value: code for code, value in enumerate(stable_counts(series)[:200])}
        return series.map(lambda v: -1 if pd.isna(v) else kept.get(v, 200)).to_numpy()
    x = numbers_of(series)
    ordered = np.sort(x.dropna())
    limits = np.unique([ordered[(b * len(ordered)) // 10] for b in range(1, 10)]) if len(ordered) else []
    return np.where(x.isna(), -1, np.searchsorted(limits, x.fillna(0), side="right"))


def stable_counts(series):
    """Values by frequency, then by first place."""
    counts = series.value_counts()
    first = series.drop_duplicates().dropna()
    place = {value: index for index, value in enumerate(first)}
    return sorted(counts.index, key=lambda value: (-counts[value], place[value]))


def contingency(first, second):
    rows, row = np.unique(first, return_inverse=True)
    columns, column = np.unique(second, return_inverse=True)
    cells = np.bincount(row * len(columns) + column, minlength=len(rows) * len(columns))
    return cells.reshape(len(rows), len(columns))


def cramers_v(first, second):
    table = contingency(first, second)
    if min(table.shape) < 2:
        return None
    n = table.sum()
    r, k = table.shape
    phi2 = max(0, stats.chi2_contingency(table, correction=False).statistic / n - (k - 1) * (r - 1) / (n - 1))
    sides = min(k - (k - 1) ** 2 / (n - 1), r - (r - 1) ** 2 / (n - 1)) - 1
    return min(1.0, np.sqrt(phi2 / sides)) if sides > 0 else None


def correlation_ratio(groups, values):
    parts = [part.to_numpy() for _, part in pd.Series(values).groupby(np.asarray(groups))]
    n, k = len(values), len(parts)
    if n < 3 or k < 2 or k >= n or np.ptp(values) == 0:
        return None
    total = ((values - values.mean()) ** 2).sum()
    return float(np.sqrt(sum(len(p) * (p.mean() - values.mean()) ** 2 for p in parts) / total))


def information(first, second):
    bits = mutual_info_score(None, None, contingency=contingency(first, second)) / np.log(2)
    freedom = (len(np.unique(first)) - 1) * (len(np.unique(second)) - 1)
    return max(0.0, bits - freedom / (2 * len(first) * np.log(2)))


def is_text(series):
    return not (pd.api.types.is_numeric_dtype(series) or pd.api.types.is_datetime64_any_dtype(series))


def correlations(sample, chosen):
    found = {}
    codes = {name: codes_of(sample[name]) for name in chosen}
    for first, second in itertools.combinations(chosen, 2):
        texts = [is_text(sample[first]), is_text(sample[second])]
        known = (codes[first] >= 0) & (codes[second] >= 0)
        if known.sum() < 3:
            continue
        own = {}
        if not any(texts):
            x, y = numbers_of(sample[first])[known], numbers_of(sample[second])[known]
            if x.nunique() > 1 and y.nunique() > 1:
                own["PEARSON"] = stats.pearsonr(x, y).statistic
                own["SPEARMAN"] = stats.spearmanr(x, y).statistic
        elif all(texts):
            own["CRAMERS_V"] = cramers_v(codes[first][known], codes[second][known])
        else:
            group, number = (first, second) if texts[0] else (second, first)
            own["CORRELATION_RATIO"] = correlation_ratio(codes[group][known], numbers_of(sample[number])[known])
        own["MUTUAL_INFORMATION"] = information(codes[first][known], codes[second][known])
        for method, value in own.items():
            if value is not None:
                found[f"{first} {second} {method}"] = {"value": float(value), "rows": int(known.sum())}
    return found


def interval(method, value, rows, leave_out):
    if rows < 40:
        return None, None
    if method == "SPEARMAN":
        if value >= 1:
            return 1.0, 1.0
        reach = stats.norm.ppf(0.975) * np.sqrt((1 + value**2 / 2) / (rows - 3))
        return max(0.0, np.tanh(np.arctanh(value) - reach)), float(np.tanh(np.arctanh(value) + reach))
    left = np.array([leave_out(group) for group in range(GROUPS)], dtype="float64")
    reach = stats.t.ppf(0.975, GROUPS - 1) * np.sqrt((GROUPS - 1) / GROUPS * ((left - left.mean()) ** 2).sum())
    return max(0.0, value - reach), min(1.0, value + reach)


def associations(sample, target, is_classification, reported):
    """For the features that the report measured."""
    label = sample[target]
    if is_classification and not is_text(label):
        label = label.map(lambda v: None if pd.isna(v) else str(v))
    answers = codes_of(label)
    part = np.arange(len(sample)) % GROUPS
    found = {}
    for name, method in reported.items():
        feature = sample[name]
        codes = codes_of(feature)
        known = (answers >= 0) & (codes >= 0)

        def measure(rows, feature=feature, codes=codes, method=method):
            if method == "SPEARMAN":
                return abs(stats.spearmanr(numbers_of(label)[rows], numbers_of(feature)[rows]).statistic)
            if method == "CRAMERS_V":
                return cramers_v(answers[rows], codes[rows])
            groups, values = (answers, feature) if is_text(label) else (codes, label)
            return correlation_ratio(groups[rows], numbers_of(values)[rows])

        value = measure(known)
        low, high = (
            (None, None)
            if value is None
            else interval(method, value, known.sum(), lambda g, m=measure, k=known: m(k & (part != g)))
        )
        held = answers >= 0
        bits = information(answers[held], np.where(codes < 0, codes.max() + 1, codes)[held])
        found[name] = {
            "association": finite(value),
            "intervalLow": low,
            "intervalHigh": high,
            "mutualInformationBits": bits,
        }
    return found


def target_report(table, sample, target, reported):
    values = table[target].dropna()
    is_classification = reported["taskType"] != "REGRESSION"
    counts = values.value_counts()
    measured = {each["column"]: each["method"] for each in reported["associations"] if each["association"] is not None}
    features = table.drop(columns=[target])
    keys = pd.util.hash_pandas_object(features, index=False)
    kinds = table[target].groupby(keys.to_numpy()).transform("nunique")
    result = {
        "usableRows": len(values),
        "missingRows": int(table[target].isna().sum()),
        "conflictingRows": int(((kinds > 1) & table[target].notna()).sum()),
        "associations": associations(sample, target, is_classification, measured),
    }
    if is_classification:
        result["classCount"] = len(counts)
        result["entropyBits"] = stats.entropy(counts, base=2)
        result["imbalanceRatio"] = counts.max() / counts.min()
        result["rareClassCount"] = int((counts < 5).sum())
        result["balance"] = [{"count": int(n), "fraction": n / len(values)} for n in counts.iloc[:100]]
    elif reported["transformHint"]["transform"] != "NONE":
        of = {"LOG1P": np.log1p, "SQUARE_ROOT": np.sqrt}[reported["transformHint"]["transform"]]
        result["transformHint"] = {"skewnessBefore": values.skew(), "skewnessAfter": of(values).skew()}
    return result


def mechanism(sample, test):
    flag = sample[test["column"]].isna()
    codes = codes_of(sample[test["other"]])
    table = contingency(flag[codes >= 0], codes[codes >= 0])
    result = stats.chi2_contingency(table, correction=False, lambda_="log-likelihood")
    return {"statistic": result.statistic, "degreesOfFreedom": int(result.dof), "pValue": result.pvalue}


def main():
    request = json.load(sys.stdin)
    report = request["report"]
    table = pd.read_parquet(request["parquet"])
    sample = pd.read_parquet(request["sample"])
    result = {
        "overview": {
            "rowCount": len(table),
            "columnCount": table.shape[1],
            "duplicateRows": int(table.duplicated().sum()),
            "missingCells": int(table.isna().sum().sum()),
            "missingFraction": float(table.isna().to_numpy().mean()),
        },
        "columns": {name: column_profile(table[name]) for name in table.columns},
        "missingness": missingness(table, report["missingness"]),
        "correlations": correlations(sample, report["correlations"]["columns"]),
    }
    if report["missingness"]["mechanismTest"]:
        result["mechanismTest"] = mechanism(sample, report["missingness"]["mechanismTest"])
    if report["target"]:
        result["target"] = target_report(table, sample, report["target"]["column"], report["target"])
    json.dump(result, sys.stdout, default=lambda value: value.item(), allow_nan=False)


if __name__ == "__main__":
    main()
